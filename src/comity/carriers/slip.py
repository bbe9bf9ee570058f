"""A custody slip: the page that goes along with a pouch and says who handed it to whom, and when.

Each hand-over is a line on paper; the node that packed the pouch, or took it in, keeps those it was told of. The code
on the page holds the pouch's name, both Parties, the day, the number of volumes and the hand-overs, signed by the
node's key, so that whoever gets the pouch can tell whether the two belong together: `comity pouch open` shows the name.
"""

import contextlib
from collections.abc import Sequence
from html import escape

import msgspec
import segno

from comity.errors import RefusedHere, VerificationFailed
from comity.keys import SigningKey, VerifyKey
from comity.signing import pae
from comity.strict import read_as, read_base64, write_base64, write_json

_SIGNED_AS = "application/vnd.comity.pouch-slip;version=1"
_MAX = 16 * 1024
#: Bytes that the largest QR code takes at the level of correction of the page (ISO/IEC 18004, version 40, M).
_MOST_CODE = 2331
#: Empty lines for the hands still to come.
_LINES = 6


class Handover(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One hand to the next, and when."""

    by: str
    to: str
    at: str


class Slip(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """What a slip says."""

    pouch: str
    from_: str
    to: str
    made: str
    volumes: int
    hands: tuple[Handover, ...]


class _Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    slip: Slip
    by: str
    sig: str


def write_slip(slip: Slip, by: str, key: SigningKey) -> bytes:
    """Sign a slip in the name of a Party; give the text of its code.

    Raises:
        RefusedHere: it is longer than a code on the page can be.
    """
    code = write_json(_Signed(slip, by, write_base64(key.sign(pae(_SIGNED_AS, write_json(slip))))))
    if len(code) > _MOST_CODE:
        raise RefusedHere(
            "the code of this slip has no room for another hand", hint="go on with pen on its page"
        )
    return code


def read_slip(data: bytes, keys: Sequence[VerifyKey]) -> tuple[Slip, str]:
    """Read a scanned code and check that one of these keys signed it; give the slip and who says to have.

    Raises:
        ForeignInput: it is not a slip.
        VerificationFailed: none of the keys signed it.
    """
    read = read_as(data, _Signed, max_bytes=_MAX, what="slip")
    signature = read_base64(read.sig, length=64, what="slip: sig")
    signed = pae(_SIGNED_AS, write_json(read.slip))
    for key in keys:
        with contextlib.suppress(VerificationFailed):
            key.verify(signature, signed)
            return read.slip, read.by
    raise VerificationFailed(f"slip: no key of {read.by} known here signed it")


def read_bare(data: bytes) -> Slip:
    """Read a code that this node has just signed."""
    return read_as(data, _Signed, max_bytes=_MAX, what="slip").slip


class Words(msgspec.Struct, frozen=True):
    """The words of a page, in the reader's language."""

    title: str
    pouch: str
    sender: str
    recipient: str
    made: str
    volumes: str
    handed_by: str
    taken_by: str
    when: str
    signatures: str
    note: str


def page_of(slip: Slip, digests: Sequence[str], code: bytes, words: Words, language: str) -> str:
    """Write the page: one HTML file without anything from elsewhere, for a sheet of A4."""
    picture = segno.make(code, error="m", micro=False).svg_inline(scale=2, border=2)
    facts = [
        (words.pouch, slip.pouch),
        (words.sender, slip.from_),
        (words.recipient, slip.to),
        (words.made, slip.made),
        (words.volumes, str(slip.volumes)),
    ]
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in facts)
    volumes = "".join(
        f"<li><code>{escape(digest[:16])}…{escape(digest[-8:])}</code></li>" for digest in digests
    )
    hands = "".join(
        f"<tr><td>{escape(hand.by)}</td><td>{escape(hand.to)}</td><td>{escape(hand.at)}</td><td></td></tr>"
        for hand in slip.hands
    )
    empty = "<tr><td>&nbsp;</td><td></td><td></td><td></td></tr>" * _LINES
    heads = "".join(
        f"<th>{escape(each)}</th>" for each in (words.handed_by, words.taken_by, words.when, words.signatures)
    )
    return (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head><meta charset="utf-8">'
        f"<title>{escape(words.title)}</title>\n<style>{_STYLE}</style></head>\n<body>\n"
        f"<h1>{escape(words.title)}</h1>\n<div class=code>{picture}</div>\n<table class=facts>{rows}</table>\n"
        f"<ol>{volumes}</ol>\n<table class=hands><tr>{heads}</tr>{hands}{empty}</table>\n"
        f"<p>{escape(words.note)}</p>\n</body>\n</html>\n"
    )


_STYLE = (
    "@page{size:A4;margin:18mm}body{font:11pt/1.4 serif;max-width:174mm;margin:auto}"
    "h1{font-size:17pt;margin:0 0 8mm}.code{float:right;width:62mm;margin:0 0 4mm 6mm}.code svg{width:100%;height:auto}"
    ".facts th{text-align:left;padding-right:5mm;vertical-align:top}.facts td{word-break:break-all}"
    "ol{clear:both;font-size:9pt;columns:2}.hands{width:100%;border-collapse:collapse;margin:6mm 0}"
    ".hands th,.hands td{border:.3mm solid #555;padding:2.5mm;text-align:left}p{font-size:9pt}"
)
