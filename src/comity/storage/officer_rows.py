"""Officers, what they sign in with, their sessions, and what waits for a second one."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import bindparam, delete

from comity.clock import Instant
from comity.ports import (
    AttemptRow,
    CredentialRow,
    DraftRow,
    LinkRow,
    OfficerRow,
    PendingRow,
    SessionRow,
)
from comity.storage import officer_tables as tables
from comity.storage.prepared import Prepared, selecting
from comity.storage.rows import LIMIT, Rows, columns, values_of

_O, _C, _L, _S, _A, _P, _D = (
    tables.officers.c,
    tables.credentials.c,
    tables.links.c,
    tables.sessions.c,
    tables.attempts.c,
    tables.pending.c,
    tables.drafts.c,
)
_officers = columns(tables.officers, OfficerRow)
_credentials = columns(tables.credentials, CredentialRow)
_pending = columns(tables.pending, PendingRow)

_OFFICER = selecting(_officers.where(_O.id == bindparam("id")))
_BY_HANDLE = selecting(_officers.where(_O.handle == bindparam("handle")))
_OFFICERS = selecting(_officers.order_by(_O.handle))
_CREDENTIAL = selecting(_credentials.where(_C.id == bindparam("id")))
_CREDENTIALS = selecting(
    _credentials.where(_C.officer == bindparam("officer")).order_by(_C.created_at, _C.id)
)
_DROP_CREDENTIAL = Prepared(lambda _: delete(tables.credentials).where(_C.id == bindparam("id")))
_LINK = selecting(columns(tables.links, LinkRow).where(_L.token == bindparam("token")))
_SESSION = selecting(columns(tables.sessions, SessionRow).where(_S.token == bindparam("token")))
_DROP_SESSIONS = Prepared(
    lambda _: delete(tables.sessions).where(
        (_S.token == bindparam("token"))
        | (_S.officer == bindparam("officer"))
        | (_S.ends_at < bindparam("ended"))
    )
)
_ATTEMPT = selecting(columns(tables.attempts, AttemptRow).where(_A.name == bindparam("name")))
_PENDING = selecting(_pending.where(_P.id == bindparam("id")))
_ALL_PENDING = selecting(
    _pending.where(_P.state == bindparam("state")).order_by(_P.at.desc(), _P.id).limit(LIMIT)
)
_DRAFTS = selecting(
    columns(tables.drafts, DraftRow).where(_D.officer == bindparam("officer")).order_by(_D.at.desc())
)
_OLD_DRAFTS = selecting(columns(tables.drafts, DraftRow).where(_D.at < bindparam("before")))
_DROP_DRAFT = Prepared(
    lambda _: delete(tables.drafts).where(_D.id == bindparam("id"), _D.officer == bindparam("officer"))
)
#: Nothing ends before this.
_NEVER = datetime(1970, 1, 2, tzinfo=UTC)


class OfficerRows(Rows):
    """The part of a transaction that keeps officers."""

    def put_officer(self, row: OfficerRow) -> None:
        """Keep an officer, or what has changed."""
        self._put(tables.officers, ("id",), values_of(row))

    def officer(self, id: str) -> OfficerRow | None:
        """Give one officer."""
        return self._one(OfficerRow, _OFFICER, id=id)

    def officer_by_handle(self, handle: str) -> OfficerRow | None:
        """Give the officer who signs in as this."""
        return self._one(OfficerRow, _BY_HANDLE, handle=handle)

    def officers(self) -> Sequence[OfficerRow]:
        """Give all officers, by handle."""
        return self._all(OfficerRow, _OFFICERS)

    def put_credential(self, row: CredentialRow) -> None:
        """Keep a credential, or what has changed."""
        self._put(tables.credentials, ("id",), values_of(row))

    def credential(self, id: str) -> CredentialRow | None:
        """Give one credential."""
        return self._one(CredentialRow, _CREDENTIAL, id=id)

    def credentials(self, officer: str) -> Sequence[CredentialRow]:
        """Give what an officer signs in with, oldest first."""
        return self._all(CredentialRow, _CREDENTIALS, officer=officer)

    def drop_credential(self, id: str) -> None:
        """Forget a credential."""
        self._run(_DROP_CREDENTIAL, {"id": id})

    def put_link(self, row: LinkRow) -> None:
        """Keep a one-time link, or that it was used."""
        self._put(tables.links, ("token",), values_of(row))

    def link(self, token: str) -> LinkRow | None:
        """Give a link by its token's hash."""
        return self._one(LinkRow, _LINK, token=token)

    def put_session(self, row: SessionRow) -> None:
        """Keep a session, or what has changed."""
        self._put(tables.sessions, ("token",), values_of(row))

    def session(self, token: str) -> SessionRow | None:
        """Give a session by its token's hash."""
        return self._one(SessionRow, _SESSION, token=token)

    def drop_sessions(self, *, token: str = "", officer: str = "", ended: Instant | None = None) -> int:
        """End one session, all of an officer, or all that ended before an instant; give how many."""
        gone = self._run(_DROP_SESSIONS, {"token": token, "officer": officer, "ended": ended or _NEVER})
        return int(gone.rowcount)

    def put_attempt(self, row: AttemptRow) -> None:
        """Keep how often was tried."""
        self._put(tables.attempts, ("name",), values_of(row))

    def attempt(self, name: str) -> AttemptRow | None:
        """Give how often was tried."""
        return self._one(AttemptRow, _ATTEMPT, name=name)

    def put_pending(self, row: PendingRow) -> None:
        """Keep an act that waits, or what became of it."""
        self._put(tables.pending, ("id",), values_of(row))

    def pending(self, id: str) -> PendingRow | None:
        """Give one act that waits or waited."""
        return self._one(PendingRow, _PENDING, id=id)

    def all_pending(self, *, state: str = "open", limit: int = 100) -> Sequence[PendingRow]:
        """Give the acts of a state, newest first."""
        return self._all(PendingRow, _ALL_PENDING, state=state, limit=limit)

    def put_draft(self, row: DraftRow) -> None:
        """Keep a draft."""
        self._put(tables.drafts, ("id",), values_of(row))

    def drafts(self, officer: str) -> Sequence[DraftRow]:
        """Give an officer's drafts, newest first."""
        return self._all(DraftRow, _DRAFTS, officer=officer)

    def old_drafts(self, before: Instant) -> Sequence[DraftRow]:
        """Give the drafts of all officers that nobody has touched since an instant."""
        return self._all(DraftRow, _OLD_DRAFTS, before=before)

    def drop_draft(self, id: str, officer: str) -> None:
        """Forget a draft of an officer's own."""
        self._run(_DROP_DRAFT, {"id": id, "officer": officer})
