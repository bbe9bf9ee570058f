"""`comity agreement`, acting under it: notices, and what is held."""

from pathlib import Path

import click

from comity.agreements.folder import read_folder
from comity.cli.agreement import agreement
from comity.cli.agreement_concluding import write_added
from comity.cli.options import as_json, home_options, node_at, print_json, print_json_lines, print_table
from comity.errors import BadInput
from comity.languages import _, said


@agreement.command("notice")
@click.argument("agreement_id", metavar="AGREEMENT")
@click.option(
    "--kind",
    required=True,
    type=click.Choice(
        [
            "denunciation",
            "suspension",
            "resumption",
            "withdrawal",
            "accession",
            "instrument",
            "full-powers",
            "succession",
            "revocation",
        ]
    ),
)
@click.option("--field", "fields", multiple=True, metavar="NAME=VALUE", help="What else the notice says.")
@home_options
@as_json
def notice(
    agreement_id: str,
    kind: str,
    fields: tuple[str, ...],
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Give a notice under an AGREEMENT this node holds (by id, or the folder of its text); it is sent to the others."""
    said = {}
    for field in fields:
        name, equals, value = field.partition("=")
        if not equals:
            raise BadInput(f"--field `{field}` is not of the form NAME=VALUE")
        said[name] = value
    folder = Path(agreement_id)
    name = read_folder(folder).id if folder.is_dir() else agreement_id
    with node_at(home, passphrase_file) as tell:
        shown = tell("agreement-notice", agreement=name, kind=kind, fields=said)
    if folder.is_dir():
        write_added(folder, shown["files"], json_)
    elif json_:
        print_json({"files": sorted(shown["files"])})
    else:
        click.echo(_("given: {files}", files=", ".join(sorted(shown["files"]))))


@agreement.command("list")
@home_options
@as_json
def list_(home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """List the agreements this node holds, with their state now."""
    with node_at(home, passphrase_file) as tell:
        rows = tell("agreement-list")
    if json_:
        print_json_lines(rows)
        return
    print_table(
        [_("agreement"), _("state"), _("until"), _("parties"), _("title")],
        (
            [
                row["id"],
                said(row["status"]["state"]),
                row["status"]["until"] or _("no end"),
                ", ".join(row["parties"]),
                row["title"],
            ]
            for row in rows
        ),
        empty=_("no agreements are held"),
    )
