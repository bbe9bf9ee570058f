"""One piece of work: all rows of a node together."""

from contextlib import AbstractContextManager
from typing import Protocol

from comity.ports.closings import ClosingRows
from comity.ports.items import ItemRows
from comity.ports.journal import JournalRows
from comity.ports.knowledge import KnowledgeRows
from comity.ports.mailboxes import MailboxRows
from comity.ports.matters import MatterRows
from comity.ports.officers import OfficerRows
from comity.ports.outside import OutsideRows
from comity.ports.register import RegisterRows


class Transaction(
    KnowledgeRows,
    ItemRows,
    ClosingRows,
    MailboxRows,
    MatterRows,
    OfficerRows,
    OutsideRows,
    RegisterRows,
    JournalRows,
    Protocol,
):
    """The rows of a node, as one piece of work sees and changes them."""

    def piece(self) -> AbstractContextManager[None]:
        """Undo everything done inside if it raises; the rest of the piece of work goes on."""
        ...
