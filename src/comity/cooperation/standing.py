"""How a matter stands, as tables a person reads at a glance: the lines of a plan, the seats of a mission, what is out.

The story tells what was said; this tells what has come of it. It shows nothing that the facts do not hold.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final, cast

import msgspec

from comity.cooperation.continuity import ContinuityFacts
from comity.cooperation.deliveries import DeliveryFacts
from comity.cooperation.matter import Matter
from comity.cooperation.measures import MeasureFacts
from comity.cooperation.missions import MissionFacts
from comity.cooperation.places import PlaceFacts, places_taken
from comity.cooperation.plans import Line, PlanFacts

__all__ = ["DAYS", "OUR_WORDS", "STANDING", "Table", "standing_of"]

#: Columns whose cells are words of ours, and columns that hold days; what stands in the others somebody wrote.
OUR_WORDS: Final = frozenset({"kind", "how it stands", "how ready it is"})
DAYS: Final = frozenset({"from", "until", "day", "back by"})


class Table(msgspec.Struct, frozen=True):
    """A table: the heads of its columns, and its rows. Heads and what is no name are sentences of ours."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def standing_of(matter: Matter) -> tuple[Table, ...]:
    """Give the tables that show how a matter stands; none of a kind that has nothing to count."""
    tables = STANDING.get(matter.kind.name)
    if tables is None or matter.facts is None:
        return ()
    return tuple(table for table in tables(matter) if table.rows)


def _table(heads: str, rows: Iterable[Iterable[Any]]) -> Table:
    return Table(tuple(heads.split("|")), tuple(tuple(map(_cell, row)) for row in rows))


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "–"
    return value.isoformat() if isinstance(value, date) else str(value)


def _plan(matter: Matter) -> Iterator[Table]:
    facts = cast("PlanFacts", matter.facts)
    yield _table(
        "line|kind|what|until|who|how many|how it stands",
        (
            (
                name,
                line.says.of,
                line.says.words,
                line.says.until,
                line.says.by,
                line.says.count,
                _of_line(line),
            )
            for name, line in sorted(facts.lines.items())
        ),
    )


def _of_line(line: Line) -> str:
    if line.objection:
        return "objected to"
    if not line.agreed:
        return "proposed"
    return "agreed" if line.progress == "open" else line.progress


def _mission(matter: Matter) -> Iterator[Table]:
    facts = cast("MissionFacts", matter.facts)
    yield _table(
        "seat|function|from|until|how it stands",
        (
            (name, seat.function, seat.begins, seat.ends, seat.state)
            for name, seat in sorted(facts.seats.items())
        ),
    )
    wanted: Mapping[str, str] = facts.wanted
    yield _table(
        "of the host|what|how it stands",
        (
            *((what, words, "provided") for what, words in sorted(facts.provided.items())),
            *((what, words, "asked for") for what, words in sorted(wanted.items())),
        ),
    )


def _places(matter: Matter) -> Iterator[Table]:
    facts = cast("PlaceFacts", matter.facts)
    taken = places_taken(facts)
    yield _table("places|taken|free", ((facts.places, taken, facts.places - taken),))
    yield _table(
        "nominee|function|from|until|days|how it stands",
        (
            (name, place.function, place.begins, place.ends, place.days, place.state)
            for name, place in sorted(facts.nominees.items())
        ),
    )


def _delivery(matter: Matter) -> Iterator[Table]:
    facts = cast("DeliveryFacts", matter.facts)
    lent = facts.opening.form == "loan"
    yield _table(
        "agreed|delivered|replaced|received|returned|still out|back by",
        (
            (
                facts.count,
                facts.delivered,
                facts.replaced or None,
                facts.received,
                facts.returned if lent else None,
                facts.out if lent else None,
                facts.until,
            ),
        ),
    )


def _continuity(matter: Matter) -> Iterator[Table]:
    facts = cast("ContinuityFacts", matter.facts)
    yield _table("Party|how ready it is", sorted(facts.ready.items()))
    yield _table(
        "rehearsal|day|what|how it stands",
        (
            (
                name,
                each.held_on or each.on,
                each.words,
                "held" if each.held_on else "agreed" if each.agreed else "proposed",
            )
            for name, each in sorted(facts.rehearsals.items())
        ),
    )
    yield _table(
        "finding|what|who mends it|until|how it stands",
        (
            (name, each.words, each.owner, each.until, "mended" if each.mended else "open")
            for name, each in sorted(facts.findings.items())
        ),
    )


def _measure(matter: Matter) -> Iterator[Table]:
    facts = cast("MeasureFacts", matter.facts)
    yield _table(
        "phase|how it stands",
        ((phase, "over" if phase in facts.over else "open") for phase in facts.proposal.phases),
    )
    yield _table("Party|contributions", sorted(facts.contributions.items()))


#: Kind -> its tables.
STANDING: Final[Mapping[str, Callable[[Matter], Iterator[Table]]]] = {
    "plan": _plan,
    "mission": _mission,
    "training": _places,
    "quota": _places,
    "delivery": _delivery,
    "continuity": _continuity,
    "measure": _measure,
}
