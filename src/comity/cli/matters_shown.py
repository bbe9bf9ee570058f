"""What commands of matters print: what came of a step, and a matter as a story."""

from collections.abc import Mapping
from typing import Any

import click

from comity.cli.options import print_json, print_table
from comity.cooperation.standing import OUR_WORDS
from comity.languages import _, said

__all__ = ["due_of", "print_matter", "print_step", "turn_of"]

#: The exit code of a refusal.
_REFUSED = 1


def print_step(shown: dict[str, Any], json_: bool) -> None:
    """Print what came of a step, and end with 1 where it was refused."""
    if json_:
        print_json(shown)
    elif shown["grounds"]:
        click.echo(_("Refused"))
        for ground in shown["grounds"]:
            click.echo(f"  {said(ground['ref'])}  {said(ground['text'])}")
    elif shown["tried"]:
        click.echo(_("It could be done; nothing was done: this was only asked"))
    else:
        matter = shown["matter"]
        click.echo(f"{matter['id'][:12]}  {said(matter['state'])}  {matter['title']}")
        for line in shown["followed"]:
            click.echo(f"  {said(line)}")
        for file in shown.get("drafted", ()):
            click.echo(f"  {file}")
        _print_due(matter)
    if shown["grounds"]:
        raise click.exceptions.Exit(_REFUSED)


def print_matter(shown: dict[str, Any]) -> None:
    """Print a matter for people: how it stands, what is due, its story."""
    click.echo(f"{shown['title']}")
    click.echo(
        _(
            "{id}: {state}; {opener} with {other}, under {articles}",
            id=shown["id"][:12],
            state=said(shown["state"]) if shown["state"] else _("not opened"),
            opener=shown["opener"],
            other=shown["other"],
            articles=", ".join(shown["articles"]) or shown["agreement"],
        )
    )
    _print_due(shown)
    for remark in shown["remarks"]:
        click.echo(f"  {said(remark['ref'])}  {said(remark['text'])}")
    _print_standing(shown)
    for line in shown["story"]:
        told = " – ".join(filter(None, (_(line["tells"], **line["values"]), line["remark"])))
        click.echo(f"  {line['at'][:16].replace('T', ' ')}  {_author(line)}  {told}")
        for ground in line["against"]:
            click.echo(
                "      " + _("does not count: {ref}", ref=f"{said(ground['ref'])}: {said(ground['text'])}")
            )
        for late in line["late"]:
            click.echo(
                "      " + _("late: it was due by {at} ({ref})", at=_instant(late["at"]), ref=late["ref"])
            )
    if shown["early"]:
        click.echo("  " + _("{count} more wait for what came before them", count=shown["early"]))
    if shown["steps"]:
        click.echo(_("what can be done here: {steps}", steps=", ".join(shown["steps"])))


def _print_standing(shown: Mapping[str, Any]) -> None:
    """Print how it stands, table by table; what people have written stands as it was written."""
    for table in shown["standing"]:
        ours = [head in OUR_WORDS for head in table["heads"]]
        rows = (
            [said(cell) if known else cell for cell, known in zip(row, ours, strict=True)]
            for row in table["rows"]
        )
        print_table([said(head) for head in table["heads"]], rows, empty="")


def _instant(at: str) -> str:
    return f"{at[:16].replace('T', ' ')} UTC"


def _author(line: Mapping[str, Any]) -> str:
    acting = line["office"] or line["function"]
    return f"{line['by']} ({acting})" if acting else str(line["by"])


def _print_due(shown: Mapping[str, Any]) -> None:
    """Print what is due; what several owe by the same day stands on one line."""
    owed: dict[tuple[str, str, str], list[str]] = {}
    for due in shown["due"]:
        owed.setdefault((due["at"], due["what"], due["ref"]), []).append(due["by"])
    for (at, what, ref), parties in owed.items():
        told = {"what": said(what), "party": ", ".join(parties), "at": _instant(at), "ref": ref}
        click.echo("  " + _("due: {what} by {party} until {at} ({ref})", **told))


def turn_of(row: Mapping[str, Any]) -> str:
    """Say whose turn it is."""
    if not row["turn"]:
        return "–"
    return _("both") if len(row["turn"]) == 2 else _("ours") if row["ours"] else _("theirs")


def due_of(row: Mapping[str, Any]) -> str:
    """Say what is due next."""
    return f"{_instant(row['due'])} {said(row['due_what'])} ({row['due_by']})" if row["due"] else "–"
