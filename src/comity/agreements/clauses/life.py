"""The agreement's life: how it begins, how long it lasts, how it ends, who joins and leaves, and in what languages."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from comity.agreements.clauses.clause import Clause, Force
from comity.agreements.clauses.values import (
    Says,
    agreement,
    calendar_length,
    choice,
    day,
    day_or,
    flag,
    language,
    list_of,
    party,
    party_or,
    party_pattern,
    text,
    time_zone,
    word,
)
from comity.agreements.durations import DateRule, Duration

#: A plain date; a name of its own because a term has a field called `date`.
Day = date

__all__ = ["Accession", "Languages", "LegalBasis", "Protocols", "Supersedes", "Term", "Withdrawal"]


class Term(Clause, frozen=True, kw_only=True):
    """How the agreement enters into force, how long it lasts and how it is denounced."""

    clause_kind: ClassVar[str] = "term"
    many: ClassVar[bool] = False
    force: ClassVar[Force] = "enforced"
    source: ClassVar[str] = "VCLT art. 24, 25, 54, 56, 57"

    signed: Annotated[
        Day | None, Says(day, "day of signing; absent = day of the last signature", "2026-03-01")
    ] = None
    place: Annotated[str, Says(text, "where it was signed", '"Oslo"')] = ""
    enters_into_force: Annotated[
        Literal["signature", "date", "last-instrument", "each-party"],
        Says(
            choice("signature", "date", "last-instrument", "each-party"),
            "on signature, on `date`, with the last instrument, or for each Party with its own",
        ),
    ] = "signature"
    date: Annotated[Day | None, Says(day, 'the day, for `enters_into_force = "date"`', "2026-04-01")] = None
    provisional_from: Annotated[
        Day | None,
        Says(day, "first day of provisional application (VCLT art. 25); absent = none", "2026-03-01"),
    ] = None
    duration: Annotated[
        Duration | None, Says(calendar_length(), "how long; absent = without limit", '"P15Y"')
    ] = None
    extension: Annotated[
        Duration | None,
        Says(
            calendar_length(), "automatic extension, repeated unless notice is given; absent = none", '"P5Y"'
        ),
    ] = None
    notice: Annotated[
        Duration | None,
        Says(
            calendar_length(least_zero=True),
            "notice of denunciation; absent = P12M from notice (VCLT 56(2))",
            '"P6M"',
        ),
    ] = None
    notice_runs: Annotated[
        Literal["before-expiry", "from-notice"],
        Says(
            choice("before-expiry", "from-notice"),
            "`before-expiry`: given at least `notice` before the term ends, it ends there; "
            "`from-notice`: it ends `notice` after the day of the notice",
        ),
    ] = "from-notice"
    notice_counts_from: Annotated[
        Literal["dated", "received"], Says(choice("dated", "received"), "which day of a notice counts")
    ] = "dated"
    date_rule: Annotated[
        DateRule,
        Says(
            choice("clamp", "next-day"),
            "a day that does not exist becomes the month's last, or the day after it",
        ),
    ] = "clamp"
    zone: Annotated[str, Says(time_zone, "where its days begin", '"Europe/Oslo"')] = "UTC"
    suspension: Annotated[bool, Says(flag, "a Party may suspend by notice (VCLT art. 57)")] = False


class Supersedes(Clause, frozen=True, kw_only=True):
    """An earlier agreement that ends with this one."""

    clause_kind: ClassVar[str] = "supersedes"
    force: ClassVar[Force] = "enforced"
    source: ClassVar[str] = "VCLT art. 59"

    agreement: Annotated[str, Says(agreement, "id of the earlier agreement", '"north-south-1998"')]
    at: Annotated[
        Day | str, Says(day_or("entry-into-force"), "when the earlier one ends", '"entry-into-force"')
    ] = "entry-into-force"


class LegalBasis(Clause, frozen=True, kw_only=True):
    """A law the agreement rests on; while it lapses, nothing is disclosed from or to the Party whose law it is."""

    clause_kind: ClassVar[str] = "legal_basis"
    force: ClassVar[Force] = "enforced"
    source: ClassVar[str] = "VCLT art. 57"

    name: Annotated[str, Says(text, "the law; several names are all required", '"Data Sharing Act 2015"')]
    of: Annotated[str | None, Says(party, "whose law; absent = all Parties'")] = None
    until: Annotated[
        Day | None, Says(day, "last day before it lapses; absent = does not lapse", "2025-09-30")
    ] = None
    revived: Annotated[Day | None, Says(day, "first day it counts again", "2025-11-13")] = None


class Languages(Clause, frozen=True, kw_only=True):
    """The authentic texts, and the one that decides where they are read differently."""

    clause_kind: ClassVar[str] = "languages"
    many: ClassVar[bool] = False
    force: ClassVar[Force] = "enforced"
    source: ClassVar[str] = "VCLT art. 33"

    authentic: Annotated[
        tuple[str, ...],
        Says(list_of(language, least=1), "languages of the authentic texts", '["pl", "ko", "ru"]'),
    ]
    decisive: Annotated[str | None, Says(language, "the one that decides; absent = equal force", '"ru"')] = (
        None
    )


class Protocols(Clause, frozen=True, kw_only=True):
    """Subordinate texts: whose approval they need and what they may change."""

    clause_kind: ClassVar[str] = "protocols"
    many: ClassVar[bool] = False
    force: ClassVar[Force] = "enforced"
    source: ClassVar[str] = "VCLT art. 39"

    approval: Annotated[
        tuple[str, ...],
        Says(
            list_of(word),
            "functions whose signature a protocol needs, or whom they authorise; absent = `signs`",
            '["minister"]',
        ),
    ] = ()
    may_change: Annotated[
        tuple[str, ...] | None,
        Says(
            list_of(word),
            "clause kinds; absent = any but those that must be listed by name",
            '["exchange", "training"]',
        ),
    ] = None
    arrangements: Annotated[bool, Says(flag, "a protocol may add what no article foresaw")] = False


class Accession(Clause, frozen=True, kw_only=True):
    """Who may join, and with whose approval."""

    clause_kind: ClassVar[str] = "accession"
    many: ClassVar[bool] = False
    force: ClassVar[Force] = "enforced"
    source: ClassVar[str] = "VCLT art. 15"

    open_to: Annotated[
        tuple[str, ...],
        Says(list_of(party_pattern), "Party ids or patterns; absent or empty = closed", '["*.example"]'),
    ] = ()
    approval: Annotated[
        str, Says(party_or("unanimous", "majority"), "`unanimous`, `majority`, or the Party that approves")
    ] = "unanimous"
    sees_earlier: Annotated[bool, Says(flag, "items from before accession pass to it as to a member")] = False


class Withdrawal(Clause, frozen=True, kw_only=True):
    """How a member of a multilateral agreement leaves; the rest stays in force."""

    clause_kind: ClassVar[str] = "withdrawal"
    many: ClassVar[bool] = False
    force: ClassVar[Force] = "enforced"
    source: ClassVar[str] = "VCLT art. 54, 55"

    notice: Annotated[
        Duration | None,
        Says(calendar_length(least_zero=True), "notice of withdrawal; absent = the term's", '"P3M"'),
    ] = None
