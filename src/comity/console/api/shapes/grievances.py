"""Answers about what went wrong: protests, persons' requests, acts of necessity."""

from comity.console.api.shapes.base import Shape


class Protest(Shape, frozen=True, kw_only=True):
    """What came to a Party that should not have, as that Party says.

    Attributes:
        by: who protests.
        at: when.
        item: which item came.
        message: the letter it came in.
        sender: who sent it.
        grounds: the articles that it should not have come by.
    """

    by: str
    at: str
    item: str
    message: str
    sender: str
    grounds: list[str]


class Redress(Shape, frozen=True, kw_only=True):
    """A person's request about an item.

    Attributes:
        id: its digest.
        by: the Party that sends it on.
        of: the Party that answers it.
        at: when it was sent on.
        item: which item it is about.
        asks: `erase` or `correct`.
        why: what the person says.
        answer_by: by when an answer is due.
        state: `waiting`, `overdue`, `granted` or `refused`.
        because: what was answered; null where nothing was.
        withdrawal: the withdrawal that grants it; null where there is none.
    """

    id: str
    by: str
    of: str
    at: str
    item: str
    asks: str
    why: str
    answer_by: str
    state: str
    because: str | None
    withdrawal: str | None


class Review(Shape, frozen=True, kw_only=True):
    """What a Party thinks of an act of necessity.

    Attributes:
        by: whose review.
        at: when.
        verdict: `accepted` or `contested`.
        because: why.
    """

    by: str
    at: str
    verdict: str
    because: str


class Necessity(Shape, frozen=True, kw_only=True):
    """Something that was passed on in imminent danger without the consent that was owed.

    Attributes:
        id: the digest of the notice.
        by: who passed it on.
        at: when.
        item: which item.
        to: to whom.
        purpose: for which purpose.
        approved_by: the officers who stand for it.
        because: the danger, in words.
        grounds: the articles that allow it.
        review_by: by when those upstream say what they think of it.
        state: `waiting`, `overdue` or `reviewed`.
        reviews: what they said.
    """

    id: str
    by: str
    at: str
    item: str
    to: str
    purpose: str
    approved_by: list[str]
    because: str
    grounds: list[str]
    review_by: str
    state: str
    reviews: list[Review]
