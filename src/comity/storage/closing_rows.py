"""What passed under agreements, and what was answered at their end (`comity.ports.closings`)."""

from collections.abc import Sequence

from sqlalchemy import Executable, Select, and_, bindparam, func, or_, select, true

from comity.ports.closings import AnswerRow, PassedLine, Passing
from comity.storage.closing_tables import closing_accounts, closing_answers, passing_counts, passings
from comity.storage.prepared import Prepared, insert_for, selecting
from comity.storage.rows import LIMIT, Rows, columns, values_of
from comity.storage.tables import items

_P, _A, _C, _I = passings.c, closing_answers.c, closing_accounts.c, items.c

_OF_ITEM = selecting(
    columns(passings, Passing)
    .where(_P.item == bindparam("item"), _P.agreement == bindparam("agreement"))
    .order_by(_P.peer, _P.giver)
)
_between = and_(_P.agreement == bindparam("agreement"), _P.peer == bindparam("peer"))
_lines = (
    select(
        _P.giver,
        _P.item,
        _P.open,
        func.coalesce(_I.label, "").label("label"),
        func.coalesce(_I.kind, "").label("kind"),
        func.coalesce(_I.state, "").label("state"),
    )
    .select_from(passings.outerjoin(items, _I.digest == _P.item))
    .where(_between)
    .order_by(_P.giver, _P.item)
    .limit(LIMIT)
)
#: The same order said twice: an index is entered by the first part alone.
_further = and_(
    _P.giver >= bindparam("by"),
    or_(_P.giver > bindparam("by"), _P.item > bindparam("item")),
)


def _variants(query: Select[tuple[str, str, bool, str, str, str]]) -> dict[tuple[bool, bool], Prepared]:
    """Prepare it for all givers or one, for everything or what is open."""
    of_one = and_(_P.giver == bindparam("by"), _P.item > bindparam("item"))
    return {
        (one, open): selecting(query.where(of_one if one else _further, _P.open if open else true()))
        for one in (True, False)
        for open in (True, False)
    }


_LINES = _variants(_lines)
_WAS_OPEN = selecting(
    select(_P.open).where(_between, _P.giver == bindparam("giver"), _P.item == bindparam("item"))
)
_N = passing_counts.c
_COUNTS = selecting(
    select(_N.passed, _N.open).where(_N.agreement == bindparam("agreement"), _N.peer == bindparam("peer"))
)


def _adding(dialect: str) -> Executable:
    """Add to the counts of a Party, or begin them."""
    statement = insert_for(dialect)(passing_counts).values(
        {
            name: bindparam(name, type_=passing_counts.c[name].type)
            for name in ("agreement", "peer", "passed", "open")
        }
    )
    more = {"passed": _N.passed + statement.excluded.passed, "open": _N.open + statement.excluded.open}
    done: Executable = statement.on_conflict_do_update(index_elements=["agreement", "peer"], set_=more)
    return done


_ADD = Prepared(_adding)
_answers = columns(closing_answers, AnswerRow).where(
    _A.digest == bindparam("digest"), _A.giver == bindparam("giver"), _A.holder == bindparam("holder")
)
_ANSWERS = selecting(_answers.order_by(_A.item))
_ANSWER = selecting(_answers.where(_A.item == bindparam("item")))
_ACCOUNT = selecting(select(_C.lines).where(_C.digest == bindparam("digest"), _C.peer == bindparam("peer")))


class ClosingRows(Rows):
    """The part of a transaction that keeps what ends of agreements ask of."""

    def put_passing(self, row: Passing) -> None:
        """Keep a passing, or that it is open or not any more."""
        place = {"agreement": row.agreement, "peer": row.peer}
        was_open = self._value(_WAS_OPEN, **place, giver=row.giver, item=row.item)
        self._put(passings, ("agreement", "peer", "giver", "item"), values_of(row))
        more = {"passed": int(was_open is None), "open": int(row.open) - int(bool(was_open))}
        if any(more.values()):
            self._run(_ADD, {**place, **more})

    def passings_of(self, agreement: str, item: str) -> Sequence[Passing]:
        """Give the passings of one item under an agreement."""
        return self._all(Passing, _OF_ITEM, agreement=agreement, item=item)

    def passed_lines(
        self,
        agreement: str,
        peer: str,
        *,
        after: tuple[str, str] = ("", ""),
        giver: str = "",
        open: bool = False,
        limit: int = 50,
    ) -> Sequence[PassedLine]:
        """Give what passed under an agreement between this Party and another, by giver and item."""
        by, item = after
        if giver:
            by, item = giver, item if by == giver else ""
        query = _LINES[bool(giver), open]
        return self._all(PassedLine, query, agreement=agreement, peer=peer, by=by, item=item, limit=limit)

    def count_passed(self, agreement: str, peer: str) -> tuple[int, int]:
        """Count what passed under an agreement between this Party and another, and what of it is open."""
        found = self._tuples(_COUNTS, agreement=agreement, peer=peer)
        return (int(found[0][0]), int(found[0][1])) if found else (0, 0)

    def put_answer(self, row: AnswerRow) -> None:
        """Keep an answer in the place of the one before, unless that one was said later."""
        held = self.answer(row.digest, row.giver, row.holder, row.item)
        if held is None or held.at <= row.at:
            self._put(closing_answers, ("digest", "giver", "holder", "item"), values_of(row))

    def answer(self, digest: str, giver: str, holder: str, item: str) -> AnswerRow | None:
        """Give the newest answer of a holder to a giver about an item."""
        return self._one(AnswerRow, _ANSWER, digest=digest, giver=giver, holder=holder, item=item)

    def answers(self, digest: str, giver: str, holder: str) -> Sequence[AnswerRow]:
        """Give the newest answers of a holder to a giver about everything, by item."""
        return self._all(AnswerRow, _ANSWERS, digest=digest, giver=giver, holder=holder)

    def put_account(self, digest: str, peer: str, lines: str) -> None:
        """Keep the digest over the account with a Party as the answers make it now."""
        self._put(closing_accounts, ("digest", "peer"), {"digest": digest, "peer": peer, "lines": lines})

    def account_kept(self, digest: str, peer: str) -> str:
        """Give the digest kept last; empty where none is."""
        found = self._value(_ACCOUNT, digest=digest, peer=peer)
        return "" if found is None else str(found)
