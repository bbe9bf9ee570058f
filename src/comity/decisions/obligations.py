"""What goes with an item that may pass: how long it may be kept, its marking, caveats, who must be told or asked."""

from comity.clock import Instant
from comity.decisions.decision import Obligation
from comity.decisions.question import Question
from comity.decisions.rules.passing import Passing
from comity.decisions.rules.r03_parties_and_offices import contacts_to_tell
from comity.decisions.rules.r10_necessity import notices
from comity.decisions.terms import Between, CategoryTerms, Retention
from comity.handling.custody import Hop
from comity.handling.item import Item

__all__ = ["obligations", "own_item_obligations"]


def own_item_obligations(
    question: Question, item: Item, between: Between, terms: CategoryTerms, at: Instant
) -> tuple[Obligation, ...]:
    """Give the obligations of an item that is the holder's own and made from nothing."""
    if (
        question.office_from is None
        and question.office_to is None
        and item.retention is None
        and item.pap is None
        and item.caveat is None
        and not question.confirmed
    ):
        simple = terms.simple.get(item.kind)
        if simple is not None and (item.marking is None or item.marking.known):
            return simple[0 if item.marking is None else item.marking.level + 1]
    return between.owed.get(item.kind, ()) + _goes_along(question, item, between, terms, at)


def obligations(
    question: Question,
    item: Item,
    between: Between,
    terms: CategoryTerms,
    upstream: Passing,
    at: Instant,
) -> tuple[Obligation, ...]:
    """Give the obligations of an item with a custody or a lineage: its own, and everything still owed upstream."""
    holder, to = question.holder, question.to
    found: list[Obligation] = []
    onward = between.onward
    if onward is not None and item.kind in onward.covers:
        here = Hop(holder, to, between.agreement, at)  # the hop now made: one more leg of the route
        duties = upstream.routes.duties(upstream.routes.leg(upstream.last, here), onward, item.category)
        found.extend(owed for place, owed in duties.binds.items() if place not in upstream.bound)
    found.extend(upstream.bound.values())
    found.extend(_goes_along(question, item, between, terms, at))
    if not question.confirmed:
        found.extend(
            Obligation("read-caveat", words, to, f"consent of {giver}")
            for words, giver in upstream.conditions
        )
    if upstream.used:
        found.extend(notices(upstream.parties, holder, upstream.used))
    return tuple(found)


def _goes_along(
    question: Question, item: Item, between: Between, terms: CategoryTerms, at: Instant
) -> tuple[Obligation, ...]:
    """Give what goes with an item whatever stands upstream of it: retention, marking, caveats, contacts to tell."""
    if item.retention is not None or len(terms.retentions) > 1:
        found = _shortest(item, terms, question.to, at)
    else:
        found = terms.kept
    marking = item.marking
    if marking is not None and marking.known:
        found += terms.marked[marking.level]
    if item.pap is not None:
        found += (Obligation("marking", item.pap.label, question.to, "rule 6 marking"),)
    if not question.confirmed:
        found += terms.caveats
        if item.caveat:
            found += (Obligation("read-caveat", item.caveat, question.to, "rule 6 marking"),)
    if question.office_from is not None or question.office_to is not None:
        found += contacts_to_tell(question, between.terms)
    return found


def _shortest(item: Item, terms: CategoryTerms, to: str, at: Instant) -> tuple[Obligation, ...]:
    """Give the retention that ends first, counted from the hop now made; on a tie the first written."""
    lengths = [(each.length, each.ground.ref) for each in terms.retentions]
    if item.retention is not None:
        lengths.append((item.retention, "rule 8 retention"))
    length, ref = min(lengths, key=lambda each: Retention.end(each[0], at))
    return (Obligation("retention", str(length), to, ref),)
