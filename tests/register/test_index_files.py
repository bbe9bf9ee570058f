from pathlib import Path

import numpy as np

from comity.register.checking import check
from comity.register.index_files import open_index, save_index

from .invented import PEOPLE, ask, crowd, index_of

QUESTIONS = [ask(name, entry.schema) for entry in PEOPLE for name in entry.names]


def test_an_index_opened_again_answers_the_same(tmp_path: Path) -> None:
    index = index_of(*PEOPLE, *crowd(100))
    save_index(index, tmp_path / "index", "17")
    again = open_index(tmp_path / "index", "17")
    assert again is not None
    for question in QUESTIONS:
        assert check(again, question) == check(index, question)


def test_an_index_of_another_state_is_not_opened(tmp_path: Path) -> None:
    save_index(index_of(*PEOPLE), tmp_path / "index", "17")
    assert open_index(tmp_path / "index", "18") is None
    assert open_index(tmp_path / "nowhere", "17") is None


def test_a_damaged_index_is_not_opened(tmp_path: Path) -> None:
    save_index(index_of(*PEOPLE), tmp_path / "index", "17")
    (tmp_path / "index" / "unit_token.npy").write_bytes(b"no array")
    assert open_index(tmp_path / "index", "17") is None


def test_an_array_of_another_type_is_not_opened(tmp_path: Path) -> None:
    save_index(index_of(*PEOPLE), tmp_path / "index", "17")
    np.save(tmp_path / "index" / "unit_token.npy", np.zeros(5, np.float64))
    assert open_index(tmp_path / "index", "17") is None


def test_an_opened_index_takes_more_and_gives_up_some(tmp_path: Path) -> None:
    save_index(index_of(*PEOPLE[:6], *crowd(80)), tmp_path / "index", "1")
    index = open_index(tmp_path / "index", "1")
    assert index is not None
    index.withdraw("p1")
    for entry in PEOPLE[6:]:
        index.add(entry)
    scratch = index_of(*PEOPLE[1:], *crowd(80))
    for question in QUESTIONS:
        assert check(index, question) == check(scratch, question)
