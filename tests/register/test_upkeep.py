"""What an entry would cause, and what closed hits teach."""

import pytest

from comity.register.subjects import Statement, Subject
from comity.register.upkeep import Closed, impact_of, precision_by, threshold_from

from .invented import PEOPLE, crowd, index_of

INDEX = index_of(*PEOPLE, *crowd(200))


def person(name: str, identity: str = "new") -> Subject:
    return Subject(identity, "Person", (Statement("name", name),))


def test_a_name_that_is_registered_already_would_cause_false_hits() -> None:
    impact = impact_of(INDEX, person("Jorvik Quillfeather"), volume=INDEX.live_entities)
    assert impact.look_alikes[0][0] == "p5"
    assert impact.false_hits == 1
    assert impact.a_day == 1.0


def test_a_name_like_no_other_causes_none_and_without_a_volume_nothing_is_guessed() -> None:
    impact = impact_of(INDEX, person("Oyelaran Abimbade"))
    assert (impact.look_alikes, impact.false_hits, impact.a_day) == ((), 0, None)


def test_a_record_is_no_look_alike_of_itself() -> None:
    assert impact_of(INDEX, person("Jorvik Quillfeather", "p5")).false_hits == 0


def closed(score: float, outcome: str, *sources: str) -> Closed:
    return Closed("north.example", sources, score, outcome)


def test_precision_is_told_by_source_and_by_owner_where_no_source_is_named() -> None:
    hits = [
        closed(0.9, "confirmed", "a"),
        closed(0.9, "false", "a"),
        closed(0.9, "undetermined", "a", "b"),
        closed(1, "confirmed"),
    ]
    shown = [
        (each.source, each.confirmed, each.false, each.undetermined, each.share)
        for each in precision_by(hits)
    ]
    assert shown == [("a", 1, 1, 1, 0.5), ("b", 0, 0, 1, None), ("north.example", 1, 0, 0, 1.0)]


@pytest.mark.parametrize(("confirmed_from", "expected"), [(0.0, 0.5), (0.8, 0.7), (1.1, None)])
def test_a_threshold_is_proposed_where_half_of_the_hits_are_right(
    confirmed_from: float, expected: float | None
) -> None:
    scores = [0.5 + number / 40 for number in range(20)]
    hits = [closed(score, "confirmed" if score >= confirmed_from else "false") for score in scores]
    found = threshold_from(hits)
    assert found == expected or (found is not None and expected is not None and abs(found - expected) < 0.11)
    if found is not None:
        above = [hit for hit in hits if hit.score >= found]
        assert sum(hit.outcome == "confirmed" for hit in above) * 2 >= len(above)


def test_too_few_closed_hits_propose_nothing() -> None:
    assert threshold_from([closed(0.9, "confirmed")] * 19) is None
