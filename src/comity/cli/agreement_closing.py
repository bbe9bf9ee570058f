"""`comity agreement closing`: what becomes of what was exchanged once an agreement has ended."""

import base64
import sys
from pathlib import Path
from typing import Any

import click

from comity.agreements.folder import read_folder
from comity.cli.agreement import agreement
from comity.cli.options import as_json, home_options, node_at, print_json, print_table, write_whole
from comity.errors import BadInput
from comity.languages import _, ngettext, said


@agreement.command("closing")
@click.argument("name", metavar="AGREEMENT")
@click.option(
    "--with", "peer", default="", metavar="PARTY", help="With this Party; with each other one by default."
)
@click.option("--execute", is_flag=True, help="Carry out what is due here, and answer item by item.")
@click.option(
    "--handed-over",
    multiple=True,
    metavar="ITEM",
    help="With --execute: material or equipment that a person has handed back; repeat for several.",
)
@click.option("--because", default="", metavar="TEXT", help="How it was handed over.")
@click.option("--sign", is_flag=True, help="Put the account forward, or countersign the other Party's.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the statement both signed to this file.",
)
@home_options
@as_json
def closing(
    name: str,
    peer: str,
    execute: bool,
    handed_over: tuple[str, ...],
    because: str,
    sign: bool,
    out: Path | None,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Show what is due at the end of an AGREEMENT (its id or folder), item by item; carry it out; sign the account.

    Exit code 1 while something is open. The file --out writes is checked by `comity verify`, without any node.
    """
    if sum((execute, sign, out is not None)) > 1:
        raise BadInput(_("one of --execute, --sign and --out at a time"))
    if (handed_over or because) and not execute:
        raise BadInput(_("--handed-over and --because go with --execute"))
    folder = Path(name)
    agreement_id = read_folder(folder).id if folder.is_dir() else name
    with node_at(home, passphrase_file) as tell:
        if out is not None:
            data = base64.b64decode(tell("agreement-closing-file", agreement=agreement_id, peer=peer))
            write_whole(out, data)
            click.echo(f"{out}: {len(data)} bytes")
            click.echo("  " + _("next: {hint}", hint=f"comity verify {out}"), err=True)
            return
        if execute:
            tables = tell(
                "agreement-closing-execute",
                agreement=agreement_id,
                peer=peer,
                handed_over=list(handed_over),
                because=because,
            )
        elif sign:
            tables = tell("agreement-closing-sign", agreement=agreement_id, peer=peer)
        else:
            tables = tell("agreement-closing", agreement=agreement_id, peer=peer, limit=0)
        tables = [_whole(tell, agreement_id, table) for table in tables]
    if json_:
        print_json({"agreement": agreement_id, "with": tables})
    else:
        for table in tables:
            _print(table)
    sys.exit(1 if any(table["open"] for table in tables) else 0)


def _whole(tell: Any, agreement_id: str, table: dict[str, Any]) -> dict[str, Any]:
    """Give a table with all its lines; they come page by page."""
    lines: list[dict[str, Any]] = []
    after = ""
    while True:
        (page,) = tell("agreement-closing", agreement=agreement_id, peer=table["peer"], after=after)
        lines += page["lines"]
        after = page["after"]
        if not after:
            return {**{name: value for name, value in table.items() if name != "after"}, "lines": lines}


def _print(table: dict[str, Any]) -> None:
    head = _(
        "{agreement} with {party}: {state} ({event}; {grounds})",
        agreement=table["agreement"],
        party=table["peer"],
        state=said(table["state"]),
        event=said(table["event"]),
        grounds=", ".join(table["grounds"]),
    )
    click.echo(head)
    if not table["binding"]:
        click.echo("  " + _("it has not ended: this is what would be due"))
    rows = [
        [
            line["item"][:12],
            f"{line['giver']} → {line['holder']}",
            said(line["duty"]) if line["duty"] else "",
            line["ground"],
            _answer_of(line),
        ]
        for line in table["lines"]
    ]
    print_table(
        [_("which item"), _("from, to"), _("duty"), _("on what ground"), _("answered")],
        rows,
        empty=_("nothing that passed under it is held"),
    )
    for line in table["lines"]:
        for party, answer in line["onward"].items():
            what = said(answer) if answer else _("no answer yet")
            click.echo(
                "  "
                + _("{item} went on to {party}: {answer}", item=line["item"][:12], party=party, answer=what)
            )
    if table["under_way"]:
        click.echo(
            "  "
            + ngettext(
                "{count} letter to {party} is still under way",
                "{count} letters to {party} are still under way",
                table["under_way"],
                party=table["peer"],
            )
        )
    if table["open"]:
        click.echo("  " + ngettext("{count} item is open", "{count} items are open", table["open"]))
    elif len(table["signed_by"]) == 2:
        click.echo("  " + _("closed: signed by {parties}", parties=", ".join(table["signed_by"])))
    elif table["signed_by"]:
        click.echo("  " + _("signed by {party} alone", party=table["signed_by"][0]))


def _answer_of(line: dict[str, Any]) -> str:
    if not line["answer"]:
        return _("a person hands it over") if line["by_hand"] else ""
    told = said(line["answer"])
    if line["because"]:
        told += f": {line['because']}"
    if line["backups_until"]:
        told += " " + _("(no backup opens it after {day})", day=line["backups_until"][:10])
    return told
