"""`comity register link`: two registers or one, with reasons; a run that was stopped goes on."""

import json
from pathlib import Path

import pytest

from cli.land import Comity
from comity.storage import linking
from register.test_link import people


@pytest.fixture(scope="module")
def registers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, int]]:
    """Give two files of spoilt records of the same invented people, and whose each record is."""
    folder = tmp_path_factory.mktemp("registers")
    subjects, owner = people(50)
    files = folder / "a.jsonl", folder / "b.jsonl"
    for number, file in enumerate(files):
        half = [subject for subject in subjects if (subject.id[-1] == "0") == (number == 0)]
        file.write_text("".join(json.dumps(subject.followthemoney()) + "\n" for subject in half))
    return *files, owner


def lines(text: str, kind: str) -> list[dict[str, object]]:
    return [found for line in text.splitlines() if kind in (found := json.loads(line))]


def test_two_registers_are_linked_across_and_say_why(
    comity: Comity,
    registers: tuple[Path, Path, dict[str, int]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(linking, "SHARE", 60)  # two shares, two processes
    left, right, owner = registers
    done = comity("register", "link", left, right, "--work", tmp_path / "work", "--jobs", "2", "--json")
    assert done.code == 0, done.err
    pairs = lines(done.out, "pair")
    assert all([side["register"] for side in pair["pair"]] == ["a.jsonl", "b.jsonl"] for pair in pairs)
    right_ones = sum(owner[a["id"]] == owner[b["id"]] for a, b in (pair["pair"] for pair in pairs))
    assert right_ones / len(pairs) > 0.9
    assert right_ones / 100 > 0.9
    assert all(pair["why"] and 0.5 <= pair["probability"] <= 1 for pair in pairs)
    clusters = lines(done.out, "cluster")
    assert len(clusters) >= 45
    assert all(0.5 <= cluster["weakest"] <= 1 for cluster in clusters)


def test_a_run_that_was_stopped_goes_on_and_comes_to_the_same(
    comity: Comity,
    registers: tuple[Path, Path, dict[str, int]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(linking, "SHARE", 25)
    left, _, _ = registers
    whole = comity("register", "link", left, "--work", tmp_path / "whole", "--jobs", "1", "--json")
    compare, made = linking._compare, []

    def stop(work: Path, top: int, asked: list[object]) -> int:
        if len(made) == 1:
            raise KeyboardInterrupt
        made.append(top)
        return compare(work, top, asked)

    monkeypatch.setattr(linking, "_compare", stop)
    linking._index.cache_clear()
    stopped = comity("register", "link", left, "--work", tmp_path / "half", "--jobs", "1", "--json")
    assert stopped.code == 130
    made.clear()
    monkeypatch.setattr(linking, "_compare", lambda *given: made.append(given[1]) or compare(*given))
    again = comity("register", "link", left, "--work", tmp_path / "half", "--jobs", "1", "--json")
    assert (again.code, made) == (0, [25])
    assert again.out == whole.out


def test_a_work_folder_of_another_run_is_refused(
    comity: Comity, registers: tuple[Path, Path, dict[str, int]], tmp_path: Path
) -> None:
    left, right, _ = registers
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "run.json").write_text('{"left": "other"}')
    done = comity("register", "link", left, right, "--work", tmp_path / "work")
    assert (done.code, done.mistakes) == (2, [f"comity: {tmp_path / 'work'}: is of another run"])
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("private")
    done = comity("register", "link", left, "--work", tmp_path / "full")
    assert (done.code, done.mistakes) == (2, [f"comity: {tmp_path / 'full'}: is not empty"])


def test_every_mistake_in_a_register_is_named(comity: Comity, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    good = '{"id": "a", "schema": "Person", "properties": {"name": ["Jorunn Ashgrove"]}}\n'
    file.write_text(good + good + '{"id": "b"}\n')
    done = comity("register", "link", file, "--work", tmp_path / "work")
    assert done.code == 2
    assert "a.jsonl:2: `a` stands twice" in done.err
    assert "a.jsonl:3: `schema` must be one of" in done.err


def test_a_file_is_written_where_it_is_asked_for(
    comity: Comity, registers: tuple[Path, Path, dict[str, int]], tmp_path: Path
) -> None:
    left, right, _ = registers
    out = tmp_path / "links.jsonl"
    linking._index.cache_clear()
    done = comity("register", "link", left, right, "--work", tmp_path / "w", "--jobs", "1", "--out", out)
    assert done.code == 0
    assert (done.out, " clusters; " in done.err) == ("", True)
    assert lines(out.read_text(), "cluster")
