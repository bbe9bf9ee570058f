"""Finding out what is owed to hooks and officers, and keeping what became of it.

What is owed is entered together with how far the journal was read, as one piece of work: so each event is owed once to
each hook that is called for it, whatever ends in between. It then comes at least once; its id tells a second time.
"""

import random
from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec

from comity.clock import Instant, format_instant
from comity.console.telling import notes
from comity.console.telling.mail import is_address
from comity.console.visit import Caller
from comity.control.verb import Desk
from comity.languages import speaking
from comity.languages.reading import TAGS
from comity.node.happenings import happenings
from comity.node.node import Node
from comity.ports import HookRow, OfficerRow, OutgoingRow, ToldRow, Transaction

#: After each failure, how long until it is tried again: a little over three days in all, then it has failed.
DELAYS = tuple(
    timedelta(seconds=each) for each in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
#: How long what is owed no more is kept, to be looked at.
KEPT = timedelta(days=14)
#: An officer is told at once, but not more often than this; a digest comes after this hour of theirs.
_APART, _HOUR = timedelta(minutes=10), 7
#: Events entered in one piece of work.
_AT_ONCE = 200
#: The mark up to which the journal was read.
_MARK = "told-events"
#: An officer's address that is a hook begins so.
HOOK = "hook:"


def owe_events(node: Node, transaction: Transaction) -> bool:
    """Enter what is owed to hooks by what has happened; tell whether there may be more."""
    hooks = [row for row in transaction.hooks() if row.state == "active"]
    read, size = transaction.mark(_MARK), transaction.head("").size
    if not hooks or not read:  # nobody is called for what happened before they were named
        if read != str(size):
            transaction.put_mark(_MARK, str(size))
        return False
    events, last = happenings(node, transaction, int(read), _AT_ONCE)
    at = node.clock.now()
    for event in events:
        for hook in hooks:
            if not hook.kinds or event["type"].removeprefix("comity.") in hook.kinds:
                transaction.put_outgoing(_owed(f"{hook.id}-{event['id']}", hook, event, at))
    transaction.put_mark(_MARK, str(last if last is not None else size))
    return last is not None


def is_behind(transaction: Transaction) -> bool:
    """Tell whether anything has happened since events were entered last."""
    return transaction.mark(_MARK) != str(transaction.head("").size)


def who_wants_to_be_told(transaction: Transaction) -> list[OfficerRow]:
    """Give the officers at work who want to be told what awaits them."""
    return [
        each
        for each in transaction.officers()
        if each.state == "active" and each.notify != "off" and each.address
    ]


def owe_note(desk: Desk, officer: OfficerRow, at: Instant, origin: str) -> bool:
    """Enter what is owed to an officer who wants to be told; tell whether anything is."""
    told = desk.read(lambda transaction: transaction.told(officer.id))
    if officer.notify == "daily" and not _day_has_come(officer, told, at):
        return False
    if officer.notify == "at-once" and told is not None and at - told.at < _APART:
        return False
    tag = officer.language if officer.language in TAGS else "en"
    caller = Caller(desk=Desk(desk.home, desk.postman, desk.serving, officer.id), officer=officer, at=at)
    with speaking(tag):
        rows = notes.awaiting(caller)
        now = notes.counts_of(rows)
        before = msgspec.json.decode(told.said, type=dict[str, int]) if told is not None else {}
        due = bool(rows) if officer.notify == "daily" else notes.is_news(before, now)
        if now == before and not due:
            return False
        shown = rows if officer.notify == "daily" else [row for row in rows if row["urgent"]]
        subject, text = notes.subject_of(desk.node.party), notes.text_of(shown, origin)

    def work(node: Node, transaction: Transaction) -> None:
        when = at if due or told is None else told.at
        said = msgspec.json.encode(now).decode()
        transaction.put_told(ToldRow(officer=officer.id, said=said, at=when))
        if due:
            transaction.put_outgoing(_note(node, transaction, officer, subject, text, now, at))

    desk.act(work)
    return due


def _note(
    node: Node,
    transaction: Transaction,
    officer: OfficerRow,
    subject: str,
    text: str,
    counts: dict[str, int],
    at: Instant,
) -> OutgoingRow:
    id = node.entropy(12).hex()
    if not officer.address.startswith(HOOK):
        return OutgoingRow(
            id=id, way="mail", to=officer.address, subject=subject, body=text.encode(), made_at=at, next_at=at
        )
    event = {
        "specversion": "1.0",
        "id": id,
        "source": f"urn:comity:{node.deployment}:{node.party}",
        "type": "comity.awaiting",
        "time": format_instant(at),
        "datacontenttype": "application/json",
        "data": {"officer": officer.handle, "awaiting": counts},
    }
    hook = transaction.hook(officer.address.removeprefix(HOOK))
    row = OutgoingRow(
        id=id,
        way="hook",
        to=officer.address.removeprefix(HOOK),
        subject="comity.awaiting",
        body=msgspec.json.encode(event),
        made_at=at,
        next_at=at,
    )
    return (
        row
        if hook is not None
        else msgspec.structs.replace(row, state="failed", reason="there is no such hook")
    )


def _day_has_come(officer: OfficerRow, told: ToldRow | None, at: Instant) -> bool:
    zone = ZoneInfo(officer.zone)
    here = at.astimezone(zone)
    return here.hour >= _HOUR and (told is None or told.at.astimezone(zone).date() < here.date())


def _owed(id: str, hook: HookRow, event: dict[str, object], at: Instant) -> OutgoingRow:
    return OutgoingRow(
        id=id,
        way="hook",
        to=hook.id,
        subject=str(event["type"]),
        body=msgspec.json.encode(event),
        made_at=at,
        next_at=at,
    )


def done(transaction: Transaction, row: OutgoingRow) -> None:
    """Keep that something has come through."""
    transaction.put_outgoing(msgspec.structs.replace(row, state="done", attempts=row.attempts + 1, reason=""))


def failed(
    transaction: Transaction, row: OutgoingRow, reason: str, at: Instant, *, for_good: bool = False
) -> None:
    """Keep that something has not come through, and when it is tried again; after the last time it has failed."""
    attempts = row.attempts + 1
    given_up = for_good or attempts > len(DELAYS)
    wait = timedelta(0) if given_up else DELAYS[attempts - 1]
    transaction.put_outgoing(
        msgspec.structs.replace(
            row,
            attempts=attempts,
            state="failed" if given_up else "owed",
            reason=reason[:200],
            next_at=at + wait * (1 + 0.2 * random.random()),  # noqa: S311  spreads what failed at one moment
        )
    )
    hook = transaction.hook(row.to) if row.way == "hook" else None
    if hook is not None:
        state = "stopped" if given_up else hook.state
        transaction.put_hook(msgspec.structs.replace(hook, state=state, reason=reason[:200]))


def check_address(address: str, domains: Sequence[str], hooks: Sequence[HookRow]) -> str:
    """Say what is wrong with an address for notes; empty where nothing is."""
    if address.startswith(HOOK):
        known = [row.id for row in hooks]
        return "" if address.removeprefix(HOOK) in known else f"there is no hook `{address[5:60]}`"
    if not is_address(address):
        return f"`{address[:80]}` is no address"
    domain = address.rpartition("@")[2].lower()
    if domain not in domains:
        return f"mail goes to {', '.join(domains) or 'nobody'} only, as node.toml says: not to {domain}"
    return ""
