"""`comity request`, `comity plan`, … : working together, one group of commands for each kind of matter."""

from typing import Any

import click

from comity.cli.command import Command
from comity.cli.matters import group_of, print_step
from comity.cli.options import DAY, as_json, home_options, node_at

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


@plan.command("next", cls=Command)
@click.argument("plan_", metavar="PLAN")
@click.option("--period", required=True, help="What the next one is for: 2032.")
@click.option("--begins", required=True, type=DAY, help="Its first day.")
@click.option("--ends", required=True, type=DAY, help="Its last day.")
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
