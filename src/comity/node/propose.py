"""Proposing a text and countersigning it: how an agreement comes about between nodes.

A proposal is the whole folder, with the cards of the Parties its sender knows. The receiver's officer reads it, has it
looked over (`comity agreement proposals`), and signs it or lets it lie; nothing is held, and nothing permitted, by its
coming. A signature goes by itself to everyone who has the text, so that each Party ends up with an original that bears
all signatures. First contact is by card: a proposal counts from a Party whose card an officer accepted by hand.

Source: VCLT art. 9 to 12.
"""

from collections.abc import Mapping

import msgspec

from comity.agreements.agreement import Agreement
from comity.agreements.folder import parse_agreement
from comity.agreements.signatures import TEXT, card_file_name, check_signatures
from comity.clock import Instant
from comity.errors import NotFound, RefusedHere
from comity.federation.messages import Proposal, Texts
from comity.node.conclude import has_signed, hold_at, other_text, sign_at
from comity.node.new_files import ADDED, check_names, received_here, taken_numbers, worth_adding
from comity.node.node import Node
from comity.node.post import owe
from comity.node.verdict import Verdict
from comity.ports import ProposalRow, Transaction
from comity.sealing.receipts import Ground

#: Most proposals of one Party that lie open here; a further one is kept apart.
MAX_OPEN = 32

#: Most bytes a proposed folder may have: it travels in one message's head.
MAX_PROPOSED_BYTES = 2 * 1024 * 1024


def propose(node: Node, transaction: Transaction, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Hold a text and send it to every other Party whose card is known; give to whom it went.

    Raises:
        BadInput: the folder has mistakes.
        RefusedHere: the text cannot be signed as it stands, is too large, or no Party's card is known.
    """
    at = node.now(transaction)
    agreement = parse_agreement(files)
    _check_can_be_signed(agreement)
    agreement = hold_at(node, transaction, files, at)
    held = next(row for row in transaction.agreements() if row.id == agreement.id)
    cards = node.know(transaction).cards
    known = {party: card for party in agreement.parties if (card := cards.newest(party)) is not None}
    to = tuple(party for party in known if party != node.party)
    if not to:
        raise RefusedHere(
            f"no card of another Party of {agreement.id} is known here", hint="comity card accept FILE"
        )
    sent = {**held.files, **{card_file_name(card): card.signed for card in known.values()}}
    if sum(map(len, sent.values())) > MAX_PROPOSED_BYTES:
        raise RefusedHere(
            f"{agreement.id} has more than {MAX_PROPOSED_BYTES} bytes, too many for one message",
            hint="give the folder to the other Parties by another way; they sign it as well",
        )
    row = ProposalRow(
        by=node.party, agreement=agreement.id, digest=agreement.digest, to=to, files=sent, at=at, state="ours"
    )
    transaction.put_proposal(row)
    message = Proposal(agreement=agreement.id, digest=agreement.digest, to=to, files=sent)
    for party in to:
        owe(node, transaction, party, message, at=at, kind="proposal", detail=agreement.digest.encode())
    return to


def take_proposal(
    node: Node, transaction: Transaction, sender: str, message: Proposal, *, at: Instant
) -> Verdict:
    """Take in a text that a Party proposes: keep it for the officer, or add what is new to the text held already."""
    check_names(message.files)
    agreement = parse_agreement(message.files)
    wrong = _what_is_wrong(node, sender, message, agreement)
    if wrong:
        return Verdict("quarantined", grounds=(Ground("agreement", wrong),))
    detail = agreement.digest.encode()
    held = next((row for row in transaction.agreements() if row.id == agreement.id), None)
    signed = False
    if held is not None and held.digest == agreement.digest:
        offered = {name: data for name, data in message.files.items() if name.startswith(ADDED)}
        clashing = set(taken_numbers(held.files, offered))
        offered = {name: data for name, data in offered.items() if name not in clashing}
        new, _ = worth_adding(held.files, offered, at)
        agreement = hold_at(node, transaction, {**held.files, **new}, at)
        signed = has_signed(node, agreement)
        if signed:
            _answer_with_signature(node, transaction, sender, agreement, message.files, at)
    elif held is not None and has_signed(node, parse_agreement(held.files)):
        return Verdict("quarantined", grounds=(other_text(agreement.id, held.digest, agreement.digest),))
    open_ones = [row.agreement for row in transaction.proposals() if row.by == sender and row.state == "open"]
    if agreement.id not in open_ones and len(open_ones) >= MAX_OPEN:
        text = f"{len(open_ones)} proposals of {sender} lie open here already"
        return Verdict("quarantined", grounds=(Ground("agreement", text),))
    transaction.put_proposal(
        ProposalRow(
            by=sender,
            agreement=agreement.id,
            digest=agreement.digest,
            to=message.to,
            files=received_here(message.files, at),
            at=at,
            state="signed" if signed else "open",
        )
    )
    return Verdict("accepted", detail=detail)


def sign_named(
    node: Node, transaction: Transaction, name: str, *, function: str | None = None
) -> dict[str, bytes]:
    """Sign a text by its id, or the beginning of its digest: one proposed, or one held that lacks our signature.

    Raises:
        NotFound: there is none, or more than one.
        RefusedHere: another text is signed here under its id.
    """
    found = {
        row.digest: dict(row.files) for row in transaction.agreements() if is_named(row.id, row.digest, name)
    }
    for row in transaction.proposals():
        if row.state in ("open", "declined") and is_named(row.agreement, row.digest, name):
            found[row.digest] = {**row.files, **found.get(row.digest, {})}
    if not found:
        raise NotFound(f"no text `{name[:80]}` is proposed or held here", hint="comity agreement proposals")
    if len(found) > 1:
        raise NotFound(
            f"`{name[:80]}` names more than one text: {', '.join(sorted(found))}",
            hint="give the digest of the one you mean",
        )
    return sign_and_tell(node, transaction, next(iter(found.values())), function=function)


def sign_and_tell(
    node: Node, transaction: Transaction, files: Mapping[str, bytes], *, function: str | None = None
) -> dict[str, bytes]:
    """Sign a text, hold it, and send the signature to everyone who has the text; give the files added, if any."""
    at = node.now(transaction)
    added = sign_at(node, transaction, files, function, at)
    agreement = parse_agreement({**files, **added})
    proposals = [row for row in transaction.proposals() if row.digest == agreement.digest]
    having = {mark.party for mark in check_signatures(agreement).marks.get(TEXT, ())}
    for row in proposals:
        having |= {row.by, *row.to}
        if row.state in ("open", "declined"):
            transaction.put_proposal(msgspec.structs.replace(row, state="signed", declined=()))
    if not added:
        return added
    message = Texts(agreement=agreement.id, digest=agreement.digest, files=added)
    cards = node.know(transaction).cards
    for party in sorted(having - {node.party}):
        if party in agreement.parties and cards.newest(party) is not None:
            owe(
                node,
                transaction,
                party,
                message,
                at=at,
                kind="texts",
                detail="\n".join(sorted(added)).encode(),
            )
    return added


def _answer_with_signature(
    node: Node,
    transaction: Transaction,
    to: str,
    agreement: Agreement,
    theirs: Mapping[str, bytes],
    at: Instant,
) -> None:
    """Send the signature this Party gave before, where the folder proposed lacks it."""
    ours = {
        each.path: each.data
        for each in agreement.signatures
        if each.path.startswith(f"signatures/{node.party}-") and each.path not in theirs
    }
    if ours:
        message = Texts(agreement=agreement.id, digest=agreement.digest, files=ours)
        owe(node, transaction, to, message, at=at, kind="texts", detail="\n".join(sorted(ours)).encode())


def is_named(agreement: str, digest: str, name: str) -> bool:
    """Tell whether a text is meant: by its id, or by six or more characters its digest begins with."""
    return name == agreement or (len(name) >= 6 and digest.startswith(name))


def _check_can_be_signed(agreement: Agreement) -> None:
    if agreement.differences:
        raise RefusedHere(
            f"{agreement.id} cannot be concluded: {agreement.differences[0]}",
            hint="make the clauses of all language texts equal, then propose it",
        )
    for clause in agreement.party_clauses.values():
        if clause.root is None:
            raise RefusedHere(
                f"{clause.path}:{clause.line}: {clause.id} has no root; it must stand in the text",
                hint="comity agreement roots FOLDER CARD…",
            )


def _what_is_wrong(node: Node, sender: str, message: Proposal, agreement: Agreement) -> str:
    """Say why a proposal is not one; nothing where it is."""
    if agreement.digest != message.digest or agreement.id != message.agreement:
        return f"the text is {agreement.id} {agreement.digest}, the message says {message.agreement} {message.digest}"
    for party in (sender, node.party):
        if party not in agreement.parties:
            return f"{party} is no Party of {agreement.id}"
    return ""
