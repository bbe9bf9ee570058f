"""What a file says of itself when it is taken in as an item: title, marking, media type."""

import mimetypes
from pathlib import Path

import msgspec

from comity.errors import BadInput
from comity.handling.markings import Marking, strictest
from comity.interop.stix import is_stix, needs_marking, read_bundle


class Description(msgspec.Struct, frozen=True):
    """Title, marking and media type of a file."""

    title: str
    marking: str
    media_type: str


def describe(file: Path, content: bytes, title: str = "", marking: str = "") -> Description:
    """Describe a file. A STIX bundle is one item, marked with the strictest of its objects' markings.

    Args:
        title: what people shall call it; by default the bundle's or the file's name.
        marking: what an officer says; a bundle marked more strictly keeps its own.

    Raises:
        BadInput: it has no marking, and none was given.
    """
    if not content:
        raise BadInput(f"{file}: empty: there is nothing in it to share")
    given = Marking.parse(marking) if marking else None
    if not is_stix(content):
        if given is None:
            raise BadInput(
                f"{file}: an item needs a marking", hint="add --marking TLP:AMBER, or the one that fits"
            )
        media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return Description(title or file.name, str(given), media_type)
    bundle = read_bundle(content)
    if given is None and needs_marking(bundle):
        why = "none of its objects carries a TLP marking"
        if bundle.unknown:
            why = f"it refers to a marking that nobody here knows ({bundle.unknown[0]})"
        raise BadInput(f"{file}: {why}", hint="name the marking that fits: --marking TLP:AMBER")
    marked = str(strictest(bundle.marking, given))
    return Description(title or bundle.title, marked, "application/stix+json;version=2.1")
