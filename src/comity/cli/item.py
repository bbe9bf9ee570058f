"""`comity item`: take items in, list and show them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.cli.command import group
from comity.cli.options import (
    LIMIT,
    as_json,
    home_options,
    item_options,
    node_at,
    print_json,
    print_json_lines,
    print_read,
    print_table,
    print_taken_in,
    read_for_item,
    write_whole,
)
from comity.errors import BadInput
from comity.languages import _, said

if TYPE_CHECKING:
    from comity.control.client import Teller


@group()
def item() -> None:
    """Take items in, list and show them."""


@item.command("add")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@item_options
@click.option("--marking", default="", help="TLP 2.0 marking; a STIX bundle brings its own.")
@click.option("--title", default="", help="What people call it; by default the bundle's or the file's name.")
@click.option(
    "--made-from", multiple=True, metavar="ID", help="An item it was made from; repeat for several."
)
@click.option(
    "--kind",
    type=click.Choice(["information", "materials", "equipment"]),
    default="information",
    show_default=True,
    help="What it is; agreements treat the three apart.",
)
@click.option(
    "--judicial",
    type=click.Choice(["free", "consent", "never"]),
    default=None,
    help="Its term for use before a court.",
)
@home_options
@as_json
def add(
    file: Path,
    category: str,
    marking: str,
    title: str,
    label: str,
    made_from: tuple[str, ...],
    kind: str,
    pap: str,
    retention: str,
    caveat: str,
    judicial: str | None,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Take FILE in as an item of one's own.

    A STIX 2.1 bundle is one item, marked with the strictest of its objects' markings.
    """
    from comity.interop.files import describe

    content = read_for_item(file)
    described = describe(file, content, title, marking)
    with node_at(home, passphrase_file) as tell:
        shown = tell(
            "item-add",
            content=content,
            category=category,
            marking=described.marking,
            title=described.title,
            label=label,
            media_type=described.media_type,
            kind=kind,
            pap=pap,
            retention=retention,
            caveat=caveat,
            judicial=judicial or "",
            made_from=list(made_from),
        )
    if json_:
        print_json(shown)
        return
    short = shown["id"][:12]
    print_taken_in(shown, f"comity item show {short}, comity item read {short}")


@item.command("list")
@click.option("--limit", type=LIMIT, default=100, show_default=True, help="At most so many, newest first.")
@click.option("--to", default="", metavar="PARTY", help="Tell of each whether it may pass to this Party.")
@click.option("--purpose", default="", help="With --to: what for.")
@click.option(
    "--only",
    type=click.Choice(["permitted", "needs-consent", "refused"]),
    default=None,
    help="With --to: only those so answered.",
)
@home_options
@as_json
def list_(
    limit: int,
    to: str,
    purpose: str,
    only: str | None,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """List the items held, newest first; with --to, what the gate says of sharing each. Nothing is sent."""
    if bool(to) != bool(purpose) or (only and not to):
        raise BadInput("--to goes with --purpose, and --only with both")
    with node_at(home, passphrase_file) as tell:
        if to:
            rows = _weighed(tell, limit, to=to, purpose=purpose, only=only or "")
        else:
            rows = tell("item-list", limit=limit)
    if json_:
        print_json_lines(rows)
        return
    asked = [_("may pass"), _("by or against")] if to else []
    print_table(
        [
            _("item"),
            _("label"),
            _("originator"),
            _("category"),
            _("marking"),
            _("state"),
            *asked,
            _("title"),
        ],
        (
            [
                row["id"][:12],
                "" if row["label"] == row["id"][:12] else row["label"],
                row["originator"],
                row["category"],
                row["marking"],
                said(row["state"]),
                *([said(row["decision"]), ", ".join(row["grounds"])] if to else []),
                row["title"],
            ]
            for row in rows
        ),
        empty=_("no items"),
    )


def _weighed(tell: "Teller", limit: int, **asked: str) -> list[Any]:
    """Ask page by page what the gate says of each item, until so many are found or all were looked at."""
    rows: list[Any] = []
    before: int | None = 0
    while before is not None and len(rows) < limit:
        page = tell("item-may-pass", **asked, before=before, limit=min(500, limit - len(rows)))
        rows += page["items"]
        before = page["before"]
    return rows


@item.command("show")
@click.argument("id_", metavar="ID")
@click.option(
    "--save", type=click.Path(dir_okay=False, path_type=Path), help="Write the content to this file."
)
@home_options
@as_json
def show(id_: str, save: Path | None, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Show an item: what it is, the hands it came through, its sources, to whom it went."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("item-show", item=id_)
        content = tell("item-content", item=id_)["content"] if save else None
    if save is not None and content is not None:
        import base64

        write_whole(save, base64.b64decode(content))
        click.echo(_("content written to {file}", file=save), err=True)
    if json_:
        print_json(shown)
        return
    click.echo(f"{shown['id']}\n  {shown['title']}")
    terms = [
        _(
            "{length}, to {until} ({ref})",
            length=said(each["length"]),
            until=each["until"][:10],
            ref=said(each["ref"]),
        )
        for each in shown["kept_until"]
    ]
    for name in ("originator", "category", "marking", "state", "retention", "size", "media_type"):
        value = said(str(shown[name])) if shown[name] is not None else _("not limited")
        if name == "retention" and terms:
            value = "; ".join(terms)
        click.echo(f"  {said(name.replace('_', ' '))}: {value}")
    for caveat in shown["caveats"]:
        read_ = _("read") if shown["caveats_read"] else _("not read yet")
        click.echo("  " + _("caveat: {words} ({read})", words=caveat, read=read_))
    for own in shown["echo_of"]:
        click.echo("  " + _("echo: it descends from your own {item}", item=own[:12]))
    if shown["on_hold"]:
        click.echo("  " + _("on legal hold: {reason}", reason=shown["on_hold"]))
    for number, route in enumerate(shown["custody"], 1):
        hands = [
            _(
                "{giver} → {to} under {agreement}, {at}",
                giver=hop["from"],
                to=hop["to"],
                agreement=hop["agreement"],
                at=hop["at"],
            )
            for hop in route
        ]
        said_ = "; ".join(hands) or _("made here")
        if len(shown["custody"]) > 1:
            click.echo("  " + _("custody, route {number}: {hands}", number=number, hands=said_))
        else:
            click.echo("  " + _("custody: {hands}", hands=said_))
    for source in shown["sources"]:
        line = _(
            "made from: {item} of {originator} ({state})",
            item=source["id"][:12],
            originator=source["originator"],
            state=said(source["state"]),
        )
        click.echo(f"  {line}")
    for each in shown["disclosed"]:
        line = _(
            "passed to: {to} under {agreement}, {at}",
            to=each["to"],
            agreement=each["agreement"],
            at=each["at"],
        )
        click.echo(f"  {line}")
    if any(shown["custody"]):
        click.echo("  " + _("that no hand was left out can be evidenced, never proved, by a custody alone"))


@item.command("read")
@click.argument("id_", metavar="ID")
@home_options
@as_json
def read(id_: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Confirm that you have read what must be read of an item: words the door found, or its caveats."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("item-read", item=id_)
    if json_:
        print_json(shown)
    else:
        print_read(shown)


@item.command("hold")
@click.argument("id_", metavar="ID")
@click.option("--because", required=True, help="The reason; the originator of a withdrawn item will read it.")
@home_options
@as_json
def hold(id_: str, because: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Put an item on legal hold: nothing erases it until it is released."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("item-hold", item=id_, because=because)
    if json_:
        print_json(shown)
    else:
        click.echo(_("{item} is on legal hold: {reason}", item=shown["id"][:12], reason=shown["on_hold"]))


@item.command("release")
@click.argument("id_", metavar="ID")
@click.option("--because", required=True, help="The reason.")
@home_options
@as_json
def release(id_: str, because: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Release an item from legal hold; what was withdrawn meanwhile is erased now."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("item-release", item=id_, because=because)
    if json_:
        print_json(shown)
    else:
        click.echo(_("{item} is released: {state}", item=shown["id"][:12], state=said(shown["state"])))
