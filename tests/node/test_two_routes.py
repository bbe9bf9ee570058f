"""The same item by two routes is two holdings: one is decided on, the one named or the first that permits."""

import json

import pytest

from comity.errors import NotFound
from comity.federation.statements import HopStatement, read
from comity.node.disclose import disclose
from comity.signing import from_bytes
from comity.testing.texts import Text
from comity.testing.world import World
from node.worlds import (
    DEFENCE,
    EAST,
    NORTH,
    NORTH_EAST,
    NORTH_SOUTH,
    SOUTH,
    SOUTH_EAST,
    WEST,
    give,
    inbox,
    journal,
    report,
    world,
)

EAST_WEST = Text("east-west-2026", (EAST, WEST), exchange=NORTH_SOUTH.exchange)


def free(text: Text) -> Text:
    return Text(text.id, text.parties, exchange=text.exchange, consent_of=None)


def by_two_routes(first: Text, second: Text, last: Text) -> tuple[World, str]:
    """East has North's report from North itself, and through South."""
    made = world(first, second, last, EAST_WEST)
    digest = report(made)
    give(made, digest)
    give(made, digest, SOUTH, EAST)
    give(made, digest, NORTH, EAST)
    return made, digest


def custody(made: World, party: str, digest: str) -> list[list[str]]:
    """Give the hands of each route at a Party."""
    found = []
    for holding in made.members[party].read(lambda transaction: transaction.holdings(digest)):
        hops = []
        for name in holding.custody:
            row = made.members[party].read(lambda transaction, name=name: transaction.statement(name))
            assert row is not None
            hops.append(read(from_bytes(row.signed), HopStatement).by)
        found.append(hops)
    return found


def test_the_first_route_that_permits_is_taken_and_only_its_custody_travels() -> None:
    made, digest = by_two_routes(free(NORTH_SOUTH), free(SOUTH_EAST), NORTH_EAST)
    with made:
        assert custody(made, EAST, digest) == [[NORTH, SOUTH], [NORTH]]
        give(made, digest, EAST, WEST)
        assert custody(made, WEST, digest) == [[NORTH, SOUTH, EAST]]
        assert inbox(made, WEST)[0].state == "accepted"


def test_where_the_first_does_not_permit_the_second_is_taken_with_its_own_custody() -> None:
    made, digest = by_two_routes(free(NORTH_SOUTH), free(SOUTH_EAST), free(NORTH_EAST))
    with made:
        give(made, digest, EAST, WEST)
        assert custody(made, WEST, digest) == [[NORTH, SOUTH, EAST]]
    bound = Text(SOUTH_EAST.id, SOUTH_EAST.parties, exchange=SOUTH_EAST.exchange, consent_of="sender")
    made, digest = by_two_routes(free(NORTH_SOUTH), bound, free(NORTH_EAST))
    with made:
        outcome = give(made, digest, EAST, WEST)
        assert outcome.decision.holding == 1
        assert custody(made, WEST, digest) == [[NORTH, EAST]]


def test_the_route_that_is_named_is_decided_on_and_no_other() -> None:
    bound = Text(SOUTH_EAST.id, SOUTH_EAST.parties, exchange=SOUTH_EAST.exchange, consent_of="sender")
    made, digest = by_two_routes(free(NORTH_SOUTH), bound, free(NORTH_EAST))
    with made:
        east = made.members[EAST]
        first = east.act(disclose, digest, to=WEST, purpose=DEFENCE, route=1).decision
        assert (first.outcome, [ask.party for ask in first.ask]) == ("needs-consent", [SOUTH])
        second = east.act(disclose, digest, to=WEST, purpose=DEFENCE, route=2)
        assert second.decision.permitted
        made.deliver(EAST)
        assert custody(made, WEST, digest) == [[NORTH, EAST]]
        entry = [row for row in journal(made, EAST) if row.kind == "decided"][-1]
        said = json.loads(entry.detail)
        assert [hop["from"] for hop in said["question"]["items"][digest]["hops"]] == [NORTH]


def test_a_route_that_is_not_there_is_not_found() -> None:
    made, digest = by_two_routes(free(NORTH_SOUTH), free(SOUTH_EAST), free(NORTH_EAST))
    with made:
        for route in (3, -1):
            with pytest.raises(NotFound, match="has 2 routes"):
                made.members[EAST].act(disclose, digest, to=WEST, purpose=DEFENCE, route=route)
