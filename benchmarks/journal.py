"""The journal: entering, verifying and reconciling, in one process; and reconciling over two stores on disk.

    python benchmarks/journal.py [ENTRIES [STORED]]

Prints for ENTRIES (1,000,000 unless said): entries a second entered (leaf, commitment, two trees) and verified (one
pass), the peak of memory while verifying from a stream, proofs, and the reconciliation of two accounts with 12
differences in bytes and seconds, all without a disk. Then, for STORED (as ENTRIES unless said), two homes on disk whose
journals hold so many messages each and differ in 12 reconcile by sealed envelopes, as over the wire: bytes of all
envelopes and receipts that pass, and seconds from the question to the outcome on both sides. Rows are put into the
databases directly; how long that takes is no figure of Comity's. At last a process of its own enters acts in one of
these homes, is killed with SIGKILL in the middle of it, and the home is opened again: seconds until the next act is
durable.
"""

import signal
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from comity.assemble import Home, open_home
from comity.clock import SteppedClock
from comity.journal.append import NODE, Appender
from comity.journal.entries import Line
from comity.journal.merkle import Frontier, leaf_hash, verify_consistency, verify_inclusion
from comity.journal.proofs import Tree
from comity.journal.reconcile import ActSet, Reconciliation, answer, read_answer, read_question, write
from comity.journal.verify import Verifier
from comity.node.check_journal import check_in_parts
from comity.node.deliver import due, take_reply
from comity.node.receive import receive, reply_to
from comity.node.reconcile import ask_account, last_comparison
from comity.node.record import enter
from comity.ports import Head, JournalRow, Transaction
from comity.testing.members import Member
from comity.testing.texts import Article, Text
from comity.testing.world import World

START = datetime(2031, 1, 1, tzinfo=UTC)
CHANNELS = [f"party-{number}.example" for number in range(8)]
DETAIL = b'{"decision":"permitted","grounds":["north-south-2026 art. 2(1)","north-south-2026 art. 5"]}' * 3


def lines(count: int, appender: Appender) -> Iterator[Line]:
    """Enter so many acts, one after another."""
    for number in range(count):
        digest = sha256(number.to_bytes(8)).digest()
        yield appender.enter(
            channel=CHANNELS[number % len(CHANNELS)],
            kind="disclosed",
            act=digest.hex(),
            at=START + timedelta(milliseconds=number),
            key=digest,
            detail=DETAIL,
        )


def main(count: int, stored: int) -> None:
    appender = Appender({})
    began = time.perf_counter()
    hashes = [leaf_hash(line.leaf) for line in lines(count, appender)]
    print(f"entered    {count:>9,} entries  {count / (time.perf_counter() - began):>9,.0f} a second")

    verify_stream(count, appender)
    proofs(hashes, appender.frontier(NODE).root)
    reconcile(count)
    with tempfile.TemporaryDirectory() as folder:
        reconcile_stores(stored, Path(folder))
        recover(stored, Path(folder) / "north")


def verify_stream(count: int, appender: Appender) -> None:
    """Verify while entering a second time, so that the lines never stand in memory together."""
    again, verifier = Appender({}), Verifier()
    part, spent = 10_000, 0.0
    stream = lines(count, again)
    for place in range(0, count, part):
        held = [next(stream) for _ in range(min(part, count - place))]
        began = time.perf_counter()
        verifier.feed(held)
        spent += time.perf_counter() - began
    assert verifier.report(appender.changed()).whole
    print(f"verified   {count:>9,} entries  {count / spent:>9,.0f} a second")
    tracemalloc.start()
    small, stream = Verifier(), lines(50_000, Appender({}))
    small.feed(stream)
    print(
        f"           memory of the verifier at its peak {tracemalloc.get_traced_memory()[1] / 1024:,.0f} KB"
    )
    tracemalloc.stop()


def proofs(hashes: list[bytes], root: bytes) -> None:
    """Make and check a thousand proofs of each kind."""
    began = time.perf_counter()
    tree = Tree.over(hashes)
    built = time.perf_counter() - began
    size, spent = len(hashes), [0.0, 0.0]
    for number in range(1, 1001):
        index = number * 7919 % size
        began = time.perf_counter()
        inclusion, consistency = tree.inclusion(index), tree.consistency(index)
        made = time.perf_counter()
        verify_inclusion(index, size, hashes[index], inclusion, root)
        verify_consistency(index, tree.root(index), size, root, consistency)
        spent[0] += made - began
        spent[1] += time.perf_counter() - made
    print(
        f"proofs     tree built in {built:.2f} s; two proofs made in {spent[0]:.3f} ms, checked in {spent[1]:.3f} ms"
    )


def reconcile(count: int) -> None:
    """Reconcile two accounts that differ in 12 acts."""
    common = [sha256(number.to_bytes(8)).digest() for number in range(count - 6)]
    extra = [
        [sha256(side + number.to_bytes(8)).digest() for number in range(6)] for side in (b"ours", b"theirs")
    ]
    began = time.perf_counter()
    ours, theirs = ActSet([*common, *extra[0]]), ActSet([*common, *extra[1]])
    sorted_in = time.perf_counter() - began
    asking, carried = Reconciliation(ours), 0
    began = time.perf_counter()
    while question := asking.question():
        sent = write(question)
        back = write(answer(theirs, read_question(sent)))
        carried += len(sent) + len(back)
        asking.take(read_answer(back))
    spent = time.perf_counter() - began
    assert sorted(asking.missing_there) == sorted(extra[0])
    assert sorted(asking.missing_here) == sorted(extra[1])
    print(
        f"reconciled {count:>9,} entries, 12 differences: {carried / 1024:.1f} KB in {asking.rounds} rounds, "
        f"{spent:.2f} s and {sorted_in:.2f} s to sort both sides "
        f"(full lists: {32 * count / 1e6:.0f} MB)"
    )


NORTH, SOUTH = "north.example", "south.example"


def fill(member: Member, peer: str, acts: list[str], kind: str) -> None:
    """Enter acts straight into a home's database, with their trees."""

    def work(transaction: Transaction) -> None:
        heads = [transaction.head(NODE), transaction.head(peer)]
        appender = Appender(
            {head.channel: Frontier(head.size, head.frontier) for head in heads}, transaction.last_entry_at()
        )
        at, rows = member.clock.now(), []
        for act in acts:
            line = appender.enter(channel=peer, kind=kind, act=act, at=at, key=bytes(32), detail=DETAIL)
            rows.append(JournalRow(**{name: getattr(line, name) for name in JournalRow.__struct_fields__}))
            if len(rows) == 5_000:
                transaction.append(rows, ())
                rows = []
        changed = appender.changed().items()
        transaction.append(
            rows, [Head(channel=name, size=tree.size, frontier=tree.peaks) for name, tree in changed]
        )

    member.node.act(work)


def deliver(sender: Member, to: Member) -> int:
    """Carry everything due from one node to the other and the receipts back; give the bytes."""
    carried = 0
    while rows := sender.act(lambda node, transaction: due(node, transaction, to.party)).get(to.party):
        taken = [to.act(receive, row.envelope, "https") for row in rows]
        reply = to.act(reply_to, taken)
        carried += sum(len(row.envelope) for row in rows) + sum(map(len, reply.letters))
        sender.act(take_reply, rows, reply)
    return carried


def reconcile_stores(count: int, folder: Path) -> None:
    """Reconcile two homes on disk that differ in 12 messages, by sealed envelopes."""
    text = Text("north-south-2026", (NORTH, SOUTH), exchange=(Article("incident"),))
    with World.of((text,), seed="bench", folder=folder, start=SteppedClock(START).now()) as world:
        north, south = world.members[NORTH], world.members[SOUTH]
        common = [sha256(number.to_bytes(8)).hexdigest() for number in range(count - 6)]
        own = [sha256(b"north" + bytes([number])).hexdigest() for number in range(6)]
        strange = [sha256(b"south" + bytes([number])).hexdigest() for number in range(6)]
        fill(north, SOUTH, [*common, *own], "sent-disclosure")
        fill(south, NORTH, [*common, *strange], "received-disclosure")
        began = time.perf_counter()
        north.act(ask_account, SOUTH)
        while deliver(north, south) + deliver(south, north):  # also makes each the witness of so large a tree
            pass
        print(f"           first contact, with proofs over all entries: {time.perf_counter() - began:.2f} s")
        began, carried = time.perf_counter(), 0
        north.act(ask_account, SOUTH)
        asking = time.perf_counter() - began
        while moved := deliver(north, south) + deliver(south, north):
            carried += moved
        spent = time.perf_counter() - began
        for member, peer in ((north, SOUTH), (south, NORTH)):
            found = member.read(lambda transaction, peer=peer: last_comparison(transaction, peer))
            assert found is not None
            assert (
                len(found[1].lost) + len(found[1].unseen),
                len(found[1].foreign) + len(found[1].forgotten),
            ) == (6, 6)
        print(
            f"           over two stores: {carried / 1024:.1f} KB in sealed envelopes and receipts, {spent:.2f} s "
            f"(the question {asking:.2f} s)"
        )
        began = time.perf_counter()
        assert check_in_parts(north.node).whole
        first = time.perf_counter() - began
        began = time.perf_counter()
        assert check_in_parts(north.node, resume=True).whole
        print(
            f"           stored journal verified in {first:.1f} s, again from where it was whole in "
            f"{time.perf_counter() - began:.3f} s"
        )


#: Days after the filled journal's last entry.
LATER = timedelta(days=1)
#: Acts that a process has seen durable when it is killed.
KILLED_AFTER = 200


def open_later(folder: Path) -> Home:
    """Open a filled home, the day after."""
    return open_home(folder, clock=SteppedClock(START + LATER), threaded=True)


def enter_one(home: Home) -> None:
    """Enter one act, durable on return."""
    node = home.node
    node.act(
        lambda t: enter(node, t, "benchmark", channel=SOUTH, act="0" * 64, detail=DETAIL, at=node.clock.now())
    )


def go_on_entering(folder: Path) -> None:
    """Enter acts until killed, and say after each that it is durable."""
    with open_later(folder) as home:
        while True:
            enter_one(home)
            print("durable", flush=True)


def recover(count: int, folder: Path) -> None:
    """Kill a process that writes to a home, and open the home again."""
    with subprocess.Popen(
        [sys.executable, __file__, "--enter", str(folder)], stdout=subprocess.PIPE, text=True
    ) as writing:
        assert writing.stdout is not None
        for _ in range(KILLED_AFTER):
            assert writing.stdout.readline() == "durable\n"
        writing.send_signal(signal.SIGKILL)
        told = KILLED_AFTER + writing.stdout.read().count("durable\n")
        assert writing.wait() == -signal.SIGKILL
    began, cpu = time.perf_counter(), time.process_time()
    with open_later(folder) as home:
        opened = time.perf_counter() - began
        enter_one(home)
        spent, cpu = time.perf_counter() - began, time.process_time() - cpu
        kept = home.node.store.read(
            lambda t: sum(row.kind == "benchmark" for row in t.journal(after=count, limit=1_000_000))
        )
        assert kept >= told + 1, f"{told} were durable, {kept - 1} are there"
    print(
        f"recovered  {count:>9,} entries after SIGKILL: opened in {opened:.2f} s, next act durable after {spent:.2f} s "
        f"({cpu:.2f} s CPU; aim <= 2 s); all {told} acts that were told durable are there"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--enter"]:
        go_on_entering(Path(sys.argv[2]))
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    main(entries, int(sys.argv[2]) if len(sys.argv) > 2 else entries)
