"""`comity register check --with`, `watch`, `follow-up`, `outcome`, `flag`: asking other Parties, and what follows."""

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from comity.cli.options import (
    INSTANT,
    LIMIT,
    as_json,
    home_options,
    node_at,
    print_json,
    print_json_lines,
    print_table,
)
from comity.cli.register import register
from comity.cli.register_terms import others_options, question_of, question_options
from comity.clock import Instant, format_instant
from comity.control.client import Teller
from comity.errors import ComityError
from comity.languages import _, said

#: Seconds between two looks at what has come back.
_LOOK_AGAIN = 0.2


def ask_others(
    tell: Teller, questions: Sequence[bytes], how: Mapping[str, Any], *, wait: int, json_: bool
) -> None:
    """Put questions to other Parties and show what has come back in time; exit 5 while an answer is owed."""
    asked, refused = [], []
    for question in questions:
        try:
            asked.append(tell("register-ask", question=question, **how))
        except ComityError as error:
            if len(questions) == 1 or error.exit_code != 1:
                raise
            refused.append(error)
    end = time.monotonic() + wait
    while not all(each["complete"] for each in asked) and time.monotonic() < end:
        time.sleep(_LOOK_AGAIN)
        asked = [each if each["complete"] else tell("register-asked", check=each["check"]) for each in asked]
    for each in asked:
        if json_:
            print_json(each)
        else:
            _print_asked(each)
    for refusal in refused:
        click.echo(f"comity: {refusal.message}", err=True)
    if not all(each["complete"] for each in asked):
        sys.exit(5)
    if refused or all(part["state"] == "refused" for each in asked for part in each["parties"]):
        sys.exit(1)


def _print_asked(shown: Mapping[str, Any]) -> None:
    click.echo(_("check {check}", check=shown["check"][:12]))
    for part in shown["parties"]:
        refs = ", ".join(said(ref) for ref in part["grounds"])
        because = f": {part['reason']}" if part["reason"] else ""
        click.echo(f"  {part['party']}  {said(part['state'])}  {refs}{because}")
    stands = shown["watch"] and any(part["state"] == "standing" for part in shown["parties"])
    told = (
        _("it stands; what is found comes under comity register hits")
        if stands
        else _("nobody knows anything that may be told")
    )
    _print_hits(shown["hits"], empty=told)
    if shown["waiting"]:
        click.echo(
            _("in part: {parties} has not answered yet", parties=", ".join(shown["waiting"])), err=True
        )
        click.echo(f"  comity register checks {shown['check'][:12]}", err=True)


def _print_hits(hits: Sequence[Mapping[str, Any]], *, empty: str) -> None:
    print_table(
        [_("hit"), "", _("score"), _("owner"), _("record"), _("state"), _("why")],
        (
            [
                str(hit.get("hit", ""))[:12],
                said(str(hit.get("band", ""))),
                f"{hit['score']:.2f}",
                str(hit.get("owner") or hit.get("party", "")),
                str(hit["record"]),
                said(str(hit.get("outcome") or hit.get("state") or hit["shown"])),
                "; ".join(hit.get("why", ())),
            ]
            for hit in hits
        ),
        empty=empty,
    )


@register.command("checks")
@click.argument("check", default="")
@click.option("--told", is_flag=True, help="Those that others put to this Party.")
@click.option("--limit", type=LIMIT, default=50, show_default=True, help="At most so many.")
@home_options
@as_json
def checks(check: str, told: bool, limit: int, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """List checks put to others, or show one with what has come back."""
    with node_at(home, passphrase_file) as tell:
        if check:
            shown = tell("register-asked", check=check)
            if json_:
                print_json(shown)
            else:
                _print_asked(shown)
            return
        rows = tell("register-checks", told=told, limit=limit)
    _print_checks(rows, json_)


def _print_checks(rows: Sequence[Mapping[str, Any]], json_: bool) -> None:
    if json_:
        print_json_lines(rows)
        return
    print_table(
        [
            _("check"),
            _("Party"),
            _("agreement"),
            _("purpose"),
            _("reference"),
            _("about"),
            _("state"),
            _("until"),
        ],
        (
            [
                row["check"][:12],
                row["party"],
                row["agreement"],
                row["purpose"],
                row["reference"],
                "; ".join(row["names"]),
                said(row["state"]),
                str(row["until"] or ""),
            ]
            for row in rows
        ),
        empty=_("none"),
    )


@register.command("hits")
@click.option("--told", is_flag=True, help="Those that others have met in this register.")
@click.option("--limit", type=LIMIT, default=50, show_default=True, help="At most so many.")
@home_options
@as_json
def hits(told: bool, limit: int, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """List matches that others told us, or that others have met here."""
    with node_at(home, passphrase_file) as tell:
        rows = tell("register-hits", told=told, limit=limit)
    if json_:
        print_json_lines(rows)
        return
    _print_hits(rows, empty=_("none"))


@register.command("watch")
@click.argument("name")
@question_options
@others_options
@click.option("--until", type=INSTANT, required=True, help="Until when: a day or a time.")
@click.option("--list", "topic", default="", help="The list of common interest it belongs to.")
@home_options
@as_json
def watch(
    name: str,
    born: str,
    countries: tuple[str, ...],
    identifiers: tuple[str, ...],
    schema: str,
    to: str,
    under: str,
    purpose: str,
    reference: str,
    until: Instant,
    topic: str,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Be told when a later record matches NAME: in one's own register, or in other Parties'."""
    with node_at(home, passphrase_file) as tell:
        shown = tell(
            "register-ask",
            question=question_of(name, born, countries, identifiers, schema),
            to=to,
            under=under,
            purpose=purpose,
            reference=reference,
            until=format_instant(until),
            topic=topic,
        )
    if json_:
        print_json(shown)
        return
    _print_asked(shown)


@register.command("watches")
@click.option("--told", is_flag=True, help="Those that others have set here.")
@click.option("--limit", type=LIMIT, default=50, show_default=True, help="At most so many.")
@home_options
@as_json
def watches(told: bool, limit: int, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """List watches."""
    with node_at(home, passphrase_file) as tell:
        rows = tell("register-checks", watches=True, told=told, limit=limit)
    _print_checks(rows, json_)


@register.command("unwatch")
@click.argument("check")
@home_options
@as_json
def unwatch(check: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """End a watch."""
    with node_at(home, passphrase_file) as tell:
        rows = tell("register-unwatch", check=check)
    _print_checks(rows, json_)


@register.command("follow-up")
@click.argument("hit")
@click.option("--because", required=True, help="The facts that make the record needed.")
@home_options
@as_json
def follow_up(hit: str, because: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Ask the owner for the record of HIT; a person there decides."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("register-follow-up", hit=hit, because=because)
    _print_hit(shown, json_)


@register.command("outcome")
@click.argument("hit")
@click.argument("outcome", type=click.Choice(["confirmed", "false", "undetermined"]))
@click.option("--words", default="", help="What tells so.")
@home_options
@as_json
def outcome(
    hit: str, outcome: str, words: str, home: Path, passphrase_file: Path | None, json_: bool
) -> None:
    """Close HIT with what came of it; its owner learns it."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("register-outcome", hit=hit, outcome=outcome, words=words)
    _print_hit(shown, json_)


def _print_hit(shown: Mapping[str, Any], json_: bool) -> None:
    if json_:
        print_json(shown)
        return
    _print_hits([shown], empty="")
    if shown["due"]:
        click.echo(_("to be answered until {due}", due=shown["due"]))


@register.command("flag")
@click.argument("hit")
@click.argument("kind", type=click.Choice(["error", "will-not-act", "look-alike", "misused-identity"]))
@click.option("--because", required=True, help="What speaks for it; the owner reads it.")
@home_options
@as_json
def flag(hit: str, kind: str, because: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Say what this Party thinks of the record of HIT. Only its owner changes it."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("register-flag", hit=hit, kind=kind, because=because)
    print_flags([shown], json_)


@register.command("unflag")
@click.argument("flag")
@home_options
@as_json
def unflag(flag: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Take a flag back."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("register-unflag", flag=flag)
    print_flags([shown], json_)


@register.command("flags")
@home_options
@as_json
def flags(home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """List flags: raised by us, and on our records."""
    with node_at(home, passphrase_file) as tell:
        rows = tell("register-flags")
    print_flags(rows, json_)


def print_flags(rows: Sequence[Mapping[str, Any]], json_: bool) -> None:
    """Print flags."""
    if json_:
        print_json_lines(rows)
        return
    print_table(
        [_("flag"), _("kind"), _("Party"), _("record"), _("why"), _("state"), _("until"), _("answer")],
        (
            [
                row["flag"][:12],
                said(row["kind"]),
                row["party"],
                row["record"] or row["hit"][:12],
                row["words"],
                said(row["state"]),
                str((row["resolve_by"] if row["state"] != "raised" else row["acknowledge_by"]) or ""),
                row["answer"],
            ]
            for row in rows
        ),
        empty=_("none"),
    )
