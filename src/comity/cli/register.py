"""`comity register`: one's own register: import, check, show."""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import click

from comity.cli.command import Group
from comity.cli.options import as_json, home_options, node_at, print_json, print_json_lines, print_table
from comity.cli.progress import bar
from comity.cli.register_link import link
from comity.cli.register_terms import (
    lines_of,
    others_options,
    plain_terms,
    question_of,
    question_options,
    terms_options,
)
from comity.errors import BadInput, NotFound
from comity.languages import _, said

_FORMATS = (
    "auto", "ftm", "un-xml", "eu-xml", "eu-csv", "uk-csv", "ofac-xml", "ofac-csv", "statements", "csv",
)  # fmt: skip


#: name of a command -> file it stands in, in the order of a day's work.
COMMANDS = {
    **dict.fromkeys(("import", "export", "check", "show"), "register"),
    **dict.fromkeys(
        ("checks", "hits", "follow-up", "outcome", "watch", "watches", "unwatch", "flag", "unflag", "flags"),
        "register_asking",
    ),
    **dict.fromkeys(
        ("due", "release", "refuse", "settle", "quota", "precision", "thresholds", "threshold"),
        "register_answering",
    ),
    **dict.fromkeys(
        ("add", "correct", "impact", "review", "note", "withdraw", "erase", "merge", "unmerge", "merges"),
        "register_keeping",
    ),
    "contribute": "register_keeping",
}


class _Group(Group):
    """Commands of several files as one group."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names, in the order of a day's work, and whatever else was added."""
        return [*COMMANDS, *(name for name in super().list_commands(ctx) if name not in COMMANDS)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command's file."""
        if COMMANDS.get(cmd_name, "register") != "register":
            importlib.import_module(f"comity.cli.{COMMANDS[cmd_name]}")
        return super().get_command(ctx, cmd_name)


@click.group(cls=_Group)
def register() -> None:
    """Keep records, check names, answer those who ask."""


@register.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@terms_options
@click.option(
    "--format",
    "format_",
    type=click.Choice(_FORMATS),
    default="auto",
    show_default=True,
    help="The file's format; auto finds out.",
)
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="For a table of your own: which column is what.",
)
@click.option(
    "--validate", is_flag=True, help="Let FollowTheMoney's own library judge every value (comity[register])."
)
@home_options
@as_json
def import_(
    file: Path,
    format_: str,
    mapping: Path | None,
    validate: bool,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
    **terms: Any,
) -> None:
    """Enter FILE, whole or not at all.

    FollowTheMoney entities (JSON Lines) or statements, a public list (UN, EU, UK, OFAC), or a table of your own with
    a mapping file; plain, .gz, or a .zip of one file. An import that was interrupted goes on where it stopped when
    the same file is given with the same terms.
    """
    counted = sys.stderr.isatty()
    with node_at(home, passphrase_file) as tell:
        begun = tell(
            "register-import",
            path=str(file.resolve()),
            format=format_,
            mapping=str(mapping.resolve()) if mapping else "",
            validate=validate,
            counted=counted,
            **plain_terms(terms),
        )
        if begun["staged"]:
            click.echo(_("going on where it stopped ({count} read before)", count=begun["staged"]), err=True)
        with bar(_("reading {file}", file=file.name), begun["entities"], shown=counted) as forward:
            shown: dict[str, Any] = {"ended": False}
            while not shown["ended"]:
                shown = tell("register-import-more", name=begun["import"])
                forward(shown["read"])
    if json_:
        print_json({name: shown[name] for name in ("entered", "replaced", "unchanged", "to_read", "records")})
        return
    click.echo(
        _(
            "{entered} entered, {replaced} replaced; {records} records in all",
            entered=shown["entered"],
            replaced=shown["replaced"],
            records=shown["records"],
        )
    )
    if shown["unchanged"]:
        click.echo(_("{count} say what they said before and stay as they are", count=shown["unchanged"]))
    for finding in shown["to_read"]:
        click.echo("  " + _("a person should read: {finding}", finding=said(finding)), err=True)


@register.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--format",
    "format_",
    type=click.Choice(["ftm", "statements"]),
    default="ftm",
    show_default=True,
    help="Entities, or statement by statement with who says what.",
)
@home_options
@as_json
def export(file: Path, format_: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Write the subjects of one's own records to FILE, which must be new, in the terms of FollowTheMoney."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("register-export", path=str(file.resolve()), format=format_)
    if json_:
        print_json(shown)
        return
    click.echo(f"{shown['written']} written to {file}")


@register.command("check")
@click.argument("name", default="")
@click.option(
    "--batch", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A file of questions."
)
@question_options
@click.option(
    "--limit", type=click.IntRange(1, 100), default=5, show_default=True, help="At most so many a question."
)
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    default=0.7,
    show_default=True,
    help="From which score it is a hit, in one's own register.",
)
@others_options
@click.option(
    "--wait",
    type=click.IntRange(0, 600),
    default=10,
    show_default=True,
    help="Seconds to wait for answers of other Parties.",
)
@home_options
@as_json
def check(
    name: str,
    batch: Path | None,
    born: str,
    countries: tuple[str, ...],
    identifiers: tuple[str, ...],
    schema: str,
    limit: int,
    threshold: float,
    to: str,
    under: str,
    purpose: str,
    reference: str,
    wait: int,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Check NAME, or a file of questions, against one's own register, or other Parties'.

    In one's own, the best candidates are listed whatever their score; a hit is one at or above the threshold, and says
    why. With --with or --under the question goes to other Parties, who tell what each record's handling lets them;
    answers are shown as far as they have come, and what is still waited for is said.
    """
    from comity.cli.register_asking import ask_others

    if bool(name or identifiers) == (batch is not None):
        raise BadInput("give a name, or --batch FILE, and not both")
    one = question_of(name, born, countries, identifiers, schema)
    with node_at(home, passphrase_file) as tell:
        if to or under:
            questions = [one] if batch is None else lines_of(batch)
            how = {"to": to, "under": under, "purpose": purpose, "reference": reference}
            ask_others(tell, questions, how, wait=wait, json_=json_)
            return
        shape: dict[str, Any] = {"limit": limit, "threshold": threshold}
        if batch is not None:
            answers = tell("register-check", path=str(batch.resolve()), **shape)
        else:
            answers = tell("register-check", names=[one], **shape)
    if json_:
        print_json_lines(answers)
        return
    for answer in answers:
        if batch is not None:
            click.echo(answer["id"])
        print_table(
            ["", _("score"), _("record"), _("why")],
            (
                [
                    _("hit") if hit["hit"] else "",
                    f"{hit['score']:.3f}",
                    hit["id"],
                    "; ".join(said(each) for each in hit["why"]),
                ]
                for hit in answer["hits"]
            ),
            empty=_("nothing like it is in the register"),
        )


@register.command("show")
@click.argument("identity", metavar="ID")
@home_options
@as_json
def show(identity: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Show a record of this register, or a match by its name: all that is known and said of it."""
    with node_at(home, passphrase_file) as tell:
        try:
            shown = tell("register-show", identity=identity)
        except NotFound:
            try:
                shown = tell("register-hit", hit=identity)
            except NotFound:
                shown = None
            if shown is None:
                raise
    if json_:
        print_json(shown)
        return
    if "subject" in shown:
        click.echo(f"{shown['subject']['id']}  {shown['subject']['schema']}")
    told = shown.pop("terms", {}) | {name: value for name, value in shown.items() if name != "subject"}
    for name, value in told.items():
        if value not in ("", None, [], {}, 0):
            click.echo(
                f"  {name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
            )


register.add_command(link)
