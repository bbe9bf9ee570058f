"""Verbs about the journal: showing, verifying, reconciling it, and files that prove what stands in it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec

from comity.clock import format_instant, parse_instant
from comity.control.verb import Desk, verb
from comity.errors import BadInput, NotFound
from comity.federation.equivocation_file import write_equivocation
from comity.federation.evidence_file import write_evidence
from comity.journal.append import NODE
from comity.node import check_journal, flagged, reconcile
from comity.node.check_kept import check_kept
from comity.node.export_evidence import equivocation_of, evidence_of
from comity.node.export_overseer import inspectors, overseers_file
from comity.ports import JournalRow, Transaction

#: Hours after which a letter counts as not receipted, at the most: a hundred years.
_HOURS = 876_000


@verb("journal-show")
def journal_show(desk: Desk, channel: str = "", after: int = 0, limit: int = 200) -> list[dict[str, Any]]:
    """List entries of the journal, oldest first."""

    def read(transaction: Transaction) -> tuple[Sequence[JournalRow], dict[int, str]]:
        rows = transaction.journal(channel=channel or None, after=after, limit=limit)
        return rows, flagged.of_entries(desk.node, transaction, rows)

    rows, doubts = desk.read(read)
    return [
        {
            "number": row.number,
            "channel": row.channel,
            "channel_number": row.channel_number,
            "at": format_instant(row.at),
            "kind": row.kind,
            "act": row.act,
            "leaf": row.leaf.decode(),
            "flag": doubts.get(row.number, ""),
        }
        for row in rows
    ]


@verb("journal-verify", alone=True)
def journal_verify(desk: Desk, witnessed: tuple[str, ...] = (), resume: bool = False) -> dict[str, Any]:
    """Read the journal through, or from where it was found whole before; name what is wrong in it."""
    report = check_journal.check_in_parts(desk.node, witnessed, resume=resume)
    size = desk.read(lambda transaction: transaction.head(NODE).size)
    doubts = desk.read(lambda transaction: flagged.all_entries(desk.node, transaction))
    return {
        "ok": not report.faults,
        "entries": report.entries,
        "before": max(size - report.entries, 0) if resume else 0,
        "flagged": [{"number": number, "why": why} for number, why in doubts.items()],
        "faults": [msgspec.to_builtins(fault, enc_hook=str) for fault in report.faults],
        "further": report.further,
    }


@verb("kept-verify", alone=True)
def kept_verify(desk: Desk) -> list[str]:
    """Read everything that is kept here; name what is damaged."""
    return check_kept(desk.node)


@verb("journal-witnessed")
def journal_witnessed(desk: Desk, peer: str) -> list[str]:
    """Give the checkpoints kept of a peer's side of the channel."""
    notes = desk.read(lambda transaction: check_journal.witnessed(transaction, peer))
    if not notes:
        raise NotFound(f"no checkpoint of {peer} is kept here", hint=f"one comes with every letter of {peer}")
    return notes


@verb("journal-reconcile")
def journal_reconcile(desk: Desk, peer: str) -> dict[str, Any]:
    """Begin to compare the channel with a peer's account of it."""
    message = desk.act(lambda node, transaction: reconcile.ask_account(node, transaction, peer))
    unreachable = desk.send()
    return {"message": message, "unreachable": unreachable.get(peer, "")}


@verb("journal-comparison")
def journal_comparison(desk: Desk, peer: str, unreceipted_after: int = 24) -> dict[str, Any] | None:
    """Give the newest comparison with a peer, and what it has not receipted for so many hours."""
    if not 0 <= unreceipted_after <= _HOURS:
        raise BadInput(f"`unreceipted_after` is a number from 0 to {_HOURS}")
    before = desk.node.clock.now() - timedelta(hours=unreceipted_after)
    found, late = desk.read(
        lambda transaction: (
            reconcile.last_comparison(transaction, peer),
            reconcile.unreceipted(transaction, peer, before),
        )
    )
    if found is None:
        return None
    at, comparison = found
    return {
        "at": format_instant(at),
        "clean": comparison.clean,
        **msgspec.to_builtins(comparison),
        "unreceipted": [
            {"message": row.message, "kind": row.kind, "owed_at": format_instant(row.owed_at)} for row in late
        ],
    }


@verb("journal-evidence")
def journal_evidence(desk: Desk, act: str) -> bytes:
    """Give the evidence of one act as a file."""
    return write_evidence(desk.read(lambda transaction: evidence_of(desk.node, transaction, act)))


@verb("journal-equivocation")
def journal_equivocation(desk: Desk, peer: str) -> bytes:
    """Give two heads that a peer signed for one size as a file."""
    return write_equivocation(desk.read(lambda transaction: equivocation_of(desk.node, transaction, peer)))


@verb("overseer-choices")
def overseer_choices(desk: Desk) -> list[dict[str, Any]]:
    """List the inspectors that agreements name, and what each lets them see."""
    found = desk.read(lambda transaction: inspectors(desk.node, transaction))
    return [
        {"body": body, "agreement": mandate.agreement, "article": mandate.article, "sees": list(mandate.sees)}
        for body, mandate in found
    ]


@verb("journal-overseer")
def journal_overseer(desk: Desk, body: str, begin: str, end: str) -> bytes:
    """Give an inspector's file, and enter that it was given."""
    found: bytes = desk.act(
        lambda node, transaction: overseers_file(
            node, transaction, body, begin=parse_instant(begin), end=parse_instant(end)
        )
    )
    return found
