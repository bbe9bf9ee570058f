"""The draft of this Party's next card, and which of its keys stand where.

The root is not here: the draft goes to whoever holds its keys (`comity.cards.drafts`) and comes back signed to
`introduce.publish_card`. The private halves of new keys lie in the home from the moment the draft is made; they sign
nothing before a card names them.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Literal

import msgspec

from comity.cards import Card, Revocation, SealingEntry, SigningEntry
from comity.cards.drafts import Draft, draft
from comity.cards.rotation import (
    OVERLAP,
    ended,
    named_key,
    next_card,
    role_of,
    with_key,
    with_revocations,
    with_root,
)
from comity.clock import Instant, format_instant
from comity.errors import BadInput
from comity.keys import SealingPublic, VerifyKey
from comity.node.node import Node
from comity.ports import Transaction


class Revoke(msgspec.Struct, frozen=True):
    """A key to be revoked: by its role or the beginning of its fingerprint, from which instant on, and why."""

    key: str
    as_of: Instant
    because: str


class KeyShown(msgspec.Struct, frozen=True):
    """A key of this Party: its role, name, functions and days, and what is to be known of it now.

    `state`: in force, to come, overlapping, over, lost, stolen. `held`: its private half is in this home.
    """

    role: str
    key: str
    functions: tuple[str, ...]
    from_: str
    until: str
    state: str
    held: bool


def draft_card(
    node: Node,
    transaction: Transaction,
    *,
    keys: Mapping[str, VerifyKey | SealingPublic],
    revoke: Sequence[Revoke] = (),
    root: Sequence[VerifyKey] = (),
    threshold: int = 1,
    endpoints: Sequence[str] | None = None,
    names: Mapping[str, str] | None = None,
    overlap: timedelta = OVERLAP,
    version: int | None = None,
) -> Draft:
    """Draft the card that follows this Party's newest.

    Args:
        keys: new public keys by role.
        revoke: keys that were lost or stolen.
        root: keys of another root, of which `threshold` are to sign; none to keep the present one.
        endpoints, names: in place of the present ones, where given.
        overlap: how long an old sealing key goes on opening.
        version: a number higher than the next, where a thief has published cards.

    Raises:
        BadInput: the card would break a rule (all mistakes are given), or a key is revoked as of a day to come.
        NotFound: a key named is not in the card.
    """
    at = node.now(transaction).replace(microsecond=0)
    held = node.know(transaction).own
    card = next_card(held.card, max(at, held.card.issued))
    card = with_revocations(card, [_revocation(held.card, each, at) for each in revoke])
    for role, key in keys.items():
        card = with_key(card, role, key, overlap=overlap)
    if root:
        card = with_root(card, root, threshold)
    if endpoints is not None:
        card = msgspec.structs.replace(card, endpoints=tuple(endpoints))
    if names:
        card = msgspec.structs.replace(card, names=dict(names))
    if version is not None:
        if version <= held.card.version:
            raise BadInput(f"version {version} is not higher than {held.card.version}, which is published")
        card = msgspec.structs.replace(card, version=version)
    return draft(card, held)


def _revocation(card: Card, said: Revoke, at: Instant) -> Revocation:
    if said.because not in ("lost", "stolen"):
        raise BadInput(f"`{said.because[:40]}`: a key is lost or stolen")
    if said.as_of > at:
        raise BadInput(
            f"{said.as_of:%Y-%m-%d} has not come: a key that is lost or stolen is so as of a day that has begun",
            hint=f"the newest day that can be named is {at:%Y-%m-%d}, in UTC",
        )
    because: Literal["lost", "stolen"] = "lost" if said.because == "lost" else "stolen"
    return Revocation(named_key(card, said.key), said.as_of, because)


def roles_to_replace(node: Node, transaction: Transaction, revoke: Sequence[Revoke]) -> list[str]:
    """Give the roles whose present key is among those to be revoked: a Party must not be left without."""
    at = node.now(transaction)
    card = node.know(transaction).own.card
    gone = {named_key(card, each.key) for each in revoke}
    entries: tuple[SigningEntry | SealingEntry, ...] = (*card.signing, *card.sealing)
    return sorted({role_of(each) for each in entries if each.keyid in gone and at < each.until})


def own_keys(node: Node, transaction: Transaction) -> list[KeyShown]:
    """Give the keys of this Party's newest card, and of its root, with what is to be known of each now."""
    at = node.now(transaction)
    card = node.know(transaction).own.card
    held = {key.fingerprint for key in node.keyring.sealing_keys()}
    found = [
        KeyShown(
            "root",
            keyid,
            (),
            format_instant(card.issued),
            format_instant(card.expires),
            "in force",
            held=False,
        )
        for keyid in card.root_rule.keys
    ]
    entries: tuple[SigningEntry | SealingEntry, ...] = (*card.signing, *card.sealing)
    for entry in sorted(entries, key=lambda each: (role_of(each), each.from_)):
        found.append(
            KeyShown(
                role_of(entry),
                entry.keyid,
                entry.functions if isinstance(entry, SigningEntry) else (),
                format_instant(entry.from_),
                format_instant(entry.until),
                _state(card, entry, entries, at),
                held=entry.keyid in held or node.keyring.signing_key(entry.keyid) is not None,
            )
        )
    return found


def _state(
    card: Card,
    entry: SigningEntry | SealingEntry,
    entries: Sequence[SigningEntry | SealingEntry],
    at: Instant,
) -> str:
    revoked = card.revocations.get(entry.keyid)
    if revoked is not None:
        return revoked.because
    if at < entry.from_:
        return "to come"
    if at >= min(entry.until, card.expires):
        return "over"
    newer = any(role_of(each) == role_of(entry) and entry.from_ < each.from_ <= at for each in entries)
    return "overlapping" if newer else "in force"


def ended_keys(node: Node, transaction: Transaction, at: Instant) -> frozenset[str]:
    """Give the keys of this Party that sign and open nothing any more."""
    cards = [card.card for card in node.know(transaction).cards.all() if card.party == node.party]
    return frozenset(ended(cards, at))
