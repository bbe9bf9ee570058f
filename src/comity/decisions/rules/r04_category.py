"""Rule 4, category: only an `exchange` article lets an item pass, by its category, kind and direction.

The clauses of aid, register, materials and deliveries stand as the `exchange` clause for `aid.<kind>`,
`register.<id>`, `materials.<kind>` and `delivery.<kind>`.
"""

from comity.decisions.decision import Ground
from comity.decisions.terms import CategoryTerms, Offer

__all__ = ["category", "offers"]

_NO_ARTICLE = Ground("rule 4 category", "no exchange article covers this category", 4)


_UNKNOWN = Ground("rule 4 category", "no category is stated, and unknown means no", 4)


def offers(kind: str, terms: CategoryTerms) -> tuple[Offer, ...]:
    """Give the articles that let this kind of item of the category pass in this direction."""
    return terms.offers.get(kind, ())


def category(name: str, kind: str, terms: CategoryTerms) -> tuple[Ground, ...]:
    """Give what stands against it where no article lets it pass.

    An item without a category is covered by nothing, not even by `*`.
    An article that covers the category, but not the direction or the kind, or that cannot be evaluated, is cited.
    """
    if not name:
        return (_UNKNOWN,)
    if offers(kind, terms):
        return ()
    other_kinds = {offer.other_kind for found in terms.offers.values() for offer in found}
    return tuple(sorted({*other_kinds, *terms.denied})) or (_NO_ARTICLE,)
