"""Every exception Comity raises on purpose, as one tree.

```
ComityError                     what went wrong, and the next thing to do
├── BadInput                    a file, argument or message cannot be read       exit 2
│   └── ForeignInput            …and it came from another Party (sealed bytes, cards, pouches)
├── NotFound                    no such item, agreement, Party here              exit 3
├── RefusedHere                 an act the agreement or the node does not allow  exit 1
├── VerificationFailed          a signature, digest or proof does not hold       exit 6
├── PeerUnreachable             the carrier could not deliver; it stays queued   exit 5
└── StorageError                the node's own home
    ├── HomeInUse               another process owns it
    ├── HomeTooNew              written by a newer Comity
    └── CannotJournal           the disk is full or failing: nothing may be disclosed
```

A message is one line, lower case, without full stop, and names the place (file, line, article) where there is one.
Help stands apart, in `hint`. `BadInput` carries every mistake found, so that a person mends them in one go.
"""

from collections.abc import Sequence

__all__ = [
    "BadInput",
    "CannotJournal",
    "ComityError",
    "ForeignInput",
    "HomeInUse",
    "HomeTooNew",
    "NotFound",
    "PeerUnreachable",
    "RefusedHere",
    "StorageError",
    "VerificationFailed",
]


class ComityError(Exception):
    """Base of all errors raised on purpose.

    Args:
        message: what is wrong and where, one line.
        hint: what to do next, or the command to run.
    """

    exit_code = 2

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class BadInput(ComityError):
    """Something given to Comity cannot be read. `mistakes` holds one line for each mistake."""

    def __init__(self, *mistakes: str, hint: str = "") -> None:
        if not mistakes:
            raise ValueError("BadInput needs at least one mistake")
        super().__init__("\n".join(mistakes), hint=hint)
        self.mistakes: Sequence[str] = mistakes


class ForeignInput(BadInput):
    """Bytes from another Party cannot be read; the fault is theirs or the carrier's."""


class NotFound(ComityError):
    """What was asked for is not here."""

    exit_code = 3


class RefusedHere(ComityError):
    """An act is not allowed; the message cites the article or rule."""

    exit_code = 1


class VerificationFailed(ComityError):
    """A signature, digest, commitment or proof does not hold."""

    exit_code = 6


class PeerUnreachable(ComityError):
    """A carrier could not reach the other node. What was to be sent stays owed."""

    exit_code = 5


class StorageError(ComityError):
    """The node's own home cannot be used."""


class HomeInUse(StorageError):
    """Another process owns this home (one writer a home)."""


class HomeTooNew(StorageError):
    """The home was written by a newer Comity than this one."""


class CannotJournal(StorageError):
    """The disk refuses writes, so nothing may be decided or disclosed."""
