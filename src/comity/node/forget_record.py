"""Forgetting a record that is erased: what was kept of it besides is destroyed with it.

Lines of answers lose their words and whom they name. Merges lose the record and their reasons, which may name it too;
whom it joined with each other stay joined. A later record of the same id is linked with nobody.
"""

import msgspec

from comity.node.register_index import history_of
from comity.ports import JudgementRow, Transaction
from comity.register.judgements import without

__all__ = ["forget_record"]


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
