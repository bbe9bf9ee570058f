"""`comity necessity`: what was passed on in imminent danger, and what those upstream think of it."""

from pathlib import Path

import click

from comity.cli.command import group
from comity.cli.options import as_json, home_options, node_at, print_json, print_json_lines, print_table
from comity.errors import BadInput
from comity.languages import _, said


@group()
def necessity() -> None:
    """List and review acts of necessity (`comity share --necessity` makes one)."""


@necessity.command("list")
@home_options
@as_json
def list_(home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """List acts of necessity: one's own, and those one was told of."""
    with node_at(home, passphrase_file) as tell:
        rows = tell("necessity-list")
    if json_:
        print_json_lines(rows)
        return
    print_table(
        [
            _("notice"),
            _("by"),
            _("item"),
            _("to"),
            _("approved by"),
            _("because"),
            _("review by"),
            _("state"),
        ],
        (
            [
                row["id"][:12],
                row["by"],
                row["item"][:12],
                row["to"],
                ", ".join(row["approved_by"]),
                row["because"],
                row["review_by"],
                "; ".join(f"{each['by']}: {said(each['verdict'])}" for each in row["reviews"])
                or said(row["state"]),
            ]
            for row in rows
        ),
        empty=_("no acts of necessity"),
    )


@necessity.command("review")
@click.argument("notice")
@click.option("--accept", is_flag=True, help="It was right.")
@click.option("--contest", is_flag=True, help="It was not; needs --because.")
@click.option("--because", default="", help="The reason; needed to contest.")
@home_options
@as_json
def review(
    notice: str,
    accept: bool,
    contest: bool,
    because: str,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Say what this Party thinks of NOTICE, --accept or --contest; its author hears so."""
    if accept == contest:
        raise BadInput("an act of necessity is accepted or contested: --accept or --contest, one of them")
    with node_at(home, passphrase_file) as tell:
        shown = tell("necessity-review", notice=notice, accept=accept, because=because)
    if json_:
        print_json(shown)
    else:
        click.echo(_("{notice} is {verdict}", notice=shown["notice"][:12], verdict=said(shown["verdict"])))
