"""`comity card`: cards shown and accepted, keys listed, rotated and revoked, cards signed in steps.

The private keys of the root are read only here, in the process of whoever types the command; a serving node never sees
them. What goes to the node is the signed card.
"""

import base64
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.cli.command import group
from comity.cli.options import (
    DAY,
    as_json,
    home_options,
    new_passphrase_from,
    node_at,
    passphrase_from,
    print_json,
    print_json_lines,
    print_table,
    write_whole,
)
from comity.errors import BadInput
from comity.languages import _, ngettext, said

if TYPE_CHECKING:
    from comity.cards.drafts import Draft
    from comity.control.client import Teller

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW_FILE = click.Path(dir_okay=False, path_type=Path)
_ROLES = ("everyday", "officer", "witness", "tls", "sealing")


@group()
def card() -> None:
    """Show cards and keys, accept cards, rotate and revoke keys."""


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
                "revoked": [
                    {"key": each.keyid, "as_of": each.as_of.isoformat(), "because": each.because}
                    for each in read.card.revoked
                ],
            }
        )
        return
    click.echo(signed.decode())
    line = _(
        "{party}, version {version}, root {root}, expires {day}",
        party=read.party,
        version=read.card.version,
        root=read.root_fingerprint,
        day=f"{read.card.expires:%Y-%m-%d}",
    )
    click.echo(line, err=True)


@card.command("accept")
@click.argument("file", type=_FILE)
@home_options
@as_json
def accept(file: Path, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Accept a Party's card from FILE."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("card-accept", signed=file.read_bytes())
    if json_:
        print_json(shown)
        return
    click.echo(_("accepted: {party}, version {version}", party=shown["party"], version=shown["version"]))
    compare = _("compare it with that Party by another way; the agreement will pin it")
    root = _("root {root}", root=shown["root"])
    click.echo(f"  {root}\n  {compare}", err=True)


@card.command("keys")
@home_options
@as_json
def keys(home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """List the keys of this Party: role, days, functions, and what is to be known of each now."""
    with node_at(home, passphrase_file) as tell:
        rows = tell("card-keys")
    if json_:
        print_json_lines(rows)
        return
    print_table(
        [_("role"), _("key"), _("from"), _("until"), _("state"), _("here"), _("functions")],
        (
            [
                row["role"],
                row["key"][:24],
                row["from"][:10],
                row["until"][:10],
                said(row["state"]),
                _("yes") if row["held"] else "",
                ", ".join(row["functions"]),
            ]
            for row in rows
        ),
        empty=_("the card names no keys"),
    )


@card.command("rotate")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice(_ROLES),
    help="Which key gives way to a new one; repeat for several.",
)
@click.option(
    "--overlap",
    type=click.IntRange(0, 365),
    default=30,
    show_default=True,
    metavar="DAYS",
    help="How long the old sealing key goes on opening what is under way.",
)
@click.option("--out", type=_NEW_FILE, help="Write the draft here, if the root is not at hand.")
@home_options
@as_json
def rotate(
    roles: tuple[str, ...],
    overlap: int,
    out: Path | None,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Make new keys for these roles and put them into the next card.

    Where enough root keys lie in the home, the card is signed and published at once; otherwise a draft is written for
    whoever holds them.
    """
    with node_at(home, passphrase_file) as tell:
        made = tell("card-draft", roles=list(roles), overlap_days=overlap)
        _sign_here_or_write(tell, made, out, home, passphrase_file, json_)


@card.command("revoke-key")
@click.argument("key")
@click.option("--as-of", type=DAY, required=True, help="The first day from which it counts no more.")
@click.option(
    "--because",
    type=click.Choice(["lost", "stolen"]),
    required=True,
    help="Whether somebody else may have it.",
)
@click.option("--no-replacement", is_flag=True, help="Make no new key in its place.")
@click.option("--out", type=_NEW_FILE, help="Write the draft here, if the root is not at hand.")
@home_options
@as_json
def revoke_key(
    key: str,
    as_of: date,
    because: str,
    no_replacement: bool,
    out: Path | None,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Say that KEY (a role, or the beginning of a fingerprint) was lost or stolen on a day; it is replaced.

    What it signed from that day on is flagged here and at every peer, never deleted. It cannot be taken back.
    """
    revoke = [{"key": key, "as_of": f"{as_of:%Y-%m-%d}T00:00:00Z", "because": because}]
    with node_at(home, passphrase_file) as tell:
        made = tell("card-draft", revoke=revoke, replace=not no_replacement)
        _sign_here_or_write(tell, made, out, home, passphrase_file, json_)


@card.command("draft")
@click.option("--role", "roles", multiple=True, type=click.Choice(_ROLES), help="A new key for this role.")
@click.option(
    "--root", "roots", multiple=True, type=_FILE, help="A public key of another root; repeat for several."
)
@click.option("--threshold", type=click.IntRange(1, 16), default=1, help="How many of them sign a card.")
@click.option("--endpoint", "endpoints", multiple=True, help="Where envelopes are taken; repeat for several.")
@click.option(
    "--name", "names", multiple=True, metavar="LANGUAGE=NAME", help="The Party's name in a language."
)
@click.option(
    "--card-version", "version", type=click.IntRange(2, 2**53 - 1), help="A higher number than the next."
)
@click.option("--out", type=_NEW_FILE, required=True, help="Write the draft here.")
@home_options
@as_json
def draft(
    roles: tuple[str, ...],
    roots: tuple[Path, ...],
    threshold: int,
    endpoints: tuple[str, ...],
    names: tuple[str, ...],
    version: int | None,
    out: Path,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Draft the next card, to be signed in steps: with another root, new keys, endpoints or names.

    Without any option the present keys go on: the card only speaks longer.
    """
    from comity.storage.key_files import read_public
    from comity.strict import write_base64

    named: dict[str, str] = {}
    for each in names:
        language, equals, name = each.partition("=")
        if not equals:
            raise BadInput(_("--name `{given}` is not of the form LANGUAGE=NAME", given=each))
        named[language] = name
    public = [write_base64(read_public(file).raw) for file in roots]
    with node_at(home, passphrase_file) as tell:
        made = tell(
            "card-draft",
            roles=list(roles),
            root=public,
            threshold=threshold,
            endpoints=list(endpoints) or None,
            names=named or None,
            version=version,
        )
    _write_draft(base64.b64decode(made["draft"]), made["files"], out, json_)


@card.command("sign")
@click.argument("draft_file", metavar="DRAFT", type=_FILE)
@click.option(
    "--key",
    "key_files",
    multiple=True,
    type=_FILE,
    help="A root key to sign with; without one it is only shown.",
)
@click.option("--passphrase-file", type=_FILE, help="File that holds the passphrase of that key.")
@as_json
def sign(draft_file: Path, key_files: tuple[Path, ...], passphrase_file: Path | None, json_: bool) -> None:
    """Show what the card in DRAFT changes, and sign it with a root key. Needs no node and no network."""
    from comity.cards.drafts import read_draft, sign_draft, write_draft
    from comity.storage.key_files import read_signing_key

    read = read_draft(draft_file.read_bytes())
    if not json_:
        _print_changes(read)
    for file in key_files:
        read = sign_draft(read, read_signing_key(file, passphrase_from(passphrase_file)))
    if key_files:
        write_whole(draft_file, write_draft(read))
    if json_:
        print_json({"draft": str(draft_file), **_state(read)})
        return
    _print_missing(read, draft_file)


@card.command("publish")
@click.argument("draft_file", metavar="DRAFT", type=_FILE)
@click.option(
    "--root-lost",
    is_flag=True,
    help="The root before cannot sign: a reintroduction that all Parties sign will stand in for it.",
)
@home_options
@as_json
def publish(draft_file: Path, root_lost: bool, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Take the signed card in DRAFT for this Party's own, and tell every peer."""
    from comity.cards.drafts import finish, read_draft

    with node_at(home, passphrase_file) as tell:
        signed = finish(read_draft(draft_file.read_bytes()), root_lost=root_lost)
        shown = tell("card-publish", signed=signed, root_lost=root_lost)
    _print_published(shown, json_)
    if root_lost and not json_:
        click.echo(
            "  " + _("next: {hint}", hint="comity agreement notice AGREEMENT --kind reintroduction"), err=True
        )


@card.command("root-key")
@click.argument("file", type=_NEW_FILE)
@click.option("--passphrase-file", type=_FILE, help="Lock the key with the passphrase in this file.")
def root_key(file: Path, passphrase_file: Path | None) -> None:
    """Make a root key in FILE and print its public half. Needs no node: make it where it is to be kept."""
    from comity.keys import SigningKey
    from comity.storage.key_files import public_line, write_key

    if not file.absolute().parent.is_dir():
        raise BadInput(_("no folder `{folder}`", folder=file.parent))
    passphrase = new_passphrase_from(passphrase_file)
    key = SigningKey.generate()
    write_key(file, key, passphrase() if passphrase else None)
    click.echo(public_line(key.public))
    click.echo(
        "  " + _("give this line to whoever drafts the card; the file itself stays with you"), err=True
    )


@card.command("lock")
@click.option(
    "--new-passphrase-file", type=_FILE, help="File that holds the new passphrase; else it is asked for."
)
@click.option("--keyring", is_flag=True, help="Keep it in the keyring of the system, for this user.")
@home_options
@as_json
def lock(
    new_passphrase_file: Path | None, keyring: bool, home: Path, passphrase_file: Path | None, json_: bool
) -> None:
    """Lock every key in the home with a new passphrase. No node may serve it meanwhile."""
    from comity.storage.home import HomeFolder

    folder = HomeFolder(home)
    folder.settings()
    folder.take()
    try:
        given = new_passphrase_from(new_passphrase_file) or _ask_twice
        present = folder.secret(passphrase_from(passphrase_file))
        files = folder.lock_keys(present, given(), in_keyring=keyring)
    finally:
        folder.close()
    if json_:
        print_json({"locked": [str(file) for file in files], "keyring": keyring})
        return
    click.echo(ngettext("{count} key is locked", "{count} keys are locked", len(files)))


def _ask_twice() -> str:
    given: str = click.prompt(
        _("new passphrase of the keys"), hide_input=True, confirmation_prompt=True, err=True
    )
    return given


def _sign_here_or_write(
    tell: "Teller",
    made: dict[str, Any],
    out: Path | None,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Sign a draft with the root keys that lie in the home and publish it; write it for their holders otherwise."""
    from comity.cards.drafts import finish, missing, read_draft, sign_draft, write_draft
    from comity.storage.home import HomeFolder

    data = base64.b64decode(made["draft"])
    read = read_draft(data)
    folder = HomeFolder(home)
    for key in folder.root_keys(folder.secret(passphrase_from(passphrase_file))):
        read = sign_draft(read, key)
    if missing(read):
        target = out or home / f"card-{read.card.version}.draft"
        _write_draft(write_draft(read), made["files"], target, json_)
        return
    _print_published(tell("card-publish", signed=finish(read)), json_)


def _write_draft(data: bytes, files: list[str], out: Path, json_: bool) -> None:
    from comity.cards.drafts import read_draft

    write_whole(out, data)
    read = read_draft(data)
    if json_:
        print_json({"draft": str(out), "keys": files, **_state(read)})
        return
    _print_changes(read)
    _print_missing(read, out)


def _state(read: "Draft") -> dict[str, Any]:
    from comity.cards.drafts import changes, missing

    return {
        "version": read.card.version,
        "changes": [
            {"what": each.what, "name": each.name, "before": each.before, "after": each.after}
            for each in changes(read)
        ],
        "signed_by": [mark.keyid for mark in read.signatures],
        "missing": [
            {"which": each.which, "root": each.root, "more": each.more, "keys": list(each.keys)}
            for each in missing(read)
        ],
    }


def _print_changes(read: "Draft") -> None:
    from comity.cards.drafts import changes

    click.echo(_("card {version} of {party}:", version=read.card.version, party=read.card.party))
    for each in changes(read):
        what, name, before, after = _WHAT()[each.what], each.name[:31], each.before, each.after
        change = f"{before} → {after}" if before and after else before or after
        click.echo(f"  {what} {name}: {change}" if name else f"  {what}: {change}")


def _WHAT() -> dict[str, str]:  # noqa: N802  a table, made when the language is known
    return {
        "version": _("version"),
        "root": _("root, signed by"),
        "expires": _("speaks until"),
        "endpoints": _("reached at"),
        "names": _("names"),
        "key-new": _("new key"),
        "key-gone": _("key left out"),
        "key-changed": _("key changed"),
        "revoked": _("revoked key"),
    }


def _print_missing(read: "Draft", file: Path) -> None:
    from comity.cards.drafts import missing

    lacking = missing(read)
    for each in lacking:
        line = ngettext(
            "{count} signature is missing under the root {root}",
            "{count} signatures are missing under the root {root}",
            each.more,
            root=each.root[:31],
        )
        click.echo(line)
        for key in each.keys:
            click.echo("  " + _("may sign: {key}", key=key))
    command = f"comity card sign {file} --key FILE" if lacking else f"comity card publish {file}"
    click.echo("  " + _("next: {hint}", hint=command), err=True)


def _print_published(shown: dict[str, Any], json_: bool) -> None:
    from comity.cards import read_card

    if json_:
        print_json({name: value for name, value in shown.items() if name != "signed"})
        return
    expires: datetime = read_card(base64.b64decode(shown["signed"]), root_fingerprint=None).card.expires
    line = _(
        "published: card {version} of {party}, which speaks until {day}",
        version=shown["version"],
        party=shown["party"],
        day=f"{expires:%Y-%m-%d}",
    )
    click.echo(line)
    for key in shown["destroyed"]:
        click.echo("  " + _("destroyed: {key}", key=key))
    for peer, reason in shown["unreachable"].items():
        click.echo(f"  {peer}: {said(reason)}", err=True)
