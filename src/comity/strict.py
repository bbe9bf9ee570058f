"""One strict reader for JSON that comes from others.

The common JSON libraries disagree about what a message says: most keep the last of two equal keys, some read
`NaN`, round large numbers or let half a surrogate pair through, and several fall over at a depth of a few
thousand. Two readers that disagree about signed bytes are a way around the signature. So every byte from another
Party goes through here, before anything else looks at it:

>>> read_json(b'{"to": "south.example", "sequence": 7}', max_bytes=1000)
{'to': 'south.example', 'sequence': 7}
>>> read_json(b'{"to": "south.example", "to": "east.example"}', max_bytes=1000)
Traceback (most recent call last):
...
comity.errors.ForeignInput: message: key 'to' stands twice in one object

Order of work: size, encoding, depth (before the parser recurses), syntax with keys and numbers, then the
characters inside strings. The checks that run over all bytes are single passes in C; the walk over strings runs
only where an escape is in doubt. Text is never normalised: what is shown and signed is what came.
Source: RFC 8259, RFC 7493 (I-JSON), `specs/envelope.md`.
"""

import base64
import binascii
import json
import re
import tomllib
from collections import Counter
from typing import Any, NoReturn, TypeVar

import msgspec

from comity.errors import ForeignInput

__all__ = [
    "MAX_DEPTH",
    "MAX_INTEGER",
    "NotToml",
    "read_as",
    "read_base64",
    "read_json",
    "read_toml",
    "write_base64",
    "write_json",
]

#: Arrays and objects within each other; our own messages need less than ten.
MAX_DEPTH = 32
#: Integers that every JSON reader keeps exactly (RFC 7493 §2.2).
MAX_INTEGER = 2**53 - 1

T = TypeVar("T")

_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_ONE_KIND = bytes.maketrans(b"{}", b"[]")
_CONTROL_ABOVE_ASCII = re.compile("[\x7f-\x9f]")
#: Escapes that may spell a control character or half of a surrogate pair; one behind a backslash does no harm here.
_DOUBTFUL_ESCAPE = re.compile(r"\\(?:[bfr]|u(?:00[0189]|007[fF]|[dD][89a-fA-F]))")
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


#: Parts of a dotted TOML key; our own have three.
_MAX_DOTS = 16
_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}
#: What counts for the depth of TOML; a string or comment is one token. A string that is never closed takes all that is
#: left, so that no text is gone over twice.
_TOML_TOKEN = re.compile(
    r'''"""(?:\\.|.)*?(?:"""|\Z)|"(?:\\.|[^"\n])*+"?|#[^\n]*|[\[\]{}=,.\n]'''
    r"|'{3}.*?(?:'{3}|\Z)|'[^'\n]*+'?",
    re.DOTALL,
)


class NotToml(ValueError):
    """A text that is no TOML; says what is wrong, and at which line and column where that is known."""


def read_toml(text: str) -> dict[str, Any]:
    """Read TOML that a person or another Party wrote. Whoever calls bounds its size first.

    Raises:
        NotToml: it is none, or it is nested deeper than anything here needs, or a number in it is longer than Python
            converts. The library would take time that grows with the square of a dotted key, and recurse.
    """
    depth = dots = 0
    for token in _TOML_TOKEN.finditer(text):
        mark = token[0]
        if mark == ".":
            dots += 1
            if dots > _MAX_DOTS:
                raise NotToml(f"a key of more than {_MAX_DOTS} parts is too deep")
        elif len(mark) == 1 and mark in "[]{}=,\n":
            dots = 0
            depth = max(0, depth + _STEPS.get(mark, 0))
            if depth > MAX_DEPTH:
                raise NotToml("brackets are nested too deep")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        raise NotToml(f"{said[:1].lower()}{said[1:]}") from None
    except ValueError:
        raise NotToml("a number has too many digits") from None


class _Refusal(Exception):
    """A reason found in the middle of parsing; never leaves this module."""


def read_json(
    data: bytes,
    *,
    max_bytes: int,
    max_depth: int = MAX_DEPTH,
    floats: bool = False,
    what: str = "message",
) -> Any:
    """Read one JSON value that somebody else wrote.

    Args:
        data: the bytes as they came.
        max_bytes: more than this is refused unread.
        max_depth: arrays and objects within each other; a bare value has depth 0.
        floats: whether finite numbers with a fraction or exponent may stand in it.
        what: name of the thing read, put before every reason.

    Raises:
        ForeignInput: it is too large, not UTF-8, starts with a byte order mark, is too deep, is not JSON, has data
            after its end, repeats a key, holds NaN, Infinity, `-0`, a float, an integer beyond 53 bits, a lone
            surrogate, or a control character other than tab and newline.
    """
    try:
        return _read(data, max_bytes, max_depth, _WITH_FLOATS if floats else _WITHOUT_FLOATS)
    except _Refusal as refusal:
        raise ForeignInput(f"{what}: {refusal}") from None


def read_as(data: bytes, type: type[T], *, max_bytes: int, floats: bool = False, what: str = "message") -> T:
    """Read JSON strictly and convert it to a typed value.

    Args:
        data: the bytes as they came.
        type: usually a frozen `msgspec.Struct` declared with `forbid_unknown_fields=True`.
        max_bytes: more than this is refused unread.
        floats: as for `read_json`.
        what: name of the thing read, put before every reason.

    Raises:
        ForeignInput: as for `read_json`, or a field is missing, unknown, or of another type.
        TypeError: `type` is a Struct that would silently drop unknown fields; our mistake, not theirs.
    """
    config = getattr(type, "__struct_config__", None)
    if config is not None and not config.forbid_unknown_fields:
        raise TypeError(f"{type.__name__} must forbid unknown fields to be read from others")
    value = read_json(data, max_bytes=max_bytes, floats=floats, what=what)
    try:
        return msgspec.convert(value, type)
    except msgspec.ValidationError as error:
        reason = str(error)
        raise ForeignInput(f"{what}: {reason[:1].lower()}{reason[1:]}") from None


def write_json(value: Any) -> bytes:
    """Write a value as compact UTF-8 JSON, fields in the order of their declaration.

    Equal values of one type give equal bytes. Nothing is canonicalised: whoever receives them keeps those bytes.
    """
    return msgspec.json.encode(value)


def read_base64(text: str, *, length: int | None = None, what: str = "message") -> bytes:
    """Decode standard base64 of which there is exactly one spelling.

    Args:
        text: RFC 4648 §4 with padding, no line breaks, unused bits zero.
        length: number of bytes it must come to, where fixed.
        what: name of the thing read.

    Raises:
        ForeignInput: another alphabet, missing padding, stray characters, non-zero unused bits, or another length.
    """
    try:
        raw = binascii.a2b_base64(text, strict_mode=True)
    except ValueError:  # binascii.Error, and characters outside ASCII
        raise ForeignInput(f"{what}: not base64 (RFC 4648, with padding)") from None
    if base64.b64encode(raw).decode() != text:
        raise ForeignInput(f"{what}: not the one base64 spelling of its bytes")
    if length is not None and len(raw) != length:
        raise ForeignInput(f"{what}: {len(raw)} bytes where {length} belong")
    return raw


def write_base64(raw: bytes) -> str:
    """Spell bytes in standard base64 with padding, the one spelling `read_base64` takes."""
    return base64.b64encode(raw).decode()


def _read(data: bytes, max_bytes: int, max_depth: int, decoder: json.JSONDecoder) -> Any:
    if len(data) > max_bytes:
        raise _Refusal(f"{len(data)} bytes, more than the {max_bytes} allowed")
    if data.startswith(b"\xef\xbb\xbf"):
        raise _Refusal("starts with a byte order mark")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise _Refusal(f"not UTF-8 at byte {error.start}") from None
    _check_depth(data, max_depth)
    value = _parse(text, decoder)
    if "\\" in text and _DOUBTFUL_ESCAPE.search(text):
        _check_strings(value)  # escapes can spell what the parser refuses when it stands there in person
    elif (b"\x7f" in data) if data.isascii() else _CONTROL_ABOVE_ASCII.search(text):
        raise _Refusal("a control character in a string")
    return value


def _check_depth(data: bytes, max_depth: int) -> None:
    """Refuse nesting beyond `max_depth` before a recursive parser meets it.

    Outside strings only brackets are kept; taking away every innermost pair at once lowers the depth by one. Unbalanced
    text ends the loop and is left to the parser.
    """
    if data.count(b"[") + data.count(b"{") <= max_depth:
        return
    if b"\\" in data:
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    brackets = b"".join(data.split(b'"')[::2]).translate(_ONE_KIND, _NOT_BRACKETS)
    for _ in range(max_depth):
        brackets = brackets.replace(b"[]", b"")
        if not brackets:
            return
    raise _Refusal(f"nested deeper than {max_depth}, or brackets that do not close")


def _parse(text: str, decoder: json.JSONDecoder) -> Any:
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as error:
        if not text.strip(" \t\r\n"):
            raise _Refusal("empty") from None
        if error.msg == "Extra data":
            raise _Refusal(
                f"data after the end of the value (line {error.lineno} column {error.colno})"
            ) from None
        if error.msg.startswith("Invalid control character"):
            raise _Refusal("a control character in a string") from None
        raise _Refusal(f"not JSON (line {error.lineno} column {error.colno})") from None
    except RecursionError:  # unbalanced text can hide its depth from `_check_depth`
        raise _Refusal("nested too deep") from None


def _check_strings(value: Any) -> None:
    if isinstance(value, str):
        unfit = _UNFIT.search(value)
        if unfit and "\ud800" <= unfit[0] <= "\udfff":
            raise _Refusal("half of a surrogate pair in a string")
        if unfit:
            raise _Refusal("a control character in a string")
    elif isinstance(value, list):
        for member in value:
            _check_strings(member)
    elif isinstance(value, dict):
        for key, member in value.items():
            _check_strings(key)
            _check_strings(member)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise _Refusal(f"key {twice[:40]!a} stands twice in one object")
    return members


def _integer(digits: str) -> int:
    # Length first: converting a number of a million digits is itself an attack.
    if len(digits) <= 17 and -MAX_INTEGER <= (number := int(digits)) <= MAX_INTEGER:
        if number == 0 and digits != "0":
            raise _Refusal("-0 is not a number here")
        return number
    raise _Refusal("an integer beyond 53 bits")


def _float(digits: str) -> float:
    number = float(digits)
    if number - number != 0:
        raise _Refusal("a number beyond what a double holds")
    return number


def _no_float(_digits: str) -> NoReturn:
    raise _Refusal("a number with a fraction or exponent")


def _constant(name: str) -> NoReturn:
    raise _Refusal(f"{name} is not a number here")


_WITHOUT_FLOATS = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_no_float, parse_constant=_constant
)
_WITH_FLOATS = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
)
