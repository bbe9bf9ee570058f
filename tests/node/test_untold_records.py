"""A record that may not be told of changes no byte of an answer, whatever keeps it from being told (promise P8)."""

import random
from datetime import date, timedelta
from typing import Any

import pytest

from comity.node.check_own import check_own
from comity.node.host_register import contribute
from comity.node.tell_found import unseen_of
from comity.ports import HitRow
from comity.register.book import read_queries
from comity.testing.world import World

from .registers import EAST, NORTH, SOUTH, agreement, check, entity, hits, lines, put, register_world

#: Why a record of North answers nothing to South's question on 13 March 2026.
UNTOLD = {
    "it is contributed under no agreement": {"terms": {"under": ()}},
    "it is contributed under another agreement": {"terms": {"under": ("north-east-2026",)}},
    "it ran out on 10 March": {"terms": {"review": date(2026, 3, 10)}},
    "its basis let it be kept until 9 March": {"terms": {"expires": date(2026, 3, 9)}},
    "the agreement names no such role": {"terms": {"role": "witness"}},
    "the agreement names no such schema": {"schema": "PublicBody"},
    "it answers with silence": {"handling": "silent"},
}
_NAMES = ("Tavrin Merezhko", "Tavrin Merezhka", "Jorvik Quillfeather", "Tavrin Quillfeather", "Ilse Merezhko")


def _told(made: World, asked: str, born: str = "") -> list[tuple[object, ...]]:
    name = check(made, SOUTH, asked, to=NORTH, born=born)
    return [_line(hit) for hit in hits(made, SOUTH, name)]


def _line(hit: HitRow) -> tuple[object, ...]:
    return hit.owner, hit.score, hit.band, hit.shown, hit.reference, hit.why


def _register(seed: int, *untold: dict[str, Any]) -> World:
    said = random.Random(seed)
    made = register_world()
    told = [(f"p{at}", said.choice(_NAMES), {"handling": said.choice(("open", "ask"))}) for at in range(6)]
    for number, (identity, name, more) in enumerate(told):
        for at, each in enumerate(untold):
            put(made, NORTH, f"x{number}-{at}", said.choice(_NAMES), **each)
        put(made, NORTH, identity, name, **more, birthDate=[f"196{number}-04-23"])
    made.clock.step(timedelta(days=12))
    return made


@pytest.mark.parametrize("why", UNTOLD)
def test_what_may_not_be_told_changes_no_byte_of_the_answer(why: str) -> None:
    for seed in range(3):
        without = _register(seed)
        beside = _register(seed, UNTOLD[why], UNTOLD[why])
        for name in _NAMES:
            assert _told(beside, name) == _told(without, name)
            assert _told(beside, name, "1963-04-23") == _told(without, name, "1963-04-23")


def test_many_private_namesakes_take_no_ones_place() -> None:
    made = register_world()
    for number in range(45):
        put(made, NORTH, f"x{number}", "Tavrin Merezhko", terms={"under": ()})
    put(made, NORTH, "p1", "Tavrin Merezhka")
    alone = register_world()
    put(alone, NORTH, "p1", "Tavrin Merezhka")
    assert _told(made, "Tavrin Merezhko") == _told(alone, "Tavrin Merezhko") != []


def test_what_its_custody_keeps_from_this_purpose_takes_no_ones_place_at_the_host() -> None:
    def hosted(kept_back: int) -> list[tuple[object, ...]]:
        made = register_world(agreement(NORTH, SOUTH, EAST, host=NORTH))
        for number in range(kept_back):
            put(made, EAST, f"e{number:02}", "Tavrin Merezhko")
        if kept_back:
            made.members[EAST].act(contribute, "register-2026", purpose="fisheries")
            made.settle()
        put(made, NORTH, "p1", "Tavrin Merezhka")
        return [_line(hit) for hit in hits(made, SOUTH, check(made, SOUTH, "Tavrin Merezhko", to=NORTH))]

    assert hosted(3) == hosted(0) != []


def test_a_score_does_not_depend_on_the_handling() -> None:
    """Namesakes and rarity count for a silent record as for any other; only its owner sees it."""
    scores = set()
    for handling in ("open", "reference", "ask", "silent"):
        made = register_world()
        for number, name in enumerate(_NAMES * 3):
            put(made, NORTH, f"p{number}", name, birthDate=[f"19{50 + number}-01-02"])
        put(made, NORTH, "t", "Tavrin Merezhko", handling, birthDate=["1961-04-23"])
        asked = read_queries(lines(entity("q", "Tavrin Merezhko", birthDate=["1961-04-23"])))
        (own,) = made.members[NORTH].act(check_own, asked)
        name = check(made, SOUTH, "Tavrin Merezhko", to=NORTH, born="1961-04-23")
        told = {hit.key: hit.score for hit in hits(made, NORTH, ours=False)}
        (asked_here,) = made.members[NORTH].read(lambda t, name=name: t.checks(name, ours=False))
        heard = (told | dict(unseen_of(asked_here)))["t"]
        scores.add((next(hit["score"] for hit in own["hits"] if hit["id"] == "t"), heard))
    assert len(scores) == 1, scores
