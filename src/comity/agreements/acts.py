"""What the notices of a folder bring about: who is a member when, which notices run, what is suspended.

Notices are taken in the order in which they can have effect (the later of their day and their receipt): nothing
changes an instant before its receipt. One by somebody who is not a Party, or without the signature its kind needs, or
that the text does not provide for, has no effect and is named.

Source: specs/agreement.md, "Notices"; VCLT art. 15, 54 to 57, 65 to 68, 72.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

import msgspec

from comity.agreements.agreement import Notice
from comity.agreements.clauses import Accession, Clause, Term, Withdrawal
from comity.agreements.conclusion import Conclusion, received_at
from comity.agreements.days import LATEST, beginning, ending, local_day, start_of
from comity.agreements.periods import end_by_notice
from comity.agreements.signatures import ActRef
from comity.clock import Instant

__all__ = [
    "Acts",
    "Ending",
    "Instrument",
    "Membership",
    "RunningNotice",
    "Succession",
    "Suspension",
    "take_acts",
]


class Membership(msgspec.Struct):
    """A Party's time as a member, half open. `original` signatories count from the start for items passed earlier."""

    party: str
    begins: Instant
    ends: Instant
    original: bool
    cause: str
    end_cause: str = ""
    successor: str = ""


class RunningNotice(msgspec.Struct):
    """A denunciation or withdrawal: whose, from when it runs, when it takes effect, until when it counts."""

    by: str
    notice: Notice
    begins: Instant
    ends: Instant
    revoked: Instant | None = None
    revoked_by: str = ""

    def runs(self, instant: Instant) -> bool:
        """Tell whether it is running: given, not revoked, not yet in effect."""
        return self.begins <= instant < self.ends and (self.revoked is None or instant < self.revoked)


class Suspension(msgspec.Struct):
    """A Party's suspension, half open."""

    by: str
    begins: Instant
    ends: Instant
    cause: str


class Succession(msgspec.Struct, frozen=True):
    """One Party takes another's place from an instant on."""

    old: str
    new: str
    at: Instant
    cause: str


class Instrument(msgspec.Struct, frozen=True):
    """A Party's instrument of consent to be bound: its day and when it counts."""

    by: str
    day: date
    at: Instant
    cause: str


class Ending(msgspec.Struct, frozen=True):
    """The end of an agreement by notice: after it fewer than two Parties would remain."""

    at: Instant
    cause: str


class Acts(msgspec.Struct):
    """Everything the notices brought about.

    Nobody leaves an agreement that ends with the leaving: its last Parties stay its members, since what is owed, and
    the exemption of members from it, outlives the end.
    """

    memberships: list[Membership]
    running: list[RunningNotice] = msgspec.field(default_factory=list)
    suspensions: list[Suspension] = msgspec.field(default_factory=list)
    successions: list[Succession] = msgspec.field(default_factory=list)
    instruments: list[Instrument] = msgspec.field(default_factory=list)
    without_effect: list[str] = msgspec.field(default_factory=list)
    ended: Ending | None = None

    def members(self, instant: Instant) -> list[str]:
        """Give the members at an instant."""
        return [each.party for each in self.memberships if each.begins <= instant < each.ends]

    def membership(self, party: str, instant: Instant) -> Membership | None:
        """Give a Party's membership at an instant, or its last one before, or its first."""
        own = [each for each in self.memberships if each.party == party]
        at = [each for each in own if each.begins <= instant < each.ends]
        before = [each for each in own if each.begins <= instant]
        return next(iter(at or before[-1:] or own[:1]), None)


#: Notices that say nothing of an agreement that has ended. A succession still tells who answers for what is owed.
_NOT_AFTER_THE_END = frozenset({"accession", "denunciation", "suspension", "withdrawal"})

#: What stands at an instant: a kind of clause -> the clause, or None.
InForce = Callable[[type[Clause], Instant], Any]


def take_acts(
    conclusion: Conclusion,
    memberships: Iterable[Membership],
    in_force: InForce,
    entry: date | None,
    expiry: Instant | None = None,
) -> Acts:
    """Take every known notice in its order.

    Args:
        conclusion: who signed what.
        memberships: those that begin without a notice: original Parties, and those a protocol added.
        in_force: gives the clause of a kind that stands once, at an instant.
        entry: day of entry into force, None where it is not known yet.
        expiry: end of a term that is not extended, None where it has none or that is not known yet.
    """
    taker = _Taker(conclusion, Acts(list(memberships)), in_force, entry, expiry)
    known = conclusion.notices
    for notice in sorted(known, key=lambda each: (received_at(each, taker.term_of(each)), each.number)):
        said = taker.take(notice)
        if said:
            cited = f"{conclusion.agreement.id} notice {notice.number}"
            taker.acts.without_effect.append(f"{cited} ({notice.path}) has no effect: {said}")
    return taker.acts


class _Taker:
    """Applies notices one by one. Each method returns why a notice has no effect, or nothing."""

    def __init__(
        self,
        conclusion: Conclusion,
        acts: Acts,
        in_force: InForce,
        entry: date | None,
        expiry: Instant | None,
    ) -> None:
        self.conclusion, self.acts, self.in_force = conclusion, acts, in_force
        self.entry, self.expiry = entry, expiry
        self.zone = conclusion.zone

    def term_of(self, notice: Notice) -> Term:
        """Give the term that stands on the day of a notice."""
        found: Term | None = self.in_force(Term, start_of(notice.dated, self.zone))
        return found or self.conclusion.term

    def take(self, notice: Notice) -> str:
        """Apply one notice."""
        at = received_at(notice, self.term_of(notice))
        if notice.kind in _NOT_AFTER_THE_END and self._is_over(at):
            return "the agreement had ended before"
        if notice.kind == "accession":
            return self._accession(notice, at)
        if notice.kind == "succession":
            return self._succession(notice, at)
        # Its author may have left by the very notice it revokes; `_revocation` says so.
        if notice.by not in self.acts.members(at) and notice.kind != "revocation":
            return f"{notice.by} is not a Party on that day"
        if not self.conclusion.is_signed_by(notice, notice.by):
            return f"it lacks a signature of {notice.by} by a function with full powers"
        act: Callable[[Notice, Instant], str] = {
            "denunciation": self._leaving,
            "withdrawal": self._leaving,
            "suspension": self._suspension,
            "resumption": self._resumption,
            "instrument": self._instrument,
            "full-powers": self._full_powers,
            "revocation": self._revocation,
            "reintroduction": self._reintroduction,
        }[notice.kind]
        return act(notice, at)

    def _is_over(self, at: Instant) -> bool:
        ended = self.acts.ended
        return (ended is not None and ended.at <= at) or (self.expiry is not None and self.expiry <= at)

    def _cited(self, notice: Notice) -> str:
        return f"{self.conclusion.agreement.id} notice {notice.number}"

    def _leaving(self, notice: Notice, at: Instant) -> str:
        """A denunciation ends a bilateral agreement; with more Parties it is its author's withdrawal."""
        if any(each.by == notice.by and each.runs(at) for each in self.acts.running):
            return f"a notice of {notice.by} runs already"
        term = self.term_of(notice)
        withdrawal: Withdrawal | None = self.in_force(Withdrawal, at)
        several = len(self.acts.members(at)) > 2
        own = withdrawal.notice if withdrawal and (several or notice.kind == "withdrawal") else None
        end = end_by_notice(term, self.entry or notice.dated, self._day(notice, term), own)
        ends = LATEST if end is None else max(start_of(end, self.zone), at)
        self.acts.running.append(RunningNotice(notice.by, notice, at, ends))
        self._settle_memberships()
        return ""

    def _day(self, notice: Notice, term: Term) -> date:
        """Give the day of the notice that counts."""
        if term.notice_counts_from == "dated" or notice.received is None:
            return notice.dated
        received = beginning(notice.received, self.zone)
        assert received is not None
        return local_day(received, self.zone)

    def _settle_memberships(self) -> None:
        """Let each membership end with the first of its Party's notices that was not revoked, and the agreement with
        the first that would leave fewer than two."""
        leaving: list[tuple[RunningNotice, Membership]] = []
        for each in self.acts.memberships:
            if each.successor:
                continue
            if each.end_cause:
                each.ends, each.end_cause = LATEST, ""
            own = [
                run
                for run in self.acts.running
                if run.by == each.party and each.begins <= run.begins and run.revoked is None
            ]
            if own:
                leaving.append((min(own, key=lambda run: run.ends), each))
        self.acts.ended = None
        for ends in sorted({run.ends for run, _ in leaving if run.ends < LATEST}):
            going = [(run, each) for run, each in leaving if run.ends == ends]
            if len(set(self.acts.members(ends)) - {each.party for _, each in going}) < 2:
                self.acts.ended = Ending(ends, self._cited(going[0][0].notice))
                return
            for run, each in going:
                each.ends, each.end_cause = ends, self._cited(run.notice)

    def _revocation(self, notice: Notice, at: Instant) -> str:
        """A notice may be revoked at any time before it takes effect (VCLT art. 68)."""
        target = _named(notice, self.conclusion.notices)
        if target is None:
            return "`of` names no notice of this folder"
        if target.by != notice.by:
            return f"only {target.by} may revoke its notice"
        for run in self.acts.running:
            if run.notice.number == target.number:
                if at >= run.ends:
                    return "the notice it revokes has taken effect"
                run.revoked, run.revoked_by = at, self._cited(notice)
                self._settle_memberships()
                return ""
        return self._end_suspensions(notice, at, target.number)

    def _suspension(self, notice: Notice, at: Instant) -> str:
        if not self.term_of(notice).suspension:
            return "the term does not let a Party suspend by notice"
        begins = max(at, beginning(notice.from_, self.zone) or at)
        ends = ending(notice.until, self.zone) or LATEST
        if ends <= begins:
            return "it is over before it could begin"
        self.acts.suspensions.append(Suspension(notice.by, begins, ends, self._cited(notice)))
        return ""

    def _resumption(self, notice: Notice, at: Instant) -> str:
        target = _named(notice, self.conclusion.notices) if notice.of else None
        begins = max(at, beginning(notice.from_, self.zone) or at)
        return self._end_suspensions(notice, begins, target.number if target else None)

    def _end_suspensions(self, notice: Notice, at: Instant, number: int | None) -> str:
        cited = None if number is None else f"{self.conclusion.agreement.id} notice {number}"
        open_ones = [
            each
            for each in self.acts.suspensions
            if each.by == notice.by and each.ends > at and cited in (None, each.cause)
        ]
        if not open_ones:
            return "there is no suspension of its author to end"
        for each in open_ones:
            each.ends = max(each.begins, at)
        return ""

    def _instrument(self, notice: Notice, at: Instant) -> str:
        self.acts.instruments.append(Instrument(notice.by, notice.dated, at, self._cited(notice)))
        return ""

    def _full_powers(self, notice: Notice, at: Instant) -> str:  # noqa: ARG002 - counted in `conclusion`
        return "" if notice.function else "it names no function"

    def _accession(self, notice: Notice, at: Instant) -> str:
        """A newcomer becomes a member once it and those whose approval is needed have signed (VCLT art. 15)."""
        clause: Accession | None = self.in_force(Accession, at)
        members = self.acts.members(at)
        if notice.by in members:
            return f"{notice.by} is a Party already"
        if clause is None or not is_open_to(clause, notice.by):
            return f"accession is not open to {notice.by}"
        if not self.conclusion.is_signed_by(notice, notice.by):
            return f"it lacks a signature of {notice.by}"
        approving = [party for party in members if self.conclusion.is_signed_by(notice, party)]
        missing = _missing_approval(clause.approval, members, approving)
        if missing:
            return f"it lacks the approval of {missing}"
        approved = self._approved_at(notice, clause.approval, members)
        begins = max([at, beginning(notice.from_, self.zone) or at, *approved])
        self.acts.memberships.append(Membership(notice.by, begins, LATEST, False, self._cited(notice)))
        self._settle_memberships()
        return ""

    def _approved_at(self, notice: Notice, rule: str, members: Sequence[str]) -> list[Instant]:
        """Give when the newcomer signed, and when the approvals became enough: a later one moves nothing."""
        found = self.conclusion.signatures(ActRef("notice", notice.number))
        instants = [found[notice.by]] if notice.by in found else []
        approving: list[str] = []
        for party in sorted((each for each in members if each in found), key=lambda each: found[each]):
            approving.append(party)
            if not _missing_approval(rule, members, approving):
                return [*instants, found[party]]
        return instants

    def _reintroduction(self, notice: Notice, _at: Instant) -> str:
        """A Party whose root was lost comes back under another: all Parties sign that it is the same."""
        if not notice.root:
            return "it names no root"
        if notice.root in self.conclusion.evidence.repinned.get(notice.by, ()):
            return ""
        return "it lacks the signature of another Party"

    def _succession(self, notice: Notice, at: Instant) -> str:
        """A successor takes a Party's place, named by the old root or, where it is gone, by all other Parties."""
        members = self.acts.members(at)
        old, new = (notice.of, notice.by) if notice.of in members else (notice.by, notice.of)
        if old not in members or not new or old == new:
            return "`by` names the successor and `of` the Party it succeeds"
        others = [party for party in members if party not in (old, new)]
        by_old = self.conclusion.is_signed_by(notice, old)
        if not by_old and not (others and all(self.conclusion.is_signed_by(notice, each) for each in others)):
            return f"it lacks the signature of {old} or of all other Parties"
        begins = max(at, beginning(notice.from_, self.zone) or at)
        left = next(
            each for each in self.acts.memberships if each.party == old and each.begins <= at < each.ends
        )
        left.ends, left.end_cause, left.successor = begins, self._cited(notice), new
        self.acts.successions.append(Succession(old, new, begins, self._cited(notice)))
        if new not in members:
            self.acts.memberships.append(Membership(new, begins, LATEST, left.original, self._cited(notice)))
        self._settle_memberships()
        return ""


def _named(notice: Notice, notices: Iterable[Notice]) -> Notice | None:
    """Find the notice that `of` names, by file name or number."""
    wanted = notice.of.removeprefix("notices/").removesuffix(".toml")
    for each in notices:
        name = each.path.removeprefix("notices/").removesuffix(".toml")
        if each.number != notice.number and (
            wanted == name or (wanted.isdecimal() and int(wanted) == each.number)
        ):
            return each
    return None


def is_open_to(clause: Accession, party: str) -> bool:
    """Tell whether a Party may accede."""
    return any(_matches(pattern, party) for pattern in clause.open_to)


def _matches(pattern: str, party: str) -> bool:
    if pattern == "*":
        return True
    return party.endswith(pattern[1:]) if pattern.startswith("*.") else party == pattern


def _missing_approval(rule: str, members: Sequence[str], approving: Sequence[str]) -> str:
    """Say whose approval is missing under `unanimous`, `majority` or one Party's word; nothing where none is."""
    absent = [party for party in members if party not in approving]
    if rule == "unanimous":
        return ", ".join(absent)
    if rule == "majority":
        return (
            "" if len(approving) * 2 > len(members) else f"a majority ({', '.join(absent)} have not signed)"
        )
    return "" if rule in approving else rule
