"""Any table, with a mapping file that says which column is what.

```toml
schema = "Person"            # or { column = "Kind", values = { person = "Person", firm = "Company" } }
id = "Reference"                       # rows with the same id are one entry; without it each row is one of its own
source = "north-watchlist"             # who says all this; noted on every statement
separator = ";"                        # "," unless said
encoding = "utf-8"

[properties]
name = "Full name"                     # a column
alias = { column = "Also known as", split = "|" }
birthDate = "Born"                     # read as a date: 1961-04-23, 23/04/1961, 23 Apr 1961, 1961
nationality = ["Nationality", "Second nationality"]
address = { columns = ["Street", "Town"], join = ", " }
notes = { value = "from the list of North" }
```
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from comity.errors import BadInput
from comity.interop.lists.draft import Draft, Found
from comity.interop.lists.files import Bounded
from comity.interop.lists.rows import tables
from comity.register.subjects import SCHEMATA
from comity.strict import NotToml, read_toml

__all__ = ["Mapping", "read_mapped", "read_mapping"]

_MAX_MAPPING = 1 << 18


class _From(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a property's values come from."""

    column: str = ""
    columns: tuple[str, ...] = ()
    join: str = " "
    split: str = ""
    value: str = ""


class _ByColumn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The schema of a row by the value of a column."""

    column: str
    values: dict[str, str]


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a mapping file says."""

    schema: str | _ByColumn
    properties: dict[str, Any]
    id: str = ""
    source: str = ""
    separator: str = ","
    encoding: str = "utf-8-sig"

    def froms(self) -> Iterator[tuple[str, _From]]:
        """Give each property with each place its values come from."""
        for prop, said in self.properties.items():
            for each in said if isinstance(said, list) else [said]:
                yield prop, _From(column=each) if isinstance(each, str) else msgspec.convert(each, _From)

    def needs(self) -> tuple[str, ...]:
        """Give the columns it names."""
        named = [self.id] if self.id else []
        if isinstance(self.schema, _ByColumn):
            named.append(self.schema.column)
        for _, origin in self.froms():
            named += [origin.column] if origin.column else list(origin.columns)
        return tuple(dict.fromkeys(named))


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file.

    Raises:
        BadInput: it cannot be read, or says what no mapping says; all that is wrong is named.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_MAPPING + 1)
    except OSError as error:
        raise BadInput(f"{path.name}: cannot be read: {(error.strerror or str(error)).lower()}") from None
    return parse_mapping(raw, path.name)


def parse_mapping(raw: bytes, name: str) -> Mapping:
    """Read a mapping: which column says what.

    Raises:
        BadInput: it says what no mapping says; all that is wrong is named.
    """
    if len(raw) > _MAX_MAPPING:
        raise BadInput(f"{name}: longer than {_MAX_MAPPING >> 10} KiB")
    try:
        mapping = msgspec.convert(read_toml(raw.decode()), Mapping)
        list(mapping.froms())
    except (NotToml, UnicodeDecodeError) as error:
        raise BadInput(f"{name}: not TOML: {error}") from None
    except msgspec.ValidationError as error:
        raise BadInput(f"{name}: {str(error)[:1].lower()}{str(error)[1:]}") from None
    mistakes = list(_mistakes(mapping))
    if mistakes:
        raise BadInput(*(f"{name}: {mistake}" for mistake in mistakes))
    return mapping


def _mistakes(mapping: Mapping) -> Iterator[str]:
    schemata = mapping.schema.values.values() if isinstance(mapping.schema, _ByColumn) else [mapping.schema]
    for schema in schemata:
        if schema not in SCHEMATA:
            yield f"`{schema[:40]}` is not one of {', '.join(sorted(SCHEMATA))}"
    if len(mapping.separator) != 1:
        yield "`separator` is one character"
    for prop, origin in mapping.froms():
        if not prop.isidentifier():
            yield f"`{prop[:64]}` is not the name of a property"
        if sum(map(bool, (origin.column, origin.columns, origin.value))) != 1:
            yield f"property `{prop[:64]}` needs one of `column`, `columns` and `value`"


def read_mapped(file: Bounded, mapping: Mapping) -> Iterator[Found]:
    """Give the entries of a table; rows that share an id are one, given once all rows are read."""
    drafts: dict[str, tuple[int, Draft]] = {}
    source = mapping.source or file.name
    froms = tuple(mapping.froms())
    for line, row in tables(
        file, separator=mapping.separator, encoding=mapping.encoding, needs=mapping.needs()
    ):
        identity = row[mapping.id] if mapping.id else f"{source}-{line}"
        known = drafts.get(identity)
        if known is None:
            known = line, Draft(identity, _schema(mapping, row), f"{file.name}:{line}", source)
            if mapping.id:
                drafts[identity] = known
        for prop, origin in froms:
            _tell(known[1], prop, origin, row)
        if not mapping.id:
            yield line, known[1].done()
    for line, draft in drafts.values():
        yield line, draft.done()


def _schema(mapping: Mapping, row: dict[str, str]) -> str:
    if isinstance(mapping.schema, str):
        return mapping.schema
    said = row.get(mapping.schema.column, "")
    return mapping.schema.values.get(said, said)


def _tell(draft: Draft, prop: str, origin: _From, row: dict[str, str]) -> None:
    if origin.value:
        draft.say(prop, origin.value)
        return
    names = [origin.column] if origin.column else origin.columns
    text = origin.join.join(filter(None, (row.get(name, "") for name in names)))
    for each in text.split(origin.split) if origin.split else [text]:
        draft.say(prop, each)
