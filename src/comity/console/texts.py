"""Texts at the pages: files of an agreement kept as a draft, looked over and tried out, then proposed or signed."""

import base64
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData, UploadFile

from comity.console import acts
from comity.console.visit import Visit
from comity.errors import BadInput, NotFound
from comity.languages import _

#: Files of one text: its languages, and what lies beside them.
MOST_FILES = 40
_MOST_BYTES = 4 * 1024 * 1024


async def keep(visit: Visit, form: FormData) -> acts.Deed:
    """Read files to be kept as the draft of a text.

    Raises:
        BadInput: there are none, or more than a text has.
        RefusedHere: the officer does not keep agreements.
    """
    visit.check("agreement-propose")
    uploads = [each for each in form.getlist("files") if isinstance(each, UploadFile) and each.filename]
    if not uploads:
        raise BadInput(_("choose the files of the text, such as agreement.en.md"))
    if sum(each.size or 0 for each in uploads) > _MOST_BYTES:
        raise BadInput(_("at most {most} bytes", most=_MOST_BYTES))
    files = {str(each.filename).rpartition("/")[2][:120]: await each.read() for each in uploads}
    given = {"kind": "text", "fields": {"title": ", ".join(sorted(files))}, "files": files}

    def work() -> acts.Done:
        kept: Any = visit.ask("draft-keep", **given)
        return acts.Done(_("kept as a draft; it was shown to nobody"), f"/texts/{kept['draft']}", kept)

    return work


def act(visit: Visit, path: Mapping[str, str], _fields: Mapping[str, str]) -> acts.Done:
    """Propose, sign or drop a draft; proposed or signed, the draft is let go.

    Raises:
        NotFound: there is no such draft, or no such act.
        RefusedHere: the officer may not, or the text has mistakes.
    """
    draft, word = path["id"], path["word"]
    files = draft_files(visit, draft)
    if word == "propose":
        done = acts.perform(visit, "agreement-propose", {"files": files}, back="/agreements")
    elif word == "sign":
        done = acts.perform(visit, "agreement-sign", {"files": files}, back="/agreements")
    elif word == "drop":
        done = acts.Done(_("the draft is gone, with all that was written"), "/texts", None)
    else:
        raise NotFound(_("there is no such act"))
    visit.ask("draft-drop", draft=draft)
    return done


def draft_files(visit: Visit, draft: str) -> dict[str, bytes]:
    """Give the files of a draft.

    Raises:
        NotFound: the officer has none of that name.
    """
    held: Any = visit.ask("draft-files", draft=draft)
    return {name: _bytes(data) for name, data in held["files"].items()}


def _bytes(found: Any) -> bytes:
    return base64.b64decode(found) if isinstance(found, str) else bytes(found)
