"""What one member's register shows, read for the invariants: records, questions, what was told, what was counted."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from comity.clock import Instant
from comity.ports import CheckRow, HitRow, JournalRow, RecordRow, Transaction

__all__ = ["RegisterView", "changes_registers"]

_EVERYTHING = 1_000_000


def changes_registers(row: JournalRow) -> bool:
    """Tell whether what an entry stands for can have changed anything of a register."""
    return "register" in row.kind


class RegisterView:
    """One member's rows of its register.

    Attributes:
        records: those kept here, by key. `asked`: what this member asked. `answering`: what others asked it.
        told: lines it told others, by name. `heard`: lines it was told.
        counted: questions counted, by agreement, asker, holder and day.
    """

    def __init__(self) -> None:
        self.records: dict[str, RecordRow] = {}
        self.asked: list[CheckRow] = []
        self.answering: list[CheckRow] = []
        self.told: dict[str, HitRow] = {}
        self.heard: dict[str, HitRow] = {}
        self.counted: dict[tuple[str, str, str, str], int] = {}

    @classmethod
    def read(cls, transaction: Transaction, said: Iterable[Instant]) -> "RegisterView":
        """Read a member's register; `said`: when what came was written, by whose day it is counted."""
        view = cls()
        view.records = {row.key: row for row in transaction.records(limit=_EVERYTHING)}
        view.asked = list(transaction.checks(ours=True, limit=_EVERYTHING))
        view.answering = list(transaction.checks(ours=False, limit=_EVERYTHING))
        view.told = {row.id: row for row in transaction.hits(ours=False, limit=_EVERYTHING)}
        view.heard = {row.id: row for row in transaction.hits(ours=True, limit=_EVERYTHING)}
        for day in {at.date().isoformat() for at in (*said, *(row.at for row in view.asked))}:
            for row in transaction.budgets(day):
                view.counted[row.agreement, row.asker, row.holder, row.day] = row.asked
        return view

    def told_in(self, check: CheckRow) -> dict[str, HitRow]:
        """Give the lines told in answer to a check, by the record's key."""
        return {row.key: row for row in self.told.values() if (row.check, row.peer) == (check.id, check.peer)}

    @staticmethod
    def unseen_in(check: CheckRow) -> set[str]:
        """Give the keys of the silent records a check met, of which its asker does not know."""
        return {key for key, _ in json.loads(check.unseen)} if check.unseen else set()

    @staticmethod
    def words(record: RecordRow) -> Mapping[str, Any]:
        """Give what stands in a record, as it was written down."""
        read: dict[str, Any] = json.loads(record.body)
        return read
