"""Upkeep: what an entry would cause before it is made, and what closed hits teach about sources and thresholds.

A register is judged by what comes of its hits, not by how many records it has. Every hit is closed with an outcome;
from the outcomes follow the precision of each source and the threshold an agreement would do best with. Nothing here
changes anything by itself: a person reads it and decides.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from comity.register.checking import check
from comity.register.examination import Query
from comity.register.index import NameIndex
from comity.register.scoring import THRESHOLD
from comity.register.subjects import Subject

__all__ = ["OUTCOMES", "Closed", "Impact", "Precision", "impact_of", "precision_by", "threshold_from"]

Outcome = Literal["confirmed", "false", "undetermined"]
OUTCOMES: tuple[Outcome, ...] = ("confirmed", "false", "undetermined")

#: Look-alikes looked for.
_LOOKED_AT = 50
#: From here on somebody resembles an entry enough to be looked at (`comity.register.answers.POSSIBLE`).
_ALIKE = 0.5
#: Reasons are not asked for.
_NEVER = 2.0
#: Closed hits below which no threshold is proposed: chance would speak.
_ENOUGH = 20
#: Share of hits that should be right at the threshold proposed.
_RIGHT = 0.5


class Impact(msgspec.Struct, frozen=True):
    """What an entry would cause.

    Attributes:
        look_alikes: others in the register that resemble it, best first: id and score.
        false_hits: of these, how many a check for them would take for it.
        size: subjects in the register.
        volume: checks a day under the agreements it would answer; None where none is agreed.
        a_day: false hits a day to expect, taking those checked to have names like those registered; None without a
            volume.
    """

    look_alikes: tuple[tuple[str, float], ...]
    false_hits: int
    size: int
    volume: int | None
    a_day: float | None


def impact_of(
    index: NameIndex, subject: Subject, *, volume: int | None = None, threshold: float = THRESHOLD
) -> Impact:
    """Say what entering a subject would cause, by its names alone: dates and countries of strangers are not known."""
    query = Query(subject.id, subject.schema, subject.names)
    found = [
        hit
        for hit in check(index, query, limit=_LOOKED_AT, threshold=threshold, explain_from=_NEVER)
        if hit.id != subject.id and hit.score >= _ALIKE
    ]
    false_hits = sum(hit.score >= threshold for hit in found)
    size = index.live_entities
    return Impact(
        look_alikes=tuple((hit.id, hit.score) for hit in found),
        false_hits=false_hits,
        size=size,
        volume=volume,
        a_day=None if volume is None else round(volume * false_hits / max(size, 1), 3),
    )


class Closed(msgspec.Struct, frozen=True):
    """A hit that was closed: whose record, who says what stands in it, its score, and what came of it."""

    owner: str
    sources: tuple[str, ...]
    score: float
    outcome: str


class Precision(msgspec.Struct, frozen=True):
    """What the hits on one source's records came to.

    Attributes:
        share: confirmed of those decided either way; None where none was.
    """

    source: str
    confirmed: int
    false: int
    undetermined: int
    share: float | None


def precision_by(closed: Iterable[Closed]) -> list[Precision]:
    """Count outcomes by source, in the order of their names; a hit counts for every source of its record."""
    counts: dict[str, dict[str, int]] = {}
    for hit in closed:
        for source in hit.sources or (hit.owner,):
            count = counts.setdefault(source, dict.fromkeys(OUTCOMES, 0))
            count[hit.outcome] += 1
    return [
        Precision(source, count["confirmed"], count["false"], count["undetermined"], _share(count))
        for source, count in sorted(counts.items())
    ]


def _share(count: dict[str, int]) -> float | None:
    decided = count["confirmed"] + count["false"]
    return round(count["confirmed"] / decided, 3) if decided else None


def threshold_from(closed: Sequence[Closed], *, right: float = _RIGHT) -> float | None:
    """Propose a threshold: the lowest score from which on at least a share `right` of the hits was confirmed.

    None where too few are closed to say, or no score would do.
    """
    decided = sorted((hit for hit in closed if hit.outcome != "undetermined"), key=lambda hit: -hit.score)
    if len(decided) < _ENOUGH:
        return None
    best, confirmed = None, 0
    for count, hit in enumerate(decided, 1):
        confirmed += hit.outcome == "confirmed"
        level = count == len(decided) or decided[count].score < hit.score
        if level and confirmed >= right * count:
            best = round(hit.score, 3)
    return best
