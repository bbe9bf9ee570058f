"""A run of linking on this machine: all cores, and nothing done twice when it was stopped.

The first stage, comparing by name, takes most of the time. It is cut into shares of names, subjects of the same names
being compared once; each share is compared by a process of its own with the index of the whole, which all of them map
into memory, and what it found is a file in the work folder. A run that finds such files of the same subjects and the
same matcher goes on from there. Another engine can take this module's place: it maps
`comity.register.link.compare_by_name` over shares and hands what `spread` makes of them to `conclude`.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import msgspec
import numpy as np

from comity.errors import BadInput
from comity.register.examination import Query
from comity.register.index import NameIndex
from comity.register.index_files import open_index, save_index
from comity.register.link import (
    Cluster,
    Linked,
    Pairs,
    best_of,
    by_name,
    compare_by_name,
    conclude,
    namesakes,
    spread,
    within,
)
from comity.register.scoring import matcher
from comity.register.subjects import Subject

__all__ = ["SHARE", "link_registers"]

#: Names of a share.
SHARE = 1000
_TOGETHER = 100
#: Told how many different names are compared, of how many.
Told = Callable[[int, int], None]


def link_registers(
    left: Sequence[Subject],
    right: Sequence[Subject] | None,
    work: Path,
    *,
    jobs: int = 1,
    at_least: float = 0.5,
    told: Told = lambda _done, _of: None,
) -> tuple[list[Linked], list[Cluster]]:
    """Link two registers, or one with itself.

    Args:
        left: one register.
        right: the other; None to link `left` with itself.
        work: folder for what is found on the way; made if missing, and left for its owner to remove.
        jobs: processes.
        at_least: probability from which a pair is given out.
        told: progress.

    Raises:
        BadInput: the work folder is of another run.
    """
    asked = left if right is None else right
    _claim(work, left, asked)
    held = namesakes(left)
    others = held if right is None else namesakes(right)
    if open_index(work / "index", "link") is None:
        index = NameIndex()
        for number, place in enumerate(held.first):  # numbers stand for ids: two registers may use the same
            index.add(msgspec.structs.replace(left[place].entry(), id=str(number)))
        save_index(index, work / "index", "link")
    done = 0
    for size in _shares([asked[place] for place in others.first], work, jobs):
        done += size
        told(done, len(others.first))
    alike = best_of(*(_read(path) for path in sorted(work.glob("share-*.npy"))), _none())
    named = spread(alike, held, others)
    if right is None:
        return conclude(left, within(named), at_least=at_least)
    moved = Pairs(named.left, named.right + len(left), named.verdict)
    return conclude([*left, *right], moved, second=len(left), at_least=at_least)


def _claim(work: Path, left: Sequence[Subject], asked: Sequence[Subject]) -> None:
    """Make the work folder, or find that it is of this very run."""
    about = {
        "left": _digest(left),
        "asked": _digest(asked),
        "matcher": str(matcher().digest),
        "share": SHARE,
        "of": "names",
    }
    file = work / "run.json"
    if file.exists():
        try:
            same = json.loads(file.read_text(encoding="utf-8")) == about
        except ValueError:
            same = False
        if not same:
            raise BadInput(
                f"{work}: is of another run", hint="choose another folder with --work, or remove that one"
            )
        return
    work.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(work.iterdir()):
        raise BadInput(f"{work}: is not empty", hint="choose a new folder with --work")
    file.write_text(json.dumps(about), encoding="utf-8")


def _digest(subjects: Sequence[Subject]) -> str:
    running = hashlib.sha256()
    for subject in subjects:
        running.update(msgspec.json.encode(subject) + b"\n")
    return running.hexdigest()


def _shares(asked: Sequence[Subject], work: Path, jobs: int) -> Iterator[int]:
    """See to every share that is not done; give the size of each as it is."""
    tops = range(0, len(asked), SHARE)
    missing = [top for top in tops if not _file(work, top).exists()]
    yield sum(min(SHARE, len(asked) - top) for top in tops if top not in set(missing))

    def questions(top: int) -> list[Query]:
        return [by_name(subject) for subject in asked[top : top + SHARE]]

    if jobs <= 1 or len(missing) <= 1:
        for top in missing:
            yield _compare(work, top, questions(top))
        return
    with ProcessPoolExecutor(min(jobs, len(missing)), mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(_compare, work, top, questions(top)) for top in missing]
        for each in waiting:
            yield each.result()


@cache
def _index(work: Path) -> NameIndex:
    index = open_index(work / "index", "link")
    if index is None:
        raise BadInput(f"{work}: its index cannot be opened", hint="remove the folder and begin again")
    return index


def _compare(work: Path, top: int, asked: list[Query]) -> int:
    """Compare a share and write what was found, whole or not at all."""
    index = _index(work)
    parts = [
        compare_by_name(index, asked[at : at + _TOGETHER], top=top + at)
        for at in range(0, len(asked), _TOGETHER)
    ]
    # the index numbers its entities in the order in which they came, which is that of their places
    pairs = best_of(*parts)
    fresh = _file(work, top).with_suffix(f".{os.getpid()}")
    with fresh.open("wb") as out:
        np.save(out, np.stack([pairs.left, pairs.right, pairs.verdict]), allow_pickle=False)
    fresh.replace(_file(work, top))
    return len(asked)


def _file(work: Path, top: int) -> Path:
    return work / f"share-{top:09}.npy"


def _read(path: Path) -> Pairs:
    try:
        left, right, verdict = np.load(path, allow_pickle=False)
    except (OSError, ValueError):
        raise BadInput(f"{path}: cannot be read", hint="remove it and run again") from None
    return Pairs(left, right, verdict)


def _none() -> Pairs:
    nothing = np.empty(0, np.int64)
    return Pairs(nothing, nothing, nothing)
