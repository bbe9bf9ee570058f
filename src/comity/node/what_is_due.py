"""One list of what has a day: what this Party owes, what it is owed, and what it must see to itself.

It is gathered from everywhere a day can stand: matters, plans and summaries of the next period (`due_work.py`), the
register, consents, letters, withdrawals, necessities, notices of agreements, its own card. Each line says by which
article or rule, and where it is seen to.
"""

from datetime import UTC, date, datetime, time, timedelta

import msgspec

from comity.agreements.days import end_of
from comity.agreements.status import status_in
from comity.clock import Instant
from comity.node.due_work import of_charges, of_consents, of_matters, of_periods
from comity.node.necessity import necessities
from comity.node.node import Node
from comity.node.obtain_consent import state_at
from comity.node.watch_objects import unwatched
from comity.node.withdrawal_answers import overdue
from comity.ports import Transaction

#: How long before the last day of a notice it is listed, and before a card expires.
NOTICE_AHEAD, CARD_AHEAD = timedelta(days=180), timedelta(days=60)
#: After how long a letter without a receipt is listed, and how long an answer to a withdrawal may take.
RECEIPT_WITHIN, ANSWER_DAYS = timedelta(days=1), 7

#: How long before its day the review of a record is listed.
REVIEW_AHEAD = timedelta(days=30)

_DISPUTES = "(EU) 2018/1862 art. 59"
_MOST, _EVERYTHING = 100_000, 1_000_000


class Due(msgspec.Struct, frozen=True, order=True):
    """Something with a day.

    Attributes:
        at: until when. `late`: that is past.
        side: `ours` this Party owes it, `theirs` it is owed to it, `own` it concerns nobody else.
        what: in words. `party`: whom it is owed to, or by; empty for what concerns nobody else.
        ref: the article or rule. `see`: the command that shows it.
    """

    at: Instant
    side: str
    what: str
    party: str
    ref: str
    see: str
    late: bool


def what_is_due(
    node: Node,
    transaction: Transaction,
    *,
    ours: bool = False,
    since: Instant | None = None,
    until: Instant | None = None,
    limit: int = _EVERYTHING,
) -> tuple[Due, ...]:
    """List what is due, soonest first.

    Args:
        ours: only what this Party sees to: what it owes, and what concerns nobody else. The rest is not looked for.
        since, until: only from an instant, before another. `limit`: lines at the most.
    """
    at = node.now(transaction)
    work = of_matters(node, transaction, since, until, limit, node.party if ours else "")
    found = [
        *(_due(each.at, at, each.side, each.what, each.party, each.ref, each.see) for each in work),
        *_work(node, transaction, at),
        *_register(node, transaction, at),
        *_consents(node, transaction, at),
        *_necessities(transaction, at),
        *_objects(node, transaction, at),
        *_texts(node, transaction, at),
    ]
    if not ours:
        found += [*_letters(transaction, at), *_answers(node, transaction, at)]
    within = (
        each
        for each in found
        if (since is None or each.at >= since)
        and (until is None or each.at < until)
        and not (ours and each.side == "theirs")
    )
    return tuple(sorted(within)[:limit])


def _due(at: Instant, now: Instant, side: str, what: str, party: str, ref: str, see: str) -> Due:
    return Due(at, side, what, party, ref, see, at < now)


def _work(node: Node, transaction: Transaction, now: Instant) -> list[Due]:
    found = [
        *of_periods(node, transaction, now),
        *of_charges(node, transaction),
        *of_consents(node, transaction, now),
    ]
    return [_due(each.at, now, each.side, each.what, each.party, each.ref, each.see) for each in found]


def _register(node: Node, transaction: Transaction, now: Instant) -> list[Due]:
    """List follow-ups that wait for a person, outcomes, disputes, and records to be looked at again."""
    timelines = node.know(transaction).timelines
    found = []
    for ours in (True, False):
        for hit in transaction.hits(ours=ours, limit=_MOST):
            if hit.due is None or hit.state not in ("asked", "released"):
                continue
            asked = hit.state == "asked"
            if asked and not ours and hit.owner != node.party:
                continue  # at the host: it is the owner who answers
            owed = asked != ours  # who asked owes the outcome, the owner the answer
            what = "answer the follow-up to" if asked else "outcome of"
            party = hit.owner if ours else hit.peer
            timeline = timelines.get(hit.agreement)
            clause = timeline.at(hit.at, node.party, party).register if timeline is not None else None
            ref = str(clause.ref) if clause is not None else hit.agreement
            see = f"comity register show {hit.id[:12]}"
            side = "ours" if owed else "theirs"
            found.append(_due(hit.due, now, side, f"{what} hit {hit.id[:12]}", party, ref, see))
    for flag in transaction.flags():
        until = flag.acknowledge_by if flag.state == "raised" else flag.resolve_by
        if until is not None and flag.state in ("raised", "acknowledged"):
            step = "acknowledge" if flag.state == "raised" else "settle"
            what = f"{step} flag {flag.id[:12]} ({flag.kind})"
            side = "theirs" if flag.ours else "ours"
            found.append(_due(until, now, side, what, flag.peer, _DISPUTES, "comity register flags"))
    for row in transaction.records_running_out((now + REVIEW_AHEAD).date(), _MOST):
        if row.owner == node.party:
            day = datetime.combine(date.fromisoformat(row.runs_out), time(), UTC)
            what = f"review record {row.id}"
            found.append(_due(day, now, "own", what, "", "safeguard 2", f"comity register review {row.id}"))
    return found


def _objects(node: Node, transaction: Transaction, now: Instant) -> list[Due]:
    """Objects of common interest that are listed and not watched for yet."""
    return [
        _due(
            each.until,
            now,
            "own",
            f"watch for object `{each.object}` in the register of {each.to}: {each.reason}",
            each.to if each.to != node.party else "",
            " ".join(("line", each.line)),
            f"comity plan show {each.plan[:12]}",
        )
        for each in unwatched(node, transaction)
    ]


def _consents(node: Node, transaction: Transaction, now: Instant) -> list[Due]:
    return [
        _due(
            row.answer_by,
            now,
            "theirs" if row.ours else "ours",
            f"answer whether item {row.item[:12]} may go to {row.to}",
            row.owner if row.ours else row.asker,
            ", ".join(row.grounds),
            "comity consent list",
        )
        for row in transaction.requests()
        if row.answer_by is not None
        and state_at(row, now) == "asked"
        and node.party in (row.owner, row.asker)
    ]


def _letters(transaction: Transaction, now: Instant) -> list[Due]:
    return [
        _due(
            row.owed_at + RECEIPT_WITHIN,
            now,
            "theirs",
            f"receipt for {row.kind} {row.message[:12]}",
            row.peer,
            "rule 9 transport",
            "comity outbox",
        )
        for row in transaction.owed(None, None, _MOST)
        if row.owed_at + RECEIPT_WITHIN < now
    ]


def _answers(node: Node, transaction: Transaction, now: Instant) -> list[Due]:
    return [
        _due(
            each.since + timedelta(days=ANSWER_DAYS),
            now,
            "theirs",
            f"{each.waits_for} about item {each.item[:12]}",
            each.party,
            "rule 7 withdrawn",
            f"comity withdraw {each.item[:12]} --show",
        )
        for each in overdue(node, transaction, now, days=0)
    ]


def _necessities(transaction: Transaction, now: Instant) -> list[Due]:
    found = []
    for notice in necessities(transaction):
        if notice.state_at(now) in ("open", "overdue") and notice.said.review_by:
            when = datetime.fromisoformat(notice.said.review_by.replace("Z", "+00:00"))
            what = f"review of the necessity {notice.digest[:12]}"
            found.append(
                _due(when, now, "ours", what, notice.said.by, "rule 10 necessity", "comity necessity list")
            )
    return found


def _texts(node: Node, transaction: Transaction, now: Instant) -> list[Due]:
    knowledge = node.know(transaction)
    found = []
    for agreement in knowledge.agreements.values():
        deadline = status_in(knowledge.timelines[agreement.id], now).notice_deadline
        if deadline is not None:
            day_ends = end_of(deadline, knowledge.timelines[agreement.id].life.zone)
            if now <= day_ends <= now + NOTICE_AHEAD:
                what = f"last day to give notice under {agreement.id}, or it goes on"
                found.append(
                    _due(
                        day_ends,
                        now,
                        "own",
                        what,
                        "",
                        agreement.id,
                        f"comity agreement notice {agreement.id} --help",
                    )
                )
    expires = knowledge.own.card.expires
    if expires <= now + CARD_AHEAD:
        found.append(
            _due(
                expires, now, "own", "a new card: this one seals nothing then", "", "card", "comity card show"
            )
        )
    return found
