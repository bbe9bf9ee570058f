"""The ledger of two nodes: one debt, whatever one side says later and in whatever order it arrives."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from comity import signing
from comity.clock import Instant, parse_instant
from comity.federation.statements import MatterEvent, digest_of, make, pack
from comity.node.claim_costs import claim
from comity.node.cooperate import Step, act_on
from comity.node.ledger import check_charge, ledger_of
from comity.node.matter_log import read_matter
from comity.node.node import Node, own_card
from comity.node.routes import send_act
from comity.node.summarise import figures_with
from comity.ports import StatementRow, Transaction
from comity.testing.working_text import NORTH, SOUTH, WORKING
from comity.testing.world import World
from node.test_consequences import begin, do

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def made() -> World:
    return World.of((WORKING,), seed="ledger")


def today(made: World) -> str:
    return made.clock.now().date().isoformat()


def visited(made: World, *amounts: str) -> Step:
    """Give a meeting both have agreed to, with costs of SOUTH's that NORTH bears."""
    visit = {"meeting": "delegation", "words": "a visit", "begins": "2026-03-10", "ends": "2026-03-11"}
    meeting = begin(made, "meeting", NORTH, host=SOUTH, **visit)
    do(made, SOUTH, meeting, "agree")
    for amount in amounts:
        cost = {"what": "stay", "amount": amount, "currency": "EUR", "on": today(made)}
        assert do(made, SOUTH, meeting, "cost", **cost).grounds == ()
    return meeting


def claimed(made: World) -> Step:
    step: Step = made.members[SOUTH].act(claim, NORTH)
    made.settle()
    assert step.grounds == ()
    return step


def stands(made: World) -> list[tuple[str, str]]:
    """Give how each cost stands, and what is owed in the end, which is the same on both sides."""
    one, other = (
        made.members[party].act(ledger_of, peer) for party, peer in ((NORTH, SOUTH), (SOUTH, NORTH))
    )
    assert [(line.entry, line.state, line.charge) for line in one.lines] == [
        (line.entry, line.state, line.charge) for line in other.lines
    ]
    assert one.owed == other.owed and len(one.open) == len(other.open)
    figures = [
        made.members[party].read(
            lambda transaction, party=party, peer=peer: figures_with(
                made.members[party].node, transaction, peer, WORKING.id, *YEAR
            )
        )
        for party, peer in ((NORTH, SOUTH), (SOUTH, NORTH))
    ]
    assert figures[0] == figures[1]
    return [
        *sorted((str(line.entry.amount), line.state) for line in one.lines),
        *(("owed", str(each.amount)) for each in one.owed),
    ]


def forged(made: World, party: str, at: Instant, word: str, said: Any, **of: str) -> str:
    """Sign and send an event as a node would that asks nothing of itself before; give its digest."""
    to = SOUTH if party == NORTH else NORTH
    event = MatterEvent(by=party, at=at, to=to, agreement=WORKING.id, word=word, said=said, **of)

    def work(node: Node, transaction: Transaction) -> str:
        knowledge, now = node.know(transaction), node.now(transaction)
        signed = make(event, node.keyring.signer(knowledge.own.card, "disclosure", now))
        digest = digest_of(signed)
        about = event.matter or digest
        transaction.put_statement(
            StatementRow(
                digest=digest,
                kind="matter",
                by=party,
                about=about,
                signed=signing.to_bytes(signed),
                known_at=now,
            )
        )
        send_act(node, transaction, pack(signed), to=to, about=about, at=now, cards=(own_card(knowledge),))
        read_matter(node, transaction, about)
        return digest

    digest: str = made.members[party].act(work)
    made.settle()
    return digest


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ([], "claimed"),
        ([(NORTH, "accept")], "accepted"),
        ([(NORTH, "accept"), (NORTH, "pay")], "paid"),
        ([(NORTH, "accept"), (NORTH, "pay"), (SOUTH, "receive")], "settled"),
    ],
)
def test_a_charge_dated_back_takes_no_cost_out_of_one_that_was_accepted(
    made: World, steps: list[tuple[str, str]], state: str
) -> None:
    """Found: an `open` with a day before that of the first charge made a settled debt owed again, on both nodes."""
    visited(made, "10.00")
    made.clock.step(timedelta(days=1))
    charge = claimed(made)
    said = {"pay": {"on": today(made), "reference": "2026-17"}}
    for party, word in steps:
        assert do(made, party, charge, word, **said.get(word, {})).grounds == ()
    owed = [] if state == "settled" else [("owed", "10.00")]
    assert stands(made) == [("10.00", state), *owed]
    assert charge.matter is not None
    rival = forged(
        *(made, SOUTH, parse_instant("2026-03-01T09:30:00Z"), "open"),
        msgspec.to_builtins(charge.matter.facts.claim),
        kind="charge",
    )
    assert stands(made) == [("10.00", state), *owed]
    (line,) = made.members[NORTH].act(ledger_of, SOUTH).lines
    assert line.charge == (charge.matter.id if steps else rival)  # of those not accepted, the oldest
    assert made.members[NORTH].act(check_charge, rival).same is not bool(steps)


def test_a_mistaken_cost_is_taken_back_and_leaves_ledger_claims_and_figures(made: World) -> None:
    """Found: what was amended out of its charge stayed owed for ever, and the next claim claimed it again."""
    meeting = visited(made, "10.00", "2500.00")
    charge = claimed(made)
    lines = made.members[NORTH].act(ledger_of, SOUTH).lines
    wrong = next(line.entry.event for line in lines if str(line.entry.amount) == "2500.00")
    do(made, NORTH, charge, "contest", entries=[wrong], because="it was 25.00")
    do(made, SOUTH, charge, "amend")
    assert stands(made) == [("10.00", "claimed"), ("2500.00", "open"), ("owed", "2510.00")]
    named = wrong[:12]  # as the ledger shows it
    assert do(made, SOUTH, meeting, "strike-cost", entry=named, because="it was 25.00").grounds == ()
    assert stands(made) == [("10.00", "claimed"), ("owed", "10.00")]
    do(made, NORTH, charge, "accept")
    assert stands(made) == [("10.00", "accepted"), ("owed", "10.00")]
    with pytest.raises(Exception, match="no cost of that period and currency is open"):
        made.members[SOUTH].act(claim, NORTH)


def test_a_charge_with_a_cost_taken_back_is_not_accepted_and_amended_without_it(made: World) -> None:
    meeting = visited(made, "10.00", "2500.00")
    charge = claimed(made)
    lines = made.members[SOUTH].act(ledger_of, NORTH).lines
    right, wrong = (line.entry.event for line in sorted(lines, key=lambda line: line.entry.amount))
    do(made, SOUTH, meeting, "strike-cost", entry=wrong, because="it was 25.00")
    grounds = [ground.text for ground in do(made, NORTH, charge, "accept").grounds]
    assert grounds[0] == f"the cost {wrong[:12]} is not in this ledger, or stands in another charge"
    do(made, NORTH, charge, "contest", entries=[right], because="not that one either")
    amended = do(made, SOUTH, charge, "amend", entries=[right])
    assert amended.matter is not None and amended.matter.facts.claim.balance == "10.00"
    assert stands(made) == [("10.00", "claimed"), ("owed", "10.00")]


@pytest.mark.parametrize("first", [NORTH, SOUTH], ids=["accept-arrives-first", "strike-arrives-first"])
def test_a_cost_accepted_while_it_was_taken_back_stays_on_both_sides(made: World, first: str) -> None:
    meeting = visited(made, "10.00")
    charge = claimed(made)
    (line,) = made.members[SOUTH].act(ledger_of, NORTH).lines
    strike = {"entry": line.entry.event, "because": "a mistake"}
    assert meeting.matter is not None and charge.matter is not None
    assert made.members[NORTH].act(act_on, charge.matter.id, "accept", {}).grounds == ()
    assert made.members[SOUTH].act(act_on, meeting.matter.id, "strike-cost", strike).grounds == ()
    made.deliver(first)
    made.settle()
    assert stands(made) == [("10.00", "accepted"), ("owed", "10.00")]
    again = do(made, SOUTH, meeting, "strike-cost", **strike).grounds
    assert [ground.text for ground in again][-1] == (
        f"the cost stands in charge {charge.matter.id[:12]}, which is accepted: it is settled there"
    )


def test_a_meeting_said_to_be_planned_is_neither_agreed_to_nor_moved_without_its_plan(made: World) -> None:
    """Found: the id of a plan that does not exist made the host pay."""
    said = {
        "meeting": "staff",
        "words": "current work",
        "host": SOUTH,
        "begins": "2026-05-01",
        "ends": "2026-05-02",
        "plan": "ab" * 32,
        "line": "l1",
    }
    meeting = forged(made, NORTH, made.clock.now(), "open", said, kind="meeting")
    other_days = {"begins": "2026-06-01", "ends": "2026-06-02"}
    for word, more in (("agree", {}), ("move", other_days)):
        grounds = made.members[SOUTH].act(act_on, meeting, word, more).grounds
        assert [ground.text for ground in grounds] == [
            "plan abababababab is not adopted: the meeting is not planned"
        ]
    cost = {"what": "stay", "amount": "10.00", "currency": "EUR", "on": today(made)}
    (ground,) = made.members[NORTH].act(act_on, meeting, "cost", cost).grounds
    assert ground.text == "the two have not agreed to it: it has no costs to share"
