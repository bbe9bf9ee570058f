"""How much of a list a verb gives at once."""

from comity.errors import BadInput

__all__ = ["check_limit"]


def check_limit(limit: int) -> None:
    """Refuse a page that is empty or too long.

    Raises:
        BadInput: it is one of these.
    """
    if not 0 < limit <= 500:
        raise BadInput("`limit` is a number from 1 to 500")
