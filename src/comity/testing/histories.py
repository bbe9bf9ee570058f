"""Random histories: what five Parties might do in some weeks, on a bad network, drawn from one seed.

Each history is a run of steps over the world of `texts.WEB`. What is refused is part of the story; what breaks a
promise ends it with `Broken`. A seed that breaks is replayed by `python -m comity.testing --seed S`.
"""

import random
from collections.abc import Callable, Sequence
from datetime import timedelta

from comity.errors import ComityError
from comity.node.disclose import disclose
from comity.node.obtain_consent import ask_consent, grant, refuse, revoke, state_at
from comity.node.reconcile import ask_account
from comity.node.withdraw import review, withdraw
from comity.ports import ItemRow, RequestRow
from comity.testing.hostile import send_anyway
from comity.testing.network import CALM, STORMY
from comity.testing.texts import WEB, Text
from comity.testing.world import Broken, World

__all__ = ["History", "replay"]

#: Steps of one history.
STEPS = 40

_CATEGORIES = ("incident.indicators", "incident.reports", "incident.summaries")
_PURPOSES = ("network-defence", "network-defence", "network-defence", "incident-response")
_MARKINGS = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:RED")
_WAITS = (timedelta(minutes=1), timedelta(hours=1), timedelta(hours=9), timedelta(days=3))
#: How often somebody turns to a peer rather than to anybody.
_AMONG_PEERS = 0.85
#: Time that passes before each step, so that of two acts it is known which came first.
_HEARTBEAT = timedelta(seconds=1)
#: How often somebody shares what may be shared, and how long it looks for such a thing.
_AS_PERMITTED, _LOOKS = 0.7, 6
#: One history in so many has a Party whose gate is broken.
_HOSTILE_ONE_IN = 3


class History:
    """One random history.

    Args:
        seed: all of it follows from this.
        steps: how many things happen before the world is let come to rest.
        tell: called with each line of the trace.
    """

    def __init__(
        self,
        seed: str,
        *,
        steps: int = STEPS,
        texts: Sequence[Text] = WEB,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self.seed = seed
        self.steps = steps
        self.world = World.of(texts, seed=seed)
        if tell is not None:
            for line in self.world.trace:
                tell(line)
            self.world.listener = tell
        self._chance = random.Random(f"history {seed}")  # noqa: S311  a replay must draw the same
        self._pouches: list[tuple[str, bytes]] = []
        if self._chance.randrange(_HOSTILE_ONE_IN) == 0:
            self.world.hostile.add(self._party())
        self._acts: tuple[tuple[int, Callable[[], object]], ...] = (
            (8, self._add),
            (6, self._make),
            (16, self._share),
            (9, self._ask),
            (10, self._answer),
            (2, self._revoke),
            (4, self._withdraw),
            (4, self._review),
            (20, self._deliver),
            (5, self._late),
            (5, self._pack),
            (6, self._open),
            (5, self._weather),
            (6, self._wait),
            (1, self._denounce),
            (5, self._tampered),
            (2, self._reconcile),
        )

    def run(self) -> World:
        """Play it to the end; give the world it leaves behind.

        Raises:
            Broken: a promise was broken; the message ends with the command that shows it again.
        """
        weights = [weight for weight, _ in self._acts]
        try:
            for _ in range(self.steps):
                (_, act) = self._chance.choices(self._acts, weights)[0]
                self.world.clock.step(_HEARTBEAT)
                try:
                    act()
                except Broken:
                    raise
                except ComityError:
                    continue  # refused, and told so in the trace
            self.world.settle()
        except Broken as broken:
            raise Broken(f"{broken}\n  see it again: {self.command}") from None
        return self.world

    @property
    def command(self) -> str:
        """The command that plays this history again, with its trace."""
        steps = "" if self.steps == STEPS else f" --steps {self.steps}"
        return f"python -m comity.testing --seed {self.seed}{steps}"

    # -- who and what ----------------------------------------------------------------------------------------------

    def _party(self) -> str:
        return self._chance.choice(list(self.world.members))

    def _items(self, party: str, *states: str) -> list[ItemRow]:
        return list(self.world.members[party].read(lambda transaction: transaction.items(states=states)))

    def _requests(self, party: str) -> list[RequestRow]:
        return list(self.world.members[party].read(lambda transaction: transaction.requests()))

    def _holder_of(self, *states: str) -> tuple[str, ItemRow] | None:
        """Choose a member that has items in these states, and one of them."""
        having = [(party, row) for party in self.world.members for row in self._items(party, *states)]
        return self._chance.choice(having) if having else None

    def _other(self, party: str) -> str:
        """Choose another member, most often one with whom there is an agreement."""
        peers = dict.fromkeys(
            each for text in self.world.texts.values() if party in text.parties for each in text.parties
        )
        others = peers if self._chance.random() < _AMONG_PEERS else self.world.members
        return self._chance.choice([each for each in others if each != party])

    def _wish(self, outcome: str) -> tuple[str, ItemRow, str, str] | None:
        """Look for a passing that the gate would answer so: holder, item, recipient, purpose."""
        for _ in range(_LOOKS):
            found = self._holder_of("held", "source-withdrawn")
            if found is None:
                return None
            party, row = found
            to, purpose = self._other(party), self._chance.choice(_PURPOSES)
            member = self.world.members[party]
            try:
                tried = member.act(disclose, row.digest, to=to, purpose=purpose, dry_run=True)
            except ComityError:
                continue
            if tried.decision.outcome == outcome:
                return party, row, to, purpose
        return None

    # -- what happens ----------------------------------------------------------------------------------------------

    def _add(self) -> None:
        content = f"known only to its holders {self._chance.randrange(10**12):012}".encode()
        label = f"item-{len(self.world.trace)}"
        category, marking = (
            self._chance.choice(_CATEGORIES),
            self._chance.choice(_MARKINGS[:3] * 3 + _MARKINGS),
        )
        self.world.add(self._party(), content, category, marking=marking, label=label)

    def _make(self) -> None:
        found = self._holder_of("held", "source-withdrawn")
        if found is None:
            return
        party, first = found
        others = self._items(party, "held", "known")
        sources = {first.digest, *(row.digest for row in self._chance.sample(others, min(len(others), 1)))}
        label = f"made-{len(self.world.trace)}"
        content = f"made from what others know {self._chance.randrange(10**12):012}".encode()
        self.world.add(
            party, content, self._chance.choice(_CATEGORIES), label=label, made_from=sorted(sources)
        )

    def _share(self) -> None:
        wished = self._wish("permitted") if self._chance.random() < _AS_PERMITTED else None
        if wished is not None:
            party, row, to, purpose = wished
            self.world.share(party, row.digest, to, purpose)
            return
        found = self._holder_of("held", "source-withdrawn", "withdrawn", "erased")
        if found is not None:
            party, row = found
            self.world.share(party, row.digest, self._other(party), self._chance.choice(_PURPOSES))

    def _ask(self) -> None:
        wished = self._wish("needs-consent")
        if wished is None:
            return
        party, row, to, purpose = wished
        member = self.world.members[party]
        line = f"{member.name} asks to pass {self.world.label(row.digest)} to {self.world.name(to)} for {purpose}"
        self.world.step(line, lambda: member.act(ask_consent, row.digest, to=to, purpose=purpose))

    def _answer(self) -> None:
        now = self.world.clock.now()
        open_ones = [
            (party, row)
            for party in self.world.members
            for row in self._requests(party)
            if not row.ours and row.owner == party and state_at(row, now) in ("asked", "refused")
        ]
        if not open_ones:
            return
        party, row = self._chance.choice(open_ones)
        member = self.world.members[party]
        if self._chance.random() < 0.3:
            line = f"{member.name} refuses {self.world.name(row.asker)} what it asked for {self.world.label(row.item)}"
            self.world.step(line, lambda: member.act(refuse, row.id, reason="not now"))
        else:
            until = now + timedelta(days=self._chance.choice((1, 30)))
            line = f"{member.name} grants {self.world.name(row.asker)} what it asked for {self.world.label(row.item)}"
            self.world.step(line, lambda: member.act(grant, row.id, until=until))

    def _revoke(self) -> None:
        granted = [
            (party, row)
            for party in self.world.members
            for row in self._requests(party)
            if not row.ours and row.state == "granted"
        ]
        if granted:
            party, row = self._chance.choice(granted)
            member = self.world.members[party]
            line = f"{member.name} takes back its consent for {self.world.label(row.item)}"
            self.world.step(line, lambda: member.act(revoke, row.id))

    def _withdraw(self) -> None:
        found = self._holder_of("held")
        if found is not None:
            party, row = found
            member = self.world.members[party]
            line = f"{member.name} withdraws {self.world.label(row.digest)}"
            self.world.step(line, lambda: member.act(withdraw, row.digest, reason="wrong"))

    def _review(self) -> None:
        found = self._holder_of("source-withdrawn")
        if found is not None:
            party, row = found
            member = self.world.members[party]
            keep = self._chance.random() < 0.5
            line = f"{member.name} reviews {self.world.label(row.digest)}: {'keep' if keep else 'erase'}"
            self.world.step(line, lambda: member.act(review, row.digest, keep=keep, because="looked at"))

    def _deliver(self) -> None:
        owing = [
            party
            for party, member in self.world.members.items()
            if member.read(lambda transaction: transaction.backlog())
        ]
        if owing:
            self.world.deliver(self._chance.choice(owing), now=self._chance.random() < 0.7)

    def _late(self) -> None:
        if self.world.network.in_flight:
            self.world.arrive_late(self._chance.randrange(len(self.world.network.in_flight)))

    def _pack(self) -> None:
        owing = [
            (party, peer)
            for party, member in self.world.members.items()
            for peer in sorted(member.read(lambda transaction: transaction.backlog()))
        ]
        if owing:
            party, to = self._chance.choice(owing)
            self._pouches.append((to, self.world.pack(party, to)))

    def _open(self) -> None:
        if self._pouches:
            place = self._chance.randrange(len(self._pouches))
            to, packed = self._pouches[place]
            if self._chance.random() < 0.6:
                del self._pouches[place]  # otherwise it will be opened once more
            self.world.open_pouch(to, packed)

    def _weather(self) -> None:
        network, kind = self.world.network, self._chance.randrange(5)
        if kind == 0:
            self.world.step("the network is calm", lambda: None)
            network.mend()
            network.faults = CALM
        elif kind == 1:
            network.faults = STORMY
            self.world.step("the network is stormy", lambda: None)
        else:
            a = self._party()
            b, one_way = self._other(a), kind == 2
            network.cut(a, b, one_way=one_way)
            how = "from" if one_way else "between"
            self.world.step(
                f"the way {how} {self.world.name(a)} and {self.world.name(b)} is cut", lambda: None
            )

    def _wait(self) -> None:
        self.world.wait(self._chance.choice(_WAITS))

    def _denounce(self) -> None:
        text = self._chance.choice(list(self.world.texts.values()))
        if len(text.parties) == 2:
            self.world.denounce(self._chance.choice(text.parties), text.id)
            if self._chance.random() < 0.5:
                self.world.wait(timedelta(days=text.notice_days + 3))

    def _tampered(self) -> None:
        for party in sorted(self.world.hostile):
            items = self._items(party, "held", "source-withdrawn")
            texts = [text for text in self.world.texts.values() if party in text.parties]
            if not items or not texts:
                continue
            text, row = self._chance.choice(texts), self._chance.choice(items)
            to = self._chance.choice([each for each in text.parties if each != party])
            member, label = self.world.members[party], self.world.label(row.digest)
            line = f"{member.name}'s broken gate lets {label} go to {self.world.name(to)}"
            self.world.step(line, lambda: member.act(send_anyway, row.digest, to, "network-defence", text.id))  # noqa: B023

    def _reconcile(self) -> None:
        party = self._party()
        to = self._other(party)
        member = self.world.members[party]
        self.world.step(
            f"{member.name} asks {self.world.name(to)} for its account", lambda: member.act(ask_account, to)
        )


def replay(seed: str, *, steps: int = STEPS, tell: Callable[[str], None] = print) -> World:
    """Play one history with its trace."""
    return History(seed, steps=steps, tell=tell).run()
