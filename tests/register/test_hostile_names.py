"""No name, however made, stops a check or an index."""

import random

from comity.register.checking import check
from comity.register.index import Entry
from comity.register.names import MAX_UNITS, parse
from comity.register.spellings import spellings_of

from .invented import PEOPLE, ask, crowd, index_of

_RANGES = [
    (0x20, 0x7F), (0xA0, 0x24F), (0x370, 0x52F), (0x590, 0x6FF), (0x900, 0xDFF), (0xE00, 0xEFF), (0x1100, 0x11FF),
    (0x2000, 0x206F), (0x3040, 0x31FF), (0x4E00, 0x5000), (0xAC00, 0xAD00), (0xFB00, 0xFDFF), (0x1D400, 0x1D7FF),
    (0x1F300, 0x1F600), (0x20000, 0x20100), (0xE0000, 0xE007F),
]  # fmt: skip


def random_name(rng: random.Random) -> str:
    letters = []
    for _ in range(rng.choice([0, 1, 2, 5, 20, 80, 400])):
        low, high = rng.choice(_RANGES)
        letters.append(" " if rng.random() < 0.15 else chr(rng.randrange(low, high)))
    return "".join(letters)


def test_any_name_is_taken_apart_spelled_filed_and_asked_for() -> None:
    rng = random.Random(13)
    names = [random_name(rng) for _ in range(400)]
    index = index_of(*PEOPLE, *crowd(30))
    for number, text in enumerate(names):
        for person in (True, False):
            name = parse(text, person=person, joins=True)
            assert len(name.units) <= MAX_UNITS
            assert all(
                spelling.isascii() and spelling for unit in name.units for spelling in spellings_of(unit.text)
            )
        index.add(Entry(f"x{number}", rng.choice(["Person", "Company", "Thing"]), (text,)))
    for number, text in enumerate(names):
        found = {hit.id for hit in check(index, ask(text), limit=40)}
        name = parse(text, person=True)
        if name.tokens and sum(len(unit.text) for unit in name.units[: name.tokens]) > 4 and len(text) < 30:
            assert f"x{number}" in found, text


def test_the_costliest_names_are_answered() -> None:
    index = index_of(*PEOPLE, *crowd(300))
    costly = ["a" * 256, "ab " * 128, "ﷺ" * 256, "김" * 256, "א ב " * 64, "9" * 256, "ll" * 128, "ё" * 256]
    assert all(not any(hit.hit for hit in check(index, ask(text))) for text in costly)
