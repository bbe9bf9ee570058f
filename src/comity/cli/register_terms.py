"""Options that several commands of the register share: the terms of a record, a question, whom it is put to."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click

from comity.cli.options import DAY
from comity.errors import BadInput
from comity.languages import _

#: Questions put to others from one file.
_MOST_LINES = 100_000

_OPTIONS = (
    click.option("--basis", required=True, help="The legal basis of the records, in words."),
    click.option("--review", type=DAY, required=True, help="The day on which they are looked at again."),
    click.option(
        "--role", default="", help="Data-subject role of persons: suspect, convicted, victim, witness, …"
    ),
    click.option("--purpose", default="", help="What they are kept for; by default the register clause's."),
    click.option("--offence", default="", help="Code of the offence, where the role needs one."),
    click.option("--decision", default="", help="Reference of the decision, where there is one."),
    click.option(
        "--grading", default="X4", show_default=True, help="4×4 grading: source A–C or X, information 1–4."
    ),
    click.option(
        "--handling",
        type=click.Choice(["open", "reference", "ask", "silent"]),
        default="reference",
        show_default=True,
        help="What a hit tells another Party.",
    ),
    click.option("--action", default="", help="What is to be done on a hit; always by a person."),
    click.option("--kind", default="", help="The named kind of record, where an agreement names kinds."),
    click.option(
        "--expires", type=DAY, default=None, help="The last day on which the basis lets them be kept."
    ),
    click.option(
        "--under",
        multiple=True,
        help="An agreement they are contributed under; repeat for several. By default every one that takes them.",
    ),
    click.option(
        "--private", is_flag=True, help="Contribute them under no agreement: one's own register only."
    ),
)


def terms_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a record's terms."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def plain_terms(given: dict[str, Any]) -> dict[str, Any]:
    """Put those options as the verbs take them."""
    private, under = given.pop("private"), given.pop("under")
    days = {name: value.isoformat() for name, value in given.items() if isinstance(value, date)}
    told = {name: value for name, value in given.items() if value is not None}
    return {**told, **days, "under": list(under) if private or under else ["*"]}


_QUESTION = (
    click.option("--born", default="", help="Birth date or year: 1970-03-14, 1970."),
    click.option(
        "--country", "countries", multiple=True, help="Country, ISO 3166-1 alpha-2; repeat for several."
    ),
    click.option(
        "--identifier", "identifiers", multiple=True, help="Number of a passport, a register, a vessel."
    ),
    click.option(
        "--schema", default="Person", show_default=True, help="Person, Organization, Company, Vessel, …"
    ),
)
_OTHERS = (
    click.option("--with", "to", default="", help="The Party whose register is asked."),
    click.option("--under", default="", help="The agreement; all its Parties are asked, or its host."),
    click.option("--purpose", default="", help="What for, as the agreement calls it."),
    click.option("--reference", default="", help="The case it is made for."),
)


def question_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a question."""
    for option in reversed(_QUESTION):
        command = option(command)
    return command


def others_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say whom a question is put to, and why."""
    for option in reversed(_OTHERS):
        command = option(command)
    return command


def question_of(
    name: str, born: str, countries: tuple[str, ...], identifiers: tuple[str, ...], schema: str
) -> bytes:
    """Put a question as the FollowTheMoney entity it stands for."""
    properties: dict[str, list[str]] = {}
    given = {"name": [name], "birthDate": [born], "country": [*countries], "idNumber": [*identifiers]}
    for prop, values in given.items():
        said = [value for value in values if value]
        if said:
            properties[prop] = said
    question = {"id": "question", "schema": schema, "properties": properties}
    return json.dumps(question, ensure_ascii=False).encode()


def lines_of(file: Path) -> list[bytes]:
    """Read a file of questions or records, one a line."""
    try:
        lines = [line for line in file.read_bytes().splitlines() if line.strip()]
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadInput(_("{file}: cannot be read: {reason}", file=file, reason=reason)) from None
    if len(lines) > _MOST_LINES:
        raise BadInput(_("{file}: more than {most} lines", file=file, most=_MOST_LINES))
    return lines


def one_of(file: Path) -> bytes:
    """Read a file of one record."""
    lines = lines_of(file)
    if len(lines) != 1:
        raise BadInput(_("{file}: one record on one line belongs here", file=file))
    return lines[0]
