"""Rule 9, transport: the carrier and the suite are ones the agreement allows.

Without a transport article: sealed, https and pouch, no relay. A relay must be named in the article: empty means
nobody. No carrier chosen yet is no objection; the node asks again with the one it takes.
"""

from comity.decisions.decision import Ground
from comity.decisions.terms import Between

__all__ = ["transport"]


def transport(carrier: str | None, suite: str, between: Between) -> tuple[Ground, ...]:
    """Give the transport article where carrier (`https`, `pouch`, `relay`, `relay:<body>`) or suite are not allowed."""
    return () if carrier in between.carriers and suite == between.suite else (between.transport,)
