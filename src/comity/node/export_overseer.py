"""Putting an inspector's file together: what the agreements let it see of a time, and nothing more.

An inspector is named by an `oversight` clause. It sees the channels with the Parties of the agreements that name it;
decisions only those under these agreements. Where several clauses name it, it sees what any of them lets it see of
*its* channels.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from comity.agreements.agreement import Agreement
from comity.agreements.clauses import Oversight
from comity.clock import Instant, format_instant
from comity.errors import BadInput, RefusedHere
from comity.federation.evidence_file import DISCLOSURES, EvidenceFile
from comity.federation.overseer_file import (
    ChannelPart,
    Mandate,
    Opened,
    OverseerFile,
    chosen,
    sign_overseer,
    verify_overseer,
)
from comity.journal.checkpoint import read_note
from comity.journal.merkle import leaf_hash
from comity.journal.proofs import Tree
from comity.node import record
from comity.node.channel_trees import tree_of
from comity.node.export_evidence import covering_head, evidence_of
from comity.node.node import Node
from comity.node.replay import DECISIONS
from comity.ports import JournalRow, Transaction

__all__ = ["inspectors", "overseers_file"]

_PAGE = 5_000
#: How an article, a protocol or a notice is cited, behind the agreement's id.
_OF_A_TEXT = re.compile(r"^[a-z0-9][a-z0-9-]* (?:art\.|prot\.|notice) ")


class _Decided(msgspec.Struct, frozen=True):
    """Of a decision, under which agreement it stands: the one it permits under, or those its grounds are of.

    A refusal that cites no agreement (a rule, a safeguard) is the inspector's too.
    """

    agreement: str | None
    grounds: tuple["_Ref", ...]

    def under(self, agreements: Iterable[str]) -> bool:
        """Tell whether it stands under one of these agreements."""
        if self.agreement is not None:
            return self.agreement in agreements
        cited = {ground.ref.partition(" ")[0] for ground in self.grounds if _OF_A_TEXT.search(ground.ref)}
        return not cited or bool(cited & set(agreements))


class _Ref(msgspec.Struct, frozen=True):
    ref: str


def overseers_file(node: Node, transaction: Transaction, body: str, *, begin: Instant, end: Instant) -> bytes:
    """Put the file together, sign it, and enter that the inspector was given it.

    Args:
        begin, end: the time; `end` is not within it.

    Raises:
        BadInput: the time is empty.
        RefusedHere: no agreement names this inspector, or lets it see anything.
    """
    if begin >= end:
        raise BadInput("the time ends before it begins")
    at = node.now(transaction)
    knowledge = node.know(transaction)
    named = _named(node, knowledge.agreements.values(), body)
    if not named:
        raise RefusedHere(
            f"no agreement names {body} as an inspector of {node.party}",
            hint="an `oversight` clause does, and says what it may see",
        )
    mandates = tuple(
        Mandate(agreement=each.id, digest=each.digest, article=str(clause.ref), sees=clause.sees)
        for each, clause in named
    )
    peers = sorted({peer for each, _ in named for peer in each.parties} - {node.party})
    channels = [
        _channel(
            node,
            transaction,
            peer,
            [
                mandate
                for mandate, (agreement, _) in zip(mandates, named, strict=True)
                if peer in agreement.parties
            ],
            begin,
            end,
        )
        for peer in peers
        if transaction.head(peer).size
    ]
    cards = [card for card in knowledge.cards.all() if card.party in (node.party, *peers)]
    file = OverseerFile(
        by=node.party,
        body=body,
        from_=format_instant(begin),
        until=format_instant(end),
        mandates=mandates,
        channels=tuple(channels),
        cards=tuple(card.signed.decode() for card in cards),
    )
    data = sign_overseer(file, node.keyring.signer(knowledge.own.card, "journal", at))
    verify_overseer(data)
    act = record.digest_of(data)
    told = f"{body} {file.from_} {file.until}".encode()
    record.enter(node, transaction, "overseen", channel="", act=act, detail=told, at=at)
    return data


def inspectors(node: Node, transaction: Transaction) -> list[tuple[str, Mandate]]:
    """Give the inspectors of this Party that agreements held here name, each with what an agreement lets it see."""
    named = _named(node, node.know(transaction).agreements.values())
    return sorted(
        (
            (
                clause.body,
                Mandate(agreement=each.id, digest=each.digest, article=str(clause.ref), sees=clause.sees),
            )
            for each, clause in named
        ),
        key=lambda found: (found[0], found[1].article),
    )


def _named(node: Node, agreements: Iterable[Agreement], body: str = "") -> list[tuple[Agreement, Oversight]]:
    return [
        (agreement, clause)
        for agreement in agreements
        for clause in _oversight(agreement)
        if body in ("", clause.body) and clause.of in (None, node.party) and clause.sees
    ]


def _oversight(agreement: Agreement) -> list[Oversight]:
    clauses = (
        *agreement.clauses,
        *(clause for protocol in agreement.protocols for clause in protocol.clauses),
    )
    return [clause for clause in clauses if isinstance(clause, Oversight)]


def _channel(
    node: Node,
    transaction: Transaction,
    peer: str,
    mandates: Sequence[Mandate],
    begin: Instant,
    end: Instant,
) -> ChannelPart:
    """Gather what the mandates let be seen of one channel."""
    sees = {word for mandate in mandates for word in mandate.sees}
    agreements = [mandate.agreement for mandate in mandates]
    rows = _within(transaction, peer, begin, end)
    first = rows[0].channel_number if rows else 1
    last = rows[-1].channel_number if rows else 0
    note, witnesses = covering_head(node, transaction, _last_row(transaction, peer, rows))
    head = read_note(note).checkpoint
    tree = tree_of(transaction, peer)
    part = ChannelPart(
        peer=peer,
        sees=tuple(sorted(sees)),
        checkpoint=note,
        witnesses=witnesses,
        first=first,
        last=last,
        counts=dict(Counter(row.kind for row in rows)),
    )
    if "journal" in sees:
        part = msgspec.structs.replace(
            part,
            before=tuple(each.hex() for each in tree.frontier(first - 1).peaks),
            leaves=tuple(row.leaf.decode() for row in rows),
            proof=tuple(each.hex() for each in tree.consistency(last, head.size)),
        )
    if "decisions" in sees:
        decided = [row for row in rows if _is_under(row, agreements)]
        part = msgspec.structs.replace(
            part, decisions=tuple(_opened(row, tree, head.size) for row in decided)
        )
    if "samples" in sees:
        part = msgspec.structs.replace(part, samples=_samples(node, transaction, rows, agreements, head.root))
    return part


def _within(transaction: Transaction, peer: str, begin: Instant, end: Instant) -> list[JournalRow]:
    found: list[JournalRow] = []
    after = 0
    while rows := transaction.journal(channel=peer, after=after, limit=_PAGE):
        found += [row for row in rows if begin <= row.at < end]
        if rows[-1].at >= end:
            break
        after = rows[-1].channel_number
    return found


def _last_row(transaction: Transaction, peer: str, rows: Sequence[JournalRow]) -> JournalRow:
    if rows:
        return rows[-1]
    (first,) = transaction.journal(channel=peer, limit=1)
    return first


def _is_under(row: JournalRow, agreements: Sequence[str]) -> bool:
    if row.kind not in (*DECISIONS, "sent-disclosure") or not row.detail.startswith(b"{"):
        return False  # or what it stood for has been erased
    return msgspec.json.decode(row.detail, type=_Decided).under(agreements)


def _opened(row: JournalRow, tree: Tree, size: int) -> Opened:
    path = tree.inclusion(row.channel_number - 1, size)
    return Opened(
        leaf=row.leaf.decode(), key=row.key, detail=row.detail, path=tuple(each.hex() for each in path)
    )


def _samples(
    node: Node,
    transaction: Transaction,
    rows: Sequence[JournalRow],
    agreements: Sequence[str],
    root: bytes,
) -> tuple[EvidenceFile, ...]:
    """Give the disclosures that the tree chooses, whole."""
    disclosed = {
        leaf_hash(row.leaf): row for row in rows if row.kind in DISCLOSURES and _is_under(row, agreements)
    }
    return tuple(
        evidence_of(node, transaction, str(disclosed[each].number)) for each in chosen(list(disclosed), root)
    )
