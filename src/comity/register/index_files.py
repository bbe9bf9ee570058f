"""Index files: an index written as plain NumPy arrays, and opened again as memory maps.

All that the register's stage does with the disk, besides reading the files people hand it (`entity_file`), is here.
An index carries a stamp that says which state of the records it was made from; one with another stamp, another format
or a missing file is not opened but made again.
"""

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt

from comity.register.columns import Array, Column, Strings
from comity.register.index import NameIndex
from comity.register.postings import Postings

__all__ = ["FORMAT", "open_index", "save_index"]

#: Version of the files: counts up with the arrays, and with how names are cut and spelled.
FORMAT = 5


def save_index(index: NameIndex, folder: Path, stamp: str) -> None:
    """Write the index to a new folder."""
    folder.mkdir(parents=True, mode=0o700)
    index.vocabulary.names_holding()  # counts what still waits to be counted
    for name, column in _columns(index).items():
        _write(folder / f"{name}.npy", column.view())
    for name, strings in _strings(index).items():
        _write(folder / f"{name}-ends.npy", strings.ends.view())
        _write(folder / f"{name}-letters.npy", strings.letters.view())
    for name, postings in _postings(index).items():
        starts, values = postings.settled()
        _write(folder / f"{name}-starts.npy", starts)
        _write(folder / f"{name}-values.npy", values)
    hashes, hashed = index.vocabulary.hashes()
    _write(folder / "hashes.npy", hashes)
    _write(folder / "hashed.npy", hashed)
    about = {"format": FORMAT, "stamp": stamp, "names": index.live_names, "entities": index.live_entities}
    (folder / "index.json").write_text(json.dumps(about), encoding="utf-8")


def open_index(folder: Path, stamp: str) -> NameIndex | None:
    """Map an index; None where there is none that fits."""
    try:
        about = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        if about["format"] != FORMAT or about["stamp"] != stamp:
            return None
        index = NameIndex()
        for name, column in _columns(index).items():
            column.take_over(_mapped(folder / f"{name}.npy"))
        for name, strings in _strings(index).items():
            strings.take_over(_mapped(folder / f"{name}-ends.npy"), _mapped(folder / f"{name}-letters.npy"))
        for name, postings in _postings(index).items():
            postings.take_over(_mapped(folder / f"{name}-starts.npy"), _mapped(folder / f"{name}-values.npy"))
        index.vocabulary.take_over(_mapped(folder / "hashes.npy"), _mapped(folder / "hashed.npy"))
        index.live_names, index.live_entities = int(about["names"]), int(about["entities"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return index


def _columns(index: NameIndex) -> dict[str, Column]:
    return index.columns | {f"token-{name}": column for name, column in index.vocabulary.columns.items()}


def _strings(index: NameIndex) -> dict[str, Strings]:
    words = index.vocabulary
    return {"ids": index.ids, "groups": index.groups, "tokens": words.tokens, "spellings": words.spellings}


def _postings(index: NameIndex) -> dict[str, Postings]:
    return {"names-of-token": index.names_of_token, "spellings-of-key": index.vocabulary.keys}


def _write(path: Path, values: Array) -> None:
    np.save(path, values, allow_pickle=False)


def _mapped(path: Path) -> npt.NDArray[np.generic]:
    """Map an array file read-only, seen as a plain array (whose slices cost a third of a memmap's)."""
    found: Array = np.load(path, mmap_mode="r", allow_pickle=False)
    return found.view(np.ndarray)
