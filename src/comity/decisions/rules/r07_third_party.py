"""Rule 7, third party and custody: what was received goes on only by the word of those it came from.

(1) The custody of the item, and of everything it was made from, holds together and is at hand.
(2) For each hop under an agreement whose third-party article covers the kind, consent is owed to the sender, to the
    originator, or to everyone upstream, as that article stood when the hop was made, in force today or not.
(3) It is owed to nobody who is the holder or the recipient; nor where the recipient is exempt (a Party of that
    agreement, named in a standing consent, or its overseer); nor where the giver consented to this very passing.
(4) What remains is asked for. A withdrawn item goes to nobody, under no consent and no necessity.

With it are judged the purposes that travel (rule 5) and use before a court (rule 6), which are owed hop by hop too.
Source: `specs/gate.md`, Custody, lineage, obligations; Taking back.
"""

from collections.abc import Mapping

import msgspec

from comity.clock import Instant
from comity.decisions.decision import Ground
from comity.decisions.known import Known, Source
from comity.decisions.question import Question
from comity.decisions.rules.consented import Passing, consented
from comity.decisions.rules.exempt import exempt, exempt_by_copy, successor
from comity.decisions.rules.lineage import Holdings, lineage
from comity.decisions.rules.r05_purpose import OTHER_PURPOSE, travels
from comity.decisions.rules.r06_marking import JUDICIAL_TERM
from comity.decisions.rules.r10_necessity import lifted
from comity.decisions.terms import Between, Onward, onward_of
from comity.handling.consent import Consent
from comity.handling.custody import Hop
from comity.handling.item import Item

#: Who gave the holder consents for the recipient, and which.
Givers = Mapping[str, tuple[Consent, ...]]

__all__ = ["Owed", "Upstream", "upstream"]


class Owed(msgspec.Struct, frozen=True, gc=False):
    """A consent that is owed and not given: whose, for which item, by which article, for which new purpose."""

    party: str
    item: str
    ground: Ground
    purpose: str | None = None


class Upstream:
    """What stands upstream of a disclosure.

    Attributes:
        against: grounds that refuse. `owed`: consents that are missing.
        blocked: items of the lineage that carry either.
        bound: what binds whoever receives the item: Party owed, and the terms that say so.
        parties: everyone upstream. `used`: necessity articles that lifted something.
    """

    __slots__ = ("against", "blocked", "bound", "owed", "parties", "used")

    def __init__(self) -> None:
        self.against: list[Ground] = []
        self.owed: list[Owed] = []
        self.blocked: dict[str, None] = {}
        self.bound: dict[tuple[str, str], Onward] = {}
        self.parties: dict[str, None] = {}
        self.used: dict[Ground, None] = {}

    def refuse(self, item: str, ground: Ground) -> None:
        """Note a ground against, and the item that carries it."""
        self.against.append(ground)
        self.blocked[item] = None

    def ask(self, party: str, item: str, ground: Ground, purpose: str | None = None) -> None:
        """Note a consent that is missing, and the item that carries what is owed."""
        self.owed.append(Owed(party, item, ground, purpose))
        self.blocked[item] = None


def upstream(question: Question, item: Item, known: Known, at: Instant) -> Upstream:
    """Judge custody and everything owed over the item's hops and those of its whole lineage."""
    found = Upstream()
    holdings = lineage(question, item)
    for broken, text in holdings.broken:
        found.refuse(broken, Ground("rule 7 custody", text, 7))
    if known.withdrawn:
        _withdrawn(question, holdings, known, at, found)
    passing = Passing(question, holdings, at)
    givers = known.given(question.holder, question.to)
    sources = known.sources
    for holding in holdings.carried:
        parties: list[str] = []
        for hop in holding.hops:
            if hop.from_ not in parties:
                parties.append(hop.from_)
                found.parties[hop.from_] = None
            source = sources.get(hop.agreement)
            if source is None:
                _copied_hop(hop, holding, parties, passing, givers, found)
            else:
                _hop(hop, holding, parties, source, passing, givers, found)
        if question.judicial and holding.judicial in ("consent", "never"):
            _originator_term(holding, passing, givers, found)
    return found


def _hop(
    hop: Hop,
    holding: Item,
    parties: list[str],
    source: Source,
    passing: Passing,
    givers: Givers,
    found: Upstream,
) -> None:
    """Judge one hop made under an agreement that is at hand."""
    if hop.from_ not in source.ever_parties or hop.to not in source.ever_parties:
        text = f"`{holding.id}`: {hop.from_} and {hop.to} are not both Parties of {hop.agreement}"
        found.refuse(holding.id, Ground("rule 7 custody", text, 7))
        return
    question, at = passing.question, passing.at
    bound = source.bound(hop.at, at, hop.from_, hop.to)
    today: Between | None = None
    if not travels(hop.purpose, question.purpose):
        today = source.track(hop.from_, hop.to).at(at)
        _travelling_purpose(hop, holding, today, passing, givers, found)
    if question.judicial:
        today = today or source.track(hop.from_, hop.to).at(at)
        _judicial(hop, holding, bound, today, passing, givers, found)
    onward = bound.onward
    if onward is None or holding.kind not in onward.covers:
        return
    if onward.broken:
        found.refuse(holding.id, onward.ground)
        return
    holder, to = question.holder, question.to
    waiting: list[str] | None = None
    for party in _owed_to(onward, hop, holding, parties):
        found.bound[party, onward.ground.ref] = onward
        if party != holder and party != to:
            if waiting is None:
                waiting = [party]
            else:
                waiting.append(party)
    if waiting is None:
        return
    today = today or source.track(hop.from_, hop.to).at(at)
    if exempt(to, hop, holding, onward, today, at):
        return
    unmet: list[str] = []
    for party in waiting:
        giver = successor(party, today)
        if giver in (holder, to) or consented(givers.get(giver, ()), hop, holding, onward.fresh, passing):
            continue
        unmet.append(giver)
    if unmet and question.necessity and "third_party" in lifted(question, today) and today.lifted_by:
        found.used[today.lifted_by] = None
        return
    for giver in unmet:
        found.ask(giver, holding.id, onward.ground)


def _copied_hop(
    hop: Hop,
    holding: Item,
    parties: list[str],
    passing: Passing,
    givers: Givers,
    found: Upstream,
) -> None:
    """Judge one hop by the terms its statement carried, where the agreement is not at hand.

    Nothing else of that agreement can be read: no necessity, no overseer, no later member.
    """
    if hop.terms is None:
        text = f"`{holding.id}`: agreement `{hop.agreement}` of a hop is not at hand"
        found.refuse(holding.id, Ground("rule 7 custody", text, 7))
        return
    if hop.from_ not in hop.terms.members or hop.to not in hop.terms.members:
        text = f"`{holding.id}`: {hop.from_} and {hop.to} are not both Parties of {hop.agreement}"
        found.refuse(holding.id, Ground("rule 7 custody", text, 7))
        return
    if not travels(hop.purpose, passing.question.purpose):
        _travelling_purpose(hop, holding, None, passing, givers, found)
    onward = onward_of(hop.agreement, hop.terms)
    if onward is None or holding.kind not in onward.covers:
        return
    at_rest = (passing.question.holder, passing.question.to)
    lets_pass = exempt_by_copy(passing.question.to, holding, hop.terms, passing.at)
    for party in _owed_to(onward, hop, holding, parties):
        found.bound[party, onward.ground.ref] = onward
        if lets_pass or party in at_rest:
            continue
        if not consented(givers.get(party, ()), hop, holding, onward.fresh, passing):
            found.ask(party, holding.id, onward.ground)


def _owed_to(onward: Onward, hop: Hop, holding: Item, parties: list[str]) -> list[str]:
    """Give the Parties to whom consent is owed for this hop."""
    if onward.consent_of == "everyone-upstream":
        return parties
    return [hop.from_ if onward.consent_of == "sender" else holding.hops[0].from_]


def _travelling_purpose(
    hop: Hop,
    holding: Item,
    today: Between | None,
    passing: Passing,
    givers: Givers,
    found: Upstream,
) -> None:
    """The purpose recorded with a hop is another: its sender must consent to the new one by name."""
    question = passing.question
    sender = successor(hop.from_, today)
    if sender == question.holder:
        return  # its own word: who passed it on may itself pass it for something else
    if consented(givers.get(sender, ()), hop, holding, None, passing, named_purpose=True):
        return
    if question.necessity and today is not None and "purpose" in lifted(question, today) and today.lifted_by:
        found.used[today.lifted_by] = None
        return
    found.ask(sender, holding.id, OTHER_PURPOSE, question.purpose)


def _judicial(
    hop: Hop,
    holding: Item,
    bound: Between,
    today: Between,
    passing: Passing,
    givers: Givers,
    found: Upstream,
) -> None:
    """Use before a court, under the handling articles by which the hop was made."""
    terms = bound.of(holding.category)
    if not terms.judicial:
        return
    question = passing.question
    if question.necessity and "marking" in lifted(question, today) and today.lifted_by:
        found.used[today.lifted_by] = None
        return
    sender = successor(hop.from_, today)
    for limit in terms.limits:
        if limit.judicial == "never":
            found.refuse(holding.id, limit.ground)
        elif (
            limit.judicial == "consent"
            and sender not in (question.holder, question.to)
            and not consented(givers.get(sender, ()), hop, holding, None, passing)
        ):
            found.ask(sender, holding.id, limit.ground)


def _originator_term(holding: Item, passing: Passing, givers: Givers, found: Upstream) -> None:
    """Use before a court, under the originator's own term for the item."""
    question, giver = passing.question, holding.originator
    if giver == question.holder:
        return
    if holding.judicial == "never":
        found.refuse(holding.id, JUDICIAL_TERM)
    elif giver != question.to and not consented(givers.get(giver, ()), None, holding, None, passing):
        found.ask(giver, holding.id, JUDICIAL_TERM)


def _withdrawn(question: Question, holdings: Holdings, known: Known, at: Instant, found: Upstream) -> None:
    """A withdrawn item goes to nobody; what was made from one waits for a person's decision."""
    for holding in holdings.carried:
        received = known.withdrawn.get(holding.id)
        if received is None or at < received:
            continue
        if holding.id == question.disclose:
            text = f"`{holding.id}` was withdrawn by its originator"
            found.refuse(holding.id, Ground("rule 7 withdrawn", text, 7))
        elif question.disclose not in known.reviewed:
            text = f"`{holding.id}`, from which it was made, was withdrawn; a person must decide"
            found.refuse(holding.id, Ground("rule 7 source-withdrawn", text, 7))
