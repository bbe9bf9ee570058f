"""`python -m comity.testing --seed S`: play one random history and narrate it; `--count N` plays N of them."""

import argparse
import logging
import sys

import structlog

from comity.testing.histories import STEPS, History, replay
from comity.testing.world import Broken


def main(arguments: list[str] | None = None) -> int:
    """Run the command; give its exit code: 0 all promises held, 6 one was broken."""
    parser = argparse.ArgumentParser(prog="python -m comity.testing", description=__doc__)
    parser.add_argument("--seed", default="0", help="which history; any text")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"how long it is (default {STEPS})")
    parser.add_argument(
        "--count", type=int, default=0, help="play this many histories, quietly: SEED-1, SEED-2, …"
    )
    options = parser.parse_args(arguments)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL)
    )  # the trace tells all
    try:
        if options.count:
            for number in range(1, options.count + 1):
                History(f"{options.seed}-{number}", steps=options.steps).run().close()
            print(f"{options.count} histories of {options.steps} steps: every promise held")
        else:
            replay(options.seed, steps=options.steps).close()
    except Broken as broken:
        print(f"\n{broken}", file=sys.stderr)
        return 6
    return 0


if __name__ == "__main__":
    sys.exit(main())
