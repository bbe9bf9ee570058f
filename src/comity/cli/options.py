"""Options and outputs that several commands share."""

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from comity.clock import Instant, format_instant, parse_instant
from comity.errors import BadInput
from comity.languages import _, said

if TYPE_CHECKING:
    from comity.control.client import Teller

#: Control characters, line ends of any kind, and what turns the direction of writing.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

#: Verbs whose outcome has lines of its own.
_LINES = ("journal-witnessed",)

#: Longer than anyone remembers.
_MAX_PASSPHRASE = 1024

F = TypeVar("F", bound=Callable[..., Any])


def home_options(command: F) -> F:
    """Add `--home` and `--passphrase-file`."""
    command = click.option(
        "--passphrase-file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="File that holds the passphrase of the node's keys.",
    )(command)
    return click.option(
        "--home",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="COMITY_HOME",
        required=True,
        show_envvar=True,
        help="The node's home.",
    )(command)


as_json = click.option("--json", "json_", is_flag=True, help="Print one JSON object (JSON Lines for lists).")


@contextmanager
def node_at(home: Path, passphrase_file: Path | None) -> "Iterator[Teller]":
    """Give a way to tell the node of a home what to do.

    What is shown to people comes from others in part: nothing in it moves a cursor or begins a line of its own.
    """
    from comity.cli.quiet import quiet_log
    from comity.control.client import node_at as teller_at

    quiet_log()  # what a command could not deliver it says itself, in its own words
    as_is = click.get_current_context().params.get("json_", False)
    with teller_at(home, passphrase=passphrase_from(passphrase_file)) as tell:
        yield (
            lambda verb, **parameters: (
                tell(verb, **parameters) if as_is or verb in _LINES else printable(tell(verb, **parameters))
            )
        )


def printable(value: Any) -> Any:
    """Put what others wrote so that nothing in it moves a cursor or begins a line of its own."""
    if isinstance(value, str):
        return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", value)
    if isinstance(value, list):
        return [printable(each) for each in value]
    if isinstance(value, dict):
        if isinstance(value.get("text"), str) and "ref" in value:
            # An article runs over several lines of its agreement; cited, it stands on one.
            value = {**value, "text": " ".join(value["text"].split())}
        return {key: printable(each) for key, each in value.items()}
    return value


def passphrase_from(file: Path | None) -> Callable[[], str] | None:
    """Give how the passphrase is read: from a file or a file descriptor (`/dev/fd/3`), or asked for at the terminal.

    Never from arguments or the environment. None where nobody can be asked.
    """
    if file is not None:
        return lambda: _passphrase(file)
    return _ask if sys.stdin is not None and sys.stdin.isatty() else None


def new_passphrase_from(file: Path | None) -> Callable[[], str] | None:
    """Give how the passphrase of new keys is read; None leaves them to the file system, unasked."""
    return None if file is None else lambda: _passphrase(file)


def _ask() -> str:
    given: str = click.prompt(_("passphrase of the keys"), hide_input=True, err=True)
    return given


def _passphrase(file: Path) -> str:
    try:
        read = file.read_bytes()[: _MAX_PASSPHRASE + 1].decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise BadInput(_("{file}: the passphrase is not UTF-8", file=file)) from None
    if not read or len(read.encode()) > _MAX_PASSPHRASE or "\n" in read:
        raise BadInput(
            _(
                "{file}: one line was expected, of 1 to {most} bytes: the passphrase",
                file=file,
                most=_MAX_PASSPHRASE,
            )
        )
    return read


def write_whole(file: Path, data: bytes) -> None:
    """Write a file for the user, whole or not at all: what stood there stays until the new one is complete."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        beside.write_bytes(data)
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise BadInput(
            _("{file} cannot be written: {reason}", file=file, reason=error.strerror or error)
        ) from None


def read_for_item(file: Path) -> bytes:
    """Read a file that is to be one item.

    Raises:
        BadInput: it is larger than an item may be.
    """
    from comity.node.items import MAX_BODY_BYTES

    size = file.stat().st_size
    if size > MAX_BODY_BYTES:
        raise BadInput(
            _(
                "{file} has {size} bytes; an item has {most} at the most",
                file=file,
                size=size,
                most=MAX_BODY_BYTES,
            ),
            hint=f"comity file add {file} --category CATEGORY --marking MARKING",
        )
    return file.read_bytes()


class InstantType(click.ParamType[Instant]):
    """A time in RFC 3339, or a plain day, which means its beginning in UTC."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Instant:
        """Read it."""
        if isinstance(value, Instant):
            return value
        text = f"{value}T00:00:00Z" if len(str(value)) == 10 else str(value)
        try:
            return parse_instant(text)
        except BadInput:
            self.fail(
                _(
                    "`{value}` is not a time such as 2031-03-14T09:00:00Z or a day such as 2031-03-14",
                    value=value,
                ),
                param,
                ctx,
            )


INSTANT = InstantType()


class DayType(click.ParamType[date]):
    """A plain day."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read it."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(_("`{value}` is not a day such as 2031-03-14", value=value), param, ctx)


DAY = DayType()

#: How many rows a list may give at the most.
LIMIT = click.IntRange(1, 100_000)
#: A number of an entry.
NUMBER = click.IntRange(0, 2**53 - 1)


def print_json(value: Any) -> None:
    """Print one JSON value on one line, in UTF-8 or, where the terminal has another encoding, in ASCII."""
    ascii_ = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "") != "utf8"
    line = json.dumps(value, ensure_ascii=ascii_, default=_plain)
    click.echo(_UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", line))


def print_json_lines(values: Iterable[Any]) -> None:
    """Print JSON Lines."""
    for value in values:
        print_json(value)


def print_csv(rows: list[Mapping[str, Any]]) -> None:
    """Print rows as CSV (RFC 4180); nothing in it runs as a formula in a spreadsheet."""
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\r\n")
    heads = list(rows[0]) if rows else []
    writer.writerow(heads)
    for row in rows:
        writer.writerow([_cell(row[head]) for head in heads])


def _cell(value: Any) -> str:
    text = "" if value is None else json.dumps(value) if isinstance(value, dict | list) else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _plain(value: Any) -> str:
    if isinstance(value, Instant):
        return format_instant(value)
    return str(value)


#: Columns by which a row is called: a name cut in two cannot be copied.
_NEVER_CUT = frozenset({"item", "request", "consent", "agreement", "number", "record"})


def print_table(heads: list[str], rows: Iterable[list[str]], *, empty: str) -> None:
    """Print a table for people; in full width where it is piped on."""
    kept = list(rows)
    if not kept:
        click.echo(empty, err=True)
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    kept_whole = {said(each) for each in _NEVER_CUT}
    table = Table(box=box.SIMPLE, show_edge=False, pad_edge=False)
    for head in heads:
        table.add_column(head, overflow="fold", no_wrap=head in kept_whole)
    for row in kept:
        table.add_row(*(Text(cell) for cell in row))
    width = None if sys.stdout.isatty() else 200
    Console(highlight=False, width=width).print(table)


def print_decision(shown: Mapping[str, Any], *, item: str, to: str) -> None:
    """Print a decision for people: the outcome, its grounds, whom to ask, what would help."""
    words = {
        "permitted": _("Permitted: {item} to {to}", item=item, to=to),
        "refused": _("Refused: {item} to {to}", item=item, to=to),
        "needs-consent": _("Needs consent: {item} to {to}", item=item, to=to),
    }
    click.echo(words[shown["decision"]])
    for ground in shown["grounds"]:
        text = " ".join(in_words(ground["ref"], str(ground["text"])).split())
        click.echo(f"  {said(ground['ref'])}" + (f"  {_short(text)}" if text else ""))
    for asked in shown.get("asked_for", ()):
        because = ", ".join(dict.fromkeys(said(each) for each in asked["grounds"]))
        click.echo("  " + _("ask {party} ({because})", party=asked["party"], because=because))
    for obligation in shown["obligations"]:
        kind, value, ref = said(obligation["kind"]), said(str(obligation["value"])), said(obligation["ref"])
        click.echo("  " + _("goes with it: {kind} {value} ({ref})", kind=kind, value=value, ref=ref))
    for remedy in shown.get("remedies", ()):
        click.echo(f"  {said(remedy)}")


#: What is said of an item that is taken in, whole or in parts.
_OF_ITEM = (
    click.option("--category", required=True, help="Kind of information, such as incident.indicators."),
    click.option("--label", default="", help="A short name of your own to call it by."),
    click.option("--pap", default="", help="PAP marking."),
    click.option("--retention", default="", help="How long a receiver may hold it, such as P1Y."),
    click.option("--caveat", default="", help="Words that must be read before it opens."),
)
#: With whom and what for something is shared.
_SHARING = (
    click.option("--to", required=True, metavar="PARTY", help="The Party to share it with."),
    click.option("--purpose", required=True, help="What for, in the agreement's word."),
    click.option(
        "--under", default="", metavar="AGREEMENT", help="The agreement to use, where several would permit."
    ),
)


def item_options(command: F) -> F:
    """Add what is said of an item that is taken in."""
    for option in reversed(_OF_ITEM):
        command = option(command)
    return command


def sharing_options(command: F) -> F:
    """Add with whom, what for and under which agreement something is shared."""
    for option in reversed(_SHARING):
        command = option(command)
    return command


def print_taken_in(shown: Mapping[str, Any], following: str) -> None:
    """Print an item that was taken in, and where the door wants it read first, the command that follows."""
    click.echo(f"{shown['id'][:12]}  {shown['marking']}  {shown['category']}  {shown['title']}")
    if shown["needs_reading"]:
        because = "; ".join(said(each) for each in shown["because"])
        click.echo(
            _("the door wants a person to read it before it goes anywhere: {because}", because=because),
            err=True,
        )
        click.echo("  " + _("next: {hint}", hint=following), err=True)


def print_read(shown: Mapping[str, Any]) -> None:
    """Say that an item is read."""
    click.echo(_("{item} is read; it may be shared as its agreements allow", item=shown["id"][:12]))


def print_consent_to_ask(shown: Mapping[str, Any], to: str, purpose: str) -> None:
    """Give the command that asks for the consents a decision needs."""
    command = f"comity consent ask {shown['item']['id'][:12]} --to {to} --purpose {purpose}"
    click.echo("  " + _("next: {hint}", hint=command), err=True)


def print_only_asked() -> None:
    """Say that nothing was sent."""
    click.echo(_("nothing was sent: this was only asked"), err=True)


def in_words(ref: str, text: str) -> str:
    """Give a ground's words: an article's as the decisive text has them, a rule's in the reader's language."""
    return said(text) if ref.startswith(("rule ", "safeguard ")) else text


def explained(lines: Iterable[str]) -> Iterator[str]:
    """Give the lines of an explanation in the reader's language; the words of articles stay as they are."""
    for line in lines:
        ref, colon, text = line.strip().partition(": ")
        if line.startswith("  ") and colon:
            yield f"  {said(ref)}: {in_words(ref, text)}"
        else:
            yield said(line)


def _short(text: str, width: int = 160) -> str:
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


@contextmanager
def progress(what: str, whole: int) -> Iterator[Callable[[int], None]]:
    """Show on stderr how far something long has come, where a person watches; give what tells it."""
    if whole == 0 or not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(what, total=whole)
        yield lambda done: shown.update(task, completed=done)
