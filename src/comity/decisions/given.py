"""Consents laid out by who may use them: what one holder has been given for one recipient.

A consent to a class stands under its giver, its agreement and every stem of category that a consent of that giver
names there, so that one look finds those that cover a category; a consent to an item stands under its giver and that
item. Ten thousand consents make no decision slower than ten. Those to a class that want nothing but the right instant
and purpose are laid out as stretches of time; what the others are worth is read when it is asked for
(`comity.decisions.rules.consented`).
"""

from collections.abc import Iterable, Mapping

from comity.clock import Instant
from comity.handling.consent import Consent
from comity.identifiers import category_covers

__all__ = ["NOTHING_GIVEN", "Given", "ToClass", "by_holder"]

#: Stands for every category, where a consent says `*`.
_ALL = None


class ToClass:
    """One Party's consents to one class.

    Attributes:
        consents: all of them.
        any_purpose: stretches of time, each with the first instant after it, in which one stands that is for any
            purpose, without a condition and without a wish to be confirmed.
        purposes: the same by purpose, for those that name one; those for any purpose are among them.
    """

    __slots__ = ("any_purpose", "consents", "purposes")

    def __init__(self, consents: tuple[Consent, ...] = ()) -> None:
        self.consents = consents
        plain = [each for each in consents if each.condition is None and each.fresh is None]
        self.any_purpose = tuple(_stretch(each) for each in plain if each.purpose is None)
        self.purposes = {
            purpose: tuple(_stretch(each) for each in plain if each.purpose in (None, purpose))
            for purpose in {each.purpose for each in plain}
        }

    def stands(self, purpose: str, at: Instant) -> bool:
        """Tell whether one of them stands that wants nothing but this instant and purpose."""
        for begins, ends in self.purposes.get(purpose, self.any_purpose):  # noqa: SIM110 - a third of the time
            if begins <= at < ends:
                return True
        return False


_NONE = ToClass()


class Given:
    """The consents that let one holder pass something to one recipient.

    Attributes:
        items: giver -> item -> the consents that name it.
    """

    __slots__ = ("_classes", "items")

    def __init__(self, consents: Iterable[Consent] = ()) -> None:
        self.items: dict[str, dict[str, tuple[Consent, ...]]] = {}
        classes: dict[tuple[str, str], list[Consent]] = {}
        for consent in consents:
            if consent.is_item:
                named, item = self.items.setdefault(consent.by, {}), consent.item or ""
                named[item] = (*named.get(item, ()), consent)
            elif consent.is_class and consent.agreement:
                classes.setdefault((consent.by, consent.agreement), []).append(consent)
        self._classes = {place: _by_stem(given) for place, given in classes.items()}

    def classes(self, giver: str, agreement: str, category: str) -> ToClass:
        """Give a Party's consents to a class of items passed under an agreement that cover a category."""
        stems = self._classes.get((giver, agreement))
        if stems is None:
            return _NONE
        found = stems.get(category)
        while found is None:
            category, dot, _ = category.rpartition(".")
            found = stems.get(category) if dot else stems[_ALL]
        return found


NOTHING_GIVEN = Given()


def by_holder(consents: Iterable[Consent]) -> dict[tuple[str, str], Given]:
    """Sort consents by who may use them and for whom; one that names both an item and a class, or neither, is none."""
    found: dict[tuple[str, str], list[Consent]] = {}
    for consent in consents:
        found.setdefault((consent.holder, consent.to), []).append(consent)
    return {pair: Given(given) for pair, given in found.items()}


def _by_stem(given: Iterable[Consent]) -> Mapping[str | None, ToClass]:
    """Give for every stem that is named, and for all others, the consents that cover it.

    Which consents cover a category is decided by which of these stems begin it, and every such stem also begins the
    longest of them: so the longest stem's consents are the category's.
    """
    patterns = [(consent.category or "", consent) for consent in given]
    stems = {pattern.removesuffix(".*") for pattern, _ in patterns if pattern != "*"}
    found: dict[str | None, ToClass] = {
        stem: ToClass(tuple(consent for pattern, consent in patterns if category_covers(pattern, stem)))
        for stem in stems
    }
    found[_ALL] = ToClass(tuple(consent for pattern, consent in patterns if pattern == "*"))
    return found


def _stretch(consent: Consent) -> tuple[Instant, Instant]:
    """Give when a consent begins to count and when it no longer does."""
    revoked = consent.revoked
    return consent.from_, consent.until if revoked is None or revoked > consent.until else revoked
