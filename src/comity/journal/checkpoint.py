"""Signed tree heads, in the C2SP `tlog-checkpoint` form, and the cosignatures of witnesses.

```
north.example/with/south.example        origin: which tree
20852163                                number of entries
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— north.example/with/south.example Az3grl…
— south.example jWbPPwAAAABk…           cosignature/v1 of a witness, with its time
```

Plain text that can be read, printed and carried on paper. A checkpoint binds its signer to one history: a journal that
no longer begins with it has been rewritten, and the checkpoint is the evidence.

Source: C2SP signed-note, tlog-checkpoint and tlog-cosignature, each v1; only Ed25519, no extension lines.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

import msgspec

from comity.errors import BadInput, ForeignInput, VerificationFailed
from comity.journal.merkle import HASH, MAX_SIZE
from comity.keys import SIGNATURE_BYTES, SigningKey, VerifyKey
from comity.strict import read_base64, write_base64

__all__ = [
    "Checkpoint",
    "Cosignature",
    "Note",
    "check_equivocation",
    "cosign",
    "note_key_id",
    "origin_of_channel",
    "origin_of_node",
    "read_note",
    "sign_checkpoint",
    "verify_checkpoint",
    "verify_cosignature",
]

MAX_NOTE_BYTES: Final = 16 * 1024
MAX_LINES: Final = 64
_LOG_KEY: Final = b"\x01"
_WITNESS_KEY: Final = b"\x04"
_NAME = re.compile(r"[^\s+]{1,600}\Z")
_SIZE = re.compile(r"(?:0|[1-9][0-9]{0,15})\Z")
_MARK: Final = "— "


class Checkpoint(msgspec.Struct, frozen=True):
    """The head of a tree: whose, how many entries, which root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> bytes:
        """Give the note text that is signed."""
        return f"{self.origin}\n{self.size}\n{write_base64(self.root)}\n".encode()


class NoteSignature(msgspec.Struct, frozen=True):
    """One signature line: the name of the key, its four-byte id, and what stands behind them."""

    name: str
    key_id: bytes
    signature: bytes


class Note(msgspec.Struct, frozen=True):
    """A checkpoint with its signature lines. Until one is checked it is only what somebody wrote."""

    checkpoint: Checkpoint
    signatures: tuple[NoteSignature, ...]


class Cosignature(msgspec.Struct, frozen=True):
    """A witness's word: at this time this was the largest tree it had seen, consistent with all before."""

    name: str
    at: datetime


def origin_of_node(party: str) -> str:
    """Name the tree over everything a node did; its checkpoints are for overseers."""
    return f"{party}/journal"


def origin_of_channel(party: str, peer: str) -> str:
    """Name the tree of one Party's acts with one peer; its checkpoints are for the peer."""
    return f"{party}/with/{peer}"


def note_key_id(name: str, key: VerifyKey, *, witness: bool = False) -> bytes:
    """Give the four bytes by which a note calls a key (signed-note, "Signatures")."""
    kind = _WITNESS_KEY if witness else _LOG_KEY
    return sha256(name.encode() + b"\n" + kind + key.raw).digest()[:4]


def sign_checkpoint(checkpoint: Checkpoint, key: SigningKey) -> str:
    """Sign a tree head and give the note. The name of the key in it is the origin.

    Raises:
        BadInput: the origin cannot stand in a note.
    """
    if not _NAME.match(checkpoint.origin):
        raise BadInput(f"`{checkpoint.origin[:80]}` cannot name a tree in a checkpoint")
    text = checkpoint.text()
    line = _line(checkpoint.origin, note_key_id(checkpoint.origin, key.public), key.sign(text))
    return f"{text.decode()}\n{line}"


#: What no checkpoint may hold: control characters, but for the line feed.
_CONTROL = bytes(byte for byte in range(0x20) if byte != 0x0A)


def read_note(note: str) -> Note:
    """Read a checkpoint that somebody else wrote. No signature has been checked yet.

    Raises:
        ForeignInput: it is not one; extension lines, which nobody could audit, are refused too.
    """
    encoded = _encode(note)
    if len(encoded) > MAX_NOTE_BYTES:
        raise ForeignInput(f"checkpoint: {len(encoded)} bytes, more than the {MAX_NOTE_BYTES} allowed")
    if encoded.translate(None, _CONTROL) != encoded:
        raise ForeignInput("checkpoint: holds a control character")
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise ForeignInput("checkpoint: no blank line before the signatures, or none ends the last")
    signatures = lines[:-1].split("\n")
    if len(signatures) > MAX_LINES:
        raise ForeignInput(f"checkpoint: more than {MAX_LINES} signature lines")
    return Note(_read_text(text), tuple(_read_line(line) for line in signatures))


def verify_checkpoint(note: str, origin: str, key: VerifyKey) -> Checkpoint:
    """Check that the owner of a tree signed this head of it.

    Args:
        note: the checkpoint with its signatures.
        origin: the tree it must be of.
        key: the owner's key for journals (card function `journal`).

    Raises:
        ForeignInput: it is not a checkpoint.
        VerificationFailed: it is of another tree, or the key did not sign it.
    """
    read = read_note(note)
    if read.checkpoint.origin != origin:
        raise VerificationFailed(
            f"checkpoint of `{read.checkpoint.origin[:120]}` where `{origin}` is expected"
        )
    signature = _find(read, origin, note_key_id(origin, key))
    if len(signature) != SIGNATURE_BYTES:
        raise VerificationFailed(f"checkpoint of `{origin}`: the signature has {len(signature)} bytes")
    key.verify(signature, read.checkpoint.text())
    return read.checkpoint


def cosign(note: str, name: str, key: SigningKey, at: datetime) -> str:
    """Add a witness's line to a checkpoint whose consistency with everything seen before has been checked.

    Args:
        note: the checkpoint.
        name: the witness, a Party id.
        key: a key used for cosigning and nothing else (tlog-cosignature requires it).
        at: when, cut to the second.

    Raises:
        ForeignInput: it is not a checkpoint.
        BadInput: the name cannot stand in a note, or the instant lies before 1970.
    """
    read = read_note(note)
    seconds = int(at.timestamp())
    if not _NAME.match(name) or seconds < 0:
        raise BadInput(f"`{name[:80]}` at {at:%Y-%m-%d} cannot cosign a checkpoint")
    stamped = seconds.to_bytes(8) + key.sign(_cosigned_text(read.checkpoint, seconds))
    return note + _line(name, note_key_id(name, key.public, witness=True), stamped)


def verify_cosignature(note: str, name: str, key: VerifyKey) -> Cosignature:
    """Check that a witness cosigned this checkpoint, and when.

    Raises:
        ForeignInput: it is not a checkpoint.
        VerificationFailed: the witness did not cosign it.
    """
    read = read_note(note)
    stamped = _find(read, name, note_key_id(name, key, witness=True))
    if len(stamped) != 8 + SIGNATURE_BYTES:
        raise VerificationFailed(f"cosignature of `{name}` has {len(stamped)} bytes")
    seconds = int.from_bytes(stamped[:8])
    key.verify(stamped[8:], _cosigned_text(read.checkpoint, seconds))
    try:
        return Cosignature(name, datetime.fromtimestamp(seconds, UTC))
    except (OverflowError, ValueError, OSError):
        raise VerificationFailed(f"cosignature of `{name}` bears a time beyond the calendar") from None


def check_equivocation(notes: Iterable[str], origin: str, key: VerifyKey) -> None:
    """Check that the owner of a tree never signed two roots for one size.

    Args:
        notes: checkpoints gathered from wherever they were seen.
        origin, key: as for `verify_checkpoint`.

    Raises:
        VerificationFailed: it did; the two notes together are evidence that anybody can check. Or one does not hold.
        ForeignInput: one is not a checkpoint.
    """
    seen: dict[int, bytes] = {}
    for note in notes:
        head = verify_checkpoint(note, origin, key)
        if seen.setdefault(head.size, head.root) != head.root:
            raise VerificationFailed(f"two roots are signed for the {head.size} entries of `{origin}`")


def _encode(note: str) -> bytes:
    try:
        return note.encode()
    except UnicodeEncodeError:
        raise ForeignInput("checkpoint: holds half of a surrogate pair") from None


def _read_text(text: str) -> Checkpoint:
    lines = text.split("\n")
    if len(lines) != 3:
        raise ForeignInput(f"checkpoint: {len(lines)} lines where origin, size and root belong")
    origin, size, root = lines
    if not _NAME.match(origin):
        raise ForeignInput("checkpoint: the first line does not name a tree")
    if not _SIZE.match(size) or int(size) > MAX_SIZE:
        raise ForeignInput("checkpoint: the second line is not a number of entries")
    return Checkpoint(origin, int(size), read_base64(root, length=HASH, what="checkpoint: root"))


def _read_line(line: str) -> NoteSignature:
    parts = line.removeprefix(_MARK).split(" ")
    if not line.startswith(_MARK) or len(parts) != 2 or not _NAME.match(parts[0]):
        raise ForeignInput("checkpoint: a signature line is not a dash, a name and base64")
    blob = read_base64(parts[1], what="checkpoint: signature")
    if len(blob) < 5:
        raise ForeignInput("checkpoint: a signature line holds no signature")
    return NoteSignature(parts[0], blob[:4], blob[4:])


def _find(note: Note, name: str, key_id: bytes) -> bytes:
    """Give the signature under a known key; lines of unknown keys are passed over (signed-note, "Signatures")."""
    found = [line.signature for line in note.signatures if line.name == name and line.key_id == key_id]
    if len(found) != 1:
        raise VerificationFailed(
            f"checkpoint: {len(found)} signatures of `{name[:120]}` under the key known for it"
        )
    return found[0]


def _line(name: str, key_id: bytes, signature: bytes) -> str:
    return f"{_MARK}{name} {write_base64(key_id + signature)}\n"


def _cosigned_text(checkpoint: Checkpoint, seconds: int) -> bytes:
    return b"cosignature/v1\ntime %d\n" % seconds + checkpoint.text()
