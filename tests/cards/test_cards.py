"""Cards: what they must hold, whose keys count when, and how one follows another."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from comity import signing
from comity.cards import (
    PAYLOAD_TYPE,
    Card,
    Revocation,
    RootKeys,
    SignedCard,
    check_chain,
    check_succession,
    descended,
    issue,
    read_card,
    sealing_entry,
    signing_entry,
)
from comity.errors import BadInput, ForeignInput, RefusedHere, VerificationFailed
from comity.keys import SealingKey, SigningKey
from comity.strict import write_base64, write_json

ROOT, NEXT_ROOT, STRANGER = (SigningKey.from_seed(bytes([number]) * 32) for number in (1, 2, 3))
DESK, DIRECTOR = (SigningKey.from_seed(bytes([number]) * 32) for number in (4, 5))
BOX, NEXT_BOX = (SealingKey.from_seed(bytes([number]) * 96) for number in (6, 7))

ISSUED = datetime(2031, 1, 1, tzinfo=UTC)
EXPIRES = datetime(2032, 1, 1, tzinfo=UTC)
JUNE = datetime(2031, 6, 1, tzinfo=UTC)
JULY = datetime(2031, 7, 1, tzinfo=UTC)

CARD = Card(
    party="cert.north.example",
    version=3,
    names={"en": "CERT North", "no": "CERT Nord"},
    issued=ISSUED,
    expires=EXPIRES,
    endpoints=("https://comity.cert.north.example/", "relay+https://relay.west.example/box"),
    root=write_base64(ROOT.public.raw),
    signing=(
        signing_entry(DESK.public, ["disclosure", "journal", "control", "consent"], ISSUED, EXPIRES),
        signing_entry(DIRECTOR.public, ["agreement", "director", "protocol:minister"], ISSUED, JULY),
    ),
    sealing=(
        sealing_entry(BOX.public, ISSUED, JULY),
        sealing_entry(NEXT_BOX.public, JUNE, EXPIRES),
    ),
)


def changed(**fields: Any) -> Card:
    return msgspec.structs.replace(CARD, **fields)


def signed(card: Card, *keys: SigningKey) -> bytes:
    """Sign whatever stands there, also what `issue` would refuse."""
    return signing.to_bytes(signing.sign(PAYLOAD_TYPE, write_json(card), *(keys or (ROOT,))))


def read(data: bytes, root: SigningKey = ROOT) -> SignedCard:
    return read_card(data, root_fingerprint=root.fingerprint)


def test_a_card_comes_back_as_it_was_issued() -> None:
    data = signing.to_bytes(issue(CARD, ROOT))
    got = read(data)
    assert got.card == CARD
    assert got.signed == data
    assert got.root_fingerprint == ROOT.fingerprint
    assert got.party == "cert.north.example"


def test_the_digest_is_of_the_payload_whoever_else_signs() -> None:
    assert read(signed(CARD)).digest == read(signed(CARD, ROOT, STRANGER)).digest
    assert read(signed(CARD)).digest != read(signed(changed(version=4))).digest


@pytest.mark.parametrize(
    ("function", "at", "keys"),
    [
        ("disclosure", JUNE, [DESK]),
        ("director", JUNE, [DIRECTOR]),
        ("protocol:minister", JUNE, [DIRECTOR]),
        ("protocol", JUNE, []),
        ("register", JUNE, []),
        ("director", ISSUED, [DIRECTOR]),  # the first instant counts
        ("director", ISSUED - timedelta(microseconds=1), []),
        ("director", JULY - timedelta(microseconds=1), [DIRECTOR]),
        ("director", JULY, []),  # the last does not
        ("disclosure", EXPIRES, []),
    ],
)
def test_a_key_speaks_for_its_functions_in_its_days(
    function: str, at: datetime, keys: list[SigningKey]
) -> None:
    assert CARD.signing_keys(function, at) == {key.fingerprint: key.public for key in keys}


def test_sealing_keys_overlap_while_they_rotate() -> None:
    assert list(CARD.sealing_keys(ISSUED)) == [BOX.fingerprint]
    assert list(CARD.sealing_keys(JUNE)) == [BOX.fingerprint, NEXT_BOX.fingerprint]
    assert list(CARD.sealing_keys(JULY)) == [NEXT_BOX.fingerprint]


def test_a_key_does_not_outlive_its_card() -> None:
    late = changed(signing=(signing_entry(DESK.public, ["consent"], ISSUED, EXPIRES + timedelta(days=9)),))
    assert late.signing_keys("consent", EXPIRES) == {}


def test_nothing_is_sealed_under_an_expired_card() -> None:
    with pytest.raises(RefusedHere, match=r"card 3 of .* expired at 2032-01-01T00:00:00Z"):
        CARD.sealing_keys(EXPIRES)


def test_nothing_is_sealed_without_a_key_in_force() -> None:
    with pytest.raises(RefusedHere, match="no sealing key in force"):
        changed(sealing=()).sealing_keys(JUNE)


MISTAKES = [
    ({"party": "CERT North"}, "party: not a DNS name in lower case"),
    ({"expires": ISSUED}, "expires: not after issued"),
    ({"names": {}}, "names: 0 where 1 to 64 belong"),
    ({"names": {"EN": "North"}}, "names: `EN` is not a language tag"),
    ({"names": {"en": ""}}, "names: the one in `en` is empty"),
    ({"names": {"en": "North\u202e"}}, "names: the one in `en` is empty, too long or holds unprintable"),
    ({"names": {"en": "n" * 257}}, "names: the one in `en` is empty, too long"),
    ({"endpoints": ("http://cert.north.example/",)}, "endpoint 1: not https://"),
    ({"endpoints": ("http://127.0.0.1.north.example/",)}, "endpoint 1: not https://"),
    ({"endpoints": ("https://user@north.example/",)}, "endpoint 1: not https://"),
    ({"endpoints": ("https://north.example/?a=b",)}, "endpoint 1: not https://"),
    ({"endpoints": ("file:///etc/hosts",)}, "endpoint 1: not https://"),
    ({"endpoints": ("https://north.example/",) * 17}, "endpoints: more than 16"),
    ({"root": "AAAA"}, "root: not a public Ed25519 key"),
    ({"root": write_base64(bytes(32))}, "root: not a public Ed25519 key"),
    (
        {"signing": (signing_entry(ROOT.public, ["disclosure"], ISSUED, EXPIRES),)},
        "the root signs only cards",
    ),
    (
        {"signing": (msgspec.structs.replace(CARD.signing[0], keyid=DIRECTOR.fingerprint),)},
        "not the fingerprint of its public bytes",
    ),
    ({"signing": CARD.signing[:1] * 2}, "listed 2 times"),
    ({"signing": (signing_entry(DESK.public, ["consent"], JULY, JUNE),)}, "until is not after from"),
    ({"signing": (signing_entry(DESK.public, [], ISSUED, EXPIRES),)}, "0 functions where 1 to 64 belong"),
    (
        {"signing": (signing_entry(DESK.public, ["Director"], ISSUED, EXPIRES),)},
        "`Director` is not a function",
    ),
    (
        {"signing": (signing_entry(DESK.public, ["tls", "disclosure"], ISSUED, EXPIRES),)},
        "a key for `tls` exercises no other function",
    ),
    ({"sealing": CARD.sealing[:1] * 65}, "more than 64 keys"),
    (
        {"sealing": (msgspec.structs.replace(CARD.sealing[0], public=write_base64(bytes(1216))),)},
        "not the fingerprint of its public bytes",
    ),
]


@pytest.mark.parametrize(("fields", "reason"), MISTAKES)
def test_a_card_that_breaks_a_rule_is_neither_issued_nor_read(fields: dict[str, Any], reason: str) -> None:
    card = changed(**fields)
    with pytest.raises(BadInput) as refusal:
        issue(card, ROOT)
    assert any(reason in mistake for mistake in refusal.value.mistakes)
    with pytest.raises(ForeignInput) as foreign:
        read_card(signed(card), root_fingerprint=None)
    assert any(reason in mistake for mistake in foreign.value.mistakes)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(ForeignInput) as refusal:
        read_card(signed(changed(party="North", names={}, expires=ISSUED)), root_fingerprint=None)
    assert len(refusal.value.mistakes) == 3


@pytest.mark.parametrize(
    "endpoint", ["http://localhost:8021/", "http://[::1]:80", "relay+http://127.0.0.1:9/box-1"]
)
def test_plain_http_reaches_this_machine_only(endpoint: str) -> None:
    assert read(signed(changed(endpoints=(endpoint,))))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"version": 0}, "expected `int` >= 1 - at `$.version`"),
        ({"version": 2**31}, "expected `int` <= 2147483647 - at `$.version`"),
        ({"version": "3"}, "expected `int`, got `str`"),
        ({"issued": "2031-01-01T00:00:00"}, "with a timezone component - at `$.issued`"),
        ({"issued": "2031-01-01"}, "invalid RFC3339 encoded datetime"),
        ({"threshold": 2}, "unknown field `threshold`"),
        ({"sealing": None}, "expected `array`, got `null`"),
    ],
)
def test_a_payload_of_another_shape_is_refused(fields: dict[str, Any], reason: str) -> None:
    payload = write_json(msgspec.to_builtins(CARD) | fields)
    with pytest.raises(ForeignInput) as refusal:
        read(signing.to_bytes(signing.sign(PAYLOAD_TYPE, payload, ROOT)))
    assert reason in str(refusal.value)


def test_a_card_under_another_root_than_the_agreement_pins_is_refused() -> None:
    with pytest.raises(VerificationFailed, match="the agreement pins"):
        read(signed(CARD), root=STRANGER)


@pytest.mark.parametrize(
    "data",
    [
        signed(CARD, STRANGER),
        signing.to_bytes(signing.sign("application/vnd.comity.consent+json", write_json(CARD), ROOT)),
    ],
    ids=["signed by a stranger", "signed as another type"],
)
def test_only_the_root_makes_a_card(data: bytes) -> None:
    with pytest.raises(VerificationFailed):
        read_card(data, root_fingerprint=None)


def test_the_root_that_signs_must_be_the_one_named() -> None:
    with pytest.raises(BadInput, match="root: not the public half"):
        issue(CARD, STRANGER)


HELD = read(signed(CARD))
UNDER_NEXT = changed(version=4, root=write_base64(NEXT_ROOT.public.raw))


def test_the_first_card_must_be_under_the_pinned_root() -> None:
    assert check_succession(None, signed(CARD), ROOT.fingerprint) == HELD
    with pytest.raises(VerificationFailed, match="the agreement pins"):
        check_succession(None, signed(CARD), STRANGER.fingerprint)


def test_a_higher_version_follows() -> None:
    assert check_succession(HELD, signed(changed(version=9)), ROOT.fingerprint).card.version == 9


def test_the_same_card_again_changes_nothing() -> None:
    assert check_succession(HELD, signed(CARD, ROOT, STRANGER), ROOT.fingerprint) is HELD


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (signed(changed(version=2)), "card 2 of cert.north.example is older than card 3, already seen"),
        (signed(changed(names={"en": "Other"})), "two different cards of cert.north.example bear version 3"),
        (signed(changed(version=4, party="cert.south.example")), "cannot follow one of cert.north.example"),
        (signed(UNDER_NEXT, NEXT_ROOT), "under a new root that the old one"),
        (signed(UNDER_NEXT, NEXT_ROOT, STRANGER), "under a new root that the old one"),
        (signed(UNDER_NEXT, ROOT), "no signature under a key known for this"),
    ],
    ids=[
        "rolled back",
        "two faces",
        "another Party",
        "new root alone",
        "new root with a stranger",
        "old root alone",
    ],
)
def test_a_card_that_does_not_follow_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(VerificationFailed) as refusal:
        check_succession(HELD, data, ROOT.fingerprint)
    assert reason in str(refusal.value)


def test_a_new_root_is_announced_by_both() -> None:
    both = signing.to_bytes(issue(UNDER_NEXT, NEXT_ROOT, ROOT))
    followed = check_succession(HELD, both, ROOT.fingerprint)
    assert followed.root_fingerprint == NEXT_ROOT.fingerprint
    # From then on the old root is nobody, although the agreement still pins it.
    with pytest.raises(VerificationFailed, match="under a new root"):
        check_succession(followed, signed(changed(version=5), ROOT), ROOT.fingerprint)


def test_a_lost_root_is_replaced_by_a_text_the_parties_sign() -> None:
    alone = signed(UNDER_NEXT, NEXT_ROOT)
    assert check_succession(HELD, alone, NEXT_ROOT.fingerprint, repinned=True).card == UNDER_NEXT
    with pytest.raises(VerificationFailed, match="under a new root"):
        check_succession(HELD, alone, STRANGER.fingerprint, repinned=True)


def test_a_late_joiner_follows_the_chain_from_the_pinned_root() -> None:
    chain = [
        signed(CARD),
        signing.to_bytes(issue(UNDER_NEXT, NEXT_ROOT, ROOT)),
        signed(msgspec.structs.replace(UNDER_NEXT, version=7), NEXT_ROOT),
    ]
    assert check_chain(chain, ROOT.fingerprint).card.version == 7
    with pytest.raises(VerificationFailed, match="under a new root"):
        check_chain([chain[0], chain[2]], ROOT.fingerprint)
    with pytest.raises(VerificationFailed, match="older"):
        check_chain([*chain, chain[1]], ROOT.fingerprint)
    with pytest.raises(BadInput, match="no card"):
        check_chain([], ROOT.fingerprint)


SHARES = [SigningKey.from_seed(bytes([number]) * 32) for number in (21, 22, 23)]
SHARED = changed(version=4, root=RootKeys(2, tuple(write_base64(key.public.raw) for key in SHARES)))
STOLEN = Revocation(DESK.fingerprint, JUNE, "stolen")


def test_a_shared_root_is_named_by_its_rule_whatever_the_order_of_its_keys() -> None:
    turned = changed(root=RootKeys(2, SHARED.root.keys[::-1]))  # type: ignore[union-attr]
    fewer = changed(root=RootKeys(1, SHARED.root.keys))  # type: ignore[union-attr]
    assert SHARED.root_rule.fingerprint == turned.root_rule.fingerprint
    assert SHARED.root_rule.fingerprint.startswith("root:")
    assert fewer.root_rule.fingerprint != SHARED.root_rule.fingerprint


@pytest.mark.parametrize("pair", [(0, 1), (1, 2), (0, 2)])
def test_any_two_of_three_make_a_card(pair: tuple[int, int]) -> None:
    data = signing.to_bytes(issue(SHARED, *(SHARES[number] for number in pair)))
    assert read_card(data, root_fingerprint=SHARED.root_rule.fingerprint).card == SHARED


def test_one_of_three_does_not() -> None:
    with pytest.raises(BadInput, match="root: not the public half"):
        issue(SHARED, SHARES[0], STRANGER)
    with pytest.raises(VerificationFailed, match="signed by 1 keys of its root where 2 are needed"):
        read_card(signed(SHARED, SHARES[0], STRANGER), root_fingerprint=None)


@pytest.mark.parametrize(
    ("threshold", "keys", "reason"),
    [
        (3, SHARES, "less than the number of keys"),
        (1, SHARES[:1], "1 keys where 2 to 16 belong"),
        (1, [SHARES[0], SHARES[0]], "one key stands twice"),
    ],
)
def test_a_root_of_which_none_may_be_lost_is_no_root(
    threshold: int, keys: list[SigningKey], reason: str
) -> None:
    card = changed(root=RootKeys(threshold, tuple(write_base64(key.public.raw) for key in keys)))
    with pytest.raises(ForeignInput) as refusal:
        read_card(signed(card, *dict.fromkeys(keys)), root_fingerprint=None)
    assert reason in str(refusal.value)


def test_a_shared_root_is_succeeded_by_enough_of_its_keys_only() -> None:
    held = read_card(signed(SHARED, *SHARES[:2]), root_fingerprint=None)
    after = changed(version=5)
    assert check_succession(held, signed(after, ROOT, *SHARES[1:]), None).card.version == 5
    with pytest.raises(VerificationFailed, match="did not sign"):
        check_succession(held, signed(after, ROOT, SHARES[1]), None)


def test_a_stolen_key_counts_up_to_its_day_and_not_after() -> None:
    card = changed(revoked=(STOLEN,))
    assert list(card.signing_keys("disclosure", JUNE - timedelta(seconds=1))) == [DESK.fingerprint]
    assert card.signing_keys("disclosure", JUNE) == {}


def test_nothing_is_sealed_for_a_stolen_key() -> None:
    card = changed(revoked=(Revocation(BOX.fingerprint, JUNE, "stolen"),))
    assert list(card.sealing_keys(JUNE)) == [NEXT_BOX.fingerprint]


def test_a_revocation_is_never_taken_back() -> None:
    told = read(signed(changed(revoked=(STOLEN,))))
    for later in (
        changed(version=4),
        changed(version=4, revoked=(Revocation(DESK.fingerprint, JULY, "lost"),)),
    ):
        with pytest.raises(VerificationFailed, match="takes back"):
            check_succession(told, signed(later), ROOT.fingerprint)


def test_cards_hang_from_a_root_and_from_those_it_announced() -> None:
    one, two = read(signed(CARD)), read_card(signed(UNDER_NEXT, NEXT_ROOT, ROOT), root_fingerprint=None)
    back = read(signed(changed(version=5)))
    alone = read_card(
        signed(changed(version=6, root=write_base64(STRANGER.public.raw)), STRANGER), root_fingerprint=None
    )
    assert descended([two, one], ROOT.fingerprint) == [one, two]
    assert descended([one, two, back], ROOT.fingerprint) == [one, two]  # the old root is nobody now
    assert descended([one, two, alone], ROOT.fingerprint) == [one, two]
    assert descended([one, two, alone], ROOT.fingerprint, STRANGER.fingerprint) == [one, two, alone]
