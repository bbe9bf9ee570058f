"""Giving a notice from the page: the last answer of its wizard, typed out, and a second officer where it is grave."""

from collections.abc import Mapping
from typing import Any

from comity.console import acts
from comity.console.views.agreements import NOTICES
from comity.console.visit import Visit
from comity.errors import BadInput
from comity.languages import _


def give(visit: Visit, agreement: str, fields: Mapping[str, str]) -> acts.Done:
    """Give a notice, or keep it for a second officer.

    Raises:
        BadInput: the kind is none, a field is unknown or missing, or the agreement's name was not typed.
        RefusedHere: the officer may not, or no key here may sign it.
    """
    kind = fields.get("kind", "")
    if kind not in NOTICES:
        raise BadInput(_("field `{name}` is not one of those offered", name="kind"))
    asked = {each["name"]: each["required"] for each in NOTICES[kind]}
    said = {name: fields.get(name, "").strip() for name in asked}
    mistakes = [
        _("field `{name}` is unknown", name=name[:40])
        for name in fields
        if name not in {*asked, "kind", "confirm"}
    ]
    mistakes += [
        _("{name} is missing", name=name) for name, needed in asked.items() if needed and not said[name]
    ]
    if fields.get("confirm", "").strip() != agreement:
        mistakes.append(_("type {name} to confirm that it is meant", name=agreement))
    if mistakes:
        raise BadInput(*mistakes)
    parameters: dict[str, Any] = {
        "agreement": agreement,
        "kind": kind,
        "fields": {name: value for name, value in said.items() if value},
    }
    return acts.perform(visit, "agreement-notice", parameters, back=f"/agreements/{agreement}")
