"""The joint register, and working together: aid, plans, meetings, training, deliveries, passages, who pays."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Final, Literal

import msgspec

from comity.agreements.clauses.clause import Clause, Force
from comity.agreements.clauses.values import (
    Says,
    choice,
    currency_code,
    flag,
    length,
    list_of,
    mapping_of,
    party,
    party_or,
    whole,
    word,
)
from comity.agreements.durations import Duration

__all__ = [
    "BEARERS",
    "Aid",
    "Continuity",
    "Delivery",
    "Expense",
    "Materials",
    "Meeting",
    "Passage",
    "Plan",
    "Quota",
    "Register",
    "Summary",
    "Training",
]

#: Who may bear a cost, beside a Party named by its id.
BEARERS: Final = ("sending", "receiving", "initiator", "each-own", "shared")

_bearer = party_or(*BEARERS)
_terms = choice("free", "compensated", "per-plan", "existing-agreements")


class Register(Clause, frozen=True, kw_only=True):
    """The joint register: which records, who hosts, how many checks, how fast answers come."""

    clause_kind: ClassVar[str] = "register"
    many: ClassVar[bool] = False
    force: ClassVar[Force] = "enforced"
    source: ClassVar[str] = "Regulation (EU) 2024/982 (Prüm II)"

    id: Annotated[str, Says(word, "its name; follow-ups are items of category `register.<id>`", '"joint"')]
    host: Annotated[str, Says(party_or("each"), "`each` keeps its own, or the Party that hosts for all")] = (
        "each"
    )
    schemas: Annotated[
        tuple[str, ...],
        Says(
            list_of(
                choice(
                    "Person",
                    "Organization",
                    "Company",
                    "Vessel",
                    "Vehicle",
                    "Address",
                    "Airplane",
                    "LegalEntity",
                )
            ),
            "FollowTheMoney schemas; absent = none",
            '["Organization", "Vessel"]',
        ),
    ] = ()
    duty: Annotated[Literal["shall", "may"], Says(choice("shall", "may"), "whether contributing is owed")] = (
        "may"
    )
    handling: Annotated[
        tuple[str, ...],
        Says(
            list_of(choice("open", "reference", "ask", "silent")),
            "codes allowed on records; absent = none",
            '["reference", "ask"]',
        ),
    ] = ()
    queries_per_day: Annotated[int | None, Says(whole(), "for each Party; absent = no limit", "5000")] = None
    threshold: Annotated[
        int, Says(whole(50, 99), "score, in hundredths, from which a match counts as a hit", "75")
    ] = 70
    records_each: Annotated[
        int, Says(whole(), "most records that one Party may contribute to the host", "20000")
    ] = 100_000
    core_data_within: Annotated[
        Duration | None,
        Says(length, "core data after a reasoned follow-up, by a person's decision", '"PT48H"'),
    ] = None
    outcome_within: Annotated[
        Duration | None, Says(length, "time to close a hit with its outcome", '"P14D"')
    ] = None
    review: Annotated[Duration | None, Says(length, "how often a record is reviewed", '"P1Y"')] = None
    blind: Annotated[bool, Says(flag, "oblivious checks are offered")] = False
    improve: Annotated[
        str | None, Says(choice("by-protocol"), "how schemas and kinds grow", '"by-protocol"')
    ] = None
    record_kinds: Annotated[
        tuple[str, ...] | None,
        Says(list_of(word), "named kinds of record; absent = any lawful one", '["sanctioned-person"]'),
    ] = None


class Aid(Clause, frozen=True, kw_only=True):
    """A kind of request one Party may make of the other, and how it is answered."""

    clause_kind: ClassVar[str] = "aid"
    force: ClassVar[Force] = "evidenced"

    kind: Annotated[
        str,
        Says(
            choice("check", "search", "information", "protection", "joint-measure", "advice", "other"),
            "what is asked",
            '"check"',
        ),
    ]
    about: Annotated[
        str,
        Says(choice("own-nationals", "requesters-nationals-here", "officials", "any"), "whom it may concern"),
    ] = "any"
    refusal_grounds: Annotated[
        tuple[str, ...],
        Says(list_of(word), "grounds on which it may be refused", '["own-law", "no-capacity"]'),
    ] = ()
    acknowledge_within: Annotated[Duration | None, Says(length, "time to say it has arrived", '"P1D"')] = None
    answer_within: Annotated[
        Mapping[str, Duration],
        Says(mapping_of(length, "urgent", "normal"), "time to answer", '{ urgent = "PT8H", normal = "P7D" }'),
    ] = msgspec.field(default_factory=dict)
    taken_by: Annotated[
        tuple[str, ...],
        Says(
            list_of(choice("requested", "better-placed", "jointly")),
            "who may take it; absent = the one asked",
            '["jointly"]',
        ),
    ] = ()


class Plan(Clause, frozen=True, kw_only=True):
    """A plan made together at a cadence."""

    clause_kind: ClassVar[str] = "plan"
    force: ClassVar[Force] = "evidenced"

    cadence: Annotated[Duration | None, Says(length, "how often", '"P1Y"')] = None
    horizon: Annotated[
        Duration | None, Says(length, "a long-range plan beside it; absent = none", '"P5Y"')
    ] = None
    approval: Annotated[tuple[str, ...], Says(list_of(word), "functions that approve it", '["head"]')] = ()
    contains: Annotated[
        tuple[str, ...], Says(list_of(word), "what stands in it", '["meetings", "training"]')
    ] = ()


class Summary(Clause, frozen=True, kw_only=True):
    """A periodic summary of what was done, the same on both sides."""

    clause_kind: ClassVar[str] = "summary"
    force: ClassVar[Force] = "evidenced"

    cadence: Annotated[Duration | None, Says(length, "how often", '"P1Y"')] = None
    countersigned: Annotated[bool, Says(flag, "both sign it")] = False


class Meeting(Clause, frozen=True, kw_only=True):
    """Delegations, discussions, exchanges of experience."""

    clause_kind: ClassVar[str] = "meeting"
    force: ClassVar[Force] = "evidenced"

    kind: Annotated[str, Says(word, "what kind of meeting", '"working-discussion"')]
    levels: Annotated[tuple[str, ...], Says(list_of(word), "who meets", '["head", "expert"]')] = ()
    needs_consent_of: Annotated[
        str | None, Says(party_or("receiving", "sending"), "who must agree to the visit", '"receiving"')
    ] = None
    expense: Annotated[str | None, Says(word, "id of the expense clause that pays it", '"visits"')] = None


class Training(Clause, frozen=True, kw_only=True):
    """Places one Party gives the other's people."""

    clause_kind: ClassVar[str] = "training"
    force: ClassVar[Force] = "evidenced"

    by: Annotated[str | None, Says(party, "who trains; absent = either")] = None
    places: Annotated[int | None, Says(whole(), "a year; absent = set each year by plan", "10")] = None
    terms: Annotated[str, Says(_terms, "on what terms", '"compensated"')] = "per-plan"
    paid_by: Annotated[str | None, Says(_bearer, "who pays", '"sending"')] = None


class Materials(Clause, frozen=True, kw_only=True):
    """Textbooks, research, documentation, regulations, software; items of category `materials.<kind>`."""

    clause_kind: ClassVar[str] = "materials"
    force: ClassVar[Force] = "enforced"

    kinds: Annotated[
        tuple[str, ...], Says(list_of(word), "which kinds; absent = none", '["textbooks", "research"]')
    ] = ()
    terms: Annotated[str, Says(_terms, "on what terms")] = "per-plan"


class Quota(Clause, frozen=True, kw_only=True):
    """A number of places or stays a year."""

    clause_kind: ClassVar[str] = "quota"
    force: ClassVar[Force] = "evidenced"

    name: Annotated[str, Says(word, "what is counted", '"stays"')]
    count: Annotated[int | None, Says(whole(), "a year; absent = by plan", "20")] = None
    terms: Annotated[str, Says(_terms, "on what terms")] = "per-plan"


class Delivery(Clause, frozen=True, kw_only=True):
    """Equipment and documentation; items of category `delivery.<kind>`."""

    clause_kind: ClassVar[str] = "delivery"
    force: ClassVar[Force] = "enforced"

    kinds: Annotated[
        tuple[str, ...], Says(list_of(word), "which kinds; absent = none", '["equipment", "documentation"]')
    ] = ()
    forms: Annotated[
        tuple[str, ...],
        Says(
            list_of(choice("purchase", "loan", "joint-development", "help-in-buying", "gift")),
            "how",
            '["loan"]',
        ),
    ] = ()
    terms: Annotated[str, Says(_terms, "on what terms")] = "per-plan"
    retransfer: Annotated[
        str,
        Says(
            choice("third_party", "never"),
            "`third_party`: bound by the third-party rule; `never`: not at all",
        ),
    ] = "third_party"


class Passage(Clause, frozen=True, kw_only=True):
    """Notice of crossing: delegations, officials, freight."""

    clause_kind: ClassVar[str] = "passage"
    force: ClassVar[Force] = "evidenced"

    kinds: Annotated[
        tuple[str, ...], Says(list_of(word), "who or what crosses", '["delegation", "freight"]')
    ] = ()
    notice: Annotated[Duration | None, Says(length, "how long before", '"P3D"')] = None


class Continuity(Clause, frozen=True, kw_only=True):
    """Readiness for crisis: plans shared and rehearsed."""

    clause_kind: ClassVar[str] = "continuity"
    force: ClassVar[Force] = "evidenced"

    through: Annotated[tuple[str, ...], Says(list_of(word), "offices or missions", '["north-regional"]')] = ()
    rehearse: Annotated[Duration | None, Says(length, "how often it is rehearsed", '"P1Y"')] = None


class Expense(Clause, frozen=True, kw_only=True):
    """Who bears what. A specific item outranks `all`."""

    clause_kind: ClassVar[str] = "expense"
    force: ClassVar[Force] = "evidenced"

    for_: Annotated[str, Says(word, "the clause kind it pays for", '"meeting"')]
    planned: Annotated[
        Mapping[str, str],
        Says(mapping_of(_bearer), "when planned", '{ stay = "receiving", transport = "sending" }'),
    ] = msgspec.field(default_factory=dict)
    unplanned: Annotated[
        Mapping[str, str], Says(mapping_of(_bearer), "when not planned", '{ all = "initiator" }')
    ] = msgspec.field(default_factory=dict)
    invited: Annotated[
        Mapping[str, str], Says(mapping_of(_bearer), "on invitation", '{ all = "receiving" }')
    ] = msgspec.field(default_factory=dict)
    items: Annotated[
        Mapping[str, str], Says(mapping_of(_bearer), "whatever the occasion", '{ salaries = "sending" }')
    ] = msgspec.field(default_factory=dict)
    unless_agreed: Annotated[bool, Says(flag, "the two may settle otherwise case by case")] = False
    currency: Annotated[str | None, Says(currency_code, "absent = each bears in its own", '"EUR"')] = None
