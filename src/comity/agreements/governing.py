"""What governs between two Parties at an instant: the state, and the clauses in force.

`Timeline` answers for one agreement with everything known of it; `Terms` is the answer, made to be asked quickly.

Source: specs/agreement.md, "Life of the agreement"; specs/gate.md, "State and knowledge".
"""

from collections.abc import Iterable, Mapping

import msgspec

from comity.agreements.agreement import Agreement
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

__all__ = ["Terms", "Timeline"]


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


class Timeline:
    """What governs under one agreement, for any pair of Parties, at any instant.

    Args:
        agreement: the agreement with everything known of it.
        others: the other agreements at hand, for supersession and for texts named in `under`.
        unsigned: treat texts without signature files as signed on the day they name, and notices as signed.
        known_at: leave out acts received or signed after this instant.
    """

    def __init__(
        self,
        agreement: Agreement,
        others: Iterable[Agreement] = (),
        *,
        unsigned: bool = False,
        known_at: Instant | None = None,
    ) -> None:
        self.agreement = agreement

    def at(self, instant: Instant, a: str, b: str) -> Terms:
        """Give what governs between `a` and `b`; the same object for every instant of one segment."""
        raise NotImplementedError

    def held(self, hop: Instant, instant: Instant, a: str, b: str) -> Terms:
        """Give the terms that bind a hop made at `hop`, as they stand at `instant`.

        They are those of the hop's own instant, with the clauses of later protocols that say `applies_to = "held"`.
        """
        raise NotImplementedError
