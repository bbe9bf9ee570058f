"""`comity peer`: Parties whose channel was stopped because they said two things under one number."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from comity.cli.command import group
from comity.cli.options import as_json, home_options, node_at, print_json, print_json_lines, print_table
from comity.languages import _, said


@group()
def peer() -> None:
    """List peers whose channel was stopped, let one flow again."""


@peer.command("stopped")
@home_options
@as_json
def stopped(home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """List the Parties of whom nothing is taken until an officer has looked, and why."""
    with node_at(home, passphrase_file) as tell:
        rows = tell("peer-stopped")
    if json_:
        print_json_lines(rows)
        return
    print_table([_("party"), _("reason")], ([row["party"], row["reason"]] for row in rows), empty="")


@peer.command("resume")
@click.argument("party")
@click.option("--because", required=True, help="The reason, for the journal.")
@home_options
@as_json
def resume(party: str, because: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Let the channel of PARTY flow again."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("peer-resume", party=party, because=because)
    if json_:
        print_json(shown)
        return
    click.echo(f"{shown['party']}: {shown['because']}")


def print_lines(lines: Iterable[Mapping[str, Any]]) -> None:
    """Say which lines to peers are down, since when and until when, and how far those have come that are back."""
    for line in lines:
        if line["state"] == "down":
            what = {"party": line["party"], "since": line["since"], "next": line["next_try"]}
            click.echo("  " + _("{party}: not reached since {since}, next try {next}", **what))
            click.echo(f"    {said(line['reason'])}")
        elif line["state"] == "catching-up":
            what = {"party": line["party"], "carried": line["carried"], "backlog": line["backlog"]}
            click.echo("  " + _("{party}: catching up, {carried} of {backlog} carried", **what))
