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
#: Bytes asked of the node, or told to it, at once.
_LOAD = 64 * 1024 * 1024
_UNITS = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3, "ki": 1024, "mi": 1024**2, "gi": 1024**3}


class Size(click.ParamType[int]):
    """Bytes, with a unit: 700M, 1GiB."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read it."""
        if isinstance(value, int):
            return value
        text = str(value).strip().lower().removesuffix("b")
        digits = text.rstrip("kmgi")
        unit = _UNITS.get(text[len(digits) :])
        if not digits.isdecimal() or unit is None or not int(digits):
            self.fail(f"`{value}` is not a size such as 700M or 1GiB", param, ctx)
        return int(digits) * unit


@group()
def pouch() -> None:
    """Carry envelopes as files: same bytes, same effect as over the wire."""


@pouch.command("pack")
@click.argument("party")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--volume-size", type=Size(), default=None, metavar="SIZE", help="Divide it: 700M, 1GiB a volume."
)
@home_options
@as_json
def pack(
    party: str, file: Path, volume_size: int | None, home: Path, passphrase_file: Path | None, json_: bool
) -> None:
    """Put everything owed to PARTY, and receipts for it, into FILE, or into FILE.1, FILE.2, … of a size.

    It stays owed until receipts come back; packing again makes another pouch of the same.
    """
    from comity.carriers.pouch import MAX_POUCH_BYTES
    from comity.cli.pouch_files import PouchWriter

    if volume_size is not None and volume_size > MAX_POUCH_BYTES:
        raise BadInput(f"a volume has at most {MAX_POUCH_BYTES} bytes")
    with (
        PouchWriter(file, volume_size or MAX_POUCH_BYTES, several=volume_size is not None) as writer,
        node_at(home, passphrase_file) as tell,
    ):
        after, first, shown, answered = 0, True, dict[str, Any](), list[str]()
        while first or shown["left"]:
            shown = tell("pouch-load", peer=party, after=after, most_bytes=_LOAD, receipts=first)
            for kind in ("receipt", "envelope"):
                for data in shown[f"{kind}s"]:
                    writer.add(kind, base64.b64decode(data))
            answered += shown["answered"]
            after, first = shown["last"], False
        made = writer.finish(shown["party"], party, shown["now"])
        tell("pouch-packed", answered=answered)
    if json_:
        print_json(made)
        return
    envelopes = ngettext("{count} envelope", "{count} envelopes", made["envelopes"])
    receipts = ngettext("{count} receipt", "{count} receipts", made["receipts"])
    size = ngettext("{count} byte", "{count} bytes", made["bytes"])
    click.echo(f"{file}: {envelopes}, {receipts}, {size}")
    if volume_size is not None:
        for each in made["files"]:
            click.echo(f"  {each}")
    click.echo("  " + _("pouch {pouch}", pouch=made["pouch"]), err=True)
    if made["older"]:
        files = ", ".join(made["older"])
        click.echo("  " + _("of an older pouch, and no part of this one: {files}", files=files), err=True)


@pouch.command("open")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@home_options
@as_json
def open_(files: tuple[Path, ...], home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Take in what the pouch in FILES holds, all volumes or those at hand. Opening it again changes nothing.

    What is damaged, or of another pouch, is named with its file, and nothing is opened.
    """
    from comity.carriers.pouch import read_volume
    from comity.cli.pouch_files import check_files, portions

    with node_at(home, passphrase_file) as tell:
        outcomes = []
        for path in progressing(check_files(files), _("opening")):
            volume = read_volume(path.read_bytes())
            outcomes += [
                tell(
                    "pouch-take", pouch=volume.pouch, to=volume.manifest.to, number=volume.number,
                    volumes=len(volume.manifest.volumes), **portion,
                )
                for portion in portions(volume, _LOAD)
            ]  # fmt: skip
    shown = _together(volume.manifest.from_, volume.manifest.made, outcomes)
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
    click.echo("  " + _("pouch {pouch}", pouch=shown["pouch"]), err=True)
    for reason in shown["refused"]:
        click.echo("  " + _("not taken: {reason}", reason=said(reason)), err=True)
    if shown["missing"]:
        numbers = ", ".join(map(str, shown["missing"]))
        whole = _("of {count} volumes, not opened yet: {numbers}", count=shown["volumes"], numbers=numbers)
        click.echo(f"  {whole}", err=True)
    if shown["again"]:
        numbers = ", ".join(map(str, shown["again"]))
        click.echo("  " + _("opened before: volume {numbers}", numbers=numbers), err=True)
    if shown["quarantined"]:
        command = "comity inbox"
        click.echo("  " + _("next: {command} says why something was kept apart", command=command), err=True)
    if shown["accepted"] or shown["known"] or shown["quarantined"]:
        command = f"comity pouch pack {shown['from']} FILE"
        click.echo("  " + _("next: {command} takes the receipts back", command=command), err=True)


@pouch.command("slip")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--handed-by", default="", metavar="WHO", help="Who hands it over now, by function.")
@click.option("--taken-by", default="", metavar="WHO", help="Who takes it, by function.")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The page to write (HTML)."
)
@home_options
@as_json
def slip(
    files: tuple[Path, ...], handed_by: str, taken_by: str, out: Path, home: Path,
    passphrase_file: Path | None, json_: bool,
) -> None:  # fmt: skip
    """Write the slip that goes along with a pouch: what it is, and who handed it to whom, when.

    With --handed-by and --taken-by a line is added and kept; the page has room for more, to be filled in by hand.
    """
    from comity.carriers.pouch import unpack
    from comity.carriers.slip import Words, page_of, read_bare
    from comity.cli.pouch_files import check_files
    from comity.languages import current

    if bool(handed_by) != bool(taken_by):
        raise BadInput("--handed-by goes with --taken-by")
    with node_at(home, passphrase_file) as tell:
        first = unpack(check_files(files)[0].read_bytes())
        shown = tell(
            "pouch-slip", pouch=first.name, sender=first.manifest.from_, to=first.manifest.to,
            made=first.manifest.made, volumes=len(first.manifest.volumes), by=handed_by, taken_by=taken_by,
        )  # fmt: skip
    code = base64.b64decode(shown["code"])
    words = Words(
        title=_("Custody slip"),
        pouch=_("Pouch"),
        sender=_("From"),
        recipient=_("For"),
        made=_("Packed"),
        volumes=_("Volumes"),
        handed_by=_("Handed over by"),
        taken_by=_("Taken by"),
        when=_("When"),
        signatures=_("Signatures"),
        note=_(
            "Whoever opens the pouch is shown its name: it must be the one above. Its contents are sealed."
        ),
    )
    digests = [each.sha256 for each in first.manifest.volumes]
    write_whole(out, page_of(read_bare(code), digests, code, words, current()).encode())
    if json_:
        print_json({"file": str(out), **{key: value for key, value in shown.items() if key != "code"}})
    else:
        hands = ngettext("{count} hand-over", "{count} hand-overs", len(shown["hands"]))
        click.echo(f"{out}: {shown['pouch'][:16]}…, {hands}")


def progressing(paths: list[Path], what: str) -> Any:
    """Go through files and show how far it has come."""
    with progress(what, len(paths)) as bar:
        for count, path in enumerate(paths):
            yield path
            bar(count + 1)


def _together(sender: str, made: str, outcomes: list[dict[str, Any]]) -> dict[str, Any]:
    """Add up what became of each portion of each volume."""
    last = outcomes[-1]
    counted = {
        name: sum(each[name] for each in outcomes) for name in ("accepted", "known", "quarantined", "settled")
    }
    return {
        "from": sender,
        "made": made,
        "pouch": last["pouch"],
        "volumes": last["volumes"],
        "missing": last["missing"],
        "again": [number for each in outcomes for number in each["again"]],
        **counted,
        "refused": [reason for each in outcomes for reason in each["refused"]],
    }


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
        for name, reason in shown["unreachable"].items():
            if name not in shown["backlog"]:
                click.echo(f"{name}: {said(reason)}")
    if shown["unreachable"]:
        raise PeerUnreachable(f"not reached: {', '.join(sorted(shown['unreachable']))}")


def _carried(tell: Callable[..., Any], to: str) -> dict[str, Any]:
    """Deliver a stretch at a time, and show how far it has come, until nothing moves any more."""
    shown: dict[str, Any] = tell("deliver", peer=to, first=True, batches=_STRETCH)
    missed = {name: why for name, why in shown["unreachable"].items() if name not in shown["backlog"]}
    whole = sum(shown["backlog"].values())
    with progress(_("delivering"), whole) as bar:
        still = 0
        while shown["backlog"] and not (shown["unreachable"].keys() - missed) and still < _STILL:
            before = sum(shown["backlog"].values())
            shown = tell("deliver", peer=to, first=False, batches=_STRETCH)
            owed = sum(shown["backlog"].values())
            bar(whole - owed)
            still = still + 1 if owed >= before else 0
            if still:
                time.sleep(_PAUSE)  # a serving node works by itself
    return {**shown, "unreachable": {**missed, **shown["unreachable"]}}
