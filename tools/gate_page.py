"""Prints the page of the gate's cases, `docs/reference/gate.md`, from the tables that the tests decide.

    python tools/gate_page.py > docs/reference/gate.md

At its end it says of each sentence of the specification what shows it (`tests/docs/gate_sentences.toml`). A test fails
while the page says anything else than the tables, or a sentence is shown by nothing (`tests/docs/test_gate_page.py`).
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from comity.decisions.cases import CaseResult, run_cases

ROOT = Path(__file__).parents[1]
TABLES = ROOT / "tests" / "decisions" / "cases"
SHOWN = ROOT / "tests" / "docs" / "gate_sentences.toml"
SPECS = ROOT / "specs"

#: Table -> its heading and what to know before reading it. In the order of the page.
SECTIONS = {
    "r01_safeguards": ("Rule 1, safeguards", "Outside every agreement: nobody can sign them away."),
    "r02_in_force": ("Rule 2, in force", "Beginnings count from their instant, ends up to theirs."),
    "agreements_in_time": (
        "Agreements over time",
        "Protocols, accession, lapse and revival, suspension, extension, one text in the place of another.",
    ),
    "r03_offices": (
        "Rule 3, parties and offices",
        "An office speaks within its mandate, a mission where it sits.",
    ),
    "r04_category": (
        "Rule 4, category",
        "Category, kind (information, materials, equipment) and direction; an article that cannot be read permits "
        "nothing.",
    ),
    "r05_purpose": (
        "Rule 5, purpose",
        "Agreed, not excluded; and what an item was received for goes along with it.",
    ),
    "r06_marking": (
        "Rule 6, marking",
        "TLP 2.0, PAP, use before a court; a caveat never changes the answer.",
    ),
    "r07_custody": (
        "Rule 7, custody and lineage",
        "Every hand is accounted for; taking back stops everything.",
    ),
    "r07_third_party": (
        "Rule 7, third parties",
        "Who is owed, hop by hop and source by source; members, standing consents, return to whom it is owed.",
    ),
    "r07_overseers": (
        "Rule 7, overseers and tear-lines",
        "Who may see without being a third party; parts set free.",
    ),
    "r07_consents": (
        "Rule 7, consents",
        "One item or one class; giver, holder, recipient, time, purpose, freshness.",
    ),
    "r07_hops": ("Rule 7, consents over several hops", "The hop a consent was given for is the first."),
    "r08_retention": ("Rule 8, retention", "Counted from receipt, the last instant included."),
    "r09_transport": ("Rule 9, transport", "A relay must be named: empty means nobody."),
    "r10_necessity": (
        "Rule 10, necessity",
        "Only the text that made an obligation lifts it; two officers; everyone upstream is told.",
    ),
    "empty_and_unknown": ("Empty and unknown", "Empty means nobody; unknown means no."),
}

HEAD = """# What the gate decides, case by case

The gate answers one question: may this item pass from this holder to this recipient, for this purpose, now? Ten rules
are tried in order and **all** grounds are given, not the first. `refused` outranks `needs-consent`; permitted only on a
ground. The exact meaning is [specs/gate.md](../../specs/gate.md); `comity decide FILE --explain` shows the rules at
work on a file of your own. The files behind these tables are in `tests/decisions/cases/`; the tests decide every row.

This page is printed from them (`python tools/gate_page.py`). Names end in `.example`, which is left out here.
"""


SENTENCES = """## Sentence by sentence

What shows each sentence of [specs/gate.md](../../specs/gate.md), and what it rests on in other specifications: a case
above, or a test under `tests/`. A sentence is named by its first words.
"""


def page() -> str:
    """Give the whole page.

    Raises:
        ValueError: a table has no section, or a section no table.
    """
    tables = {table.stem: table for table in TABLES.glob("*.toml")}
    if set(tables) != set(SECTIONS):
        raise ValueError(f"tables and sections differ: {sorted(set(tables) ^ set(SECTIONS))}")
    parts = [HEAD]
    for name, (heading, before) in SECTIONS.items():
        rows = "\n".join(_row(result) for result in run_cases(tables[name]))
        parts.append(f"## {heading}\n\n{before}\n\n| case | answer | cited |\n|---|---|---|\n{rows}\n")
    parts.append(SENTENCES)
    parts.extend(
        f"### {heading}\n\n| sentence | shown by |\n|---|---|\n{rows}\n" for heading, rows in _shown()
    )
    return "\n".join(parts)


def shown() -> tuple[tuple[str, ...], Mapping[str, Mapping[str, list[str]]]]:
    """Give the beginnings of sentences that say no rule, and by heading what shows each of the others."""
    said = tomllib.loads(SHOWN.read_text(encoding="utf-8"))
    return tuple(said.pop("no_rule")), said


def sentences(specification: str) -> list[str]:
    """Give the sentences of a specification, each on one line: tables, headings and examples are none."""
    prose = re.sub(r"```.*?```", "", (SPECS / specification).read_text(encoding="utf-8"), flags=re.DOTALL)
    lines = "\n".join(line for line in prose.splitlines() if not line.startswith(("|", "#")))
    paragraphs = re.split(r"\n\s*\n|\n\s*(?=- |\d+\. )", lines)
    whole = (re.sub(r"^(- |\d+\. )", "", " ".join(paragraph.split())) for paragraph in paragraphs)
    return [each for paragraph in whole for each in re.split(r"(?<=[.;])\s+(?=[A-Z`*])", paragraph) if each]


def _shown() -> Iterator[tuple[str, str]]:
    for heading, of in shown()[1].items():
        rows = (f"| {first} … | {'; '.join(_named(each) for each in by)} |" for first, by in of.items())
        yield (f"In {heading}" if heading.endswith(".md") else heading), "\n".join(rows)


def _named(shown_by: str) -> str:
    """Name a case by its words and a test by its place."""
    return f"`{shown_by}`" if "::" in shown_by else shown_by.partition(": ")[2]


def _row(result: CaseResult) -> str:
    decision = result.decision
    answer = f"ask {', '.join(ask.party for ask in decision.ask)}" if decision.ask else decision.outcome
    cited = ", ".join(dict.fromkeys(ground.ref for ground in decision.grounds))
    return f"| {result.case.name} | {answer} | {cited} |".replace(".example", "")


if __name__ == "__main__":
    print(page(), end="")
