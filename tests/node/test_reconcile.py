"""Two accounts of one channel: what both have, what one lacks, and what is only under way."""

from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import delete

from comity.errors import RefusedHere
from comity.federation.messages import ReconcileQuestion
from comity.journal.reconcile import Question
from comity.node.check_journal import check_journal
from comity.node.reconcile import Comparison, account_of, ask_account, last_comparison
from comity.storage import tables
from comity.testing.hostile import craft
from comity.testing.network import CALM, Faults
from comity.testing.world import World
from node.worlds import DEFENCE, EAST, NORTH, SOUTH, behind_its_back, give, kinds, report, world


def reconciled(made: World) -> tuple[Comparison, Comparison]:
    """Let North ask for South's account; give what each side found."""
    made.wait(timedelta(minutes=1))  # of two reconciliations begun in one instant only the first is answered
    made.members[NORTH].act(ask_account, SOUTH)
    made.settle()
    found = []
    for party, peer in ((NORTH, SOUTH), (SOUTH, NORTH)):
        newest = made.members[party].read(lambda transaction, peer=peer: last_comparison(transaction, peer))
        assert newest is not None
        found.append(newest[1])
    return found[0], found[1]


def test_two_honest_parties_agree_and_reconciling_leaves_no_trace_in_the_accounts() -> None:
    with world() as made:
        for number in range(3):
            give(made, report(made, label=f"r{number}"))
        give(made, report(made, SOUTH), SOUTH, NORTH)
        for _ in range(2):
            north, south = reconciled(made)
            assert north.clean and south.clean
            assert north.agreed == south.agreed == 4
        assert "reconciled" in kinds(made, NORTH) and "reconciled" in kinds(made, SOUTH)


def test_a_question_begun_in_the_future_keeps_none_that_follows_from_being_answered() -> None:
    with world() as made:
        give(made, report(made))
        made.hostile.add(NORTH)
        north, nothing = made.members[NORTH], Question(())
        channel = north.read(lambda transaction: transaction.channel(SOUTH, "out"))
        assert channel is not None
        north.act(lambda _, transaction: transaction.put_channel(msgspec.structs.replace(channel, last=2)))
        early = ReconcileQuestion(
            reconciliation="a" * 32,
            begun="9999-12-31T00:00:00Z",
            round=1,
            by_asker=nothing,
            by_answerer=nothing,
        )
        data = north.act(craft, SOUTH, early, sequence=2, channel=bytes.fromhex(channel.name))
        assert made.network.hand_over(NORTH, SOUTH, data).state == "accepted"
        made.wait(timedelta(minutes=1))
        north.act(ask_account, SOUTH)
        made.settle()
        found = north.read(lambda transaction: last_comparison(transaction, SOUTH))
        assert found is not None and found[0] > made.clock.now() - timedelta(minutes=1)


def test_what_is_under_way_is_no_difference() -> None:
    with world() as made:
        give(made, report(made))
        made.network.faults = Faults(answer_lost=1.0)
        made.share(NORTH, report(made, label="late"), SOUTH, DEFENCE)
        made.deliver(NORTH)  # South has it, and North has no receipt
        made.network.faults = CALM
        north, south = reconciled(made)
        assert north.clean and south.clean


def test_a_letter_that_is_late_is_no_difference_once_it_has_come() -> None:
    with world() as made:
        give(made, report(made))
        made.members[SOUTH].act(ask_account, NORTH)  # South's account, drawn up now, travels late
        (letter,) = made.members[SOUTH].read(lambda transaction: transaction.owed(NORTH, None, 10))
        made.wait(timedelta(minutes=1))
        give(made, report(made, label="meanwhile"))
        made.network.exchange(SOUTH, NORTH, [letter.envelope])
        made.settle()
        newest = made.members[SOUTH].read(lambda transaction: last_comparison(transaction, NORTH))
        assert newest is not None and newest[1].clean


def test_an_entry_that_a_peer_left_out_is_named_by_the_other() -> None:
    with world() as made:
        kept = give(made, report(made)).message
        gone = give(made, report(made, label="gone")).message
        south = made.members[SOUTH]
        line = tables.journal.c
        left_out = delete(tables.journal).where(line.act == gone, line.kind == "received-disclosure")
        behind_its_back(made, SOUTH, left_out)
        assert {fault.kind for fault in south.act(check_journal).faults} >= {"missing"}
        account = south.read(lambda transaction: account_of(transaction, NORTH))
        assert gone not in account.received and kept in account.received


def test_there_is_nothing_to_reconcile_with_strangers() -> None:
    with world() as made, pytest.raises(RefusedHere, match="no channel to reconcile"):
        made.members[NORTH].act(ask_account, EAST)
