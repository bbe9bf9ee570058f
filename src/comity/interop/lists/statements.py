"""FollowTheMoney statements: one row for every value of every entity, in and out; and entities out.

The columns are those of the `followthemoney` library. Which source says what is kept, statement by statement.
"""

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from comity.errors import ForeignInput
from comity.interop.lists.draft import Found
from comity.interop.lists.files import Bounded
from comity.interop.lists.rows import tables
from comity.register.subjects import SCHEMATA, Statement, Subject

__all__ = ["STATEMENT_COLUMNS", "read_statements", "write_entities", "write_statements"]

#: Columns by which a table is known as statements.
STATEMENT_COLUMNS = ("canonical_id", "prop", "schema", "value")
_WRITTEN = (
    "id", "entity_id", "canonical_id", "prop", "prop_type", "schema", "value", "dataset", "lang", "original_value",
    "external", "first_seen", "last_seen", "origin",
)  # fmt: skip
_MAX_VALUE = 16_384


def read_statements(file: Bounded) -> Iterator[Found]:
    """Give the entities, once all rows are read; rows of the property `id` only say that an entity is there."""
    found: dict[str, _Gathered] = {}
    for line, row in tables(file, needs=STATEMENT_COLUMNS):
        identity = row["canonical_id"] or row.get("entity_id", "")
        gathered = found.setdefault(identity, _Gathered(identity, line, file.name))
        gathered.take(line, row)
    for gathered in found.values():
        yield gathered.line, gathered.done()


class _Gathered:
    """The statements of one entity."""

    def __init__(self, identity: str, line: int, name: str) -> None:
        self._identity, self.line, self._name = identity, line, name
        self._schema = ""
        self._statements: dict[Statement, None] = {}
        self._mistakes: list[str] = []

    def take(self, line: int, row: dict[str, str]) -> None:
        place = f"{self._name}:{line}"
        schema, prop, value = row["schema"], row["prop"], row["value"]
        if schema not in SCHEMATA:
            self._mistakes.append(f"{place}: `{schema[:40]}` is not one of {', '.join(sorted(SCHEMATA))}")
        # sources may know an entity under a wider and a narrower schema: anything says more than `LegalEntity`
        if not self._schema or self._schema in ("Thing", "LegalEntity"):
            self._schema = schema
        if prop == "id" or not value:
            return
        if not prop.isidentifier() or len(prop) > 64:
            self._mistakes.append(f"{place}: `{prop[:64]}` is not the name of a property")
        if len(value) > _MAX_VALUE:
            self._mistakes.append(f"{place}: a value longer than {_MAX_VALUE:,} characters")
        clean = value if value.isprintable() else "".join(c if c.isprintable() else " " for c in value)
        original = row.get("original_value", "") or ("" if clean == value else value)
        self._statements[
            Statement(
                prop,
                clean,
                row.get("lang", ""),
                original,
                row.get("dataset", ""),
                row.get("first_seen", "")[:10],
                row.get("last_seen", "")[:10],
            )
        ] = None

    def done(self) -> Subject | ForeignInput:
        subject = Subject(self._identity, self._schema, tuple(self._statements))
        place = f"{self._name}:{self.line}"
        if not 0 < len(self._identity) <= 255 or not self._identity.isprintable():
            self._mistakes.append(f"{place}: an entity needs an id of 1 to 255 printable characters")
        elif not self._mistakes and not (subject.names or subject.entry().identifiers):
            self._mistakes.append(f"{place}: `{self._identity[:60]}` has neither a name nor an identifier")
        return ForeignInput(*self._mistakes) if self._mistakes else subject


def write_entities(subjects: Iterable[Subject], into: TextIO, *, dataset: str) -> int:
    """Write subjects as FollowTheMoney entities, one JSON object a line; give how many."""
    count = 0
    for subject in subjects:
        entity: dict[str, Any] = {**subject.followthemoney(), "datasets": _datasets(subject, dataset)}
        into.write(json.dumps(entity, ensure_ascii=False) + "\n")
        count += 1
    return count


def _datasets(subject: Subject, dataset: str) -> list[str]:
    return sorted({statement.source or dataset for statement in subject.statements} or {dataset})


def write_statements(subjects: Iterable[Subject], into: TextIO, *, dataset: str) -> int:
    """Write subjects as FollowTheMoney statements, a CSV; give how many statements.

    Args:
        subjects: whom to write.
        into: open for text.
        dataset: who says what names no source of its own.
    """
    writer = csv.DictWriter(into, _WRITTEN, lineterminator="\n")
    writer.writeheader()
    count = 0
    for subject in subjects:
        for statement in subject.statements:
            source = statement.source or dataset
            key = "\0".join((source, subject.id, statement.prop, statement.value, statement.lang))
            writer.writerow(
                {
                    "id": hashlib.sha256(key.encode()).hexdigest()[:40],
                    "entity_id": subject.id,
                    "canonical_id": subject.id,
                    "prop": statement.prop,
                    "prop_type": _type(statement.prop),
                    "schema": subject.schema,
                    "value": statement.value,
                    "dataset": source,
                    "lang": statement.lang,
                    "original_value": statement.original,
                    "external": "f",
                    "first_seen": statement.first_seen,
                    "last_seen": statement.last_seen,
                    "origin": "",
                }
            )
            count += 1
    return count


def _type(prop: str) -> str:
    """Give FollowTheMoney's type of a property, as far as the register cares."""
    if prop in ("name", "alias", "weakAlias", "previousName", "abbreviation"):
        return "name"
    if prop.endswith("Date"):
        return "date"
    if prop in (
        "nationality",
        "citizenship",
        "country",
        "jurisdiction",
        "mainCountry",
        "flag",
        "birthCountry",
    ):
        return "country"
    if prop.endswith(("Number", "Code")):
        return "identifier"
    return {"gender": "gender", "address": "address", "notes": "text"}.get(prop, "string")
