"""The page of long proofs, `docs/proofs.md`: what each came to, and when, kept proof by proof.

A long proof may be made in parts, and stopped between them. What a part counted is kept in `.proofs.json` as long as
the code it was made of is the same; the page adds the parts up and says how many of how many there are.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "proofs.md"
KEPT = ROOT / ".proofs.json"
_HEAD = "# Proofs\n\nWhat the long proofs came to, each with the day it was last made by `make prove`. All held.\n"


def of_code(folders: Iterable[str]) -> str:
    """Name the code that a proof is about: the digest of every Python file in some folders."""
    found = hashlib.sha256()
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            found.update(file.read_bytes())
    return found.hexdigest()[:16]


def in_words(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{what} {number:,}" for what, number in sorted(counts.items()))


class Proof:
    """One test's long proof, noted once it has passed."""

    def __init__(self) -> None:
        self.notes: list[Callable[[], None]] = []

    def __call__(self, name: str, numbers: str) -> None:
        """Note what a proof came to, in words."""
        self.notes.append(lambda: write(name, numbers))

    def part(self, name: str, which: int, of: int, counts: Mapping[str, int], code: str) -> None:
        """Note what one part counted: the section adds up all parts made of the same code."""

        def note() -> None:
            parts = {**_kept(name, code), str(which): dict(counts)}
            KEPT.write_text(json.dumps({**_all_kept(), name: {"code": code, "parts": parts}}))
            whole: Counter[str] = Counter()
            for each in parts.values():
                whole.update(each)
            made = "" if len(parts) == of else f"{len(parts)} of {of} parts so far: "
            write(name, f"{made}{in_words(whole)}")

        self.notes.append(note)

    def is_made(self, name: str, which: int, code: str) -> bool:
        """Tell whether a part was made of this very code already."""
        return str(which) in _kept(name, code)


def _all_kept() -> dict[str, Any]:
    return json.loads(KEPT.read_text()) if KEPT.exists() else {}


def _kept(name: str, code: str) -> dict[str, dict[str, int]]:
    kept = _all_kept().get(name)
    return kept["parts"] if kept and kept["code"] == code else {}


def write(name: str, numbers: str, page: Path = PAGE, day: str = "") -> None:
    """Put a section in its place on the page, and leave the others as they are."""
    text = page.read_text() if page.exists() else ""
    sections = {}
    for section in text.split("\n## ")[1:]:
        title, _, body = section.partition("\n")
        sections[title] = body.strip()
    sections[name] = f"{day or f'{datetime.now(UTC):%Y-%m-%d}'}: {numbers}."
    body = "".join(f"\n## {title}\n\n{said}\n" for title, said in sorted(sections.items()))
    page.write_text(_HEAD + body)
