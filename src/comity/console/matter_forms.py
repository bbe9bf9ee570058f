"""Forms for what is said in a matter, made from the same tables as the commands.

A field of an event is a field of the form, with its meaning as its label. What is a list of whole lines (those of a
plan) is not written in a form of one field a value; the command takes it from a file.
"""

import typing
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from comity.cooperation.event import OPEN
from comity.cooperation.kinds import KINDS, form_of
from comity.cooperation.said import Said, meaning_of
from comity.errors import BadInput, ForeignInput, NotFound
from comity.languages import _, said


def fields_of(kind: str, word: str) -> list[dict[str, Any]] | None:
    """Give the fields of an event's form: name, label, how it is asked for; None where a form cannot say it.

    Raises:
        NotFound: there is no such kind or event.
    """
    form = _form(kind, word)
    hints = typing.get_type_hints(form)
    found = []
    for field in msgspec.structs.fields(form):
        asked, choices = _asked(hints[field.name])
        if asked == "lines" and field.required:
            return None
        if asked != "lines":
            label = said(meaning_of(form, field.name))
            found.append(
                {
                    "name": field.encode_name,
                    "label": label[:1].upper() + label[1:],
                    "asked": asked,
                    "choices": choices,
                    "required": field.required,
                }
            )
    return found


def steps_of(kind: str, words: list[str]) -> list[dict[str, Any]]:
    """Give the steps that can be taken, each with its meaning and the fields of its form."""
    return [
        {"word": word, "meaning": said(form_of(kind, word).meaning), "fields": fields_of(kind, word)}
        for word in words
        if word != OPEN
    ]


def said_in(kind: str, word: str, given: Mapping[str, list[str]]) -> dict[str, Any]:
    """Read what a form says, as plain values; the engine reads them by their types.

    Raises:
        NotFound: there is no such kind or event.
        BadInput: a field is missing or not of its form; all of them at once.
    """
    found: dict[str, Any] = {}
    mistakes = []
    for field in fields_of(kind, word) or ():
        values = [each.strip() for each in given.get(field["name"], ()) if each.strip()]
        if field["asked"] == "yes-no":
            if values:
                found[field["name"]] = True
        elif not values:
            if field["required"]:
                mistakes.append(_("{name} is missing", name=field["name"]))
        elif field["asked"] == "several":
            found[field["name"]] = [each for value in values for each in value.replace(",", " ").split()]
        elif field["asked"] == "number":
            if not values[0].isdecimal() or len(values[0]) > 9:
                mistakes.append(
                    _(
                        "field `{name}`: `{value}` is not a whole number",
                        name=field["name"],
                        value=values[0][:40],
                    )
                )
            else:
                found[field["name"]] = int(values[0])
        else:
            found[field["name"]] = values[0]
    if mistakes:
        raise BadInput(*mistakes)
    return found


def _form(kind: str, word: str) -> type[Said]:
    try:
        return form_of(kind, word).form
    except ForeignInput as error:
        raise NotFound(error.message) from None


def _asked(hint: Any) -> tuple[str, list[str]]:
    """Tell how a type is asked for, and what can be chosen."""
    members = [each for each in typing.get_args(hint) if each is not type(None)]
    kind = members[0] if type(None) in typing.get_args(hint) else hint
    if kind is bool:
        return "yes-no", []
    if kind is int:
        return "number", []
    if kind is date:
        return "date", []
    if typing.get_origin(kind) is typing.Literal:
        return "choice", [str(each) for each in typing.get_args(kind)]
    if typing.get_origin(kind) is tuple:
        member = typing.get_args(kind)[0]
        structured = isinstance(member, type) and issubclass(member, msgspec.Struct)
        return ("lines" if structured else "several"), []
    return "text", []


def kinds() -> list[dict[str, str]]:
    """Give the kinds of matter that can be opened with a form, with what each is."""
    return [
        {"name": name, "what": said(kind.what)}
        for name, kind in KINDS.items()
        if fields_of(name, OPEN) is not None
    ]
