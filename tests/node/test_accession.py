"""A newcomer joins an agreement between nodes, a member leaves one of three: who is bound, what may pass, and when."""

from datetime import timedelta

import pytest

from comity.agreements.folder import parse_agreement
from comity.agreements.signatures import ActRef
from comity.clock import SteppedClock
from comity.errors import BadInput, NotFound, RefusedHere
from comity.federation.messages import Texts
from comity.node.certify import certified_copy
from comity.node.conclude import give_notice, hold_agreement, sign_part
from comity.node.introduce import accept_card
from comity.node.post import owe
from comity.testing.members import Member
from comity.testing.texts import Article
from comity.testing.world import START
from node.fuller import Fuller, Quiet, pass_around

NORTH, SOUTH, WEST = "north.example", "south.example", "west.example"
DEFENCE = "network-defence"
NAME = "league-2030"
ACCESSION = {"kind": "accession", "signs": ("director",)}


def league(
    approval: str = "unanimous", open_to: str = "*.example", *more: str, parties=(NORTH, SOUTH)
) -> Fuller:
    clause = ("[accession]", f'open_to = ["{open_to}"]', f'approval = "{approval}"', *more)
    return Fuller(NAME, parties, exchange=(Article("incident"),), more=clause)


def with_stranger(text: Fuller, *, introduced: tuple[str, ...] = (NORTH,)) -> Quiet:
    """Make a world in which a text is concluded and West is known by hand to some of its Parties alone."""
    clock = SteppedClock(START)
    parties = (*text.parties, WEST)
    made = Quiet(
        "joining", [Member.in_memory(each, clock, "joining", n) for n, each in enumerate(parties, 1)], clock
    )
    made.conclude(text)
    for party in introduced:
        made.members[party].act(accept_card, made.members[WEST].card.signed)
    return made


def folder(made: Quiet, party: str = NORTH) -> dict[str, bytes]:
    """Give the folder as a member may hand it to whoever wants to join."""
    return {
        name: data
        for name, data in made.members[party].act(certified_copy, NAME).items()
        if name.startswith(("agreement", "signatures/", "notices/", "protocols/"))
    }


def ask(made: Quiet) -> None:
    made.members[WEST].act(give_notice, NAME, ACCESSION, files=folder(made))
    made.deliver(WEST)


def approve(made: Quiet, party: str, number: int = 3) -> None:
    made.members[party].act(sign_part, NAME, {}, ActRef("notice", number))
    pass_around(made)


def members(made: Quiet, at: str) -> set[str]:
    """Give who is a member, as a Party's node sees it."""
    node = made.members[at].node
    timeline = made.members[at].read(node.know).timelines[NAME]
    return set(timeline.at(made.clock.now(), NORTH, SOUTH).parties)


def without_effect(made: Quiet, at: str) -> list[str]:
    node = made.members[at].node
    return list(made.members[at].read(node.know).timelines[NAME].life.without_effect)


def received(made: Quiet, party: str) -> list[tuple[str, str]]:
    rows = made.members[party].read(lambda transaction: transaction.received())
    return [(row.kind, row.state) for row in rows]


def outcome(made: Quiet, holder: str, item: str, to: str) -> str:
    return made.share(holder, item, to, DEFENCE).decision.outcome


def test_a_newcomer_is_a_member_at_the_instant_the_last_approval_stands_and_at_every_node():
    with with_stranger(league()) as made:
        ask(made)
        made.wait(timedelta(hours=1))
        assert members(made, NORTH) == members(made, WEST) == {NORTH, SOUTH}
        approve(made, NORTH)
        assert members(made, NORTH) == members(made, SOUTH) == members(made, WEST) == {NORTH, SOUTH}
        assert "lacks the approval of south.example" in without_effect(made, WEST)[0]
        made.wait(timedelta(hours=1))
        approve(made, SOUTH)
        for party in (NORTH, SOUTH, WEST):
            assert members(made, party) == {NORTH, SOUTH, WEST}
            timeline = made.members[party].read(made.members[party].node.know).timelines[NAME]
            joined = next(each for each in timeline.life.acts.memberships if each.party == WEST)
            assert joined.begins == made.clock.now()
            before = timeline.at(joined.begins - timedelta(seconds=1), NORTH, SOUTH)
            assert before.parties == {NORTH, SOUTH}


def test_members_and_newcomer_exchange_items_both_ways():
    with with_stranger(league()) as made:
        early = made.add(WEST, b"what West saw before", "incident", label="early")
        ask(made)
        assert outcome(made, WEST, early, SOUTH) == "refused"
        approve(made, NORTH)
        approve(made, SOUTH)
        made.wait(timedelta(minutes=1))
        assert outcome(made, WEST, early, SOUTH) == "permitted"
        later = made.add(SOUTH, b"what South saw after", "incident", label="later")
        assert outcome(made, SOUTH, later, WEST) == "permitted"
        pass_around(made)
        assert ("disclosure", "accepted") in received(made, WEST)
        assert ("disclosure", "accepted") in received(made, SOUTH)


@pytest.mark.parametrize(
    ("more", "expected"), [((), "needs-consent"), (("sees_earlier = true",), "permitted")]
)
def test_for_what_passed_before_it_joined_a_newcomer_is_a_third_party_unless_the_text_says_else(
    more, expected
):
    with with_stranger(league("unanimous", "*.example", *more)) as made:
        before = made.add(NORTH, b"before West joined", "incident", label="before")
        assert outcome(made, NORTH, before, SOUTH) == "permitted"
        pass_around(made)
        made.wait(timedelta(minutes=1))
        ask(made)
        approve(made, NORTH)
        approve(made, SOUTH)
        made.wait(timedelta(minutes=1))
        after = made.add(NORTH, b"after West joined", "incident", label="after")
        assert outcome(made, NORTH, after, SOUTH) == "permitted"
        pass_around(made)
        assert outcome(made, SOUTH, before, WEST) == expected
        assert outcome(made, SOUTH, after, WEST) == "permitted"


def test_one_word_is_enough_where_the_text_says_so_and_a_later_one_moves_nothing():
    with with_stranger(league(NORTH)) as made:
        ask(made)
        made.wait(timedelta(hours=1))
        approve(made, NORTH)
        since = made.clock.now()
        assert members(made, NORTH) == {NORTH, SOUTH, WEST}
        made.wait(timedelta(hours=1))
        approve(made, SOUTH)
        timeline = made.members[NORTH].read(made.members[NORTH].node.know).timelines[NAME]
        assert [each.begins for each in timeline.life.acts.memberships if each.party == WEST] == [since]


def test_accession_needs_a_text_that_is_open_a_folder_and_who_signs():
    with with_stranger(league(open_to="east.example")) as made:
        west, files = made.members[WEST], folder(made)
        with pytest.raises(RefusedHere, match=f"accession to {NAME} is not open to {WEST}"):
            west.act(give_notice, NAME, ACCESSION, files=files)
        with pytest.raises(RefusedHere, match="is not a Party"):
            west.act(hold_agreement, files)
    with with_stranger(league()) as made:
        west, files = made.members[WEST], folder(made)
        with pytest.raises(NotFound):
            west.act(give_notice, NAME, {"kind": "denunciation"}, files=files)
        with pytest.raises(BadInput, match="signs"):
            west.act(give_notice, NAME, {"kind": "accession"}, files=files)
        with pytest.raises(RefusedHere, match="no key here signs as clerk"):
            west.act(give_notice, NAME, {"kind": "accession", "signs": ("clerk",)}, files=files)
        assert west.read(lambda transaction: transaction.agreements()) == []


def test_of_a_stranger_nothing_but_its_own_accession_is_taken():
    with with_stranger(league()) as made:
        digest = parse_agreement(folder(made)).digest
        notice = b'kind = "denunciation"\nby = "north.example"\ndated = 2031-01-01\n'

        def send(node, transaction, files):
            message = Texts(agreement=NAME, digest=digest, files=files)
            return owe(node, transaction, NORTH, message, at=node.now(transaction), kind="texts")

        made.members[WEST].act(accept_card, made.members[NORTH].card.signed)
        for files in (
            {"notices/0001-end.toml": notice},
            {"notices/0001-in.toml": notice.replace(b"denunciation", b"accession")},
            {"signatures/notice-0001-south.example-director.dsse": b"{}"},
            {"protocols/0001-x.en.md": b"x"},
        ):
            made.members[WEST].act(send, files)
            made.deliver(WEST)
        assert received(made, NORTH) == [("texts", "quarantined")] * 4
        assert members(made, NORTH) == {NORTH, SOUTH}


def test_a_party_nobody_accepted_by_hand_cannot_even_ask():
    with with_stranger(league(), introduced=()) as made:
        ask(made)
        assert received(made, NORTH) == received(made, SOUTH) == []
        assert "lacks the approval" in without_effect(made, WEST)[0]


def test_a_member_that_leaves_three_is_out_on_the_day_and_the_others_go_on():
    with with_stranger(league(parties=(NORTH, SOUTH, "east.example"))) as made:
        north = made.members[NORTH]
        given = made.add(SOUTH, b"given before", "incident", label="given")
        outcome(made, SOUTH, given, NORTH)
        north.act(give_notice, NAME, {"kind": "withdrawal"})
        pass_around(made)
        made.wait(timedelta(days=179))
        assert members(made, "east.example") == {NORTH, SOUTH, "east.example"}
        made.wait(timedelta(days=1, hours=12))
        for party in (NORTH, SOUTH, "east.example"):
            assert members(made, party) == {SOUTH, "east.example"}
        fresh = made.add(SOUTH, b"seen after", "incident", label="after")
        assert outcome(made, SOUTH, fresh, NORTH) == "refused"
        assert outcome(made, SOUTH, fresh, "east.example") == "permitted"
        late = made.add(NORTH, b"of the one that left", "incident", label="late")
        assert outcome(made, NORTH, late, SOUTH) == "refused"


def test_a_newcomer_withdraws_by_its_own_signature_and_reaches_every_node():
    with with_stranger(league()) as made:
        ask(made)
        approve(made, NORTH)
        approve(made, SOUTH)
        made.wait(timedelta(minutes=1))
        made.members[WEST].act(give_notice, NAME, {"kind": "withdrawal"})
        pass_around(made)
        made.wait(timedelta(days=181))
        for party in (NORTH, SOUTH, WEST):
            assert members(made, party) == {NORTH, SOUTH}
        item = made.add(NORTH, b"not for West", "incident", label="x")
        assert outcome(made, NORTH, item, WEST) == "refused"
        assert outcome(made, NORTH, item, SOUTH) == "permitted"
