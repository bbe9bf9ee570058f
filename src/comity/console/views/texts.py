"""Texts that are not agreed yet: an officer's drafts, and one of them or a proposal, looked over and tried out."""

import base64
from typing import Any, ClassVar

from comity.console.view import View
from comity.console.visit import Visit
from comity.errors import BadInput, ComityError

#: Changed decisions that are shown.
SHOWN = 100


class Texts(View, frozen=True, kw_only=True):
    """The officer's drafts of texts.

    Attributes:
        rows: each with its files and when it was changed.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]


class Text(View, frozen=True, kw_only=True):
    """A text that is not agreed yet.

    Attributes:
        id: of the draft, or the digest of the proposal.
        proposed_by: who proposed it; empty for a draft of one's own.
        found: what it is: agreement, title, Parties, languages, what lint finds; None where it cannot be read.
        mistakes: why it cannot be read.
        rows: decisions of the past that would have come out otherwise; empty unless it was tried out.
        tried: what trying it out came to; None where it was not.
        words: the text in the language chosen, by the name of its file.
        file, files: which file is shown, and which there are.
        may_sign: whether this officer signs.
    """

    table: ClassVar[str] = "rows"

    id: str
    proposed_by: str
    found: dict[str, Any] | None
    mistakes: list[str]
    rows: list[dict[str, Any]]
    tried: dict[str, Any] | None
    words: str
    file: str
    files: list[str]
    may_sign: bool


def overview(visit: Visit) -> Texts:
    """List drafts of texts."""
    rows: Any = visit.ask("draft-list", kind="text")
    return Texts(
        rows=[
            {"draft": row["draft"], "files": [each["name"] for each in row["files"]], "at": row["at"]}
            for row in rows
        ]
    )


def one(visit: Visit, id: str) -> Text:
    """Show a draft or a proposal; `try` decides the past again under it, `file` chooses what is read.

    Raises:
        NotFound: there is none of that name.
    """
    files, proposed_by = _files(visit, id)
    found, mistakes = None, []
    try:
        found = _asked(visit, "agreement-look", files=files)
    except ComityError as error:
        mistakes = list(error.mistakes) if isinstance(error, BadInput) else [error.message]
    tried = None
    if found is not None and visit.query.get("try"):
        try:
            tried = _asked(visit, "agreement-simulate", files=files)
        except ComityError as error:
            mistakes = [error.message]
    readable = sorted(name for name in files if name.endswith((".md", ".toml")))
    file = visit.query.get("file", "")
    file = file if file in readable else next(iter(readable), "")
    return Text(
        id=id,
        proposed_by=proposed_by,
        found=found,
        mistakes=mistakes,
        rows=tried["changes"][:SHOWN] if tried is not None else [],
        tried=None
        if tried is None
        else {name: tried[name] for name in ("instead_of", "replayed", "unreadable")}
        | {"changes": len(tried["changes"])},
        words=files[file].decode(errors="replace") if file else "",
        file=file,
        files=readable,
        may_sign=visit.may("agreement-sign"),
    )


def _files(visit: Visit, id: str) -> tuple[dict[str, bytes], str]:
    proposals: Any = visit.asked("agreement-proposals") or []
    for row in proposals:
        if row["digest"] == id:
            return {name: _bytes(data) for name, data in row["files"].items()}, row["by"]
    held: Any = visit.ask("draft-files", draft=id)
    return {name: _bytes(data) for name, data in held["files"].items()}, ""


def _asked(visit: Visit, verb: str, **parameters: Any) -> dict[str, Any]:
    found: Any = visit.ask(verb, **parameters)
    return dict(found)


def _bytes(found: Any) -> bytes:
    return base64.b64decode(found) if isinstance(found, str) else bytes(found)
