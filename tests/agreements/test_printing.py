"""What is printed reads back as the same clause."""

import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.drafts import draft, text
from comity.agreements.agreement import Agreement
from comity.agreements.clauses.printing import print_clause
from comity.agreements.folder import read_files, read_folder
from comity.agreements.loading import parse_agreement

EXAMPLES = sorted({path.parent for path in (Path(__file__).parents[2] / "examples").glob("*/agreement.*.md")})


def reprinted(path: Path) -> Agreement:
    """Read a folder whose every block was printed anew, one block for each clause."""
    agreement = read_folder(path)
    files = dict(read_files(path))
    for each in agreement.texts.values():
        lines = files[each.path].decode().split("\n")
        for block in reversed(
            list(re.finditer(r"(?ms)^```toml clause\n.*?^```$", files[each.path].decode()))
        ):
            start = files[each.path].decode().count("\n", 0, block.start())
            end = files[each.path].decode().count("\n", 0, block.end())
            inside = [clause for clause in each.clauses if start < clause.line - 1 < end]
            lines[start : end + 1] = ["```toml clause", *map(print_clause, inside), "```"]
        files[each.path] = "\n".join(lines).encode()
    return parse_agreement(files)


def bare(clauses):
    return [msgspec.structs.replace(clause, line=0) for clause in clauses]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples_printed_anew_say_the_same(path):
    again = reprinted(path)
    for language, each in read_folder(path).texts.items():
        assert bare(again.texts[language].clauses) == bare(each.clauses)


TEXTS = st.text(
    st.characters(
        exclude_categories=("Cs", "Cc"),
        exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff",
    ),
    min_size=1,
    max_size=30,
)


@given(
    note=TEXTS,
    shelf=TEXTS,
    days=st.integers(1, 9999),
    many=st.lists(st.integers(-5, 5) | st.booleans(), max_size=3),
)
@settings(max_examples=60, derandomize=True, deadline=None)
def test_any_words_read_back(note, shelf, days, many):
    first = draft(more="[third_party]\n[[x_archive]]\nshelf = 1").clauses
    rule = msgspec.structs.replace(
        first[2], note=note.strip() or "x", extensions={"x_days": days, "x_many": many}
    )
    archive = msgspec.structs.replace(first[3], value={"shelf": shelf, "days": days})
    printed = "\n".join(print_clause(each) for each in (rule, archive))
    again = parse_agreement({"agreement.en.md": text(more=printed)}).clauses[2:4]
    assert bare(again) == bare([rule, archive])
