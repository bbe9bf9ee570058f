"""The power goes at every instant of an act: what was acknowledged is there, and the journal verifies (K3)."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from faults import driver
from faults.power_loss import System, after_cuts, read_log
from faults.storage import ACTS, Server, copy_of

pytestmark = pytest.mark.service

#: At every so-manieth instant the wilder variants too; every instant in the long proof.
SOME = int(os.environ.get("COMITY_POWER_EVERY", "6"))


def try_cuts(
    server: Server, places: dict[str, Path], under: Path, act: str, system: System, every: int
) -> tuple[int, list[str]]:
    """Try what every power cut may leave of an act; give how many states, and what is wrong."""
    log = under.parent / f"calls-{act}-{system}"
    log.unlink(missing_ok=True)
    with copy_of(places[act], under) as place:
        home = next(each for each in place.iterdir() if each.is_dir())
        before = {str(each): each.read_bytes() for each in home.iterdir() if each.is_file()}
        done = server.ask(what="do", act=act, place=str(place), mode="r", at=0, log=str(log))
        assert done["said"][0] == driver.ACKNOWLEDGED, done
        calls = read_log(log)
        tried, wrong = 0, []
        for state in after_cuts(calls, before, system, seed=1, every=every):
            for each in home.iterdir():
                if each.is_file():
                    each.unlink()
            for path, content in state.files.items():
                if not path.endswith("-shm"):  # what was shared in memory is gone with the power
                    Path(path).write_bytes(content)
                    Path(path).chmod(0o600)
            looked = server.ask(what="look", act=act, place=str(place), acknowledged=state.acknowledged)
            tried += 1
            wrong += [f"{act}, {system}, {state.told}: {each}" for each in looked["said"]]
        shutil.rmtree(place, ignore_errors=True)
    return tried, wrong


@pytest.mark.parametrize("system", ["ordered", "strict"])
@pytest.mark.parametrize("act", ACTS)
def test_after_a_power_cut_at_any_instant_every_acknowledgement_is_honoured(
    server: Server, places: dict[str, Path], under: Path, act: str, system: System
) -> None:
    tried, wrong = try_cuts(server, places, under, act, system, SOME)
    assert wrong == []
    assert tried > 10


@pytest.mark.prove
def test_after_a_power_cut_with_every_variant_at_every_instant(
    server: Server, places: dict[str, Path], under: Path, proved: Callable[[str, str], None]
) -> None:
    counts = {}
    for act in ACTS:
        for system in ("ordered", "strict"):
            tried, wrong = try_cuts(server, places, under, act, system, 1)
            assert wrong == []
            counts[f"{act} on {system}"] = tried
    proved("Power loss", ", ".join(f"{what} {count} states" for what, count in counts.items()) + ": 0 lost")
