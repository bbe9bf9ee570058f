"""Index: the names of a register, arranged so that the few that matter are found among millions.

Holds what finding and comparing need (tokens, names, birth dates, countries) and nothing else; it is a pure function
of the records, is written as plain arrays that open as memory maps, and can be thrown away and built again at any
time. Entities are appended and withdrawn one by one; nothing is rebuilt.
"""

import copy
import zlib
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from comity.errors import BadInput
from comity.register.columns import Column, Strings
from comity.register.names import Name, parse
from comity.register.postings import Postings
from comity.register.vocabulary import Vocabulary

__all__ = ["Entry", "NameIndex", "country_code", "date_number", "kind_number"]

#: Names of one entity that are indexed.
MAX_NAMES = 200

_COLUMNS = {
    "first_unit": "<i8",  # of each name
    "unit_token": "<u4",
    "unit_cover": "<u2",
    "unit_kind": "|u1",
    "name_tokens": "|u1",
    "name_entity": "<u4",
    "first_name": "<u4",  # of each entity
    "first_date": "<u4",
    "dates": "<i4",
    "first_country": "<u4",
    "countries": "<u2",
    "entity_kind": "|u1",
    "entity_sex": "|u1",
    "entity_hash": "<u4",
    "entity_group": "<u4",
    "alive": "|u1",
}


class Entry(msgspec.Struct, frozen=True, gc=False):
    """What the index knows of one subject.

    Attributes:
        id: the caller's name for it.
        schema: FollowTheMoney schema.
        names: names and aliases, in any script.
        dates: birth dates, `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
        countries: ISO 3166 alpha-2, lower case.
        identifiers: numbers of documents and registers.
        kinds: what each of these is (`passportNumber`, `imoNumber`), in the same order; empty or missing where unknown.
        sex: `male`, `female` or empty.
        group: by what it is decided who may be told of it; `NameIndex.only` takes or leaves whole groups.
    """

    id: str
    schema: str
    names: tuple[str, ...]
    dates: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    sex: str = ""
    kinds: tuple[str, ...] = ()
    group: str = ""


def kind_number(schema: str) -> int:
    """Sort schemata into those that can be confused: 0 person, 1 organisation, 2 thing, 3 unsaid."""
    if schema == "Person":
        return 0
    if schema in ("Organization", "Company", "PublicBody", "Asset"):
        return 1
    if schema in ("Vessel", "Vehicle", "Airplane", "CryptoWallet", "RealEstate"):
        return 2
    return 3


def date_number(text: str) -> int:
    """Write `1970-03-04` as 19700304 and `1970` as 19700000; 0 where it is not a date."""
    parts = text.split("T")[0].split("-")
    if not all(part.isdecimal() and part.isascii() for part in parts) or len(parts) > 3 or len(parts[0]) != 4:
        return 0
    year, month, day = (int(part) for part in [*parts, "0", "0"][:3])
    return year * 10000 + month * 100 + day if month <= 12 and day <= 31 else 0


def country_code(text: str) -> int:
    """Write a two-letter country as a number; 0 where it is not one."""
    text = text.lower()
    if len(text) == 2 and text.isascii() and text.isalpha():
        return (ord(text[0]) - 96) * 32 + ord(text[1]) - 96
    return 0


_SEX = {"": 0, "male": 1, "m": 1, "female": 2, "f": 2}


def sex_number(text: str) -> int:
    """Write a sex as 1 (male) or 2 (female); 0 where unsaid or other."""
    return _SEX.get(text.lower(), 0)


class NameIndex:
    """Entities numbered in the order in which they came."""

    def __init__(self) -> None:
        self.vocabulary = Vocabulary()
        self.ids = Strings()
        self.columns = {name: Column(dtype) for name, dtype in _COLUMNS.items()}
        self.names_of_token = Postings()
        self.live_names = 0
        self.live_entities = 0
        self.groups = Strings()
        self._number: dict[str, int] = {}
        self._group: dict[str, int] = {}
        self._numbered = 0
        self._part = False
        #: What is near a text, by way of looking, worked out before; emptied whenever the register changes.
        self.nearness: dict[tuple[str, int], Any] = {}
        self._room: npt.NDArray[np.int32] = np.zeros(0, np.int32)

    def add(self, entry: Entry) -> None:
        """Append an entity. An id that is already present must be withdrawn first.

        Raises:
            BadInput: the id is present.
        """
        if self.find(entry.id) >= 0:
            raise BadInput(f"`{entry.id[:80]}` is already in the index")
        self._changed()
        person = kind_number(entry.schema) == 0
        parsed = [name for text in entry.names[:MAX_NAMES] if (name := parse(text, person=person)).units]
        columns = self.columns
        entity = len(self.ids)
        columns["first_name"].append(len(columns["name_entity"]))
        columns["first_date"].append(len(columns["dates"]))
        columns["first_country"].append(len(columns["countries"]))
        columns["dates"].extend([number for text in entry.dates if (number := date_number(text))])
        columns["countries"].extend(
            sorted({code for text in entry.countries if (code := country_code(text))})
        )
        columns["entity_kind"].append(kind_number(entry.schema))
        columns["entity_sex"].append(sex_number(entry.sex))
        columns["entity_hash"].append(zlib.crc32(entry.id.encode()))
        columns["entity_group"].append(self._group_number(entry.group))
        columns["alive"].append(1)
        for name in dict.fromkeys(parsed):
            self._add_name(name, entity)
        for identifier, kind in dict.fromkeys(with_kinds(entry.identifiers, entry.kinds)):
            self._file_identifier(identifier, kind, entity)
        self._number[entry.id] = self.ids.append(entry.id)
        self._numbered = len(self.ids)
        self.live_entities += 1

    def _group_number(self, group: str) -> int:
        if len(self._group) < len(self.groups):  # opened from files
            self._group = {self.groups[number]: number for number in range(len(self.groups))}
        if group not in self._group:
            self._group[group] = self.groups.append(group)
        return self._group[group]

    def _add_name(self, name: Name, entity: int) -> None:
        columns, learn = self.columns, self.vocabulary.learn
        number = len(columns["name_entity"])
        tokens = [learn(unit.text) for unit in name.units]
        columns["first_unit"].append(len(columns["unit_token"]))
        columns["unit_token"].extend(tokens)
        columns["unit_cover"].extend([unit.cover for unit in name.units])
        columns["unit_kind"].extend([int(unit.kind) for unit in name.units])
        columns["name_tokens"].append(name.tokens)
        columns["name_entity"].append(entity)
        distinct = list(set(tokens))
        self.names_of_token.add_all(distinct, number)
        self.vocabulary.count(distinct)
        self.live_names += 1

    def _file_identifier(self, identifier: str, kind: str, entity: int) -> None:
        token = identifier_token(identifier)
        if token:
            for filed in (token, f"{token}#{kind}"):
                self.names_of_token.add(self.vocabulary.learn_exact(filed), entity)

    def withdraw(self, identity: str) -> bool:
        """Take an entity out; its numbers stay, it is found no more. False where it is not there."""
        entity = self.find(identity)
        if entity < 0:
            return False
        self._changed()
        columns = self.columns
        columns["alive"].put(entity, 0)
        self._number.pop(identity, None)
        for name in range(*self.names_of(entity)):
            units = columns["unit_token"].view()[slice(*self.units_of(name))]
            self.vocabulary.names_holding()
            self.vocabulary.columns["names_with"].add_to(np.unique(units), -1)
            self.live_names -= 1
        self.live_entities -= 1
        return True

    def only(self, takes: Callable[[str], bool], *, without: Iterable[str] = ()) -> "NameIndex":
        """Give an index of some of the entities, for asking alone: it answers as if there were no others.

        It is good until the next change of this one, with which it shares all that is not counted.

        Args:
            takes: tells whether the entities of a group are among them.
            without: ids of entities left out whatever their group.
        """
        columns = self.columns
        groups = np.array([takes(self.groups[number]) for number in range(len(self.groups))], bool)
        alive = columns["alive"].view()
        kept = alive & groups[columns["entity_group"].view()] if len(alive) else alive
        kept[[number for identity in without if (number := self.find(identity)) >= 0]] = 0
        left_out = kept != alive
        if not left_out.any():
            return self
        names = left_out[columns["name_entity"].view()].nonzero()[0]
        first = columns["first_unit"].view()
        begin = first[names]
        end = np.append(first, len(columns["unit_token"]))[names + 1]
        sizes = end - begin
        at = np.arange(int(sizes.sum())) + (begin - (sizes.cumsum() - sizes)).repeat(sizes)
        tokens = columns["unit_token"].view()[at].astype(np.int64)
        held = np.unique(np.arange(len(names)).repeat(sizes) << 32 | tokens) & 0xFFFFFFFF
        part = copy.copy(self)
        part.columns = columns | {"alive": Column("|u1", kept)}
        part.vocabulary = self.vocabulary.less(held)
        part.live_names = self.live_names - len(names)
        part.live_entities = int(kept.sum())
        part.nearness = {}
        part._part = True
        return part

    def _changed(self) -> None:
        self.nearness.clear()
        self.vocabulary.changed()

    def room(self, size: int) -> npt.NDArray[np.int32]:
        """Give a row of zeros; whoever writes in it wipes it."""
        if len(self._room) < size:
            self._room = np.zeros(size * 5 // 4 + 1024, np.int32)
        return self._room

    def find(self, identity: str) -> int:
        """Give the number of a live entity, or -1."""
        if self._numbered < len(self.ids):
            alive = self.columns["alive"].view()
            for number in range(self._numbered, len(self.ids)):
                if alive[number]:
                    self._number[self.ids[number]] = number
            self._numbered = len(self.ids)
        number = self._number.get(identity, -1)
        return number if number < 0 or not self._part or self.columns["alive"].view()[number] else -1

    def group_of(self, identity: str) -> str:
        """Give the group of a live entity; empty where it is not there."""
        number = self.find(identity)
        return self.groups[int(self.columns["entity_group"].view()[number])] if number >= 0 else ""

    def is_word(self, text: str) -> bool:
        """Tell whether a live name holds this very token."""
        number = self.vocabulary.number(text)
        return number >= 0 and bool(self.vocabulary.names_holding()[number] > 0)

    def written(self, name: int) -> str:
        """Give a name as the index knows it: cleaned tokens in order."""
        start, _ = self.units_of(name)
        count = int(self.columns["name_tokens"].view()[name])
        tokens, numbers = self.vocabulary.tokens, self.columns["unit_token"].view()[start : start + count]
        return " ".join([tokens[number] for number in numbers.tolist()])

    def bearers(self, identifier: str, kind: str = "") -> tuple[set[int], set[int]]:
        """Give the entities that bear an identifier, and those of them that bear it only as one of another kind."""
        token = identifier_token(identifier)
        every = self._filed(token) if token else set()
        same = self._filed(f"{token}#{kind}") | self._filed(f"{token}#") if every and kind else every
        return every, every - same

    def _filed(self, token: str) -> set[int]:
        number = self.vocabulary.number(token)
        if number < 0:
            return set()
        alive = self.columns["alive"].view()
        return {entity for entity in self.names_of_token.of(number).tolist() if alive[entity]}

    def names_of(self, entity: int) -> tuple[int, int]:
        """Give the numbers of the first name of an entity and of the first that is no longer its."""
        firsts = self.columns["first_name"].view()
        end = int(firsts[entity + 1]) if entity + 1 < len(firsts) else len(self.columns["name_entity"])
        return int(firsts[entity]), end

    def units_of(self, name: int) -> tuple[int, int]:
        """Give where the units of a name begin and end."""
        firsts = self.columns["first_unit"].view()
        end = int(firsts[name + 1]) if name + 1 < len(firsts) else len(self.columns["unit_token"])
        return int(firsts[name]), end


def identifier_token(identifier: str) -> str:
    """Write an identifier as a token that no name has: its letters and digits after a `#`; empty where it has none."""
    letters = "".join(letter for letter in identifier.lower() if letter.isalnum())[:64]
    return f"#{letters}" if letters else ""


def with_kinds(identifiers: tuple[str, ...], kinds: tuple[str, ...]) -> list[tuple[str, str]]:
    """Give each identifier with its kind, empty where that is not known."""
    return list(zip(identifiers, kinds + ("",) * len(identifiers), strict=False))
