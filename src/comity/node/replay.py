"""Replaying a decision from the journal: the same question, on the texts and acts of its day, to the same bytes.

The entry of a decision holds the question, the instant and the digest of what was known. The texts are those held by
then (every version is kept), the acts those that had become known by then. Of acts and texts that came at the very
instant of the entry, the digest tells how many count. The answer names the zone rules of that day again; where they
have changed since and an instant has moved with them, the bytes are no longer the same. `comity journal replay NUMBER`.

    (1) read what was asked, and what was answered     the entry's detail, checked against its commitment
    (2) rebuild what was known                         texts by version, acts in the order they came
    (3) decide again, and compare byte for byte
"""

import itertools
from collections.abc import Iterator, Sequence

import msgspec

from comity.agreements.folder import parse_agreement
from comity.agreements.governing import Timeline
from comity.clock import Instant
from comity.decisions.decision import Decision
from comity.decisions.gate import decide
from comity.decisions.known import Known
from comity.decisions.question import Question
from comity.errors import NotFound
from comity.node.acts_known import ActsRead, acts_of, sources_of
from comity.node.node import known_with
from comity.ports import AgreementRow, JournalRow, StatementRow, Transaction

#: Kinds of entry whose detail is a decision: one's own, and those about what came in.
DECISIONS = ("decided", "received-disclosure", "quarantined-disclosure")


class Recorded(msgspec.Struct, frozen=True):
    """What an entry says of a decision; `tzdata` is the version of the zone rules it was made by."""

    question: Question
    known: str
    at: Instant
    outcome: str
    tzdata: str = ""


class Replay(msgspec.Struct, frozen=True):
    """A decision and what came of deciding it again.

    Attributes:
        same: the bytes are the same. `known_again`: what was known could be rebuilt; where it could not, the decision
            is one of another set, and `again` is None.
    """

    number: int
    recorded: Recorded
    same: bool
    known_again: bool
    again: Decision | None


def replay(transaction: Transaction, number: int) -> Replay:
    """Decide an entry of the journal again.

    Raises:
        NotFound: there is no such entry, it is no decision, or what it stands for has been erased.
    """
    # (1)
    row = _entry(transaction, number)
    recorded = msgspec.json.decode(row.detail, type=Recorded)

    # (2)
    known = next(
        (found for found in _candidates(transaction, row.at, recorded) if found.digest == recorded.known),
        None,
    )
    if known is None:
        return Replay(number, recorded, same=False, known_again=False, again=None)

    # (3)
    again = decide(recorded.question, known, recorded.at)
    return Replay(number, recorded, same=again.to_bytes() == row.detail, known_again=True, again=again)


def _entry(transaction: Transaction, number: int) -> JournalRow:
    rows = transaction.journal(after=number - 1, limit=1) if number > 0 else ()
    if not rows or rows[0].number != number:
        raise NotFound(f"the journal has no entry {number}", hint="comity journal show lists them")
    (row,) = rows
    if row.kind not in DECISIONS:
        raise NotFound(f"entry {number} is of the kind `{row.kind}`, which is no decision")
    if not row.detail.startswith(b"{"):
        raise NotFound(f"entry {number} holds no decision (any more)")
    return row


def _candidates(transaction: Transaction, known_by: Instant, recorded: Recorded) -> Iterator[Known]:
    """Give what may have been known at an instant: surely what came before it, and more and more of what came at it."""
    before: list[StatementRow] = []
    during: list[StatementRow] = []
    read = ActsRead()
    for row in transaction.acts():
        if row.known_at <= known_by:
            (before if row.known_at < known_by else during).append(row)
    for texts in _texts(transaction, known_by):
        base = Known(texts, zones=recorded.tzdata)
        for count in range(len(during), -1, -1):
            acts = acts_of(
                [*before, *during[:count]],
                read=read,
                originator=lambda item: held.originator if (held := transaction.item(item)) else None,
                sources=lambda item: sources_of(transaction, item),
            )
            yield known_with(base, acts, recorded.at)


def _texts(transaction: Transaction, known_by: Instant) -> Iterator[list[Timeline]]:
    """Give the sets of texts that may have been held at an instant, the newest first."""
    versions: dict[str, list[AgreementRow | None]] = {}
    for row in transaction.agreement_versions():
        if row.held_at < known_by:
            versions[row.id] = [row]
        elif row.held_at == known_by:
            versions.setdefault(row.id, [None]).append(row)
    for chosen in itertools.product(*(reversed(each) for each in versions.values())):
        yield _laid_out([row for row in chosen if row is not None])


def _laid_out(rows: Sequence[AgreementRow]) -> list[Timeline]:
    texts = [parse_agreement(row.files) for row in rows]
    return [Timeline(each, [other for other in texts if other.id != each.id]) for each in texts]
