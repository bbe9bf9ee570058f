"""A node: one Party's name, keys and clock, and the store it acts on.

`Node.act` runs a use case as one piece of work; what it raises leaves nothing behind. `Node.know` gives the texts and
acts known, as the gate needs them, built anew whenever one of them changed.
"""

import hashlib
import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import cached_property
from typing import TypeVar

import msgspec

from comity.agreements.agreement import Agreement
from comity.agreements.folder import parse_agreement
from comity.agreements.governing import Timeline
from comity.cards import SignedCard, read_card
from comity.clock import Clock, Instant
from comity.decisions.known import Known
from comity.errors import BadInput, CannotJournal, RefusedHere
from comity.federation.card_book import CardBook
from comity.identifiers import PartyId
from comity.node.acts_known import Acts, ActsRead, acts_known
from comity.node.channel_trees import ChannelTrees
from comity.node.keyring import Keyring
from comity.node.matters_read import MattersRead
from comity.node.register_index import RegisterIndex
from comity.ports import AgreementRow, CardRow, Store, Transaction

T = TypeVar("T")


class Knowledge:
    """The texts and acts known at one moment, read once.

    Attributes:
        agreements: by id, as signed and noticed.
        timelines: what governs under each.
        cards: every card accepted by hand or under a root that an agreement pins; `own` is this Party's newest.
        cards_upstream: the same, and for other Parties those that a peer vouched for as hands upstream. They go along
            with the evidence they came with; nothing is checked with them.
        introduced: Parties whose card an officer accepted by hand.
        acts: consents, withdrawals and decisions about what was made from withdrawn items.
        known: all of it as the gate takes it; its digest names what was known.
        matters_read: matters as they were read last.
    """

    def __init__(self, party: str, transaction: Transaction, reader: "Reader") -> None:
        cards = transaction.cards()
        self.cards = CardBook(reader.card(row) for row in cards if not row.vouched)
        trusted = {row.party for row in cards if not row.vouched}
        self.cards_upstream = CardBook(
            reader.card(row) for row in cards if not (row.vouched and row.party in trusted)
        )
        self.introduced = frozenset(row.party for row in cards if row.introduced) - {party}
        self.agreements, self.timelines, texts = reader.texts(transaction.agreements())
        self.acts = acts_known(transaction, reader.acts)
        self.known = known_with(texts, self.acts)
        self.matters_read = reader.matters
        self._confirmed = self.acts.newest_confirmation()
        self._party = party

    @cached_property
    def texts_digest(self) -> str:
        """Name the texts known, so that what was read by others is read anew."""
        named = [(name, source.agreement.acts_digest) for name, source in sorted(self.known.sources.items())]
        return hashlib.sha256(msgspec.json.encode(named)).hexdigest()

    @cached_property
    def pins(self) -> dict[str, str]:
        """Give the roots that agreements held here pin, by Party."""
        return {
            party: clause.root
            for agreement in self.agreements.values()
            for party, clause in agreement.party_clauses.items()
            if clause.root
        }

    def known_at(self, at: Instant) -> Known:
        """Give what is known for a decision at an instant: without confirmations that are later than it."""
        if self._confirmed is None or self._confirmed <= at:
            return self.known
        return known_with(self.known, self.acts, at)

    @property
    def own(self) -> SignedCard:
        """This Party's newest card."""
        card = self.cards.newest(self._party)
        if card is None:
            raise BadInput(f"{self._party} has no card", hint="comity init makes one")
        return card

    def peers(self) -> frozenset[str]:
        """Give every Party with whom there is, or ever was, an agreement: both have signed it, or joined it."""
        return self._peers

    @cached_property
    def _peers(self) -> frozenset[str]:
        found: set[str] = set()
        for name in self.agreements:
            life = self.timelines[name].life
            bound = {*life.conclusion.signed, *(each.party for each in life.acts.memberships if each.cause)}
            if self._party in bound:
                found |= bound
        return frozenset(found - {self._party})

    def signatories(self, agreement: str) -> frozenset[str]:
        """Give the Parties that an agreement held here names, without this one; none where it is not held."""
        held = self.agreements.get(agreement)
        return frozenset(held.parties) - {self._party} if held is not None else frozenset()

    def correspondents(self) -> frozenset[str]:
        """Give everyone from whom some message may come: peers, Parties of texts held, Parties introduced by hand."""
        drafts = (self.signatories(name) for name in self.agreements)
        return self.peers().union(self.introduced, *drafts)


class Reader:
    """Reads texts, cards and acts once each: what was signed never changes, and reading it costs more than an act.

    Attributes:
        acts: what reads consents, and what was said of them later.
        matters: what was made of the logs of matters.
    """

    def __init__(self) -> None:
        self.acts = ActsRead()
        self.matters = MattersRead()
        self._cards: dict[str, SignedCard] = {}
        self._agreements: dict[str, Agreement] = {}
        self._texts: tuple[frozenset[str], dict[str, Agreement], dict[str, Timeline], Known] | None = None

    def card(self, row: CardRow) -> SignedCard:
        """Give a card, its root's signature checked."""
        if row.digest not in self._cards:
            self._cards[row.digest] = read_card(row.signed, root_fingerprint=None)
        return self._cards[row.digest]

    def texts(self, rows: Iterable[AgreementRow]) -> tuple[dict[str, Agreement], dict[str, Timeline], Known]:
        """Give the agreements by id, what governs under each, and the same for the gate, without any act."""
        held = {row.acts_digest: row for row in rows}
        if self._texts is None or self._texts[0] != held.keys():
            for digest, row in held.items():
                if digest not in self._agreements:
                    self._agreements[digest] = parse_agreement(row.files)
            found = [self._agreements[digest] for digest in held]
            timelines = {
                each.id: Timeline(each, [other for other in found if other.id != each.id]) for each in found
            }
            known = Known(timelines.values())
            self._texts = (frozenset(held), {each.id: each for each in found}, timelines, known)
        return self._texts[1:]


class Node:
    """One Party's node.

    Args:
        party: the Party whose node this is.
        store: where its rows are kept.
        clock: where it reads the time.
        keyring: the private keys it holds.
        entropy: gives that many random bytes.
        deployment: which world it belongs to; an exercise never counts as the real thing.
        reader: what it reads signed texts and cards with, where another has read them already.
        register: what finds the names in its register; by default in memory.

    Attributes:
        trees: of its channels, for proofs that peers ask for.
    """

    def __init__(
        self,
        party: PartyId,
        store: Store,
        clock: Clock,
        keyring: Keyring,
        entropy: Callable[[int], bytes] = os.urandom,
        deployment: str = "production",
        reader: "Reader | None" = None,
        register: RegisterIndex | None = None,
    ) -> None:
        self.party = party
        self.store = store
        self.clock = clock
        self.keyring = keyring
        self.entropy = entropy
        self.deployment = deployment
        self.register = register or RegisterIndex()
        self.trees = ChannelTrees()
        self._knowledge: Knowledge | None = None
        self.reader = reader or Reader()
        self._acting: int | None = None
        self._instant: Instant | None = None
        store.watch(self.forget)

    def act(self, work: Callable[[Transaction], T]) -> T:
        """Run a use case as one piece of work; durable on return, nothing left behind if it raises."""
        return self.submit(work).result()

    def submit(self, work: Callable[[Transaction], T]) -> "Future[T]":
        """Queue a use case as one piece of work; its future is done once its effects are durable."""

        def guarded(transaction: Transaction) -> T:
            self._acting, self._instant = threading.get_ident(), None
            self.register.begin()
            try:
                return work(transaction)
            except BaseException:
                self.forget()  # it may have been built on rows that are undone now
                raise
            finally:
                self._acting = self._instant = None

        queued = self.store.submit(guarded)
        queued.add_done_callback(self._forget_what_failed)
        return queued

    def _forget_what_failed(self, done: "Future[T]") -> None:
        failed = done.exception()
        if isinstance(failed, CannotJournal):
            self.register.lost()
        if failed is not None:
            self.forget()

    def know(self, transaction: Transaction) -> Knowledge:
        """Give the texts and acts known.

        Only an act keeps what it built: a reader beside it may see the rows of a moment ago.
        """
        known = self._knowledge
        if known is None:
            known = Knowledge(self.party, transaction, self.reader)
            if self._acting == threading.get_ident():
                self._knowledge = known
        return known

    def forget(self) -> None:
        """Build the knowledge anew at the next question: a text or an act has changed."""
        self._knowledge = None
        self.register.undone()

    def now(self, transaction: Transaction) -> Instant:
        """Read the clock for one act: all that is done in it has one instant.

        Raises:
            RefusedHere: the clock stands before the journal's last entry; such a node decides nothing
                (`specs/gate.md`, What a receiver can check).
        """
        acting = self._acting == threading.get_ident()
        now = (self._instant if acting else None) or self.clock.now()
        if acting:
            self._instant = now
        last = transaction.last_entry_at()
        if last is not None and now < last:
            raise RefusedHere(
                f"the clock stands at {now:%Y-%m-%d %H:%M:%SZ}, before the journal's last entry "
                f"({last:%Y-%m-%d %H:%M:%SZ}): nothing is decided",
                hint="set the machine's clock",
            )
        return now


def own_card(knowledge: Knowledge) -> str:
    """Give this Party's newest card as it travels."""
    return knowledge.own.signed.decode()


def known_with(texts: Known, acts: Acts, at: Instant | None = None) -> Known:
    """Put texts and acts together for the gate; of confirmations those that are not later than `at`."""
    return texts.with_acts(acts.consents_at(at), withdrawn=acts.withdrawn, reviewed=acts.reviewed)
