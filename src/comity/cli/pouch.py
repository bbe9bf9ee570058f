"""`comity pouch` and `comity deliver`."""

import base64
from pathlib import Path

import click

from comity.cli.options import as_json, home_options, node_at, print_json
from comity.errors import BadInput, PeerUnreachable


@click.group()
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
    file.write_bytes(data)
    if json_:
        print_json({"file": str(file), "bytes": len(data), **_without(shown, "pouch")})
    else:
        click.echo(f"{file}: {shown['envelopes']} envelopes, {shown['receipts']} receipts, {len(data)} bytes")


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
    click.echo(
        f"from {shown['from']}: {shown['accepted']} new, {shown['known']} known already, "
        f"{shown['quarantined']} kept apart, {shown['settled']} receipts settled"
    )
    for reason in shown["refused"]:
        click.echo(f"  not taken: {reason}", err=True)
    if shown["accepted"] or shown["quarantined"]:
        click.echo(f"  next: comity pouch pack {shown['from']} FILE takes the receipts back", err=True)


@click.command()
@click.option("--to", default="", metavar="PARTY", help="Only what is owed to this Party.")
@home_options
@as_json
def deliver(to: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Try at once what is owed, whatever its next turn. Exit code 5 if something stays owed."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("deliver", peer=to)
    if json_:
        print_json(shown)
    else:
        for peer, count in shown["backlog"].items():
            click.echo(f"{count} still owed to {peer}: {shown['unreachable'].get(peer, 'under way')}")
        if not shown["backlog"]:
            click.echo("nothing is owed")
    if shown["unreachable"]:
        raise PeerUnreachable(f"not reached: {', '.join(sorted(shown['unreachable']))}")


def _without(shown: dict[str, object], name: str) -> dict[str, object]:
    return {key: value for key, value in shown.items() if key != name}
