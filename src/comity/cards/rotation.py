"""The next card of a Party: keys put in the place of others, keys revoked, the root shared anew.

A signing key gives way at once: the new one signs from now, and what the old one signed before stays good. A sealing
key overlaps: others seal for the new one from now, and what they sealed for the old one before they had the new card is
still opened until the overlap ends. A key for TLS comes later instead of leaving later: peers know it by the card, and
must have the card before it answers. Where the one before was lost or stolen nothing would answer until then, so it
comes at once.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from comity.cards.card import (
    TLS,
    Card,
    Entry,
    Revocation,
    RootKeys,
    SealingEntry,
    SigningEntry,
    is_revoked,
    sealing_entry,
    signing_entry,
)
from comity.errors import BadInput, NotFound
from comity.keys import SealingPublic, VerifyKey
from comity.strict import write_base64

#: How long an old sealing key opens what was sealed for it: longer than the three weeks a partition may last.
OVERLAP: Final = timedelta(days=30)
#: How long before its first day a key for TLS stands in the card.
LEAD: Final = timedelta(days=7)
#: How long a new card speaks.
CARD_LIFE: Final = timedelta(days=730)

#: What the everyday key may do; persons with full powers have keys of their own.
EVERYDAY: Final = ("disclosure", "consent", "control", "journal", "agreement")
_WITNESS: Final = ("witness",)
ROLES: Final = ("everyday", "officer", "witness", "tls", "sealing")
#: Room for keys of the past; the oldest are left out when it is full.
_MOST_KEYS: Final = 60


def role_of(entry: SigningEntry | SealingEntry) -> str:
    """Say which of the node's keys an entry is, by what it may do."""
    if isinstance(entry, SealingEntry):
        return "sealing"
    if TLS in entry.functions:
        return "tls"
    if "disclosure" in entry.functions:
        return "everyday"
    return "witness" if entry.functions == _WITNESS else "officer"


def next_card(held: Card, at: datetime, *, life: timedelta = CARD_LIFE) -> Card:
    """Give the card after `held` with nothing else changed."""
    return msgspec.structs.replace(
        held, version=held.version + 1, issued=at, expires=max(held.expires, at + life)
    )


def with_key(
    card: Card,
    role: str,
    key: VerifyKey | SealingPublic,
    *,
    overlap: timedelta = OVERLAP,
    lead: timedelta = LEAD,
) -> Card:
    """Put a new key in the place of those of its role that are in force when the card is issued.

    Keys that were lost or stolen are said to be so before their successors are put in their place.

    Raises:
        BadInput: there is no such role, or the key is of the wrong kind for it.
        NotFound: the card has no key of that role whose functions the new one could take over.
    """
    if role not in ROLES:
        raise BadInput(f"`{role[:40]}` is no role of a key: {', '.join(ROLES)} are")
    if isinstance(key, SealingPublic) != (role == "sealing"):
        raise BadInput(f"a key of the wrong kind for the role {role}")
    at = card.issued
    if isinstance(key, SealingPublic):
        sealing = tuple(_ended(each, at + overlap) for each in card.sealing)
        return msgspec.structs.replace(card, sealing=_room((sealing_entry(key, at, card.expires), *sealing)))
    present = [each for each in card.signing if role_of(each) == role]
    if not present:
        raise NotFound(f"card {card.version - 1} of {card.party} has no key of the role {role}")
    speaks = any(
        each.from_ <= at < each.until and not is_revoked(card.revocations, each.keyid, at) for each in present
    )
    if role != TLS or not speaks:  # nothing is left that could answer in the meantime
        lead = timedelta(0)
    begins, ends = at + lead, at + 2 * lead
    functions = max(present, key=lambda each: each.from_).functions
    signing = tuple(
        _ended(each, ends) if role_of(each) == role else each
        for each in card.signing
        if role_of(each) != role or each.from_ <= at  # one that was still to come never spoke
    )
    fresh = signing_entry(key, functions, begins, card.expires)
    return msgspec.structs.replace(card, signing=_room((fresh, *signing)))


def with_root(card: Card, keys: Sequence[VerifyKey], threshold: int) -> Card:
    """Put the card under another root: one key, or `threshold` of several.

    Raises:
        BadInput: no key, or a threshold that is not less than the number of several keys.
    """
    if not keys or (len(keys) == 1 and threshold != 1) or (len(keys) > 1 and not 0 < threshold < len(keys)):
        raise BadInput(
            f"a root of {len(keys)} keys of which {threshold} sign: one key alone, or fewer than there are",
            hint="for instance 2 of 3",
        )
    written = tuple(write_base64(key.raw) for key in keys)
    root = written[0] if len(written) == 1 else RootKeys(threshold, written)
    return msgspec.structs.replace(card, root=root)


def with_revocations(card: Card, revoked: Iterable[Revocation]) -> Card:
    """Say that keys were lost or stolen; an earlier day takes the place of one said before."""
    found: dict[str, Revocation] = dict(card.revocations)
    for each in revoked:
        before = found.get(each.keyid)
        found[each.keyid] = each if before is None or each.as_of < before.as_of else before
    return msgspec.structs.replace(card, revoked=tuple(found.values()))


def named_key(card: Card, name: str) -> str:
    """Find a key of the card by its role (the one in force) or by what its fingerprint begins with.

    Raises:
        NotFound: there is none, or several.
    """
    entries: tuple[SigningEntry | SealingEntry, ...] = (*card.signing, *card.sealing)
    by_role = [each for each in entries if role_of(each) == name and each.from_ <= card.issued < each.until]
    if by_role:
        return max(by_role, key=lambda each: each.from_).keyid
    digits = name.rpartition(":")[2]
    ids = [each.keyid for each in entries] + list(card.root_rule.keys)
    found = {keyid for keyid in ids if keyid.startswith(name) or keyid.rpartition(":")[2].startswith(digits)}
    if len(digits) < 6 or len(found) != 1:
        raise NotFound(f"no one key of card {card.version} is `{name[:80]}`", hint="comity card keys")
    return found.pop()


def ended(cards: Iterable[Card], at: datetime) -> Collection[str]:
    """Give the keys that sign or open nothing any more, by the newest of a Party's cards that names each.

    A sealing key that was stolen still opens until its days are over: letters sealed for it may be under way.
    """
    until: dict[str, datetime] = {}
    for card in sorted(cards, key=lambda each: each.version):
        until |= {entry.keyid: entry.until for entry in card.signing}
        until |= {entry.keyid: entry.until for entry in card.sealing}
        lost = card.revocations.keys() & {entry.keyid for entry in card.signing}
        until |= dict.fromkeys(lost, card.issued)
    return frozenset(keyid for keyid, day in until.items() if day <= at)


def _ended(entry: Entry, at: datetime) -> Entry:
    """Give an entry whose days end at `at`; one that began only then has a second."""
    last = max(at, entry.from_ + timedelta(seconds=1))
    return entry if entry.until <= last else msgspec.structs.replace(entry, until=last)


def _room(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    return entries[: _MOST_KEYS // 2]
