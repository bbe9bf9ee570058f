"""`comity redress`: what a person asks about data that concern them, put to whichever Party they know of."""

from pathlib import Path
from typing import Any

import click

from comity.cli.command import group
from comity.cli.options import as_json, home_options, node_at, print_json, print_json_lines, print_table
from comity.languages import _, said


@group()
def redress() -> None:
    """A person's requests: sent to the originator, answered by every holder."""


@redress.command("ask")
@click.argument("item")
@click.option(
    "--asks",
    type=click.Choice(("erase", "correct")),
    required=True,
    help="What the person asks for.",
)
@click.option("--why", required=True, help="What is wrong with it; not who the person is.")
@home_options
@as_json
def ask(item: str, asks: str, why: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Send a person's request about ITEM, which was received here, to its originator."""
    with node_at(home, passphrase_file) as tell:
        _print(tell("redress-ask", item=item, asks=asks, why=why), json_)


@redress.command("list")
@home_options
@as_json
def list_(home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """List requests: sent on by us, and put to us."""
    with node_at(home, passphrase_file) as tell:
        rows = tell("redress-list")
    if json_:
        print_json_lines(rows)
        return
    print_table(
        [_("request"), _("by"), _("whom"), _("item"), _("asks"), _("why"), _("answer by"), _("state")],
        (
            [
                row["id"][:12],
                row["by"],
                row["of"],
                row["item"][:12],
                said(row["asks"]),
                row["why"],
                row["answer_by"],
                said(row["state"]) + (f": {row['because']}" if row["because"] else ""),
            ]
            for row in rows
        ),
        empty=_("no requests"),
    )


@redress.command("grant")
@click.argument("request")
@click.option("--replaced-by", default="", metavar="ID", help="For a correction: the item in its place.")
@click.option("--because", default="", help="Words for the one who asked, and for the holders.")
@home_options
@as_json
def grant(
    request: str, replaced_by: str, because: str, home: Path, passphrase_file: Path | None, json_: bool
) -> None:
    """Grant REQUEST: the item is erased, or replaced, at every holder."""
    with node_at(home, passphrase_file) as tell:
        _print(tell("redress-grant", request=request, replaced_by=replaced_by, because=because), json_)


@redress.command("refuse")
@click.argument("request")
@click.option("--because", required=True, help="The reason, which the person will read.")
@home_options
@as_json
def refuse(request: str, because: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Refuse REQUEST, with its reason."""
    with node_at(home, passphrase_file) as tell:
        _print(tell("redress-refuse", request=request, because=because), json_)


def _print(shown: dict[str, Any], json_: bool) -> None:
    if json_:
        print_json(shown)
        return
    click.echo(
        _(
            "{state}: request {request} to {of} about {item}, answer by {answer_by}",
            state=said(shown["state"]),
            request=shown["id"][:12],
            of=shown["of"],
            item=shown["item"][:12],
            answer_by=shown["answer_by"],
        )
    )
