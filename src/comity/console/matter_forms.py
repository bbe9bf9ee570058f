"""Forms for what is said in a matter, made from the same tables as the commands.

A field of an event is a field of the form, with its meaning as its label. Where the agreements or the matter itself
say what can be meant (Parties, purposes, lines of a plan, grounds of a refusal), the form offers it. What is a list of
whole lines (those of a plan) is not written in a form of one field a value; the command takes it from a file.
"""

import typing
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from comity.cooperation.event import OPEN
from comity.cooperation.kinds import KINDS, form_of
from comity.cooperation.said import MatterName, PartyName, Said, meaning_of
from comity.errors import BadInput, ForeignInput, NotFound
from comity.languages import _, said
from comity.languages.page_words import on_a_page

#: A third Party, which is never one of the two.
_THIRD = "to"


def fields_of(
    kind: str,
    word: str,
    parties: Sequence[str] = (),
    offered: Mapping[str, Sequence[str]] = {},
    plans: Mapping[str, str] = {},
    costs: Mapping[str, str] = {},
) -> list[dict[str, Any]] | None:
    """Give the fields of an event's form: name, label, how it is asked for; None where a form cannot say it.

    Args:
        parties: the Parties that can be meant. `offered`: what can be meant by other fields; one may still write
            something else there. `plans`: the plans that can be meant, with their titles; `costs`: those of the matter.

    Raises:
        NotFound: there is no such kind or event.
    """
    form = _form(kind, word)
    hints, meant = typing.get_type_hints(form), typing.get_type_hints(form, include_extras=True)
    found, follows = [], KINDS[kind].follows(word)
    for field in msgspec.structs.fields(form):
        asked, choices = _asked(hints[field.name])
        if parties and asked == "text" and field.encode_name != _THIRD and _is(PartyName, meant[field.name]):
            asked, choices = "choice", list(parties)
        labels: Mapping[str, str] = {}
        if plans and asked == "text" and _is(MatterName, meant[field.name]):
            asked, choices, labels = "choice", list(plans), plans
        if costs and field.encode_name == "entry":
            asked, choices, labels = "choice", list(costs), costs
        if asked == "text" and offered.get(field.encode_name):
            asked, choices = "offered", list(offered[field.encode_name])
        if asked == "lines" and field.required and field.encode_name not in follows:
            return None
        if asked != "lines":
            label = said(meaning_of(form, field.name))
            found.append(
                {
                    "name": field.encode_name,
                    "label": label[:1].upper() + label[1:],
                    "asked": asked,
                    "choices": choices,
                    "labels": labels,
                    "value": field.default if field.default in choices else "",
                    "required": field.required and field.encode_name not in follows,
                }
            )
    return found


#: Kinds whose opening is an account, not a few fields.
_ACCOUNTS = ("charge", "summary")


def said_at_opening(kind: str, facts: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Give what was said at the opening of a matter: label, how it was asked for, and value in words."""
    said_then = (facts or {}).get("opening")
    if not said_then or kind in _ACCOUNTS:
        return []
    found = []
    for each in fields_of(kind, OPEN) or ():
        value = said_then.get(each["name"])
        if value in (None, "", [], False):
            continue
        shown = on_a_page(str(value)) if each["asked"] == "choice" else value
        found.append({"name": each["name"], "label": each["label"], "asked": each["asked"], "value": shown})
    return found


def steps_of(matter: Mapping[str, Any], purposes: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Give the steps that can be taken in a matter, each with its meaning, the fields of its form, and the functions in
    which its article wants it done.

    Args:
        purposes: those of the agreements in force.
    """
    kind, parties = matter["kind"], sorted((matter["opener"], matter["other"]))
    offered = {"purpose": purposes, "ground": matter["refusal_grounds"], **_named_in(matter)}
    costs = _costs_in(matter)
    return [
        {
            "word": word,
            "meaning": said(form_of(kind, word).meaning),
            "fields": fields_of(kind, word, parties, offered, costs=costs),
            "functions": list(matter["functions"].get(word, ())),
        }
        for word in matter["steps"]
        if word != OPEN and (costs or word != "strike-cost")
    ]


def _named_in(matter: Mapping[str, Any]) -> dict[str, list[str]]:
    """Give the names that a matter knows its parts by: lines of a plan, seats, nominees, findings, phases."""
    return {table["heads"][0]: [row[0] for row in table["rows"]] for table in matter["standing"]}


def _costs_in(matter: Mapping[str, Any]) -> dict[str, str]:
    """Give the costs that were told of in a matter, by their events, as its story calls them."""
    return {
        line["event"]: "{what} {amount} {currency}, {on}".format(**line["values"])
        for line in matter["story"]
        if line["word"] == "cost" and line["counts"]
    }


def _is(kind: Any, hint: Any) -> bool:
    """Tell whether a field holds a name of this kind; also where it may be left out."""
    bound = typing.get_args(kind)[1]
    members = [hint, *(member for each in typing.get_args(hint)[:1] for member in typing.get_args(each))]
    return any(bound in getattr(each, "__metadata__", ()) for each in members)


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
