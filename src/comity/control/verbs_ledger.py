"""Verbs about costs, summaries, and what is due."""

from datetime import date
from typing import Any

import msgspec

from comity.clock import format_instant
from comity.control.days import day_or_instant
from comity.control.verb import Desk, verb
from comity.control.verbs_matters import step_fields
from comity.cooperation.currencies import in_units
from comity.cooperation.kinds import KINDS
from comity.cooperation.ledger import Balance
from comity.cooperation.matter import dates_of
from comity.cooperation.summaries import Figure
from comity.errors import BadInput, NotFound
from comity.node import ledger as ledger_use
from comity.node import summarise
from comity.node.claim_costs import claim
from comity.node.cooperate import Manner
from comity.node.draw_summary import draw
from comity.node.matter_log import log_of, matter_from, matters_listed
from comity.node.node import Node
from comity.node.reciprocity import reciprocity as reciprocity_of
from comity.node.what_is_due import what_is_due
from comity.ports import Transaction

_EVERYTHING = 1_000_000


@verb("ledger")
def ledger(desk: Desk, peer: str = "", after: str = "", limit: int = 0) -> dict[str, Any]:
    """Give the costs between this Party and another, or all, how each stands, and what is owed.

    All of them, or with `limit` page by page; `after` is what the page before said to go on with.
    """
    found: ledger_use.Ledger = desk.act(
        lambda node, transaction: ledger_use.ledger_of(
            node, transaction, peer, after=after, limit=_limit(limit)
        )
    )
    return {
        "lines": [
            {
                "on": line.entry.on.isoformat(),
                "with": line.peer,
                "what": line.entry.what,
                "words": line.entry.words,
                "amount": in_units(line.entry.amount, line.entry.currency),
                "currency": line.entry.currency,
                "spender": line.entry.spender,
                "bearer": line.entry.bearer,
                "owes": {
                    party: in_units(amount, line.entry.currency) for party, amount in line.entry.owes.items()
                },
                "ref": line.entry.ref,
                "kind": line.entry.kind,
                "title": line.entry.title,
                "matter": line.entry.matter,
                "state": line.state,
                "charge": line.charge or None,
                "event": line.entry.event,
            }
            for line in found.lines
        ],
        "owed": [_balance(each) for each in found.owed],
        "open": [{"with": party, "currency": currency} for party, currency in found.open],
        "after": found.after or None,
    }


@verb("charge-claim")
def charge_claim(
    desk: Desk,
    peer: str,
    begins: date | None = None,
    ends: date | None = None,
    currency: str = "",
    under: str = "",
    dry_run: bool = False,
) -> dict[str, Any]:
    """Claim the open costs of a period, set off into one balance."""
    step = desk.act(
        lambda node, transaction: claim(
            node,
            transaction,
            peer,
            begins=begins,
            ends=ends,
            currency=currency,
            under=under,
            manner=Manner(dry_run=dry_run),
        )
    )
    return step_fields(desk, step)


@verb("charge-check")
def charge_check(desk: Desk, charge: str) -> dict[str, Any]:
    """Hold a charge against one's own ledger."""
    found: ledger_use.Check = desk.act(
        lambda node, transaction: ledger_use.check_charge(node, transaction, charge)
    )
    return {
        "charge": found.charge,
        "same": found.same,
        "unknown": list(found.unknown),
        "balance": _balance(found.balance) if found.balance else None,
        "mistakes": list(found.mistakes),
    }


@verb("summary-figures")
def summary_figures(desk: Desk, peer: str, begins: date, ends: date, under: str = "") -> list[dict[str, Any]]:
    """Count what there was with a Party in a period, under one agreement."""

    def count(node: Node, transaction: Transaction) -> tuple[Figure, ...]:
        name = summarise.agreement_summed(node.know(transaction), peer, under, node.now(transaction))
        if not name:
            raise NotFound(
                f"there is no agreement `{under[:80]}` with {peer}"
                if under
                else f"no agreement with {peer} provides for a summary",
                hint="comity agreement list",
            )
        return summarise.figures_with(node, transaction, peer, name, begins, ends)

    rows = desk.act(count)
    return [msgspec.to_builtins(row) for row in rows]


@verb("summary-draw")
def summary_draw(
    desk: Desk, peer: str, begins: date, ends: date, under: str = "", words: str = "", dry_run: bool = False
) -> dict[str, Any]:
    """Draw up the summary of a period and send it."""
    step = desk.act(
        lambda node, transaction: draw(
            node,
            transaction,
            peer,
            begins=begins,
            ends=ends,
            under=under,
            words=words,
            manner=Manner(dry_run=dry_run),
        )
    )
    return step_fields(desk, step)


@verb("summary-check")
def summary_check(desk: Desk, summary: str) -> dict[str, Any]:
    """Hold a summary against one's own figures."""
    found = desk.act(lambda node, transaction: summarise.compare(node, transaction, summary))
    shown: dict[str, Any] = msgspec.to_builtins(found)
    return shown


@verb("due-list")
def due_list(
    desk: Desk, ours: bool = False, since: str = "", until: str = "", limit: int = 0
) -> list[dict[str, Any]]:
    """List what this Party owes, what it is owed, and what it must see to, soonest first.

    Only from the day `since`, before the day `until`, and so many lines, where they are given; with `ours` without
    what it is owed.
    """
    rows = desk.act(
        lambda node, transaction: what_is_due(
            node,
            transaction,
            ours=ours,
            since=day_or_instant("since", since),
            until=day_or_instant("until", until),
            limit=_limit(limit),
        )
    )
    return [
        {
            "at": format_instant(row.at),
            "side": row.side,
            "what": row.what,
            "party": row.party or None,
            "ref": row.ref,
            "see": row.see,
            "late": row.late,
        }
        for row in rows
    ]


@verb("due-dates")
def due_dates(desk: Desk) -> list[dict[str, Any]]:
    """List the days of joint work: meetings, passages, rehearsals, courses, seats, by matter."""

    def work(node: Node, transaction: Transaction) -> list[dict[str, Any]]:
        knowledge = node.know(transaction)
        return [
            {
                "begins": span.begins.isoformat(),
                "ends": span.ends.isoformat(),
                "what": f"{matter.title}; {span.what}" if span.what else matter.title,
                "name": span.name,
                "status": span.status,
                "with": row.peer,
                "matter": row.id,
                "kind": row.kind,
                "changed_at": format_instant(row.changed_at),
            }
            for row in matters_listed(node, transaction)
            if KINDS[row.kind].dates is not None
            for matter in (matter_from(knowledge, row.id, log_of(transaction, row.id)),)
            for span in dates_of(matter)
        ]

    rows: list[dict[str, Any]] = desk.act(work)
    return sorted(rows, key=lambda row: (row["begins"], row["matter"], row["name"]))


@verb("reciprocity")
def reciprocity(desk: Desk) -> list[dict[str, Any]]:
    """Count what passed each way in the last year, by Party and category."""
    rows = desk.read(lambda transaction: reciprocity_of(desk.node, transaction))
    return [msgspec.to_builtins(row) for row in rows]


def _limit(given: int) -> int:
    """Give how many rows are asked for; none said means all."""
    if not 0 <= given <= _EVERYTHING:
        raise BadInput(f"`limit` is a number from 0 to {_EVERYTHING}")
    return given or _EVERYTHING


def _balance(balance: Balance) -> dict[str, str]:
    return {
        "debtor": balance.debtor,
        "creditor": balance.creditor,
        "amount": in_units(balance.amount, balance.currency),
        "currency": balance.currency,
    }
