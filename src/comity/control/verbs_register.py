"""Verbs about one's own register: import a file, check one name or many, show a record.

A file is named by its path and read by the node: whoever may speak to the node runs as the same user on the same
machine. Imports and checks are entered in the journal by digest and number, never by name.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import msgspec

from comity.control.verb import Desk, verb
from comity.errors import BadInput, NotFound
from comity.identifiers import PartyId
from comity.node import record

if TYPE_CHECKING:
    from comity.register.book import Entity


@verb("register-import")
def register_import(
    desk: Desk,
    path: str,
    basis: str,
    review: date,
    role: str = "",
    purpose: str = "",
    offence: str = "",
    decision: str = "",
    grading: str = "X4",
    handling: str = "reference",
    action: str = "",
    format: str = "auto",
    mapping: str = "",
) -> dict[str, Any]:
    """Enter a file in one of the formats of `comity.interop.lists`, whole or not at all."""
    from comity.register.book import import_entities
    from comity.register.record import Grading, Handling, Terms
    from comity.storage.register import RegisterFolder

    if handling not in set(Handling):
        raise BadInput(f"`{handling[:40]}` is not one of {', '.join(Handling)}")
    terms = Terms(
        owner=PartyId(desk.node.party),
        basis=basis,
        review=review,
        role=role,
        purpose=purpose or _purpose(desk),
        offence=offence,
        decision=decision,
        grading=Grading.parse(grading),
        handling=Handling(handling),
        action=action,
    )
    file = Path(path)
    with RegisterFolder(desk.home.folder.path) as folder:
        found = _entities(file, format, mapping)
        done = import_entities(folder, found, terms, at=desk.node.clock.now(), source=file.name)
        count = folder.count()
    _enter(desk, "register-import", f"{basis} {done.entered} {done.replaced}".encode())
    return {**msgspec.to_builtins(done), "records": count}


def _entities(file: Path, form: str, mapping: str) -> "Iterator[Entity]":
    """Read the entities of a file; a mapping that comes along says that it is a table of one's own."""
    from comity.interop.lists.formats import format_of, read_list
    from comity.register.entity_file import read_lines

    if form == "auto":
        form = "csv" if mapping else format_of(file)
    if form == "ftm":
        yield from read_lines(file)
    else:
        yield from read_list(file, form, mapping=Path(mapping) if mapping else None)


@verb("register-export")
def register_export(desk: Desk, path: str, format: str = "ftm") -> dict[str, Any]:
    """Write the subjects of one's own records to a new file, as FollowTheMoney entities or statements."""
    from comity.interop.lists.statements import write_entities, write_statements
    from comity.storage.register import RegisterFolder

    write = {"ftm": write_entities, "statements": write_statements}.get(format)
    if write is None:
        raise BadInput(f"`{format[:40]}` is not one of ftm, statements")
    owner = desk.node.party
    try:
        with RegisterFolder(desk.home.folder.path) as folder, _new_file(Path(path)) as into:
            own = (record.subject for record in folder.all() if record.terms.owner == owner)
            written = write(own, into, dataset=owner)
    except OSError as error:
        raise BadInput(f"{path}: cannot be written: {(error.strerror or str(error)).lower()}") from None
    _enter(desk, "register-export", f"{written} {format}".encode())
    return {"path": path, "written": written}


def _new_file(path: Path) -> TextIO:
    """Open a file that was not there, for its owner alone."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8")


@verb("register-check")
def register_check(
    desk: Desk, names: tuple[bytes, ...] = (), path: str = "", limit: int = 5, threshold: float = 0.7
) -> list[dict[str, Any]]:
    """Check questions, FollowTheMoney entities given one by one or as a file, against one's own register."""
    from comity.register.book import check_batch, read_queries
    from comity.register.entity_file import read_lines
    from comity.storage.register import RegisterFolder

    lines: Iterable[tuple[int, bytes]] = read_lines(Path(path)) if path else enumerate(names, 1)
    queries = read_queries(lines, source=Path(path).name if path else "question")
    with RegisterFolder(desk.home.folder.path) as folder:
        answers = list(check_batch(folder.index(), queries, limit=limit, threshold=threshold))
    hits = sum(hit["hit"] for answer in answers for hit in answer["hits"])
    _enter(desk, "register-check", f"{len(queries)} questions, {hits} hits".encode())
    return answers


@verb("register-show")
def register_show(desk: Desk, identity: str) -> dict[str, Any]:
    """Show a record of one's own register."""
    from comity.storage.register import RegisterFolder

    with RegisterFolder(desk.home.folder.path) as folder:
        found = folder.get(identity)
    if found is None:
        raise NotFound(
            f"no record `{identity[:80]}` in this register", hint="comity register check NAME finds ids"
        )
    shown: dict[str, Any] = msgspec.to_builtins(found, enc_hook=str)
    return shown


def _purpose(desk: Desk) -> str:
    """Give the purpose that the register clause of an agreement in force has; empty without one."""

    def work(node: Any, transaction: Any) -> str:
        now = node.clock.now()
        for timeline in node.know(transaction).timelines.values():
            for other in timeline.agreement.parties:
                terms = timeline.at(now, node.party, other) if other != node.party else None
                if terms is not None and terms.permits and terms.register is not None:
                    return f"register {terms.register.id}"
        return ""

    purpose: str = desk.act(work)
    return purpose


def _enter(desk: Desk, kind: str, detail: bytes) -> None:
    """Enter an import or a check: that it happened, when, and how much, committed to and not readable by peers."""

    def work(node: Any, transaction: Any) -> None:
        at = node.now(transaction)
        act = hashlib.sha256(detail + node.entropy(16)).hexdigest()
        record.enter(node, transaction, kind, channel="", act=act, detail=detail, at=at)

    desk.act(work)
