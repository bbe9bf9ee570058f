"""Forgetting a record that is erased: what was kept of it besides is destroyed with it.

Lines of answers lose their words and whom they name. Merges lose the record and their reasons, which may name it too;
whom it joined with each other stay joined. A later record of the same id is linked with nobody. What had passed of it
before it was corrected is found by what it holds.
"""

import json
from collections.abc import Iterator

import msgspec

from comity.errors import NotFound
from comity.node.items import read_content
from comity.node.register_index import history_of
from comity.ports import ItemRow, JudgementRow, RecordRow, Transaction
from comity.register.judgements import without

__all__ = ["MEDIA_TYPE", "forget_record", "former_items"]

#: Of an item that holds a record.
MEDIA_TYPE = "application/vnd.comity.record+json"


def forget_record(transaction: Transaction, key: str) -> int:
    """Take what names a record out of lines and merges; give how many lines there were."""
    hits = transaction.hits_on(key)
    for hit in hits:
        transaction.put_hit(msgspec.structs.replace(hit, key="", reference="", why=(), because="", words=""))
    rows = {row.number: row for row in transaction.judgements()}
    for each in without(history_of(transaction), key):
        row: JudgementRow = rows[each.number]
        transaction.put_judgement(msgspec.structs.replace(row, subjects=each.subjects, because=each.because))
    return len(hits)


def former_items(transaction: Transaction, row: RecordRow) -> Iterator[ItemRow]:
    """Give the items here that hold what stood in a record of one's own before it was corrected."""
    for item in transaction.items_of_type(MEDIA_TYPE):
        if item.originator == row.owner and item.digest != row.item and item.state != "erased":
            try:
                told = json.loads(read_content(transaction, item)[1])["record"]["subject"]["id"]
            except (NotFound, KeyError, TypeError, ValueError):
                continue
            if told == row.id:
                yield item
