"""Files larger than an envelope carries: taken in, kept and passed on in parts, each an item of its own, under a list.

A part is an item like any other: its manifest is signed, its body sealed at rest under a key of its own, the door reads
it, the gate decides about it. The list is an item made from the parts: it says their order, the size and the digest of
the whole, and as their summary it owes all they owe. So nothing new is trusted, no bound of an envelope is lifted, and
no more than one part is ever in memory.

Parts whose list never came (the line broke, the node ended) are erased: at once where that is noticed, else by the
day's duties.
"""

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from comity.clock import Instant
from comity.errors import BadInput, NotFound, RefusedHere, VerificationFailed
from comity.node.erase import erase
from comity.node.items import NewItem, add_item, check_read, read_content
from comity.node.node import Node
from comity.node.questions import find_item
from comity.ports import ItemRow, Transaction
from comity.strict import read_json

#: What a part and a list are said to be.
PART = "application/vnd.comity.part"
LIST = "application/vnd.comity.parts+json"
#: Bytes of a part, and of a whole file at the most: 128 parts, half of what a lineage may hold.
PART_BYTES, MAX_FILE_BYTES = 8 * 1024 * 1024, 1024 * 1024 * 1024
#: How old a part without a list is before the day's duties erase it.
LEFT_OVER = timedelta(days=1)
_LONGEST_NAME, _LONGEST_LIST = 200, 256 * 1024


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part in its list: the item, and its bytes."""

    item: str
    size: int


class Parts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a list says.

    Attributes:
        name: what the file is called. `media_type`: what it is said to be; neither is believed.
        size, sha256: of the whole. `parts`: in order.
    """

    name: str
    media_type: str
    size: int
    sha256: str
    parts: tuple[Part, ...]


def add_part(node: Node, transaction: Transaction, new: NewItem, number: int) -> ItemRow:
    """Take one part in.

    Raises:
        BadInput: it is larger than a part, or something said of it cannot be read.
        RefusedHere: the door refuses it, with the safeguard.
    """
    if not 0 < len(new.content) <= PART_BYTES:
        raise BadInput(f"a part has 1 to {PART_BYTES} bytes")
    part = msgspec.structs.replace(new, title=f"{new.title} · {number}", label="", media_type=PART)
    return add_item(node, transaction, part)[0]


def close_list(
    node: Node, transaction: Transaction, new: NewItem, parts: Sequence[str], sha256: str
) -> tuple[ItemRow, tuple[str, ...]]:
    """Take the list in: from then on the file is here. Give it with what must be read of it.

    Args:
        new: what is said of the file; its content is not used.
        parts: the parts in order. `sha256`: the digest of the whole.

    Raises:
        BadInput: there are no parts, or too many; or one is no part of this Party's.
    """
    rows = [find_item(transaction, each) for each in parts]
    if not rows or sum(row.size for row in rows) > MAX_FILE_BYTES:
        raise BadInput(f"a file has 1 to {MAX_FILE_BYTES} bytes")
    if any(row.media_type != PART or row.originator != node.party or row.state != "held" for row in rows):
        raise BadInput("a list names parts that this Party took in, and nothing else")
    said = Parts(
        name=new.title[:_LONGEST_NAME],
        media_type=new.media_type,
        size=sum(row.size for row in rows),
        sha256=sha256,
        parts=tuple(Part(row.digest, row.size) for row in rows),
    )
    whole = msgspec.structs.replace(
        new,
        content=msgspec.json.encode(said),
        media_type=LIST,
        made_from=tuple(dict.fromkeys((*(row.digest for row in rows), *new.made_from))),
    )
    row, to_read = add_item(node, transaction, whole)
    unread = [part for part in rows if part.needs_reading]
    if unread and not row.needs_reading:
        row = msgspec.structs.replace(row, needs_reading=True)
        transaction.put_item(row)
    return row, (
        *to_read,
        *(f"part {rows.index(part) + 1} holds words that a person must read" for part in unread),
    )


def parts_of(transaction: Transaction, row: ItemRow) -> Parts:
    """Read a list.

    Raises:
        NotFound: it is none, or its content is not here.
        BadInput: it cannot be read, though its originator signed it.
    """
    if row.media_type != LIST:
        raise NotFound(f"item {row.digest[:12]} is no file in parts")
    check_read(row)
    try:
        content = read_content(transaction, row)[1]
        said = msgspec.convert(read_json(content, max_bytes=_LONGEST_LIST, what="list"), Parts)
    except (BadInput, msgspec.ValidationError):
        raise BadInput(f"the list of item {row.digest[:12]} cannot be read") from None
    sizes = [part.size for part in said.parts]
    if min(sizes, default=0) < 1 or sum(sizes) != said.size or said.size > MAX_FILE_BYTES:
        raise BadInput(f"the list of item {row.digest[:12]} does not add up")
    _check_own_parts(transaction, row, said)
    return said


def _check_own_parts(transaction: Transaction, row: ItemRow, said: Parts) -> None:
    """Whoever reads, shares or shows a file does it with what its list names: that must be parts of this file.

    Raises:
        BadInput: it names something the list was not made from, or what is no part of the list's originator.
    """
    for part in said.parts:
        held = transaction.item(part.item)
        strange = held is not None and (
            held.originator != row.originator or (held.state != "known" and held.media_type != PART)
        )
        if strange or part.item not in row.made_from:
            raise BadInput(f"the list of item {row.digest[:12]} names what is no part of it")


def missing_parts(transaction: Transaction, said: Parts) -> list[int]:
    """Give the numbers of parts that are not here (yet, or any more)."""
    found = []
    for number, part in enumerate(said.parts, 1):
        row = transaction.item(part.item)
        if row is None or row.media_type != PART or row.state not in ("held", "source-withdrawn"):
            found.append(number)
    return found


def part_content(transaction: Transaction, part: Part) -> bytes:
    """Give the bytes of one part.

    Raises:
        NotFound: it is not here.
        VerificationFailed: it is not as long as its list says.
    """
    content = read_content(transaction, find_item(transaction, part.item))[1]
    if len(content) != part.size:
        raise VerificationFailed(f"part {part.item[:12]} is not as long as its list says")
    return content


def drop_parts(node: Node, transaction: Transaction, parts: Sequence[str]) -> int:
    """Erase parts whose list will never come; give how many.

    Raises:
        RefusedHere: one belongs to a list, or was passed on.
    """
    at = node.now(transaction)
    for each in parts:
        row = find_item(transaction, each)
        used = transaction.made_from(row.digest) or transaction.disclosures(row.digest)
        if row.media_type != PART or row.originator != node.party or used:
            raise RefusedHere(f"item {row.digest[:12]} is no part that was left over")
        erase(node, transaction, row, "erased", because="its list never came", channel="", at=at)
    return len(parts)


def left_over(node: Node, transaction: Transaction, at: Instant) -> list[str]:
    """Give the parts of this Party whose list has not come for a day."""
    rows = transaction.items_of_type(PART)
    return [
        row.digest
        for row in rows
        if row.originator == node.party
        and row.state == "held"
        and at - row.added_at > LEFT_OVER
        and not transaction.made_from(row.digest)
        and not transaction.disclosures(row.digest)
    ]
