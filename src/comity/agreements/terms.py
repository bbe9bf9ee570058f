"""What governs between two Parties during a stretch of time: the state and the clauses in force, as plain attributes.

`Timeline` in `governing` makes them. They are made to be asked quickly: nothing is computed here.

Source: specs/agreement.md, "Life of the agreement".
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from comity.agreements.clauses import (
    Accession,
    Aid,
    Clause,
    Continuity,
    Delivery,
    Exchange,
    Expense,
    Handling,
    Materials,
    Meeting,
    Mission,
    Necessity,
    Notification,
    Office,
    Oversight,
    Passage,
    Plan,
    Protection,
    Quota,
    Register,
    Summary,
    Term,
    ThirdParty,
    Training,
    Transport,
)
from comity.clock import Instant
from comity.identifiers import ArticleRef

__all__ = ["NOTHING", "Terms", "by_field"]


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What governs between two Parties during a stretch of time in which nothing changes.

    Attributes:
        state: draft, signed, provisional, in-force, extended, under-notice, suspended or ended.
        permits: whether anything may be disclosed at all (in force in some way, legal bases alive).
        begins, ends: the stretch these terms hold for, half open; None = without limit.
        since, until: the state's own stretch, half open; None = from or without limit.
        grounds: why it has this state: articles, `<id> notice k`, and words of treaty law.
        in_force_from: instant of entry into force between the two, None before it is known.
        parties: members at that instant. `member_since`: from when each counts as a member, for items passed earlier
            (original signatories count from the start of time).
        successors: Party that no longer exists -> who answers for it.
        broken: clauses in force that cannot be evaluated (a text named in `under` is missing or not in force).
            They are not among the others: what they would permit is denied; what they restrict is denied whole.
    """

    agreement_id: str
    agreement_digest: str
    state: str
    permits: bool
    begins: Instant | None
    ends: Instant | None
    since: Instant | None
    until: Instant | None
    grounds: tuple[ArticleRef | str, ...]
    in_force_from: Instant | None
    parties: frozenset[str]
    member_since: Mapping[str, Instant]
    successors: Mapping[str, str]
    zone: str = "UTC"
    date_rule: str = "clamp"
    exchange: tuple[Exchange, ...] = ()
    third_party: ThirdParty | None = None
    handling: tuple[Handling, ...] = ()
    transport: Transport | None = None
    necessity: Necessity | None = None
    oversight: tuple[Oversight, ...] = ()
    protection: tuple[Protection, ...] = ()
    notification: tuple[Notification, ...] = ()
    offices: Mapping[str, Office] = msgspec.field(default_factory=dict)
    missions: Mapping[str, Mission] = msgspec.field(default_factory=dict)
    register: Register | None = None
    aid: tuple[Aid, ...] = ()
    plan: tuple[Plan, ...] = ()
    summary: tuple[Summary, ...] = ()
    meeting: tuple[Meeting, ...] = ()
    training: tuple[Training, ...] = ()
    materials: tuple[Materials, ...] = ()
    quota: tuple[Quota, ...] = ()
    delivery: tuple[Delivery, ...] = ()
    passage: tuple[Passage, ...] = ()
    continuity: tuple[Continuity, ...] = ()
    expense: tuple[Expense, ...] = ()
    accession: Accession | None = None
    term: Term | None = None
    broken: tuple[Clause, ...] = ()


#: Kind of clause -> the field of `Terms` that holds it.
_SINGLE = {
    kind.clause_kind: kind.clause_kind
    for kind in (ThirdParty, Transport, Necessity, Register, Accession, Term)
}
_TUPLES = {
    kind.clause_kind: kind.clause_kind
    for kind in (
        Exchange,
        Handling,
        Oversight,
        Protection,
        Notification,
        Aid,
        Plan,
        Summary,
        Meeting,
        Training,
        Materials,
        Quota,
        Delivery,
        Passage,
        Continuity,
        Expense,
    )
}
NOTHING: Mapping[str, Any] = {
    **dict.fromkeys(_SINGLE),
    **dict.fromkeys(_TUPLES, ()),
    "offices": {},
    "missions": {},
}


def by_field(clauses: Iterable[Clause]) -> dict[str, Any]:
    """Sort clauses into the fields of `Terms`."""
    found: dict[str, Any] = {"offices": {}, "missions": {}}
    lists: dict[str, list[Clause]] = {}
    for clause in clauses:
        kind = clause.clause_kind
        if isinstance(clause, Office):
            found["offices"][clause.id] = clause
        elif isinstance(clause, Mission):
            found["missions"][clause.id or f"{clause.of} at {clause.at}"] = clause
        elif kind in _SINGLE:
            found[kind] = clause
        elif kind in _TUPLES:
            lists.setdefault(kind, []).append(clause)
    return found | {kind: tuple(each) for kind, each in lists.items()}
