"""`comity decide`: answer the cases of a file."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from comity.cli.command import command
from comity.cli.options import as_json, explained, print_json_lines, printable
from comity.languages import _, choose, ngettext, said, use

if TYPE_CHECKING:
    from comity.decisions.cases import CaseResult


@command()
@click.argument("cases", type=click.Path(path_type=Path))
@as_json
@click.option("--explain", "with_reasons", is_flag=True, help="Tell what each rule saw and concluded.")
@click.option("--language", default=None, help="Language of the answer; grounds stand in the decisive text.")
def decide(cases: Path, json_: bool, with_reasons: bool, language: str | None) -> None:
    """Answer every case in CASES, a TOML file that names its agreements and says what is expected.

    Exit code 0 if all is as expected, 1 if anything is not; without `expect`, a single case exits by its outcome:
    0 permitted, 1 refused, 4 needs consent.
    """
    from comity.decisions.cases import exit_code, run_cases
    from comity.decisions.explain import explain

    if language is not None:
        use(choose(language, {}))
    results = run_cases(cases)
    if json_:
        print_json_lines(result.as_json() for result in results)
    for result in results:
        if not json_:
            click.echo(printable(_line(result)))
        if with_reasons:
            for line in explained(explain(result.decision, result.known)):
                click.echo(f"  {printable(line)}", err=json_)
    if not json_:
        wrong = sum(not result.ok for result in results)
        cases_ = ngettext("{count} case", "{count} cases", len(results))
        click.echo(_("{cases}, not as expected: {wrong}", cases=cases_, wrong=wrong), err=True)
    sys.exit(exit_code(results))


def _line(result: "CaseResult") -> str:
    """Give the one line that people read: the outcome, whom to ask, the grounds, and what differs."""
    decision = result.decision
    outcome = said(decision.outcome)
    if decision.ask:
        outcome += ", " + _("ask {parties}", parties=", ".join(ask.party for ask in decision.ask))
    grounds = "; ".join(dict.fromkeys(said(ground.ref) for ground in decision.grounds))
    differs = "; ".join(said(each) for each in result.differs)
    wrong = "  " + _("NOT AS EXPECTED: {differs}", differs=differs) if differs else ""
    return f"{outcome}  {result.case.name}  [{grounds}]{wrong}"
