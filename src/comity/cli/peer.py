"""`comity peer`: Parties whose channel was stopped because they said two things under one number."""

from pathlib import Path

import click

from comity.cli.command import group
from comity.cli.options import as_json, home_options, node_at, print_json, print_json_lines, print_table
from comity.languages import _


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
