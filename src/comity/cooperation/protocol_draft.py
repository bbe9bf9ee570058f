"""A draft of the protocol that a matter needs: one file for each authentic language, to be written on by people.

Where the matter rests on a clause of the kind that is to change, the draft repeats that clause and takes its place;
else it holds an empty place for a clause of that kind, with what each field means. What the protocol may change, and
who must sign it, is the agreement's to say (`[protocols]`); a draft beyond that is found by lint.
"""

from collections.abc import Iterable, Iterator

import msgspec

from comity.agreements.agreement import Agreement
from comity.agreements.clauses import KINDS, Clause, Protocols, fields_of
from comity.agreements.clauses.printing import print_clause
from comity.cooperation.matter import Matter
from comity.errors import BadInput, RefusedHere

__all__ = ["draft_protocol"]


def draft_protocol(agreement: Agreement, matter: Matter, changes: str, because: str) -> dict[str, bytes]:
    """Draft the next protocol of an agreement.

    Args:
        changes: the kind of clause it would add or change.
        because: what the text does not settle.

    Returns:
        The files, by their names in the agreement's folder.

    Raises:
        BadInput: there is no such kind of clause.
        RefusedHere: the agreement provides for no protocols.
    """
    if changes not in KINDS:
        raise BadInput(f"`{changes[:40]}` is not a kind of clause")
    allowed = next((clause for clause in agreement.clauses if isinstance(clause, Protocols)), None)
    if allowed is None:
        raise RefusedHere(f"no article of {agreement.id} provides for protocols")
    number = max((each.number for each in agreement.protocols), default=0) + 1
    block = "\n".join(_block(matter.clauses, changes))
    return {
        f"protocols/{number:04}-{changes.replace('_', '-')}.{language}.md": "\n".join(
            _text(agreement, matter, allowed, number, language, changes, because, block)
        ).encode()
        for language in agreement.languages
    }


def _text(
    agreement: Agreement,
    matter: Matter,
    allowed: Protocols,
    number: int,
    language: str,
    changes: str,
    because: str,
    block: str,
) -> Iterator[str]:
    yield "+++"
    yield "comity = 1"
    yield f'id = "{agreement.id}-protocol-{number}"'
    yield f'title = "Protocol {number}: {changes}"'
    yield f'language = "{language}"'
    yield f'protocol_of = "{agreement.id}"'
    yield f"number = {number}"
    yield "+++"
    yield ""
    yield f"## 1 — {changes}"
    yield ""
    words = because.strip().rstrip(".")
    yield f"{words[:1].upper()}{words[1:]}."
    yield ""
    yield f"Draft, from {matter.kind.name} {matter.id[:12]}. Under {allowed.ref}" + (
        f" it needs the signature of: {', '.join(allowed.approval)}." if allowed.approval else "."
    )
    yield ""
    yield "```toml clause"
    yield block
    yield "```"
    yield ""


def _block(clauses: Iterable[Clause], changes: str) -> Iterator[str]:
    """Repeat the clauses that are to change, or make an empty place for one."""
    found = [clause for clause in clauses if clause.clause_kind == changes]
    for clause in found:
        changed = msgspec.structs.replace(
            clause, ref=msgspec.structs.replace(clause.ref, paragraph="", indent=0)
        )
        yield print_clause(msgspec.structs.replace(changed, replaces=clause.id) if clause.id else changed)
    stated = {name for clause in found for name in _stated(clause)}
    if not found:
        kind = KINDS[changes]
        yield f"# [[{changes}]]" if kind.many else f"# [{changes}]"
    for name, (_, says, required) in fields_of(KINDS[changes]).items():
        if name not in stated and (required or not found or says.example):
            yield f"# {name} = {says.example or '…'}  # {says.meaning}"


def _stated(clause: Clause) -> Iterator[str]:
    for name, (attribute, _, _) in fields_of(type(clause)).items():
        if getattr(clause, attribute) not in (None, (), {}, ""):
            yield name
