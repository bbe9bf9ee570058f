"""`comity agreement`: read, check, sign and hold agreements."""

import base64
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.agreements.agreement import Agreement
from comity.agreements.folder import read_files, read_folder, write_files
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

if TYPE_CHECKING:
    from comity.agreements.leaks import Leaks
    from comity.agreements.rules.rule import Finding

folders = click.argument(
    "folders", nargs=-1, required=True, metavar="FOLDER…", type=click.Path(path_type=Path)
)


def _read_all(paths: Sequence[Path]) -> list[Agreement]:
    """Read every folder; the mistakes of all of them at once."""
    found: list[Agreement] = []
    mistakes: list[str] = []
    for path in paths:
        try:
            found.append(read_folder(path))
        except BadInput as error:
            mistakes.extend(f"{path}/{mistake}" if len(paths) > 1 else mistake for mistake in error.mistakes)
    if mistakes:
        raise BadInput(*mistakes)
    return found


@click.group()
def agreement() -> None:
    """Read, check, sign and hold agreements."""


@agreement.command("lint")
@folders
@as_json
def lint(folders: tuple[Path, ...], json_: bool) -> None:
    """Find what is missing or does not hold together, before anyone signs.

    Exit code 0 clean or warnings only, 1 an error, 2 a text that cannot be read.
    """
    from comity.agreements.coherence import lint as find

    agreements = _read_all(folders)
    worst = 0
    for each in agreements:
        findings = find(each, [other for other in agreements if other.id != each.id])
        if json_:
            print_json_lines(_finding_fields(each.id, finding) for finding in findings)
        else:
            for finding in findings:
                click.echo(str(finding))
            counts = {
                level: sum(one.severity == level for one in findings)
                for level in ("error", "warning", "info")
            }
            click.echo(
                f"{each.id}: {counts['error']} errors, {counts['warning']} warnings, {counts['info']} remarks",
                err=True,
            )
        if any(finding.severity == "error" for finding in findings):
            worst = 1
    sys.exit(worst)


@agreement.command("status")
@folders
@click.option("--at", type=INSTANT, default=None, help="The day or time asked about; now by default.")
@click.option("--unsigned", is_flag=True, help="Count texts without signature files as signed on their day.")
@click.option("--known", type=INSTANT, default=None, help="Leave out what was received after this time.")
@as_json
def status(
    folders: tuple[Path, ...], at: Instant | None, unsigned: bool, known: Instant | None, json_: bool
) -> None:
    """Tell the state of each agreement on a day, and what changes it next."""
    from comity.agreements.status import status as status_of

    agreements = _read_all(folders)
    instant = at or datetime.now(UTC)
    for each in agreements:
        others = [other for other in agreements if other.id != each.id]
        found = status_of(each, instant, others, unsigned=unsigned, known_at=known)
        shown = found.to_json()
        if json_:
            print_json(shown)
            continue
        click.echo(f"{each.id}: {shown['state']}")
        for name, words in (
            ("since", "since"),
            ("until", "until"),
            ("notice_deadline", "last day for notice"),
        ):
            if shown[name]:
                click.echo(f"  {words} {shown[name]}")
        if shown["next"]:
            click.echo(f"  next: {shown['next']['event']} at {shown['next']['at']}")
        click.echo(f"  by {', '.join(shown['grounds'])}" if shown["grounds"] else "  by nothing yet")
        for line in found.without_effect:
            click.echo(f"  without effect: {line}")


@agreement.command("diff")
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@as_json
def diff(before: Path, after: Path, json_: bool) -> None:
    """Tell in legal words what AFTER changes in BEFORE. Exit code 1 if they differ."""
    from comity.agreements.comparison import compare, summary

    changes = compare(read_folder(before), read_folder(after))
    if json_:
        print_json_lines(
            {
                "kind": change.kind,
                "clause": change.clause,
                "said": change.said,
                "before": str(change.before) if change.before else None,
                "after": str(change.after) if change.after else None,
            }
            for change in changes
        )
    else:
        click.echo(summary(changes))
        for change in changes:
            click.echo(f"  {change.said}")
    sys.exit(1 if changes else 0)


@agreement.command("leaks")
@folders
@as_json
def leaks(folders: tuple[Path, ...], json_: bool) -> None:
    """Find every path by which what one Party gives could reach another without its word, or prove there is none.

    Exit code 1 if there is a path.
    """
    from comity.agreements.leaks import find_leaks

    found = find_leaks(_read_all(folders))
    if json_:
        print_json(
            {
                "proven": found.proven,
                "leaks": [
                    {
                        "origin": leak.origin,
                        "to": leak.to,
                        "category": leak.category,
                        "kind": leak.kind,
                        "path": [
                            {"from": step.from_, "to": step.to, "ref": str(step.ref)} for step in leak.path
                        ],
                        "because": leak.because,
                        "asks": list(leak.asks),
                    }
                    for leak in found.leaks
                ],
                "bounds": [
                    {
                        "origin": bound.origin,
                        "agreement": bound.agreement,
                        "kind": bound.kind,
                        "ref": str(bound.ref),
                    }
                    for bound in found.bounds
                ],
                "openings": [
                    {"agreement": each.agreement, "ref": str(each.ref), "said": each.said}
                    for each in found.openings
                ],
            }
        )
    else:
        _print_leaks(found)
    sys.exit(0 if found.proven else 1)


def _print_leaks(found: "Leaks") -> None:
    for leak in found.leaks:
        click.echo(str(leak))
    for opening in found.openings:
        click.echo(f"{opening.ref}: {opening.said}")
    if found.proven:
        click.echo("no path: what each Party gives is bound by its own word")
        for bound in dict.fromkeys((bound.origin, str(bound.ref)) for bound in found.bounds):
            click.echo(f"  {bound[0]}: {bound[1]}")


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
    write_files(folder, with_roots(read_files(folder), named))
    for party, root in named.items():
        click.echo(f"{party}  {root}")


@agreement.command("sign")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--function", default="", help="In which function; by default one the text gives full powers to."
)
@home_options
@as_json
def sign(folder: Path, function: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Sign the text in FOLDER for this Party and hold it. The signature is added to the folder for the others."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("agreement-sign", files=dict(read_files(folder)), function=function)
    _write_added(folder, shown["files"], json_)


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
    click.echo(f"{shown['id']} is held ({shown['digest'][:12]})")
    for problem in shown["problems"]:
        click.echo(f"  does not count: {problem}")


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
        _write_added(folder, shown["files"], json_)
    elif json_:
        print_json({"files": sorted(shown["files"])})
    else:
        click.echo(f"given: {', '.join(sorted(shown['files']))}")


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
        ["agreement", "state", "until", "parties", "title"],
        (
            [
                row["id"],
                row["status"]["state"],
                row["status"]["until"] or "no end",
                ", ".join(row["parties"]),
                row["title"],
            ]
            for row in rows
        ),
        empty="no agreements are held",
    )


def _finding_fields(agreement_id: str, finding: "Finding") -> dict[str, Any]:
    return {
        "agreement": agreement_id,
        "id": finding.id,
        "severity": finding.severity,
        "ref": str(finding.ref) if finding.ref else None,
        "file": finding.file,
        "line": finding.line,
        "message": finding.message,
        "reason": finding.reason,
        "source": finding.source,
    }


def _write_added(folder: Path, files: dict[str, str], json_: bool) -> None:
    write_files(folder, {name: base64.b64decode(data) for name, data in files.items()})
    if json_:
        print_json({"files": sorted(files)})
        return
    for name in sorted(files):
        click.echo(f"{folder}/{name}")
