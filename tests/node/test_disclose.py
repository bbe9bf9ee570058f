"""Sharing an item: what is decided, what is entered first, and what leaves nothing behind."""

import json
from datetime import timedelta

import pytest

from comity.errors import BadInput, ComityError, NotFound, RefusedHere
from comity.federation.statements import HopStatement, read
from comity.node.disclose import disclose
from comity.signing import from_bytes
from comity.testing.texts import Text
from node.worlds import (
    DEFENCE,
    EAST,
    NORTH,
    NORTH_EAST,
    NORTH_SOUTH,
    NORTH_WEST,
    RESPONSE,
    SOUTH,
    SOUTH_EAST,
    WEST,
    give,
    inbox,
    journal,
    kinds,
    nothing_changed,
    report,
    sent,
    world,
)


def test_the_decision_is_entered_before_the_envelope_and_names_its_grounds() -> None:
    with world() as made:
        digest = report(made)
        before = len(journal(made, NORTH))
        outcome = made.share(NORTH, digest, SOUTH, DEFENCE)
        decided, went = journal(made, NORTH)[before:]
        assert (decided.kind, decided.act, decided.channel) == ("decided", outcome.decision.digest, SOUTH)
        assert (went.kind, went.act, went.channel) == ("sent-disclosure", outcome.message, SOUTH)
        assert json.loads(decided.detail)["grounds"][0]["ref"] == "north-south-2026 art. 2(2)"
        assert [(row.state, row.sequence) for row in sent(made, NORTH)] == [("owed", 1)]


@pytest.mark.parametrize(
    ("category", "purpose", "to", "ground"),
    [
        ("buildings.plans", DEFENCE, SOUTH, "rule 4 category"),
        ("incident.reports", RESPONSE, SOUTH, "north-south-2026 art. 2(2)"),
        ("incident.reports", "", SOUTH, "rule 5 purpose"),
        ("incident.reports", DEFENCE, EAST, "rule 2 in force"),
        ("incident.reports", DEFENCE, "unknown.example", "rule 2 in force"),
    ],
)
def test_a_refusal_is_entered_too_and_nothing_leaves(
    category: str, purpose: str, to: str, ground: str
) -> None:
    with world() as made:
        digest = report(made, category=category)
        before = len(journal(made, NORTH))
        outcome = made.share(NORTH, digest, to, purpose)
        assert outcome.decision.outcome == "refused"
        assert ground in {each.ref for each in outcome.decision.grounds}
        assert kinds(made, NORTH, before) == ["decided"]
        assert sent(made, NORTH) == []


def test_a_dry_run_leaves_nothing() -> None:
    with world() as made:
        digest, north = report(made), made.members[NORTH]
        nothing_changed(
            made, NORTH, lambda: north.act(disclose, digest, to=SOUTH, purpose=DEFENCE, dry_run=True)
        )


def test_an_item_is_found_by_digest_beginning_and_label() -> None:
    with world() as made:
        digest, north = report(made, label="r-18"), made.members[NORTH]
        for name in (digest, digest[:8], "r-18"):
            assert north.act(disclose, name, to=SOUTH, purpose=DEFENCE, dry_run=True).item.digest == digest


@pytest.mark.parametrize("name", ["", "nothing", "ab" * 32, "%", "_", "*", "r-1' OR '1'='1"])
def test_what_is_not_held_is_not_found(name: str) -> None:
    with world() as made:
        report(made, label="r-18")
        north = made.members[NORTH]
        with pytest.raises(NotFound):
            north.act(disclose, name, to=SOUTH, purpose=DEFENCE)


def test_a_label_that_names_two_items_is_not_guessed_at() -> None:
    with world() as made:
        one = report(made, label="same")
        other = report(made, SOUTH, label="same", content=b"what South calls by this name")
        give(made, other, SOUTH, NORTH)
        with pytest.raises(NotFound, match="names more than one item") as refused:
            made.members[NORTH].act(disclose, "same", to=SOUTH, purpose=DEFENCE)
        assert one[:12] in refused.value.message and other[:12] in refused.value.message


@pytest.mark.parametrize("to", ["", "North", "not a name", "x" * 300 + ".example", NORTH])
def test_a_recipient_that_can_be_none_reaches_nobody(to: str) -> None:
    with world() as made:
        digest = report(made)
        try:
            outcome = made.members[NORTH].act(disclose, digest, to=to, purpose=DEFENCE)
        except ComityError as error:
            assert isinstance(error, (BadInput, RefusedHere))
        else:
            assert outcome.decision.outcome == "refused"
        assert sent(made, NORTH) == []
        made.check_at_rest()  # and the journal can still be read


def test_an_item_known_only_as_a_source_cannot_be_shared() -> None:
    with world(NORTH_SOUTH, Text("south-east-2026", (SOUTH, EAST)), NORTH_EAST) as made:
        source = report(made)
        give(made, source)
        summary = report(made, SOUTH, "summary", category="incident.summaries", made_from=[source])
        made.hostile.add(
            SOUTH
        )  # North and East have an agreement; South and East need North's word all the same
        assert made.share(SOUTH, summary, NORTH, DEFENCE).decision.permitted
        made.deliver(SOUTH)
        with pytest.raises(NotFound):
            made.members[EAST].act(disclose, source, to=NORTH, purpose=DEFENCE)


def test_of_two_routes_the_one_that_permits_is_taken_and_only_its_custody_travels() -> None:
    free = Text("north-east-2026", (NORTH, EAST), consent_of=None)
    east_west = Text("east-west-2026", (EAST, WEST))
    with world(NORTH_SOUTH, SOUTH_EAST, free, east_west) as made:
        digest = report(made)
        made.hostile.add(NORTH)
        made.members[NORTH]
        give(made, digest, NORTH, SOUTH)
        give(made, digest, NORTH, EAST)
        assert made.share(EAST, digest, WEST, DEFENCE).decision.permitted  # by the free route alone
        made.deliver(EAST)
        (holding,) = made.members[WEST].read(lambda transaction: transaction.holdings(digest))
        hops = [
            read(from_bytes(row.signed), HopStatement)
            for name in holding.custody
            if (row := made.members[WEST].read(lambda transaction, name=name: transaction.statement(name)))
        ]
        assert [(hop.by, hop.to) for hop in hops] == [(NORTH, EAST), (EAST, WEST)]


def test_the_agreement_that_is_named_is_the_one_used_or_it_is_refused() -> None:
    second = Text("north-south-later", (NORTH, SOUTH))
    with world(NORTH_SOUTH, second) as made:
        digest = report(made)
        for under in (NORTH_SOUTH.id, second.id):
            outcome = made.share(NORTH, digest, SOUTH, DEFENCE, under=under)
            assert outcome.decision.agreement == under
        refused = made.share(NORTH, digest, SOUTH, DEFENCE, under="another-2020")
        assert refused.decision.outcome == "refused"


def test_what_needs_a_persons_reading_goes_nowhere_until_it_was_read() -> None:
    with world() as made:
        digest = report(made, content=b"\x00" * 40 + b"political opinion and religious belief of a person")
        outcome = made.share(NORTH, digest, SOUTH, DEFENCE)
        if outcome.item.needs_reading:
            assert outcome.decision.outcome == "refused"
            assert any(each.ref.startswith("safeguard") for each in outcome.decision.grounds)


def test_a_node_whose_clock_went_back_decides_nothing() -> None:
    with world() as made:
        digest, north = report(made), made.members[NORTH]
        north.clock.skew = timedelta(seconds=-1)
        nothing_changed(made, NORTH, lambda: _refused_by_clock(north, digest))
        north.clock.skew = timedelta(0)
        assert made.share(NORTH, digest, SOUTH, DEFENCE).decision.permitted


def _refused_by_clock(north: object, digest: str) -> None:
    with pytest.raises(RefusedHere, match="before the journal's last entry"):
        north.act(disclose, digest, to=SOUTH, purpose=DEFENCE)  # type: ignore[attr-defined]


def test_a_peer_whose_card_has_expired_gets_nothing_new() -> None:
    with world() as made:
        digest = report(made)
        made.wait(timedelta(days=3650))
        with pytest.raises((RefusedHere, NotFound)):  # all cards of this world end on one day
            made.share(NORTH, digest, SOUTH, DEFENCE)
        assert sent(made, NORTH) == []
        assert "sent-disclosure" not in kinds(made, NORTH)


def test_what_was_kept_too_long_goes_to_nobody_not_even_with_consent() -> None:
    short = Text("north-south-2026", (NORTH, SOUTH), retention_days=10, consent_of=None)
    with world(short, SOUTH_EAST) as made:
        digest = report(made)
        give(made, digest)
        made.wait(timedelta(days=9))
        assert made.share(SOUTH, digest, EAST, DEFENCE).decision.permitted
        made.wait(timedelta(days=1))
        decision = made.share(SOUTH, digest, EAST, DEFENCE).decision
        assert decision.outcome == "refused"
        assert {each.ref for each in decision.grounds} == {"north-south-2026 art. 4"}


def test_four_parties_agree_pair_by_pair_and_each_channel_counts_for_itself() -> None:
    with world(NORTH_SOUTH, NORTH_EAST, NORTH_WEST) as made:
        digest = report(made)
        for to in (SOUTH, EAST, WEST, SOUTH):
            made.share(NORTH, digest, to, DEFENCE)
        assert sorted((row.peer, row.sequence) for row in sent(made, NORTH)) == [
            (EAST, 1),
            (SOUTH, 1),
            (SOUTH, 2),
            (WEST, 1),
        ]
        made.settle()
        assert [row.sequence for row in inbox(made, SOUTH)] == [2, 1]
