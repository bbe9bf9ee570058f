"""Small simulated worlds for the tests of this folder, and the shortest words for what happens in them."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Executable, select, update

from comity.node.disclose import Outcome
from comity.node.node import Node
from comity.node.receive import Taken, receive
from comity.ports import InboxRow, ItemRow, JournalRow, OutboxRow, RequestRow, Transaction
from comity.storage import tables
from comity.testing.texts import Article, Text
from comity.testing.world import World

NORTH, SOUTH, EAST, WEST = "north.example", "south.example", "east.example", "west.example"
DEFENCE, RESPONSE = "network-defence", "incident-response"
_SHARED = (
    Article("incident.indicators"),
    Article("incident.reports", (DEFENCE,)),
    Article("incident.summaries"),
)
NORTH_SOUTH = Text("north-south-2026", (NORTH, SOUTH), exchange=_SHARED)
SOUTH_EAST = Text("south-east-2026", (SOUTH, EAST), exchange=_SHARED)
NORTH_EAST = Text("north-east-2026", (NORTH, EAST), exchange=_SHARED)
NORTH_WEST = Text("north-west-2026", (NORTH, WEST), exchange=_SHARED)


def world(*texts: Text, seed: str = "unit") -> World:
    return World.of(texts or (NORTH_SOUTH, SOUTH_EAST), seed=seed)


def report(made: World, party: str = NORTH, label: str = "report", **said: Any) -> str:
    content = said.pop("content", f"the words of {label}".encode())
    return made.add(party, content, said.pop("category", "incident.reports"), label=label, **said)


def give(made: World, item: str, sender: str = NORTH, to: str = SOUTH, purpose: str = DEFENCE) -> Outcome:
    """Share an item and deliver it."""
    outcome = made.share(sender, item, to, purpose)
    assert outcome.decision.permitted, outcome.decision.grounds
    made.deliver(sender)
    return outcome


def journal(made: World, party: str) -> list[JournalRow]:
    return list(made.members[party].read(lambda transaction: transaction.journal(limit=100_000)))


def kinds(made: World, party: str, after: int = 0) -> list[str]:
    return [row.kind for row in journal(made, party)[after:]]


def inbox(made: World, party: str) -> list[InboxRow]:
    """Give what came, newest first."""
    return list(made.members[party].read(lambda transaction: transaction.received()))


def sent(made: World, party: str) -> list[OutboxRow]:
    """Give what was sent, newest first."""
    return list(made.members[party].read(lambda transaction: transaction.sent()))


def item(made: World, party: str, digest: str) -> ItemRow:
    row = made.members[party].read(lambda transaction: transaction.item(digest))
    assert row is not None, f"{party} does not know item {digest[:12]}"
    return row


def body(made: World, party: str, digest: str) -> bytes | None:
    """Give an item's content at a Party, without the key that stands before it."""
    found = made.members[party].read(lambda transaction: transaction.body(digest))
    return None if found is None else found[32:]


def requests(made: World, party: str) -> list[RequestRow]:
    return list(made.members[party].read(lambda transaction: transaction.requests()))


def said(made: World, party: str, kind: str) -> list[str]:
    """Give who has said something of a kind, as known at a Party."""
    return [row.by for row in made.members[party].read(lambda transaction: transaction.statements(kind))]


def nothing_changed(made: World, party: str, work: Callable[[], object]) -> None:
    """Check that a piece of work leaves no entry, envelope or item at a Party."""
    before = (journal(made, party), sent(made, party), inbox(made, party))
    work()
    assert (journal(made, party), sent(made, party), inbox(made, party)) == before


def behind_its_back(made: World, party: str, *statements: Executable) -> None:
    """Change a member's rows as whoever has the database can, whichever it is; nobody at the node knows."""

    def work(transaction: Any) -> None:
        for each in statements:
            transaction._connection.execute(each)

    made.members[party].node.act(work)


def failing_on_the_first() -> Callable[[Node, Transaction, bytes, str], Taken]:
    """Give a way to receive on which the node itself fails with the first envelope, however often it comes."""
    failed: list[bytes] = []

    def failing(node: Node, transaction: Transaction, data: bytes, carrier: str) -> Taken:
        if not failed or data in failed:
            failed.append(data)
            raise OverflowError("date value out of range")
        return receive(node, transaction, data, carrier)

    return failing


def alter_leaf(made: World, party: str, number: int, said: bytes, instead: bytes) -> None:
    """Change bytes of a stored leaf."""
    leaf = tables.journal.c.leaf
    here = tables.journal.c.number == number

    def read(transaction: Any) -> bytes:
        return bytes(transaction._connection.execute(select(leaf).where(here)).scalar_one())

    before = made.members[party].read(read)
    assert said in before
    behind_its_back(
        made, party, update(tables.journal).where(here).values(leaf=before.replace(said, instead))
    )
