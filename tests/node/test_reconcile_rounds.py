"""Reconciling in many rounds: out of order, twice, given up and begun anew, and by whoever does not tell the truth."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import update

from comity.clock import format_instant
from comity.errors import VerificationFailed
from comity.federation.messages import Found, ReconcileOutcome, ReconcileQuestion
from comity.journal import reconcile as parts
from comity.journal.reconcile import Question
from comity.node import reconcile
from comity.node.account import sets_of
from comity.node.carry import load, unload
from comity.node.reconcile import Comparison, ask_account, last_comparison
from comity.ports import ReconciliationRow
from comity.storage import tables
from comity.testing.network import Faults
from comity.testing.world import World
from node.worlds import NORTH, SOUTH, behind_its_back, give, inbox, kinds, report, sent, world


@pytest.fixture(autouse=True)
def tiny_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a dozen messages take as many rounds as a million would."""
    monkeypatch.setattr(parts, "LEAF_ACTS", 1)


def filled(count: int = 12, seed: str = "rounds") -> World:
    made = world(seed=seed)
    for number in range(count):
        give(made, report(made, label=f"r{number}"))
    give(made, report(made, SOUTH), SOUTH, NORTH)
    return made


def found(made: World, party: str, peer: str) -> Comparison:
    newest = made.members[party].read(lambda transaction: last_comparison(transaction, peer))
    assert newest is not None
    return newest[1]


def forget(made: World, party: str, act: str) -> None:
    """Let a Party's account leave one message out, as a journal that lost it would."""
    line = tables.journal.c
    of_account = line.kind.startswith("sent") | line.kind.startswith("received")
    behind_its_back(
        made, party, update(tables.journal).where(line.act == act, of_account).values(kind="lost")
    )


def row(made: World, party: str, peer: str, *, ours: bool) -> ReconciliationRow:
    kept = made.members[party].read(lambda transaction: transaction.reconciliation(peer, ours=ours))
    assert kept is not None
    return kept


def quietly(made: World) -> None:
    """Deliver until nothing is owed, without the invariants: here a journal was altered."""
    from comity.carriers.postman import Postman

    for _ in range(40):
        for member in made.members.values():
            Postman(member.node, made.network.line(member.party)).run_once()
        made.clock.step(timedelta(hours=2))


def test_equal_accounts_agree_after_one_round() -> None:
    with filled() as made:
        made.members[NORTH].act(ask_account, SOUTH)
        made.settle()
        assert row(made, NORTH, SOUTH, ours=True).round == 1
        assert found(made, NORTH, SOUTH) == Comparison(peer=SOUTH, agreed=13)
        assert found(made, SOUTH, NORTH) == Comparison(peer=NORTH, agreed=13)


@pytest.mark.parametrize(
    ("who", "direction", "at_north", "at_south"),
    [
        (SOUTH, (NORTH, SOUTH), "lost", "unseen"),
        (NORTH, (NORTH, SOUTH), "foreign", "forgotten"),
        (NORTH, (SOUTH, NORTH), "unseen", "lost"),
        (SOUTH, (SOUTH, NORTH), "forgotten", "foreign"),
    ],
)
@pytest.mark.parametrize("asker", [NORTH, SOUTH])
def test_a_message_that_one_side_lost_is_named_by_both(
    asker: str, who: str, direction: tuple[str, str], at_north: str, at_south: str
) -> None:
    with filled(6) as made:
        gone = give(made, report(made, direction[0], label="gone"), *direction).message
        forget(made, who, gone)
        made.members[asker].act(ask_account, SOUTH if asker == NORTH else NORTH)
        quietly(made)
        for party, peer, name in ((NORTH, SOUTH, at_north), (SOUTH, NORTH, at_south)):
            said = found(made, party, peer)
            named = {each: getattr(said, each) for each in ("lost", "unseen", "foreign", "forgotten")}
            assert named == {each: (gone,) if each == name else () for each in named}
            assert "reconciled-differing" in kinds(made, party)


@pytest.mark.parametrize("seed", ["a", "b", "c"])
def test_a_bad_network_changes_nothing_of_what_is_found(seed: str) -> None:
    with filled(seed=seed) as made:
        made.network.faults = Faults(lost=0.2, answer_lost=0.3, delayed=0.2, doubled=0.5, reordered=0.5)
        made.members[NORTH].act(ask_account, SOUTH)
        made.members[SOUTH].act(ask_account, NORTH)
        made.settle()
        assert found(made, NORTH, SOUTH).clean and found(made, SOUTH, NORTH).clean
        assert all(each.state == "accepted" for party in (NORTH, SOUTH) for each in inbox(made, party))


def test_one_begun_anew_leaves_the_answers_to_the_old_one_without_effect() -> None:
    with filled() as made:
        made.members[NORTH].act(ask_account, SOUTH)
        first = row(made, NORTH, SOUTH, ours=True).id
        made.members[NORTH].act(ask_account, SOUTH)
        made.settle()
        last = row(made, NORTH, SOUTH, ours=True)
        assert last.id != first and last.state == "done"
        assert found(made, NORTH, SOUTH).clean
        assert kinds(made, NORTH).count("reconciled") == 1


def test_a_round_that_was_answered_is_not_answered_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with filled() as made:
        made.members[NORTH].act(ask_account, SOUTH)
        asked = row(made, NORTH, SOUTH, ours=True)
        made.deliver(NORTH)  # South has answered the first round, and answers for its account no more in it
        answers = kinds(made, SOUTH).count("sent-reconcile-answer")
        drawn = 0

        def counting(*about: Any) -> Any:
            nonlocal drawn
            drawn += 1
            return sets_of(*about)

        monkeypatch.setattr(reconcile, "sets_of", counting)
        nothing = ReconcileQuestion(
            reconciliation=asked.id,
            begun=format_instant(asked.begun),
            round=1,
            by_asker=Question(()),
            by_answerer=Question(()),
        )
        for number, answered in ((1, 0), (0, 0), (2, 1), (2, 1), (1, 1)):
            question = msgspec.structs.replace(nothing, round=number)
            made.members[SOUTH].act(
                lambda node, transaction, question=question: reconcile.take_account(
                    node, transaction, NORTH, question, at=node.clock.now()
                )
            )
            assert drawn == answered
            assert kinds(made, SOUTH).count("sent-reconcile-answer") == answers + answered


def test_it_goes_by_pouch_and_over_the_wire_in_turns() -> None:
    with filled(60) as made:  # so many that a part of sixteen has several, whatever the digests of this run
        gone = {give(made, report(made, label=f"gone {number}")).message for number in range(6)}
        for each in gone:
            forget(made, SOUTH, each)
        north, south = made.members[NORTH], made.members[SOUTH]
        north.act(ask_account, SOUTH)
        for _ in range(2):
            for giver, taker in ((north, south), (south, north)):
                packed = giver.act(load, taker.party)
                for _ in range(2):  # and each pouch is opened twice
                    taker.act(unload, taker.party, packed.envelopes, packed.receipts)
        assert row(made, NORTH, SOUTH, ours=True).round > 1
        quietly(made)
        assert row(made, NORTH, SOUTH, ours=True).state == "done"
        assert set(found(made, NORTH, SOUTH).lost) == set(found(made, SOUTH, NORTH).unseen) == gone


def test_an_outcome_that_does_not_make_the_account_is_refused() -> None:
    with filled(3) as made:
        made.members[NORTH].act(ask_account, SOUTH)
        made.deliver(NORTH)
        name = row(made, SOUTH, NORTH, ours=False).id
        at = made.clock.now()
        lie: Any = Found(count=3, digest="ab" * 32)
        outcome = ReconcileOutcome(reconciliation=name, by_asker=lie, by_answerer=lie)
        south = made.members[SOUTH]
        with pytest.raises(VerificationFailed, match="do not make the account"):
            south.act(
                lambda node, transaction: reconcile.take_account(node, transaction, NORTH, outcome, at=at)
            )
        assert row(made, SOUTH, NORTH, ours=False).state == "answering"
        strange = msgspec.structs.replace(outcome, reconciliation="00" * 16)
        taken = south.act(
            lambda node, transaction: reconcile.take_account(node, transaction, NORTH, strange, at=at)
        )
        assert taken.state == "accepted" and row(made, SOUTH, NORTH, ours=False).state == "answering"


def test_what_has_no_receipt_is_named_with_its_age() -> None:
    with filled(2) as made:
        made.network.cut(NORTH, SOUTH)
        made.share(NORTH, report(made, label="late"), SOUTH, "network-defence")
        made.wait(timedelta(hours=5))
        now = made.clock.now()
        member = made.members[NORTH]
        for hours, count in ((4, 1), (6, 0)):
            before = now - timedelta(hours=hours)
            rows = member.read(lambda transaction, b=before: reconcile.unreceipted(transaction, SOUTH, b))
            assert len(rows) == count
        assert sent(made, NORTH)[0].state == "owed"
