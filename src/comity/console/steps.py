"""Opening matters and taking steps in them, from a form."""

from collections.abc import Mapping
from typing import Any

from comity.console.acts import Done
from comity.console.matter_forms import said_in
from comity.console.outcomes import check_permitted
from comity.console.visit import Visit
from comity.cooperation.event import OPEN
from comity.languages import _

#: In place of a matter's id: one is to be opened, and the word is its kind.
_NEW = "open"


def step(visit: Visit, matter: str, word: str, fields: Mapping[str, list[str]]) -> Done:
    """Open a matter, or take a step in one.

    Raises:
        NotFound: there is no such kind, matter or step.
        BadInput: a field is missing or not of its form.
        RefusedHere: no article provides for it, or it is not this Party's turn; with the ground.
    """
    answer: Any
    manner = {
        "office": _one(fields, "office"),
        "function": _one(fields, "function"),
        "read": bool(_one(fields, "read")),
    }
    if matter == _NEW:
        what = said_in(word, OPEN, fields)
        given = {"kind": word, "to": _one(fields, "to"), "said": what, "under": _one(fields, "under")}
        answer = visit.do("matter-open", {**given, **manner})
    else:
        kind = _one(fields, "kind")
        what = said_in(kind, word, fields)
        given = {"matter": matter, "word": word, "said": what, "kind": kind}
        answer = visit.do("matter-act", {**given, **manner})
    check_permitted("matter-act", answer)
    return Done(_("done, and queued for the other side"), f"/work/{answer['matter']['id']}", answer)


def _one(fields: Mapping[str, list[str]], name: str) -> str:
    return next(iter(fields.get(name, ())), "").strip()
