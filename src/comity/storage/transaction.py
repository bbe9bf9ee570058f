"""The whole transaction: the parts of `comity.ports.Transaction` put together over one connection."""

from contextlib import AbstractContextManager

from sqlalchemy import Connection

from comity.storage.body_keys import BodyKeys
from comity.storage.database import piece_of_work
from comity.storage.item_rows import ItemRows
from comity.storage.journal_rows import JournalRows
from comity.storage.knowledge_rows import KnowledgeRows
from comity.storage.mailbox_rows import MailboxRows


class SqlTransaction(ItemRows, KnowledgeRows, MailboxRows, JournalRows):
    """All rows of a node over one connection."""

    def __init__(self, connection: Connection, body_keys: BodyKeys) -> None:
        ItemRows.__init__(self, connection, body_keys)

    def piece(self) -> AbstractContextManager[None]:
        """Undo everything done inside if it raises."""
        return piece_of_work(self._connection, self._body_keys)
