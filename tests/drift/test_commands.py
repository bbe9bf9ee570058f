"""What the pages and the program's own hints tell people to type exists: commands, options, the printed reference."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from comity.cli.reference import commands, page

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    each
    for folder in ("", "docs", "specs", "examples")
    for each in ((ROOT / folder).rglob("*.md") if folder else ROOT.glob("*.md"))
    if not each.name.startswith("agreement.")
)
SOURCES = sorted(each for each in (ROOT / "src/comity").rglob("*.py") if each.parent.name != "testing")
EVERY = dict(commands())

_FENCE = re.compile(r"^ *```[^\n]*\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"(?<!`)`(comity [^`\n]+)`")
#: What follows a command in a hint, in words.
_WORDS = re.compile(r", | (?:gives|shows|lists|makes|tells|it) ")
_PROMPT = re.compile(r"^\s*(?:\w+\$ |\$ |[A-Z_]+=\S+ )*(?:\.venv/bin/)?(comity .*)$")


def lines(text: str) -> Iterator[str]:
    """Give every command line of a page: in blocks, and in backticks."""
    for block in _FENCE.finditer(text):
        joined = block[1].replace("\\\n", " ")
        for line in joined.splitlines():
            if found := _PROMPT.match(line):
                yield found[1]
    yield from (found[1] for found in _SPAN.finditer(_FENCE.sub("", text)))


def words(line: str) -> list[str]:
    """Take a line apart: without remarks at its side, pipes, files it is written to, brackets of a synopsis."""
    line = re.split(r" {3,}| [|&>#;] ?| \|\| |, and ", line)[0]
    line = re.sub(r"[\[\]…]|\.\.\.", " ", line)
    try:
        return shlex.split(line)[1:]
    except ValueError:
        return line.split()[1:]


def wrong(line: str) -> str:
    """Say what of a command line does not exist; nothing where all does."""
    typed = words(line)
    if not typed or not re.match("[a-z]", typed[0]):
        return ""
    path = next((tuple(typed[:length]) for length in (2, 1) if tuple(typed[:length]) in EVERY), None)
    alternatives = [each.split("|") for each in typed[:2]]
    if path is None and len(alternatives) > 1 and "|" in typed[1]:
        absent = [each for each in alternatives[1] if (typed[0], each) not in EVERY]
        return f"no command {absent}" if absent else ""
    if path is None:
        return f"no command `{' '.join(typed[:2])}`"
    command = EVERY[path]
    if isinstance(command, click.Group):
        rest = typed[len(path) :]
        return (
            f"no command `{' '.join(typed[:2])}`" if rest and re.fullmatch(r"[a-z][a-z-]+", rest[0]) else ""
        )
    known = {name for param in command.params for name in (*param.opts, *param.secondary_opts)} | {
        "--help",
        "-h",
    }
    given = [word.partition("=")[0] for word in typed[len(path) :] if word.startswith("--")]
    unknown = [each for name in given for each in name.split("|") if each not in known]
    return f"`{' '.join(path)}` has no {', '.join(unknown)}" if unknown else ""


@pytest.mark.parametrize("file", PAGES, ids=lambda each: str(each.relative_to(ROOT)))
def test_every_command_line_of_a_page_exists(file: Path) -> None:
    found = {line: wrong(line) for line in lines(file.read_text(encoding="utf-8"))}
    assert {line: why for line, why in found.items() if why} == {}


def test_the_pages_show_commands_at_all() -> None:
    """Else the test above would look at nothing."""
    shown = [line for file in PAGES for line in lines(file.read_text(encoding="utf-8"))]
    assert len(shown) > 50
    assert wrong("comity shaer x") and wrong("comity share x --tp y") and wrong("comity agreement lnt x")
    assert not wrong("comity share ID --to south.example --purpose network-defence --home x   # a remark")


def hints() -> Iterator[tuple[str, int, str]]:
    """Give every `comity …` that stands in a text of the program, with what is filled in as an X."""
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                text = "".join(
                    str(each.value) if isinstance(each, ast.Constant) else "X" for each in node.values
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" not in node.value:
                text = re.sub(r"\{\w+\}", "X", node.value)
            else:
                continue
            for found in re.finditer(r"(?:^|[:`] ?|, then )(comity [a-z][^`;]*)", text):
                yield str(file.relative_to(ROOT)), node.lineno, _WORDS.split(found[1])[0]


def test_every_command_that_a_hint_names_exists() -> None:
    found = [(place, number, line, wrong(line)) for place, number, line in hints()]
    assert len(found) > 20
    assert [each for each in found if each[3]] == []


def test_the_reference_page_is_what_the_commands_say() -> None:
    assert (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8") == page(), (
        "print it again: python -m comity.cli.reference > docs/reference/cli.md"
    )
