"""Two journals side by side: does each have what the other says it sent?

Each side shows its account of the channel: the ids of the messages it sent and received, in its journal's order. The
accounts are compared by the one that asked, and by the one that was asked; reconciling itself leaves no message in
either account, or two honest Parties would never agree.
"""

import msgspec

from comity.clock import Instant
from comity.errors import RefusedHere
from comity.federation.messages import Account, Reconcile
from comity.node import record
from comity.node.node import Node
from comity.node.post import owe
from comity.node.verdict import Verdict
from comity.ports import Transaction
from comity.sealing.receipts import Receipt
from comity.signing import from_bytes
from comity.strict import read_as

#: Messages one account may name; longer channels are reconciled by trie.
MAX_ACTS = 50_000

_PAGE = 5_000


class Comparison(msgspec.Struct, frozen=True):
    """What two accounts of one channel show, from this Party's side.

    Attributes:
        agreed: messages both sides have.
        lost: messages this side has a receipt for, and the peer does not have: one of the two is wrong.
        under_way: messages sent and not yet receipted.
        unseen: messages the peer says it sent and this side has not received: lost, late, or never sent.
        foreign: messages the peer says it received and this side never sent.
        forgotten: messages received here that the peer does not say it sent.
    """

    peer: str
    agreed: int
    lost: tuple[str, ...] = ()
    under_way: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    forgotten: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Tell whether the two agree, but for what is still under way."""
        return not (self.lost or self.unseen or self.foreign or self.forgotten)


def ask_account(node: Node, transaction: Transaction, peer: str) -> str:
    """Show a peer one's account of the channel and ask for its own; give the message's id."""
    at = node.now(transaction)
    if peer not in node.know(transaction).peers():
        raise RefusedHere(f"there is no agreement with {peer}, so no channel to reconcile")
    message = Reconcile(account=account_of(transaction, peer), asks=True)
    return owe(node, transaction, peer, message, at=at, kind="reconcile")


def take_account(
    node: Node, transaction: Transaction, sender: str, message: Reconcile, *, said: Instant, at: Instant
) -> Verdict:
    """Compare a peer's account, written at `said`, with one's own; enter the outcome; show one's own where asked."""
    mine = account_of(transaction, sender)
    found = compare(transaction, sender, mine, message.account, said)
    outcome = msgspec.json.encode(found)
    record.enter(
        node,
        transaction,
        "reconciled" if found.clean else "reconciled-differing",
        channel=sender,
        act=record.digest_of(outcome),
        detail=outcome,
        at=at,
    )
    if message.asks:
        owe(node, transaction, sender, Reconcile(account=mine, asks=False), at=at, kind="reconcile")
    return Verdict("accepted", detail=outcome)


def account_of(transaction: Transaction, peer: str) -> Account:
    """Read one's account of a channel from the journal."""
    sent: list[str] = []
    received: list[str] = []
    after = 0
    while rows := transaction.journal(channel=peer, after=after, limit=_PAGE):
        for row in rows:
            if row.kind in _SENT:
                sent.append(row.act)
            elif row.kind in _RECEIVED:
                received.append(row.act)
        after = rows[-1].channel_number
    if len(sent) + len(received) > MAX_ACTS:
        raise RefusedHere(f"the channel with {peer} has more than {MAX_ACTS} messages")
    return Account(sent=tuple(sent), received=tuple(received))


def compare(
    transaction: Transaction, peer: str, mine: Account, theirs: Account, said: Instant | None = None
) -> Comparison:
    """Compare two accounts of one channel; `said` is when the peer wrote its own, where that is not now."""
    my_sent, my_received = dict.fromkeys(mine.sent), dict.fromkeys(mine.received)
    their_sent, their_received = dict.fromkeys(theirs.sent), dict.fromkeys(theirs.received)
    missing = [act for act in my_sent if act not in their_received]
    open_here = {act for act in missing if _is_open(transaction, act, said)}
    return Comparison(
        peer=peer,
        agreed=sum(act in their_received for act in my_sent) + sum(act in my_received for act in their_sent),
        lost=tuple(act for act in missing if act not in open_here),
        under_way=tuple(act for act in missing if act in open_here),
        unseen=tuple(act for act in their_sent if act not in my_received),
        foreign=tuple(act for act in their_received if act not in my_sent),
        forgotten=tuple(act for act in my_received if act not in their_sent),
    )


def last_comparison(transaction: Transaction, peer: str) -> tuple[Instant, Comparison] | None:
    """Give the newest comparison with a peer, from the journal."""
    found = None
    after = 0
    while rows := transaction.journal(channel=peer, after=after, limit=_PAGE):
        for row in rows:
            if row.kind in ("reconciled", "reconciled-differing") and row.detail:
                found = (row.at, msgspec.json.decode(row.detail, type=Comparison))
        after = rows[-1].channel_number
    return found


def _is_open(transaction: Transaction, message: str, said: Instant | None) -> bool:
    """Tell whether a message was still under way when the peer wrote its account."""
    row = transaction.outbox(message)
    if row is None:
        return False
    if row.state == "owed":
        return True
    receipt = read_as(from_bytes(row.receipt).payload, Receipt, max_bytes=len(row.receipt))
    return said is not None and receipt.at >= said


_SENT = frozenset({"sent-disclosure", "sent-act", "sent-card", "sent-texts", "sent-proposal"})
_RECEIVED = frozenset(
    f"{word}-{kind}"
    for word in ("received", "quarantined", "waiting")
    for kind in ("disclosure", "act", "card", "texts", "proposal")
)
