"""Two accounts of one channel: what both have, what one lacks, and what is only under way."""

from typing import Any

import pytest

from comity.errors import RefusedHere
from comity.federation.messages import Account
from comity.node import reconcile
from comity.node.check_journal import check_journal
from comity.node.reconcile import Comparison, account_of, ask_account, compare, last_comparison
from comity.testing.world import World
from node.worlds import DEFENCE, EAST, NORTH, SOUTH, give, journal, kinds, report, world


def reconciled(made: World) -> tuple[Comparison, Comparison]:
    """Let North ask for South's account; give what each side found."""
    made.members[NORTH].act(ask_account, SOUTH)
    made.settle()
    found = []
    for party, peer in ((NORTH, SOUTH), (SOUTH, NORTH)):
        newest = made.members[party].read(lambda transaction, peer=peer: last_comparison(transaction, peer))
        assert newest is not None
        found.append(newest[1])
    return found[0], found[1]


def tampered(made: World, party: str, statement: str, *values: Any) -> None:
    member = made.members[party]
    member.node.act(lambda transaction: transaction._connection.exec_driver_sql(statement, values))  # type: ignore[attr-defined]


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


def test_what_is_under_way_is_no_difference() -> None:
    with world() as made:
        give(made, report(made))
        late = made.share(NORTH, report(made, label="late"), SOUTH, DEFENCE).message
        found = made.members[NORTH].read(
            lambda transaction: compare(
                transaction,
                SOUTH,
                account_of(transaction, SOUTH),
                Account(sent=(), received=account_of(transaction, SOUTH).sent[:1]),
            )
        )
        assert (found.under_way, found.lost, found.clean) == ((late,), (), True)


@pytest.mark.parametrize(
    ("mine", "theirs", "field"),
    [
        (Account(sent=("a",), received=()), Account(sent=(), received=()), "lost"),
        (Account(sent=(), received=()), Account(sent=("a",), received=()), "unseen"),
        (Account(sent=(), received=()), Account(sent=(), received=("a",)), "foreign"),
        (Account(sent=(), received=("a",)), Account(sent=(), received=()), "forgotten"),
    ],
)
def test_each_difference_has_its_name(mine: Account, theirs: Account, field: str) -> None:
    with world() as made:
        found = made.members[NORTH].read(lambda transaction: compare(transaction, SOUTH, mine, theirs))
        assert not found.clean
        differences = {name: getattr(found, name) for name in ("lost", "unseen", "foreign", "forgotten")}
        assert differences.pop(field) == ("a",)
        assert set(differences.values()) == {()}


def test_an_entry_that_a_peer_left_out_is_named_by_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    with world() as made:
        kept = give(made, report(made)).message
        gone = give(made, report(made, label="gone")).message
        south = made.members[SOUTH]
        tampered(made, SOUTH, "DELETE FROM journal WHERE act = ? AND kind = 'received-disclosure'", gone)
        account = south.read(lambda transaction: account_of(transaction, NORTH))
        found = made.members[NORTH].read(
            lambda transaction: compare(transaction, SOUTH, account_of(transaction, SOUTH), account)
        )
        assert found.lost == (gone,) and kept not in found.lost
        faults = south.act(check_journal).faults
        assert {fault.kind for fault in faults} >= {"missing"}
        made.close()


def test_there_is_nothing_to_reconcile_with_strangers() -> None:
    with world() as made, pytest.raises(RefusedHere, match="no channel to reconcile"):
        made.members[NORTH].act(ask_account, EAST)


def test_a_channel_too_long_for_one_letter_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with world() as made:
        give(made, report(made))
        monkeypatch.setattr(reconcile, "MAX_ACTS", 0)
        with pytest.raises(RefusedHere, match="more than 0 messages"):
            made.members[NORTH].act(ask_account, SOUTH)


def test_what_was_receipted_after_a_peer_wrote_its_account_is_not_called_lost() -> None:
    with world() as made:
        give(made, report(made))
        made.members[SOUTH].act(ask_account, NORTH)  # South's account, written now, travels late
        (letter,) = made.members[SOUTH].read(lambda transaction: transaction.owed(NORTH, None, 10))
        made.wait(_minute())
        give(made, report(made, label="meanwhile"))
        made.network.exchange(SOUTH, NORTH, [letter.envelope])
        newest = made.members[NORTH].read(lambda transaction: last_comparison(transaction, SOUTH))
        assert newest is not None
        assert newest[1].lost == () and newest[1].clean
        made.settle()
        assert journal(made, NORTH)


def _minute() -> Any:
    from datetime import timedelta

    return timedelta(minutes=1)
