"""`comity duties`: what a serving node does by itself every day, done at once or only told."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.cli.command import command
from comity.cli.options import as_json, home_options, node_at, print_csv, print_json, write_whole
from comity.errors import BadInput, NotFound
from comity.languages import _, said
from comity.languages.page_words import DIGEST, named, on_a_page

if TYPE_CHECKING:
    from comity.control.client import Teller


@command()
@click.option("--dry-run", is_flag=True, help="Only tell what would be done.")
@click.option(
    "--ics",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Write what is due, and the days of joint work, into this file, as a calendar.",
)
@click.option("--csv", is_flag=True, help="Print what is due as CSV.")
@click.option(
    "--parquet",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Write what is due into this file, as Parquet.",
)
@click.option(
    "--clock-is-right",
    "confirmed",
    is_flag=True,
    help="Say that this machine's clock is right: what has run out by it is erased.",
)
@home_options
@as_json
def duties(
    dry_run: bool,
    ics: Path | None,
    csv: bool,
    parquet: Path | None,
    confirmed: bool,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Do what is due today, and list what has a day: what we owe, what we are owed, what to see to.

    What has run out is let go, what nobody answered in time is closed, what is late is named.

    Nothing is let go while the clock stands more than a week ahead of what the journal and other Parties bear out.
    """
    if dry_run and confirmed:
        raise BadInput(_("--dry-run does nothing, so it cannot confirm the clock"))
    with node_at(home, passphrase_file) as tell:
        if confirmed:
            tell("time-confirm")
        shown = {**tell("duties", dry_run=dry_run), "due": tell("due-list")}
        shown["reciprocity"] = tell("reciprocity")
        if ics is not None:
            _write_calendar(ics, tell, shown["due"])
    if parquet is not None:
        from comity.interop.parquet import DUE, as_parquet

        write_whole(parquet, as_parquet(shown["due"], DUE))
    if csv:
        print_csv(shown["due"])
        return
    if json_:
        print_json(shown)
        return
    for line in _lines(shown):
        click.echo(line)
    if shown["waits"]:
        click.echo(_("nothing was erased or closed: {reason}", reason=said(shown["waits"])))
        hint = "comity duties --clock-is-right"
        click.echo(_("next: set the machine's clock, or, where it is right: {hint}", hint=hint), err=True)
    if not any(shown[name] for name in ("erased", "kept", "closed", "late", "unreviewed", "due")):
        click.echo(_("nothing is due today"))
    _print_due(shown["due"])
    _print_reciprocity(shown["reciprocity"])
    if dry_run:
        click.echo(_("nothing was done: this was only asked"), err=True)


def _write_calendar(file: Path, tell: "Teller", rows: list[dict[str, Any]]) -> None:
    """Write what is due, and the days of joint work, as a calendar; items stand in it by their titles."""
    from comity.interop.due_calendar import as_calendar

    titles = {}
    for digest in dict.fromkeys(each for row in rows for each in DIGEST.findall(row["what"])):
        try:
            titles[digest] = tell("item-show", item=digest)["title"]
        except NotFound:
            continue  # the digest is of something else, such as a hit or a letter
    party, dates = tell("status")["party"], tell("due-dates")
    write_whole(file, as_calendar(party, rows, dates, say=lambda what: named(on_a_page(what), titles)))


def _print_due(rows: list[dict[str, Any]]) -> None:
    """List what has a day, under whose it is."""
    heads = {"ours": _("what we owe"), "theirs": _("what we are owed"), "own": _("what to see to")}
    for side, head in heads.items():
        mine = [row for row in rows if row["side"] == side]
        if mine:
            click.echo(head)
        for row in mine:
            late = " " + _("(late)") if row["late"] else ""
            whom = f"  {row['party']}" if row["party"] else ""
            click.echo(
                f"  {row['at'][:16].replace('T', ' ')} UTC{late}{whom}  {said(row['what'])}  [{said(row['ref'])}]"
            )


def _print_reciprocity(rows: list[dict[str, Any]]) -> None:
    """Print what passed each way, by Party and category."""
    if rows:
        click.echo(_("what passed each way in the last year"))
    for row in rows:
        click.echo("  " + _("{party}  {category}: {given} given, {received} received", **row))


def _lines(shown: dict[str, Any]) -> list[str]:
    lines = []
    for each in shown["erased"]:
        refs = ", ".join(each["grounds"])
        lines.append(_("{item} may no longer be held: {grounds}", item=each["item"][:12], grounds=refs))
    for each in shown["kept"]:
        held = each["on_hold"]
        lines.append(
            _("{item} has run out and stays on legal hold: {reason}", item=each["item"][:12], reason=held)
        )
    for each in shown["closed"]:
        lines.append(_("request {request} was not answered in time: no", request=each[:12]))
    for each in shown["late"]:
        what = said(each["waits_for"])
        lines.append(
            _("{party} owes its {what} about {item}", party=each["party"], what=what, item=each["item"][:12])
        )
    lines += [
        _("notice {notice} of necessity is not reviewed", notice=each[:12]) for each in shown["unreviewed"]
    ]
    return lines
