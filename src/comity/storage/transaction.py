"""The whole transaction: the parts of `comity.ports.Transaction` put together over one connection."""

import contextlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from comity.clock import Instant
from comity.errors import BadInput
from comity.ports import KnownTime
from comity.storage.body_keys import BodyKeys
from comity.storage.closing_rows import ClosingRows
from comity.storage.failing_disk import cause_of, driver_errors, is_refused_row
from comity.storage.item_rows import ItemRows
from comity.storage.journal_rows import JournalRows
from comity.storage.knowledge_rows import KnowledgeRows
from comity.storage.mailbox_rows import MailboxRows
from comity.storage.matter_rows import MatterRows
from comity.storage.officer_rows import OfficerRows
from comity.storage.outside_rows import OutsideRows
from comity.storage.register_rows import RegisterRows


class SqlTransaction(
    ItemRows,
    ClosingRows,
    KnowledgeRows,
    MailboxRows,
    MatterRows,
    OfficerRows,
    OutsideRows,
    RegisterRows,
    JournalRows,
):
    """All rows of a node over one connection."""

    def __init__(self, connection: Connection, body_keys: BodyKeys) -> None:
        JournalRows.__init__(self, connection)
        self._body_keys = body_keys

    @contextlib.contextmanager
    def piece(self) -> Iterator[None]:
        """Undo everything done inside if it raises; pieces may stand within each other."""
        before = dict(self._held), dict(self._unwritten), self._behind, self._last_at, self._known_time
        self._cursor.execute("SAVEPOINT piece")
        self._body_keys.savepoint()
        try:
            yield
        except driver_errors() as error:
            if not is_refused_row(error):
                raise  # the disk: SQLite may have undone the whole transaction by itself, and the batch is given up
            self._undo(before)
            raise BadInput(f"the database cannot keep this: {cause_of(error)}") from error
        except BaseException:
            self._undo(before)
            raise
        self._cursor.execute("RELEASE piece")
        self._body_keys.release()

    def _undo(self, before: tuple[Any, Any, Any, Instant | None, KnownTime | None]) -> None:
        self._cursor.execute("ROLLBACK TO piece")
        self._cursor.execute("RELEASE piece")
        self._body_keys.undo()
        self._held, self._unwritten, self._behind, self._last_at, self._known_time = before
