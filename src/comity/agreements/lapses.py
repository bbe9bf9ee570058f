"""Legal bases: when the laws an agreement rests on do not count.

Several clauses of one name describe one law. Each says when it lapses (`until`, that day included) and when it counts
again (`revived`, or the `from` of a later clause); the last word at or before an instant decides. A law that begins
with a `from` does not count before it. All laws named are required.

Source: specs/agreement.md, "Legal bases"; VCLT art. 57.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

import msgspec

from comity.agreements.amendments import Standing
from comity.agreements.clauses import LegalBasis
from comity.agreements.days import end_of, start_of
from comity.clock import Instant
from comity.identifiers import ArticleRef

__all__ = ["Lapse", "lapses"]


class Lapse(msgspec.Struct, frozen=True):
    """A stretch without the law: whose it is (None = every Party's), from when, to when, and the article."""

    of: str | None
    begins: Instant
    ends: Instant
    ref: ArticleRef
    name: str

    def concerns(self, a: str, b: str) -> bool:
        """Tell whether it stops disclosures between two Parties."""
        return self.of is None or self.of in (a, b)


def lapses(standing: Iterable[Standing], zone: ZoneInfo) -> tuple[Lapse, ...]:
    """Give every lapse of every law."""
    laws: dict[tuple[str, str | None], list[Standing]] = defaultdict(list)
    for each in standing:
        if isinstance(each.clause, LegalBasis):
            laws[each.clause.name, each.clause.of].append(each)
    return tuple(lapse for clauses in laws.values() for lapse in _of_one_law(clauses, zone))


def _of_one_law(clauses: list[Standing], zone: ZoneInfo) -> Iterator[Lapse]:
    turns = sorted(_turns(clauses, zone), key=lambda turn: turn[:2])
    first = clauses[0].clause
    assert isinstance(first, LegalBasis)
    begins = min(each.begins for each in clauses)
    ends = max(each.ends for each in clauses)
    # A law whose first word is a beginning does not count before it.
    since: Instant | None = begins if turns and turns[0][1] and turns[0][3] else None
    ref = first.ref
    for at, counts, cited, _ in turns:
        if counts and since is not None:
            if since < at:
                yield Lapse(first.of, since, min(at, ends), ref, first.name)
            since = None
        elif not counts and since is None:
            since, ref = at, cited
    if since is not None and since < ends:
        yield Lapse(first.of, since, ends, ref, first.name)


def _turns(clauses: list[Standing], zone: ZoneInfo) -> Iterator[tuple[Instant, bool, ArticleRef, bool]]:
    """Give each turn: when, whether the law counts from then, the article, and whether it is a beginning."""
    for each in clauses:
        clause = each.clause
        if not isinstance(clause, LegalBasis):
            continue
        if clause.from_ is not None:
            yield max(start_of(clause.from_, zone), each.begins), True, clause.ref, True
        if clause.until is not None:
            yield max(end_of(clause.until, zone), each.begins), False, clause.ref, False
        if clause.revived is not None:
            yield max(start_of(clause.revived, zone), each.begins), True, clause.ref, False
