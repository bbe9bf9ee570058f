"""A matter's history as a story: one line an event, in the words of its kind.

A line is a sentence with `{placeholders}` and the values for them, so that a face can tell it in its reader's language,
and the words its author added, which stand as they were written. Of the two sentences a step may have the fuller is
told where all that it names was said.
"""

from collections.abc import Mapping
from functools import cache
from string import Formatter
from typing import Any, Final

import msgspec

from comity.cooperation.event import Event
from comity.cooperation.kinds import form_of
from comity.cooperation.matter import Matter, Told
from comity.cooperation.said import plain

__all__ = ["Line", "story_of"]

#: Fields in which an author adds words of its own.
_REMARKS: Final = ("words", "because")


class Line(msgspec.Struct, frozen=True):
    """A line of a story.

    Attributes:
        told: the event in its place.
        tells: the sentence, after its author's name, with placeholders; `values` what fills them.
        remark: what its author has said beside it, a reason or a remark; empty where there is none.
    """

    told: Told
    tells: str
    values: Mapping[str, str]
    remark: str = ""

    @property
    def words(self) -> str:
        """The sentence in English, with the remark."""
        return " – ".join(filter(None, (self.tells.format(**self.values), self.remark)))


def story_of(matter: Matter) -> tuple[Line, ...]:
    """Tell a matter's history, in the order in which its events count."""
    return tuple(_line(matter, told) for told in matter.story)


def _line(matter: Matter, told: Told) -> Line:
    event = told.event
    said = {**_defaults(event), **plain(event.said)}
    if "entry" in said:
        said["entry"] = _cost(matter, said["entry"])
    form = form_of(event.kind, event.word)
    fuller = _names(form.fuller)
    tells = form.fuller if fuller and all(said[name] for name in fuller) else form.tells
    remark = next((said[name] for name in _REMARKS if said.get(name) and name not in _names(tells)), "")
    return Line(told, tells, {name: _shown(value) for name, value in said.items()}, remark)


@cache
def _names(sentence: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(sentence) if name)


def _shown(value: Any) -> str:
    if not isinstance(value, list | tuple):
        return str(value)
    parts = list(map(str, value))
    return ("; " if any("," in part for part in parts) else ", ").join(parts)


def _cost(matter: Matter, name: str) -> str:
    """Call a cost by what it was; where the matter has none of that name, by the beginning of it."""
    cost = matter.costs.get(name)
    if cost is None:
        return name[:12]
    return f"{cost.event.said.what} {cost.event.said.amount} {cost.event.said.currency}"


def _defaults(event: Event) -> dict[str, Any]:
    fields = msgspec.structs.fields(type(event.said))
    return {field.encode_name: getattr(event.said, field.name) for field in fields}
