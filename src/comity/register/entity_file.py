"""Entity files: JSON Lines, plain or gzip, read within limits however hostile.

The only place where the register reads a file that people hand it. A line is at most 1 MiB, a file at most
5 million lines and, unpacked, 16 GiB; what a small archive unpacks to is counted as it comes, so a bomb ends early.
"""

import codecs
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from comity.errors import BadInput, ForeignInput
from comity.register.subjects import MAX_LINE

__all__ = ["read_each", "read_lines"]

_MAX_LINES = 5_000_000
_MAX_BYTES = 16 << 30


def read_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Give the number and the bytes of each line that is not blank.

    Raises:
        BadInput: the file cannot be read or unpacked, or passes a limit.
    """
    for number, line in read_each(path):
        if isinstance(line, ForeignInput):
            raise line
        yield number, line


def read_each(path: Path) -> Iterator[tuple[int, bytes | ForeignInput]]:
    """Give the number and the bytes of each line that is not blank, or why it is not read: others are read still.

    A byte order mark before the first line is no part of it.

    Raises:
        BadInput: the file cannot be read or unpacked, or passes a limit.
    """
    total = 0
    try:
        with path.open("rb") as raw, gzip.open(raw, "rb") if path.suffix == ".gz" else raw as file:
            for number in range(1, _MAX_LINES + 2):
                line = file.readline(MAX_LINE + 2)
                if not line:
                    return
                total += len(line)
                too_long = len(line) > MAX_LINE + 1 or (len(line) > MAX_LINE and not line.endswith(b"\n"))
                while too_long and line and not line.endswith(b"\n") and total <= _MAX_BYTES:
                    line = file.readline(MAX_LINE + 2)
                    total += len(line)
                if number > _MAX_LINES or total > _MAX_BYTES:
                    raise BadInput(f"{path.name}: longer than {_MAX_LINES:,} lines or {_MAX_BYTES >> 30} GiB")
                if too_long:
                    place = f"{path.name}:{number}"
                    yield number, ForeignInput(f"{place}: a line longer than {MAX_LINE >> 20} MiB")
                    continue
                if number == 1:
                    line = line.removeprefix(codecs.BOM_UTF8)
                if line.strip():
                    yield number, line.rstrip(b"\r\n")
    except (OSError, EOFError, zlib.error) as error:
        raise BadInput(f"{path.name}: cannot be read: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file"
    if isinstance(error, IsADirectoryError):
        return "it is a folder"
    return str(getattr(error, "strerror", None) or error)[:120].lower()
