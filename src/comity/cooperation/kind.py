"""What a kind of matter is made of: a table, the forms of its events, and what its articles ask.

Every kind has a file of its own that ends in one `Kind`. The table is the whole of its life:

    state -> event -> who may do it, and the state it leads to

"Who" is a role, never a side: the same table serves both nodes. `opener` and `other` are the Party that opened the
matter and the one it was opened with; a kind may name more (`lender`, `taker`, `host`), which it works out from what
was said. What the table does not name cannot happen.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal

import msgspec

from comity.agreements.clauses import Clause
from comity.agreements.days import local_day, zone_of
from comity.agreements.terms import Terms
from comity.clock import Instant
from comity.cooperation.event import OPEN, Event
from comity.cooperation.said import Said
from comity.decisions.decision import Ground

__all__ = [
    "EITHER",
    "NOTHING_YET",
    "OPENER",
    "OTHER",
    "Case",
    "Deadline",
    "EventForm",
    "Facts",
    "Found",
    "Kind",
    "Occasion",
    "Span",
    "Status",
    "Step",
    "against",
    "backwards",
    "day_of",
    "excluded_purpose",
    "status_of",
    "step",
    "stranger",
    "unagreed",
    "unprovided",
]

OPENER: Final = "opener"
OTHER: Final = "other"
EITHER: Final = "either"
#: The state of a matter that was not opened.
NOTHING_YET: Final = ""


class Step(msgspec.Struct, frozen=True):
    """A row of a table.

    Attributes:
        who: the role whose turn it is.
        to: the state it leads to.
        lives_on: it may still be done once the agreement has ended: what was begun is finished (VCLT art. 70(1)(b)).
        upon: the steps of the other Party that change what this one agrees to: it counts only where its author had
            seen the last of each.
    """

    who: str
    to: str
    lives_on: bool = False
    upon: tuple[str, ...] = ()


def step(who: str, to: str, *, lives_on: bool = False, upon: tuple[str, ...] = ()) -> Step:
    """Make a row of a table."""
    return Step(who, to, lives_on, upon)


class EventForm(msgspec.Struct, frozen=True):
    """What an event says.

    Attributes:
        form: its fields.
        meaning: what it is for, one sentence; the command's help.
        tells: how a story tells it, after its author's name; `{field}` puts in what was said.
        fuller: how it tells it where all that this sentence names was said; empty where there is no more to tell.
    """

    form: type[Said]
    meaning: str
    tells: str
    fuller: str = ""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is the case in a matter, as far as its events have told; each kind adds its own."""

    opening: Any


class Found(msgspec.Struct, frozen=True):
    """The clauses that permit a matter, or what stands against it."""

    clauses: tuple[Clause, ...] = ()
    against: tuple[Ground, ...] = ()


class Deadline(msgspec.Struct, frozen=True, order=True):
    """Something that is due: until when, what, from whom, by which article."""

    at: Instant
    what: str
    by: str
    ref: str


Status = Literal["tentative", "confirmed", "cancelled"]


def status_of(*, off: bool, open_: bool) -> Status:
    """Say how days stand: called off, still open, or settled."""
    return "cancelled" if off else "tentative" if open_ else "confirmed"


class Span(msgspec.Struct, frozen=True):
    """Days of joint work, for a calendar.

    Attributes:
        begins, ends: the first and the last day.
        what: what it is, beside the matter's title. `name`: tells the spans of one matter apart, and stays the same.
        status: `tentative` until both agree, `confirmed`, `cancelled`.
    """

    begins: date
    ends: date
    what: str = ""
    name: str = ""
    status: Status = "confirmed"


class Occasion(msgspec.Struct, frozen=True):
    """What decides who bears a cost: the kind of clause it is for, and the roles of the two Parties.

    Attributes:
        expense: id of the expense clause that the matter's own clause names; empty where it names none.
        manner: `planned`, `unplanned` or `invited`; empty where the distinction has no meaning.
        sending, receiving, initiator: which Party is which.
        paid_by: whom the matter's own clause makes pay without an expense clause, with `ref` as its article.
    """

    for_: str
    expense: str = ""
    manner: str = ""
    sending: str = ""
    receiving: str = ""
    initiator: str = ""
    paid_by: str = ""
    ref: str = ""


class Case(msgspec.Struct, frozen=True):
    """What a guard or a deadline is worked out from: the matter as it stood before an event.

    Attributes:
        opener, other: its two Parties.
        state, facts: how it stands; no facts before it is opened.
        clauses: the clauses that permit it, at the instant of the event.
        terms: what governed between the two at that instant.
        opened_at: when it was opened.
        since: when it came into the state it is in.
    """

    opener: str
    other: str
    state: str
    facts: Any
    clauses: tuple[Clause, ...]
    terms: Terms
    opened_at: Instant
    since: Instant

    def counterpart(self, party: str) -> str:
        """Give the other one of the two Parties."""
        return self.other if party == self.opener else self.opener


Guard = Callable[[Case, Event], Iterable[Ground]]
Apply = Callable[[Any, Event], Any]


def _no_roles(_facts: Any, _opener: str, _other: str) -> Mapping[str, str]:
    return {}


def _no_words(_said: Said) -> Iterable[str]:
    return ()


def _fills_nothing(_word: str, _facts: Any, _said: Mapping[str, Any]) -> Mapping[str, Any]:
    return {}


def _no_remarks(_case: Case) -> Iterable[Ground]:
    return ()


def _no_deadlines(_case: Case) -> Iterable[Deadline]:
    return ()


def _no_beginnings(_facts: Any) -> Iterable[date]:
    return ()


def _costs_something(_case: Case, _event: Event) -> Iterable[Ground]:
    return ()


@dataclass(frozen=True)
class Kind:
    """A kind of matter.

    Attributes:
        name: as it is called: `request`. `noun` how a person calls one.
        what: what it is, one sentence.
        clause: the kind of clause that permits it, under whose name offices have their mandate.
        table: its life. The row `""` has `open`.
        events: word -> what the event says.
        begin: makes the facts from the opening event.
        find: the clauses that permit such a matter, from its opening and the terms between opener and other.
        title: how a list calls one.
        apply: word -> how it changes the facts.
        guards: word -> what the clause and the facts have against it.
        completes: word -> whether the facts now suffice for the state it leads to; until then the state stays.
        functions: word -> the functions one of which the Party must act in; none where the article asks none.
        roles: the Parties in roles of this kind's own.
        typed: the words of an event that the safeguards judge by their form.
        subject: where there is only one such matter for a subject, that subject (`event.series_name`).
        deadlines: what is due as the matter stands.
        remarks: what an article has to say of it as it stands, beside what is due.
        filled: word -> the fields a node can put into an event by itself; `fills` gives them, from the facts as they
            stand and what an officer has said. What an officer says goes before.
        reckoned: word -> the fields that a node's own figures give it (`comity.node.matter_links`), in the same way.
        dates: where it has days of its own, which, from the facts and the state.
        occasion: where it may cost something, who is who for the expense article.
        beginnings: days beside those of its own dates from which it may cost something, from the facts.
        costless: what stands against a cost of it as it stands, beside the expense article.
    """

    name: str
    noun: str
    what: str
    clause: str
    table: Mapping[str, Mapping[str, Step]]
    events: Mapping[str, EventForm]
    begin: Callable[[Event], Facts]
    find: Callable[[Any, Terms, str, str], Found]
    title: Callable[[Any], str]
    apply: Mapping[str, Apply] = field(default_factory=dict)
    guards: Mapping[str, Guard] = field(default_factory=dict)
    completes: Mapping[str, Callable[[Any, str, str], bool]] = field(default_factory=dict)
    functions: Mapping[str, Callable[[Case], tuple[str, ...]]] = field(default_factory=dict)
    roles: Callable[[Any, str, str], Mapping[str, str]] = _no_roles
    typed: Callable[[Any], Iterable[str]] = _no_words
    subject: Callable[[Any], str] | None = None
    deadlines: Callable[[Case], Iterable[Deadline]] = _no_deadlines
    remarks: Callable[[Case], Iterable[Ground]] = _no_remarks
    filled: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fills: Callable[[str, Any, Mapping[str, Any]], Mapping[str, Any]] = _fills_nothing
    reckoned: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dates: Callable[[Any, str], Iterable[Span]] | None = None
    occasion: Callable[[Case], Occasion] | None = None
    beginnings: Callable[[Any], Iterable[date]] = _no_beginnings
    costless: Guard = _costs_something

    def follows(self, word: str) -> tuple[str, ...]:
        """Give the fields of an event that nobody has to say: they follow from the matter or from one's own figures."""
        return (*self.filled.get(word, ()), *self.reckoned.get(word, ()))

    @property
    def opening(self) -> EventForm:
        """What opens such a matter."""
        return self.events[OPEN]


def unprovided(terms: Terms, clauses: Iterable[Clause], what: str) -> Found:
    """Say that no article provides for something, citing the nearest of these clauses."""
    near = next(iter(clauses), None)
    ref = str(near.ref) if near is not None else "matter rule 4 article"
    text = f"no article of {terms.agreement_id} provides for `{what}`"
    return Found(against=(Ground(ref, text, 4),))


def stranger(where: Clause, party: str) -> Ground:
    """Say that a Party named is not one of the two."""
    return against(where, f"{party} is neither of the two Parties")


def backwards(where: Clause, ends: object) -> Ground:
    """Say that something ends before it begins."""
    return against(where, f"it ends on {ends}, before it begins")


def day_of(case: Case, event: Event) -> date:
    """Give the day on which an event was signed, on the agreement's calendar."""
    return local_day(event.at, zone_of(case.terms.zone))


def against(where: Clause | str, text: str) -> Ground:
    """Make a ground of a clause: its article and a sentence (`specs/matter.md` §4, rule 7)."""
    return Ground(where if isinstance(where, str) else str(where.ref), text, 7)


def excluded_purpose(terms: Terms, purpose: str) -> tuple[Ground, ...]:
    """Give the protection articles by which nothing between the two may serve a purpose."""
    return tuple(
        against(each, f"nothing under {terms.agreement_id} serves the purpose `{purpose}`")
        for each in terms.protection
        if purpose in each.purposes_excluded
    )


def unagreed(case: Case) -> Iterable[Ground]:
    """Say that what the two never agreed to has no costs: nobody pays on the other's word alone."""
    yield against(case.clauses[0], "the two have not agreed to it: it has no costs to share")
