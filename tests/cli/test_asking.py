"""What a command line leaves out is asked for: at a real terminal, and without being asked twice."""

import os
import pty
import select
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from cli.land import Land

#: Longest a command may take on a busy machine.
_PATIENCE = 60.0


def at_a_terminal(arguments: Sequence[str], answers: Sequence[str], folder: Path) -> tuple[int, str]:
    """Run the command with a terminal and answer its questions; give its exit code and the whole screen."""
    child, screen = pty.fork()
    if child == 0:  # pragma: no cover - another process
        os.chdir(folder)
        os.execv(sys.executable, [sys.executable, "-m", "comity", *arguments])
    told, waiting, until = b"", list(answers), time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        ready, _, _ = select.select([screen], [], [], 0.05)
        if ready:
            try:
                read = os.read(screen, 4096)
            except OSError:  # the terminal is gone with the process
                break
            if not read:
                break
            told += read
        elif waiting and told.endswith(b": "):
            os.write(screen, waiting.pop(0).encode() + b"\n")
            told += b"\0"
    os.close(screen)
    _, status = os.waitpid(child, 0)
    assert not waiting, told.decode()
    return os.waitstatus_to_exitcode(status), told.decode().replace("\0", "").replace("\r\n", "\n")


def test_party_kind_and_words_are_asked_for_until_they_are_of_their_form(land: Land) -> None:
    answers = ["south.example", "chek", "check", "incident-response", "is this address known"]
    code, screen = at_a_terminal(["request", "new", "--home", "north"], answers, land.folder)
    assert code == 0, screen
    asked = [line.partition(": ")[0] for line in screen.splitlines() if ": " in line and "–" not in line]
    assert asked[:5] == [
        "The other Party; only one",
        *["what is asked for (check, search, information, protection, joint-measure, advice, other)"] * 2,
        "what it is to serve, one word of the agreement's purposes",
        "what is asked, in words",
    ], screen
    assert "  `chek` is not one of `check`, `search`" in screen and "Error:" not in screen
    assert "asked  check: is this address known" in screen


def test_the_matter_is_asked_for_before_anything_else(land: Land) -> None:
    code, screen = at_a_terminal(["request", "refuse", "--home", "north"], ["abcdef", "own-law"], land.folder)
    assert code == 3 and screen.startswith("The matter: the beginning of its id"), screen
    assert "no matter `abcdef` is known here" in screen


def test_where_something_else_is_wrong_nobody_is_asked(land: Land) -> None:
    wrong = ["request", "new", "--urgency", "at-once", "--home", "north"]
    code, screen = at_a_terminal(wrong, [], land.folder)
    assert (
        code == 2 and "`at-once` is not one of `normal`, `urgent`" in screen and "--to is missing" in screen
    )
