"""The ten steps of the main story, in three nodes on a simulated network: North, South, East.

Each test is one step and builds on those before it (one world for the module, in the order of the file); the invariants
of `comity.testing` run after every act within.
"""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest

from comity.agreements.coherence import lint
from comity.clock import SteppedClock
from comity.decisions.decision import Decision
from comity.errors import RefusedHere
from comity.node.check_journal import check_journal
from comity.node.obtain_consent import ask_consent, grant, refuse
from comity.node.reconcile import Comparison, ask_account, last_comparison
from comity.node.withdraw import answers_tree, withdraw
from comity.ports import InboxRow, ItemRow, RequestRow
from comity.testing import hostile
from comity.testing.texts import Article, Text
from comity.testing.world import World

NORTH, SOUTH, EAST = "north.example", "south.example", "east.example"
DEFENCE = "network-defence"
_SHARED = (Article("incident.indicators"), Article("incident.reports"), Article("incident.summaries"))
NORTH_SOUTH = Text("north-south-2026", (NORTH, SOUTH), exchange=_SHARED)
SOUTH_EAST = Text("south-east-2026", (SOUTH, EAST), exchange=_SHARED)

BUNDLE = b'{"type": "bundle", "id": "bundle--1", "objects": []}'
SUMMARY = b"a summary of what North saw"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Three nodes, each with its own home, keys and database."""
    made = World.of((NORTH_SOUTH, SOUTH_EAST), seed="story", folder=tmp_path_factory.mktemp("homes"))
    with made:
        yield made


@pytest.fixture(scope="module")
def found() -> dict[str, str]:
    """What later steps need of earlier ones: digests of items and requests."""
    return {}


def refs(decision: Decision) -> set[str]:
    return {ground.ref for ground in decision.grounds}


def states(world: World, party: str) -> dict[str, str]:
    """Give each item at a Party with its state, by label."""
    rows: list[ItemRow] = list(world.members[party].read(lambda transaction: transaction.items()))
    return {row.label: row.state for row in rows}


def newest(world: World, party: str) -> InboxRow:
    rows = world.members[party].read(lambda transaction: transaction.received(limit=1))
    assert rows, f"nothing came to {party}"
    return rows[0]


def request_of(world: World, party: str, item: str) -> RequestRow:
    rows = world.members[party].read(lambda transaction: transaction.requests())
    return next(row for row in rows if row.item == item)


def protests(world: World, party: str) -> list[str]:
    """Give who protests at a Party against what."""
    return [
        row.by for row in world.members[party].read(lambda transaction: transaction.statements("protest"))
    ]


def test_01_cards_are_exchanged_and_agreements_signed_linted_and_in_force(world: World) -> None:
    for text in (NORTH_SOUTH, SOUTH_EAST):
        for party in text.parties:
            node = world.members[party].node
            knowledge = world.members[party].read(node.know)
            terms = knowledge.timelines[text.id].at(world.clock.now(), *text.parties)
            assert (terms.state, terms.permits) == ("in-force", True)
            assert [each for each in lint(knowledge.agreements[text.id]) if each.severity == "error"] == []
            others = set(text.parties) - {party}
            assert all(knowledge.cards.newest(other) is not None for other in others)


def test_02_north_shares_and_south_decides_again(world: World, found: dict[str, str]) -> None:
    found["bundle"] = world.add(NORTH, BUNDLE, "incident.indicators", marking="TLP:AMBER", label="bundle")
    outcome = world.share(NORTH, found["bundle"], SOUTH, DEFENCE)
    assert outcome.decision.outcome == "permitted"
    assert refs(outcome.decision) == {"north-south-2026 art. 2(1)"}
    assert world.deliver(NORTH) == {}
    assert states(world, SOUTH) == {"bundle": "held"}
    assert newest(world, SOUTH).state == "accepted"
    sent = world.members[NORTH].read(lambda transaction: transaction.outbox(outcome.message))
    assert sent is not None and sent.state == "receipted" and sent.receipt
    kept = world.members[SOUTH].read(lambda transaction: transaction.body(found["bundle"]))
    assert kept is not None and kept.endswith(BUNDLE)


def test_03_what_no_article_covers_is_refused_with_what_is_missing(world: World) -> None:
    item = world.add(NORTH, b"a plan of a building", "buildings.plans", label="plan")
    outcome = world.share(NORTH, item, SOUTH, DEFENCE)
    assert outcome.decision.outcome == "refused"
    assert "rule 4 category" in refs(outcome.decision)
    assert outcome.message == ""
    assert world.members[NORTH].read(lambda transaction: transaction.backlog()) == {}


def test_04_south_may_not_pass_it_on_nor_launder_it_through_a_summary(
    world: World, found: dict[str, str]
) -> None:
    found["summary"] = world.add(
        SOUTH, SUMMARY, "incident.summaries", label="summary", made_from=[found["bundle"]]
    )
    for item in (found["bundle"], found["summary"]):
        decision = world.share(SOUTH, item, EAST, DEFENCE).decision
        assert decision.outcome == "needs-consent"
        assert refs(decision) == {"north-south-2026 art. 3"}
        assert [ask.party for ask in decision.ask] == [NORTH]
    summary = world.members[SOUTH].read(lambda transaction: transaction.item(found["summary"]))
    assert summary is not None and summary.marking == "TLP:AMBER"  # the strictest of its sources


def test_05_north_refuses_then_grants_for_the_summary_alone(world: World, found: dict[str, str]) -> None:
    south, north = world.members[SOUTH], world.members[NORTH]
    world.step(
        "South asks", lambda: south.act(ask_consent, found["summary"], to=EAST, purpose=DEFENCE, why="a wave")
    )
    world.deliver(SOUTH)
    asked = request_of(world, NORTH, found["summary"])
    assert (asked.asker, asked.to, asked.purpose, asked.why) == (SOUTH, EAST, DEFENCE, "a wave")

    world.step("North refuses", lambda: north.act(refuse, asked.id, reason="not yet"))
    world.deliver(NORTH)
    assert request_of(world, SOUTH, found["summary"]).state == "refused"
    assert world.share(SOUTH, found["summary"], EAST, DEFENCE).decision.outcome == "needs-consent"

    until = world.clock.now() + timedelta(days=60)
    world.step("North grants", lambda: north.act(grant, asked.id, until=until))
    world.deliver(NORTH)
    assert request_of(world, SOUTH, found["summary"]).state == "granted"

    assert world.share(SOUTH, found["bundle"], EAST, DEFENCE).decision.outcome == "needs-consent"
    shared = world.share(SOUTH, found["summary"], EAST, DEFENCE)
    assert shared.decision.outcome == "permitted"
    assert refs(shared.decision) == {"south-east-2026 art. 2(3)"}
    world.deliver(SOUTH)
    assert states(world, EAST) == {"summary": "held", found["bundle"][:12]: "known"}
    assert newest(world, EAST).reason == ""


def test_06_a_tampered_node_is_found_out(
    world: World, found: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from comity.node import disclose as use_case

    real = use_case.decide

    def broken_gate(question, known, at):  # type: ignore[no-untyped-def]
        decision = real(question, known, at)
        return hostile.tampered(decision, SOUTH_EAST.id) if question.holder == SOUTH else decision

    world.hostile.add(SOUTH)
    with monkeypatch.context() as tampering:
        tampering.setattr(use_case, "decide", broken_gate)
        assert world.share(SOUTH, found["bundle"], EAST, DEFENCE).decision.outcome == "permitted"
    world.deliver(SOUTH)
    came = newest(world, EAST)
    assert (came.kind, came.state) == ("disclosure", "quarantined")
    assert came.reason.startswith(f"north-south-2026 art. 3: consent of {NORTH} is owed")
    assert states(world, EAST)[found["bundle"][:12]] == "known"  # nothing of it was taken in
    assert world.members[EAST].read(lambda transaction: transaction.body(found["bundle"])) is None

    sent = world.members[SOUTH].read(lambda transaction: transaction.sent(1))[0]
    assert (sent.state, sent.reason) == ("quarantined", came.reason)
    world.deliver(EAST)  # to South, and to North through South
    world.deliver(SOUTH)
    assert protests(world, SOUTH) == [EAST]
    assert protests(world, NORTH) == [EAST]
    world.hostile.discard(SOUTH)


def test_07_north_takes_its_item_back_and_sees_the_tree_of_answers(
    world: World, found: dict[str, str]
) -> None:
    north = world.members[NORTH]
    withdrawal = world.step(
        "North withdraws", lambda: north.act(withdraw, found["bundle"], reason="mistaken")
    )
    for party in (NORTH, SOUTH, EAST, SOUTH):
        world.deliver(party)
    tree = north.read(lambda transaction: answers_tree(transaction, withdrawal.digest, NORTH))
    assert tree.party == NORTH
    (south,) = tree.below
    assert (south.party, sorted((each.item, each.answer) for each in south.answers)) == (
        SOUTH,
        sorted([(found["bundle"], "done"), (found["summary"], "source-withdrawn")]),
    )
    assert next(each for each in south.answers if each.answer == "done").backups_until
    (east,) = south.below
    assert (east.party, sorted((each.item, each.answer, each.because) for each in east.answers)) == (
        EAST,
        sorted(
            [
                (found["bundle"], "done", "it was kept apart and is destroyed"),  # sent unduly
                (found["summary"], "source-withdrawn", "made from it; a person decides"),
            ]
        ),
    )
    assert states(world, SOUTH) == {"bundle": "erased", "summary": "source-withdrawn"}
    assert states(world, EAST)["summary"] == "source-withdrawn"
    assert world.members[SOUTH].read(lambda transaction: transaction.body(found["bundle"])) is None
    assert world.share(SOUTH, found["summary"], EAST, DEFENCE).decision.outcome == "refused"


def test_08_a_pouch_crosses_the_cut_and_a_late_duplicate_changes_nothing(
    world: World, found: dict[str, str]
) -> None:
    world.network.cut(NORTH, SOUTH)
    found["second"] = world.add(NORTH, b"what North saw next", "incident.reports", label="second")
    sent = world.share(NORTH, found["second"], SOUTH, DEFENCE)
    assert world.deliver(NORTH) == {SOUTH: f"{SOUTH}: the request was lost"}
    packed = world.pack(NORTH, SOUTH)
    world.wait(timedelta(days=3))  # longer than a decision may be old on the network, not in a pouch
    opened = world.open_pouch(SOUTH, packed)
    assert (opened.accepted, opened.quarantined, opened.refused) == (1, 0, ())
    assert states(world, SOUTH)["second"] == "held"
    entries = len(world.members[SOUTH].read(lambda transaction: transaction.journal(limit=10_000)))

    again = world.open_pouch(SOUTH, packed)
    assert (again.accepted, again.known) == (0, 1)
    world.network.mend()
    assert world.deliver(NORTH) == {}  # the same envelope over HTTP
    assert len(world.members[SOUTH].read(lambda transaction: transaction.journal(limit=10_000))) == entries
    row = world.members[NORTH].read(lambda transaction: transaction.outbox(sent.message))
    assert row is not None and row.state == "receipted"


def test_09_journals_reconcile_and_an_altered_row_in_a_copy_is_located(
    world: World, found: dict[str, str], tmp_path: Path
) -> None:
    world.settle()
    north, south = world.members[NORTH], world.members[SOUTH]
    world.step("North asks for South's account", lambda: north.act(ask_account, SOUTH))
    world.settle()
    for member, peer in ((north, SOUTH), (south, NORTH)):
        newest_comparison = member.read(lambda transaction, peer=peer: last_comparison(transaction, peer))
        assert newest_comparison is not None
        comparison: Comparison = newest_comparison[1]
        assert comparison.clean and comparison.agreed >= 8

    copy = tmp_path / "south"
    assert south.home is not None
    shutil.copytree(south.home, copy)
    alter = sqlite.connect(str(copy / "node.db"))
    (number,) = alter.execute("SELECT number FROM journal WHERE kind = 'received-disclosure'").fetchone()
    (leaf,) = alter.execute("SELECT leaf FROM journal WHERE number = ?", (number,)).fetchone()
    forged = leaf.replace(b"received-disclosure", b"received-act")
    alter.execute("UPDATE journal SET kind = 'received-act', leaf = ? WHERE number = ?", (forged, number))
    alter.commit()
    alter.close()
    assert _verify(world, copy)[0] == ("altered", number)
    assert south.act(check_journal).whole


def _verify(world: World, home: Path) -> list[tuple[str, int]]:
    from comity.assemble import open_home

    with open_home(home, clock=SteppedClock(world.clock.now()), threaded=False) as opened:
        report = opened.node.act(lambda transaction: check_journal(opened.node, transaction))
    return [(fault.kind, fault.number) for fault in report.faults]


def test_10_a_denounced_agreement_ends_and_the_other_stays(world: World, found: dict[str, str]) -> None:
    own = world.add(SOUTH, b"South's own words", "incident.reports", label="own")
    assert world.share(SOUTH, own, EAST, DEFENCE).decision.outcome == "permitted"
    world.denounce(SOUTH, SOUTH_EAST.id)
    world.deliver(SOUTH)
    assert states(world, EAST)["own"] == "held"

    later = world.add(SOUTH, b"South's later words", "incident.reports", label="later")
    world.wait(timedelta(days=SOUTH_EAST.notice_days - 2))
    assert (
        world.share(SOUTH, later, EAST, DEFENCE).decision.outcome == "permitted"
    )  # the notice is still running
    world.deliver(SOUTH)

    world.wait(timedelta(days=4))
    decision = world.share(SOUTH, own, EAST, DEFENCE).decision
    assert decision.outcome == "refused"
    assert {"south-east-2026 art. 1(1)", "south-east-2026 notice 2"} & refs(decision), refs(decision)

    bound = world.members[EAST].read(lambda transaction: transaction.holdings(own))
    assert [len(holding.custody) for holding in bound] == [1]
    for_south = world.share(NORTH, found["second"], SOUTH, DEFENCE)
    assert for_south.decision.outcome == "permitted"
    world.settle()


def test_nothing_that_was_refused_left_a_trace_with_others(world: World) -> None:
    assert "plan" not in {**states(world, SOUTH), **states(world, EAST)}
    with pytest.raises(RefusedHere):
        world.members[NORTH].act(withdraw, states_by_label(world, NORTH)["bundle"])


def states_by_label(world: World, party: str) -> dict[str, str]:
    rows: list[ItemRow] = list(world.members[party].read(lambda transaction: transaction.items()))
    return {row.label: row.digest for row in rows}
