"""Subjects: whom or what a record is about, statement by statement, in the terms of FollowTheMoney.

A *statement* is one value of one property with where it comes from; two sources that say the same are two statements.
The JSON form of FollowTheMoney (`{"id", "schema", "properties": {"name": ["…"]}}`) is read and written here without
its library, strictly: what is not of that shape is refused, with the place.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from comity.errors import ForeignInput
from comity.identifiers import is_party_id
from comity.register.index import Entry, identifier_token

__all__ = ["MAX_LINE", "SCHEMATA", "Statement", "Subject", "is_name", "read_subject"]

#: Longest entity read, in bytes.
MAX_LINE = 1 << 20
_MAX_PROPERTIES = 200
_MAX_VALUES = 5_000
_MAX_VALUE = 16_384
_MAX_ID = 255

#: FollowTheMoney schemata a register takes from the start; agreements add to them by protocol.
SCHEMATA = frozenset(
    (
        "Address", "Airplane", "Asset", "BankAccount", "Company", "CryptoWallet", "LegalEntity", "Organization",
        "Person", "PublicBody", "RealEstate", "Thing", "Vehicle", "Vessel",
    )
)  # fmt: skip
_NAMES = ("name", "alias", "previousName", "abbreviation")
_DATES = ("birthDate",)
_COUNTRIES = ("nationality", "citizenship", "country", "jurisdiction", "mainCountry", "flag")
#: Kinds of identifiers; an `idNumber` may be of any kind.
_IDENTIFIERS = (
    "passportNumber", "taxNumber", "registrationNumber", "socialSecurityNumber", "vatCode", "leiCode",
    "innCode", "ogrnCode", "okpoCode", "dunsCode", "swiftBic", "iban", "imoNumber", "mmsi", "callSign", "vin",
    "serialNumber", "publicKey",
)  # fmt: skip
_ANY_KIND = "idNumber"


class Statement(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One value and its origin.

    Attributes:
        prop: property of FollowTheMoney.
        value: what is said.
        lang: language of the value, ISO 639-3, where known.
        original: the value before it was cleaned, where that differs.
        source: who says so; the owner of the record where empty.
        first_seen: day it was first said, ISO 8601, where known.
        last_seen: day it was last said.
    """

    prop: str
    value: str
    lang: str = ""
    original: str = ""
    source: str = ""
    first_seen: str = ""
    last_seen: str = ""


class Subject(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person, organisation, vessel or other thing."""

    id: str
    schema: str
    statements: tuple[Statement, ...]

    @property
    def is_person(self) -> bool:
        """Whether it is a natural person."""
        return self.schema == "Person"

    def values(self, *props: str) -> tuple[str, ...]:
        """Give the values of some properties, each once, in the order of the statements."""
        return tuple(dict.fromkeys(s.value for s in self.statements if s.prop in props))

    def first(self, prop: str) -> str | None:
        """Give the first value of a property; None where it has none."""
        return next((s.value for s in self.statements if s.prop == prop), None)

    @property
    def names(self) -> tuple[str, ...]:
        """All names; a given and a family name stand together where no full name does."""
        names = self.values(*_NAMES)
        if names:
            return names
        given, family = self.values("firstName"), self.values("lastName")
        return tuple(f"{a} {b}".strip() for a in given or ("",) for b in family or ("",) if a or b)

    @property
    def identifiers(self) -> tuple[tuple[str, str], ...]:
        """Numbers of documents and registers, each with its kind (`passportNumber`), which is empty for an `idNumber`.

        What holds no letter and no digit (`---`) is none.
        """
        said = (
            (s.value, "" if s.prop == _ANY_KIND else s.prop)
            for s in self.statements
            if (s.prop == _ANY_KIND or s.prop in _IDENTIFIERS) and identifier_token(s.value)
        )
        return tuple(dict.fromkeys(said))

    def entry(self) -> Entry:
        """Give what the name index needs of it."""
        identifiers, kinds = zip(*self.identifiers, strict=True) if self.identifiers else ((), ())
        return Entry(
            self.id,
            self.schema,
            self.names,
            self.values(*_DATES),
            self.values(*_COUNTRIES),
            identifiers,
            self.first("gender") or "",
            kinds,
        )

    def seen_on(self, day: str) -> "Subject":
        """Note a day on every statement that knows of none."""
        return Subject(
            self.id,
            self.schema,
            tuple(
                msgspec.structs.replace(s, first_seen=s.first_seen or day, last_seen=s.last_seen or day)
                for s in self.statements
            ),
        )

    def properties(self) -> dict[str, list[str]]:
        """Give the properties as FollowTheMoney writes them."""
        found: dict[str, list[str]] = {}
        for statement in self.statements:
            values = found.setdefault(statement.prop, [])
            if statement.value not in values:
                values.append(statement.value)
        return found

    def followthemoney(self) -> dict[str, Any]:
        """Give the JSON form of FollowTheMoney."""
        return {"id": self.id, "schema": self.schema, "properties": self.properties()}


def read_subject(line: bytes, *, what: str = "entity", seen: str = "", bare: bool = False) -> Subject:
    """Read one FollowTheMoney entity from a file that a person handed in.

    As strict as `comity.strict` about size, depth, repeated keys and surrogates; but public lists do hold control
    characters in names, so these become spaces and the value as it came is kept beside (`Statement.original`).

    Args:
        line: its JSON, at most `MAX_LINE` bytes.
        what: the place, put before every reason (`people.jsonl:12`).
        seen: day on which it is read, noted on every statement.
        bare: a question, which may do without a schema.

    Raises:
        ForeignInput: it is not JSON, or not such an entity; every mistake in it is named.
    """
    value = _json(line, what)
    if not isinstance(value, Mapping):
        raise ForeignInput(f"{what}: an object with `id`, `schema` and `properties` belongs here")
    mistakes = [*_identity(value, bare), *_properties(value.get("properties"))]
    if mistakes:
        raise ForeignInput(*(f"{what}: {mistake}" for mistake in mistakes))
    statements = tuple(
        _statement(prop, text, seen)
        for prop, values in value["properties"].items()
        for text in values
        if text
    )
    subject = Subject(value["id"], value.get("schema", "Thing"), statements)
    if not (subject.names or subject.entry().identifiers):
        raise ForeignInput(f"{what}: `{subject.id[:60]}` has neither a name nor an identifier")
    return subject


def _statement(prop: str, text: str, seen: str) -> Statement:
    if text.isprintable():
        return Statement(prop, text, first_seen=seen, last_seen=seen)
    value = _CONTROL.sub(" ", text)
    original = "" if value == text else text
    return Statement(prop, value, original=original, first_seen=seen, last_seen=seen)


def _json(line: bytes, what: str) -> Any:
    if len(line) > MAX_LINE:
        raise ForeignInput(f"{what}: more than {MAX_LINE:,} bytes")
    if line.count(b"[") + line.count(b"{") > 4 * _MAX_PROPERTIES:
        raise ForeignInput(f"{what}: too many lists and objects")
    try:
        value = _DECODER.decode(line.decode())
    except UnicodeDecodeError as error:
        raise ForeignInput(f"{what}: not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise ForeignInput(f"{what}: not JSON (column {error.colno})") from None
    except (_Repeated, RecursionError) as error:
        raise ForeignInput(f"{what}: {error}") from None
    if b"\\u" in line and _SURROGATE.search(json.dumps(value, ensure_ascii=False)):
        raise ForeignInput(f"{what}: half of a surrogate pair in a string")
    return value


class _Repeated(Exception):
    """A key stands twice; never leaves this module."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _Repeated("a key stands twice in one object")
    return members


def _number(_digits: str) -> None:
    """No value of an entity is a number: a long one is not even converted, and where a text belongs it is refused."""


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, strict=False, parse_int=_number, parse_float=_number, parse_constant=_number
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]+")
_SURROGATE = re.compile("[\ud800-\udfff]")


def is_name(identity: object) -> bool:
    """Tell whether something can be the name of a record: lists of matches have room for it."""
    return isinstance(identity, str) and 0 < len(identity) <= _MAX_ID and identity.isprintable()


def not_ones_own(identity: str, owner: str) -> str:
    """Say why an id cannot be of a record of `owner`: `PARTY/ID` names another Party's record; empty where it can."""
    party, between, _ = identity.partition("/")
    if not between or party == owner or not is_party_id(party):
        return ""
    return f"`{identity[:60]}` reads as a record of {party}: an id of one's own does not begin with a Party and `/`"


def _identity(value: Mapping[str, Any], bare: bool) -> Iterator[str]:
    identity, schema = value.get("id"), value.get("schema", "Thing" if bare else None)
    if not is_name(identity):
        yield f"`id` must be a text of 1 to {_MAX_ID} printable characters"
    if not isinstance(schema, str) or schema not in SCHEMATA:
        yield f"`schema` must be one of {', '.join(sorted(SCHEMATA))}"


def _properties(properties: object) -> Iterator[str]:
    if not isinstance(properties, Mapping):
        yield "`properties` must be an object of lists of texts"
        return
    if len(properties) > _MAX_PROPERTIES:
        yield f"more than {_MAX_PROPERTIES} properties"
    count = 0
    for prop, values in properties.items():
        if not prop.isidentifier() or len(prop) > 64:
            yield f"`{prop[:64]}` is not the name of a property"
        if not isinstance(values, list) or not all(isinstance(text, str) for text in values):
            yield f"property `{prop[:64]}` must be a list of texts"
            continue
        count += len(values)
        if any(len(text) > _MAX_VALUE for text in values):
            yield f"property `{prop[:64]}` has a value longer than {_MAX_VALUE:,} characters"
    if count > _MAX_VALUES:
        yield f"more than {_MAX_VALUES:,} values"
