"""`comity agreement`, concluding: roots, propose, sign, hold, certified copies."""

import base64
import sys
from pathlib import Path
from typing import Any

import click

from comity.agreements.folder import parse_agreement, read_files, read_folder, write_files
from comity.cli.agreement import agreement, counted
from comity.cli.options import as_json, home_options, node_at, print_json, print_json_lines
from comity.errors import BadInput, NotFound, RefusedHere
from comity.languages import _, ngettext, said


@agreement.command("roots")
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument(
    "cards", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
def roots(folder: Path, cards: tuple[Path, ...]) -> None:
    """Write into a draft in FOLDER the root keys of the Parties whose CARDS are given."""
    from comity.agreements.roots import with_roots
    from comity.cards import read_card

    read = [read_card(file.read_bytes(), root_fingerprint=None) for file in cards]
    named = {card.party: card.root_fingerprint for card in read}
    read_folder(folder)
    write_files(folder, with_roots(read_files(folder), named))
    for party, root in named.items():
        click.echo(f"{party}  {root}")


@agreement.command("propose")
@click.argument("folder", type=click.Path(path_type=Path))
@home_options
@as_json
def propose(folder: Path, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Send the text in FOLDER to its other Parties for signature, as far as their cards are known here.

    Exit code 5 if a node could not be reached: the proposal stays owed, and goes by pouch as well.
    """
    with node_at(home, passphrase_file) as tell:
        shown = tell("agreement-propose", files=dict(read_files(folder)))
    if json_:
        print_json(shown)
    else:
        click.echo(_("proposed to {parties}", parties=", ".join(shown["to"])))
        for peer, reason in shown["unreachable"].items():
            command = _("next: {hint}", hint=f"comity deliver, comity pouch pack {peer} FILE")
            click.echo(f"  {peer}: {said(reason)}\n  {command}", err=True)
    sys.exit(5 if shown["unreachable"] else 0)


@agreement.command("proposals")
@click.argument("name", metavar="[AGREEMENT]", default="")
@click.option("--out", type=click.Path(path_type=Path), help="Write the text of AGREEMENT into this folder.")
@home_options
@as_json
def proposals(name: str, out: Path | None, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """List the texts others propose, each looked over; or show one, by id or digest, with what lint finds."""
    with node_at(home, passphrase_file) as tell:
        rows = tell("agreement-proposals")
    if name:
        rows = [row for row in rows if name == row["agreement"] or row["digest"].startswith(name)]
        if not rows:
            raise NotFound(
                _("no proposal `{name}`", name=name[:80]), hint=_("comity agreement proposals lists them")
            )
        if len(rows) != 1:
            raise NotFound(
                f"`{name[:80]}` names {len(rows)} proposals", hint="comity agreement proposals lists them"
            )
    if out is not None:
        if not name:
            raise BadInput("--out needs the AGREEMENT to write")
        write_files(out, {path: base64.b64decode(data) for path, data in rows[0]["files"].items()})
        click.echo(_("{folder} holds the text", folder=out), err=True)
    shown = [{field: value for field, value in row.items() if field != "files"} for row in rows]
    if json_:
        print_json_lines(shown)
        return
    for row in shown:
        _print_proposal(row, whole=bool(name))
    if not shown:
        click.echo(_("nothing is proposed"), err=True)


def _print_proposal(row: dict[str, Any], *, whole: bool) -> None:
    signed_by = ", ".join(row["signed_by"]) or _("nobody yet")
    parties = ", ".join(row["parties"])
    click.echo(f"{row['agreement']}  {row['title']}  ({said(row['state'])})")
    for line in (
        _("proposed by {party} at {at}; Parties: {parties}", party=row["by"], at=row["at"], parties=parties),
        _("digest {digest}", digest=row["digest"]),
        _("signed by {parties}", parties=signed_by),
        counted([one["severity"] for one in row["findings"]]),
        *(_("declined by {said}", said=each) for each in row["declined"]),
    ):
        click.echo(f"  {line}")
    for one in row["findings"] if whole else ():
        click.echo(f"    {said(one['severity'])} {one['id']}: {said(one['message'])}")
    if row["state"] == "open":
        name = row["agreement"]
        command = f"comity agreement proposals {name} --out FOLDER, comity agreement sign {name}"
        click.echo("  " + _("next: {hint}", hint=command), err=True)


@agreement.command("decline")
@click.argument("name", metavar="AGREEMENT")
@click.option("--because", required=True, metavar="TEXT", help="Why; the proposer reads it.")
@home_options
@as_json
def decline(name: str, because: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Tell who proposed AGREEMENT (its id, or the beginning of its digest) that it will not be signed, and why.

    It may be signed later all the same. Exit code 5 if the proposer could not be reached: the answer stays owed.
    """
    with node_at(home, passphrase_file) as tell:
        shown = tell("agreement-decline", name=name, because=because)
    if json_:
        print_json(shown)
    else:
        click.echo(_("declined; {parties} is told", parties=", ".join(shown["to"])))
        for peer, reason in shown["unreachable"].items():
            click.echo(f"  {peer}: {said(reason)}", err=True)
    sys.exit(5 if shown["unreachable"] else 0)


@agreement.command("sign")
@click.argument("text", metavar="FOLDER|AGREEMENT")
@click.option(
    "--function", default="", help="In which function; by default one the text gives full powers to."
)
@click.option(
    "--protocol",
    type=click.IntRange(1, 9999),
    default=None,
    metavar="N",
    help="Sign protocol N instead of the text.",
)
@click.option(
    "--notice",
    type=click.IntRange(1, 9999),
    default=None,
    metavar="N",
    help="Sign notice N, of another, instead.",
)
@home_options
@as_json
def sign(
    text: str,
    function: str,
    protocol: int | None,
    notice: int | None,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Sign the text in FOLDER, or the one proposed under the id AGREEMENT, for this Party and hold it.

    The signature is added to FOLDER, and goes by itself to the Parties that have the text. A protocol of an agreement
    held here goes with it; an accession or succession of another is approved by signing its notice.
    """
    if protocol and notice:
        raise BadInput(_("--protocol and --notice are signed one after the other"))
    folder = Path(text)
    with node_at(home, passphrase_file) as tell:
        if protocol or notice:
            files = dict(read_files(folder)) if folder.is_dir() else {}
            shown = tell(
                "agreement-sign-part",
                agreement=parse_agreement(files).id if files else text,
                files=files,
                kind="protocol" if protocol else "notice",
                number=protocol or notice,
                function=function,
            )
        elif folder.is_dir():
            shown = tell("agreement-sign", files=dict(read_files(folder)), function=function)
        else:
            shown = tell("agreement-sign-named", name=text, function=function)
    if shown["signed_on"] and not json_:
        click.echo(_("signed already on {day}; nothing was sent", day=shown["signed_on"]))
    elif folder.is_dir():
        write_added(folder, shown["files"], json_)
    elif json_:
        print_json({"files": sorted(shown["files"])})
    else:
        click.echo(_("signed: {files}", files=", ".join(sorted(shown["files"]))))


@agreement.command("hold")
@click.argument("folder", type=click.Path(path_type=Path))
@home_options
@as_json
def hold(folder: Path, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Take in what is new in FOLDER: others' signatures, protocols, notices."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("agreement-hold", files=dict(read_files(folder)))
    if json_:
        print_json(shown)
        return
    click.echo(_("{agreement} is held ({digest})", agreement=shown["id"], digest=shown["digest"][:12]))
    for problem in shown["problems"]:
        click.echo("  " + _("does not count: {problem}", problem=said(problem)))


@agreement.command("copy")
@click.argument("agreement_id", metavar="AGREEMENT")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@home_options
@as_json
def copy(agreement_id: str, folder: Path, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Write a certified copy of AGREEMENT into FOLDER: every text and signature, and this node's certificate."""
    if folder.exists() and any(folder.iterdir()):
        raise RefusedHere(f"{folder} is not empty", hint="name a new folder")
    with node_at(home, passphrase_file) as tell:
        shown = tell("agreement-copy", agreement=agreement_id)
    write_added(folder, shown["files"], json_)


@agreement.command("verify")
@click.argument("folder", type=click.Path(path_type=Path))
@as_json
def verify(folder: Path, json_: bool) -> None:
    """Check a certified copy in FOLDER offline: its certificate, every file, every signature.

    Exit code 6 if a file differs from what was certified, or a signature does not hold.
    """
    from comity.node.certify import CERTIFICATE, check_copy

    certificate = folder / CERTIFICATE
    if not certificate.is_file():
        raise NotFound(
            f"{folder} holds no {CERTIFICATE}", hint="comity agreement copy makes certified copies"
        )
    found = check_copy(read_files(folder), certificate.read_bytes())
    if json_:
        print_json(
            {
                "agreement": found.agreement,
                "digest": found.digest,
                "certified_by": found.by,
                "at": found.at,
                "files": len(found.files),
                "signed_by": [
                    {"party": each.party, "function": each.function, "at": each.at}
                    for each in found.signed_by
                ],
            }
        )
        return
    what = {"agreement": found.agreement, "party": found.by, "at": found.at}
    click.echo(_("{agreement}: a true copy, certified by {party} at {at}", **what))
    click.echo("  " + _("digest {digest}", digest=found.digest))
    click.echo("  " + ngettext("{count} file", "{count} files", len(found.files)))
    for each in found.signed_by:
        what = {"party": each.party, "function": each.function, "at": each.at}
        click.echo("  " + _("signed by {party} ({function}) at {at}", **what))


def write_added(folder: Path, files: dict[str, str], json_: bool) -> None:
    """Write files a node gave into a folder, and name them."""
    write_files(folder, {name: base64.b64decode(data) for name, data in files.items()})
    if json_:
        print_json({"files": sorted(files)})
        return
    for name in sorted(files):
        click.echo(f"{folder}/{name}")
