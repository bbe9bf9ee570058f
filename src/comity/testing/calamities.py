"""What befalls the nodes of a history: weather, partitions, crashes, disks, clocks, old backups."""

from datetime import timedelta

from comity.node.withdraw import withdraw
from comity.testing.disk import MOMENTS
from comity.testing.members import Backup
from comity.testing.network import CALM, STORMY
from comity.testing.story import PURPOSES, Happening, Story

__all__ = ["Calamities"]

#: Jumps of a clock: within what peers put up with, and beyond.
_JUMPS = (
    timedelta(seconds=40),
    timedelta(minutes=4),
    timedelta(hours=2),
    timedelta(seconds=-40),
    timedelta(minutes=-4),
)
#: Leaps of a clock that is soon set right: beyond what items are kept for, and beyond every term.
_LEAPS = (timedelta(days=40), timedelta(days=1200), timedelta(days=3653))
#: How often somebody who has a backup goes on having the old one only.
_OLDER_KEPT = 0.7
#: How often a home goes on at once after it was put back, and how much it shares.
_GOES_ON, _SHARES = 0.5, 4
_STALLS = (timedelta(seconds=2), timedelta(seconds=45))


class Calamities:
    """The faults of a history."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._world = story.world
        self._chance = story.chance
        self._backups: dict[str, Backup] = {}
        self.happenings: tuple[Happening, ...] = (
            (5, self._late),
            (5, self._weather),
            (4, self._power),
            (2, self._power_while_erasing),
            (2, self._kill),
            (2, self._disk),
            (2, self._clock),
            (2, self._leap),
            (4, self._back_up),
            (5, self._put_back),
        )

    def close(self) -> None:
        """Let the backups go."""
        for backup in self._backups.values():
            backup.rows.close()

    def _late(self) -> None:
        if self._world.network.in_flight:
            self._world.arrive_late(self._chance.randrange(len(self._world.network.in_flight)))

    def _weather(self) -> None:
        network, kind = self._world.network, self._chance.randrange(5)
        if kind == 0:
            self._world.step("the network is calm", lambda: None)
            network.mend()
            network.faults = CALM
        elif kind == 1:
            network.faults = STORMY
            self._world.step("the network is stormy", lambda: None)
        else:
            a = self._story.party()
            b, one_way = self._story.other(a), kind == 2
            network.cut(a, b, one_way=one_way)
            names = self._world.name(a), self._world.name(b)
            way = "from {} to {}" if one_way else "between {} and {}"
            self._world.step(f"the way {way.format(*names)} is cut", lambda: None)

    def _power(self) -> None:
        self._world.lose_power(self._story.party(), self._chance.choice(MOMENTS))

    def _power_while_erasing(self) -> None:
        """Let the power go of somebody who erases what its originator has just taken back."""
        held = [
            (party, row)
            for party in self._world.members
            for row in self._story.items(party, "held")
            if row.originator != party and row.originator in self._world.members
        ]
        if not held:
            return
        party, row = self._chance.choice(held)
        originator = self._world.members[row.originator]
        line = f"{originator.name} withdraws {self._world.label(row.digest)}"
        self._world.step(line, lambda: originator.act(withdraw, row.digest, reason="wrong"))
        self._world.lose_power(party, self._chance.choice(MOMENTS))
        self._world.deliver(row.originator)

    def _kill(self) -> None:
        self._world.start_again(self._story.party())

    def _disk(self) -> None:
        kind = self._chance.randrange(3)
        self._world.disk_of(
            self._story.party(),
            full=kind == 1,
            stall=self._chance.choice(_STALLS) if kind == 2 else timedelta(0),
        )

    def _clock(self) -> None:
        self._world.step_clock(self._story.party(), self._chance.choice(_JUMPS))

    def _leap(self) -> None:
        self._world.happened["clock leaps while duties are done"] += 1
        self._world.do_duties(self._story.party(), leap=self._chance.choice(_LEAPS))

    def _back_up(self) -> None:
        party = self._story.party()
        if party in self._backups:
            if self._chance.random() < _OLDER_KEPT:
                return
            self._backups[party].rows.close()
        self._backups[party] = self._world.members[party].back_up()
        self._world.step(f"the home of {self._world.name(party)} is backed up", lambda: None)

    def _put_back(self) -> None:
        if self._backups and not self._world.restored:
            party = self._chance.choice(list(self._backups))
            self._world.put_back(party, self._backups[party])
            if self._chance.random() < _GOES_ON:
                self._go_on(party)

    def _go_on(self, party: str) -> None:
        """Let a home that has not heard yet that it was put back outgrow what one of its peers has kept of it."""
        items, kept_more = self._story.items(party, "held"), sorted(self._world.restored[party])
        if not items or not kept_more:
            return
        to, row = self._chance.choice(kept_more), self._chance.choice(items)
        for _ in range(_SHARES):
            self._world.share(party, row.digest, to, self._chance.choice(PURPOSES))
