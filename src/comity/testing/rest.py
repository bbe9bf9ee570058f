"""How a world comes to rest: everything is mended, everything owed delivered, and then judged once more.

What is owed after the last happening of a history must still arrive: a promise that holds only while nothing is
settled is none. A home that was put back from a backup speaks to everybody first, for the others cannot go on with it
otherwise.
"""

import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING

from comity.errors import ComityError
from comity.node.reconcile import ask_account
from comity.node.stopped_channels import resume
from comity.testing.network import CALM

if TYPE_CHECKING:
    from comity.testing.world import World

__all__ = ["come_to_rest"]

#: Rounds of delivery after which a world that does not come to rest is at fault.
_ROUNDS = 40
#: How often two deliver to each other until an account is settled between them.
_EXCHANGES = 6


def come_to_rest(world: "World") -> None:
    """Mend what is broken, deliver until nothing is owed, and check what must hold at rest.

    Raises:
        Broken: it does not come to rest, or an invariant does not hold.
    """
    _repair(world)
    while world.network.in_flight:
        world.arrive_late(0)
    _reconcile_restored(world)  # first, for a home that is behind enters nothing else
    _let_flow(world)
    for _ in range(_ROUNDS):
        owing = [party for party in world.members if world.owes(party)]
        if not owing:
            world.tell("all is delivered")
            world.check_at_rest()
            return
        for party in owing:
            world.deliver(party)
    world.judge(
        [
            f"P4: still owed after {_ROUNDS} rounds: {party} to {row.peer}: {row.kind}, {row.reason or 'never tried'}"
            for party, member in world.members.items()
            for row in member.read(lambda transaction: transaction.owed(None, None, 5))
        ]
    )


def _repair(world: "World") -> None:
    """Let network, disks, clocks and power be well again, and the silent speak."""
    world.network.mend()
    world.network.faults = CALM
    world.network.silent.clear()
    for member in world.members.values():
        member.clock.skew = timedelta(0)
        if member.disk is not None:
            member.disk.cut_at, member.disk.full, member.disk.stall = None, False, timedelta(0)
    entered = [
        member.read(lambda transaction: transaction.last_entry_at()) for member in world.members.values()
    ]
    now = world.clock.now()
    ahead = max((at for at in entered if at is not None), default=now) - now
    if ahead > timedelta(0):
        world.wait(ahead)  # nobody decides before his own last entry


def _let_flow(world: "World") -> None:
    """Let every channel that stopped for a person flow again: an officer has looked."""
    for member in world.members.values():
        for row in member.read(lambda transaction: transaction.channels_stopped()):
            line = f"an officer of {member.name} lets the channel of {world.name(row.peer)} flow again"
            world.step(line, lambda: member.act(resume, row.peer, because="looked into"))  # noqa: B023


def _reconcile_restored(world: "World") -> None:
    """Let everybody speak to those that were restored, and those reconcile with whoever has kept more."""
    for party in sorted(world.restored):
        member = world.members[party]
        for peer in world.members:
            if peer != party:
                _account(world, peer, party)
        behind = sorted(row.peer for row in member.read(lambda transaction: transaction.behind()))
        if behind:
            _act_too_early(world, party)
        for peer in behind:
            _account(world, party, peer)
    if world.restored:
        world.check_restored()


def _act_too_early(world: "World", party: str) -> None:
    """Let a home that knows it is behind try to go on as if nothing were; it must refuse."""
    with contextlib.suppress(ComityError):
        content = f"what {party} takes in although it is behind".encode()
        world.add(party, content, "incident.indicators", label="too early")


def _account(world: "World", party: str, peer: str) -> None:
    """Let a member ask another for its account, where it may, and both deliver."""
    with contextlib.suppress(ComityError):
        world.step(
            f"{world.name(party)} asks {world.name(peer)} for its account",
            lambda: world.members[party].act(ask_account, peer),
        )
        for _ in range(_EXCHANGES):
            for each in (party, peer):
                if world.owes(each):
                    world.deliver(each)
