"""Verbs about one's own register: import a file, check one name or many, show a record.

A file is named by its path and read by the node: whoever may speak to the node runs as the same user on the same
machine. Imports and checks are entered in the journal by digest and number, never by name. An import is told to go on
part by part, so that whoever waits for it sees how far it has come, and other work of the node goes on between.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import msgspec

from comity.control.verb import Desk, verb
from comity.errors import BadInput, NotFound, RefusedHere
from comity.identifiers import PartyId
from comity.node import record as journal

if TYPE_CHECKING:
    from comity.node.import_records import Import
    from comity.register.book import Entity

#: Imports that were begun and have not ended; one that is forgotten goes on from what it staged.
_UNDER_WAY: "dict[str, Import]" = {}
_MOST_UNDER_WAY = 4


@verb("register-import", alone=True)
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
    kind: str = "",
    expires: date | None = None,
    under: tuple[str, ...] = ("*",),
    format: str = "auto",
    mapping: str = "",
    validate: bool = False,
    counted: bool = False,
) -> dict[str, Any]:
    """Begin to enter a file in one of the formats of `comity.interop.lists`; `register-import-more` goes on with it."""
    from comity.node.import_records import Import, name_of

    terms = terms_of(
        desk, basis, review, role, purpose, offence, decision, grading, handling, action, kind, expires, under
    )
    file = Path(path)
    content = _digest_of(file) + (_digest_of(Path(mapping)) if mapping else b"") + format.encode()
    content += b"validated" * validate
    entities = entities_of(file, format, mapping)
    if validate:
        from comity.interop.ftm_library import validated

        entities = validated(entities, file.name)
    under_way = Import(name_of(content, terms), entities, terms, file.name)
    staged = desk.act(under_way.begin)
    _UNDER_WAY[under_way.name] = under_way
    while len(_UNDER_WAY) > _MOST_UNDER_WAY:
        _UNDER_WAY.pop(next(iter(_UNDER_WAY)))
    try:
        count = sum(1 for _ in entities_of(file, format, mapping)) if counted else 0
    except BadInput:
        del _UNDER_WAY[under_way.name]
        desk.act(under_way.give_up)
        raise
    return {"import": under_way.name, "staged": staged, "entities": count}


@verb("register-import-more", alone=True)
def register_import_more(desk: Desk, name: str) -> dict[str, Any]:
    """Go on with an import; `read` tells how far it came, and once it is done what it did."""
    under_way = _UNDER_WAY.get(name)
    if under_way is None:
        raise NotFound(
            "this import is not under way", hint="give the command again: it goes on where it stopped"
        )
    del _UNDER_WAY[name]  # back again below: one whose reading failed does not go on from there
    try:
        read = desk.act(under_way.more)
        if not under_way.ended:
            _UNDER_WAY[name] = under_way
            return {"read": read, "ended": False}
        done = desk.act(under_way.end)
    except (BadInput, RefusedHere):  # the file has mistakes: none of its names stays here
        desk.act(under_way.give_up)
        raise
    desk.act(lambda node, transaction: node.register.write(transaction))
    desk.send()
    count = desk.read(lambda transaction: transaction.record_count())
    return {"read": read, "ended": True, **msgspec.to_builtins(done), "records": count}


def entities_of(file: Path, form: str, mapping: str) -> "Iterator[Entity]":
    """Read the entities of a file; a mapping that comes along says that it is a table of one's own."""
    from comity.interop.lists.formats import format_of, read_list
    from comity.register.entity_file import read_each

    if form == "auto":
        form = "csv" if mapping else format_of(file)
    if form == "ftm":
        yield from read_each(file)
    else:
        yield from read_list(file, form, mapping=Path(mapping) if mapping else None)


@verb("register-export", alone=True)
def register_export(desk: Desk, path: str, format: str = "ftm") -> dict[str, Any]:
    """Write the subjects of one's own records to a new file, as FollowTheMoney entities or statements."""
    from comity.interop.lists.statements import write_entities, write_statements
    from comity.node.contribute import own_records

    write = {"ftm": write_entities, "statements": write_statements}.get(format)
    if write is None:
        raise BadInput(f"`{format[:40]}` is not one of ftm, statements")
    owner = desk.node.party
    try:
        with _new_file(Path(path)) as into:
            written = desk.read(
                lambda transaction: write(
                    (record.subject for record in own_records(transaction, owner)), into, dataset=owner
                )
            )
    except OSError as error:
        raise BadInput(f"{path}: cannot be written: {(error.strerror or str(error)).lower()}") from None
    desk.act(
        lambda node, transaction: journal.enter(
            node,
            transaction,
            "register-export",
            channel="",
            act=journal.digest_of(node.entropy(16)),
            detail=f"{written} {format}".encode(),
            at=node.now(transaction),
        )
    )
    return {"path": path, "written": written}


def _new_file(path: Path) -> TextIO:
    """Open a file that was not there, for its owner alone."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8")


@verb("register-check")
def register_check(
    desk: Desk,
    names: tuple[bytes, ...] = (),
    path: str = "",
    limit: int = 5,
    threshold: float = 0.7,
    only: str = "",
    countries: tuple[str, ...] = (),
) -> list[dict[str, Any]]:
    """Check questions, FollowTheMoney entities given one by one or as a file, against one's own register.

    Args:
        only: look among the records of this schema alone.
        countries: look among the records that name one of these countries alone, by lower-case codes.
    """
    from comity.node.check_own import check_own
    from comity.register.book import read_queries
    from comity.register.entity_file import read_lines

    lines: Iterable[tuple[int, bytes]] = read_lines(Path(path)) if path else enumerate(names, 1)
    queries = read_queries(lines, source=Path(path).name if path else "question")
    desk.act(lambda node, transaction: node.register.write(transaction))
    answers: list[dict[str, Any]] = desk.act(
        lambda node, transaction: check_own(
            node, transaction, queries, limit=limit, threshold=threshold, only=only, countries=countries
        )
    )
    return answers


@verb("register-show")
def register_show(desk: Desk, identity: str) -> dict[str, Any]:
    """Show a record of this register, with what is noted, linked and said of it."""
    from comity.node.show_record import show_record

    return desk.act(lambda node, transaction: show_record(node, transaction, identity))  # type: ignore[no-any-return]


def terms_of(
    desk: Desk,
    basis: str,
    review: date,
    role: str,
    purpose: str,
    offence: str,
    decision: str,
    grading: str,
    handling: str,
    action: str,
    kind: str,
    expires: date | None,
    under: tuple[str, ...],
) -> Any:
    """Put the terms of a record together.

    Raises:
        BadInput: a handling or grading of another form.
    """
    from comity.register.record import Grading, Handling, Terms

    if handling not in set(Handling):
        raise BadInput(f"`{handling[:40]}` is not one of {', '.join(Handling)}")
    return Terms(
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
        kind=kind,
        expires=expires,
        under=under,
    )


def _digest_of(file: Path) -> bytes:
    """Give the SHA-256 of a file.

    Raises:
        BadInput: it cannot be read.
    """
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").digest()
    except OSError as error:
        raise BadInput(f"{file.name}: cannot be read: {(error.strerror or str(error)).lower()}") from None


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
