"""A Party's card: where it is reached, what it signs with, what others seal for, signed by its root.

The root's fingerprint stands in the agreement, so that two Parties need no authority above them. The root signs only
cards and can stay offline; everyday keys stand in the card, each with its days and, for signing keys, the functions
they may exercise. An agreement asks for functions by name ("signed by the director"), never for keys.

`card` is what a card holds and which keys count when; `rules` what it must hold; `signed` how it is signed and read;
`succession` how one follows another; `drafts` how a card is signed in steps by people who hold a share of the root.

Exact bytes are kept and passed on; the digest of a card is that of its signed payload. Source: `specs/card.md`.
"""

from comity.cards.card import (
    FUNCTIONS,
    TLS,
    Card,
    Revocation,
    Root,
    RootKeys,
    SealingEntry,
    SigningEntry,
    alone,
    sealing_entry,
    signing_entry,
)
from comity.cards.signed import PAYLOAD_TYPE, SignedCard, issue, read_card
from comity.cards.succession import check_chain, check_succession, descended

__all__ = [
    "FUNCTIONS",
    "PAYLOAD_TYPE",
    "TLS",
    "Card",
    "Revocation",
    "Root",
    "RootKeys",
    "SealingEntry",
    "SignedCard",
    "SigningEntry",
    "alone",
    "check_chain",
    "check_succession",
    "descended",
    "issue",
    "read_card",
    "sealing_entry",
    "signing_entry",
]
