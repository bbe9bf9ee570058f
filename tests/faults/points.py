"""One fault at each point of one act, and what the home says afterwards."""

from collections import Counter
from pathlib import Path

from faults import driver
from faults.storage import Server, copy_of


def calls_of(server: Server, places: dict[str, Path], under: Path, act: str) -> int:
    """Give how many calls change files in an act where nothing fails."""
    with copy_of(places[act], under) as place:
        done = server.ask(what="do", act=act, place=str(place), mode="r", at=0)
        assert done["said"][0] == driver.ACKNOWLEDGED, done
        return int(done["said"][-1].split()[-1])


def try_all(
    server: Server, places: dict[str, Path], under: Path, act: str, mode: str
) -> tuple[Counter[str], list[str]]:
    """Try one fault at every point; give what came of the acts, and what is wrong afterwards."""
    came: Counter[str] = Counter()
    wrong: list[str] = []
    for point in range(1, calls_of(server, places, under, act) + 1):
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
