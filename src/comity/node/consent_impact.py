"""What a consent would open, before it is given: which items at the holder could go on that cannot now.

Computed from what this node knows of the holder: what it passed to it, what it was asked about, and what it knows to
have been made there. For each, the third-party rule is asked with and without the consent, and only for what is owed to
this Party: what others are owed is theirs to open. What the holder has besides, nobody here can know, and the answer
says so.
"""

from collections.abc import Iterator, Mapping

import msgspec

from comity.clock import Instant
from comity.decisions.gate import decide
from comity.decisions.known import Known
from comity.decisions.question import Question
from comity.decisions.rules.r07_third_party import upstream
from comity.federation import statements
from comity.federation.evidence import consent_of, hops_of, item_of
from comity.federation.statements import ConsentGranted, ConsentRequest, HopStatement, Manifest
from comity.handling.item import Item
from comity.node.node import Node
from comity.node.questions import as_item
from comity.ports import Holding, Transaction
from comity.signing import from_bytes


class Opened(msgspec.Struct, frozen=True):
    """One item that a consent would open.

    Attributes:
        summary: it was made from others. `title`: what people here call it, empty where its content never came here.
    """

    item: str
    title: str
    category: str
    marking: str
    summary: bool


class Impact(msgspec.Struct, frozen=True):
    """What a consent would open to its recipient."""

    holder: str
    to: str
    opened: tuple[Opened, ...]

    @property
    def words(self) -> str:
        """Say it in a sentence."""
        summaries = sum(each.summary for each in self.opened)
        items = len(self.opened) - summaries
        parts = [
            f"{count} {word if count == 1 else plural}"
            for count, word, plural in ((items, "item", "items"), (summaries, "summary", "summaries"))
            if count
        ]
        return f"this opens {' and '.join(parts) or 'nothing known here'} to {self.to}"


def impact_of(node: Node, transaction: Transaction, granted: ConsentGranted, at: Instant) -> Impact:
    """Give what a consent would open at its holder, of what this node knows to be there.

    Args:
        granted: the consent as it would be given; it need not be signed.
    """
    consent = consent_of(granted, "")
    knowledge = node.know(transaction)
    known = knowledge.known_at(at)
    after = known.with_acts((*known.consents, consent), withdrawn=known.withdrawn, reviewed=known.reviewed)
    begins = max(at, consent.from_)
    held = dict(_held_there(transaction, granted.holder))
    opened = []
    for digest in held:
        if digest in known.withdrawn or _has_run_out(held, digest, granted.holder, known, begins):
            continue  # it goes to nobody, under no consent
        purposes = [consent.purpose] if consent.purpose else _purposes(held, digest)
        if any(
            _owed(node.party, held, digest, granted, purpose, known, begins)
            and not _owed(node.party, held, digest, granted, purpose, after, begins)
            for purpose in purposes
        ):
            opened.append(_opened(transaction, held[digest]))
    return Impact(granted.holder, granted.to, tuple(opened))


def _has_run_out(held: Mapping[str, Item], digest: str, holder: str, known: Known, at: Instant) -> bool:
    """Tell whether a Party may no longer hold an item, by what it came under (the gate's rule 8)."""
    question = Question(items=held, disclose=digest, holder=holder, to="", purpose="")
    return any(ground.rule == 8 for ground in decide(question, known, at).grounds)


def _owed(
    party: str,
    held: Mapping[str, Item],
    digest: str,
    granted: ConsentGranted,
    purpose: str,
    known: Known,
    at: Instant,
) -> bool:
    """Tell whether this Party's consent stands between an item at its holder and the recipient."""
    question = Question(items=held, disclose=digest, holder=granted.holder, to=granted.to, purpose=purpose)
    return any(owed.party == party for owed in upstream(question, held[digest], known, at).owed)


def _purposes(held: Mapping[str, Item], digest: str) -> list[str]:
    """Give the purposes for which an item and its sources were passed: those for which it could go on."""
    waiting, found = [digest], dict[str, None]()
    while waiting:
        item = held.get(waiting.pop())
        if item is not None:
            found.update(dict.fromkeys(hop.purpose or "" for hop in item.hops))
            waiting.extend(item.made_from)
    return list(found) or [""]


def _held_there(transaction: Transaction, holder: str) -> Iterator[tuple[str, Item]]:
    """Give the items that a Party is known to hold, as it holds them."""
    for disclosure in transaction.disclosed_to(holder):
        row, hop = transaction.item(disclosure.item), transaction.statement(disclosure.hop)
        if row is None or hop is None:
            continue
        said = statements.read(from_bytes(hop.signed), HopStatement)
        routes = transaction.holdings(row.digest) or (_own(row.digest, disclosure.at),)
        route = next(
            (each for each in routes if said.previous in each.custody[-1:] or not said.previous), routes[0]
        )
        item = as_item(transaction, row, route)
        last = hops_of((said,), (disclosure.hop,))
        yield row.digest, msgspec.structs.replace(item, hops=(*item.hops, *last))
    for row in transaction.items(limit=1_000_000):
        if row.originator == holder and row.made_from:
            manifest = statements.read(from_bytes(row.manifest), Manifest)
            yield row.digest, item_of(row.digest, manifest, ())
    for request in transaction.statements("consent-request"):
        asked = statements.read(from_bytes(request.signed), ConsentRequest)
        signed = statements.unpack(asked.manifest)
        manifest = statements.read(signed, Manifest)
        digest = statements.digest_of(signed)
        if asked.by == holder and manifest.by == holder and digest == asked.item:
            yield digest, item_of(digest, manifest, ())


def _own(item: str, at: Instant) -> Holding:
    return Holding(item=item, custody=(), received_from="", message="", at=at)


def _opened(transaction: Transaction, item: Item) -> Opened:
    row = transaction.item(item.id)
    return Opened(
        item=item.id,
        title=row.title if row is not None else "",
        category=item.category,
        marking=str(item.marking or ""),
        summary=bool(item.made_from),
    )
