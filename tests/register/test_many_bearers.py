"""A name that more subjects bear than are compared: what else is asked for says which of them are."""

from typing import Any

import pytest

from comity.register.candidates import CANDIDATES
from comity.register.checking import check
from comity.register.index import Entry

from .invented import ask, crowd, index_of

NAME = "Tavrin Merezhko"


def _bearers(count: int) -> list[Entry]:
    return [
        Entry(f"n{at:04}", "Person", (NAME,), (f"{1900 + at % 90}-01-{at // 90 + 2:02}",))
        for at in range(count)
    ]


@pytest.mark.parametrize("others", [0, 200, 3000])
@pytest.mark.parametrize("count", [20, 45, 60, 400])
def test_the_one_with_the_birth_date_asked_for_is_on_top_however_many_bear_the_name(
    count: int, others: int
) -> None:
    bearers = _bearers(count)
    index = index_of(*crowd(others), *bearers)
    for wanted in (bearers[0], bearers[count // 2], bearers[-1]):
        best = check(index, ask(NAME, dates=wanted.dates))[0]
        assert (best.id, best.hit) == (wanted.id, True)


#: What is known of one bearer and is asked for; of the others the same is said otherwise, or nothing.
KNOWN: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "its birth date": ({"dates": ("1961-04-23",)}, {"dates": ("1931-01-02",)}),
    "its birth date, of others none is known": ({"dates": ("1961-04-23",)}, {}),
    "its birth year": ({"dates": ("1961",)}, {"dates": ("1931",)}),
    "its country": ({"countries": ("ua",)}, {"countries": ("nl",)}),
    "its sex": ({"sex": "female"}, {"sex": "male"}),
    "its kind": ({"schema": "Vessel"}, {}),
}


@pytest.mark.parametrize("what", KNOWN)
def test_a_bearer_that_agrees_is_compared_before_those_that_do_not(what: str) -> None:
    of_one, of_others = ({"schema": "Person"} | more for more in KNOWN[what])
    others = [Entry(f"n{at:04}", names=(NAME,), **of_others) for at in range(3 * CANDIDATES)]
    index = index_of(*crowd(100), *others, Entry("wanted", names=(NAME,), **of_one))
    assert "wanted" in [hit.id for hit in check(index, ask(NAME, **of_one), limit=CANDIDATES)]


@pytest.mark.parametrize("count", [2, 45, 300])
def test_where_nearly_all_bear_one_name_they_are_found_by_it(count: int) -> None:
    index = index_of(*(Entry(f"n{at:04}", "Person", (NAME,)) for at in range(count)))
    assert len(check(index, ask(NAME), limit=500)) == min(count, CANDIDATES)
    assert check(index, ask("Tavrin Merezhka"), limit=500)


def test_who_is_compared_of_those_that_agree_alike_does_not_depend_on_who_came_first() -> None:
    bearers = _bearers(200)
    answers = [check(index_of(*some), ask(NAME), limit=50) for some in (bearers, bearers[::-1])]
    assert answers[0] == answers[1]
