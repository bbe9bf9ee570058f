"""`comity register`: one's own register: import, check, show."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import click

from comity.cli.command import group
from comity.cli.options import DAY, as_json, home_options, node_at, print_json, print_json_lines, print_table
from comity.cli.register_link import link
from comity.errors import BadInput

_FORMATS = (
    "auto", "ftm", "un-xml", "eu-xml", "eu-csv", "uk-csv", "ofac-xml", "ofac-csv", "statements", "csv",
)  # fmt: skip


@group()
def register() -> None:
    """Import records, check names."""


@register.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--basis", required=True, help="The legal basis of the records, in words.")
@click.option("--review", type=DAY, required=True, help="The day on which they are looked at again.")
@click.option(
    "--role", default="", help="Data-subject role of persons: suspect, convicted, victim, witness, …"
)
@click.option("--purpose", default="", help="What they are kept for; by default the register clause's.")
@click.option("--offence", default="", help="Code of the offence, where the role needs one.")
@click.option("--decision", default="", help="Reference of the decision, where there is one.")
@click.option(
    "--grading", default="X4", show_default=True, help="4×4 grading: source A–C or X, information 1–4."
)
@click.option(
    "--handling",
    type=click.Choice(["open", "reference", "ask", "silent"]),
    default="reference",
    show_default=True,
    help="What a hit tells another Party.",
)
@click.option("--action", default="", help="What is to be done on a hit; always by a person.")
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
@home_options
@as_json
def import_(
    file: Path,
    basis: str,
    review: date,
    role: str,
    purpose: str,
    offence: str,
    decision: str,
    grading: str,
    handling: str,
    action: str,
    format_: str,
    mapping: Path | None,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Enter FILE, whole or not at all.

    FollowTheMoney entities (JSON Lines) or statements, a public list (UN, EU, UK, OFAC), or a table of your own with
    a mapping file; plain, .gz, or a .zip of one file.
    """
    with node_at(home, passphrase_file) as tell:
        shown = tell(
            "register-import",
            path=str(file.resolve()),
            basis=basis,
            review=review.isoformat(),
            role=role,
            purpose=purpose,
            offence=offence,
            decision=decision,
            grading=grading,
            handling=handling,
            action=action,
            format=format_,
            mapping=str(mapping.resolve()) if mapping else "",
        )
    if json_:
        print_json(shown)
        return
    click.echo(f"{shown['entered']} entered, {shown['replaced']} replaced; {shown['records']} records in all")
    for finding in shown["to_read"]:
        click.echo(f"  a person should read: {finding}", err=True)


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
@click.option("--born", default="", help="Birth date or year: 1970-03-14, 1970.")
@click.option(
    "--country", "countries", multiple=True, help="Country, ISO 3166-1 alpha-2; repeat for several."
)
@click.option(
    "--schema", default="Person", show_default=True, help="Person, Organization, Company, Vessel, …"
)
@click.option(
    "--limit", type=click.IntRange(1, 100), default=5, show_default=True, help="At most so many a question."
)
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    default=0.7,
    show_default=True,
    help="From which score it is a hit.",
)
@home_options
@as_json
def check(
    name: str,
    batch: Path | None,
    born: str,
    countries: tuple[str, ...],
    schema: str,
    limit: int,
    threshold: float,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Check NAME, or a file of questions, against one's own register.

    The best candidates are listed whatever their score; a hit is one at or above the threshold, and says why.
    """
    if bool(name) == (batch is not None):
        raise BadInput("give a name, or --batch FILE, and not both")
    with node_at(home, passphrase_file) as tell:
        how: dict[str, Any] = {"limit": limit, "threshold": threshold}
        if batch is not None:
            answers = tell("register-check", path=str(batch.resolve()), **how)
        else:
            answers = tell("register-check", names=[_question(name, born, countries, schema)], **how)
    if json_:
        print_json_lines(answers)
        return
    for answer in answers:
        if batch is not None:
            click.echo(answer["id"])
        print_table(
            ["", "score", "record", "why"],
            (
                ["hit" if hit["hit"] else "", f"{hit['score']:.3f}", hit["id"], "; ".join(hit["why"])]
                for hit in answer["hits"]
            ),
            empty="nothing like it is in the register",
        )


@register.command("show")
@click.argument("identity", metavar="ID")
@home_options
@as_json
def show(identity: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Show a record: the subject, and on what terms it is kept."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("register-show", identity=identity)
    if json_:
        print_json(shown)
        return
    click.echo(f"{shown['subject']['id']}  {shown['subject']['schema']}")
    for name, value in shown["terms"].items():
        if value:
            click.echo(
                f"  {name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
            )


def _question(name: str, born: str, countries: tuple[str, ...], schema: str) -> bytes:
    properties: dict[str, list[str]] = {"name": [name]}
    if born:
        properties["birthDate"] = [born]
    if countries:
        properties["country"] = list(countries)
    question = {"id": "question", "schema": schema, "properties": properties}
    return json.dumps(question, ensure_ascii=False).encode()


register.add_command(link)
