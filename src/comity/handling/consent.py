"""Consent: a Party's signed permission that a holder may pass something on.

It is an act, not a token: it names its giver, the holder who may use it and the recipient it opens to, and nobody can
widen it or hand it on; who gives it for several hops says how many. It covers *either* one item *or* one class (an
agreement and a category); one that names both or neither is no consent. A class consent for a category is how a
tear-line is opened to a wider circle.

Source: `specs/gate.md`, Custody, lineage, obligations; Taking back.
"""

import msgspec

from comity.agreements.durations import Duration
from comity.clock import Instant

__all__ = ["MOST_HOPS", "Consent"]

#: The most hops a consent can carry over: as many as a custody can have.
MOST_HOPS = 64


class Consent(msgspec.Struct, frozen=True, gc=False, rename={"from_": "from"}):
    """A permission by one Party, already checked to be validly signed.

    Attributes:
        by: who gives it.
        holder: who may use it.
        to: who may receive.
        from_: first instant at which it counts.
        until: first instant at which it no longer counts.
        item: the one item it names, or None for a class.
        agreement: for a class, the agreement of the hop whose obligation it meets.
        category: for a class, the category that must cover that of the item carrying the obligation.
        purpose: the only purpose it is for, None for any the agreement allows.
        revoked: the instant from which it is taken back, None while it stands.
        confirmed_at: when its giver last signed that it still stands, where an agreement asks for that.
        fresh: how recent that confirmation must be, if the giver itself asks for one.
        digest: SHA-256 of the signed statement, empty in case files.
        hops: over how many hops it carries: one, from `holder` to `to`, or so many more that follow that one.
        condition: its giver's words for whoever receives under it; they go along as a caveat to be read.
    """

    by: str
    holder: str
    to: str
    from_: Instant
    until: Instant
    item: str | None = None
    agreement: str | None = None
    category: str | None = None
    purpose: str | None = None
    revoked: Instant | None = None
    confirmed_at: Instant | None = None
    fresh: Duration | None = None
    digest: str = ""
    hops: int = 1
    condition: str | None = None

    @property
    def is_class(self) -> bool:
        """Tell whether it names one class and nothing else."""
        return self.item is None and self.agreement is not None and self.category is not None

    @property
    def is_item(self) -> bool:
        """Tell whether it names one item and nothing else."""
        return self.item is not None and self.agreement is None and self.category is None

    def stands_at(self, instant: Instant) -> bool:
        """Tell whether it counts at an instant: begun, not over, not revoked at or before it."""
        return self.from_ <= instant < self.until and (self.revoked is None or instant < self.revoked)
