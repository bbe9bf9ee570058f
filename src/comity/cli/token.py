"""`comity token`: programs that act over the HTTP API in an officer's name."""

from pathlib import Path

import click

from comity.cli.command import group
from comity.cli.options import as_json, home_options, node_at, print_json, print_json_lines, print_table
from comity.languages import _
from comity.node.programs import DAYS


@group()
def token() -> None:
    """Let programs act over the HTTP API in an officer's name."""


@token.command("add")
@click.argument("handle")
@click.option("--label", required=True, help="What the token is for.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    metavar="ROLE",
    help="A role it carries; all of the officer's by default.",
)
@click.option(
    "--days", type=click.IntRange(1, 3650), default=DAYS, show_default=True, help="How long it serves."
)
@home_options
@as_json
def add(
    handle: str,
    label: str,
    roles: tuple[str, ...],
    days: int,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Make a token for HANDLE, an officer or the account of a program.

    It is shown this once: the node keeps no more than its hash.
    """
    with node_at(home, passphrase_file) as tell:
        shown = tell("token-add", handle=handle, label=label, roles=list(roles), days=days)
    if json_:
        print_json(shown)
        return
    click.echo(shown["token"])
    click.echo(
        _("{label}: {roles}, until {until}; it is shown this once", label=shown["label"],
          roles=", ".join(shown["roles"]), until=shown["until"]),
        err=True,
    )  # fmt: skip


@token.command("list")
@home_options
@as_json
def list_(home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """List tokens: whose, what for, until when, when last used."""
    with node_at(home, passphrase_file) as tell:
        rows = tell("token-list")
    if json_:
        print_json_lines(rows)
        return
    print_table(
        [_("token"), _("officer"), _("what for"), _("roles"), _("until"), _("used")],
        (
            [row["id"], row["handle"], row["label"], ", ".join(row["roles"]), row["until"], row["used"] or ""]
            for row in rows
        ),
        empty=_("no tokens; next: {command}", command="comity token add HANDLE --label WHAT"),
    )


@token.command("drop")
@click.argument("name", metavar="TOKEN")
@home_options
@as_json
def drop(name: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Let the program with TOKEN in no more; the beginning of its id suffices."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("token-drop", token=name)
    if json_:
        print_json(shown)
        return
    click.echo(_("{label} of {handle} serves no more", label=shown["label"], handle=shown["handle"]))
