"""What a node needs from outside: a place to keep things, a way to move bytes, a clock, its keys.

The use cases in `comity.node` see only this page. `comity.storage` keeps rows in SQLite or PostgreSQL, `comity.testing`
runs many nodes in one process over the same port, `comity.assemble` plugs the real ones in.

Duties of a `Store`:

- `write` runs a piece of work against a `Transaction` and returns **only after its effects are durable**; what the
  work raised is raised again and leaves nothing behind. Pieces of work never run at the same time (one sequencer),
  even where several workers share the rows; what one of them keeps in memory of texts and acts it must `watch`.
- `read` runs a piece of work that changes nothing.

A row is a frozen value; a changed row is a new value. A file holds one kind of rows and the part of the port that keeps
them.
"""

from comity.ports.closings import AnswerRow, PassedLine, Passing
from comity.ports.items import Disclosure, FlowRow, Holding, ItemRow, Passed
from comity.ports.journal import Head, JournalRow, KeptHead, KnownTime, ReconciliationRow
from comity.ports.knowledge import AgreementRow, CardRow, ProposalRow, StatementRow
from comity.ports.mailboxes import (
    ChannelRow,
    CircuitRow,
    InboxRow,
    OutboxRow,
    PouchRow,
    RequestRow,
    UnsentRow,
)
from comity.ports.matters import ACCEPTED, CostRow, DeadlineRow, DueLine, LedgerLine, MatterParts, MatterRow
from comity.ports.officers import (
    AttemptRow,
    CredentialRow,
    DraftRow,
    LinkRow,
    OfficerRow,
    PendingRow,
    SessionRow,
)
from comity.ports.outside import AnsweredRow, HookRow, OutgoingRow, TokenRow, ToldRow
from comity.ports.register import (
    BudgetRow,
    CheckRow,
    FlagRow,
    HitRow,
    JudgementRow,
    RecordRow,
    StagedRow,
    ThresholdRow,
    key_of,
)
from comity.ports.store import Carrier, Reply, Store
from comity.ports.transaction import Transaction

__all__ = [
    "ACCEPTED",
    "AgreementRow",
    "AnswerRow",
    "AnsweredRow",
    "AttemptRow",
    "BudgetRow",
    "CardRow",
    "Carrier",
    "ChannelRow",
    "CheckRow",
    "CircuitRow",
    "CostRow",
    "CredentialRow",
    "DeadlineRow",
    "Disclosure",
    "DraftRow",
    "DueLine",
    "FlagRow",
    "FlowRow",
    "Head",
    "HitRow",
    "Holding",
    "HookRow",
    "InboxRow",
    "ItemRow",
    "JournalRow",
    "JudgementRow",
    "KeptHead",
    "KnownTime",
    "LedgerLine",
    "LinkRow",
    "MatterParts",
    "MatterRow",
    "OfficerRow",
    "OutboxRow",
    "OutgoingRow",
    "Passed",
    "PassedLine",
    "Passing",
    "PendingRow",
    "PouchRow",
    "ProposalRow",
    "ReconciliationRow",
    "RecordRow",
    "Reply",
    "RequestRow",
    "SessionRow",
    "StagedRow",
    "StatementRow",
    "Store",
    "ThresholdRow",
    "TokenRow",
    "ToldRow",
    "Transaction",
    "UnsentRow",
    "key_of",
]
