"""Plans: of a year or of a longer range, drafted by either side, negotiated line by line, adopted by both heads.

There is one plan for a clause and a period, whoever drafts it first. Each line is proposed by one Party and agreed,
or objected to, by the other. A head adopts exactly the lines that stand (their digest is in what is signed); whatever
changes a line meanwhile undoes the adoption. Who may adopt opens an adopted plan for amendment, and gives it up; both
adopt it anew within thirty days. An adopted plan is tracked and reported, and what is left of it drafts the next one.
A list of objects of common interest is made of lines too: each names a record of the joint register,
and each node watches for it by itself as long as the adopted list has it (`consequences.py`). Sources: the agreement
of 1989, art. XI(1)–(2); `specs/clauses.md`, `plan`.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, cast

import msgspec

from comity.agreements.clauses import Plan
from comity.agreements.days import end_of, start_of, zone_of
from comity.agreements.durations import Duration
from comity.agreements.terms import Terms
from comity.clock import Instant
from comity.cooperation.event import Event
from comity.cooperation.kind import (
    EITHER,
    OPENER,
    Case,
    Deadline,
    EventForm,
    Facts,
    Found,
    Kind,
    against,
    backwards,
    step,
    stranger,
    unprovided,
)
from comity.cooperation.requests import Because
from comity.cooperation.said import Count, Day, MatterName, PartyName, Remark, Said, Word, Words, means
from comity.decisions.decision import Ground

__all__ = ["PLAN", "Draft", "Line", "PlanFacts", "PlanLine", "remainder"]

Contents = Literal[
    "meetings",
    "measures",
    "training",
    "quotas",
    "deliveries",
    "materials",
    "rehearsals",
    "objects-of-interest",
    "other",
]


class PlanLine(Said, frozen=True, kw_only=True):
    """A line of a plan.

    For an object of common interest, `object` is the id of a record of the joint register; nothing else of it stands
    in the plan.
    """

    line: Annotated[Word, means("its number or name in the plan")]
    of: Annotated[Contents, means("what kind of work it is")]
    words: Annotated[Words, means("what is to be done")]
    until: Annotated[Day | None, means("by when")] = None
    by: Annotated[PartyName | None, means("the Party that sees to it; none for both")] = None
    count: Annotated[Count | None, means("how many: places, stays")] = None
    object: Annotated[Word | None, means("for an object of common interest: its record in the register")] = (
        None
    )


class Draft(Said, frozen=True, kw_only=True):
    """Drafts a plan."""

    period: Annotated[Word, means("what it is for: 2031, or 2031-2035 for a long range")]
    begins: Annotated[Day, means("its first day")]
    ends: Annotated[Day, means("its last day")]
    range: Annotated[
        Literal["cadence", "horizon"], means("of the regular cadence, or the long range beside it")
    ] = "cadence"
    after: Annotated[MatterName | None, means("the plan whose remainder it takes up")] = None
    lines: Annotated[tuple[PlanLine, ...], means("its first lines"), msgspec.Meta(max_length=200)] = ()


class NameLine(Said, frozen=True, kw_only=True):
    """Names a line."""

    line: Annotated[Word, means("the line")]


class ObjectTo(Said, frozen=True, kw_only=True):
    """Objects to a line, or strikes it."""

    line: Annotated[Word, means("the line")]
    because: Annotated[Words, means("the reason")]


class Adopt(Said, frozen=True, kw_only=True):
    """Adopts exactly these lines."""

    lines: Annotated[
        str, means("the digest of the lines as they stand"), msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")
    ]


class Track(Said, frozen=True, kw_only=True):
    """Tells how far a line has come."""

    line: Annotated[Word, means("the line")]
    state: Annotated[Literal["begun", "done", "moved", "dropped"], means("how far it has come")]
    words: Annotated[Remark, means("a remark")] = ""
    matter: Annotated[MatterName | None, means("the matter that carries it out")] = None


class Report(Said, frozen=True, kw_only=True):
    """Reports on the plan."""

    words: Annotated[Words, means("what was reached, and what was not")]


class Line(msgspec.Struct, frozen=True):
    """A line as it stands: what it says, who proposed it, whether the other agrees, how far it has come."""

    says: PlanLine
    proposer: str
    agreed: bool = False
    objection: str = ""
    progress: str = "open"
    matter: str = ""


class PlanFacts(Facts, frozen=True, kw_only=True):
    """What is the case: the lines by name, and which Party has adopted them.

    Attributes:
        was_adopted: whether both have ever adopted it.
        listed: the objects of common interest as both adopted them last, by line; an amendment changes them once it is
            adopted.
    """

    lines: Mapping[str, Line] = msgspec.field(default_factory=dict)
    adopted: tuple[str, ...] = ()
    was_adopted: bool = False
    reported: tuple[str, ...] = ()
    listed: Mapping[str, str] = msgspec.field(default_factory=dict)

    @property
    def objects(self) -> Mapping[str, str]:
        """Give what is watched for, by line: what is listed and was neither seen to nor dropped."""
        over = {name for name, line in self.lines.items() if line.progress in _OVER}
        return {name: object_ for name, object_ in self.listed.items() if name not in over}

    @property
    def digest(self) -> str:
        """Name the lines as they stand: the SHA-256 of what they say, in the order of their names."""
        says = [self.lines[name].says for name in sorted(self.lines)]
        return hashlib.sha256(msgspec.json.encode(says)).hexdigest()


#: How many heads adopt a plan: one of each Party.
_HEADS = 2
#: How soon an amended plan is adopted anew; its first adoption is due before it begins.
_ANEW = Duration(days=30)
#: How far a line has come that is to be done no longer.
_OVER = ("done", "dropped")
_LINES = {
    "line": step(EITHER, "drafted"),
    "agree": step(EITHER, "drafted"),
    "object": step(EITHER, "drafted"),
    "strike": step(EITHER, "drafted"),
}
TABLE = {
    "": {"open": step(OPENER, "drafted")},
    "drafted": {
        **_LINES,
        "adopt": step(EITHER, "adopted"),
        "abandon": step(EITHER, "abandoned", lives_on=True),
    },
    "adopted": {
        "track": step(EITHER, "adopted", lives_on=True),
        "amend": step(EITHER, "drafted"),
        "report": step(EITHER, "reported", lives_on=True),
    },
    "reported": {
        "report": step(EITHER, "reported", lives_on=True),
        "track": step(EITHER, "reported", lives_on=True),
    },
    "abandoned": {},
}
EVENTS = {
    "open": EventForm(Draft, "Draft a plan.", "drafts the plan for {period}"),
    "line": EventForm(PlanLine, "Propose a line, or another text of one.", "proposes line {line}: {words}"),
    "agree": EventForm(NameLine, "Agree to a line.", "agrees to line {line}"),
    "object": EventForm(ObjectTo, "Object to a line.", "objects to line {line}: {because}"),
    "strike": EventForm(
        ObjectTo, "Strike a line of one's own, or one not agreed.", "strikes line {line}: {because}"
    ),
    "adopt": EventForm(
        Adopt, "Adopt the lines as they stand, in the function the article asks for.", "adopts the plan"
    ),
    "amend": EventForm(
        Because,
        "Open an adopted plan for amendment, in the function the article asks for adopting; both adopt it anew.",
        "opens it for amendment: {because}",
    ),
    "abandon": EventForm(
        Because,
        "Give up the draft; of a plan once adopted, in the function the article asks for adopting.",
        "gives up the draft: {because}",
    ),
    "track": EventForm(Track, "Tell how far a line has come.", "says line {line} is {state}"),
    "report": EventForm(Report, "Report on the plan.", "reports: {words}"),
}


def remainder(facts: PlanFacts) -> tuple[PlanLine, ...]:
    """Give the lines that are neither done nor dropped: what next year's draft begins with."""
    kept = (
        line.says
        for line in (facts.lines[name] for name in sorted(facts.lines))
        if line.progress not in _OVER
    )
    return tuple(msgspec.structs.replace(says, until=None) for says in kept)


def _find(said: Any, terms: Terms, _opener: str, _other: str) -> Found:
    draft = cast("Draft", said)
    fitting = tuple(each for each in terms.plan if draft.range == "cadence" or each.horizon is not None)
    if fitting:
        return Found(fitting)
    near = next(iter(terms.plan), None)
    if near is not None:
        return Found(
            against=(Ground(str(near.ref), "the article has no horizon for a plan of long range", 4),)
        )
    return unprovided(terms, (), "plan")


def _plans(case: Case) -> tuple[Plan, ...]:
    return tuple(each for each in case.clauses if isinstance(each, Plan))


def _may_hold(case: Case, line: PlanLine) -> Iterable[Ground]:
    allowed = {what for each in _plans(case) for what in each.contains}
    if allowed and line.of not in allowed and line.of != "other":
        yield against(case.clauses[0], f"a plan holds {', '.join(sorted(allowed))}, not {line.of}")
    if (line.object is not None) != (line.of == "objects-of-interest"):
        yield against(
            case.clauses[0],
            f"line {line.line}: an object of common interest names its record in the register",
        )
    if line.by not in (None, case.opener, case.other):
        yield stranger(case.clauses[0], line.by)


def _may_open(case: Case, event: Event) -> Iterable[Ground]:
    said = cast("Draft", event.said)
    if said.ends < said.begins:
        yield backwards(case.clauses[0], said.ends)
    yield from _too_long(case, said)
    yield from _twice(case, said.lines)
    for line in said.lines:
        yield from _may_hold(case, line)


def _twice(case: Case, lines: Iterable[PlanLine]) -> Iterable[Ground]:
    counted = Counter(line.line for line in lines)
    for name, count in sorted(counted.items()):
        if count > 1:
            yield against(case.clauses[0], f"line `{name}` stands in it {count} times")


def _too_long(case: Case, said: Draft) -> Iterable[Ground]:
    """A plan is for no longer than the article's cadence, one of long range than its horizon."""
    lengths = [each.horizon if said.range == "horizon" else each.cadence for each in _plans(case)]
    known = [each for each in lengths if each is not None]
    if known and all(_is_over(each, said) for each in known):
        longest = ", ".join(map(str, known))
        yield against(case.clauses[0], f"a plan of this range is for {longest} at the most")


def _is_over(length: Duration, said: Draft) -> bool:
    try:
        return said.ends >= length.after(said.begins)
    except OverflowError:  # it would end behind the calendar
        return False


def _named(case: Case, event: Event) -> Line | None:
    found: Line | None = case.facts.lines.get(event.said.line)
    return found


def _must_exist(case: Case, event: Event) -> Iterable[Ground]:
    if _named(case, event) is None:
        yield against(case.clauses[0], f"the plan has no line `{event.said.line}`")


def _may_agree(case: Case, event: Event) -> Iterable[Ground]:
    yield from _must_exist(case, event)
    line = _named(case, event)
    if line is not None and line.proposer == event.by:
        yield against(
            case.clauses[0], f"line `{line.says.line}` is {event.by}'s own: the other Party agrees to it"
        )


def _may_strike(case: Case, event: Event) -> Iterable[Ground]:
    yield from _must_exist(case, event)
    line = _named(case, event)
    if line is not None and line.agreed and line.proposer != event.by:
        yield against(case.clauses[0], f"line `{line.says.line}` was agreed: object to it instead")


def _may_adopt(case: Case, event: Event) -> Iterable[Ground]:
    facts: PlanFacts = case.facts
    open_lines = [name for name, line in sorted(facts.lines.items()) if not line.agreed]
    if not facts.lines:
        yield against(case.clauses[0], "the plan has no line yet")
    if open_lines:
        yield against(case.clauses[0], f"not agreed yet: {', '.join(open_lines)}")
    if cast("Adopt", event.said).lines != facts.digest:
        yield against(case.clauses[0], "the lines are not those that were to be adopted")


def _opened(event: Event) -> PlanFacts:
    said = cast("Draft", event.said)
    return PlanFacts(opening=said, lines={line.line: Line(line, event.by) for line in said.lines})


def _with_line(facts: PlanFacts, name: str, line: Line | None) -> PlanFacts:
    lines = {each: held for each, held in facts.lines.items() if each != name}
    if line is not None:
        lines[name] = line
    return msgspec.structs.replace(facts, lines=lines, adopted=())


def _proposed(facts: PlanFacts, event: Event) -> PlanFacts:
    said = cast("PlanLine", event.said)
    return _with_line(facts, said.line, Line(said, event.by))


def _marked(facts: PlanFacts, event: Event) -> PlanFacts:
    name = event.said.line
    line = facts.lines[name]
    if event.word == "agree":
        return _with_line(facts, name, msgspec.structs.replace(line, agreed=True, objection=""))
    because = event.said.because
    return _with_line(facts, name, msgspec.structs.replace(line, agreed=False, objection=because))


def _tracked(facts: PlanFacts, event: Event) -> PlanFacts:
    said = cast("Track", event.said)
    line = msgspec.structs.replace(facts.lines[said.line], progress=said.state, matter=said.matter or "")
    return msgspec.structs.replace(facts, lines={**facts.lines, said.line: line})


def _adopted(facts: PlanFacts, event: Event) -> PlanFacts:
    adopted = tuple(sorted({*facts.adopted, event.by}))
    if len(adopted) < _HEADS:
        return msgspec.structs.replace(facts, adopted=adopted)
    listed = {name: line.says.object for name, line in facts.lines.items() if line.says.object is not None}
    return msgspec.structs.replace(facts, adopted=adopted, listed=listed, was_adopted=True)


def _functions(case: Case) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for clause in _plans(case) for each in clause.approval))


def _functions_to_abandon(case: Case) -> tuple[str, ...]:
    """A draft anybody gives up; what both heads have adopted, a head does."""
    return _functions(case) if case.facts.was_adopted else ()


def _adopted_by(case: Case) -> Instant:
    """Say until when it is to be adopted: before it begins, an amended one within thirty days of the amendment."""
    zone = zone_of(case.terms.zone)
    begins = start_of(case.facts.opening.begins, zone)
    return max(begins, _ANEW.end_after(case.since, zone)) if case.facts.was_adopted else begins


def _deadlines(case: Case) -> Iterable[Deadline]:
    facts: PlanFacts = case.facts
    zone, ref = zone_of(case.terms.zone), str(case.clauses[0].ref) if case.clauses else ""
    if case.state == "drafted":
        at = _adopted_by(case)
        for party in (case.opener, case.other):
            if party not in facts.adopted:
                yield Deadline(at, "adopt", party, ref)
    if case.state == "adopted":
        for name, line in sorted(facts.lines.items()):
            if line.says.until is not None and line.progress not in _OVER:
                for party in (line.says.by,) if line.says.by else (case.opener, case.other):
                    yield Deadline(end_of(line.says.until, zone), f"line {name}", party, ref)
        for party in (case.opener, case.other):
            yield Deadline(end_of(facts.opening.ends, zone), "report", party, ref)


PLAN = Kind(
    name="plan",
    noun="plan",
    what="A plan of a year or a longer range: drafted, negotiated line by line, adopted by both, tracked, reported.",
    clause="plan",
    table=TABLE,
    events=EVENTS,
    begin=_opened,
    find=_find,
    title=lambda facts: f"plan {facts.opening.period}",
    apply={
        "line": _proposed,
        "agree": _marked,
        "object": _marked,
        "strike": lambda facts, event: _with_line(facts, event.said.line, None),
        "adopt": _adopted,
        "amend": lambda facts, _event: msgspec.structs.replace(facts, adopted=()),
        "track": _tracked,
        "report": lambda facts, event: msgspec.structs.replace(
            facts, reported=tuple(sorted({*facts.reported, event.by}))
        ),
    },
    guards={
        "open": _may_open,
        "line": lambda case, event: _may_hold(case, cast("PlanLine", event.said)),
        "agree": _may_agree,
        "object": _must_exist,
        "strike": _may_strike,
        "adopt": _may_adopt,
        "track": _must_exist,
    },
    completes={
        "adopt": lambda facts, opener, other: {opener, other} <= set(facts.adopted),
        "report": lambda facts, opener, other: {opener, other} <= set(facts.reported),
    },
    functions={"adopt": _functions, "amend": _functions, "abandon": _functions_to_abandon},
    typed=lambda said: [said.object] if isinstance(said, PlanLine) and said.object else [],
    subject=lambda said: f"{said.range} {said.period}",
    deadlines=_deadlines,
    filled={"adopt": ("lines",)},
    fills=lambda _word, facts, _said: {"lines": facts.digest},
)
