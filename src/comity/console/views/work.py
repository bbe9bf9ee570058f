"""Work: matters between this Party and others, of every kind; one as a story, with the steps that can be taken."""

from typing import Any, ClassVar

from comity.console.matter_forms import fields_of, kinds, said_at_opening, steps_of
from comity.console.view import View
from comity.console.visit import Visit
from comity.cooperation.event import OPEN
from comity.cooperation.standing import DAYS, OUR_WORDS
from comity.errors import NotFound
from comity.languages import _
from comity.languages.page_words import on_a_page, title_on_a_page


class Work(View, frozen=True, kw_only=True):
    """Matters, last changed first.

    Attributes:
        rows: the matters.
        kind: the kind looked for; empty for all. `words`, `peer`: of the title, and with whom.
        after: where the next page begins; None on the last.
        all: whether those that have come to their end are among them.
        kinds: kinds that can be opened here, with what each is.
        may_open: whether this officer opens matters.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    kind: str
    words: str
    peer: str
    after: str | None
    all: bool
    kinds: list[dict[str, str]]
    may_open: bool


class Matter(View, frozen=True, kw_only=True):
    """One matter.

    Attributes:
        matter: how it stands, what is due, and its story.
        opening: what was said at its opening, a line for each field; of a charge or a summary nothing, which have
            tables of their own.
        standing: what has come of it, as tables: the lines of a plan, seats, places, what is out; words of ours said.
        steps: what can be done here now, each with its fields; None for fields that a form cannot say.
        offices: offices of this Party that may act in its place.
        may_act: whether this officer takes steps.
        held_against: what this node's own ledger or figures say of a charge or summary; None for other kinds.
    """

    matter: dict[str, Any]
    opening: list[dict[str, Any]]
    standing: list[dict[str, Any]]
    steps: list[dict[str, Any]]
    offices: list[str]
    may_act: bool
    held_against: dict[str, Any] | None


class Opening(View, frozen=True, kw_only=True):
    """A matter about to be opened.

    Attributes:
        kind: its kind.
        fields: what its opening says.
        parties: Parties to choose from. `offices`: offices of this Party that may act in its place.
        agreements: agreements to choose from, where several would do.
    """

    kind: str
    fields: list[dict[str, Any]]
    parties: list[str]
    offices: list[str]
    agreements: list[str]


def overview(visit: Visit) -> Work:
    """List matters."""
    kind, ended = visit.query.get("kind", ""), visit.query.get("all", "") == "1"
    words, peer = (visit.query.get(name, "").strip()[:253] for name in ("words", "peer"))
    days = {name: visit.query.get(name, "")[:10] for name in ("since", "until")}
    found: Any = visit.ask(
        "matter-find",
        kind=kind,
        words=words,
        peer=peer,
        all=ended,
        after=visit.query.get("after", ""),
        **days,
    )
    return Work(
        rows=found["matters"],
        kind=kind,
        words=words,
        peer=peer,
        after=found["after"],
        all=ended,
        kinds=kinds(),
        may_open=visit.may("matter-open"),
    )


def one(visit: Visit, id: str) -> Matter:
    """Show one matter.

    Raises:
        NotFound: it is not known here.
    """
    shown: Any = visit.ask("matter-show", matter=id)
    choices: Any = visit.asked("share-choices") or {"purposes": [], "offices": []}
    checks = {"charge": "charge-check", "summary": "summary-check"}
    check = checks.get(shown["kind"]) if shown["facts"] else None
    against: Any = visit.ask(check, **{shown["kind"]: shown["id"]}) if check else None
    return Matter(
        matter=shown,
        opening=said_at_opening(shown["kind"], shown["facts"]),
        standing=[_table(each) for each in shown["standing"]],
        steps=steps_of(shown, choices["purposes"]),
        offices=choices["offices"],
        may_act=visit.may("matter-act"),
        held_against=against,
    )


def _plans(visit: Visit) -> dict[str, str]:
    """Give the plans that are not over, with their titles and whom they are with."""
    found: Any = visit.asked("matter-find", kind="plan") or {"matters": []}
    return {
        row["id"]: f"{title_on_a_page(row['title'], row['kind'])} ({row['with']})" for row in found["matters"]
    }


def _table(table: dict[str, Any]) -> dict[str, Any]:
    """Put a table of how it stands as a page shows it: with what kind of cell each column has."""
    heads = table["heads"]
    return {
        "heads": [head[:1].upper() + head[1:] for head in map(on_a_page, heads)],
        "days": [head in DAYS for head in heads],
        "rows": [
            [on_a_page(cell) if head in OUR_WORDS else cell for head, cell in zip(heads, row, strict=True)]
            for row in table["rows"]
        ],
    }


def opening(visit: Visit, id: str) -> Opening:
    """Show the form that opens a matter of a kind.

    Raises:
        NotFound: there is no such kind, or a form cannot open it.
    """
    choices: Any = visit.ask("share-choices")
    parties = [each["party"] for each in choices["parties"]]
    meant = sorted((visit.desk.node.party, *parties))
    fields = fields_of(id, OPEN, meant, {**choices["words"], "purpose": choices["purposes"]}, _plans(visit))
    if fields is None:
        raise NotFound(_("this kind of matter is opened by the command"), hint=f"comity {id} new --help")
    agreements = sorted({name for each in choices["parties"] for name in each["agreements"]})
    return Opening(kind=id, fields=fields, parties=parties, offices=choices["offices"], agreements=agreements)
