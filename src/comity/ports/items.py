"""What a node holds: items, the routes by which they came, to whom they went."""

from collections.abc import Sequence
from typing import Protocol

from comity.clock import Instant
from comity.ports.row import Row


class ItemRow(Row, frozen=True, kw_only=True):
    """An item of information as this node knows it.

    Attributes:
        state: `held`; `source-withdrawn`, a person must decide; `withdrawn` by this Party; `retained` though withdrawn,
            on legal hold; `erased`; `known`, a source of what we hold whose content never came here.
        needs_reading: the door found words in it that a person must read before it goes anywhere.
        caveats: words a person must confirm having read before the content opens; `caveats_read` once one has.
        echo_of: items of this Party's own from which it descends, over any number of hops.
        on_hold: why it may not be erased (legal hold); empty where it may.
    """

    digest: str
    label: str
    title: str
    media_type: str
    size: int
    originator: str
    category: str
    kind: str
    marking: str
    made_from: tuple[str, ...]
    retention: str
    added_at: Instant
    state: str
    manifest: bytes
    needs_reading: bool = False
    caveats: tuple[str, ...] = ()
    caveats_read: bool = False
    echo_of: tuple[str, ...] = ()
    on_hold: str = ""


class Holding(Row, frozen=True, kw_only=True):
    """One route by which an item came to this node: the digests of its hop statements, oldest first.

    An originator holds its own item with empty custody.
    """

    item: str
    custody: tuple[str, ...]
    received_from: str
    message: str
    at: Instant


class Disclosure(Row, frozen=True, kw_only=True):
    """An item passed on: what withdrawal follows."""

    message: str
    item: str
    to: str
    agreement: str
    hop: str
    decision: str
    at: Instant


class Passed(Row, frozen=True, kw_only=True):
    """How many items of a category passed between this node and a Party; `ours` tells whether it gave them."""

    party: str
    ours: bool
    category: str
    count: int


class FlowRow(Row, frozen=True, kw_only=True):
    """How many items of a category passed in a month, such as `2031-03`, by UTC; `ours` where this Party gave them."""

    month: str
    party: str
    ours: bool
    category: str
    count: int


class ItemRows(Protocol):
    """Items with their bodies, holdings and disclosures."""

    def put_item(self, row: ItemRow) -> None:
        """Keep an item, or its changed state."""
        ...

    def item(self, digest: str) -> ItemRow | None:
        """Give one item by digest."""
        ...

    def items_named(self, name: str, limit: int = 3) -> Sequence[ItemRow]:
        """Give items whose digest begins with `name` or whose label equals it."""
        ...

    def items(self, *, states: Sequence[str] = (), limit: int = 1000) -> Sequence[ItemRow]:
        """Give items, newest first."""
        ...

    def items_after(
        self, number: int, *, states: Sequence[str] = (), limit: int = 100
    ) -> Sequence[tuple[int, ItemRow]]:
        """Give items in the order they came, parts of files too, each with its number, after one."""
        ...

    def items_of_type(self, media_type: str) -> Sequence[ItemRow]:
        """Give the items said to be of a media type, oldest first."""
        ...

    def find_items(
        self,
        *,
        words: str = "",
        originator: str = "",
        category: str = "",
        marking: str = "",
        state: str = "",
        since: Instant | None = None,
        until: Instant | None = None,
        before: int = 0,
        limit: int = 50,
    ) -> Sequence[tuple[int, ItemRow]]:
        """Give items that match all of what is given, newest first, each with its number, to go on `before` it.

        Args:
            words: stand in the title or label, whatever their case.
            category: the category itself or one below it.
        """
        ...

    def made_from(self, source: str) -> Sequence[str]:
        """Give the digests of items made directly from a source."""
        ...

    def put_holding(self, row: Holding) -> None:
        """Keep one more route to an item."""
        ...

    def holdings(self, item: str) -> Sequence[Holding]:
        """Give the routes by which an item came here, oldest first."""
        ...

    def put_body(self, item: str, body: bytes) -> None:
        """Keep a body, sealed under a key of its own."""
        ...

    def body(self, item: str) -> bytes | None:
        """Give a body, or None where it was never here or has been erased."""
        ...

    def erase_body(self, item: str) -> Instant | None:
        """Destroy a body and its key; give the instant after which no backup can open it, or None if not here."""
        ...

    def purge_letters(self, item: str, originator: str) -> int:
        """Destroy the sealed envelopes kept here that hold an item's content; give how many. What is owed stays.

        Of those that came, only such as say that the item is this Party's: nobody else's word destroys them.
        """
        ...

    def put_disclosure(self, row: Disclosure) -> None:
        """Note that an item was passed on."""
        ...

    def disclosures(self, item: str) -> Sequence[Disclosure]:
        """Give to whom an item was passed."""
        ...

    def disclosed_to(self, party: str) -> Sequence[Disclosure]:
        """Give what was passed to a Party."""
        ...

    def arrived(
        self, since: Instant, until: Instant, party: str = "", agreement: str = ""
    ) -> Sequence[Passed]:
        """Count what arrived, by the instant it was sent at: from one, before another.

        Of one Party where said, and with it under one agreement.

        What this Party gave has arrived once it is receipted, what it was given once it is accepted.
        """
        ...

    def count_flow(self, at: Instant, party: str, *, ours: bool, category: str) -> None:
        """Count an item that has passed."""
        ...

    def flows(self, first: str, last: str) -> Sequence[FlowRow]:
        """Give how much has passed, from one month to another."""
        ...
