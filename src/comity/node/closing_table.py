"""The duty table of an agreement's end: what passed between two Parties, what is due about it, what was answered.

What passed and what is open is kept as it happens (`closing_acts.py`); a duty is worked out for the lines that are
shown.
"""

import msgspec

from comity.clock import Instant
from comity.errors import NotFound
from comity.federation import statements
from comity.federation.statements import ClosingAgreed, ClosingStatement
from comity.node.closing_acts import onward_answers
from comity.node.erase import HERE
from comity.node.exit_duties import duty_of, ending, last_hops
from comity.node.node import Node
from comity.ports import PassedLine, Transaction
from comity.signing import from_bytes

#: Kinds that a person hands back; no command does.
HANDED_OVER = ("materials", "equipment")
#: Letters looked through for such as are under way.
_OWED = 1000
_EVERYTHING = 1_000_000


class Line(msgspec.Struct, frozen=True):
    """One item in the table.

    Attributes:
        giver, holder: who gave it to whom. `label`: by what it is called here.
        duty, ground, because: what is to become of it, by which article or rule, in words.
        answer: what its holder has answered; empty while it is open. `backups_until`: from then on no backup opens it.
        onward: Party -> what it answered, of those that had it from here; empty while its answer has not come.
        by_hand: a person has to hand it over before it can be answered.
    """

    giver: str
    holder: str
    item: str
    label: str
    duty: str
    ground: str
    because: str = ""
    answer: str = ""
    backups_until: str = ""
    onward: dict[str, str] = msgspec.field(default_factory=dict)
    by_hand: bool = False


class Table(msgspec.Struct, frozen=True):
    """What is due between this Party and another at an agreement's end.

    Attributes:
        state, event, grounds: how it stands between the two, and why.
        lines: what passed under it, in both directions; as many as were asked for. `after`: what goes on behind them.
        passed: how many items that are in all. `open`: how many wait for an answer, here, there or further on.
        under_way: letters not yet receipted.
        signed_by: who has signed the account as it is now: nobody, one, or both.
    """

    agreement: str
    digest: str
    peer: str
    state: str
    event: str
    grounds: tuple[str, ...]
    lines: tuple[Line, ...]
    after: str
    passed: int
    open: int
    under_way: int
    signed_by: tuple[str, ...]


def table(
    node: Node,
    transaction: Transaction,
    agreement: str,
    peer: str,
    *,
    after: str = "",
    limit: int = _EVERYTHING,
) -> Table:
    """Give the duty table between this Party and another.

    Args:
        after: what the page before said to go on with. `limit`: lines at the most.

    Raises:
        NotFound: the agreement is not held, or the two are not both Parties to it.
    """
    at = node.now(transaction)
    knowledge = node.know(transaction)
    held = knowledge.agreements.get(agreement)
    if held is None:
        raise NotFound(f"no agreement `{agreement[:80]}` is held here", hint="comity agreement list")
    if peer not in held.named or peer == node.party:
        raise NotFound(f"{peer} is no other Party of {agreement}", hint="comity agreement list")
    state, event, grounds = ending(knowledge.timelines[agreement], at, node.party, peer)
    giver, _, item = after.partition(" ")
    rows = transaction.passed_lines(agreement, peer, after=(giver, item), limit=limit + 1) if limit else ()
    shown = rows[:limit]
    passed, is_open = transaction.count_passed(agreement, peer)
    owed = [row for row in transaction.owed(peer, None, _OWED) if row.kind == "disclosure"]
    return Table(
        agreement=agreement,
        digest=held.digest,
        peer=peer,
        state=state,
        event=event,
        grounds=grounds,
        lines=tuple(_line(node, transaction, agreement, held.digest, peer, row, at) for row in shown),
        after=f"{shown[-1].giver} {shown[-1].item}" if len(rows) > limit > 0 else "",
        passed=passed,
        open=is_open,
        under_way=len(owed),
        signed_by=_signed_by(transaction, held.digest, (node.party, peer), peer),
    )


def _line(
    node: Node,
    transaction: Transaction,
    agreement: str,
    digest: str,
    peer: str,
    passed: PassedLine,
    at: Instant,
) -> Line:
    """Give a line; what this Party gave is the other's to say a duty about."""
    ours = passed.giver == node.party
    holder = peer if ours else node.party
    line = Line(
        giver=passed.giver,
        holder=holder,
        item=passed.item,
        label=passed.label or passed.item[:12],
        duty="",
        ground="",
    )
    done = transaction.answer(digest, passed.giver, holder, passed.item)
    if done is not None:
        line = msgspec.structs.replace(
            line,
            duty=done.duty,
            ground=done.ground,
            because=done.because,
            answer=done.answer,
            backups_until=done.backups_until,
        )
        if not ours:
            onward = onward_answers(node, transaction, digest, passed.giver, passed.item, done.answer)
            line = msgspec.structs.replace(line, onward=onward)
        return line
    row = None if ours else transaction.item(passed.item)
    if row is None:
        return line
    duty = duty_of(node, node.know(transaction), row, last_hops(transaction, row), at, ended=agreement)
    return msgspec.structs.replace(
        line,
        duty=duty.duty,
        ground=duty.ground,
        because=duty.because,
        by_hand=row.kind in HANDED_OVER and duty.duty != "retain" and row.state in HERE,
    )


def _signed_by(transaction: Transaction, digest: str, parties: tuple[str, str], peer: str) -> tuple[str, ...]:
    """Give who has signed the account as the answers make it now."""
    lines = transaction.account_kept(digest, peer)
    if not lines:
        return ()
    found = set()
    for row in transaction.statements("closing", digest):
        said = statements.read(from_bytes(row.signed), ClosingStatement)
        if said.lines == lines and set(said.parties) == set(parties):
            found.add(row.by)
    for row in transaction.statements("closing-agreed", digest):
        agreed = statements.read(from_bytes(row.signed), ClosingAgreed)
        if agreed.lines == lines and row.by in parties:
            found.add(row.by)
    return tuple(sorted(found))
