"""An echo: what comes in and descends from one's own is marked, over any number of hands, and shows no content."""

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
    body,
    give,
    item,
    report,
    world,
)

#: Nobody's word is needed: what these tests are about is what comes round.
_FREE = [
    Text(text.id, text.parties, exchange=text.exchange, consent_of=None)
    for text in (NORTH_SOUTH, SOUTH_EAST, NORTH_EAST)
]


def made_from(made: World, party: str, label: str, *sources: str) -> str:
    return report(
        made,
        party,
        label,
        category="incident.summaries",
        made_from=list(sources),
        content=f"the words of {label}, and nothing else".encode(),
    )


def test_a_summary_that_comes_back_over_two_hands_names_what_it_descends_from() -> None:
    with world(*_FREE) as made:
        own, other = report(made), report(made, SOUTH, "other")
        give(made, own)
        first = made_from(made, SOUTH, "first", own, other)
        give(made, first, SOUTH, EAST)
        second = made_from(made, EAST, "second", first)
        give(made, second, EAST, NORTH)
        assert item(made, NORTH, second).echo_of == (own,)
        assert item(made, EAST, first).echo_of == ()


def test_the_lineage_shows_what_the_sources_are_and_none_of_their_words() -> None:
    with world(*_FREE) as made:
        own, other = report(made), report(made, SOUTH, "other")
        give(made, own)
        first = made_from(made, SOUTH, "first", own, other)
        give(made, first, SOUTH, EAST)
        second = made_from(made, EAST, "second", first)
        give(made, second, EAST, NORTH)
        for source in (first, other):
            row = item(made, NORTH, source)
            assert (row.state, row.title, row.size) == ("known", "", 0)
            assert body(made, NORTH, source) is None


def test_what_others_made_from_others_is_no_echo() -> None:
    with world(*_FREE) as made:
        other = report(made, SOUTH, "other")
        give(made, made_from(made, SOUTH, "summary", other), SOUTH, NORTH)
        assert all(row.echo_of == () for row in made.members[NORTH].read(lambda t: t.items()))


def test_one_s_own_item_that_comes_back_stays_one_s_own() -> None:
    with world(*_FREE) as made:
        own = report(made)
        give(made, own)
        give(made, own, SOUTH, EAST)
        give(made, own, EAST, NORTH)
        row = item(made, NORTH, own)
        assert (row.state, row.originator) == ("held", NORTH)
        outcome = made.share(NORTH, own, SOUTH, DEFENCE)
        assert (outcome.decision.outcome, outcome.decision.holding) == ("permitted", 0)
