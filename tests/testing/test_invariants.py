"""Every invariant finds what it is there to find: a world is broken on purpose, and the promise is named."""

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from comity.errors import RefusedHere
from comity.identifiers import PartyId
from comity.node import (
    answer_check,
    ask_check,
    carry,
    decide_again,
    receive,
    record,
    restored,
    take_act,
    take_disclosure,
    tell_found,
    withdraw,
)
from comity.node import disclose as use_case
from comity.node.contribute import enter_record
from comity.node.follow_up import follow_up, release
from comity.register.examination import Query
from comity.register.record import Handling, Record, Terms
from comity.register.subjects import read_subject
from comity.storage.mailbox_rows import MailboxRows
from comity.testing import hostile
from comity.testing.texts import TRIANGLE, Text, with_register
from comity.testing.views import View
from comity.testing.world import Broken, World

NORTH, SOUTH, EAST = "north.example", "south.example", "east.example"
DEFENCE = "network-defence"
NAME = "Tavrin Merezhko"
CONTENT = b"words that nobody shall see on the way"


@pytest.fixture
def world() -> Iterator[World]:
    with World.of(TRIANGLE, seed="broken") as made:
        yield made


def report(world: World, label: str = "report") -> str:
    return world.add(NORTH, CONTENT, "incident.reports", label=label)


def given(world: World, label: str = "report") -> str:
    digest = report(world, label)
    world.share(NORTH, digest, SOUTH, DEFENCE)
    world.deliver(NORTH)
    return digest


def execute(world: World, party: str, statement: str, *values: Any) -> None:
    """Change a member's rows behind its back."""
    member = world.members[party]
    member.node.act(lambda transaction: transaction._connection.exec_driver_sql(statement, values))  # type: ignore[attr-defined]
    member.dirty = member.tampered = True


def broken(promise: str, work: Callable[[], object]) -> None:
    with pytest.raises(Broken, match=promise):
        work()


def test_a_world_in_order_breaks_nothing(world: World) -> None:
    given(world)
    world.settle()


def test_p1_a_disclosure_without_a_decision(world: World) -> None:
    digest = report(world)
    north = world.members[NORTH]
    north.act(hostile.send_anyway, digest, SOUTH, DEFENCE, TRIANGLE[0].id)  # and nobody calls North hostile
    broken("P1: .*without a decision entered before", lambda: world.deliver(NORTH))


def test_p1_a_decision_that_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real = record.enter

    def after_the_fact(*values: Any, **named: Any) -> Any:
        if named.get("detail", b"").startswith(b'{"agreement"'):
            named["detail"] = named["detail"].replace(b'"outcome":"permitted"', b'"outcome":"refused"')
        return real(*values, **named)

    digest = report(world)
    monkeypatch.setattr(record, "enter", after_the_fact)
    world.share(NORTH, digest, SOUTH, DEFENCE)
    monkeypatch.undo()
    broken("P1: .*not one that permits this", lambda: world.deliver(NORTH))


@pytest.mark.parametrize(
    ("category", "purpose", "marking", "objection"),
    [
        ("buildings.plans", DEFENCE, "TLP:GREEN", "does not let buildings.plans pass"),
        ("incident.reports", "marketing", "TLP:GREEN", "pass for marketing"),
        ("incident.reports", DEFENCE, "TLP:RED", "does not let TLP:RED pass"),
    ],
)
def test_p1_a_gate_that_permits_too_much(
    world: World, monkeypatch: pytest.MonkeyPatch, category: str, purpose: str, marking: str, objection: str
) -> None:
    real = use_case.decide
    monkeypatch.setattr(use_case, "decide", lambda *values: hostile.tampered(real(*values), TRIANGLE[0].id))
    digest = world.add(NORTH, CONTENT, category, marking=marking)
    world.share(NORTH, digest, SOUTH, purpose)
    broken(f"P1, P7: .*{objection}", lambda: world.deliver(NORTH))


def test_p2_a_receiver_that_believes_everything(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = given(world)
    real = decide_again.decide
    monkeypatch.setattr(
        decide_again, "decide", lambda *values: hostile.tampered(real(*values), TRIANGLE[1].id)
    )
    world.hostile.add(SOUTH)
    world.members[SOUTH].act(hostile.send_anyway, digest, EAST, DEFENCE, TRIANGLE[1].id)
    broken(f"P2: {EAST} took item .* {NORTH} has not consented", lambda: world.deliver(SOUTH))


def test_p3_a_receiver_that_protests_to_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = given(world)
    monkeypatch.setattr(take_disclosure, "protest", lambda *_: None)
    world.hostile.add(SOUTH)
    world.members[SOUTH].act(hostile.send_anyway, digest, EAST, DEFENCE, TRIANGLE[1].id)
    broken("P3: .*protests to nobody", lambda: world.deliver(SOUTH))


def test_p3_a_receiver_that_takes_nothing_from_the_honest(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from comity.sealing.receipts import Ground

    monkeypatch.setattr(decide_again, "_against", lambda *_: [Ground("rule 99", "I do not like it")])
    broken(f"P3: {SOUTH} set aside a disclosure of {NORTH}, who is honest: rule 99", lambda: given(world))


def test_p3_a_protest_that_never_reaches_the_originator(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = given(world)
    world.hostile.add(SOUTH)
    world.members[SOUTH].act(hostile.send_anyway, digest, EAST, DEFENCE, TRIANGLE[1].id)
    world.deliver(SOUTH)
    execute(world, EAST, "DELETE FROM outbox WHERE kind = 'act' AND state = 'owed'")
    broken("P3: north.example never heard that east.example set aside", world.settle)


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("DELETE FROM inbox", "had accepted message .* and has it no more"),
        ("DELETE FROM items", "does not have it"),
        ("DELETE FROM bodies", "without its content"),
        ("UPDATE inbox SET state = 'waiting'", "had accepted message"),
    ],
)
def test_p4_rows_that_vanish(world: World, statement: str, problem: str) -> None:
    given(world)
    execute(world, SOUTH, statement)
    broken(f"P4: .*{problem}", lambda: _act(world, SOUTH))


def _act(world: World, party: str) -> None:
    """Let a member enter something, so that the invariants look at it again."""
    world.add(party, b"something else entirely", "incident.reports", label="other")


def set_aside(world: World) -> str:
    """Let South send East what its gate refuses, which East sets aside; give the item."""
    digest = given(world)
    world.hostile.add(SOUTH)
    world.members[SOUTH].act(hostile.send_anyway, digest, EAST, DEFENCE, TRIANGLE[1].id)
    world.deliver(SOUTH)
    return digest


def test_p4_a_letter_set_aside_that_vanishes(world: World) -> None:
    set_aside(world)
    execute(world, EAST, "UPDATE inbox SET letter = x'' WHERE state = 'quarantined'")
    broken("P4: east.example has lost the letter", lambda: _act(world, EAST))


def test_p4_a_letter_that_a_stranger_to_its_item_destroys(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = set_aside(world)
    world.members[SOUTH].act(hostile.withdraw_anothers, digest, EAST)
    world.deliver(SOUTH)
    world.wait(timedelta(minutes=1))  # or it would be the same statement
    real = MailboxRows.purge_letters
    monkeypatch.setattr(MailboxRows, "purge_letters", lambda self, item, _originator: real(self, item, NORTH))
    world.members[SOUTH].act(hostile.withdraw_anothers, digest, EAST)
    broken("P4: east.example has lost the letter", lambda: world.deliver(SOUTH))


def test_p6_a_letter_that_stays_after_the_withdrawal(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = set_aside(world)
    monkeypatch.setattr(MailboxRows, "purge_letters", lambda *_: 0)
    world.members[NORTH].act(withdraw.withdraw, digest)
    broken("P6: east.example keeps .* in a letter though it was withdrawn", world.settle)


def test_p4_a_receipt_for_what_was_not_kept(world: World) -> None:
    given(world)
    execute(world, NORTH, "UPDATE outbox SET peer = 'east.example'")
    world.add(NORTH, b"something else entirely", "incident.reports", label="other")
    broken("P4: east.example receipted a disclosure", world.check_at_rest)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET act = replace(act, 'a', 'b') WHERE kind = 'received-disclosure'",
        "UPDATE journal SET leaf = substr(leaf, 2) WHERE kind = 'received-disclosure'",
        "DELETE FROM journal WHERE kind = 'received-disclosure'",
        "UPDATE journal SET at = at - 1000000000 WHERE number = (SELECT max(number) FROM journal)",
        "UPDATE heads SET size = size - 1 WHERE channel = ''",
        "UPDATE journal_details SET detail = x'00' WHERE number = 3",
    ],
)
def test_p5_a_journal_that_was_tampered_with(world: World, statement: str) -> None:
    given(world)
    world.settle()
    execute(world, SOUTH, statement)
    broken("P5: journal of south.example", world.check_at_rest)


def test_p5_an_account_that_leaves_something_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    given(world)
    monkeypatch.setattr(View, "came_from", lambda _view, _peer: set())
    broken("P5: north.example sent south.example 1 that it does not have", world.check_at_rest)


def test_p4_a_receiver_that_falls_over_what_it_gets(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fall(*_: object) -> None:
        raise RefusedHere("not today")

    monkeypatch.setattr(receive, "_check_number", fall)
    broken("P4: south.example falls over an envelope of north.example: not today", lambda: given(world))


def test_p5_a_receiver_that_takes_two_messages_under_one_number(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(world)
    monkeypatch.setattr(receive, "_check_number", lambda *_: None)
    north, letter = world.members[NORTH], world.ledger.letters[-1]
    other = north.act(hostile.another_under, letter)
    broken(
        "P5: south.example took two messages of north.example under number 1",
        lambda: world.step("again", lambda: world.network.hand_over(NORTH, SOUTH, other)),
    )


@pytest.mark.parametrize("looks", [True, False])
def test_p5_a_restored_home_that_never_finds_out(
    world: World, monkeypatch: pytest.MonkeyPatch, looks: bool
) -> None:
    given(world)
    backup = world.members[NORTH].back_up()
    given(world, "another")
    world.deliver(SOUTH)
    world.put_back(NORTH, backup)
    assert world.restored == {NORTH: {SOUTH}}
    if looks:
        world.settle()
    else:
        monkeypatch.setattr(restored, "_take_kept", lambda *_: None)
        broken("P5: north.example never owned to south.example, which had kept more", world.settle)
    backup.rows.close()


def test_p6_a_holder_that_does_not_erase(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = given(world)
    monkeypatch.setattr(
        "comity.node.take_act._ACTS",
        {
            **take_act._ACTS,
            "withdrawal": (withdraw.Withdrawal, lambda s: s.item, lambda *_: None),
        },
    )
    world.members[NORTH].act(withdraw.withdraw, digest)
    broken("P6: south.example knows that .* was withdrawn and still holds it", lambda: world.deliver(NORTH))


def test_p6_a_holder_that_does_not_answer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = given(world)
    monkeypatch.setattr(withdraw, "answer", lambda *_, **__: None)
    world.members[NORTH].act(withdraw.withdraw, digest)
    broken("P6: south.example held .* and never answered", world.settle)


def test_p7_an_agreement_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    text = Text("north-south-2026", (NORTH, SOUTH), notice_days=10)
    with World.of((text,), seed="p7") as world:
        digest = report(world)
        world.denounce(NORTH, text.id)
        world.wait(timedelta(days=13))
        real = use_case.decide
        monkeypatch.setattr(use_case, "decide", lambda *values: hostile.tampered(real(*values), text.id))
        world.share(NORTH, digest, SOUTH, DEFENCE)
        broken("P7: .*north-south-2026 had ended", lambda: world.deliver(NORTH))


@pytest.fixture
def registered() -> Iterator[World]:
    """North keeps four records of one name, one of each handling; South may ask three times a day."""
    with World.of((with_register(TRIANGLE[0], 3),), seed="p8") as made:
        for handling in Handling:
            enter(made, handling)
        yield made


def enter(world: World, handling: str) -> None:
    number = len(world.ledger.secrets)
    secret = f"known only to its owner {number}"
    world.ledger.secrets.add(secret)
    written = {"id": f"r-{number}", "schema": "Person", "properties": {"name": [NAME], "idNumber": [secret]}}
    subject = read_subject(json.dumps(written).encode(), seen="2026-03-01")
    at = world.clock.now()
    terms = Terms(
        owner=PartyId(NORTH),
        basis="Lists Act 2025 s. 4",
        role="sanctioned",
        decision="LA 2025/17",
        review=date(2030, 3, 1),
        handling=Handling(handling),
    )
    world.members[NORTH].act(enter_record, Record(subject, terms, at, at))


def asks(world: World) -> None:
    world.members[SOUTH].act(
        ask_check.ask_check, Query("q", "Person", (NAME,)), purpose=DEFENCE, reference="case 7", to=NORTH
    )
    world.settle()


def test_p8_a_check_in_order_breaks_nothing_and_the_rest_of_a_record_is_told_once_it_is_released(
    registered: World,
) -> None:
    asks(registered)
    heard = registered.view(SOUTH).register.heard.values()
    assert sorted(hit.shown for hit in heard) == ["owner", "record", "reference"]
    for hit in heard:
        registered.members[SOUTH].act(follow_up, hit.id, because="it is needed")
    registered.settle()
    for hit in heard:
        registered.members[NORTH].act(release, hit.id)
    registered.settle()
    kept = registered.view(SOUTH).items.values()
    assert sum(row.category == "register.joint" for row in kept) == 3


@pytest.mark.parametrize(
    ("module", "name", "put", "problem"),
    [
        (
            tell_found,
            "_line",
            lambda line: msgspec.structs.replace(line, reference="r-2"),
            "a reference was told where only",
        ),
        (
            tell_found,
            "_line",
            lambda line: msgspec.structs.replace(line, why=("known only to its owner 1",)),
            "more was told than the reference",
        ),
        (
            tell_found,
            "_line",
            lambda line: msgspec.structs.replace(line, action="known only to its owner 3"),
            "told south.example words of a record that is `silent`",
        ),
        (tell_found, "unseen_of", lambda _: [("r-9", 1000)], "a record that its question does not meet"),
        (
            tell_found,
            "padded",
            lambda answer: msgspec.structs.replace(answer, pad=""),
            "the size of an answer",
        ),
        (ask_check, "spend", lambda _: None, "1 questions and 0 counted"),
        (answer_check, "spend", lambda _: None, "1 questions and 0 counted"),
        (ask_check, "commitment", lambda _: NAME, "words that belong into no journal"),
    ],
)
def test_p8_an_answer_that_tells_too_much_or_is_not_counted(
    registered: World,
    monkeypatch: pytest.MonkeyPatch,
    module: Any,
    name: str,
    put: Callable[[Any], Any],
    problem: str,
) -> None:
    real = getattr(module, name)
    if name == "spend":
        monkeypatch.setattr(module, name, lambda *_, **__: None)
    else:
        monkeypatch.setattr(module, name, lambda *values, **named: put(real(*values, **named)))
    broken(f"P8: .*{problem}", lambda: asks(registered))


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE checks SET unseen = ''", "does not hear that south.example met a record that is `silent`"),
        ("DELETE FROM hits WHERE reference = 'r-1'", "does not hear that south.example met a record"),
        (
            "UPDATE hits SET shown = 'record' WHERE shown = 'owner'",
            "told south.example the record of a record",
        ),
        ("UPDATE budgets SET asked = 9", "1 questions and 9 counted"),
    ],
)
def test_p8_what_an_owner_keeps_of_a_check_is_what_was_told(
    registered: World, statement: str, problem: str
) -> None:
    """The rows are altered in the same step in which the answer is drawn up."""
    north, south = registered.members[NORTH], registered.members[SOUTH]
    south.act(
        ask_check.ask_check, Query("q", "Person", (NAME,)), purpose=DEFENCE, reference="case 7", to=NORTH
    )

    def work() -> None:
        for row in south.read(lambda transaction: list(transaction.owed(NORTH, None, 9))):
            registered.ledger.note(south, north, row.envelope, "https", registered.clock.now())
            registered.network.hand_over(SOUTH, NORTH, row.envelope)
        execute(registered, NORTH, statement)

    broken(f"P8: .*{problem}", lambda: registered.step("South asks", work))


def test_p10_content_in_clear_on_a_carrier(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.share(NORTH, report(world), SOUTH, DEFENCE)
    real = carry.load_once

    def careless(*values: Any, **named: Any) -> Any:
        found = real(*values, **named)
        return carry.Load(found.envelopes, (b"for your convenience: " + CONTENT,))

    monkeypatch.setattr("comity.testing.world.load_once", careless)
    broken("P10: pouch of north.example: content in clear", lambda: world.pack(NORTH, SOUTH))
