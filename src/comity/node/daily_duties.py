"""What a node does by itself every day: let what has run out go, close what was not answered, name what is late.

    (1) items whose retention has run out are erased       rule 8; every article that says so is entered with it
    (2) …unless a legal hold keeps them: they are named, and pass to nobody all the same
    (3) requests for consent past their day are over        no answer is no
    (4) what waits for others or for an officer is named    answers to withdrawals, reviews of necessity
    (5) nothing of this while nothing bears the clock out    known_time.py; what it would be is named
    (6) records and watches that have run out go, and drafts that nobody touches; acts that could not be sent,
        corrections that could not be passed on and watches that could not be put are tried again; the day is entered

A serving node runs this once a day; `comity duties` does it at once, and with `--dry-run` only says what it would do.
"""

from collections.abc import Sequence

import msgspec

from comity.clock import Instant
from comity.decisions.gate import decide
from comity.federation.conversations import REQUEST, after
from comity.node import known_time, record
from comity.node.drafts import drop_old
from comity.node.erase import erase
from comity.node.necessity import necessities
from comity.node.node import Knowledge, Node
from comity.node.obtain_consent import state_at
from comity.node.pass_on_correction import pass_on_correction
from comity.node.questions import by_route, gather, question_of
from comity.node.unsent import send_unsent
from comity.node.watch_objects import watch_again
from comity.node.withdrawal_answers import Overdue, overdue
from comity.ports import ItemRow, Transaction

#: After so many days an answer to a withdrawal is late.
LATE_AFTER = 7

_EVERYTHING = 1_000_000
#: States of items that are let go once their time has run out.
_LET_GO = ("held", "source-withdrawn", "retained")


class RunOut(msgspec.Struct, frozen=True):
    """An item whose time has run out, the articles that say so, and why it is kept, where it is on hold."""

    item: str
    grounds: tuple[str, ...]
    on_hold: str = ""


class Duties(msgspec.Struct, frozen=True):
    """What one day brought.

    Attributes:
        erased: items let go; `kept`: items that would be, were they not on legal hold.
        closed: requests for consent that nobody answered in time, by their ids.
        late: answers to withdrawals that have not come. `unreviewed`: necessity notices past their day.
        waits: why nothing of it was done: nothing bears this node's clock out. Empty where it was done.
    """

    erased: tuple[RunOut, ...]
    kept: tuple[RunOut, ...]
    closed: tuple[str, ...]
    late: tuple[Overdue, ...]
    unreviewed: tuple[str, ...]
    waits: str = ""


def look_through(
    node: Node, transaction: Transaction, after: int, *, limit: int = 100
) -> tuple[tuple[str, ...], int]:
    """Look for items whose time has run out, some at a time: the gate is asked of each, and others want their turn.

    Args:
        after: the number of the item looked at last; 0 at the beginning.

    Returns:
        Those found, and the number to go on after; 0 at the end.
    """
    at, knowledge = node.now(transaction), node.know(transaction)
    rows = transaction.items_after(after, states=_LET_GO, limit=limit)
    found = tuple(row.digest for _, row in rows if run_out(node, transaction, knowledge, row, at))
    return found, rows[-1][0] if len(rows) == limit else 0


def do_duties(
    node: Node, transaction: Transaction, *, dry_run: bool = False, found: Sequence[str] | None = None
) -> Duties:
    """Do what is due today.

    Args:
        dry_run: only say what would be done.
        found: items that were found to have run out, to be looked at once more; None to look through all of them here.
    """
    at = node.now(transaction)
    knowledge = node.know(transaction)
    waits = known_time.why_held(transaction, at)
    dry_run = dry_run or bool(waits)
    # (1), (2)
    erased: list[RunOut] = []
    kept: list[RunOut] = []
    rows = (
        transaction.items(states=_LET_GO, limit=_EVERYTHING)
        if found is None
        else [row for name in found if (row := transaction.item(name)) is not None and row.state in _LET_GO]
    )
    for row in rows:
        grounds = run_out(node, transaction, knowledge, row, at)
        if not grounds:
            continue
        if row.on_hold:
            kept.append(RunOut(row.digest, grounds, row.on_hold))
            continue
        erased.append(RunOut(row.digest, grounds))
        if not dry_run:
            because = ", ".join(grounds)
            erase(node, transaction, row, "retention-erased", because=because, channel="", at=at)
    # (3)
    open_ones = [each for each in transaction.requests() if each.state == "asked"]
    over = [each for each in open_ones if state_at(each, at) == "expired"]
    # (4)
    done = Duties(
        erased=tuple(erased),
        kept=tuple(kept),
        closed=tuple(each.id for each in over),
        late=tuple(overdue(node, transaction, at, days=LATE_AFTER)),
        unreviewed=tuple(each.digest for each in necessities(transaction) if each.state_at(at) == "overdue"),
        waits=waits,
    )
    # (5), (6)
    if not dry_run:
        drop_old(transaction, at)
        send_unsent(node, transaction, at)
        for corrected in knowledge.acts.corrected:
            pass_on_correction(node, transaction, corrected)
        watch_again(node, transaction)
        if transaction.record_count() or any(
            transaction.checks(ours=ours, limit=1) for ours in (True, False)
        ):
            from comity.node.register_duties import run_out as let_records_go  # brings NumPy along

            let_records_go(node, transaction, at)
        for request in over:
            state = after(REQUEST, request.state, "time is up")
            transaction.put_request(msgspec.structs.replace(request, state=state))
        detail = msgspec.json.encode(done)
        record.enter(
            node, transaction, "duties", channel="", act=record.digest_of(detail), detail=detail, at=at
        )
    return done


def run_out(
    node: Node, transaction: Transaction, knowledge: Knowledge, row: ItemRow, at: Instant
) -> tuple[str, ...]:
    """Give the articles by which an item may no longer be held; empty while one of its routes still lets it.

    The gate is asked, route by route: its rule 8 is the one place where retention is judged.
    """
    gathered = gather(transaction, row)
    found: dict[str, None] = {}
    for number in range(1, len(gathered.holdings) + 1):
        question = question_of(transaction, by_route(gathered, number), holder=node.party, to="", purpose="")
        refs = [ground.ref for ground in decide(question, knowledge.known, at).grounds if ground.rule == 8]
        if not refs:
            return ()
        found.update(dict.fromkeys(refs))
    return tuple(found)
