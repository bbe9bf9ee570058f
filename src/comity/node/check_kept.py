"""Looking whether what is kept is what was kept: a bit that changed on the disk is found before anybody is shown it.

Nothing is shown that does not hold: bodies are sealed under a key and statements are named by their digests. This reads
all of them, so that what is damaged is known while a peer or a backup still has it.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from comity.errors import ComityError
from comity.federation import statements
from comity.node.large_files import PART
from comity.node.node import Node
from comity.ports import ItemRow, StatementRow, Transaction
from comity.signing import from_bytes

__all__ = ["check_kept"]

_PAGE = 500
#: States in which an item has its content here.
_WITH_CONTENT = ("held", "source-withdrawn", "withdrawn", "retained")
#: Faults that are named; the rest is counted by whoever mends these.
_MOST = 100


def check_kept(node: Node) -> list[str]:
    """Read the database, every item with its content and every statement; name what is damaged, a line each."""
    faults = list(node.store.damage())
    if faults:  # what stands in it cannot be relied on, so one line says it all
        return faults[:_MOST]
    for found in (_items(node), _statements(node)):
        for fault in found:
            faults.append(fault)
            if len(faults) >= _MOST:
                return faults
    return faults


def _items(node: Node) -> Iterator[str]:
    before = 0
    while True:
        page = node.store.read(_page_before(before))
        for number, row in page:
            before = number
            yield from _item(node, row)
        if len(page) < _PAGE:
            break
    for row in node.store.read(lambda transaction: transaction.items_of_type(PART)):
        yield from _item(node, row)


def _item(node: Node, row: ItemRow) -> Iterator[str]:
    name = f"item {row.digest[:12]}"
    yield from _amiss(name, partial(_signed, row.manifest, row.digest))
    if row.state in _WITH_CONTENT:
        yield from _amiss(name, partial(node.store.read, _content_of(row.digest)))


def _page_before(number: int) -> Callable[[Transaction], Sequence[tuple[int, ItemRow]]]:
    return lambda transaction: transaction.find_items(before=number, limit=_PAGE)


def _content_of(item: str) -> Callable[[Transaction], str]:
    return lambda transaction: "" if transaction.body(item) is not None else "its content is gone"


def _statements(node: Node) -> Iterator[str]:
    for kind in statements.KINDS:
        for row in node.store.read(_of_kind(kind)):
            yield from _amiss(f"{kind} {row.digest[:12]}", partial(_signed, row.signed, row.digest))


def _of_kind(kind: str) -> Callable[[Transaction], Sequence[StatementRow]]:
    return lambda transaction: transaction.statements(kind)


def _signed(data: bytes, digest: str) -> str:
    return "" if statements.digest_of(from_bytes(data)) == digest else "it is not what was signed"


def _amiss(what: str, look: Callable[[], str]) -> Iterator[str]:
    try:
        fault = look()
    except ComityError as error:
        fault = error.message
    if fault:
        yield f"{what}: {fault}"
