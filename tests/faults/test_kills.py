"""A node killed at every point of an act, also within a write: nothing is lost, nothing doubled (K1, K2, K14)."""

from pathlib import Path

import pytest

from faults.points import EVERY_POINT, try_all
from faults.storage import ACTS, Server

pytestmark = pytest.mark.service


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("mode", ["k", "t"], ids=["before a call", "after half a write"])
def test_a_node_killed_at_any_point_loses_and_doubles_nothing(
    server: Server, places: dict[str, Path], under: Path, act: str, mode: str
) -> None:
    came, wrong = try_all(server, places, under, act, mode)
    assert wrong == []
    assert set(came) <= {"-9", "-9 acknowledged"} and came["-9"]
    if EVERY_POINT:
        assert came["-9 acknowledged"]
