"""After a hit: a reasoned follow-up, a person's decision at the owner, and the outcome that closes it.

    (1) who asked says why it needs what stands in the record            the gate decides that this may pass
    (2) a person at the owner releases it, or refuses with a reason      in the time the article sets; the record passes
                                                                         as an item, decided by the gate like any other
    (3) who asked says what came of it                                   confirmed, false, undetermined

Both sides move the same table (`conversations.HIT`). Source: Regulation (EU) 2024/982 (Prüm II), art. 44(5) and 47.
"""

import msgspec

from comity.clock import Instant
from comity.decisions.decision import Decision
from comity.errors import BadInput, NotFound, RefusedHere
from comity.federation.conversations import HIT, after, follows
from comity.federation.register_messages import RegisterFollowUp, RegisterOutcome, RegisterRelease
from comity.node import record as journal
from comity.node.contribute import read_record
from comity.node.node import Node
from comity.node.pass_record import MARKING, pass_record
from comity.node.post import owe
from comity.node.register_index import silent_keys
from comity.node.register_names import find_hit
from comity.node.register_terms import may_pass, scope_between
from comity.node.verdict import Verdict
from comity.ports import HitRow, Transaction
from comity.register.scope import Scope, why_outside
from comity.register.upkeep import OUTCOMES
from comity.sealing.receipts import Ground

__all__ = [
    "close",
    "follow_up",
    "is_overdue",
    "refuse_follow_up",
    "release",
    "take_follow_up",
    "take_outcome",
    "take_release",
]

_LONGEST = 4000


def follow_up(node: Node, transaction: Transaction, name: str, *, because: str) -> HitRow:
    """Ask the owner for what stands in the record of a hit.

    Raises:
        BadInput: no reason is given.
        RefusedHere: the hit is closed or asked about already, or the gate refuses; with the articles.
    """
    at = node.now(transaction)
    hit = find_hit(transaction, name, ours=True)
    _check_words(because, needed=True)
    if hit.state not in ("told", "refused"):
        raise RefusedHere(f"hit {hit.id[:12]} is {hit.state}: a follow-up comes before its end, once")
    scope = _scope_of(node, transaction, hit, hit.owner, at)
    decision = may_pass(
        node,
        transaction,
        scope,
        holder=node.party,
        to=hit.owner,
        purpose=hit.purpose,
        what=journal.digest_of(hit.id.encode()),
        at=at,
    )
    if not decision.permitted:
        raise RefusedHere("; ".join(f"{ground.text} ({ground.ref})" for ground in decision.grounds))
    within = scope.register.core_data_within
    changed = msgspec.structs.replace(
        hit,
        state=after(HIT, hit.state, "follow-up"),
        because=because,
        due=within.after_instant(at) if within is not None else None,
        words="",
    )
    transaction.put_hit(changed)
    message = RegisterFollowUp(hit=hit.id, because=because)
    owe(node, transaction, hit.owner, message, at=at, kind="register-follow-up", about=hit.check)
    return changed


def take_follow_up(
    node: Node, transaction: Transaction, sender: str, content: RegisterFollowUp, *, at: Instant
) -> Verdict:
    """Put a follow-up before a person. One that names no hit told to its sender is kept apart, whatever it names."""
    hit = _told_to(transaction, sender, content.hit)
    if hit is None or not follows(HIT, hit.state, "follow-up"):
        return _apart()
    scope = scope_between(node.know(transaction), hit.agreement, node.party, sender, at)
    within = scope.register.core_data_within if scope is not None else None
    state = after(HIT, hit.state, "follow-up")
    transaction.put_hit(
        msgspec.structs.replace(
            hit,
            state=state,
            because=content.because,
            due=within.after_instant(at) if within is not None else None,
        )
    )
    return Verdict("accepted", detail=hit.id.encode())


def release(
    node: Node,
    transaction: Transaction,
    name: str,
    *,
    because: str = "",
    marking: str = MARKING,
    read: bool = False,
) -> tuple[HitRow, Decision | None]:
    """Release the record of a hit to whoever asked: a person has decided it. Give the gate's decision as well.

    Args:
        because: a word to the asker.
        marking: what the record is marked with. `read`: a person has read what the door found in it.

    Raises:
        RefusedHere: nobody asks for it; the record answers with silence, or nobody, by now.
        NotFound: the record was withdrawn.
    """
    at = node.now(transaction)
    hit = _asked(node, transaction, name)
    _check_words(because)
    scope = _scope_of(node, transaction, hit, hit.peer, at)
    row = transaction.record(hit.key) if hit.key else None
    if row is None:
        raise NotFound(f"the record of hit {hit.id[:12]} was withdrawn", hint="comity register refuse HIT")
    outside = why_outside(scope, read_record(row), at.date())
    if outside or row.key in silent_keys(transaction):
        raise RefusedHere(
            f"the record of hit {hit.id[:12]} is not released: {outside or 'it answers with silence'}",
            hint="comity register refuse HIT",
        )
    item, decision = pass_record(
        node, transaction, row, scope, to=hit.peer, purpose=hit.purpose, marking=marking, read=read
    )
    if decision is not None and not decision.permitted:
        return hit, decision
    within = scope.register.outcome_within
    changed = msgspec.structs.replace(
        hit,
        state=after(HIT, hit.state, "released"),
        item=item,
        words=because,
        due=within.after_instant(at) if within is not None else None,
    )
    transaction.put_hit(changed)
    message = RegisterRelease(hit=hit.id, released=True, item=item, because=because)
    owe(node, transaction, hit.peer, message, at=at, kind="register-release", about=hit.check)
    return changed, decision


def refuse_follow_up(node: Node, transaction: Transaction, name: str, *, because: str) -> HitRow:
    """Refuse a follow-up, with the reason that the asker reads.

    Raises:
        BadInput: no reason. RefusedHere: nobody asks for it.
    """
    at = node.now(transaction)
    hit = _asked(node, transaction, name)
    _check_words(because, needed=True)
    changed = msgspec.structs.replace(hit, state=after(HIT, hit.state, "refused"), words=because, due=None)
    transaction.put_hit(changed)
    message = RegisterRelease(hit=hit.id, released=False, because=because)
    owe(node, transaction, hit.peer, message, at=at, kind="register-release", about=hit.check)
    return changed


def take_release(
    node: Node, transaction: Transaction, sender: str, content: RegisterRelease, *, at: Instant
) -> Verdict:
    """Note the owner's decision. The record itself came, or comes, as an item, and is judged as one."""
    hit = transaction.hit(content.hit)
    event = "released" if content.released else "refused"
    if hit is None or not hit.ours or hit.owner != sender or not follows(HIT, hit.state, event):
        return _apart()
    scope = scope_between(node.know(transaction), hit.agreement, node.party, sender, at)
    within = scope.register.outcome_within if scope is not None else None
    transaction.put_hit(
        msgspec.structs.replace(
            hit,
            state=after(HIT, hit.state, event),
            item=content.item or hit.item,
            words=content.because,
            due=within.after_instant(at) if within is not None else None,
        )
    )
    return Verdict("accepted", about=content.item, detail=hit.id.encode())


def close(node: Node, transaction: Transaction, name: str, outcome: str, *, words: str = "") -> HitRow:
    """Close a hit with what came of it; the owner learns it, and learns from it.

    Raises:
        BadInput: another outcome.
    """
    at = node.now(transaction)
    hit = find_hit(transaction, name, ours=True)
    if outcome not in OUTCOMES:
        raise BadInput(f"`{outcome[:40]}` is not one of {', '.join(OUTCOMES)}")
    _check_words(words)
    changed = msgspec.structs.replace(
        hit, state=after(HIT, hit.state, "outcome"), outcome=outcome, words=words, due=None
    )
    transaction.put_hit(changed)
    if hit.owner == node.party:
        act = journal.digest_of(hit.id.encode())
        journal.enter(
            node, transaction, "register-outcome", channel="", act=act, detail=outcome.encode(), at=at
        )
        return changed
    message = RegisterOutcome(hit=hit.id, outcome=outcome, words=words)
    owe(
        node,
        transaction,
        hit.owner,
        message,
        at=at,
        kind="register-outcome",
        about=hit.check,
        detail=outcome.encode(),
    )
    return changed


def take_outcome(transaction: Transaction, sender: str, content: RegisterOutcome) -> Verdict:
    """Close a hit as its asker says."""
    hit = _told_to(transaction, sender, content.hit)
    if hit is None:
        return _apart()
    transaction.put_hit(
        msgspec.structs.replace(
            hit,
            state=after(HIT, hit.state, "outcome"),
            outcome=content.outcome,
            words=content.words,
            due=None,
        )
    )
    return Verdict("accepted", detail=content.outcome.encode())


def is_overdue(hit: HitRow, at: Instant) -> bool:
    """Tell whether the time for the next step has passed: the owner's answer, or the asker's outcome."""
    return hit.due is not None and at > hit.due


def _told_to(transaction: Transaction, sender: str, name: str) -> HitRow | None:
    """Give a hit that was told to a Party; one of which only the owner heard is no hit to anybody else."""
    hit = transaction.hit(name)
    if hit is None or hit.ours or hit.peer != sender or hit.shown == "nothing":
        return None
    return hit


def _asked(node: Node, transaction: Transaction, name: str) -> HitRow:
    hit = find_hit(transaction, name, ours=False)
    if hit.owner != node.party:
        raise RefusedHere(f"hit {hit.id[:12]} is on a record of {hit.owner}, who alone releases it")
    if not hit.because or not follows(HIT, hit.state, "released") or hit.state == "closed":
        raise RefusedHere(f"hit {hit.id[:12]} is {hit.state}: nobody asks for its record")
    return hit


def _scope_of(node: Node, transaction: Transaction, hit: HitRow, peer: str, at: Instant) -> Scope:
    scope = scope_between(node.know(transaction), hit.agreement, node.party, peer, at)
    if scope is None:
        raise RefusedHere(
            f"{hit.agreement} has no register in force with {peer} any more (rule 2 in force)",
            hint="comity agreement list",
        )
    return scope


def _check_words(words: str, *, needed: bool = False) -> None:
    if needed and not words.strip():
        raise BadInput("a reason is needed: the facts that make it necessary")
    if len(words) > _LONGEST or not words.isprintable():
        raise BadInput(f"a reason is one line of at most {_LONGEST} characters")


def _apart() -> Verdict:
    return Verdict("quarantined", grounds=(Ground("register", "no hit of this name waits for that"),))
