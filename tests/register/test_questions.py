from datetime import UTC, datetime

import pytest

from comity.errors import BadInput, RefusedHere
from comity.register.index import Entry
from comity.register.questions import Budget, check_sufficient, matching_keys

from .invented import ask


@pytest.mark.parametrize(
    ("name", "schema", "more"),
    [
        ("Tavrin Merezhko", "Person", {}),
        ("Merezhko", "Person", {"dates": ("1961",)}),
        ("", "Person", {"identifiers": ("X123",)}),
        ("Brackwater", "Company", {}),
        ("Sea Lantern 7", "Vessel", {}),
    ],
)
def test_enough_is_said(name: str, schema: str, more: dict[str, tuple[str, ...]]) -> None:
    check_sufficient(ask(name, schema, **more), purpose="sanctions", reference="case 7")


@pytest.mark.parametrize(
    ("name", "schema", "more"),
    [
        ("Merezhko", "Person", {}),
        ("T. Merezhko", "Person", {}),
        ("Sheikh Merezhko", "Person", {}),
        ("", "Person", {"dates": ("1961",)}),
        ("Merezhko", "Person", {"dates": ("soon",)}),
        ("", "Company", {}),
    ],
)
def test_too_little_is_said(name: str, schema: str, more: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(BadInput, match="says too little"):
        check_sufficient(ask(name, schema, **more), purpose="sanctions", reference="case 7")


def test_purpose_and_reference_are_asked_for_together() -> None:
    with pytest.raises(BadInput) as refusal:
        check_sufficient(ask("Tavrin Merezhko"), purpose=" ", reference="")
    assert len(refusal.value.mistakes) == 2


def test_a_days_questions_are_counted_and_the_next_day_begins_anew() -> None:
    morning = datetime(2031, 3, 14, 9, tzinfo=UTC)
    budget = Budget(5).spend(morning, 3)
    with pytest.raises(RefusedHere, match="3 questions asked where 2 of 5 are left on 2031-03-14"):
        budget.spend(morning, 3)
    assert budget.spend(morning, 2).asked == 5
    assert budget.spend(morning.replace(day=15), 5).asked == 5


def test_a_blind_key_survives_spelling_and_needs_a_year() -> None:
    registered = Entry("p", "Person", ("Tavrin Merezhko",), ("1961-04-23",))
    asked = Entry("q", "Person", ("MEREJKO, Tawrin",), ("1961",))
    assert matching_keys(registered) & matching_keys(asked)
    assert not matching_keys(Entry("p", "Person", ("Tavrin Merezhko",)))
    assert not matching_keys(registered) & matching_keys(
        Entry("q", "Person", ("Tavrin Merezhko",), ("1962",))
    )


def test_a_blind_key_by_identifier_ignores_its_punctuation() -> None:
    a = Entry("p", "Vessel", ("Sea Lantern",), (), (), ("IMO 9074729",))
    b = Entry("q", "Vessel", (), (), (), ("imo-9074729",))
    assert matching_keys(a) == matching_keys(b) != frozenset()
