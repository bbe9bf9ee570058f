"""Random histories: what five Parties might do in some weeks, on bad networks and failing machines, from one seed.

Each history is a run of happenings over the world of `texts.WEB`: the ordinary business (`deeds`), what befalls
machines and lines (`calamities`) and, in every third, what one hostile Party does (`malice`); in every third two
agreements have registers, and people ask them (`register_deeds`). What is refused is part
of the story; what breaks a promise ends it with `Broken`. How often what happens is drawn anew for each history, some
of it not at all: many narrow histories find more than broad ones that are all alike.

A seed that breaks is replayed by `python -m comity.testing --seed S`.
"""

import contextlib
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta

from comity.errors import ComityError
from comity.testing.calamities import Calamities
from comity.testing.deeds import Deeds
from comity.testing.malice import Malice, RegisterMalice
from comity.testing.register_deeds import RegisterDeeds
from comity.testing.story import Happening, Story
from comity.testing.texts import REGISTERED, WEB, Text
from comity.testing.world import Broken, World

__all__ = ["STEPS", "History", "replay"]

#: Happenings of one history.
STEPS = 24

#: Time that passes before each, so that of two acts it is known which came first.
_HEARTBEAT = timedelta(seconds=1)
#: One history in so many has a Party whose gate is broken.
_HOSTILE_ONE_IN = 3
#: One in so many has registers. It is drawn apart, so that all others stay what they were.
_REGISTERS_ONE_IN = 3
#: How often something is tried for which there may be no occasion yet.
_TRIES = 8
#: What a history multiplies how often a kind of thing happens with.
_SWARM = (0, 1, 1, 1, 3)
#: A history counts from so many Parties, agreements and acts on, with somebody who tried to pass on what is another's.
_PARTIES, _AGREEMENTS, _ACTS = 3, 2, 15


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
        texts: Sequence[Text] | None = None,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self.seed = seed
        self.steps = steps
        if texts is None:
            draw = random.Random(f"registers {seed}")  # noqa: S311  a replay must draw the same
            texts = REGISTERED if draw.randrange(_REGISTERS_ONE_IN) == 0 else WEB
        self.world = World.of(texts, seed=seed)
        if tell is not None:
            for line in self.world.trace:
                tell(line)
            self.world.listener = tell
        self._chance = random.Random(f"history {seed}")  # noqa: S311  a replay must draw the same
        story = Story(self.world, self._chance)
        if self._chance.randrange(_HOSTILE_ONE_IN) == 0:
            self.world.hostile.add(story.party())
        self._deeds, self._calamities = Deeds(story), Calamities(story)
        happenings = [*self._deeds.happenings, *self._swarm(self._calamities.happenings)]
        self._opening = self._deeds.opening()
        if self.world.hostile:
            happenings += self._swarm(Malice(story).happenings)
        if any(text.queries_per_day for text in texts):
            registers = RegisterDeeds(story)
            self._opening += registers.opening()
            happenings += registers.happenings
            if self.world.hostile:
                happenings += RegisterMalice(story).happenings
        self._weights = [weight for weight, _ in happenings]
        self._happenings = [work for _, work in happenings]
        self._concluded = len(self.world.trace)

    def run(self) -> World:
        """Play it to the end; give the world it leaves behind.

        Raises:
            Broken: a promise was broken; the message ends with the command that shows it again.
        """
        try:
            for work in (*self._opening, *[self._let_something_happen] * self.steps):
                self._let(work)
            self.world.settle()
        except Broken as broken:
            raise Broken(f"{broken}\n  see it again: {self.command}") from None
        except Exception as error:  # a node fell over
            error.add_note(f"see it again: {self.command}")
            raise
        finally:
            self._calamities.close()
        return self.world

    def _let_something_happen(self) -> None:
        before = len(self.world.trace)
        for _ in range(_TRIES):
            (work,) = self._chance.choices(self._happenings, self._weights)
            self._let(work)
            if len(self.world.trace) > before:
                return

    def _let(self, work: Callable[[], object]) -> None:
        self.world.clock.step(_HEARTBEAT)
        with contextlib.suppress(ComityError):  # refused, and told so in the trace
            work()

    @property
    def command(self) -> str:
        """The command that plays this history again, with its trace."""
        steps = "" if self.steps == STEPS else f" --steps {self.steps}"
        return f"python -m comity.testing --seed {self.seed}{steps}"

    def counts(self) -> Counter[str]:
        """Give what happened in it: decisions, rules that spoke, what was kept apart, faults that struck.

        `histories` is 1 where it counts: at least three Parties acted, under two agreements, in fifteen acts, and
        somebody tried to pass on what is another's.
        """
        found: Counter[str] = Counter(
            {
                f"fault: {name}".replace("fault: register:", "register:"): n
                for name, n in self.world.happened.items()
            }
        )
        parties, agreements, acts, onward = set[str](), set[str](), 0, 0
        for party in self.world.members:
            view = self.world.view(party)
            for row in view.journal:
                if not row.kind.startswith(_ACT):
                    continue
                acts += 1
                parties.add(party)
                if row.kind != "decided":
                    continue
                decision = json.loads(row.detail)
                passed_on = any(item.get("hops") for item in _items_of(decision["question"]))
                onward += passed_on
                agreements.add(decision["agreement"])
                found[f"{decision['outcome']}{' onward' if passed_on else ''}"] += 1
                found.update(f"rule {rule}" for rule in {each["rule"] for each in decision["grounds"]})
            found.update(f"letters {row.state}" for row in view.inbox.values())
        counted = (
            len(parties) >= _PARTIES
            and len(agreements - {None}) >= _AGREEMENTS
            and acts >= _ACTS
            and onward >= 1
        )
        found["histories" if counted else "histories that do not count"] = 1
        found["steps"] = len(self.world.trace) - self._concluded
        return found

    def _swarm(self, happenings: Sequence[Happening]) -> list[Happening]:
        return [(weight * self._chance.choice(_SWARM), work) for weight, work in happenings]


#: Entries of a member that are acts of its own.
_ACT = ("decided", "item-added", "sent-", "consent", "withdrawal", "review", "erased")


def _items_of(question: dict[str, object]) -> list[dict[str, object]]:
    items = question["items"]
    return list(items.values()) if isinstance(items, dict) else list(items)  # type: ignore[call-overload]


def replay(seed: str, *, steps: int = STEPS, tell: Callable[[str], None] = print) -> World:
    """Play one history with its trace."""
    return History(seed, steps=steps, tell=tell).run()
