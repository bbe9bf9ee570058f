"""What is answered where something does not go: `application/problem+json` (RFC 9457), with the articles that decided.

`type` is a stable name (`urn:comity:problem:…`), described in `docs/reference/api.md`; `detail` and `hint` are in the
language of the caller's officer.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from comity.console.api.shapes import Ground
from comity.errors import (
    BadInput,
    ComityError,
    NotFound,
    PeerUnreachable,
    RefusedHere,
    StorageError,
    VerificationFailed,
)
from comity.languages import _, said
from comity.languages.words import N_

MEDIA_TYPE = "application/problem+json"
URN = "urn:comity:problem:"

#: name -> (status, title)
PROBLEMS: Mapping[str, tuple[int, str]] = {
    "malformed": (400, N_("the request cannot be read")),
    "cursor": (400, N_("this cursor does not serve")),
    "unknown-caller": (401, N_("no token, or one that does not serve")),
    "refused": (403, N_("refused: an article or a rule stands against it")),
    "role": (403, N_("none of the roles of this token may do this")),
    "persons": (403, N_("no program does this: it is an act of persons")),
    "not-found": (404, N_("there is no such thing here")),
    "method": (405, N_("this address does not do that")),
    "needs-consent": (409, N_("consent is owed first")),
    "does-not-hold": (409, N_("a signature, digest or proof does not hold")),
    "changed": (412, N_("it has changed since it was read")),
    "too-large": (413, N_("the request is too large")),
    "media-type": (415, N_("the body is to be JSON")),
    "mistakes": (422, N_("something in the request is not as it must be")),
    "key-used": (422, N_("this key came with another request before")),
    "fault": (500, N_("the node met a fault of its own; its log tells more")),
    "cannot-act": (503, N_("the node cannot use its database, so it does not act")),
}

_OF: tuple[tuple[type[ComityError], str], ...] = (
    (NotFound, "not-found"),
    (RefusedHere, "refused"),
    (VerificationFailed, "does-not-hold"),
    (StorageError, "cannot-act"),
    (PeerUnreachable, "cannot-act"),
    (BadInput, "mistakes"),
)


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What does not go, and what to do next.

    Attributes:
        type: the stable name of the problem.
        title: what the problem is.
        status: the HTTP status.
        detail: what is wrong here.
        hint: what to do next.
        mistakes: every mistake found in what was sent.
        articles: the articles that decided, all of them.
        ask: the Parties whose consent is owed.
        remedies: what would make it go.
        decision: the digest of the decision, as it stands in the journal.
    """

    type: str
    title: str
    status: int
    detail: str = ""
    hint: str = ""
    mistakes: list[str] = []
    articles: list[Ground] = []
    ask: list[str] = []
    remedies: list[str] = []
    decision: str = ""


class Stopped(ComityError):
    """A request that is answered with a problem of the API's own; never leaves this package."""

    def __init__(self, name: str, detail: str = "", *, hint: str = "") -> None:
        super().__init__(detail or PROBLEMS[name][1], hint=hint)
        self.name = name


def problem(name: str, detail: str = "", **more: Any) -> Problem:
    """Make a problem of a name."""
    status, title = PROBLEMS[name]
    return Problem(type=URN + name, title=_(title), status=status, detail=detail, **more)


def problem_of(error: ComityError) -> Problem:
    """Say an error as a problem."""
    name = error.name if isinstance(error, Stopped) else ""
    name = name or next((each for kind, each in _OF if isinstance(error, kind)), "fault")
    mistakes = [said(each) for each in error.mistakes] if isinstance(error, BadInput) else []
    detail = "" if mistakes else said(error.message)
    return problem(name, detail or "; ".join(mistakes), mistakes=mistakes, hint=said(error.hint))


def problem_of_decision(answer: Mapping[str, Any]) -> Problem | None:
    """Say a decision that did not permit as a problem; None where it permitted."""
    outcome = answer.get("decision")
    if outcome not in ("refused", "needs-consent"):
        return None
    grounds: Sequence[Mapping[str, str]] = answer["grounds"]
    articles = [Ground(ref=said(each["ref"]), text=said(str(each["text"]))) for each in grounds]
    return problem(
        outcome,
        "; ".join(f"{each.ref}: {each.text}" for each in articles),
        articles=articles,
        ask=list(answer.get("ask", ())),
        remedies=[said(each) for each in answer.get("remedies", ())],
        decision=answer.get("digest") or answer.get("tried") or "",
    )
