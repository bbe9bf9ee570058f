"""Imminent danger: two officers, notice to everyone upstream at once, a receiver that checks; or not at all."""

from datetime import timedelta

import pytest

from comity.errors import BadInput, ComityError, NotFound, RefusedHere
from comity.node.daily_duties import do_duties
from comity.node.disclose import Outcome, disclose
from comity.node.necessity import Emergency, Notice, emergency, necessities, review_necessity
from comity.testing.world import World
from node.fuller import Fuller, pass_around, quiet
from node.worlds import DEFENCE, EAST, NORTH, RESPONSE, SOUTH, WEST, give, inbox, journal, kinds, report, sent

DAY = timedelta(days=1)
_CLAUSE = (
    "[necessity]",
    'lifts = ["third_party", "purpose"]',
    'threat = "imminent danger to life"',
    "officers = 2",
    'notify = "everyone-upstream"',
    'review_within = "P3D"',
)
#: North, South and East in one text whose members are third parties to each other, and that knows necessity.
THREE = Fuller("three-2026", (NORTH, SOUTH, EAST), members_exempt=False, more=_CLAUSE)
#: The same without necessity.
PLAIN = Fuller("plain-2026", (NORTH, SOUTH, EAST), members_exempt=False)
OFFICERS = Emergency(("duty officer one", "duty officer two"), "a water plant is being poisoned")


def held_by_south(text: Fuller = THREE) -> tuple[World, str]:
    made = quiet(text)
    digest = report(made, category="incident")
    give(made, digest, purpose=DEFENCE)
    return made, digest


def share(made: World, digest: str, said: Emergency | None = OFFICERS, purpose: str = DEFENCE) -> Outcome:
    return made.members[SOUTH].act(disclose, digest, to=EAST, purpose=purpose, emergency=said)


def notices(made: World, party: str) -> list[Notice]:
    return made.members[party].read(necessities)


def test_two_officers_lift_what_is_owed_and_everyone_upstream_is_told_at_once() -> None:
    made, digest = held_by_south()
    with made:
        assert share(made, digest, None).decision.outcome == "needs-consent"
        outcome = share(made, digest)
        assert outcome.decision.permitted
        assert "three-2026 art. 5" in {ground.ref for ground in outcome.decision.grounds}
        owed = [(row.kind, row.peer) for row in sent(made, SOUTH) if row.state == "owed"]
        assert sorted(owed) == [("act", NORTH), ("disclosure", EAST)]
        (entry,) = [row for row in journal(made, SOUTH) if row.kind == "necessity"]
        assert b"duty officer one" in entry.detail
        assert b"duty officer two" in entry.detail


def test_the_receiver_decides_again_with_the_officers_named_and_takes_it() -> None:
    made, digest = held_by_south()
    with made:
        share(made, digest)
        pass_around(made)
        (row,) = [row for row in inbox(made, EAST) if row.kind == "disclosure"]
        assert (row.state, row.reason) == ("accepted", "")
        for party in (NORTH, SOUTH, EAST):
            (notice,) = notices(made, party)
            assert notice.said.approved_by == OFFICERS.approved_by
            assert notice.said.because == OFFICERS.because


def test_without_the_notice_as_evidence_the_receiver_keeps_it_apart() -> None:
    from comity.testing.hostile import send_anyway

    made, digest = held_by_south()
    with made:
        made.members[SOUTH].act(send_anyway, digest, EAST, DEFENCE, "three-2026")
        pass_around(made)
        (row,) = [row for row in inbox(made, EAST) if row.kind == "disclosure"]
        assert row.state == "quarantined"
        assert row.reason.startswith("three-2026 art. 3: consent of north.example is owed")


def test_a_text_without_the_clause_lifts_nothing() -> None:
    made, digest = held_by_south(PLAIN)
    with made:
        outcome = share(made, digest)
        assert outcome.decision.outcome == "needs-consent"
        assert "rule 10 necessity" in {ground.ref for ground in outcome.decision.grounds}
        assert "necessity" not in kinds(made, SOUTH)


def test_a_purpose_that_the_clause_lifts_passes_too() -> None:
    made, digest = held_by_south()
    with made:
        assert share(made, digest, None, RESPONSE).decision.outcome == "needs-consent"
        assert share(made, digest, purpose=RESPONSE).decision.permitted


@pytest.mark.parametrize(
    ("officers", "because", "told"),
    [
        ((), "danger", "two officers"),
        (("one",), "danger", "two officers"),
        (("one", " "), "danger", "two officers"),
        (("The Officer", "the  officer"), "danger", "named twice"),
        (("one", "two"), " ", "needs its reason"),
    ],
)
def test_fewer_than_two_different_officers_or_no_reason_is_no_necessity(
    officers: tuple[str, ...], because: str, told: str
) -> None:
    with pytest.raises(BadInput, match=told):
        emergency(officers, because)


def test_if_one_upstream_cannot_be_told_nothing_leaves_and_nothing_is_entered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, digest = held_by_south()
    with made:
        before = kinds(made, SOUTH), len(sent(made, SOUTH))

        def no_way(*_: object) -> None:
            return None

        monkeypatch.setattr("comity.node.routes.way_to", no_way)
        with pytest.raises(RefusedHere, match=r"no way to north\.example"):
            share(made, digest)
        assert (kinds(made, SOUTH), len(sent(made, SOUTH))) == before
        assert notices(made, SOUTH) == []


def test_one_who_is_no_party_of_the_text_that_lifts_checks_it_by_the_terms_the_hop_carries() -> None:
    own = Fuller("north-south-2026", (NORTH, SOUTH), more=_CLAUSE)
    with quiet(own, Fuller("south-east-2026", (SOUTH, EAST))) as made:
        digest = report(made, category="incident")
        give(made, digest)
        assert share(made, digest).decision.permitted
        pass_around(made)
        (row,) = [row for row in inbox(made, EAST) if row.kind == "disclosure"]
        assert (row.state, row.reason) == ("accepted", "")
        for party in (NORTH, SOUTH, EAST):
            (notice,) = notices(made, party)
            assert notice.said.grounds == ("north-south-2026 art. 5",)


def test_who_holds_it_by_copied_terms_alone_passes_it_on_by_them_and_tells_everyone() -> None:
    """East is no Party of North–South; in danger it passes on to West what came to it by South."""
    own = Fuller("north-south-2026", (NORTH, SOUTH), more=_CLAUSE)
    later = Fuller("south-east-2026", (SOUTH, EAST), more=_CLAUSE)
    with quiet(own, later, Fuller("east-west-2026", (EAST, WEST))) as made:
        digest = report(made, category="incident")
        give(made, digest)
        share(made, digest)
        pass_around(made)
        outcome = made.members[EAST].act(disclose, digest, to=WEST, purpose=DEFENCE, emergency=OFFICERS)
        assert outcome.decision.permitted
        pass_around(made, 6)
        (row,) = [row for row in inbox(made, WEST) if row.kind == "disclosure"]
        assert (row.state, row.reason) == ("accepted", "")
        newest = [notice.said for notice in notices(made, NORTH) if notice.said.by == EAST]
        assert [(said.to, said.review_by) for said in newest] == [(WEST, "2026-03-04T09:00:00Z")]


def test_where_nothing_had_to_be_lifted_it_is_an_ordinary_disclosure() -> None:
    made = quiet(THREE)
    with made:
        digest = report(made, category="incident")
        outcome = made.members[NORTH].act(disclose, digest, to=SOUTH, purpose=DEFENCE, emergency=OFFICERS)
        assert outcome.decision.permitted
        assert notices(made, NORTH) == []


def test_those_told_say_what_they_think_within_the_clause_s_time() -> None:
    made, digest = held_by_south()
    with made:
        share(made, digest)
        pass_around(made)
        (notice,) = notices(made, NORTH)
        now = made.clock.now()
        assert notice.said.review_by == "2026-03-04T09:00:00Z"
        assert [notice.state_at(now), notice.state_at(now + 4 * DAY)] == ["waiting", "overdue"]
        made.wait(4 * DAY)
        assert made.members[NORTH].act(do_duties).unreviewed == (notice.digest,)
        with pytest.raises(BadInput, match="needs its reason"):
            made.members[NORTH].act(review_necessity, notice.digest[:12], accept=False, because="")
        made.members[NORTH].act(review_necessity, notice.digest[:12], accept=False, because="we were awake")
        pass_around(made)
        (known,) = notices(made, SOUTH)
        assert [(each.by, each.verdict, each.because) for each in known.reviews] == [
            (NORTH, "contested", "we were awake")
        ]
        assert made.members[NORTH].act(do_duties).unreviewed == ()


def test_nobody_reviews_his_own_necessity_or_one_he_never_heard_of() -> None:
    made, digest = held_by_south()
    with made:
        share(made, digest)
        (notice,) = notices(made, SOUTH)
        errors: list[type[ComityError]] = []
        for party, name in ((SOUTH, notice.digest), (NORTH, notice.digest), (SOUTH, "")):
            with pytest.raises(ComityError) as found:
                made.members[party].act(review_necessity, name, accept=True, because="")
            errors.append(type(found.value))
        assert errors == [RefusedHere, NotFound, NotFound]


def test_necessity_lifts_no_withdrawal() -> None:
    from comity.node.withdraw import withdraw

    made, digest = held_by_south()
    with made:
        made.members[NORTH].act(withdraw, digest)
        made.deliver(NORTH)
        outcome = share(made, digest)
        assert outcome.decision.outcome == "refused"
        assert "rule 7 withdrawn" in {ground.ref for ground in outcome.decision.grounds}
