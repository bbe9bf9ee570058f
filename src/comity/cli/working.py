"""`comity request`, `comity plan`, … : working together, one group of commands for each kind of matter."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from comity.cli.asking import Asked, AskedArgument
from comity.cli.command import Command
from comity.cli.matters import WHICH, group_of
from comity.cli.matters_shown import print_step
from comity.cli.options import (
    DAY,
    as_json,
    home_options,
    node_at,
    print_csv,
    print_json,
    print_json_lines,
    print_table,
    write_whole,
)
from comity.errors import BadInput, RefusedHere
from comity.languages import _, said
from comity.languages.words import N_

request = group_of("request")
measure = group_of("measure")
plan = group_of("plan")
meeting = group_of("meeting")
mission = group_of("mission")
contact = group_of("contact")
passage = group_of("passage")
continuity = group_of("continuity")
delivery = group_of("delivery")
training = group_of("training")
materials = group_of("materials")
quota = group_of("quota")
charge = group_of("charge")
summary = group_of("summary")


_Function = TypeVar("_Function", bound=Callable[..., Any])

_PARTY = N_("The other Party.")


def _asked(name: str, metavar: str, meaning: str) -> Callable[[_Function], _Function]:
    """Make an argument that is asked for where it is missing."""
    return click.argument(name, cls=AskedArgument, meaning=meaning, metavar=metavar)


@plan.command("next", cls=Command)
@_asked("plan_", "PLAN", WHICH)
@click.option("--period", cls=Asked, required=True, help="The period the next one is for, such as 2032.")
@click.option("--begins", cls=Asked, required=True, type=DAY, help="Its first day.")
@click.option("--ends", cls=Asked, required=True, type=DAY, help="Its last day.")
@click.option("--dry-run", is_flag=True, help="Only tell whether it could be done.")
@home_options
@as_json
def next_plan(plan_: str, period: str, begins: Any, ends: Any, dry_run: bool, json_: bool, **at: Any) -> None:
    """Draft the next plan from what is left of PLAN."""
    with node_at(at["home"], at["passphrase_file"]) as tell:
        shown = tell(
            "plan-next", plan=plan_, period=period, begins=str(begins), ends=str(ends), dry_run=dry_run
        )
    print_step(shown, json_)


_PERIOD = (
    click.option("--begins", cls=Asked, required=True, type=DAY, help="The first day of the period."),
    click.option("--ends", cls=Asked, required=True, type=DAY, help="The last day of the period."),
    click.option("--under", default="", metavar="AGREEMENT", help="The agreement, where several would do."),
    click.option("--dry-run", is_flag=True, help="Only tell whether it could be done."),
)


def _period(command: Any) -> Any:
    for option in reversed(_PERIOD):
        command = option(command)
    return command


@charge.command("ledger", cls=Command)
@click.argument("party", default="")
@click.option("--csv", is_flag=True, help="Print the costs as CSV.")
@click.option(
    "--parquet",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Write the costs into this file, as Parquet.",
)
@home_options
@as_json
def ledger(party: str, csv: bool, parquet: Path | None, json_: bool, **at: Any) -> None:
    """List the costs between this Party and PARTY, or all, who bears each, and what is owed."""
    with node_at(at["home"], at["passphrase_file"]) as tell:
        shown = tell("ledger", peer=party)
    if parquet is not None:
        from comity.interop.parquet import LEDGER, as_parquet

        write_whole(parquet, as_parquet(shown["lines"], LEDGER))
    if csv:
        print_csv(shown["lines"])
        return
    if json_:
        print_json(shown)
        return
    heads = [
        _("cost"),
        _("day"),
        _("with"),
        _("what"),
        _("amount"),
        _("had by"),
        _("borne by"),
        _("article"),
        _("state"),
    ]
    rows = [
        [
            row["event"][:12],
            row["on"],
            row["with"],
            row["what"],
            f"{row['amount']} {row['currency']}",
            row["spender"],
            said(row["bearer"]),
            row["ref"],
            said(row["state"]),
        ]
        for row in shown["lines"]
    ]
    print_table(heads, rows, empty=_("no costs"))
    for each in shown["owed"]:
        click.echo(_("{debtor} owes {creditor} {amount} {currency}", **each))


@charge.command("claim", cls=Command)
@_asked("party", "PARTY", _PARTY)
@click.option("--currency", default="", help="The currency, ISO 4217; by default that of the open costs.")
@click.option(
    "--begins", type=DAY, default=None, help="The first day; by default that of the first open cost."
)
@click.option("--ends", type=DAY, default=None, help="The last day; by default that of the last open cost.")
@click.option("--under", default="", metavar="AGREEMENT", help="The agreement, where several would do.")
@click.option("--dry-run", is_flag=True, help="Only tell whether it could be done.")
@home_options
@as_json
def claim(
    party: str, currency: str, begins: Any, ends: Any, under: str, dry_run: bool, json_: bool, **at: Any
) -> None:
    """Claim the open costs with PARTY, or those of a period, set off into one balance."""
    period = {name: str(day) for name, day in (("begins", begins), ("ends", ends)) if day is not None}
    with node_at(at["home"], at["passphrase_file"]) as tell:
        shown = tell("charge-claim", peer=party, currency=currency, under=under, dry_run=dry_run, **period)
    print_step(shown, json_)


@charge.command("check", cls=Command)
@_asked("charge_", "CHARGE", WHICH)
@home_options
@as_json
def check_charge(charge_: str, json_: bool, **at: Any) -> None:
    """Hold CHARGE against one's own ledger. Exit code 6 if it comes to something else here."""
    with node_at(at["home"], at["passphrase_file"]) as tell:
        shown = tell("charge-check", charge=charge_)
    _print_check(shown, shown["mistakes"], json_)


@summary.command("figures", cls=Command)
@_asked("party", "PARTY", _PARTY)
@click.option("--begins", cls=Asked, required=True, type=DAY, help="The first day of the period.")
@click.option("--ends", cls=Asked, required=True, type=DAY, help="The last day of the period.")
@click.option("--under", default="", metavar="AGREEMENT", help="The agreement, where several would do.")
@click.option("--csv", is_flag=True, help="Print the rows as CSV.")
@home_options
@as_json
def figures(party: str, begins: Any, ends: Any, under: str, csv: bool, json_: bool, **at: Any) -> None:
    """Count what there was with PARTY in a period: disclosures, matters, refusals by ground, answer times, costs."""
    with node_at(at["home"], at["passphrase_file"]) as tell:
        rows = tell("summary-figures", peer=party, begins=str(begins), ends=str(ends), under=under)
    if csv:
        print_csv(rows)
    elif json_:
        print_json_lines(rows)
    else:
        print_figures(rows)


@summary.command("draw", cls=Command)
@_asked("party", "PARTY", _PARTY)
@click.option("--words", default="", help="What the two say of the period.")
@_period
@home_options
@as_json
def draw(
    party: str, words: str, begins: Any, ends: Any, under: str, dry_run: bool, json_: bool, **at: Any
) -> None:
    """Draw up the summary of a period with PARTY and send it for countersigning."""
    period = {"begins": str(begins), "ends": str(ends)}
    with node_at(at["home"], at["passphrase_file"]) as tell:
        shown = tell("summary-draw", peer=party, words=words, under=under, dry_run=dry_run, **period)
    print_step(shown, json_)


@summary.command("check", cls=Command)
@_asked("summary_", "SUMMARY", WHICH)
@home_options
@as_json
def check_summary(summary_: str, json_: bool, **at: Any) -> None:
    """Hold SUMMARY against one's own figures. Exit code 6 if they differ, with every row that does."""
    with node_at(at["home"], at["passphrase_file"]) as tell:
        shown = tell("summary-check", summary=summary_)
    _print_check(shown, shown["rows"], json_)


@summary.command("export", cls=Command)
@_asked("summary_", "SUMMARY", WHICH)
@click.option(
    "--format",
    "form",
    type=click.Choice(["md", "pdf", "svg"]),
    default="md",
    show_default=True,
    help="As a document, or its plots alone: svg, one file each.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    help="Write it here: a file, for svg a folder. Needed for pdf and svg.",
)
@home_options
def export(summary_: str, form: str, output: Path | None, **at: Any) -> None:
    """Write SUMMARY as a document, with plots of flows by category and month, answer times and refusals by ground."""
    from comity.interop.summary_document import as_markdown, as_pdf

    if form != "md" and output is None:
        raise BadInput(_("{name} is missing", name="--output"), hint="comity summary export --help")
    if output is not None and output.is_dir() and form != "svg":
        raise BadInput(_("{file} is a folder", file=output))
    if output is not None and output.is_file() and form == "svg":
        raise BadInput(_("{file} is there already", file=output), hint="name a folder for the plots")
    with node_at(at["home"], at["passphrase_file"]) as tell:
        shown = tell("matter-show", matter=summary_, kind="summary")
    if form == "svg" and output is not None:
        _write_plots(shown, output)
        return
    text = as_markdown(shown)
    if output is None:
        click.echo(text, nl=False)
        return
    write_whole(output, as_pdf(shown) if form == "pdf" else text.encode())
    click.echo(str(output))


def _write_plots(shown: dict[str, Any], folder: Path) -> None:
    from comity.interop.summary_plots import plots_of

    plots = [each for charts in plots_of(shown).values() for each in charts]
    if not plots:
        raise RefusedHere(
            _("there is nothing to plot: nothing passed, was answered or refused in this period")
        )
    folder.mkdir(parents=True, exist_ok=True)
    for chart in plots:
        file = folder / f"{chart.name}.svg"
        write_whole(file, chart.svg.encode())
        click.echo(str(file))


def print_figures(rows: list[dict[str, Any]]) -> None:
    """Print the rows of a summary for people."""
    heads = [_("what"), _("by"), _("under"), _("month"), _("figure")]
    print_table(
        heads,
        [[said(row["what"]), row["by"], row["under"], row["month"], row["figure"]] for row in rows],
        empty=_("nothing in this period"),
    )


def _print_check(shown: dict[str, Any], mistakes: list[str], json_: bool) -> None:
    if json_:
        print_json(shown)
    elif shown["same"]:
        click.echo(_("it is the same here"))
    else:
        for line in mistakes:
            click.echo(said(line))
    if not shown["same"]:
        raise click.exceptions.Exit(6)
