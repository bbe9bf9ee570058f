"""The keys of connections, as cards list them: one's own, and those of the Parties whose cards were accepted.

No authority stands above two Parties: what a connection is held against is the newest accepted card, at this instant.
A key that does not count is given with the reason, so that both ends can say in one line what is amiss.
"""

from collections.abc import Iterable

import msgspec

from comity.cards import TLS, SignedCard
from comity.clock import Instant
from comity.errors import RefusedHere
from comity.keys import SigningKey, VerifyKey
from comity.node.node import Node
from comity.ports import Transaction
from comity.strict import read_base64


class PinnedKey(msgspec.Struct, frozen=True):
    """A key of connections: whose, its public half, and why it does not count now (empty where it does)."""

    party: str
    key: VerifyKey
    amiss: str = ""


def own_key(node: Node, transaction: Transaction) -> SigningKey:
    """Give the key this node answers and calls with: of those in force the oldest, which every peer's copy has.

    A new card that lists a new key beside the old one is thus known to peers before the new key is shown to anybody.

    Raises:
        RefusedHere: its card lists no key for connections in force, or its private half is not here.
    """
    at = node.clock.now()
    row = transaction.card(node.party)
    if row is None:
        raise RefusedHere(f"{node.party} has no card", hint="comity init makes one")
    card = node.reader.card(row)
    listed = card.signing_keys(TLS, at)
    for entry in sorted(card.card.signing, key=lambda entry: entry.from_):
        if entry.keyid in listed:
            key = node.keyring.signing_key(entry.keyid)
            if key is not None:
                return key
    raise RefusedHere(
        f"card {card.card.version} of {node.party} lists no key for connections that is in force and held here",
        hint="comity card revoke-key tls --as-of DAY --because lost"
        if listed
        else "comity card rotate --role tls",
    )


def pinned_keys(node: Node, transaction: Transaction) -> dict[str, PinnedKey]:
    """Give every key of connections that an accepted card of another Party lists or listed, by fingerprint."""
    at = node.clock.now()
    cards: dict[str, list[SignedCard]] = {}
    for row in transaction.cards():
        if not row.vouched and row.party != node.party:
            cards.setdefault(row.party, []).append(node.reader.card(row))
    found: dict[str, PinnedKey] = {}
    for party, versions in cards.items():
        newest = max(versions, key=lambda card: card.card.version)
        for card in versions:
            for keyid, key in _listed(card):
                found[keyid] = PinnedKey(party, key, _amiss(newest, keyid, at))
    return found


def keys_of(node: Node, transaction: Transaction, party: str) -> dict[str, VerifyKey]:
    """Give the keys a Party may answer with now, by fingerprint.

    Raises:
        RefusedHere: there is none, and why.
    """
    row = transaction.card(party)
    if row is None or row.vouched:
        raise RefusedHere(f"no card of {party} is known here", hint="comity card accept FILE")
    card, at = node.reader.card(row), node.clock.now()
    keys = card.signing_keys(TLS, at)
    if keys:
        return keys
    if at >= card.card.expires:
        raise RefusedHere(_expired(card), hint=f"ask {party} for its present card: comity card accept FILE")
    raise RefusedHere(f"card {card.card.version} of {party} lists no key for connections in force")


def _listed(card: SignedCard) -> Iterable[tuple[str, VerifyKey]]:
    for entry in card.card.signing:
        if TLS in entry.functions:
            yield entry.keyid, VerifyKey(read_base64(entry.public, length=32, what="card: key"))


def _amiss(newest: SignedCard, keyid: str, at: Instant) -> str:
    if at >= newest.card.expires:
        return _expired(newest)
    if keyid in newest.signing_keys(TLS, at):
        return ""
    if any(entry.keyid == keyid for entry in newest.card.signing):
        return f"the key is not in force now by card {newest.card.version} of {newest.party}"
    return f"card {newest.card.version} of {newest.party} no longer lists the key"


def _expired(card: SignedCard) -> str:
    return f"card {card.card.version} of {card.party} expired at {card.card.expires:%Y-%m-%dT%H:%M:%SZ}"
