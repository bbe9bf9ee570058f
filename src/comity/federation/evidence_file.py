"""One act with everything that shows it, in one file that anybody can check alone: no node, no network, no home.

The file holds what the Parties signed (the originator's manifest, every hop, consents, the receipt), the entry of the
journal with the decision it stands for, the proof that the entry stands in a signed checkpoint, who cosigned that, and
the cards under which all of it is checked. It holds no content and no key to any.

`verify_evidence` believes nothing in the file but the roots: it checks everything down from them, and the report says
which they are. Whoever knows the roots otherwise (from the agreement, or `--root`) knows that the act was done.
Source: `specs/evidence.md`.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from comity import signing
from comity.clock import Instant, parse_instant
from comity.errors import ForeignInput, VerificationFailed
from comity.federation import evidence, statements
from comity.federation.card_book import CardBook
from comity.federation.evidence import SKEW, Evidence
from comity.federation.messages import Body, Decided, Disclose, Route, SignedText
from comity.federation.proof_file import (
    MAX_BYTES,
    check_cards,
    named,
    read_exactly,
    verify_checkpoint_in_file,
)
from comity.journal.checkpoint import (
    origin_of_channel,
)
from comity.journal.entries import Entry, check_commitment, read_leaf
from comity.journal.merkle import leaf_hash, verify_inclusion
from comity.sealing.receipts import Receipt, read_receipt
from comity.strict import read_json, write_json

__all__ = [
    "MAX_BYTES",
    "Asked",
    "EvidenceFile",
    "EvidenceReport",
    "read_evidence",
    "verify_evidence",
    "write_evidence",
]

DISCLOSURES = ("sent-disclosure", "received-disclosure", "quarantined-disclosure")

Hex = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]


class EvidenceFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file.

    Attributes:
        comity, version: what kind of file this is.
        by: whose journal it is from.
        act: digest of the act.
        leaf: the entry, as hashed. `key`, `detail`: what its commitment stands for.
        path: its inclusion in the tree of `checkpoint`. `witnesses`: who cosigned that.
        manifest, custody, lineage, consents, confirmations, necessity: for a disclosure, as in the message itself.
        receipt: the recipient's signed receipt, where one came.
        cards: every card that is needed to check all this.
    """

    comity: Literal["evidence"] = "evidence"
    version: Literal[1] = 1
    by: str
    act: Hex
    leaf: str
    key: bytes
    detail: bytes
    path: tuple[Hex, ...]
    checkpoint: str
    witnesses: tuple[str, ...]
    manifest: SignedText = ""
    custody: tuple[SignedText, ...] = ()
    lineage: tuple[Route, ...] = ()
    consents: tuple[SignedText, ...] = ()
    confirmations: tuple[SignedText, ...] = ()
    necessity: SignedText = ""
    receipt: SignedText = ""
    cards: tuple[SignedText, ...]


class GivenConsent(msgspec.Struct, frozen=True):
    """A consent that stands in the file: who let whom pass what to whom, from when until when."""

    by: str
    holder: str
    to: str
    item: str
    from_: str
    until: str


class Disclosed(msgspec.Struct, frozen=True):
    """What a disclosure comes to: who passed which item to whom, when, under what, on which articles."""

    item: str
    originator: str
    category: str
    marking: str
    holder: str
    to: str
    at: str
    purpose: str
    agreement: str
    agreement_digest: str
    hands: tuple[str, ...]
    sources: tuple[str, ...]
    consents: tuple[GivenConsent, ...]
    necessity: bool


class Asked(msgspec.Struct, frozen=True):
    """What a decision answers: whether its holder may pass an item to somebody for a purpose."""

    disclose: str
    holder: str
    to: str
    purpose: str


class EvidenceReport(msgspec.Struct, frozen=True):
    """What the file proves.

    Attributes:
        entries, root: the checkpoint that all hangs from; `cosigned`: who vouches for it, and when.
        asked: what the decision answers that the entry stands for, where it is one; outcome, grounds: its answer.
        receipted: what the recipient signed that became of it, and when; empty where no receipt came.
        roots: fingerprint of the root key of each Party; the file is worth what they are.
    """

    by: str
    channel: str
    number: int
    kind: str
    at: Instant
    act: str
    entries: int
    root: str
    cosigned: tuple[tuple[str, Instant], ...]
    asked: Asked | None
    outcome: str
    grounds: tuple[tuple[str, str], ...]
    disclosed: Disclosed | None
    said: str
    receipted: tuple[str, Instant] | None
    roots: dict[str, str]


class _Ground(msgspec.Struct, frozen=True):
    ref: str
    text: str


class _Decision(msgspec.Struct, frozen=True):
    question: Asked
    at: str
    outcome: str
    agreement: str | None
    grounds: tuple[_Ground, ...]


def write_evidence(file: EvidenceFile) -> bytes:
    """Write the file; there is exactly one spelling of it."""
    return write_json(file) + b"\n"


def read_evidence(data: bytes) -> EvidenceFile:
    """Read the file; nothing in it has been checked yet.

    Raises:
        ForeignInput: it is not one, or spelled otherwise.
    """
    return read_exactly(data, EvidenceFile, "evidence")


def verify_evidence(file: EvidenceFile, roots: Mapping[str, str] | None = None) -> EvidenceReport:
    """Check everything the file holds.

    (1) the cards, each under its root, and each Party's cards in one succession
    (2) the checkpoint: signed by whose journal it is, cosigned by the witnesses named
    (3) the entry stands in it, is about the act, and stands for the detail
    (4) for a disclosure: every signature and link of its evidence, and that the decision is about the same
    (5) the receipt: the recipient says that this very message reached it

    Args:
        roots: fingerprints known otherwise, by Party.

    Raises:
        ForeignInput, VerificationFailed: something does not hold; the message names it.
    """
    # (1)
    cards = check_cards(file.cards, roots or {})
    book = CardBook(cards)
    # (2)
    entry = named("entry", lambda: read_leaf(file.leaf.encode()))
    origin = origin_of_channel(file.by, entry.channel)
    head, cosigned = verify_checkpoint_in_file(file.checkpoint, origin, file.by, file.witnesses, cards)
    # (3)
    if entry.act != file.act:
        raise VerificationFailed("the entry is about another act than the file says")
    path = [bytes.fromhex(each) for each in file.path]
    verify_inclusion(entry.number - 1, head.size, leaf_hash(file.leaf.encode()), path, head.root)
    check_commitment(entry, file.key, file.detail)
    decision = _decision_in(entry.kind, file.detail)
    # (4)
    disclosed = _check_disclosure(file, entry, decision, book) if entry.kind in DISCLOSURES else None
    of_disclosure = (
        file.manifest,
        file.custody,
        file.lineage,
        file.consents,
        file.confirmations,
        file.necessity,
    )
    if disclosed is None and any(of_disclosure):
        raise VerificationFailed("statements of a disclosure beside an entry that is none")
    # (5)
    receipt = _check_receipt(file, entry, book) if file.receipt else None
    return EvidenceReport(
        by=file.by,
        channel=entry.channel,
        number=entry.number,
        kind=entry.kind,
        at=entry.at,
        act=file.act,
        entries=head.size,
        root=head.root.hex(),
        cosigned=tuple((each.name, each.at) for each in cosigned),
        asked=decision.question if decision else None,
        outcome=decision.outcome if decision else "",
        grounds=tuple((each.ref, each.text) for each in decision.grounds) if decision else (),
        disclosed=disclosed,
        said=_said(file.detail, book) if decision is None else "",
        receipted=(receipt.status, receipt.at) if receipt else None,
        roots={card.party: card.root_fingerprint for card in cards},
    )


def _check_disclosure(
    file: EvidenceFile, entry: Entry, decision: "_Decision | None", book: CardBook
) -> Disclosed:
    if decision is None:
        raise VerificationFailed("the entry of a disclosure stands for no decision")
    asked = decision.question
    message = Disclose(
        manifest=file.manifest,
        custody=file.custody,
        lineage=file.lineage,
        consents=file.consents,
        confirmations=file.confirmations,
        necessity=file.necessity,
        decided=Decided(digest="", at="", grounds=(), acts=""),
        body=Body(title="", label="", media_type="", key=b""),
    )
    proof: Evidence = evidence.check(message, asked.holder, asked.to, book)
    hop, manifest = proof.hop, proof.disclosed.manifest
    ends = (file.by, entry.channel) if entry.kind == "sent-disclosure" else (entry.channel, file.by)
    if ends != (asked.holder, asked.to):
        raise VerificationFailed("the decision is about other Parties than the entry's channel")
    if (hop.item, hop.purpose) != (asked.disclose, asked.purpose):
        raise VerificationFailed("the decision is about another item or purpose than the signed hop")
    if decision.agreement not in (None, hop.agreement):
        raise VerificationFailed("the decision rests on another agreement than the signed hop")
    if abs(parse_instant(decision.at) - hop.instant) > SKEW:
        raise VerificationFailed("the decision is of another time than the signed hop")
    if entry.kind == "sent-disclosure" and decision.outcome != "permitted":
        raise VerificationFailed("the item was sent although the decision did not permit it")
    return Disclosed(
        item=hop.item,
        originator=manifest.by,
        category=manifest.category,
        marking=manifest.marking,
        holder=hop.by,
        to=hop.to,
        at=hop.at,
        purpose=hop.purpose,
        agreement=hop.agreement,
        agreement_digest=hop.agreement_digest,
        hands=(*(each.by for each in proof.disclosed.hops), hop.to),
        sources=tuple(f"{route.item} of {route.manifest.by}" for route in proof.sources),
        consents=tuple(
            GivenConsent(
                consent.by,
                consent.holder,
                consent.to,
                consent.item or "",
                consent.from_.isoformat(),
                consent.until.isoformat(),
            )
            for consent in proof.consents
        ),
        necessity=proof.necessity is not None,
    )


def _check_receipt(file: EvidenceFile, entry: Entry, book: CardBook) -> Receipt:
    text = file.receipt.encode()
    if entry.kind != "sent-disclosure":
        raise VerificationFailed("a receipt beside an entry that sent nothing")
    signed = named("receipt", lambda: signing.from_bytes(text, max_bytes=64 * 1024, what="receipt"))
    at = read_json(signed.payload, max_bytes=64 * 1024, what="receipt")
    moment = parse_instant(at["at"]) if isinstance(at, dict) and isinstance(at.get("at"), str) else entry.at
    receipt: Receipt = named(
        "receipt", lambda: read_receipt(text, book.keys(entry.channel, "control", moment))
    )
    if (receipt.by, receipt.to, receipt.message) != (entry.channel, file.by, file.act):
        raise VerificationFailed("the receipt answers another message")
    return receipt


def _decision_in(kind: str, detail: bytes) -> "_Decision | None":
    """Read the decision an entry stands for; None where its kind has none, or it stands for grounds only."""
    if kind not in (*DISCLOSURES, "decided") or not detail.startswith(b"{"):
        return None
    read_json(detail, max_bytes=MAX_BYTES, what="detail")
    try:
        return msgspec.json.decode(detail, type=_Decision)
    except msgspec.ValidationError as error:
        raise ForeignInput(f"detail: {error}") from None


def _said(detail: bytes, book: CardBook) -> str:
    """Name the signed statement an entry stands for, its signature checked; empty where it is none."""
    if b"payloadType" not in detail[:400]:
        return ""
    try:
        signed = signing.from_bytes(detail, max_bytes=2 * statements.MAX_STATEMENT_BYTES, what="detail")
        word = statements.word_in(signed)
    except ForeignInput:
        return ""
    statement = named(
        f"{word} statement", lambda: statements.check(signed, statements.KINDS[word], book.keys)
    )
    return f"{word} of {statement.by}, {statement.at}"
