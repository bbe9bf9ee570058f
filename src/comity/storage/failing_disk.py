"""What a node does when its disk fails it.

| the disk says | the node |
|---|---|
| full | undoes the batch, tells everybody who waited, and goes on reading |
| input or output error | stops at once, whatever it was doing |
| something else than was written | the same: a file system whose power goes may give zeros before it gives errors |

In the first case it tries again with the next act, and so recovers by itself; `SqlStore.trouble` says why meanwhile.
In the others, most of all where a sync fails, what was written since the last sync may or may not be on the disk, and a
second sync would say yes all the same; the next start reads the logs again from what really is there. PostgreSQL does
so since 2019 (`data_sync_retry`). Source: sysexits.h for the exit code; SQLite, Result Codes, `SQLITE_IOERR`,
`SQLITE_CORRUPT`, `SQLITE_NOTADB`.
"""

import errno
import os
import sys
from typing import Any, NoReturn

import pysqlite3.dbapi2 as fixed_sqlite
from sqlalchemy.exc import DBAPIError

__all__ = [
    "EXIT_CODE",
    "WriteAheadLog",
    "cause_of",
    "driver_errors",
    "is_io_failure",
    "is_out_of_reach",
    "is_refused_row",
    "stop",
    "sync",
]

#: EX_IOERR.
EXIT_CODE = 74

#: Rows changed after which a log is long: some megabytes.
_LONG = 3_000

#: SQLITE_TOOBIG, SQLITE_CONSTRAINT, SQLITE_MISMATCH.
_OF_ONE_ROW = (18, 19, 20)
#: SQLITE_IOERR (the driver does not tell a failed sync from a failed write, which is no better), SQLITE_CORRUPT and
#: SQLITE_NOTADB: whatever this process still holds in memory, it may not write over what is on the disk.
_UNSOUND = (10, 11, 26)
_SQLITE_CANTOPEN = 14


def driver_errors(*more: type[Exception]) -> tuple[type[Exception], ...]:
    """Give what drivers, and SQLAlchemy around them, raise where the database is at fault and not the work."""
    psycopg = sys.modules.get("psycopg")  # an extra: where it was never loaded, it raises nothing
    return (DBAPIError, fixed_sqlite.Error, *((psycopg.Error,) if psycopg is not None else ()), *more)


def cause_of(error: BaseException) -> str:
    """Give what the driver itself said, in one line."""
    told = str(_raised(error)).strip()
    return told.splitlines()[0] if told else type(error).__name__


def is_refused_row(error: BaseException) -> bool:
    """Tell whether the database refused one row for what stands in it, and the rest of the transaction stands.

    PostgreSQL: SQLSTATE classes 22, 23 and 54. SQLite: `SQLITE_TOOBIG`, `SQLITE_CONSTRAINT`, `SQLITE_MISMATCH`.
    """
    state = str(getattr(_raised(error), "sqlstate", None) or "")[:2]
    return state in ("22", "23", "54") or _sqlite_code(error) in _OF_ONE_ROW


def is_io_failure(error: BaseException) -> bool:
    """Tell whether an error of the driver, or one wrapped by SQLAlchemy, says that the disk failed to write or sync, or
    that it gives back something else than was written.
    """
    return _sqlite_code(error) in _UNSOUND


def is_out_of_reach(error: BaseException) -> bool:
    """Tell whether the database cannot be read at present, whatever was asked of it."""
    psycopg = sys.modules.get("psycopg")
    gone = psycopg is not None and isinstance(
        _raised(error), (psycopg.OperationalError, psycopg.InterfaceError)
    )
    return gone or _sqlite_code(error) in (*_UNSOUND, _SQLITE_CANTOPEN)


def _raised(error: BaseException) -> BaseException:
    """Give what the driver itself raised, without what SQLAlchemy put around it."""
    raised: BaseException = getattr(error, "orig", None) or error
    return raised


def _sqlite_code(error: BaseException) -> int:
    """Give SQLite's primary result code; 0 where the error is not SQLite's."""
    code: int = getattr(_raised(error), "sqlite_errorcode", 0) & 0xFF
    return code


def stop(reason: object) -> NoReturn:
    """End this process now: no handler runs, nothing more is written or answered."""
    told = (
        f"comity: the disk failed ({reason}): stopped at once, nothing was acknowledged; start again; "
        "where that does not help, `comity doctor` says what is damaged\n"
    )
    sys.stderr.write(told)
    sys.stderr.flush()
    os._exit(EXIT_CODE)


class WriteAheadLog:
    """The write-ahead log of one connection that writes.

    Its pages are written to the database here and not by SQLite's own rule, which keeps the error of a sync to itself:
    pages that never came to the disk would then be taken for written, and the log begun anew over them.

    Args:
        connection: the driver's; `PRAGMA wal_autocheckpoint=0` was said on it.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._seen = self._folded = connection.total_changes

    def fold_in_if_long(self) -> bool:
        """Write a long log's pages to the database; tell whether anything was written since the last call.

        Where a sync fails, the process ends. Any other error leaves the pages in the log for another time.
        """
        changes = self._connection.total_changes
        written, self._seen = changes != self._seen, changes
        if changes - self._folded >= _LONG:
            self._folded = changes
            try:
                self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            except fixed_sqlite.Error as error:
                if is_io_failure(error):
                    stop(error)
        return bool(written)


def sync(handle: int) -> None:
    """Make a file durable, or end this process."""
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno in (errno.EINTR, errno.EINVAL, errno.EROFS):  # it cannot be synced; nothing was lost
            raise
        stop(error.strerror)
