"""The handling matrix: handling × asker × step."""

import pytest

from comity.register.answers import Band, Shown, Step, answer_for, band_of, tells_owner
from comity.register.checking import Hit
from comity.register.record import Handling, Record
from comity.register.subjects import Statement, Subject

from .invented import AT, NORTH, TERMS

SUBJECT = Subject("p1", "Person", (Statement("name", "Tavrin Merezhko"),))
SOUTH = "cert.south.example"


def record(handling: Handling) -> Record:
    terms = type(TERMS)(
        owner=NORTH, basis=TERMS.basis, role=TERMS.role, review=TERMS.review, handling=handling, decision="d"
    )
    return Record(SUBJECT, terms, AT, AT)


HIT = Hit("p1", 0.93, True, ("resembles `tavrin merezhko`",))
FAINT = Hit("p1", 0.2, False, ("resembles `tavrin merezhko`",))


@pytest.mark.parametrize(
    ("handling", "asker", "step", "shown"),
    [
        ("open", "another", Step.FIRST, Shown.RECORD),
        ("open", "another", Step.RELEASED, Shown.RECORD),
        ("open", "owner", Step.FIRST, Shown.RECORD),
        ("reference", "another", Step.FIRST, Shown.REFERENCE),
        ("reference", "another", Step.RELEASED, Shown.RECORD),
        ("reference", "owner", Step.FIRST, Shown.RECORD),
        ("ask", "another", Step.FIRST, Shown.OWNER),
        ("ask", "another", Step.RELEASED, Shown.RECORD),
        ("ask", "owner", Step.FIRST, Shown.RECORD),
        ("silent", "another", Step.FIRST, None),
        ("silent", "another", Step.RELEASED, None),
        ("silent", "owner", Step.FIRST, Shown.RECORD),
    ],
)
def test_a_hit_tells_what_the_handling_allows(
    handling: str, asker: str, step: Step, shown: Shown | None
) -> None:
    asking = NORTH if asker == "owner" else SOUTH
    answer = answer_for(HIT, record(Handling(handling)), asker=asking, threshold=0.7, step=step)
    assert (answer.shown if answer else None) == shown


@pytest.mark.parametrize("handling", ["reference", "ask", "silent"])
def test_nothing_of_the_record_leaves_before_release(handling: str) -> None:
    answer = answer_for(HIT, record(Handling(handling)), asker=SOUTH, threshold=0.7)
    assert "merezhko" not in repr(answer).casefold()


def test_only_a_reference_record_gives_its_reference_first() -> None:
    assert answer_for(HIT, record(Handling.REFERENCE), asker=SOUTH, threshold=0.7).reference == "p1"  # type: ignore[union-attr]
    assert answer_for(HIT, record(Handling.ASK), asker=SOUTH, threshold=0.7).reference == ""  # type: ignore[union-attr]


@pytest.mark.parametrize("handling", list(Handling))
def test_a_faint_likeness_tells_another_party_nothing(handling: Handling) -> None:
    assert answer_for(FAINT, record(handling), asker=SOUTH, threshold=0.7) is None


@pytest.mark.parametrize("handling", list(Handling))
def test_the_owner_is_told_of_every_check_but_its_own(handling: Handling) -> None:
    assert tells_owner(record(handling), asker=SOUTH)
    assert not tells_owner(record(handling), asker=NORTH)


@pytest.mark.parametrize(
    ("score", "band"), [(0.7, Band.HIT), (0.69, Band.POSSIBLE), (0.5, Band.POSSIBLE), (0.49, Band.NONE)]
)
def test_scores_fall_into_bands(score: float, band: Band) -> None:
    assert band_of(score, 0.7) == band
