"""Why a consent that is known does not serve: each reason by its own name.

The gate says whose consent is owed. Often there is one, for something else: another item or recipient, another holder,
another purpose, too early, too late, taken back, not confirmed in time. Who asks, and who is told that its disclosure
was kept apart, learns which.
"""

from collections.abc import Iterable, Iterator

from comity.agreements.durations import Duration
from comity.clock import Instant, format_instant
from comity.decisions.decision import Ask, Decision
from comity.decisions.question import Question
from comity.decisions.rules.consented import is_fresh
from comity.handling.consent import Consent
from comity.handling.item import Item
from comity.identifiers import category_covers

#: Consents of one Party that are spoken of; more would hide the nearest.
_MOST = 3


def why_not(decision: Decision, ask: Ask, consents: Iterable[Consent]) -> tuple[str, ...]:
    """Say why the consents of a Party that must be asked do not serve.

    Args:
        consents: all that are known; those of others are left aside.

    Returns:
        A sentence for each, those that come nearest first; empty where there is none at all.
    """
    found = []
    fresh = _fresh(decision, ask)
    for consent in consents:
        if consent.by == ask.party and _concerns(consent, decision.question):
            reasons = _reasons(consent, decision.question, decision.at, fresh)
            found.append(
                (len(reasons), f"consent {consent.digest[:12]} of {ask.party} {' and '.join(reasons)}")
            )
    return tuple(text for _, text in sorted(found)[:_MOST])


def _fresh(decision: Decision, ask: Ask) -> Duration | None:
    """Give how recently the articles by which consent is owed want it confirmed, as the hops carry them."""
    refs = {ground.ref for ground in ask.grounds}
    return next(
        (
            hop.terms.fresh
            for item in decision.question.items.values()
            for hop in item.hops
            if hop.terms is not None and hop.terms.article in refs and hop.terms.fresh is not None
        ),
        None,
    )


def _concerns(consent: Consent, question: Question) -> bool:
    """Tell whether a consent is near enough to be spoken of."""
    return (consent.holder == question.holder) or consent.item in question.items


def _reasons(consent: Consent, question: Question, at: Instant, fresh: Duration | None) -> tuple[str, ...]:
    found = [*_scope(consent, question), *_time(consent, at, fresh)]
    if consent.purpose is not None and consent.purpose != question.purpose:
        found.append(f"is for {consent.purpose} only")
    return tuple(found) or ("does not cover all that is owed",)


def _scope(consent: Consent, question: Question) -> Iterator[str]:
    elsewhere = (consent.holder, consent.to) != (question.holder, question.to)
    if elsewhere and consent.hops > 1:
        holder, to, hops = consent.holder, consent.to, consent.hops
        yield f"carries over {hops} hops, the first from {holder} to {to}, and not over this one"
    elif elsewhere and consent.holder != question.holder:
        yield f"was given to {consent.holder}, who cannot hand it on"
    if consent.to != question.to and consent.hops == 1:
        yield f"is for {consent.to}"
    if consent.is_item:
        if consent.item not in question.items:
            yield "names another item"
    elif not consent.is_class:
        yield "names both an item and a class, or neither"
    elif not any(_of_class(consent, item) for item in question.items.values()):
        yield f"is for {consent.category} under {consent.agreement}"


def _of_class(consent: Consent, item: Item) -> bool:
    pattern = consent.category or ""
    covered = pattern == item.category or category_covers(pattern, item.category)
    return covered and any(hop.agreement == consent.agreement for hop in item.hops)


def _time(consent: Consent, at: Instant, fresh: Duration | None) -> Iterator[str]:
    if at < consent.from_:
        yield f"counts only from {format_instant(consent.from_)}"
    if at >= consent.until:
        yield f"ended at {format_instant(consent.until)}"
    if consent.revoked is not None and at >= consent.revoked:
        yield f"was taken back from {format_instant(consent.revoked)} on"
    for wanted in (fresh, consent.fresh):
        if wanted is not None and not is_fresh(consent.confirmed_at, at, wanted):
            last = format_instant(consent.confirmed_at) if consent.confirmed_at else "never"
            yield f"must be confirmed within {wanted} and was last at {last}"
            return
