"""What tests of the command share: what a command ended with, and a folder with two homes."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pysqlite3.dbapi2 as sqlite


@dataclass(frozen=True)
class Outcome:
    """What a command ended with."""

    code: int
    out: str
    err: str

    @property
    def mistakes(self) -> list[str]:
        """The lines that say what is wrong, without the hints."""
        return [line for line in self.err.splitlines() if not line.startswith("  ")]


Comity = Callable[..., Outcome]


@dataclass(frozen=True)
class Land:
    """A folder with the homes of North and South, their agreement, and things to hand to commands."""

    folder: Path

    def __getattr__(self, name: str) -> Path:
        return self.folder / name.replace("_", ".")

    def state(self) -> dict[str, str]:
        """Tell everything that is there: names, modes and contents of files, and rows of databases."""
        found = {}
        for path in sorted(self.folder.rglob("*")):
            name = str(path.relative_to(self.folder))
            if path.name.endswith((".db", "-wal", "-shm")) or path.name == "lock":
                continue
            mode = f"{path.lstat().st_mode:o}"
            found[name] = mode + (hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "")
        for database in sorted(self.folder.glob("*/*.db")):
            with sqlite.connect(f"file:{database}?mode=ro", uri=True) as link:
                tables = [row[0] for row in link.execute("SELECT name FROM sqlite_master WHERE type='table'")]
                rows = {
                    table: link.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables
                }
            link.close()
            found[str(database)] = str(rows)
        return found
