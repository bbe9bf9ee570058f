"""The story of ten steps with the real parts: homes on disk, keys, HTTP on loopback."""

import json
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
import structlog

from comity.cli.main import run
from comity.demo.stage import Stage, _alone
from comity.demo.step import Step
from comity.demo.story import STEPS, play
from comity.errors import BadInput, RefusedHere
from comity.interop.files import describe

#: What every step rests on: of its grounds these at least.
GROUNDS = {
    "conclude": {"north-south-2026 art. 12", "south-east-2026 art. 9", "VCLT art. 24"},
    "share": {"north-south-2026 art. 2(1)"},
    "refuse": {"rule 4 category"},
    "third-party": {"north-south-2026 art. 5"},
    "consent": {"north-south-2026 art. 5"},
    "tampered": {"north-south-2026 art. 5"},
    "withdraw": set(),
    "pouch": {"north-south-2026 art. 2(1)"},
    "journals": set(),
    "denounce": {"south-east-2026 notice 2", "north-south-2026 art. 2(1)"},
}

ONE_OBJECT = {
    "type": "indicator",
    "id": "indicator--6f1d5d0c-8a1c-4a0f-9d0b-5b8f6c2d9e12",
    "spec_version": "2.1",
    "name": "One address",
    "pattern": "[ipv4-addr:value = '203.0.113.7']",
    "pattern_type": "stix",
    "valid_from": "2026-01-01T00:00:00Z",
}
RED = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"


def bundle(*objects: dict[str, object]) -> dict[str, object]:
    return {"type": "bundle", "id": "bundle--6f1d5d0c-8a1c-4a0f-9d0b-5b8f6c2d9e11", "objects": list(objects)}


@pytest.fixture
def written(tmp_path: Path) -> Callable[[object], Path]:
    def write(content: object) -> Path:
        file = tmp_path / "item.json"
        file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return file

    return write


@pytest.fixture(autouse=True)
def log_as_before() -> object:
    yield
    structlog.reset_defaults()


def test_the_whole_story_comes_out_as_the_agreements_say(capfd: pytest.CaptureFixture[str]) -> None:
    code = run(["demo", "--once", "--json"])
    out, err = capfd.readouterr()
    told = json.loads(out)
    assert (code, err, out.count("\n")) == (0, "", 1)
    assert list(told) == ["ok", "steps"] and told["ok"] is True
    assert [step["name"] for step in told["steps"]] == list(STEPS)
    for step in told["steps"]:
        assert list(step) == ["name", "ok", "detail", "grounds"], step["name"]
        assert step["ok"] is True and step["detail"], step
        assert set(step["grounds"]) >= GROUNDS[step["name"]], step


def test_two_stages_at_once_do_not_meet_at_a_port(tmp_path: Path) -> None:
    with Stage(tmp_path / "one") as one, Stage(tmp_path / "two") as two:
        ports = {node.endpoint for stage in (one, two) for node in stage.nodes.values()}
    assert len(ports) == 6


def test_two_that_begin_at_the_same_moment_do_not_both_take_the_well_known_ports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with ExitStack() as first, ExitStack() as second:
        assert [_alone(first), _alone(second)] == [True, False]
        first.close()
        assert _alone(second)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with ExitStack() as none:
        assert not _alone(none)  # no lock, no well-known ports: the story is played on others


def test_a_single_object_is_a_bundle_of_one(written: Callable[[object], Path], tmp_path: Path) -> None:
    """It has no marking of its own: the one given goes with it."""
    file = written(ONE_OBJECT)
    with Stage(tmp_path / "stage") as stage:
        conclude, share = next_steps(stage, 2, file, "TLP:AMBER")
    assert conclude.ok and share.ok, share.wrong
    assert "`One address` (TLP:AMBER)" in share.as_json()["detail"]


def test_a_marking_that_the_agreement_does_not_let_pass_ends_the_story_and_says_so(
    written: Callable[[object], Path], capfd: pytest.CaptureFixture[str]
) -> None:
    file = written(bundle({**ONE_OBJECT, "object_marking_refs": [RED]}))
    assert run(["demo", "--once", "--json", "--item", str(file)]) == 1
    out, err = capfd.readouterr()
    told = json.loads(out)
    assert (told["ok"], [step["name"] for step in told["steps"]], err) == (False, ["conclude", "share"], "")
    step = told["steps"][1]
    assert step["ok"] is False and step["grounds"] == ["north-south-2026 art. 3(1)"]
    assert step["detail"] == (
        "North: may `One address` (TLP:RED) go to South, for network-defence?: Refused; "
        "what North and South agreed does not let this item pass, marked TLP:RED; "
        "the story needs one that it does, such as TLP:AMBER"
    )


def next_steps(stage: Stage, count: int, file: Path, marking: str) -> list[Step]:
    story = play(stage, file, marking)
    return [next(story) for _ in range(count)]


#: file, marking given -> what is said
UNMARKED = [
    (ONE_OBJECT, "", "none of its objects carries a TLP marking"),
    (bundle(ONE_OBJECT), "", "none of its objects carries a TLP marking"),
    (
        bundle(
            {
                **ONE_OBJECT,
                "object_marking_refs": ["marking-definition--00000000-0000-4000-8000-000000000000"],
            }
        ),
        "",
        "it refers to a marking that nobody here knows (marking-definition--00000000-0000-4000-8000-000000000000)",
    ),
]


@pytest.mark.parametrize(("content", "marking", "said"), UNMARKED)
def test_an_item_without_a_marking_is_refused_before_anything_is_built(
    content: object, marking: str, said: str, written: Callable[[object], Path], tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    file, folder = written(content), tmp_path / "stage"
    assert run(["demo", "--once", "--item", str(file), "--dir", str(folder)]) == 2
    out, err = capfd.readouterr()
    assert out == "" and not folder.exists()
    assert err == f"comity: {file}: {said}\n  next: name the marking that fits: --marking TLP:AMBER\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"type": "bundle", "objects": [', "not JSON"),
        (b'{"type": "bundle", "id": "bundle--x", "objects": []}', "nothing to share"),
        (b'{"type": "bundle", "id": "bundle--x", "objects": [{}]}', "object 0 has no `type` and `id`"),
        (b'{"type": "bundle", "type": "bundle"}', "twice"),
        (b'{"spec_version": "2.1"}', "an object with a `type` was expected"),
        (b"\xff\xfe{}", "an item needs a marking"),
    ],
)
def test_a_file_that_is_no_stix_is_refused_in_one_line(
    content: bytes, said: str, written: Callable[[object], Path], capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["demo", "--once", "--item", str(written(content))]) == 2
    out, err = capfd.readouterr()
    mistakes = [line for line in err.splitlines() if not line.startswith("  ")]
    assert out == "" and len(mistakes) == 1 and said in mistakes[0], err


def test_the_marking_given_widens_nothing(written: Callable[[object], Path]) -> None:
    file = written(bundle({**ONE_OBJECT, "object_marking_refs": [RED]}))
    assert describe(file, file.read_bytes(), marking="TLP:CLEAR").marking == "TLP:RED"
    with pytest.raises(BadInput, match="TLP:PINK"):
        describe(file, file.read_bytes(), marking="TLP:PINK")


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("keep me")
    with pytest.raises(RefusedHere, match="holds something else than the story"):
        Stage(tmp_path)
    assert (tmp_path / "letter.txt").read_text() == "keep me"


def test_a_step_that_cannot_be_played_says_why_and_ends_the_story(tmp_path: Path) -> None:
    with Stage(tmp_path / "stage") as stage:
        stage.cards["south.example"] = b"this is no card"
        (only,) = play(stage)
    assert not only.ok and only.name == "conclude" and only.wrong and "card" in only.wrong[0]
