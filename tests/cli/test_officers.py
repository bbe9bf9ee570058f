"""`comity officer`, and a home with a console."""

import json
from pathlib import Path

import pytest

from comity.cli.main import run


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("officers") / "home"
    assert run(["init", str(path), "--party", "north.example", "--console", "8299", "--json"]) == 0
    return path


def told(home: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict], str]:
    capsys.readouterr()
    code = run(["officer", *words, "--home", str(home), "--json"])
    shown = capsys.readouterr()
    return code, [json.loads(line) for line in shown.out.splitlines()], shown.err


def test_a_home_with_a_console_begins_with_two_officers(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, rows, _ = told(home, capsys, "list")
    assert [row["handle"] for row in rows] == ["administrator", "officer"]
    assert rows[0]["roles"] == ["administrator"] and rows[1]["state"] == "invited"


def test_an_officer_is_made_linked_given_roles_suspended_and_let_in_again(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, made, _ = told(home, capsys, "add", "Duty", "--role", "reader")
    assert made[0]["handle"] == "duty" and made[0]["link"].startswith("http://localhost:8299/link/")
    _, again, _ = told(home, capsys, "link", "duty")
    assert again[0]["link"] != made[0]["link"]
    _, other, _ = told(home, capsys, "roles", "duty", "--role", "auditor")
    assert other[0]["roles"] == ["auditor"]
    assert told(home, capsys, "suspend", "duty")[1][0]["state"] == "suspended"
    assert told(home, capsys, "link", "duty")[0] == 1
    assert told(home, capsys, "resume", "duty")[1][0]["state"] == "active"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("add", "a b", "--role", "reader"), 2, "is no handle"),
        (("add", "x", "--role", "king"), 2, "`king` is not a role"),
        (("add", "x", "--role", "auditor", "--role", "reader"), 2, "reads no content"),
        (("add", "administrator", "--role", "reader"), 1, "there is an officer"),
        (("add", "x"), 2, "--role is missing"),
        (("suspend", "nobody"), 3, "no officer `nobody`"),
        (("suspend", "administrator"), 1, "last administrator"),
        (("roles", "administrator", "--role", "reader"), 1, "last administrator"),
        (("resume", "officer"), 1, "is not suspended"),
    ],
)
def test_bad_wishes_are_refused_in_a_line(
    home: Path, words: tuple[str, ...], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    got, _, err = told(home, capsys, *words)
    assert (got, said in err) == (code, True), err
