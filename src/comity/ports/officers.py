"""Who works at this node's pages: officers, what they sign in with, their sessions, what waits for a second officer."""

from collections.abc import Sequence
from typing import Protocol

from comity.clock import Instant
from comity.ports.row import Row


class OfficerRow(Row, frozen=True, kw_only=True):
    """A person at this Party's office.

    Attributes:
        id: random; names the officer in rows and entries.
        handle: what is typed to sign in, in lower case; nobody else's.
        name: the officer's function or name, as others here read it.
        roles: what the officer may do (`comity.node.roles`).
        state: `invited` until the first sign-in, `active`, `suspended`.
        language, zone, theme: how pages are shown: a tag, an IANA zone, `auto`, `light` or `dark`.
        address: where notifications go, an e-mail address or the URL of a webhook; empty for none.
        notify: `off`, `at-once` or `daily`.
        program: whether this is the account of a program alone: nobody signs in as it.
    """

    id: str
    handle: str
    name: str
    roles: tuple[str, ...]
    state: str
    created_at: Instant
    language: str = "en"
    zone: str = "UTC"
    theme: str = "auto"
    address: str = ""
    notify: str = "off"
    program: bool = False


class CredentialRow(Row, frozen=True, kw_only=True):
    """Something an officer signs in with.

    Attributes:
        id: of a passkey the authenticator's own, base64url; else random.
        kind: `passkey`, `password`, `totp`, `oidc` or `recovery`.
        secret: a passkey's public key, a password's argon2 hash, a code's shared secret.
        counter: a passkey's signature counter, or the last time step of a code: what was used is not used again.
        label: what the officer calls it.
    """

    id: str
    officer: str
    kind: str
    secret: bytes
    counter: int = 0
    label: str = ""
    created_at: Instant
    used_at: Instant | None = None


class LinkRow(Row, frozen=True, kw_only=True):
    """A one-time link by which an officer comes in to set up how to sign in. Its token is known by its hash only."""

    token: str
    officer: str
    made_at: Instant
    ends_at: Instant
    used_at: Instant | None = None


class SessionRow(Row, frozen=True, kw_only=True):
    """A signed-in browser. Its token is known by its hash only.

    Attributes:
        by: how the officer signed in: `passkey`, `password`, `oidc` or `link`.
        said: what the next page says once: how an act came out.
        challenge: what a passkey must sign next; empty where none was asked for.
    """

    token: str
    officer: str
    begun_at: Instant
    seen_at: Instant
    ends_at: Instant
    by: str
    said: str = ""
    challenge: bytes = b""


class AttemptRow(Row, frozen=True, kw_only=True):
    """Failed attempts to sign in, by what was tried: a handle, or a network."""

    name: str
    count: int
    last_at: Instant


class PendingRow(Row, frozen=True, kw_only=True):
    """An act that waits for a second officer.

    Attributes:
        verb, parameters: what is to be done, the parameters as JSON.
        words: what it is, in one line.
        by: the officer who wants it. `second`: who decided about it.
        state: `open`, `done`, `declined`, `expired`, `failed`.
    """

    id: str
    verb: str
    parameters: bytes
    words: str
    by: str
    at: Instant
    ends_at: Instant
    state: str = "open"
    second: str = ""
    outcome: str = ""


class DraftRow(Row, frozen=True, kw_only=True):
    """That an officer has begun to write something; what it says stands sealed among the bodies."""

    id: str
    officer: str
    kind: str
    at: Instant


class OfficerRows(Protocol):
    """Officers and what belongs to them, as one piece of work sees and changes them."""

    def put_officer(self, row: OfficerRow) -> None:
        """Keep an officer, or what has changed."""
        ...

    def officer(self, id: str) -> OfficerRow | None:
        """Give one officer."""
        ...

    def officer_by_handle(self, handle: str) -> OfficerRow | None:
        """Give the officer who signs in as this."""
        ...

    def officers(self) -> Sequence[OfficerRow]:
        """Give all officers, by handle."""
        ...

    def put_credential(self, row: CredentialRow) -> None:
        """Keep a credential, or what has changed."""
        ...

    def credential(self, id: str) -> CredentialRow | None:
        """Give one credential."""
        ...

    def credentials(self, officer: str) -> Sequence[CredentialRow]:
        """Give what an officer signs in with, oldest first."""
        ...

    def drop_credential(self, id: str) -> None:
        """Forget a credential."""
        ...

    def put_link(self, row: LinkRow) -> None:
        """Keep a one-time link, or that it was used."""
        ...

    def link(self, token: str) -> LinkRow | None:
        """Give a link by its token's hash."""
        ...

    def put_session(self, row: SessionRow) -> None:
        """Keep a session, or what has changed."""
        ...

    def session(self, token: str) -> SessionRow | None:
        """Give a session by its token's hash."""
        ...

    def drop_sessions(self, *, token: str = "", officer: str = "", ended: Instant | None = None) -> int:
        """End one session, all of an officer, or all that ended before an instant; give how many."""
        ...

    def put_attempt(self, row: AttemptRow) -> None:
        """Keep how often was tried."""
        ...

    def attempt(self, name: str) -> AttemptRow | None:
        """Give how often was tried."""
        ...

    def put_pending(self, row: PendingRow) -> None:
        """Keep an act that waits, or what became of it."""
        ...

    def pending(self, id: str) -> PendingRow | None:
        """Give one act that waits or waited."""
        ...

    def all_pending(self, *, state: str = "open", limit: int = 100) -> Sequence[PendingRow]:
        """Give the acts of a state, newest first."""
        ...

    def put_draft(self, row: DraftRow) -> None:
        """Keep a draft."""
        ...

    def drafts(self, officer: str) -> Sequence[DraftRow]:
        """Give an officer's drafts, newest first."""
        ...

    def old_drafts(self, before: Instant) -> Sequence[DraftRow]:
        """Give the drafts of all officers that nobody has touched since an instant."""
        ...

    def drop_draft(self, id: str, officer: str) -> None:
        """Forget a draft of an officer's own."""
        ...
