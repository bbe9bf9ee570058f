"""One entry of a journal: what is hashed, and the commitment that stands for its content.

An entry says which act happened when on which channel, by digest, and never what it was about. Its detail (the
decision with its grounds, the item's label) is kept apart under a random key of its own; the entry holds only the HMAC
of it. Who holds key and detail can show that they belong to the entry; once both are erased, the entry stays and says
nothing.

`previous` is the digest of the channel's frontier before the entry, so an entry vouches for the whole channel up to it,
and the first one that does not fit its predecessors can be named. An entry does not hold its number among *all* entries
of the node: nobody shall read another's traffic from a number.

Source: `specs/journal.md` §2.
"""

import hmac
from datetime import datetime
from typing import Annotated, Final

import msgspec

from comity.errors import ForeignInput, VerificationFailed
from comity.strict import MAX_INTEGER

__all__ = ["LOCAL", "Entry", "Line", "check_commitment", "commit", "read_leaf"]

#: Channel of acts that concern no other Party, such as sign-ins. Not a Party id: those have a dot.
LOCAL: Final = "local"
#: As C2SP tlog-tiles bounds an entry.
MAX_LEAF: Final = 65_535
KEY: Final = 32

Hex = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """What is hashed into the trees.

    Attributes:
        entry: version of this form, 1.
        channel: the peer's Party id, or `local`.
        number: place in the channel, from 1.
        at: when the node acted, UTC.
        kind: kind of act, such as `decision`, `disclosed`, `received`, `consent`.
        act: digest of the act: what both sides enter of one act bears the same.
        commitment: HMAC-SHA256 of the detail under the entry's own key, hexadecimal.
        previous: digest of the channel's frontier before this entry, hexadecimal.
    """

    entry: Annotated[int, msgspec.Meta(ge=1, le=1)]
    channel: Annotated[str, msgspec.Meta(min_length=1, max_length=253)]
    number: Annotated[int, msgspec.Meta(ge=1, le=MAX_INTEGER)]
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    kind: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    act: Hex
    commitment: Hex
    previous: Hex

    def leaf(self) -> bytes:
        """Give the bytes that are hashed: JSON, fields in the order of declaration, no white space."""
        return _ENCODER.encode(self)


class Line(msgspec.Struct, frozen=True, gc=False):
    """An entry as a node keeps it: its columns, the leaf as hashed, and what its commitment stands for.

    Attributes:
        number: place among all entries of the node, from 1.
        channel, channel_number, at, kind, act: as in the leaf.
        leaf: the bytes hashed.
        key, detail: what the commitment stands for; both empty once erased.
    """

    number: int
    channel: str
    channel_number: int
    at: datetime
    kind: str
    act: str
    leaf: bytes
    key: bytes = b""
    detail: bytes = b""


def commit(key: bytes, detail: bytes) -> str:
    """Commit to a detail under the random 32-byte key of its entry.

    Raises:
        ValueError: the key has another length.
    """
    if len(key) != KEY:
        raise ValueError(f"the key of an entry has {KEY} bytes, not {len(key)}")
    return hmac.digest(key, detail, "sha256").hex()


def check_commitment(entry: Entry, key: bytes, detail: bytes) -> None:
    """Check that a detail is the one an entry was made for.

    Raises:
        VerificationFailed: it is not.
    """
    if len(key) != KEY or not hmac.compare_digest(commit(key, detail), entry.commitment):
        raise VerificationFailed(
            f"the detail is not the one that entry {entry.number} of {entry.channel} commits to"
        )


def read_leaf(leaf: bytes) -> Entry:
    """Read the bytes of a leaf, of which there is exactly one spelling for each entry.

    Raises:
        ForeignInput: it is not an entry, or spelled otherwise.
    """
    if len(leaf) > MAX_LEAF:
        raise ForeignInput(f"entry: {len(leaf)} bytes, more than the {MAX_LEAF} allowed")
    try:
        entry = _DECODER.decode(leaf)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ForeignInput(f"entry: {str(error)[:200]}") from None
    # Writing it again is both the strictest reading and the cheapest: repeated keys, other escapes, other orders,
    # other zones and white space all come out different.
    if entry.leaf() != leaf or entry.at.utcoffset():
        raise ForeignInput(f"entry {entry.number} of {entry.channel[:80]}: not spelled as an entry is")
    return entry


_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(Entry)
