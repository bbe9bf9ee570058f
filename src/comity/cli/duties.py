"""`comity duties`: what a serving node does by itself every day, done at once or only told."""

from pathlib import Path
from typing import Any

import click

from comity.cli.command import command
from comity.cli.options import as_json, home_options, node_at, print_json
from comity.languages import _, said


@command()
@click.option("--dry-run", is_flag=True, help="Only tell what would be done.")
@home_options
@as_json
def duties(dry_run: bool, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Do what is due today: let go what has run out, close what nobody answered, name what is late."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("duties", dry_run=dry_run)
    if json_:
        print_json(shown)
        return
    for line in _lines(shown):
        click.echo(line)
    if not any(shown[name] for name in ("erased", "kept", "closed", "late", "unreviewed")):
        click.echo(_("nothing is due today"))
    if dry_run:
        click.echo(_("nothing was done: this was only asked"), err=True)


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
