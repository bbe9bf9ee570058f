"""Drafts at the pages: a composed item kept, opened again, and let go once it is taken in.

What an officer typed goes into a draft by the same form that takes the item in, so it works without scripts.
"""

import base64
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import FormData, UploadFile

from comity.console.acts import Deed, Done
from comity.console.uploads import SAID, Intake
from comity.console.views.share import COMPOSED
from comity.console.visit import Visit
from comity.errors import BadInput, NotFound
from comity.languages import _


async def keep(visit: Visit, form: FormData) -> Deed:
    """Read a composed item to be kept as a draft.

    Raises:
        RefusedHere: the officer takes no items in.
    """
    visit.check("item-add")
    fields = {name: str(form.get(name, "")).strip() for name in COMPOSED}
    draft = str(form.get("draft", ""))[:80]
    upload = form.get("content")
    files: dict[str, Any] = {}
    if isinstance(upload, UploadFile) and upload.filename:
        files = {"files": {upload.filename[:200]: await upload.read()}}
    given = {"kind": "share", "fields": fields, "draft": draft, **files}

    def work() -> Done:
        kept: Any = visit.ask("draft-keep", **given)
        words = _("kept as a draft; nothing was taken in or sent")
        return Done(words, f"/compose?draft={kept['draft']}", kept)

    return work


def drop(visit: Visit, path: Mapping[str, str], _fields: Mapping[str, str]) -> Done:
    """Let a draft go."""
    dropped = visit.ask("draft-drop", draft=path["id"])
    return Done(_("the draft is gone, with all that was written"), "/compose", dropped)


def intake(visit: Visit, said: Mapping[str, str]) -> Intake:
    """Take in what was composed: the file that comes, else the text that was typed, else the file of its draft."""
    text, draft = said.get("text", ""), said.get("draft", "")
    given: dict[str, Any] = {name: said[name] for name in SAID if name in said}
    given["made_from"] = said.get("made_from", "").replace(",", " ").split()

    def otherwise() -> tuple[bytes, str]:
        if text:
            return text.replace("\r\n", "\n").encode(), "text.txt"
        if draft:
            held: Any = visit.ask("draft-files", draft=draft)
            for name, content in held["files"].items():
                return (base64.b64decode(content) if isinstance(content, str) else bytes(content)), name
        raise BadInput(_("write a text, or choose a file"))

    return Intake(visit, given, otherwise)


def taken_in(visit: Visit, said: Mapping[str, str], item: str) -> str:
    """Let the draft of what was taken in go; give where the officer goes on."""
    if said.get("draft"):
        with suppress(NotFound):  # it was let go in another window meanwhile
            visit.ask("draft-drop", draft=said["draft"])
    onward = {name: said[name] for name in ("to", "purpose") if said.get(name)}
    if "to" in onward and visit.may("share"):
        return f"/items/{item}/share?{urlencode(onward)}"
    return f"/items/{item}"
