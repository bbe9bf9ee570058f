"""Consents that carry over several hops: as far as they say, seen by every receiver, taken back all the way."""

import contextlib
from datetime import timedelta

import pytest

from comity.errors import BadInput, ForeignInput, RefusedHere
from comity.federation import statements
from comity.federation.statements import ConsentGranted
from comity.node.consent_terms import Terms
from comity.node.give_consent import consents_known, give, revoke_consent
from comity.node.items import check_read, confirm_read
from comity.node.obtain_consent import ask_consent, grant
from comity.signing import from_bytes
from comity.testing.hostile import send_anyway
from comity.testing.world import World
from node.fuller import Fuller, pass_around, quiet
from node.worlds import _SHARED, DEFENCE, EAST, NORTH, SOUTH, WEST, inbox, item, report, requests
from node.worlds import give as hand_over

DAY = timedelta(days=1)
LAKE = "lake.example"
TEXTS = tuple(
    Fuller(f"{one.split('.')[0]}-{two.split('.')[0]}-2026", (one, two), exchange=_SHARED)
    for one, two in ((NORTH, SOUTH), (SOUTH, EAST), (EAST, WEST), (WEST, LAKE))
)


def held_by_east(hops: int, condition: str = "", fresh: str = "") -> tuple[World, str, str]:
    """North lets South pass a report to East, over so many hops; it is there, and South does not mind."""
    made = quiet(*TEXTS)
    digest = report(made)
    hand_over(made, digest)
    consent = made.members[NORTH].act(
        give,
        holder=SOUTH,
        to=EAST,
        until=made.clock.now() + 30 * DAY,
        terms=Terms(item=digest, hops=hops, condition=condition, fresh=fresh),
    )
    pass_around(made)
    hand_over(made, digest, SOUTH, EAST)
    consented(made, SOUTH, EAST, WEST, digest)
    return made, digest, consent.digest


def consented(made: World, giver: str, holder: str, to: str, digest: str) -> None:
    """The holder asks everyone owed who is not asked yet, and this one Party grants it."""
    with contextlib.suppress(RefusedHere):
        made.members[holder].act(ask_consent, digest, to=to, purpose=DEFENCE)
    pass_around(made, 6)
    row = next(
        row for row in requests(made, giver) if (row.asker, row.owner, row.state) == (holder, giver, "asked")
    )
    made.members[giver].act(grant, row.id, until=made.clock.now() + 30 * DAY)
    pass_around(made, 6)


def asked(made: World, holder: str, digest: str, to: str) -> list[str]:
    """Give who must still be asked before it goes on."""
    decision = made.share(holder, digest, to, DEFENCE).decision
    return [ask.party for ask in decision.ask] if not decision.permitted else []


@pytest.mark.parametrize(("hops", "missing"), [(1, [NORTH]), (2, []), (3, [])])
def test_it_carries_over_as_many_hops_as_it_says(hops: int, missing: list[str]) -> None:
    made, digest, _ = held_by_east(hops)
    with made:
        assert asked(made, EAST, digest, WEST) == missing


def test_each_receiver_is_shown_it_and_takes_the_item_and_after_the_last_hop_it_counts_no_more() -> None:
    made, digest, _ = held_by_east(2)
    with made:
        hand_over(made, digest, EAST, WEST)
        assert inbox(made, WEST)[0].state == "accepted"
        for giver in (SOUTH, EAST):
            consented(made, giver, WEST, LAKE, digest)
        assert asked(made, WEST, digest, LAKE) == [NORTH]
        assert made.share(WEST, digest, LAKE, DEFENCE).lacking == (
            f"consent {made.members[WEST].act(consents_known)[0].digest[:12]} of north.example carries over 2 hops, "
            "the first from south.example to east.example, and not over this one",
        )


def test_one_sent_too_far_is_kept_apart_by_its_receiver() -> None:
    made, digest, _ = held_by_east(1)
    with made:
        made.members[EAST].act(send_anyway, digest, WEST, DEFENCE, "east-west-2026")
        made.deliver(EAST)
        (row,) = inbox(made, WEST)
        assert row.state == "quarantined"
        assert "consent of north.example is owed" in row.reason


def test_taken_back_it_stops_at_every_hand_that_it_reached() -> None:
    made, digest, consent = held_by_east(3)
    with made:
        hand_over(made, digest, EAST, WEST)
        for giver in (SOUTH, EAST):
            consented(made, giver, WEST, LAKE, digest)
        assert asked(made, EAST, digest, WEST) == []
        made.members[NORTH].act(revoke_consent, consent)
        pass_around(made, 6)
        assert asked(made, EAST, digest, WEST) == [NORTH]
        assert asked(made, WEST, digest, LAKE) == [NORTH]


def test_what_must_be_fresh_is_confirmed_by_its_giver_to_each_hand() -> None:
    made, digest, _ = held_by_east(2, fresh="PT24H")
    with made:
        made.wait(2 * DAY)
        assert asked(made, EAST, digest, WEST) == [NORTH]
        _, (row,) = made.members[EAST].act(ask_consent, digest, to=WEST, purpose=DEFENCE)
        assert row.confirms
        pass_around(made, 6)
        assert asked(made, EAST, digest, WEST) == []
        made.deliver(EAST)
        assert inbox(made, WEST)[0].state == "accepted"


def test_a_condition_goes_along_and_must_be_read_before_the_item_opens() -> None:
    made, digest, _ = held_by_east(2, condition="tell nobody outside the crisis cell")
    with made:
        row = item(made, EAST, digest)
        assert row.caveats == ("tell nobody outside the crisis cell (consent of north.example)",)
        with pytest.raises(Exception, match="tell nobody outside"):
            check_read(row)
        made.members[EAST].act(confirm_read, digest)
        made.share(EAST, digest, WEST, DEFENCE)
        made.deliver(EAST)
        assert item(made, WEST, digest).caveats == (
            "tell nobody outside the crisis cell (consent of north.example)",
        )


def test_a_request_is_granted_over_hops_and_with_a_condition() -> None:
    with quiet(*TEXTS) as made:
        digest = report(made)
        hand_over(made, digest)
        _, (row,) = made.members[SOUTH].act(ask_consent, digest, to=EAST, purpose=DEFENCE)
        made.deliver(SOUTH)
        terms = Terms(hops=2, condition="by telephone only")
        made.members[NORTH].act(grant, row.id, until=made.clock.now() + DAY, terms=terms)
        pass_around(made)
        (consent,) = made.members[SOUTH].act(consents_known)
        assert (consent.item, consent.hops, consent.condition) == (digest, 2, "by telephone only")


@pytest.mark.parametrize("hops", [0, -1, 65])
def test_it_carries_over_one_to_sixty_four_hops(hops: int) -> None:
    with quiet(*TEXTS) as made:
        digest = report(made)
        hand_over(made, digest)
        with pytest.raises(BadInput, match="carries over 1 to 64 hops"):
            made.members[NORTH].act(
                give,
                holder=SOUTH,
                to=EAST,
                until=made.clock.now() + DAY,
                terms=Terms(item=digest, hops=hops),
            )


@pytest.mark.parametrize("hops", [0, -1, 65])
def test_a_signed_one_that_says_otherwise_is_not_read(hops: int) -> None:
    made, _, consent = held_by_east(2)
    with made:
        row = made.members[NORTH].read(lambda transaction: transaction.statement(consent))
        signed = from_bytes(row.signed)
        wrong = signed.payload.replace(b'"hops":2', f'"hops":{hops}'.encode())
        assert wrong != signed.payload
        changed = type(signed)(
            **{**{n: getattr(signed, n) for n in signed.__struct_fields__}, "payload": wrong}
        )
        with pytest.raises(ForeignInput, match="hops"):
            statements.read(changed, ConsentGranted)
