"""An identifier asked for: who bears it, as one of which kind, and what contradicts."""

import json
from typing import Any

import pytest

from comity.errors import BadInput, ForeignInput
from comity.register.book import query_of
from comity.register.checking import Hit, check
from comity.register.questions import check_sufficient, matching_keys
from comity.register.subjects import Subject, read_subject

from .invented import crowd, index_of

HIT, POSSIBLE = 0.7, 0.5


def _subject(identity: str, schema: str = "Person", **properties: str) -> Subject:
    said = {"id": identity, "schema": schema, "properties": {p: [value] for p, value in properties.items()}}
    return read_subject(json.dumps(said).encode())


def _asked(held: Subject, asked: Subject, **how: Any) -> Hit | None:
    """Give what is said of the one subject held that bears an identifier."""
    hits = check(index_of(*crowd(60), held.entry()), query_of(asked), limit=50, **how)
    return next((hit for hit in hits if hit.id == held.id), None)


NUMBER, OTHERWISE = "AB-907 4729", "ab9074729"
HELD = {"name": "Anselm Okonedo", "birthDate": "1950-01-01", "gender": "male"}
#: Number held as, asked for as, what else is asked, and what comes of it; the names have nothing in common.
CASES = {
    "of the same kind": ("passportNumber", "passportNumber", {}, "hit"),
    "asked for by a number of any kind": ("passportNumber", "idNumber", {}, "hit"),
    "registered as a number of any kind": ("idNumber", "passportNumber", {}, "hit"),
    "both of any kind": ("idNumber", "idNumber", {}, "hit"),
    "of another kind": ("taxNumber", "passportNumber", {}, "possible"),
    "the same kind, another sex": ("passportNumber", "passportNumber", {"gender": "female"}, "hit"),
    "the same kind, another birth date": ("passportNumber", "passportNumber", {"birthDate": "1999-09-09"}, "possible"),
    "the same kind, neither sex nor date": (
        "passportNumber", "passportNumber", {"gender": "female", "birthDate": "1999-09-09"}, "none",
    ),
    "the same kind, the same date": ("passportNumber", "passportNumber", {"birthDate": "1950-01-01"}, "hit"),
    "another kind, another birth date": ("taxNumber", "passportNumber", {"birthDate": "1999-09-09"}, "none"),
    "another kind of subject": ("idNumber", "idNumber", {"schema": "Vessel"}, "none"),
    "a ship's number for a passport's": ("passportNumber", "imoNumber", {"schema": "Vessel"}, "none"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_number_counts_in_full_only_for_its_kind_and_where_nothing_contradicts(case: str) -> None:
    held_as, asked_as, more, comes_to = CASES[case]
    hit = _asked(
        _subject("p", **HELD, **{held_as: NUMBER}),
        _subject("q", name="Zuzana W", **{asked_as: OTHERWISE}, **more),
    )
    assert hit is not None
    said = "hit" if hit.score >= HIT else "possible" if hit.score >= POSSIBLE else "none"
    assert (said, hit.hit) == (comes_to, comes_to == "hit")
    assert hit.why[0].startswith("an identifier asked for is registered for this subject")


def test_what_contradicts_is_said() -> None:
    asked = _subject("q", passportNumber=NUMBER, gender="female", birthDate="1999-09-09")
    hit = _asked(_subject("p", **HELD, taxNumber=NUMBER), asked)
    assert hit is not None
    assert hit.why == (
        "an identifier asked for is registered for this subject, as one of another kind",
        "birth dates conflict",
        "sex differs",
    )


@pytest.mark.parametrize("nothing", ["---", "///", "№", " . ", "\u200b"])
def test_what_holds_no_letter_and_no_digit_is_no_identifier(nothing: str) -> None:
    held = _subject("p", name="Tavrin Merezhko", passportNumber=nothing)
    assert _asked(held, _subject("q", name="Zuzana Wimbledon", passportNumber="///")) is None
    assert matching_keys(held.entry()) == frozenset()
    with pytest.raises(ForeignInput, match="neither a name nor an identifier"):
        _subject("p", passportNumber=nothing)
    asked = query_of(_subject("q", name="Merezhko", passportNumber=nothing))
    with pytest.raises(BadInput, match="says too little"):
        check_sufficient(asked, purpose="sanctions", reference="case 7")


def test_the_limit_changes_no_score_of_a_bearer() -> None:
    asked = query_of(_subject("q", name="Tavrin Merezhko", birthDate="1961-04-23", passportNumber=NUMBER))
    others = [_subject(f"p{at}", name="Tavrin Merezhko", birthDate="1961-04-23") for at in range(9)]
    index = index_of(
        *(each.entry() for each in (*others, _subject("z", name="Tavrin Merezhka", passportNumber=NUMBER)))
    )
    whole = check(index, asked, limit=50)
    assert whole[0].id == "z"
    for limit in (1, 2, 5):
        assert check(index, asked, limit=limit) == whole[:limit]
