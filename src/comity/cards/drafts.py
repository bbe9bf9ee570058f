"""A card on its way to its signatures: a file that goes from one holder of a root key to the next.

A root may be shared among several people who never meet, each with a key on a machine without any network. The draft
holds what is to be signed, the card before it (whose root signs too where the root changes), and the signatures so
far. Every holder sees what the new card changes before signing; `finish` gives the card once enough have signed.
"""

from typing import Final, Literal

import msgspec

from comity import signing
from comity.cards.card import Card, Root, SealingEntry, SigningEntry
from comity.cards.rules import mistakes
from comity.cards.signed import PAYLOAD_TYPE, SignedCard, read_card, read_payload
from comity.errors import BadInput, RefusedHere
from comity.keys import SIGNATURE_BYTES, SigningKey
from comity.strict import read_as, read_base64, write_base64, write_json

FORMAT: Final = "comity-card-draft-v1"
_MAX_BYTES: Final = 1024 * 1024


class _Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    keyid: str
    sig: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: str
    card: str
    held: str
    signatures: list[_Mark]


class Draft(msgspec.Struct, frozen=True):
    """A card not yet signed by enough.

    Attributes:
        payload: the bytes to sign; `card`: what they say.
        held: the card it is to follow; None for a first card.
        signatures: those that hold so far.
    """

    payload: bytes
    card: Card
    held: SignedCard | None
    signatures: tuple[signing.Signature, ...] = ()


class Missing(msgspec.Struct, frozen=True):
    """A root that has not signed enough: which of the two, how many more, and whose signatures would count."""

    which: Literal["new", "held"]
    root: str
    more: int
    keys: tuple[str, ...]


class Change(msgspec.Struct, frozen=True):
    """One thing a new card changes: `what`, at which key or field, from what to what."""

    what: str
    name: str = ""
    before: str = ""
    after: str = ""


def draft(card: Card, held: SignedCard | None) -> Draft:
    """Begin a draft.

    Raises:
        BadInput: the card breaks a rule; all mistakes are given.
    """
    found = list(mistakes(card))
    if found:
        raise BadInput(*(f"card of {card.party}: {mistake}" for mistake in found))
    return Draft(write_json(card), card, held)


def sign_draft(draft: Draft, key: SigningKey) -> Draft:
    """Add the signature of one root key.

    Raises:
        RefusedHere: the key is of neither root; an everyday key signs no card.
    """
    if not any(key.fingerprint in root.keys for _, root in _roots(draft)):
        raise RefusedHere(
            f"{key.fingerprint[:24]}… is no root key of {draft.card.party}: only roots sign cards",
            hint="comity card sign DRAFT shows which keys are to sign",
        )
    mark = signing.Signature(key.fingerprint, key.sign(signing.pae(PAYLOAD_TYPE, draft.payload)))
    others = tuple(each for each in draft.signatures if each.keyid != key.fingerprint)
    return msgspec.structs.replace(draft, signatures=(*others, mark))


def missing(draft: Draft) -> tuple[Missing, ...]:
    """Give which roots have not signed enough; empty once the card can be published."""
    have = {mark.keyid for mark in draft.signatures}
    found = []
    for which, root in _roots(draft):
        more = root.threshold - len(have & root.keys.keys())
        if more > 0:
            found.append(Missing(which, root.fingerprint, more, tuple(sorted(root.keys.keys() - have))))
    return tuple(found)


def finish(draft: Draft, *, root_lost: bool = False) -> bytes:
    """Give the signed card.

    Args:
        root_lost: the root before cannot sign; the Parties of a text will sign a reintroduction instead.

    Raises:
        RefusedHere: signatures are missing.
    """
    lacking = [each for each in missing(draft) if each.which == "new" or not root_lost]
    if lacking:
        told = "; ".join(f"{each.more} more of the {each.which} root {each.root[:24]}…" for each in lacking)
        raise RefusedHere(
            f"card {draft.card.version} of {draft.card.party} lacks signatures: {told}",
            hint="comity card sign DRAFT --key FILE",
        )
    return signing.to_bytes(signing.Signed(PAYLOAD_TYPE, draft.payload, draft.signatures))


def write_draft(draft: Draft) -> bytes:
    """Write the file."""
    marks = [_Mark(mark.keyid, write_base64(mark.sig)) for mark in draft.signatures]
    held = draft.held.signed.decode() if draft.held is not None else ""
    return write_json(_File(FORMAT, write_base64(draft.payload), held, marks)) + b"\n"


def read_draft(data: bytes) -> Draft:
    """Read the file; every signature in it is checked.

    Raises:
        ForeignInput: it is not one, or the card in it breaks a rule.
        VerificationFailed: a signature does not hold.
    """
    file = read_as(data, _File, max_bytes=_MAX_BYTES, what="card draft")
    if file.format != FORMAT:
        raise BadInput(f"card draft: not in the format {FORMAT}")
    payload = read_base64(file.card, what="card draft: card")
    held = read_card(file.held.encode(), root_fingerprint=None) if file.held else None
    begun = Draft(payload, read_payload(payload), held)
    if held is not None and held.party != begun.card.party:
        raise BadInput(f"card draft: a card of {begun.card.party} that is to follow one of {held.party}")
    data_signed = signing.pae(PAYLOAD_TYPE, payload)
    keys = {keyid: key for _, root in _roots(begun) for keyid, key in root.keys.items()}
    marks = []
    for mark in file.signatures[: len(keys) + 1]:
        if mark.keyid not in keys:
            raise BadInput(
                f"card draft: signed by {mark.keyid[:24]}…, which is no root key of {begun.card.party}"
            )
        sig = read_base64(mark.sig, length=SIGNATURE_BYTES, what="card draft: signature")
        keys[mark.keyid].verify(sig, data_signed)
        marks.append(signing.Signature(mark.keyid, sig))
    return msgspec.structs.replace(begun, signatures=tuple(marks))


def changes(draft: Draft) -> tuple[Change, ...]:
    """Give what the new card changes, for whoever is to sign it."""
    new = draft.card
    old = draft.held.card if draft.held is not None else None
    before, after = (_fields(old) if old else {}), _fields(new)
    found = [
        Change(what, before=before.get(what, ""), after=said)
        for what, said in after.items()
        if before.get(what) != said
    ]
    return (*found, *_key_changes(old, new))


def _fields(card: Card) -> dict[str, str]:
    root = card.root_rule
    return {
        "version": str(card.version),
        "root": f"{root.threshold} of {len(root.keys)}, {root.fingerprint}",
        "expires": f"{card.expires:%Y-%m-%d}",
        "endpoints": ", ".join(card.endpoints),
        "names": ", ".join(f"{name} ({tag})" for tag, name in card.names.items()),
    }


def _key_changes(old: Card | None, new: Card) -> list[Change]:
    before, after = (_keys(old) if old else {}), _keys(new)
    found = []
    for keyid in dict.fromkeys((*after, *before)):
        if keyid not in before:
            found.append(Change("key-new", keyid, after=after[keyid]))
        elif keyid not in after:
            found.append(Change("key-gone", keyid, before=before[keyid]))
        elif before[keyid] != after[keyid]:
            found.append(Change("key-changed", keyid, before[keyid], after[keyid]))
    for keyid, each in new.revocations.items():
        if old is None or keyid not in old.revocations:
            found.append(Change("revoked", keyid, after=f"{each.as_of:%Y-%m-%d} {each.because}"))
    return found


def _keys(card: Card) -> dict[str, str]:
    entries: tuple[SigningEntry | SealingEntry, ...] = (*card.signing, *card.sealing)
    days = {entry.keyid: f"{entry.from_:%Y-%m-%d} to {entry.until:%Y-%m-%d}" for entry in entries}
    functions = {entry.keyid: ", ".join(entry.functions) for entry in card.signing}
    return {keyid: f"{functions.get(keyid, 'sealing')}, {span}" for keyid, span in days.items()}


def _roots(draft: Draft) -> list[tuple[Literal["new", "held"], Root]]:
    found: list[tuple[Literal["new", "held"], Root]] = [("new", draft.card.root_rule)]
    if draft.held is not None and draft.held.root_fingerprint != draft.card.root_rule.fingerprint:
        found.append(("held", draft.held.card.root_rule))
    return found
