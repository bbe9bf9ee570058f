"""Each the other's witness: heads kept and cosigned, histories that do not fit, a home restored from an old backup."""

from datetime import timedelta

import msgspec
import pytest

from comity.errors import ComityError, RefusedHere, VerificationFailed
from comity.federation.messages import Receipts
from comity.journal.checkpoint import (
    Checkpoint,
    check_equivocation,
    origin_of_channel,
    read_note,
    sign_checkpoint,
    verify_checkpoint,
    verify_cosignature,
)
from comity.journal.merkle import leaf_hash
from comity.node import witness
from comity.node.check_journal import check_journal, witnessed
from comity.node.reconcile import ask_account, last_comparison
from comity.ports import KeptHead, Transaction
from comity.strict import write_base64
from comity.testing.members import Member
from comity.testing.world import World
from node.worlds import (
    DEFENCE,
    NORTH,
    NORTH_SOUTH,
    SOUTH,
    alter_leaf,
    give,
    inbox,
    journal,
    kinds,
    report,
    world,
)


def kept(made: World, party: str, peer: str, *, ours: bool) -> KeptHead:
    row = made.members[party].read(lambda transaction: transaction.kept_head(peer, ours=ours))
    assert row is not None
    return row


def size(made: World, party: str, peer: str) -> int:
    return made.members[party].read(lambda transaction: transaction.head(peer).size)


def backup(made: World, party: str) -> Member:
    return made.members[party].twin(made.clock, "backup")


def restore(made: World, party: str, saved: Member) -> None:
    """Put the rows of a backup in place of those of today; the network and the peers go on from today."""
    member = made.members[party]
    saved.node.store.copy_to(member.node.store)  # type: ignore[attr-defined]
    member.node.forget()


def show(made: World, *, size: int, root: bytes, since: int = 0, leaves: bytes = b"") -> Receipts:
    """Let North sign whatever head is wished and show it."""
    north = made.members[NORTH]
    key = north.node.keyring.signer(north.card.card, "journal", made.clock.now())
    note = sign_checkpoint(Checkpoint(origin_of_channel(NORTH, SOUTH), size, root), key)
    return Receipts(receipts=(), checkpoint=note, since=since, leaves=write_base64(leaves))


def look(made: World, message: Receipts, *, after: timedelta = timedelta(minutes=1)) -> None:
    at = made.clock.now()
    made.members[SOUTH].act(
        lambda node, transaction: witness.keep(node, transaction, NORTH, message, said=at + after, at=at)
    )


# -- keeping and cosigning ----------------------------------------------------------------------------------------


def test_what_a_peer_shows_is_cosigned_and_comes_back_as_evidence() -> None:
    with world() as made:
        for number in range(3):
            give(made, report(made, label=f"r{number}"))
        theirs, ours = kept(made, SOUTH, NORTH, ours=False), kept(made, NORTH, SOUTH, ours=True)
        assert theirs.size == ours.size > 3 and theirs.note == ours.note
        cards = {party: member.card for party, member in made.members.items()}
        origin, now = origin_of_channel(NORTH, SOUTH), made.clock.now()
        (journal_key,) = cards[NORTH].signing_keys("journal", now).values()
        (witness_key,) = cards[SOUTH].signing_keys("witness", now).values()
        assert verify_checkpoint(ours.note, origin, journal_key).size == ours.size
        assert verify_cosignature(ours.note, SOUTH, witness_key).name == SOUTH
        notes = made.members[SOUTH].read(lambda transaction: witnessed(transaction, NORTH))
        assert made.members[NORTH].act(check_journal, notes).whole


def test_whoever_is_far_ahead_is_asked_for_the_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(witness, "MAX_LEAVES", 12)
    with world() as made:
        give(made, report(made))
        items = [report(made, label=f"r{number}") for number in range(10)]
        for digest in items:
            assert made.share(NORTH, digest, SOUTH, DEFENCE).message
        made.settle()
        assert "sent-consistency-question" in kinds(made, SOUTH)
        assert "received-consistency-answer" in kinds(made, SOUTH)
        assert kept(made, SOUTH, NORTH, ours=False).size > 12
        assert all(row.state == "accepted" for row in inbox(made, SOUTH))


def test_reconciling_asks_for_the_proof_that_is_still_open(monkeypatch: pytest.MonkeyPatch) -> None:
    with world() as made:
        give(made, report(made))
        before = kept(made, SOUTH, NORTH, ours=False).size
        monkeypatch.setattr(witness, "_ask", lambda *_: None)
        monkeypatch.setattr(witness, "MAX_LEAVES", 1)
        for number in range(4):
            made.share(NORTH, report(made, label=f"r{number}"), SOUTH, DEFENCE)
        made.settle()
        assert kept(made, SOUTH, NORTH, ours=False).size == before
        monkeypatch.undo()
        made.members[SOUTH].act(ask_account, NORTH)
        made.settle()
        assert kept(made, SOUTH, NORTH, ours=False).size > before + 8


def test_a_proof_that_does_not_hold_is_not_cosigned() -> None:
    with world() as made:
        give(made, report(made))
        south = made.members[SOUTH]
        row = kept(made, SOUTH, NORTH, ours=False)
        at = made.clock.now()
        asked = msgspec.structs.replace(row, asked=row.size + 1)
        south.node.act(lambda transaction: transaction.put_kept_head(asked))
        forged = show(made, size=row.size + 1, root=leaf_hash(b"x")).checkpoint
        answer = witness.ConsistencyAnswer(
            old=row.size, note=forged, proof=("ab" * 32,), frontier=("cd" * 32,) * (row.size + 1).bit_count()
        )
        with pytest.raises(VerificationFailed):
            south.act(
                lambda node, transaction: witness.take_answer(
                    node, transaction, NORTH, answer, said=at, at=at
                )
            )
        assert kept(made, SOUTH, NORTH, ours=False).note == row.note


# -- histories that do not fit --------------------------------------------------------------------------------------


def test_two_roots_for_one_size_are_entered_and_both_kept_for_anyone_to_check() -> None:
    with world() as made:
        give(made, report(made))
        row = kept(made, SOUTH, NORTH, ours=False)
        look(made, show(made, size=row.size, root=leaf_hash(b"another history")))
        assert kinds(made, SOUTH)[-1] == "equivocation"
        notes = made.members[SOUTH].read(lambda transaction: witnessed(transaction, NORTH))
        (key,) = made.members[NORTH].card.signing_keys("journal", made.clock.now()).values()
        with pytest.raises(VerificationFailed, match=f"two roots are signed for the {row.size} entries"):
            check_equivocation(notes, origin_of_channel(NORTH, SOUTH), key)


def test_a_tree_that_does_not_grow_out_of_the_one_kept_is_entered_and_not_cosigned() -> None:
    with world() as made:
        give(made, report(made))
        row = kept(made, SOUTH, NORTH, ours=False)
        look(
            made, show(made, size=row.size + 1, root=leaf_hash(b"x"), since=row.size, leaves=leaf_hash(b"y"))
        )
        assert kinds(made, SOUTH)[-1] == "inconsistent"
        assert kept(made, SOUTH, NORTH, ours=False) == row


def test_a_smaller_tree_in_a_later_message_is_older_than_what_was_cosigned() -> None:
    with world() as made:
        give(made, report(made))
        give(made, report(made, label="second"))
        row = kept(made, SOUTH, NORTH, ours=False)
        message = show(made, size=row.size - 1, root=leaf_hash(b"x"))
        look(made, message, after=-timedelta(days=1))
        assert "rolled-back" not in kinds(made, SOUTH)  # a message that was late says nothing
        look(made, message)
        assert kinds(made, SOUTH)[-1] == "rolled-back"
        assert kept(made, SOUTH, NORTH, ours=False) == row


@pytest.mark.parametrize(
    ("leaves", "since"),
    [(b"x" * 31, 0), (b"x" * 32 * 257, 0), (b"x" * 32, 5000)],
    ids=["short", "many", "gap"],
)
def test_leaves_that_do_not_fit_prove_nothing(leaves: bytes, since: int) -> None:
    with world() as made:
        give(made, report(made))
        row = kept(made, SOUTH, NORTH, ours=False)
        try:
            look(made, show(made, size=row.size + 7, root=leaf_hash(b"x"), since=since, leaves=leaves))
        except ComityError as error:
            assert "leaves are not at most 256 hashes" in error.message
        now = kept(made, SOUTH, NORTH, ours=False)
        assert (now.size, now.note) == (row.size, row.note)


# -- a home restored from an old backup -----------------------------------------------------------------------------


def test_a_home_restored_from_an_old_backup_enters_nothing_until_it_has_reconciled() -> None:
    with world(NORTH_SOUTH) as made:
        give(made, report(made))
        saved = backup(made, NORTH)
        lost = [give(made, report(made, label=f"lost {number}")).message for number in range(3)]
        there = size(made, NORTH, SOUTH)
        restore(made, NORTH, saved)
        made.clock.step(timedelta(minutes=1))

        north, south = made.members[NORTH], made.members[SOUTH]
        south.act(send, SOUTH_NEWS)
        deliver(made, SOUTH)
        with pytest.raises(
            RefusedHere, match=r"restored from an old backup: south\.example has kept"
        ) as refused:
            add(made, NORTH)
        assert refused.value.hint == "comity journal reconcile south.example"
        assert north.read(lambda transaction: [row.peer for row in transaction.behind()]) == [SOUTH]

        north.act(ask_account, SOUTH)
        for _ in range(6):
            deliver(made, NORTH)
            deliver(made, SOUTH)
        assert north.read(lambda transaction: transaction.behind()) == []
        assert "restored" in kinds(made, NORTH) and "peer-restored" in kinds(made, SOUTH)
        newest = north.read(lambda transaction: last_comparison(transaction, SOUTH))
        assert newest is not None
        assert sorted(newest[1].foreign) == sorted(lost)
        from_south = south.read(lambda transaction: last_comparison(transaction, NORTH))
        assert from_south is not None
        assert sorted(from_south[1].forgotten) == sorted(lost)

        again = add(made, NORTH)
        while size(made, NORTH, SOUTH) <= there:
            share(made, NORTH, again, SOUTH)
            deliver(made, NORTH)
        assert next(row.state for row in inbox(made, SOUTH) if row.kind == "disclosure") == "accepted"
        notes = south.read(lambda transaction: witnessed(transaction, NORTH))
        (key,) = north.card.signing_keys("journal", made.clock.now()).values()
        check_equivocation(notes, origin_of_channel(NORTH, SOUTH), key)  # never two roots for one size
        assert read_note(kept(made, SOUTH, NORTH, ours=False).note).checkpoint.size > there


SOUTH_NEWS = b"what South says meanwhile"


def add(made: World, party: str) -> str:
    from comity.node.items import NewItem, add_item

    new = NewItem(
        content=b"after the restore",
        category="incident.reports",
        marking="TLP:GREEN",
        title="t",
        label="again",
    )
    return str(made.members[party].act(add_item, new)[0].digest)


def send(node: object, transaction: Transaction, content: bytes) -> None:
    from comity.node.disclose import disclose
    from comity.node.items import NewItem, add_item
    from comity.node.node import Node

    assert isinstance(node, Node)
    new = NewItem(content=content, category="incident.reports", marking="TLP:GREEN", title="t", label="news")
    row = add_item(node, transaction, new)[0]
    assert disclose(node, transaction, row.digest, to=NORTH, purpose=DEFENCE).message


def share(made: World, party: str, item: str, to: str) -> None:
    from comity.node.disclose import disclose

    assert made.members[party].act(disclose, item, to=to, purpose=DEFENCE).message


def deliver(made: World, party: str) -> None:
    """Deliver without the world's own invariants: they hold a restored journal for rewritten, as it is."""
    from comity.carriers.postman import Postman
    from comity.node.deliver import try_now

    member = made.members[party]
    member.act(lambda _node, transaction: try_now(transaction, member.clock.now()))
    Postman(member.node, made.network.line(party)).run_once()


# -- stored leaves --------------------------------------------------------------------------------------------------


def test_a_leaf_that_changed_where_it_is_stored_is_found_before_the_next_head_is_signed() -> None:
    with world() as made:
        give(made, report(made))
        made.share(NORTH, report(made, label="second"), SOUTH, DEFENCE)
        alter_leaf(made, NORTH, len(journal(made, NORTH)), b"sent", b"semt")
        before = kinds(made, NORTH)
        with pytest.raises(VerificationFailed, match="no head is signed"):
            share(made, NORTH, report_without_check(made), SOUTH)
        assert kinds(made, NORTH)[: len(before)] == before


def report_without_check(made: World) -> str:
    return add(made, NORTH)
