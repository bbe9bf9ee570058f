"""Answers: what a hit tells, to whom, at which step; the owner decides by the record's handling.

| handling | first answer to another Party | after a follow-up | the owner |
|---|---|---|---|
| open | the record | the record | is told of the check |
| reference | band, rough score, reference | what a person at the owner releases | is told |
| ask | band, rough score, that the owner may be asked | what a person at the owner releases | is told and asked |
| silent | nothing: as if there were no record | nothing | is told, alone |

The owner itself always sees its own record. An answer about a `silent` record is the answer about no record, byte for
byte; whoever sends it pads size and time (`comity.federation`).
"""

from enum import StrEnum

import msgspec

from comity.register.checking import Hit
from comity.register.record import Handling, Record, strictest

__all__ = ["POSSIBLE", "Answer", "Band", "Shown", "Step", "answer_for", "band_of", "rough", "tells_owner"]

#: From here to the threshold a candidate is `possible`: for a person to look at.
POSSIBLE = 0.5


class Band(StrEnum):
    """What a score comes to."""

    HIT = "hit"
    POSSIBLE = "possible"
    NONE = "none"


class Step(StrEnum):
    """Where a check stands."""

    FIRST = "first"  # the automatic answer
    RELEASED = "released"  # a person at the owner has released it after a reasoned follow-up


class Shown(StrEnum):
    """How much of a record an answer carries."""

    RECORD = "record"
    REFERENCE = "reference"
    OWNER = "owner"  # that the owner holds something and may be asked
    NOTHING = "nothing"


#: (handling, step) -> what another Party is shown.
_SHOWN = {
    (Handling.OPEN, Step.FIRST): Shown.RECORD,
    (Handling.OPEN, Step.RELEASED): Shown.RECORD,
    (Handling.REFERENCE, Step.FIRST): Shown.REFERENCE,
    (Handling.REFERENCE, Step.RELEASED): Shown.RECORD,
    (Handling.ASK, Step.FIRST): Shown.OWNER,
    (Handling.ASK, Step.RELEASED): Shown.RECORD,
    (Handling.SILENT, Step.FIRST): Shown.NOTHING,
    (Handling.SILENT, Step.RELEASED): Shown.NOTHING,
}


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a match list."""

    owner: str
    score: float
    band: Band
    shown: Shown
    reference: str = ""
    why: tuple[str, ...] = ()
    record: Record | None = None


def band_of(score: float, threshold: float) -> Band:
    """Sort a score into hit, possible or none."""
    if score >= threshold:
        return Band.HIT
    return Band.POSSIBLE if score >= min(POSSIBLE, threshold) else Band.NONE


def rough(score: float) -> float:
    """Tell a score in tenths, downwards."""
    return int(score * 10 + 1e-9) / 10


def answer_for(
    hit: Hit,
    record: Record,
    *,
    asker: str,
    threshold: float,
    step: Step = Step.FIRST,
    handling: Handling | None = None,
) -> Answer | None:
    """Give what `asker` is told of a hit, or None where it is told nothing.

    Reasons name words of the registered name, so they go only with the record itself.

    Args:
        handling: the strictest of all records linked with this one; its own by default.
    """
    owner = record.terms.owner
    strict = record.terms.handling if handling is None else strictest(handling, record.terms.handling)
    shown = Shown.RECORD if asker == owner else _SHOWN[strict, step]
    band = band_of(hit.score, threshold)
    if shown is Shown.NOTHING or (band is Band.NONE and asker != owner):
        return None
    if shown is Shown.RECORD:
        return Answer(owner, hit.score, band, shown, record.id, hit.why, record)
    return Answer(owner, rough(hit.score), band, shown, record.id if shown is Shown.REFERENCE else "")


def tells_owner(record: Record, *, asker: str) -> bool:
    """Tell whether the owner is told of a hit by `asker`: always, unless it asked itself."""
    return asker != record.terms.owner
