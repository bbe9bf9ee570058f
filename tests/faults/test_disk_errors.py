"""A disk that is full or fails to sync at every point of an act (K5, K6, K7)."""

from pathlib import Path

import pytest

from comity.storage.failing_disk import EXIT_CODE
from faults.points import try_all
from faults.storage import ACTS, Server

pytestmark = pytest.mark.service


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("mode", ["n", "f"], ids=["no space once", "no space from here on"])
def test_a_full_disk_undoes_the_act_and_the_node_goes_on_once_there_is_room(
    server: Server, places: dict[str, Path], under: Path, act: str, mode: str
) -> None:
    came, wrong = try_all(server, places, under, act, mode)
    assert wrong == []
    assert all(result.startswith("0 ") for result in came), came
    if act not in ("renew", "migrate"):
        assert came["0 refused recovered acknowledged"], came


@pytest.mark.parametrize("act", ACTS)
def test_a_sync_that_fails_stops_the_process_at_once(
    server: Server, places: dict[str, Path], under: Path, act: str
) -> None:
    came, wrong = try_all(server, places, under, act, "i")
    assert wrong == []
    assert str(EXIT_CODE) in {result.split()[0] for result in came} <= {"0", str(EXIT_CODE)}, came
    stopped = {result for result in came if result.startswith(str(EXIT_CODE))}
    assert stopped <= {str(EXIT_CODE), f"{EXIT_CODE} acknowledged"}, came
