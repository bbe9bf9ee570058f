"""A correction follows the item it replaces over every hop, as far as the gate permits, and by itself."""

from datetime import timedelta

import pytest

from comity.node.correct import correct
from comity.node.daily_duties import do_duties
from comity.node.obtain_consent import ask_consent, grant, refuse
from comity.ports import RequestRow
from comity.testing.texts import Text
from comity.testing.world import World
from node.worlds import (
    DEFENCE,
    EAST,
    NORTH,
    NORTH_SOUTH,
    SOUTH,
    SOUTH_EAST,
    body,
    give,
    item,
    report,
    requests,
    world,
)

FREE = tuple(
    Text(each.id, each.parties, exchange=each.exchange, consent_of=None) for each in (NORTH_SOUTH, SOUTH_EAST)
)


def open_requests(made: World) -> list[RequestRow]:
    return [row for row in requests(made, NORTH) if row.state == "asked"]


def at_east(made: World) -> str:
    """Let a report of North's go to South, and with North's consent to East."""
    old = report(made)
    give(made, old)
    made.members[SOUTH].act(ask_consent, old, to=EAST, purpose=DEFENCE)
    made.settle()
    (asked,) = open_requests(made)
    made.members[NORTH].act(grant, asked.id, until=made.clock.now() + timedelta(days=300))
    made.settle()
    give(made, old, SOUTH, EAST)
    made.wait(timedelta(minutes=1))
    return old


def corrected(made: World, old: str) -> str:
    new = report(made, label="corrected")
    made.members[NORTH].act(correct, old, by=new, reason="the address was wrong")
    made.settle()
    return new


def held(made: World, party: str, digest: str) -> bool:
    row = made.members[party].read(lambda transaction: transaction.item(digest))
    return row is not None and row.state == "held" and body(made, party, digest) is not None


def test_what_needs_consent_again_is_asked_for_once_and_passes_when_it_is_given() -> None:
    with world() as made:
        old = at_east(made)
        new = corrected(made, old)
        assert (item(made, SOUTH, old).state, item(made, EAST, old).state) == ("erased", "erased")
        assert held(made, SOUTH, new) and not held(made, EAST, new)
        (asked,) = open_requests(made)
        assert (asked.asker, asked.item, asked.to, asked.purpose) == (SOUTH, new, EAST, DEFENCE)
        for _ in range(2):
            made.wait(timedelta(days=1))
            made.members[SOUTH].act(do_duties)
            made.settle()
        assert open_requests(made) == [asked]
        made.members[NORTH].act(grant, asked.id, until=made.clock.now() + timedelta(days=30))
        made.settle()
        assert held(made, EAST, new)


def test_a_refused_consent_leaves_it_where_it_is() -> None:
    with world() as made:
        new = corrected(made, at_east(made))
        made.members[NORTH].act(refuse, open_requests(made)[0].id, reason="not this one")
        made.settle()
        made.wait(timedelta(days=1))
        made.members[SOUTH].act(do_duties)
        made.settle()
        assert not held(made, EAST, new) and open_requests(made) == []


@pytest.mark.parametrize("first", ["the withdrawal", "the corrected item"])
def test_it_passes_at_once_whichever_comes_first(first: str) -> None:
    with world(*FREE) as made:
        old = report(made)
        give(made, old)
        give(made, old, SOUTH, EAST)
        made.wait(timedelta(minutes=1))
        new = report(made, label="corrected")
        if first == "the corrected item":
            give(made, new)
        made.members[NORTH].act(correct, old, by=new)
        made.settle()
        assert item(made, EAST, old).state == "erased" and held(made, EAST, new)


def test_who_cannot_be_reached_gets_it_with_the_days_duties() -> None:
    with world(*FREE) as made:
        old = report(made)
        give(made, old)
        give(made, old, SOUTH, EAST)
        made.wait(timedelta(minutes=1))
        made.network.cut(SOUTH, EAST)
        new = report(made, label="corrected")
        made.members[NORTH].act(correct, old, by=new)
        for _ in range(3):
            for party in (NORTH, SOUTH):
                made.deliver(party)
        assert not held(made, EAST, new)
        made.network.mend()
        made.wait(timedelta(days=1))
        made.members[SOUTH].act(do_duties)
        made.settle()
        assert held(made, EAST, new)
        sent = made.members[SOUTH].read(lambda transaction: transaction.disclosures(new))
        assert [each.to for each in sent] == [EAST]
