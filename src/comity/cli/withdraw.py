"""`comity withdraw`, `comity review`, `comity protests`: taking words back, and what came that should not have."""

import time
from pathlib import Path
from typing import Any

import click

from comity.cli.command import command
from comity.cli.options import (
    LIMIT,
    as_json,
    home_options,
    node_at,
    print_json,
    print_json_lines,
    print_table,
)
from comity.errors import BadInput
from comity.languages import _, said

#: Seconds to wait for answers that come at once.
_WAIT = 3.0


@command()
@click.argument("item", default="")
@click.option("--reason", default="", help="Words for the holders.")
@click.option(
    "--replaced-by", default="", metavar="ID", help="A correction: the item that stands in its place."
)
@click.option("--erase", is_flag=True, help="On behalf of a person whose data it holds; erased here as well.")
@click.option("--show", "only_show", is_flag=True, help="Only show the answers to a withdrawal made before.")
@click.option("--overdue", "late", is_flag=True, help="Without ITEM: who has not answered in time.")
@click.option("--days", type=LIMIT, default=7, show_default=True, help="With --overdue: after so many days.")
@home_options
@as_json
def withdraw(
    item: str,
    reason: str,
    replaced_by: str,
    erase: bool,
    only_show: bool,
    late: bool,
    days: int,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Take ITEM back from everyone who holds it, and show their answers."""
    if late:
        _print_late(home, passphrase_file, days, json_)
        return
    if not item:
        raise BadInput("withdraw which item?", hint="comity item list; --overdue goes without one")
    if replaced_by and erase:
        raise BadInput("an erasure puts nothing in its place: --erase or --replaced-by, not both")
    with node_at(home, passphrase_file) as tell:
        if only_show:
            shown = tell("withdrawal", item=item)
        elif replaced_by:
            shown = tell("correct", item=item, by=replaced_by, reason=reason)
        else:
            shown = tell("withdraw", item=item, reason=reason, erase=erase)
        item, sent = shown["item"]["id"], shown.get("sent", [])
        until = time.monotonic() + _WAIT
        while not only_show and _silent(shown) and time.monotonic() < until:
            time.sleep(0.1)
            shown = tell("withdrawal", item=item)
    if json_:
        print_json({**shown, "sent": sent} if replaced_by else shown)
        return
    if shown["withdrawn"] is None:
        click.echo(_("{item} is not withdrawn", item=shown["item"]["id"][:12]))
        return
    title = shown["item"]["title"] or shown["item"]["id"][:12]
    click.echo(_("withdrawn: {title}, {at}", title=title, at=shown["withdrawn"]["at"]))
    if shown["withdrawn"]["replaced_by"]:
        other = shown["withdrawn"]["replaced_by"][:12]
        click.echo("  " + _("replaced by {item}", item=other))
    for each in sent:
        refs = ", ".join(ground["ref"] for ground in each["grounds"])
        line = _(
            "to {to}: {outcome} ({grounds})", to=each["to"], outcome=said(each["decision"]), grounds=refs
        )
        click.echo(f"  {line}")
    _print_branch(shown["answers"], 1)
    for each in shown["unreached"]:
        click.echo(f"  {each['party']}: {each['reason']}")
    silent = _silent(shown)
    for party in silent:
        click.echo("  " + _("{party}: no answer yet", party=party))
    if silent:
        click.echo("  " + _("next: {hint}", hint=f"comity withdraw {item[:12]} --show"), err=True)


def _print_late(home: Path, passphrase_file: Path | None, days: int, json_: bool) -> None:
    with node_at(home, passphrase_file) as tell:
        rows = tell("withdrawals-overdue", days=days)
    if json_:
        print_json_lines(rows)
        return
    print_table(
        [_("item"), _("party"), _("waits for"), _("since")],
        ([row["item"][:12], row["party"], said(row["waits_for"]), row["since"]] for row in rows),
        empty=_("nobody is late"),
    )


def _silent(shown: dict[str, Any]) -> list[str]:
    """Give those to whom a withdrawal went, from here or from a holder, and who have not answered yet."""
    if not shown["withdrawn"]:
        return []
    answered, told = _parties(shown["answers"], answered=True), _parties(shown["answers"], answered=False)
    sent_to = dict.fromkeys([*shown.get("sent_to", ()), *told])
    return [party for party in sent_to if party not in {*answered, shown["answers"]["party"]}]


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


def _parties(branch: dict[str, Any], *, answered: bool) -> list[str]:
    """Give the Parties of a tree that have answered, or those that have not."""
    here = [branch["party"]] if bool(branch["answers"]) == answered else []
    return here + [party for below in branch["below"] for party in _parties(below, answered=answered)]


@command()
@click.argument("item")
@click.option("--keep", is_flag=True, help="Keep it in use.")
@click.option("--erase", is_flag=True, help="Erase it here.")
@click.option("--because", required=True, help="The reason, which the originator will read.")
@home_options
@as_json
def review(
    item: str, keep: bool, erase: bool, because: str, home: Path, passphrase_file: Path | None, json_: bool
) -> None:
    """Decide what becomes of ITEM, whose source was withdrawn: --keep or --erase."""
    if keep == erase:
        raise BadInput("an item whose source was withdrawn is kept or erased: --keep or --erase, one of them")
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
        (
            [
                row["at"],
                row["by"],
                row["item"][:12],
                row["sender"],
                "; ".join(said(each) for each in row["grounds"]),
            ]
            for row in rows
        ),
        empty=_("no protests"),
    )
