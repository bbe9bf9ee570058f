"""Putting the evidence of one act together from what this node keeps, for somebody who has nothing but the file.

    (1) find the entry                                      by its number, the act's digest, or the item's
    (2) the newest head over it, cosigned where one is      witness.py
    (3) its inclusion in that head, from the stored leaves
    (4) for a disclosure: the statements it rested on, and the receipt
    (5) the cards of everyone named
    (6) check the file as its reader will                   federation/evidence_file.py

Nothing of it is content: the detail of a disclosure is the decision.
"""

from collections.abc import Iterable

import msgspec

from comity.cards import SignedCard
from comity.clock import Instant
from comity.decisions.question import Question
from comity.errors import NotFound, VerificationFailed
from comity.federation import statements
from comity.federation.equivocation_file import EquivocationFile, verify_equivocation
from comity.federation.evidence import consent_of
from comity.federation.evidence_file import DISCLOSURES, EvidenceFile, verify_evidence
from comity.federation.messages import Route, SignedText
from comity.federation.statements import ConsentGranted, HopStatement, Manifest, NecessityNotice
from comity.handling.consent import Consent
from comity.journal.checkpoint import Checkpoint, origin_of_channel, read_note, sign_checkpoint
from comity.journal.merkle import Frontier
from comity.node.channel_trees import tree_of
from comity.node.flagged import of_entries
from comity.node.gather_evidence import signed_confirmations
from comity.node.node import Node
from comity.node.questions import find_item
from comity.node.replay import Recorded
from comity.ports import JournalRow, Transaction
from comity.signing import from_bytes

__all__ = ["covering_head", "equivocation_of", "evidence_of", "own_line"]

_FEWEST = 6


def evidence_of(node: Node, transaction: Transaction, name: str) -> EvidenceFile:
    """Put the evidence of an act together.

    Args:
        name: the number of the entry, the digest of the act or the beginning of it, or an item that was passed on once.

    Raises:
        NotFound: there is no such act, or it names several; or what the entry stands for has been erased.
        VerificationFailed: what is kept here does not hold.
    """
    # (1)
    row = find_entry(transaction, name)
    if not row.key:
        raise NotFound(f"what entry {row.number} stands for has been erased")
    knowledge = node.know(transaction)
    # (2)
    note, witnesses = covering_head(node, transaction, row)
    size = read_note(note).checkpoint.size
    # (3)
    path = tree_of(transaction, row.channel).inclusion(row.channel_number - 1, size)
    file = EvidenceFile(
        by=node.party,
        act=row.act,
        leaf=row.leaf.decode(),
        key=row.key,
        detail=row.detail,
        path=tuple(each.hex() for each in path),
        checkpoint=note,
        witnesses=witnesses,
        cards=(),
    )
    # (4)
    named = {node.party, row.channel}
    if row.kind in DISCLOSURES:
        file = _with_statements(transaction, file, row, named)
    elif row.detail.startswith(b'{"payloadType"') or b'"payloadType"' in row.detail[:400]:
        named.update(
            card.party for card in knowledge.cards_upstream.all()
        )  # whoever said it, and whose it is
    # (5)
    cards = [card for card in knowledge.cards_upstream.all() if card.party in named]
    file = msgspec.structs.replace(file, cards=_in_order(cards))
    # (6)
    try:
        verify_evidence(file)
    except VerificationFailed as error:
        doubts = of_entries(node, transaction, [row])
        if row.number not in doubts:
            raise
        raise VerificationFailed(
            f"entry {row.number} proves nothing to others: {doubts[row.number]}; {error.message}",
            hint="comity journal verify",
        ) from None
    return file


def find_entry(transaction: Transaction, name: str) -> JournalRow:
    """Find an entry by its number, the digest of its act or the beginning of it, or an item passed on once.

    Raises:
        NotFound: there is none, or more than one act.
    """
    if name.isdecimal() and len(name) < 16:
        rows = [row for row in transaction.journal(after=int(name) - 1, limit=1) if row.number == int(name)]
    elif len(name) < _FEWEST or not set(name) <= set("0123456789abcdef"):
        rows = []
    else:
        rows = list(transaction.entries_of(name))
    kinds = [row for row in rows if row.kind in DISCLOSURES]
    acts = {row.act for row in rows}
    if len(acts) == 1:
        own = [row for row in rows if not row.kind.startswith(("receipted", "peer-"))]
        if not kinds and own and all(row.kind in ("item-added", "item-read") for row in own):
            return _passed_on(transaction, own[0].act) or own[0]
        return (kinds or own or rows)[0]
    if acts:
        some = ", ".join(sorted(act[:16] for act in acts)[:5])
        raise NotFound(f"`{name[:80]}` names more than one act: {some}", hint="give more of the digest")
    found = _passed_on(transaction, find_item(transaction, name).digest) if name else None
    if found is None:
        raise NotFound(f"the journal has no act `{name[:80]}`", hint="comity journal show lists them")
    return found


def _passed_on(transaction: Transaction, item: str) -> JournalRow | None:
    """Give the entry of an item's one disclosure, by this Party or to it."""
    messages = [row.message for row in transaction.disclosures(item)]
    messages += [row.message for row in transaction.holdings(item) if row.message]
    rows = [row for each in messages for row in transaction.entries_of(each) if row.kind in DISCLOSURES]
    if len({row.act for row in rows}) > 1:
        some = ", ".join(f"{row.act[:16]} ({row.kind}, {row.channel})" for row in rows[:5])
        raise NotFound(f"item {item[:12]} passed more than once: {some}", hint="name one of these acts")
    return rows[0] if rows else None


def covering_head(
    node: Node, transaction: Transaction, row: JournalRow
) -> tuple[SignedText, tuple[str, ...]]:
    """Give the newest head of a channel that its peer cosigned, if it covers an entry; else one signed now.

    Returns:
        The checkpoint, and who cosigned it.
    """
    kept = transaction.kept_head(row.channel, ours=True)
    if kept is not None and kept.size >= row.channel_number and not kept.behind:
        signed = read_note(kept.note)
        witnesses = tuple(line.name for line in signed.signatures if line.name != signed.checkpoint.origin)
        return kept.note, witnesses
    head = transaction.head(row.channel)
    frontier = Frontier(head.size, head.frontier)
    at = node.clock.now()
    note = Checkpoint(origin_of_channel(node.party, row.channel), frontier.size, frontier.root)
    return sign_checkpoint(note, node.keyring.signer(node.know(transaction).own.card, "journal", at)), ()


def equivocation_of(node: Node, transaction: Transaction, peer: str) -> EquivocationFile:
    """Put the two heads together that a peer signed for one size.

    Raises:
        NotFound: no such two have been kept.
    """
    seen: dict[int, str] = {}
    cards = [card for card in node.know(transaction).cards.all() if card.party == peer]
    for size, text in transaction.checkpoints(peer):
        before = seen.setdefault(size, text)
        if read_note(before).checkpoint.root != read_note(text).checkpoint.root:
            file = EquivocationFile(
                by=peer,
                origin=origin_of_channel(peer, node.party),
                notes=(own_line(before), own_line(text)),
                cards=_in_order(cards),
            )
            verify_equivocation(file)
            return file
    raise NotFound(f"{peer} has shown no two heads of one size")


def own_line(note: str) -> str:
    """Give a note with its owner's line alone."""
    origin = read_note(note).checkpoint.origin
    text, _, lines = note.rpartition("\n\n")
    kept = [line for line in lines.splitlines(keepends=True) if line.split(" ")[1] == origin]
    return f"{text}\n\n{''.join(kept)}"


def _with_statements(
    transaction: Transaction, file: EvidenceFile, row: JournalRow, named: set[str]
) -> EvidenceFile:
    """Add the statements a disclosure rested on; take note of everyone they name."""
    decision = msgspec.json.decode(row.detail, type=Recorded)
    asked, at = decision.question, decision.at
    custody = _custody(transaction, asked.disclose, asked.holder, asked.to, at)
    manifest, text = _manifest(transaction, asked.disclose)
    lineage: dict[str, Route] = {}
    named |= _hands(custody) | {manifest.by, asked.holder, asked.to}
    waiting = [(source, manifest.by) for source in manifest.made_from]
    while waiting:
        source, maker = waiting.pop(0)
        if source in lineage or source == asked.disclose:
            continue
        said, source_text = _manifest(transaction, source)
        hops = _custody(transaction, source, "", maker, at) if said.by != maker else ()
        lineage[source] = Route(manifest=source_text, custody=hops)
        named |= _hands(hops) | {said.by}
        waiting += [(further, said.by) for further in said.made_from]
    consents = _consents(transaction, row, asked, at, lineage)
    receipt = transaction.outbox(row.act)
    confirmations = signed_confirmations(transaction, [each for each, _ in consents], at)
    named.update(each.by for each, _ in consents)
    return msgspec.structs.replace(
        file,
        manifest=text,
        custody=custody,
        lineage=tuple(lineage.values()),
        consents=tuple(text for _, text in consents),
        confirmations=confirmations,
        necessity=_necessity(transaction, asked.disclose, asked.holder, asked.to, asked.purpose, at),
        receipt=receipt.receipt.decode() if receipt is not None and row.kind == "sent-disclosure" else "",
    )


def _manifest(transaction: Transaction, item: str) -> tuple[Manifest, SignedText]:
    held = transaction.item(item)
    kept = None if held is not None else transaction.statement(item)
    if held is None and kept is None:
        raise NotFound(f"the manifest of item {item[:12]} is not here")
    data = held.manifest if held is not None else kept.signed if kept is not None else b""
    return statements.read(from_bytes(data), Manifest), data.decode()


def _custody(transaction: Transaction, item: str, by: str, to: str, at: Instant) -> tuple[SignedText, ...]:
    """Give the hops of an item that end with one from a Party (of any, where empty) to another, oldest first.

    Of several the last that is not later than the decision.
    """
    hops = {
        row.digest: (statements.read(from_bytes(row.signed), HopStatement), row.signed.decode())
        for row in transaction.statements("hop", item)
    }
    ends = [
        digest
        for digest, (hop, _) in hops.items()
        if hop.to == to and by in ("", hop.by) and hop.instant <= at
    ]
    if not ends:
        raise NotFound(f"the hop by which {to} got item {item[:12]} is not here")
    place = max(ends, key=lambda digest: hops[digest][0].instant)
    chain: list[SignedText] = []
    while place:
        if place not in hops:
            raise NotFound(f"hop statement {place[:12]} is missing from this home", hint="comity doctor")
        hop, text = hops[place]
        chain.insert(0, text)
        place = hop.previous
    return tuple(chain)


def _hands(custody: Iterable[SignedText]) -> set[str]:
    hops = [statements.read(statements.unpack(text), HopStatement) for text in custody]
    return {hop.by for hop in hops} | {hop.to for hop in hops}


def _consents(
    transaction: Transaction, row: JournalRow, asked: Question, at: Instant, lineage: dict[str, Route]
) -> list[tuple[Consent, SignedText]]:
    """Give the consents known by then that stood for this passing: to its items, or to classes they came under."""
    items = {asked.disclose, *lineage}
    agreements = {hop.agreement for item in asked.items.values() for hop in item.hops}
    found: list[tuple[Consent, SignedText]] = []
    for kept in transaction.statements("consent"):
        said = consent_of(statements.read(from_bytes(kept.signed), ConsentGranted), kept.digest)
        if (said.holder, said.to) != (asked.holder, asked.to) or kept.known_at > row.at:
            continue
        stands = said.from_ <= at < said.until and said.purpose in (None, asked.purpose)
        if stands and (said.item in items if said.is_item else said.agreement in agreements):
            found.append((said, kept.signed.decode()))
    return found


def _necessity(
    transaction: Transaction, item: str, holder: str, to: str, purpose: str, at: Instant
) -> SignedText:
    for row in transaction.statements("necessity-notice", item):
        said = statements.read(from_bytes(row.signed), NecessityNotice)
        if (said.by, said.to, said.purpose, said.instant) == (holder, to, purpose, at):
            return row.signed.decode()
    return ""


def _in_order(cards: Iterable[SignedCard]) -> tuple[SignedText, ...]:
    ordered = sorted(cards, key=lambda card: (card.party, card.card.version))
    return tuple(card.signed.decode() for card in ordered)
