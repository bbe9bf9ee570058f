"""`comity relay`: keep boxes for others without learning whose they are, and have a mailbox at such a place."""

import sys
from pathlib import Path
from typing import Any

import click

from comity.cli.command import group
from comity.cli.ending import ended_by_signal
from comity.cli.options import as_json, home_options, node_at, print_json, print_json_lines, print_table
from comity.languages import _, ngettext

FOLDER = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
_MIB = 1024 * 1024


@group()
def relay() -> None:
    """Run a relay, which keeps sealed boxes until they are fetched; have a mailbox at one."""


@relay.command("init")
@FOLDER
@click.option("--name", required=True, metavar="NAME", help="What agreements call it: relay.third.example.")
@click.option("--port", type=click.IntRange(1, 65535), required=True, help="The port it listens on.")
@click.option(
    "--listen", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="The address it listens on."
)
@click.option("--endpoint", default="", metavar="URL", help="Where nodes reach it: https://NAME:PORT.")
@as_json
def init(folder: Path, name: str, port: int, listen: str, endpoint: str, json_: bool) -> None:
    """Make FOLDER a relay: a key of connections and settings. It prints the address that nodes need."""
    from comity.relay.folder import RelayFolder

    made = RelayFolder.create(folder, name, listen=listen, port=port, endpoint=endpoint)
    address = str(made.address())
    if json_:
        print_json({"relay": str(folder), "name": name, "address": address})
        return
    click.echo(address)
    command = f"comity relay mailbox {address} --home HOME"
    click.echo("  " + _("next: {command}, at each node that wants a mailbox", command=command), err=True)


@relay.command("serve")
@FOLDER
def serve(folder: Path) -> None:
    """Run the relay in FOLDER: keep boxes, give them to whoever holds the mailbox's key, let them go in time.

    It writes no line about any mailbox, caller or box. Stop it with Ctrl-C or SIGTERM.
    """
    import structlog

    from comity.cli.quiet import json_log
    from comity.relay.service import Relay

    json_log()
    log = structlog.get_logger("comity.relay")
    with ended_by_signal() as ended, Relay(folder) as serving:
        log.info("serving", address=str(serving.address))
        if sys.stderr.isatty():
            name = serving.address.name
            click.echo(_("relay {name} serves; Ctrl-C stops it", name=name), err=True)
        ended.wait()
        log.info("stopping")
    log.info("stopped")


@relay.command("admit")
@FOLDER
@click.argument("mailbox")
@click.option(
    "--mib", type=click.IntRange(1, 1_000_000), default=256, show_default=True, help="MiB it may hold."
)
@click.option(
    "--boxes", type=click.IntRange(1, 10**9), default=20_000, show_default=True, help="Boxes it may hold."
)
@click.option(
    "--days",
    type=click.IntRange(1, 365),
    default=30,
    show_default=True,
    help="Days a box stays.",
)
@as_json
def admit(folder: Path, mailbox: str, mib: int, boxes: int, days: int, json_: bool) -> None:
    """Open MAILBOX at the relay in FOLDER, or change what it may hold."""
    from comity.relay.mailboxes import Mailbox, check_name

    check_name(mailbox)
    with _mailboxes(folder) as held:
        held.admit(Mailbox(mailbox, mib * _MIB, boxes, days))
    if json_:
        print_json({"mailbox": mailbox, "mib": mib, "boxes": boxes, "days": days})
    else:
        click.echo(_("{mailbox} may hold {mib} MiB in {boxes} boxes", mailbox=mailbox, mib=mib, boxes=boxes))


@relay.command("dismiss")
@FOLDER
@click.argument("mailbox")
@as_json
def dismiss(folder: Path, mailbox: str, json_: bool) -> None:
    """Close MAILBOX and destroy what is in it; what was sent is still owed by its senders."""
    with _mailboxes(folder) as held:
        count = held.dismiss(mailbox)
    if json_:
        print_json({"mailbox": mailbox, "destroyed": count})
    else:
        click.echo(ngettext("{count} box destroyed", "{count} boxes destroyed", count))


@relay.command("status")
@FOLDER
@as_json
def status(folder: Path, json_: bool) -> None:
    """List the mailboxes of the relay in FOLDER and how full they are."""
    with _mailboxes(folder) as held:
        rows = held.all()
    if json_:
        print_json_lines(
            {
                "mailbox": row.id, "boxes": row.boxes, "bytes": row.bytes, "most_boxes": row.most_boxes,
                "most_bytes": row.most_bytes, "days": row.days,
            }
            for row in rows
        )  # fmt: skip
        return
    table = [
        [
            row.id,
            f"{row.boxes}/{row.most_boxes}",
            f"{row.bytes // _MIB}/{row.most_bytes // _MIB}",
            str(row.days),
        ]
        for row in rows
    ]
    print_table([_("mailbox"), _("boxes"), "MiB", _("days")], table, empty=_("no mailbox yet"))


@relay.command("mailbox")
@click.argument("address")
@home_options
@as_json
def mailbox(address: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Name this node's mailbox at the relay ADDRESS, and the endpoint to put into its card."""
    with node_at(home, passphrase_file) as tell:
        shown: dict[str, Any] = tell("relay-mailbox", address=address)
    if json_:
        print_json(shown)
        return
    click.echo(shown["endpoint"])
    command = f"comity relay admit FOLDER {shown['mailbox']}"
    click.echo("  " + _("the relay's operator runs: {command}", command=command), err=True)
    click.echo("  " + _("then the endpoint above goes into your next card"), err=True)


def _mailboxes(folder: Path) -> Any:
    from contextlib import closing

    from comity.relay.folder import RelayFolder
    from comity.relay.mailboxes import Mailboxes

    found = RelayFolder(folder)
    return closing(Mailboxes(found.database, found.settings().most_mib * _MIB))
