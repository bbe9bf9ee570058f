"""What comes and goes: channels, outbox, inbox, consents asked."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from comity.clock import Instant
from comity.ports.row import Row


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
    """An envelope owed to a peer. `state`: owed, receipted, quarantined, waiting, abandoned.

    `carriers` are what the gate lets carry it; empty for what is not a disclosure, which any of the peer's carriers may
    take. `envelope` is empty once it was settled, and where rows are listed without it.
    """

    message: str
    peer: str
    channel: str
    sequence: int
    kind: str
    about: str
    carriers: tuple[str, ...] = ()
    owed_at: Instant
    attempts: int = 0
    next_at: Instant
    state: str = "owed"
    reason: str = ""
    size: int = 0
    envelope: bytes
    receipt: bytes = b""


class CircuitRow(Row, frozen=True, kw_only=True):
    """How the line to a peer is: closed (`failures` 0), or open until `next_at`, when one envelope tries it.

    `since` is when it first failed; once it is back, when that was, with the `backlog` there was then and how much has
    been `carried` since.
    """

    peer: str
    failures: int = 0
    since: Instant
    next_at: Instant
    reason: str = ""
    backlog: int = 0
    carried: int = 0


class PouchRow(Row, frozen=True, kw_only=True):
    """A pouch that this node wrote a slip for, or opened a volume of.

    `opened` are the numbers of the volumes opened here, `slip` the hands it went through as far as they were told.
    """

    name: str
    opened: tuple[str, ...] = ()
    slip: bytes = b""


class InboxRow(Row, frozen=True, kw_only=True):
    """An envelope taken in. `state`: accepted, quarantined, waiting; `agreement`: under which an item was accepted.

    `said_at` is the instant its sender gave it; `receipt` is the signed answer, given again byte for byte whenever the
    envelope comes again; `letter` keeps the envelope itself only while it is quarantined or waiting, and with an item
    in it only until that is withdrawn by `originator`, whom the manifest inside names; `signer` is the fingerprint of
    the key it was signed with.
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
    originator: str = ""
    signer: str = ""
    agreement: str = ""


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


class MailboxRows(Protocol):
    """Channels, what is owed and what came, and the consents asked for."""

    def channel(self, peer: str, direction: str) -> ChannelRow | None:
        """Give the channel to (`out`) or from (`in`) a peer."""
        ...

    def channel_named(self, name: str) -> ChannelRow | None:
        """Give the channel of this name, whoever began it."""
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

    def owed_heads(self, peer: str, due: Instant | None, limit: int) -> Sequence[OutboxRow]:
        """Give the same of one peer without the envelopes' bytes: for choosing a batch, and for looking through all."""
        ...

    def peers_owed(self) -> Sequence[str]:
        """Give every peer to whom something is owed."""
        ...

    def next_owed(self, peer: str) -> Instant | None:
        """Give when the next envelope owed to a peer becomes due; None where nothing is owed."""
        ...

    def note_attempt(self, message: str, next_at: Instant, reason: str) -> None:
        """Note that an envelope was not taken, or only handed over: when it is due again, and why."""
        ...

    def make_due(self, peer: str | None, now: Instant) -> int:
        """Make everything owed, or all of one peer, due now; give how much was not yet."""
        ...

    def circuits(self) -> Sequence[CircuitRow]:
        """Give the lines that ever failed, by peer."""
        ...

    def circuit(self, peer: str) -> CircuitRow | None:
        """Give the line to a peer; None where it never failed."""
        ...

    def put_circuit(self, row: CircuitRow) -> None:
        """Keep how a line is."""
        ...

    def pouch(self, name: str) -> PouchRow | None:
        """Give what is known of a pouch."""
        ...

    def put_pouch(self, row: PouchRow) -> None:
        """Keep what is known of a pouch."""
        ...

    def peers_receipts_owed(self) -> Sequence[str]:
        """Give every peer for whom a receipt waits that no carrier has taken back yet."""
        ...

    def sent(self, limit: int = 1000, *, states: Sequence[str] = ()) -> Sequence[OutboxRow]:
        """Give what was sent, in these states where said, newest first, without the envelopes' bytes."""
        ...

    def receipted_by(self, peer: str, limit: int = 20) -> Sequence[OutboxRow]:
        """Give the letters last receipted by a peer, newest first, without their envelopes."""
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

    def put_request(self, row: RequestRow) -> None:
        """Keep a request or its changed state."""
        ...

    def request(self, id: str) -> RequestRow | None:
        """Give one request."""
        ...

    def requests(self) -> Sequence[RequestRow]:
        """Give all requests, newest first."""
        ...

    def requests_answered_by(self, answer: str) -> Sequence[RequestRow]:
        """Give the requests that a statement answers, newest first."""
        ...

    def requests_confirming(self, consent: str) -> Sequence[RequestRow]:
        """Give the requests that ask for a fresh confirmation of a consent, newest first."""
        ...

    def hands_of(self, asker: str) -> Sequence[str]:
        """Give the Parties that brought requests of an asker here, each once, the one of the newest request first."""
        ...

    def count_requests_open(self, *, asker: str = "", via: str = "") -> int:
        """Count the requests that nobody has answered: of one asker, or brought by one Party."""
        ...
