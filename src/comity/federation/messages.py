"""What an envelope holds: one message, of one of these kinds.

`comity.sealing.inner` frames it with its address; here is what its `content` means. A disclosure carries everything a
receiver needs to decide again by itself, and its body beside; every other message is a control message and carries
digests and grounds, never content. Each message shows the sender's checkpoint of its side of the channel.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from comity.errors import ForeignInput

#: A signed statement, card or receipt as its DSSE file, in a string: its exact bytes, escaped once.
SignedText = str


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of the parts of a message."""


class Message(Part, frozen=True, kw_only=True):
    """Base of all messages. `checkpoint` is the sender's checkpoint of its side of the channel, a signed note."""

    checkpoint: str = ""


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


class Disclose(Message, frozen=True, kw_only=True):
    """Passes an item, with its evidence: custody ending in the sender's own hop, lineage, consents, cards upstream.

    `confirmations` say that consents still stood where they must be fresh; `necessity` is the notice that everyone
    upstream got where imminent danger lifted what was owed to them.
    """

    manifest: SignedText
    custody: tuple[SignedText, ...]
    lineage: tuple[Route, ...] = ()
    consents: tuple[SignedText, ...] = ()
    confirmations: tuple[SignedText, ...] = ()
    necessity: SignedText = ""
    cards: tuple[SignedText, ...] = ()
    decided: Decided
    body: Body


class Act(Message, frozen=True, kw_only=True):
    """Carries a signed statement to `to`, hop by hop where the two have no agreement.

    `about` is the item it concerns; a hop that is not addressed sends it on along that item's custody.
    """

    statement: SignedText
    to: str
    about: str
    cards: tuple[SignedText, ...] = ()


class Receipts(Message, frozen=True, kw_only=True):
    """The signed answers to a run of envelopes, each the same bytes whenever it is given again."""

    receipts: tuple[SignedText, ...]


class News(Message, frozen=True, kw_only=True):
    """A new version of the sender's card."""

    card: SignedText


class Texts(Message, frozen=True, kw_only=True):
    """New files of an agreement's folder: signatures, protocols, notices. Names are relative to the folder."""

    agreement: str
    digest: str
    files: Mapping[str, bytes]


class Proposal(Message, frozen=True, kw_only=True):
    """Proposes a text for signature: its whole folder, with the Parties it was sent to.

    It is the one message that may come before there is an agreement, from a Party whose card was accepted by hand.
    """

    agreement: str
    digest: str
    to: tuple[str, ...]
    files: Mapping[str, bytes]


class Account(Part, frozen=True, kw_only=True):
    """One Party's account of a channel: the ids of messages it says it sent and received, in its journal's order."""

    sent: tuple[str, ...]
    received: tuple[str, ...]


class Reconcile(Message, frozen=True, kw_only=True):
    """Shows one's account of the channel; `asks` is True where the other side's is wanted in return."""

    account: Account
    asks: bool


#: word in the head -> kind of message.
KINDS: Mapping[str, type[Message]] = {
    "disclosure": Disclose,
    "act": Act,
    "receipts": Receipts,
    "card": News,
    "texts": Texts,
    "proposal": Proposal,
    "reconcile": Reconcile,
}
_WORDS = {kind: word for word, kind in KINDS.items()}


def word_of(message: Message) -> str:
    """Give the word for a message's kind."""
    return _WORDS[type(message)]


def to_content(message: Message) -> dict[str, Any]:
    """Give a message as plain values, ready for a head."""
    content: dict[str, Any] = msgspec.to_builtins(message)
    return content


def from_content(word: str, content: Mapping[str, Any]) -> Message:
    """Read a message from a head's content.

    Raises:
        ForeignInput: unknown kind, unknown or missing field, or a value of another type.
    """
    kind = KINDS.get(word)
    if kind is None:
        raise ForeignInput(f"message of the unknown kind `{word[:60]}`")
    try:
        return msgspec.convert(content, kind)
    except msgspec.ValidationError as error:
        raise ForeignInput(f"message `{word}`: {error}") from None
