"""Two versions of an agreement, compared in legal words: "notice: six months → three months", "2 categories gone".

Clauses are paired by `id`, else by what they are about (a category, a Party), else by kind and order. What only moved
to another article is said as a move. Words of the text are not compared; clauses are.

Source: specs/agreement.md, "Comparison".
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import zip_longest
from typing import Any, Final

import msgspec

from comity.agreements.agreement import Agreement
from comity.agreements.clauses import (
    KINDS,
    Aid,
    Clause,
    Exchange,
    Expense,
    Extension,
    LegalBasis,
    Meeting,
    Notification,
    Oversight,
    Standing,
    Supersedes,
    fields_of,
)
from comity.agreements.durations import Duration
from comity.agreements.governing import standing_at
from comity.clock import Instant
from comity.identifiers import ArticleRef

__all__ = ["Change", "compare", "in_words", "summary"]

_NUMBERS: Final = (
    *(
        "no",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
    ),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
#: Kind -> the word for several of them, in the summary line.
_MANY: Final = {
    "exchange": "categories",
    "party": "Parties",
    "office": "offices",
    "third_party": "third-party rules",
}


class Change(msgspec.Struct, frozen=True):
    """One difference. `kind` is `gone`, `new`, `changed` or `moved`; the articles are those before and after."""

    kind: str
    clause: str
    said: str
    before: ArticleRef | None
    after: ArticleRef | None


def compare(
    before: Agreement, after: Agreement, at: Instant | None = None, *, unsigned: bool = False
) -> tuple[Change, ...]:
    """Give every difference between two versions, in the order of the vocabulary.

    Args:
        at: compare what stands then, protocols counted; by default the base texts as they are written.
        unsigned: with `at`, take texts and protocols as signed on their day.
    """
    old, new = (_grouped(_looked_at(each, at, unsigned)) for each in (before, after))
    return tuple(
        change
        for key in sorted({*old, *new}, key=lambda key: (_order(key[0]), key))
        for one, two in zip_longest(old.get(key, ()), new.get(key, ()))
        for change in _between(one, two)
    )


def summary(changes: tuple[Change, ...]) -> str:
    """Give the differences in one line, as a lawyer would begin: what changed, how many came and went."""
    parts = [change.said for change in changes if change.kind == "changed"]
    for kind, word in (("gone", "gone"), ("new", "new")):
        counted: dict[str, int] = defaultdict(int)
        for change in changes:
            if change.kind == kind:
                counted[change.clause] += 1
        for clause, number in counted.items():
            many = _MANY.get(clause, f"{clause} clauses")
            one = {"categories": "category", "Parties": "Party"}.get(many, many.removesuffix("s"))
            parts.append(f"{number} {many if number > 1 else one} {word}")
    return "; ".join(parts) or "no difference"


def _order(kind: str) -> int:
    return list(KINDS).index(kind) if kind in KINDS else len(KINDS)


def _kind(clause: Clause) -> str:
    return clause.name if isinstance(clause, Extension) else clause.clause_kind


def _subject(clause: Clause) -> str:
    """Give what a clause is about, by which it is found again in the other version."""
    if isinstance(clause, Exchange):
        return clause.category
    if clause.id:
        return clause.id
    if isinstance(clause, Aid | Meeting):
        return clause.kind
    if isinstance(clause, LegalBasis):
        return clause.name
    if isinstance(clause, Oversight):
        return clause.body
    if isinstance(clause, Notification):
        return clause.to
    if isinstance(clause, Supersedes):
        return clause.agreement
    return clause.for_ if isinstance(clause, Expense) else ""


def _looked_at(agreement: Agreement, at: Instant | None, unsigned: bool) -> Sequence[Clause]:
    if at is None:
        return agreement.clauses
    standing = standing_at(agreement, (), at, unsigned=unsigned)
    return [each for each in agreement.written if standing is not None and id(each) in standing]


def _grouped(clauses: Iterable[Clause]) -> Mapping[tuple[str, str], list[Clause]]:
    found: dict[tuple[str, str], list[Clause]] = defaultdict(list)
    for clause in clauses:
        found[_kind(clause), _subject(clause)].append(clause)
    return found


def _named(clause: Clause) -> str:
    subject = _subject(clause)
    return f"{_kind(clause)} `{subject}`" if subject else _kind(clause)


def _between(one: Clause | None, two: Clause | None) -> Iterator[Change]:
    if one is None or two is None:
        present = two if one is None else one
        assert present is not None
        word = "new" if one is None else "gone"
        said = f"{_named(present)}: {word}"
        yield Change(word, _kind(present), said, one.ref if one else None, two.ref if two else None)
        return
    for field, a, b in _unequal(one, two):
        label = field if _kind(one) == "term" else f"{_named(one)}: {field}"
        yield Change("changed", _kind(one), f"{label}: {_said(a)} → {_said(b)}", one.ref, two.ref)
    if _place(one.ref) != _place(two.ref):
        said = f"{_named(one)}: art. {_shown(one.ref)} → art. {_shown(two.ref)}"
        yield Change("moved", _kind(one), said, one.ref, two.ref)


def _unequal(one: Clause, two: Clause) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(one, Extension) and isinstance(two, Extension):
        if one.value != two.value:
            yield "value", one.value, two.value
        return
    for field, (attribute, _, _) in fields_of(type(one)).items():
        a, b = getattr(one, attribute), getattr(two, attribute)
        if a != b and field not in ("note", "id"):
            yield field, a, b


def _place(ref: ArticleRef) -> tuple[Any, ...]:
    return ref.key()[1:]


def _shown(ref: ArticleRef) -> str:
    return str(ref).split(" art. ", 1)[1]


def _said(value: Any) -> str:
    """Say a value in words."""
    if value is None or value in ((), {}, ""):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Duration):
        return in_words(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Standing):
        return f"{value.to} for {', '.join(value.categories)}"
    if isinstance(value, tuple):
        return ", ".join(_said(each) for each in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_said(each)}" for key, each in value.items())
    return str(value)


def in_words(duration: Duration) -> str:
    """Say a duration: `six months`, `two years and 30 days`."""
    hours, rest = divmod(duration.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    counts = (
        (duration.years, "year"),
        (duration.months, "month"),
        (duration.days, "day"),
        (hours, "hour"),
        (minutes, "minute"),
        (seconds, "second"),
    )
    parts = [f"{_number(count)} {unit}{'s' if count != 1 else ''}" for count, unit in counts if count]
    if not parts:
        return "no time"
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)
