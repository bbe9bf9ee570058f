"""Tokens of programs, answers under keys, hooks, and what is owed to people and programs."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select

from comity.clock import Instant
from comity.ports import AnsweredRow, HookRow, OutgoingRow, TokenRow, ToldRow
from comity.storage import outside_tables as tables
from comity.storage.prepared import Prepared, selecting
from comity.storage.rows import LIMIT, Rows, columns, values_of

_T, _A, _H, _O = tables.tokens.c, tables.answered.c, tables.hooks.c, tables.outgoing.c
_tokens = columns(tables.tokens, TokenRow)
_hooks = columns(tables.hooks, HookRow)
_outgoing = columns(tables.outgoing, OutgoingRow)

_TOKEN = selecting(_tokens.where(_T.id == bindparam("id")))
_TOKENS = selecting(_tokens.order_by(_T.created_at, _T.id))
_DROP_TOKEN = Prepared(lambda _: delete(tables.tokens).where(_T.id == bindparam("id")))
_ANSWERED = selecting(columns(tables.answered, AnsweredRow).where(_A.key == bindparam("key")))
_DROP_ENDED = Prepared(lambda _: delete(tables.answered).where(_A.ends_at <= bindparam("ended")))
_DROP_OLDEST = Prepared(
    lambda _: delete(tables.answered).where(
        _A.key.in_(
            select(_A.key)
            .where(_A.officer == bindparam("officer"))
            .order_by(_A.at.desc(), _A.key)
            .limit(1_000_000)
            .offset(bindparam("most"))
        )
    )
)
_HOOK = selecting(_hooks.where(_H.id == bindparam("id")))
_HOOKS = selecting(_hooks.order_by(_H.made_at, _H.id))
_DROP_HOOK = Prepared(lambda _: delete(tables.hooks).where(_H.id == bindparam("id")))
_DROP_OWED = Prepared(
    lambda _: delete(tables.outgoing).where(_O.way == "hook", _O.to == bindparam("id"), _O.state == "owed")
)
_DUE = selecting(
    _outgoing.where(_O.state == "owed", _O.next_at <= bindparam("at"))
    .order_by(_O.next_at, _O.made_at, _O.id)
    .limit(LIMIT)
)
_IN_STATE = selecting(
    _outgoing.where(_O.state == bindparam("state")).order_by(_O.made_at.desc(), _O.id).limit(LIMIT)
)
_DROP_OLD = Prepared(
    lambda _: delete(tables.outgoing).where(_O.state != "owed", _O.made_at < bindparam("before"))
)
_TOLD = selecting(columns(tables.told, ToldRow).where(tables.told.c.officer == bindparam("officer")))
_MARK = selecting(select(tables.marks.c.value).where(tables.marks.c.name == bindparam("name")))


class OutsideRows(Rows):
    """The part of a transaction that is about programs, and about what goes out besides letters."""

    def put_token(self, row: TokenRow) -> None:
        """Keep a token's hash, or that it was used."""
        self._put(tables.tokens, ("id",), values_of(row))

    def token(self, id: str) -> TokenRow | None:
        """Give a token by its hash."""
        return self._one(TokenRow, _TOKEN, id=id)

    def tokens(self) -> Sequence[TokenRow]:
        """Give all tokens, oldest first."""
        return self._all(TokenRow, _TOKENS)

    def drop_token(self, id: str) -> None:
        """Forget a token."""
        self._run(_DROP_TOKEN, {"id": id})

    def put_answered(self, row: AnsweredRow) -> None:
        """Keep an answer under its key."""
        self._put(tables.answered, ("key",), values_of(row))

    def answered(self, key: str) -> AnsweredRow | None:
        """Give what was answered under a key."""
        return self._one(AnsweredRow, _ANSWERED, key=key)

    def drop_answered(self, officer: str, *, ended: Instant, most: int) -> None:
        """Forget answers whose time is over, and of an officer's others all but the newest `most`."""
        self._run(_DROP_ENDED, {"ended": ended})
        self._run(_DROP_OLDEST, {"officer": officer, "most": most})

    def put_hook(self, row: HookRow) -> None:
        """Keep a hook, or what has changed."""
        self._put(tables.hooks, ("id",), values_of(row))

    def hook(self, id: str) -> HookRow | None:
        """Give one hook."""
        return self._one(HookRow, _HOOK, id=id)

    def hooks(self) -> Sequence[HookRow]:
        """Give all hooks, oldest first."""
        return self._all(HookRow, _HOOKS)

    def drop_hook(self, id: str) -> None:
        """Forget a hook, and what it is owed."""
        self._run(_DROP_HOOK, {"id": id})
        self._run(_DROP_OWED, {"id": id})

    def put_outgoing(self, row: OutgoingRow) -> None:
        """Keep a mail or call that is owed, or what became of it."""
        self._put(tables.outgoing, ("id",), values_of(row))

    def outgoing_due(self, at: Instant, limit: int = 50) -> Sequence[OutgoingRow]:
        """Give what is to be tried by an instant, longest due first."""
        return self._all(OutgoingRow, _DUE, at=at, limit=limit)

    def outgoing_in(self, state: str, limit: int = 100) -> Sequence[OutgoingRow]:
        """Give mails and calls of a state, newest first."""
        return self._all(OutgoingRow, _IN_STATE, state=state, limit=limit)

    def drop_outgoing(self, *, before: Instant) -> None:
        """Forget what was made before an instant and is owed no more."""
        self._run(_DROP_OLD, {"before": before})

    def put_told(self, row: ToldRow) -> None:
        """Keep what an officer was told."""
        self._put(tables.told, ("officer",), values_of(row))

    def told(self, officer: str) -> ToldRow | None:
        """Give what an officer was told last."""
        return self._one(ToldRow, _TOLD, officer=officer)

    def put_mark(self, name: str, value: str) -> None:
        """Keep a word under a name: how far something has come."""
        self._put(tables.marks, ("name",), {"name": name, "value": value})

    def mark(self, name: str) -> str:
        """Give the word under a name; empty where there is none."""
        return str(self._value(_MARK, name=name) or "")
