"""Plays the pages of `docs/` that show commands: every `console` block, line by line, on real nodes.

A line `north$ comity …` is run as north's officer would: in north's folder, with north's home. What stands under it
must be printed; `…` stands for anything, a line of it for any lines. Digests and times differ from run to run and are
compared by their shape only. `comity serve &` opens a node in this process; other words go to the shell.
"""

import contextlib
import io
import os
import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from comity.cli import main as entry
from comity.cli.quiet import quiet_log
from comity.serving import Serving

PROJECT = Path(__file__).parents[2]

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_PROMPT = re.compile(r"^(\w+)\$ (.*)$")
_CODE = re.compile(r"^\[exit (\d+)\]$")
_SHAPES = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"), "TIME"),
    (re.compile(r"\b[0-9a-f]{12,}\b"), "DIGEST"),
    (re.compile(r"\b\d{4}-\d\d-\d\d\b"), "DAY"),
    (re.compile(r"─+"), "─"),
    (re.compile(r"\s+"), " "),
)

#: The port of which pages say that programs ask a register there.
_DESK = 8109
#: Seconds to wait for what happens between nodes.
_PATIENCE = 20.0


class Line(msgspec.Struct, frozen=True):
    """One command of a page: where it stands, who types it, what must be printed, the exit code."""

    number: int
    who: str
    command: str
    printed: tuple[str, ...]
    code: int


def read_page(page: Path) -> list[Line]:
    """Read the commands of a page in order."""
    text = page.read_text(encoding="utf-8")
    found: list[Line] = []
    for block in _BLOCK.finditer(text):
        number = text.count("\n", 0, block.start(1))
        for at, line in enumerate(block.group(1).splitlines(), number + 1):
            if prompt := _PROMPT.match(line):
                found.append(Line(at, prompt[1], prompt[2], (), 0))
            elif code := _CODE.match(line):
                found[-1] = msgspec.structs.replace(found[-1], code=int(code[1]))
            else:
                found[-1] = msgspec.structs.replace(found[-1], printed=(*found[-1].printed, line))
    return found


def before(lines: list[Line], page: Path, heading: str) -> list[Line]:
    """Give the commands that stand above a heading of a page."""
    at = page.read_text(encoding="utf-8").splitlines().index(heading) + 1
    return [line for line in lines if line.number < at]


class Walkthrough:
    """Folders, homes and serving nodes of the people of a page.

    Args:
        folder: an empty one; each of `people` gets a folder in it, and a home within that.
    """

    def __init__(self, folder: Path, people: Mapping[str, int]) -> None:
        self._folder = folder
        self._ports = {
            str(said): str(free)
            for said, free in zip([*people.values(), _DESK], _free(len(people) + 1), strict=True)
        }
        self._words: dict[str, str] = {}
        self.nodes: dict[str, Serving] = {}
        for person in people:
            (folder / person).mkdir()

    def close(self) -> None:
        """Stop every node."""
        while self.nodes:
            self.nodes.popitem()[1].close()

    def run(self, line: Line) -> tuple[int, str]:
        """Run one command; give its exit code and everything it printed."""
        command = line.command
        for said, free in self._ports.items():
            command = command.replace(said, free)
        for word, meaning in self._words.items():
            command = command.replace(word, meaning)
        place = self._folder / line.who
        with _being(place):
            if serve := re.fullmatch(r"comity serve (?:--desk-port (\d+) )?&", command):
                desk = int(serve[1]) if serve[1] else None
                node = self.nodes[line.who] = Serving(place / "home", desk_port=desk)
                return 0, f"{node.party} serves at {node.endpoint}; commands: --home {place / 'home'}\n"
            if command == "kill %1":
                self.nodes.pop(line.who).close()
                return 0, ""
            if not command.startswith("comity ") or ">" in command:
                done = subprocess.run(["bash", "-c", _spelled(command)], capture_output=True, text=True)
                return done.returncode, done.stdout + done.stderr
            code, printed = _comity([os.path.expandvars(word) for word in shlex.split(command)[1:]])
        self._quiet()
        self._remember(command, printed)
        return code, printed

    def as_printed(self, line: Line) -> list[str]:
        """Give what a page says is printed, with the ports that are free here."""
        found = list(line.printed)
        for said, free in self._ports.items():
            found = [each.replace(said, free) for each in found]
        return found

    def _remember(self, command: str, printed: str) -> None:
        """Note the names a page uses for what differs from run to run: the newest request, consent and cost."""
        if found := re.search(r"request ([0-9a-f]{12})", printed):
            self._words["REQUEST"] = found[1]
        if (opened := re.match(r"comity (\w+) (?:new|claim|draw) ", command)) and (
            found := re.match(r"([0-9a-f]{12})  ", printed)
        ):
            self._words[opened[1].upper()] = found[1]
        if command.startswith("comity charge ledger ") and (
            cost := re.search(r"^([0-9a-f]{12}) .* open\s*$", printed, re.MULTILINE)
        ):
            self._words["COST"] = cost[1]
        if command.startswith("comity consent give ") and (given := re.match(r"([0-9a-f]{12}): ", printed)):
            self._words["CONSENT"] = given[1]

    def _quiet(self) -> None:
        """Wait until nothing is owed between the nodes that serve, seen twice."""
        end, seen = time.monotonic() + _PATIENCE, 0
        # a node restored from an old backup takes nothing until it has reconciled
        behind = [
            node.party for node in self.nodes.values() if node.node.store.read(lambda rows: rows.behind())
        ]
        serving = {node.party for node in self.nodes.values()}.difference(behind)
        while seen < 2 and time.monotonic() < end:
            busy = any(
                serving & node.node.store.read(lambda rows: rows.backlog()).keys()
                for node in self.nodes.values()
            )
            seen = 0 if busy else seen + 1
            time.sleep(0.01)


def fits(said: list[str], printed: str) -> bool:
    """Tell whether what was printed is what a page says. A page may leave out what to do next."""
    pattern = "".join(
        r"(.*\n)*" if line.strip() == "…" else ".*".join(map(re.escape, _shape(line).split("…"))) + r"\n"
        for line in said
    )
    lines = [_shape(line) for line in printed.splitlines() if line.strip()]
    if not any(line.strip().startswith("next:") for line in said):
        lines = [line for line in lines if not line.startswith("next:")]
    shown = "".join(f"{line}\n" for line in lines)
    return re.fullmatch(pattern, shown) is not None


def _shape(line: str) -> str:
    for pattern, word in _SHAPES:
        line = pattern.sub(word, line)
    return line.strip()


@contextlib.contextmanager
def _being(place: Path) -> Iterator[None]:
    """Be where a person is: in their folder, with their home."""
    before, here = dict(os.environ), Path.cwd()
    os.environ.update(COMITY=str(PROJECT), COMITY_HOME=str(place / "home"), COLUMNS="160")
    os.chdir(place)
    try:
        yield
    finally:
        os.chdir(here)
        os.environ.clear()
        os.environ.update(before)


def _comity(words: list[str]) -> tuple[int, str]:
    """Run the command as its own entry does, without a process of its own."""
    quiet_log()  # what the nodes of this process log meanwhile is none of the command's words
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        code = entry.run(words)
    return code, printed.getvalue()


def _spelled(command: str) -> str:
    """Let a shell line find this environment's own `comity`."""
    entry_of_it = "-c 'from comity.cli.main import main; main()'"
    return f'comity() {{ {shlex.quote(sys.executable)} {entry_of_it} "$@"; }}; {command}'


def _free(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports
