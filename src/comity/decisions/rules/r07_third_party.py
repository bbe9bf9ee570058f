"""Rule 7, third party and custody: what was received goes on only by the word of those it came from.

(1) The custody of the item, and of everything it was made from, holds together and is at hand.
(2) A withdrawn item goes to nobody, under no consent and no necessity.
(3) For each hop under an agreement whose third-party article covers the kind, consent is owed to the sender, to the
    originator, or to everyone upstream, as that article stood when the hop was made, in force today or not.
(4) It is owed to nobody who is the holder or the recipient; nor where the recipient is exempt (a Party of that
    agreement, named in a standing consent, or its overseer); nor where the giver consented to this very passing.
(5) What remains is lifted by necessity, or asked for.

With it are judged the purposes that travel (rule 5) and use before a court (rule 6), which are owed hop by hop too.
Source: `specs/gate.md`, Custody, lineage, obligations; Taking back.
"""

from comity.clock import Instant
from comity.decisions.decision import Ground
from comity.decisions.known import Known
from comity.decisions.question import Question
from comity.decisions.routes import Duties, Leg, Waiting
from comity.decisions.rules.consented import consented
from comity.decisions.rules.exempt import exempt, exempt_by_copy, successor
from comity.decisions.rules.passing import Passing
from comity.decisions.rules.r05_purpose import purpose_that_travels
from comity.decisions.rules.r06_marking import judicial_upstream, judicial_word
from comity.decisions.rules.r10_necessity import lifts, lifts_by_copy
from comity.decisions.terms import Between, Onward, onward_of
from comity.handling.custody import Hop
from comity.handling.item import Item

__all__ = ["upstream"]


def upstream(question: Question, item: Item, known: Known, at: Instant) -> Passing:
    """Judge custody and everything owed over the item's hops and those of its whole lineage."""
    passing = Passing(question, item, known, at)
    for broken, text in passing.holdings.broken:  # (1)
        passing.refuse(broken, Ground("rule 7 custody", text, 7))
    if known.withdrawn:  # (2)
        _withdrawn(passing)
    judicial, necessity, routes = question.judicial, question.necessity, passing.routes
    for holding in passing.holdings.carried:
        leg: Leg | None = None
        legs = routes.first
        for hop in holding.hops:
            leg = legs.get((hop.agreement, hop.from_, hop.to)) or routes.leg(leg, hop)
            legs = leg.following
            if leg.source is not None:
                _hop(hop, holding, leg, passing)
            else:
                _copied_hop(hop, holding, leg, passing)
        if necessity and leg is not None:
            passing.parties.update(dict.fromkeys(leg.senders))
        if judicial:
            judicial_word(holding, passing)
        if holding is item:
            passing.last = leg
    return passing


def _hop(hop: Hop, holding: Item, leg: Leg, passing: Passing) -> None:
    """Judge one hop made under an agreement that is at hand."""
    question, at = passing.question, passing.at
    if leg.road is None:
        _not_parties(hop, holding, passing)
        return
    today = leg.road.at(at)
    bound = today if today.begins <= hop.at <= at else leg.at(hop.at, at)
    if hop.purpose != question.purpose and hop.purpose is not None:
        purpose_that_travels(hop, holding, today, passing)
    if question.judicial:
        judicial_upstream(hop, holding, bound, today, passing)
    onward = bound.onward
    if onward is None or holding.kind not in onward.covers:
        return
    if onward.broken:
        passing.refuse(holding.id, onward.ground)
        return
    duties = leg.duties.get((id(onward), holding.category)) or passing.routes.duties(  # (3)
        leg, onward, holding.category
    )
    unmet = passing.unmet.get(duties)
    if unmet is None:
        passing.bound.update(duties.binds)
    elif not unmet:
        return
    if passing.to in today.may_exempt and exempt(passing.to, hop, holding, onward, today, at):  # (4)
        return
    if unmet is None:
        unmet = _unmet(duties, hop, holding, onward, today, passing)
    if unmet and not lifts("third_party", today, passing):  # (5)
        for giver in unmet:
            passing.ask(giver, holding.id, onward.ground)


def _unmet(
    duties: Duties, hop: Hop, holding: Item, onward: Onward, today: Between | None, passing: Passing
) -> list[str]:
    """Give those who have not consented; noted for what else comes this way, where it is the same whatever comes."""
    waiting = duties.waiting
    if today is not None and today.successors:
        waiting = _answering(waiting, hop.agreement, holding.category, today, passing)
    purpose, at, fresh = passing.question.purpose, passing.at, onward.fresh
    unmet: list[str] = []
    any_item = fresh is None
    for giver, classes in waiting:
        if fresh is None and classes.stands(purpose, at):
            continue
        any_item = any_item and not passing.by_item
        if not consented(giver, hop, holding, fresh, passing, classes):
            unmet.append(giver)
    if any_item:
        passing.unmet[duties] = unmet
    return unmet


def _copied_hop(hop: Hop, holding: Item, leg: Leg, passing: Passing) -> None:
    """Judge one hop by the terms its statement carried, where the agreement is not at hand.

    Nothing else of that agreement can be read: no overseer, no later member, no state.
    """
    terms = hop.terms
    if terms is None:
        text = f"`{holding.id}`: agreement `{hop.agreement}` of a hop is not at hand"
        passing.refuse(holding.id, Ground("rule 7 custody", text, 7))
        return
    if hop.from_ not in terms.members or hop.to not in terms.members:
        _not_parties(hop, holding, passing)
        return
    if hop.purpose is not None and hop.purpose != passing.question.purpose:
        purpose_that_travels(hop, holding, None, passing, terms)
    onward = onward_of(hop.agreement, terms)
    if onward is None or holding.kind not in onward.covers:
        return
    duties = passing.routes.duties(leg, onward, holding.category, kept=False)
    passing.bound.update(duties.binds)
    if exempt_by_copy(passing.to, holding, terms, passing.at):
        return
    unmet = _unmet(duties, hop, holding, onward, None, passing)
    if unmet and not lifts_by_copy("third_party", terms, passing):
        for giver in unmet:
            passing.ask(giver, holding.id, onward.ground)


def _answering(waiting: Waiting, agreement: str, category: str, today: Between, passing: Passing) -> Waiting:
    """Put successors in the place of Parties that no longer exist."""
    givers = dict.fromkeys(successor(party, today) for party, _ in waiting)
    return tuple(
        (giver, passing.given.classes(giver, agreement, category))
        for giver in givers
        if giver not in (passing.holder, passing.to)
    )


def _not_parties(hop: Hop, holding: Item, passing: Passing) -> None:
    text = f"`{holding.id}`: {hop.from_} and {hop.to} are not both Parties of {hop.agreement}"
    passing.refuse(holding.id, Ground("rule 7 custody", text, 7))


def _withdrawn(passing: Passing) -> None:
    """A withdrawn item goes to nobody; what was made from one waits for a person's decision."""
    known, disclosed = passing.known, passing.question.disclose
    for holding in passing.holdings.carried:
        received = known.withdrawn.get(holding.id)
        if received is None or passing.at < received:
            continue
        if holding.id == disclosed:
            text = f"`{holding.id}` was withdrawn by its originator"
            passing.refuse(holding.id, Ground("rule 7 withdrawn", text, 7))
        elif disclosed not in known.reviewed:
            text = f"`{holding.id}`, from which it was made, was withdrawn; a person must decide"
            passing.refuse(holding.id, Ground("rule 7 source-withdrawn", text, 7))
