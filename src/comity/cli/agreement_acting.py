"""`comity agreement`, acting under it: notices, and what is held."""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from comity.agreements.folder import read_files, read_folder
from comity.cli.agreement import agreement
from comity.cli.agreement_concluding import write_added
from comity.cli.options import (
    INSTANT,
    as_json,
    home_options,
    node_at,
    print_json,
    print_json_lines,
    print_table,
)
from comity.clock import Instant
from comity.errors import BadInput
from comity.languages import _, ngettext, said


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
            "reintroduction",
        ]
    ),
    help="What the notice does.",
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
    """Give a notice under an AGREEMENT this node holds (by id, or the folder of its text); it is sent to the others.

    An accession to a text not held here needs its folder, and `--field signs=FUNCTION` (several with commas): who signs
    for the newcomer.
    """
    said = {}
    for field in fields:
        name, equals, value = field.partition("=")
        if not equals:
            raise BadInput(f"--field `{field}` is not of the form NAME=VALUE")
        said[name] = value
    folder = Path(agreement_id)
    name = read_folder(folder).id if folder.is_dir() else agreement_id
    brought = dict(read_files(folder)) if kind == "accession" and folder.is_dir() else {}
    with node_at(home, passphrase_file) as tell:
        shown = tell("agreement-notice", agreement=name, kind=kind, fields=said, files=brought)
    if folder.is_dir():
        write_added(folder, shown["files"], json_)
    elif json_:
        print_json({"files": sorted(shown["files"])})
    else:
        click.echo(_("given: {files}", files=", ".join(sorted(shown["files"]))))


@agreement.command("simulate")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--instead-of",
    default="",
    metavar="AGREEMENT",
    help="The agreement held that the draft takes the place of.",
)
@click.option(
    "--at",
    type=INSTANT,
    default=None,
    help="As if it had entered into force on this day; by default with the one it replaces.",
)
@click.option("--unsigned", is_flag=True, help="Said for clearness: a draft counts as signed here always.")
@home_options
@as_json
def simulate(
    folder: Path,
    instead_of: str,
    at: Instant | None,
    unsigned: bool,  # noqa: ARG001 - what it asks for is always done
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Decide the journal's past again as if the draft in FOLDER had stood. Nothing is entered or sent.

    Exit code 1 if any decision would have come out otherwise.
    """
    with node_at(home, passphrase_file) as tell:
        shown = tell(
            "agreement-simulate",
            files=dict(read_files(folder)),
            instead_of=instead_of,
            from_day=at.date().isoformat() if at else "",
        )
    if json_:
        print_json(shown)
    else:
        for line in _simulation_lines(shown):
            click.echo(line)
    sys.exit(1 if shown["changes"] else 0)


def _simulation_lines(shown: dict[str, Any]) -> Iterator[str]:
    replayed = ngettext("{count} decision", "{count} decisions", shown["replayed"])
    if shown["instead_of"]:
        yield _(
            "{draft} instead of {agreement}: {decisions} decided again",
            draft=shown["draft"],
            agreement=shown["instead_of"],
            decisions=replayed,
        )
    else:
        yield _(
            "{draft} beside the others: {decisions} decided again", draft=shown["draft"], decisions=replayed
        )
    became = Counter(each["after"] for each in shown["changes"])
    if became["refused"]:
        yield ngettext(
            "this {count} disclosure would be refused",
            "these {count} disclosures would be refused",
            became["refused"],
        )
    if became["needs-consent"]:
        yield ngettext(
            "this {count} disclosure would need consent",
            "these {count} disclosures would need consent",
            became["needs-consent"],
        )
    if became["permitted"]:
        yield ngettext(
            "this {count} disclosure would be permitted",
            "these {count} disclosures would be permitted",
            became["permitted"],
        )
    if not shown["changes"]:
        yield _("nothing would have come out otherwise")
    for each in shown["changes"]:
        grounds = ", ".join(dict.fromkeys(said(ground["ref"]) for ground in each["grounds"]))
        before, after = said(each["before"]), said(each["after"])
        asked = " " + _("ask {parties}", parties=", ".join(each["ask"])) if each["ask"] else ""
        yield f"  {each['at']}  {each['item'][:12]} → {each['to']}  {before} → {after}{asked}  [{grounds}]"
    if shown["unreadable"]:
        yield ngettext(
            "{count} entry no longer holds what was asked: it was erased",
            "{count} entries no longer hold what was asked: it was erased",
            shown["unreadable"],
        )


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
                row["status"]["until"] or ("" if row["status"]["state"] == "ended" else _("no end")),
                ", ".join(row["parties"]),
                row["title"],
            ]
            for row in rows
        ),
        empty=_("no agreements are held"),
    )
