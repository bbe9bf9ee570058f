"""Judgements: that two records are about one subject, said by a named office, and taken back when it was wrong.

Nothing is ever melted together: a merge is an entry in a history, and what belongs together is worked out from the
entries that still stand. So a merge can be undone years later, whatever was merged on top of it, and the records are
as they were. Whoever is linked to a stricter record is handled as strictly (DESIGN §7, Regulation (EU) 2018/1862
art. 63: a link never widens access).

>>> history = [Judgement(1, ("a", "b"), office="identities", because="one passport")]
>>> sorted(Clusters(history).of("a"))
['a', 'b']
"""

from collections.abc import Iterable, Sequence

import msgspec

from comity.clock import Instant
from comity.errors import BadInput, NotFound, RefusedHere

__all__ = ["Clusters", "Judgement", "check_merge", "check_unmerge", "without"]

#: Records merged in one judgement at the most.
MAX_TOGETHER = 100


class Judgement(msgspec.Struct, frozen=True):
    """One entry of the history.

    Attributes:
        number: its place in the history, from 1.
        subjects: keys of the records judged to be about one subject; empty where it takes another judgement back.
        undoes: number of the judgement it takes back; 0 for a merge.
        office: the office that answers for it.
        because: its reasons, in words.
        at: when it was made; None in tests of the pure part.
    """

    number: int
    subjects: tuple[str, ...] = ()
    undoes: int = 0
    office: str = ""
    because: str = ""
    at: Instant | None = None


class Clusters:
    """What belongs together by the judgements that still stand: union-find over them, in any order, with any cycle."""

    def __init__(self, history: Iterable[Judgement]) -> None:
        entries = list(history)
        undone = {entry.undoes for entry in entries if entry.undoes}
        self.standing = tuple(entry for entry in entries if entry.subjects and entry.number not in undone)
        self._above: dict[str, str] = {}
        for entry in self.standing:
            for other in entry.subjects[1:]:
                self._join(entry.subjects[0], other)
        self._members: dict[str, set[str]] = {}
        for key in list(self._above):
            self._members.setdefault(self._top(key), set()).add(key)

    def of(self, key: str) -> frozenset[str]:
        """Give every record about the same subject, with itself."""
        if key not in self._above:
            return frozenset((key,))
        return frozenset(self._members[self._top(key)])

    def all(self) -> list[frozenset[str]]:
        """Give every group of two or more, in the order of their first keys."""
        return sorted((frozenset(group) for group in self._members.values()), key=min)

    def _top(self, key: str) -> str:
        self._above.setdefault(key, key)
        while self._above[key] != key:
            self._above[key] = self._above[self._above[key]]
            key = self._above[key]
        return key

    def _join(self, a: str, b: str) -> None:
        first, second = sorted((self._top(a), self._top(b)))
        self._above[second] = first


def without(history: Sequence[Judgement], key: str) -> list[Judgement]:
    """Give the entries that stand in place of others once a record is erased: it is in none, nor in their reasons.

    Whom it joined with each other stay joined: one of them takes its place. An entry of which one record is left joins
    nobody.

    >>> history = [Judgement(1, ("a", "b"), because="a's passport"), Judgement(2, ("b", "c"), because="b's face")]
    >>> [(entry.number, entry.subjects, entry.because) for entry in without(history, "b")]
    [(1, (), ''), (2, ('a', 'c'), '')]
    """
    clusters = Clusters(history)
    standing = {entry.number for entry in clusters.standing}
    instead = sorted(clusters.of(key) - {key})[:1]
    named = {entry.number for entry in history if key in entry.subjects}
    found = []
    for entry in history:
        if entry.number in named:
            put = instead if entry.number in standing else []
            left = dict.fromkeys(new for each in entry.subjects for new in (put if each == key else [each]))
            subjects = tuple(left) if len(left) > 1 else ()
            found.append(msgspec.structs.replace(entry, subjects=subjects, because=""))
        elif entry.undoes in named:
            found.append(msgspec.structs.replace(entry, because=""))
    return found


def check_merge(subjects: Sequence[str], *, office: str, because: str) -> tuple[str, ...]:
    """Check a merge that somebody wants to make; give its records, each once.

    Raises:
        BadInput: fewer than two records, or no office or reason; all mistakes are named.
    """
    each = tuple(dict.fromkeys(subjects))
    mistakes = []
    if not 2 <= len(each) <= MAX_TOGETHER:
        mistakes.append(f"a merge names 2 to {MAX_TOGETHER} different records")
    mistakes += _unsaid(office, because)
    if mistakes:
        raise BadInput(*mistakes)
    return each


def check_unmerge(history: Sequence[Judgement], number: int, *, office: str, because: str) -> Judgement:
    """Check that a judgement can be taken back; give it.

    Raises:
        BadInput: no office or reason.
        NotFound: there is no such judgement.
        RefusedHere: it is taken back already, or itself takes another back.
    """
    mistakes = _unsaid(office, because)
    if mistakes:
        raise BadInput(*mistakes)
    found = next((entry for entry in history if entry.number == number), None)
    if found is None:
        raise NotFound(f"no judgement {number}", hint="comity register merges")
    if found.undoes:
        raise RefusedHere(f"judgement {number} takes another back: merge again to renew it")
    if any(entry.undoes == number for entry in history):
        raise RefusedHere(f"judgement {number} is taken back already")
    return found


def _unsaid(office: str, because: str) -> list[str]:
    said = {"office": office, "reason": because}
    return [f"a judgement names its {what}" for what, words in said.items() if not words.strip()]
