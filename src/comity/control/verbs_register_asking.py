"""Verbs about other Parties' registers: ask, watch, follow up, close, flag; and answer those who ask."""

from datetime import date
from typing import Any

import msgspec

from comity.clock import Instant
from comity.control.verb import Desk, verb
from comity.errors import BadInput, NotFound
from comity.ports import CheckRow, FlagRow, HitRow, Transaction


@verb("register-ask")
def register_ask(
    desk: Desk,
    question: bytes,
    purpose: str = "",
    reference: str = "",
    to: str = "",
    under: str = "",
    until: Instant | None = None,
    topic: str = "",
) -> dict[str, Any]:
    """Put a question to other Parties, or a watch; what has come back by now is told with it."""
    from comity.node.ask_check import ask_check, watch_own
    from comity.register.book import read_queries

    (query,) = read_queries([(1, question)], source="question")

    def work(node: Any, transaction: Transaction) -> Any:
        if not to and not under:
            if until is None:
                raise BadInput("a check of one's own register is no question to others")
            return watch_own(node, transaction, query, reference=reference, until=until, topic=topic)
        return ask_check(
            node,
            transaction,
            query,
            purpose=purpose,
            reference=reference,
            to=to,
            under=under,
            until=until,
            topic=topic,
        )

    rows = desk.act(work)
    desk.send()
    return _asked(desk, rows[0].id)


@verb("register-asked")
def register_asked(desk: Desk, check: str) -> dict[str, Any]:
    """Tell how far a check or watch has come: each Party's part, and the matches told so far."""
    return _asked(desk, check)


def _asked(desk: Desk, check: str) -> dict[str, Any]:
    from comity.node.register_names import find_check

    def read(transaction: Transaction) -> dict[str, Any]:
        rows = find_check(transaction, check)
        told = [hit_fields(hit) for hit in transaction.hits_of_check(rows[0].id) if hit.ours]
        waiting = [row.peer for row in rows if row.state == "asked"]
        return {
            "check": rows[0].id,
            "watch": rows[0].watch,
            "complete": not any(row.state in ("asked", "unsent") for row in rows),
            "waiting": waiting,
            "parties": [_part(row) for row in rows],
            "hits": sorted(told, key=lambda hit: (-hit["score"], hit["hit"])),
        }

    shown: dict[str, Any] = desk.read(read)
    return shown


@verb("register-checks")
def register_checks(
    desk: Desk, watches: bool = False, told: bool = False, limit: int = 100
) -> list[dict[str, Any]]:
    """List checks or watches, newest first: this Party's, or those that others put to it."""

    def read(transaction: Transaction) -> list[dict[str, Any]]:
        rows = transaction.checks(ours=not told, limit=limit)
        return [_part(row) for row in rows if row.watch == watches]

    shown: list[dict[str, Any]] = desk.read(read)
    return shown


@verb("register-hits")
def register_hits(desk: Desk, told: bool = False, limit: int = 100) -> list[dict[str, Any]]:
    """List matches, newest first: told to this Party, or met here by others; silent ones are told here alone."""

    def read(transaction: Transaction) -> list[dict[str, Any]]:
        rows = [hit_fields(hit) for hit in transaction.hits(ours=not told, limit=limit)]
        if told:
            rows += [
                {**_bare(row), "record": key, "score": score / 1000, "shown": "nothing"}
                for row in transaction.checks(ours=False, limit=limit)
                if row.unseen
                for key, score in msgspec.json.decode(row.unseen)
                if "\x1f" not in key  # another Party's, hosted here: its owner alone hears of it
            ]
        return rows

    shown: list[dict[str, Any]] = desk.read(read)
    return shown


@verb("register-hit")
def register_hit(desk: Desk, hit: str) -> dict[str, Any]:
    """Show a match with the record, where it was released and still is here."""
    from comity.node.items import read_content
    from comity.node.register_names import find_hit
    from comity.node.show_record import as_it_stands

    def read(transaction: Transaction) -> dict[str, Any]:
        try:
            row = find_hit(transaction, hit, ours=True)
        except NotFound:
            row = find_hit(transaction, hit, ours=False)
        shown = hit_fields(row)
        item = transaction.item(row.item) if row.item and row.ours else None
        item = as_it_stands(transaction, item) if item is not None else None
        if item is not None and item.state in ("held", "source-withdrawn"):
            shown.update(msgspec.json.decode(read_content(transaction, item)[1]))
        elif item is not None:
            shown["item_state"] = item.state
        return shown

    found: dict[str, Any] = desk.read(read)
    return found


@verb("register-unwatch")
def register_unwatch(desk: Desk, check: str) -> list[dict[str, Any]]:
    """End a watch."""
    from comity.node.ask_check import end_watch

    rows = desk.act(lambda node, transaction: end_watch(node, transaction, check))
    desk.send()
    return [_part(row) for row in rows]


@verb("register-follow-up")
def register_follow_up(desk: Desk, hit: str, because: str) -> dict[str, Any]:
    """Ask an owner for what stands in the record of a match."""
    from comity.node.follow_up import follow_up

    row = desk.act(lambda node, transaction: follow_up(node, transaction, hit, because=because))
    desk.send(row.owner)
    return hit_fields(row)


@verb("register-outcome")
def register_outcome(desk: Desk, hit: str, outcome: str, words: str = "") -> dict[str, Any]:
    """Close a match with what came of it."""
    from comity.node.follow_up import close

    row = desk.act(lambda node, transaction: close(node, transaction, hit, outcome, words=words))
    desk.send(row.owner)
    return hit_fields(row)


@verb("register-release")
def register_release(
    desk: Desk, hit: str, because: str = "", marking: str = "TLP:AMBER", read: bool = False
) -> dict[str, Any]:
    """Release a record to whoever asked for it; `decision` is the gate's."""
    from comity.control.verbs_items import decision_fields
    from comity.node.follow_up import release

    row, decision = desk.act(
        lambda node, transaction: release(node, transaction, hit, because=because, marking=marking, read=read)
    )
    desk.send(row.peer)
    return {**hit_fields(row), "decision": decision_fields(decision) if decision is not None else None}


@verb("register-refuse")
def register_refuse(desk: Desk, hit: str, because: str) -> dict[str, Any]:
    """Refuse a follow-up."""
    from comity.node.follow_up import refuse_follow_up

    row = desk.act(lambda node, transaction: refuse_follow_up(node, transaction, hit, because=because))
    desk.send(row.peer)
    return hit_fields(row)


@verb("register-flag")
def register_flag(desk: Desk, hit: str, kind: str, because: str) -> dict[str, Any]:
    """Say what this Party thinks of another's record."""
    from comity.node.flag_record import flag_record

    row = desk.act(lambda node, transaction: flag_record(node, transaction, hit, kind, words=because))
    desk.send(row.peer)
    return flag_fields(row)


@verb("register-unflag")
def register_unflag(desk: Desk, flag: str) -> dict[str, Any]:
    """Take a flag back."""
    from comity.node.flag_record import take_back

    row = desk.act(lambda node, transaction: take_back(node, transaction, flag))
    desk.send(row.peer)
    return flag_fields(row)


@verb("register-settle")
def register_settle(desk: Desk, flag: str, state: str, because: str = "") -> dict[str, Any]:
    """Acknowledge a flag on one's own record, or settle it."""
    from comity.node.flag_record import answer_flag

    row = desk.act(lambda node, transaction: answer_flag(node, transaction, flag, state, words=because))
    desk.send(row.peer)
    return flag_fields(row)


@verb("register-flags")
def register_flags(desk: Desk) -> list[dict[str, Any]]:
    """List flags, newest first: raised here, and raised on records here."""
    rows: list[FlagRow] = desk.read(lambda transaction: list(transaction.flags()))
    return [flag_fields(row) for row in rows]


@verb("register-quota")
def register_quota(desk: Desk, day: date | None = None) -> list[dict[str, Any]]:
    """Tell a day's questions, by agreement, who asked and who was asked, with the capacity agreed."""
    from comity.node.register_terms import scope_between

    def work(node: Any, transaction: Transaction) -> list[dict[str, Any]]:
        at = node.clock.now()
        shown = []
        for row in transaction.budgets((day or at.date()).isoformat()):
            other = row.holder if row.asker == node.party else row.asker
            scope = scope_between(node.know(transaction), row.agreement, node.party, other, at)
            capacity = scope.register.queries_per_day if scope is not None else None
            shown.append({**msgspec.to_builtins(row), "capacity": capacity})
        return shown

    counted: list[dict[str, Any]] = desk.act(work)
    return counted


@verb("register-precision")
def register_precision(desk: Desk) -> dict[str, Any]:
    """Tell what closed hits on one's own records came to, by source; and the threshold of each agreement."""
    from comity.node.hit_thresholds import closed_hits
    from comity.register.upkeep import precision_by

    closed = desk.read(closed_hits)
    return {
        "sources": msgspec.to_builtins(precision_by(each for _, each in closed)),
        "thresholds": register_thresholds(desk),
    }


@verb("register-thresholds")
def register_thresholds(desk: Desk) -> list[dict[str, Any]]:
    """Tell from which score a match is a hit under each agreement, and what outcomes propose."""
    from comity.node.hit_thresholds import thresholds_here

    def shown(thousandths: int | None) -> float | None:
        return None if thousandths is None else thousandths / 1000

    return [
        {
            "agreement": each.agreement,
            "agreed": shown(each.agreed),
            "in_force": shown(each.in_force),
            "proposed": shown(each.proposed),
            "share": each.at_present.share if each.at_present is not None else None,
        }
        for each in desk.act(thresholds_here)
    ]


@verb("register-threshold")
def register_threshold(
    desk: Desk, agreement: str, because: str, score: float | None = None
) -> dict[str, Any]:
    """Count matches as hits from another score on; without one, from the one that outcomes propose."""
    from comity.node.hit_thresholds import adopt_threshold

    thousandths = None if score is None else round(score * 1000)
    row = desk.act(
        lambda node, transaction: adopt_threshold(node, transaction, agreement, thousandths, because=because)
    )
    return {"agreement": row.agreement, "in_force": row.score / 1000, "because": row.because, "at": row.at}


def _part(row: CheckRow) -> dict[str, Any]:
    from comity.node.questions_asked import read_question

    question = read_question(row.question)
    return {
        **_bare(row),
        "party": row.peer,
        "state": row.state,
        "grounds": list(row.grounds),
        "reason": row.reason,
        "more": row.more,
        "watch": row.watch,
        "until": row.until,
        "topic": row.topic,
        "names": list(question.names) if question is not None else [],
    }


def _bare(row: CheckRow) -> dict[str, Any]:
    return {
        "check": row.id,
        "party": row.peer,
        "agreement": row.agreement,
        "purpose": row.purpose,
        "reference": row.reference,
        "at": row.at,
    }


def hit_fields(row: HitRow) -> dict[str, Any]:
    """Put a match as plain values."""
    return {
        "hit": row.id,
        "check": row.check,
        "party": row.peer,
        "owner": row.owner,
        "agreement": row.agreement,
        "purpose": row.purpose,
        "record": row.reference if row.ours else row.key.replace("\x1f", "/") or row.reference,
        "shown": row.shown,
        "band": row.band,
        "score": row.score / 1000,
        "why": list(row.why),
        "at": row.at,
        "state": row.state,
        "item": row.item,
        "because": row.because,
        "due": row.due,
        "outcome": row.outcome,
        "words": row.words,
    }


def flag_fields(row: FlagRow) -> dict[str, Any]:
    """Put a flag as plain values."""
    return {
        "flag": row.id,
        "party": row.peer,
        "ours": row.ours,
        "hit": row.hit,
        "record": row.key,
        "kind": row.kind,
        "words": row.words,
        "at": row.at,
        "acknowledge_by": row.acknowledge_by,
        "resolve_by": row.resolve_by,
        "state": row.state,
        "answer": row.answer,
    }
