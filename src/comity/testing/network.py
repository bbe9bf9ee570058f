"""A network that loses, doubles, delays and reorders, all by the seed.

It implements `ports.Carrier`, so the real postman drives it. What HTTP does in one exchange (request there, receipts
back) can fail in either direction: a request lost never arrived; an answer lost did arrive, and the sender, who cannot
tell the two apart, sends again.

| fault | what the receiver sees | what the sender sees |
|---|---|---|
| cut, or lost | nothing | unreachable |
| answer lost, or the way back cut | the envelopes | unreachable |
| delayed | the envelopes later, out of order | unreachable |
| doubled | the envelopes twice | the answers |
| power lost, disk full | what was durable | unreachable |
| disk slow | the envelopes | unreachable |
"""

import contextlib
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

import msgspec

from comity.clock import SteppedClock
from comity.errors import ComityError, PeerUnreachable, StorageError
from comity.node.receive import Taken, receive, reply_to
from comity.ports import Reply
from comity.testing.disk import PowerLost
from comity.testing.ledger import Ledger
from comity.testing.members import Member

__all__ = ["CALM", "STORMY", "Faults", "InFlight", "Line", "Network"]


class Faults(msgspec.Struct, frozen=True):
    """How often what goes wrong, each between 0 and 1 for one exchange."""

    lost: float = 0.0
    answer_lost: float = 0.0
    delayed: float = 0.0
    doubled: float = 0.0
    reordered: float = 0.0


#: Nothing goes wrong.
CALM = Faults()
#: Every third exchange goes wrong somehow.
STORMY = Faults(lost=0.1, answer_lost=0.1, delayed=0.1, doubled=0.1, reordered=0.2)


#: How long a sender waits for the answer.
_PATIENCE = timedelta(seconds=30)


class InFlight(msgspec.Struct, frozen=True):
    """A delayed envelope that will still arrive."""

    sender: str
    to: str
    data: bytes


class Network:
    """All lines between the members.

    Attributes:
        faults: how often what goes wrong now.
        in_flight: delayed envelopes.
        problems: what no fault excuses, such as two different receipts for one envelope.
        happened: how often each fault struck.
        silent: Parties that give no receipt to anybody.
    """

    def __init__(
        self, members: Mapping[str, Member], ledger: Ledger, clock: SteppedClock, chance: random.Random
    ) -> None:
        self._members = members
        self._ledger = ledger
        self._clock = clock
        self._chance = chance
        self._cut: set[tuple[str, str]] = set()
        self.faults = CALM
        self.in_flight: list[InFlight] = []
        self.problems: list[str] = []
        self.happened: Counter[str] = Counter()
        self.silent: set[str] = set()

    def take_over(self, other: "Network") -> None:
        """Have the same lines cut, and the same letters under way, as another network."""
        self._cut, self.faults = set(other._cut), other.faults
        self.in_flight, self.problems = list(other.in_flight), list(other.problems)
        self.silent = set(other.silent)

    def cut(self, a: str, b: str, *, one_way: bool = False) -> None:
        """Cut the way from `a` to `b`, and back unless `one_way`."""
        self._cut.add((a, b))
        if not one_way:
            self._cut.add((b, a))

    def mend(self) -> None:
        """Mend every cut."""
        self._cut.clear()

    @property
    def cuts(self) -> frozenset[tuple[str, str]]:
        """The ways that are cut."""
        return frozenset(self._cut)

    def line(self, sender: str) -> "Line":
        """Give the carrier of one member."""
        return Line(self, sender)

    def exchange(self, sender: str, to: str, envelopes: Sequence[bytes]) -> Reply:
        """Carry envelopes over and the reply back, or fail.

        Raises:
            PeerUnreachable: for the sender nothing is known to have arrived.
        """
        source, target = self._members[sender], self._members[to]
        for data in envelopes:
            self._ledger.note(source, target, data, "https", self._clock.now())
        if self._is_cut(sender, to) or self._happens("lost"):
            raise PeerUnreachable(f"{to}: the request was lost")
        if self._happens("delayed"):
            self.in_flight += [InFlight(sender, to, data) for data in envelopes]
            raise PeerUnreachable(f"{to}: the request is on its way")
        order = list(range(len(envelopes)))
        if len(order) > 1 and self._happens("reordered"):
            self._chance.shuffle(order)
        began = self._clock.now()
        try:
            taken = {place: self.hand_over(sender, to, envelopes[place]) for place in order}
            if self._happens("doubled"):
                for place in order:
                    self._compare(to, taken[place], self.hand_over(sender, to, envelopes[place]))
            reply = target.act(reply_to, [taken[place] for place in range(len(envelopes))])
        except (StorageError, PowerLost) as error:
            raise PeerUnreachable(f"{to}: {error.message}") from None
        for letter in reply.letters:
            self._ledger.look_for_leaks(letter, f"receipts of {to}")
        if self._clock.now() - began > _PATIENCE:
            self.happened["answer too late"] += 1
            raise PeerUnreachable(f"{to}: the answer took too long")
        if to in self.silent:
            self.happened["receipts withheld"] += 1
            raise PeerUnreachable(f"{to}: no answer")
        if self._is_cut(to, sender) or self._happens("answer_lost"):
            raise PeerUnreachable(f"{to}: the answer was lost")
        return reply

    def arrive_late(self, place: int) -> InFlight:
        """Let one delayed envelope arrive; its sender learns nothing of it."""
        late = self.in_flight.pop(place)
        with contextlib.suppress(StorageError, PowerLost):  # as lost as any other
            self.hand_over(late.sender, late.to, late.data)
        return late

    def hand_over(self, sender: str, to: str, data: bytes, carrier: str = "https") -> Taken:
        """Give one envelope to a node, as an endpoint does."""
        member = self._members[to]
        before = member.clock.now()
        try:
            return member.act(receive, data, carrier)
        except (StorageError, PowerLost):
            raise
        except ComityError as error:
            last = member.read(lambda transaction: transaction.last_entry_at())
            if last is None or before >= last:  # by a clock set back it takes nothing
                self.problems.append(f"P4: {to} falls over an envelope of {sender}: {error.message}")
            return Taken("refused", reason=error.message)

    def _compare(self, to: str, first: Taken, again: Taken) -> None:
        if first.state in ("accepted", "quarantined", "known") and first.receipt != again.receipt:
            self.problems.append(f"P4: {to} gave two different receipts for one envelope")

    def _is_cut(self, sender: str, to: str) -> bool:
        if (sender, to) not in self._cut:
            return False
        self.happened["cut one way" if (to, sender) not in self._cut else "cut both ways"] += 1
        return True

    def _happens(self, fault: str) -> bool:
        share: float = getattr(self.faults, fault)
        if share <= 0 or self._chance.random() >= share:
            return False
        self.happened[fault.replace("_", " ")] += 1
        return True


class Line:
    """The carrier of one member: `ports.Carrier`."""

    def __init__(self, network: Network, sender: str) -> None:
        self._network = network
        self._sender = sender

    def deliver(self, peer: str, endpoint: str, envelopes: Sequence[bytes]) -> Reply:  # noqa: ARG002
        """Hand over envelopes and give what came back."""
        return self._network.exchange(self._sender, peer, envelopes)

    def close(self) -> None:
        """Keep nothing open."""
