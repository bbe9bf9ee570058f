"""What of a file's bytes is text, for the door to read: its whole, or the stretches of text in what is binary.

What a file is said to be is not believed: its bytes tell. Text in any usual encoding has hardly a control character;
what has many is binary, and only its longer stretches without any are read: the text in an archive, a database, a
message with attachments. Compressed or encrypted bytes have none that long, so nothing of them is decoded.
"""

import codecs
import re
from collections.abc import Iterator
from typing import Final

__all__ = ["text_in"]

#: Bytes that no text has: control characters but tabulators, ends of lines and pages, and escapes.
_CONTROLS: Final = bytes(each for each in range(32) if each not in b"\t\n\v\f\r\x1b") + b"\x7f"
#: One control character in so many bytes, and no more, is still text.
_TEXT_HAS: Final = 1000
_TO_NOTHING: Final = bytes(0 if each in _CONTROLS else each for each in range(256))
#: So many bytes without a control character are read as text inside of what is binary; it is cut up block by block.
_STRETCH, _BLOCK = 80, 256 * 1024
_LONG: Final = re.compile(rb"[^\0]{%d,}" % _STRETCH)
#: Bytes looked at to find out whether every second one is the upper half of a character (UTF-16).
_SAMPLE: Final = 64 * 1024
_MARKS: Final = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def text_in(content: bytes) -> str:
    """Give what is text in some bytes; empty where nothing is."""
    wide = _two_bytes_each(content)
    if wide:
        return content.decode(wide, errors="replace")
    controls = len(content) - len(content.translate(None, _CONTROLS))
    if controls * _TEXT_HAS <= len(content):
        return content.decode(errors="replace")
    return "\n".join(stretch.decode(errors="replace") for stretch in _stretches(content))


def _stretches(content: bytes) -> Iterator[bytes]:
    """Give the stretches of text inside of what is binary."""
    rest = b""
    for start in range(0, len(content), _BLOCK):
        block = rest + content[start : start + _BLOCK].translate(_TO_NOTHING)
        ended, _, rest = block.rpartition(b"\0")
        yield from _LONG.findall(ended)
    if len(rest) >= _STRETCH:
        yield rest


def _two_bytes_each(content: bytes) -> str:
    """Give the encoding where every character has two bytes, also in the middle of a file, whose mark is far away."""
    marked = _MARKS.get(content[:2])
    if marked:
        return marked
    sample = content[:_SAMPLE]
    for encoding, upper, lower in (
        ("utf-16-le", sample[1::2], sample[::2]),
        ("utf-16-be", sample[::2], sample[1::2]),
    ):
        high = sum(upper.count(each) for each in (0, 4))  # Latin and Cyrillic
        if len(upper) >= 16 and high * 10 >= len(upper) * 8 and lower.count(0) * 100 <= len(lower):
            return encoding
    return ""
