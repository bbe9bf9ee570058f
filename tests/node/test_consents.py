"""Asking upstream and answering: who may, when, how often, and that no answer is no."""

from datetime import timedelta

import pytest

from comity.clock import format_instant
from comity.errors import BadInput, ComityError, NotFound, RefusedHere
from comity.federation import statements
from comity.federation.statements import ConsentConfirmed, ConsentRevoked
from comity.node import take_consent
from comity.node.node import Node
from comity.node.obtain_consent import ask_consent, find_request, grant, reason_of, refuse, revoke, state_at
from comity.node.routes import send_act
from comity.node.signed_statements import sign
from comity.node.withdraw import withdraw
from comity.ports import Transaction
from comity.testing.texts import Text
from comity.testing.world import World
from node.fuller import quiet
from node.worlds import (
    DEFENCE,
    EAST,
    NORTH,
    NORTH_SOUTH,
    RESPONSE,
    SOUTH,
    SOUTH_EAST,
    WEST,
    give,
    inbox,
    journal,
    nothing_changed,
    report,
    requests,
    sent,
    world,
)


def asked(made: World) -> tuple[str, str]:
    """Let South ask North whether its report may go to East; give the item and the request."""
    digest = report(made)
    give(made, digest)
    made.members[SOUTH].act(ask_consent, digest, to=EAST, purpose=DEFENCE, why="a wave is coming")
    made.settle()
    (row,) = requests(made, NORTH)
    return digest, row.id


def days(made: World, number: int) -> object:
    return made.clock.now() + timedelta(days=number)


def state(made: World, party: str) -> str:
    return requests(made, party)[0].state


def test_a_request_names_what_whom_and_what_for_and_goes_to_whom_is_owed() -> None:
    with world() as made:
        digest, request = asked(made)
        (ours,) = requests(made, SOUTH)
        (theirs,) = requests(made, NORTH)
        assert (ours.id, ours.ours, ours.owner) == (request, True, NORTH)
        assert (theirs.ours, theirs.asker, theirs.item, theirs.to, theirs.purpose, theirs.why) == (
            False,
            SOUTH,
            digest,
            EAST,
            DEFENCE,
            "a wave is coming",
        )
        assert "decided" in [row.kind for row in journal(made, SOUTH)]


def test_the_same_is_asked_once_until_it_is_answered_and_refused_once() -> None:
    with world() as made:
        digest, request = asked(made)

        def again() -> None:
            with pytest.raises(
                RefusedHere, match=rf"asked already, and not answered yet: {NORTH} \({request[:12]}\)"
            ):
                made.members[SOUTH].act(ask_consent, digest, to=EAST, purpose=DEFENCE, why="please")

        nothing_changed(made, SOUTH, again)
        with pytest.raises(BadInput, match="a reason of blanks is none"):
            made.members[NORTH].act(refuse, request, reason="  ")
        made.members[NORTH].act(refuse, request, reason="not now")

        def refused() -> None:
            with pytest.raises(RefusedHere, match=f"request {request[:12]} is refused already"):
                made.members[NORTH].act(refuse, request, reason="not now")

        nothing_changed(made, NORTH, refused)
        made.settle()
        made.members[SOUTH].act(ask_consent, digest, to=EAST, purpose=DEFENCE, why="it is worse now")


def test_nothing_is_asked_where_consent_is_not_what_is_missing() -> None:
    with world() as made:
        digest = report(made)
        give(made, digest)

        def refused() -> None:
            for to, purpose in ((EAST, "marketing"), (WEST, DEFENCE), (NORTH, DEFENCE)):
                with pytest.raises(RefusedHere, match="no consent is missing"):
                    made.members[SOUTH].act(ask_consent, digest, to=to, purpose=purpose)

        nothing_changed(made, SOUTH, refused)


def test_a_grant_lets_this_item_pass_to_this_party_until_its_end_and_no_other() -> None:
    with world() as made:
        digest, request = asked(made)
        other = report(made, label="other")
        give(made, other)
        made.members[NORTH].act(grant, request, until=days(made, 10))
        made.settle()
        assert state(made, SOUTH) == "granted"
        assert made.share(SOUTH, other, EAST, DEFENCE).decision.outcome == "needs-consent"
        made.wait(timedelta(days=9))
        assert made.share(SOUTH, digest, EAST, DEFENCE).decision.permitted
        made.settle()
        made.wait(timedelta(days=1))
        assert made.share(SOUTH, digest, EAST, DEFENCE).decision.outcome == "needs-consent"


def test_no_answer_is_no_and_past_its_day_a_request_is_over() -> None:
    with world() as made:
        digest, request = asked(made)
        assert made.share(SOUTH, digest, EAST, DEFENCE).decision.outcome == "needs-consent"
        made.wait(timedelta(days=400))
        row = made.members[NORTH].read(lambda transaction: find_request(transaction, request))
        assert state_at(row, made.clock.now()) == "expired"
        for answer in (grant, refuse):
            named = {"until": days(made, 1)} if answer is grant else {}
            with pytest.raises(RefusedHere, match="is expired; a new one is needed"):
                made.members[NORTH].act(answer, request, **named)  # type: ignore[arg-type]
        assert made.share(SOUTH, digest, EAST, DEFENCE).decision.outcome != "permitted"


def test_a_refusal_can_be_followed_by_a_grant_and_not_the_other_way() -> None:
    with world() as made:
        _, request = asked(made)
        north = made.members[NORTH]
        north.act(refuse, request, reason="not yet")
        made.settle()
        assert state(made, SOUTH) == "refused"
        for party in (NORTH, SOUTH):  # who asked reads why
            (row,) = requests(made, party)
            assert made.members[party].read(lambda found, row=row: reason_of(found, row)) == "not yet"
        north.act(grant, request, until=days(made, 5))
        made.settle()
        assert state(made, SOUTH) == "granted"
        assert north.read(lambda found: reason_of(found, find_request(found, request))) == ""
        for answer in (grant, refuse):
            named = {"until": days(made, 1)} if answer is grant else {}
            with pytest.raises(RefusedHere, match="is granted already"):
                north.act(answer, request, **named)  # type: ignore[arg-type]


def test_what_was_granted_can_be_taken_back_for_what_comes_after() -> None:
    with world() as made:
        digest, request = asked(made)
        north = made.members[NORTH]
        with pytest.raises(RefusedHere, match="there is no consent of ours to take back"):
            north.act(revoke, request)
        north.act(grant, request, until=days(made, 30))
        made.settle()
        assert made.share(SOUTH, digest, EAST, DEFENCE).decision.permitted
        made.settle()
        made.wait(timedelta(minutes=1))
        north.act(revoke, request)
        made.settle()
        made.wait(timedelta(minutes=1))
        assert state(made, SOUTH) == "revoked"
        assert made.share(SOUTH, digest, EAST, DEFENCE).decision.outcome == "needs-consent"
        with pytest.raises(RefusedHere):
            north.act(grant, request, until=days(made, 30))
        held = made.members[EAST].read(lambda transaction: transaction.item(digest))
        assert held is not None and held.state == "held"  # what passed under it stays lawfully passed


@pytest.mark.parametrize("minutes", [0, -1, -100_000])
def test_a_grant_ends_after_it_begins(minutes: int) -> None:
    with world() as made:
        _, request = asked(made)
        with pytest.raises(BadInput):
            made.members[NORTH].act(grant, request, until=made.clock.now() + timedelta(minutes=minutes))
        assert state(made, NORTH) == "asked"


def test_only_the_party_that_is_asked_answers() -> None:
    with world() as made:
        _, request = asked(made)
        for answer in (grant, refuse):
            named = {"until": days(made, 1)} if answer is grant else {}
            with pytest.raises(RefusedHere, match=r"north\.example answers it"):
                made.members[SOUTH].act(answer, request, **named)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["", "zz", "0" * 64, "%"])
def test_a_request_that_is_not_here_is_not_found(name: str) -> None:
    with world() as made:
        asked(made)
        with pytest.raises(NotFound):
            made.members[NORTH].act(refuse, name)


def test_a_request_travels_back_along_the_custody_and_its_answer_the_same_way() -> None:
    east_west = Text("east-west-2026", (EAST, WEST))
    with world(NORTH_SOUTH, SOUTH_EAST, east_west) as made:
        digest, request = asked(made)
        made.members[NORTH].act(grant, request, until=days(made, 30))
        made.settle()
        assert made.share(SOUTH, digest, EAST, DEFENCE).decision.permitted
        made.settle()
        decision, _ = made.members[EAST].act(ask_consent, digest, to=WEST, purpose=DEFENCE)
        assert [ask.party for ask in decision.ask] == [NORTH, SOUTH]
        made.settle()
        onward = next(row for row in requests(made, NORTH) if row.asker == EAST)
        assert onward.via == SOUTH  # North and East have no agreement: it came hop by hop
        with pytest.raises(RefusedHere):  # the hand between cannot answer for North
            made.members[SOUTH].act(grant, onward.id, until=days(made, 3))
        made.members[NORTH].act(grant, onward.id, until=days(made, 3))
        made.members[SOUTH].act(
            grant, next(row.id for row in requests(made, SOUTH) if row.owner == SOUTH), until=days(made, 3)
        )
        made.settle()
        assert sorted(row.state for row in requests(made, EAST)) == ["granted", "granted"]
        passed = next(row for row in requests(made, SOUTH) if row.id == onward.id)
        assert (passed.owner, passed.state) == (NORTH, "granted")  # seen as it went through
        with pytest.raises(RefusedHere, match="there is no consent of ours"):
            made.members[SOUTH].act(revoke, onward.id)
        assert made.share(EAST, digest, WEST, DEFENCE).decision.permitted
        made.settle()
        row = made.members[WEST].read(lambda transaction: transaction.item(digest))
        assert row is not None and row.state == "held"


def test_consent_for_one_purpose_serves_no_other() -> None:
    with world() as made:
        digest = report(made, category="incident.indicators")
        give(made, digest)
        made.members[SOUTH].act(ask_consent, digest, to=EAST, purpose=DEFENCE)
        made.settle()
        made.members[NORTH].act(grant, requests(made, NORTH)[0].id, until=days(made, 3))
        made.settle()
        assert made.share(SOUTH, digest, EAST, DEFENCE).decision.permitted
        assert made.share(SOUTH, digest, EAST, RESPONSE).decision.outcome == "needs-consent"


def test_a_withdrawn_item_is_not_granted_away() -> None:
    with world() as made:
        digest, request = asked(made)
        made.members[NORTH].act(withdraw, digest)
        try:
            made.members[NORTH].act(grant, request, until=days(made, 3))
        except ComityError as error:
            assert isinstance(error, RefusedHere)
        made.settle()
        assert made.share(SOUTH, digest, EAST, DEFENCE).decision.outcome == "refused"
        assert all(row.kind != "disclosure" for row in sent(made, SOUTH))


def ask_for_more(made: World, labels: str) -> None:
    """Let South ask North for one more consent for each letter."""
    for label in labels:
        digest = report(made, label=label)
        give(made, digest)
        made.members[SOUTH].act(ask_consent, digest, to=EAST, purpose=DEFENCE)
        made.settle()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "MOST_OF_ASKER",
            f"3 requests for consent of {SOUTH} wait for an answer here: it is the turn of those who",
        ),
        (
            "MOST_THROUGH",
            f"3 requests for consent that {SOUTH} brought wait for an answer here: it is the turn of",
        ),
    ],
)
def test_of_one_asker_and_through_one_party_so_many_are_kept_until_some_are_answered(
    monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    monkeypatch.setattr(take_consent, name, 3)
    with quiet(NORTH_SOUTH, SOUTH_EAST) as made:
        ask_for_more(made, "abcde")
        assert len(requests(made, NORTH)) == 3
        apart = [row.reason for row in inbox(made, NORTH) if row.state == "quarantined"]
        assert len(apart) == 2 and all(said in reason for reason in apart)
        kept = made.members[NORTH].read(lambda transaction: transaction.statements("consent-request"))
        assert len(kept) == 3

        made.members[NORTH].act(refuse, requests(made, NORTH)[0].id)
        made.members[NORTH].act(grant, requests(made, NORTH)[1].id, until=days(made, 3))
        made.settle()
        ask_for_more(made, "fgh")
        assert [row.state for row in requests(made, NORTH)].count("asked") == 3
        assert len(requests(made, NORTH)) == 5


def test_what_goes_through_counts_until_its_answer_has_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(take_consent, "MOST_THROUGH", 2)
    east_west = Text("east-west-2026", (EAST, WEST))
    with world(NORTH_SOUTH, SOUTH_EAST, east_west) as made:
        digest, request = asked(made)
        made.members[NORTH].act(grant, request, until=days(made, 30))
        made.settle()
        assert made.share(SOUTH, digest, EAST, DEFENCE).decision.permitted
        made.settle()
        for times in range(3):  # each asks both North, through South, and South
            made.members[EAST].act(ask_consent, digest, to=WEST, purpose=DEFENCE, why=f"{times}")
            made.settle()
            for party in (NORTH, SOUTH):
                (row,) = [
                    row
                    for row in requests(made, party)
                    if (row.asker, row.owner, row.state) == (EAST, party, "asked")
                ]
                made.members[party].act(refuse, row.id)
            made.settle()
        assert [row.state for row in requests(made, EAST)] == ["refused"] * 6
        assert [row.state for row in requests(made, SOUTH) if row.asker == EAST] == ["refused"] * 6


@pytest.mark.parametrize("kind", [ConsentConfirmed, ConsentRevoked])
def test_a_word_about_no_consent_closes_nothing(kind: type[ConsentConfirmed | ConsentRevoked]) -> None:
    with quiet(NORTH_SOUTH, SOUTH_EAST) as made:
        digest = report(made)
        give(made, digest)
        made.members[SOUTH].act(ask_consent, digest, to=EAST, purpose=DEFENCE)
        made.settle()

        def say(node: Node, transaction: Transaction) -> None:
            at = node.now(transaction)
            more = {"effective": format_instant(at)} if kind is ConsentRevoked else {}
            said = kind(by=NORTH, at=format_instant(at), holder=SOUTH, consent="", **more)
            text = statements.pack(sign(node, transaction, said, at))
            send_act(node, transaction, text, to=SOUTH, about=digest, at=at)

        made.members[NORTH].act(say)
        made.settle()
        assert [row.state for row in requests(made, SOUTH)] == ["asked"]
        assert "it names no consent" in inbox(made, SOUTH)[0].reason
