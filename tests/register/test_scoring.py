import json
from importlib import resources

import numpy as np
import pytest

from comity.register.checking import check_many
from comity.register.features import FEATURES, NAMES
from comity.register.scoring import STANDING, Matcher, Trees, matcher

from .invented import PEOPLE, ask, crowd, index_of

TABLE = json.loads(resources.files("comity.register").joinpath("tables/matcher.json").read_text("utf-8"))


def rows(count: int) -> np.ndarray:
    rng = np.random.default_rng(11)
    high = {
        "surplus": 400,
        "asked_missing": 500,
        "held_missing": 500,
        "numbers": 3,
        "asked_main": 8,
        "held_main": 8,
    }
    high |= {
        "pairs": 8,
        "initials": 2,
        "turns": 3,
        "legal": 2,
        "patronymic": 2,
        "scripts": 3,
        "kinds": 2,
        "person": 1,
    }
    high |= {"date": 4, "country": 2, "sex": 2, "aliases": 20}
    low = {"surplus": -300}
    return np.stack(
        [rng.integers(low.get(name, 0), high.get(name, 1000) + 1, count) for name in NAMES], axis=1
    ).astype(np.int32)


@pytest.mark.parametrize(
    "claim", [claim for claim in FEATURES if claim.direction], ids=lambda claim: claim.name
)
def test_a_monotone_feature_never_pushes_the_wrong_way(claim) -> None:
    base = rows(400)
    column = NAMES.index(claim.name)
    more = base.copy()
    more[:, column] += np.random.default_rng(3).integers(1, 300, len(base), dtype=np.int32)
    change = matcher().names.judge(more) - matcher().names.judge(base)
    assert (claim.direction * change >= -1).all()  # a thousandth of a log-odd is rounding


def test_the_tables_can_be_worked_out_by_hand() -> None:
    row = dict(zip(NAMES, rows(1)[0].tolist(), strict=True))
    total = TABLE["names"]["base"]
    for tree in TABLE["names"]["trees"]:
        place = 0
        for level, question in enumerate(tree["when"]):
            name, value = question.split(" >= ")
            place += (row[name] >= int(value)) << level
        total += tree["then"][place]
    assert matcher().names.judge(rows(1))[0] == total


def test_the_tables_ask_only_what_is_defined() -> None:
    for part, names in (("names", NAMES), ("subjects", STANDING)):
        asked = {question.split(" >= ")[0] for tree in TABLE[part]["trees"] for question in tree["when"]}
        assert asked <= set(names)


def test_scores_lie_between_0_and_1_and_rise_with_the_verdict() -> None:
    scores = matcher().score(np.arange(-20_000, 20_000, 100, dtype=np.int32))
    assert scores[0] >= 0
    assert scores[-1] <= 1
    assert (np.diff(scores) >= 0).all()


def test_a_tree_reads_its_answers_lowest_bit_first() -> None:
    trees = Trees(
        {"base": 5, "trees": [{"when": ["a >= 2", "b >= 1"], "then": [0, 10, 100, 1000]}]}, ("a", "b")
    )
    given = np.array([[0, 0], [2, 0], [0, 1], [3, 3]], np.int32)
    assert trees.judge(given).tolist() == [5, 15, 105, 1005]


def test_the_tables_name_their_source_and_data() -> None:
    assert TABLE["source"]
    assert all(len(digest) == 64 for digest in TABLE["data_sha256"].values())


def test_a_score_can_be_worked_out_again_from_the_question_and_the_table() -> None:
    """Another machine with the same records and the same table (by its digest) comes to the same scores and reasons."""
    questions = [ask(name, entry.schema) for entry in PEOPLE for name in entry.names]
    again = Matcher(resources.files("comity.register").joinpath("tables/matcher.json").read_text("utf-8"))
    assert again.digest == matcher().digest
    forwards, backwards = index_of(*PEOPLE, *crowd(60)), index_of(*reversed((*PEOPLE, *crowd(60))))
    first = [hits for _, hits in check_many(forwards, questions)]
    second = [hits for _, hits in check_many(backwards, questions, model=again)]
    assert first == second
