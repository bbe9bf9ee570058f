"""`comity desk`: programs that may ask the register of this node over HTTP, each with a token of its own."""

from pathlib import Path

import click

from comity.cli.command import group
from comity.cli.options import as_json, home_options, node_at, print_json, print_json_lines, print_table
from comity.languages import _


@group()
def desk() -> None:
    """Let programs ask the register over HTTP."""


@desk.command("add")
@click.argument("name")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@home_options
@as_json
def add(name: str, file: Path, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Let the program NAME in: its token goes to FILE, which must be new and is for its owner alone.

    FILE holds one line, a header as `curl --header @FILE` sends it. Its token is written nowhere else.
    """
    with node_at(home, passphrase_file) as tell:
        shown = tell("desk-add", name=name, path=str(file.resolve()))
    if json_:
        print_json(shown)
        return
    click.echo(_("the token of {name} is in {file}", name=name, file=str(file)))


@desk.command("list")
@home_options
@as_json
def list_(home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """List the programs that are let in."""
    with node_at(home, passphrase_file) as tell:
        rows = tell("desk-list")
    if json_:
        print_json_lines(rows)
        return
    print_table([_("name")], ([row["name"]] for row in rows), empty=_("no program is let in"))


@desk.command("remove")
@click.argument("name")
@home_options
@as_json
def remove(name: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Let the program NAME in no longer, from this moment."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("desk-remove", name=name)
    if json_:
        print_json(shown)
        return
    click.echo(_("{name} is let in no longer", name=name))
