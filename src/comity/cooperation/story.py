"""A matter's history as a story: one line an event, in the words of its kind.

A line is a sentence with `{placeholders}` and the values for them, so that a face can tell it in its reader's language.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from comity.cooperation.event import Event
from comity.cooperation.kinds import form_of
from comity.cooperation.matter import Matter, Told
from comity.cooperation.said import plain

__all__ = ["Line", "story_of"]


class Line(msgspec.Struct, frozen=True):
    """A line of a story.

    Attributes:
        told: the event in its place.
        tells: the sentence, after its author's name, with placeholders; `values` what fills them.
    """

    told: Told
    tells: str
    values: Mapping[str, str]

    @property
    def words(self) -> str:
        """The sentence in English."""
        return self.tells.format(**self.values)


def story_of(matter: Matter) -> tuple[Line, ...]:
    """Tell a matter's history, in the order in which its events count."""
    return tuple(
        Line(told, form_of(told.event.kind, told.event.word).tells, _values(matter, told.event))
        for told in matter.story
    )


def _values(matter: Matter, event: Event) -> dict[str, str]:
    said = {**_defaults(event), **plain(event.said)}
    if "entry" in said:
        said["entry"] = _cost(matter, said["entry"])
    return {
        name: ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        for name, value in said.items()
    }


def _cost(matter: Matter, name: str) -> str:
    """Call a cost by what it was; where the matter has none of that name, by the beginning of it."""
    cost = matter.costs.get(name)
    if cost is None:
        return name[:12]
    return f"{cost.event.said.what} {cost.event.said.amount} {cost.event.said.currency}"


def _defaults(event: Event) -> dict[str, Any]:
    fields = msgspec.structs.fields(type(event.said))
    return {field.encode_name: getattr(event.said, field.name) for field in fields}
