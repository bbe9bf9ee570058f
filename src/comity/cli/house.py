"""`comity init`, `comity status`."""

from pathlib import Path

import click

from comity.cli.command import command
from comity.cli.options import as_json, home_options, new_passphrase_from, node_at, print_json, write_whole
from comity.cli.peer import print_lines
from comity.errors import NotFound
from comity.languages import _, ngettext, said


@command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--party", required=True, metavar="ID", help="Whose node: a DNS name such as cert.north.example."
)
@click.option("--name", default="", help="The Party's name in words.")
@click.option("--language", default="en", show_default=True, help="The language of that name.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port its endpoint listens on.")
@click.option(
    "--listen",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="The address it listens on; TLS on any but loopback.",
)
@click.option("--endpoint", default="", metavar="URL", help="Where others reach it: https://NAME:PORT.")
@click.option(
    "--function",
    "functions",
    multiple=True,
    default=("director",),
    show_default=True,
    help="Full powers of the officer's key, as agreements name them; repeat for several.",
)
@click.option("--deployment", default="production", show_default=True, help="Which world it belongs to.")
@click.option(
    "--card", "card_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the card here too."
)
@click.option(
    "--root-keys",
    type=click.IntRange(1, 16),
    default=1,
    show_default=True,
    help="How many keys share the root; give each to another person.",
)
@click.option(
    "--threshold",
    type=click.IntRange(1, 16),
    default=1,
    show_default=True,
    help="How many of them sign a card; fewer than there are.",
)
@click.option(
    "--console",
    type=click.IntRange(0, 65535),
    default=0,
    help="The port of its console on loopback; the first two officers' links are printed.",
)
@click.option(
    "--database",
    default="",
    metavar="URL",
    help="Keep the rows in this empty PostgreSQL database, for several workers; by default in a file of the home.",
)
@click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Lock the key files with the passphrase in this file.",
)
@as_json
def init(
    folder: Path,
    party: str,
    name: str,
    language: str,
    port: int,
    listen: str,
    endpoint: str,
    functions: tuple[str, ...],
    deployment: str,
    card_file: Path | None,
    root_keys: int,
    threshold: int,
    console: int,
    database: str,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Make FOLDER a node's home: new keys, an empty database, a first card."""
    from comity.assemble import new_home
    from comity.cards import read_card

    passphrase = new_passphrase_from(passphrase_file)
    if card_file is not None and not card_file.parent.is_dir():
        raise NotFound(_("no folder `{folder}`", folder=card_file.parent))
    signed = new_home(
        folder,
        party,
        names={language: name or party},
        port=port,
        listen=listen,
        endpoint=endpoint,
        deployment=deployment,
        functions=functions,
        passphrase=passphrase() if passphrase else None,
        root_keys=root_keys,
        threshold=threshold,
        console=console,
        database=database,
    )
    links = _first_officers(folder, passphrase_file) if console else {}
    if card_file is not None:
        write_whole(card_file, signed)
    card = read_card(signed, root_fingerprint=None)
    if json_:
        made = {"home": str(folder), "party": party, "root": card.root_fingerprint, "version": 1}
        print_json({**made, "links": links} if links else made)
        return
    click.echo(_("{folder} is the home of {party}", folder=folder, party=party))
    click.echo("  " + _("root {root}", root=card.root_fingerprint))
    click.echo("  " + _("expires {day}", day=f"{card.card.expires:%Y-%m-%d}"))
    if passphrase is None:
        alone = _("the keys are protected by the file system alone; --passphrase-file locks them")
        click.echo(f"  {alone}", err=True)
    for handle, link in links.items():
        click.echo("  " + _("{handle} comes in once by {link}", handle=handle, link=link))
    if not card.card.endpoints:
        ways = _(
            "the card names no endpoint: letters come by pouch and relay alone; --port and --endpoint name one"
        )
        click.echo(f"  {ways}", err=True)
    if card_file is not None:
        click.echo("  " + _("next: give {file} to your partners", file=card_file), err=True)
        return
    command = f"comity card show --home {folder} > {party}.card"
    click.echo("  " + _("next: {command}, and give it to your partners", command=command), err=True)


#: The first two officers of a console: one for the work, and one who looks after it and reads no content.
_FIRST = {
    "officer": ("case-officer", "liaison", "consent-giver", "agreement-keeper"),
    "administrator": ("administrator",),
}


def _first_officers(folder: Path, passphrase_file: Path | None) -> dict[str, str]:
    """Make the first officers; give the links by which they come in."""
    with node_at(folder, passphrase_file) as tell:
        return {
            handle: tell("officer-add", handle=handle, roles=list(roles))["link"]
            for handle, roles in _FIRST.items()
        }


@command()
@home_options
@as_json
def status(home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Tell whose node this is, which agreements it holds, and what is under way."""
    with node_at(home, passphrase_file) as tell:
        shown = {**tell("status"), "agreements": tell("agreement-list")}
    if json_:
        print_json(shown)
        return
    serving = _("serving") if shown["serving"] else _("not serving")
    click.echo(f"{shown['party']} ({shown['deployment']}, {serving}), {shown['now']}")
    for agreement in shown["agreements"]:
        state = agreement["status"]
        what = {
            "agreement": agreement["id"],
            "state": said(state["state"]),
            "parties": ", ".join(agreement["parties"]),
        }
        if state["until"]:
            line = _("{agreement}: {state} until {until}, with {parties}", until=state["until"], **what)
        else:
            line = _("{agreement}: {state}, with {parties}", **what)
        click.echo(f"  {line}")
    for peer, count in shown["backlog"].items():
        line = ngettext(
            "{count} envelope is owed to {peer}", "{count} envelopes are owed to {peer}", count, peer=peer
        )
        click.echo(f"  {line}")
    print_lines(shown["lines"])
    for each in shown["mailboxes"]:
        click.echo(
            "  "
            + _("mailbox at {relay}: not emptied since {since}", relay=each["relay"], since=each["since"])
        )
        click.echo(f"    {said(each['reason'])}")
    if shown["trouble"]:
        click.echo(f"  {shown['trouble']}")
    if shown["behind"]:
        behind = ", ".join(shown["behind"])
        click.echo("  " + said(f"behind what {behind} has kept: restored from an old backup"))
        command = f"comity journal reconcile {shown['behind'][0]}"
        click.echo("  " + _("next: {hint}", hint=command), err=True)
    if shown["time_waits"]:
        click.echo("  " + said(shown["time_waits"]))
    for each in shown["stopped"]:
        click.echo(f"  {each['party']}: {each['reason']}")
        click.echo("  " + _("next: {hint}", hint=f"comity peer resume {each['party']} --because …"), err=True)
