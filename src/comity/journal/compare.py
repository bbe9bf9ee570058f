"""Two accounts held against each other.

Two Parties enter every act of their channel under the same act digest, each in its own journal. `compare` says what
both have, what one lacks, and where both enter different acts in the same place. `first_difference` finds where two
histories of *one* journal part, by asking for roots: some twenty questions for a million entries.
"""

from collections.abc import Callable, Iterable
from itertools import zip_longest

import msgspec

__all__ = ["Act", "Comparison", "compare", "first_difference", "first_different_leaf"]


class Act(msgspec.Struct, frozen=True, gc=False):
    """One act as one side entered it.

    Attributes:
        digest: the act's digest, hexadecimal.
        place: where it stands by what both sides can know, such as `north.example 17` for the seventeenth envelope of
            North; empty where there is no such place.
        kind: what the side calls it.
    """

    digest: str
    place: str = ""
    kind: str = ""


class Comparison(msgspec.Struct, frozen=True):
    """What two accounts come to.

    Attributes:
        agreed: number of acts that both have.
        missing_here, missing_there: acts only the other, or only we, have, in that side's order.
        disputed: pairs, ours first, that stand in one place and are different acts.
        doubled_here, doubled_there: acts that one side has entered more than once, which counts nothing twice.
    """

    agreed: int
    missing_here: tuple[Act, ...]
    missing_there: tuple[Act, ...]
    disputed: tuple[tuple[Act, Act], ...]
    doubled_here: tuple[Act, ...]
    doubled_there: tuple[Act, ...]

    @property
    def equal(self) -> bool:
        """Whether both have the same acts."""
        return not (self.missing_here or self.missing_there or self.disputed)


def compare(ours: Iterable[Act], theirs: Iterable[Act]) -> Comparison:
    """Hold our account of a channel against theirs."""
    here, doubled_here = _by_digest(ours)
    there, doubled_there = _by_digest(theirs)
    only_here = {digest: act for digest, act in here.items() if digest not in there}
    only_there = {digest: act for digest, act in there.items() if digest not in here}
    placed = {act.place: act for act in only_there.values() if act.place}
    disputed = tuple((act, placed[act.place]) for act in only_here.values() if act.place in placed)
    settled = {act.digest for pair in disputed for act in pair}
    return Comparison(
        agreed=len(here) - len(only_here),
        missing_here=tuple(act for act in only_there.values() if act.digest not in settled),
        missing_there=tuple(act for act in only_here.values() if act.digest not in settled),
        disputed=disputed,
        doubled_here=doubled_here,
        doubled_there=doubled_there,
    )


def first_difference(
    root_here: Callable[[int], bytes], root_there: Callable[[int], bytes], size: int
) -> int | None:
    """Find the first entry in which two histories of one journal differ.

    Args:
        root_here: gives the root of the first n entries here (`comity.journal.proofs.Tree.root`).
        root_there: the same there; each call is one question to whoever holds that history.
        size: number of entries that both have.

    Returns:
        Its index from 0; None where the first `size` entries are the same.
    """
    if root_here(size) == root_there(size):
        return None
    equal, different = 0, size
    while different - equal > 1:
        middle = (equal + different) // 2
        if root_here(middle) == root_there(middle):
            equal = middle
        else:
            different = middle
    return equal


def first_different_leaf(here: Iterable[bytes], there: Iterable[bytes]) -> int | None:
    """Find the first leaf, from 0, in which two lists differ or from which one of them has no more."""
    for index, (mine, other) in enumerate(zip_longest(here, there)):
        if mine != other:
            return index
    return None


def _by_digest(acts: Iterable[Act]) -> tuple[dict[str, Act], tuple[Act, ...]]:
    held: dict[str, Act] = {}
    doubled: dict[str, Act] = {}
    for act in acts:
        if held.setdefault(act.digest, act) is not act:
            doubled.setdefault(act.digest, act)
    return held, tuple(doubled.values())
