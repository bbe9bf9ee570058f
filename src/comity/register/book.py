"""Book: one's own register; contribute a file, check one or many.

The service is pure: records come and go through a small port (`Records`), the index is handed in, the instant is an
argument. A file is entered whole or not at all, and every mistake in it is told with its line.
"""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Protocol

import msgspec

from comity.clock import Instant
from comity.errors import BadInput, ForeignInput, RefusedHere
from comity.handling.safeguards import Finding
from comity.register.checking import Hit, check_many
from comity.register.examination import Query
from comity.register.index import NameIndex
from comity.register.record import Record, Terms, door
from comity.register.scoring import THRESHOLD
from comity.register.subjects import Subject, read_subject

__all__ = ["Imported", "Records", "Writing", "check_batch", "import_entities", "query_of", "read_queries"]

#: Mistakes told in one go; the number of the others is told too.
MAX_MISTAKES = 200
Line = tuple[int, bytes]
Entity = tuple[int, bytes | Subject | ForeignInput]
"""The line it begins on, and an entity: its JSON, read already, or why it could not be read."""


class Writing(Protocol):
    """A change of the register that becomes durable whole, or not at all."""

    def owner_of(self, identity: str) -> str | None:
        """Give the owner of a record, or None where there is none."""
        ...

    def put(self, record: Record) -> None:
        """Enter a record, or put it in the place of the one with its id."""
        ...

    def remove(self, identity: str) -> None:
        """Take a record out."""
        ...


class Records(Protocol):
    """Where the records are kept.

    `writing` gives a context: leaving it without an error makes the change durable before it returns; an error leaves
    everything as it was. `index` gives the name index of the present records, brought up to date.
    """

    def get(self, identity: str) -> Record | None:
        """Give a record."""
        ...

    def all(self) -> Iterator[Record]:
        """Give all records in the order of their ids."""
        ...

    def count(self) -> int:
        """Give the number of records."""
        ...

    def writing(self) -> AbstractContextManager[Writing]:
        """Begin a change."""
        ...

    def index(self) -> NameIndex:
        """Give the name index."""
        ...


class Imported(msgspec.Struct, frozen=True):
    """What an import did.

    Attributes:
        entered: records that are new.
        replaced: records that were there before, from the same owner.
        to_read: findings of the door that a person must look at, with their lines.
    """

    entered: int
    replaced: int
    to_read: tuple[str, ...]


class _Mistakes(Exception):
    """Undoes a change; never leaves this module."""


def import_entities(
    records: Records, lines: Iterable[Entity], terms: Terms, *, at: Instant, source: str = "file"
) -> Imported:
    """Enter a file of entities, whole or not at all.

    Args:
        records: the register.
        lines: the entities, FollowTheMoney's JSON or read from another format already.
        terms: on what terms all of them are entered; the role is left out for what is not a person.
        at: the instant of entry.
        source: name of the file, for messages.

    Raises:
        BadInput: some lines cannot be read, repeat an id, or have another owner; all are named.
        RefusedHere: a safeguard refuses some records; all are named.
    """
    entry = _Entry(terms, at, source)
    try:
        with records.writing() as change:
            for number, line in lines:
                entry.take(number, line, change)
            if entry.mistakes or entry.refusals:
                raise _Mistakes
    except _Mistakes:
        entry.complain()
    records.index()  # made now rather than by whoever asks first
    return Imported(entry.entered, entry.replaced, tuple(entry.to_read))


class _Entry:
    """The running state of one import."""

    def __init__(self, terms: Terms, at: Instant, source: str) -> None:
        self._at, self._today, self._source = at, at.date(), source
        self._for_persons, self._for_others = terms, msgspec.structs.replace(terms, role="")
        self._lines: dict[str, int] = {}
        self._told: set[tuple[str, str]] = set()
        self.entered = self.replaced = self.more = 0
        self.mistakes: list[str] = []
        self.refusals: list[str] = []
        self.to_read: list[str] = []

    def take(self, number: int, entity: bytes | Subject | ForeignInput, change: Writing) -> None:
        place = f"{self._source}:{number}"
        try:
            subject = self._read(entity, place)
        except BadInput as error:
            self._note(self.mistakes, *error.mistakes)
            return
        first = self._lines.setdefault(subject.id, number)
        if first != number:
            self._note(self.mistakes, f"{place}: `{subject.id[:60]}` stands already on line {first}")
            return
        terms = self._for_persons if subject.is_person else self._for_others
        findings = door(subject, terms, self._today)
        if not self._passes(place, findings):
            return
        owner = change.owner_of(subject.id)
        if owner is not None and owner != terms.owner:
            self._note(
                self.mistakes, f"{place}: `{subject.id[:60]}` is a record of {owner}, who alone may change it"
            )
            return
        if self.mistakes or self.refusals:
            return  # nothing will be entered; the rest is read for its mistakes alone
        change.put(Record(subject, terms, self._at, self._at))
        self.entered += owner is None
        self.replaced += owner is not None

    def _read(self, entity: bytes | Subject | ForeignInput, place: str) -> Subject:
        seen = self._today.isoformat()
        if isinstance(entity, ForeignInput):
            raise entity
        return (
            entity.seen_on(seen)
            if isinstance(entity, Subject)
            else read_subject(entity, what=place, seen=seen)
        )

    def _passes(self, place: str, findings: tuple[Finding, ...]) -> bool:
        for finding in findings:
            said = f"{place}: {finding.ref}: {finding.message}"
            if finding.verdict == "refused":
                self._once(self.refusals, finding, said)
            else:
                self._once(self.to_read, finding, said)
        return not any(finding.verdict == "refused" for finding in findings)

    def _once(self, into: list[str], finding: Finding, said: str) -> None:
        """Tell what holds for the whole file (no review date, no role) on its first line only."""
        general = finding.place in ("owner", "legal basis", "review date", "role")
        if general and (finding.place, finding.message) in self._told:
            return
        self._told.add((finding.place, finding.message))
        self._note(into, said)

    def _note(self, into: list[str], *said: str) -> None:
        room = MAX_MISTAKES - len(into)
        into.extend(said[:room])
        self.more += max(len(said) - room, 0)

    def complain(self) -> None:
        more = [f"{self._source}: and {self.more:,} more"] if self.more else []
        if self.mistakes:
            raise BadInput(
                *self.mistakes,
                *self.refusals,
                *more,
                hint="nothing was entered; mend the file and import it again",
            )
        raise RefusedHere(
            "\n".join([*self.refusals, *more]), hint="nothing was entered; no agreement can lift a safeguard"
        )


def query_of(subject: Subject) -> Query:
    """Make a question of an entity."""
    entry = subject.entry()
    return Query(
        entry.id, entry.schema, entry.names, entry.dates, entry.countries, entry.identifiers, entry.sex
    )


def read_queries(lines: Iterable[Line], *, source: str = "batch") -> list[Query]:
    """Read questions, FollowTheMoney entities of the same shape as records.

    Raises:
        BadInput: some lines cannot be read; all are named.
    """
    queries: list[Query] = []
    mistakes: list[str] = []
    more = 0
    for number, line in lines:
        try:
            queries.append(query_of(read_subject(line, what=f"{source}:{number}", bare=True)))
        except BadInput as error:
            room = MAX_MISTAKES - len(mistakes)
            mistakes.extend(error.mistakes[:room])
            more += max(len(error.mistakes) - room, 0)
    if mistakes:
        raise BadInput(*mistakes, *([f"{source}: and {more:,} more"] if more else []))
    return queries


def check_batch(
    index: NameIndex, queries: Iterable[Query], *, limit: int = 5, threshold: float = THRESHOLD
) -> Iterator[dict[str, Any]]:
    """Check questions in order; one JSON-ready answer each: `{"id", "hits": [{"id", "score", "hit", "why"}]}`."""
    for query, hits in check_many(index, queries, limit=limit, threshold=threshold):
        yield {"id": query.id, "hits": [_as_json(hit) for hit in hits]}


def _as_json(hit: Hit) -> dict[str, Any]:
    return {"id": hit.id, "score": hit.score, "hit": hit.hit, "why": list(hit.why)}
