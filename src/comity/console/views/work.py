"""Work: matters between this Party and others, of every kind; one as a story, with the steps that can be taken."""

from typing import Any, ClassVar

from comity.console.matter_forms import fields_of, kinds, steps_of
from comity.console.view import View
from comity.console.visit import Visit
from comity.cooperation.event import OPEN
from comity.errors import NotFound
from comity.languages import _


class Work(View, frozen=True, kw_only=True):
    """Matters, last changed first.

    Attributes:
        rows: the matters.
        kind: the kind looked for; empty for all.
        all: whether those that have come to their end are among them.
        kinds: kinds that can be opened here, with what each is.
        may_open: whether this officer opens matters.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    kind: str
    all: bool
    kinds: list[dict[str, str]]
    may_open: bool


class Matter(View, frozen=True, kw_only=True):
    """One matter.

    Attributes:
        matter: how it stands, what is due, and its story.
        steps: what can be done here now, each with its fields; None for fields that a form cannot say.
        may_act: whether this officer takes steps.
    """

    matter: dict[str, Any]
    steps: list[dict[str, Any]]
    may_act: bool


class Opening(View, frozen=True, kw_only=True):
    """A matter about to be opened.

    Attributes:
        kind: its kind.
        fields: what its opening says.
        parties: Parties to choose from.
    """

    kind: str
    fields: list[dict[str, Any]]
    parties: list[str]


def overview(visit: Visit) -> Work:
    """List matters."""
    kind, ended = visit.query.get("kind", ""), visit.query.get("all", "") == "1"
    rows: Any = visit.ask("matter-list", kind=kind, all=ended)
    return Work(rows=rows, kind=kind, all=ended, kinds=kinds(), may_open=visit.may("matter-open"))


def one(visit: Visit, id: str) -> Matter:
    """Show one matter.

    Raises:
        NotFound: it is not known here.
    """
    shown: Any = visit.ask("matter-show", matter=id)
    return Matter(
        matter=shown, steps=steps_of(shown["kind"], shown["steps"]), may_act=visit.may("matter-act")
    )


def opening(visit: Visit, id: str) -> Opening:
    """Show the form that opens a matter of a kind.

    Raises:
        NotFound: there is no such kind, or a form cannot open it.
    """
    fields = fields_of(id, OPEN)
    if fields is None:
        raise NotFound(_("this kind of matter is opened by the command"), hint=f"comity {id} new --help")
    choices: Any = visit.ask("share-choices")
    return Opening(kind=id, fields=fields, parties=[each["party"] for each in choices["parties"]])
