"""`comity journal`: show, verify, replay, reconcile."""

import sys
import time
from pathlib import Path
from typing import Any

import click

from comity.cli.command import group
from comity.cli.journal_export import export
from comity.cli.options import (
    LIMIT,
    NUMBER,
    as_json,
    home_options,
    node_at,
    print_json,
    print_json_lines,
    print_table,
)
from comity.errors import BadInput, NotFound, PeerUnreachable
from comity.languages import _, said

#: Seconds to wait for a peer's account.
_WAIT = 20.0


@group()
def journal() -> None:
    """Show, verify and reconcile the journal."""


journal.add_command(export)


@journal.command("show")
@click.option("--channel", default="", metavar="PARTY", help="Only what concerns this Party.")
@click.option("--after", type=NUMBER, default=0, help="Only entries after this number.")
@click.option("--limit", type=LIMIT, default=200, show_default=True, help="At most so many.")
@home_options
@as_json
def show(channel: str, after: int, limit: int, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """List entries, oldest first."""
    with node_at(home, passphrase_file) as tell:
        found = tell("journal-show", channel=channel, after=after, limit=limit + (not json_))
    rows = found[:limit]
    if json_:
        print_json_lines(rows)
        return
    print_table(
        [_("number"), _("at"), _("channel"), _("kind"), _("act")],
        ([str(row["number"]), row["at"], row["channel"], row["kind"], row["act"][:16]] for row in rows),
        empty=_("the journal is empty"),
    )
    for row in rows:
        if row["flag"]:
            click.echo(_("flagged: entry {number}: {why}", number=row["number"], why=row["flag"]))
    if len(found) > limit:
        last = rows[-1]["channel_number"] if channel else rows[-1]["number"]
        command = "comity journal show" + (f" --channel {channel}" if channel else "") + f" --after {last}"
        click.echo(_("there are newer entries"), err=True)
        click.echo("  " + _("next: {hint}", hint=command), err=True)


@journal.command("verify")
@click.option(
    "--witnessed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Checkpoints of this journal that a peer kept (its `comity journal witnessed`), to hold it against.",
)
@click.option("--resume", is_flag=True, help="Go on behind the entries that were found whole before.")
@home_options
@as_json
def verify(
    witnessed: Path | None, resume: bool, home: Path, passphrase_file: Path | None, json_: bool
) -> None:
    """Read the journal through and name what is altered, missing, moved or back-dated. Exit code 6 if anything is."""
    if witnessed and resume:
        raise BadInput("--witnessed holds the whole journal against what others kept: not with --resume")
    notes = _notes(witnessed) if witnessed else ()
    with node_at(home, passphrase_file) as tell:
        shown = tell("journal-verify", witnessed=list(notes), resume=resume)
    if json_:
        print_json(shown)
    else:
        for fault in shown["faults"]:
            click.echo(
                _("entry {number}: {kind}", number=fault["number"], kind=said(fault["kind"]))
                + f": {said(fault['text'])}"
            )
        if shown["further"]:
            click.echo(_("and {further} more", further=shown["further"]))
        for each in shown["flagged"]:
            click.echo(_("flagged: entry {number}: {why}", number=each["number"], why=each["why"]))
        if shown["ok"]:
            against = (
                " " + _("and agrees with {notes} checkpoints kept by others", notes=len(notes))
                if notes
                else ""
            )
            click.echo(_("{entries} entries: whole{against}", entries=shown["entries"], against=against))
            if shown["before"]:
                click.echo(
                    "  " + _("{entries} before them were found whole earlier", entries=shown["before"])
                )
    sys.exit(0 if shown["ok"] else 6)


@journal.command("replay")
@click.argument("number", type=NUMBER)
@home_options
@as_json
def replay(number: int, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Decide entry NUMBER again, on the texts and acts of its day.

    Exit code 6 if the answer is not the same, byte for byte.
    """
    with node_at(home, passphrase_file) as tell:
        shown = tell("journal-replay", number=number)
    if json_:
        print_json(shown)
    else:
        asked = _(
            "entry {number}: {item} from {giver} to {to} for {purpose}, {at}",
            number=shown["number"],
            item=shown["item"][:12],
            giver=shown["from"],
            to=shown["to"],
            purpose=shown["purpose"],
            at=shown["at"],
        )
        click.echo(asked)
        click.echo("  " + _("answered then: {outcome}", outcome=said(shown["outcome"])))
        if not shown["known_again"]:
            click.echo("  " + _("what was known then cannot be put together again"))
        else:
            same = _("the same, byte for byte") if shown["same"] else _("not the same")
            outcome = said(shown["again"]["decision"])
            click.echo("  " + _("answered again: {outcome} ({same})", outcome=outcome, same=same))
    sys.exit(0 if shown["same"] else 6)


@journal.command("witnessed")
@click.argument("party")
@home_options
def witnessed_(party: str, home: Path, passphrase_file: Path | None) -> None:
    """Print the checkpoints kept of PARTY's side of the channel, as a file PARTY, or an inspector, can verify with."""
    with node_at(home, passphrase_file) as tell:
        notes = tell("journal-witnessed", peer=party)
    for note in notes:
        click.echo(note, nl=False)
        click.echo(_END)


@journal.command("reconcile")
@click.argument("party")
@click.option(
    "--unreceipted-after",
    "hours",
    type=click.IntRange(0, 24 * 3660),
    default=24,
    show_default=True,
    help="Show what was sent and not receipted for so many hours.",
)
@click.option("--last", is_flag=True, help="Ask nothing; show what was found last, as after a pouch.")
@home_options
@as_json
def reconcile(
    party: str, hours: int, last: bool, home: Path, passphrase_file: Path | None, json_: bool
) -> None:
    """Compare this side of the channel with PARTY's. Exit code 6 on a difference, 5 if PARTY cannot be reached."""
    with node_at(home, passphrase_file) as tell:
        shown = _last(tell, party, hours) if last else _ask(tell, party, hours)
    if json_:
        print_json(shown)
    else:
        print_comparison(shown)
    sys.exit(0 if shown["clean"] else 6)


def _last(tell: Any, party: str, hours: int) -> dict[str, Any]:
    found: dict[str, Any] | None = tell("journal-comparison", peer=party, unreceipted_after=hours)
    if found is None:
        raise NotFound(
            f"the journals with {party} have not been compared", hint=f"comity journal reconcile {party}"
        )
    return found


def _ask(tell: Any, party: str, hours: int) -> dict[str, Any]:
    before = tell("journal-comparison", peer=party, unreceipted_after=hours)
    asked = tell("journal-reconcile", peer=party)
    if asked["unreachable"]:
        raise PeerUnreachable(
            asked["unreachable"],
            hint=f"comity pouch pack {party} FILE carries the question, "
            f"comity journal reconcile {party} --last shows what came of it",
        )
    return _wait_for_answer(tell, party, before, hours)


def print_comparison(shown: dict[str, Any]) -> None:
    """Print what two accounts show."""
    click.echo(_("with {peer}: {agreed} messages agreed", peer=shown["peer"], agreed=shown["agreed"]))
    words = {
        "lost": _("sent and receipted, but {peer} does not have it"),
        "under_way": _("sent, no receipt yet"),
        "unseen": _("{peer} says it sent it; it is not here"),
        "foreign": _("{peer} says it received it; it was never sent from here"),
        "forgotten": _("received here; {peer} does not say it sent it"),
    }
    for name, text in words.items():
        for act in shown[name]:
            click.echo(f"  {act[:16]}  {text.format(peer=shown['peer'])}")
    for late in shown["unreceipted"]:
        click.echo(
            f"  {late['message'][:16]}"
            + "  "
            + _("{kind} of {at}: no receipt since", kind=late["kind"], at=late["owed_at"])
        )


def _wait_for_answer(tell: Any, party: str, before: dict[str, Any] | None, hours: int) -> dict[str, Any]:
    until = time.monotonic() + _WAIT
    while time.monotonic() < until:
        found: dict[str, Any] | None = tell("journal-comparison", peer=party, unreceipted_after=hours)
        if found is not None and (before is None or found["at"] != before["at"]):
            return found
        time.sleep(0.1)
    raise PeerUnreachable(
        f"{party} has not answered yet",
        hint=f"its answer is entered when it comes: comity journal reconcile {party} --last",
    )


_END = "-----"


def _notes(file: Path) -> tuple[str, ...]:
    text = file.read_text(errors="replace")
    notes = tuple(note.lstrip("\n") for note in text.split(f"{_END}\n") if note.strip())
    if not notes:
        raise BadInput(f"{file}: holds no checkpoint", hint="make it with: comity journal witnessed PARTY")
    return notes
