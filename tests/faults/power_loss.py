"""What a power cut would have left on the disk, worked out from the calls a node really made.

The shim wrote down every write, sync, truncation, rename and removal of one act. For every prefix of them (the instant
the power went) this gives files as they may stand afterwards: what was synced is there; of what was not, nothing, all,
some of it in any order, or the last of it torn at a sector.

| file system | of renames and removals that were not synced |
|---|---|
| `ordered` | a beginning of them, in order; any sync brings all before it; a renamed file has its data |
| `strict` | any of them; a name is there for certain only after its file or folder was synced |
"""

import random
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

System = Literal["ordered", "strict"]
_HEAD = struct.Struct("<cHIq")
SECTOR = 512


class Call(NamedTuple):
    """One call: `w`rite, `s`ync, `t`runcate, `r`ename, `u`nlink, or `a`: the act was acknowledged."""

    kind: str
    path: str
    offset: int
    data: bytes


class State(NamedTuple):
    """Files as a power cut may leave them, and whether the act had been acknowledged."""

    acknowledged: bool
    files: Mapping[str, bytes]
    told: str


def read_log(path: Path) -> list[Call]:
    """Read what the shim wrote down."""
    data, place, calls = path.read_bytes(), 0, []
    while place < len(data):
        kind, length, size, offset = _HEAD.unpack_from(data, place)
        place += _HEAD.size
        name = data[place : place + length].decode()
        place += length
        kept = data[place : place + size] if kind in b"wr" else b""
        place += len(kept)
        calls.append(Call(kind.decode(), name, offset, kept))
    return calls


class Disk:
    """A disk with a cache: what is durable, and what is not yet."""

    def __init__(self, before: Mapping[str, bytes], system: System) -> None:
        self.durable = dict(before)
        self.pending: list[Call] = []
        self.system = system

    def take(self, call: Call) -> None:
        """Carry out one call."""
        if call.kind != "s":
            self.pending.append(call)
            return
        for each in self.pending:
            if self._is_synced(each, call.path):
                self.durable = apply(self.durable, each)
        self.pending = [each for each in self.pending if not self._is_synced(each, call.path)]

    def _is_synced(self, each: Call, path: str) -> bool:
        """Tell whether a sync of a path brings a call to the disk."""
        if each.kind in "wt":
            return each.path == path
        return self.system == "ordered" or str(Path(each.path).parent) == path

    def states(self, chance: random.Random, *, variants: bool) -> Iterator[tuple[str, Mapping[str, bytes]]]:
        """Give what may stand on it if the power goes now."""
        yield "nothing unsynced", self.durable
        if not self.pending:
            return
        yield "all unsynced", apply_all(self.durable, self.pending)
        if not variants:
            return
        *before, last = self.pending
        if last.kind == "w" and len(last.data) > SECTOR:
            cut = SECTOR * chance.randrange(1, (len(last.data) + SECTOR - 1) // SECTOR)
            torn = last._replace(data=last.data[:cut])
            yield "the last torn", apply_all(self.durable, [*before, torn])
        if last.kind == "w" and len(self.pending) > 1:
            yield "only the last", apply(self.durable, last)
        yield "some unsynced", apply_all(self.durable, self._some(chance))

    def _some(self, chance: random.Random) -> list[Call]:
        if self.system == "strict":
            return [each for each in self.pending if chance.random() < 0.5]
        names = [each for each in self.pending if each.kind in "ru"]
        kept = names[: chance.randrange(len(names) + 1)]
        moved = {each.path for each in kept if each.kind == "r"}
        return [
            each
            for each in self.pending
            if each in kept or (each.kind in "wt" and (each.path in moved or chance.random() < 0.5))
        ]


def apply_all(files: Mapping[str, bytes], calls: list[Call]) -> Mapping[str, bytes]:
    for call in calls:
        files = apply(files, call)
    return files


def apply(files: Mapping[str, bytes], call: Call) -> dict[str, bytes]:
    """Give the files after one call."""
    after = dict(files)
    old = after.get(call.path, b"")
    if call.kind == "w":
        after[call.path] = (
            old[: call.offset].ljust(call.offset, b"\0") + call.data + old[call.offset + len(call.data) :]
        )
    elif call.kind == "t":
        after[call.path] = old[: call.offset].ljust(call.offset, b"\0")
    elif call.kind == "r":
        if call.path in after:
            after[call.data.decode()] = after.pop(call.path)
    elif call.kind == "u":
        after.pop(call.path, None)
    return after


def after_cuts(
    calls: list[Call], before: Mapping[str, bytes], system: System, *, seed: int, every: int
) -> Iterator[State]:
    """Give, for every instant at which the power can go, what it may leave; each state once.

    Args:
        every: at every so-manieth instant, and around syncs, also what is torn, reordered and lost in part.
    """
    chance, disk, seen = random.Random(seed), Disk(before, system), set()
    acknowledged = False
    for number, call in enumerate([None, *calls]):
        near = call is None or call.kind in "sa"
        if call is not None and call.kind == "a":
            acknowledged = True
        elif call is not None:
            disk.take(call)
        for told, files in disk.states(chance, variants=near or number % every == 0):
            key = (acknowledged, hash(tuple(sorted(files.items()))))
            if key not in seen:
                seen.add(key)
                yield State(acknowledged, files, f"power lost after call {number}: {told}")
