"""Book: files of entities read for one's own register, and questions checked against it, one or many.

Pure: lines come in, records and answers come out; the index is handed in, the instant is an argument. Every mistake in
a file is told with its line; who enters the records (`comity.node.import_records`) enters all of them or none.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from comity.clock import Instant
from comity.errors import BadInput, ForeignInput, RefusedHere
from comity.handling.safeguards import Finding
from comity.register.checking import Hit, check_many
from comity.register.examination import Query
from comity.register.index import NameIndex
from comity.register.record import Record, Terms, door
from comity.register.scoring import THRESHOLD
from comity.register.subjects import Subject, not_ones_own, read_subject

__all__ = ["Entering", "Entity", "Imported", "check_batch", "query_of", "read_queries"]

#: Mistakes told in one go; the number of the others is told too.
MAX_MISTAKES = 200
Line = tuple[int, bytes]
Entity = tuple[int, bytes | Subject | ForeignInput]
"""The line it begins on, and an entity: its JSON, read already, or why it could not be read."""


class Imported(msgspec.Struct, frozen=True):
    """What an import did.

    Attributes:
        entered: records that are new.
        replaced: records that were there before, from the same owner, and said something else.
        to_read: findings of the door that a person must look at, with their lines, and how many more there are.
        unchanged: records that said the same before, and were left as they are.
    """

    entered: int
    replaced: int
    to_read: tuple[str, ...]
    unchanged: int = 0


class Entering:
    """Reads a file of entities one by one, for records on the same terms.

    Attributes:
        mistakes, refusals: what is wrong with the file so far, each with its line; nothing of it is entered then.
        to_read: what a person must look at.
    """

    def __init__(self, terms: Terms, at: Instant, source: str) -> None:
        self._at, self._today, self._source = at, at.date(), source
        self._for_persons, self._for_others = terms, msgspec.structs.replace(terms, role="")
        self._lines: dict[str, int] = {}
        self._told: set[tuple[str, str]] = set()
        self._more = self._more_to_read = 0
        self.mistakes: list[str] = []
        self.refusals: list[str] = []
        self.to_read: list[str] = []

    @property
    def failed(self) -> bool:
        """Whether anything is wrong with the file."""
        return bool(self.mistakes or self.refusals)

    def take(
        self,
        number: int,
        entity: bytes | Subject | ForeignInput,
        line_before: Callable[[str], int] = lambda _identity: 0,
    ) -> Record | None:
        """Read an entity; give its record, or None where something is wrong with it.

        Args:
            number: the line it begins on.
            entity: FollowTheMoney's JSON, read from another format already, or why it could not be.
            line_before: the line on which an id stood before this reading began (a file that is gone on with).
        """
        place = f"{self._source}:{number}"
        try:
            subject = self._read(entity, place)
        except BadInput as error:
            self._note(self.mistakes, *error.mistakes)
            return None
        if mistake := not_ones_own(subject.id, self._for_persons.owner):
            self._note(self.mistakes, f"{place}: {mistake}")
            return None
        first = self._lines.setdefault(subject.id, number)
        if first == number:
            first = line_before(subject.id) or number
        if first != number:
            self._note(self.mistakes, f"{place}: `{subject.id[:60]}` stands already on line {first}")
            return None
        terms = self._for_persons if subject.is_person else self._for_others
        if not self._passes(place, door(subject, terms, self._today)):
            return None
        return Record(subject, terms, self._at, self._at)

    def look_again(self, number: int, record: Record) -> None:
        """Judge a record that an earlier reading took: what a person should read of it was not told."""
        self._passes(f"{self._source}:{number}", door(record.subject, record.terms, self._today))

    def all_to_read(self) -> tuple[str, ...]:
        """Give what a person must look at, and how much more there is than is told."""
        more = [f"{self._source}: and {self._more_to_read:,} more"] if self._more_to_read else []
        return (*self.to_read, *more)

    def complain(self) -> None:
        """Tell what is wrong with the file, all of it.

        Raises:
            BadInput: some lines cannot be read or repeat an id.
            RefusedHere: a safeguard refuses some records.
        """
        more = [f"{self._source}: and {self._more:,} more"] if self._more else []
        if self.mistakes:
            raise BadInput(
                *self.mistakes,
                *self.refusals,
                *more,
                hint="nothing was entered; mend the file and import it again",
            )
        if self.refusals:
            raise RefusedHere(
                "\n".join([*self.refusals, *more]),
                hint="nothing was entered; no agreement can lift a safeguard",
            )

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
        general = finding.place in ("owner", "legal basis", "review date", "role", "category", "purpose")
        if general and (finding.place, finding.message) in self._told:
            return
        self._told.add((finding.place, finding.message))
        self._note(into, said)

    def _note(self, into: list[str], *said: str) -> None:
        room = MAX_MISTAKES - len(into)
        into.extend(said[:room])
        more = max(len(said) - room, 0)
        if into is self.to_read:
            self._more_to_read += more
        else:
            self._more += more


def query_of(subject: Subject) -> Query:
    """Make a question of an entity."""
    entry = subject.entry()
    return Query(
        entry.id,
        entry.schema,
        entry.names,
        entry.dates,
        entry.countries,
        entry.identifiers,
        entry.sex,
        entry.kinds,
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
    index: NameIndex,
    queries: Iterable[Query],
    *,
    limit: int = 5,
    threshold: float = THRESHOLD,
) -> Iterator[dict[str, Any]]:
    """Check questions in order; one JSON-ready answer each: `{"id", "hits": [{"id", "score", "hit", "why"}]}`."""
    answers = check_many(index, queries, limit=limit, threshold=threshold)
    yield from ({"id": query.id, "hits": [_as_json(hit) for hit in hits]} for query, hits in answers)


def _as_json(hit: Hit) -> dict[str, Any]:
    return {"id": hit.id, "score": hit.score, "hit": hit.hit, "why": list(hit.why)}
