"""One passing under judgement: what was asked, what stands upstream of it, and what has been found so far.

The rules that look upstream (5, 6 and 7) share this while one decision is made; nothing of it outlives the decision.
"""

import msgspec

from comity.clock import Instant
from comity.decisions.decision import Ground, Obligation
from comity.decisions.given import Given
from comity.decisions.known import Known
from comity.decisions.question import Question
from comity.decisions.routes import Duties, Leg, Routes
from comity.decisions.rules.lineage import Holdings, lineage
from comity.handling.item import Item

__all__ = ["Owed", "Passing"]


class Owed(msgspec.Struct, frozen=True, gc=False):
    """A consent that is owed and not given: whose, for which item, by which article, for which new purpose."""

    party: str
    item: str
    ground: Ground
    purpose: str | None = None


class Passing:
    """The passing, and what was found upstream of it.

    Attributes:
        given: consents that let the holder pass something to the recipient.
        routes: the ways by which it all came; `last`: the leg by which the disclosed item itself came.
        by_item: some consent names an item, or carries over several hops: what is met may hang on the item.
        unmet: what is owed on a leg -> who has not consented, found to be the same whatever item came there.
        against: grounds that refuse. `owed`: consents that are missing.
        blocked: items of the lineage that carry either.
        bound: what binds whoever receives the item, by Party owed and article.
        parties: everyone upstream, where necessity is invoked. `used`: necessity articles that lifted something.
        conditions: words that go along, and whose consent they are of.
        short: necessity articles for which too few officers approved.
    """

    __slots__ = (
        "against",
        "at",
        "blocked",
        "bound",
        "by_item",
        "conditions",
        "given",
        "holder",
        "holdings",
        "known",
        "last",
        "owed",
        "parties",
        "question",
        "routes",
        "short",
        "to",
        "unmet",
        "used",
    )

    def __init__(self, question: Question, item: Item, known: Known, at: Instant) -> None:
        self.question = question
        self.holder = question.holder
        self.to = question.to
        self.known = known
        self.at = at
        self.holdings: Holdings = lineage(question, item)
        self.given: Given = known.given(question.holder, question.to)
        self.routes: Routes = known.routes(question.holder, question.to)
        self.last: Leg | None = None
        self.by_item = bool(self.given.items) or known.carries
        self.unmet: dict[Duties, list[str]] = {}
        self.against: list[Ground] = []
        self.owed: list[Owed] = []
        self.blocked: dict[str, None] = {}
        self.bound: dict[tuple[str, str], Obligation] = {}
        self.parties: dict[str, None] = {}
        self.conditions: dict[tuple[str, str], None] = {}
        self.used: dict[Ground, None] = {}
        self.short: dict[Ground, None] = {}

    def refuse(self, item: str, ground: Ground) -> None:
        """Note a ground against, and the item that carries it."""
        self.against.append(ground)
        self.blocked[item] = None

    def ask(self, party: str, item: str, ground: Ground, purpose: str | None = None) -> None:
        """Note a consent that is missing, and the item that carries what is owed."""
        self.owed.append(Owed(party, item, ground, purpose))
        self.blocked[item] = None
