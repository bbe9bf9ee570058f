"""Names for channels and keys on the outside of envelopes.

On an envelope a channel and its keys bear random names of 16 bytes that only the two Parties connect with anyone; they
agree on them inside the first sealed message. That first message needs names too: both sides derive them from the
fingerprint of the key, which stands in the card that the receiver already holds. Whoever has the card can recognise
them, so they serve for introductions and no longer.

Source: `specs/envelope.md` §5.
"""

import hashlib

from comity.errors import BadInput
from comity.keys import is_key_name

__all__ = ["introduction_name"]


def introduction_name(fingerprint: str) -> bytes:
    """Derive the 16-byte name under which a key is called in a first message.

    Raises:
        BadInput: `fingerprint` is not one.
    """
    if not is_key_name(fingerprint):
        raise BadInput(f"`{fingerprint[:80]}` is not the fingerprint of a key")
    return hashlib.sha256(b"comity-introduction-v1 " + fingerprint.encode()).digest()[:16]
