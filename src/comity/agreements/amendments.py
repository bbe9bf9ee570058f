"""Which clauses stand when: the base text's, and what protocols add, replace and repeal.

A protocol changes clauses only from its entry into force, and only within its powers: the kinds `may_change` names
(any, where it names none), and never party, term, third-party, necessity, oversight, protection or protocols clauses
unless listed there by name. With `arrangements` a protocol may add what no article foresaw. A clause beyond these
powers has no effect and is named.

Source: specs/agreement.md, "Protocols"; VCLT art. 39.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from comity.agreements.agreement import Agreement, ProtocolText
from comity.agreements.clauses import Clause, LegalBasis, Protocols
from comity.agreements.days import EARLIEST, LATEST, beginning, ending
from comity.clock import Instant

__all__ = ["RESERVED", "Standing", "beyond_powers", "is_named", "standing_clauses"]

#: Kinds a protocol changes only where `may_change` lists them by name.
RESERVED: Final = ("party", "term", "third_party", "necessity", "oversight", "protection", "protocols")


class Standing(msgspec.Struct, frozen=True):
    """A clause and the stretch it stands, half open."""

    clause: Clause
    begins: Instant
    ends: Instant

    def stands(self, instant: Instant) -> bool:
        """Tell whether it stands at that instant."""
        return self.begins <= instant < self.ends


def standing_clauses(
    agreement: Agreement, protocols_from: Mapping[int, Instant], zone: ZoneInfo
) -> tuple[Standing, ...]:
    """Give every clause that ever stands, with its stretch. `protocols_from`: when each concluded protocol begins."""
    found = [_own_stretch(clause, zone) for clause in agreement.clauses]
    concluded = sorted(
        (protocols_from[each.number], each.number, each)
        for each in agreement.protocols
        if each.number in protocols_from
    )
    for begins, _, protocol in concluded:
        refused = {id(clause) for clause, _ in beyond_powers(agreement, protocol)}
        for clause in protocol.clauses:
            if id(clause) in refused:
                continue
            own = _own_stretch(clause, zone)
            start = max(own.begins, begins)
            gone = {clause.replaces, *clause.repeals} - {""}
            found = [_cut(each, start) if is_named(each.clause, gone) else each for each in found]
            found.append(Standing(clause, start, max(start, own.ends)))
    return tuple(each for each in found if each.begins < each.ends)


def _own_stretch(clause: Clause, zone: ZoneInfo) -> Standing:
    """Give a clause's own days. Those of a legal basis are days of the law, not of the clause."""
    if isinstance(clause, LegalBasis):
        return Standing(clause, EARLIEST, LATEST)
    return Standing(clause, beginning(clause.from_, zone) or EARLIEST, ending(clause.until, zone) or LATEST)


def _cut(standing: Standing, at: Instant) -> Standing:
    return Standing(standing.clause, standing.begins, max(standing.begins, min(standing.ends, at)))


def is_named(clause: Clause, names: Set[str]) -> bool:
    """Tell whether a clause is among those named: by its id, or, where its kind stands once, by its kind."""
    return clause.id in names or (not clause.many and clause.clause_kind in names)


def beyond_powers(agreement: Agreement, protocol: ProtocolText) -> Sequence[tuple[Clause, str]]:
    """Give the clauses of a protocol that it has no power to bring, each with the reason."""
    powers = agreement.protocols_clause
    earlier = [*agreement.clauses, *_before(agreement, protocol)]
    found = []
    for clause in protocol.clauses:
        touched = {clause.clause_kind} - {"x_"}
        gone = {clause.replaces, *clause.repeals} - {""}
        touched |= {each.clause_kind for each in earlier if is_named(each, gone)}
        changes = bool(gone)
        for kind in sorted(touched):
            reason = _refusal(
                kind, powers, changes, any(each.clause_kind == kind for each in agreement.clauses)
            )
            if reason:
                found.append((clause, reason))
                break
    return found


def _before(agreement: Agreement, protocol: ProtocolText) -> Iterable[Clause]:
    return (
        clause for each in agreement.protocols if each.number < protocol.number for clause in each.clauses
    )


def _refusal(kind: str, powers: Protocols | None, changes: bool, foreseen: bool) -> str:
    listed = powers is not None and powers.may_change is not None and kind in powers.may_change
    if listed:
        return ""
    if kind in RESERVED:
        return f"a protocol may change {kind} clauses only where `may_change` lists them by name"
    if powers is None or powers.may_change is None:
        return ""
    if powers.arrangements and not changes and not foreseen:
        return ""
    return f"`may_change` does not name {kind} ({powers.ref})"
