"""Days and instants as parameters of verbs."""

from comity.clock import Instant, parse_instant
from comity.errors import BadInput

__all__ = ["day_or_instant"]


def day_or_instant(name: str, text: str) -> Instant | None:
    """Read a day (its beginning, by UTC) or an instant; None where none is given.

    Raises:
        BadInput: it is neither.
    """
    if not text:
        return None
    try:
        return parse_instant(text if "T" in text else f"{text}T00:00:00Z")
    except BadInput as error:
        raise BadInput(f"{name}: {error.message}") from None
