"""`comity demo`: the guided story."""

import sys
import tempfile
from pathlib import Path

import click

from comity.cli.command import command
from comity.cli.ending import ended_by_signal
from comity.cli.options import as_json, print_json
from comity.languages import _

_FOLDER = Path("comity-demo")


@command()
@click.option("--once", is_flag=True, help="Play the story and end, leaving nothing behind.")
@click.option(
    "--item",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="The STIX 2.1 file that North shares; by default one that ships with Comity.",
)
@click.option("--marking", default="", help="Its TLP marking, where it brings none.")
@click.option(
    "--dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Where the three homes stand; by default ./comity-demo, or a temporary folder with --once.",
)
@as_json
def demo(once: bool, item: Path | None, marking: str, folder: Path | None, json_: bool) -> None:
    """Play the guided story with three nodes on this machine: North, South and East.

    Without --once the nodes are left open, on the real clock, to be tried with item add, share, inbox and withdraw.
    """
    if once and folder is None:
        with tempfile.TemporaryDirectory(prefix="comity-demo-") as temporary:
            _play(Path(temporary) / "demo", item, marking, json_, stay=False)
    else:
        _play(folder or _FOLDER, item, marking, json_, stay=not once)


def _play(folder: Path, item: Path | None, marking: str, json_: bool, *, stay: bool) -> None:
    from comity.cli.quiet import quiet_log
    from comity.demo.stage import Stage
    from comity.demo.story import STEPS, play

    quiet_log()
    if item is not None:
        from comity.interop.files import describe

        describe(
            item, item.read_bytes(), "", marking
        )  # mistakes in the file are named before anything is built
    steps = []
    with Stage(folder, to_stay=stay) as stage:
        if not json_:
            from comity.demo.narrator import Narrator

            narrator = Narrator(len(STEPS))
            narrator.begin(stage)
        for step in play(stage, item, marking):
            steps.append(step)
            if not json_:
                narrator.tell(step)
        ok = len(steps) == len(STEPS) and all(step.ok for step in steps)
        if json_:
            print_json({"ok": ok, "steps": [step.as_json() for step in steps]})
        else:
            narrator.end(stage, ok=ok, stay=stay)
        if ok and stay:
            with ended_by_signal() as ended:
                ended.wait()
                click.echo("\n" + _("the nodes are stopped; comity demo plays it again"), err=True)
    sys.exit(0 if ok else 1)
