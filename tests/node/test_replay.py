"""A decision is replayed years later to the same bytes, whatever became known since."""

import pytest

from comity.errors import NotFound
from comity.node.replay import DECISIONS, replay
from comity.testing.histories import History
from comity.testing.world import World
from node.worlds import DEFENCE, EAST, NORTH, SOUTH, give, journal, report, world


def replays(made: World) -> int:
    """Replay every decision in every journal; give how many there were."""
    count = 0
    for party, member in made.members.items():
        for row in journal(made, party):
            if row.kind in DECISIONS and row.detail.startswith(b"{"):
                again = member.read(lambda transaction, number=row.number: replay(transaction, number))
                assert again.known_again, f"{party}, entry {row.number}: what was known is lost"
                assert again.same, f"{party}, entry {row.number}"
                count += 1
    return count


@pytest.mark.parametrize("seed", [f"replay-{number}" for number in range(6)])
def test_every_decision_of_a_random_history_replays_to_the_same_bytes(seed: str) -> None:
    with History(seed, steps=60).run() as made:
        assert replays(made) > 2


def test_a_denunciation_of_today_changes_no_decision_of_yesterday() -> None:
    with world() as made:
        digest = report(made)
        give(made, digest)
        made.denounce(NORTH, "north-south-2026")
        made.deliver(NORTH)
        assert made.share(SOUTH, digest, EAST, DEFENCE).decision.outcome == "needs-consent"
        assert replays(made) == 3


def test_newer_zone_rules_change_no_answer_that_they_do_not_touch(monkeypatch: pytest.MonkeyPatch) -> None:
    with world() as made:
        give(made, report(made))
        monkeypatch.setattr("comity.decisions.known.tzdata_version", lambda: "2099.1")
        assert replays(made) == 2


def test_what_is_no_decision_or_not_there_is_not_found() -> None:
    with world() as made:
        report(made)
        north = made.members[NORTH]
        last = journal(made, NORTH)[-1].number
        with pytest.raises(NotFound, match="which is no decision"):
            north.read(lambda transaction: replay(transaction, last))
        for number in (0, -3, last + 1):
            with pytest.raises(NotFound, match="no entry"):
                north.read(lambda transaction, number=number: replay(transaction, number))
