"""`comity hook`: programs that are called when something happens."""

from pathlib import Path

import click

from comity.cli.command import group
from comity.cli.options import as_json, home_options, node_at, print_json, print_json_lines, print_table
from comity.languages import _, said


@group()
def hook() -> None:
    """Call programs when something happens, signed and without content."""


@hook.command("add")
@click.argument("url")
@click.option(
    "--kind", "kinds", multiple=True, metavar="KIND", help="A kind of journal entry; all by default."
)
@home_options
@as_json
def add(url: str, kinds: tuple[str, ...], home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Name URL as an address that is called. `webhooks` in node.toml must allow it.

    The secret that calls are signed with is shown this once.
    """
    with node_at(home, passphrase_file) as tell:
        shown = tell("hook-add", url=url, kinds=list(kinds))
    if json_:
        print_json(shown)
        return
    click.echo(shown["secret"])
    click.echo(_("hook {id}; its secret is shown this once", id=shown["id"]), err=True)


@hook.command("list")
@home_options
@as_json
def list_(home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """List hooks, and why the last call did not come through."""
    with node_at(home, passphrase_file) as tell:
        rows = tell("hook-list")
    if json_:
        print_json_lines(rows)
        return
    print_table(
        [_("hook"), _("address"), _("kinds"), _("state"), _("reason")],
        (
            [row["id"], row["url"], ", ".join(row["kinds"]), said(row["state"]), said(row["reason"])]
            for row in rows
        ),
        empty=_("no hooks; next: {command}", command="comity hook add URL"),
    )


@hook.command("drop")
@click.argument("name", metavar="HOOK")
@home_options
@as_json
def drop(name: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Call nobody at HOOK any more."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("hook-drop", hook=name)
    if json_:
        print_json(shown)
        return
    click.echo(_("{url} is called no more", url=shown["url"]))


@hook.command("resume")
@click.argument("name", metavar="HOOK")
@home_options
@as_json
def resume(name: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Call HOOK again, which was stopped because nothing came through for days."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("hook-resume", hook=name)
    if json_:
        print_json(shown)
        return
    click.echo(_("{url} is called again", url=shown["url"]))


@hook.command("owed")
@click.option("--failed", is_flag=True, help="What has failed for good instead.")
@home_options
@as_json
def owed(failed: bool, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """List calls and mails that are owed: when, to whom, why not yet; never what they say."""
    with node_at(home, passphrase_file) as tell:
        rows = tell("outgoing-list", state="failed" if failed else "owed")
    if json_:
        print_json_lines(rows)
        return
    print_table(
        [_("when"), _("to"), _("kind"), _("attempts"), _("reason")],
        ([row["made_at"], row["to"], row["kind"], str(row["attempts"]), said(row["reason"])] for row in rows),
        empty=_("nothing"),
    )
