"""What comes back to whoever asked a register, and what comes to an owner from the host of its records."""

import msgspec

from comity.clock import Instant
from comity.federation.conversations import CHECK, WATCH, after, follows
from comity.federation.register_messages import Line, RegisterAnswer, RegisterEcho
from comity.node.node import Node
from comity.node.questions_asked import commitment, read_question
from comity.node.register_terms import may_pass, scope_between
from comity.node.verdict import Verdict
from comity.ports import CheckRow, HitRow, RecordRow, Transaction, key_of
from comity.sealing.receipts import Ground

__all__ = ["take_answer", "take_echo"]


def take_answer(
    node: Node, transaction: Transaction, sender: str, content: RegisterAnswer, *, said: Instant, at: Instant
) -> Verdict:
    """Take in an answer to a check or watch of this Party's: each Party's by itself, as it comes.

    The receiver decides again (P3): matches that its own texts would not have let pass are kept apart.
    """
    row = transaction.check(content.check, sender, ours=True)
    if row is None:
        return _apart(f"{sender} was not asked this")
    table = WATCH if row.watch else CHECK
    if not follows(table, row.state, content.state):
        return _apart(f"the check is {row.state} already")
    if content.lines and (against := _against(node, transaction, row, said)):
        return Verdict("quarantined", grounds=against)
    if any(transaction.hit(line.hit) is not None for line in content.lines) or len(
        {line.hit for line in content.lines}
    ) != len(content.lines):
        return _apart("a match bears a name that was used before")
    for line in content.lines:
        if line.owner != sender and not _hosted(node, transaction, row, line, said):
            return _apart(f"{sender} tells of a record of {line.owner[:80]}, which it does not host")
    for line in content.lines:
        transaction.put_hit(_told(row, sender, line, at))
    transaction.put_check(
        msgspec.structs.replace(
            row,
            state=after(table, row.state, content.state),
            grounds=content.grounds or row.grounds,
            reason=content.reason,
            more=row.more or content.more,
        )
    )
    detail = [content.check, content.state, [[line.hit, line.band, line.score] for line in content.lines]]
    return Verdict("accepted", detail=msgspec.json.encode(detail))


def _against(node: Node, transaction: Transaction, row: CheckRow, said: Instant) -> tuple[Ground, ...]:
    """Say which articles, as known here, keep these matches from being told."""
    scope = scope_between(node.know(transaction), row.agreement, node.party, row.peer, said)
    if scope is None:
        return (Ground("rule 2 in force", f"{row.agreement} has no register in force with {row.peer}"),)
    question = read_question(row.question)
    decision = may_pass(
        node,
        transaction,
        scope,
        holder=row.peer,
        to=node.party,
        purpose=row.purpose,
        what=commitment(question) if question is not None else "register",
        at=said,
        enter=False,
    )
    if decision.permitted:
        return ()
    return tuple(Ground(ground.ref, ground.text[:500]) for ground in decision.grounds)


def _hosted(node: Node, transaction: Transaction, row: CheckRow, line: Line, said: Instant) -> bool:
    """Tell whether who answered hosts the register for all, and the owner named is a Party of the agreement."""
    knowledge = node.know(transaction)
    scope = scope_between(knowledge, row.agreement, node.party, row.peer, said)
    if scope is None or scope.register.host != row.peer:
        return False
    return line.owner in knowledge.timelines[row.agreement].at(said, node.party, row.peer).parties


def _told(row: CheckRow, sender: str, line: Line, at: Instant) -> HitRow:
    return HitRow(
        id=line.hit,
        check=row.id,
        ours=True,
        peer=sender,
        owner=line.owner,
        agreement=row.agreement,
        register=row.register,
        purpose=row.purpose,
        reference=line.reference,
        shown=line.shown,
        band=line.band,
        score=line.score,
        why=(*line.why, *_cautions(line)),
        at=at,
        item=line.item,
    )


def _cautions(line: Line) -> tuple[str, ...]:
    """Say what an officer must know before acting on a match."""
    said = []
    if line.caution:
        said.append("somebody else is known who may be taken for the subject")
    if line.flagged:
        said.append(f"{line.flagged} Parties dissent")
    if line.action:
        said.append(f"the owner asks: {line.action}")
    return tuple(said)


def take_echo(
    node: Node, transaction: Transaction, sender: str, content: RegisterEcho, *, at: Instant
) -> Verdict:
    """Note that a check at the host met a record of one's own."""
    scope = scope_between(node.know(transaction), content.agreement, node.party, sender, at)
    if scope is None or scope.register.host != sender:
        return _apart(f"{sender} hosts no register of ours")
    # this Party could follow up what it tells of
    if content.asker == node.party:
        return _apart(f"{content.asker[:80]} asks this of nobody")
    if transaction.hit(content.hit) is not None:
        return _apart("the match is known already")
    key = key_of(node.party, node.party, content.record)
    record = transaction.record(key)
    if record is None:  # withdrawn meanwhile, or never there: the receipt does not tell which there are
        return Verdict("accepted")
    # the host itself could follow up what it tells of, and so find out what there is that it does not have
    if content.asker == sender and not _has(transaction, record, sender, content.agreement):
        return Verdict("accepted")
    transaction.put_hit(
        HitRow(
            id=content.hit,
            check=content.check,
            ours=False,
            peer=content.asker,
            owner=node.party,
            agreement=content.agreement,
            register=content.register,
            purpose=content.purpose,
            reference=content.record if content.shown in ("record", "reference") else "",
            key=key,
            shown=content.shown,
            band=content.band,
            score=content.score,
            at=at,
        )
    )
    return Verdict("accepted")


def _has(transaction: Transaction, record: RecordRow, host: str, agreement: str) -> bool:
    """Tell whether a record was contributed to the host of a register."""
    passed = transaction.disclosures(record.item) if record.item else ()
    return any((each.to, each.agreement) == (host, agreement) for each in passed)


def _apart(text: str) -> Verdict:
    return Verdict("quarantined", grounds=(Ground("register", text),))
