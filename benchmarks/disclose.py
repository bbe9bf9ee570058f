"""Disclosures end to end between two nodes on this machine, durable on both sides.

    python benchmarks/disclose.py [--items 400] [--bytes 4096] [--peers 1,10,100] [--workers 1,4] [--each 200]

North decides, journals, seals and owes; the envelope goes over HTTP on loopback; South checks the evidence, decides
again, journals and signs a receipt; North settles it. Both nodes run in this one process, so the rate is per core.
Beside it, in the same run: how often this machine's disk syncs, and the CPU that the parts take one by one. The aim
is at least 250 a second per core, and 60 % of what the CPU alone would allow.

Then the same with 1, 10 and 100 peers, with rows in SQLite and in PostgreSQL, with one worker and with four: a table of
disclosures a CPU second, each with its ratio to the first (`many_peers.py`). `--peers ''` leaves it out.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from many_peers import table

from comity.cli.quiet import quiet_log
from comity.decisions.gate import decide
from comity.demo import sharing
from comity.demo.stage import Stage
from comity.node.disclose import disclose
from comity.node.items import NewItem, add_item
from comity.node.questions import find_item, gather, question_of
from comity.node.record import enter
from comity.sealing.envelope import open_envelope, seal, verify_envelope


def fsyncs_per_second(folder: Path, seconds: float = 1.0) -> float:
    """Append 400 bytes and sync, one after the other."""
    with (folder / "fsync").open("ab") as file:
        count, end = 0, time.perf_counter() + seconds
        start = time.perf_counter()
        while time.perf_counter() < end:
            file.write(b"x" * 400)
            file.flush()
            os.fsync(file.fileno())
            count += 1
        return count / (time.perf_counter() - start)


def cpu_of(work: Callable[[], object], times: int) -> float:
    """Give CPU milliseconds of one run."""
    work()
    start = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - start) / times * 1000


def parts(stage: Stage, item: str, size: int) -> dict[str, float]:
    """Measure the parts of one disclosure alone, in CPU milliseconds."""
    north, south = stage.nodes[sharing.NORTH].node, stage.nodes[sharing.SOUTH].node

    def question() -> object:
        return north.act(
            lambda t: question_of(
                t,
                gather(t, find_item(t, item)),
                holder=north.party,
                to=south.party,
                purpose="network-defence",
            )
        )

    asked = question()
    known = north.act(lambda t: north.know(t).known)
    now = stage.clock.now()
    card = north.act(lambda t: north.know(t).cards.newest(south.party))
    own = north.act(lambda t: north.know(t).own)
    keys = list(card.sealing_keys(now).items())
    signer = north.keyring.signer(own.card, "disclosure", now)
    content = os.urandom(size + 3000)

    def sealed() -> bytes:
        return seal(
            content,
            channel=bytes(16),
            sequence=1,
            card_version=1,
            recipients=[(b"k" * 16, key) for _, key in keys],
            signer=signer,
            signer_key_name=b"s" * 16,
        )

    envelope = sealed()
    sealing_keys = {b"k" * 16: south.keyring.sealing_keys()[0]}
    detail = decide(asked, known, now).to_bytes()

    def entries() -> object:
        def work(t: object) -> None:
            for _ in range(50):
                enter(north, t, "benchmark", channel="", act="0" * 64, detail=detail, at=now)

        return north.act(work)

    payload = b"x" * 700
    signature = signer.sign(payload)
    return {
        "decide": cpu_of(lambda: decide(asked, known, now), 300),
        "seal": cpu_of(sealed, 300),
        "verify and open": cpu_of(
            lambda: open_envelope(verify_envelope(envelope, signer.public), sealing_keys), 300
        ),
        "sign a statement": cpu_of(lambda: signer.sign(payload), 1000),
        "verify a statement": cpu_of(lambda: signer.public.verify(signature, payload), 1000),
        "enter in the journal, of fifty": cpu_of(entries, 10) / 50,
    }


def crypto_bound(found: dict[str, float]) -> float:
    """CPU milliseconds of the parts of one disclosure.

    Two decisions, one letter sealed and opened (receipts share one), four entries. North signs the hop and a
    checkpoint, South the receipt; South checks manifest, hop and checkpoint, North the receipt.
    """
    return (
        2 * found["decide"]
        + found["seal"]
        + found["verify and open"]
        + 3 * found["sign a statement"]
        + 4 * found["verify a statement"]
        + 4 * found["enter in the journal, of fifty"]
    )


def main() -> int:
    """Run and print."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--items", type=int, default=400)
    arguments.add_argument("--bytes", type=int, default=4096)
    arguments.add_argument("--peers", default="1,10,100")
    arguments.add_argument("--workers", default="1,4")
    arguments.add_argument("--each", type=int, default=200, help="items out and in for each row of the table")
    given = arguments.parse_args()
    quiet_log()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with Stage(folder / "stage") as stage:
            sharing.conclude(stage)
            north = stage.nodes[sharing.NORTH]
            items = [
                north.node.act(
                    lambda t, n=n: (
                        add_item(
                            north.node,
                            t,
                            NewItem(
                                content=n.to_bytes(4) * (given.bytes // 4),
                                category="incident.indicators",
                                marking="TLP:GREEN",
                                title=f"item {n}",
                            ),
                        )[0].digest
                    )
                )
                for n in range(given.items)
            ]
            found = parts(stage, items[0], given.bytes)
            syncs = fsyncs_per_second(folder)
            commits = sum(stage.nodes[party].node.store.commits for party in (sharing.NORTH, sharing.SOUTH))
            wall, cpu = time.perf_counter(), time.process_time()
            queued = [
                north.node.submit(
                    lambda t, item=item: disclose(
                        north.node, t, item, to=sharing.SOUTH, purpose="network-defence"
                    )
                )
                for item in items
            ]
            assert all(each.result().decision.permitted for each in queued)
            north.postman.wake()
            while north.node.store.read(lambda t: t.backlog()):
                time.sleep(0.05)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            commits = sum(stage.nodes[p].node.store.commits for p in (sharing.NORTH, sharing.SOUTH)) - commits
            states = {row.state for row in north.node.store.read(lambda t: t.sent(given.items))}
            assert states == {"receipted"}, states
    bound = 1000 / crypto_bound(found)
    print(f"{given.items} items of {given.bytes} bytes, both nodes in one process")
    print(f"  this disk syncs                  {syncs:8.0f} /s one by one")
    for name, milliseconds in found.items():
        print(f"  {name:32} {milliseconds:8.3f} ms CPU")
    print(
        f"  the parts of one disclosure      {crypto_bound(found):8.3f} ms CPU, so at most {bound:.0f} /s per core"
    )
    print(f"  end to end, wall                 {given.items / wall:8.0f} /s")
    print(f"  end to end, per CPU second       {given.items / cpu:8.0f} /s   aim >= 250")
    print(f"  of the CPU bound                 {given.items / cpu / bound:8.0%}     aim >= 60 %")
    print(
        f"  commits, both sides              {commits:8d}     {given.items / commits:.1f} disclosures a commit"
    )
    if given.peers:
        counts, workers = ([int(each) for each in said.split(",")] for said in (given.peers, given.workers))
        with tempfile.TemporaryDirectory() as temporary:
            table(Path(temporary), counts, workers, items=given.each, size=given.bytes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
