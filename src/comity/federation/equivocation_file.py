"""Two heads of one size that one Party signed: a file anybody can check alone.

Source: `specs/evidence.md` §4.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from comity.errors import VerificationFailed
from comity.federation.messages import SignedText
from comity.federation.proof_file import check_cards, read_exactly, verify_checkpoint_in_file
from comity.strict import write_json

__all__ = [
    "EquivocationFile",
    "EquivocationReport",
    "read_equivocation",
    "verify_equivocation",
    "write_equivocation",
]


class EquivocationFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Two checkpoints of one tree, each signed by its owner and by nobody else, and the owner's cards."""

    comity: Literal["equivocation"] = "equivocation"
    version: Literal[1] = 1
    by: str
    origin: str
    notes: tuple[str, str]
    cards: tuple[SignedText, ...]


class EquivocationReport(msgspec.Struct, frozen=True):
    """What the file proves: who signed two roots for how many entries of which tree."""

    by: str
    origin: str
    entries: int
    signed: tuple[str, str]
    roots: dict[str, str]


def write_equivocation(file: EquivocationFile) -> bytes:
    """Write the file; there is exactly one spelling of it."""
    return write_json(file) + b"\n"


def read_equivocation(data: bytes) -> EquivocationFile:
    """Read the file; nothing in it has been checked yet.

    Raises:
        ForeignInput: it is not one, or spelled otherwise.
    """
    return read_exactly(data, EquivocationFile, "equivocation")


def verify_equivocation(file: EquivocationFile, roots: Mapping[str, str] | None = None) -> EquivocationReport:
    """Check that one Party signed both heads, and that they cannot both be true.

    Raises:
        ForeignInput, VerificationFailed: something does not hold; the message names it.
    """
    cards = check_cards(file.cards, roots or {})
    one, other = (verify_checkpoint_in_file(note, file.origin, file.by, (), cards)[0] for note in file.notes)
    if not file.origin.startswith(f"{file.by}/"):
        raise VerificationFailed(f"`{file.origin[:120]}` is no tree of {file.by}")
    if one.size != other.size or one.root == other.root:
        raise VerificationFailed("the two heads do not contradict each other: no two roots for one size")
    return EquivocationReport(
        by=file.by,
        origin=file.origin,
        entries=one.size,
        signed=(one.root.hex(), other.root.hex()),
        roots={card.party: card.root_fingerprint for card in cards},
    )
