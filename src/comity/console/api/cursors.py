"""Turning pages: a cursor says where the next page begins, for one caller, one question and one day.

It is opaque and carries a code under a key of the node's own, so that nobody makes one up: what a cursor holds is
looked for in rows that the caller may see in any case, but a forged one would still be a question nobody asked.
"""

import base64
import hmac
from datetime import timedelta

import msgspec

from comity.clock import Instant
from comity.console.api.problems import Stopped
from comity.languages import _

#: How long a cursor serves: to the end of the hour a day later, so that a page that has not changed stays the same.
LIFE, _HOUR = timedelta(days=1), 3600
_CODE = 16


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a page begins: a number that rows are counted by, or the row before and about how many came before it."""

    number: int = 0
    row: str = ""


class _Cursor(msgspec.Struct, frozen=True, array_like=True):
    place: Place
    ends: int


def write_cursor(key: bytes, place: Place, *, question: str, at: Instant) -> str:
    """Write a cursor.

    Args:
        key: the node's own.
        question: who asks for what, in which order; the cursor serves for nothing else.
    """
    ends = (int((at + LIFE).timestamp()) // _HOUR + 1) * _HOUR
    held = msgspec.json.encode(_Cursor(place, ends))
    return base64.urlsafe_b64encode(_code(key, held, question) + held).rstrip(b"=").decode()


def read_cursor(key: bytes, text: str, *, question: str, at: Instant) -> Place:
    """Read a cursor.

    Raises:
        Stopped: it was not written here for this question, or its day is over.
    """
    try:
        raw = base64.urlsafe_b64decode(text[:2000].encode("ascii") + b"=" * (-len(text) % 4))
        code, held = raw[:_CODE], raw[_CODE:]
        found = msgspec.json.decode(held, type=_Cursor) if len(raw) > _CODE else None
    except (ValueError, msgspec.MsgspecError):
        found = None
    if found is None or not hmac.compare_digest(code, _code(key, held, question)):
        raise Stopped("cursor", hint=_("begin anew without a cursor"))
    if at.timestamp() >= found.ends:
        raise Stopped("cursor", hint=_("it has served its day: begin anew without a cursor"))
    return found.place


def _code(key: bytes, held: bytes, question: str) -> bytes:
    return hmac.digest(key, question.encode() + b"\0" + held, "sha256")[:_CODE]
