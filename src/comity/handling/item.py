"""Items: one unit of information (or material, or equipment) and what was said about it.

An item is named by the SHA-256 of its originator's manifest; in case files by a label. It is never changed: what is
made from it is another item that names it in `made_from`, and so stays bound by everyone who stands behind it.

Source: `specs/gate.md`, Custody, lineage, obligations.
"""

import msgspec

from comity.agreements.durations import Duration
from comity.handling.custody import Hop
from comity.handling.markings import Marking, Pap

__all__ = ["KINDS", "Item"]

#: What an item can be; `information` unless said.
KINDS = ("information", "materials", "equipment")


class Item(msgspec.Struct, frozen=True, gc=False):
    """One item as one holder holds it.

    The same item received by two routes is two holdings, that is two values with one id and different `hops`.

    Attributes:
        id: digest of the originator's manifest, or a label in case files.
        category: dotted kind of information (`incident.indicators`).
        originator: the Party that made it.
        kind: `information`, `materials` or `equipment`.
        marking: TLP label, None for unmarked.
        pap: PAP label, None for none.
        hops: custody, from the originator to the holder.
        made_from: ids of the items it was made from.
        retention: how long a receiver may keep it, from receipt, where shorter than the agreement's.
        caveat: free handling words; a person must confirm having read them before the item opens.
        judicial: the originator's own term for use before a court: `free`, `consent`, `never` or None for unsaid.
        needs_reading: the door found words in it that a person must read before it goes anywhere.
        name: what people call it; never decides anything.
    """

    id: str
    category: str
    originator: str
    kind: str = "information"
    marking: Marking | None = None
    pap: Pap | None = None
    hops: tuple[Hop, ...] = ()
    made_from: tuple[str, ...] = ()
    retention: Duration | None = None
    caveat: str | None = None
    judicial: str | None = None
    needs_reading: bool = False
    name: str = ""
