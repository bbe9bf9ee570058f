"""Each the other's witness: heads kept and cosigned, histories that do not fit, a home restored from an old backup."""

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest

from comity.errors import ComityError, RefusedHere, VerificationFailed
from comity.federation.equivocation_file import verify_equivocation
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
from comity.journal.merkle import Frontier, leaf_hash
from comity.node import witness
from comity.node.check_journal import check_journal, witnessed
from comity.node.export_evidence import equivocation_of
from comity.node.reconcile import ask_account, last_comparison
from comity.ports import KeptHead, Transaction
from comity.strict import write_base64
from comity.testing.members import Member
from comity.testing.world import World
from node.worlds import (
    DEFENCE,
    NORTH,
    NORTH_SOUTH,
    NORTH_WEST,
    SOUTH,
    WEST,
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


def checkpoints(made: World) -> list[tuple[int, str]]:
    return list(made.members[SOUTH].read(lambda transaction: transaction.checkpoints(NORTH)))


def resigned(made: World, message: Receipts, number: int) -> Receipts:
    """Show the same head once more in other bytes: with a line of a key that nobody knows."""
    line = f"\u2014 other.example {write_base64(bytes([number]) * 68)}\n"
    return msgspec.structs.replace(message, checkpoint=message.checkpoint + line)


def test_a_head_that_is_held_is_not_kept_again_in_other_bytes() -> None:
    with world() as made:
        give(made, report(made))
        row = kept(made, SOUTH, NORTH, ours=False)
        root = read_note(row.note).checkpoint.root
        before = checkpoints(made)
        for number in range(5):
            look(made, resigned(made, show(made, size=row.size, root=root), number))
        assert checkpoints(made) == before
        ahead = show(made, size=row.size + 500, root=leaf_hash(b"far ahead"))
        for number in range(5):
            look(made, resigned(made, ahead, number))
        assert len(checkpoints(made)) == len(before) + 1
        assert kinds(made, SOUTH).count("sent-consistency-question") == 1


def test_of_heads_that_nothing_proves_few_are_kept_and_the_proof_is_asked_for_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(witness, "MAX_UNPROVEN", 3)
    monkeypatch.setattr(witness, "MAX_LEAVES", 1)
    with world() as made:
        give(made, report(made))
        before, row = checkpoints(made), kept(made, SOUTH, NORTH, ours=False)
        for number in range(8):
            look(made, show(made, size=row.size + 100 + number, root=leaf_hash(b"%d" % number)))
        assert len(checkpoints(made)) == len(before) + 3
        assert kept(made, SOUTH, NORTH, ours=False).asked == row.size + 100
        south = made.members[SOUTH]
        south.act(lambda _node, transaction: transaction.put_kept_head(row))  # as if nothing were asked
        south.act(lambda node, transaction: witness.ask_for_proof(node, transaction, NORTH, node.clock.now()))
        assert kept(made, SOUTH, NORTH, ours=False).asked == row.size + 102
        assert "equivocation" not in kinds(made, SOUTH)


def test_a_peer_that_runs_ahead_for_long_is_witnessed_again_when_its_proof_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(witness, "MAX_UNPROVEN", 2)
    monkeypatch.setattr(witness, "MAX_LEAVES", 12)
    with world() as made:
        give(made, report(made))
        for number in range(20):
            assert made.share(NORTH, report(made, label=f"r{number}"), SOUTH, DEFENCE).message
        made.settle()
        give(made, report(made, label="last"))
        row = kept(made, SOUTH, NORTH, ours=False)
        assert row.size > 60 and row.asked == 0
        assert all(row.state == "accepted" for row in inbox(made, SOUTH))


def _another_root(made: World, row: KeptHead, number: int) -> Receipts:
    return show(made, size=row.size, root=leaf_hash(b"another history %d" % number))


def _no_growth(made: World, row: KeptHead, number: int) -> Receipts:
    leaves = leaf_hash(b"y") * (number + 1)
    return show(made, size=row.size + number + 1, root=leaf_hash(b"x"), since=row.size, leaves=leaves)


def _smaller(made: World, row: KeptHead, number: int) -> Receipts:
    held = {size for size, _ in checkpoints(made)}
    free = [size for size in range(1, row.size) if size not in held]
    return show(made, size=free[number], root=leaf_hash(b"x"))


@pytest.mark.parametrize(
    ("showing", "kind"),
    [(_another_root, "equivocation"), (_no_growth, "inconsistent"), (_smaller, "rolled-back")],
)
def test_of_evidence_the_first_stays_and_no_more_is_kept_than_serves(
    monkeypatch: pytest.MonkeyPatch, showing: Callable[[World, KeptHead, int], Receipts], kind: str
) -> None:
    monkeypatch.setattr(witness, "MAX_EVIDENCE", 4)
    with world() as made:
        for number in range(8):
            give(made, report(made, label=f"r{number}"))
        row, before = kept(made, SOUTH, NORTH, ours=False), checkpoints(made)
        shown = [showing(made, row, number) for number in range(7)]
        for message in (*shown, *shown):
            look(made, message)
        assert kinds(made, SOUTH).count(kind) == 4
        held = {text for _, text in checkpoints(made)} - {text for _, text in before}
        assert held == {message.checkpoint for message in shown[:4]}
        assert kept(made, SOUTH, NORTH, ours=False) == row
        if kind == "equivocation":
            south = made.members[SOUTH]
            file = south.act(equivocation_of, NORTH)
            assert verify_equivocation(file).entries == row.size


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


def test_what_a_peer_lost_is_not_asked_of_it_and_what_follows_is_witnessed() -> None:
    with world(NORTH_SOUTH) as made:
        give(made, report(made))
        saved = backup(made, NORTH)
        for number in range(9):
            give(made, report(made, label=f"lost {number}"))
        there = size(made, NORTH, SOUTH)
        restore(made, NORTH, saved)
        made.clock.step(timedelta(minutes=1))
        north, south = made.members[NORTH], made.members[SOUTH]
        south.act(send, SOUTH_NEWS)
        deliver(made, SOUTH)
        north.act(ask_account, SOUTH)
        for _ in range(6):
            deliver(made, NORTH)
            deliver(made, SOUTH)
        assert size(made, NORTH, SOUTH) < there
        south.act(ask_account, NORTH)  # it holds heads of sizes that North's journal has not come to again
        assert kept(made, SOUTH, NORTH, ours=False).asked == 0
        again = add(made, NORTH)
        while size(made, NORTH, SOUTH) <= there + 20:
            share(made, NORTH, again, SOUTH)
            for _ in range(2):
                deliver(made, NORTH)
                deliver(made, SOUTH)
        assert kept(made, SOUTH, NORTH, ours=False).size > there


def _nothing(_made: World) -> str:
    return ""


def _its_own(made: World) -> str:
    return out_channel(made, SOUTH, NORTH)


def _anothers(made: World) -> str:
    return out_channel(made, NORTH, WEST)


@pytest.mark.parametrize("told", [_nothing, _its_own, _anothers])
def test_a_restored_home_goes_on_in_the_channel_its_peer_knows_once_it_learns_of_it(
    monkeypatch: pytest.MonkeyPatch, told: Callable[[World], str]
) -> None:
    """The first letter that shows it that it is behind was sealed before South had counted North's, or tells lies."""
    with world(NORTH_SOUTH, NORTH_WEST) as made:
        give(made, report(made), NORTH, WEST)
        saved = backup(made, NORTH)  # of a day on which it had never written to South
        give(made, report(made, label="lost"))
        known = out_channel(made, NORTH, SOUTH)
        give(made, report(made, SOUTH, label="of South"), SOUTH, NORTH)
        restore(made, NORTH, saved)
        made.clock.step(timedelta(minutes=1))

        north, south = made.members[NORTH], made.members[SOUTH]
        name, truly = told(made), witness.show
        monkeypatch.setattr(
            witness,
            "show",
            lambda *about: msgspec.structs.replace(truly(*about), seen=0, seen_on=name),
        )
        south.act(send, SOUTH_NEWS)
        deliver(made, SOUTH)
        monkeypatch.undo()
        assert north.read(lambda transaction: [row.peer for row in transaction.behind()]) == [SOUTH]
        assert north.read(lambda transaction: transaction.channel(SOUTH, "out")) is None
        assert north.node.store.trouble == ""

        north.act(ask_account, SOUTH)  # on a channel that South does not know: its receipt tells the other
        for _ in range(8):
            deliver(made, NORTH)
            deliver(made, SOUTH)
        north.act(ask_account, SOUTH)
        for _ in range(8):
            deliver(made, NORTH)
            deliver(made, SOUTH)
        assert out_channel(made, NORTH, SOUTH) == known
        assert north.read(lambda transaction: transaction.behind()) == []
        assert "restored" in kinds(made, NORTH) and "peer-restored" in kinds(made, SOUTH)


def test_a_restored_home_that_has_grown_beyond_what_its_peer_kept_finds_out_all_the_same() -> None:
    """It went on by itself before it heard anything: its tree is larger than the head its peer shows, and another."""
    with world(NORTH_SOUTH) as made:
        give(made, report(made))
        saved = backup(made, NORTH)
        give(made, report(made, label="lost"))
        there = size(made, NORTH, SOUTH)
        restore(made, NORTH, saved)
        made.clock.step(timedelta(minutes=1))
        north, south = made.members[NORTH], made.members[SOUTH]
        for number in range(6):
            made.clock.step(timedelta(minutes=1))
            share(made, NORTH, add(made, NORTH, f"after {number}"), SOUTH)
        assert size(made, NORTH, SOUTH) > there
        assert north.read(lambda transaction: transaction.behind()) == []

        south.act(send, SOUTH_NEWS)
        deliver(made, SOUTH)
        assert north.read(lambda transaction: [row.peer for row in transaction.behind()]) == [SOUTH]
        north.act(ask_account, SOUTH)
        for _ in range(8):
            deliver(made, NORTH)
            deliver(made, SOUTH)
        assert north.read(lambda transaction: transaction.behind()) == []
        assert "restored" in kinds(made, NORTH) and "peer-restored" in kinds(made, SOUTH)
        kept = south.read(lambda transaction: transaction.kept_head(NORTH, ours=False))
        assert kept is not None and kept.size > there  # and South witnesses anew


def test_what_a_peer_shows_of_a_tree_that_only_grew_tells_of_no_restore() -> None:
    with world(NORTH_SOUTH) as made:
        for number in range(4):
            give(made, report(made, label=f"r{number}"))
            give(made, report(made, SOUTH, label=f"s{number}"), SOUTH, NORTH)
        kept = made.members[NORTH].read(lambda transaction: transaction.kept_head(SOUTH, ours=True))
        assert kept is not None and (kept.behind, 0 < kept.size < size(made, NORTH, SOUTH)) == (False, True)
        assert (
            kept.frontier and read_note(kept.note).checkpoint.root == Frontier(kept.size, kept.frontier).root
        )


def out_channel(made: World, party: str, peer: str) -> str:
    row = made.members[party].read(lambda transaction: transaction.channel(peer, "out"))
    return row.name if row is not None else ""


SOUTH_NEWS = b"what South says meanwhile"


def add(made: World, party: str, content: str = "after the restore") -> str:
    from comity.node.items import NewItem, add_item

    new = NewItem(
        content=content.encode(),
        category="incident.reports",
        marking="TLP:GREEN",
        title="t",
        label=content,
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
