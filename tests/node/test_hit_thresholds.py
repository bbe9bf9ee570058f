"""From which score a match is a hit: by the article, by what outcomes have shown, and never less than agreed."""

import pytest

from comity.errors import BadInput, NotFound, RefusedHere
from comity.node.hit_thresholds import adopt_threshold, thresholds_here
from comity.ports import HitRow, Transaction
from comity.testing.world import World

from .registers import NORTH, PURPOSE, SOUTH, agreement, check, hits, kinds, put, register_world

UNDER = "register-2026"
# the family name is alike: told, and less sure than the very name
REGISTERED, ASKED = "Tavrin Merezhko", "Tavrin Merezov"


def world_with(more: str = "") -> World:
    world = register_world(agreement(more=more))
    put(world, NORTH, "p1", REGISTERED)
    return world


def close_some(world: World, party: str, scores: dict[int, tuple[int, int]]) -> None:
    """Let hits on records of a Party be closed: score -> how many were confirmed, how many false."""

    def work(node: object, transaction: Transaction) -> None:
        for score, (confirmed, false) in scores.items():
            for number, outcome in enumerate(["confirmed"] * confirmed + ["false"] * false):
                row = HitRow(
                    id=f"{score:08x}{number:024x}",
                    check="c" * 32,
                    ours=False,
                    peer=SOUTH,
                    owner=party,
                    agreement=UNDER,
                    register="joint",
                    purpose=PURPOSE,
                    key="p1",
                    shown="reference",
                    band="hit",
                    score=score,
                    at=node.now(transaction),  # type: ignore[attr-defined]
                    state="closed",
                    outcome=outcome,
                    sources=("registry",),
                )
                transaction.put_hit(row)

    world.members[party].act(work)


def band(world: World, name: str) -> str:
    (hit,) = hits(world, SOUTH, check(world, SOUTH, name, to=NORTH))
    return hit.band


def test_the_article_says_from_which_score_a_match_is_a_hit() -> None:
    assert band(world_with(), ASKED) == "hit"
    strict = world_with("threshold = 99")
    assert band(strict, ASKED) == "possible"  # still told: a stricter threshold hides nothing
    (shown,) = strict.members[NORTH].act(thresholds_here)
    assert (shown.agreed, shown.in_force, shown.proposed) == (990, 990, None)


def test_outcomes_propose_a_threshold_and_a_person_adopts_it() -> None:
    world = world_with()
    north = world.members[NORTH]
    close_some(world, NORTH, {985: (9, 1), 720: (0, 10)})
    (shown,) = north.act(thresholds_here)
    assert (shown.agreed, shown.in_force, shown.proposed) == (700, 700, 985)
    assert shown.at_present is not None
    assert shown.at_present.share == 0.45
    assert band(world, ASKED) == "hit"  # nothing changes by itself
    row = north.act(adopt_threshold, UNDER, None, because="all of those below were strangers")
    assert row.score == 985
    assert band(world, ASKED) == "possible"
    assert kinds(north).count("register-threshold") == 1
    (shown,) = north.act(thresholds_here)
    assert shown.in_force == 985
    assert shown.at_present is not None
    assert shown.at_present.share == 0.9
    north.act(adopt_threshold, UNDER, 700, because="a new source made them better")
    assert band(world, ASKED) == "hit"
    assert [each.score for each in north.read(lambda transaction: transaction.thresholds(UNDER))] == [
        985,
        700,
    ]


@pytest.mark.parametrize(
    ("under", "score", "because", "error", "says"),
    [
        (UNDER, 690, "x", RefusedHere, "counts hits from 0.70 on"),
        (UNDER, 995, "x", BadInput, "at most 0.99"),
        (UNDER, 800, " ", BadInput, "says why"),
        (UNDER, None, "x", RefusedHere, "too few hits"),
        ("elsewhere", 800, "x", NotFound, "no register is in force"),
    ],
)
def test_what_is_no_threshold(
    under: str, score: int | None, because: str, error: type[Exception], says: str
) -> None:
    north = world_with().members[NORTH]
    with pytest.raises(error, match=says):
        north.act(adopt_threshold, under, score, because=because)
    assert north.read(lambda transaction: transaction.thresholds()) == []
