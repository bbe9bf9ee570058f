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
from comity.node.carry import Unloaded, load_once, unload
from comity.node.conclude import give_notice, hold_agreement, sign_agreement
from comity.node.daily_duties import Duties, do_duties
from comity.node.deliver import try_now
from comity.node.disclose import Outcome, disclose
from comity.node.introduce import accept_card
from comity.node.items import NewItem, add_item
from comity.node.known_time import LEAP, advance_to
from comity.node.node import Node
from comity.testing.disk import Moment
from comity.testing.invariants import Invariants
from comity.testing.ledger import Ledger
from comity.testing.members import Backup, Member
from comity.testing.network import Network
from comity.testing.rest import come_to_rest
from comity.testing.texts import Text
from comity.testing.views import View

__all__ = ["START", "Broken", "World"]

T = TypeVar("T")

#: When every simulation begins.
START = datetime(2026, 3, 1, 9, tzinfo=UTC)


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
        look_every: after how many steps the invariants are looked at; what broke one shows at rest at the latest.
        restored: Parties whose homes were put back from a backup: what they owe for what is lost is not judged. Each
            with the peers that had kept more of its journal then than the backup has.
        happened: how often each fault struck, for the distribution of a run.
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
        self.look_every = 1
        self._unseen = 0
        self.restored: dict[str, set[str]] = {}
        self.happened = self.network.happened
        self._labels: dict[str, str] = {}
        self._invariants = Invariants(self)
        self._postmen: dict[str, tuple[Node, Postman]] = {}

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

    def twin(self, seed: str, instead_of: "World | None" = None) -> "World":
        """Make this world once more as it stands, from where it goes on by chance of its own.

        Both have the same homes, the same letters under way and the same past; what happens in one from now on happens
        in no other. Only for a world in memory, with clocks that agree.

        Args:
            instead_of: a twin of this world that is done with, in whose memory this one is made.
        """
        clock = SteppedClock(self.clock.now())
        spare = instead_of.members if instead_of is not None else {}
        members = (member.twin(clock, seed, spare.get(party)) for party, member in self.members.items())
        world = World(seed, members, clock)
        world.texts.update(self.texts)
        world.trace += self.trace
        world.restored |= {party: set(peers) for party, peers in self.restored.items()}
        world._labels.update(self._labels)
        world.ledger.take_over(self.ledger)
        world.network.take_over(self.network)
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
            self._unseen += 1
            if self._unseen >= self.look_every:
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
        self._unseen = 0
        self.judge(self._invariants.after_step())

    def check_at_rest(self) -> None:
        """Check what must hold once everything owed has been delivered.

        Raises:
            Broken: something does not.
        """
        self.judge(self._invariants.after_step() + self._invariants.at_rest())

    def judge(self, problems: Sequence[str]) -> None:
        """Stop where a promise is broken.

        Raises:
            Broken: there are problems.
        """
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
        retention: str = "",
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
            retention=retention,
        )
        line = f"{member.name} adds `{said}` ({category}, {marking}{made})"
        digest = self.step(line, lambda: member.act(add_item, new))[0].digest
        self._labels[digest] = f"`{said}`"
        return digest

    def share(self, party: str, item: str, to: str, purpose: str, *, under: str | None = None) -> Outcome:
        """Let a member share an item."""
        member = self.members[party]

        def work() -> Outcome:
            outcome = member.act(disclose, item, to=to, purpose=purpose, under=under)
            grounds = ", ".join(dict.fromkeys(ground.ref for ground in outcome.decision.grounds))
            self.tell(f"      {outcome.decision.outcome}: {grounds}")
            if outcome.decision.permitted:
                self.ledger.shared.add((party, item, to))
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
            failed = member.powered(postman.run_once)
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
            contents = member.act(load_once, to)
            now = self.clock.now()
            for data in contents.envelopes:
                self.ledger.note(member, target, data, "pouch", now)
            (packed,) = pouch.pack(party, to, now, envelopes=contents.envelopes, receipts=contents.receipts)
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
        """Let time pass; of a long time, every node noted meanwhile that it did, as its daily duties do."""
        self.clock.step(by)
        if by > LEAP / 2:
            for member in self.members.values():
                member.act(lambda node, transaction: advance_to(transaction, node.clock.now()))
        self.step(f"{by} pass", lambda: None)

    def restart(self, party: str) -> None:
        """Stop a node whose home is on disk and start it again."""

        self.step(f"{self.name(party)} restarts", self.members[party].restart)

    def lose_power(self, party: str, moment: Moment) -> None:
        """Let a member's power go in its next commit."""
        self.happened[f"power lost {moment} a commit"] += 1
        self.step(
            f"the power of {self.name(party)} will go {moment} its next commit",
            lambda: self.members[party].lose_power(moment),
        )

    def start_again(self, party: str) -> None:
        """Let a member's node be killed and start again."""
        self.happened["killed"] += 1
        self.step(f"{self.name(party)} is killed and starts again", self.members[party].start_again)

    def disk_of(self, party: str, *, full: bool = False, stall: timedelta = timedelta(0)) -> None:
        """Let a member's disk be full, or slow, or well again."""
        disk = self.members[party].disk
        assert disk is not None
        disk.full, disk.stall = full, stall
        state = "full" if full else f"slow by {stall}" if stall else "well"
        if full or stall:
            self.happened["disk full" if full else "disk slow"] += 1
        self.step(f"the disk of {self.name(party)} is {state}", lambda: None)

    def step_clock(self, party: str, by: timedelta) -> None:
        """Let a member's clock jump."""
        self.happened["clock forward" if by > timedelta(0) else "clock back"] += 1
        self.members[party].clock.skew += by
        self.step(f"the clock of {self.name(party)} jumps by {by.total_seconds():+.0f} s", lambda: None)

    def do_duties(self, party: str, *, leap: timedelta = timedelta(0)) -> Duties:
        """Let a member do the day's duties; `leap`: by a clock that stands so far ahead and is then set right."""
        member = self.members[party]

        def work() -> Duties:
            member.clock.skew += leap
            try:
                done = member.act(do_duties)
            finally:
                member.clock.skew -= leap
            self.tell(f"      {len(done.erased)} run out{f'; {done.waits}' if done.waits else ' and erased'}")
            if done.erased:
                self.happened["erasure held back for the clock" if done.waits else "items run out"] += 1
            return done

        ahead = f" by a clock that leaps {leap.days} days ahead" if leap else ""
        return self.step(f"{member.name} does the day's duties{ahead}", work)

    def put_back(self, party: str, backup: Backup) -> None:
        """Let a member's home be put back from a backup: what it did since then is gone there and nowhere else."""
        self.happened["restored from a backup"] += 1
        self._invariants.forget(party)

        def work() -> None:
            member = self.members[party]
            member.put_back(backup)
            sizes = member.read(lambda transaction: {head.channel: head.size for head in transaction.heads()})
            self.restored[party] = {
                peer for peer, size in self._kept_of(party).items() if size > sizes.get(peer, 0)
            }

        self.step(f"the home of {self.name(party)} is put back from a backup", work)

    def _kept_of(self, party: str) -> dict[str, int]:
        """Give how much each other member has kept of a member's journal: the size of the head it would show it."""
        kept = {
            peer: member.read(lambda transaction: transaction.kept_head(party, ours=False))
            for peer, member in self.members.items()
            if peer != party
        }
        return {peer: head.size for peer, head in kept.items() if head is not None}

    def settle(self) -> None:
        """Mend the network and deliver until nothing is owed; then check what must hold at rest.

        Raises:
            Broken: it does not come to rest, or an invariant does not hold.
        """
        come_to_rest(self)

    def check_restored(self) -> None:
        """Check that those that were restored have found out, once everybody has spoken to them.

        Raises:
            Broken: one has not.
        """
        self.judge(self._invariants.restored_have_found_out())

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
        return self._labels.get(item, f"`{item[:12]}`")

    def view(self, party: str) -> View:
        """Give what a member's store showed after the last step."""
        return self._invariants.view(party)

    def owes(self, party: str) -> bool:
        """Tell whether a member has anything to deliver."""
        return bool(self.members[party].read(lambda transaction: transaction.backlog()))

    def _postman(self, member: Member) -> Postman:
        node, postman = self._postmen.get(member.party, (None, None))
        if postman is None or node is not member.node:  # it was started again
            postman = Postman(member.node, self.network.line(member.party))
            self._postmen[member.party] = (member.node, postman)
        return postman


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
