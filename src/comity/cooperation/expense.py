"""Who bears a cost, by the agreement's expense articles: a pure question with an article in its answer.

A clause that names its expense clause is borne by that one; else any expense clause for that kind of matter. A
specific item outranks `all`; what is said of the manner (planned, unplanned, invited) outranks `items`. Where no
clause speaks the cost is refused, with the nearest article named (`specs/clauses.md`, Working together).
"""

from collections.abc import Iterable, Mapping

import msgspec

from comity.agreements.clauses import BEARERS, Clause, Expense, Materials, Training
from comity.agreements.terms import Terms
from comity.cooperation.kind import Occasion, against
from comity.decisions.decision import Ground

__all__ = ["Borne", "bearers_of", "borne_by", "if_free"]


class Borne(msgspec.Struct, frozen=True):
    """Who bears a cost.

    Attributes:
        bearer: a word of the article (`sending`, `shared`, …) or a Party.
        shares: Party -> its share in hundredths of the whole; empty where each bears its own and nothing is owed.
        ref: the article. `unless_agreed`: the two may settle otherwise.
        currency: the one it is settled in; empty where the article names none.
    """

    bearer: str
    shares: dict[str, int]
    ref: str
    unless_agreed: bool = False
    currency: str = ""


def borne_by(terms: Terms, occasion: Occasion, item: str, spender: str) -> Borne | Ground:
    """Tell who bears the cost of an item on an occasion, or on what ground nobody here can.

    Args:
        item: `stay`, `transport`, `salaries`, …, as the article calls it.
        spender: the Party that has had the cost.
    """
    clauses = [each for each in terms.expense if _speaks(each, occasion)]
    for clause in clauses:
        bearer = _bearer(clause, occasion, item)
        if bearer:
            parties = _parties(bearer, occasion, spender)
            return Borne(bearer, parties, str(clause.ref), clause.unless_agreed, clause.currency or "")
    if occasion.paid_by:
        return Borne(occasion.paid_by, _parties(occasion.paid_by, occasion, spender), occasion.ref)
    near = clauses[0] if clauses else next(iter(terms.expense), None)
    if near is None:
        return Ground(
            "matter rule 4 article", f"no expense article of {terms.agreement_id} speaks of any cost", 4
        )
    return Ground(
        str(near.ref), f"no expense article speaks of `{item}` for `{occasion.for_}`; this is the nearest", 4
    )


def bearers_of(terms: Terms, occasion: Occasion) -> tuple[tuple[str, str, str], ...]:
    """Give what the articles say of each kind of cost on an occasion: the item, who bears it, the article."""
    found: dict[str, tuple[str, str, str]] = {}
    for clause in terms.expense:
        if not _speaks(clause, occasion):
            continue
        for item in sorted({*_by_manner(clause, occasion), *clause.items}):
            bearer = _bearer(clause, occasion, item)
            named = {
                "sending": occasion.sending,
                "receiving": occasion.receiving,
                "initiator": occasion.initiator,
            }.get(bearer, bearer)
            found.setdefault(item, (item, named, str(clause.ref)))
    if not found and occasion.paid_by:
        found["all"] = ("all", next(iter(_parties(occasion.paid_by, occasion, ""))), occasion.ref)
    return tuple(found[item] for item in sorted(found))


def if_free(clause: Clause) -> Iterable[Ground]:
    """Give what stands against a cost of what its own clause calls free."""
    if isinstance(clause, Materials | Training) and clause.terms == "free":
        yield against(clause, "by this article it is free: it bears no costs")


def _speaks(clause: Expense, occasion: Occasion) -> bool:
    return clause.id == occasion.expense if occasion.expense else clause.for_ == occasion.for_


def _by_manner(clause: Expense, occasion: Occasion) -> Mapping[str, str]:
    tables = {"planned": clause.planned, "unplanned": clause.unplanned, "invited": clause.invited}
    return tables.get(occasion.manner, {})


def _bearer(clause: Expense, occasion: Occasion, item: str) -> str:
    tables = [_by_manner(clause, occasion), clause.items]
    for name in (item, "all"):
        for table in tables:
            if name in table:
                return table[name]
    return ""


def _parties(bearer: str, occasion: Occasion, spender: str) -> dict[str, int]:
    if bearer == "shared":
        first, second = sorted((occasion.sending, occasion.receiving))
        return {first: 50, second: 50}
    if bearer == "each-own":
        return {spender: 100}
    named = {
        "sending": occasion.sending,
        "receiving": occasion.receiving,
        "initiator": occasion.initiator,
    }.get(bearer, bearer)
    assert bearer in BEARERS or bearer == named
    return {named: 100}
