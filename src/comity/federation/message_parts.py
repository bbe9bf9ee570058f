"""What all messages are made of: the base of every message, and the words and names that stand in them."""

from typing import Annotated

import msgspec

from comity.strict import MAX_INTEGER

__all__ = ["Hex", "Message", "Name", "Number", "Part", "Short", "Words"]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of the parts of a message."""


Number = Annotated[int, msgspec.Meta(ge=0, le=MAX_INTEGER)]
Hex = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
#: Short name of a protocol, notice or signature (`comity.agreements.agreement.Agreement.acts`).
Short = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{16}\Z")]
#: Name of a reconciliation: random.
Name = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{32}\Z")]


#: What an officer writes on one line for another to read: no control characters.
Words = Annotated[str, msgspec.Meta(pattern=r"\A[^\x00-\x1f\x7f-\x9f\u2028\u2029]+\Z", max_length=4000)]


class Message(Part, frozen=True, kw_only=True):
    """Base of all messages.

    Attributes:
        checkpoint: the sender's checkpoint of its side of the channel, a signed note.
        leaves: hashes of the entries that came after the first `since` of them up to the checkpoint, base64; empty
            where they are too many. Who kept the tree at `since` can tell that this one continues it.
        kept: the largest checkpoint of the recipient's side that the sender has kept, cosigned.
        seen: the highest number of the recipient's channel that the sender has seen.
        seen_on: the name of that channel: a recipient restored from an old backup may not know it any more.
    """

    checkpoint: str = ""
    since: Number = 0
    leaves: str = ""
    kept: str = ""
    seen: Number = 0
    seen_on: Annotated[str, msgspec.Meta(pattern=r"\A([0-9a-f]{32})?\Z")] = ""
