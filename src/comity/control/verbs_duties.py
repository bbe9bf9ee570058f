"""Verbs about what is due: the day's duties, necessity to be reviewed, persons' requests, decisions replayed."""

from typing import Any

import msgspec

from comity.clock import format_instant
from comity.control.verb import Desk, verb
from comity.control.verbs_cards import destroy_ended
from comity.control.verbs_items import decision_fields
from comity.node import known_time, large_files
from comity.node.confirm_time import confirm_time
from comity.node.daily_duties import Duties, do_duties, look_through
from comity.node.necessity import Notice, necessities, review_necessity
from comity.node.node import Node
from comity.node.redress import Redress, ask_redress, grant_redress, redresses, refuse_redress
from comity.node.replay import Replay, replay
from comity.ports import Transaction


@verb("duties", alone=True)
def duties(desk: Desk, dry_run: bool = False) -> dict[str, Any]:
    """Do what is due today, or only say what it would be; nothing while nothing bears the clock out."""
    node = desk.node
    at = node.clock.now()
    may = not dry_run and not desk.read(lambda transaction: known_time.why_held(transaction, at))
    renewed = may and node.store.renew_keys(at)
    found: list[str] = []
    after = 0
    while True:  # nobody waits for it: what is found is looked at once more where it is let go
        some, after = desk.read(lambda transaction, after=after: look_through(node, transaction, after))  # type: ignore[misc]
        found += some
        if not after:
            break
    done: Duties = desk.act(
        lambda node, transaction: do_duties(node, transaction, dry_run=dry_run, found=found)
    )
    destroyed: list[str] = []
    if may:
        desk.act(_drop_left_over)
        node.store.scrub()
        destroyed = destroy_ended(desk)
    return {**msgspec.to_builtins(done), "keys_renewed": renewed, "keys_destroyed": destroyed}


@verb("time-confirm")
def time_confirm(desk: Desk) -> dict[str, Any]:
    """Say that this node's clock is right, where nothing else bears it out."""
    return {"at": format_instant(desk.act(confirm_time))}


def _drop_left_over(node: Node, transaction: Transaction) -> None:
    """Erase parts of files whose list never came."""
    left = large_files.left_over(node, transaction, node.now(transaction))
    if left:
        large_files.drop_parts(node, transaction, left)


@verb("necessity-list")
def necessity_list(desk: Desk) -> list[dict[str, Any]]:
    """List acts of necessity: one's own, and those this Party was told of."""
    found = desk.read(necessities)
    return [_notice_fields(desk, each) for each in found]


@verb("necessity-review")
def necessity_review(desk: Desk, notice: str, accept: bool, because: str = "") -> dict[str, Any]:
    """Say what this Party thinks of a necessity it was told of."""
    said = desk.act(
        lambda node, transaction: review_necessity(node, transaction, notice, accept=accept, because=because)
    )
    desk.send()
    return {"notice": said.notice, "verdict": said.verdict, "because": said.because}


@verb("journal-replay")
def journal_replay(desk: Desk, number: int) -> dict[str, Any]:
    """Decide an entry of the journal again, on the texts and acts of its day."""
    found: Replay = desk.read(lambda transaction: replay(transaction, number))
    recorded = found.recorded
    return {
        "number": found.number,
        "at": format_instant(recorded.at),
        "item": recorded.question.disclose,
        "from": recorded.question.holder,
        "to": recorded.question.to,
        "purpose": recorded.question.purpose,
        "outcome": recorded.outcome,
        "known": recorded.known,
        "tzdata": recorded.tzdata,
        "same": found.same,
        "known_again": found.known_again,
        "again": decision_fields(found.again) if found.again is not None else None,
    }


@verb("redress-ask")
def redress_ask(desk: Desk, item: str, asks: str, why: str) -> dict[str, Any]:
    """Send a person's request about an item received here to its originator."""
    found = desk.act(lambda node, transaction: ask_redress(node, transaction, item, asks=asks, why=why))
    desk.send()
    return _redress_fields(desk, found)


@verb("redress-list")
def redress_list(desk: Desk) -> list[dict[str, Any]]:
    """List persons' requests: sent on by us, and put to us."""
    return [_redress_fields(desk, each) for each in desk.read(redresses)]


@verb("redress-grant")
def redress_grant(desk: Desk, request: str, replaced_by: str = "", because: str = "") -> dict[str, Any]:
    """Grant a person's request: the item is erased, or replaced, at every holder."""
    found = desk.act(
        lambda node, transaction: grant_redress(
            node, transaction, request, replaced_by=replaced_by, because=because
        )
    )
    desk.send()
    return _redress_fields(desk, found)


@verb("redress-refuse")
def redress_refuse(desk: Desk, request: str, because: str) -> dict[str, Any]:
    """Refuse a person's request."""
    found = desk.act(lambda node, transaction: refuse_redress(node, transaction, request, because=because))
    desk.send()
    return _redress_fields(desk, found)


def _redress_fields(desk: Desk, found: Redress) -> dict[str, Any]:
    said, answer = found.said, found.answer
    return {
        "id": found.digest,
        "by": said.by,
        "of": said.of,
        "at": said.at,
        "item": said.item,
        "asks": said.asks,
        "why": said.why,
        "answer_by": said.answer_by,
        "state": found.state_at(desk.node.clock.now()),
        "because": (answer.because or None) if answer is not None else None,
        "withdrawal": (answer.withdrawal or None) if answer is not None else None,
    }


def _notice_fields(desk: Desk, notice: Notice) -> dict[str, Any]:
    said = notice.said
    return {
        "id": notice.digest,
        "by": said.by,
        "at": said.at,
        "item": said.item,
        "to": said.to,
        "purpose": said.purpose,
        "approved_by": list(said.approved_by),
        "because": said.because,
        "grounds": list(said.grounds),
        "review_by": said.review_by,
        "state": notice.state_at(desk.node.clock.now()),
        "reviews": [
            {"by": each.by, "at": each.at, "verdict": each.verdict, "because": each.because}
            for each in notice.reviews
        ],
    }
