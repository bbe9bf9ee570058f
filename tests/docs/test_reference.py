"""The reference pages say what the program does: settings, exit codes, kinds of entry, statements and messages."""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec
import pytest

from comity import errors
from comity.cli import main as entry
from comity.federation import messages, statements
from comity.languages.reading import ENVIRONMENT
from comity.storage import failing_disk
from comity.storage.home import Settings
from comity.testing.invariants import Invariants
from docs.walkthrough import PROJECT

PAGES = PROJECT / "docs/reference"
SOURCES = sorted((PROJECT / "src/comity").rglob("*.py"))

_WORD = re.compile(r"`([^`\n]+)`")


def first_cells(page: str) -> list[str]:
    """Give what stands in the first column of every table of a page."""
    text = (PAGES / page).read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("|")]
    return [cell.strip() for cell in rows]


def words(page: str) -> set[str]:
    """Give every word in the first column of a page's tables."""
    return {word for cell in first_cells(page) for word in _WORD.findall(cell)}


def test_every_setting_is_described_with_its_default() -> None:
    text = (PAGES / "settings.md").read_text(encoding="utf-8")
    for field in msgspec.structs.fields(Settings):
        default = "**required**" if field.required else f"`{str(field.default)!r}`".replace("'", '"')
        if field.default == ():
            default = "`[]`"
        elif isinstance(field.default, int):
            default = f"`{field.default}`"
        assert f"| `{field.name}` | {default} |" in text
    assert f"`{ENVIRONMENT}`" in text


def test_every_exit_code_is_described() -> None:
    kinds = [each for each in vars(errors).values() if isinstance(each, type) and hasattr(each, "exit_code")]
    used = {0, entry.BAD_INPUT, entry.FAULT, entry.INTERRUPTED, entry.BROKEN_PIPE}
    used |= {kind.exit_code for kind in kinds} | set(_codes_left_with()) | {failing_disk.EXIT_CODE}
    assert {int(cell) for cell in first_cells("exit-codes.md") if cell.isdigit()} == used


def _codes_left_with() -> Iterator[int]:
    """Give the numbers that commands end with, as they stand in the sources."""
    for file in (PROJECT / "src/comity/cli").glob("*.py"):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "sys.exit":
                numbers = (
                    each for arg in call.args for each in ast.walk(arg) if isinstance(each, ast.Constant)
                )
                yield from (each.value for each in numbers if type(each.value) is int)
            if isinstance(call, ast.Assign) and ast.unparse(call.targets[0]) == "EXIT":
                yield from ast.literal_eval(call.value).values()


#: What stands in a kind only when it runs: for each form, the words that can stand there.
_FILLED = {
    "sent-*": [f"sent-{word}" for word in messages.KINDS if word != "receipts"],
    "*-*": [
        *(
            f"{fate}-{word}"
            for fate in ("received", "quarantined")
            for word in messages.KINDS
            if word != "receipts"
        ),
        "waiting-disclosure",
        "waiting-texts",
    ],
    "peer-*": ["peer-quarantined"],
    "review-*": ["review-keep", "review-erase"],
}

#: Kinds that reach `enter` through a parameter of a function beside it; each is looked for among all calls.
_PASSED_ON = {
    "consent",
    "consent-refusal",
    "consent-revocation",
    "consent-confirmation",
    "subject-request",
    "subject-answer",
    "erased",
    "retention-erased",
    "register-entered",
    "register-corrected",
    "register-reviewed",
    "register-noted",
    "register-withdrawn",
    "exit-erased",
    "closing-answer",
    "closing",
    "closing-agreed",
    "register-export",
    "equivocation",
    "inconsistent",
    "rolled-back",
    "officer-invited",
    "officer-link",
    "officer-roles",
    "officer-suspended",
    "officer-resumed",
    "credential-added",
    "credential-dropped",
    "signed-in",
    "signed-out",
}


def test_every_kind_of_entry_is_described_and_no_other() -> None:
    entered = {each for kind in kinds_entered() for each in _FILLED.get(kind, [kind])}
    assert words("journal-entries.md") == entered


def test_every_kind_of_entry_is_said_in_words_and_no_other() -> None:
    from comity.languages.journal_words import KINDS, entry_in_words

    assert words("journal-entries.md") == set(KINDS) and len(KINDS) == len(set(KINDS))
    said = {kind: entry_in_words(kind) for kind in KINDS}
    assert len(set(said.values())) == len(said), "two kinds are called the same"
    assert not {kind for kind, label in said.items() if label == kind}


def test_every_form_of_kind_is_still_entered() -> None:
    assert set(kinds_entered()) >= _FILLED.keys() | _PASSED_ON


@cache
def kinds_entered() -> list[str]:
    """Give every kind that some call of `enter` names; `*` for what stands there only when it runs."""
    found: set[str] = set()
    for file in SOURCES:
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            if (
                ast.unparse(call.func) in ("record.enter", "journal.enter", "enter", "_enter")
                and len(call.args) > 2
            ):
                found |= set(_said(call.args[2]))
            elif file.parent.name in ("node", "control"):
                found |= {each for arg in call.args for each in _said(arg)} & _PASSED_ON
    return sorted(found - {"*"})


def _said(node: ast.expr) -> Iterator[str]:
    """Give the words an expression can give, with `*` for what is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*_said(node.body), *_said(node.orelse))
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(each.value) if isinstance(each, ast.Constant) else "*" for each in node.values)
    else:
        yield "*"


def test_every_field_of_every_statement_is_described() -> None:
    text = (PAGES / "statements.md").read_text(encoding="utf-8")
    for word, kind in statements.KINDS.items():
        section = re.search(rf"^### `{word}`\n(.*?)(?=^##)", text, re.DOTALL | re.MULTILINE)
        assert section is not None, f"no section on `{word}`"
        named = set(_WORD.findall(section[1]))
        fields = {each.encode_name for each in msgspec.structs.fields(kind)} - {"by", "at"}
        assert fields <= named, f"{word}: {fields - named} not described"
    assert set(re.findall(r"^### `(.+)`$", text, re.MULTILINE)) == set(statements.KINDS)


#: What every message may show of both journals.
SHOWN = {"checkpoint", "since", "leaves", "kept", "seen", "seen_on"}


def test_every_field_of_every_message_is_described() -> None:
    text = (PAGES / "statements.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", text, re.MULTILINE))
    assert rows.keys() == messages.KINDS.keys()
    for word, kind in messages.KINDS.items():
        fields = {each.encode_name for each in msgspec.structs.fields(kind)} - SHOWN
        assert set(_WORD.findall(rows[word])) == fields, word


@pytest.mark.parametrize("name", ["statements", "messages"])
def test_the_specification_names_every_statement_and_message(name: str) -> None:
    text = (PROJECT / "specs/federation.md").read_text(encoding="utf-8")
    for word in sys.modules[f"comity.federation.{name}"].KINDS:
        assert re.search(rf"^\| `{word}` \|", text, re.MULTILINE), word


def pages() -> list[Path]:
    """Give every page whose links are ours to keep."""
    return sorted(
        [*(PROJECT / "docs").rglob("*.md"), *(PROJECT / "specs").glob("*.md"), *PROJECT.glob("*.md")]
    )


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(PROJECT).as_posix())
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    away = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert not away


@pytest.mark.parametrize("page", ["what-we-promise.md", "faults.md"])
def test_every_test_that_a_promise_or_a_fault_names_exists(page: str) -> None:
    text = (PROJECT / "docs/explanation" / page).read_text(encoding="utf-8")
    file, named = Path(), 0
    for place, name in re.findall(r"`((?:tests/[\w/]+\.py)?)::(\w+)`", text):
        file = PROJECT / place if place else file
        assert f"\ndef {name}(" in file.read_text(encoding="utf-8"), f"{file.name}: {name}"
        named += 1
    assert named > 25
    for invariant in re.findall(r"`(p\d+_\w+)`", text):
        assert hasattr(Invariants, invariant), invariant


def test_decisions_have_a_number_a_date_and_say_what_was_not_taken() -> None:
    pages = sorted((PROJECT / "docs/decisions").glob("[0-9]*.md"))
    numbers = [page.name[:4] for page in pages]
    assert len(set(numbers)) == len(numbers)
    listed = (PROJECT / "docs/decisions/README.md").read_text(encoding="utf-8")
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {page.name[:4]} · "), page.name
        assert re.search(r"^Decided \d{4}-\d\d-\d\d\.$", text, re.MULTILINE), page.name
        for part in ("Context", "Options", "Decision", "Consequences"):
            assert f"\n**{part}.** " in text, f"{page.name}: no {part.lower()}"
        assert f"({page.name})" in listed, f"{page.name} is not listed in README.md"
