"""What a command does when its streams misbehave: a reader that leaves, a full disk, a terminal without our letters."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.land import Comity, Land

COMMAND = [sys.executable, "-c", "from comity.cli.main import main; main()"]

#: Libraries that are slow to import; `--help` needs none of them.
SLOW = (
    "sqlalchemy",
    "alembic",
    "cryptography",
    "numpy",
    "rich",
    "uvicorn",
    "starlette",
    "structlog",
    "markdown_it",
)


def test_help_imports_nothing_that_is_slow() -> None:
    script = (
        "import sys\n"
        "from comity.cli.main import run\n"
        "code = run(['--help'])\n"
        f"print([name for name in {SLOW!r} if name in sys.modules], file=sys.stderr)\n"
        "sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "[]\n")
    assert done.stdout.startswith("Usage: comity ")


def test_a_crash_would_leave_no_memory_on_the_disk() -> None:
    script = (
        "import resource, sys\n"
        "from comity.cli.main import main\n"
        "sys.argv = ['comity', '--version']\n"
        "try:\n    main()\nexcept SystemExit:\n    print(resource.getrlimit(resource.RLIMIT_CORE)[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.splitlines()[1:] == ["0"]


def test_a_reader_that_has_read_enough_is_no_fault(made_land: Land) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*COMMAND, "card", "show", "--home", str(made_land.north)], stdout=writer, stderr=subprocess.PIPE, timeout=60,
        check=False,
    )  # fmt: skip
    os.close(writer)
    assert done.returncode == 141
    assert b"Traceback" not in done.stderr and b"Broken" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_an_output_that_takes_nothing_is_named() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, "--help"], stdout=full, stderr=subprocess.PIPE, timeout=60, check=False
        )
    assert done.returncode == 2
    assert done.stderr == b"comity: the output cannot be written: No space left on device\n"


def test_a_closed_output_is_no_fault() -> None:
    line = f"{sys.executable} -c 'from comity.cli.main import main; main()' --help >&- 2>&-"
    assert subprocess.run(line, shell=True, timeout=60, check=False).returncode == 0


def test_a_terminal_without_our_letters_shows_what_it_can(made_land: Land, tmp_path: Path) -> None:
    file = tmp_path / "case.toml"
    file.write_text(
        f'agreements = ["{Path(__file__).parents[2] / "examples" / "north-south-2026"}"]\n'
        '[[case]]\nname = "żółć → 안녕"\nat = 2031-03-14T09:00:00Z\nfrom = "north.example"\nto = "south.example"\n'
        'purpose = "network-defence"\ndisclose = "r"\n[[case.item]]\nid = "r"\ncategory = "incident.indicators"\n'
        'marking = "TLP:GREEN"\noriginator = "north.example"\n'
    )
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    for words in (["decide", str(file)], ["decide", str(file), "--json"]):
        done = subprocess.run(
            [*COMMAND, *words], capture_output=True, env=environment, timeout=60, check=False
        )
        assert done.returncode == 0, done
        assert b"Traceback" not in done.stderr
    assert json.loads(done.stdout)["name"] == "żółć → 안녕"


def test_an_interrupt_ends_with_130(comity: Comity, made_land: Land, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("comity.control.client.node_at", interrupted)
    done = comity("status", "--home", made_land.north)
    assert (done.code, done.out, done.err) == (130, "", "comity: interrupted\n")


def test_a_fault_of_our_own_is_never_an_answer(
    made_land: Land, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1 would say `refused by agreement`."""
    from comity.cli.main import run

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("comity.control.client.node_at", broken)
    assert run(["status", "--home", str(made_land.north)]) == 70
    out, err = capsys.readouterr()
    assert out == "" and err.splitlines()[-1].startswith("comity: this is a fault of Comity's own")


def test_what_others_call_their_items_moves_no_cursor(comity: Comity, land: Land) -> None:
    """A title with terminal codes or a line of its own is shown as text, by every command that shows it."""
    bundle = {
        "type": "bundle", "id": "bundle--6f1d5d0c-8a1c-4a0f-9d0b-5b8f6c2d9e11",
        "objects": [{"type": "report", "id": "report--6f1d5d0c-8a1c-4a0f-9d0b-5b8f6c2d9e12", "spec_version": "2.1",
                     "name": "Quiet\nPermitted: everything\u009b31m"}],
    }  # fmt: skip
    file = land.folder / "odd.json"
    file.write_text(json.dumps(bundle))
    done = comity(
        "item",
        "add",
        file,
        "--category",
        "incident.indicators",
        "--marking",
        "TLP:GREEN",
        "--home",
        land.north,
    )
    outputs = [done.out]
    if done.code == 0:
        name = done.out.split()[0]
        outputs += [
            comity(*words, "--home", land.north).out for words in (("item", "list"), ("item", "show", name))
        ]
        sent = comity(
            "share", name, "--to", "south.example", "--purpose", "network-defence", "--home", land.north
        )
        outputs.append(sent.out)
    for out in outputs:
        assert not any(line.startswith("Permitted: everything") for line in out.splitlines()), out
        assert "\x1b" not in out and "\u009b" not in out


def test_the_package_can_be_run_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "comity", "nope"], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("comity: no command `nope`")
