"""What passed under agreements and what was answered at their end: what duty tables and accounts ask of often."""

from collections.abc import Sequence
from typing import Protocol

from comity.ports.row import Row


class Passing(Row, frozen=True, kw_only=True):
    """An item that passed between this Party and another under an agreement.

    Attributes:
        agreement: its id. `peer`: the other Party.
        giver: which of the two gave it.
        open: an answer at the agreement's end is still to come: the holder's, or of those that had it from here.
    """

    agreement: str
    peer: str
    giver: str
    item: str
    open: bool = True


class AnswerRow(Row, frozen=True, kw_only=True):
    """The newest answer of a holder to a giver about an item, at an agreement's end.

    Attributes:
        digest: of the agreement. `at`: when the holder said it.
        duty, ground, answer, because, backups_until: as in the signed answer.
    """

    digest: str
    giver: str
    holder: str
    item: str
    at: str
    duty: str
    ground: str
    answer: str
    because: str = ""
    backups_until: str = ""


class PassedLine(Row, frozen=True, kw_only=True):
    """A passing with what a duty table shows of its item; empty where the item's row is not here any more."""

    giver: str
    item: str
    open: bool
    label: str
    kind: str
    state: str


class ClosingRows(Protocol):
    """The part of a transaction that keeps them."""

    def put_passing(self, row: Passing) -> None:
        """Keep a passing, or that it is open or not any more."""
        ...

    def passings_of(self, agreement: str, item: str) -> Sequence[Passing]:
        """Give the passings of one item under an agreement."""
        ...

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
        """Give what passed under an agreement between this Party and another, by giver and item.

        Args:
            after: go on after that giver and item.
            giver: only what that Party gave. `open`: only what is open.
        """
        ...

    def count_passed(self, agreement: str, peer: str) -> tuple[int, int]:
        """Count what passed under an agreement between this Party and another, and what of it is open."""
        ...

    def put_answer(self, row: AnswerRow) -> None:
        """Keep an answer in the place of the one before, unless that one was said later."""
        ...

    def answer(self, digest: str, giver: str, holder: str, item: str) -> AnswerRow | None:
        """Give the newest answer of a holder to a giver about an item."""
        ...

    def answers(self, digest: str, giver: str, holder: str) -> Sequence[AnswerRow]:
        """Give the newest answers of a holder to a giver about everything, by item."""
        ...

    def put_account(self, digest: str, peer: str, lines: str) -> None:
        """Keep the digest over the account with a Party as the answers make it now."""
        ...

    def account_kept(self, digest: str, peer: str) -> str:
        """Give the digest kept last; empty where none is."""
        ...
