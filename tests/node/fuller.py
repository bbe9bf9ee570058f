"""Agreements that say more than the naive check of `comity.testing` understands, and worlds that do not ask it.

What these tests are about (freshness, standing consents, necessity, caveats, use before a court) the invariants of the
simulator do not know; so a `Quiet` world plays on without them, and each test looks at what it is about by itself.
"""

from collections.abc import Sequence

from comity.clock import Instant
from comity.testing.texts import Text
from comity.testing.world import World
from node.worlds import EAST, NORTH, SOUTH

__all__ = ["Fuller", "Quiet", "fuller", "pass_around", "quiet"]


class Fuller(Text, frozen=True):
    """An agreement with further lines in some of its clauses.

    Attributes:
        term, third, handling: lines of the clauses of those names. `more`: an article of its own.
    """

    term: tuple[str, ...] = ()

    third: tuple[str, ...] = ()
    handling: tuple[str, ...] = ()
    more: tuple[str, ...] = ()

    def _lines(self, roots):  # type: ignore[no-untyped-def]  # as in the base
        lines: list[str] = []
        for line in super()._lines(roots):
            lines.append(line)
            if line.startswith("notice_counts_from"):
                lines += self.term
            if line.startswith("members_exempt"):
                lines += self.third
            if line.startswith("retention"):
                lines += self.handling
        if self.more:
            lines += [
                "## Article 5 — Further",
                "",
                "They agree further.",
                "",
                "```toml clause",
                *self.more,
                "```",
                "",
            ]
        return lines


class Quiet(World):
    """A world whose invariants are not asked."""

    def judge(self, problems: Sequence[str]) -> None:
        """Let it pass: the test looks for itself."""


def fuller(**said: object) -> tuple[Fuller, Fuller]:
    """North–South with more in it, South–East plain."""
    from node.worlds import _SHARED

    return (
        Fuller("north-south-2026", (NORTH, SOUTH), exchange=_SHARED, **said),  # type: ignore[arg-type]
        Fuller("south-east-2026", (SOUTH, EAST), exchange=_SHARED),
    )


def quiet(*texts: Text, seed: str = "quiet", start: Instant | None = None) -> World:
    """Make a world without invariants."""
    return Quiet.of(texts, seed=seed, **({} if start is None else {"start": start}))


def pass_around(made: World, rounds: int = 4) -> None:
    """Deliver until nothing is owed, a few rounds at the most."""
    for _ in range(rounds):
        for party in made.members:
            made.deliver(party)
