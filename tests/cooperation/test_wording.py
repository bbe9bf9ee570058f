"""What is wrong in an event is said field by field, with what would do instead; never as a pattern or a path."""

from typing import Any

import pytest

from comity.cooperation.kinds import form_of
from comity.cooperation.said import read_said
from comity.errors import ForeignInput

CASES: list[tuple[str, str, dict[str, Any], list[str]]] = [
    ("charge", "pay", {"on": "2031-02-30", "reference": "7"},
     ["on: `2031-02-30` is not a day such as 2031-03-14"]),
    ("plan", "open", {"lines": [{"line": "Sea North", "of": "meetings", "words": "x"}]},
     ["period is missing", "begins is missing", "ends is missing",
      "lines[1].line: `Sea North` is not one word of small letters and figures such as sea-north or 2031-1"]),
    ("request", "open", {"aid": "money", "purpose": "p", "words": "two\nlines"},
     ["aid: `money` is not one of check, search, information, protection, joint-measure, advice, other",
      "words: `two\nlines` is not one line of 1 to 4000 characters"]),
    ("request", "open", {"aid": "check", "purpose": "p", "words": "w", "extra": 1},
     ["extra is not one of "]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "word", "said", "mistakes"), CASES)
def test_what_is_wrong_is_said_as_people_say_it(
    kind: str, word: str, said: dict[str, Any], mistakes: list[str]
) -> None:
    with pytest.raises(ForeignInput) as caught:
        read_said(form_of(kind, word).form, said)
    found = list(caught.value.mistakes)
    assert len(found) == len(mistakes), found
    for each, expected in zip(found, mistakes, strict=True):
        assert each.startswith(expected), found
