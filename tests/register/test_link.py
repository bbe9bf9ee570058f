import random

import numpy as np
import pytest

from comity.register.link import Pairs, cluster, link, name_pairs, namesakes, spread, weigh, within
from comity.register.subjects import Statement, Subject

from .invented import crowd, index_of


def people(count: int) -> tuple[list[Subject], dict[str, int]]:
    """Give three spoilt records of each of `count` invented people, and whose each is."""
    rng = random.Random(3)
    subjects, owner = [], {}
    for number, entry in enumerate(crowd(count)):
        for copy in range(3):
            name = entry.names[0]
            at = rng.randrange(1, len(name) - 1)
            spoilt = name[:at] + name[at + 1 :] if copy else name
            facts = {"name": spoilt, "birthDate": f"{1900 + number % 90}-0{1 + number % 9}-1{number % 9}"}
            facts |= {"birthPlace": f"Town {number % 37}", "address": f"{number * 7919 % 10007}"}
            if copy == 2:
                facts.pop(rng.choice(["birthDate", "birthPlace", "address"]))
            identity = f"r{number}-{copy}"
            owner[identity] = number
            subjects.append(Subject(identity, "Person", tuple(Statement(p, v) for p, v in facts.items())))
    rng.shuffle(subjects)
    return subjects, owner


def test_a_register_is_linked_with_itself() -> None:
    subjects, owner = people(60)
    pairs, groups = link(subjects)
    assert pairs
    right = sum(owner[pair.left] == owner[pair.right] for pair in pairs)
    assert right / len(pairs) > 0.9
    assert right / (60 * 3) > 0.9
    assert sum(len({owner[i] for i in group}) == 1 for group in groups) / len(groups) > 0.9
    assert all(pair.why and 0 <= pair.probability <= 1 for pair in pairs)


def test_a_run_that_stopped_goes_on_where_it_was() -> None:
    subjects, _ = people(40)
    index = index_of(*(subject.entry() for subject in subjects))
    whole = list(name_pairs(index, subjects))
    stopped = whole[0][0]
    rest = list(name_pairs(index, subjects, start=stopped))
    assert [place for place, _ in whole[1:]] == [place for place, _ in rest]
    assert [part.left.tolist() for _, part in whole[1:]] == [part.left.tolist() for _, part in rest]


def test_one_doubtful_pair_does_not_chain_two_groups() -> None:
    sure = [(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5)]
    doubtful = [(2, 3)]
    left, right = zip(*sure, *doubtful, strict=True)
    pairs = Pairs(np.array(left), np.array(right), np.zeros(7, np.int64))
    odds = np.array([9.0] * 6 + [0.5])
    assert cluster(6, pairs, odds) == [[0, 1, 2], [3, 4, 5]]


def bearers(*names: str) -> list[Subject]:
    return [Subject(f"s{at}", "Person", (Statement("name", name),)) for at, name in enumerate(names)]


def paired(found: list[tuple[int, int, int]]) -> Pairs:
    left, right, verdict = zip(*found, strict=True)
    return Pairs(np.array(left), np.array(right), np.array(verdict))


def told(pairs: Pairs) -> set[tuple[int, int, int]]:
    return set(zip(pairs.left.tolist(), pairs.right.tolist(), pairs.verdict.tolist(), strict=True))


def test_namesakes_are_compared_once_and_each_gets_what_was_found() -> None:
    held = namesakes(bearers("Ilse Brackwater", "Jorvik Quill", "Ilse Brackwater", "Jorvik Quil"))
    assert held.first == [0, 1, 3]
    found = paired([(0, 0, 3000), (1, 1, 3000), (2, 2, 3000), (1, 2, 900), (2, 1, 900)])
    assert told(within(spread(found, held, held))) == {(0, 2, 3000), (1, 3, 900)}


def test_two_registers_have_their_namesakes_apart() -> None:
    left = namesakes(bearers("Ilse Brackwater", "Ilse Brackwater", "Jorvik Quill"))
    right = namesakes(bearers("Jorvik Quil", "Ilse Brackwater"))
    assert told(spread(paired([(1, 0, 900), (0, 1, 3000)]), left, right)) == {
        (2, 0, 900),
        (0, 1, 3000),
        (1, 1, 3000),
    }


def test_subjects_of_another_kind_or_with_more_names_are_no_namesakes() -> None:
    more = Subject("m", "Person", (Statement("name", "Ilse Brackwater"), Statement("alias", "Mother Ilse")))
    firm = Subject("f", "Organization", (Statement("name", "Ilse Brackwater"),))
    assert namesakes([*bearers("Ilse Brackwater"), more, firm]).first == [0, 1, 2]


@pytest.mark.parametrize("many", [39, 41, 200])
def test_a_name_that_very_many_bear_pairs_each_with_forty_at_most(many: int) -> None:
    held = namesakes(bearers(*["Jan Novak"] * many, "Jan Nowak"))
    found = paired([(0, 0, 3000), (1, 1, 3000), (0, 1, 900), (1, 0, 900)])
    pairs = spread(found, held, held)
    assert np.bincount(pairs.right).max() <= 40
    assert len(told(pairs)) == len(pairs.left)
    if many < 40:  # all of them, the other spelling too
        assert len(within(pairs).left) == (many + 1) * many // 2
    else:  # each with itself and those that follow it, in a ring
        assert {(a - b) % many for a, b, _ in told(pairs) if a < many and b < many} == set(range(40))


def test_pairs_that_agree_alike_count_as_often_as_there_are_such_pairs() -> None:
    """Weights of many equal pairs are those of each pair weighed by itself, as the definition has it."""
    rng = np.random.default_rng(4)
    verdict = rng.choice([-3000, -500, 800, 2500, -1_000_000], 400)
    pairs = Pairs(np.arange(400), np.arange(400) + 400, verdict)
    levels = [rng.integers(-1, 3, 400), np.where(verdict > 0, 2, rng.integers(-1, 2, 400))]
    weights = weigh(pairs, ("birthDate", "address"), levels)
    assert weights.properties == ("name", "birthDate", "address")
    columns = [np.where(verdict > -1_000_000, np.digitize(verdict, range(-6000, 4000, 1000)), -1), *levels]
    base = weights.log_odds - sum(
        np.where(column >= 0, table[np.maximum(column, 0)], 0.0)
        for column, table in zip(columns, weights.tables, strict=True)
    )
    assert np.allclose(base, base[0])
    assert weights.tables[2][2] > 0 > weights.tables[2][0]
