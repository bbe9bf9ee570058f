"""Journal: this node's entries, and for each Party mine against theirs, green to where both have cosigned."""

from typing import Any, ClassVar

from comity.console.view import View
from comity.console.visit import Visit
from comity.languages.journal_words import KINDS, entry_in_words, kinds_like

#: Entries a page shows.
PAGE = 50


class Journal(View, frozen=True, kw_only=True):
    """Entries of the journal.

    Attributes:
        rows: the entries, newest first.
        channel: the peer whose channel is shown; empty for the whole node.
        size: how many entries there are.
        witnessed: up to which the peer has cosigned ours; `theirs` up to which we have cosigned its.
        words, since, until: what was done, and on which days, as it was looked for; empty for all.
        before: where the next page begins; None on the last.
        comparison: the newest comparison with that peer, what only one side has in it; None where there was none.
        channels: peers whose channel can be chosen.
        kinds: what an entry can say, in words.
        inspectors: those whom agreements name, each with what an article lets it see; for whoever makes their file.
        may_compare, may_prove: whether this officer compares journals, and takes evidence out.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    channel: str
    words: str
    since: str
    until: str
    size: int
    witnessed: int
    theirs: int
    before: int | None
    comparison: dict[str, Any] | None
    channels: list[str]
    kinds: list[str]
    may_compare: bool
    may_prove: bool
    inspectors: list[dict[str, Any]]


def build(visit: Visit) -> Journal:
    """Show a page of the journal."""
    channel, words, since, until, before = (
        visit.query.get(name, "").strip()[:200] for name in ("channel", "words", "since", "until", "before")
    )
    start = int(before) if before.isdecimal() and len(before) < 16 else 0
    shown: Any = entries(visit, words, channel, since, until, before=start, limit=PAGE)
    comparison: Any = visit.asked("journal-comparison", peer=channel) if channel else None
    line: Any = visit.ask("peer-line", party=channel) if channel else None
    peers: Any = visit.ask("peer-list")
    return Journal(
        rows=shown["entries"],
        channel=channel,
        words=words,
        since=since,
        until=until,
        size=shown["size"],
        witnessed=shown["witnessed"],
        theirs=line["witnessed"] if line else 0,
        before=shown["before"],
        comparison=comparison,
        channels=[each["party"] for each in peers],
        kinds=sorted({entry_in_words(kind) for kind in KINDS}, key=str.casefold),
        may_compare=visit.may("journal-reconcile"),
        may_prove=visit.may("journal-evidence"),
        inspectors=_listed(visit.asked("overseer-choices")),
    )


def entries(
    visit: Visit, words: str, channel: str, since: str, until: str, *, before: int = 0, limit: int
) -> Any:
    """Ask for entries whose kind is called so, in the reader's language or by its name; all, without words."""
    kinds = kinds_like(words)
    if words and not kinds:
        size: Any = visit.ask("journal-page", channel=channel, limit=1)
        return {**size, "entries": [], "before": None}
    return visit.ask(
        "journal-page", channel=channel, kinds=kinds, since=since, until=until, before=before, limit=limit
    )


def _listed(rows: Any) -> list[dict[str, Any]]:
    return list(rows or [])
