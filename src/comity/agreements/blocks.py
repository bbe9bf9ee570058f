"""One fenced block: TOML into tables of clauses, each with the line where it and its fields stand.

`tomllib` gives values without lines, so a small scanner goes over the block first. It finds where tables and keys
begin, skipping strings and brackets, and it enforces the caps on nesting and dotted keys before anything is parsed:
agreements come from others.

Source: specs/agreement.md, "Clauses in the text" and "Caps".
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from comity.agreements.articles import Block
from comity.agreements.mistakes import Mistakes
from comity.strict import NotToml, read_toml

__all__ = ["RawClause", "read_block", "scan"]

#: Deepest nesting of brackets, and most parts of a dotted key.
MAX_DEPTH: Final = 8
MAX_DOTS: Final = 8

_HEADER = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_\-\"'. \t]+?)\s*\]\]?\s*(?:#.*)?\Z")
_KEY = re.compile(r"\s*([A-Za-z0-9_\-\"'. \t]+?)\s*=")
_AT = re.compile(r"\(at line (\d+), column \d+\)")


class RawClause(msgspec.Struct, frozen=True):
    """A clause as TOML gave it: its word, whether it stood in an array, its table, and lines."""

    kind: str
    in_array: bool
    table: Any
    article: str
    line: int
    lines: dict[str, int]


class _Seen(msgspec.Struct):
    """Where a table began, and its fields."""

    kind: str
    line: int
    lines: dict[str, int]


def read_block(path: str, block: Block, mistakes: Mistakes) -> list[RawClause]:
    """Read the clauses of a block. Root keys come as clauses whose table is no table; the caller judges them."""
    try:
        seen = list(scan(block.content))
    except ValueError as error:
        mistakes.add(path, block.line, str(error), block.article)
        return []
    try:
        tables = read_toml(block.content)
    except NotToml as error:
        said = str(error)
        at = _AT.search(said)
        line = block.line + (int(at[1]) - 1 if at else 0)
        mistakes.add(path, line, f"not TOML: {_AT.sub('', said).strip()[:160].lower()}", block.article)
        return []
    return list(_clauses(tables, seen, block))


def _clauses(tables: dict[str, Any], seen: list[_Seen], block: Block) -> Iterator[RawClause]:
    for kind, value in tables.items():
        places = [each for each in seen if each.kind == kind]
        many = isinstance(value, list)
        for index, table in enumerate(value if many and all(isinstance(v, dict) for v in value) else [value]):
            at = places[index] if index < len(places) else (places[-1] if places else _Seen(kind, 0, {}))
            lines = {field: block.line + line for field, line in at.lines.items()}
            yield RawClause(kind, many, table, block.article, block.line + at.line, lines)


def scan(content: str) -> Iterator[_Seen]:
    """Find where each first-level table begins and where its keys stand, as line offsets from 0.

    Raises:
        ValueError: brackets or dotted keys are nested deeper than the caps.
    """
    tables: list[_Seen] = []
    quote, depth, within = "", 0, ""
    for number, line in enumerate(content.split("\n")):
        if not quote and depth == 0:
            header, key = _HEADER.match(line), _KEY.match(line)
            if header:
                parts = _parts(header[2])
                within = parts[0]
                if len(parts) == 1 or not any(each.kind == parts[0] for each in tables):
                    tables.append(_Seen(parts[0], number, {}))
                if len(parts) > 1:
                    _last(tables, parts[0]).lines.setdefault(parts[1], number)
                if len(parts) > MAX_DOTS:
                    raise ValueError(f"a key of {len(parts)} parts is too deep; {MAX_DOTS} at most")
                continue
            if key:
                parts = _parts(key[1])
                if within:
                    _last(tables, within).lines.setdefault(parts[0], number)
                elif parts:
                    tables.append(_Seen(parts[0], number, {}))
        quote, depth = _walk(line, quote, depth)
    return iter(tables)


def _last(tables: list[_Seen], kind: str) -> _Seen:
    return next(each for each in reversed(tables) if each.kind == kind)


def _parts(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]


def _walk(line: str, quote: str, depth: int) -> tuple[str, int]:
    """Go over one line, minding strings and comments; give the open quote and bracket depth at its end."""
    index, dots = 0, 0
    while index < len(line):
        char = line[index]
        if quote:
            if char == "\\" and quote[0] == '"':
                index += 2
                continue
            if line.startswith(quote, index):
                index += len(quote)
                quote = ""
                continue
        elif char in "\"'":
            quote = char * 3 if line.startswith(char * 3, index) else char
            index += len(quote)
            continue
        elif char == "#":
            break
        elif char in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise ValueError(f"brackets are nested deeper than {MAX_DEPTH}")
        elif char in "]}":
            depth = max(0, depth - 1)
        dots = dots + 1 if char == "." else 0 if char in "=,[]{}" else dots
        if dots > MAX_DOTS and not quote:
            raise ValueError(f"a key of more than {MAX_DOTS} parts is too deep")
        index += 1
    # A string of one quote does not go over the line's end; TOML itself will say so.
    return (quote if len(quote) == 3 else ""), depth
