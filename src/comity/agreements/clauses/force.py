"""What a clause is worth: what the node itself enforces, what it can only prove, what is only said.

It is computed, never written by authors. Every page that shows an article shows it, so that nobody takes a promise
for a lock.

Source: specs/agreement.md, "Enforced, evidenced, declared".
"""

from collections.abc import Mapping
from typing import Final

from comity.agreements.clauses.clause import Clause, Extension, Force, fields_of

__all__ = ["force_of", "force_of_field", "forces"]

#: Fields whose worth is not that of their clause.
_FIELDS: Final[Mapping[tuple[str, str], Force]] = {
    ("party", "name"): "declared",
    ("party", "country"): "declared",
    ("term", "place"): "declared",
    ("exchange", "duty"): "evidenced",
    ("exchange", "within"): "evidenced",
    ("exchange", "charge"): "evidenced",
    ("third_party", "answer_within"): "evidenced",
    ("handling", "judicial_use"): "declared",
    ("handling", "caveat"): "evidenced",
    ("transport", "receipt_within"): "evidenced",
    ("necessity", "threat"): "declared",
    ("necessity", "review_within"): "evidenced",
    ("protection", "review"): "evidenced",
    ("protection", "redress"): "evidenced",
    ("protection", "on_exit"): "evidenced",
    ("protection", "on_exit_ground"): "declared",
    ("register", "duty"): "evidenced",
    ("register", "core_data_within"): "evidenced",
    ("register", "outcome_within"): "evidenced",
    ("mission", "seats"): "evidenced",
    ("mission", "host_provides"): "declared",
    ("delivery", "forms"): "declared",
    ("delivery", "terms"): "declared",
    ("materials", "terms"): "declared",
}


def force_of(clause: Clause) -> Force:
    """Give the worth of a clause as a whole."""
    return "declared" if isinstance(clause, Extension) else type(clause).force


def force_of_field(kind: type[Clause], field: str) -> Force:
    """Give the worth of one field of a kind of clause."""
    return "declared" if field == "note" else _FIELDS.get((kind.clause_kind, field), kind.force)


def forces(clause: Clause) -> Mapping[str, Force]:
    """Give the worth of each field a clause states, leaving out those at their defaults."""
    if isinstance(clause, Extension):
        return dict.fromkeys(clause.value, "declared")
    found: dict[str, Force] = {}
    for field, (attribute, _, _) in fields_of(type(clause)).items():
        if getattr(clause, attribute) not in (None, (), {}, ""):
            found[field] = force_of_field(type(clause), field)
    return found | dict.fromkeys(clause.extensions, "declared")
