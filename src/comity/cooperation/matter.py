"""What a matter is, read from its log: the engine.

`unfold` takes the events of one matter, in whatever order they came, and the terms of its agreement, and gives the
matter as it stands and the story of how it came to be so. It is a pure function, the same on both nodes. An event
that does not hold changes nothing and stays in the log with what stands against it:

1. *chain*: it continues its author's own chain, and is not dated before what it continues;
2. *safeguards*: no word in it names what no agreement can allow;
3. *in force*: the agreement permitted work at that instant, or the step finishes what was begun;
4. *article*: a clause permits such a matter;
5. *mandate*: the office that acts may, and the function is the one the article asks for;
6. *turn*: it is this Party's turn for this event in this state, and what it agrees to is what it had seen;
7. *terms*: what the clause says of it, and what the facts allow.

All that stands against an event is gathered, not the first alone. `specs/matter.md` §4.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from comity.agreements.clauses import Clause, Continuity
from comity.agreements.terms import Terms
from comity.clock import Instant
from comity.cooperation.event import OPEN, Event
from comity.cooperation.expense import bearers_of
from comity.cooperation.kind import (
    EITHER,
    NOTHING_YET,
    OPENER,
    OTHER,
    Case,
    Deadline,
    Kind,
    Span,
    Step,
    against,
    day_of,
)
from comity.cooperation.log import Placed, in_order
from comity.cooperation.said import days_past
from comity.cooperation.shared import SHARED, Incurred, costs_after, guard_of
from comity.decisions.decision import Ground
from comity.decisions.rules.r03_parties_and_offices import mandate
from comity.handling.protected_matters import is_about, is_covert_work
from comity.handling.safeguards import SAFEGUARDS

__all__ = [
    "Matter",
    "TermsAt",
    "Told",
    "can_do",
    "dates_of",
    "functions_of",
    "judge",
    "remarks_on",
    "unfold",
    "whose_turn",
]

#: What governs between the two Parties of a matter at an instant; None where its agreement is not at hand.
TermsAt = Callable[[Instant], Terms | None]


class Told(msgspec.Struct, frozen=True):
    """An event in its place: what stood against it (nothing where it counts), and the states before and after."""

    event: Event
    at: Instant
    against: tuple[Ground, ...]
    before: str
    after: str
    late: tuple[Deadline, ...] = ()

    @property
    def counts(self) -> bool:
        """Tell whether it changed anything."""
        return not self.against


class Matter(msgspec.Struct, frozen=True):
    """A matter as its log and the texts make it.

    Attributes:
        id, kind, agreement: which one.
        opener, other: its two Parties.
        opened_at: when it was opened; `since` when it came into the state it is in.
        state: of its kind's table; empty where no opening counts.
        facts: what is the case, None before an opening counts.
        clauses: the articles' clauses that permitted its opening.
        story: every event in its place.
        early: events that wait for one before them.
        costs: those that count, taken back or not, by the events that entered them.
        tips: each Party's last event; `latest` its last event of each word that counts, by Party and word.
    """

    id: str
    kind: Kind
    agreement: str
    opener: str
    other: str
    opened_at: Instant
    since: Instant
    state: str
    facts: Any
    clauses: tuple[Clause, ...]
    story: tuple[Told, ...]
    early: tuple[Event, ...] = ()
    terms: Terms | None = None
    tips: Mapping[str, str] = msgspec.field(default_factory=dict)
    latest: Mapping[tuple[str, str], str] = msgspec.field(default_factory=dict)
    costs: Mapping[str, Incurred] = msgspec.field(default_factory=dict)

    @property
    def counted(self) -> Iterator[Event]:
        """Give the events that count, in their order."""
        return (told.event for told in self.story if told.counts)

    @property
    def title(self) -> str:
        """How a list calls it."""
        opening = self.facts.opening if self.facts is not None else None
        return self.kind.title(self.facts) if opening is not None else ""

    def case(self, terms: Terms | None = None, clauses: tuple[Clause, ...] | None = None) -> Case:
        """Give it as guards and deadlines see it."""
        governing = terms or self.terms
        assert governing is not None
        return Case(
            self.opener,
            self.other,
            self.state,
            self.facts,
            self.clauses if clauses is None else clauses,
            governing,
            self.opened_at,
            self.since,
        )

    @property
    def due(self) -> tuple[Deadline, ...]:
        """Give what is due as it stands, soonest first."""
        if self.facts is None:
            return ()
        return tuple(sorted(self.kind.deadlines(self.case())))


def remarks_on(matter: Matter) -> tuple[Ground, ...]:
    """Give what its articles have to say of a matter as it stands: who is to be told, who bears which cost."""
    if matter.facts is None:
        return ()
    case = matter.case()
    goes_on = matter.kind.occasion is not None and bool(matter.kind.table[matter.state])
    bearers = bearers_of(case.terms, matter.kind.occasion(case)) if goes_on and matter.kind.occasion else ()
    borne = [Ground(ref, f"`{item}` is borne by {bearer}", 7) for item, bearer, ref in bearers]
    return (*matter.kind.remarks(case), *borne)


def dates_of(matter: Matter) -> tuple[Span, ...]:
    """Give the days a matter has, for a calendar."""
    if matter.facts is None or matter.kind.dates is None:
        return ()
    return tuple(matter.kind.dates(matter.facts, matter.state))


def unfold(id: str, kind: Kind, events: Iterable[Event], terms_at: TermsAt) -> Matter:
    """Read a matter from its log.

    Args:
        events: all events of it that are here, in any order; at least one.
        terms_at: what governs between its two Parties.
    """
    placed, early = in_order(events)
    everything = [*(each.event for each in placed), *early]
    first = next((event for event in everything if event.word == OPEN), everything[0])
    matter = Matter(
        id, kind, first.agreement, first.by, first.to, first.at, first.at, NOTHING_YET, None, (), (), early
    )
    story: list[Told] = []
    names = {each.event.digest: each for each in placed}
    for each in placed:
        matter, told = _take(matter, each, names, terms_at(each.at))
        story.append(told)
    return msgspec.structs.replace(matter, story=tuple(story))


def judge(matter: Matter | None, kind: Kind, event: Event, terms_at: TermsAt) -> tuple[Ground, ...]:
    """Give what would stand against an event if it came next, before it is signed. Nothing: it would count.

    Args:
        terms_at: what governs between the two at the instant at which it would count.
    """
    placed = Placed(
        event, max(event.at, matter.story[-1].at) if matter is not None and matter.story else event.at
    )
    if matter is None:
        matter = Matter(
            "", kind, event.agreement, event.by, event.to, event.at, event.at, NOTHING_YET, None, (), ()
        )
    names = {told.event.digest: Placed(told.event, told.at) for told in matter.story}
    return _take(matter, placed, names, terms_at(placed.at))[1].against


def whose_turn(matter: Matter) -> tuple[str, ...]:
    """Give the Parties a matter waits for, sorted.

    Of those that can do something else than remark: those that owe it by a day; where nobody does, those that have a
    step of their own, which is not for either to take; of these, those that did not take the last step, unless that
    leaves nobody. So an accepted charge waits for whoever pays, though either may close it.
    """
    turns = [_whose(matter, each) for each in matter.kind.table.get(matter.state, {}).values()]
    able = {party for each in turns for party in each}
    owing = able & {deadline.by for deadline in matter.due}
    own = {each[0] for each in turns if len(each) == 1} or able
    taken = [told.event.by for told in matter.story if told.counts and told.event.word not in SHARED]
    return tuple(sorted(owing or own - set(taken[-1:]) or own))


def can_do(matter: Matter, party: str) -> tuple[str, ...]:
    """Give the events a Party may do as the table has it, in its order."""
    steps = matter.kind.table.get(matter.state, {})
    return tuple(word for word, each in steps.items() if party in _whose(matter, each))


def functions_of(matter: Matter) -> Mapping[str, tuple[str, ...]]:
    """Give the events that a Party does in a function its article names, each with the functions that would do."""
    if matter.facts is None:
        return {}
    found = {word: asked(matter.case()) for word, asked in matter.kind.functions.items()}
    return {word: functions for word, functions in found.items() if functions}


def _take(
    matter: Matter, placed: Placed, names: Mapping[str, Placed], terms: Terms | None
) -> tuple[Matter, Told]:
    """Judge one event, and give the matter after it."""
    event = placed.event
    opening = event.word == OPEN and matter.facts is None
    if opening:
        matter = msgspec.structs.replace(
            matter, opener=event.by, other=event.to, opened_at=placed.at, since=placed.at
        )
    grounds = tuple(_against(matter, placed, names, terms, opening))
    forked = any(ground.rule == 1 for ground in grounds)
    tips = matter.tips if forked else {**matter.tips, event.by: event.digest}
    before = matter.state
    if grounds:
        told = Told(event, placed.at, grounds, before, before)
        return msgspec.structs.replace(matter, tips=tips), told
    assert terms is not None
    late = tuple(each for each in _due(matter) if each.by == event.by and each.at < placed.at)
    facts = matter.kind.begin(event) if opening else matter.facts
    if not opening and event.word in matter.kind.apply:
        facts = matter.kind.apply[event.word](facts, event)
    state = _next(matter, event, facts)
    changed = msgspec.structs.replace(
        matter,
        tips=tips,
        latest={**matter.latest, (event.by, event.word): event.digest},
        facts=facts,
        state=state,
        since=matter.since if state == before and not opening else placed.at,
        terms=terms if opening else matter.terms,
        clauses=matter.kind.find(event.said, terms, event.by, event.to).clauses
        if opening
        else matter.clauses,
        costs=matter.costs if opening else _costs(matter, event, terms),
    )
    settled = tuple(each for each in late if each not in _due(changed))
    return changed, Told(event, placed.at, (), before, state, settled)


def _costs(matter: Matter, event: Event, terms: Terms) -> Mapping[str, Incurred]:
    """Give the costs that count after an event, borne by the facts and the clauses of its instant."""
    if event.word not in SHARED or matter.kind.occasion is None:
        return matter.costs
    found = matter.kind.find(matter.facts.opening, terms, matter.opener, matter.other)
    case = matter.case(terms, found.clauses or matter.clauses)
    return costs_after(matter.kind, case, event, matter.costs)


def _due(matter: Matter) -> tuple[Deadline, ...]:
    return matter.due if matter.facts is not None else ()


def _next(matter: Matter, event: Event, facts: Any) -> str:
    if event.word in SHARED:
        return matter.state
    to = matter.kind.table[matter.state][event.word].to
    suffices = matter.kind.completes.get(event.word)
    if suffices is not None and not suffices(facts, matter.opener, matter.other):
        return matter.state
    return to


def _against(
    matter: Matter, placed: Placed, names: Mapping[str, Placed], terms: Terms | None, opening: bool
) -> Iterator[Ground]:
    event = placed.event
    if (event.kind, event.agreement) != (matter.kind.name, matter.agreement):
        text = "it is of another kind, or under another agreement, than the matter it names"
        yield Ground("matter rule 1 chain", text, 1)
        return  # what it says is in another form: nothing more can be asked of it
    yield from _chain(matter, placed, names)
    yield from _safeguards(matter.kind, event)
    row = _row(matter, event)
    if terms is None or {event.by, event.to} != {matter.opener, matter.other}:
        text = f"`{event.agreement}` is not an agreement between these two that is held here"
        yield Ground("matter rule 3 in force", text, 3)
        return
    begun = row is not None and row.lives_on and not opening
    if not terms.permits and not begun:
        yield from _state_grounds(terms)
    opening_said = event.said if opening else matter.facts.opening if matter.facts is not None else None
    clauses: tuple[Clause, ...] = ()
    if opening_said is not None:
        found = matter.kind.find(opening_said, terms, matter.opener, matter.other)
        clauses = found.clauses or (matter.clauses if begun else ())
        if not clauses:
            yield from found.against
    yield from _mandate(matter, event, terms, clauses, opening)
    if row is None:
        yield _out_of_turn(matter, event)
        return
    yield from _unseen(matter, event, row, names)
    if not clauses:
        return
    case = _case(matter, event, terms, clauses, opening)
    yield from _not_yet(case, event)
    if event.word in SHARED:
        yield from guard_of(matter.kind, event.word, case, event, matter.costs)
    elif event.word in matter.kind.guards:
        yield from matter.kind.guards[event.word](case, event)


def _not_yet(case: Case, event: Event) -> Iterator[Ground]:
    """Rule 7, of every kind: what has happened is not told before its day."""
    today = day_of(case, event)
    for day in days_past(event.said):
        if day > today:
            yield against(
                case.clauses[0], f"{day} has not come yet on {today}: it is told once it has happened"
            )


def _case(matter: Matter, event: Event, terms: Terms, clauses: tuple[Clause, ...], opening: bool) -> Case:
    case = matter.case(terms, clauses)
    return msgspec.structs.replace(case, facts=matter.kind.begin(event)) if opening else case


def _chain(matter: Matter, placed: Placed, names: Mapping[str, Placed]) -> Iterator[Ground]:
    """Rule 1: each Party's events are one chain; what it says it saw is the other's."""
    event = placed.event
    if event.previous != matter.tips.get(event.by, ""):
        yield Ground("matter rule 1 chain", f"{event.by} signed two events in the place of one", 1)
    before = names.get(event.previous)
    if before is not None and event.at < before.event.at:
        yield Ground("matter rule 1 chain", "it is dated before the event it continues", 1)
    strangers = [
        name
        for name, by in ((event.previous, event.by), (event.seen, event.to))
        if name and name in names and names[name].event.by != by
    ]
    if strangers:
        yield Ground("matter rule 1 chain", "it names as a Party's an event that is not that Party's", 1)


def _safeguards(kind: Kind, event: Event) -> Iterator[Ground]:
    """Rule 2: what no agreement can allow."""
    for name in kind.typed(event.said):
        matter = is_about(name)
        if matter:
            yield Ground("safeguard 1", f"{SAFEGUARDS[1]}: `{name}` is about {matter}", 2)
        if is_covert_work(name):
            yield Ground("safeguard 4", f"{SAFEGUARDS[4]}: `{name}`", 2)


def _state_grounds(terms: Terms) -> Iterator[Ground]:
    """Rule 3: why the agreement permits nothing now."""
    refs = [str(each) for each in terms.grounds] or ["matter rule 3 in force"]
    for ref in refs:
        yield Ground(ref, f"{terms.agreement_id} is {terms.state}: nothing new is begun under it", 3)


def _mandate(
    matter: Matter, event: Event, terms: Terms, clauses: tuple[Clause, ...], opening: bool
) -> Iterator[Ground]:
    """Rule 5: the office may act under this kind of clause; the function is one the article asks for."""
    if event.office:
        named = any(
            event.office in each.through if isinstance(each, Continuity) else event.office == each.id
            for each in clauses
        )
        lacks = mandate(event.office, event.by, event.to, "" if named else matter.kind.clause, terms)
        if lacks is not None:
            yield Ground(lacks.ref, lacks.text, 5)
    asked = matter.kind.functions.get(event.word)
    if asked is not None and clauses and (matter.facts is not None or opening):
        wanted = asked(_case(matter, event, terms, clauses, opening))
        if wanted and event.function not in wanted:
            text = f"`{event.word}` needs the function {', '.join(wanted)}"
            yield Ground(str(clauses[0].ref), text, 5)


def _row(matter: Matter, event: Event) -> Step | None:
    """Give the row of the table for an event, where it is this Party's turn."""
    if event.word in SHARED:
        return Step(EITHER, matter.state, lives_on=True) if matter.state != NOTHING_YET else None
    row = matter.kind.table.get(matter.state, {}).get(event.word)
    if row is None:
        return None
    return row if event.by in _whose(matter, row) else None


def _out_of_turn(matter: Matter, event: Event) -> Ground:
    row = matter.kind.table.get(matter.state, {}).get(event.word)
    if row is not None:
        whose = ", ".join(_whose(matter, row)) or f"the {row.who}"
        return Ground("matter rule 6 turn", f"`{event.word}` is for {whose} to do", 6)
    following = ", ".join(matter.kind.table.get(matter.state, {})) or "nothing more"
    text = f"`{event.word}` cannot follow while it is {matter.state or 'not opened'}; what can: {following}"
    return Ground("matter rule 6 turn", text, 6)


def _unseen(matter: Matter, event: Event, row: Step, names: Mapping[str, Placed]) -> Iterator[Ground]:
    """Rule 6: nobody agrees to what had not come yet when it signed."""
    changes = {word: matter.latest.get((event.to, word), "") for word in row.upon}
    unseen = {word: digest for word, digest in changes.items() if digest}
    at = event.seen
    while unseen and at in names:
        unseen = {word: digest for word, digest in unseen.items() if digest != at}
        at = names[at].event.previous
    for word in unseen:
        text = (
            f"`{event.word}` was signed before `{word}` of {event.to} had come: look at it, and say it again"
        )
        yield Ground("matter rule 6 turn", text, 6)


def _whose(matter: Matter, row: Step) -> tuple[str, ...]:
    """Give the Parties in the role of a row."""
    roles = {OPENER: matter.opener, OTHER: matter.other}
    if matter.facts is not None:
        roles.update(matter.kind.roles(matter.facts, matter.opener, matter.other))
    party = EITHER if row.who == EITHER else roles.get(row.who, "")
    return (matter.opener, matter.other) if party == EITHER else (party,) if party else ()
