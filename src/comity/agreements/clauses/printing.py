"""Clauses as an author would write them: TOML that reads back as the same clause.

>>> from comity.agreements.clauses import Exchange
>>> from comity.identifiers import ArticleRef
>>> print(print_clause(Exchange(ref=ArticleRef("a-b", "2", "1"), category="incident", duty="shall")))
[[exchange]]
paragraph = "1"
category = "incident"
duty = "shall"

Fields at their defaults are left out. Extensions are printed as they were read.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

import msgspec

from comity.agreements.clauses.clause import Clause, Extension, fields_of
from comity.agreements.clauses.passing import Standing
from comity.agreements.durations import Duration
from comity.clock import format_instant
from comity.identifiers import ArticleRef

__all__ = ["print_clause", "toml_value"]


def print_clause(clause: Clause) -> str:
    """Print one clause."""
    return "\n".join(_lines(clause))


def _lines(clause: Clause) -> Iterator[str]:
    if isinstance(clause, Extension) and clause.name == "repeals":
        yield f"repeals = {toml_value(clause.repeals)}"
        return
    if isinstance(clause, Extension):
        yield f"[[{clause.name}]]"
        yield from _place(clause)
        yield from (f"{_key(key)} = {toml_value(value)}" for key, value in clause.value.items())
        return
    yield f"[[{clause.clause_kind}]]" if clause.many else f"[{clause.clause_kind}]"
    yield from _place(clause)
    defaults = _defaults(type(clause))
    for name, (attribute, _, _) in fields_of(type(clause)).items():
        value = getattr(clause, attribute)
        if value != defaults.get(attribute, _UNSET):
            yield f"{name} = {toml_value(value)}"
    yield from (f"{_key(key)} = {toml_value(value)}" for key, value in clause.extensions.items())


_UNSET = object()


@cache
def _defaults(kind: type[Clause]) -> Mapping[str, Any]:
    found = {}
    for field in msgspec.structs.fields(kind):
        if field.default is not msgspec.NODEFAULT:
            found[field.name] = field.default
        elif field.default_factory is not msgspec.NODEFAULT:
            found[field.name] = field.default_factory()
    return found


def _place(clause: Clause) -> Iterator[str]:
    if clause.ref.paragraph:
        yield f"paragraph = {toml_value(clause.ref.paragraph)}"
    if clause.ref.indent:
        yield f"indent = {clause.ref.indent}"


def toml_value(value: Any) -> str:
    """Print a value as TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, datetime):
        return format_instant(value) if value.tzinfo else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str | Duration | ArticleRef):
        return _text(str(value))
    if isinstance(value, Standing):
        fields = {"to": value.to, "categories": value.categories, "until": value.until}
        return toml_value({name: each for name, each in fields.items() if each is not None})
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {toml_value(each)}" for key, each in value.items()) + " }"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(toml_value(each) for each in value) + "]"
    # Times of day in extensions are all that remains of TOML's values.
    return str(value)


def _key(key: str) -> str:
    return (
        key
        if key and all(char.isascii() and (char.isalnum() or char in "-_") for char in key)
        else _text(key)
    )


def _text(value: str) -> str:
    """Print a basic string; JSON's escapes are TOML's, but for the delete character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
