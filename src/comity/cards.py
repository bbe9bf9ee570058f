"""A Party's card: where it is reached, what it signs with, what others seal for, signed by its root.

The root's fingerprint stands in the agreement, so that two Parties need no authority above them. The root signs only
cards and can stay offline; everyday keys stand in the card, each with its days and, for signing keys, the functions
they may exercise. An agreement asks for functions by name ("signed by the director"), never for keys.

Rules for whoever keeps cards (`check_succession`; compare TUF's client workflow 5.3):

1. the first card is under the root that the agreement pins;
2. a version lower than one ever seen is refused; the same version with other content shows a Party with two faces;
3. a new root is announced by a card that the old root signed too. Where the old root is lost, the Parties sign a text
   that pins the new one, and the caller says so;
4. from `expires` on nothing new is sealed for the keys of a card or believed under them; what was signed before stays
   good.

Exact bytes are kept and passed on; the digest of a card is that of its signed payload. Source: `specs/card.md`.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Final, TypeVar

import msgspec

from comity import signing
from comity.errors import BadInput, ForeignInput, RefusedHere, VerificationFailed
from comity.identifiers import Digest, is_party_id
from comity.keys import SealingPublic, SigningKey, VerifyKey
from comity.strict import read_as, read_base64, write_base64, write_json

__all__ = [
    "FUNCTIONS",
    "PAYLOAD_TYPE",
    "TLS",
    "Card",
    "SealingEntry",
    "SignedCard",
    "SigningEntry",
    "check_chain",
    "check_succession",
    "issue",
    "read_card",
    "sealing_entry",
    "signing_entry",
]

PAYLOAD_TYPE: Final = "application/vnd.comity.card+json;version=1"

#: Functions that Comity itself asks for. A Party adds those its agreements name, such as `director`.
FUNCTIONS: Final = (
    "agreement",
    "protocol:minister",
    "consent",
    "disclosure",
    "journal",
    "witness",
    "control",
    "tls",
)

#: The function of the key under which an endpoint answers and a node calls. Such a key exercises no other: a key that
#: answers whoever calls must never be able to speak for its Party.
TLS: Final = "tls"

MAX_CARD_BYTES: Final = 256 * 1024
_MAX_KEYS, _MAX_ENDPOINTS, _MAX_NAMES, _MAX_TEXT = 64, 16, 64, 256

_FUNCTION = re.compile(r"[a-z][a-z0-9-]{0,63}(?::[a-z0-9-]{1,64})?\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}\Z")
_ENDPOINT = re.compile(
    r"(?:relay\+)?(?:https://[A-Za-z0-9.\-\[\]:]+|http://(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?)"
    r"(?:/[A-Za-z0-9._~/-]*)?\Z"
)

#: A moment with its offset; cards are written in UTC.
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Version = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]


class SigningEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """A signing key: its fingerprint, its public bytes (base64), its functions, its days (`until` excluded)."""

    keyid: str
    public: str
    functions: tuple[str, ...]
    from_: Moment
    until: Moment


class SealingEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """A sealing key: its fingerprint, its public bytes (base64), its days (`until` excluded)."""

    keyid: str
    public: str
    from_: Moment
    until: Moment


Entry = TypeVar("Entry", SigningEntry, SealingEntry)


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a Party says about itself.

    Attributes:
        party: its DNS name.
        version: 1, 2, …; never goes back.
        names: language tag to name.
        issued, expires: the card speaks from the first up to the second, exclusive.
        endpoints: where envelopes are taken, in order of preference: `https://…`, `relay+https://…`; plain `http` only
            to this machine. May be empty for a Party reached by pouch.
        root: public root key, base64 of 32 bytes.
        signing, sealing: its keys. Past ones stay as long as something signed with them must be checked.
    """

    party: str
    version: Version
    names: dict[str, str]
    issued: Moment
    expires: Moment
    endpoints: tuple[str, ...]
    root: str
    signing: tuple[SigningEntry, ...]
    sealing: tuple[SealingEntry, ...]

    @property
    def root_key(self) -> VerifyKey:
        """The public root key."""
        return VerifyKey(read_base64(self.root, length=32, what="card: root"))

    def signing_keys(self, function: str, at: datetime) -> dict[str, VerifyKey]:
        """Give the keys that may exercise `function` at `at`, by fingerprint; none before issue or once expired."""
        return {
            entry.keyid: _verify_key(entry.public)
            for entry in self._in_force(self.signing, at)
            if function in entry.functions
        }

    def sealing_keys(self, at: datetime) -> dict[str, SealingPublic]:
        """Give the keys to seal for at `at`, by fingerprint.

        Raises:
            RefusedHere: the card has expired or has no sealing key in force: nothing may be sealed.
        """
        if at >= self.expires:
            raise RefusedHere(
                f"card {self.version} of {self.party} expired at {self.expires:%Y-%m-%dT%H:%M:%SZ}",
                hint=f"ask {self.party} for its present card: comity card accept FILE",
            )
        keys = {entry.keyid: _sealing_public(entry.public) for entry in self._in_force(self.sealing, at)}
        if not keys:
            raise RefusedHere(f"card {self.version} of {self.party} has no sealing key in force")
        return keys

    def _in_force(self, entries: Iterable[Entry], at: datetime) -> Iterator[Entry]:
        if at < self.expires:
            yield from (entry for entry in entries if entry.from_ <= at < entry.until)


class SignedCard(msgspec.Struct, frozen=True):
    """A card whose root signature held, with the bytes to keep and pass on.

    Attributes:
        card: what it says.
        signed: the DSSE envelope as it came.
        digest: SHA-256 of the signed payload, hexadecimal: the identity of this card.
    """

    card: Card
    signed: bytes
    digest: Digest

    @property
    def party(self) -> str:
        """The Party it is the card of."""
        return self.card.party

    @property
    def root_fingerprint(self) -> str:
        """The name of its root key, as an agreement pins it."""
        return self.card.root_key.fingerprint

    def signing_keys(self, function: str, at: datetime) -> dict[str, VerifyKey]:
        """Give the keys that may exercise `function` at `at`, by fingerprint."""
        return self.card.signing_keys(function, at)

    def sealing_keys(self, at: datetime) -> dict[str, SealingPublic]:
        """Give the keys to seal for at `at`; raises `RefusedHere` where there is none."""
        return self.card.sealing_keys(at)


@lru_cache(maxsize=4096)
def _verify_key(public: str) -> VerifyKey:
    """Read a key of a card once: every signature under it asks for it again."""
    return VerifyKey(read_base64(public))


@lru_cache(maxsize=1024)
def _sealing_public(public: str) -> SealingPublic:
    """Read a sealing key of a card once."""
    return SealingPublic(read_base64(public))


def signing_entry(key: VerifyKey, functions: Sequence[str], from_: datetime, until: datetime) -> SigningEntry:
    """Make the entry of a signing key."""
    return SigningEntry(key.fingerprint, write_base64(key.raw), tuple(functions), from_, until)


def sealing_entry(key: SealingPublic, from_: datetime, until: datetime) -> SealingEntry:
    """Make the entry of a sealing key."""
    return SealingEntry(key.fingerprint, write_base64(key.raw), from_, until)


def issue(card: Card, root_key: SigningKey, *, old_root: SigningKey | None = None) -> signing.Signed:
    """Sign a card with its root and, where the root changes, with the one before.

    Raises:
        BadInput: the card breaks a rule, or names another root than `root_key`. All mistakes are given.
    """
    mistakes = list(_mistakes(card))
    if card.root != write_base64(root_key.public.raw):
        mistakes.append("root: not the public half of the key that is to sign")
    if mistakes:
        raise BadInput(*(f"card of {card.party}: {mistake}" for mistake in mistakes))
    keys = [root_key] if old_root is None else [root_key, old_root]
    return signing.sign(PAYLOAD_TYPE, write_json(card), *keys)


def read_card(data: bytes, *, root_fingerprint: str | None) -> SignedCard:
    """Read a card and check that its own root signed it.

    Args:
        data: the DSSE envelope as it came.
        root_fingerprint: the root that an agreement pins, or None to look at a card of which nothing is known yet
            (`comity card show`): then only that it is whole is checked, not whose it is.

    Raises:
        ForeignInput: it is not a card; all mistakes are given.
        VerificationFailed: its root did not sign it, or is not the pinned one.
    """
    signed = signing.from_bytes(data, max_bytes=MAX_CARD_BYTES, what="card")
    card = read_as(signed.payload, Card, max_bytes=MAX_CARD_BYTES, what="card")
    mistakes = list(_mistakes(card))
    if mistakes:
        raise ForeignInput(*(f"card of {card.party[:80]}: {mistake}" for mistake in mistakes))
    root = card.root_key
    if root_fingerprint is not None and root.fingerprint != root_fingerprint:
        raise VerificationFailed(
            f"card of {card.party} is under the root {root.fingerprint[:24]}…, "
            f"the agreement pins {root_fingerprint[:24]}…"
        )
    signing.verify(signed, PAYLOAD_TYPE, {root.fingerprint: root})
    return SignedCard(card, data, Digest(hashlib.sha256(signed.payload).hexdigest()))


def check_succession(
    old: SignedCard | None, new: bytes, pinned_root: str | None, *, repinned: bool = False
) -> SignedCard:
    """Decide whether a card may take the place of the one held.

    Args:
        old: the newest card ever accepted for this Party, or None at the first.
        new: the card that came.
        pinned_root: fingerprint in the agreement. It decides about the first card; later ones follow from the one held.
        repinned: a text signed since `old` came pins `pinned_root`; that stands in for the old root's signature.

    Returns:
        The new card; `old` itself where the same came again.

    Raises:
        ForeignInput: it is not a card.
        VerificationFailed: another Party's card, an older version, other content under the same version, or a new root
            that neither the old one nor a text of the Parties announces.
    """
    if old is None:
        return read_card(new, root_fingerprint=pinned_root)
    came = read_card(new, root_fingerprint=None)
    held, card = old.card, came.card
    if card.party != held.party:
        raise VerificationFailed(f"card of {card.party} cannot follow one of {held.party}")
    if not (repinned and came.root_fingerprint == pinned_root):
        _check_same_or_announced_root(old, came)
    if card.version < held.version:
        raise VerificationFailed(
            f"card {card.version} of {card.party} is older than card {held.version}, already seen"
        )
    if card.version == held.version:
        if came.digest != old.digest:
            raise VerificationFailed(f"two different cards of {card.party} bear version {card.version}")
        return old
    return came


def check_chain(cards: Sequence[bytes], pinned_root: str) -> SignedCard:
    """Follow a Party's cards, oldest first, from the root that an agreement pins to the newest.

    For whoever joins late, after a root was succeeded: one card under each root suffices.

    Raises:
        BadInput: there is no card.
        ForeignInput, VerificationFailed: as for `check_succession`, at the first card that does not follow.
    """
    if not cards:
        raise BadInput("no card to check")
    held: SignedCard | None = None
    for data in cards:
        held = check_succession(held, data, pinned_root)
    assert held is not None
    return held


def _check_same_or_announced_root(old: SignedCard, came: SignedCard) -> None:
    if came.card.root == old.card.root:
        return
    signed = signing.from_bytes(came.signed, max_bytes=MAX_CARD_BYTES, what="card")
    former = old.card.root_key
    try:
        signing.verify(signed, PAYLOAD_TYPE, {former.fingerprint: former})
    except VerificationFailed:
        raise VerificationFailed(
            f"card {came.card.version} of {came.party} is under a new root that the old one, "
            f"{former.fingerprint[:24]}…, did not sign",
            hint="the Parties may pin the new root in a text they sign",
        ) from None


def _mistakes(card: Card) -> Iterator[str]:
    """Name everything in a card that breaks a rule of `specs/card.md`."""
    if not is_party_id(card.party):
        yield "party: not a DNS name in lower case"
    if not card.issued < card.expires:
        yield "expires: not after issued"
    yield from _name_mistakes(card.names)
    if len(card.endpoints) > _MAX_ENDPOINTS:
        yield f"endpoints: more than {_MAX_ENDPOINTS}"
    for number, endpoint in enumerate(card.endpoints[:_MAX_ENDPOINTS], 1):
        if len(endpoint) > _MAX_TEXT or not _ENDPOINT.match(endpoint):
            yield f"endpoint {number}: not https:// or relay+https:// (plain http only to this machine)"
    root = _fingerprint_of(VerifyKey, card.root)
    if root is None:
        yield "root: not a public Ed25519 key in base64"
    yield from _key_mistakes(card, root)


def _name_mistakes(names: dict[str, str]) -> Iterator[str]:
    if not 0 < len(names) <= _MAX_NAMES:
        yield f"names: {len(names)} where 1 to {_MAX_NAMES} belong"
    for language, name in names.items():
        if not _LANGUAGE.match(language):
            yield f"names: `{language[:20]}` is not a language tag"
        if not 0 < len(name) <= _MAX_TEXT or not name.isprintable():
            yield f"names: the one in `{language[:20]}` is empty, too long or holds unprintable characters"


def _key_mistakes(card: Card, root: str | None) -> Iterator[str]:
    entries: tuple[SigningEntry | SealingEntry, ...] = (*card.signing, *card.sealing)
    if len(entries) > _MAX_KEYS:
        yield f"more than {_MAX_KEYS} keys"
        return
    for keyid, times in Counter(entry.keyid for entry in entries).items():
        if times > 1:
            yield f"key {keyid[:24]}…: listed {times} times"
    for entry in entries:
        place = f"key {entry.keyid[:24]}…"
        kind = VerifyKey if isinstance(entry, SigningEntry) else SealingPublic
        if _fingerprint_of(kind, entry.public) != entry.keyid:
            yield f"{place}: not the fingerprint of its public bytes"
        if entry.keyid == root:
            yield f"{place}: the root signs only cards"
        if not entry.from_ < entry.until:
            yield f"{place}: until is not after from"
        if isinstance(entry, SigningEntry):
            yield from _function_mistakes(place, entry.functions)


def _function_mistakes(place: str, functions: tuple[str, ...]) -> Iterator[str]:
    if not 0 < len(functions) <= _MAX_KEYS:
        yield f"{place}: {len(functions)} functions where 1 to {_MAX_KEYS} belong"
    for function in functions[:_MAX_KEYS]:
        if not _FUNCTION.match(function):
            yield f"{place}: `{function[:40]}` is not a function"
    if TLS in functions and len(functions) > 1:
        yield f"{place}: a key for `{TLS}` exercises no other function"


def _fingerprint_of(kind: type[VerifyKey] | type[SealingPublic], public: str) -> str | None:
    try:
        return kind(read_base64(public)).fingerprint
    except BadInput:
        return None
