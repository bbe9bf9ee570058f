"""`comity register link`: who stands in two registers, or twice in one."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from comity.cli.command import command
from comity.cli.options import as_json, print_json
from comity.languages import _

if TYPE_CHECKING:
    from comity.register.link import Cluster, Linked
    from comity.storage.linking import Told

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@command("link")
@click.argument("left", metavar="A", type=_FILE)
@click.argument("right", metavar="[B]", type=_FILE, required=False)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the links go; else they are printed.",
)
@click.option(
    "--work",
    type=click.Path(file_okay=False, path_type=Path),
    help="What is found on the way; a run that was stopped goes on from there. By default A.link beside A.",
)
@click.option(
    "--jobs", type=click.IntRange(1, 256), default=None, help="Processes; by default one for each core."
)
@click.option(
    "--at-least",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="How probable a link must be to be given out.",
)
@click.option(
    "--mapping",
    type=_FILE,
    help="For tables of your own: which column is what.",
)
@as_json
def link(
    left: Path,
    right: Path | None,
    out: Path | None,
    work: Path | None,
    jobs: int | None,
    at_least: float,
    mapping: Path | None,
    json_: bool,
) -> None:
    """Link the registers in files A and B, or A with itself, in any format that `register import` reads.

    Pairs that probably are one subject come with a probability and with what speaks for and against; clusters are what
    belongs together on the whole. A link is a proposal: merging is a judgement by a person. A register of a node comes
    out as a file by `comity register export`.
    """
    from comity.interop.lists.formats import read_subjects
    from comity.storage.linking import link_registers

    subjects = read_subjects(left, mapping=mapping)
    others = read_subjects(right, mapping=mapping) if right else None
    folder = work or left.with_name(f"{left.name}.link")
    with _told() as told:
        pairs, clusters = link_registers(
            subjects, others, folder, jobs=jobs or os.cpu_count() or 1, at_least=at_least, told=told
        )
    sides = [(left.name, subject.id) for subject in subjects]
    sides += [(right.name, subject.id) for subject in others or ()] if right else []
    if out is not None:
        with out.open("w", encoding="utf-8") as into:
            _write(into, pairs, clusters, sides)
    elif json_:
        _write(sys.stdout, pairs, clusters, sides)
        return
    else:
        for each in clusters:
            _show(each, sides)
    summary = {"subjects": len(sides), "pairs": len(pairs), "clusters": len(clusters), "work": str(folder)}
    if json_:
        print_json(summary)
    else:
        click.echo(
            _(
                "{subjects} subjects, {pairs} pairs, {clusters} clusters; {folder} may be removed",
                subjects=len(sides), pairs=len(pairs), clusters=len(clusters), folder=str(folder),
            ),
            err=True,
        )  # fmt: skip


def _write(
    into: TextIO, pairs: "list[Linked]", clusters: "list[Cluster]", sides: list[tuple[str, str]]
) -> None:
    """Write every pair and every cluster, a JSON object each."""
    for pair in pairs:
        a, b = (_named(sides[place]) for place in pair.places)
        line: dict[str, Any] = {"pair": [a, b], "probability": pair.probability, "why": list(pair.why)}
        into.write(json.dumps(line, ensure_ascii=False) + "\n")
    for each in clusters:
        line = {"cluster": [_named(sides[place]) for place in each.places], "weakest": each.weakest}
        into.write(json.dumps(line, ensure_ascii=False) + "\n")


def _named(side: tuple[str, str]) -> dict[str, str]:
    return {"register": side[0], "id": side[1]}


def _show(cluster: "Cluster", sides: list[tuple[str, str]]) -> None:
    members = ", ".join(
        f"{identity} ({register})" for register, identity in (sides[p] for p in cluster.places)
    )
    click.echo(f"{cluster.weakest:.3f}  {members}")
    for pair in cluster.links:
        click.echo(f"       {pair.left} = {pair.right}  {pair.probability:.3f}  {', '.join(pair.why)}")


@contextmanager
def _told() -> "Iterator[Told]":
    """Show a progress bar where somebody looks."""
    if not sys.stderr.isatty():
        yield lambda _done, _of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    bar = Progress(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=Console(stderr=True))
    with bar:
        task = bar.add_task("", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
