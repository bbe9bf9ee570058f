"""This Party's account of a channel: which messages its journal says it sent and received.

Both Parties enter a message under one id, so two accounts can be compared by id. What the two say to each other about
their journals stands in no account: comparing must not change what is compared.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable
from weakref import WeakKeyDictionary

import msgspec

from comity.federation.messages import ABOUT_JOURNALS, KINDS
from comity.journal.reconcile import ActSet
from comity.node.node import Node
from comity.ports import Transaction

__all__ = ["Account", "Comparison", "Sets", "account_of", "difference_of", "sets_of"]

_COUNTED = sorted(set(KINDS) - ABOUT_JOURNALS - {"receipts"})
_SENT = frozenset(f"sent-{kind}" for kind in _COUNTED)
_RECEIVED = frozenset(
    f"{word}-{kind}" for word in ("received", "quarantined", "waiting") for kind in _COUNTED
)
#: Accounts of a million acts take some 40 MB; so many are kept at hand between two questions.
_AT_HAND = 4


class Account(msgspec.Struct, frozen=True):
    """The ids of the messages one Party says it sent to and received from a peer, in its journal's order."""

    sent: tuple[str, ...]
    received: tuple[str, ...]


class Sets(msgspec.Struct, frozen=True):
    """An account as sets that can be asked for their parts."""

    sent: ActSet
    received: ActSet


class Comparison(msgspec.Struct, frozen=True):
    """What two accounts of one channel show, from this Party's side.

    Attributes:
        agreed: messages both sides have.
        lost: messages this side has a receipt for, and the peer does not have: one of the two is wrong.
        under_way: messages whose sender, this side or the other, has no receipt yet.
        unseen: messages the peer says it sent, with a receipt, and this side has not received.
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


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Ids in which two accounts differ, as this side sees them, and what the other says of them.

    Attributes:
        sent_unheard: sent here, not received there. `received_unsent`: received here, not sent there.
        sent_unseen: sent there, not received here. `received_unknown`: received there, not sent here.
        under_way: those that the other sent and has no receipt for.
        entered_since: those that the other has entered since its account was drawn up.
    """

    sent_unheard: Collection[str]
    received_unsent: Collection[str]
    sent_unseen: Collection[str]
    received_unknown: Collection[str]
    under_way: frozenset[str] = frozenset()
    entered_since: frozenset[str] = frozenset()


def account_of(transaction: Transaction, peer: str) -> Account:
    """Read one's account of a channel from the journal."""
    entered = list(transaction.acts_entered(peer))
    return Account(
        sent=tuple(act for kind, act in entered if kind in _SENT),
        received=tuple(dict.fromkeys(act for kind, act in entered if kind in _RECEIVED)),
    )


#: By node, the accounts drawn up last: what was said of a horizon is not read again for each question.
_SETS: "WeakKeyDictionary[Node, OrderedDict[tuple[str, str, int], Sets]]" = WeakKeyDictionary()


def sets_of(node: Node, transaction: Transaction, peer: str, reconciliation: str, horizon: int) -> Sets:
    """Give one's account of a channel up to an entry, as sets.

    Args:
        reconciliation: for which it is; its random name keeps accounts apart that never came to be.
    """
    held = _SETS.setdefault(node, OrderedDict())
    key = (reconciliation, peer, horizon)
    if key not in held:
        held[key] = _drawn_up(transaction, peer, horizon)
    held.move_to_end(key)
    while len(held) > _AT_HAND:
        held.popitem(last=False)
    return held[key]


def _drawn_up(transaction: Transaction, peer: str, horizon: int) -> Sets:
    """Read an account once, 32 bytes a message."""
    sent, received = transaction.acts_joined(peer, horizon, (_SENT, _RECEIVED))
    return Sets(ActSet.joined(sent), ActSet.joined(received))


def difference_of(
    transaction: Transaction, peer: str, horizon: int, sets: Sets, found: Difference
) -> Comparison:
    """Say what a difference comes to, by what this side's journal says now.

    What one side has entered since its account was drawn up is no difference, nor is what its sender still owes.
    """
    lost, under_way, agreed = [], [], len(sets.sent) + len(sets.received)
    agreed -= len(found.sent_unheard) + len(found.received_unsent)
    for act in found.sent_unheard:
        if _is_owed(transaction, act):
            under_way.append(act)
        elif act in found.entered_since or _settled_since(transaction, act, horizon):
            agreed += 1
        else:
            lost.append(act)
    unseen, foreign, forgotten = [], [], []
    for act in found.sent_unseen:
        if _entered(transaction, peer, act, _RECEIVED):
            agreed += 1
        elif act in found.under_way:
            under_way.append(act)
        else:
            unseen.append(act)
    for act in found.received_unknown:
        if _entered(transaction, peer, act, _SENT):
            agreed += 1
        else:
            foreign.append(act)
    for act in found.received_unsent:
        if act in found.entered_since:
            agreed += 1
        else:
            forgotten.append(act)
    return Comparison(
        peer=peer,
        agreed=agreed,
        lost=tuple(lost),
        under_way=tuple(under_way),
        unseen=tuple(unseen),
        foreign=tuple(foreign),
        forgotten=tuple(forgotten),
    )


def owed_of(transaction: Transaction, acts: Iterable[str]) -> tuple[str, ...]:
    """Give those of some messages that were sent here and have no receipt yet."""
    return tuple(act for act in acts if _is_owed(transaction, act))


def entered_since(transaction: Transaction, peer: str, horizon: int, acts: Iterable[str]) -> tuple[str, ...]:
    """Give those of some messages that were entered after an entry of the channel."""
    return tuple(
        act
        for act in acts
        if any(
            row.channel == peer and row.channel_number > horizon and row.kind in _SENT | _RECEIVED
            for row in transaction.entries_of(act)
        )
    )


def _is_owed(transaction: Transaction, message: str) -> bool:
    row = transaction.outbox(message)
    return row is not None and row.state == "owed"


def _settled_since(transaction: Transaction, message: str, horizon: int) -> bool:
    """Tell whether the peer's receipt came after the account was drawn up: it did not have the message by then."""
    return any(
        row.channel_number > horizon
        for row in transaction.entries_of(message)
        if row.kind == "receipted" or row.kind.startswith("peer-")
    )


def _entered(transaction: Transaction, peer: str, act: str, kinds: frozenset[str]) -> bool:
    return any(row.channel == peer and row.kind in kinds for row in transaction.entries_of(act))
