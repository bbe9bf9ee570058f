"""`comity journal export`: files that prove what stands in the journal, to whoever reads them with `comity verify`."""

import base64
from pathlib import Path

import click

from comity.cli.command import command
from comity.cli.options import INSTANT, as_json, home_options, node_at, print_json, write_whole
from comity.clock import Instant, format_instant
from comity.errors import BadInput
from comity.languages import _


@command()
@click.option("--evidence", metavar="ACT", help="One act: an entry's number, an act's digest, or an item.")
@click.option("--overseer", metavar="BODY", help="What the agreements let an inspector see.")
@click.option("--equivocation", metavar="PARTY", help="Two heads that PARTY signed for one size.")
@click.option("--from", "begin", type=INSTANT, metavar="TIME", help="With --overseer: from here on.")
@click.option("--until", "end", type=INSTANT, metavar="TIME", help="With --overseer: up to here, excluded.")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write."
)
@home_options
@as_json
def export(
    evidence: str | None,
    overseer: str | None,
    equivocation: str | None,
    begin: Instant | None,
    end: Instant | None,
    out: Path,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Write a file that proves itself: `comity verify FILE` reads it without any node.

    One of --evidence, --overseer and --equivocation says what goes in. Nothing that opens an item does.
    """
    with node_at(home, passphrase_file) as tell:
        _check(evidence, overseer, equivocation, begin, end)
        if evidence is not None:
            found = tell("journal-evidence", act=evidence)
        elif equivocation is not None:
            found = tell("journal-equivocation", peer=equivocation)
        else:
            assert begin is not None and end is not None
            found = tell(
                "journal-overseer", body=overseer, begin=format_instant(begin), end=format_instant(end)
            )
    data = base64.b64decode(found)
    write_whole(out, data)
    if json_:
        print_json({"file": str(out), "bytes": len(data)})
    else:
        click.echo(_("{file}: {count} bytes", file=out, count=len(data)))
        click.echo("  " + _("next: {hint}", hint=f"comity verify {out}"), err=True)


def _check(
    evidence: str | None,
    overseer: str | None,
    equivocation: str | None,
    begin: Instant | None,
    end: Instant | None,
) -> None:
    mistakes: list[str] = []
    if sum(each is not None for each in (evidence, overseer, equivocation)) != 1:
        mistakes.append(_("one of --evidence, --overseer and --equivocation says what to write"))
    if overseer is not None and (begin is None or end is None):
        mistakes.append(_("--overseer needs --from and --until"))
    if overseer is None and (begin is not None or end is not None):
        mistakes.append(_("--from and --until go with --overseer"))
    if mistakes:
        raise BadInput(*mistakes)
