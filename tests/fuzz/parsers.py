"""Every parser of bytes that come from others, with good inputs to begin from.

A parser may take what it is given or refuse it with a `ComityError`; anything else is a fault of ours.
"""

import base64
import io
import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from comity import signing
from comity.agreements.folder import parse_agreement
from comity.agreements.mistakes import Mistakes
from comity.agreements.notices import read_notice
from comity.cards import read_card
from comity.carriers import framing, pouch, relay_wire, slip
from comity.decisions.case_file import parse_case_file
from comity.errors import ComityError
from comity.federation import messages, statements
from comity.federation.evidence_file import read_evidence, verify_evidence
from comity.federation.overseer_file import verify_overseer
from comity.interop import openrefine, yente
from comity.interop.lists import eu, mapped, ofac, uk, un
from comity.interop.lists import statements as statement_lists
from comity.interop.lists.files import Bounded
from comity.interop.stix import read_bundle
from comity.journal import reconcile
from comity.journal.checkpoint import read_note
from comity.journal.entries import read_leaf
from comity.keys import SigningKey
from comity.node.withdraw import withdraw
from comity.register.subjects import read_subject
from comity.sealing.envelope import peek, verify_envelope
from comity.sealing.inner import Head, read_message, write_message
from comity.sealing.receipts import read_receipt
from comity.strict import read_json
from comity.testing.texts import TRIANGLE
from comity.testing.world import World
from interop.lists import invented_lists as lists

_ROOT = Path(__file__).parents[2]
NORTH, SOUTH, EAST = "north.example", "south.example", "east.example"


class Parser(NamedTuple):
    """A parser, good inputs, and of how many inputs in a hundred it gets its share: slow ones get less."""

    parse: Callable[[bytes], object]
    seeds: tuple[bytes, ...]
    share: int = 7


class Material(NamedTuple):
    """What a small world leaves behind."""

    envelopes: tuple[bytes, ...]
    inner: tuple[bytes, ...]
    signed: tuple[bytes, ...]
    receipts: tuple[bytes, ...]
    notes: tuple[bytes, ...]
    leaves: tuple[bytes, ...]
    pouches: tuple[bytes, ...]
    cards: tuple[bytes, ...]
    texts: tuple[bytes, ...]


@cache
def material() -> Material:
    """Let two nodes share, ask, withdraw and compare; gather every kind of bytes that passes."""
    with World.of(TRIANGLE, seed="fuzz") as world:
        item = world.add(NORTH, b"words of North, for the fuzzer", "incident.reports")
        world.share(NORTH, item, SOUTH, "network-defence")
        packed = world.pack(NORTH, SOUTH)
        world.deliver(NORTH)
        world.members[NORTH].act(withdraw, item)
        world.deliver(NORTH)
        world.deliver(SOUTH)
        letters = world.ledger.letters
        north = world.members[NORTH]
        sent = north.read(lambda transaction: transaction.sent(limit=100))
        journal = north.read(lambda transaction: transaction.journal(limit=100))
        kept = [
            row.signed
            for kind in ("manifest", "hop", "withdrawal", "withdrawal-answer")
            for row in north.read(lambda transaction, kind=kind: transaction.statements(kind))
        ]
        texts = north.read(lambda transaction: transaction.agreements())
        return Material(
            envelopes=tuple(letter.data for letter in letters),
            inner=tuple(_inner(letter.head, letter.body) for letter in letters),
            signed=tuple(kept),
            receipts=tuple(row.receipt for row in sent if row.receipt),
            notes=tuple(
                letter.content.checkpoint.encode() for letter in letters if letter.content.checkpoint
            ),
            leaves=tuple(row.leaf for row in journal),
            pouches=(packed,),
            cards=tuple(member.card.signed for member in world.members.values()),
            texts=tuple(text for row in texts for text in row.files.values()),
        )


def _inner(head: Head, body: bytes) -> bytes:
    return write_message(head, body)


@cache
def parsers() -> Mapping[str, Parser]:
    """Give every parser by name."""
    made = material()
    north, south, *_ = (read_card(card, root_fingerprint=None) for card in made.cards)
    signer = next(iter(north.signing_keys("disclosure", north.card.issued).values()))
    answering = south.signing_keys("control", south.card.issued)
    payloads = tuple(signing.from_bytes(text).payload for text in made.signed)
    spoken = tuple(
        statements.word_in(each).encode() + b"\n" + each.payload
        for each in (signing.from_bytes(text) for text in made.signed)
    )
    account = reconcile.Reconciliation(reconcile.ActSet([bytes([number]) * 32 for number in range(9)]))
    question = account.question()
    assert question is not None
    questions = (reconcile.write(question),)
    vectors = [path.read_bytes() for path in sorted((_ROOT / "specs/vectors/evidence").glob("*.evidence"))]
    cases = [path.read_bytes() for path in sorted((_ROOT / "tests/decisions/cases").glob("*.toml"))[:4]]
    notices = [
        path.read_bytes() for path in sorted((_ROOT / "tests/decisions/agreements").glob("*/notices/*.toml"))
    ]
    boxes = [
        relay_wire.Box(number, relay_wire.box_id(data), data)
        for number, data in enumerate(made.envelopes[:2])
    ]
    own = mapped.parse_mapping(lists.MAPPING.encode(), "mapping.toml")
    return {
        "strict json": Parser(lambda data: read_json(data, max_bytes=1 << 20), payloads + made.leaves),
        "envelope": Parser(lambda data: (peek(data), verify_envelope(data, signer)), made.envelopes),
        "inner message": Parser(_read_inner, made.inner),
        "signed statement": Parser(lambda data: signing.from_bytes(data), made.signed),
        "statements": Parser(_read_payload, spoken),
        "card": Parser(lambda data: read_card(data, root_fingerprint=None), made.cards),
        "checkpoint": Parser(lambda data: read_note(data.decode("utf-8", "surrogateescape")), made.notes),
        "receipt": Parser(lambda data: read_receipt(data, answering), made.receipts),
        "run of envelopes": Parser(
            framing.split_envelopes, (framing.join_envelopes(made.envelopes), framing.join_envelopes([]))
        ),
        "pouch": Parser(pouch.unpack, made.pouches),
        "journal entry": Parser(read_leaf, made.leaves),
        "reconciliation": Parser(_read_account, questions + payloads[:1]),
        "evidence file": Parser(lambda data: verify_evidence(read_evidence(data)), tuple(vectors), 4),
        "overseer's file": Parser(verify_overseer, tuple(vectors) + made.signed, 4),
        "stix bundle": Parser(read_bundle, (_STIX,)),
        "register entity": Parser(read_subject, (_ENTITY,)),
        "agreement": Parser(lambda data: parse_agreement({"agreement.en.md": data}), made.texts[:2], 1),
        "notice": Parser(_read_notice, tuple(notices), 4),
        "case file": Parser(lambda data: parse_case_file(data, "cases.toml"), tuple(cases), 2),
        "relay: box left": Parser(
            relay_wire.read_deposit, (relay_wire.write_deposit("a" * 64, made.envelopes[:2]),), 4
        ),
        "relay: boxes given": Parser(relay_wire.read_boxes, (relay_wire.write_boxes(boxes, 3),), 4),
        "custody slip": Parser(slip.read_bare, (_slip(),), 4),
        "match request": Parser(yente.questions_of, (_MATCH,), 4),
        "OpenRefine's queries": Parser(
            lambda data: openrefine.queries_of(data.decode("utf-8", "replace")), (_REFINE,), 4
        ),
        "mapping": Parser(
            lambda data: mapped.parse_mapping(data, "mapping.toml"), (lists.MAPPING.encode(),), 4
        ),
        **{
            f"list: {name}": Parser(partial(_read_list, read), tuple(text.encode() for text in texts), 4)
            for name, read, *texts in (
                ("UN", un.read_un, lists.UN),
                ("EU, XML", eu.read_eu_xml, lists.EU_XML),
                ("EU, table", eu.read_eu_csv, lists.EU_CSV),
                ("UK", uk.read_uk_csv, lists.UK_OLD, lists.UK_NEW),
                ("OFAC, XML", ofac.read_ofac_xml, lists.OFAC),
                ("OFAC, table", ofac.read_ofac_csv, lists.OFAC_CSV),
                ("statements", statement_lists.read_statements, lists.STATEMENTS),
                ("own table", partial(mapped.read_mapped, mapping=own), lists.OWN),
            )
        },
    }


def _slip() -> bytes:
    hand = slip.Handover("north.example", "the courier", "2026-03-01T10:00:00Z")
    said = slip.Slip("0" * 64, "north.example", "south.example", "2026-03-01T09:00:00Z", 2, (hand,))
    return slip.write_slip(said, "north.example", SigningKey.from_seed(bytes(32)))


def _read_list(read: Callable[[Bounded], Iterable[object]], data: bytes) -> object:
    return list(read(Bounded(io.BytesIO(data), "list")))


def _read_notice(data: bytes) -> object:
    mistakes = Mistakes()
    notice = read_notice("notices/0001-x.toml", data, mistakes)
    mistakes.check()
    return notice


def _read_inner(data: bytes) -> object:
    message = read_message(data)
    return messages.from_content(message.head.type, message.head.content)


def _read_payload(data: bytes) -> object:
    """Read a statement of the kind that the first line names: what was signed may say anything."""
    word, _, payload = data.partition(b"\n")
    name = word.decode("ascii", "replace")
    signature = {"keyid": f"ed25519:{'0' * 64}", "sig": base64.b64encode(bytes(64)).decode()}
    file = json.dumps(
        {
            "payloadType": f"application/vnd.comity.{name}.v1+json",
            "payload": base64.b64encode(payload).decode(),
            "signatures": [signature],
        }
    )
    kind = statements.KINDS.get(name, statements.HopStatement)
    return statements.read(statements.unpack(file), kind)


def _read_account(data: bytes) -> object:
    try:
        return reconcile.read_question(data)
    except ComityError:
        return reconcile.read_answer(data)


_STIX = json.dumps(
    {
        "type": "bundle",
        "id": "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d",
        "objects": [
            {
                "type": "indicator",
                "spec_version": "2.1",
                "id": "indicator--a932fcc6-e032-476c-826f-cb970a5a1ade",
                "created": "2026-03-01T09:00:00.000Z",
                "modified": "2026-03-01T09:00:00.000Z",
                "pattern": "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']",
                "pattern_type": "stix",
                "valid_from": "2026-03-01T09:00:00Z",
                "object_marking_refs": ["marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"],
            }
        ],
    }
).encode()
_ENTITY = json.dumps(
    {
        "id": "vessel-1",
        "schema": "Vessel",
        "properties": {"name": ["Example Star"], "imoNumber": ["9074729"], "flag": ["xx"]},
    }
).encode()
_PERSON = {"schema": "Person", "properties": {"name": ["Tavrin Merezhko"], "birthDate": ["1961-04-23"]}}
_MATCH = json.dumps({"queries": {"q1": _PERSON, "q2": {**_PERSON, "schema": "LegalEntity"}}}).encode()
_REFINE = json.dumps(
    {
        "q0": {"query": "Tavrin Merezhko", "type": "Person", "limit": 3},
        "q1": {
            "query": "Sea Lantern",
            "properties": [{"pid": "country", "v": "xx"}, {"pid": "name", "v": [1, "b"]}],
        },
    }
).encode()
