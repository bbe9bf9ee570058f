"""Equal texts: the clauses of all authentic languages must agree, value for value.

Clauses are paired by `id`, else by kind and order. Each pair stands under the same article and paragraph (closing
parts without a number are paired by their order) and is equal in every field except `note`. A difference is named
with both lines; while there is one the agreement cannot be concluded. A decisive text cures nothing before signing.

Source: specs/agreement.md, "Languages"; VCLT art. 33.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from comity.agreements.agreement import Text
from comity.agreements.clauses import Clause, Extension, fields_of
from comity.identifiers import ArticleRef, roman_value

__all__ = ["differences"]


def differences(texts: Sequence[Text]) -> tuple[str, ...]:
    """Name every difference between the first text, which leads, and each of the others."""
    if not texts:
        return ()
    lead, *others = texts
    return tuple(said for other in others for said in _between(lead, other))


def _between(lead: Text, other: Text) -> Iterator[str]:
    places = {text.path: _places(text) for text in (lead, other)}
    mine, theirs = _by_name(lead.clauses), _by_name(other.clauses)
    for name in dict.fromkeys([*mine, *theirs]):
        for one, two in zip_longest(mine.get(name, ()), theirs.get(name, ())):
            if one is None or two is None:
                present, absent = (one, other) if two is None else (two, lead)
                yield f"{_at(present)}: {_shown(present)} has no counterpart in {absent.path}"
                continue
            yield from _pair(one, two, places[lead.path], places[other.path])


def _by_name(clauses: Sequence[Clause]) -> Mapping[tuple[str, str], list[Clause]]:
    """Group clauses by kind and id; those without an id share one group and pair by order."""
    found: dict[tuple[str, str], list[Clause]] = defaultdict(list)
    for clause in clauses:
        found[_kind(clause), clause.id].append(clause)
    return found


def _pair(one: Clause, two: Clause, mine: Mapping[str, str], theirs: Mapping[str, str]) -> Iterator[str]:
    both = f"{_at(one)} and {_at(two)}"
    if _place(one.ref, mine) != _place(two.ref, theirs):
        yield f"{both}: {_shown(one)} stands under art. {_cited(one)} here and art. {_cited(two)} there"
    for field, a, b in _unequal(one, two):
        yield f"{both}: {_shown(one)}.{field} is {_value(a)} here and {_value(b)} there"


def _unequal(one: Clause, two: Clause) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(one, Extension) and isinstance(two, Extension):
        if one.value != two.value:
            yield "value", one.value, two.value
        return
    for field, (attribute, _, _) in fields_of(type(one)).items():
        if field == "note":
            continue
        a, b = getattr(one, attribute), getattr(two, attribute)
        if a != b:
            yield field, a, b
    for field in dict.fromkeys([*one.extensions, *two.extensions]):
        a, b = one.extensions.get(field), two.extensions.get(field)
        if a != b:
            yield field, a, b


def _places(text: Text) -> Mapping[str, str]:
    """Give each article a name that is the same in all languages: its number, or its order among closing parts."""
    found, unnumbered = {}, 0
    for article in text.articles:
        if article.number[:1].isdigit() or roman_value(article.number) is not None:
            value = roman_value(article.number)
            found[article.number] = str(value) if value is not None else article.number.lstrip("0")
        else:
            unnumbered += 1
            found[article.number] = f"closing {unnumbered}"
    return found


def _place(ref: ArticleRef, places: Mapping[str, str]) -> tuple[str, str, int]:
    return places.get(ref.article, ref.article), ref.paragraph, ref.indent


def _kind(clause: Clause) -> str:
    return clause.name if isinstance(clause, Extension) else clause.clause_kind


def _at(clause: Clause) -> str:
    return f"{clause.path}:{clause.line}"


def _shown(clause: Clause) -> str:
    return f"{_kind(clause)} `{clause.id}`" if clause.id else _kind(clause)


def _cited(clause: Clause) -> str:
    ref = clause.ref
    paragraph = f"({ref.paragraph})" if ref.paragraph else ""
    return f"{ref.article}{paragraph}{f' indent {ref.indent}' if ref.indent else ''}"


def _value(value: Any) -> str:
    if value is None or value == () or value == {} or value == "":
        return "absent"
    if isinstance(value, tuple):
        return "[" + ", ".join(str(each) for each in value)[:120] + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {said}" for key, said in value.items())[:120] + "}"
    return f"`{str(value)[:120]}`"
