"""What the features claim, checked on invented names."""

import numpy as np
import pytest

from comity.register.checking import check
from comity.register.examination import examine
from comity.register.features import FEATURES, NAMES

from .invented import PEOPLE, ask, crowd, index_of

INDEX = index_of(*PEOPLE, *crowd(300))


def features(asked: str, subject: str, schema: str = "Person", **more: tuple[str, ...]) -> dict[str, int]:
    """Give the features of a question and the best name of a subject."""
    examined = examine(INDEX, [ask(asked, schema, **more)])
    rows = [
        row
        for row, entity in zip(examined.features, examined.entity, strict=True)
        if INDEX.ids[entity] == subject
    ]
    best = max(rows, key=lambda row: row[NAMES.index("asked_covered")] + row[NAMES.index("held_covered")])
    return dict(zip(NAMES, best.tolist(), strict=True))


def test_every_token_is_paired_at_most_once() -> None:
    questions = [ask(name, entry.schema) for entry in (*PEOPLE, *crowd(80)) for name in entry.names]
    rows = examine(INDEX, questions).features
    for name in ("asked_covered", "held_covered", "rarest_asked", "rarest_held", "mean_strict", "worst_pair"):
        column = rows[:, NAMES.index(name)]
        assert column.min() >= 0, name
        assert column.max() <= 1000, name
    assert (rows[:, NAMES.index("asked_missing")] >= 0).all()
    assert (rows[:, NAMES.index("held_missing")] >= 0).all()


def test_the_same_name_covers_itself_whole() -> None:
    found = features("Ilse Marguerite van der Zandstra", "p3")
    assert found["asked_covered"] == found["held_covered"] == found["worst_pair"] == found["whole"] == 1000
    assert found["asked_missing"] == found["held_missing"] == found["turns"] == 0


def test_swapping_family_and_given_name_is_one_turn() -> None:
    assert features("Quillfeather Jorvik", "p5")["turns"] == 1
    assert features("Quillfeather Jorvik", "p5")["asked_covered"] == 1000


def test_a_joined_or_cut_word_is_still_the_whole_word() -> None:
    assert features("Jorvik Quill Feather", "p5")["asked_covered"] == 1000
    assert features("Pak Dongseop", "p4")["held_covered"] == 1000


def test_an_initial_stands_for_a_word_and_is_counted() -> None:
    found = features("J Quillfeather", "p5")
    assert found["initials"] == 1
    assert found["pairs"] == 2


@pytest.mark.parametrize(
    ("asked", "subject", "level"),
    [
        (("1961-04-23",), "p1", 4),
        (("1961",), "p1", 3),
        (("1961-01-01",), "p1", 3),  # the first of January is what lists write for "some day of that year"
        (("1961-09-02",), "p1", 1),
        (("1962-04-23",), "p1", 1),
        (("1981-04-23",), "p1", 1),  # one digit
        (("1983-10-01",), "p1", 0),
        ((), "p1", 2),
        (("1961-04-23",), "p4", 2),  # nothing registered
        (("1944-05-05", "1958-11-03"), "p3", 4),  # the best of several
        (("rubbish",), "p1", 2),
    ],
)
def test_birth_dates_are_graded(asked: tuple[str, ...], subject: str, level: int) -> None:
    names = {"p1": "Tavrin Merezhko", "p3": "Ilse van der Zandstra", "p4": "Pak Dong-seop"}
    assert features(names[subject], subject, dates=asked)["date"] == level


@pytest.mark.parametrize(
    ("countries", "level"), [(("ua",), 2), (("nl",), 0), ((), 1), (("nl", "UA"), 2), (("zzz",), 1)]
)
def test_countries_are_graded(countries: tuple[str, ...], level: int) -> None:
    assert features("Tavrin Merezhko", "p1", countries=countries)["country"] == level


def test_questions_with_and_without_dates_can_be_asked_together() -> None:
    dated, undated = ask("Tavrin Merezhko", dates=("1983-10-01",)), ask("Tavrin Merezhko")
    rows = examine(INDEX, [dated, undated, dated])
    column = rows.features[:, NAMES.index("date")]
    assert set(column[rows.query == 1].tolist()) == {2}
    assert 0 in column[rows.query == 0]
    assert np.array_equal(column[rows.query == 0], column[rows.query == 2])


def test_legal_forms_agree_in_any_language_or_contradict() -> None:
    assert features("OOO Polyarnaya Zvezda Trading", "o1", "Organization")["legal"] == 2
    assert features("Polyarnaya Zvezda Trading GmbH", "o1", "Organization")["legal"] == 0
    assert features("Polyarnaya Zvezda Trading", "o1", "Organization")["legal"] == 1


def test_a_patronymic_left_out_is_not_a_patronymic_contradicted() -> None:
    assert features("Tavrin Merezhko", "p1")["patronymic"] == 1
    assert features("Tavrin Oleksandrovych Merezhko", "p1")["patronymic"] == 2
    assert features("Tavrin Bohdanovych Merezhko", "p1")["patronymic"] == 0
    left_out = check(INDEX, ask("Tavrin Merezhko"))[0].score
    contradicted = check(INDEX, ask("Tavrin Bohdanovych Merezhko"))[0].score
    assert left_out > contradicted


def test_a_rare_name_says_more_than_a_common_one() -> None:
    assert features("Jorvik Quillfeather", "p5")["surplus"] > features("Arne Albrink", "c0")["surplus"]


def test_every_feature_makes_a_claim() -> None:
    assert len({claim.name for claim in FEATURES}) == len(FEATURES)
    assert all(claim.says and claim.direction in (-1, 0, 1) for claim in FEATURES)
