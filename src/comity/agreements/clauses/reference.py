"""The reference page of the vocabulary, printed from the types themselves so that page and program are one.

`python -m comity.agreements.clauses.reference` writes `docs/reference/clauses.md`; a test compares the two.
"""

import sys
from collections.abc import Iterator
from typing import Any

import msgspec

from comity.agreements.clauses import KINDS, Clause, fields_of
from comity.agreements.clauses.force import force_of_field
from comity.agreements.durations import Duration

__all__ = ["reference"]

_HEAD = """# Clauses

Every kind of clause an agreement may hold, with its fields. This page is printed from the program
(`python -m comity.agreements.clauses.reference`); what the words mean together is fixed in
[`specs/agreement.md`](../../specs/agreement.md).

A kind written `[x]` stands at most once in force at any instant, one written `[[x]]` any number of times. Each field is
*enforced* by the node itself, *evidenced* (the node can prove what was done) or *declared* (only said).
"""


def reference() -> str:
    """Print the page."""
    return "\n".join([_HEAD, *_common(), *(line for kind in KINDS.values() for line in _kind(kind))])


def _common() -> Iterator[str]:
    yield "## Every clause"
    yield ""
    yield "| field | meaning | absent |"
    yield "|---|---|---|"
    yield "| `paragraph` | the paragraph of the article it belongs to: `art. 5(2)` | the article as a whole |"
    yield "| `indent` | the indent within that paragraph: `art. 2(1) indent 3` | none |"
    for name, (attribute, says, _) in fields_of(Clause).items():
        yield f"| `{name}` | {_cell(says.meaning)} | {_default(Clause, attribute)} |"
    yield "| `x_…` | an extension: signed, compared and shown; permits and denies nothing | |"
    yield ""


def _kind(kind: type[Clause]) -> Iterator[str]:
    header = f"[[{kind.clause_kind}]]" if kind.many else f"[{kind.clause_kind}]"
    summary = (kind.__doc__ or "").strip().splitlines()[0]
    yield f"## `{header}`"
    yield ""
    yield summary + (f" Source: {kind.source}." if kind.source else "")
    yield ""
    own = {
        name: found
        for name, found in fields_of(kind).items()
        if name == "id" or name not in fields_of(Clause)
    }
    if fields_of(kind)["id"] == fields_of(Clause)["id"]:
        own.pop("id")
    own |= {
        name: found
        for name, found in fields_of(kind).items()
        if name in ("from", "until") and found[1] != fields_of(Clause)[name][1]
    }
    yield "| field | meaning | absent | worth |"
    yield "|---|---|---|---|"
    for name, (attribute, says, required) in own.items():
        absent = "**required**" if required else _default(kind, attribute)
        yield f"| `{name}` | {_cell(says.meaning)} | {absent} | {force_of_field(kind, name)} |"
    yield ""
    yield "```toml clause"
    yield header
    for name, (attribute, says, required) in own.items():
        example = says.example or _written(_value(kind, attribute)) if not required else says.example
        if example:
            yield f"{name}.{example}" if example.startswith("en = ") else f"{name} = {example}"
    yield "```"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _value(kind: type[Clause], attribute: str) -> Any:
    field = next(field for field in msgspec.structs.fields(kind) if field.name == attribute)
    return None if field.default is msgspec.NODEFAULT else field.default


def _default(kind: type[Clause], attribute: str) -> str:
    written = _written(_value(kind, attribute))
    return f"`{written}`" if written else "—"


def _written(value: Any) -> str:
    """Print a value as TOML writes it; nothing for one that is absent."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Duration):
        return f'"{value}"'
    if isinstance(value, str):
        return f'"{value}"' if value else ""
    if isinstance(value, tuple) and value:
        return "[" + ", ".join(_written(each) for each in value) + "]"
    return ""


if __name__ == "__main__":
    sys.stdout.write(reference())
