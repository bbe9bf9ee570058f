"""`comity register add`, `correct`, `review`, `merge`, `withdraw`, `erase`: keeping one's own records."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from comity.cli.options import DAY, as_json, home_options, node_at, print_json, print_json_lines, print_table
from comity.cli.register import register
from comity.cli.register_terms import one_of, plain_terms, terms_options
from comity.errors import BadInput
from comity.languages import _

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@register.command("add")
@click.argument("identity", metavar="ID")
@click.option("--name", "names", multiple=True, help="A name, in any script; repeat for several.")
@click.option("--schema", default="Person", show_default=True, help="Person, Organization, Vessel, …")
@click.option("--born", default="", help="Birth date or year.")
@click.option("--country", "countries", multiple=True, help="Country, ISO 3166-1 alpha-2.")
@click.option("--identifier", "identifiers", multiple=True, help="A number it is known by.")
@click.option("--set", "more", multiple=True, metavar="PROPERTY=VALUE", help="Any other property.")
@click.option("--dry-run", is_flag=True, help="Only tell what it would cause.")
@terms_options
@home_options
@as_json
def add(
    identity: str,
    names: tuple[str, ...],
    schema: str,
    born: str,
    countries: tuple[str, ...],
    identifiers: tuple[str, ...],
    more: tuple[str, ...],
    dry_run: bool,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
    **terms: Any,
) -> None:
    """Enter one record under ID, and tell what it will cause: who resembles it, how many false hits a day."""
    properties: dict[str, list[str]] = {}
    given = [("name", name) for name in names]
    given += [("birthDate", born)] if born else []
    given += [("country", country) for country in countries]
    given += [("idNumber", identifier) for identifier in identifiers]
    for each in more:
        prop, equals, value = each.partition("=")
        if not equals:
            raise BadInput(_("--set `{given}` is not PROPERTY=VALUE", given=each))
        given.append((prop, value))
    for prop, value in given:
        properties.setdefault(prop, []).append(value)
    entity = json.dumps({"id": identity, "schema": schema, "properties": properties}, ensure_ascii=False)
    with node_at(home, passphrase_file) as tell:
        shown = tell("register-add", entity=entity.encode(), dry_run=dry_run, **plain_terms(terms))
    if json_:
        print_json(shown)
        return
    if not dry_run:
        click.echo(_("{record} is entered", record=identity))
    _print_impact(shown["impact"])
    for finding in shown["to_read"]:
        click.echo("  " + _("a person should read: {finding}", finding=finding), err=True)


def _print_impact(impact: Mapping[str, Any]) -> None:
    alike = ", ".join(f"{each[0]} ({each[1]:.2f})" for each in impact["look_alikes"][:5])
    click.echo(_("look-alikes: {count}", count=len(impact["look_alikes"])) + (f": {alike}" if alike else ""))
    if impact["a_day"] is not None:
        click.echo(
            _(
                "false hits a day, at {volume} checks: about {count}",
                volume=impact["volume"],
                count=impact["a_day"],
            )
        )


@register.command("impact")
@click.argument("file", type=_FILE)
@home_options
@as_json
def impact(file: Path, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Tell what entering each record of FILE would cause; nothing is entered."""
    with node_at(home, passphrase_file) as tell:
        rows = tell("register-impact", path=str(file.resolve()))
    if json_:
        print_json_lines(rows)
        return
    for row in rows:
        click.echo(row["id"])
        _print_impact(row)


@register.command("correct")
@click.argument("file", type=_FILE)
@click.option("--because", default="", help="Why; holders of the record read it.")
@home_options
@as_json
def correct(file: Path, because: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Put the record in FILE, one FollowTheMoney entity, in the place of the one with its id."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("register-correct", entity=one_of(file), because=because)
    if json_:
        print_json(shown)
        return
    click.echo(_("{record} is corrected", record=shown["id"]))


@register.command("review")
@click.argument("identity", metavar="ID", default="")
@click.option("--until", type=DAY, default=None, help="Keep it until this day.")
@click.option("--because", default="", help="Why it is still needed.")
@home_options
@as_json
def review(
    identity: str,
    until: date | None,
    because: str,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """List records whose review is due, or keep record ID until another day."""
    if bool(identity) != (until is not None):
        raise BadInput(_("a record is kept by its id and --until"))
    with node_at(home, passphrase_file) as tell:
        if until is not None:
            shown = tell("register-renew", identity=identity, until=until.isoformat(), because=because)
            rows = [shown]
        else:
            rows = tell("register-due")["reviews"]
    if json_:
        print_json_lines(rows)
        return
    print_table(
        [_("record"), _("until")], ([row["id"], row["runs_out"]] for row in rows), empty=_("nothing is due")
    )


@register.command("note")
@click.argument("identity", metavar="ID")
@click.argument("kind", type=click.Choice(["look-alike", "misused-identity"]))
@click.argument("text")
@click.option("--consent", default="", help="Where the consent of whose identity is misused is kept.")
@home_options
@as_json
def note(
    identity: str,
    kind: str,
    text: str,
    consent: str,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Note on record ID that somebody else may be taken for its subject."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("register-note", identity=identity, kind=kind, text=text, consent=consent)
    if json_:
        print_json(shown)
        return
    click.echo(_("{record} is noted on", record=identity))


@register.command("withdraw")
@click.argument("identity", metavar="ID")
@click.option("--because", default="", help="Why; holders of the record read it.")
@home_options
@as_json
def withdraw(identity: str, because: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Take record ID out, here and wherever it has passed."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("register-withdraw", identity=identity, because=because)
    if json_:
        print_json(shown)
        return
    click.echo(_("{record} is withdrawn", record=identity))


@register.command("erase")
@click.argument("identity", metavar="ID")
@click.option("--because", required=True, help="On whose request, or by which rule.")
@home_options
@as_json
def erase(identity: str, because: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Destroy record ID and every copy of it here, with proof; holders are asked to, and answer."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("register-erase", identity=identity, because=because)
    if json_:
        print_json(shown)
        return
    click.echo(_("erased; entry {entry} of the journal is the proof", entry=shown["entry"]))


@register.command("merge")
@click.argument("identities", metavar="ID ID…", nargs=-1, required=True)
@click.option("--office", required=True, help="The office that judges.")
@click.option("--because", required=True, help="Its reasons.")
@home_options
@as_json
def merge(
    identities: tuple[str, ...],
    office: str,
    because: str,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Judge that records are about one subject: from now on all are handled as the strictest of them."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("register-merge", identities=list(identities), office=office, because=because)
    _print_judgements([shown], json_)


@register.command("unmerge")
@click.argument("number", type=click.IntRange(1, 2**53 - 1))
@click.option("--office", required=True, help="The office that judges.")
@click.option("--because", required=True, help="Its reasons.")
@home_options
@as_json
def unmerge(
    number: int, office: str, because: str, home: Path, passphrase_file: Path | None, json_: bool
) -> None:
    """Take judgement NUMBER back."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("register-unmerge", number=number, office=office, because=because)
    _print_judgements([shown], json_)


@register.command("merges")
@home_options
@as_json
def merges(home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """List the history of merges."""
    with node_at(home, passphrase_file) as tell:
        rows = tell("register-merges")
    _print_judgements(rows, json_)


def _print_judgements(rows: Sequence[Mapping[str, Any]], json_: bool) -> None:
    if json_:
        print_json_lines(rows)
        return
    print_table(
        [_("number"), _("records"), _("takes back"), _("office"), _("why"), _("when")],
        (
            [
                str(row["number"]),
                ", ".join(row["records"]),
                str(row["undoes"] or ""),
                row["office"],
                row["because"],
                str(row["at"]),
            ]
            for row in rows
        ),
        empty=_("none"),
    )


@register.command("contribute")
@click.option("--under", required=True, help="The agreement whose host takes them.")
@click.option("--purpose", required=True, help="What they may be used for; it binds every hit.")
@click.option("--marking", default="TLP:AMBER", show_default=True, help="What the records are marked with.")
@home_options
@as_json
def contribute(
    under: str, purpose: str, marking: str, home: Path, passphrase_file: Path | None, json_: bool
) -> None:
    """Send the Party that hosts a register for all what it takes of ours and has not got yet."""
    sent, refused, after = 0, [], ""
    with node_at(home, passphrase_file) as tell:
        while True:
            shown = tell("register-contribute", under=under, purpose=purpose, marking=marking, after=after)
            sent += shown["sent"]
            refused += shown["refused"]
            after = shown["after"]
            if not after:
                break
    if json_:
        print_json({"sent": sent, "refused": refused})
        return
    click.echo(_("records sent: {count}", count=sent))
    for each in refused:
        click.echo("  " + _("kept: {record}", record=each), err=True)
