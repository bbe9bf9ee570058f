"""`comity register due`, `release`, `refuse`, `settle`, `quota`, `precision`: a person's part in answering others."""

import sys
from datetime import date
from pathlib import Path

import click

from comity.cli.options import (
    DAY,
    as_json,
    home_options,
    node_at,
    print_decision,
    print_json,
    print_json_lines,
    print_table,
)
from comity.cli.register import register
from comity.cli.register_asking import print_flags
from comity.cli.share import EXIT
from comity.languages import _, said


@register.command("due")
@home_options
@as_json
def due(home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Tell what is due: follow-ups to answer, answers owed to us, outcomes, flags, reviews."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("register-due")
    if json_:
        print_json(shown)
        return
    lines = [
        *(
            (
                _(
                    "{party} asks for {record} until {due}: {because}",
                    party=hit["party"],
                    record=hit["record"],
                    due=hit["due"],
                    because=hit["because"],
                )
                if hit["due"]
                else _(
                    "{party} asks for {record}: {because}",
                    party=hit["party"],
                    record=hit["record"],
                    because=hit["because"],
                )
            )
            + f"  comity register release {hit['hit'][:12]}"
            for hit in shown["to_answer"]
        ),
        *(
            _("{party} owes its answer about hit {hit}", party=hit["owner"], hit=hit["hit"][:12])
            for hit in shown["late"]
        ),
        *(_("hit {hit} has no outcome yet", hit=hit["hit"][:12]) for hit in shown["to_close"]),
        *(
            _(
                "{party} says of {record}: {words}",
                party=flag["party"],
                record=flag["record"],
                words=f"{said(flag['kind'])}: {flag['words']}",
            )
            + f"  comity register settle {flag['flag'][:12]} acknowledged"
            for flag in shown["flags"]
        ),
        *(
            _("record {record} runs out on {day}", record=each["id"], day=each["runs_out"])
            for each in shown["reviews"]
        ),
    ]
    for line in lines:
        click.echo(line)
    if not lines:
        click.echo(_("nothing is due"), err=True)


@register.command("release")
@click.argument("hit")
@click.option("--because", default="", help="A word to whoever asked.")
@click.option("--marking", default="TLP:AMBER", show_default=True, help="What the record is marked with.")
@click.option("--read", is_flag=True, help="I have read the words that the door found in it.")
@home_options
@as_json
def release(
    hit: str,
    because: str,
    marking: str,
    read: bool,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Release the record of HIT to whoever asked for it: this is a person's decision.

    The record passes as an item, if the gate lets it. Exit code 0 released, 1 refused, 4 needs consent.
    """
    with node_at(home, passphrase_file) as tell:
        shown = tell("register-release", hit=hit, because=because, marking=marking, read=read)
    decision = shown["decision"]
    if json_:
        print_json(shown)
    elif decision is not None:
        print_decision(decision, item=shown["record"], to=shown["party"])
    else:
        click.echo(_("{record} has passed to {party}", record=shown["record"], party=shown["party"]))
    sys.exit(EXIT[decision["decision"]] if decision is not None else 0)


@register.command("refuse")
@click.argument("hit")
@click.option("--because", required=True, help="The reason; whoever asked reads it.")
@home_options
@as_json
def refuse(hit: str, because: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Refuse a follow-up."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("register-refuse", hit=hit, because=because)
    if json_:
        print_json(shown)
        return
    click.echo(_("{party} is told: {because}", party=shown["party"], because=because))


@register.command("settle")
@click.argument("flag")
@click.argument("state", type=click.Choice(["acknowledged", "corrected", "upheld"]))
@click.option("--because", default="", help="The reasons; needed to uphold a record.")
@home_options
@as_json
def settle(
    flag: str, state: str, because: str, home: Path, passphrase_file: Path | None, json_: bool
) -> None:
    """Acknowledge a flag on one's own record, or settle it."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("register-settle", flag=flag, state=state, because=because)
    print_flags([shown], json_)


@register.command("quota")
@click.option("--day", type=DAY, default=None, help="Another day than today, in UTC.")
@home_options
@as_json
def quota(day: date | None, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Tell how many questions were asked today, by us and of us, and how many the agreement allows."""
    with node_at(home, passphrase_file) as tell:
        rows = tell("register-quota", day=day.isoformat() if day else None)
    if json_:
        print_json_lines(rows)
        return
    print_table(
        [_("agreement"), _("who asks"), _("whom"), _("asked"), _("allowed")],
        (
            [row["agreement"], row["asker"], row["holder"], str(row["asked"]), str(row["capacity"] or "–")]
            for row in rows
        ),
        empty=_("none"),
    )


@register.command("precision")
@home_options
@as_json
def precision(home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Tell what closed hits on our records came to, by source, and what threshold would serve best."""
    with node_at(home, passphrase_file) as tell:
        shown = tell("register-precision")
    if json_:
        print_json(shown)
        return
    print_table(
        [_("source"), said("confirmed"), said("false"), said("undetermined"), _("share")],
        (
            [
                row["source"],
                str(row["confirmed"]),
                str(row["false"]),
                str(row["undetermined"]),
                "–" if row["share"] is None else f"{row['share']:.2f}",
            ]
            for row in shown["sources"]
        ),
        empty=_("none"),
    )
    for each in shown["thresholds"]:
        if each["proposed"] is not None and each["proposed"] > each["in_force"]:
            click.echo(
                _(
                    "{agreement}: a threshold of {threshold}",
                    agreement=each["agreement"],
                    threshold=f"{each['proposed']:.2f}",
                )
            )
            click.echo(f"  comity register threshold {each['agreement']} --as-proposed --because …", err=True)


@register.command("thresholds")
@home_options
@as_json
def thresholds(home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Tell from which score a match counts as a hit under each agreement, and what the outcomes speak for."""
    with node_at(home, passphrase_file) as tell:
        rows = tell("register-thresholds")
    if json_:
        print_json_lines(rows)
        return
    print_table(
        [_("agreement"), _("agreed"), _("in force"), _("share"), _("proposed")],
        (
            [
                row["agreement"],
                *(
                    "–" if row[name] is None else f"{row[name]:.2f}"
                    for name in ("agreed", "in_force", "share", "proposed")
                ),
            ]
            for row in rows
        ),
        empty=_("none"),
    )


@register.command("threshold")
@click.argument("agreement")
@click.argument("score", type=click.FloatRange(0, 1), required=False)
@click.option(
    "--as-proposed", is_flag=True, help="Take the score that the outcomes of closed hits speak for."
)
@click.option("--because", required=True, help="Why.")
@home_options
@as_json
def threshold(
    agreement: str,
    score: float | None,
    as_proposed: bool,
    because: str,
    home: Path,
    passphrase_file: Path | None,
    json_: bool,
) -> None:
    """Count matches as hits under AGREEMENT from SCORE on.

    Never below what its register article says. What scores less, down to 0.5, is still told, as possible.
    """
    if (score is None) != as_proposed:
        raise click.UsageError(_("give a score, or --as-proposed"))
    with node_at(home, passphrase_file) as tell:
        shown = tell("register-threshold", agreement=agreement, score=score, because=because)
    if json_:
        print_json(shown)
        return
    click.echo(
        _(
            "{agreement}: a match is a hit from {threshold} on",
            agreement=shown["agreement"],
            threshold=f"{shown['in_force']:.2f}",
        )
    )
