"""Parties: who they are, how their line is, how far journals are cosigned; one with its card and keys."""

from typing import Any, ClassVar

from comity.console.view import View
from comity.console.visit import Visit


class Parties(View, frozen=True, kw_only=True):
    """The Parties known here.

    Attributes:
        rows: each with its card, what is owed to it, how soon its receipts come, how far both journals are cosigned.
        may_accept: whether this officer accepts cards. `may_read`: whether agreements are open to them.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    may_accept: bool
    may_read: bool


class Party(View, frozen=True, kw_only=True):
    """One Party.

    Attributes:
        party: its id.
        line: what is owed to it, how soon receipts come, how far journals are cosigned.
        facts: its card in short, its agreements, and why its channel is stopped, where it is.
        names: its names by language.
        rows: the keys of its card, with what each may sign and until when.
        may_resume, may_compare: whether this officer lets a stopped channel go on, and compares journals.
        may_read: whether agreements are open to this officer.
    """

    table: ClassVar[str] = "rows"

    party: str
    line: dict[str, Any]
    facts: dict[str, Any]
    names: dict[str, str]
    rows: list[dict[str, Any]]
    may_resume: bool
    may_compare: bool
    may_read: bool


def overview(visit: Visit) -> Parties:
    """List the Parties."""
    peers: Any = visit.ask("peer-list")
    rows = []
    for row in peers:
        line: Any = visit.ask("peer-line", party=row["party"])
        rows.append(
            {
                **row,
                "seconds": line["seconds"],
                "oldest": line["oldest"],
                "entries": line["entries"],
                "failures": line["failures"],
                "next_at": line["next_at"],
            }
        )
    return Parties(rows=rows, may_accept=visit.may("card-accept"), may_read=visit.may("agreement-read"))


def one(visit: Visit, id: str) -> Party:
    """Show one Party.

    Raises:
        NotFound: it is not known here.
    """
    line: Any = visit.ask("peer-line", party=id)
    peers: Any = visit.ask("peer-list")
    facts = next(row for row in peers if row["party"] == id)
    card: Any = visit.ask("peer-card", party=id) if facts["root"] else {"names": {}, "keys": []}
    return Party(
        party=id,
        line=line,
        facts=facts,
        names=card["names"],
        rows=card["keys"],
        may_resume=visit.may("peer-resume"),
        may_compare=visit.may("journal-reconcile"),
        may_read=visit.may("agreement-read"),
    )
