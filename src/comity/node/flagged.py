"""What rests on a key that was lost or stolen: flagged, never deleted (`specs/card.md` §3).

Of another Party: letters signed with the key and dated its day or later; for a stolen key also what arrived after the
theft was known, whatever its date, since a thief may write any. Of this Party: everything entered with others from that
day until the card that says so, because what bears the key's signature then may not be its owner's word.

Nothing is refused here: what came later than the card that revokes a key is judged when it is taken in (`receive.py`).
"""

from collections.abc import Iterable, Sequence

import msgspec

from comity.cards import SignedCard
from comity.clock import Instant
from comity.node.node import Node
from comity.ports import CardRow, InboxRow, JournalRow, Transaction

_PAGE = 1000


class Doubt(msgspec.Struct, frozen=True):
    """A key in doubt: whose, which, since when, why, and when that became known here."""

    party: str
    key: str
    as_of: Instant
    because: str
    known_at: Instant

    def __str__(self) -> str:
        return f"key {self.key[:24]}… of {self.party} was {self.because} at {self.as_of:%Y-%m-%d}"


def doubts(node: Node, transaction: Transaction) -> dict[str, list[Doubt]]:
    """Give the keys in doubt, by Party."""
    knowledge = node.know(transaction)
    accepted: dict[str, CardRow] = {row.digest: row for row in transaction.cards() if not row.vouched}
    found: dict[str, list[Doubt]] = {}
    for party in {card.party for card in knowledge.cards.all()}:
        newest = knowledge.cards.newest(party)
        if newest is None:
            continue
        for each in newest.card.revoked:
            told = [
                card
                for card in knowledge.cards.all()
                if card.party == party and each.keyid in card.card.revocations
            ]
            known = min(_known_at(card, accepted, own=party == node.party) for card in told)
            found.setdefault(party, []).append(Doubt(party, each.keyid, each.as_of, each.because, known))
    return found


def _known_at(card: SignedCard, accepted: dict[str, CardRow], *, own: bool) -> Instant:
    row = accepted.get(card.digest)
    return card.card.issued if own or row is None else row.accepted_at


def of_letter(row: InboxRow, about: Sequence[Doubt]) -> str:
    """Say why a letter is in doubt; nothing where it is not."""
    for doubt in about:
        late = doubt.because == "stolen" and row.at >= doubt.known_at
        if row.signer == doubt.key and (row.said_at >= doubt.as_of or late):
            return str(doubt)
    return ""


def of_entries(node: Node, transaction: Transaction, rows: Iterable[JournalRow]) -> dict[int, str]:
    """Give the entries in doubt by their numbers, each with why."""
    keys = doubts(node, transaction)
    found: dict[int, str] = {}
    if not keys:
        return found
    for row in rows:
        for doubt in keys.get(node.party, ()):
            if row.channel in (*_peers(node, transaction),) and doubt.as_of <= row.at < doubt.known_at:
                found[row.number] = str(doubt)
        letter = transaction.inbox(row.act) if row.channel in keys else None
        if letter is not None and (why := of_letter(letter, keys[row.channel])):
            found[row.number] = why
    return found


def _peers(node: Node, transaction: Transaction) -> frozenset[str]:
    return node.know(transaction).peers()


def all_entries(node: Node, transaction: Transaction) -> dict[int, str]:
    """Give every entry in doubt; reads only the channels that some key in doubt concerns."""
    keys = doubts(node, transaction)
    channels = _peers(node, transaction) if node.party in keys else keys.keys() & _peers(node, transaction)
    found: dict[int, str] = {}
    for channel in sorted(channels):
        after = 0
        while rows := transaction.journal(channel=channel, after=after, limit=_PAGE):
            found |= of_entries(node, transaction, rows)
            after = rows[-1].channel_number
    return dict(sorted(found.items()))
