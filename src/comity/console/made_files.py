"""Files that are made when they are asked for, and whose making is entered: an inspector's file, the draft of a card.

They come by a form, never by an address: asking for one twice by a way back or a link must not make it twice.
"""

import base64
from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData, UploadFile

from comity.clock import format_instant
from comity.console import acts
from comity.console.view import day_in
from comity.console.visit import Visit
from comity.errors import BadInput
from comity.languages import _

#: A file: its bytes, media type, and the name it is kept under.
File = tuple[bytes, str, str]
#: Makes a file from the fields of a form; of a field given several times all values.
Making = Callable[[Visit, Mapping[str, list[str]]], File]


def overseer(visit: Visit, fields: Mapping[str, list[str]]) -> File:
    """Make an inspector's file of some days, as the officer's zone counts them.

    Raises:
        RefusedHere: the officer may not, or no agreement names this inspector.
    """
    visit.check("journal-overseer")
    body = _last(fields, "body")
    begin, end = _day(visit, fields, "begin"), _day(visit, fields, "end", after=1)
    said = {"body": body, "begin": begin, "end": end}
    made: Any = visit.do("journal-overseer", said)
    return _bytes(made), "application/json", f"overseer-{body}.json"


def card_draft(visit: Visit, fields: Mapping[str, list[str]]) -> File:
    """Draft this Party's next card, to be signed by whoever holds the root.

    Raises:
        RefusedHere: the officer may not.
        BadInput: nothing is to change, or a day is none.
    """
    visit.check("card-draft")
    roles = [each for each in fields.get("role", []) if each]
    parameters: dict[str, Any] = {"roles": roles}
    if lost := _last(fields, "lost"):
        as_of = _day(visit, fields, "as_of")
        parameters["revoke"] = [{"key": lost, "as_of": as_of, "because": _last(fields, "because")}]
    elif not roles:
        raise BadInput(_("choose which key gives way to a new one, or which was lost or stolen"))
    made = visit.do("card-draft", parameters)
    return _bytes(made["draft"]), "application/json", f"card-{visit.desk.node.party}.draft"


async def publish(visit: Visit, form: FormData) -> acts.Deed:
    """Read the draft of a card that enough holders of the root have signed; a second officer confirms its publishing.

    Raises:
        RefusedHere: the officer may not.
    """
    visit.check("card-publish")
    upload = form.get("draft")
    draft = await upload.read() if isinstance(upload, UploadFile) else b""

    def work() -> acts.Done:
        from comity.cards.drafts import finish, read_draft

        return acts.perform(visit, "card-publish", {"signed": finish(read_draft(draft))}, back="/keys")

    return work


def _last(fields: Mapping[str, list[str]], name: str) -> str:
    return (fields.get(name) or [""])[-1].strip()[:400]


def _day(visit: Visit, fields: Mapping[str, list[str]], name: str, *, after: int = 0) -> str:
    """Read a day and give its first moment in the officer's zone, or that of a day some days after.

    Raises:
        BadInput: it is missing, or no day, or the calendar ends before.
    """
    text = _last(fields, name)
    if not text:
        raise BadInput(_("{name} is missing", name=name))
    day = day_in(text, name)
    try:
        return format_instant(
            datetime.combine(day, time(), tzinfo=ZoneInfo(visit.officer.zone)) + timedelta(days=after)
        )
    except OverflowError:
        raise BadInput(_("field `{name}`: there is no day `{value}`", name=name, value=text)) from None


def _bytes(found: Any) -> bytes:
    return base64.b64decode(found) if isinstance(found, str) else bytes(found)
