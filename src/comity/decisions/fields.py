"""Reads the fields of a TOML table one by one, and turns what is wrong, missing or left over into mistakes.

Every reader gives a value of its type, or one that stands for nothing after noting a mistake; so a whole file is read
to its end and all its mistakes are named at once.
"""

from datetime import UTC, datetime
from typing import Any, Final

from comity.agreements.durations import Duration
from comity.identifiers import is_party_id

__all__ = ["REQUIRED", "Fields"]

#: Stands in the place of a default for a field that must be there.
REQUIRED: Final = object()


class Fields:
    """The fields of one table: each is read once, and what is wrong or left over becomes a mistake."""

    def __init__(self, table: Any, place: str, mistakes: list[str]) -> None:
        self.place = place
        self.mistakes = mistakes
        if not isinstance(table, dict):
            mistakes.append(f"{place}: should be a table")
            table = {}
        self._left: dict[str, Any] = dict(table)

    def wrong(self, said: str) -> None:
        """Note a mistake here."""
        self.mistakes.append(f"{self.place}: {said}")

    def take(self, name: str, default: Any = REQUIRED) -> Any:
        """Take a field as it stands; a required one that is absent is a mistake."""
        if name in self._left:
            return self._left.pop(name)
        if default is REQUIRED:
            self.wrong(f"`{name}` is missing")
            return None
        return default

    def text(self, name: str, default: Any = REQUIRED) -> Any:
        """Take a text."""
        found = self.take(name, default)
        if found is None or found is default or isinstance(found, str):
            return found
        self.wrong(f"`{name}` should be a text")
        return None

    def party(self, name: str, default: Any = REQUIRED) -> str:
        """Take a Party id; an empty one stands for nobody and is left to the gate, which permits nobody nothing."""
        found = self.text(name, default) or ""
        if found and not is_party_id(found):
            self.wrong(f"`{name}`: `{found[:60]}` is not a Party id such as `north.example`")
        return str(found)

    def one_of(self, name: str, options: tuple[str, ...], default: Any = REQUIRED) -> Any:
        """Take one of a few words."""
        found = self.text(name, default)
        if found is not None and found is not default and found not in options:
            self.wrong(f"`{name}`: `{found[:60]}` should be one of {', '.join(options)}")
        return found

    def flag(self, name: str) -> bool:
        """Take true or false, false where absent."""
        found = self.take(name, False)
        if not isinstance(found, bool):
            self.wrong(f"`{name}` should be true or false")
        return found is True

    def count(self, name: str, default: int, most: int) -> int:
        """Take a whole number from one up to a limit."""
        found = self.take(name, default)
        if isinstance(found, bool) or not isinstance(found, int) or not 1 <= found <= most:
            self.wrong(f"`{name}` should be a whole number from 1 to {most}")
            return default
        return found

    def texts(self, name: str, default: Any = ()) -> Any:
        """Take a list of texts."""
        found = self.take(name, default)
        if found is None or found is default:
            return found
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            self.wrong(f"`{name}` should be a list of texts")
            return ()
        return tuple(found)

    def instant(self, name: str, default: Any = REQUIRED) -> Any:
        """Take a time with its offset, as an instant in UTC."""
        found = self.take(name, default)
        if found is None or found is default:
            return found
        if not isinstance(found, datetime) or found.tzinfo is None:
            self.wrong(f"`{name}` should be a time with its offset such as 2031-03-14T09:00:00Z")
            return None
        try:
            return found.astimezone(UTC)
        except OverflowError:
            self.wrong(f"`{name}` lies outside the years 1 to 9999")
            return None

    def length(self, name: str) -> Duration | None:
        """Take an ISO 8601 duration."""
        found = self.text(name, None)
        if found is None:
            return None
        try:
            return Duration.parse(found)
        except ValueError as error:
            self.wrong(f"`{name}`: {error}")
            return None

    def tables(self, name: str) -> list[Any]:
        """Take a list of tables."""
        found = self.take(name, [])
        if not isinstance(found, list):
            self.wrong(f"`{name}` should be written [[{name}]]")
            return []
        return found

    def done(self) -> None:
        """Name every field nobody asked for; `x_` begins one that says something to its writer alone."""
        for name in self._left:
            if name.startswith("x_"):
                continue
            self.wrong(f"`{name[:60]}` is not a field known here")
