"""A background of people and organisations who do not exist, for registers of any size.

Name parts of one country and script are crossed: the given names of one, the family name of another. What comes out
looks like the register it was made from, so it is harder to tell from it than random text. Seeded and repeatable.
"""

import random
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import count as numbers
from itertools import islice
from typing import Any

from comity.register.characters import clean, script_of

Row = dict[str, Any]


def name_key(name: str) -> tuple[str, ...]:
    """Give what two names have in common that are the same but for order and punctuation."""
    return tuple(sorted(clean(name).replace(",", " ").replace("-", " ").split()))


def crossed(
    register: Iterable[Row],
    invented: Iterable[Row],
    count: int,
    *,
    avoid: Collection[tuple[str, ...]],
    seed: int,
) -> list[Row]:
    """Make `count` rows of the shape of `register.jsonl`, as `crossing` does."""
    return list(islice(crossing(register, invented, avoid=avoid, seed=seed), count))


def crossing(
    register: Iterable[Row], invented: Iterable[Row], *, avoid: Collection[tuple[str, ...]], seed: int
) -> Iterator[Row]:
    """Make rows of the shape of `register.jsonl` without end; 15 % organisations, half of the persons with a date."""
    rng = random.Random(seed)
    groups: dict[tuple[str, str, str], list[list[str]]] = defaultdict(list)
    organisations = []
    for row in register:
        if row["schema"] == "Person":
            for name in row["names"][:2]:
                parts = name.replace(",", " ").split()
                if 2 <= len(parts) <= 5:
                    groups["real", (row["countries"] or ["?"])[0], script_of(clean(name))].append(parts)
        elif row["names"] and 2 <= len(row["names"][0].split()) <= 8:
            organisations.append(row["names"][0].split())
    for row in invented:
        parts = row["name"].split()
        if 2 <= len(parts) <= 4:
            groups["invented", (row["countries"] or ["?"])[0], script_of(clean(row["name"]))].append(parts)
    keys = [key for key, names in groups.items() if len(names) >= 5]
    weights = [len(groups[key]) * (2 if key[0] == "real" else 1) for key in keys]
    seen = {hash(key) for key in avoid}
    for number in numbers():
        row = (
            _organisation(rng, organisations)
            if organisations and rng.random() < 0.15
            else _person(rng, groups, keys, weights)
        )
        key = hash(name_key(row["names"][0]))
        if key not in seen:
            seen.add(key)
            yield row | {"id": f"background-{number}"}


def _organisation(rng: random.Random, organisations: list[list[str]]) -> Row:
    a, b = rng.choice(organisations), rng.choice(organisations)
    name = " ".join(a[: max(1, len(a) // 2)] + b[len(b) // 2 :])
    return {"schema": "Organization", "names": [name], "dob": [], "countries": []}


def _person(
    rng: random.Random,
    groups: dict[tuple[str, str, str], list[list[str]]],
    keys: list[tuple[str, str, str]],
    weights: list[int],
) -> Row:
    key = rng.choices(keys, weights)[0]
    names = groups[key]
    a, b = rng.choice(names), rng.choice(names)
    if rng.random() < 0.7:
        parts = a[:-1] + b[-1:]
    else:
        parts = [rng.choice(rng.choice(names)) for _ in a]
    born = f"{rng.randint(1940, 2000)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
    return {
        "schema": "Person",
        "names": [" ".join(parts)],
        "dob": [born] if rng.random() < 0.5 else [],
        "countries": [key[1]] if key[1] != "?" and rng.random() < 0.6 else [],
    }
