"""What a node needs from outside: a place to keep things, a way to move bytes, a clock, its keys.

The use cases in `comity.node` see only this page. `comity.storage` keeps rows in SQLite, `comity.testing` runs many
nodes in one process over the same port, `comity.assemble` plugs the real ones in.

Duties of a `Store`:

- `write` runs a piece of work against a `Transaction` and returns **only after its effects are durable**; what the
  work raised is raised again and leaves nothing behind. Pieces of work never run at the same time (one sequencer).
- `read` runs a piece of work that changes nothing.

A row is a frozen value; a changed row is a new value.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

import msgspec

from comity.clock import Instant

T = TypeVar("T")

__all__ = [
    "AgreementRow",
    "CardRow",
    "Carrier",
    "ChannelRow",
    "Disclosure",
    "Head",
    "Holding",
    "InboxRow",
    "ItemRow",
    "JournalRow",
    "KeptHead",
    "OutboxRow",
    "ProposalRow",
    "ReconciliationRow",
    "Reply",
    "RequestRow",
    "StatementRow",
    "Store",
    "Transaction",
    "UnsentRow",
]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the rows a store keeps."""


class CardRow(Row, frozen=True, kw_only=True):
    """A Party's card.

    Attributes:
        introduced: an officer accepted it, or one before it, by hand; others hang from a root that an agreement pins.
        vouched: neither; a peer vouched for it as that of a hand upstream. It serves to pass on the evidence it came
            with, and nothing else: nothing is checked, sealed or compared with it.
    """

    party: str
    version: int
    digest: str
    signed: bytes
    accepted_at: Instant
    introduced: bool = False
    vouched: bool = False


class AgreementRow(Row, frozen=True, kw_only=True):
    """An agreement's folder as this node holds it."""

    id: str
    digest: str
    acts_digest: str
    files: Mapping[str, bytes]
    held_at: Instant


class ProposalRow(Row, frozen=True, kw_only=True):
    """A text that a Party proposes: its newest under that id. `to`: whom it was sent to.

    `state`: open, signed, declined. What this node proposed itself is kept the same way, as `ours`, so that it knows
    who has the text. `declined`: who will not sign, and why, as `PARTY: reason`.
    """

    by: str
    agreement: str
    digest: str
    to: tuple[str, ...]
    files: Mapping[str, bytes]
    at: Instant
    state: str = "open"
    declined: tuple[str, ...] = ()


class StatementRow(Row, frozen=True, kw_only=True):
    """A signed statement: manifest, hop, consent, refusal, revocation, withdrawal, answer, protest.

    `about` is the digest it concerns: of an item for consents and withdrawals, of a request for answers.
    """

    digest: str
    kind: str
    by: str
    about: str
    signed: bytes
    known_at: Instant


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


class ChannelRow(Row, frozen=True, kw_only=True):
    """One direction of the traffic with a peer.

    `name` is random; `last` the highest number used or seen; `whole` the highest up to which nothing is missing;
    `stopped` why nothing more is taken on it until an officer resumes it, empty where it flows.
    """

    name: str
    peer: str
    direction: str
    last: int
    whole: int = 0
    stopped: str = ""


class OutboxRow(Row, frozen=True, kw_only=True):
    """An envelope owed to a peer. `state`: owed, receipted, quarantined, waiting, abandoned."""

    message: str
    peer: str
    channel: str
    sequence: int
    kind: str
    about: str
    envelope: bytes
    owed_at: Instant
    attempts: int = 0
    next_at: Instant
    state: str = "owed"
    receipt: bytes = b""
    reason: str = ""


class InboxRow(Row, frozen=True, kw_only=True):
    """An envelope taken in. `state`: accepted, quarantined, waiting.

    `said_at` is the instant its sender gave it; `receipt` is the signed answer, given again byte for byte whenever the
    envelope comes again; `letter` keeps the envelope itself only while it is quarantined or waiting.
    """

    message: str
    peer: str
    channel: str
    sequence: int
    envelope_digest: str
    kind: str
    about: str
    at: Instant
    said_at: Instant
    carrier: str
    state: str
    reason: str
    receipt: bytes
    receipt_owed: bool
    letter: bytes = b""


class JournalRow(Row, frozen=True, kw_only=True):
    """One entry of the node's journal: the leaf as hashed, and where it stands in its channel's tree."""

    number: int
    channel: str
    channel_number: int
    at: Instant
    kind: str
    act: str
    leaf: bytes
    key: bytes = b""
    detail: bytes = b""


class Head(Row, frozen=True, kw_only=True):
    """The frontier of one Merkle tree: of a channel (the peer's id) or of the whole node (empty name)."""

    channel: str
    size: int
    frontier: tuple[bytes, ...]


class KeptHead(Row, frozen=True, kw_only=True):
    """The largest head of a tree that its witness has kept.

    Attributes:
        peer: with whom the channel is.
        ours: the tree is this Party's and the peer its witness; otherwise the other way about.
        size, frontier: how far the tree was proven to be one history; the frontier only of a peer's tree.
        note: the checkpoint of that size, cosigned where the witness has a key for that.
        asked: the size a proof was asked for and has not come yet; 0 for none.
        behind: the peer has kept more of this Party's tree than is here: it was restored from an old backup.
    """

    peer: str
    ours: bool
    size: int
    frontier: tuple[bytes, ...] = ()
    note: str = ""
    asked: int = 0
    behind: bool = False
    at: Instant


class UnsentRow(Row, frozen=True, kw_only=True):
    """A signed act that could not be sent yet, because no card of its addressee seals anything now, or no way is known.

    `statement` is its digest; `back_through` a peer that knows a way back; `reason` why it could not be sent.
    """

    statement: str
    to: str
    about: str
    back_through: str
    at: Instant
    reason: str


class ReconciliationRow(Row, frozen=True, kw_only=True):
    """A reconciliation with a peer, as far as it has come. `state`: asking, answering, done.

    Attributes:
        ours: this Party asks; otherwise the peer does.
        id: random, the same on both sides. `begun`: when it was asked for, by the asker's clock.
        horizon: entry of the channel up to which this side's account goes.
        round: number of the question that is open.
        progress: what is open and what was found so far. `outcome`: what it came to, once done.
    """

    peer: str
    ours: bool
    id: str
    begun: Instant
    horizon: int
    round: int
    state: str
    progress: bytes = b""
    outcome: bytes = b""
    at: Instant


class RequestRow(Row, frozen=True, kw_only=True):
    """A request for consent. `state`: asked, granted, confirmed, refused, revoked, expired. `ours` tells who asked.

    `grounds` are the articles that make the consent owed; `confirms` names a consent of which only a fresh confirmation
    is asked.
    """

    id: str
    ours: bool
    asker: str
    owner: str
    item: str
    to: str
    purpose: str
    why: str
    at: Instant
    answer_by: Instant | None
    state: str
    answer: str = ""
    via: str = ""
    grounds: tuple[str, ...] = ()
    confirms: str = ""


class Transaction(Protocol):
    """The rows of a node, as one piece of work sees and changes them."""

    def piece(self) -> AbstractContextManager[None]:
        """Undo everything done inside if it raises; the rest of the piece of work goes on."""
        ...

    # -- cards and agreements --------------------------------------------------------------------------------
    def put_card(self, row: CardRow) -> None:
        """Keep a card; earlier versions stay."""
        ...

    def card(self, party: str) -> CardRow | None:
        """Give the card of the highest version; one that was only vouched for where there is no other."""
        ...

    def card_by_digest(self, digest: str) -> CardRow | None:
        """Give one version of a card."""
        ...

    def drop_card(self, digest: str) -> None:
        """Forget a card that was only vouched for: a true one under another root has come."""
        ...

    def cards(self) -> Sequence[CardRow]:
        """Give all cards, by Party and version."""
        ...

    def put_agreement(self, row: AgreementRow) -> None:
        """Keep an agreement's folder in place of what was held under its id."""
        ...

    def agreements(self) -> Sequence[AgreementRow]:
        """Give all agreements held, by id."""
        ...

    def agreement_versions(self) -> Sequence[AgreementRow]:
        """Give every agreement as it was held at any time, in the order in which that came about."""
        ...

    def put_proposal(self, row: ProposalRow) -> None:
        """Keep a proposed text in place of what the same Party proposed under its id."""
        ...

    def proposals(self) -> Sequence[ProposalRow]:
        """Give all proposals, by agreement and Party."""
        ...

    # -- signed statements -----------------------------------------------------------------------------------
    def put_statement(self, row: StatementRow) -> bool:
        """Keep a statement; False if it was here already."""
        ...

    def statement(self, digest: str) -> StatementRow | None:
        """Give one statement."""
        ...

    def statements(self, kind: str, about: str | None = None) -> Sequence[StatementRow]:
        """Give the statements of a kind, of all or about one digest, in the order they became known."""
        ...

    def acts(self) -> Sequence[StatementRow]:
        """Give the statements that change what the gate answers (consents, their revocations and confirmations,
        withdrawals, reviews), in the order they became known.
        """
        ...

    # -- items -----------------------------------------------------------------------------------------------
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

    def purge_letters(self, item: str) -> int:
        """Destroy the sealed envelopes kept here that hold an item's content; give how many. What is owed stays."""
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

    # -- mailboxes -------------------------------------------------------------------------------------------
    def channel(self, peer: str, direction: str) -> ChannelRow | None:
        """Give the channel to (`out`) or from (`in`) a peer."""
        ...

    def channel_named(self, name: str) -> ChannelRow | None:
        """Give the incoming channel of this name."""
        ...

    def put_channel(self, row: ChannelRow) -> None:
        """Keep a channel or its last sequence."""
        ...

    def channels_stopped(self) -> Sequence[ChannelRow]:
        """Give the incoming channels that wait for an officer, by peer."""
        ...

    def put_outbox(self, row: OutboxRow) -> None:
        """Keep what is owed, or its changed state."""
        ...

    def outbox(self, message: str) -> OutboxRow | None:
        """Give one envelope owed or delivered."""
        ...

    def owed(self, peer: str | None, due: Instant | None, limit: int) -> Sequence[OutboxRow]:
        """Give envelopes not yet receipted, in sequence; of one peer, and due, where said."""
        ...

    def sent(self, limit: int = 1000) -> Sequence[OutboxRow]:
        """Give what was sent, newest first, without the envelopes' bytes."""
        ...

    def backlog(self) -> Mapping[str, int]:
        """Give how many envelopes are owed to each peer."""
        ...

    def put_unsent(self, row: UnsentRow) -> None:
        """Keep what could not be sent, or why not by now."""
        ...

    def unsent(self) -> Sequence[UnsentRow]:
        """Give what could not be sent yet, oldest first."""
        ...

    def drop_unsent(self, statement: str, to: str) -> None:
        """Forget that an act could not be sent: it is owed now."""
        ...

    def put_inbox(self, row: InboxRow) -> None:
        """Keep an envelope's fate."""
        ...

    def inbox(self, message: str) -> InboxRow | None:
        """Give the fate of one message."""
        ...

    def inbox_by_envelope(self, envelope_digest: str) -> InboxRow | None:
        """Give the fate of one envelope."""
        ...

    def inbox_at(self, channel: str, sequence: int) -> InboxRow | None:
        """Give what came under a sequence number of a channel."""
        ...

    def said_around(self, channel: str, sequence: int) -> tuple[Instant | None, Instant | None]:
        """Give the latest instant said under a lower number of a channel, and the earliest under a higher one."""
        ...

    def received(self, *, states: Sequence[str] = (), limit: int = 1000) -> Sequence[InboxRow]:
        """Give what came in, newest first."""
        ...

    def receipts_owed(self, peer: str) -> Sequence[InboxRow]:
        """Give receipts that no carrier has taken back yet."""
        ...

    # -- consents asked --------------------------------------------------------------------------------------
    def put_request(self, row: RequestRow) -> None:
        """Keep a request or its changed state."""
        ...

    def request(self, id: str) -> RequestRow | None:
        """Give one request."""
        ...

    def requests(self) -> Sequence[RequestRow]:
        """Give all requests, newest first."""
        ...

    # -- journal ---------------------------------------------------------------------------------------------
    def head(self, channel: str) -> Head:
        """Give the frontier of a tree; an empty one where nothing was entered."""
        ...

    def heads(self) -> Sequence[Head]:
        """Give all frontiers, the node's first."""
        ...

    def append(self, rows: Iterable[JournalRow], heads: Iterable[Head]) -> None:
        """Enter rows and the frontiers after them."""
        ...

    def journal(
        self, *, channel: str | None = None, after: int = 0, limit: int = 1000
    ) -> Sequence[JournalRow]:
        """Give entries in order; of the whole node by `number`, of a channel by `channel_number`."""
        ...

    def last_entry_at(self) -> Instant | None:
        """Give the instant of the last entry."""
        ...

    def put_checkpoint(self, peer: str, size: int, text: str, at: Instant) -> None:
        """Keep a checkpoint a peer showed of its side of the channel."""
        ...

    def checkpoints(self, peer: str, size: int | None = None) -> Sequence[tuple[int, str]]:
        """Give the checkpoints a peer has shown, by size, or those of one size."""
        ...

    def entries_of(self, act: str) -> Sequence[JournalRow]:
        """Give the entries of one act, by its digest or the beginning of it, in order."""
        ...

    def acts_entered(self, channel: str, until: int | None = None) -> Iterator[tuple[str, str]]:
        """Give kind and act of a channel's entries, in order, up to one of its numbers where said."""
        ...

    def put_kept_head(self, row: KeptHead) -> None:
        """Keep the largest head witnessed, in place of the one before."""
        ...

    def kept_head(self, peer: str, *, ours: bool) -> KeptHead | None:
        """Give the largest head of a tree that its witness has kept."""
        ...

    def behind(self) -> Sequence[KeptHead]:
        """Give the heads that peers have kept of this Party and that are not here."""
        ...

    def put_proven(self, purpose: str, head: Head) -> None:
        """Note up to where stored leaves were read again."""
        ...

    def proven(self, purpose: str) -> Mapping[str, Head]:
        """Give up to where stored leaves were read again, by channel."""
        ...

    def proven_of(self, purpose: str, channel: str) -> Head | None:
        """Give the same for one channel."""
        ...

    def put_reconciliation(self, row: ReconciliationRow) -> None:
        """Keep a reconciliation in place of the one that the same side asked for before."""
        ...

    def reconciliation(self, peer: str, *, ours: bool) -> ReconciliationRow | None:
        """Give the reconciliation that this Party, or the peer, asked for last."""
        ...


class Store(Protocol):
    """Where a node keeps its rows. See the duties in this module's docstring."""

    def write(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` and return once its effects are durable."""
        ...

    def submit(self, work: Callable[[Transaction], T]) -> "Future[T]":
        """Queue `work`; the future is done once its effects are durable, or it has raised and left nothing."""
        ...

    def read(self, work: Callable[[Transaction], T]) -> T:
        """Run `work`, which changes nothing."""
        ...

    def renew_keys(self, now: Instant) -> bool:
        """Begin a new epoch of the keys of bodies if the present one is over; tell whether it was."""
        ...

    def scrub(self) -> None:
        """Overwrite what logs beside the database still hold of rows that were erased."""
        ...

    def close(self) -> None:
        """Finish what is under way and let the home go."""
        ...


class Reply(msgspec.Struct, frozen=True):
    """What came back for a run of envelopes.

    Attributes:
        letters: sealed receipts, one letter a sender.
        reasons: for each envelope, in order, why it was not taken, unsigned; empty where a receipt speaks for it.
    """

    letters: tuple[bytes, ...]
    reasons: tuple[str, ...]


class Carrier(Protocol):
    """What moves envelopes to one peer and brings its receipts back."""

    def deliver(self, peer: str, endpoint: str, envelopes: Sequence[bytes]) -> Reply:
        """Hand over a run of envelopes and give what came back.

        Raises:
            PeerUnreachable: nothing is known to have arrived; what was sent stays owed.
        """
        ...

    def close(self) -> None:
        """Let every connection go; a delivery that still waits ends as not delivered."""
        ...
