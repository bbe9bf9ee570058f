"""One fault at each point of one act, and what the home says afterwards.

`make prove` tries every kind of fault at every point it can meet: a full disk at every write, a failing disk at every
sync, a kill at every call. What every change must pass (`COMITY_FAULTS=share`) tries every sync, and every other point
with one of the kinds: the first kind at the points 1, 5, 9 …, the second at 2, 6, 10 …, and so on.
"""

import os
from collections import Counter
from pathlib import Path

from faults import driver
from faults.storage import Server, copy_of

#: Killed before a call, after half a write; no space once, from here on. The fifth is `i`: a sync that fails.
MODES = "ktnf"
#: A point that no act comes to.
_NEVER = (1 << 31) - 1
EVERY_POINT = os.environ.get("COMITY_FAULTS") != "share"


def calls_of(server: Server, places: dict[str, Path], under: Path, act: str, mode: str) -> int:
    """Give how many calls a kind of fault can meet in an act where nothing fails."""
    with copy_of(places[act], under) as place:
        done = server.ask(what="do", act=act, place=str(place), mode=mode, at=_NEVER)
        assert done["said"][0] == driver.ACKNOWLEDGED, done
        return int(done["said"][-1].split()[-1])


def try_all(
    server: Server, places: dict[str, Path], under: Path, act: str, mode: str
) -> tuple[Counter[str], list[str]]:
    """Try one fault at every point, or at its share of them; give what came of it, and what is wrong afterwards."""
    came: Counter[str] = Counter()
    wrong: list[str] = []
    every = EVERY_POINT or mode not in MODES
    first, step = (1, 1) if every else (1 + MODES.index(mode), len(MODES))
    for point in range(first, calls_of(server, places, under, act, mode) + 1, step):
        with copy_of(places[act], under) as place:
            done = server.ask(what="do", act=act, place=str(place), mode=mode, at=point)
            said = [line for line in done["said"] if not line.startswith(("calls", "  "))]
            acknowledged = driver.ACKNOWLEDGED in said
            looked = server.ask(what="look", act=act, place=str(place), acknowledged=acknowledged)
        came[f"{done['exit']} {' '.join(said)}".strip()] += 1
        raised = [line for line in said if line.startswith("raised")]
        problems = raised + looked["said"] + (["the look ended badly"] if looked["exit"] else [])
        wrong += [f"{act}, {mode} at call {point}: {problem}" for problem in problems]
    return came, wrong
