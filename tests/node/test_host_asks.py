"""The Party that hosts the register for all sees of others' records what any other Party would, and no more."""

from datetime import UTC, datetime
from typing import Any

import pytest

from comity.errors import NotFound, RefusedHere
from comity.node.check_own import check_own
from comity.node.follow_up import follow_up, release
from comity.node.host_register import contribute
from comity.node.show_record import show_record
from comity.register.book import read_queries
from comity.testing.world import World

from .registers import (
    EAST,
    NORTH,
    PURPOSE,
    SOUTH,
    agreement,
    check,
    entity,
    hits,
    lines,
    parts,
    put,
    register_world,
)

UNDER = "register-2026"
NAMES = {
    "open": "Tavrin Merezhko",
    "reference": "Jorvik Quillfeather",
    "ask": "Oyelaran Abimbade",
    "silent": "Ilse Zandstra",
}
UNTIL = datetime(2026, 12, 1, tzinfo=UTC)


def hosted(*handlings: str, capacity: int = 50) -> World:
    """Let South contribute a record of each handling to the register that North hosts."""
    world = register_world(agreement(NORTH, SOUTH, EAST, host=NORTH, capacity=capacity))
    for handling in handlings or NAMES:
        put(world, SOUTH, f"s-{handling}", NAMES[handling], handling)
    world.members[SOUTH].act(contribute, UNDER, purpose=PURPOSE)
    world.settle()
    return world


def own(world: World, name: str) -> list[str]:
    (answer,) = world.members[NORTH].act(check_own, read_queries(lines(entity("q", name))))
    return [hit["id"] for hit in answer["hits"]]


def shown(world: World, identity: str) -> dict[str, Any]:
    found: dict[str, Any] = world.members[NORTH].act(show_record, identity)
    return found


@pytest.mark.parametrize("handling", NAMES)
def test_without_an_agreement_the_host_is_shown_nothing_of_others(handling: str) -> None:
    world = hosted()
    put(world, NORTH, "n1", "Brackwater Holdings", schema="Company")
    assert own(world, NAMES[handling]) == []
    with pytest.raises(NotFound, match="no record"):
        shown(world, f"south.example/s-{handling}")
    assert own(world, "Brackwater Holdings") == ["n1"]
    assert shown(world, "n1")["subject"]["id"] == "n1"


@pytest.mark.parametrize(
    ("handling", "told"),
    [
        ("open", [("record", "s-open")]),
        ("reference", [("reference", "s-reference")]),
        ("ask", [("owner", "")]),
        ("silent", []),
    ],
)
def test_under_the_agreement_the_host_is_told_what_another_is_and_the_owner_hears_of_it(
    handling: str, told: list[tuple[str, str]]
) -> None:
    world = hosted()
    for asker in (NORTH, EAST):
        name = check(world, asker, NAMES[handling], under=UNDER)
        found = [hit for hit in hits(world, asker, name) if hit.band == "hit"]
        assert [(hit.shown, hit.reference) for hit in found] == told
        assert all(hit.why == () and hit.score % 100 == 0 for hit in found if hit.shown != "record")
        (echo,) = hits(world, SOUTH, name, ours=False)
        assert (echo.peer, echo.key) == (asker, f"s-{handling}")
        assert echo.shown == (told[0][0] if told else "nothing")


def test_the_hosts_own_questions_are_counted_like_anybodys() -> None:
    world = hosted(capacity=2)
    for _ in range(2):
        check(world, NORTH, NAMES["reference"], under=UNDER)
    with pytest.raises(RefusedHere, match=r"art\. 5"):
        check(world, NORTH, NAMES["reference"], under=UNDER)
    counted = world.members[NORTH].read(
        lambda transaction: transaction.budget(UNDER, NORTH, NORTH, world.clock.now().date().isoformat())
    )
    assert counted == 2
    check(world, EAST, NAMES["reference"], under=UNDER)  # another Party's day is its own


def test_for_another_purpose_than_it_was_contributed_for_it_does_not_answer_the_host() -> None:
    world = hosted()
    assert hits(world, NORTH, check(world, NORTH, NAMES["open"], under=UNDER, purpose="fisheries")) == []


def test_what_the_owner_releases_to_the_host_its_people_may_see_from_then_on() -> None:
    world = hosted()
    (hit,) = hits(world, NORTH, check(world, NORTH, NAMES["ask"], under=UNDER))
    world.members[NORTH].act(follow_up, hit.id, because="the invoice names the same person")
    world.settle()
    world.members[SOUTH].act(release, hit.id)
    world.settle()
    assert hits(world, NORTH)[0].state == "released"
    assert own(world, NAMES["ask"]) == ["south.example/s-ask"]
    assert shown(world, "south.example/s-ask")["agreement"] == UNDER


def test_a_watch_of_the_hosts_own_is_told_of_a_contribution_as_anybodys_is() -> None:
    world = hosted("reference")
    name = check(world, NORTH, NAMES["ask"], under=UNDER, until=UNTIL)
    hidden = check(world, NORTH, NAMES["silent"], under=UNDER, until=UNTIL)
    for handling in ("ask", "silent"):
        put(world, SOUTH, f"s-{handling}", NAMES[handling], handling)
    world.members[SOUTH].act(contribute, UNDER, purpose=PURPOSE)
    world.settle()
    assert [(hit.shown, hit.reference) for hit in hits(world, NORTH, name)] == [("owner", "")]
    assert hits(world, NORTH, hidden) == []
    assert {part.state for part in parts(world, NORTH, name).values()} == {"standing"}
    heard = {hit.check: hit.key for hit in hits(world, SOUTH, ours=False)}
    assert heard == {name: "s-ask", hidden: "s-silent"}
