"""What joint work has a day for: deadlines of matters, plans and summaries of the next period, charges, consents that
run out.

A deadline stands with the article it follows from, for each Party that owes it. An article that wants a plan or a
summary at a cadence is owed one for every period: the first plan soon after the agreement has come into force, the
next by the end of the one that runs, a summary of each period once it is over, and then its countersignature. No
clause says by when a charge is answered and paid; it is listed for a day all the same, and is never late by it.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import cast

import msgspec

from comity.agreements.clauses import Plan, Summary
from comity.agreements.days import end_of, local_day, zone_of
from comity.agreements.durations import Duration
from comity.agreements.terms import Terms
from comity.clock import Instant
from comity.cooperation.kind import OPENER, OTHER
from comity.cooperation.matter import Matter
from comity.cooperation.plans import PlanFacts
from comity.cooperation.summaries import SummaryFacts
from comity.node.matter_log import governing, log_of, matter_from, matters_listed, read_anew
from comity.node.node import Node
from comity.ports import Transaction

__all__ = ["Found", "of_charges", "of_consents", "of_matters", "of_periods"]

#: How long before a plan ends the next one is listed, and how long the first may take; after a period is over, how long
#: its summary may take, and then the answer to it.
PLAN_AHEAD, SUMMARY_WITHIN = timedelta(days=60), timedelta(days=30)
#: How long each step of a charge may take.
CHARGE_WITHIN = timedelta(days=30)
#: State of a charge -> who owes the next step.
_CHARGE_STEPS = {"claimed": OTHER, "contested": OPENER, "accepted": "debtor", "paid": "creditor"}
#: How long before it ends a consent is listed.
CONSENT_AHEAD = timedelta(days=30)
#: Most periods looked through.
_MOST_PERIODS = 1000


class Found(msgspec.Struct, frozen=True):
    """Something with a day; fields as in `what_is_due.Due`."""

    at: Instant
    side: str
    what: str
    party: str
    ref: str
    see: str


def of_matters(
    node: Node,
    transaction: Transaction,
    since: Instant | None,
    until: Instant | None,
    limit: int,
    by: str = "",
) -> Iterator[Found]:
    """Give deadlines of matters, for each Party that owes one or for one of them, soonest first."""
    read_anew(node, transaction)
    for row in transaction.deadlines(by=by, since=since, until=until, limit=limit):
        yield Found(
            at=row.at,
            side="ours" if row.by == node.party else "theirs",
            what=f"{row.what} ({row.kind}: {row.title})",
            party=row.peer,
            ref=row.ref or row.agreement,
            see=f"comity {row.kind} show {row.matter[:12]}",
        )


def of_periods(node: Node, transaction: Transaction, now: Instant) -> Iterator[Found]:
    """Give the plans and summaries that articles want at a cadence and that are not there yet."""
    knowledge = node.know(transaction)
    matters = [
        matter_from(knowledge, row.id, log_of(transaction, row.id))
        for kind in ("plan", "summary")
        for row in matters_listed(node, transaction, kind)
    ]
    for name in sorted(knowledge.agreements):
        for peer in sorted(knowledge.signatories(name) & knowledge.peers()):
            terms = governing(knowledge, name, node.party, peer)(now)
            if terms is None or not terms.permits:
                continue
            ours = [each for each in matters if each.agreement == name and peer in (each.opener, each.other)]
            yield from _next_plan(terms, peer, ours, now)
            yield from _next_summary(terms, peer, ours, now)
            yield from _answers_to_summaries(node.party, terms, ours, now)


def _next_plan(terms: Terms, peer: str, matters: list[Matter], now: Instant) -> Iterator[Found]:
    zone = zone_of(terms.zone)
    plans = [
        cast("PlanFacts", each.facts).opening
        for each in matters
        if each.kind.name == "plan" and each.facts is not None and each.state != "abandoned"
    ]
    regular = [each for each in plans if each.range == "cadence"]
    clause: Plan | None = next((each for each in terms.plan if each.cadence is not None), None)
    if clause is None:
        return
    if regular:
        last = max(each.ends for each in regular)
        at, what, see = end_of(last, zone), f"plan for the time after {last}", "comity plan next --help"
        if at > now + PLAN_AHEAD:
            return
    elif terms.in_force_from is None:
        return
    else:
        first = local_day(terms.in_force_from, zone)
        at, what, see = (
            terms.in_force_from + PLAN_AHEAD,
            f"plan for the time from {first}",
            "comity plan new --help",
        )
    yield Found(at, "ours", what, peer, str(clause.ref), see)


def _next_summary(terms: Terms, peer: str, matters: list[Matter], now: Instant) -> Iterator[Found]:
    zone = zone_of(terms.zone)
    clause: Summary | None = next((each for each in terms.summary if each.cadence is not None), None)
    if clause is None or clause.cadence is None or terms.in_force_from is None:
        return
    drawn = [
        cast("SummaryFacts", each.facts).drawn
        for each in matters
        if each.kind.name == "summary" and each.facts is not None and each.state != "withdrawn"
    ]
    since = max((_after(each.ends) for each in drawn), default=local_day(terms.in_force_from, zone))
    for _ in range(_MOST_PERIODS):
        until = _last_day(clause.cadence, since)
        over = end_of(until, zone)
        if over > now:
            return
        yield Found(
            over + SUMMARY_WITHIN,
            "ours",
            f"summary of {since} to {until}",
            peer,
            str(clause.ref),
            f"comity summary draw {peer} --begins {since} --ends {until}",
        )
        since = _after(until)


def _answers_to_summaries(party: str, terms: Terms, matters: list[Matter], now: Instant) -> Iterator[Found]:
    """Give the summaries that wait for the other side's signature, once their period is over, or to be drawn anew."""
    zone = zone_of(terms.zone)
    for matter in matters:
        if matter.kind.name != "summary" or matter.state not in ("drawn", "differing"):
            continue
        drawn = cast("SummaryFacts", matter.facts).drawn
        over = end_of(drawn.ends, zone)
        if over > now:
            continue
        what, by = f"countersign the summary of {drawn.begins} to {drawn.ends}", matter.other
        if matter.state == "differing":
            what, by = f"draw the summary of {drawn.begins} to {drawn.ends} anew", matter.opener
        yield Found(
            max(over, matter.since) + SUMMARY_WITHIN,
            "ours" if by == party else "theirs",
            what,
            matter.other if matter.opener == party else matter.opener,
            str(matter.clauses[0].ref),
            f"comity summary show {matter.id[:12]}",
        )


def of_charges(node: Node, transaction: Transaction) -> Iterator[Found]:
    """Give the charges that wait to be answered, paid or confirmed, for the Party that owes the step."""
    knowledge = node.know(transaction)
    for row in matters_listed(node, transaction, "charge"):
        if row.state not in _CHARGE_STEPS:
            continue
        charge = matter_from(knowledge, row.id, log_of(transaction, row.id))
        title = charge.title
        what = {
            "claimed": f"accept or contest the charge of {title}",
            "contested": f"amend or take back the charge of {title}",
            "accepted": f"pay the charge of {title}",
            "paid": f"confirm that the charge of {title} was paid",
        }[row.state]
        roles = {OPENER: charge.opener, OTHER: charge.other}
        roles |= charge.kind.roles(charge.facts, charge.opener, charge.other)
        yield Found(
            charge.since + CHARGE_WITHIN,
            "ours" if roles[_CHARGE_STEPS[row.state]] == node.party else "theirs",
            what,
            row.peer,
            str(charge.clauses[0].ref),
            f"comity charge show {row.id[:12]}",
        )


def _last_day(cadence: Duration, since: date) -> date:
    """Give the last day of a period; the calendar's last where it would end behind that: a Party may name any day."""
    try:
        return cadence.after(since) - timedelta(days=1)
    except OverflowError:
        return date.max


def _after(day: date) -> date:
    return min(day, date.max - timedelta(days=1)) + timedelta(days=1)


def of_consents(node: Node, transaction: Transaction, now: Instant) -> Iterator[Found]:
    """Give the consents this Party holds that soon run out: to be asked for anew, if they are still needed."""
    for consent in node.know(transaction).acts.consents_at(now):
        stands = consent.revoked is None and consent.holder == node.party
        if stands and now < consent.until <= now + CONSENT_AHEAD:
            about = f"item {consent.item[:12]}" if consent.item else f"{consent.category}"
            yield Found(
                consent.until,
                "own",
                f"consent for {about} to {consent.to} runs out",
                consent.by,
                consent.agreement or "rule 7 third party",
                "comity consent list",
            )
