"""Scope: which records answer under an agreement, by the articles of its register and of its protection.

A record answers a Party of an agreement only where the text in force names its schema, its handling, its kind (where
it names kinds at all) and, for persons, its data-subject role, and where its owner contributed it under that agreement.
Schemas and kinds are extended by a signed protocol that replaces the clause; nothing else extends them. Empty means
nobody: an agreement without a `protection` article has no records about persons.

Sources: `specs/agreement.md`, `[register]`, `[protection]`; DESIGN §7.
"""

from datetime import date

import msgspec

from comity.agreements.clauses import Protection, Register
from comity.register.record import EVERY_AGREEMENT, Record

__all__ = ["Filed", "Scope", "why_outside"]


class Filed(msgspec.Struct, frozen=True, array_like=True):
    """What of a record decides under which agreements it answers, as the index files it.

    Attributes:
        owner: the Party that answers for it.
        agreement: under which another Party contributed it; empty for one's own.
        schema, handling, kind, role, under, runs_out: as the record has them.
    """

    owner: str
    agreement: str
    schema: str
    handling: str
    kind: str
    role: str
    under: tuple[str, ...]
    runs_out: date

    @classmethod
    def of(cls, record: Record, agreement: str = "") -> "Filed":
        """Say it of a record."""
        terms = record.terms
        said = (terms.handling, terms.kind, terms.role, terms.under, record.runs_out)
        return cls(terms.owner, agreement, record.subject.schema, *said)


class Scope(msgspec.Struct, frozen=True):
    """What one agreement takes into its register at one instant.

    Attributes:
        agreement: its id.
        register: the register article.
        roles: data-subject roles allowed on records about persons.
    """

    agreement: str
    register: Register
    roles: frozenset[str]

    @classmethod
    def of(cls, agreement: str, register: Register, protection: tuple[Protection, ...]) -> "Scope":
        """Put the two articles together; of several protection articles all bind."""
        roles = [frozenset(clause.subject_roles) for clause in protection]
        return cls(agreement, register, frozenset.intersection(*roles) if roles else frozenset())

    def takes(self, record: Record | Filed, today: date) -> bool:
        """Tell whether a record answers under the agreement on a day."""
        return not why_outside(self, record, today)


def why_outside(scope: Scope, record: Record | Filed, today: date) -> str:
    """Say why a record does not answer under an agreement; empty where it does."""
    filed, clause = record if isinstance(record, Filed) else Filed.of(record), scope.register
    if scope.agreement not in filed.under and EVERY_AGREEMENT not in filed.under:
        return f"it is not contributed under {scope.agreement}"
    if today >= filed.runs_out:
        return f"it ran out on {filed.runs_out}"
    if filed.schema not in clause.schemas:
        return f"{clause.ref} names no {filed.schema} among its schemas"
    if filed.handling not in clause.handling:
        return f"{clause.ref} does not allow handling `{filed.handling}`"
    if clause.record_kinds is not None and filed.kind not in clause.record_kinds:
        return f"{clause.ref} names no kind of record `{filed.kind}`"
    if filed.schema == "Person" and filed.role not in scope.roles:
        return f"{scope.agreement} allows no records about persons as `{filed.role}`"
    return ""
