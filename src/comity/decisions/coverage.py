"""Which clauses speak of a category: exchange clauses, those that stand in their place, and handling clauses.

Clauses name stems; a stem covers the category itself and what lies below it (`comity.identifiers.category_covers`).
"""

from collections.abc import Iterable
from typing import TypeVar

from comity.agreements.clauses import Aid, Clause, Delivery, Exchange, Handling, Materials, Register
from comity.agreements.governing import Terms
from comity.handling.item import KINDS
from comity.identifiers import category_covers

__all__ = ["StandIn", "covers", "exchanges", "exchanges_in", "handles", "of_type", "stems"]

_Kind = TypeVar("_Kind", bound=Clause)
#: Clauses that stand as the `exchange` clause for a category of their own (`specs/gate.md`, Which agreement).
StandIn = Aid | Register | Materials | Delivery


def of_type(clauses: Iterable[Clause], kind: type[_Kind]) -> list[_Kind]:
    """Give the clauses of one kind."""
    return [clause for clause in clauses if isinstance(clause, kind)]


def exchanges_in(
    clauses: Iterable[Clause],
) -> Iterable[tuple[Exchange | StandIn, str, tuple[str, ...]]]:
    """Give every clause that lets something pass, each category it names, and the kinds of item it speaks of."""
    for clause in clauses:
        if isinstance(clause, Exchange):
            yield clause, clause.category, clause.kinds
        elif isinstance(clause, Aid):
            yield clause, f"aid.{clause.kind}", ("information",)
        elif isinstance(clause, Register):
            yield clause, f"register.{clause.id}", ("information",)
        elif isinstance(clause, Materials):
            for kind in clause.kinds:
                yield clause, f"materials.{kind}", KINDS
        elif isinstance(clause, Delivery):
            for kind in clause.kinds:
                yield clause, f"delivery.{kind}", KINDS


def exchanges(terms: Terms) -> Iterable[tuple[Exchange | StandIn, str, tuple[str, ...]]]:
    """Give the clauses in force that let something pass, as `exchanges_in` does."""
    register = (terms.register,) if terms.register else ()
    return exchanges_in((*terms.exchange, *terms.aid, *register, *terms.materials, *terms.delivery))


def stem(pattern: str) -> str:
    return "" if pattern == "*" else pattern.removesuffix(".*")


def covers(pattern: str, stem: str) -> bool:
    """Tell whether a pattern of a clause covers a stem; the empty stem is covered by `*` alone."""
    return pattern == "*" or (bool(stem) and category_covers(pattern, stem))


def handles(clause: Handling, stem: str) -> bool:
    """Tell whether a handling clause limits a stem; one that names no categories limits all."""
    return clause.categories is None or any(covers(pattern, stem) for pattern in clause.categories)


def stems(terms: Terms) -> set[str]:
    """Give every stem written in a clause, with the empty one.

    Which clauses cover a category is decided by which of these stems begin it, and every such stem also begins the
    longest of them: so the longest stem's terms are the category's.
    """
    found = {""}
    found.update(stem(pattern) for _, pattern, _ in exchanges(terms))
    found.update(stem(pattern) for _, pattern, _ in exchanges_in(terms.broken))
    for clause in (*terms.handling, *of_type(terms.broken, Handling)):
        found.update(stem(pattern) for pattern in clause.categories or ())
    return found
