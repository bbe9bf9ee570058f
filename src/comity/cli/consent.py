"""`comity consent`: ask for it, give it, take it back, see what it would open."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from comity.cli.command import group
from comity.cli.options import (
    INSTANT,
    NUMBER,
    as_json,
    home_options,
    node_at,
    print_decision,
    print_json,
    print_json_lines,
    print_table,
)
from comity.clock import Instant, format_instant
from comity.identifiers import category_covers
from comity.languages import _, said

F = TypeVar("F", bound=Callable[..., Any])


@group()
def consent() -> None:
    """Ask for consent; grant, refuse, revoke."""


@consent.command("ask")
@click.argument("item")
@click.option("--to", required=True, metavar="PARTY", help="The Party it would go to.")
@click.option("--purpose", required=True, help="What for.")
@click.option("--why", default="", help="Words for the officer who answers.")
@click.option("--judicial", is_flag=True, help="The recipient wants to use it before a court.")
@click.option(
    "--route",
    type=NUMBER,
    default=0,
    help="Which of the routes by which it came, as `item show` numbers them.",
)
@home_options
@as_json
def ask(
    item: str,
    to: str,
    purpose: str,
    why: str,
    judicial: bool,
    route: int,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Ask everyone upstream whose consent is owed before ITEM may pass."""
    with node_at(home, passphrase_file) as tell:
        shown = tell(
            "consent-ask", item=item, to=to, purpose=purpose, why=why, judicial=judicial, route=route
        )
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
                said(row["state"]) + (f": {row['reason']}" if row["reason"] else ""),
                row["why"],
            ]
            for row in rows
        ),
        empty=_("no requests"),
    )


def conditions(command: F) -> F:
    """Add the options that say what a consent covers and on what conditions."""
    for option in (
        click.option(
            "--condition", default="", help="Words for whoever receives under it, to be read before it opens."
        ),
        click.option(
            "--hops",
            type=NUMBER,
            default=1,
            help="Over how many hops it carries: 1, to its recipient, or so many that follow.",
        ),
        click.option("--fresh", default="", help="How lately it must be confirmed when used, such as PT24H."),
        click.option("--from", "begins", type=INSTANT, default=None, help="Its beginning; now by default."),
        click.option("--until", type=INSTANT, required=True, help="The end: a day or a time."),
        *_class_options,
    ):
        command = option(command)
    return command


_class_options = (
    click.option("--category", default="", help="A whole category in place of one item; needs --agreement."),
    click.option("--agreement", default="", help="The agreement under which the category came."),
)


@consent.command("grant")
@click.argument("request")
@click.option(
    "--any-purpose", is_flag=True, help="For any purpose the agreement allows, not only the one asked for."
)
@conditions
@home_options
@as_json
def grant(
    request: str,
    any_purpose: bool,
    agreement: str,
    category: str,
    until: Instant,
    begins: Instant | None,
    fresh: str,
    hops: int,
    condition: str,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Grant what REQUEST asks for, until an end: its one item, or a category that came under an agreement."""
    with node_at(home, passphrase_file) as tell:
        shown = tell(
            "consent-grant",
            request=request,
            until=format_instant(until),
            any_purpose=any_purpose,
            agreement=agreement,
            category=category,
            begins=format_instant(begins) if begins else "",
            fresh=fresh,
            hops=hops,
            condition=condition,
        )
    _print_request(shown, json_)


@consent.command("give")
@click.option("--holder", required=True, metavar="PARTY", help="Who may use it.")
@click.option("--to", required=True, metavar="PARTY", help="Who may receive.")
@click.option("--item", "id_", default="", metavar="ID", help="The one item it is for.")
@click.option("--purpose", default="", help="The only purpose it is for; any by default.")
@conditions
@home_options
@as_json
def give(
    holder: str,
    to: str,
    id_: str,
    purpose: str,
    agreement: str,
    category: str,
    until: Instant,
    begins: Instant | None,
    fresh: str,
    hops: int,
    condition: str,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Give a consent that nobody asked for: for one item, or for a category that came under an agreement."""
    with node_at(home, passphrase_file) as tell:
        shown = tell(
            "consent-give",
            holder=holder,
            to=to,
            until=format_instant(until),
            item=id_,
            agreement=agreement,
            category=category,
            purpose=purpose,
            begins=format_instant(begins) if begins else "",
            fresh=fresh,
            hops=hops,
            condition=condition,
        )
        choices = None if json_ else tell("share-choices")
    _print_consent(shown, json_)
    if choices is not None:
        _print_unnamed(shown, choices)


@consent.command("preview")
@click.argument("request", default="")
@click.option("--holder", default="", metavar="PARTY", help="Without REQUEST: who would use it.")
@click.option("--to", default="", metavar="PARTY", help="Without REQUEST: who would receive.")
@click.option("--item", "id_", default="", metavar="ID", help="Without REQUEST: the one item.")
@click.option("--agreement", default="", help="The agreement under which the category came.")
@click.option("--category", default="", help="A whole category in place of one item.")
@click.option("--purpose", default="", help="The only purpose it would be for.")
@click.option("--any-purpose", is_flag=True, help="For any purpose, not only the one asked for.")
@home_options
@as_json
def preview(
    request: str,
    holder: str,
    to: str,
    id_: str,
    agreement: str,
    category: str,
    purpose: str,
    any_purpose: bool,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Tell what a consent would open before it is given, of what is known here of its holder."""
    with node_at(home, passphrase_file) as tell:
        shown = tell(
            "consent-preview",
            request=request,
            holder=holder,
            to=to,
            item=id_,
            agreement=agreement,
            category=category,
            purpose=purpose,
            any_purpose=any_purpose,
        )
    if json_:
        print_json(shown)
        return
    click.echo(said(shown["words"]))
    for each in shown["opens"]:
        click.echo(f"  {each['id'][:12]}  {each['marking']}  {each['category']}  {each['title']}")
    click.echo(_("what {holder} has besides, nobody here can know", holder=shown["holder"]), err=True)


@consent.command("given")
@home_options
@as_json
def given(home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """List the consents known here: given by us, and given to us."""
    with node_at(home, passphrase_file) as tell:
        rows = tell("consent-given")
    if json_:
        print_json_lines(rows)
        return
    print_table(
        [_("consent"), _("by"), _("holder"), _("to"), _("for"), _("purpose"), _("until"), _("state")],
        (
            [
                row["id"][:12],
                row["by"],
                row["holder"],
                row["to"],
                _covered(row),
                row["purpose"] or _("any"),
                row["until"],
                said(row["state"]),
            ]
            for row in rows
        ),
        empty=_("no consents"),
    )


@consent.command("take-back")
@click.argument("id_", metavar="CONSENT")
@click.option("--from", "effective", type=INSTANT, default=None, help="From when on; now by default.")
@home_options
@as_json
def take_back(
    id_: str, effective: Instant | None, home: Path, passphrase_file: Path | None, json_: bool
) -> None:
    """Take CONSENT back by its own name, from now on or from a later instant."""
    with node_at(home, passphrase_file) as tell:
        when = format_instant(effective) if effective else ""
        shown = tell("consent-take-back", consent=id_, effective=when)
    _print_consent(shown, json_)


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


def _print_consent(shown: dict[str, Any], json_: bool) -> None:
    if json_:
        print_json(shown)
        return
    click.echo(
        _(
            "{id}: {holder} may pass {what} to {to} for {purpose} until {until} ({state})",
            id=shown["id"][:12],
            holder=shown["holder"],
            what=_covered(shown),
            to=shown["to"],
            purpose=shown["purpose"] or _("any purpose"),
            until=shown["until"],
            state=said(shown["state"]),
        )
    )


def _print_unnamed(shown: dict[str, Any], choices: dict[str, Any]) -> None:
    """Say where no agreement in force names a consent's purpose or category: it may be meant, or a slip."""
    if shown["purpose"] and choices["purposes"] and shown["purpose"] not in choices["purposes"]:
        line = _(
            "no agreement in force names the purpose {purpose}; those named are {purposes}",
            purpose=shown["purpose"],
            purposes=", ".join(choices["purposes"]),
        )
        click.echo(f"  {line}", err=True)
    category, named = shown["category"], choices["categories"]
    near = (category_covers(each, category) or category_covers(category, each) for each in named)
    if category and named and not any(near):
        line = _(
            "no agreement in force names the category {category}; those named are {categories}",
            category=category,
            categories=", ".join(named),
        )
        click.echo(f"  {line}", err=True)


def _covered(shown: dict[str, Any]) -> str:
    what = shown["item"][:12] if shown["item"] else f"{shown['category']} ({shown['agreement']})"
    if shown["hops"] > 1:
        what = _("{what}, hops: {count}", what=what, count=shown["hops"])
    return f"{what} [{shown['condition']}]" if shown["condition"] else what
