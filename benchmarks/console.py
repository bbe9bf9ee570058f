"""The console over a full node: what a page costs the server, how much a first page weighs, what a node takes at rest.

    python benchmarks/console.py [--items 100000] [--matters 10000] [--entries 1000000] [--turns 20]

A node is made with so many items, disclosures, letters, matters and entries of the journal, written straight into its
tables as the node would have them (items with signed manifests and hops, matters as signed openings, entries under
their Merkle trees), without asking the gate each time. Then an officer looks at every page some times over, in this
process, through the whole console with its guard, session and templates. Given are the CPU milliseconds of a page,
since this machine is shared, and beside them those by the clock. Last, a node is served in a process of its own and its
memory read, once it has started and once every page has been looked at.

The aims: 50 ms for 95 of 100 pages, 100 kB for a first page with all it needs, 150 MB at rest.
"""

import argparse
import asyncio
import base64
import contextlib
import hashlib
import math
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, insert, select, update

from comity import signing
from comity.agreements.roots import with_roots
from comity.assemble import Home, new_home, open_home
from comity.cards import read_card
from comity.carriers.postman import Postman
from comity.cli.quiet import quiet_log
from comity.clock import format_instant
from comity.console.app import Console
from comity.console.screens import SCREENS
from comity.control import server as _registers_verbs
from comity.control.verb import VERBS, Desk
from comity.cooperation.ledger import Entry
from comity.demo.sharing import NORTH, NORTH_SOUTH, SOUTH
from comity.demo.stage import OFFICER, example_agreement
from comity.federation import statements
from comity.federation.matter_events import MatterEvent
from comity.federation.statement_forms import HopStatement, Manifest
from comity.journal.append import Appender
from comity.journal.merkle import Frontier
from comity.node.matter_log import log_of, matter_from, parts_of, row_of
from comity.ports import CostRow, Head, Holding, MatterRow, Passing, StatementRow
from comity.storage import tables
from comity.storage.closing_tables import passing_counts, passings
from comity.storage.count_tables import article_counts, flows
from comity.storage.rows import values_of

assert _registers_verbs.REGISTERED

HOST = "north.localhost:8201"
ORIGIN = f"http://{HOST}"
CATEGORIES = ("incident.indicators", "incident.reports", "incident.summaries", "incident.vulnerabilities")
#: Rows written at once.
BATCH = 5_000
#: Every so many matters one has a cost.
COSTLY = 5
#: Entries that carry a decision, the newest: pages read back no further.
DECIDED = 10_000
#: Gives the instant of one of so many things, spread evenly over the days.
At = Callable[[int, int], datetime]
#: The figures are spread over so many days.
DAYS = 1_825


def tell(desk: Desk, verb: str, **parameters: Any) -> Any:
    return VERBS[verb](desk, parameters)


def desk_of(home: Home) -> Desk:
    return Desk(home, Postman(home.node), serving=True)


def concluded(folder: Path) -> Path:
    """Make two homes with an agreement between them; give North's."""
    homes = {NORTH: folder / "north", SOUTH: folder / "south"}
    cards = {
        party: new_home(
            path,
            party,
            names={"en": party},
            port=8101,
            console=8201 if party == NORTH else 0,
            console_origin=ORIGIN,
        )
        for party, path in homes.items()
    }
    roots = {party: read_card(card, root_fingerprint=None).root_fingerprint for party, card in cards.items()}
    files = dict(with_roots(example_agreement(NORTH_SOUTH), roots))
    for party, path in homes.items():
        with open_home(path) as home:
            desk = desk_of(home)
            for other in homes:
                if other != party:
                    tell(desk, "card-accept", signed=cards[other])
            added = tell(desk, "agreement-sign", files=files)["files"]
            files |= {name: _bytes(data) for name, data in added.items()}
    with open_home(homes[NORTH]) as home:
        tell(desk_of(home), "agreement-hold", files=files)
    return homes[NORTH]


def _bytes(data: str | bytes) -> bytes:
    return base64.b64decode(data) if isinstance(data, str) else data


def fill(home: Home, other: Home, items: int, matters: int, entries: int) -> None:
    """Write rows into a node's tables; every second item comes from the other Party, under its signatures."""
    now = datetime.now(UTC).replace(microsecond=0)
    began = now - timedelta(days=DAYS)
    desk = desk_of(home)
    sample = tell(
        desk, "item-add", content=b"x", category=CATEGORIES[0], marking="TLP:GREEN", title="A sample"
    )
    decided = tell(desk, "share", item=sample["id"], to=SOUTH, purpose="network-defence", dry_run=True)
    opened = tell(
        desk,
        "matter-open",
        kind="request",
        to=SOUTH,
        said={"aid": "check", "purpose": "network-defence", "words": "who runs it"},
    )
    assert opened["decision"] == "permitted", opened["grounds"]

    def at(number: int, of: int) -> datetime:
        return began + (now - began) * (number / of)

    with home.node.store._engine.begin() as connection:
        _items(connection, home, other, sample["id"], items, at)
        _entries(connection, {"outcome": decided["decision"], "grounds": decided["grounds"]}, entries, at)
    _matters(home, opened["matter"]["id"], matters, at)


def name(kind: str, number: int) -> str:
    """Give a digest of nothing in particular."""
    return hashlib.sha256(f"{kind} {number}".encode()).hexdigest()


def _signer(home: Home) -> Any:
    node = home.node
    card = node.store.read(lambda transaction: node.know(transaction).own.card)
    return node.keyring.signer(card, "disclosure", node.clock.now())


def _items(connection: Connection, home: Home, other: Home, sample: str, count: int, at: At) -> None:
    """Write items with a route each: made here and passed on, or come from the other Party in one hop."""
    template = home.node.store.read(lambda transaction: transaction.item(sample))
    assert template is not None
    agreement = home.node.store.read(
        lambda transaction: home.node.know(transaction).agreements[NORTH_SOUTH].digest
    )
    manifest = statements.read(signing.from_bytes(template.manifest), Manifest)
    signers = {NORTH: _signer(home), SOUTH: _signer(other)}
    flowed: Counter[tuple[str, bool, str]] = Counter()
    for start in range(0, count, BATCH):
        rows: dict[Table, list[dict[str, Any]]] = {
            table: []
            for table in (
                tables.items,
                tables.holdings,
                tables.statements,
                tables.disclosures,
                tables.inbox,
                passings,
            )
        }
        for number in range(start, min(start + BATCH, count)):
            when, message = at(number, count), name("message", number)
            by, category = (NORTH, SOUTH)[number % 2], CATEGORIES[number % len(CATEGORIES)]
            said = msgspec.structs.replace(
                manifest, by=by, at=format_instant(when), category=category, content=name("content", number)
            )
            signed = statements.make(said, signers[by])
            digest = statements.digest_of(signed)
            row = msgspec.structs.replace(
                template,
                digest=digest,
                label=f"item-{number}",
                title=f"Report {number} on the waterworks",
                originator=by,
                category=category,
                added_at=when,
                manifest=signing.to_bytes(signed),
            )
            custody: tuple[str, ...] = ()
            if by == SOUTH:
                hop = statements.make(
                    HopStatement(
                        by=SOUTH,
                        at=format_instant(when),
                        item=digest,
                        to=NORTH,
                        agreement=NORTH_SOUTH,
                        agreement_digest=agreement,
                        purpose="network-defence",
                    ),
                    signers[SOUTH],
                )
                custody = (statements.digest_of(hop),)
                kept = StatementRow(
                    digest=custody[0],
                    kind="hop",
                    by=SOUTH,
                    about=digest,
                    signed=signing.to_bytes(hop),
                    known_at=when,
                )
                rows[tables.statements].append(values_of(kept))
                rows[tables.inbox].append(_letter(message, digest, number, when))
            else:
                rows[tables.disclosures].append(
                    {
                        "message": message,
                        "item": digest,
                        "to": SOUTH,
                        "agreement": NORTH_SOUTH,
                        "hop": name("hop", number),
                        "decision": name("decision", number),
                        "at": when,
                    }
                )
            holding = Holding(
                item=digest,
                custody=custody,
                received_from=SOUTH if custody else "",
                message=message if custody else "",
                at=when,
            )
            rows[passings].append(
                values_of(Passing(agreement=NORTH_SOUTH, peer=SOUTH, giver=by, item=digest))
            )
            flowed[f"{when:%Y-%m}", by == NORTH, category] += 1
            rows[tables.items].append(values_of(row))
            rows[tables.holdings].append(values_of(holding))
        for table, written in rows.items():
            if written:
                connection.execute(insert(table), written)
    counts = {"agreement": NORTH_SOUTH, "peer": SOUTH, "passed": count, "open": count}
    connection.execute(insert(passing_counts), counts)
    keys = ("month", "ours", "category")
    connection.execute(
        insert(flows),
        [{**dict(zip(keys, key, strict=True)), "party": SOUTH, "count": n} for key, n in flowed.items()],
    )


def _entries(connection: Connection, decided: dict[str, Any], count: int, at: At) -> None:
    """Write entries of the channel with the other Party; the newest of them with the decision they stand for."""
    frontiers = {
        channel: Frontier.read(size, peaks)
        for channel, size, peaks in connection.execute(
            select(tables.heads.c.channel, tables.heads.c.size, tables.heads.c.frontier)
        )
    }
    appender = Appender(frontiers)
    detail, key = msgspec.json.encode(decided), bytes(32)
    for start in range(0, count, BATCH):
        rows, details = [], []
        for number in range(start, min(start + BATCH, count)):
            line = appender.enter(
                channel=SOUTH,
                kind=("decided", "disclosed", "receipted", "accepted")[number % 4],
                act=name("act", number),
                at=at(number, count),
                key=key,
                detail=detail if number % 4 == 0 else b"{}",
            )
            rows.append(
                {
                    "number": line.number,
                    "channel": line.channel,
                    "channel_number": line.channel_number,
                    "at": line.at,
                    "kind": line.kind,
                    "act": line.act,
                    "leaf": line.leaf,
                }
            )
            if number > count - DECIDED:
                details.append({"number": line.number, "key": line.key, "detail": line.detail})
        connection.execute(insert(tables.journal), rows)
        if details:
            connection.execute(insert(tables.journal_details), details)
    for ground in decided["grounds"]:
        if " art. " in ground["ref"]:
            connection.execute(
                insert(article_counts),
                {
                    "agreement": ground["ref"].partition(" ")[0],
                    "ref": ground["ref"],
                    "outcome": "allowed",
                    "count": count // 4,
                },
            )
    for channel, frontier in appender.changed().items():
        head = Head(channel=channel, size=frontier.size, frontier=frontier.peaks)
        connection.execute(update(tables.heads).where(tables.heads.c.channel == channel), values_of(head))


def _letter(message: str, item: str, number: int, at: datetime) -> dict[str, Any]:
    return {
        "message": message,
        "peer": SOUTH,
        "channel": "c",
        "sequence": number,
        "envelope_digest": hashlib.sha256(message.encode()).hexdigest(),
        "kind": "disclosure",
        "about": item,
        "at": at,
        "said_at": at,
        "carrier": "https",
        "state": "accepted",
        "reason": "",
        "receipt": b"",
        "receipt_owed": False,
        "letter": b"",
        "signer": "",
    }


def _matters(home: Home, sample: str, count: int, at: Any) -> None:
    """Sign openings like the sample's, one for each matter, and keep each as it is read."""
    node = home.node

    def work(transaction: Any) -> None:
        knowledge = node.know(transaction)
        (row,) = transaction.statements("matter", sample)
        said = statements.read(signing.from_bytes(row.signed), MatterEvent)
        signer = node.keyring.signer(knowledge.own.card, "disclosure", node.clock.now())
        texts = knowledge.texts_digest
        for number in range(count):
            when = at(number, count)
            event = msgspec.structs.replace(
                said,
                at=when.isoformat().replace("+00:00", "Z"),
                said={**said.said, "words": f"who runs the address {number}"},
            )
            signed = statements.make(event, signer)
            digest = hashlib.sha256(signed.payload).hexdigest()
            transaction.put_statement(
                StatementRow(
                    digest=digest,
                    kind="matter",
                    by=said.by,
                    about=digest,
                    signed=signing.to_bytes(signed),
                    known_at=when,
                )
            )
            matter = matter_from(knowledge, digest, log_of(transaction, digest))
            row = row_of(node.party, matter, texts)
            parts = parts_of(node.party, row.peer, matter)
            if number % COSTLY == 0:
                parts = msgspec.structs.replace(parts, costs=(_cost(row, number, when),))
            transaction.put_matter(row, parts)

    node.act(work)


def _cost(matter: MatterRow, number: int, when: datetime) -> CostRow:
    """Give what a matter has cost, as its row in the ledger."""
    amount = Decimal(100 + number % 900)
    entry = Entry(
        event=name("cost", number),
        matter=matter.id,
        kind=matter.kind,
        agreement=matter.agreement,
        title=matter.title,
        what="transport",
        on=when.date(),
        words="",
        amount=amount,
        currency=("EUR", "PLN")[number % 2],
        spender=NORTH,
        bearer=SOUTH,
        owes={SOUTH: amount},
        ref=f"{NORTH_SOUTH} art. 9",
    )
    return CostRow(
        event=entry.event,
        on=entry.on.isoformat(),
        currency=entry.currency,
        net=str(amount),
        entry=msgspec.json.encode(entry),
    )


class Officer:
    """An officer's browser, in this process."""

    def __init__(self, app: Any, link: str) -> None:
        self.app = app
        self.cookie = ""
        answer = self.send("POST", link.removeprefix(ORIGIN))
        self.cookie = re.search(r"__Host-comity=\"?([0-9a-f]+)", answer[1])[1]  # type: ignore[index]

    def send(self, method: str, path: str) -> tuple[int, str, bytes]:
        return asyncio.run(self._send(method, path))

    async def _send(self, method: str, path: str) -> tuple[int, str, bytes]:
        plain, _, query = path.partition("?")
        headers = {"host": HOST, "origin": ORIGIN, "cookie": f"__Host-comity={self.cookie}"}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "path": plain,
            "raw_path": plain.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 40000),
            "server": ("127.0.0.1", 8201),
            "scheme": "http",
            "root_path": "",
        }
        sent: list[Any] = []

        asked: list[Mapping[str, Any]] = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> Mapping[str, Any]:
            if not asked:  # who waits for more waits until the browser goes, which it does not
                await asyncio.Event().wait()
            return asked.pop()

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        cookies = b"\n".join(value for name, value in sent[0]["headers"] if name == b"set-cookie").decode()
        return sent[0]["status"], cookies, b"".join(each.get("body", b"") for each in sent)


def paths(home: Home) -> Iterator[str]:
    """Give every page, those that show one thing with one of the middle."""
    desk = desk_of(home)
    item = tell(desk, "item-find", limit=500)["items"][-1]["id"]
    matter = tell(desk, "matter-find", limit=500)["matters"][-1]["id"]
    one = {
        "/items/{id}": item,
        "/items/{id}/share": item,
        "/work/{id}": matter,
        "/new/{id}": "meeting",
        "/agreements/{id}": NORTH_SOUTH,
        "/agreements/{id}/versions": NORTH_SOUTH,
        "/agreements/{id}/notice": NORTH_SOUTH,
        "/agreements/{id}/closing": NORTH_SOUTH,
        "/parties/{id}": SOUTH,
    }
    for screen in SCREENS:
        if "{id}" not in screen.path:
            yield screen.path
        elif screen.path in one:
            yield screen.path.replace("{id}", one[screen.path])
    yield f"/items/{item}/share?to={SOUTH}&purpose=network-defence"
    yield "/items?words=waterworks"
    yield "/items?category=incident.reports&before=50000"
    yield f"/journal?channel={SOUTH}"
    yield "/journal?before=500000"
    yield "/work?words=777&all=1"
    yield "/journal?words=consent+revoked"
    yield f"/journal?channel={SOUTH}&words=consent+revoked"
    yield "/journal?since=2026-01-01&until=2026-02-01"
    yield "/search?words=777"
    yield f"/search?category=incident.reports&marking=TLP:GREEN&party={NORTH}"
    yield f"/search?words=receipt&party={SOUTH}"
    yield "/search?since=2026-01-01&until=2026-02-01"


def measure(home: Home, turns: int) -> tuple[list[tuple[str, float, float]], int]:
    """Look at every page some times; give of each the CPU and the clock's ms, and how much a first page weighs."""
    desk = desk_of(home)
    app = Console(desk, ORIGIN).app
    officers = [
        Officer(app, tell(desk, "officer-add", handle=f"{handle}-{os.getpid()}", roles=roles)["link"])
        for handle, roles in (("duty", list(OFFICER)), ("audits", ["auditor"]), ("runs", ["administrator"]))
    ]
    found = []
    for path in paths(home):
        who = next((each for each in officers if each.send("GET", path)[0] == 200), None)
        assert who is not None, path
        for _turn in range(turns):
            cpu, clock = time.process_time(), time.perf_counter()
            status, _, _ = who.send("GET", path)
            found.append((path, (time.process_time() - cpu) * 1000, (time.perf_counter() - clock) * 1000))
            assert status == 200, (path, status)
    files = ("/", "/static/console.css", "/static/console.js", "/static/mark.svg")
    weight = sum(len(officers[0].send("GET", path)[2]) for path in files)
    return found, weight


def at_rest(path: Path) -> tuple[float, float]:
    """Serve a home in a process of its own; give its memory in MB once started, and once every page was looked at."""
    with open_home(path) as home:
        link = tell(desk_of(home), "officer-add", handle=f"rest-{os.getpid()}", roles=list(OFFICER))["link"]
        pages = list(paths(home))
    address = f"http://127.0.0.1:{_own_ports(path)}"
    command = [str(Path(sys.executable).with_name("comity")), "serve", "--home", str(path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as served:
        try:
            _wait_for(f"{address}/sign-in")
            first = _memory(served.pid)
            request = urllib.request.Request(
                link.replace(ORIGIN, address), b"", {"Origin": ORIGIN, "Host": HOST}
            )
            cookie = _cookie(request)
            for each in pages:
                request = urllib.request.Request(f"{address}{each}", headers={"Host": HOST, "Cookie": cookie})
                with contextlib.suppress(urllib.error.HTTPError):  # a page of another role
                    urllib.request.urlopen(request).read()
            time.sleep(3)
            return first, _memory(served.pid)
        finally:
            served.terminate()


def _own_ports(path: Path) -> int:
    """Let a home be served at ports that nobody else has here; give the console's. Its origin stays what it is."""
    with socket.socket() as one, socket.socket() as other:
        for each in (one, other):
            each.bind(("127.0.0.1", 0))
        port, console = (each.getsockname()[1] for each in (one, other))
    settings = path / "node.toml"
    text = re.sub(r"(?m)^port = \d+$", f"port = {port}", settings.read_text())
    settings.write_text(re.sub(r"(?m)^console = \d+$", f"console = {console}", text))
    return int(console)


def _wait_for(address: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(urllib.request.Request(address, headers={"Host": HOST})).read()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the node does not answer")


def _cookie(request: urllib.request.Request) -> str:
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    try:
        answer = urllib.request.build_opener(Stay).open(request)
    except urllib.error.HTTPError as error:
        answer = error  # type: ignore[assignment]
    found = re.search(r"__Host-comity=\"?([0-9a-f]+)", answer.headers["set-cookie"] or "")
    assert found is not None
    return f"__Host-comity={found[1]}"


def _memory(process: int) -> float:
    text = Path(f"/proc/{process}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024  # type: ignore[index]


def of_100(values: list[float], share: float) -> float:
    return sorted(values)[max(math.ceil(len(values) * share) - 1, 0)]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--matters", type=int, default=10_000)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--turns", type=int, default=20)
    parser.add_argument(
        "--keep", type=Path, default=None, help="a folder for the home, used again where it is there"
    )
    given = parser.parse_args()
    quiet_log()
    with tempfile.TemporaryDirectory(prefix="comity-console-") as temporary:
        folder = given.keep or Path(temporary)
        path = folder / "north"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            concluded(folder)
            with open_home(path, threaded=True) as home, open_home(folder / "south") as other:
                fill(home, other, given.items, given.matters, given.entries)
        with open_home(path, threaded=True) as home:
            found, weight = measure(home, given.turns)
        print(
            f"{given.items} items, {given.matters} matters, {given.entries} entries; {given.turns} looks a page"
        )
        print(f"{'page':60} {'CPU half':>9} {'CPU 95 %':>9} {'clock half':>10} {'clock 95 %':>10}")
        for page in dict.fromkeys(page for page, _, _ in found):
            cpu, clock = ([row[place] for row in found if row[0] == page] for place in (1, 2))
            print(
                f"{page[:60]:60} {of_100(cpu, 0.5):9.1f} {of_100(cpu, 0.95):9.1f} {of_100(clock, 0.5):10.1f} "
                f"{of_100(clock, 0.95):10.1f}"
            )
        cpu, clock = ([row[place] for row in found] for place in (1, 2))
        print(
            f"over all pages: 95 % within {of_100(cpu, 0.95):.1f} ms of CPU, {of_100(clock, 0.95):.1f} ms by the clock"
        )
        print(f"a first page weighs {weight / 1000:.1f} kB in all")
        first, after = at_rest(path)
        print(f"memory of a serving node: {first:.0f} MB once started, {after:.0f} MB after every page")


if __name__ == "__main__":
    main()
