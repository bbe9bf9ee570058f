"""What a draft would have changed: every decision in the journal, decided again as if the draft had stood that day.

The draft takes the place of the agreement held under its id, of the one named, or else of the only one between the same
Parties; it counts from that one's entry into force, under that one's id, so that hands that passed under it still
hold together. Everything else is as the journal has it: the question, the instant, and the acts known by then.
Nothing is entered and nothing changes.

A draft's own notices count, those given under the agreement it replaces do not: what an end refused may be permitted.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import msgspec

from comity.agreements.agreement import Agreement
from comity.agreements.folder import parse_agreement
from comity.agreements.governing import Timeline
from comity.clock import Instant
from comity.decisions.decision import Decision, Ground
from comity.decisions.gate import decide
from comity.decisions.known import Known
from comity.decisions.question import Question
from comity.errors import BadInput
from comity.node.acts_known import ActsRead, acts_of, sources_of
from comity.node.node import Knowledge, Node, known_with
from comity.ports import StatementRow, Transaction

_PAGE = 2000


class Recorded(msgspec.Struct, frozen=True):
    """What the journal keeps of a decision: enough to put the question again."""

    question: Question
    at: Instant
    outcome: str
    agreement: str | None


class Change(msgspec.Struct, frozen=True):
    """A decision that would have come out otherwise.

    Attributes:
        number: of the journal's entry. `item` the digest of what was to pass.
        before, after: the outcomes. `grounds` and `ask`: of the new one, in the draft's own id.
    """

    number: int
    at: Instant
    item: str
    to: str
    purpose: str
    before: str
    after: str
    grounds: tuple[Ground, ...]
    ask: tuple[str, ...]


class Simulation(msgspec.Struct, frozen=True):
    """What a draft would have changed.

    Attributes:
        draft, instead_of: ids; `instead_of` is empty where the draft would stand beside the others.
        replayed: how many decisions were decided again.
        unreadable: how many entries no longer hold what was asked, because it was erased.
        changes: those that would have come out otherwise, in the journal's order.
    """

    draft: str
    instead_of: str
    replayed: int
    unreadable: int
    changes: tuple[Change, ...]


def simulate(
    node: Node,
    transaction: Transaction,
    files: Mapping[str, bytes],
    *,
    instead_of: str = "",
    from_day: date | None = None,
) -> Simulation:
    """Decide the past again under a draft.

    Args:
        instead_of: the agreement held whose place it takes; by default the one of its id, or of its Parties.
        from_day: the day it would have entered into force; by default that of the one it replaces. Before it,
            nothing passes under the draft, nor under what it replaces.

    Raises:
        BadInput: the draft has mistakes, or it is not clear which agreement it replaces.
    """
    knowledge = node.know(transaction)
    draft = parse_agreement(files)
    own = draft.id
    replaced = _replaced(knowledge, draft, instead_of)
    recorded = list(_recorded(transaction))
    if replaced:
        draft = parse_agreement(_renamed(files, own, replaced))
    texts = _texts(knowledge, msgspec.structs.replace(draft, signatures=()), recorded, from_day)
    acts = _Acts(transaction)
    changes, unreadable = [], 0
    for number, entry in recorded:
        if entry is None:
            unreadable += 1
            continue
        decision = decide(entry.question, acts.known(texts, entry.at), entry.at)
        if decision.outcome != entry.outcome:
            changes.append(_change(number, entry, decision, replaced, own))
    return Simulation(
        draft=own,
        instead_of=replaced,
        replayed=len(recorded) - unreadable,
        unreadable=unreadable,
        changes=tuple(changes),
    )


def _replaced(knowledge: Knowledge, draft: Agreement, instead_of: str) -> str:
    """Find which agreement held here the draft takes the place of; empty for none."""
    if instead_of:
        if instead_of not in knowledge.agreements:
            raise BadInput(f"no agreement `{instead_of[:80]}` is held here", hint="comity agreement list")
        return instead_of
    if draft.id in knowledge.agreements:
        return draft.id
    same = [name for name, held in knowledge.agreements.items() if set(held.parties) == set(draft.parties)]
    if len(same) > 1:
        raise BadInput(
            f"{draft.id} could take the place of {', '.join(sorted(same))}",
            hint="say which with --instead-of",
        )
    return same[0] if same else ""


def _renamed(files: Mapping[str, bytes], own: str, other: str) -> dict[str, bytes]:
    """Give a draft under the id of the agreement it replaces, as protocols and notices of it need it too."""
    line = re.compile(rb'^(id|protocol_of)( *= *)"' + own.encode() + rb'"', re.MULTILINE)
    named = rb'\g<1>\g<2>"' + other.encode() + b'"'
    return {
        name: line.sub(named, data, count=2) if name.endswith(".md") else data
        for name, data in files.items()
        if not name.startswith("signatures/")
    }


def _texts(
    knowledge: Knowledge,
    draft: Agreement,
    recorded: Sequence[tuple[int, Recorded | None]],
    from_day: date | None,
) -> Known:
    """Lay out the agreements held, with the draft among them from the day it is to count."""
    old = knowledge.timelines.get(draft.id)
    entry = old.life.entry_day if old is not None else None
    first = min((each.at for _, each in recorded if each is not None), default=None)
    day: date | None = from_day or entry or (first.date() if first else None)
    others = [each for name, each in knowledge.agreements.items() if name != draft.id]
    return Known(
        [
            Timeline(draft, others, unsigned=True, assumed=day),
            *(
                Timeline(each, [other for other in (*others, draft) if other.id != each.id])
                for each in others
            ),
        ]
    )


def _recorded(transaction: Transaction) -> Iterator[tuple[int, Recorded | None]]:
    """Give every decision of the journal, in order; None where its content was erased."""
    after = 0
    while rows := transaction.journal(after=after, limit=_PAGE):
        for row in rows:
            if row.kind == "decided":
                yield row.number, msgspec.json.decode(row.detail, type=Recorded) if row.detail else None
        after = rows[-1].number


class _Acts:
    """The acts known at an instant, read anew only where one came in between."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._rows: Sequence[StatementRow] = transaction.acts()
        self._read = ActsRead()
        self._count = -1
        self._known: Known | None = None

    def known(self, texts: Known, at: Instant) -> Known:
        """Give the texts with the acts known by an instant."""
        rows = [row for row in self._rows if row.known_at <= at]
        if self._known is None or len(rows) != self._count:
            self._count = len(rows)
            acts = acts_of(rows, read=self._read, originator=self._originator, sources=self._sources)
            self._known = known_with(texts, acts, at)
        return self._known

    def _originator(self, item: str) -> str | None:
        row = self._transaction.item(item)
        return row.originator if row is not None else None

    def _sources(self, item: str) -> set[str]:
        return set(sources_of(self._transaction, item))


def _change(number: int, entry: Recorded, decision: Decision, replaced: str, own: str) -> Change:
    return Change(
        number=number,
        at=entry.at,
        item=entry.question.disclose,
        to=entry.question.to,
        purpose=entry.question.purpose,
        before=entry.outcome,
        after=decision.outcome,
        grounds=tuple(_under_own_id(ground, replaced, own) for ground in decision.grounds),
        ask=tuple(each.party for each in decision.ask),
    )


def _under_own_id(ground: Ground, replaced: str, own: str) -> Ground:
    """Cite the draft by its own id."""
    if not replaced or not ground.ref.startswith(f"{replaced} "):
        return ground
    return msgspec.structs.replace(ground, ref=own + ground.ref[len(replaced) :])
