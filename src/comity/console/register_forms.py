"""The register's long forms: a question put to others, a record entered, a record corrected."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from comity.clock import parse_instant
from comity.console.acts import Done
from comity.console.views.register import question
from comity.console.visit import Visit
from comity.errors import BadInput, NotFound
from comity.languages import _, ngettext

#: How the fields of a correction begin that say a property of the subject.
_SAID = "p-"
#: What each form may say.
_FORMS: Mapping[str, frozenset[str]] = {
    "ask": frozenset(
        ("name", "born", "country", "identifier", "schema", "to", "under", "purpose", "reference", "until")
    ),
    "enter": frozenset(
        (
            "identity",
            "name",
            "born",
            "country",
            "identifier",
            "schema",
            "basis",
            "review",
            "role",
            "handling",
            "grading",
        )
    ),
}


def send(visit: Visit, form: str, fields: Mapping[str, str]) -> Done:
    """Do what a form says.

    Raises:
        NotFound: there is no such form.
        BadInput: a field is unknown, missing or not of its form; all of them at once.
        RefusedHere: the officer may not, or no article provides for it.
    """
    if form == "correct":
        return _correct(visit, fields)
    if form not in _FORMS:
        raise NotFound(_("there is no such act"))
    unknown = [name for name in fields if name not in _FORMS[form]]
    given = {name: value.strip() for name, value in fields.items() if value.strip()}
    needed = ("name",) if form == "ask" else ("name", "identity", "basis", "review")
    mistakes = [_("field `{name}` is unknown", name=name[:40]) for name in unknown]
    mistakes += [_("{name} is missing", name=name) for name in needed if name not in given]
    if mistakes:
        raise BadInput(*mistakes)
    return _ask(visit, given) if form == "ask" else _enter(visit, given)


def _ask(visit: Visit, given: Mapping[str, str]) -> Done:
    parameters: dict[str, Any] = {
        name: given[name] for name in ("to", "under", "purpose", "reference") if name in given
    }
    if not (given.get("to") or given.get("under")):
        raise BadInput(_("name a Party, an agreement, or both"))
    if "until" in given:
        until = given["until"]
        parameters["until"] = parse_instant(until if "T" in until else f"{until}T23:59:59Z")
    answer = visit.do("register-ask", {"question": question(dict(given)), **parameters})
    waiting = len(answer["waiting"])
    words = ngettext(
        "asked; {count} Party has to answer yet", "asked; {count} Parties have to answer yet", waiting
    )
    if not waiting and "until" in parameters:
        words = _("the watch stands; what matches later will stand here and under Today")
    return Done(words, f"/register/checks/{answer['check']}", answer)


def _enter(visit: Visit, given: Mapping[str, str]) -> Done:
    entity = msgspec.json.decode(question(dict(given)))
    entity["id"] = given["identity"]
    parameters = {
        name: given[name] for name in ("basis", "review", "role", "handling", "grading") if name in given
    }
    answer = visit.do("register-add", {"entity": msgspec.json.encode(entity), **parameters})
    return Done(_("entered"), f"/register/records/{quote(given['identity'], safe='')}", answer)


def _correct(visit: Visit, fields: Mapping[str, str]) -> Done:
    """Put what the form says of a subject in place of what was: a line a value, a property left empty not said."""
    identity, because = fields.get("identity", "").strip(), fields.get("because", "").strip()
    properties = {
        name.removeprefix(_SAID): [line.strip() for line in value.splitlines() if line.strip()]
        for name, value in fields.items()
        if name.startswith(_SAID)
    }
    more, value = fields.get("more", "").strip(), fields.get("more-value", "").strip()
    mistakes = [
        _("field `{name}` is unknown", name=name[:40])
        for name in fields
        if not name.startswith(_SAID) and name not in ("identity", "because", "schema", "more", "more-value")
    ]
    mistakes += [
        _("{name} is missing", name=name)
        for name, given in (
            ("identity", identity),
            ("because", because),
            ("schema", fields.get("schema", "")),
        )
        if not given
    ]
    if bool(more) != bool(value):
        mistakes.append(_("a further property has a name and a value"))
    if mistakes:
        raise BadInput(*mistakes)
    if more:
        properties.setdefault(more, []).append(value)
    entity = {
        "id": identity,
        "schema": fields["schema"],
        "properties": {name: values for name, values in properties.items() if values},
    }
    answer = visit.do("register-correct", {"entity": msgspec.json.encode(entity), "because": because})
    words = _("corrected; whoever holds it is told as soon as it is reached")
    return Done(words, f"/register/records/{quote(identity, safe='')}", answer)
