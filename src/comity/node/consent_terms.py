"""What a consent says: one item or one class, from when until when, for which purpose, how fresh."""

import msgspec

from comity.agreements.durations import Duration
from comity.clock import Instant, format_instant
from comity.errors import BadInput
from comity.federation.statements import ConsentGranted
from comity.handling.consent import MOST_HOPS
from comity.identifiers import is_category


class Terms(msgspec.Struct, frozen=True):
    """What a consent covers, and on what conditions.

    Attributes:
        item: the one item; empty for a class.
        agreement, category: the class: everything of a category that came under an agreement (a tear-line).
        begins: first instant at which it counts; None for now.
        fresh: how recently it must have been confirmed when it is used (ISO 8601); empty where it need not be.
        hops: over how many hops it carries: one, to its recipient, or so many that follow that one.
        condition: words for whoever receives under it, to be read before the item opens; empty for none.
    """

    item: str = ""
    agreement: str = ""
    category: str = ""
    begins: Instant | None = None
    fresh: str = ""
    hops: int = 1
    condition: str = ""


def consent_from(
    giver: str,
    at: Instant,
    *,
    holder: str,
    to: str,
    until: Instant,
    purpose: str,
    terms: Terms,
    request: str = "",
) -> ConsentGranted:
    """Put a consent together.

    Raises:
        BadInput: what it says cannot stand; all mistakes at once.
    """
    begins = terms.begins or at
    mistakes: list[str] = []
    if until <= max(begins, at):
        mistakes.append(f"the end {format_instant(until)} is not after its beginning and now")
    if bool(terms.item) == bool(terms.agreement or terms.category):
        mistakes.append("a consent names one item, or one class by agreement and category")
    elif not terms.item and not (terms.agreement and terms.category):
        mistakes.append("a class is named by its agreement and its category, both")
    if terms.category and not is_category(terms.category.removesuffix(".*")):
        mistakes.append(
            f"category `{terms.category[:60]}` is not a dotted name such as `incident.indicators`"
        )
    if to in (giver, holder) or holder == giver:
        mistakes.append(f"a consent lets one Party pass to another: {giver} gives it, {holder} to {to}")
    if not 1 <= terms.hops <= MOST_HOPS:
        mistakes.append(f"a consent carries over 1 to {MOST_HOPS} hops, not {terms.hops}")
    try:
        Duration.parse(terms.fresh or "P1D")
    except ValueError as error:
        mistakes.append(f"fresh: {error}")
    if mistakes:
        raise BadInput(*mistakes)
    return ConsentGranted(
        by=giver,
        at=format_instant(at),
        holder=holder,
        to=to,
        from_=format_instant(begins),
        until=format_instant(until),
        item=terms.item,
        agreement=terms.agreement,
        category=terms.category,
        purpose=purpose,
        request=request,
        fresh=terms.fresh,
        hops=terms.hops,
        condition=terms.condition.strip(),
    )
