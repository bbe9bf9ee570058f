"""A part of an index answers as an index of that part alone."""

import random

import pytest

from comity.register.checking import check, check_many
from comity.register.examination import Query
from comity.register.index import Entry, NameIndex

from .invented import index_of

_GIVEN = ("Tavrin", "Tavrina", "Jorvik", "Ilse", "Marisol", "Nabhan", "Oyelaran", "Anselm", "Мережко", "J.")
_FAMILY = ("Merezhko", "Merezhka", "Quillfeather", "van der Zandstra", "Okonedo", "Al-Qushayri", "Albrink")
_FIRMS = ("Brackwater Holdings No. {} Ltd", "Polyarnaya Zvezda {}", "SEA LANTERN {}")


def _entry(said: random.Random, number: int, group: str) -> Entry:
    """Invent a subject; few names, so that many bear the same."""
    if said.random() < 0.2:
        return Entry(
            f"{group}{number}", "Company", (said.choice(_FIRMS).format(said.randint(1, 9)),), group=group
        )
    names = tuple(f"{said.choice(_GIVEN)} {_made_up(said)}" for _ in range(said.randint(1, 2)))
    born = (f"19{said.randint(40, 60)}-0{said.randint(1, 9)}-11",) if said.random() < 0.7 else ()
    numbers = (f"X{said.randint(1, 40)}",) if said.random() < 0.2 else ()
    return Entry(f"{group}{number}", "Person", names, born, (), numbers, group=group)


def _made_up(said: random.Random) -> str:
    if said.random() < 0.6:
        return said.choice(_FAMILY)
    return "".join(said.choice(("ba", "ko", "mi", "re", "tu", "zor")) for _ in range(3)).title()


def _questions(said: random.Random) -> list[Query]:
    entries = [_entry(said, number, "q") for number in range(25)]
    return [Query(e.id, e.schema, e.names, e.dates, e.countries, e.identifiers) for e in entries]


@pytest.mark.parametrize("seed", range(6))
def test_what_is_left_out_changes_nothing_of_any_answer(seed: int) -> None:
    said = random.Random(seed)
    many = 60 * (1 + seed)
    kept = [_entry(said, number, "kept") for number in range(many)]
    others = [_entry(said, number, "other") for number in range(said.choice((1, many // 2, many * 3)))]
    mixed = [*kept, *others]
    said.shuffle(mixed)
    whole, alone = index_of(*mixed), index_of(*kept)
    part = whole.only(lambda group: group == "kept")
    for question in _questions(said):
        assert check(part, question, limit=50) == check(alone, question, limit=50)


def test_single_subjects_can_be_left_out_too() -> None:
    said = random.Random(1)
    entries = [_entry(said, number, "e") for number in range(120)]
    gone = {entry.id for entry in entries[::7]}
    part = index_of(*entries).only(lambda group: True, without=gone)
    alone = index_of(*(entry for entry in entries if entry.id not in gone))
    asked = _questions(said)
    assert list(check_many(part, asked, limit=50)) == list(check_many(alone, asked, limit=50))
    assert part.find(min(gone)) < 0 <= part.find(next(e.id for e in entries if e.id not in gone))


def test_a_part_of_a_part_leaves_out_what_either_does() -> None:
    said = random.Random(2)
    entries = [_entry(said, number, group) for number, group in enumerate("abc" * 40)]
    part = index_of(*entries).only(lambda group: group != "a").only(lambda group: group != "b")
    alone = index_of(*(entry for entry in entries if entry.group == "c"))
    for question in _questions(said):
        assert check(part, question, limit=50) == check(alone, question, limit=50)


@pytest.mark.parametrize("of", [(), ("kept",)], ids=["of nothing", "of all"])
def test_a_part_may_be_all_or_nothing(of: tuple[str, ...]) -> None:
    said = random.Random(3)
    entries = [_entry(said, number, group) for number, group in enumerate(of * 20)]
    index = index_of(*entries)
    assert index.only(lambda group: True) is index
    nothing = index.only(lambda group: False)
    for question in _questions(said):
        assert check(nothing, question) == check(NameIndex(), question) == []
