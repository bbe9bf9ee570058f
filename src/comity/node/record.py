"""Entering acts in this node's journal.

An entry holds a commitment and never content; what it stands for is kept beside it and can be erased. A home that was
restored from an old backup enters nothing but what reconciling needs (`witness.py`).
"""

import hashlib
from collections.abc import Sequence
from typing import NoReturn

from comity.clock import Instant
from comity.errors import BadInput, RefusedHere
from comity.federation.messages import ABOUT_JOURNALS
from comity.identifiers import is_party_id
from comity.journal.append import NODE, Appender
from comity.journal.entries import KEY, LOCAL
from comity.journal.merkle import Frontier
from comity.node import known_time
from comity.node.node import Node
from comity.ports import Head, JournalRow, KeptHead, Transaction

#: What a home enters while it is behind: that it reconciles, what comes back for it, and what it finds.
_WHILE_BEHIND = frozenset(
    {f"{word}-{kind}" for word in ("sent", "received", "quarantined", "waiting") for kind in ABOUT_JOURNALS}
    | {"receipted", "reconciled", "reconciled-differing", "restored", "peer-restored", "equivocation"}
    | {"inconsistent", "rolled-back", "peer-quarantined", "peer-waiting", "quarantined-envelope"}
    | {"channel-stopped"}
)


def enter(
    node: Node, transaction: Transaction, kind: str, *, channel: str, act: str, detail: bytes, at: Instant
) -> int:
    """Enter one act; give its number.

    Args:
        kind: what was done, such as `decided` or `sent-disclosure`.
        channel: the peer it concerns; empty for what concerns nobody else.
        act: its digest: both sides enter one act under the same.
        detail: what the entry commits to.

    Raises:
        BadInput: the channel is not a Party's.
        RefusedHere: this home is behind what a peer has kept of it.
    """
    if kind not in _WHILE_BEHIND and (behind := transaction.behind()):
        refuse_behind(transaction, behind)
    if channel and not is_party_id(channel):
        raise BadInput(f"`{channel[:80]}` is not a Party: a DNS name in lower case is")
    known_time.advance(transaction, at)
    tree = channel or LOCAL
    appender = Appender(
        {NODE: _frontier(transaction, NODE), tree: _frontier(transaction, tree)}, transaction.last_entry_at()
    )
    line = appender.enter(channel=tree, kind=kind, act=act, at=at, key=node.entropy(KEY), detail=detail)
    transaction.append(
        [
            JournalRow(
                number=line.number,
                channel=line.channel,
                channel_number=line.channel_number,
                at=line.at,
                kind=line.kind,
                act=line.act,
                leaf=line.leaf,
                key=line.key,
                detail=line.detail,
            )
        ],
        [
            Head(channel=name, size=frontier.size, frontier=tuple(frontier.peaks))
            for name, frontier in appender.changed().items()
        ],
    )
    return line.number


def refuse_behind(transaction: Transaction, behind: Sequence[KeptHead]) -> NoReturn:
    """Say which peers have kept more of this journal than is here.

    Raises:
        RefusedHere: always.
    """
    told = [
        f"{row.peer} has kept {row.size} entries of the journal with it, "
        f"{transaction.head(row.peer).size} are here"
        for row in behind
    ]
    raise RefusedHere(
        f"this home was restored from an old backup: {'; '.join(told)}; nothing new is entered",
        hint=f"comity journal reconcile {behind[0].peer}",
    )


def digest_of(data: bytes) -> str:
    """Give the SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _frontier(transaction: Transaction, tree: str) -> Frontier:
    head = transaction.head(tree)
    return Frontier(size=head.size, peaks=head.frontier)
