"""The gate: decides one disclosure. Pure, total, deterministic; permits only on a positive ground.

    decide(question, known, at)
      (1) once, whatever the agreement    safeguards; custody, consents and travelling purposes; retention
      (2) each agreement between the two  in force; offices; category; purpose; marking; transport
      (3) put together                    a refusal outranks a missing consent; all grounds; whom to ask; what is owed

The rules stand in `comity.decisions.rules`, one file each. Source: `specs/gate.md`.
"""

import msgspec

from comity.clock import Instant
from comity.decisions.decision import Ask, Decision, Ground, Obligation
from comity.decisions.known import Known
from comity.decisions.obligations import obligations, own_item_obligations
from comity.decisions.question import Question
from comity.decisions.rules.passing import Owed, Passing
from comity.decisions.rules.r01_safeguards import safeguards, safeguards_of_sources
from comity.decisions.rules.r02_in_force import in_force, no_agreement
from comity.decisions.rules.r03_parties_and_offices import offices
from comity.decisions.rules.r04_category import category, offers
from comity.decisions.rules.r05_purpose import agreed, purpose_objections
from comity.decisions.rules.r06_marking import judicial_objections, marking_objections, unknown_label
from comity.decisions.rules.r07_third_party import upstream
from comity.decisions.rules.r08_retention import retained
from comity.decisions.rules.r09_transport import transport
from comity.decisions.rules.r10_necessity import lifted, unmet
from comity.decisions.terms import Between
from comity.handling.item import Item
from comity.handling.protected_matters import needs_a_look

__all__ = ["decide"]

_NOTHING: frozenset[str] = frozenset()


def decide(question: Question, known: Known, at: Instant) -> Decision:
    """Decide whether the item may pass.

    Args:
        question: item with its lineage, holder, recipient, purpose, and how it would pass.
        known: the signed texts and acts it is judged by.
        at: the instant it is decided for.

    Returns:
        The decision with all its grounds. A question that names items not at hand is refused, never an error.
    """
    if question.holdings:
        return _over_holdings(question, known, at)
    item = question.items.get(question.disclose)
    if item is None or item.id != question.disclose:
        ground = Ground("rule 7 custody", f"`{question.disclose}` is not at hand", 7)
        return Decision("refused", (ground,), (), (), None, question, at, known.digest, known.zones)
    return _decide(question, item, known, at)


def _over_holdings(question: Question, known: Known, at: Instant) -> Decision:
    """Decide on one holding of an item that came by several routes: the first that permits, else that needs least."""
    first = question.items.get(question.disclose)
    held = [each for each in (first, *question.holdings) if each is not None and each.id == question.disclose]
    if not held:
        ground = Ground("rule 7 custody", f"`{question.disclose}` is not at hand", 7)
        return Decision("refused", (ground,), (), (), None, question, at, known.digest, known.zones)
    tried = [_decide(question, holding, known, at, number) for number, holding in enumerate(held)]
    for outcome in ("permitted", "needs-consent"):
        for decision in tried:
            if decision.outcome == outcome:
                return decision
    return tried[0]


def _decide(question: Question, item: Item, known: Known, at: Instant, holding: int = 0) -> Decision:
    # (1) Once: rules 1, 7 and 8, and the purposes of rule 5 that travel, bind under every agreement.
    once: tuple[Ground, ...] = ()
    if item.needs_reading or needs_a_look(item.category) or needs_a_look(question.purpose):
        once = safeguards(item, question.purpose)
    above: Passing | None = None
    if item.hops or item.made_from or question.necessity or known.withdrawn:
        above = upstream(question, item, known, at)
        if item.made_from:
            once += safeguards_of_sources(above.holdings.carried)
        if item.hops:
            once += retained(item, question.holder, known, at)
    elif item.originator != question.holder or not item.originator:
        once += (_not_its_own(question, item),)

    # (2) Each agreement between the two is tried whole; the last to enter into force of those that permit is used.
    used: Between | None = None
    grounds: tuple[Ground, ...] = ()
    against: list[Ground] = []
    tried: list[Between] = []
    for track in known.between(question.holder, question.to):
        between = track.at(at)
        if question.under is not None and between.agreement != question.under:
            continue
        tried.append(between)
        objections, permitting = _try(question, item, between)
        if objections:
            against.extend(objections)
        elif used is None or between.rank > used.rank:
            used, grounds = between, permitting

    # (3) Put together.
    if used is not None and not once:
        if above is None:
            owed = own_item_obligations(question, item, used, used.of(item.category), at)
            return _passes(question, known, at, holding, used, grounds, owed)
        if not above.against:
            if not above.owed:
                return _permitted(question, item, known, at, holding, used, grounds, above)
            return _needs_consent(question, known, at, holding, tried, above)
    if not tried:
        against.extend(no_agreement(question.under))
    if question.necessity:
        against.extend(unmet(question, tried, above.short if above is not None else ()))
    return _refused(question, known, at, holding, used is not None and not once, (*once, *against), above)


def _try(question: Question, item: Item, between: Between) -> tuple[tuple[Ground, ...], tuple[Ground, ...]]:
    """Try one agreement whole: rules 2 to 6 and 9. Gives what stands against, and the articles that permit."""
    against = in_force(between)
    if against:
        return against, ()
    terms = between.of(item.category)
    lifts = lifted(question, between) if question.necessity else _NOTHING
    against = terms.unread
    if question.office_from is not None or question.office_to is not None:
        against += offices(question, item.category, between.terms)
    found = offers(item.kind, terms)
    if not found or not item.category:
        against += category(item.category, item.kind, terms)
    purpose = question.purpose
    if "purpose" in lifts:
        permitting = tuple(ground for offer in found for ground in offer.grounds)
    else:
        permitting = agreed(found, purpose)
        if not permitting or not purpose or purpose in between.excluded:
            against += purpose_objections(found, purpose, between)
    if item.pap is not None and not item.pap.known:
        against += unknown_label(item.pap)
    if "marking" not in lifts:
        if item.marking is not None and item.marking.level > terms.strictest:
            against += marking_objections(item.marking, terms)
        if question.judicial and terms.judicial:
            against += judicial_objections(terms)
    if question.carrier not in between.carriers or question.suite != between.suite:
        against += transport(question.carrier, question.suite, between)
    return against, permitting


def _not_its_own(question: Question, item: Item) -> Ground:
    text = f"`{item.id}` is not {question.holder}'s own and no custody leads to it"
    return Ground("rule 7 custody", text if item.originator else f"`{item.id}`: its originator is unknown", 7)


def _permitted(
    question: Question,
    item: Item,
    known: Known,
    at: Instant,
    holding: int,
    used: Between,
    grounds: tuple[Ground, ...],
    above: Passing,
) -> Decision:
    own_lift = _lifted_here(question, item, used)
    if own_lift is not None:
        above.used[own_lift] = None
    owed = obligations(question, item, used, used.of(item.category), above, at)
    if above.used:
        grounds = tuple(dict.fromkeys((*grounds, *above.used)))
    return _passes(question, known, at, holding, used, grounds, owed)


def _passes(
    question: Question,
    known: Known,
    at: Instant,
    holding: int,
    used: Between,
    grounds: tuple[Ground, ...],
    owed: tuple[Obligation, ...],
) -> Decision:
    return Decision(
        "permitted",
        grounds,
        (),
        owed,
        used.agreement,
        question,
        at,
        known.digest,
        known.zones,
        (),
        False,
        holding,
    )


def _lifted_here(question: Question, item: Item, used: Between) -> Ground | None:
    """Give the necessity article of the agreement used, where without it its rules 5 and 6 would have refused."""
    if not lifted(question, used):
        return None
    without, _ = _try(msgspec.structs.replace(question, necessity=False), item, used)
    return used.lifted_by if without else None


def _needs_consent(
    question: Question, known: Known, at: Instant, holding: int, tried: list[Between], above: Passing
) -> Decision:
    grounds = {owed.ground for owed in above.owed}
    if question.necessity:
        grounds.update(unmet(question, tried, above.short))
    return Decision(
        "needs-consent",
        _in_order(grounds),
        _ask(above),
        (),
        None,
        question,
        at,
        known.digest,
        known.zones,
        tuple(sorted(above.blocked)),
        question.disclose not in above.blocked,
        holding,
    )


def _refused(
    question: Question,
    known: Known,
    at: Instant,
    holding: int,
    else_passes: bool,
    grounds: tuple[Ground, ...],
    above: Passing | None,
) -> Decision:
    blocked: tuple[str, ...] = ()
    if above is not None:
        grounds = (*grounds, *above.against, *(owed.ground for owed in above.owed))
        blocked = tuple(sorted(above.blocked))
    return Decision(
        "refused",
        _in_order(set(grounds)),
        (),
        (),
        None,
        question,
        at,
        known.digest,
        known.zones,
        blocked,
        else_passes and question.disclose not in blocked,
        holding,
    )


def _in_order(grounds: set[Ground]) -> tuple[Ground, ...]:
    """Put grounds in the order of the rules, then of their citations; each stands once."""
    return tuple(sorted(grounds, key=_place))


def _place(ground: Ground) -> tuple[int, str, str]:
    return ground.rule, ground.ref, ground.text


def _ask(above: Passing) -> tuple[Ask, ...]:
    """Name each Party to be asked once, sorted, with the items and articles it is asked about."""
    asked: dict[str, list[Owed]] = {}
    for owed in above.owed:
        asked.setdefault(owed.party, []).append(owed)
    return tuple(
        Ask(
            party,
            tuple(sorted({owed.item for owed in asked[party]})),
            _in_order({owed.ground for owed in asked[party]}),
            next((owed.purpose for owed in asked[party] if owed.purpose is not None), None),
        )
        for party in sorted(asked)
    )
