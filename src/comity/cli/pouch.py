"""`comity pouch` and `comity deliver`."""

import base64
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from comity.cli.command import command, group
from comity.cli.options import as_json, home_options, node_at, print_json, progress, write_whole
from comity.errors import BadInput, PeerUnreachable
from comity.languages import _, ngettext, said

#: Batches delivered between two looks, looks without any change until it is given up, and seconds between these.
_STRETCH, _STILL, _PAUSE = 16, 5, 0.2


@group()
def pouch() -> None:
    """Carry envelopes as a file: same bytes, same effect as over the wire."""


@pouch.command("pack")
@click.argument("party")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@home_options
@as_json
def pack(party: str, file: Path, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Put everything owed to PARTY, and receipts for it, into FILE.

    It stays owed until receipts come back; packing again makes another pouch of the same.
    """
    with node_at(home, passphrase_file) as tell:
        shown = tell("pouch-pack", peer=party)
    data = base64.b64decode(shown["pouch"])
    write_whole(file, data)
    if json_:
        print_json({"file": str(file), "bytes": len(data), **_without(shown, "pouch")})
    else:
        envelopes = ngettext("{count} envelope", "{count} envelopes", shown["envelopes"])
        receipts = ngettext("{count} receipt", "{count} receipts", shown["receipts"])
        size = ngettext("{count} byte", "{count} bytes", len(data))
        click.echo(f"{file}: {envelopes}, {receipts}, {size}")


@pouch.command("open")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@home_options
@as_json
def open_(file: Path, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Take in what the pouch FILE holds. Opening it again changes nothing."""
    from comity.carriers.pouch import MAX_POUCH_BYTES

    if file.stat().st_size > MAX_POUCH_BYTES:
        raise BadInput(f"{file}: larger than a pouch may be ({MAX_POUCH_BYTES} bytes)")
    with node_at(home, passphrase_file) as tell:
        shown = tell("pouch-open", data=file.read_bytes())
    if json_:
        print_json(shown)
        return
    line = _(
        "from {party}: new {new}, known already {known}, kept apart {apart}, receipts settled {settled}",
        party=shown["from"],
        new=shown["accepted"],
        known=shown["known"],
        apart=shown["quarantined"],
        settled=shown["settled"],
    )
    click.echo(line)
    for reason in shown["refused"]:
        click.echo("  " + _("not taken: {reason}", reason=said(reason)), err=True)
    if shown["accepted"] or shown["quarantined"]:
        command = f"comity pouch pack {shown['from']} FILE"
        click.echo("  " + _("next: {command} takes the receipts back", command=command), err=True)


@command()
@click.option("--to", default="", metavar="PARTY", help="Only what is owed to this Party.")
@home_options
@as_json
def deliver(to: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Try at once what is owed, whatever its next turn. Exit code 5 if something stays owed."""
    with node_at(home, passphrase_file) as tell:
        shown = _carried(tell, to)
    if json_:
        print_json(shown)
    else:
        for peer, count in shown["backlog"].items():
            owed = ngettext(
                "{count} envelope is owed to {peer}", "{count} envelopes are owed to {peer}", count, peer=peer
            )
            click.echo(f"{owed}: {said(shown['unreachable'].get(peer, '')) or _('under way')}")
        if not shown["backlog"]:
            click.echo(_("nothing is owed"))
    if shown["unreachable"]:
        raise PeerUnreachable(f"not reached: {', '.join(sorted(shown['unreachable']))}")


def _carried(tell: Callable[..., Any], to: str) -> dict[str, Any]:
    """Deliver a stretch at a time, and show how far it has come, until nothing moves any more."""
    shown: dict[str, Any] = tell("deliver", peer=to, first=True, batches=_STRETCH)
    whole = sum(shown["backlog"].values())
    with progress(_("delivering"), whole) as bar:
        still = 0
        while shown["backlog"] and not shown["unreachable"] and still < _STILL:
            before = sum(shown["backlog"].values())
            shown = tell("deliver", peer=to, first=False, batches=_STRETCH)
            owed = sum(shown["backlog"].values())
            bar(whole - owed)
            still = still + 1 if owed >= before else 0
            if still:
                time.sleep(_PAUSE)  # a serving node works by itself
    return shown


def _without(shown: dict[str, object], name: str) -> dict[str, object]:
    return {key: value for key, value in shown.items() if key != name}
