"""What all files of evidence have in common: their one spelling, the cards they bring, the checkpoint they hang from.

Source: `specs/evidence.md` §1.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from comity.cards import SignedCard, check_succession, read_card
from comity.errors import BadInput, ComityError, ForeignInput, VerificationFailed
from comity.federation.messages import SignedText
from comity.journal.checkpoint import (
    Checkpoint,
    Cosignature,
    read_note,
    verify_checkpoint,
    verify_cosignature,
)
from comity.keys import VerifyKey
from comity.strict import read_as, write_json

__all__ = ["MAX_BYTES", "check_cards", "named", "read_exactly", "verify_checkpoint_in_file"]

#: A lineage of hundreds of sources with all cards comes to a few megabytes.
MAX_BYTES = 32 * 1024 * 1024

T = TypeVar("T")


def read_exactly(data: bytes, kind: type[T], what: str) -> T:
    """Read a file of which there is one spelling, so that no byte of it is without meaning.

    Raises:
        ForeignInput: it is not one, or spelled otherwise.
    """
    read = read_as(data, kind, max_bytes=MAX_BYTES, what=what)
    if write_json(read) + b"\n" != data:
        raise ForeignInput(f"{what}: not spelled as such a file is")
    return read


def check_cards(texts: Sequence[SignedText], roots: Mapping[str, str]) -> list[SignedCard]:
    """Check the cards of a file: each under its own root, a Party's all in one succession, under the root known."""
    cards = [
        named(f"card {number}", lambda text=text: read_card(text.encode(), root_fingerprint=None))
        for number, text in enumerate(texts, 1)
    ]
    newest: dict[str, SignedCard] = {}
    for card in sorted(cards, key=lambda each: each.card.version):
        newest[card.party] = named(
            f"card of {card.party}",
            lambda card=card: check_succession(newest.get(card.party), card.signed, None),
        )
    for party, root in roots.items():
        held = {card.root_fingerprint for card in cards if card.party == party}
        if root not in held:
            raise VerificationFailed(f"no card of {party} in the file hangs from the root {root[:24]}…")
    return cards


def verify_checkpoint_in_file(
    note: str, origin: str, by: str, witnesses: Sequence[str], cards: Iterable[SignedCard]
) -> tuple[Checkpoint, list[Cosignature]]:
    """Check a checkpoint: the owner's line, a line of each witness named, and no line besides."""
    held = list(cards)
    head = _first(
        _keys(held, by, "journal"),
        lambda key: verify_checkpoint(note, origin, key),
        f"the checkpoint of `{origin}` is not signed by a key for journals of {by}",
    )
    cosigned = [
        _first(
            _keys(held, witness, "witness"),
            lambda key, witness=witness: verify_cosignature(note, witness, key),
            f"the checkpoint of `{origin}` is not cosigned by {witness}",
        )
        for witness in witnesses
    ]
    if len(read_note(note).signatures) != 1 + len(set(witnesses)) or len(set(witnesses)) != len(witnesses):
        raise VerificationFailed(f"the checkpoint of `{origin}` bears lines of nobody named")
    return head, cosigned


def _keys(cards: Iterable[SignedCard], party: str, function: str) -> dict[str, VerifyKey]:
    """Give the keys a Party's cards name for a function, whatever their days: a checkpoint bears no time of its own."""
    return {
        keyid: key
        for card in cards
        if card.party == party
        for entry in card.card.signing
        if function in entry.functions
        for keyid, key in card.signing_keys(function, max(entry.from_, card.card.issued)).items()
    }


def _first(keys: Mapping[str, VerifyKey], check: Any, otherwise: str) -> Any:
    for key in keys.values():
        try:
            return check(key)
        except VerificationFailed:
            continue
    raise VerificationFailed(otherwise)


def named(what: str, work: Any) -> Any:
    """Do something and put its name before what does not hold."""
    try:
        return work()
    except BadInput as error:
        raise ForeignInput(*(f"{what}: {mistake}" for mistake in error.mistakes)) from None
    except ComityError as error:
        raise VerificationFailed(f"{what}: {error.message}") from None
