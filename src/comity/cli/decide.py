"""`comity decide`: answer the cases of a file."""

import sys
from pathlib import Path

import click

from comity.cli.options import as_json, print_json_lines


@click.command()
@click.argument("cases", type=click.Path(path_type=Path))
@as_json
@click.option("--explain", "explained", is_flag=True, help="Tell what each rule saw and concluded.")
@click.option("--language", default=None, help="Language for the words of grounds, where a text has it.")
def decide(cases: Path, json_: bool, explained: bool, language: str | None) -> None:
    """Answer every case in CASES, a TOML file that names its agreements and says what is expected.

    Exit code 0 if all is as expected, 1 if anything is not; without `expect`, a single case exits by its outcome:
    0 permitted, 1 refused, 4 needs consent.
    """
    from comity.decisions.cases import exit_code, run_cases
    from comity.decisions.explain import explain

    results = run_cases(cases)
    if json_:
        print_json_lines(result.as_json() for result in results)
    for result in results:
        if not json_:
            click.echo(result.line())
        if explained:
            for line in explain(result.decision, result.known, language):
                click.echo(f"  {line}", err=json_)
    if not json_:
        wrong = sum(not result.ok for result in results)
        click.echo(f"{len(results)} cases, {wrong} not as expected", err=True)
    sys.exit(exit_code(results))
