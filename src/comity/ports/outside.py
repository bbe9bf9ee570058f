"""What programs do here in officers' names, and what goes out to people and programs besides letters.

Kept are: tokens of programs, answers given under a key so that an act sent twice is done once, who is told of what, and
the queue of mails and calls that are owed.
"""

from collections.abc import Sequence
from typing import Protocol

from comity.clock import Instant
from comity.ports.row import Row


class TokenRow(Row, frozen=True, kw_only=True):
    """A token by which a program acts in an officer's name; known by its hash only.

    Attributes:
        id: the hash of the token.
        officer: whose it is.
        label: what it is for, as the administrator called it.
        roles: the roles it carries, all of them the officer's too.
        by: the administrator who made it; empty where the command line did.
        ends_at: when it serves no more. `used_at`: when it was last used.
    """

    id: str
    officer: str
    label: str
    roles: tuple[str, ...]
    by: str
    created_at: Instant
    ends_at: Instant
    used_at: Instant | None = None


class AnsweredRow(Row, frozen=True, kw_only=True):
    """What was answered to an act that came under a key of the caller's.

    Attributes:
        key: the hash of whose key it is and of the key.
        officer: whose.
        request: the digest of what was asked.
        status, place, body: the answer: status, where what was made is found, and the body.
        ends_at: when it is forgotten.
    """

    key: str
    officer: str
    request: str
    status: int
    place: str
    body: bytes
    at: Instant
    ends_at: Instant


class HookRow(Row, frozen=True, kw_only=True):
    """An address of a program that is called when something happens.

    Attributes:
        url: what is called; the operator has named its beginning.
        secret: what calls are signed with.
        kinds: the kinds of event it is called for; empty for all.
        by: the administrator who named it; empty where the command line did.
        state: `active`, or `stopped` once nothing came through for too long.
        reason: why the last call did not come through.
    """

    id: str
    url: str
    secret: bytes
    kinds: tuple[str, ...]
    by: str
    made_at: Instant
    state: str = "active"
    reason: str = ""


class OutgoingRow(Row, frozen=True, kw_only=True):
    """A mail or a call that is owed, or was made.

    Attributes:
        way: `mail` or `hook`.
        to: an e-mail address, or the id of a hook.
        subject: the subject of a mail, the kind of an event.
        body: the text of a mail, the event as JSON.
        next_at: when it is tried next.
        state: `owed`, `done` or `failed`.
        reason: why the last attempt did not come through.
    """

    id: str
    way: str
    to: str
    subject: str
    body: bytes
    made_at: Instant
    next_at: Instant
    attempts: int = 0
    state: str = "owed"
    reason: str = ""


class ToldRow(Row, frozen=True, kw_only=True):
    """What an officer was told last, as JSON, and when."""

    officer: str
    said: str
    at: Instant


class OutsideRows(Protocol):
    """Tokens, answers under keys, hooks and what is owed to people and programs."""

    def put_token(self, row: TokenRow) -> None:
        """Keep a token's hash, or that it was used."""
        ...

    def token(self, id: str) -> TokenRow | None:
        """Give a token by its hash."""
        ...

    def tokens(self) -> Sequence[TokenRow]:
        """Give all tokens, oldest first."""
        ...

    def drop_token(self, id: str) -> None:
        """Forget a token."""
        ...

    def put_answered(self, row: AnsweredRow) -> None:
        """Keep an answer under its key."""
        ...

    def answered(self, key: str) -> AnsweredRow | None:
        """Give what was answered under a key."""
        ...

    def drop_answered(self, officer: str, *, ended: Instant, most: int) -> None:
        """Forget answers whose time is over, and of an officer's others all but the newest `most`."""
        ...

    def put_hook(self, row: HookRow) -> None:
        """Keep a hook, or what has changed."""
        ...

    def hook(self, id: str) -> HookRow | None:
        """Give one hook."""
        ...

    def hooks(self) -> Sequence[HookRow]:
        """Give all hooks, oldest first."""
        ...

    def drop_hook(self, id: str) -> None:
        """Forget a hook, and what it is owed."""
        ...

    def put_outgoing(self, row: OutgoingRow) -> None:
        """Keep a mail or call that is owed, or what became of it."""
        ...

    def outgoing_due(self, at: Instant, limit: int = 50) -> Sequence[OutgoingRow]:
        """Give what is to be tried by an instant, longest due first."""
        ...

    def outgoing_in(self, state: str, limit: int = 100) -> Sequence[OutgoingRow]:
        """Give mails and calls of a state, newest first."""
        ...

    def drop_outgoing(self, *, before: Instant) -> None:
        """Forget what was made before an instant and is owed no more."""
        ...

    def put_told(self, row: ToldRow) -> None:
        """Keep what an officer was told."""
        ...

    def told(self, officer: str) -> ToldRow | None:
        """Give what an officer was told last."""
        ...

    def put_mark(self, name: str, value: str) -> None:
        """Keep a word under a name: how far something has come."""
        ...

    def mark(self, name: str) -> str:
        """Give the word under a name; empty where there is none."""
        ...
