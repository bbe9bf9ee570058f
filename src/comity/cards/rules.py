"""What a card must hold (`specs/card.md` §1 and §2): every mistake is named."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from comity.cards.card import TLS, Card, Revocation, RootKeys, SealingEntry, SigningEntry
from comity.errors import BadInput
from comity.identifiers import is_party_id
from comity.keys import SealingPublic, VerifyKey, is_key_name
from comity.strict import read_base64

_MAX_KEYS, _MAX_ENDPOINTS, _MAX_NAMES, _MAX_TEXT = 64, 16, 64, 256
_MAX_REVOKED: Final = 256
#: A root of several keys has at least two and at most sixteen.
_ROOT_KEYS: Final = range(2, 17)

_FUNCTION = re.compile(r"[a-z][a-z0-9-]{0,63}(?::[a-z0-9-]{1,64})?\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}\Z")
_ENDPOINT = re.compile(
    r"(?:relay\+)?(?:https://[A-Za-z0-9.\-\[\]:]+|http://(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?)"
    r"(?:/[A-Za-z0-9._~/-]*)?\Z"
)


def mistakes(card: Card) -> Iterator[str]:
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
    roots = list(_roots(card))
    if None in roots:
        yield "root: not a public Ed25519 key in base64"
    if isinstance(card.root, RootKeys):
        yield from _threshold_mistakes(card.root, roots)
    yield from _key_mistakes(card, roots)
    yield from _revocation_mistakes(card.revoked)


def _roots(card: Card) -> Iterator[str | None]:
    keys = (card.root,) if isinstance(card.root, str) else card.root.keys
    for key in keys[: _ROOT_KEYS.stop]:
        yield _fingerprint_of(VerifyKey, key)


def _threshold_mistakes(root: RootKeys, found: Sequence[str | None]) -> Iterator[str]:
    if len(root.keys) not in _ROOT_KEYS:
        yield f"root: {len(root.keys)} keys where {_ROOT_KEYS.start} to {_ROOT_KEYS.stop - 1} belong"
    elif len(set(found)) < len(found):
        yield "root: one key stands twice"
    if not root.threshold < len(root.keys):
        yield "root: the threshold must be less than the number of keys, so that the loss of one is no end"


def _name_mistakes(names: dict[str, str]) -> Iterator[str]:
    if not 0 < len(names) <= _MAX_NAMES:
        yield f"names: {len(names)} where 1 to {_MAX_NAMES} belong"
    for language, name in names.items():
        if not _LANGUAGE.match(language):
            yield f"names: `{language[:20]}` is not a language tag"
        if not 0 < len(name) <= _MAX_TEXT or not name.isprintable():
            yield f"names: the one in `{language[:20]}` is empty, too long or holds unprintable characters"


def _key_mistakes(card: Card, roots: Sequence[str | None]) -> Iterator[str]:
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
        if entry.keyid in roots:
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


def _revocation_mistakes(revoked: Sequence[Revocation]) -> Iterator[str]:
    if len(revoked) > _MAX_REVOKED:
        yield f"revoked: more than {_MAX_REVOKED}"
        return
    for keyid, times in Counter(each.keyid for each in revoked).items():
        if not is_key_name(keyid):
            yield f"revoked: `{keyid[:40]}` is not the fingerprint of a key"
        if times > 1:
            yield f"revoked: key {keyid[:24]}… stands {times} times"


def _fingerprint_of(kind: type[VerifyKey] | type[SealingPublic], public: str) -> str | None:
    try:
        return kind(read_base64(public)).fingerprint
    except BadInput:
        return None
