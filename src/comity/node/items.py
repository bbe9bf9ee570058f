"""Taking an item of one's own in: through the door, marked, signed for, its body sealed at rest.

An item made from others gets the strictest marking and the shortest remaining retention of its sources
(`specs/gate.md`, rules 6 and 8): a summary never launders.
"""

import hmac
from collections.abc import Sequence
from datetime import timedelta

import msgspec

from comity.agreements.durations import Duration
from comity.agreements.governing import Terms
from comity.clock import Instant, format_instant
from comity.errors import BadInput, NotFound, RefusedHere
from comity.federation import statements
from comity.federation.statements import Manifest
from comity.handling.free_text import text_in
from comity.handling.markings import Marking, Pap, strictest, strictest_pap
from comity.handling.safeguards import check_item, refused
from comity.identifiers import category_covers, is_category
from comity.node import record
from comity.node.node import Node
from comity.node.questions import GONE, find_item, statements_of
from comity.ports import Holding, ItemRow, Transaction
from comity.signing import from_bytes, to_bytes

#: Bytes of the key under which a manifest commits to a body.
KEY_BYTES = 32
#: A body's cap: what fits an envelope with its evidence.
MAX_BODY_BYTES = 100 * 1024 * 1024
#: Days that a length of time can say in a statement (`agreements/durations.py`): more than any calendar needs.
_MOST_DAYS = 999_999
#: Characters of a caveat.
MAX_CAVEAT = 2_000
#: Characters of a label.
MAX_LABEL = 80
#: A body larger than this is not searched at the door; a person reads it.
MAX_READ_AT_DOOR = 16 * 1024 * 1024


class NewItem(msgspec.Struct, frozen=True, kw_only=True):
    """What an officer says of a new item."""

    content: bytes
    category: str
    marking: str
    title: str
    label: str = ""
    media_type: str = "application/octet-stream"
    kind: str = "information"
    pap: str = ""
    retention: str = ""
    caveat: str = ""
    judicial: str = ""
    made_from: tuple[str, ...] = ()


def add_item(node: Node, transaction: Transaction, new: NewItem) -> tuple[ItemRow, tuple[str, ...]]:
    """Take an item in and sign its manifest; give it with what the door wants a person to read, if anything.

    Raises:
        BadInput: something said of it cannot be read.
        NotFound: a source is not held here.
        RefusedHere: the door refuses it, with the safeguard.
    """
    at = node.now(transaction)
    marking, pap = _check(new)
    if new.label:
        _check_label(transaction, new.label)
    sources = [find_item(transaction, name) for name in new.made_from]
    for source in sources:
        if source.state in ("withdrawn", "retained", "erased"):
            raise RefusedHere(
                f"item {source.digest[:12]} was withdrawn by {source.originator}: nothing is made from it"
            )
        check_read(source)
    to_read = _door(new)
    key = node.entropy(KEY_BYTES)
    manifest = Manifest(
        by=node.party,
        at=format_instant(at),
        category=new.category,
        kind=new.kind,
        marking=str(strictest(marking, *(Marking.read(source.marking) for source in sources))),
        pap=str(strictest_pap(pap, *(_pap_of(source) for source in sources)) or ""),
        content=hmac.digest(key, new.content, "sha256").hex(),
        made_from=tuple(dict.fromkeys(source.digest for source in sources)),
        retention=_retention(node, transaction, new, sources, at),
        caveat=new.caveat,
        judicial=new.judicial,
    )
    own = node.know(transaction).own
    signed = statements.make(manifest, node.keyring.signer(own.card, "disclosure", at))
    digest = statements.digest_of(signed)
    row = ItemRow(
        digest=digest,
        label=new.label or digest[:12],
        title=new.title,
        media_type=new.media_type,
        size=len(new.content),
        originator=node.party,
        category=new.category,
        kind=new.kind,
        marking=manifest.marking,
        made_from=manifest.made_from,
        retention=manifest.retention,
        added_at=at,
        state="source-withdrawn" if _of_withdrawn(node, transaction, sources) else "held",
        manifest=to_bytes(signed),
        needs_reading=bool(to_read),
    )
    keep_item(transaction, row, key, new.content)
    transaction.put_holding(Holding(item=digest, custody=(), received_from="", message="", at=at))
    record.enter(node, transaction, "item-added", channel="", act=digest, detail=to_bytes(signed), at=at)
    return row, to_read


def _check_label(transaction: Transaction, label: str) -> None:
    """Refuse a label that another item bears: neither could be called by it any more."""
    bearing = [row for row in transaction.items_named(label) if row.label == label and row.state not in GONE]
    if bearing:
        raise RefusedHere(
            f"`{label}` is the label of item {bearing[0].digest[:12]} already",
            hint="another --label; without one it is called by its id",
        )


def _of_withdrawn(node: Node, transaction: Transaction, sources: Sequence[ItemRow]) -> bool:
    """Tell whether anything a new item is made from, directly or not, was withdrawn: then a person decides of it."""
    withdrawn = node.know(transaction).known.withdrawn
    waiting, seen = list(sources), set[str]()
    while waiting:
        source = waiting.pop()
        if source.digest in withdrawn:
            return True
        seen.add(source.digest)
        further = (transaction.item(name) for name in source.made_from if name not in seen)
        waiting.extend(row for row in further if row is not None)
    return False


def confirm_read(node: Node, transaction: Transaction, name: str) -> ItemRow:
    """Note that a person has read what must be read of an item: words the door found in it, or its caveats."""
    at = node.now(transaction)
    row = find_item(transaction, name)
    if not row.needs_reading and (row.caveats_read or not row.caveats):
        raise BadInput(f"item {row.digest[:12]} needs no reading")
    read = msgspec.structs.replace(row, needs_reading=False, caveats_read=True)
    transaction.put_item(read)
    detail = "\n".join(row.caveats).encode()
    record.enter(node, transaction, "item-read", channel="", act=row.digest, detail=detail, at=at)
    return read


def check_read(row: ItemRow) -> None:
    """Let nobody open an item before a person has confirmed having read its caveats.

    Raises:
        RefusedHere: nobody has; the caveats are named with their articles.
    """
    if row.caveats and not row.caveats_read:
        raise RefusedHere(
            f"item {row.digest[:12]} opens only once its caveats are read: {'; '.join(row.caveats)}",
            hint=f"comity item read {row.digest[:12]}",
        )


def keep_item(transaction: Transaction, row: ItemRow, key: bytes, content: bytes) -> None:
    """Keep an item with its body; the key to its commitment is sealed, and erased, together with the body."""
    transaction.put_item(row)
    transaction.put_body(row.digest, key + content)


def read_content(transaction: Transaction, row: ItemRow) -> tuple[bytes, bytes]:
    """Give the key to an item's commitment and its body.

    Raises:
        NotFound: the body was never here, or has been erased.
    """
    kept = transaction.body(row.digest)
    if kept is None:
        raise NotFound(f"the content of item {row.digest[:12]} is not here: {row.state}")
    return kept[:KEY_BYTES], kept[KEY_BYTES:]


def _check(new: NewItem) -> tuple[Marking, Pap | None]:
    """Read what is said of a new item; all mistakes at once."""
    mistakes: list[str] = []
    if not is_category(new.category):
        mistakes.append(f"category `{new.category[:60]}` is not a dotted name such as `incident.indicators`")
    if len(new.content) > MAX_BODY_BYTES:
        mistakes.append(f"{len(new.content)} bytes are more than the {MAX_BODY_BYTES} an envelope takes")
    if new.kind not in ("information", "materials", "equipment"):
        mistakes.append(f"kind `{new.kind[:60]}` is not one of information, materials, equipment")
    marking, pap = None, None
    for read in (lambda: Marking.parse(new.marking), lambda: Pap.parse(new.pap) if new.pap else None):
        try:
            found = read()
        except BadInput as error:
            mistakes.extend(error.mistakes)
        else:
            if isinstance(found, Marking):
                marking = found
            else:
                pap = found
    if new.judicial not in ("", "free", "consent", "never"):
        mistakes.append(f"judicial use `{new.judicial[:60]}` is not one of free, consent, never")
    if len(new.label) > MAX_LABEL or not new.label.isprintable() or new.label != new.label.strip():
        mistakes.append(
            f"a label is one short line: {MAX_LABEL} characters at the most, none of them invisible"
        )
    if len(new.caveat) > MAX_CAVEAT:
        mistakes.append(f"a caveat has {MAX_CAVEAT} characters at the most")
    if new.retention:
        try:
            Duration.parse(new.retention)
        except ValueError as error:
            mistakes.append(f"retention: {error}")
    if mistakes or marking is None:
        raise BadInput(*mistakes)
    return marking, pap


def _door(new: NewItem) -> tuple[str, ...]:
    """Ask the safeguards; give what a person must read before it goes anywhere."""
    text = text_in(new.content) if len(new.content) <= MAX_READ_AT_DOOR else ""
    findings = check_item(new.category, texts={"title": new.title, "caveat": new.caveat, "content": text})
    if refused(findings):
        raise RefusedHere(
            "; ".join(
                f"{finding.message} ({finding.ref})" for finding in findings if finding.verdict == "refused"
            ),
            hint="no agreement can lift a safeguard",
        )
    if len(new.content) > MAX_READ_AT_DOOR:
        return (f"larger than {MAX_READ_AT_DOOR} bytes, so nobody has looked through it",)
    return tuple(finding.message for finding in findings)


def _pap_of(source: ItemRow) -> Pap | None:
    manifest = statements.read(from_bytes(source.manifest), Manifest)
    return Pap.read(manifest.pap) if manifest.pap else None


def _retention(
    node: Node, transaction: Transaction, new: NewItem, sources: Sequence[ItemRow], at: Instant
) -> str:
    """Give the shortest of what is said and what remains to each source, in whole days; empty without limit."""
    ends = [Duration.parse(new.retention).end_after(at)] if new.retention else []
    timelines = node.know(transaction).timelines
    for source in sources:
        if source.originator == node.party and source.retention:
            ends.append(Duration.parse(source.retention).end_after(at))
        for holding in transaction.holdings(source.digest):
            for hop in statements_of(transaction, holding)[-1:]:
                if source.retention:
                    ends.append(Duration.parse(source.retention).end_after(hop.instant))
                if hop.agreement in timelines:
                    terms = timelines[hop.agreement].at(hop.instant, hop.by, hop.to)
                    ends += [length.end_after(hop.instant) for length in _limits(terms, source.category)]
    return f"P{min(max(min(ends) - at, timedelta(0)).days, _MOST_DAYS)}D" if ends else ""


def _limits(terms: Terms, category: str) -> list[Duration]:
    """Give every retention that terms set for a category."""
    clauses = [
        clause.retention
        for clause in terms.handling
        if clause.categories is None
        or any(category_covers(pattern, category) for pattern in clause.categories)
    ]
    return [
        limit for limit in (*clauses, *(clause.retention for clause in terms.protection)) if limit is not None
    ]
