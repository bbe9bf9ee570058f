"""Rule 2, in force: an agreement in force between holder and recipient at that instant.

Its legal bases are alive and it is not suspended; provisional application, extension and a running notice count as in
force. The state and its articles come from the agreement's life (`comity.agreements.governing`).
"""

from comity.decisions.decision import Ground
from comity.decisions.terms import Between

__all__ = ["NO_AGREEMENT", "in_force", "no_agreement"]

NO_AGREEMENT = Ground("rule 2 in force", "no agreement between these two is at hand", 2)
_NOT_PARTIES = Ground("rule 3 parties and offices", "they are not Parties of one agreement", 3)


def in_force(between: Between) -> tuple[Ground, ...]:
    """Give why nothing may pass under this agreement at this instant; nothing where something may."""
    return () if between.permits else between.state


def no_agreement(under: str | None) -> tuple[Ground, ...]:
    """Give the grounds where no agreement binds the two, or not the one the sender named."""
    if under is not None:
        return (Ground("rule 2 in force", f"`{under}` is not an agreement between these two", 2),)
    return (NO_AGREEMENT, _NOT_PARTIES)
