"""Drafts: what an officer has begun to write, kept for that officer alone until it is sent, dropped, or old.

What is written, and the files with it, are sealed at rest like the body of an item, under keys of their own; so letting
a draft go is as real as erasing an item. A draft is nothing done yet: the journal does not know of it.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta

import msgspec

from comity.clock import Instant
from comity.errors import BadInput, NotFound, RefusedHere
from comity.node.large_files import PART_BYTES
from comity.node.node import Node
from comity.ports import DraftRow, Transaction

#: What can be begun: an item to be shared, a text to be proposed.
KINDS = ("share", "text")
#: How long a draft lies untouched before it is let go.
KEPT = timedelta(days=30)
#: How many drafts one officer has at the most, and bytes of one draft's files together.
MOST, MOST_BYTES = 40, PART_BYTES
#: Characters of all fields of a draft.
_LONGEST = 200_000


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A draft as it was kept.

    Attributes:
        id, kind, at: its name, what it is of, when it was last changed.
        fields: what was typed, by field.
        files: names and sizes of the files kept with it.
    """

    id: str
    kind: str
    at: Instant
    fields: Mapping[str, str]
    files: Mapping[str, int]


class _Said(msgspec.Struct, frozen=True):
    """What stands sealed of a draft beside its files."""

    fields: dict[str, str]
    files: dict[str, int]


def keep_draft(
    node: Node,
    transaction: Transaction,
    officer: str,
    kind: str,
    fields: Mapping[str, str],
    *,
    files: Mapping[str, bytes] | None = None,
    name: str = "",
) -> Draft:
    """Keep a draft, or what has changed in one.

    Args:
        files: to be kept with it in place of those there; None leaves them.
        name: the draft that is changed; empty for a new one.

    Raises:
        BadInput: it is of no kind, or larger than a draft may be.
        NotFound: the draft to be changed is not this officer's.
        RefusedHere: there is no officer, or this one has too many drafts.
    """
    _check(officer, kind, fields, files)
    at = node.now(transaction)
    if name:
        held = show_draft(transaction, officer, name)
        if held.kind != kind:
            raise BadInput(f"draft {name[:40]} is of another kind: {held.kind}")
    elif len(transaction.drafts(officer)) >= MOST:
        raise RefusedHere(
            f"an officer has at most {MOST} drafts", hint="drop one, or send what is ready to be sent"
        )
    row = DraftRow(id=name or node.entropy(16).hex(), officer=officer, kind=kind, at=at)
    kept = files if files is not None else open_files(transaction, officer, name) if name else {}
    said = _Said(dict(fields), {each: len(data) for each, data in kept.items()})
    transaction.put_draft(row)
    transaction.put_body(_fields_of(row.id), msgspec.json.encode(said))
    transaction.put_body(_files_of(row.id), msgspec.msgpack.encode(dict(kept)))
    return _draft(row, said)


def show_draft(transaction: Transaction, officer: str, name: str) -> Draft:
    """Give a draft.

    Raises:
        NotFound: this officer has none of that name.
    """
    return _draft(*_find(transaction, officer, name))


def list_drafts(transaction: Transaction, officer: str, kind: str = "") -> list[Draft]:
    """Give an officer's drafts, newest first; of one kind where it is named."""
    rows = [row for row in transaction.drafts(officer) if kind in ("", row.kind)]
    return [_draft(*_find(transaction, officer, row.id)) for row in rows]


def open_files(transaction: Transaction, officer: str, name: str) -> dict[str, bytes]:
    """Give the files kept with a draft.

    Raises:
        NotFound: this officer has none of that name.
    """
    row, _ = _find(transaction, officer, name)
    body = transaction.body(_files_of(row.id))
    return {} if body is None else msgspec.msgpack.decode(body, type=dict[str, bytes])


def drop_draft(transaction: Transaction, officer: str, name: str) -> None:
    """Let a draft go, with all that was written.

    Raises:
        NotFound: this officer has none of that name.
    """
    row, _ = _find(transaction, officer, name)
    _let_go(transaction, [row])


def drop_old(transaction: Transaction, at: Instant) -> int:
    """Let go what nobody has touched for long; give how many drafts that were."""
    rows = list(transaction.old_drafts(at - KEPT))
    _let_go(transaction, rows)
    return len(rows)


def _let_go(transaction: Transaction, rows: Iterable[DraftRow]) -> None:
    for row in rows:
        transaction.erase_body(_fields_of(row.id))
        transaction.erase_body(_files_of(row.id))
        transaction.drop_draft(row.id, row.officer)


def _find(transaction: Transaction, officer: str, name: str) -> tuple[DraftRow, _Said]:
    for row in transaction.drafts(officer):
        body = transaction.body(_fields_of(row.id)) if row.id == name else None
        if body is not None:
            return row, msgspec.json.decode(body, type=_Said)
    raise NotFound(f"no draft `{name[:40]}` of yours is here")


def _draft(row: DraftRow, said: _Said) -> Draft:
    return Draft(id=row.id, kind=row.kind, at=row.at, fields=said.fields, files=said.files)


def _check(officer: str, kind: str, fields: Mapping[str, str], files: Mapping[str, bytes] | None) -> None:
    if not officer:
        raise RefusedHere("a draft is an officer's own, and nobody is signed in")
    if kind not in KINDS:
        raise BadInput(f"kind `{kind[:40]}` is not one of {', '.join(KINDS)}")
    if sum(len(name) + len(value) for name, value in fields.items()) > _LONGEST:
        raise BadInput(f"a draft holds at most {_LONGEST} characters")
    if files is not None and sum(len(data) for data in files.values()) > MOST_BYTES:
        raise BadInput(f"a draft holds files of at most {MOST_BYTES} bytes; take a larger one in at once")


def _fields_of(draft: str) -> str:
    """Name the body in which what was typed is sealed; no item's digest looks like it."""
    return f"draft {draft}"


def _files_of(draft: str) -> str:
    return f"draft {draft} files"
