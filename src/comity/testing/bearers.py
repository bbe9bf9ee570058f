"""Who bears which cost of a matter, reckoned anew from its story alone: held against what the ledger says.

Written apart from the engine: it reads the events that count up to the cost, and knows the articles of `WORKING` (with
one for aid, which the sending Party bears) as a lawyer would tell them, a sentence each.
"""

from collections.abc import Iterator, Sequence

from comity.cooperation.event import OPEN, Event
from comity.cooperation.ledger import Entry
from comity.cooperation.matter import Matter
from comity.testing.working_text import NORTH, SOUTH

__all__ = ["AID_IS_BORNE", "SHARED_COST", "wrong_costs"]

#: Article 6 of the text, with what is said there of aid.
AID_IS_BORNE = b'[[expense]]\nid = "aid"\nfor = "aid"\nitems = { all = "sending" }\n'
SHARED_COST = "shared"


def wrong_costs(matter: Matter, entries: Sequence[Entry]) -> Iterator[str]:
    """Give where costs stand that should not, or lack, or are borne by another than the story says."""
    events = [told.event for told in matter.story if told.counts]
    gone = {each.said.entry for each in events if each.word == "strike-cost"}
    due = {
        each.digest: _bearer(events[:place], each)
        for place, each in enumerate(events)
        if each.word == "cost" and each.digest not in gone
    }
    if {each.event for each in entries} != due.keys():
        yield "the ledger has other costs than the story"
    for entry in entries:
        bearer = due.get(entry.event, "")
        named = {party for party in (NORTH, SOUTH) if party in entry.owes}
        if bearer == SHARED_COST:
            right = named <= {NORTH, SOUTH} - {entry.spender} and entry.bearer == SHARED_COST
        else:
            right = bearer != "" and named == {bearer} - {entry.spender}
        if not right:
            yield f"the {entry.what} of a {entry.kind} is {bearer or 'nobody'}'s to bear, and is put to {entry.owes}"


def _bearer(before: Sequence[Event], cost: Event) -> str:
    """Tell who bears a cost by the events before it; empty for nobody, for whom there is no article."""
    opening = next(each for each in before if each.word == OPEN)
    match opening.kind:
        case "meeting":  # whoever proposed one that stands in no plan, once the two have agreed to it
            agreed = any(each.word == "agree" for each in before)
            return str(opening.by) if agreed and not opening.said.invited else ""
        case "mission":  # salaries by the Party that sends, premises by the one that receives
            sends, receives = opening.said.of, SOUTH if opening.said.of == NORTH else NORTH
            return str({"salaries": sends, "premises": receives}.get(cost.said.what, ""))
        case "quota":
            return SHARED_COST
        case "training":  # the Party whose people are trained
            return SOUTH if opening.said.by == NORTH else NORTH
        case "request":
            return _taker(opening, before)
        case "measure":
            return _lead(opening, before)
    return ""


def _taker(opening: Event, before: Sequence[Event]) -> str:
    """Who sends aid: who has taken the request, of two the one that agreed to it, and until then the one asked."""
    taker, proposed = opening.to, None
    for each in before:
        if each.word == "propose":
            proposed = each.said
        elif each.word == "accept":
            taker = each.by
        elif each.word == "agree" and proposed is not None:
            taker = each.by if proposed.taken_by == "jointly" else proposed.taker
    return str(taker)


def _lead(opening: Event, before: Sequence[Event]) -> str:
    """Who leads a measure: as it was agreed last, and until then as it was first proposed."""
    lead = said = opening.said.lead
    for each in before:
        if each.word == "amend":
            said = each.said.lead
        elif each.word == "agree":
            lead = said
    return str(lead)
