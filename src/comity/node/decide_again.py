"""Deciding again what a peer has decided: at its instant, on its evidence, offline.

What stands against a disclosure is gathered whole: a decision that does not permit, with why each consent that came
does not serve; an instant that is not acceptable; acts known here that the sender may not have known (`crossed`).
"""

from collections.abc import Iterator

import msgspec

from comity.agreements.durations import Duration
from comity.agreements.governing import Timeline
from comity.clock import Instant, format_instant, parse_instant
from comity.decisions.decision import Decision
from comity.decisions.gate import decide
from comity.decisions.question import Question
from comity.federation.evidence import SKEW, Evidence
from comity.federation.statements import HopStatement
from comity.node.acts_known import Acts
from comity.node.node import Knowledge, known_with
from comity.node.why_not import why_not
from comity.sealing.receipts import Ground

#: How old a decision may be on receipt where the agreement does not say, by kind of carrier.
_WITHIN = {"online": Duration(days=1), "pouch": Duration(days=30)}
_LONGEST = 1000


class Second(msgspec.Struct, frozen=True):
    """The receiver's own decision, what stands against the disclosure, and the acts that crossed it, by name.

    `is_open`: nothing but the decision stands against it, so that texts which are not here yet may change the answer.
    """

    decision: Decision
    grounds: tuple[Ground, ...]
    crossed: tuple[str, ...]
    is_open: bool


def decide_again(
    knowledge: Knowledge, proof: Evidence, said_at: str, *, sender: str, to: str, carrier: str, at: Instant
) -> Second:
    """Decide a disclosure again, at the sender's instant.

    Args:
        proof: its evidence, checked.
        said_at: the instant the sender says it decided at.
        at: when it was received.
    """
    decided_at = parse_instant(said_at)
    acts = knowledge.acts
    if proof.consents:
        acts = acts.with_consents(proof.consents, proof.confirmations)
        known = known_with(knowledge.known, acts, decided_at)
    else:
        known = knowledge.known_at(decided_at)
    decision = decide(_question(proof, sender, to, carrier), known, decided_at)
    crossed = dict(_withdrawn(acts, proof))
    if not decision.permitted:
        crossed |= _taken_back(acts, proof, decided_at)
    stale = _staleness(knowledge.timelines[proof.hop.agreement], proof.hop, decided_at, carrier, at)
    grounds = (*stale, *crossed.values(), *_against(decision, acts))
    return Second(
        decision,
        tuple(dict.fromkeys(grounds)),
        tuple(crossed),
        is_open=not (stale or crossed or decision.permitted),
    )


def _question(proof: Evidence, sender: str, to: str, carrier: str) -> Question:
    """Put the sender's question again, from the evidence alone."""
    necessity = proof.necessity
    items, others = proof.items_before_hop()
    return Question(
        items=items,
        holdings=others,
        disclose=proof.disclosed.item,
        holder=sender,
        to=to,
        purpose=proof.hop.purpose,
        under=proof.hop.agreement,
        carrier=carrier,
        judicial=proof.hop.judicial,
        necessity=necessity is not None,
        approved_by=necessity.approved_by if necessity is not None else (),
    )


def _staleness(
    timeline: Timeline, hop: HopStatement, decided_at: Instant, carrier: str, at: Instant
) -> list[Ground]:
    """Say where the sender's instant is not acceptable: from the future, too old, or not that of its own hop."""
    transport = timeline.at(decided_at, hop.by, hop.to).transport
    kind = "pouch" if carrier == "pouch" else "online"
    within = (transport.within if transport is not None else {}).get(kind, _WITHIN[kind])
    if decided_at > at + SKEW:
        return [Ground("stale", f"decided at {hop.at}, later than it was received")]
    if abs(hop.instant - decided_at) > SKEW:
        return [Ground("stale", f"decided at {format_instant(decided_at)}, but the hop is of {hop.at}")]
    if within.after_instant(decided_at) < at:
        ref = str(transport.ref) if transport is not None else "stale"
        return [Ground(ref, f"decided at {hop.at}, more than {within} before it was received")]
    return []


def _withdrawn(acts: Acts, proof: Evidence) -> Iterator[tuple[str, Ground]]:
    """Give the items withdrawn by their originators, as is known here and perhaps not yet to the sender."""
    for route in (proof.disclosed, *proof.sources):
        if (route.item, route.manifest.by) in acts.withdrawals:
            yield (
                route.item,
                Ground("crossed", f"item {route.item[:12]} was withdrawn by {route.manifest.by}"),
            )


def _taken_back(acts: Acts, proof: Evidence, decided_at: Instant) -> Iterator[tuple[str, Ground]]:
    """Give the consents that came and had been taken back before the sender decided, as is known here."""
    for consent in proof.consents:
        taken = [at for by, at in acts.revocations.get(consent.digest, ()) if by == consent.by]
        if taken and min(taken) <= decided_at:
            text = f"{consent.by} took its consent {consent.digest[:12]} back from {format_instant(min(taken))} on"
            yield consent.digest, Ground("crossed", text)


def _against(decision: Decision, acts: Acts) -> Iterator[Ground]:
    """Give the grounds of a decision that does not permit; for a missing consent, why those known do not serve."""
    if decision.permitted:
        return
    consents = acts.consents_at(decision.at)
    for ask in decision.ask:
        reasons = why_not(decision, ask, consents)
        text = "; ".join((f"consent of {ask.party} is owed", *reasons))[:_LONGEST]
        yield from (Ground(ground.ref, text) for ground in ask.grounds)
    if not decision.ask:
        yield from (Ground(each.ref, each.text[:_LONGEST]) for each in decision.grounds)
