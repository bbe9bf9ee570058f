"""A simulated world: many nodes in one process, one seed, one clock that only moves when told.

The nodes are real (`comity.assemble`); only the time, the network between them and their randomness are made here.
Every act on the world is a *step*: it is narrated, carried out, and followed by the invariants.

```
world = World.of(TRIANGLE, seed="7")
item = world.add("north.example", b"...", "incident.indicators")
world.share("north.example", item, "south.example", "network-defence")
world.deliver("north.example")
```
"""

import random
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

from comity.carriers import pouch
from comity.carriers.postman import Postman
from comity.clock import Instant, SteppedClock
from comity.errors import ComityError
from comity.node.carry import Unloaded, load, unload
from comity.node.conclude import give_notice, hold_agreement, sign_agreement
from comity.node.deliver import try_now
from comity.node.disclose import Outcome, disclose
from comity.node.introduce import accept_card
from comity.node.items import NewItem, add_item
from comity.testing.invariants import Invariants
from comity.testing.ledger import Ledger
from comity.testing.members import Member
from comity.testing.network import CALM, Network
from comity.testing.texts import Text

__all__ = ["START", "Broken", "World"]

T = TypeVar("T")

#: When every simulation begins.
START = datetime(2026, 3, 1, 9, tzinfo=UTC)

#: Rounds of delivery after which a world that does not come to rest is at fault.
_ROUNDS = 40


class Broken(AssertionError):
    """A promise was broken. The message says which, at which step, and how to see it again."""


class World:
    """Members, the network between them, and what only the simulator knows.

    Attributes:
        seed: everything that happens by chance follows from it.
        members: by Party id, in the order in which they were made.
        texts: the agreements, by id.
        trace: one line a step.
        ledger, network: what only the simulator knows, and the lines between the members.
        listener: called with each line of the trace.
    """

    def __init__(self, seed: str, members: Iterable[Member], clock: SteppedClock) -> None:
        self.seed = seed
        self.clock = clock
        self.chance = random.Random(f"world {seed}")  # noqa: S311  a replay must draw the same
        self.members: dict[str, Member] = {member.party: member for member in members}
        self.texts: dict[str, Text] = {}
        self.trace: list[str] = []
        self.ledger = Ledger()
        self.network = Network(self.members, self.ledger, clock, self.chance)
        self.listener: Callable[[str], None] = lambda _line: None
        self._invariants = Invariants(self)
        self._postmen = {
            party: Postman(member.node, self.network.line(party)) for party, member in self.members.items()
        }

    @classmethod
    def of(
        cls, texts: Sequence[Text], *, seed: str, folder: Path | None = None, start: Instant = START
    ) -> "World":
        """Make a world of the Parties of some agreements and conclude them.

        Args:
            folder: keep each node's home on disk there; by default rows live in memory.
        """
        clock = SteppedClock(start)
        if folder is None:
            concluded = _concluded(tuple(texts), start)
            world = cls(seed, (member.twin(clock, seed) for member in concluded.members.values()), clock)
            world.texts.update(concluded.texts)
            for line in concluded.trace:
                world.trace.append(line)
            world.check()
            return world
        parties = dict.fromkeys(party for text in texts for party in text.parties)
        world = cls(
            seed,
            [Member.on_disk(party, clock, folder, number) for number, party in enumerate(parties, 1)],
            clock,
        )
        for text in texts:
            world.conclude(text)
        return world

    # -- the frame of every step ---------------------------------------------------------------------------------

    def step(self, line: str, work: Callable[[], T]) -> T:
        """Narrate a step, carry it out and check every invariant.

        Raises:
            Broken: one does not hold.
            ComityError: what the use case itself refused.
        """
        self.tell(line)
        try:
            return work()
        except ComityError as error:
            self.tell(f"      {type(error).__name__}: {error.message.splitlines()[0]}")
            raise
        finally:
            self.check()

    def tell(self, line: str) -> None:
        """Add a line to the trace."""
        told = f"{self.clock.now():%Y-%m-%d %H:%M:%S}  {line}"
        self.trace.append(told)
        self.listener(told)

    def check(self) -> None:
        """Check every invariant that must hold after any step.

        Raises:
            Broken: one does not.
        """
        self._judge(self._invariants.after_step())

    def check_at_rest(self) -> None:
        """Check what must hold once everything owed has been delivered.

        Raises:
            Broken: something does not.
        """
        self._judge(self._invariants.after_step() + self._invariants.at_rest())

    def _judge(self, problems: Sequence[str]) -> None:
        if problems:
            told = "".join(f"\n  {problem}" for problem in problems[:10])
            raise Broken(f"after step {len(self.trace)} ({self.trace[-1] if self.trace else 'start'}):{told}")

    @property
    def hostile(self) -> set[str]:
        """Parties whose gate is broken or whose node is not Comity at all: promised is only what others keep."""
        return self.ledger.hostile

    # -- what happens ----------------------------------------------------------------------------------------------

    def conclude(self, text: Text) -> None:
        """Let the Parties of a text exchange cards, sign it and hold it."""
        parties = [self.members[party] for party in text.parties]
        files = text.files({member.party: member.card.root_fingerprint for member in parties})
        for member in parties:
            for other in parties:
                if other is not member:
                    member.act(accept_card, other.card.signed)
        for member in parties:
            files = {**files, **member.act(sign_agreement, files)}
        for member in parties:
            member.act(hold_agreement, files)
        self.texts[text.id] = text
        names = ", ".join(member.name for member in parties)
        self.step(f"{names} conclude {text.id}", lambda: None)

    def add(
        self,
        party: str,
        content: bytes,
        category: str,
        *,
        marking: str = "TLP:GREEN",
        label: str = "",
        made_from: Sequence[str] = (),
    ) -> str:
        """Let a member take an item of its own in; give its digest. Its content must never be seen on the way."""
        member = self.members[party]
        if len(content) >= 12:
            self.ledger.canaries.append(content)
        said = label or f"{len(content)} bytes"
        made = f", made from {len(made_from)}" if made_from else ""
        new = NewItem(
            content=content,
            category=category,
            marking=marking,
            title=label or "an item",
            label=label,
            made_from=tuple(made_from),
        )
        line = f"{member.name} adds `{said}` ({category}, {marking}{made})"
        return self.step(line, lambda: member.act(add_item, new))[0].digest

    def share(self, party: str, item: str, to: str, purpose: str, *, under: str | None = None) -> Outcome:
        """Let a member share an item."""
        member = self.members[party]

        def work() -> Outcome:
            outcome = member.act(disclose, item, to=to, purpose=purpose, under=under)
            grounds = ", ".join(dict.fromkeys(ground.ref for ground in outcome.decision.grounds))
            self.tell(f"      {outcome.decision.outcome}: {grounds}")
            return outcome

        return self.step(f"{member.name} shares {self.label(item)} with {self.name(to)} for {purpose}", work)

    def denounce(self, party: str, agreement: str) -> None:
        """Let a member denounce an agreement."""
        member = self.members[party]
        self.step(
            f"{member.name} denounces {agreement}",
            lambda: member.act(give_notice, agreement, {"kind": "denunciation"}),
        )

    def deliver(self, party: str, *, now: bool = True) -> dict[str, str]:
        """Let a member's postman deliver what is owed; give the peers it could not reach.

        Args:
            now: also what waits for its next attempt.
        """
        member = self.members[party]
        postman = self._postman(member)

        def work() -> dict[str, str]:
            if now:
                member.act(lambda _node, transaction: try_now(transaction, member.clock.now()))
            failed = postman.run_once()
            member.dirty = True  # the postman acts on the node itself
            for peer, reason in failed.items():
                self.tell(f"      not to {self.name(peer)}: {reason}")
            return failed

        return self.step(f"{member.name} delivers", work)

    def arrive_late(self, place: int) -> None:
        """Let a delayed envelope arrive."""
        late = self.network.in_flight[place]
        line = f"an envelope of {self.name(late.sender)} arrives late at {self.name(late.to)}"
        self.step(line, lambda: self.network.arrive_late(place))

    def pack(self, party: str, to: str) -> bytes:
        """Let a member pack a pouch with everything owed to another."""
        member, target = self.members[party], self.members[to]

        def work() -> bytes:
            contents = member.act(load, to)
            now = self.clock.now()
            for data in contents.envelopes:
                self.ledger.note(member, target, data, "pouch", now)
            packed = pouch.pack(party, to, now, envelopes=contents.envelopes, receipts=contents.receipts)
            self.ledger.look_for_leaks(packed, f"pouch of {party}")
            count = f"{len(contents.envelopes)} envelopes, {len(contents.receipts)} receipts"
            self.tell(f"      {count}")
            return packed

        return self.step(f"{member.name} packs a pouch for {target.name}", work)

    def open_pouch(self, party: str, packed: bytes) -> Unloaded:
        """Let a member open a pouch."""
        member = self.members[party]

        def work() -> Unloaded:
            read = pouch.unpack(packed)
            found = member.act(unload, read.manifest.to, read.envelopes, read.receipts)
            self.tell(f"      {found.accepted} new, {found.known} known, {found.quarantined} apart")
            return found

        return self.step(f"{member.name} opens a pouch", work)

    def wait(self, by: timedelta) -> None:
        """Let time pass."""
        self.clock.step(by)
        self.step(f"{by} pass", lambda: None)

    def restart(self, party: str) -> None:
        """Stop a node whose home is on disk and start it again."""

        def work() -> None:
            self.members[party].restart()
            self._postmen.pop(party, None)

        self.step(f"{self.name(party)} restarts", work)

    def settle(self) -> None:
        """Mend the network and deliver until nothing is owed; then check what must hold at rest.

        Raises:
            Broken: it does not come to rest, or an invariant does not hold.
        """
        self.network.mend()
        self.network.faults = CALM
        while self.network.in_flight:
            self.arrive_late(0)
        for _ in range(_ROUNDS):
            owing = [party for party in self.members if self._owes(party)]
            if not owing:
                self.tell("all is delivered")
                self.check_at_rest()
                return
            for party in owing:
                self.deliver(party)
        reasons = [
            f"{party} to {row.peer}: {row.kind}, {row.reason or 'never tried'}"
            for party, member in self.members.items()
            for row in member.read(lambda transaction: transaction.owed(None, None, 5))
        ]
        self._judge([f"P4: still owed after {_ROUNDS} rounds: {reason}" for reason in reasons])

    def close(self) -> None:
        """Let every store go."""
        for member in self.members.values():
            member.close()

    def __enter__(self) -> "World":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- names -----------------------------------------------------------------------------------------------------

    def name(self, party: str) -> str:
        """Give what the trace calls a Party."""
        return party.partition(".")[0].title()

    def label(self, item: str) -> str:
        """Give what the trace calls an item: its label, which a replay repeats, not its digest."""
        for member in self.members.values():
            row = member.read(lambda transaction: transaction.item(item))
            if row is not None and row.originator == member.party:
                return f"`{row.label}`"
        return f"`{item[:12]}`"

    def _owes(self, party: str) -> bool:
        return bool(self.members[party].read(lambda transaction: transaction.backlog()))

    def _postman(self, member: Member) -> Postman:
        if member.party not in self._postmen:
            self._postmen[member.party] = Postman(member.node, self.network.line(member.party))
        return self._postmen[member.party]


@cache
def _concluded(texts: tuple[Text, ...], start: Instant) -> World:
    """Give a world in memory with these agreements concluded, of which others are twins; made once a process."""
    clock = SteppedClock(start)
    parties = dict.fromkeys(party for text in texts for party in text.parties)
    members = [Member.in_memory(party, clock, "concluded", number) for number, party in enumerate(parties, 1)]
    world = World("concluded", members, clock)
    for text in texts:
        world.conclude(text)
    return world
