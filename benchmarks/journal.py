"""The journal without its disk: entering, verifying and reconciling, in one process.

    python benchmarks/journal.py [ENTRIES]

Prints for ENTRIES (1,000,000 unless said): entries a second entered (leaf, commitment, two trees) and verified (one
pass), the peak of memory while verifying from a stream, proofs, and the reconciliation of two accounts with 12
differences in bytes and seconds. The disk is not measured here.
"""

import sys
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from comity.journal.append import NODE, Appender
from comity.journal.entries import Line
from comity.journal.merkle import leaf_hash, verify_consistency, verify_inclusion
from comity.journal.proofs import Tree
from comity.journal.reconcile import ActSet, Reconciliation, answer, read_answer, read_question, write
from comity.journal.verify import Verifier

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


def main(count: int) -> None:
    appender = Appender({})
    began = time.perf_counter()
    hashes = [leaf_hash(line.leaf) for line in lines(count, appender)]
    print(f"entered    {count:>9,} entries  {count / (time.perf_counter() - began):>9,.0f} a second")

    verify_stream(count, appender)
    proofs(hashes, appender.frontier(NODE).root)
    reconcile(count)


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
        asking.take(question, read_answer(back))
    spent = time.perf_counter() - began
    assert sorted(asking.missing_there) == sorted(extra[0])
    assert sorted(asking.missing_here) == sorted(extra[1])
    print(
        f"reconciled {count:>9,} entries, 12 differences: {carried / 1024:.1f} KB in {asking.rounds} rounds, "
        f"{spent:.2f} s and {sorted_in:.2f} s to sort both sides "
        f"(full lists: {32 * count / 1e6:.0f} MB)"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
