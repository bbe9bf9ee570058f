"""Files that people hand in, read within limits: plain, gzip, or a zip with a single file in it.

What a small archive unpacks to is counted as it comes, so a bomb ends early; nothing is unpacked to the disk.
"""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from comity.errors import BadInput

__all__ = ["MAX_BYTES", "Bounded", "opened"]

#: Most that a list may hold once unpacked, in bytes.
MAX_BYTES = 2 << 30


class Bounded:
    """A file of which no more than a limit is ever read.

    Args:
        raw: the bytes.
        name: for messages.
        most: bytes after which it is refused.
    """

    def __init__(self, raw: IO[bytes], name: str, most: int = MAX_BYTES) -> None:
        self._raw, self.name, self._left, self._most = raw, name, most, most

    def read(self, size: int) -> bytes:
        """Read at most `size` bytes."""
        return self._counted(self._raw.read(size))

    def readline(self, size: int) -> bytes:
        """Read a line, at most `size` bytes of it."""
        return self._counted(self._raw.readline(size))

    def _counted(self, data: bytes) -> bytes:
        self._left -= len(data)
        if self._left < 0:
            raise BadInput(f"{self.name}: longer than {self._most >> 20:,} MiB")
        return data


@contextmanager
def opened(path: Path, *, most: int = MAX_BYTES) -> Iterator[Bounded]:
    """Open a file, unpacking it where it is packed.

    Raises:
        BadInput: it cannot be read or unpacked, holds several files, or passes the limit.
    """
    try:
        with path.open("rb") as raw:
            head = raw.read(4)
            raw.seek(0)
            if head[:2] == b"\x1f\x8b":
                with gzip.open(raw, "rb") as unpacked:
                    yield Bounded(cast(IO[bytes], unpacked), path.name, most)
            elif head == b"PK\x03\x04":
                with (
                    zipfile.ZipFile(raw) as archive,
                    archive.open(_only_member(archive, path.name)) as member,
                ):
                    yield Bounded(io.BufferedReader(cast(io.RawIOBase, member)), path.name, most)
            else:
                yield Bounded(raw, path.name, most)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise BadInput(f"{path.name}: cannot be read: {_reason(error)}") from None


def _only_member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    members = [info for info in archive.infolist() if not info.is_dir()]
    if len(members) != 1:
        raise BadInput(f"{name}: a zip of {len(members)} files; one belongs in it")
    if members[0].flag_bits & 1:
        raise BadInput(f"{name}: the zip is encrypted")
    return members[0]


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file"
    if isinstance(error, IsADirectoryError):
        return "it is a folder"
    return str(getattr(error, "strerror", None) or error)[:120].lower()
