"""Routes: laid out once, no more of them than there is room for, and the same answer with room or without."""

import random

import msgspec
import pytest

from comity.decisions import known as known_module
from comity.decisions import routes as routes_module
from comity.decisions.gate import decide
from comity.decisions.sources import Source
from comity.handling.item import Item
from decisions.material import AT, EAST, NORTH, SOUTH, WEST, consent, hop, known, question, received
from oracle import history, world

CLASS = msgspec.structs.replace(consent(None), agreement="north-south", category="incident")


def test_a_route_is_laid_out_when_an_item_first_comes_that_way():
    held = known(CLASS)
    for name in ("r", "s"):
        assert decide(question(received(name)), held, AT).permitted
    routes = held.routes(SOUTH, EAST)
    ((ends, leg),) = routes.first.items()
    assert ends == ("north-south", NORTH, SOUTH)
    assert (leg.senders, len(leg.duties)) == ((NORTH,), 1)
    assert [giver for giver, _ in next(iter(leg.duties.values())).waiting] == [NORTH]


def test_acts_that_come_later_lay_routes_out_anew():
    before = known()
    assert decide(question(received("r")), before, AT).outcome == "needs-consent"
    after = before.with_acts((CLASS,))
    assert decide(question(received("r")), after, AT).permitted
    assert decide(question(received("r")), before, AT).outcome == "needs-consent"


@pytest.mark.parametrize("seed", range(3))
def test_without_room_for_a_single_route_every_answer_is_the_same(seed, monkeypatch):
    deeds = world.pool(77)
    sources = {deed.id: Source(deed.timeline) for deed in deeds}
    with_room = history.play(deeds, sources, 770 + seed, swarm=True)
    monkeypatch.setattr(routes_module, "_MOST_KEPT", 0)
    monkeypatch.setattr(known_module, "_MOST_PAIRS", 0)
    without = history.play(deeds, sources, 770 + seed, swarm=True)
    told = [decision.to_bytes() for _, _, decision in with_room.tries]
    assert told == [decision.to_bytes() for _, _, decision in without.tries]


def test_no_more_legs_and_lists_are_kept_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr(routes_module, "_MOST_KEPT", 5)
    held, drawn = known(CLASS), random.Random(1)
    for number in range(40):
        item = Item("r", f"incident.k{drawn.randrange(1000)}", NORTH, hops=(hop(),))
        assert decide(question(item), held, AT).permitted, number
    assert kept(held.routes(SOUTH, EAST).first) == 5


def kept(legs):
    """Count legs and lists, also of the legs that follow."""
    return sum(1 + len(leg.duties) + kept(leg.following) for leg in legs.values())


def test_legs_are_told_apart_by_the_hops_before_them():
    held = known()
    straight = hop(EAST, WEST, agreement="east-west")
    routes = held.routes(WEST, NORTH)
    first = routes.leg(None, straight)
    after = routes.leg(routes.leg(None, hop(NORTH, EAST)), straight)
    assert (first.senders, after.senders) == ((EAST,), (NORTH, EAST))
    assert routes.leg(None, straight) is first
