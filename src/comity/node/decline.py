"""Declining a text that was proposed: a word to its proposer, who sees it beside its proposal.

Nobody has to answer a proposal, and one declined may be signed later all the same: declining promises nothing and binds
nobody. The reason travels, sealed like everything else, to the proposer alone.
"""

import msgspec

from comity.errors import NotFound, RefusedHere
from comity.federation.messages import Decline
from comity.identifiers import Digest
from comity.node.node import Node
from comity.node.post import owe
from comity.node.propose import is_named
from comity.node.verdict import Verdict
from comity.ports import ProposalRow, Transaction
from comity.sealing.receipts import Ground


def decline(node: Node, transaction: Transaction, name: str, *, because: str) -> tuple[str, ...]:
    """Decline a text proposed here, by its id or the beginning of its digest; give to whom this is said.

    Raises:
        NotFound: no such text is proposed and open, or more than one is.
        RefusedHere: no card of its proposer is known.
    """
    at = node.now(transaction)
    open_ones = [
        row
        for row in transaction.proposals()
        if row.by != node.party and row.state == "open" and is_named(row.agreement, row.digest, name)
    ]
    digests = sorted({row.digest for row in open_ones})
    if not digests:
        raise NotFound(f"no text `{name[:80]}` is proposed and open here", hint="comity agreement proposals")
    if len(digests) > 1:
        raise NotFound(
            f"`{name[:80]}` names more than one text: {', '.join(digests)}",
            hint="give the digest of the one you mean",
        )
    for row in open_ones:
        if node.know(transaction).cards.newest(row.by) is None:
            raise RefusedHere(f"no card of {row.by} is known here", hint="comity card accept FILE")
        message = Decline(agreement=row.agreement, digest=Digest(row.digest), because=because)
        owe(node, transaction, row.by, message, at=at, kind="decline", detail=row.digest.encode())
        said = (f"{node.party}: {because}",)
        transaction.put_proposal(msgspec.structs.replace(row, state="declined", declined=said))
    return tuple(row.by for row in open_ones)


def proposed_to(node: Node, transaction: Transaction, party: str, message: Decline) -> ProposalRow | None:
    """Give this node's own proposal that a Party declines; None where it was not sent that text."""
    return next(
        (
            row
            for row in transaction.proposals()
            if row.by == node.party
            and (row.agreement, row.digest) == (message.agreement, message.digest)
            and party in row.to
        ),
        None,
    )


def take_decline(node: Node, transaction: Transaction, sender: str, message: Decline) -> Verdict:
    """Note beside the own proposal who declined it, and why. The text itself stays as it is."""
    row = proposed_to(node, transaction, sender, message)
    if row is None:
        text = f"{message.agreement[:80]} ({message.digest[:12]}) was not proposed to {sender}"
        return Verdict("quarantined", grounds=(Ground("agreement", text),))
    others = [said for said in row.declined if not said.startswith(f"{sender}: ")]
    declined = (*others, f"{sender}: {message.because}")
    transaction.put_proposal(msgspec.structs.replace(row, declined=declined))
    return Verdict("accepted", detail=message.digest.encode())
