"""What every kind of happening in a history needs: the world, chance, and choosing who and what."""

import random
from collections.abc import Callable

from comity.errors import ComityError
from comity.node.disclose import disclose
from comity.ports import ItemRow
from comity.testing.world import World

__all__ = ["CATEGORIES", "PURPOSES", "Happening", "Story"]

#: What items of a history are about, and what they are passed for.
CATEGORIES = ("incident.indicators", "incident.reports", "incident.summaries")
PURPOSES = ("network-defence", "network-defence", "network-defence", "incident-response")

#: How often somebody turns to a peer rather than to anybody.
_AMONG_PEERS = 0.85
#: How long somebody looks for what may be passed.
_LOOKS = 6

#: How often, in relation to others, and what happens.
Happening = tuple[int, Callable[[], object]]


class Story:
    """The world of one history, and its chance."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self.world = world
        self.chance = chance

    def party(self) -> str:
        """Choose a member."""
        return self.chance.choice(list(self.world.members))

    def items(self, party: str, *states: str) -> list[ItemRow]:
        """Give a member's items in these states."""
        return [row for row in self.world.view(party).items.values() if row.state in states]

    def holder_of(self, *states: str) -> tuple[str, ItemRow] | None:
        """Choose a member that has items in these states, and one of them."""
        having = [(party, row) for party in self.world.members for row in self.items(party, *states)]
        return self.chance.choice(having) if having else None

    def other(self, party: str) -> str:
        """Choose another member, most often one with whom there is an agreement."""
        peers = dict.fromkeys(
            each for text in self.world.texts.values() if party in text.parties for each in text.parties
        )
        others = peers if self.chance.random() < _AMONG_PEERS else self.world.members
        return self.chance.choice([each for each in others if each != party])

    def wish(self, outcome: str) -> tuple[str, ItemRow, str, str] | None:
        """Look for a passing that the gate would answer so: holder, item, recipient, purpose."""
        for _ in range(_LOOKS):
            found = self.holder_of("held", "source-withdrawn")
            if found is None:
                return None
            party, row = found
            to, purpose = self.other(party), self.chance.choice(PURPOSES)
            node = self.world.members[party].node
            try:
                tried = node.store.read(
                    lambda transaction: disclose(
                        node,  # noqa: B023  it is read at once
                        transaction,
                        row.digest,  # noqa: B023
                        to=to,  # noqa: B023
                        purpose=purpose,  # noqa: B023
                        dry_run=True,
                    )
                )
            except ComityError:
                continue
            if tried.decision.outcome == outcome:
                return party, row, to, purpose
        return None
