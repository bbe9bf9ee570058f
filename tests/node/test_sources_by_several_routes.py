"""A source that two Parties have made something from: each route of it is at hand, travels, and binds."""

from datetime import timedelta

import pytest

from comity.node.obtain_consent import ask_consent, grant
from comity.node.questions import find_item, gather
from comity.node.weigh import Sketch, weigh
from comity.testing.texts import Article, Text
from comity.testing.world import World
from node.worlds import (
    DEFENCE,
    EAST,
    NORTH_SOUTH,
    SOUTH,
    SOUTH_EAST,
    WEST,
    give,
    inbox,
    item,
    report,
    requests,
    world,
)

SOUTH_WEST = Text("south-west-2026", (SOUTH, WEST), exchange=(Article("incident.summaries"),))
SUMMARY = "incident.summaries"


def both(made: World) -> tuple[str, str]:
    """East gives South a report and its own summary of it; South makes one from both."""
    theirs = report(made, EAST)
    give(made, theirs, EAST, SOUTH)
    summary = report(made, EAST, "summary", category=SUMMARY, made_from=[theirs], content=b"in short")
    give(made, summary, EAST, SOUTH)
    return theirs, report(
        made, SOUTH, "both", category=SUMMARY, made_from=[theirs, summary], content=b"together"
    )


def test_it_goes_back_to_whose_the_sources_are() -> None:
    with world(NORTH_SOUTH, SOUTH_EAST) as made:
        theirs, joint = both(made)
        routes = made.members[SOUTH].read(lambda rows: gather(rows, find_item(rows, joint)).sources)
        assert sorted(len(route.custody) for row, route in routes if row.digest == theirs) == [0, 1]
        give(made, joint, SOUTH, EAST)
        assert inbox(made, EAST)[0].state == "accepted"
        assert item(made, EAST, joint).state == "held"


def test_it_passes_to_a_third_with_the_consent_it_names_and_is_decided_alike_there() -> None:
    with world(NORTH_SOUTH, SOUTH_EAST, SOUTH_WEST) as made:
        _, joint = both(made)
        outcome = made.share(SOUTH, joint, WEST, DEFENCE)
        assert (outcome.decision.outcome, [each.party for each in outcome.decision.ask]) == (
            "needs-consent",
            [EAST],
        )
        made.members[SOUTH].act(ask_consent, joint, to=WEST, purpose=DEFENCE)
        made.settle()
        (asked,) = requests(made, EAST)
        made.members[EAST].act(grant, asked.id, until=made.clock.now() + timedelta(days=9))
        made.settle()
        give(made, joint, SOUTH, WEST)
        assert inbox(made, WEST)[0].state == "accepted"
        routes = made.members[WEST].read(lambda rows: gather(rows, find_item(rows, joint)).sources)
        assert len(routes) == 3 and len({row.digest for row, _ in routes}) == 2


@pytest.mark.parametrize("turned", [False, True])
def test_the_verdict_while_writing_is_the_one_that_sharing_comes_to(turned: bool) -> None:
    with world(NORTH_SOUTH, SOUTH_EAST, SOUTH_WEST) as made:
        _, joint = both(made)
        sources = made.members[SOUTH].read(lambda rows: find_item(rows, joint).made_from)
        sketch = Sketch(
            category=SUMMARY,
            marking="TLP:GREEN",
            made_from=tuple(reversed(sources)) if turned else tuple(sources),
        )
        for to, outcome in ((EAST, "permitted"), (WEST, "needs-consent")):
            decision = made.members[SOUTH].act(weigh, sketch=sketch, to=to, purpose=DEFENCE)
            assert decision.outcome == outcome, decision.grounds
