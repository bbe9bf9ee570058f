"""Gathering mistakes: every one found, with file, line and article, so that a person mends them in one go."""

import difflib
from collections.abc import Iterable

from comity.errors import BadInput

__all__ = ["MAX_MISTAKES", "Mistakes", "did_you_mean"]

#: A text with more mistakes than this is not worth listing further.
MAX_MISTAKES = 200


class Mistakes:
    """A growing list of mistakes; `check` raises them all at once."""

    def __init__(self) -> None:
        self._found: list[tuple[str, int, str]] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, path: str, line: int, said: str, article: str = "") -> None:
        """Note one mistake. `line` counts from 1; 0 means the file as a whole."""
        place = f"{path}:{line}: " if line else f"{path}: "
        within = f"art. {article}: " if article else ""
        one_line = " ".join(said.split())
        self._found.append((path, line, f"{place}{within}{one_line}"))

    def take(self, other: "Mistakes") -> None:
        """Make another list's mistakes one's own."""
        self._found.extend(other._found)

    def check(self, hint: str = "") -> None:
        """Raise what was found, in the order of files and lines.

        Raises:
            BadInput: something was found.
        """
        if not self._found:
            return
        lines = [said for _, _, said in sorted(self._found, key=lambda each: each[:2])]
        if len(lines) > MAX_MISTAKES:
            lines = [*lines[:MAX_MISTAKES], f"…and {len(lines) - MAX_MISTAKES} more"]
        raise BadInput(*lines, hint=hint)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Give `; did you mean …?` for a word that is close to a known one, else nothing."""
    close = difflib.get_close_matches(word[:80], list(known), n=1, cutoff=0.6)
    return f"; did you mean `{close[0]}`?" if close else ""
