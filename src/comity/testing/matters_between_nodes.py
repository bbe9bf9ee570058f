"""Random work between two real nodes, on a bad network and by pouch: in the end both have the same matters.

The steps go through the use cases, so that what is signed, sealed, lost, carried twice and taken in is the real
thing; the promises of the whole system are checked after every step, as in every simulation.
"""

import random
from datetime import timedelta

from comity.cooperation.kinds import KINDS, form_of
from comity.cooperation.matter import Matter, can_do
from comity.errors import ComityError
from comity.node.cooperate import Manner, act_on, open_matter
from comity.node.matter_log import matters_listed, read_matter
from comity.testing.matter_histories import drawn_said
from comity.testing.network import CALM, STORMY
from comity.testing.working_text import NORTH, SOUTH, WORKING
from comity.testing.world import World

__all__ = ["play_between_nodes"]

_PARTIES = (NORTH, SOUTH)
_WAITS = (timedelta(minutes=1), timedelta(hours=1), timedelta(hours=9))


def play_between_nodes(seed: str, steps: int = 40) -> tuple[list[str], int]:
    """Play one history; give what is wrong, and how many events both nodes have in the end."""
    chance = random.Random(f"between {seed}")  # noqa: S311  a replay must draw the same
    with World.of((WORKING,), seed=seed) as world:
        pouches: list[tuple[str, bytes]] = []
        for _ in range(steps):
            world.clock.step(timedelta(seconds=1))
            world.network.faults = STORMY if chance.random() < 0.5 else CALM
            party = chance.choice(_PARTIES)
            other = SOUTH if party == NORTH else NORTH
            try:
                match chance.randrange(12):
                    case 0 | 1:
                        world.deliver(party)
                    case 2:
                        pouches.append((other, world.pack(party, other)))
                    case 3 if pouches:
                        to, packed = chance.choice(pouches)
                        world.open_pouch(to, packed)
                    case 4:
                        world.wait(chance.choice(_WAITS))
                    case _:
                        _work(world, party, other, chance)
            except ComityError:
                continue  # refused, and told so in the trace
        world.network.faults = CALM
        world.settle()
        return _differences(world)


def _work(world: World, party: str, other: str, chance: random.Random) -> None:
    """Let a Party take a step its node does not refuse, mostly in a matter that is under way."""
    member = world.members[party]
    rows = member.act(matters_listed)
    if not rows or chance.random() < 0.25:
        kind = chance.choice(list(KINDS))
        said = drawn_said(chance, form_of(kind, "open").form)
        said.pop("items", None)
        world.step(f"{member.name} opens a {kind}", lambda: member.act(open_matter, kind, other, said))
        return
    row = chance.choice(rows)
    matter = member.act(read_matter, row.id)
    words = can_do(matter, party)
    if not words:
        return
    word = chance.choice(words)
    said = drawn_said(chance, form_of(row.kind, word).form)
    said.pop("items", None)
    manner = Manner(function="director" if word in matter.kind.functions else "")
    world.step(
        f"{member.name} takes the step {word} in {row.kind} {row.id[:12]}",
        lambda: member.act(act_on, row.id, word, said, manner=manner),
    )


def _differences(world: World) -> tuple[list[str], int]:
    north, south = (_matters(world, party) for party in _PARTIES)
    wrong = [f"only one of the two has {name[:12]}" for name in north.keys() ^ south.keys()]
    for name in north.keys() & south.keys():
        if (north[name].story, north[name].state, north[name].facts) != (
            south[name].story,
            south[name].state,
            south[name].facts,
        ):
            wrong.append(f"{name[:12]} is not the same on both sides")
        if north[name].early or south[name].early:
            wrong.append(f"{name[:12]} waits for an event for ever")
    return wrong, sum(len(matter.story) for matter in north.values())


def _matters(world: World, party: str) -> dict[str, Matter]:
    member = world.members[party]
    return {row.id: member.act(read_matter, row.id) for row in member.act(matters_listed)}
