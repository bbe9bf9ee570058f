"""`comity file`: files larger than a letter carries, taken in and passed on in parts."""

import base64
import hashlib
import mimetypes
import os
import sys
from pathlib import Path
from typing import Any

import click

from comity.cli.command import group
from comity.cli.options import (
    as_json,
    home_options,
    item_options,
    node_at,
    print_consent_to_ask,
    print_decision,
    print_json,
    print_only_asked,
    print_read,
    print_taken_in,
    sharing_options,
)
from comity.cli.share import EXIT
from comity.errors import BadInput, ComityError, NotFound, VerificationFailed
from comity.languages import _, said


@group()
def file() -> None:
    """Take large files in, show them and share them, in parts.

    What fits one part (8 MiB) is an item like any other: `comity item add`.
    """


@file.command("add")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@item_options
@click.option("--marking", required=True, help="TLP 2.0 marking.")
@click.option("--title", default="", help="What people call it; by default the file's name.")
@home_options
@as_json
def add(
    file: Path,
    category: str,
    marking: str,
    title: str,
    label: str,
    pap: str,
    retention: str,
    caveat: str,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Take FILE in, up to 1 GiB, part by part; where one part is refused, nothing of it stays."""
    from comity.node.large_files import MAX_FILE_BYTES, PART_BYTES

    whole = {
        "title": title or file.name,
        "category": category,
        "marking": marking,
        "pap": pap,
        "retention": retention,
        "caveat": caveat,
    }
    parts: list[str] = []
    running = hashlib.sha256()
    with node_at(home, passphrase_file) as tell:
        size = file.stat().st_size
        if not PART_BYTES < size <= MAX_FILE_BYTES:
            raise BadInput(
                f"{file}: a file in parts has more than {PART_BYTES} bytes, and {MAX_FILE_BYTES} at the most",
                hint=f"comity item add {file}" if size <= PART_BYTES else "",
            )
        try:
            with file.open("rb") as source:
                while content := source.read(PART_BYTES):
                    running.update(content)
                    part = tell("file-part", content=content, number=len(parts) + 1, **whole)
                    parts.append(part["id"])
            shown = tell(
                "file-close",
                parts=parts,
                sha256=running.hexdigest(),
                label=label,
                media_type=mimetypes.guess_type(file.name)[0] or "application/octet-stream",
                **whole,
            )
        except (ComityError, OSError, KeyboardInterrupt):
            if parts:
                tell("file-drop", parts=parts)
            raise
    if json_:
        print_json(shown)
        return
    print_taken_in(shown, f"comity file read {shown['id'][:12]}")


@file.command("show")
@click.argument("id_", metavar="ID")
@click.option(
    "--save", type=click.Path(dir_okay=False, path_type=Path), help="Write the content to this file."
)
@home_options
@as_json
def show(id_: str, save: Path | None, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Show a file in parts: its name, size and digest, and which parts are not here yet."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("file-show", item=id_)
        if save is not None:
            _save(tell, shown, save)
            click.echo(_("content written to {file}", file=save), err=True)
    if json_:
        print_json(shown)
        return
    click.echo(f"{shown['item']['id']}\n  {shown['name']}")
    for name in ("size", "sha256", "media_type"):
        click.echo(f"  {said(name.replace('_', ' '))}: {shown[name]}")
    click.echo("  " + _("parts: {count}", count=len(shown["parts"])))
    if shown["missing"]:
        click.echo("  " + _missing(shown))


def _missing(shown: dict[str, Any]) -> str:
    return _(
        "parts {numbers} of {count} are not here",
        numbers=", ".join(str(each) for each in shown["missing"][:20]),
        count=len(shown["parts"]),
    )


def _save(tell: Any, shown: dict[str, Any], target: Path) -> None:
    """Write a file in parts out, whole or not at all."""
    if shown["missing"]:
        raise NotFound(_missing(shown), hint=_("they may be under way; look again later"))
    running = hashlib.sha256()
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with beside.open("wb") as out:
            for part in shown["parts"]:
                given = tell("item-content", item=part["item"])["content"]
                content = base64.b64decode(given) if isinstance(given, str) else given
                running.update(content)
                out.write(content)
        if running.hexdigest() != shown["sha256"]:
            raise VerificationFailed(f"the parts of {target} do not make the file that was signed")
        beside.replace(target)
    except OSError as error:
        raise BadInput(
            _("{file} cannot be written: {reason}", file=target, reason=error.strerror or error)
        ) from None
    finally:
        beside.unlink(missing_ok=True)


@file.command("read")
@click.argument("id_", metavar="ID")
@home_options
@as_json
def read(id_: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Confirm that you have read what must be read of a file in parts."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("file-read", item=id_)
    if json_:
        print_json(shown)
    else:
        print_read(shown)


@file.command("share")
@click.argument("id_", metavar="ID")
@sharing_options
@click.option("--dry-run", is_flag=True, help="Only ask the gate; nothing is entered or sent.")
@home_options
@as_json
def share(
    id_: str,
    to: str,
    purpose: str,
    under: str,
    dry_run: bool,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Share a file in parts with another Party: every part, and the list last. Said again, it goes on where it stopped.

    Exit code 0 permitted, 1 refused, 4 needs consent, 5 permitted but not delivered yet.
    """
    with node_at(home, passphrase_file) as tell:
        shown = tell("file-share", item=id_, to=to, purpose=purpose, under=under, dry_run=dry_run)
        delivery = tell("delivery", message=shown["message"]) if shown["message"] else None
    if json_:
        print_json({**shown, "delivery": delivery})
    else:
        print_decision(shown, item=shown["item"]["title"] or shown["item"]["id"][:12], to=to)
        if dry_run:
            print_only_asked()
        elif shown["decision"] == "needs-consent":
            print_consent_to_ask(shown, to, purpose)
        elif delivery is not None and delivery["state"] == "owed":
            words = _("permitted and queued in {count} parts; the list goes last", count=shown["parts"])
            click.echo(words, err=True)
    if delivery is not None and delivery["state"] == "owed":
        sys.exit(5)
    sys.exit(EXIT[shown["decision"]])
