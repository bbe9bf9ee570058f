"""`comity officer`: who may work at this node's pages, and as what."""

from pathlib import Path
from typing import Any

import click

from comity.cli.command import group
from comity.cli.options import as_json, home_options, node_at, print_json, print_json_lines, print_table
from comity.languages import _, said

_ROLE = click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    metavar="ROLE",
    help="reader, case-officer, liaison, consent-giver, agreement-keeper, auditor, overseer or administrator; "
    "repeat for several.",
)


@group()
def officer() -> None:
    """Say who may work at the console, and as what."""


@officer.command("add")
@click.argument("handle")
@click.option("--name", default="", help="The function or name that others here read.")
@_ROLE
@click.option("--program", is_flag=True, help="The account of a program: nobody signs in as it.")
@home_options
@as_json
def add(
    handle: str,
    name: str,
    roles: tuple[str, ...],
    program: bool,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Make the officer HANDLE, and a link that lets them in once.

    The link serves for a day. Behind it the officer sets up a passkey, or a password with a code. A program gets no
    link but a token (comity token add).
    """
    with node_at(home, passphrase_file) as tell:
        shown = tell("officer-add", handle=handle, name=name, roles=list(roles), program=program)
    _print(shown, json_)


@officer.command("list")
@home_options
@as_json
def list_(home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """List the officers, their roles, and how they sign in."""
    with node_at(home, passphrase_file) as tell:
        rows = tell("officer-list")
    if json_:
        print_json_lines(rows)
        return
    print_table(
        [_("officer"), _("name"), _("roles"), _("state"), _("signs in with")],
        (
            [
                row["handle"],
                row["name"],
                ", ".join(row["roles"]),
                said(row["state"]),
                ", ".join(row["signs_in_with"]),
            ]
            for row in rows
        ),
        empty=_("no officers yet; next: {command}", command="comity officer add HANDLE --role liaison"),
    )


@officer.command("link")
@click.argument("handle")
@home_options
@as_json
def link(handle: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Make a new one-time link for HANDLE: who has lost their passkey comes in by it."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("officer-link", handle=handle)
    _print(shown, json_)


@officer.command("roles")
@click.argument("handle")
@_ROLE
@home_options
@as_json
def roles(handle: str, roles: tuple[str, ...], home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Give HANDLE these roles in place of the ones before."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("officer-roles", handle=handle, roles=list(roles))
    _print(shown, json_)


@officer.command("suspend")
@click.argument("handle")
@home_options
@as_json
def suspend(handle: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Let HANDLE in no more; what they have open ends at once."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("officer-suspend", handle=handle)
    _print(shown, json_)


@officer.command("resume")
@click.argument("handle")
@home_options
@as_json
def resume(handle: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Let HANDLE in again."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("officer-resume", handle=handle)
    _print(shown, json_)


def _print(shown: dict[str, Any], json_: bool) -> None:
    if json_:
        print_json(shown)
        return
    click.echo(f"{shown['handle']}: {', '.join(shown['roles'])} ({said(shown['state'])})")
    if "link" in shown:
        click.echo(f"  {shown['link']}")
        click.echo("  " + _("it works once, for a day: hand it over by a way you trust"), err=True)
