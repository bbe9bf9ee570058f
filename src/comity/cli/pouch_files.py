"""The files of a pouch: written a volume at a time, and looked through before any is opened."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from itertools import count, takewhile
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from comity.carriers.pouch import (
    MAX_POUCH_BYTES,
    Contents,
    Part,
    Volume,
    manifest_of,
    name_of,
    read_volume,
    volume_head,
)
from comity.clock import parse_instant
from comity.errors import BadInput, ForeignInput, StorageError

_PIECE = 1024 * 1024


class PouchWriter:
    """Gathers parts into volumes on the disk, so that no backlog has to fit into memory; names them at the end.

    Args:
        file: the pouch's name; its volumes are FILE.1, FILE.2, … where it may have several.
        size: bytes of a volume's contents.
        several: whether it may have several.
    """

    def __init__(self, file: Path, size: int, *, several: bool) -> None:
        self._file, self._size, self._several = file, size, several
        self._folder: tempfile.TemporaryDirectory[str]
        self._volumes: list[list[Part]] = [[]]
        self._digests = [hashlib.sha256()]
        self._contents: list[IO[bytes]] = []
        self._filled = 0

    def __enter__(self) -> "PouchWriter":
        if not self._file.parent.is_dir():
            raise BadInput(f"{self._file} cannot be written: No such file or directory")
        try:
            self._folder = tempfile.TemporaryDirectory(prefix=".pouch-", dir=self._file.parent)
        except OSError as error:
            raise BadInput(f"{self._file} cannot be written: {error.strerror}") from None
        self._begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each in self._contents:
            each.close()
        self._folder.cleanup()

    def add(self, kind: str, data: bytes) -> None:
        """Put one part into the present volume, or into the next where it has no room.

        Raises:
            BadInput: it is larger than a volume.
        """
        if len(data) > self._size:
            raise BadInput(
                f"a part of {len(data)} bytes ({kind}) does not fit into a volume of {self._size}",
                hint="choose a larger --volume-size",
            )
        if self._filled + len(data) > self._size:
            if not self._several:
                raise BadInput(
                    f"more is owed than one file of {self._size} bytes takes",
                    hint="divide it: --volume-size 1GB",
                )
            self._volumes.append([])
            self._digests.append(hashlib.sha256())
            self._begin()
        self._volumes[-1].append(Part(kind, len(data), hashlib.sha256(data).hexdigest()))
        self._digests[-1].update(data)
        self._contents[-1].write(data)
        self._filled += len(data)

    def finish(self, sender: str, to: str, made: str) -> dict[str, Any]:
        """Write every volume whole, or none; tell what was made."""
        contents = [
            Contents(digest.hexdigest(), tuple(parts))
            for digest, parts in zip(self._digests, self._volumes, strict=True)
        ]
        manifest = manifest_of(sender, to, parse_instant(made), contents)
        targets = [
            self._file.with_name(f"{self._file.name}.{number}") if self._several else self._file
            for number in range(1, len(contents) + 1)
        ]
        total, ready = 0, []
        try:
            for number, (source, target) in enumerate(zip(self._contents, targets, strict=True), 1):
                whole = Path(self._folder.name) / f"whole-{number}"
                source.seek(0)
                with whole.open("wb") as out:
                    out.write(volume_head(manifest, number))
                    shutil.copyfileobj(source, out, _PIECE)
                total += whole.stat().st_size
                ready.append((whole, target))
            for whole, target in ready:
                whole.replace(target)
        except OSError as error:
            raise StorageError(f"{self._file} cannot be written: {error.strerror}") from None
        kinds = [part.kind for volume in self._volumes for part in volume]
        behind = (self._file.with_name(f"{self._file.name}.{number}") for number in count(len(contents) + 1))
        return {
            "file": str(self._file),
            "files": [str(target) for target in targets],
            "pouch": name_of(manifest),
            "bytes": total,
            "envelopes": kinds.count("envelope"),
            "receipts": kinds.count("receipt"),
            "older": [str(each) for each in takewhile(Path.exists, behind)] if self._several else [],
        }

    def _begin(self) -> None:
        path = Path(self._folder.name) / f"contents-{len(self._contents) + 1}"
        self._contents.append(path.open("w+b"))
        self._filled = 0


def check_files(files: Sequence[Path]) -> list[Path]:
    """Look through the volumes given, one at a time; give their files in order.

    Raises:
        BadInput: a file is too large for a volume.
        ForeignInput: something is damaged or of another pouch; everything is named, and nothing was opened.
    """
    found: list[tuple[int, Path]] = []
    mistakes: list[str] = []
    first: tuple[Path, str] | None = None
    for file in files:
        if file.stat().st_size > MAX_POUCH_BYTES + _PIECE * 16:
            mistakes.append(f"{file}: larger than a volume may be ({MAX_POUCH_BYTES} bytes)")
            continue
        try:
            volume = read_volume(file.read_bytes())
        except ForeignInput as error:
            mistakes += [f"{file}: {each}" for each in error.mistakes]
            continue
        first = first or (file, volume.pouch)
        if volume.pouch != first[1]:
            manifest = volume.manifest
            mistakes.append(
                f"{file}: volume {volume.number} of another pouch than {first[0]}: "
                f"from {manifest.from_}, made {manifest.made}"
            )
        found.append((volume.number, file))
    if mistakes:
        raise ForeignInput(*mistakes)
    return [file for _, file in sorted(found)]


def portions(volume: Volume, most: int) -> Iterator[dict[str, Any]]:
    """Divide a volume into what a node is told at once: receipts first, `last` where nothing is left behind it.

    Args:
        most: bytes of a portion, unless a single part is larger.
    """
    portion: dict[str, list[bytes]] = {"receipts": [], "envelopes": []}
    size = 0
    for kind, parts in (("receipts", volume.receipts), ("envelopes", volume.envelopes)):
        for part in parts:
            if size and size + len(part) > most:
                yield {**portion, "last": False}
                portion, size = {"receipts": [], "envelopes": []}, 0
            portion[kind].append(part)
            size += len(part)
    yield {**portion, "last": True}
