"""An event: one signed step in a matter's life, as the engine reads it.

An event names two others: `previous`, the last of its author's own in this matter, and `seen`, the last of the other
Party's that its author had. Two chains, each written by one hand, laced together: that is the whole log, and the same
on both sides.
"""

import hashlib
from typing import Any

import msgspec

from comity.clock import Instant

__all__ = ["OPEN", "Event", "series_name"]

#: The word of the event that opens a matter.
OPEN = "open"


class Event(msgspec.Struct, frozen=True):
    """One event of a matter.

    Attributes:
        digest: its name, the SHA-256 of what was signed.
        matter: the matter it belongs to.
        kind: the kind of that matter, `word` what happens, `said` the particulars, of the form the kind gives.
        by, to: its author, and the other Party of the matter.
        agreement: the agreement under which the matter was opened.
        at: when its author says it was.
        previous: its author's event before it in this matter; empty for the first.
        seen: the other Party's last event that its author had; empty where there was none.
        office: the office or mission that acts, empty for the Party itself.
        function: the function in which the Party acts, such as `head`; its key bears it.
    """

    digest: str
    matter: str
    kind: str
    word: str
    by: str
    to: str
    agreement: str
    at: Instant
    said: Any
    previous: str = ""
    seen: str = ""
    office: str = ""
    function: str = ""


def series_name(kind: str, agreement: str, parties: tuple[str, str], subject: str) -> str:
    """Give the name of a matter of which there is only one for a subject: a mission, a year's plan, a year's places.

    Both Parties may open it without knowing of each other: it is one matter all the same.
    """
    parts = ("comity/matter", kind, agreement, *sorted(parties), subject)
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()
