"""The answer of the gate: an outcome, all its grounds, whom to ask, and what the recipient will owe.

A decision is a value. `decision.to_bytes()` is its one stable byte form and `decision.digest` the SHA-256 of it; the
same question, known set and instant give the same bytes years later (`specs/gate.md`, State and knowledge).
"""

import hashlib
from typing import Any, Literal

import msgspec

from comity.clock import Instant, format_instant
from comity.decisions.question import Question

__all__ = ["Ask", "Decision", "Ground", "Obligation", "Outcome", "Remedy", "Source"]

Outcome = Literal["permitted", "refused", "needs-consent"]


class Ground(msgspec.Struct, frozen=True, gc=False, order=True):
    """What a decision rests on.

    Attributes:
        ref: `<agreement> art. N(p)`, `<agreement> prot. k art. N(p)`, `<agreement> notice k`, or, where no article
            decides, `rule <number> <name>` or `safeguard <n>`.
        text: the words of that article in the decisive language, or one sentence.
        rule: number of the rule that found it.
    """

    ref: str
    text: str
    rule: int


class Ask(msgspec.Struct, frozen=True, gc=False):
    """One Party that must be asked, and for what.

    Attributes:
        party: whose consent is owed.
        items: ids of the items that carry what is owed to it, sorted.
        grounds: the terms that make it owed.
        purpose: the new purpose its consent must name, None where any consent will do.
    """

    party: str
    items: tuple[str, ...]
    grounds: tuple[Ground, ...]
    purpose: str | None = None


class Obligation(msgspec.Struct, frozen=True, gc=False, order=True):
    """What goes with the item.

    Attributes:
        kind: `retention`, `marking`, `notice`, `read-caveat` or `consent-owed`.
        value: a duration, a label, what is to be told, the caveat's words, or whose consent is owed
            (`everyone-upstream`, `sender`, `originator`).
        to: who must be told or asked; for the other kinds the recipient, whom it binds.
        ref: where it comes from.
    """

    kind: str
    value: str
    to: str
    ref: str


class Source(msgspec.Struct, frozen=True, gc=False):
    """A source that stands in the way: its id, and whose it is (empty where it is not at hand)."""

    item: str
    originator: str


class Remedy(msgspec.Struct, frozen=True, gc=False):
    """A smallest set of sources without which the item could pass."""

    without: tuple[Source, ...]


class Decision(msgspec.Struct, frozen=True, gc=False):
    """What the gate answered.

    Attributes:
        outcome: `permitted`, `refused` or `needs-consent`.
        grounds: all of them, each once, in the order of the rules and of the agreements' ids.
        ask: whom to ask, sorted by Party; empty unless the outcome is `needs-consent`.
        obligations: what goes with the item; empty when refused.
        agreement: the one agreement the hop would be made under, None unless permitted.
        question: what was asked.
        at: the instant it was decided for.
        known: digest of the texts and acts it was decided on.
        zones: version of the zone rules (`tzdata`) its days were counted by.
        blocked: items of the lineage that carry what stands in the way.
        only_lineage: nothing but `blocked` stands in the way.
        holding: index of the holding decided on, 0 where the item came by one route.
    """

    outcome: Outcome
    grounds: tuple[Ground, ...]
    ask: tuple[Ask, ...]
    obligations: tuple[Obligation, ...]
    agreement: str | None
    question: Question
    at: Instant
    known: str
    zones: str
    blocked: tuple[str, ...] = ()
    only_lineage: bool = False
    holding: int = 0

    @property
    def permitted(self) -> bool:
        """Tell whether the item may pass."""
        return self.outcome == "permitted"

    def to_bytes(self) -> bytes:
        """Give the stable byte form: everything asked, known and answered, keys sorted, in UTF-8."""
        question = msgspec.to_builtins(self.question, enc_hook=str, str_keys=True)
        answer: dict[str, Any] = {
            "question": question,
            "known": self.known,
            "tzdata": self.zones,
            "at": format_instant(self.at),
            "outcome": self.outcome,
            "agreement": self.agreement,
            "holding": self.holding,
            "grounds": self.grounds,
            "ask": self.ask,
            "obligations": self.obligations,
        }
        return msgspec.json.encode(answer, order="deterministic")

    @property
    def digest(self) -> str:
        """Give the SHA-256 of the stable byte form, in hexadecimal."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    @property
    def remedies(self) -> tuple[Remedy, ...]:
        """Give the smallest sets of sources whose removal would let the item pass; empty where none would."""
        from comity.decisions.remedies import remedies

        return remedies(self)
