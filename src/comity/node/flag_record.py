"""Dissent on another's record: raised with reasons, acknowledged, settled, taken back.

The record stays its owner's; nobody edits another's. What a Party says of it is shown with it from then on, to its
owner and to whoever is shown the record, until it is taken back. The clock is in `comity.register.disputes`.
"""

import msgspec

from comity.clock import Instant
from comity.errors import BadInput, RefusedHere
from comity.federation.conversations import FLAG, after, follows
from comity.federation.register_messages import RegisterFlag, RegisterFlagAnswer
from comity.node.node import Node
from comity.node.post import owe
from comity.node.register_names import find_flag, find_hit
from comity.node.register_terms import zone_at
from comity.node.verdict import Verdict
from comity.ports import FlagRow, HitRow, Transaction
from comity.register.disputes import KINDS, acknowledge_by, is_dispute, resolve_by
from comity.sealing.receipts import Ground

__all__ = ["answer_flag", "flag_record", "take_back", "take_flag", "take_flag_answer"]

_LONGEST = 4000
#: Flags of one Party that stand on one record; a further one is kept apart.
MOST_STANDING = 16


def flag_record(node: Node, transaction: Transaction, name: str, kind: str, *, words: str) -> FlagRow:
    """Say what this Party thinks of the record of a hit.

    Args:
        kind: `error`, `will-not-act`, `look-alike` or `misused-identity`.

    Raises:
        BadInput: another kind, or no words.
        RefusedHere: the record is one's own.
    """
    at = node.now(transaction)
    hit = find_hit(transaction, name, ours=True)
    if kind not in KINDS:
        raise BadInput(f"`{kind[:40]}` is not one of {', '.join(KINDS)}")
    _check_words(words)
    if hit.owner == node.party:
        raise RefusedHere("one's own record is corrected, not flagged")
    row = _row(node, transaction, node.entropy(16).hex(), hit, kind, words, at, said=at)
    transaction.put_flag(row)
    message = RegisterFlag(flag=row.id, hit=hit.id, kind=kind, words=words)  # type: ignore[arg-type]  # checked
    owe(node, transaction, hit.owner, message, at=at, kind="register-flag", about=hit.check)
    return row


def take_back(node: Node, transaction: Transaction, name: str) -> FlagRow:
    """Take back a flag of this Party's."""
    at = node.now(transaction)
    row = find_flag(transaction, name)
    if not row.ours:
        raise RefusedHere(f"flag {row.id[:12]} was raised by {row.peer}, who alone takes it back")
    if row.state == "taken back":
        raise RefusedHere(f"flag {row.id[:12]} is taken back already")
    changed = msgspec.structs.replace(row, state=after(FLAG, row.state, "taken back"))
    transaction.put_flag(changed)
    message = RegisterFlag(flag=row.id, hit=row.hit, kind=row.kind, words=row.words, taken_back=True)  # type: ignore[arg-type]
    owe(node, transaction, row.peer, message, at=at, kind="register-flag")
    return changed


def take_flag(
    node: Node, transaction: Transaction, sender: str, content: RegisterFlag, *, said: Instant, at: Instant
) -> Verdict:
    """Note what another Party says of a record of one's own; the clock runs from when it was raised."""
    hit = transaction.hit(content.hit)
    if hit is None or hit.ours or hit.peer != sender or hit.shown == "nothing":
        return _apart()
    row = transaction.flag(content.flag)
    if content.taken_back:
        if row is None or row.ours or row.peer != sender:
            return _apart()
        transaction.put_flag(msgspec.structs.replace(row, state=after(FLAG, row.state, "taken back")))
        return Verdict("accepted")
    standing = [
        each for each in transaction.flags_on(hit.key) if each.peer == sender and each.state != "taken back"
    ]
    if row is not None or len(standing) >= MOST_STANDING:
        return _apart()
    transaction.put_flag(
        _row(node, transaction, content.flag, hit, content.kind, content.words, at, said=min(said, at))
    )
    return Verdict("accepted", detail=content.kind.encode())


def answer_flag(node: Node, transaction: Transaction, name: str, state: str, *, words: str = "") -> FlagRow:
    """Acknowledge a flag, or settle it: the record is corrected, or upheld with reasons.

    Raises:
        BadInput: no reasons to uphold it.
        RefusedHere: the flag asks for no answer, or that cannot follow.
    """
    at = node.now(transaction)
    row = find_flag(transaction, name)
    if row.ours:
        raise RefusedHere(f"flag {row.id[:12]} is this Party's own: {row.peer} answers it")
    if not is_dispute(row.kind):
        raise RefusedHere(f"flag {row.id[:12]} says what {row.peer} will not do: there is nothing to settle")
    if state not in ("acknowledged", "corrected", "upheld"):
        raise BadInput(f"`{state[:40]}` is not one of acknowledged, corrected, upheld")
    if state == "upheld" or words:
        _check_words(words)
    changed = msgspec.structs.replace(row, state=after(FLAG, row.state, state), answer=words)
    transaction.put_flag(changed)
    message = RegisterFlagAnswer(flag=row.id, state=state, words=words)  # type: ignore[arg-type]  # checked
    owe(node, transaction, row.peer, message, at=at, kind="register-flag-answer")
    return changed


def take_flag_answer(transaction: Transaction, sender: str, content: RegisterFlagAnswer) -> Verdict:
    """Note what the owner does about a flag of this Party's."""
    row = transaction.flag(content.flag)
    if row is None or not row.ours or row.peer != sender or not follows(FLAG, row.state, content.state):
        return _apart()
    transaction.put_flag(
        msgspec.structs.replace(row, state=after(FLAG, row.state, content.state), answer=content.words)
    )
    return Verdict("accepted", detail=content.state.encode())


def _row(
    node: Node,
    transaction: Transaction,
    name: str,
    hit: HitRow,
    kind: str,
    words: str,
    at: Instant,
    *,
    said: Instant,
) -> FlagRow:
    other = hit.owner if hit.ours else hit.peer
    zone = zone_at(node.know(transaction), hit.agreement, node.party, other, at)
    dispute = is_dispute(kind)
    return FlagRow(
        id=name,
        ours=hit.ours,
        peer=other,
        hit=hit.id,
        key=hit.key,
        kind=kind,
        words=words,
        at=said,
        acknowledge_by=acknowledge_by(said, zone) if dispute else None,
        resolve_by=resolve_by(said, zone) if dispute else None,
        state="raised",
    )


def _check_words(words: str) -> None:
    if not words.strip():
        raise BadInput("a reason is needed: what speaks for it")
    if len(words) > _LONGEST or not words.isprintable():
        raise BadInput(f"a reason is one line of at most {_LONGEST} characters")


def _apart() -> Verdict:
    return Verdict("quarantined", grounds=(Ground("register", "no record of this name was told to you"),))
