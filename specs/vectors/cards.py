"""Cards, one after another, from a pinned root (`specs/card.md`)."""

from base64 import b64encode
from datetime import UTC, datetime

import msgspec

from comity import signing
from comity.cards import PAYLOAD_TYPE, Card, Revocation, RootKeys, issue, sealing_entry, signing_entry
from comity.keys import SealingKey, SigningKey
from comity.strict import write_base64, write_json

ROOT, NEXT_ROOT, STRANGER, DESK = (SigningKey.from_seed(bytes([number]) * 32) for number in (1, 2, 3, 4))
BOX = SealingKey.from_seed(bytes([5]) * 96)
FROM, UNTIL = datetime(2031, 1, 1, tzinfo=UTC), datetime(2032, 1, 1, tzinfo=UTC)

CARD = Card(
    party="cert.north.example",
    version=3,
    names={"en": "CERT North"},
    issued=FROM,
    expires=UNTIL,
    endpoints=("https://comity.cert.north.example/",),
    root=write_base64(ROOT.public.raw),
    signing=(signing_entry(DESK.public, ["disclosure", "journal"], FROM, UNTIL),),
    sealing=(sealing_entry(BOX.public, FROM, UNTIL),),
)
UNDER_NEXT = msgspec.structs.replace(CARD, version=4, root=write_base64(NEXT_ROOT.public.raw))
#: A root shared by three people, two of whom sign.
SHARES = tuple(SigningKey.from_seed(bytes([number]) * 32) for number in (6, 7, 8))
SHARED = msgspec.structs.replace(
    CARD, version=4, root=RootKeys(2, tuple(write_base64(key.public.raw) for key in SHARES))
)
STOLEN = Revocation(DESK.fingerprint, datetime(2031, 3, 1, tzinfo=UTC), "stolen")


def signed(card: Card, *keys: SigningKey) -> str:
    """Sign whatever stands there, also what no honest root would."""
    return b64encode(signing.to_bytes(signing.sign(PAYLOAD_TYPE, write_json(card), *keys))).decode()


def changed(**fields: object) -> Card:
    """Give the card with other fields."""
    return msgspec.structs.replace(CARD, **fields)


def chain(name: str, cards: list[str], expect: object, pinned: str = ROOT.fingerprint) -> dict:
    """Give one vector."""
    return {"name": name, "pinned_root": pinned, "cards": cards, "expect": expect}


def refused(words: str) -> dict:
    """Expect that a card may not take the place of the one held."""
    return {"refused": "succession", "words": words}


def vectors() -> dict[str, dict]:
    """Give every vector by its name."""
    first = b64encode(signing.to_bytes(issue(CARD, ROOT))).decode()
    both = signed(UNDER_NEXT, NEXT_ROOT, ROOT)
    later = signed(msgspec.structs.replace(UNDER_NEXT, version=7), NEXT_ROOT)
    return {
        "follows-alone": chain("a first card under the pinned root", [first], {"version": 3}),
        "follows-higher": chain(
            "a higher version", [first, signed(changed(version=9), ROOT)], {"version": 9}
        ),
        "follows-same": chain("the same card again", [first, first], {"version": 3}),
        "follows-new-root": chain("a new root, announced by the old", [first, both, later], {"version": 7}),
        "refuses-other-root": chain("not the pinned root", [signed(UNDER_NEXT, NEXT_ROOT)], refused("pins")),
        "refuses-stranger": chain("signed by a stranger", [signed(CARD, STRANGER)], refused("no signature")),
        "refuses-older": chain("rolled back", [first, signed(changed(version=2), ROOT)], refused("older")),
        "refuses-two-faces": chain(
            "two cards under one version",
            [first, signed(changed(names={"en": "Other"}), ROOT)],
            refused("two different"),
        ),
        "refuses-silent-root": chain(
            "a new root that the old did not sign",
            [first, signed(UNDER_NEXT, NEXT_ROOT)],
            refused("new root"),
        ),
        "refuses-old-root-after": chain(
            "the old root after its succession",
            [first, both, signed(changed(version=8), ROOT)],
            refused("new root"),
        ),
        "refuses-other-party": chain(
            "another Party's card",
            [first, signed(changed(version=4, party="cert.south.example"), ROOT)],
            refused("follow"),
        ),
        "refuses-root-in-card": chain(
            "the root among the signing keys",
            [signed(changed(signing=(signing_entry(ROOT.public, ["consent"], FROM, UNTIL),)), ROOT)],
            {"refused": "read", "words": "root signs only cards"},
        ),
        "refuses-plain-http": chain(
            "plain http to another machine",
            [signed(changed(endpoints=("http://cert.north.example/",)), ROOT)],
            {"refused": "read", "words": "endpoint 1"},
        ),
        "refuses-tls-and-more": chain(
            "a key for TLS that also signs envelopes",
            [
                signed(
                    changed(signing=(signing_entry(DESK.public, ["disclosure", "tls"], FROM, UNTIL),)), ROOT
                )
            ],
            {"refused": "read", "words": "exercises no other function"},
        ),
        **shared_roots(first),
        **revocations(first),
    }


def shared_roots(first: str) -> dict[str, dict]:
    """Give the vectors of roots of several keys."""
    one, two, three = SHARES
    pinned = SHARED.root_rule.fingerprint
    less = msgspec.structs.replace(SHARED, version=5, root=RootKeys(1, SHARED.root.keys))
    return {
        "follows-shared-root": chain(
            "two of three keys of a shared root", [signed(SHARED, one, three)], {"version": 4}, pinned
        ),
        "follows-to-shared-root": chain(
            "a shared root, announced by the single one before",
            [first, signed(SHARED, one, two, ROOT)],
            {"version": 4},
        ),
        "follows-lower-threshold": chain(
            "another threshold is another root, which the one before announces",
            [signed(SHARED, one, two), signed(less, one, two)],
            {"version": 5},
            pinned,
        ),
        "refuses-too-few": chain(
            "one of three keys where two are needed",
            [signed(SHARED, two)],
            {"refused": "succession", "words": "where 2 are needed"},
            pinned,
        ),
        "refuses-lowered-alone": chain(
            "a threshold lowered by one key alone",
            [signed(SHARED, one, two), signed(less, one)],
            refused("new root"),
            pinned,
        ),
        "refuses-threshold-of-all": chain(
            "a root of which no key may be lost",
            [signed(changed(root=RootKeys(3, SHARED.root.keys)), *SHARES)],
            {"refused": "read", "words": "less than the number of keys"},
            pinned,
        ),
    }


def revocations(first: str) -> dict[str, dict]:
    """Give the vectors of keys that count no more."""
    told = changed(version=4, revoked=(STOLEN,))
    later = msgspec.structs.replace(STOLEN, as_of=datetime(2031, 4, 1, tzinfo=UTC))
    earlier = msgspec.structs.replace(STOLEN, as_of=datetime(2031, 2, 1, tzinfo=UTC))
    return {
        "follows-revoked": chain(
            "a revocation, later dated back",
            [first, signed(told, ROOT), signed(changed(version=5, revoked=(earlier,)), ROOT)],
            {"version": 5},
        ),
        "refuses-revocation-gone": chain(
            "a revocation taken back",
            [first, signed(told, ROOT), signed(changed(version=5), ROOT)],
            refused("takes back"),
        ),
        "refuses-revocation-later": chain(
            "a revocation dated later than before",
            [first, signed(told, ROOT), signed(changed(version=5, revoked=(later,)), ROOT)],
            refused("takes back"),
        ),
    }
