"""`python -m comity.testing --seed S`: play one random history and narrate it; `--count N` plays N of them."""

import argparse
import logging
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import structlog

from comity.testing.histories import STEPS, History, replay
from comity.testing.world import Broken

__all__ = ["main", "play", "told"]

#: Histories that one process plays before it reports.
_PORTION = 20


def main(arguments: list[str] | None = None) -> int:
    """Run the command; give its exit code: 0 all promises held, 6 one was broken."""
    parser = argparse.ArgumentParser(prog="python -m comity.testing", description=__doc__)
    parser.add_argument("--seed", default="0", help="which history; any text")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"how long it is (default {STEPS})")
    parser.add_argument(
        "--count", type=int, default=0, help="play histories quietly until this many count: SEED-1, SEED-2, …"
    )
    parser.add_argument("--jobs", type=int, default=1, help="processes that play (default 1)")
    options = parser.parse_args(arguments)
    _quiet()
    try:
        if options.count:
            counts = play(options.seed, options.count, steps=options.steps, jobs=options.jobs)
            print(f"{options.count} histories of {options.steps} steps: every promise held")
            print(told(counts))
        else:
            replay(options.seed, steps=options.steps).close()
    except Broken as broken:
        print(f"\n{broken}", file=sys.stderr)
        return 6
    return 0


def play(seed: str, count: int, *, steps: int = STEPS, jobs: int = 1) -> "Counter[str]":
    """Play histories until so many of them count; give what happened in all.

    Raises:
        Broken: a promise was broken, in the history that the message names.
    """
    counts: Counter[str] = Counter()
    portions = _portions(seed, steps)
    if jobs <= 1:
        while counts["histories"] < count:
            counts += _play_portion(*next(portions), at_most=count - counts["histories"])
        return counts
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork"), initializer=_quiet) as pool:
        waiting = [pool.submit(_play_portion, *next(portions)) for _ in range(2 * jobs)]
        while waiting:
            counts += waiting.pop(0).result()
            if counts["histories"] + _PORTION * len(waiting) < count:
                waiting.append(pool.submit(_play_portion, *next(portions)))
            elif counts["histories"] >= count:
                for each in waiting:
                    each.cancel()
                break
            elif not waiting:
                waiting.append(pool.submit(_play_portion, *next(portions)))
    return counts


def told(counts: "Counter[str]") -> str:
    """Put what happened into words: sorted, one kind after the other."""
    return ", ".join(f"{what} {number}" for what, number in sorted(counts.items()))


def _portions(seed: str, steps: int) -> Iterator[tuple[str, int, int]]:
    first = 1
    while True:
        yield seed, first, steps
        first += _PORTION


def _play_portion(seed: str, first: int, steps: int, at_most: int = _PORTION) -> "Counter[str]":
    counts: Counter[str] = Counter()
    for number in range(first, first + _PORTION):
        if counts["histories"] >= at_most:
            break
        history = History(f"{seed}-{number}", steps=steps)
        with history.run():
            counts += history.counts()
    return counts


def _quiet() -> None:
    """Say nothing but the trace."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


if __name__ == "__main__":
    sys.exit(main())
