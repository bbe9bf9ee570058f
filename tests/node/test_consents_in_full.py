"""Consents: by item or class, on conditions, unasked, standing in the text; what they open; when no answer is no."""

from datetime import timedelta

import msgspec
import pytest

from comity.errors import BadInput, NotFound, RefusedHere
from comity.handling.consent import Consent
from comity.node.consent_impact import Impact, impact_of
from comity.node.consent_terms import Terms, consent_from
from comity.node.daily_duties import do_duties
from comity.node.give_consent import consents_known, give, revoke_consent, state_of
from comity.node.obtain_consent import ask_consent, grant, refuse, revoke, state_at
from comity.node.withdraw import withdraw
from comity.testing.world import World
from node.fuller import fuller, pass_around, quiet
from node.worlds import (
    DEFENCE,
    EAST,
    NORTH,
    NORTH_SOUTH,
    RESPONSE,
    SOUTH,
    SOUTH_EAST,
    inbox,
    report,
    requests,
    world,
)
from node.worlds import give as hand_over

DAY = timedelta(days=1)
NS = "north-south-2026"


def asked(made: World, digest: str, purpose: str = DEFENCE) -> str:
    """South asks North to pass an item to East, and the request arrives."""
    _, (row,) = made.members[SOUTH].act(ask_consent, digest, to=EAST, purpose=purpose)
    made.deliver(SOUTH)
    return row.id


def shared(made: World, digest: str, purpose: str = DEFENCE) -> str:
    return made.share(SOUTH, digest, EAST, purpose).decision.outcome


def known(made: World, party: str) -> list[Consent]:
    return made.members[party].act(consents_known)


# -- asking --------------------------------------------------------------------------------------------------------


def test_a_request_names_the_articles_and_must_be_answered_within_their_time() -> None:
    with quiet(*fuller(third=('answer_within = "P7D"',))) as made:
        digest = report(made)
        hand_over(made, digest)
        asked(made, digest)
        (row,) = requests(made, NORTH)
        assert row.grounds == (f"{NS} art. 3",)
        assert row.answer_by == made.clock.now() + 7 * DAY


def test_where_no_article_says_a_request_runs_for_thirty_days() -> None:
    with world() as made:
        digest = report(made)
        hand_over(made, digest)
        asked(made, digest)
        (row,) = requests(made, NORTH)
        assert row.answer_by == made.clock.now() + 30 * DAY


def test_no_answer_is_no_on_both_sides_from_the_instant_after_its_day() -> None:
    with quiet(*fuller(third=('answer_within = "P7D"',))) as made:
        digest = report(made)
        hand_over(made, digest)
        request = asked(made, digest)
        made.wait(7 * DAY)
        for party in (NORTH, SOUTH):
            assert [state_at(row, made.clock.now()) for row in requests(made, party)] == ["asked"]
        made.wait(timedelta(seconds=1))
        for party in (NORTH, SOUTH):
            assert [state_at(row, made.clock.now()) for row in requests(made, party)] == ["expired"]
        with pytest.raises(RefusedHere, match="expired"):
            made.members[NORTH].act(grant, request, until=made.clock.now() + DAY)
        done = made.members[NORTH].act(do_duties)
        assert done.closed == (request,)
        assert requests(made, NORTH)[0].state == "expired"
        assert shared(made, digest) == "needs-consent"


def test_a_refusal_carries_its_reason_back_and_opens_nothing() -> None:
    with world() as made:
        digest = report(made)
        hand_over(made, digest)
        request = asked(made, digest)
        made.members[NORTH].act(refuse, request, reason="it would tell who was hit")
        pass_around(made)
        assert [row.state for row in requests(made, SOUTH)] == ["refused"]
        assert shared(made, digest) == "needs-consent"


# -- granting ------------------------------------------------------------------------------------------------------


def test_one_item_opens_itself_and_what_is_made_from_it_and_nothing_else() -> None:
    with world() as made:
        first, second = report(made, label="first"), report(made, label="second")
        for digest in (first, second):
            hand_over(made, digest)
        summary = report(
            made, SOUTH, "summary", category="incident.summaries", made_from=[first], content=b"short words"
        )
        made.members[NORTH].act(grant, asked(made, first), until=made.clock.now() + DAY)
        pass_around(made)
        assert [shared(made, each) for each in (first, summary, second)] == [
            "permitted",
            "permitted",
            "needs-consent",
        ]
        made.deliver(SOUTH)
        assert {row.state for row in inbox(made, EAST) if row.kind == "disclosure"} == {"accepted"}


def test_a_class_opens_every_item_of_its_category_that_came_under_its_agreement() -> None:
    with quiet(*fuller()) as made:
        reports = [report(made, label=f"report-{number}") for number in range(2)]
        other = report(made, label="other", category="incident.indicators")
        for digest in (*reports, other):
            hand_over(made, digest)
        terms = Terms(agreement=NS, category="incident.reports")
        until = made.clock.now() + DAY
        made.members[NORTH].act(grant, asked(made, reports[0]), until=until, terms=terms)
        pass_around(made)
        assert [shared(made, each) for each in (*reports, other)] == [
            "permitted",
            "permitted",
            "needs-consent",
        ]
        made.deliver(SOUTH)
        assert {row.state for row in inbox(made, EAST) if row.kind == "disclosure"} == {"accepted"}


def test_a_tear_line_given_unasked_opens_its_class_to_the_named_recipient_only() -> None:
    with quiet(*fuller()) as made:
        digest = report(made)
        hand_over(made, digest)
        made.members[NORTH].act(
            give,
            holder=SOUTH,
            to=EAST,
            until=made.clock.now() + DAY,
            terms=Terms(agreement=NS, category="incident.reports"),
        )
        pass_around(made)
        (consent,) = known(made, SOUTH)
        assert (consent.by, consent.is_class) == (NORTH, True)
        assert shared(made, digest) == "permitted"


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        (Terms(), "one item, or one class"),
        (Terms(item="a" * 64, agreement=NS, category="incident"), "one item, or one class"),
        (Terms(agreement=NS), "its agreement and its category"),
        (Terms(category="incident"), "its agreement and its category"),
        (Terms(agreement=NS, category="not a category"), "not a dotted name"),
        (Terms(agreement=NS, category="incident", fresh="soon"), "fresh: `soon` is not a duration"),
    ],
)
def test_a_consent_that_names_both_or_neither_or_half_is_none(terms: Terms, told: str) -> None:
    with world() as made:
        at = made.clock.now()
        with pytest.raises(BadInput, match=told):
            consent_from(NORTH, at, holder=SOUTH, to=EAST, until=at + DAY, purpose="", terms=terms)


def test_all_mistakes_of_a_consent_are_named_at_once() -> None:
    with world() as made:
        at = made.clock.now()
        with pytest.raises(BadInput) as found:
            consent_from(NORTH, at, holder=NORTH, to=EAST, until=at, purpose="", terms=Terms())
        assert len(found.value.mistakes) == 3


def test_a_consent_begins_and_ends_at_its_instants() -> None:
    with world() as made:
        digest = report(made)
        hand_over(made, digest)
        request = asked(made, digest)
        now = made.clock.now()
        made.members[NORTH].act(grant, request, until=now + 2 * DAY, terms=Terms(begins=now + DAY))
        pass_around(made)
        assert shared(made, digest) == "needs-consent"
        made.wait(DAY)
        assert shared(made, digest) == "permitted"
        made.wait(DAY)
        assert shared(made, digest) == "needs-consent"
        (consent,) = known(made, SOUTH)
        assert [state_of(consent, now + each) for each in (timedelta(0), DAY, 2 * DAY)] == [
            "not yet",
            "stands",
            "ended",
        ]


def test_a_consent_for_one_purpose_serves_no_other_and_one_for_any_serves_those_agreed() -> None:
    with world() as made:
        digest = report(made, category="incident.indicators")
        hand_over(made, digest, purpose=RESPONSE)
        made.members[NORTH].act(grant, asked(made, digest, RESPONSE), until=made.clock.now() + DAY)
        pass_around(made)
        assert shared(made, digest, RESPONSE) == "permitted"
        assert shared(made, digest, DEFENCE) == "needs-consent"


def test_giving_needs_an_item_or_agreement_that_is_known_here() -> None:
    with world() as made:
        until = made.clock.now() + DAY
        with pytest.raises(NotFound):
            made.members[NORTH].act(give, holder=SOUTH, to=EAST, until=until, terms=Terms(item="f" * 64))
        with pytest.raises(NotFound):
            made.members[NORTH].act(
                give,
                holder=SOUTH,
                to=EAST,
                until=until,
                terms=Terms(agreement="none-2026", category="incident"),
            )


# -- taking back ---------------------------------------------------------------------------------------------------


def test_revoking_stops_new_hops_and_leaves_what_passed_where_it_is() -> None:
    with world() as made:
        digest = report(made)
        hand_over(made, digest)
        request = asked(made, digest)
        made.members[NORTH].act(grant, request, until=made.clock.now() + 9 * DAY)
        pass_around(made)
        assert shared(made, digest) == "permitted"
        pass_around(made)
        made.wait(DAY)
        made.members[NORTH].act(revoke, request)
        pass_around(made)
        assert shared(made, digest) == "needs-consent"
        assert [row.state for row in requests(made, SOUTH)] == ["revoked"]
        assert [row.state for row in inbox(made, EAST) if row.kind == "disclosure"] == ["accepted"]


def test_a_consent_is_taken_back_by_its_own_name_from_a_later_instant() -> None:
    with world() as made:
        digest = report(made)
        hand_over(made, digest)
        north = made.members[NORTH]
        given = north.act(
            give, holder=SOUTH, to=EAST, until=made.clock.now() + 9 * DAY, terms=Terms(item=digest)
        )
        with pytest.raises(BadInput, match="never from an earlier one"):
            north.act(revoke_consent, given.digest[:12], effective=made.clock.now() - DAY)
        north.act(revoke_consent, given.digest[:12], effective=made.clock.now() + DAY)
        with pytest.raises(RefusedHere, match="was taken back"):
            north.act(revoke_consent, given.digest[:12], effective=made.clock.now() + 2 * DAY)
        pass_around(made)
        assert shared(made, digest) == "permitted"
        made.wait(DAY)
        assert shared(made, digest) == "needs-consent"


# -- standing in the text ------------------------------------------------------------------------------------------


def test_a_consent_written_into_the_text_opens_its_categories_until_its_day() -> None:
    standing = 'standing = [{ to = "east.example", categories = ["incident.reports"], until = 2026-03-10 }]'
    with quiet(*fuller(third=(standing,))) as made:
        open_, closed = report(made), report(made, label="closed", category="incident.indicators")
        for digest in (open_, closed):
            hand_over(made, digest)
        assert shared(made, open_) == "permitted"
        assert shared(made, closed) == "needs-consent"
        made.deliver(SOUTH)
        assert [row.state for row in inbox(made, EAST) if row.kind == "disclosure"] == ["accepted"]
        made.wait(10 * DAY)
        assert shared(made, open_) == "needs-consent"


# -- before giving -------------------------------------------------------------------------------------------------


def preview(made: World, terms: Terms, purpose: str = DEFENCE) -> Impact:
    at = made.clock.now()
    granted = consent_from(NORTH, at, holder=SOUTH, to=EAST, until=at + DAY, purpose=purpose, terms=terms)
    return made.members[NORTH].act(impact_of, granted, at)


def test_a_preview_counts_items_and_summaries_that_a_class_would_open() -> None:
    with world() as made:
        for number in range(3):
            hand_over(made, report(made, label=f"report-{number}"))
        first, second = (made.members[NORTH].node.act(lambda t: t.items())[place].digest for place in (0, 1))
        for number, source in enumerate((first, second)):
            summary = report(
                made,
                SOUTH,
                f"summary-{number}",
                category="incident.summaries",
                made_from=[source],
                content=f"short words {number}".encode(),
            )
            asked(made, summary)
        hand_over(made, report(made, label="other", category="incident.indicators"))
        found = preview(made, Terms(agreement=NS, category="incident.reports"))
        assert found.words == "this opens 3 items and 2 summaries to east.example"
        assert preview(made, Terms(agreement=NS, category="incident.indicators")).words == (
            "this opens 1 item to east.example"
        )


def test_a_preview_of_one_item_counts_it_and_what_is_known_to_be_made_from_it() -> None:
    with world() as made:
        digest = report(made)
        hand_over(made, digest)
        summary = report(
            made, SOUTH, "summary", category="incident.summaries", made_from=[digest], content=b"short words"
        )
        asked(made, summary)
        assert {each.item for each in preview(made, Terms(item=digest)).opened} == {digest, summary}
        assert {each.item for each in preview(made, Terms(item=summary)).opened} == {summary}


def test_a_preview_does_not_count_what_was_withdrawn() -> None:
    with world() as made:
        kept, gone = (report(made, label=label) for label in ("kept", "gone"))
        for each in (kept, gone):
            hand_over(made, each)
        reports = Terms(agreement=NS, category="incident.reports")
        assert {each.item for each in preview(made, reports).opened} == {kept, gone}
        made.members[NORTH].act(withdraw, gone, reason="it was wrong")
        assert {each.item for each in preview(made, reports).opened} == {kept}
        assert preview(made, Terms(item=gone)).opened == ()


def test_a_preview_does_not_count_what_the_holder_may_no_longer_hold() -> None:
    with world(msgspec.structs.replace(NORTH_SOUTH, retention_days=10), SOUTH_EAST) as made:
        digest = report(made)
        hand_over(made, digest)
        reports = Terms(agreement=NS, category="incident.reports")
        assert {each.item for each in preview(made, reports).opened} == {digest}
        made.wait(9 * DAY)
        fresh = report(made, label="fresh")
        hand_over(made, fresh)
        assert {each.item for each in preview(made, reports).opened} == {digest, fresh}
        made.wait(2 * DAY)
        assert {each.item for each in preview(made, reports).opened} == {fresh}
        assert preview(made, Terms(item=digest)).opened == ()


def test_a_preview_counts_nothing_that_is_open_already() -> None:
    with world() as made:
        digest = report(made)
        hand_over(made, digest)
        made.members[NORTH].act(
            give, holder=SOUTH, to=EAST, until=made.clock.now() + DAY, terms=Terms(item=digest)
        )
        assert preview(made, Terms(item=digest)).words == "this opens nothing known here to east.example"
