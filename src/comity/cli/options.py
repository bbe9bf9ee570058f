"""Options and outputs that several commands share."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from comity.clock import Instant, format_instant, parse_instant
from comity.errors import BadInput
from comity.languages import _, said

if TYPE_CHECKING:
    from comity.control.client import Teller

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


def node_at(home: Path, passphrase_file: Path | None) -> "AbstractContextManager[Teller]":
    """Give a way to tell the node of a home what to do."""
    from comity.cli.quiet import quiet_log
    from comity.control.client import node_at as teller_at

    quiet_log()  # what a command could not deliver it says itself, in its own words
    return teller_at(home, passphrase=passphrase_from(passphrase_file))


def passphrase_from(file: Path | None) -> Callable[[], str] | None:
    """Give how the passphrase is read: from a file, or not at all. Never from arguments or the environment."""
    return None if file is None else lambda: _passphrase(file)


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
                f"`{value}` is not a time such as 2031-03-14T09:00:00Z or a day such as 2031-03-14",
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
    """Print one JSON value on one line."""
    click.echo(json.dumps(value, ensure_ascii=False, default=_plain))


def print_json_lines(values: Iterable[Any]) -> None:
    """Print JSON Lines."""
    for value in values:
        print_json(value)


def _plain(value: Any) -> str:
    if isinstance(value, Instant):
        return format_instant(value)
    return str(value)


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

    table = Table(box=box.SIMPLE, show_edge=False, pad_edge=False)
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in kept:
        table.add_row(*(Text(cell) for cell in row))
    width = None if sys.stdout.isatty() or os.environ.get("COLUMNS") else 160
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
        text = " ".join(said(str(ground["text"])).split())
        click.echo(f"  {said(ground['ref'])}" + (f"  {_short(text)}" if text else ""))
    for asked in shown.get("asked_for", ()):
        because = ", ".join(dict.fromkeys(said(each) for each in asked["grounds"]))
        click.echo("  " + _("ask {party} ({because})", party=asked["party"], because=because))
    for obligation in shown["obligations"]:
        kind, value, ref = said(obligation["kind"]), obligation["value"], said(obligation["ref"])
        click.echo("  " + _("goes with it: {kind} {value} ({ref})", kind=kind, value=value, ref=ref))
    for remedy in shown.get("remedies", ()):
        click.echo(f"  {said(remedy)}")


def _short(text: str, width: int = 160) -> str:
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"
