"""The joint register: records, what is asked of them and told, and what Parties say of each other's.

A record is named by its *key*: its id where it is this Party's own, and owner and id where another contributed it
(`key_of`). Every change of a record counts up one number, so that whatever finds records can tell what it has missed.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol

from comity.clock import Instant
from comity.ports.row import Row

#: Between owner and id in a key; no id holds it, so that no key of one's own looks like another's.
_BETWEEN = "\x1f"


def key_of(party: str, owner: str, identity: str) -> str:
    """Give the key of a record in the register of `party`."""
    return identity if owner == party else f"{owner}{_BETWEEN}{identity}"


class RecordRow(Row, frozen=True, kw_only=True):
    """A record, and what of it is asked often.

    Attributes:
        key, owner, id: what it is called. `agreement`: under which another Party contributed it; empty for one's own.
        handling: its own. `runs_out`: the day from which it answers nobody.
        item: digest of the item by which its present content has passed to others, or came here; empty before.
        body: the record as JSON.
    """

    key: str
    owner: str
    id: str
    agreement: str = ""
    handling: str
    runs_out: str
    item: str = ""
    body: bytes


class StagedRow(Row, frozen=True, kw_only=True):
    """A record of a file that is being imported, which nobody finds yet: its place in the file, and the line."""

    source: str
    place: int
    line: int
    key: str
    body: bytes


class CheckRow(Row, frozen=True, kw_only=True):
    """One Party's part in a check or a watch. `state`: see `federation.conversations.CHECK`, `WATCH`.

    Attributes:
        id: random, the same on both sides. `ours`: this Party asked. `peer`: the other one; this Party itself for its
            own register.
        watch: it stands until `until`. `topic`: the list of common interest it belongs to.
        question: whom it is about, as JSON; empty once erased.
        grounds: articles by which it was answered or refused; `reason` in words where it was not sent or taken.
        more: more was found than told. `unseen`: silent records it met, as JSON; of them only this Party knows.
    """

    id: str
    ours: bool
    peer: str
    agreement: str
    register: str
    purpose: str
    reference: str
    question: bytes
    at: Instant
    state: str
    watch: bool = False
    until: Instant | None = None
    topic: str = ""
    grounds: tuple[str, ...] = ()
    reason: str = ""
    more: bool = False
    unseen: bytes = b""


class HitRow(Row, frozen=True, kw_only=True):
    """A line of an answer, on either side. `state`: see `federation.conversations.HIT`.

    Attributes:
        id: random; all that a follow-up needs to name. `check`: the check or watch it answers.
        ours: this Party asked. `peer`: who is, or was, told; `owner`: whose record it is.
        key: the record, at its owner's and its host's; empty at the asker's. `reference`: as the asker was told it.
        shown: record, reference, owner or nothing. `score` in thousandths, as told.
        item: digest of the item that brought the record to the asker.
        because: why the asker wants more. `due`: until when the owner answers.
        outcome: what came of it, with `words`.
    """

    id: str
    check: str
    ours: bool
    peer: str
    owner: str
    agreement: str
    register: str
    purpose: str
    reference: str = ""
    key: str = ""
    shown: str
    band: str
    score: int
    why: tuple[str, ...] = ()
    at: Instant
    state: str = "told"
    item: str = ""
    because: str = ""
    due: Instant | None = None
    outcome: str = ""
    words: str = ""
    sources: tuple[str, ...] = ()


class BudgetRow(Row, frozen=True, kw_only=True):
    """Questions of one Party to another on one day in UTC, under one agreement."""

    agreement: str
    asker: str
    holder: str
    day: str
    asked: int


class FlagRow(Row, frozen=True, kw_only=True):
    """A Party's dissent on another's record. `state`: see `federation.conversations.FLAG`.

    Attributes:
        ours: this Party raised it. `peer`: the owner where it is ours, else who raised it.
        hit: the line by which the record is named. `key`: the record, at its owner's.
        acknowledge_by, resolve_by: the owner's clock; none where nothing is to be settled.
    """

    id: str
    ours: bool
    peer: str
    hit: str
    key: str
    kind: str
    words: str
    at: Instant
    acknowledge_by: Instant | None
    resolve_by: Instant | None
    state: str
    answer: str = ""


class ThresholdRow(Row, frozen=True, kw_only=True):
    """From which score this Party calls a match a hit under an agreement, since when, and why; the last one counts."""

    agreement: str
    score: int
    because: str
    at: Instant


class JudgementRow(Row, frozen=True, kw_only=True):
    """An entry of the history of merges; see `comity.register.judgements`."""

    number: int
    subjects: tuple[str, ...]
    undoes: int
    office: str
    because: str
    at: Instant


class RegisterRows(Protocol):
    """Records and what is asked and said of them."""

    def put_record(self, row: RecordRow) -> None:
        """Keep a record in place of the one with its key."""
        ...

    def record(self, key: str) -> RecordRow | None:
        """Give one record."""
        ...

    def records_of(self, keys: Sequence[str]) -> Mapping[str, RecordRow]:
        """Give those of some records that are there, by key."""
        ...

    def remove_record(self, key: str) -> None:
        """Take a record out."""
        ...

    def records(self, after: str = "", limit: int = 1000) -> Sequence[RecordRow]:
        """Give records in the order of their keys, from the one after `after`."""
        ...

    def record_count(self) -> int:
        """Give the number of records."""
        ...

    def records_held(self, agreement: str, owner: str) -> int:
        """Give how many records another Party has contributed under an agreement."""
        ...

    def records_passed(self, agreement: str, to: str) -> int:
        """Give how many records of this register have passed to a Party under an agreement, and still stand."""
        ...

    def records_running_out(self, day: date, limit: int = 1000) -> Sequence[RecordRow]:
        """Give the records that answer nobody from `day` on or from a day before, the oldest first."""
        ...

    def records_by_item(self, item: str) -> Sequence[RecordRow]:
        """Give the records whose content an item brought here."""
        ...

    def silent_keys(self) -> Sequence[str]:
        """Give the keys of the records whose own handling is silent."""
        ...

    def touch_records(self, keys: Sequence[str]) -> None:
        """Count records as changed, because what is linked with them has."""
        ...

    def record_change(self) -> int:
        """Give the number of the last change of any record; 0 where there was none."""
        ...

    def records_changed(self, after: int) -> Iterator[str]:
        """Give the keys of the records changed since a number, each once; an empty one says: begin anew."""
        ...

    def forget_changes(self) -> None:
        """Forget which records were changed: whatever finds records begins anew. For what must leave no trace."""
        ...

    def stage(self, rows: Sequence[StagedRow]) -> None:
        """Keep records of a file that is being imported."""
        ...

    def staged(self, source: str) -> tuple[int, int]:
        """Give the last place staged of a file, and how many records are."""
        ...

    def staged_line(self, source: str, key: str) -> int:
        """Give the line on which a file staged a record; 0 where it did not."""
        ...

    def staged_rows(self, source: str, after: int, limit: int) -> Sequence[StagedRow]:
        """Give staged records in the order of their places."""
        ...

    def drop_staged(self, source: str) -> None:
        """Forget what was staged of a file."""
        ...

    def put_check(self, row: CheckRow) -> None:
        """Keep a check or its changed state."""
        ...

    def check(self, id: str, peer: str, *, ours: bool) -> CheckRow | None:
        """Give one Party's part of a check."""
        ...

    def checks(self, id: str = "", *, ours: bool, limit: int = 1000) -> Sequence[CheckRow]:
        """Give checks that this Party or others asked, newest first; those whose id begins so."""
        ...

    def watches(self, at: Instant, party: str) -> Sequence[CheckRow]:
        """Give the watches that stand at an instant and are answered here, by `party`, oldest first."""
        ...

    def count_watches(self, at: Instant, peer: str) -> int:
        """Count the watches of another Party that stand at an instant and are answered here."""
        ...

    def put_hit(self, row: HitRow) -> None:
        """Keep a hit or its changed state."""
        ...

    def hit(self, id: str) -> HitRow | None:
        """Give one hit."""
        ...

    def hits(self, id: str = "", *, ours: bool, limit: int = 1000) -> Sequence[HitRow]:
        """Give hits told to this Party or to others, newest first; those whose id begins so."""
        ...

    def hits_of_check(self, check: str) -> Sequence[HitRow]:
        """Give the hits of one check or watch, in the order in which they were found."""
        ...

    def hits_on(self, key: str) -> Sequence[HitRow]:
        """Give the hits on one record, oldest first."""
        ...

    def put_budget(self, row: BudgetRow) -> None:
        """Keep a day's count."""
        ...

    def budget(self, agreement: str, asker: str, holder: str, day: str) -> int:
        """Give how many questions were asked on a day."""
        ...

    def budgets(self, day: str) -> Sequence[BudgetRow]:
        """Give all counts of a day."""
        ...

    def put_flag(self, row: FlagRow) -> None:
        """Keep a flag or its changed state."""
        ...

    def flag(self, id: str) -> FlagRow | None:
        """Give one flag."""
        ...

    def flags(self, id: str = "") -> Sequence[FlagRow]:
        """Give flags, newest first; those whose id begins so."""
        ...

    def flags_on(self, key: str) -> Sequence[FlagRow]:
        """Give the flags on one record, oldest first."""
        ...

    def put_threshold(self, row: ThresholdRow) -> None:
        """Enter a threshold; those before stay as history."""
        ...

    def thresholds(self, agreement: str = "") -> Sequence[ThresholdRow]:
        """Give the history of thresholds, oldest first: of all agreements, or of one."""
        ...

    def put_judgement(self, row: JudgementRow) -> None:
        """Enter a judgement, or keep it in place of the one with its number: an erased record is in none."""
        ...

    def judgements(self) -> Sequence[JudgementRow]:
        """Give the history of merges, oldest first."""
        ...
