"""A person asks whichever Party they know of: the originator decides, every holder answers, and they hear of it."""

from datetime import timedelta

import pytest

from comity.errors import BadInput, NotFound, RefusedHere, VerificationFailed
from comity.federation import statements
from comity.federation.messages import Act
from comity.federation.statements import SubjectAnswer
from comity.node.consent_terms import Terms
from comity.node.give_consent import give
from comity.node.redress import Redress, ask_redress, grant_redress, redresses, refuse_redress
from comity.node.take_act import take_act
from comity.node.withdraw import withdraw
from comity.node.withdrawal_answers import answers_tree
from comity.testing.world import World
from node.fuller import pass_around
from node.worlds import EAST, NORTH, SOUTH, item, kinds, report, world
from node.worlds import give as hand_over

DAY = timedelta(days=1)
WHY = "the address is of somebody else"


def held_by_east() -> tuple[World, str]:
    """A report of North's that South passed on to East; there is no agreement between North and East."""
    made = world()
    digest = report(made)
    hand_over(made, digest)
    made.members[NORTH].act(
        give, holder=SOUTH, to=EAST, until=made.clock.now() + 30 * DAY, terms=Terms(item=digest)
    )
    pass_around(made)
    hand_over(made, digest, SOUTH, EAST)
    return made, digest


def asked(made: World, digest: str, asks: str = "erase") -> str:
    request = made.members[EAST].act(ask_redress, digest, asks=asks, why=WHY)
    pass_around(made, 6)
    return request.digest


def known(made: World, party: str) -> list[Redress]:
    return made.members[party].read(redresses)


def test_a_request_travels_up_the_custody_to_the_originator() -> None:
    made, digest = held_by_east()
    with made:
        name = asked(made, digest)
        (request,) = known(made, NORTH)
        assert (request.digest, request.said.by, request.said.asks, request.said.why) == (
            name,
            EAST,
            "erase",
            WHY,
        )
        assert request.said.hands == (NORTH, SOUTH, EAST)
        assert [request.state_at(made.clock.now() + days * DAY) for days in (30, 31)] == [
            "waiting",
            "overdue",
        ]
        assert known(made, SOUTH) == []  # it only went through


def test_granted_it_reaches_every_holder_and_the_answer_comes_back_by_the_same_hands() -> None:
    made, digest = held_by_east()
    with made:
        name = asked(made, digest)
        made.members[NORTH].act(grant_redress, name[:12], because="you are right")
        pass_around(made, 6)
        for party in (NORTH, SOUTH, EAST):
            assert item(made, party, digest).state in ("erased", "withdrawn")
        (request,) = known(made, EAST)
        assert request.state_at(made.clock.now()) == "granted"
        assert request.answer is not None and request.answer.because == "you are right"
        withdrawal = request.answer.withdrawal
        tree = made.members[NORTH].read(lambda transaction: answers_tree(transaction, withdrawal, NORTH))
        (south,) = tree.below
        assert [each.answer for each in south.answers] == ["done"]
        assert [each.party for each in south.below] == [EAST]
        assert "subject-request" in kinds(made, EAST) and "subject-answer" in kinds(made, NORTH)


def test_a_correction_puts_another_item_in_its_place() -> None:
    made, digest = held_by_east()
    with made:
        name = asked(made, digest, "correct")
        better = report(made, label="better")
        with pytest.raises(BadInput, match="names the item in its place"):
            made.members[NORTH].act(grant_redress, name)
        made.members[NORTH].act(grant_redress, name, replaced_by=better)
        pass_around(made, 6)
        assert item(made, SOUTH, better).state == "held"
        assert item(made, EAST, digest).state == "erased"


def test_refused_it_comes_back_with_its_reason_and_nothing_is_erased() -> None:
    made, digest = held_by_east()
    with made:
        name = asked(made, digest)
        with pytest.raises(BadInput, match="needs its reason"):
            made.members[NORTH].act(refuse_redress, name, because=" ")
        made.members[NORTH].act(refuse_redress, name, because="a court ordered it kept")
        pass_around(made, 6)
        (request,) = known(made, EAST)
        assert request.answer is not None
        assert (request.answer.answer, request.answer.because) == ("refused", "a court ordered it kept")
        assert item(made, EAST, digest).state == "held"
        with pytest.raises(RefusedHere, match="is refused already"):
            made.members[NORTH].act(grant_redress, name)
        made.wait(DAY)
        assert asked(made, digest) != name  # a person may ask again


def test_what_cannot_be_asked() -> None:
    made, digest = held_by_east()
    with made:
        with pytest.raises(BadInput, match="needs its reason"):
            made.members[EAST].act(ask_redress, digest, asks="erase", why=" ")
        with pytest.raises(BadInput, match="is not one of erase, correct"):
            made.members[EAST].act(ask_redress, digest, asks="forget", why=WHY)
        with pytest.raises(RefusedHere, match="this Party's own"):
            made.members[NORTH].act(ask_redress, digest, asks="erase", why=WHY)
        with pytest.raises(NotFound):
            made.members[EAST].act(ask_redress, "nothing", asks="erase", why=WHY)
        name = asked(made, digest)
        with pytest.raises(RefusedHere, match="asks for that already"):
            made.members[EAST].act(ask_redress, digest, asks="erase", why=WHY)
        with pytest.raises(RefusedHere, match=r"is put to north\.example"):
            made.members[EAST].act(refuse_redress, name, because="no")
        with pytest.raises(NotFound, match="names no one request"):
            made.members[NORTH].act(refuse_redress, "abc", because="no")


def test_what_is_withdrawn_already_is_not_granted_twice() -> None:
    made, digest = held_by_east()
    with made:
        name = asked(made, digest)
        made.members[NORTH].act(withdraw, digest)
        with pytest.raises(RefusedHere, match="withdrawn already"):
            made.members[NORTH].act(grant_redress, name)
        made.members[NORTH].act(refuse_redress, name, because="it is withdrawn already")


def test_nobody_answers_in_the_originator_s_place() -> None:
    made, digest = held_by_east()
    with made:
        name = asked(made, digest)
        south = made.members[SOUTH]
        forged = SubjectAnswer(
            by=SOUTH, at="2026-03-01T09:00:00Z", request=name, item=digest, answer="refused"
        )

        def sign(node, transaction):  # type: ignore[no-untyped-def]
            at = node.now(transaction)
            card = node.know(transaction).own.card
            return statements.pack(statements.make(forged, node.keyring.signer(card, "disclosure", at)))

        message = Act(statement=south.act(sign), to=EAST, about=digest, cards=())
        with pytest.raises(VerificationFailed, match="was put to north"):
            made.members[EAST].act(lambda node, tx: take_act(node, tx, SOUTH, message, at=node.now(tx)))
        assert known(made, EAST)[0].answer is None
