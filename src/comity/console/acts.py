"""From a form to a verb: what an officer sends in is read by the types of the verb's own parameters.

An act that needs two officers is not done but kept until the second confirms it (`two_persons`). What an act came to is
said by `outcomes`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, get_args, get_origin
from zoneinfo import ZoneInfo

import msgspec
from starlette.datastructures import FormData, UploadFile

from comity.clock import format_instant
from comity.console import two_persons
from comity.console.outcomes import check_permitted, told
from comity.console.permissions import needs_second
from comity.console.visit import Visit
from comity.control.verb import VERBS
from comity.errors import BadInput, NotFound
from comity.languages import _
from comity.node.large_files import LIST

#: Fields of every form that are no parameters.
OWN = frozenset({"form-token", "back", "back-query", "verb", "once"})
#: Parameters that name a file of the node's own machine: nobody reaches those from afar.
OF_THE_MACHINE = frozenset({"path"})
#: Parameters that are instants; a title may look like one and is none.
_TIMES = ("begins", "effective", "until")
#: A time as browsers send it from a field for one, without a zone.
_LOCAL_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?")
#: The longest text a field holds.
_LONGEST = 100_000


class Done(msgspec.Struct, frozen=True):
    """What an act came to: words for the next page, where that is, and the answer as it came."""

    words: str
    path: str
    answer: Any


#: What a form asks for, ready to be done.
Deed = Callable[[], Done]


def perform(visit: Visit, verb: str, parameters: dict[str, Any], *, back: str = "") -> Done:
    """Do what an officer wants, or keep it for a second officer; enter who wanted it.

    Raises:
        NotFound: there is no such act.
        RefusedHere: the officer may not, or the agreement does not allow it.
    """
    if verb not in VERBS:
        raise NotFound(_("there is no such act"))
    if needs_second(verb, parameters) and visit.may(verb):
        kept = two_persons.propose(visit, verb, parameters)
        return Done(_("kept until a second officer confirms it"), "/second", {"pending": kept})
    if verb == "share" and visit.may(verb) and _is_in_parts(visit, parameters):
        verb = "file-share"
        parameters = {name: value for name, value in parameters.items() if name in VERBS[verb].types}
    answer = visit.do(verb, parameters)
    check_permitted(verb, answer)
    words, path = told(verb, answer)
    return Done(words, path or back or "/", answer)


def _is_in_parts(visit: Visit, parameters: Mapping[str, Any]) -> bool:
    shown: Any = visit.ask("item-show", item=parameters.get("item", ""))
    return bool(shown["media_type"] == LIST)


async def parameters_from(form: FormData, verb: str) -> dict[str, Any]:
    """Read a form by the types of a verb's parameters; what is empty is left to its default.

    Raises:
        NotFound: there is no such verb.
        BadInput: a field is unknown, missing or not of its type; all of them at once.
    """
    if verb not in VERBS:
        raise NotFound(_("there is no such act"))
    types = {name: kind for name, kind in VERBS[verb].types.items() if name not in OF_THE_MACHINE}
    found: dict[str, Any] = {}
    mistakes = [
        _("field `{name}` is unknown", name=name[:40])
        for name in dict.fromkeys(form)
        if name not in {*types, *OWN}
    ]
    for name, kind in types.items():
        values = form.getlist(name)
        try:
            read = await _read(name, kind, values)
        except BadInput as error:
            mistakes.append(error.message)
            continue
        if read is not None:
            found[name] = read
        elif name in VERBS[verb].needed:
            mistakes.append(_("{name} is missing", name=name))
    if mistakes:
        raise BadInput(*mistakes)
    return found


def in_zone(parameters: dict[str, Any], zone: str) -> dict[str, Any]:
    """Give parameters with the times that a browser sent without a zone as instants of the reader's zone.

    Raises:
        BadInput: there is no such day.
    """
    found = dict(parameters)
    for name, value in parameters.items():
        if name in _TIMES and isinstance(value, str) and _LOCAL_TIME.fullmatch(value):
            try:
                found[name] = format_instant(datetime.fromisoformat(value).replace(tzinfo=ZoneInfo(zone)))
            except (ValueError, OverflowError):
                raise BadInput(
                    _("field `{name}`: there is no day `{value}`", name=name, value=value[:10])
                ) from None
    return found


async def _read(name: str, kind: Any, values: list[Any]) -> Any:
    if kind is bytes or (values and isinstance(values[0], UploadFile)):
        upload = values[0] if values else None
        if isinstance(upload, UploadFile):
            data = await upload.read()
            return data if data or upload.filename else None
        return str(upload).encode() if upload else None
    texts = [str(each).strip() for each in values if str(each).strip()]
    if any(len(text) > _LONGEST for text in texts):
        raise BadInput(_("field `{name}` is longer than {most} characters", name=name, most=_LONGEST))
    if kind is bool:
        return bool(texts) and texts[-1] not in ("0", "false", "no")
    if not texts:
        return None
    if get_origin(kind) is tuple:
        return tuple(word for text in texts for word in _split(text))
    if get_origin(kind) is dict:
        raise BadInput(_("field `{name}` cannot be given in a form", name=name))
    if kind is int:
        if not texts[-1].isdecimal() or len(texts[-1]) > 15:
            raise BadInput(
                _("field `{name}`: `{value}` is not a whole number", name=name, value=texts[-1][:40])
            )
        return int(texts[-1])
    if kind is date or date in get_args(kind):
        return texts[-1]
    return texts[-1]


def _split(text: str) -> list[str]:
    return [part for line in text.splitlines() for part in line.replace(",", " ").split()]
