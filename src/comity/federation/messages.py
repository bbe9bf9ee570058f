"""What an envelope holds: one message, of one of these kinds.

`comity.sealing.inner` frames it with its address; here is what its `content` means. A disclosure carries everything a
receiver needs to decide again by itself, and its body beside; questions to a register and their answers are decided
by the gate as well (`register_messages.py`); every other message is a control message and carries digests and grounds,
never content. Each message shows the sender's checkpoint of its side of the channel, and the
largest one of the recipient's that the sender has kept (`specs/journal.md` §4).
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec

from comity.errors import ForeignInput
from comity.federation import register_messages
from comity.federation.message_parts import Hex, Name, Number, Part, Short, Words
from comity.federation.message_parts import Message as Message
from comity.journal import reconcile

#: A signed statement, card or receipt as its DSSE file, in a string: its exact bytes, escaped once.
SignedText = str
#: Most protocols, notices and signatures that a disclosure names.
MOST_TEXTS: Final = 4_096
#: Most cards beside an act: its author's and its sender's, and those of a root that followed another.
MOST_CARDS: Final = 8


class Route(Part, frozen=True, kw_only=True):
    """A source in the lineage: its manifest and its custody, oldest hop first. Its body is not sent."""

    manifest: SignedText
    custody: tuple[SignedText, ...] = ()


class Decided(Part, frozen=True, kw_only=True):
    """The sender's decision: when, on which grounds, on which known texts and acts.

    Attributes:
        acts: digest of everything the sender knew.
        texts: names of the protocols, notices and signatures it held of the agreement of its hop, sorted: a receiver
            that lacks one waits for it before it says no.
    """

    digest: str
    at: str
    grounds: tuple[str, ...]
    acts: str
    texts: Annotated[tuple[Short, ...], msgspec.Meta(max_length=MOST_TEXTS)] = ()


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
    cards: Annotated[tuple[SignedText, ...], msgspec.Meta(max_length=MOST_CARDS)] = ()


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


class Decline(Message, frozen=True, kw_only=True):
    """Tells who proposed a text that its sender will not sign it, and why."""

    agreement: str
    digest: Hex
    because: Words


class ReconcileQuestion(Message, frozen=True, kw_only=True):
    """Asks what the recipient has in parts of the channel (`comity.journal.reconcile`).

    Attributes:
        reconciliation, begun: which one, and when it was asked for; an older one than the newest is not answered.
        round: number of the question, from 1.
        by_asker: parts of what the asker sent; `by_answerer`: of what the answerer sent.
    """

    reconciliation: Name
    begun: str
    round: Number
    by_asker: reconcile.Question
    by_answerer: reconcile.Question


class ReconcileAnswer(Message, frozen=True, kw_only=True):
    """Says what the answerer has in the parts asked about; `under_way`: of the acts named, those not yet receipted."""

    reconciliation: Name
    round: Number
    by_asker: reconcile.Answer
    by_answerer: reconcile.Answer
    under_way: tuple[Hex, ...] = ()


class Found(Part, frozen=True, kw_only=True):
    """What one direction of the traffic came to: acts only one side has, and the asker's whole account by digest."""

    count: Number
    digest: Hex
    asker_only: tuple[Hex, ...] = ()
    answerer_only: tuple[Hex, ...] = ()


class ReconcileOutcome(Message, frozen=True, kw_only=True):
    """Tells the answerer what the asker found; it can check this against its own account.

    Attributes:
        complete: every difference is named; where they are too many none is, and the answerer has to ask for itself.
        under_way: of the acts named, those the asker sent and has no receipt for.
        entered_since: of the acts named, those the asker has entered since it asked.
        restored: a signed statement that the asker's journal was restored from a backup older than what the answerer
            has kept of it; empty where it was not.
    """

    reconciliation: Name
    complete: bool = True
    by_asker: Found
    by_answerer: Found
    under_way: tuple[Hex, ...] = ()
    entered_since: tuple[Hex, ...] = ()
    restored: SignedText = ""


class ConsistencyQuestion(Message, frozen=True, kw_only=True):
    """Asks for the proof that the recipient's tree of `size` entries begins with the one of `old` entries."""

    old: Number
    size: Number


class ConsistencyAnswer(Message, frozen=True, kw_only=True):
    """Gives that proof (RFC 6962 §2.1.2), the checkpoint, and the frontier of the tree, from which it can grow on."""

    old: Number
    note: str
    proof: tuple[Hex, ...] = ()
    frontier: tuple[Hex, ...] = ()


#: word in the head -> kind of message.
KINDS: Mapping[str, type[Message]] = {
    "disclosure": Disclose,
    "act": Act,
    "receipts": Receipts,
    "card": News,
    "texts": Texts,
    "proposal": Proposal,
    "decline": Decline,
    "reconcile-question": ReconcileQuestion,
    "reconcile-answer": ReconcileAnswer,
    "reconcile-outcome": ReconcileOutcome,
    "consistency-question": ConsistencyQuestion,
    "consistency-answer": ConsistencyAnswer,
    **register_messages.KINDS,
}
#: Messages about the journals themselves: they stand in no account, or two honest Parties would never agree.
ABOUT_JOURNALS = frozenset(word for word in KINDS if word.partition("-")[0] in ("reconcile", "consistency"))
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
