"""One Party of a simulation: its keys, its card, its node, and its clock, which may stand apart from the world's."""

import hashlib
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

from comity.assemble import Home, in_memory, new_home, open_home
from comity.cards import Card, SignedCard, issue, read_card, sealing_entry, signing_entry
from comity.clock import Instant, SteppedClock
from comity.keys import SealingKey, SigningKey
from comity.node.introduce import accept_card
from comity.node.keyring import Keyring
from comity.node.node import Node
from comity.ports import Transaction
from comity.signing import to_bytes
from comity.storage.database import SqlStore
from comity.storage.transaction import SqlTransaction
from comity.strict import write_base64
from comity.testing.disk import Disk, KeysKept, Moment, PowerCut, PowerLost

__all__ = ["Backup", "Member", "SkewedClock"]

P = ParamSpec("P")
T = TypeVar("T")

#: What the everyday key of a member may do; the director signs agreements with a key of his own.
_EVERYDAY = ("disclosure", "consent", "control", "journal", "agreement")
_CARD_LIFE = timedelta(days=3650)


class SkewedClock:
    """The world's clock as one node reads it: `skew` apart."""

    def __init__(self, world: SteppedClock) -> None:
        self._world = world
        self.skew = timedelta(0)

    def now(self) -> Instant:
        """Give the instant this node believes it is."""
        return self._world.now() + self.skew


class Backup(NamedTuple):
    """What a member had when its home was copied."""

    rows: SqlStore[SqlTransaction]
    keys: KeysKept


class Member:
    """A Party with its node.

    Attributes:
        party: its id.
        node: its node; replaced when a home on disk is opened again.
        clock: what it reads the time from.
        card: its card.
        disk: what its rows in memory stand on; None for a home on disk.
        dirty: whether it acted since the invariants last looked.
        tampered: whether somebody was at its rows behind its back since then.
    """

    def __init__(
        self, party: str, node: Node, clock: SkewedClock, card: SignedCard, disk: Disk | None = None
    ) -> None:
        self.party = party
        self.node = node
        self.clock = clock
        self.card = card
        self.disk = disk
        self.dirty = True
        self.tampered = False
        self._home: Home | None = None

    @classmethod
    def in_memory(cls, party: str, world: SteppedClock, seed: str, number: int) -> "Member":
        """Make a Party whose keys follow from its name and whose randomness from the seed; its rows live in memory."""
        clock = SkewedClock(world)
        root, everyday, director, witness = (
            SigningKey.from_seed(_bytes(party, name, 32))
            for name in ("root", "everyday", "director", "witness")
        )
        sealing = SealingKey.from_seed(_bytes(party, "sealing", 96))
        at = world.now()
        until = at + _CARD_LIFE
        card = Card(
            party=party,
            version=1,
            names={"en": party.partition(".")[0].title()},
            issued=at,
            expires=until,
            endpoints=(f"http://127.0.0.1:{8100 + number}",),
            root=write_base64(root.public.raw),
            signing=(
                signing_entry(everyday.public, _EVERYDAY, at, until),
                signing_entry(director.public, ("director",), at, until),
                signing_entry(witness.public, ("witness",), at, until),
            ),
            sealing=(sealing_entry(sealing.public, at, until),),
        )
        signed = to_bytes(issue(card, root))
        entropy = random.Random(f"{seed}/{party}")  # noqa: S311  a replay must draw the same bytes
        disk = Disk(world, entropy.randbytes)
        keyring = Keyring([everyday, director, witness], [sealing])
        node = in_memory(party, keyring, clock, entropy.randbytes, body_keys=disk)
        made = cls(party, node, clock, read_card(signed, root_fingerprint=root.fingerprint), disk)
        made.act(accept_card, signed)
        return made

    def twin(self, world: SteppedClock, seed: str, instead_of: "Member | None" = None) -> "Member":
        """Make the same Party once more, in memory, with all rows it has now and randomness of its own.

        Args:
            instead_of: a twin that is done with, in whose memory this one is made.
        """
        clock, entropy = SkewedClock(world), random.Random(f"{seed}/{self.party}")  # noqa: S311  as above
        keyring, reader = self.node.keyring.copy(), self.node.reader
        if instead_of is None:
            disk = Disk(world, entropy.randbytes)
            node = in_memory(self.party, keyring, clock, entropy.randbytes, reader=reader, body_keys=disk)
        else:
            assert instead_of.disk is not None
            disk, old = instead_of.disk, instead_of.node
            disk.stand_on(world, entropy.randbytes)
            node = Node(old.party, old.store, clock, keyring, entropy.randbytes, old.deployment, reader)
        self._rows.copy_to(_rows_of(node))
        if self.disk is not None:
            disk.put_back(self.disk.kept())
        return Member(self.party, node, clock, self.card, disk)

    @classmethod
    def on_disk(cls, party: str, world: SteppedClock, folder: Path, number: int) -> "Member":
        """Make a Party with a home on disk, keys from the operating system."""
        clock = SkewedClock(world)
        name = party.partition(".")[0]
        signed = new_home(
            folder / name,
            party,
            names={"en": name.title()},
            port=8100 + number,
            deployment="simulation",
            clock=clock,
        )
        home = open_home(folder / name, clock=clock, threaded=False)
        made = cls(party, home.node, clock, read_card(signed, root_fingerprint=None))
        made._home = home
        return made

    @property
    def name(self) -> str:
        """What a trace calls it."""
        return self.party.partition(".")[0].title()

    @property
    def home(self) -> Path | None:
        """Where its home is; None for rows in memory."""
        return None if self._home is None else self._home.folder.path

    def act(
        self, use_case: Callable[Concatenate[Node, Transaction, P], T], *args: P.args, **named: P.kwargs
    ) -> T:
        """Run a use case on this node, as one piece of work.

        Raises:
            PowerLost: its power went; it runs again, with what was durable.
        """
        return self.powered(
            lambda: self.node.act(lambda transaction: use_case(self.node, transaction, *args, **named))
        )

    def powered(self, work: Callable[[], T]) -> T:
        """Let this node work; where its power goes, start it anew.

        Raises:
            PowerLost: its power went.
        """
        self.dirty = True
        try:
            return work()
        except PowerCut as cut:
            self.start_again()
            raise PowerLost(f"{self.party} lost its power {cut}") from None

    def start_again(self) -> None:
        """Start a node in memory anew, as after a crash: it has what was durable and nothing else."""
        assert self.disk is not None
        self.disk.give_up()
        self._rows.sweep()
        self.node = self._anew()
        self.dirty = True

    def back_up(self) -> Backup:
        """Copy the home of a node in memory."""
        assert self.disk is not None
        spare = _rows_of(in_memory(self.party, self.node.keyring, self.clock, self.node.entropy))
        self._rows.copy_to(spare)
        return Backup(spare, self.disk.kept())

    def put_back(self, backup: Backup) -> None:
        """Put a copy in the place of the home, and start the node: whatever came since is gone."""
        assert self.disk is not None
        backup.rows.copy_to(self._rows)
        self.disk.put_back(backup.keys)
        self.start_again()

    def lose_power(self, moment: Moment) -> None:
        """Let the power go in the next commit of a node in memory."""
        assert self.disk is not None
        self.disk.cut_at = moment

    def read(self, work: Callable[[Transaction], T]) -> T:
        """Read from this node's store."""
        return self.node.store.read(work)

    def restart(self) -> None:
        """Close the home and open it again: what was only in memory is gone.

        Raises:
            ValueError: this member keeps its rows in memory.
        """
        if self._home is None:
            raise ValueError(f"{self.party} keeps its rows in memory")
        folder = self._home.folder.path
        self._home.close()
        self._home = open_home(folder, clock=self.clock, threaded=False)
        self.node = self._home.node
        self.dirty = True

    @property
    def _rows(self) -> SqlStore[SqlTransaction]:
        return _rows_of(self.node)

    def _anew(self) -> Node:
        node = self.node
        return Node(
            node.party, node.store, node.clock, node.keyring, node.entropy, node.deployment, node.reader
        )

    def close(self) -> None:
        """Let the store go."""
        if self._home is not None:
            self._home.close()
        else:
            self.node.store.close()


def _rows_of(node: Node) -> SqlStore[SqlTransaction]:
    store: Any = node.store  # rows in memory: a SqlStore
    assert isinstance(store, SqlStore)
    return store


def _bytes(party: str, name: str, length: int) -> bytes:
    """Derive the bytes of a key from its owner and name."""
    return hashlib.shake_256(f"comity simulation {party} {name}".encode()).digest(length)
