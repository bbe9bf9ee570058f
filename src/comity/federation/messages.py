"""What an envelope holds: one letter, with one message.

The letter repeats who sends it to whom, on which channel, under which number and suite; all must equal the envelope's
clear header, or the envelope is refused. A disclosure carries its body and everything a receiver needs to decide
again by itself; every other message is a control message and carries digests and grounds, never content.
"""

from typing import Union

import msgspec

from comity.errors import ForeignInput
from comity.strict import read_as, write_json

#: A signed statement, card or receipt as its DSSE file, in a string: its exact bytes, escaped once.
SignedText = str

#: A letter's head; bodies stand beside it.
MAX_LETTER_BYTES = 4 * 1024 * 1024


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of the parts of a letter."""


class Route(Part, frozen=True, kw_only=True):
    """A source in the lineage: its manifest and its custody, oldest hop first. Its body is not sent."""

    manifest: SignedText
    custody: tuple[SignedText, ...] = ()


class Decided(Part, frozen=True, kw_only=True):
    """The sender's decision: when, on which grounds, on which known texts and acts."""

    digest: str
    at: str
    grounds: tuple[str, ...]
    acts: str


class Body(Part, frozen=True, kw_only=True):
    """How to read the body. `key` is the key under which the manifest commits to it."""

    title: str
    label: str
    media_type: str
    key: bytes


class Disclose(Part, frozen=True, kw_only=True, tag="disclose"):
    """Passes an item, with its evidence: custody ending in the sender's own hop, lineage, consents, cards upstream."""

    manifest: SignedText
    custody: tuple[SignedText, ...]
    lineage: tuple[Route, ...] = ()
    consents: tuple[SignedText, ...] = ()
    cards: tuple[SignedText, ...] = ()
    decided: Decided
    body: Body


class Act(Part, frozen=True, kw_only=True, tag="act"):
    """Carries a signed statement to `to`, hop by hop where the two have no agreement.

    `about` is the item it concerns; a hop that is not addressed sends it on along that item's custody.
    """

    statement: SignedText
    to: str
    about: str
    cards: tuple[SignedText, ...] = ()


class Receipt(Part, frozen=True, kw_only=True, tag="receipt"):
    """The signed answer to an envelope."""

    receipt: SignedText


class News(Part, frozen=True, kw_only=True, tag="card"):
    """A new version of the sender's card."""

    card: SignedText


class Entries(Part, frozen=True, kw_only=True):
    """One Party's account of a channel: what it says it sent and received, by message id, in its journal's order."""

    sent: tuple[str, ...]
    received: tuple[str, ...]
    checkpoint: str


class Reconcile(Part, frozen=True, kw_only=True, tag="reconcile"):
    """Shows one's account of the channel; `asks` is True where the other side's is wanted in return."""

    account: Entries
    asks: bool


Message = Union[Disclose, Act, Receipt, News, Reconcile]  # noqa: UP007  msgspec reads the union at run time


class Letter(Part, frozen=True, kw_only=True):
    """What stands inside an envelope, before the body.

    `checkpoint` is the sender's checkpoint of its side of the channel; `contiguous` the highest number up to which it
    has everything from the recipient.
    """

    sender: str
    recipient: str
    channel: str
    sequence: int
    suite: str
    at: str
    checkpoint: str = ""
    message: Message


def write(letter: Letter) -> bytes:
    """Print a letter's head."""
    return write_json(letter)


def read(head: bytes) -> Letter:
    """Read a letter's head strictly.

    Raises:
        ForeignInput: it is not well formed.
    """
    letter = read_as(head, Letter, max_bytes=MAX_LETTER_BYTES)
    if not 0 <= letter.sequence < 2**53:
        raise ForeignInput("letter: the sequence is out of range")
    return letter
