"""Records of the joint register, what is asked and told of them, and what is said of others' (`ports.register`)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import bindparam, delete, func, or_, select

from comity.clock import Instant
from comity.ports.register import (
    BudgetRow,
    CheckRow,
    FlagRow,
    HitRow,
    JudgementRow,
    RecordRow,
    StagedRow,
    ThresholdRow,
)
from comity.storage import register_tables as tables
from comity.storage.prepared import Prepared, selecting
from comity.storage.rows import LIMIT, Rows, columns, values_of
from comity.storage.tables import disclosures

_R, _V, _S, _T, _D = (
    tables.records.c,
    tables.record_changes.c,
    tables.staged_records.c,
    tables.thresholds.c,
    disclosures.c,
)
_C, _H, _B, _F, _J = (
    tables.checks.c,
    tables.hits.c,
    tables.budgets.c,
    tables.flags.c,
    tables.judgements.c,
)
_records = columns(tables.records, RecordRow)
_checks = columns(tables.checks, CheckRow)
_hits = columns(tables.hits, HitRow)
_flags = columns(tables.flags, FlagRow)

_RECORD = selecting(_records.where(_R.key == bindparam("key")))
_RECORDS = selecting(_records.where(_R.key > bindparam("after")).order_by(_R.key).limit(LIMIT))
_COUNT = selecting(select(func.count()).select_from(tables.records))
_HELD = selecting(
    select(func.count())
    .select_from(tables.records)
    .where(_R.agreement == bindparam("agreement"), _R.owner == bindparam("owner"))
)
_PASSED = selecting(
    select(func.count(_R.key.distinct()))
    .select_from(tables.records.join(disclosures, _D.item == _R.item))
    .where(_R.item != "", _D.agreement == bindparam("agreement"), _D.to == bindparam("to"))
)
_thresholds = columns(tables.thresholds, ThresholdRow)
_THRESHOLDS = selecting(_thresholds.order_by(_T.number))
_THRESHOLDS_OF = selecting(_thresholds.where(_T.agreement == bindparam("agreement")).order_by(_T.number))
_RUNNING_OUT = selecting(
    _records.where(_R.runs_out <= bindparam("day"), _R.agreement == "")
    .order_by(_R.runs_out, _R.key)
    .limit(LIMIT)
)
_BY_ITEM = selecting(_records.where(_R.item == bindparam("item")).order_by(_R.key))
_SILENT = selecting(select(_R.key).where(_R.handling == "silent").order_by(_R.key))
_REMOVE = Prepared(lambda _dialect: delete(tables.records).where(_R.key == bindparam("key")))
_CHANGE: Prepared = selecting(select(func.max(_V.number)))
_CHANGED = selecting(
    select(_V.number, _V.key).where(_V.number > bindparam("after")).order_by(_V.number).limit(LIMIT)
)
_FORGET = Prepared(lambda _dialect: delete(tables.record_changes))
_STAGED = selecting(
    select(_S.source, func.max(_S.place), func.count())
    .where(_S.source == bindparam("source"))
    .group_by(_S.source)
)
_STAGED_LINE = selecting(
    select(_S.line).where(_S.source == bindparam("source"), _S.key == bindparam("key")).limit(1)
)
_STAGED_ROWS = selecting(
    columns(tables.staged_records, StagedRow)
    .where(_S.source == bindparam("source"), _S.place > bindparam("after"))
    .order_by(_S.place)
    .limit(LIMIT)
)
_DROP_STAGED = Prepared(
    lambda _dialect: delete(tables.staged_records).where(_S.source == bindparam("source"))
)
_CHECK = selecting(
    _checks.where(_C.id == bindparam("id"), _C.peer == bindparam("peer"), _C.ours == bindparam("ours"))
)
_standing = (_C.watch, _C.state == "standing", or_(_C.until.is_(None), _C.until > bindparam("at")))
_WATCHES = selecting(
    _checks.where(*_standing, or_(~_C.ours, _C.peer == bindparam("party"))).order_by(_C.number)
)
_COUNT_WATCHES = selecting(
    select(func.count()).select_from(tables.checks).where(*_standing, ~_C.ours, _C.peer == bindparam("peer"))
)
_CHECKS = selecting(
    _checks.where(_C.id.between(bindparam("id"), bindparam("end")), _C.ours == bindparam("ours"))
    .order_by(_C.number.desc())
    .limit(LIMIT)
)
_HITS = selecting(
    _hits.where(_H.id.between(bindparam("id"), bindparam("end")), _H.ours == bindparam("ours"))
    .order_by(_H.number.desc())
    .limit(LIMIT)
)
_HITS_OF_CHECK = selecting(_hits.where(_H.check == bindparam("check")).order_by(_H.number))
_HITS_ON = selecting(_hits.where(_H.key == bindparam("key")).order_by(_H.number))
_HIT = selecting(_hits.where(_H.id == bindparam("id")))
_BUDGET = selecting(
    select(_B.asked).where(
        _B.agreement == bindparam("agreement"),
        _B.asker == bindparam("asker"),
        _B.holder == bindparam("holder"),
        _B.day == bindparam("day"),
    )
)
_BUDGETS = selecting(
    columns(tables.budgets, BudgetRow)
    .where(_B.day == bindparam("day"))
    .order_by(_B.agreement, _B.asker, _B.holder)
)
_FLAG = selecting(_flags.where(_F.id == bindparam("id")))
_FLAGS = selecting(_flags.where(_F.id.between(bindparam("id"), bindparam("end"))).order_by(_F.number.desc()))
_FLAGS_ON = selecting(_flags.where(_F.key == bindparam("key")).order_by(_F.number))
_JUDGEMENTS = selecting(columns(tables.judgements, JudgementRow).order_by(_J.number))

#: Rows read or bound at once.
_AT_ONCE = 500
#: `key` of a change after which nothing before is known.
_ANEW = ""
#: Comes after every hexadecimal digit.
_BEYOND = "g"


class RegisterRows(Rows):
    """The part of a transaction that keeps the register."""

    def put_record(self, row: RecordRow) -> None:
        """Keep a record in place of the one with its key."""
        self._put(tables.records, ("key",), values_of(row))
        self._count_change(row.key)

    def record(self, key: str) -> RecordRow | None:
        """Give one record."""
        return self._one(RecordRow, _RECORD, key=key)

    def records_of(self, keys: Sequence[str]) -> Mapping[str, RecordRow]:
        """Give those of some records that are there, by key."""
        found = (self.record(key) for key in keys)
        return {row.key: row for row in found if row is not None}

    def remove_record(self, key: str) -> None:
        """Take a record out."""
        self._run(_REMOVE, {"key": key})
        self._count_change(key)

    def records(self, after: str = "", limit: int = 1000) -> Sequence[RecordRow]:
        """Give records in the order of their keys, from the one after `after`."""
        return self._all(RecordRow, _RECORDS, after=after, limit=limit)

    def record_count(self) -> int:
        """Give the number of records."""
        return int(self._value(_COUNT))

    def records_held(self, agreement: str, owner: str) -> int:
        """Give how many records another Party has contributed under an agreement."""
        return int(self._value(_HELD, agreement=agreement, owner=owner))

    def records_passed(self, agreement: str, to: str) -> int:
        """Give how many records of this register have passed to a Party under an agreement, and still stand."""
        return int(self._value(_PASSED, agreement=agreement, to=to))

    def records_running_out(self, day: date, limit: int = 1000) -> Sequence[RecordRow]:
        """Give this Party's records that answer nobody from `day` on or from a day before, the oldest first."""
        return self._all(RecordRow, _RUNNING_OUT, day=day.isoformat(), limit=limit)

    def records_by_item(self, item: str) -> Sequence[RecordRow]:
        """Give the records whose content an item brought here."""
        return self._all(RecordRow, _BY_ITEM, item=item)

    def silent_keys(self) -> Sequence[str]:
        """Give the keys of the records whose own handling is silent."""
        return [key for (key,) in self._tuples(_SILENT)]

    def touch_records(self, keys: Sequence[str]) -> None:
        """Count records as changed, because what is linked with them has."""
        for key in keys:
            self._count_change(key)

    def record_change(self) -> int:
        """Give the number of the last change of any record; 0 where there was none."""
        return int(self._value(_CHANGE) or 0)

    def records_changed(self, after: int) -> Iterator[str]:
        """Give the keys of the records changed since a number, each once; an empty one says: begin anew."""
        seen: set[str] = set()
        while rows := self._tuples(_CHANGED, after=after, limit=10_000):
            for number, key in rows:
                if number != after + 1:  # the entries between were forgotten
                    key = _ANEW
                after = number
                if key not in seen:
                    seen.add(key)
                    yield key

    def forget_changes(self) -> None:
        """Forget which records were changed: whatever finds records begins anew."""
        last = self.record_change()
        self._run(_FORGET, {})
        self._insert(tables.record_changes, {"number": last + 2, "key": _ANEW})

    def _count_change(self, key: str) -> None:
        self._insert(tables.record_changes, {"number": self.record_change() + 1, "key": key})

    def stage(self, rows: Sequence[StagedRow]) -> None:
        """Keep records of a file that is being imported."""
        for row in rows:
            self._put(tables.staged_records, ("source", "place"), values_of(row))

    def staged(self, source: str) -> tuple[int, int]:
        """Give the last place staged of a file, and how many records are."""
        rows = self._tuples(_STAGED, source=source)
        return (int(rows[0][1]), int(rows[0][2])) if rows else (0, 0)

    def staged_line(self, source: str, key: str) -> int:
        """Give the line on which a file staged a record; 0 where it did not."""
        return int(self._value(_STAGED_LINE, source=source, key=key) or 0)

    def staged_rows(self, source: str, after: int, limit: int) -> Sequence[StagedRow]:
        """Give staged records in the order of their places."""
        return self._all(StagedRow, _STAGED_ROWS, source=source, after=after, limit=limit)

    def drop_staged(self, source: str) -> None:
        """Forget what was staged of a file."""
        self._run(_DROP_STAGED, {"source": source})

    def put_check(self, row: CheckRow) -> None:
        """Keep a check or its changed state."""
        self._put(tables.checks, ("id", "peer", "ours"), values_of(row))

    def check(self, id: str, peer: str, *, ours: bool) -> CheckRow | None:
        """Give one Party's part of a check."""
        return self._one(CheckRow, _CHECK, id=id, peer=peer, ours=ours)

    def checks(self, id: str = "", *, ours: bool, limit: int = 1000) -> Sequence[CheckRow]:
        """Give checks that this Party or others asked, newest first; those whose id begins so."""
        return self._all(CheckRow, _CHECKS, id=id, end=id + _BEYOND, ours=ours, limit=limit)

    def watches(self, at: Instant, party: str) -> Sequence[CheckRow]:
        """Give the watches that stand at an instant and are answered here, by `party`, oldest first."""
        return self._all(CheckRow, _WATCHES, at=at, party=party)

    def count_watches(self, at: Instant, peer: str) -> int:
        """Count the watches of another Party that stand at an instant and are answered here."""
        return int(self._value(_COUNT_WATCHES, at=at, peer=peer))

    def put_hit(self, row: HitRow) -> None:
        """Keep a hit or its changed state."""
        self._put(tables.hits, ("id",), values_of(row))

    def hit(self, id: str) -> HitRow | None:
        """Give one hit."""
        return self._one(HitRow, _HIT, id=id)

    def hits(self, id: str = "", *, ours: bool, limit: int = 1000) -> Sequence[HitRow]:
        """Give hits told to this Party or to others, newest first; those whose id begins so."""
        return self._all(HitRow, _HITS, id=id, end=id + _BEYOND, ours=ours, limit=limit)

    def hits_of_check(self, check: str) -> Sequence[HitRow]:
        """Give the hits of one check or watch, in the order in which they were found."""
        return self._all(HitRow, _HITS_OF_CHECK, check=check)

    def hits_on(self, key: str) -> Sequence[HitRow]:
        """Give the hits on one record, oldest first."""
        return self._all(HitRow, _HITS_ON, key=key)

    def put_budget(self, row: BudgetRow) -> None:
        """Keep a day's count."""
        self._put(tables.budgets, ("agreement", "asker", "holder", "day"), values_of(row))

    def budget(self, agreement: str, asker: str, holder: str, day: str) -> int:
        """Give how many questions were asked on a day."""
        return int(self._value(_BUDGET, agreement=agreement, asker=asker, holder=holder, day=day) or 0)

    def budgets(self, day: str) -> Sequence[BudgetRow]:
        """Give all counts of a day."""
        return self._all(BudgetRow, _BUDGETS, day=day)

    def put_flag(self, row: FlagRow) -> None:
        """Keep a flag or its changed state."""
        self._put(tables.flags, ("id",), values_of(row))

    def flag(self, id: str) -> FlagRow | None:
        """Give one flag."""
        return self._one(FlagRow, _FLAG, id=id)

    def flags(self, id: str = "") -> Sequence[FlagRow]:
        """Give flags, newest first; those whose id begins so."""
        return self._all(FlagRow, _FLAGS, id=id, end=id + _BEYOND)

    def flags_on(self, key: str) -> Sequence[FlagRow]:
        """Give the flags on one record, oldest first."""
        return self._all(FlagRow, _FLAGS_ON, key=key)

    def put_threshold(self, row: ThresholdRow) -> None:
        """Enter a threshold; those before stay as history."""
        self._insert(tables.thresholds, values_of(row))

    def thresholds(self, agreement: str = "") -> Sequence[ThresholdRow]:
        """Give the history of thresholds, oldest first: of all agreements, or of one."""
        if agreement:
            return self._all(ThresholdRow, _THRESHOLDS_OF, agreement=agreement)
        return self._all(ThresholdRow, _THRESHOLDS)

    def put_judgement(self, row: JudgementRow) -> None:
        """Enter a judgement, or keep it in place of the one with its number."""
        self._put(tables.judgements, ("number",), values_of(row))

    def judgements(self) -> Sequence[JudgementRow]:
        """Give the history of merges, oldest first."""
        return self._all(JudgementRow, _JUDGEMENTS)
