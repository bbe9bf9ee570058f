"""Importing a file of records: read in parts, staged as it goes, entered whole in one act.

    (1) begin: what of this file was staged before is gone on with    the file's digest and the terms name it
    (2) more: so many entities go through the door and are staged     each part is an act; nobody finds a staged record
    (3) end: mistakes are told, all of them, and nothing stays;       or every record is entered, with one entry in
                                                                      the journal, and watchers are told, in one act;
                                                                      what one's own record says otherwise is corrected

A node that stops in between has entered nothing. The same file on the same terms goes on where it stopped.
"""

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec

from comity.errors import BadInput, RefusedHere
from comity.node import record as journal
from comity.node.answer_check import tell_watches
from comity.node.change_record import import_again
from comity.node.contribute import keep
from comity.node.node import Node
from comity.ports import StagedRow, Transaction
from comity.register.book import Entering, Entity, Imported
from comity.register.record import Record, Terms

__all__ = ["Import", "import_entities", "name_of"]

#: Entities read in one act.
AT_ONCE = 2_000
_decoder = msgspec.json.Decoder(Record)


def name_of(content: bytes, terms: Terms) -> str:
    """Name an import by the digest of its file and its terms: another day of review is another import."""
    return hashlib.sha256(content + msgspec.json.encode(terms)).hexdigest()


class Import:
    """One import under way.

    Args:
        name: see `name_of`. `entities`: what the file holds, in its order. `source`: the file, as messages call it.
    """

    def __init__(self, name: str, entities: Iterable[Entity], terms: Terms, source: str) -> None:
        self.name = name
        self.source = source
        self.terms = terms
        self.ended = False
        self._entities: Iterator[tuple[int, Entity]] = enumerate(entities, 1)
        self._read = 0
        self._entering: Entering | None = None
        self._before = 0

    def begin(self, node: Node, transaction: Transaction) -> int:
        """Find out where to go on; give how many entities are staged already."""
        self._before, _ = transaction.staged(self.name)
        self._entering = Entering(self.terms, node.now(transaction), self.source)
        return self._before

    def more(self, node: Node, transaction: Transaction) -> int:
        """Read some more and stage it; give how many were read by now. `ended` tells whether these were all."""
        entering = self._reading(node, transaction)
        rows: list[StagedRow] = []
        part = list(islice(self._entities, AT_ONCE))
        for place, (line, entity) in part:
            self._read = place
            if place <= self._before:
                continue
            taken = entering.take(line, entity, lambda key: self._line_before(transaction, key))
            if taken is not None and not entering.failed:
                body = msgspec.json.encode(taken)
                rows.append(StagedRow(source=self.name, place=place, line=line, key=taken.id, body=body))
        self.ended = len(part) < AT_ONCE
        if entering.failed:
            transaction.drop_staged(self.name)
        else:
            transaction.stage(rows)
        return self._read

    def _line_before(self, transaction: Transaction, key: str) -> int:
        """Give the line on which an earlier reading of this file staged a record."""
        return transaction.staged_line(self.name, key) if self._before else 0

    def end(self, node: Node, transaction: Transaction) -> Imported:
        """Enter everything staged, with its entry in the journal.

        Raises:
            BadInput, RefusedHere: the file has mistakes, or a safeguard refuses some records; all are named.
        """
        entering = self._reading(node, transaction)
        for row in self._staged_before(
            transaction
        ):  # what a person should read of them was told to nobody yet
            entering.look_again(row.line, _decoder.decode(row.body))
        entering.complain()
        at = node.now(transaction)
        entered = replaced = unchanged = after = 0
        keys: list[str] = []
        while rows := transaction.staged_rows(self.name, after, AT_ONCE):
            for row in rows:
                said = msgspec.structs.replace(_decoder.decode(row.body), changed=at)
                there = transaction.record(row.key)
                if there is None:
                    keep(node, transaction, said)
                    entered += 1
                elif import_again(node, transaction, there, said, at):
                    replaced += 1
                else:
                    unchanged += 1
                    continue
                keys.append(row.key)
            after = rows[-1].place
        transaction.drop_staged(self.name)
        detail = f"{self.terms.basis} {entered} {replaced}".encode()
        act = journal.digest_of(node.entropy(16) + self.name.encode())
        journal.enter(node, transaction, "register-import", channel="", act=act, detail=detail, at=at)
        tell_watches(node, transaction, keys, at)
        return Imported(entered, replaced, entering.all_to_read(), unchanged)

    def _staged_before(self, transaction: Transaction) -> Iterator[StagedRow]:
        """Give what an earlier reading of this file staged."""
        after = 0
        while after < self._before:
            rows = transaction.staged_rows(self.name, after, min(AT_ONCE, self._before - after))
            if not rows:
                return
            yield from (row for row in rows if row.place <= self._before)
            after = rows[-1].place

    def give_up(self, _node: Node, transaction: Transaction) -> None:
        """Forget what was staged: the file has mistakes."""
        transaction.drop_staged(self.name)

    def _reading(self, node: Node, transaction: Transaction) -> Entering:
        if self._entering is None:
            self.begin(node, transaction)
        assert self._entering is not None
        return self._entering


def import_entities(
    node: Node, entities: Iterable[Entity], terms: Terms, *, name: str, source: str
) -> Imported:
    """Import a file from beginning to end, an act a part.

    Raises:
        BadInput, RefusedHere: as `Import.end`; nothing was entered.
    """
    under_way = Import(name, entities, terms, source)
    try:
        while not under_way.ended:
            node.act(lambda transaction: under_way.more(node, transaction))
        return node.act(lambda transaction: under_way.end(node, transaction))
    except (BadInput, RefusedHere):
        node.act(lambda transaction: under_way.give_up(node, transaction))
        raise
