"""`comity init`, `comity status`, `comity card`."""

import base64
from pathlib import Path

import click

from comity.cli.options import as_json, home_options, node_at, passphrase_from, print_json


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--party", required=True, metavar="ID", help="Whose node: a DNS name such as cert.north.example."
)
@click.option("--name", default="", help="The Party's name in words.")
@click.option("--language", default="en", show_default=True, help="The language of that name.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Where the endpoint listens on loopback."
)
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
    functions: tuple[str, ...],
    deployment: str,
    card_file: Path | None,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Make FOLDER a node's home: new keys, an empty database, a first card."""
    from comity.assemble import new_home
    from comity.cards import read_card

    passphrase = passphrase_from(passphrase_file)
    signed = new_home(
        folder,
        party,
        names={language: name or party},
        port=port,
        deployment=deployment,
        functions=functions,
        passphrase=passphrase() if passphrase else None,
    )
    if card_file is not None:
        card_file.write_bytes(signed)
    card = read_card(signed, root_fingerprint=None)
    if json_:
        print_json({"home": str(folder), "party": party, "root": card.root_fingerprint, "version": 1})
        return
    click.echo(f"{folder} is the home of {party}")
    click.echo(f"  root {card.root_fingerprint}")
    click.echo(f"  expires {card.card.expires:%Y-%m-%d}")
    if passphrase is None:
        click.echo(
            "  the keys are protected by the file system alone; --passphrase-file locks them", err=True
        )
    click.echo(
        f"  next: comity card show --home {folder} > {party}.card, and give it to your partners", err=True
    )


@click.command()
@home_options
@as_json
def status(home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Tell whose node this is, which agreements it holds, and what is under way."""
    with node_at(home, passphrase_file) as tell:
        shown = {**tell("status"), "agreements": tell("agreement-list")}
    if json_:
        print_json(shown)
        return
    serving = "serving" if shown["serving"] else "not serving"
    click.echo(f"{shown['party']} ({shown['deployment']}, {serving}), {shown['now']}")
    for agreement in shown["agreements"]:
        state = agreement["status"]
        until = f" until {state['until']}" if state["until"] else ""
        click.echo(f"  {agreement['id']}: {state['state']}{until}, with {', '.join(agreement['parties'])}")
    for peer, count in shown["backlog"].items():
        click.echo(f"  {count} owed to {peer}")


@click.group()
def card() -> None:
    """Show one's card, accept another Party's."""


@card.command("show")
@click.argument("party", default="")
@home_options
@as_json
def show(party: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Print the card of PARTY, one's own by default, as the file to give to partners."""
    from comity.cards import read_card

    with node_at(home, passphrase_file) as tell:
        shown = tell("card-show", party=party)
    signed = base64.b64decode(shown["signed"])
    read = read_card(signed, root_fingerprint=None)
    if json_:
        print_json(
            {
                "party": read.party,
                "version": read.card.version,
                "root": read.root_fingerprint,
                "digest": read.digest,
                "expires": read.card.expires.isoformat(),
                "endpoints": list(read.card.endpoints),
            }
        )
        return
    click.echo(signed.decode())
    click.echo(
        f"{read.party}, version {read.card.version}, root {read.root_fingerprint}, "
        f"expires {read.card.expires:%Y-%m-%d}",
        err=True,
    )


@card.command("accept")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@home_options
@as_json
def accept(file: Path, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Accept a Party's card from FILE."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("card-accept", signed=file.read_bytes())
    if json_:
        print_json(shown)
        return
    click.echo(f"accepted: {shown['party']}, version {shown['version']}")
    click.echo(
        f"  root {shown['root']}\n  compare it with that Party by another way; the agreement will pin it",
        err=True,
    )
