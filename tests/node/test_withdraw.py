"""Taking words back: by their originator alone, over any number of hops, answered by every holder."""

from datetime import timedelta

import msgspec
import pytest

from comity.cards import issue
from comity.clock import format_instant
from comity.errors import BadInput, RefusedHere
from comity.federation import statements
from comity.federation.messages import Act
from comity.federation.statements import ConsentRevoked, Withdrawal, WithdrawalAnswer
from comity.keys import SigningKey
from comity.node.erase import erase
from comity.node.introduce import accept_card
from comity.node.obtain_consent import ask_consent, grant
from comity.node.questions import find_item
from comity.node.receive import receive
from comity.node.withdraw import review, withdraw
from comity.node.withdrawal_answers import answers_tree, overdue
from comity.signing import from_bytes, to_bytes
from comity.testing import hostile
from comity.testing.members import _bytes
from comity.testing.world import World
from node.worlds import (
    DEFENCE,
    EAST,
    NORTH,
    NORTH_EAST,
    NORTH_SOUTH,
    SOUTH,
    body,
    give,
    inbox,
    item,
    journal,
    nothing_changed,
    report,
    requests,
    said,
    world,
)


def chain(made: World) -> tuple[str, str]:
    """North's report goes to South, South's summary of it to East; give both."""
    source = report(made)
    give(made, source)
    summary = report(made, SOUTH, "summary", category="incident.summaries", made_from=[source])
    made.members[SOUTH].act(ask_consent, summary, to=EAST, purpose=DEFENCE)
    made.settle()
    made.members[NORTH].act(grant, requests(made, NORTH)[0].id, until=made.clock.now() + timedelta(days=300))
    made.settle()
    give(made, summary, SOUTH, EAST)
    made.wait(timedelta(minutes=1))
    return source, summary


def test_a_withdrawal_reaches_every_holder_and_every_holder_answers() -> None:
    with world() as made:
        source, summary = chain(made)
        kept = made.members[NORTH].act(withdraw, source, reason="mistaken")
        made.settle()
        assert (item(made, SOUTH, source).state, body(made, SOUTH, source)) == ("erased", None)
        assert item(made, SOUTH, summary).state == item(made, EAST, summary).state == "source-withdrawn"
        tree = made.members[NORTH].read(lambda transaction: answers_tree(transaction, kept.digest, NORTH))
        (south,) = tree.below
        (east,) = south.below
        assert {answer.answer for answer in south.answers} == {"done", "source-withdrawn"}
        assert [answer.answer for answer in east.answers] == ["source-withdrawn"]
        done = next(answer for answer in south.answers if answer.answer == "done")
        assert done.backups_until > format_instant(made.clock.now())
        assert "erased" in [row.kind for row in journal(made, SOUTH)]


def test_who_had_it_from_a_holder_owes_an_answer_as_well_and_is_overdue_without_one() -> None:
    with world() as made:
        source, _ = chain(made)
        made.network.cut(SOUTH, EAST)
        kept = made.members[NORTH].act(withdraw, source, reason="mistaken")
        for _ in range(3):
            for party in (NORTH, SOUTH):
                made.deliver(party)

        def late(days: int) -> list[tuple[str, str]]:
            found = made.members[NORTH].act(
                lambda node, transaction: overdue(node, transaction, node.now(transaction), days=days)
            )
            return [(each.party, each.waits_for) for each in found]

        assert late(0) == [(EAST, "answer"), (SOUTH, "decision")]
        assert late(1) == []
        tree = made.members[NORTH].read(lambda transaction: answers_tree(transaction, kept.digest, NORTH))
        (south,) = tree.below
        assert [(branch.party, branch.answers) for branch in south.below] == [(EAST, ())]
        made.network.mend()
        made.settle()
        assert (EAST, "answer") not in late(0)


def test_where_the_epoch_was_over_already_backups_open_it_until_the_next_days_duties() -> None:
    """A node that was off for longer than an epoch: its old key goes with the duties of the day, not in the past."""
    with world() as made:
        source = report(made)
        give(made, source)
        made.wait(timedelta(days=90))
        kept = made.members[NORTH].act(withdraw, source, reason="mistaken")
        made.settle()
        tree = made.members[NORTH].read(lambda transaction: answers_tree(transaction, kept.digest, NORTH))
        (south,) = tree.below
        (done,) = south.answers
        assert done.backups_until > format_instant(made.clock.now())


def test_from_then_on_the_item_and_what_was_made_from_it_pass_to_nobody() -> None:
    with world() as made:
        source, summary = chain(made)
        made.members[NORTH].act(withdraw, source)
        assert made.share(NORTH, source, SOUTH, DEFENCE).decision.outcome == "refused"
        made.settle()
        made.wait(timedelta(minutes=1))
        assert made.share(SOUTH, summary, EAST, DEFENCE).decision.outcome == "refused"


@pytest.mark.parametrize("keep", [True, False], ids=["keep", "erase"])
def test_a_person_decides_about_what_was_made_from_it_and_the_originator_hears_of_it(keep: bool) -> None:
    with world() as made:
        source, summary = chain(made)
        kept = made.members[NORTH].act(withdraw, source)
        made.settle()
        with pytest.raises(BadInput, match="needs its reason"):
            made.members[SOUTH].act(review, summary, keep=keep, because="  ")
        made.wait(timedelta(minutes=1))
        made.members[SOUTH].act(review, summary, keep=keep, because="looked at it")
        made.settle()
        assert item(made, SOUTH, summary).state == ("held" if keep else "erased")
        assert (body(made, SOUTH, summary) is not None) is keep
        tree = made.members[NORTH].read(lambda transaction: answers_tree(transaction, kept.digest, NORTH))
        south = next(branch for branch in tree.below if branch.party == SOUTH)
        assert {answer.answer for answer in south.answers if answer.item == summary} == {
            "retained" if keep else "done"
        }
        assert item(made, EAST, summary).state == "source-withdrawn"  # East's own person decides there
        with pytest.raises(RefusedHere, match="nothing of it waits"):
            made.members[SOUTH].act(review, summary, keep=keep, because="again")


def test_a_decision_to_keep_does_not_cover_what_is_withdrawn_later() -> None:
    with world() as made:
        first, second = report(made, label="first"), report(made, label="second")
        for each in (first, second):
            give(made, each)
        summary = report(made, SOUTH, "summary", made_from=[first, second])
        made.members[NORTH].act(withdraw, first)
        made.settle()
        made.wait(timedelta(minutes=1))
        made.members[SOUTH].act(review, summary, keep=True, because="the rest stands")
        made.settle()
        made.wait(timedelta(minutes=1))
        made.members[NORTH].act(withdraw, second)
        made.settle()
        made.wait(timedelta(minutes=1))
        assert item(made, SOUTH, summary).state == "source-withdrawn"
        assert made.share(SOUTH, summary, NORTH, DEFENCE).decision.outcome == "refused"


def test_only_the_originator_takes_back_and_only_once() -> None:
    with world() as made:
        digest = report(made)
        give(made, digest)
        nothing_changed(
            made, SOUTH, lambda: _refused(made, SOUTH, digest, "only its originator withdraws it")
        )
        made.members[NORTH].act(withdraw, digest)
        nothing_changed(made, NORTH, lambda: _refused(made, NORTH, digest, "is withdrawn already"))


def _refused(made: World, party: str, digest: str, reason: str) -> None:
    with pytest.raises(RefusedHere, match=reason):
        made.members[party].act(withdraw, digest)


def test_a_withdrawal_that_comes_before_its_item_keeps_the_item_out() -> None:
    with world() as made:
        digest = report(made)
        made.share(NORTH, digest, SOUTH, DEFENCE)
        made.wait(timedelta(minutes=1))
        made.members[NORTH].act(withdraw, digest)
        rows = made.members[NORTH].read(lambda transaction: transaction.owed(SOUTH, None, 10))
        for row in reversed(rows):
            made.network.exchange(NORTH, SOUTH, [row.envelope])
        states = {row.kind: row.state for row in inbox(made, SOUTH)}
        assert states == {"act": "accepted", "disclosure": "quarantined"}
        assert body(made, SOUTH, digest) is None
        made.settle()


@pytest.mark.parametrize("known", [True, False], ids=["item known", "item not known yet"])
def test_nobody_withdraws_for_another(known: bool) -> None:
    with world() as made:
        digest = report(made)
        if known:
            give(made, digest)
        south, east = made.members[SOUTH], made.members[EAST]
        signer = east.node.keyring.signer(east.card.card, "disclosure", made.clock.now())
        forged = statements.make(
            Withdrawal(by=EAST, at=format_instant(made.clock.now()), item=digest), signer
        )
        message = Act(statement=statements.pack(forged), to=SOUTH, about=digest)
        made.hostile.add(EAST)
        data = east.act(hostile.craft, SOUTH, message, sequence=1, channel=b"east to south !!")
        taken = south.act(receive, data, "https")
        if known:
            assert taken.state == "quarantined"
        made.wait(timedelta(minutes=1))
        if not known:
            made.members[NORTH].act(lambda _node, _transaction: None)
            give(made, digest)
        assert item(made, SOUTH, digest).state == "held"
        assert body(made, SOUTH, digest) is not None


def set_aside_at_south(made: World) -> str:
    """A report of North's that came to South too late to be taken, and is kept apart there as it came."""
    digest = report(made)
    made.share(NORTH, digest, SOUTH, DEFENCE)
    made.wait(timedelta(days=2))
    (letter,) = letters_owed(made, "disclosure")
    assert made.members[SOUTH].act(receive, letter, "https").state == "quarantined"
    return digest


def letters_owed(made: World, kind: str) -> list[bytes]:
    rows = made.members[NORTH].read(lambda transaction: transaction.owed(SOUTH, None, 10))
    return [row.envelope for row in rows if row.kind == kind]


def north_hears(made: World, withdrawal: str) -> list[tuple[str, str]]:
    """Give the answers to a withdrawal that have come to North, with their reasons."""
    rows = made.members[NORTH].read(
        lambda transaction: transaction.statements("withdrawal-answer", withdrawal)
    )
    told = [statements.read(from_bytes(row.signed), WithdrawalAnswer) for row in rows]
    return [(each.answer, each.because) for each in told]


def letters_kept(made: World, digest: str) -> list[bool]:
    """Tell of each disclosure of an item that came to South whether its envelope is still there."""
    return [
        row.letter != b"" for row in inbox(made, SOUTH) if row.kind == "disclosure" and row.about == digest
    ]


def test_a_stranger_to_an_item_destroys_no_letter_that_is_kept_apart() -> None:
    with world() as made:
        digest = set_aside_at_south(made)
        south, east = made.members[SOUTH], made.members[EAST]
        signer = east.node.keyring.signer(east.card.card, "disclosure", made.clock.now())
        foreign = statements.make(
            Withdrawal(by=EAST, at=format_instant(made.clock.now()), item=digest), signer
        )
        made.hostile.add(EAST)
        message = Act(statement=statements.pack(foreign), to=SOUTH, about=digest)
        south.act(
            receive, east.act(hostile.craft, SOUTH, message, sequence=1, channel=b"east to south !!"), "https"
        )
        assert letters_kept(made, digest) == [True]
        (answered,) = south.read(lambda transaction: transaction.statements("withdrawal-answer"))
        told = statements.read(from_bytes(answered.signed), WithdrawalAnswer)
        assert (told.answer, told.because) == ("cannot", "not known here")

        kept = made.members[NORTH].act(withdraw, digest)
        made.settle()
        assert letters_kept(made, digest) == [False]
        answers = north_hears(made, kept.digest)
        assert answers == [("done", "it was kept apart and is destroyed")]


def test_what_came_again_after_its_erasure_and_was_set_aside_goes_with_the_withdrawal() -> None:
    with world() as made:
        digest = report(made)
        give(made, digest)
        made.share(NORTH, digest, SOUTH, DEFENCE)
        south = made.members[SOUTH]
        south.act(
            lambda node, transaction: erase(
                node,
                transaction,
                find_item(transaction, digest),
                "retention-erased",
                because="its term",
                channel=NORTH,
                at=made.clock.now(),
            )
        )
        made.wait(timedelta(days=2))
        (letter,) = letters_owed(made, "disclosure")
        assert south.act(receive, letter, "https").state == "quarantined"
        assert letters_kept(made, digest) == [True, False]  # newest first; the other was accepted
        kept = made.members[NORTH].act(withdraw, digest)
        made.settle()
        assert letters_kept(made, digest) == [False, False]
        assert north_hears(made, kept.digest) == [("done", "it had been erased before")]


def test_what_comes_after_its_withdrawal_is_kept_without_its_content() -> None:
    with world() as made:
        digest = report(made)
        made.share(NORTH, digest, SOUTH, DEFENCE)
        made.wait(timedelta(minutes=1))
        made.members[NORTH].act(withdraw, digest)
        for letter in (*letters_owed(made, "act"), *letters_owed(made, "disclosure")):
            made.members[SOUTH].act(receive, letter, "https")
        assert letters_kept(made, digest) == [False]
        made.settle()


def test_nobody_takes_back_the_consent_of_another_not_even_before_it_comes() -> None:
    with world() as made:
        digest = report(made)
        give(made, digest)
        south, east = made.members[SOUTH], made.members[EAST]
        south.act(ask_consent, digest, to=EAST, purpose=DEFENCE)
        made.settle()
        made.members[NORTH].act(
            grant, requests(made, NORTH)[0].id, until=made.clock.now() + timedelta(days=9)
        )
        (consent,) = made.members[NORTH].read(lambda transaction: transaction.statements("consent"))
        revoked = ConsentRevoked(
            by=EAST,
            at=format_instant(made.clock.now()),
            holder=SOUTH,
            consent=consent.digest,
            effective=format_instant(made.clock.now()),
        )
        signer = east.node.keyring.signer(east.card.card, "consent", made.clock.now())
        message = Act(statement=statements.pack(statements.make(revoked, signer)), to=SOUTH, about=digest)
        made.hostile.add(EAST)
        data = east.act(hostile.craft, SOUTH, message, sequence=1, channel=b"east to south !!")
        south.act(receive, data, "https")
        made.deliver(NORTH)
        assert said(made, SOUTH, "consent") == [NORTH]
        made.wait(timedelta(minutes=1))
        assert made.share(SOUTH, digest, EAST, DEFENCE).decision.permitted


def test_who_cannot_be_reached_keeps_nobody_else_from_hearing_of_a_withdrawal() -> None:
    with world(NORTH_SOUTH, NORTH_EAST) as made:
        north = made.members[NORTH]
        digest = report(made)
        give(made, digest)
        give(made, digest, NORTH, EAST)
        lifeless = _renewed(made, EAST, 2, days=1)
        north.act(accept_card, lifeless)
        made.wait(timedelta(days=2))  # East's newest card here has expired

        kept = north.act(withdraw, digest)
        assert [(row.statement, row.to) for row in north.read(lambda transaction: transaction.unsent())] == [
            (kept.digest, EAST)
        ]
        assert "expired" in north.read(lambda transaction: transaction.unsent())[0].reason
        made.deliver(NORTH)
        assert item(made, SOUTH, digest).state == "erased"
        assert item(made, EAST, digest).state == "held"

        north.act(accept_card, _renewed(made, EAST, 3, days=300))
        assert north.read(lambda transaction: transaction.unsent()) == []
        made.settle()
        assert item(made, EAST, digest).state == "erased"


def test_an_answer_that_cannot_be_given_yet_keeps_no_erasure_from_being_done() -> None:
    with world() as made:
        south = made.members[SOUTH]
        digest = report(made)
        give(made, digest)
        made.members[NORTH].act(withdraw, digest)
        south.act(accept_card, _renewed(made, NORTH, 2, days=1))
        made.wait(timedelta(days=2))
        (row,) = made.members[NORTH].read(lambda transaction: transaction.owed(SOUTH, None, 9))
        south.act(receive, row.envelope, "https")
        assert item(made, SOUTH, digest).state == "erased"
        assert [each.to for each in south.read(lambda transaction: transaction.unsent())] == [NORTH]
        south.act(accept_card, _renewed(made, NORTH, 3, days=300))
        made.settle()
        assert said(made, NORTH, "withdrawal-answer") == [SOUTH]


def test_receipts_for_a_sender_whose_card_has_expired_are_owed_not_lost() -> None:
    with world() as made:
        south = made.members[SOUTH]
        digest = report(made)
        made.share(NORTH, digest, SOUTH, DEFENCE)
        (row,) = made.members[NORTH].read(lambda transaction: transaction.owed(SOUTH, None, 9))
        south.act(accept_card, _renewed(made, NORTH, 2, days=1))
        made.wait(timedelta(days=1))
        assert made.network.exchange(NORTH, SOUTH, [row.envelope]).letters == ()
        assert item(made, SOUTH, digest).state == "held"
        assert [each.receipt_owed for each in inbox(made, SOUTH)] == [True]

        south.act(accept_card, _renewed(made, NORTH, 3, days=300))
        made.open_pouch(NORTH, made.pack(SOUTH, NORTH))
        assert [each.state for each in made.members[NORTH].read(lambda t: t.sent())] == ["receipted"]


def _renewed(made: World, party: str, version: int, *, days: int) -> bytes:
    """Issue a Party's card anew, with the same keys, to last so many days."""
    held = made.members[party].card.card
    expires = made.clock.now() + timedelta(days=days)
    root = SigningKey.from_seed(_bytes(party, "root", 32))
    return to_bytes(issue(msgspec.structs.replace(held, version=version, expires=expires), root))
