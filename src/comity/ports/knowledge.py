"""What a node knows: cards, agreements, proposals, signed statements."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from comity.clock import Instant
from comity.ports.row import Row


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


class KnowledgeRows(Protocol):
    """Cards, agreements and signed statements, as one piece of work sees and changes them."""

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

    def put_statement(self, row: StatementRow) -> bool:
        """Keep a statement; False if it was here already."""
        ...

    def statement(self, digest: str) -> StatementRow | None:
        """Give one statement."""
        ...

    def statements(self, kind: str, about: str | None = None) -> Sequence[StatementRow]:
        """Give the statements of a kind, of all or about one digest, in the order they became known."""
        ...

    def count_statements(self, kind: str, about: str, by: str) -> int:
        """Count the statements of a kind about one digest that one Party signed."""
        ...

    def acts(self) -> Sequence[StatementRow]:
        """Give the statements that change what the gate answers (consents, their revocations and confirmations,
        withdrawals, reviews), in the order they became known.
        """
        ...
