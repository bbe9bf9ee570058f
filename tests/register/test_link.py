import random

from comity.register.link import cluster, link, name_pairs
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
    import numpy as np

    from comity.register.link import Pairs

    sure = [(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5)]
    doubtful = [(2, 3)]
    left, right = zip(*sure, *doubtful, strict=True)
    pairs = Pairs(np.array(left), np.array(right), np.zeros(7, np.int64))
    odds = np.array([9.0] * 6 + [0.5])
    assert cluster(6, pairs, odds) == [[0, 1, 2], [3, 4, 5]]
