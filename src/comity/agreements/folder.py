"""Agreements on disk: a folder read whole into memory, then handed to `loading`. The only module here that reads files.

```
north-south-2026/
  agreement.en.md  agreement.pl.md      one text for each language
  protocols/0001-new-category.en.md     subordinate texts
  notices/0001-denunciation.toml        written acts
  signatures/…                          who signed what
```
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from comity.agreements.agreement import Agreement
from comity.agreements.loading import MAX_FILES, MAX_FOLDER_BYTES, parse_agreement
from comity.errors import BadInput, NotFound

__all__ = ["is_file_name", "parse_agreement", "read_files", "read_folder", "write_files"]

_PARTS = ("protocols", "notices", "signatures")

#: A file of an agreement: at its top or within one of its parts, and nowhere else.
_WITHIN = re.compile(rf"(?:(?:{'|'.join(_PARTS)})/)?[A-Za-z0-9_][A-Za-z0-9_.+-]*\Z")
#: The longest such name: what most disks take for one file, less the part.
_LONGEST_NAME = 240


def read_folder(path: Path | str) -> Agreement:
    """Read the agreement a folder holds.

    Raises:
        NotFound: there is no such folder.
        BadInput: with every mistake found in it.
    """
    return parse_agreement(read_files(Path(path)))


def read_files(path: Path) -> Mapping[str, bytes]:
    """Read the files of an agreement's folder, named relative to it, within the caps.

    Raises:
        NotFound: there is no such folder.
        BadInput: a file cannot be read, or there is too much.
    """
    if not path.is_dir():
        raise NotFound(f"no folder `{path}`", hint="name the folder that holds agreement.<language>.md")
    try:
        names = sorted(_names(path))
        if len(names) > MAX_FILES:
            raise BadInput(f"{path}: {len(names)} files are too many; a folder holds {MAX_FILES} at most")
        files: dict[str, bytes] = {}
        size = 0
        for name in names:
            size += (path / name).stat().st_size
            if size > MAX_FOLDER_BYTES:
                raise BadInput(f"{path}: more than {MAX_FOLDER_BYTES} bytes; that is no agreement")
            files[name] = (path / name).read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror or error}") from None
    return files


def _names(path: Path) -> Iterable[str]:
    for each in path.iterdir():
        if each.is_file() and each.name.startswith("agreement") and each.suffix == ".md":
            yield each.name
    for part in _PARTS:
        folder = path / part
        if folder.is_dir():
            for each in folder.iterdir():
                if each.is_file() and not each.name.startswith("."):
                    yield f"{part}/{each.name}"


def is_file_name(name: str) -> bool:
    """Tell whether a name is one that a file of an agreement can have: what came from others is written under it."""
    return len(name) <= _LONGEST_NAME and bool(_WITHIN.match(name))


def write_files(path: Path, files: Mapping[str, bytes]) -> None:
    """Write files of an agreement into its folder, making the folders it needs.

    Raises:
        BadInput: a name leads elsewhere; nothing is written then. The files may come from others.
    """
    strange = sorted(name for name in files if not is_file_name(name))
    if strange:
        raise BadInput(
            *(f"`{ascii(name)[1:81]}` is not the name of a file of an agreement" for name in strange)
        )
    for name, data in files.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
