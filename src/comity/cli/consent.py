"""`comity consent`, `comity withdraw`, `comity review`, `comity protests`."""

import time
from pathlib import Path
from typing import Any

import click

from comity.cli.command import command, group
from comity.cli.options import (
    INSTANT,
    as_json,
    home_options,
    node_at,
    print_decision,
    print_json,
    print_json_lines,
    print_table,
)
from comity.clock import Instant, format_instant
from comity.languages import _, said

#: Seconds to wait for answers that come at once.
_WAIT = 3.0


@group()
def consent() -> None:
    """Ask for consent; grant, refuse, revoke."""


@consent.command("ask")
@click.argument("item")
@click.option("--to", required=True, metavar="PARTY", help="The Party it would go to.")
@click.option("--purpose", required=True, help="What for.")
@click.option("--why", default="", help="Words for the officer who answers.")
@home_options
@as_json
def ask(
    item: str, to: str, purpose: str, why: str, home: Path, passphrase_file: Path | None, json_: bool
) -> None:
    """Ask everyone upstream whose consent is owed before ITEM may pass."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("consent-ask", item=item, to=to, purpose=purpose, why=why)
    if json_:
        print_json(shown)
        return
    print_decision(shown, item=item, to=to)
    for request in shown["requests"]:
        line = _(
            "asked {owner}: request {request}, until {answer_by}",
            owner=request["owner"],
            request=request["id"][:12],
            answer_by=request["answer_by"],
        )
        click.echo(f"  {line}")


@consent.command("list")
@home_options
@as_json
def list_(home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """List requests: asked by us, and asked of us."""
    with node_at(home, passphrase_file) as tell:
        rows = tell("consent-list")
    if json_:
        print_json_lines(rows)
        return
    print_table(
        [
            _("request"),
            _("who asks"),
            _("whom"),
            _("item"),
            _("to"),
            _("purpose"),
            _("state"),
            _("why"),
        ],
        (
            [
                row["id"][:12],
                row["asker"],
                row["owner"],
                row["item"][:12],
                row["to"],
                row["purpose"],
                said(row["state"]),
                row["why"],
            ]
            for row in rows
        ),
        empty=_("no requests"),
    )


@consent.command("grant")
@click.argument("request")
@click.option("--until", type=INSTANT, required=True, help="The end: a day or a time.")
@click.option(
    "--any-purpose", is_flag=True, help="For any purpose the agreement allows, not only the one asked for."
)
@home_options
@as_json
def grant(
    request: str, until: Instant, any_purpose: bool, home: Path, passphrase_file: Path | None, json_: bool
) -> None:
    """Grant what REQUEST asks for, until an end."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("consent-grant", request=request, until=format_instant(until), any_purpose=any_purpose)
    _print_request(shown, json_)


@consent.command("refuse")
@click.argument("request")
@click.option("--reason", default="", help="Words for the one who asked.")
@home_options
@as_json
def refuse(request: str, reason: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Refuse what REQUEST asks for."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("consent-refuse", request=request, reason=reason)
    _print_request(shown, json_)


@consent.command("revoke")
@click.argument("request")
@home_options
@as_json
def revoke(request: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Take back, from now on, the consent given to REQUEST."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("consent-revoke", request=request)
    _print_request(shown, json_)


def _print_request(shown: dict[str, Any], json_: bool) -> None:
    if json_:
        print_json(shown)
        return
    what = {
        "state": said(shown["state"]),
        "asker": shown["asker"],
        "item": shown["item"][:12],
        "to": shown["to"],
        "purpose": shown["purpose"],
    }
    if shown["state"] == "granted":
        click.echo(_("{state}: {asker} may pass {item} to {to} ({purpose})", **what))
    else:
        click.echo(_("{state}: {asker} may not pass {item} to {to} ({purpose})", **what))


@command()
@click.argument("item")
@click.option("--reason", default="", help="Words for the holders.")
@click.option("--show", "only_show", is_flag=True, help="Only show the answers to a withdrawal made before.")
@home_options
@as_json
def withdraw(
    item: str, reason: str, only_show: bool, home: Path, passphrase_file: Path | None, json_: bool
) -> None:
    """Take ITEM back from everyone who holds it, and show their answers."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("withdrawal", item=item) if only_show else tell("withdraw", item=item, reason=reason)
        until = time.monotonic() + _WAIT
        while not only_show and _silent(shown) and time.monotonic() < until:
            time.sleep(0.1)
            shown = tell("withdrawal", item=item)
    if json_:
        print_json(shown)
        return
    if shown["withdrawn"] is None:
        click.echo(_("{item} is not withdrawn", item=shown["item"]["id"][:12]))
        return
    title = shown["item"]["title"] or shown["item"]["id"][:12]
    click.echo(_("withdrawn: {title}, {at}", title=title, at=shown["withdrawn"]["at"]))
    _print_branch(shown["answers"], 1)
    silent = _silent(shown)
    for party in silent:
        click.echo("  " + _("{party}: no answer yet", party=party))
    if silent:
        click.echo("  " + _("next: {hint}", hint=f"comity withdraw {item} --show"), err=True)


def _silent(shown: dict[str, Any]) -> list[str]:
    """Give those to whom a withdrawal went and who have not answered yet."""
    answered = _parties(shown["answers"]) if shown["withdrawn"] else set()
    return [party for party in shown.get("sent_to", ()) if party not in answered]


def _print_branch(branch: dict[str, Any], depth: int) -> None:
    for answer in branch["answers"]:
        because = f": {answer['because']}" if answer["because"] else ""
        until = answer["backups_until"]
        backups = " " + _("(no backup opens it after {until})", until=until) if until else ""
        click.echo(
            "  " * depth
            + f"{branch['party']}: {answer['item'][:12]} {said(answer['answer'])}{because}{backups}"
        )
    for below in branch["below"]:
        _print_branch(below, depth + 1)


def _parties(branch: dict[str, Any]) -> set[str]:
    return {branch["party"]}.union(*(_parties(below) for below in branch["below"]))


@command()
@click.argument("item")
@click.option("--keep/--erase", "keep", default=None, required=True, help="Keep it in use, or erase it.")
@click.option("--because", required=True, help="The reason, which the originator will read.")
@home_options
@as_json
def review(
    item: str, keep: bool, because: str, home: Path, passphrase_file: Path | None, json_: bool
) -> None:
    """Decide what becomes of ITEM, whose source was withdrawn."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("review", item=item, keep=keep, because=because)
    if json_:
        print_json(shown)
    else:
        click.echo(_("{item} is {state}", item=shown["id"][:12], state=said(shown["state"])))


@command()
@home_options
@as_json
def protests(home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """List protests received: what came to somebody that should not have."""
    with node_at(home, passphrase_file) as tell:
        rows = tell("protest-list")
    if json_:
        print_json_lines(rows)
        return
    print_table(
        [_("at"), _("by"), _("item"), _("sent by"), _("grounds")],
        ([row["at"], row["by"], row["item"][:12], row["sender"], "; ".join(row["grounds"])] for row in rows),
        empty=_("no protests"),
    )
