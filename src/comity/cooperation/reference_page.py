"""The reference page of matters, printed from their tables: `python -m comity.cooperation.reference_page` writes
`docs/reference/matters.md`; a test compares them.
"""

import sys
import typing
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from comity.cooperation.consequences import CONSEQUENCES, OF_ALL, Consequence
from comity.cooperation.kind import EventForm, Kind
from comity.cooperation.kinds import KINDS
from comity.cooperation.said import meaning_of
from comity.cooperation.shared import SHARED

__all__ = ["page"]


def page() -> str:
    """Print the page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Matters"
    yield ""
    yield "This page is printed from the program (`python -m comity.cooperation.reference_page`)."
    yield "What an event is and what stands against one is fixed in [`specs/matter.md`](../../specs/matter.md)."
    yield "Every table is for both sides; a step in *italics* may be taken after the agreement has ended, too."
    yield "A step *upon* another counts only where its author had seen the other Party's last one of these."
    yield "What follows from a step by itself stands below each table."
    for kind in KINDS.values():
        yield from _kind(kind)
    yield ""
    yield "## Every kind"
    yield ""
    yield "Either Party may say these in any state, once a matter is open."
    yield ""
    yield from _events(SHARED)
    yield from _follows(OF_ALL)


def _kind(kind: Kind) -> Iterator[str]:
    yield ""
    yield f"## `{kind.name}`"
    yield ""
    yield f"{kind.what} Clause: `{kind.clause}`." + (" One for each subject." if kind.subject else "")
    yield ""
    yield "| state | who | step | then |"
    yield "|---|---|---|---|"
    for state, steps in kind.table.items():
        for word, step in steps.items():
            told = f"*`{word}`*" if step.lives_on else f"`{word}`"
            told += "".join(f", upon `{each}`" for each in step.upon)
            yield f"| {state or '–'} | {step.who} | {told} | {step.to} |"
        if not steps:
            yield f"| {state} | – | – | the end |"
    yield ""
    yield from _events(kind.events)
    yield from _follows(CONSEQUENCES[kind.name])


def _follows(consequences: tuple[Consequence, ...]) -> Iterator[str]:
    yield ""
    yield "| after | follows by itself |"
    yield "|---|---|"
    for each in consequences:
        after = ", ".join(f"`{word}`" for word in each.after) or "any that names items"
        yield f"| {after} | {each.follows} |"


def _events(events: Mapping[str, EventForm]) -> Iterator[str]:
    yield "| step | for | says |"
    yield "|---|---|---|"
    for word, form in events.items():
        fields = "<br>".join(_field(form, field) for field in msgspec.structs.fields(form.form))
        yield f"| `{word}` | {form.meaning} | {fields or '–'} |"


def _field(form: EventForm, field: Any) -> str:
    needed = "" if field.required else " (may be left out)"
    choices = _choices(typing.get_type_hints(form.form)[field.name])
    listed = f": {', '.join(choices)}" if choices else ""
    return f"`{field.encode_name}`{needed}: {meaning_of(form.form, field.name)}{listed}"


def _choices(hint: Any) -> tuple[str, ...]:
    return typing.get_args(hint) if typing.get_origin(hint) is typing.Literal else ()


if __name__ == "__main__":
    sys.stdout.write(page())
