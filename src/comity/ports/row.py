"""What all rows have in common."""

import msgspec


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the rows a store keeps."""
