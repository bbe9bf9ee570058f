"""Registers for the tests of this folder: invented records, and nodes that keep them."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec

from comity.clock import SteppedClock
from comity.identifiers import PartyId
from comity.node.answer_check import tell_watches
from comity.node.ask_check import ask_check
from comity.node.check_own import check_own
from comity.node.contribute import enter_record
from comity.node.import_records import import_entities
from comity.ports import CheckRow, HitRow
from comity.register.book import Imported, read_queries
from comity.register.examination import Query
from comity.register.record import Handling, Record, Terms
from comity.register.subjects import read_subject
from comity.testing.members import Member
from comity.testing.texts import Article, Text
from comity.testing.world import World

AT = datetime(2031, 3, 14, 9, tzinfo=UTC)
NORTH = PartyId("north.example")
TERMS = Terms(
    owner=NORTH,
    basis="Lists Act 2030 s. 4",
    role="sanctioned",
    decision="LA 2030/17",
    review=date(2032, 3, 14),
)


def entity(identity: str, name: str, schema: str = "Person", **properties: list[str]) -> bytes:
    return json.dumps(
        {"id": identity, "schema": schema, "properties": {"name": [name]} | properties}
    ).encode()


def lines(*entities: bytes) -> list[tuple[int, bytes]]:
    return list(enumerate(entities, start=1))


PEOPLE = lines(
    entity("p1", "Tavrin Merezhko", birthDate=["1961-04-23"]),
    entity("p2", "Jorvik Quillfeather"),
    entity("o1", "Brackwater Holdings Ltd", "Company"),
)


def record(
    identity: str, name: str, schema: str = "Person", terms: Terms = TERMS, **more: list[str]
) -> Record:
    subject = read_subject(entity(identity, name, schema, **more), seen="2031-03-14")
    return Record(subject, terms, AT, AT)


def member(folder: Path | None = None, at: datetime = AT) -> Member:
    clock = SteppedClock(at)
    return (
        Member.in_memory(NORTH, clock, "register", 1)
        if folder is None
        else Member.on_disk(NORTH, clock, folder, 1)
    )


def enter(
    held: Member, said: Iterable[tuple[int, bytes]] = PEOPLE, terms: Terms = TERMS, name: str = "file"
) -> Imported:
    return import_entities(held.node, said, terms, name=name, source="people")


def ask(held: Member, name: str, schema: str = "Person", **properties: list[str]) -> list[str]:
    """Give the ids of the hits in one's own register."""
    query = read_queries(lines(entity("q", name, schema, **properties)))
    (answer,) = held.act(check_own, query)
    return [hit["id"] for hit in answer["hits"] if hit["hit"]]


def kinds(held: Member) -> list[str]:
    rows: Any = held.read(lambda transaction: transaction.journal(limit=100_000))
    return [row.kind for row in rows]


SOUTH, EAST = "south.example", "east.example"
PURPOSE, REFERENCE = "sanctions", "case 7"
_ARTICLE = """## Article 5 — The register

They keep a register.

```toml clause
[register]
id = "joint"
host = "{host}"
schemas = ["Person", "Company", "Vessel"]
handling = ["open", "reference", "ask", "silent"]
queries_per_day = {capacity}
{more}
core_data_within = "PT48H"
outcome_within = "P14D"
[protection]
purposes_excluded = ["commercial"]
subject_roles = ["sanctioned", "suspect"]
```
"""


def agreement(
    *parties: str, host: str = "each", capacity: int = 50, name: str = "register-2026", more: str = ""
) -> Text:
    further = _ARTICLE.format(host=host, capacity=capacity, more=more)
    stands_in = (Article("register.joint", (PURPOSE, "fisheries")),)
    return Text(name, parties or (NORTH, SOUTH), further=further, stands_in=stands_in)


def register_world(*texts: Text, seed: str = "register") -> World:
    return World.of(texts or (agreement(),), seed=seed)


def put(made: World, party: str, identity: str, name: str, handling: str = "reference", **more: Any) -> None:
    """Let a Party enter a record of its own and tell those who watch."""
    said = {"owner": PartyId(party), "review": date(2027, 3, 1), "handling": Handling(handling)}
    terms = msgspec.structs.replace(TERMS, **(said | more.pop("terms", {})))
    schema = more.pop("schema", "Person")
    terms = terms if schema == "Person" else msgspec.structs.replace(terms, role="")
    row, _ = made.members[party].act(enter_record, record(identity, name, schema, terms, **more))
    made.members[party].act(
        lambda node, transaction: tell_watches(node, transaction, [row.key], node.clock.now())
    )


def query(name: str, schema: str = "Person", *, born: str = "") -> Query:
    return Query("q", schema, (name,), (born,) if born else ())


def check(
    made: World,
    asker: str,
    name: str,
    to: str = "",
    under: str = "",
    purpose: str = PURPOSE,
    deliver: bool = True,
    **more: Any,
) -> str:
    """Let a Party ask, and deliver question and answer; give the check's name."""
    asked = query(name, more.pop("schema", "Person"), born=more.pop("born", ""))
    rows = made.members[asker].act(
        ask_check, asked, purpose=purpose, reference=REFERENCE, to=to, under=under, **more
    )
    if deliver:
        made.settle()
    return rows[0].id


def parts(made: World, asker: str, name: str) -> dict[str, CheckRow]:
    rows = made.members[asker].read(lambda transaction: transaction.checks(name, ours=True))
    return {row.peer: row for row in rows}


def hits(made: World, party: str, check_: str = "", *, ours: bool = True) -> list[HitRow]:
    rows = made.members[party].read(lambda transaction: transaction.hits(ours=ours))
    return [row for row in reversed(rows) if row.check == (check_ or row.check)]
