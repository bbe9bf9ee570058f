"""`comity share`, `comity inbox`, `comity outbox`."""

import sys
import time
from pathlib import Path
from typing import Any

import click

from comity.cli.command import command
from comity.cli.options import (
    LIMIT,
    NUMBER,
    as_json,
    explained,
    home_options,
    node_at,
    print_consent_to_ask,
    print_decision,
    print_json,
    print_json_lines,
    print_only_asked,
    print_table,
    read_for_item,
    sharing_options,
)
from comity.errors import BadInput, NotFound
from comity.languages import _, said

#: Exit codes by outcome (DESIGN §11).
EXIT = {"permitted": 0, "refused": 1, "needs-consent": 4}

#: Seconds a command waits for the receipt when a serving node delivers by itself.
_WAIT = 5.0


@command()
@click.argument("item")
@sharing_options
@click.option("--judicial", is_flag=True, help="The recipient wants to use it before a court.")
@click.option(
    "--route",
    type=NUMBER,
    default=0,
    help="Which of the routes by which it came, as `item show` numbers them.",
)
@click.option("--necessity", is_flag=True, help="Imminent danger: lift what the agreements let it lift.")
@click.option(
    "--approved-by", multiple=True, metavar="OFFICER", help="With --necessity: once for each officer."
)
@click.option("--because", default="", help="With --necessity: the danger, in words.")
@click.option("--dry-run", is_flag=True, help="Only ask the gate; nothing is entered or sent.")
@click.option("--explain", "with_reasons", is_flag=True, help="Tell what each rule saw and concluded.")
@click.option("--category", default="", help="If ITEM is a file: its category.")
@click.option("--marking", default="", help="If ITEM is a file: its marking.")
@home_options
@as_json
def share(
    item: str,
    to: str,
    purpose: str,
    under: str,
    judicial: bool,
    route: int,
    necessity: bool,
    approved_by: tuple[str, ...],
    because: str,
    dry_run: bool,
    with_reasons: bool,
    category: str,
    marking: str,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Share ITEM (an id, its beginning, a label, or a file) with another Party, or learn why not.

    Exit code 0 permitted, 1 refused, 4 needs consent, 5 permitted but not delivered yet.
    """
    if necessity != bool(approved_by):
        raise BadInput("--necessity goes with --approved-by, once for each of two officers, and --because")
    file = Path(item)
    with node_at(home, passphrase_file) as tell:
        if category:
            if not file.is_file():
                raise NotFound(
                    f"{item}: no such file", hint="--category belongs to a file that is taken in first"
                )
            from comity.interop.files import describe

            content = read_for_item(file)
            described = describe(file, content, "", marking)
            item = tell(
                "item-add",
                content=content,
                category=category,
                marking=described.marking,
                title=described.title,
                media_type=described.media_type,
            )["id"]
        shown = tell(
            "share",
            item=item,
            to=to,
            purpose=purpose,
            under=under,
            dry_run=dry_run,
            explained=with_reasons,
            judicial=judicial,
            route=route,
            approved_by=list(approved_by),
            because=because,
        )
        if shown["message"]:
            shown["delivery"] = _settled(tell, shown["message"], shown["delivery"])
    if json_:
        print_json(shown)
    else:
        print_decision(shown, item=shown["item"]["title"] or shown["item"]["id"][:12], to=to)
        _tell_of_purpose(shown["purposes_instead"], purpose)
        for reason in shown["lacking"]:
            click.echo("  " + _("not enough: {reason}", reason=reason))
        for line in explained(shown["explanation"]):
            click.echo(f"  {line}")
        _tell_what_next(shown, to, purpose, dry_run)
    delivery = shown["delivery"]
    if delivery is not None and delivery["state"] == "owed":
        sys.exit(5)
    sys.exit(EXIT[shown["decision"]])


def _settled(tell: Any, message: str, delivery: dict[str, Any]) -> dict[str, Any]:
    """Wait a moment for the receipt, as long as nothing says that it will not come."""
    until = time.monotonic() + _WAIT
    while delivery["state"] == "owed" and not delivery["reason"] and time.monotonic() < until:
        time.sleep(0.05)
        delivery = tell("delivery", message=message)
    return delivery


def _tell_of_purpose(instead: list[str] | None, purpose: str) -> None:
    """Say that the purpose is what stands against it: the article cited reads like a permission for others."""
    if instead:
        agreed = ", ".join(instead)
        line = _(
            "the purpose {purpose} stands against it; agreed are: {agreed}", purpose=purpose, agreed=agreed
        )
    elif instead is not None:
        line = _("the purpose {purpose} stands against it", purpose=purpose)
    else:
        return
    click.echo(f"  {line}")


def _tell_what_next(shown: dict[str, Any], to: str, purpose: str, dry_run: bool) -> None:
    if dry_run:
        print_only_asked()
    if dry_run and shown["decision"] != "refused":
        return
    if shown["decision"] == "needs-consent":
        print_consent_to_ask(shown, to, purpose)
    elif any(ground["ref"] == "rule 7 source-withdrawn" for ground in shown["grounds"]):
        hint = f"comity review {shown['item']['id'][:12]} --keep|--erase --because TEXT"
        click.echo("  " + _("next: {hint}", hint=hint), err=True)
    elif shown["decision"] == "refused" and not shown["explanation"]:
        hint = _("the same with --dry-run --explain tells what each rule saw")
        click.echo("  " + _("next: {hint}", hint=hint), err=True)
    elif shown["delivery"] is not None:
        state, reason = shown["delivery"]["state"], shown["delivery"]["reason"]
        why = said(reason) if reason else _("no receipt yet")
        words = {
            "receipted": _("delivered; {to} decided again and signed a receipt", to=to),
            "owed": _("queued: {reason}; it is tried again by itself", reason=why),
            "quarantined": _("{to} keeps it apart: {reason}", to=to, reason=why),
        }
        click.echo(words.get(state, f"{said(state)}: {why}"), err=True)


@command()
@click.option("--limit", type=LIMIT, default=50, show_default=True, help="At most so many, newest first.")
@home_options
@as_json
def inbox(limit: int, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """List what came in, newest first."""
    with node_at(home, passphrase_file) as tell:
        rows = tell("inbox", limit=limit)
    if json_:
        print_json_lines(rows)
        return
    print_table(
        [_("at"), _("from"), _("what"), _("state"), _("item or matter"), _("title or reason")],
        (
            [
                row["at"],
                row["from"],
                row["kind"],
                said(row["state"]),
                (row["matter"] or row["item"] or {}).get("id", "")[:12],
                row["reason"] or _title(row["matter"] or row["item"] or {}),
            ]
            for row in rows
        ),
        empty=_("nothing came in"),
    )
    for row in rows:
        if row["flag"]:
            click.echo(_("flagged: letter {letter}: {why}", letter=row["message"][:12], why=row["flag"]))


def _title(item: dict[str, Any]) -> str:
    """Give what people call an item, and whether it descends from one's own."""
    title: str = item.get("title", "")
    return _("{title} (echo of your own)", title=title) if item.get("echo_of") else title


@command()
@click.option("--limit", type=LIMIT, default=50, show_default=True, help="At most so many, newest first.")
@home_options
@as_json
def outbox(limit: int, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """List what was sent, newest first, and how far each has come."""
    with node_at(home, passphrase_file) as tell:
        rows = tell("outbox", limit=limit)
    if json_:
        print_json_lines(rows)
        return
    print_table(
        [_("at"), _("to"), _("what"), _("state"), _("tries"), _("item or matter"), _("reason")],
        (
            [
                row["at"],
                row["to"],
                row["kind"],
                said(row["state"]),
                str(row["attempts"]),
                (row["matter"]["id"] if row["matter"] else row["item"])[:12],
                row["reason"],
            ]
            for row in rows
        ),
        empty=_("nothing was sent"),
    )
