"""What an inspector gets: counts, decisions and samples of a time, in one file that proves itself.

The file is a statement signed with the key for journals: what stands in it is the Party's word, and most of it more
than that. Where the agreement lets the inspector see the journal, all entries of the time are there, and the tree that
they continue and the one they lead to: none can be missing, and the counts are counted again. Each decision opens the
commitment of its entry. Samples are whole evidence files, chosen among the disclosures so opened by the root of the
tree, not by whoever exports.

Entries hold no content, decisions none either; nothing here opens an item. Source: `specs/evidence.md` §3.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Annotated

import msgspec

from comity import signing
from comity.cards import SignedCard
from comity.clock import Instant, parse_instant
from comity.errors import VerificationFailed
from comity.federation.evidence_file import DISCLOSURES, EvidenceFile, verify_evidence
from comity.federation.messages import SignedText
from comity.federation.proof_file import MAX_BYTES, check_cards, verify_checkpoint_in_file
from comity.journal.checkpoint import Checkpoint, origin_of_channel
from comity.journal.entries import Entry, check_commitment, read_leaf
from comity.journal.merkle import Frontier, leaf_hash, verify_consistency, verify_inclusion
from comity.keys import SigningKey
from comity.strict import read_as, write_json

__all__ = [
    "PAYLOAD_TYPE",
    "SAMPLES",
    "ChannelPart",
    "Mandate",
    "Opened",
    "OverseerFile",
    "OverseerReport",
    "chosen",
    "sign_overseer",
    "verify_overseer",
]

PAYLOAD_TYPE = "application/vnd.comity.overseer.v1+json"
#: Disclosures of a channel that are shown whole.
SAMPLES = 5

Hex = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
Number = Annotated[int, msgspec.Meta(ge=0)]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Mandate(_Part, frozen=True, kw_only=True):
    """The article that names the inspector, and what it may see by it."""

    agreement: str
    digest: str
    article: str
    sees: tuple[str, ...]


class Opened(_Part, frozen=True, kw_only=True):
    """An entry with the decision it stands for, and its place in the tree of the checkpoint."""

    leaf: str
    key: bytes
    detail: bytes
    path: tuple[Hex, ...]


class ChannelPart(_Part, frozen=True, kw_only=True):
    """What was done with one peer.

    Attributes:
        sees: what the mandates with this peer let be seen.
        checkpoint, witnesses: the head all hangs from.
        first, last: numbers of the entries of the time, empty where `last` is before `first`.
        counts: entries of the time by kind.
        before: frontier of the tree before the first of them; `leaves`: all of them; `proof`: that the tree after the
            last is the beginning of the checkpoint's. Only where the inspector may see the journal.
        decisions: entries that stand for a decision under the agreements of the mandates, disclosures among them.
        samples: disclosures of the time, whole.
    """

    peer: str
    sees: tuple[str, ...]
    checkpoint: str
    witnesses: tuple[str, ...]
    first: Number
    last: Number
    counts: dict[str, int]
    before: tuple[Hex, ...] = ()
    leaves: tuple[str, ...] = ()
    proof: tuple[Hex, ...] = ()
    decisions: tuple[Opened, ...] = ()
    samples: tuple[EvidenceFile, ...] = ()


class OverseerFile(_Part, frozen=True, kw_only=True):
    """The signed content of the file. `from_` is within the time, `until` is not."""

    by: str
    body: str
    from_: str = msgspec.field(name="from")
    until: str
    mandates: tuple[Mandate, ...]
    channels: tuple[ChannelPart, ...]
    cards: tuple[SignedText, ...]

    @property
    def sees(self) -> frozenset[str]:
        """Everything the inspector may see under some mandate."""
        return frozenset(word for mandate in self.mandates for word in mandate.sees)


class OverseerReport(msgspec.Struct, frozen=True):
    """What the file proves.

    Attributes:
        counts: by peer and kind. `complete`: peers of which every entry of the time is there, so that counts are proven
            and not only said.
        decisions: by peer, outcome and number. `samples`: how many disclosures are shown whole.
    """

    by: str
    body: str
    from_: str
    until: str
    mandates: tuple[str, ...]
    counts: dict[str, dict[str, int]]
    complete: tuple[str, ...]
    decisions: dict[str, dict[str, int]]
    samples: int
    cosigned: dict[str, tuple[str, ...]]
    roots: dict[str, str]


class _Outcome(msgspec.Struct, frozen=True):
    outcome: str


def sign_overseer(file: OverseerFile, key: SigningKey) -> bytes:
    """Sign the file with the Party's key for journals."""
    return signing.to_bytes(signing.sign(PAYLOAD_TYPE, write_json(file), key))


def chosen(hashes: Sequence[bytes], root: bytes) -> list[bytes]:
    """Choose the samples among the disclosures of a time: those next to the root of the tree, by hash.

    The root follows from all entries, so whoever makes them cannot choose.
    """
    return sorted(hashes, key=lambda each: sha256(root + each).digest())[:SAMPLES]


def verify_overseer(data: bytes, roots: Mapping[str, str] | None = None) -> OverseerReport:
    """Check everything the file holds.

    Raises:
        ForeignInput, VerificationFailed: something does not hold; the message names it.
    """
    signed = signing.from_bytes(data, max_bytes=MAX_BYTES, what="overseer's file")
    file = read_as(signed.payload, OverseerFile, max_bytes=MAX_BYTES, what="overseer's file")
    if signing.to_bytes(signed) != data or write_json(file) != signed.payload:
        raise VerificationFailed("overseer's file: not spelled as such a file is")
    cards = check_cards(file.cards, roots or {})
    keys = {
        keyid: key
        for card in cards
        if card.party == file.by
        for keyid, key in card.signing_keys("journal", card.card.issued).items()
    }
    signing.verify(signed, PAYLOAD_TYPE, keys)
    begin, end = parse_instant(file.from_), parse_instant(file.until)
    for part in file.channels:
        _named(part.peer, file, part, cards, begin, end, roots)
    return OverseerReport(
        by=file.by,
        body=file.body,
        from_=file.from_,
        until=file.until,
        mandates=tuple(f"{each.article}: {', '.join(each.sees)}" for each in file.mandates),
        counts={part.peer: part.counts for part in file.channels},
        complete=tuple(part.peer for part in file.channels if "journal" in part.sees),
        decisions={part.peer: _outcomes(part) for part in file.channels},
        samples=sum(len(part.samples) for part in file.channels),
        cosigned={part.peer: part.witnesses for part in file.channels},
        roots={card.party: card.root_fingerprint for card in cards},
    )


def _named(
    peer: str,
    file: OverseerFile,
    part: ChannelPart,
    cards: Sequence[SignedCard],
    begin: Instant,
    end: Instant,
    roots: Mapping[str, str] | None,
) -> None:
    try:
        _check_channel(file, part, cards, begin, end, roots)
    except VerificationFailed as error:
        raise VerificationFailed(f"channel with {peer}: {error.message}") from None


def _check_channel(
    file: OverseerFile,
    part: ChannelPart,
    cards: Sequence[SignedCard],
    begin: Instant,
    end: Instant,
    roots: Mapping[str, str] | None,
) -> None:
    """Check the head, then what hangs from it: all entries of the time, decisions, samples."""
    origin = origin_of_channel(file.by, part.peer)
    head, _ = verify_checkpoint_in_file(part.checkpoint, origin, file.by, part.witnesses, cards)
    if not set(part.sees) <= file.sees:
        raise VerificationFailed("more is shown than any mandate allows")
    if sum(part.counts.values()) != part.last + 1 - part.first or part.last > head.size:
        raise VerificationFailed("the counts do not come to the number of entries")
    if "journal" in part.sees:
        _check_leaves(part, head, begin, end)
    candidates: list[bytes] = []
    for opened in part.decisions:
        entry = read_leaf(opened.leaf.encode())
        _check_within(entry, part, begin, end)
        path = [bytes.fromhex(each) for each in opened.path]
        verify_inclusion(entry.number - 1, head.size, leaf_hash(opened.leaf.encode()), path, head.root)
        check_commitment(entry, opened.key, opened.detail)
        if entry.kind in DISCLOSURES:
            candidates.append(leaf_hash(opened.leaf.encode()))
    for sample in part.samples:
        entry = read_leaf(sample.leaf.encode())
        _check_within(entry, part, begin, end)
        verify_evidence(sample, roots)
        if (sample.by, entry.channel, entry.kind in DISCLOSURES) != (file.by, part.peer, True):
            raise VerificationFailed("a sample is of another journal, or no disclosure")
    if {"decisions", "samples"} <= set(part.sees):
        shown = {leaf_hash(sample.leaf.encode()) for sample in part.samples}
        if shown != set(chosen(candidates, head.root)):
            raise VerificationFailed("the samples are not those that the tree chooses")


def _check_leaves(part: ChannelPart, head: Checkpoint, begin: Instant, end: Instant) -> None:
    """Let the tree before the time grow by all its entries, and see that it leads to the checkpoint."""
    before = Frontier.read(part.first - 1, (bytes.fromhex(each) for each in part.before))
    after = before.extend(leaf_hash(leaf.encode()) for leaf in part.leaves)
    if after.size != part.last:
        raise VerificationFailed(f"{len(part.leaves)} entries where {part.last + 1 - part.first} belong")
    proof = [bytes.fromhex(each) for each in part.proof]
    verify_consistency(after.size, after.root, head.size, head.root, proof)
    entries = [read_leaf(leaf.encode()) for leaf in part.leaves]
    for number, entry in enumerate(entries, part.first):
        if entry.number != number:
            raise VerificationFailed(f"entry {entry.number} stands where entry {number} belongs")
        _check_within(entry, part, begin, end)
    if Counter(entry.kind for entry in entries) != Counter(part.counts):
        raise VerificationFailed("the counts are not those of the entries")


def _check_within(entry: Entry, part: ChannelPart, begin: Instant, end: Instant) -> None:
    if entry.channel != part.peer or not part.first <= entry.number <= part.last:
        raise VerificationFailed(f"entry {entry.number} of {entry.channel} does not belong here")
    if not begin <= entry.at < end:
        raise VerificationFailed(f"entry {entry.number} is not of the time")


def _outcomes(part: ChannelPart) -> dict[str, int]:
    decided: Iterable[_Outcome] = (
        msgspec.json.decode(opened.detail, type=_Outcome)
        for opened in part.decisions
        if read_leaf(opened.leaf.encode()).kind != "sent-disclosure"  # decided just before
    )
    return dict(Counter(each.outcome for each in decided))
