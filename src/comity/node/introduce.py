"""Cards: one's own, those of others, and new versions that come by letter."""

from collections.abc import Iterable, Mapping, Sequence

from comity.agreements.governing import Timeline
from comity.cards import SignedCard, check_succession, descended, read_card
from comity.cards.card import is_revoked
from comity.clock import Instant
from comity.errors import ComityError, NotFound, RefusedHere, VerificationFailed
from comity.federation.messages import News
from comity.identifiers import Digest
from comity.node import record
from comity.node.node import Node
from comity.node.post import owe
from comity.node.unsent import send_unsent
from comity.node.verdict import Verdict
from comity.ports import CardRow, Transaction
from comity.sealing.receipts import Ground


def accept_card(node: Node, transaction: Transaction, data: bytes) -> SignedCard:
    """Accept a Party's card by hand. Where an agreement pins its root, the root must be that one.

    From then on that Party may propose an agreement; everything else needs one.

    Raises:
        ForeignInput: it is not a card.
        VerificationFailed: another root than pinned, an older version, or a second face.
    """
    at = node.now(transaction)
    party = read_card(data, root_fingerprint=None).party
    card = _follow(transaction, party, data, pinned_roots(node, transaction, party))
    _keep(node, transaction, card, at, introduced=True)
    return card


def pinned_roots(node: Node, transaction: Transaction, party: str) -> tuple[str, ...]:
    """Give the roots that agreements held here pin for a Party, in order; none where no agreement names it yet.

    The first is the one a text names, the others those that reintroductions put in its place.
    """
    found = (bound_roots(timeline).get(party, ()) for timeline in node.know(transaction).timelines.values())
    return max(found, key=len, default=())


def bound_roots(timeline: Timeline) -> Mapping[str, tuple[str, ...]]:
    """Give the roots an agreement pins, in order: of its Parties, and of those whose joining has effect."""
    agreement = timeline.agreement
    joined = {each.party for each in timeline.life.acts.memberships if each.cause}
    again = timeline.life.conclusion.evidence.repinned
    return {
        party: (root, *again.get(party, ()))
        for party, root in agreement.roots.items()
        if party in agreement.party_clauses or party in joined
    }


def hangs_from(transaction: Transaction, card: SignedCard, pins: Sequence[str]) -> bool:
    """Tell whether the card held of a Party hangs from the roots a text pins, or may be followed by one that does."""
    held = [
        read_card(row.signed, root_fingerprint=None)
        for row in transaction.cards()
        if row.party == card.party and not row.vouched
    ]
    roots = {each.root_fingerprint for each in held}
    if len(pins) > 1 and pins[-1] not in roots:
        return True  # a reintroduction: the card under the new root is on its way
    return any(each.digest == card.digest for each in descended(held, *pins))


def _follow(transaction: Transaction, party: str, data: bytes, pins: Sequence[str]) -> SignedCard:
    """Decide whether a card may take the place of the one held, under the roots pinned."""
    held = _held(transaction, party)
    under = {_root_of(row) for row in transaction.cards() if row.party == party and not row.vouched}
    pinned = pins[-1] if pins else None
    return check_succession(held, data, pinned, repinned=len(pins) > 1 and pinned not in under)


def publish_card(node: Node, transaction: Transaction, data: bytes, *, root_lost: bool = False) -> SignedCard:
    """Take this Party's own new card and send it to every peer whose card is known.

    (1) it follows the one held: a higher version, signed by its root, and by the one before where that changes
    (2) what it tells peers is signed with the key they know, that of the card before: the new card stands by its root
    (3) it is kept and entered; from here on the new keys sign

    Args:
        root_lost: the root before cannot sign. Peers take such a card only once all Parties of a text have signed a
            reintroduction, so it is told to nobody here.

    Raises:
        ForeignInput: it is not a card.
        VerificationFailed: it is another Party's, does not follow, or is not signed by enough.
        RefusedHere: no key of the new card that signs envelopes is held here.
    """
    at = node.now(transaction)
    own = node.know(transaction).own
    # (1)
    came = read_card(data, root_fingerprint=None)
    if came.party != node.party:
        raise VerificationFailed(f"the card is of {came.party}, this node is that of {node.party}")
    card = check_succession(own, data, came.root_fingerprint, repinned=root_lost)
    _check_held(node, card)
    if card.digest == own.digest:
        return own
    # (2)
    if not root_lost:
        tell_card(node, transaction, card, at, under=_speaking(node, own, card, at))
    # (3)
    _keep(node, transaction, card, at)
    return card


def _check_held(node: Node, card: SignedCard) -> None:
    """Refuse a card under which this node could say nothing."""
    if not any(
        node.keyring.signing_key(entry.keyid)
        for entry in card.card.signing
        if "disclosure" in entry.functions
        and entry.until > card.card.issued
        and not is_revoked(card.card.revocations, entry.keyid, card.card.issued)
    ):
        raise RefusedHere(
            f"no key of card {card.card.version} that signs envelopes is held here",
            hint="comity card rotate --role everyday",
        )


def _speaking(node: Node, own: SignedCard, card: SignedCard, at: Instant) -> SignedCard:
    """Give the card under which peers are told: the one they know, while a key of it is still here."""
    try:
        node.keyring.signer(own.card, "disclosure", at)
    except NotFound:
        return card
    return own


def tell_card(
    node: Node, transaction: Transaction, card: SignedCard, at: Instant, *, under: SignedCard
) -> int:
    """Send a card of this Party to every peer whose card is known; give to how many."""
    knowledge = node.know(transaction)
    peers = [peer for peer in sorted(knowledge.peers()) if knowledge.cards.newest(peer) is not None]
    for peer in peers:
        owe(node, transaction, peer, News(card=card.signed.decode()), at=at, kind="card", under=under)
    return len(peers)


def take_news(node: Node, transaction: Transaction, sender: str, message: News, *, at: Instant) -> Verdict:
    """Take in a peer's new card."""
    try:
        card = _follow(transaction, sender, message.card.encode(), pinned_roots(node, transaction, sender))
    except VerificationFailed as error:
        return Verdict("quarantined", grounds=(Ground("card", error.message),))
    if card.party != sender:
        return Verdict(
            "quarantined", grounds=(Ground("card", f"a card of {card.party} in a letter of {sender}"),)
        )
    _keep(node, transaction, card, at)
    return Verdict("accepted", detail=message.card.encode())


def _held(transaction: Transaction, party: str) -> SignedCard | None:
    row = transaction.card(party)
    return (
        None
        if row is None or row.vouched
        else SignedCard(read_card(row.signed, root_fingerprint=None).card, row.signed, Digest(row.digest))
    )


def take_pinned(
    node: Node, transaction: Transaction, party: str, roots: Sequence[str], data: bytes, at: Instant
) -> bool:
    """Take in a card that lies in a text's folder and hangs from a root the text pins; tell whether it was new.

    One that is not newer than the card held, or does not hold, is left aside.
    """
    try:
        card = _follow(transaction, party, data, roots)
    except ComityError:
        return False
    if card.party != party or transaction.card_by_digest(card.digest) is not None:
        return False
    _keep(node, transaction, card, at)
    return True


def _keep(
    node: Node, transaction: Transaction, card: SignedCard, at: Instant, *, introduced: bool = False
) -> None:
    known, newest = transaction.card_by_digest(card.digest), transaction.card(card.party)
    introduced = introduced or (newest is not None and newest.introduced)
    if known is not None and not known.vouched and known.introduced == introduced:
        return
    for other in transaction.cards():
        if other.party == card.party and other.vouched and _root_of(other) != card.root_fingerprint:
            transaction.drop_card(other.digest)
    transaction.put_card(
        CardRow(
            party=card.party,
            version=card.card.version,
            digest=card.digest,
            signed=card.signed,
            accepted_at=at if known is None else known.accepted_at,
            introduced=introduced,
        )
    )
    record.enter(node, transaction, "card", channel="", act=card.digest, detail=card.signed, at=at)
    node.forget()
    send_unsent(node, transaction, at)


def keep_vouched(transaction: Transaction, cards: Iterable[SignedCard], at: Instant) -> None:
    """Keep cards of hands upstream that a peer vouched for, to pass them on with the evidence they came with.

    Where a Party's card was accepted by hand, or hangs from a pinned root, those stand and none of these is kept.
    """
    for card in cards:
        held = transaction.card(card.party)
        if held is not None and not held.vouched:
            continue
        transaction.put_card(
            CardRow(
                party=card.party,
                version=card.card.version,
                digest=card.digest,
                signed=card.signed,
                accepted_at=at,
                vouched=True,
            )
        )


def _root_of(row: CardRow) -> str:
    return read_card(row.signed, root_fingerprint=None).root_fingerprint
