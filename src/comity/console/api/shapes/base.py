"""What all answers are made of, and what both acts and decisions cite."""

import inspect
import re

import msgspec

_FIELDS = re.compile(r"^    (\w+(?:, \w+)*): (.*)$")


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all answers."""


def meanings(shape: type) -> dict[str, str]:
    """Give what a shape's docstring says of its fields, those it inherits included."""
    found: dict[str, str] = {}
    for each in reversed(shape.__mro__):
        names: list[str] = []
        for line in (inspect.cleandoc(each.__doc__ or "").partition("Attributes:")[2]).splitlines():
            begun = _FIELDS.match(line)
            if begun:
                names = begun[1].split(", ")
                found.update(dict.fromkeys(names, begun[2].strip()))
            elif names and line.strip():
                found.update({name: f"{found[name]} {line.strip()}" for name in names})
    return found


class Ground(Shape, frozen=True, kw_only=True):
    """An article that a decision rests on.

    Attributes:
        ref: the article, such as `north-south-2026 art. 5(2)`.
        text: what it says to this, in the caller's language.
    """

    ref: str
    text: str
