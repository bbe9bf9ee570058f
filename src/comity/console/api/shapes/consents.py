"""Answers about consents, and requests for them."""

from comity.console.api.shapes.base import Shape
from comity.console.api.shapes.items import Verdict


class Request(Shape, frozen=True, kw_only=True):
    """A request for consent.

    Attributes:
        id: its id.
        ours: whether this Party asked.
        asker: who asks.
        owner: whose consent is asked for.
        item: for which item.
        to: to whom it is to pass.
        purpose: for which purpose.
        why: what the asker says.
        at: when it was asked.
        answer_by: by when an answer is due; null where none is.
        grounds: the articles that require consent.
        confirms: the consent that is to be confirmed; null where a new one is asked for.
        state: `asked`, `granted`, `refused`, `revoked`, `expired`, …
        reason: why it was refused; empty where it was not, or nothing was said to this Party.
    """

    id: str
    ours: bool
    asker: str
    owner: str
    item: str
    to: str
    purpose: str
    why: str
    at: str
    answer_by: str | None
    grounds: list[str]
    confirms: str | None
    state: str
    reason: str


class Asked(Verdict, frozen=True, kw_only=True):
    """Requests for consent that were sent.

    Attributes:
        requests: one for each Party that is asked.
    """

    requests: list[Request]


class Consent(Shape, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A consent: a signed act of a Party.

    Attributes:
        id: its digest.
        by: who gave it.
        holder: who may pass on.
        to: to whom.
        item: the item; empty where it is for a class.
        agreement: what came under which agreement; empty for any.
        category: what is of which category; empty for any.
        purpose: for which purpose; empty for any the agreement allows.
        from_, until: from when, and until when exclusively.
        fresh: how new its confirmation must be; null where none is needed.
        hops: how many times it may be passed on.
        condition: what it is given under.
        confirmed_at: when it was last confirmed; null where it never was.
        revoked: when it was taken back; null where it was not.
        state: `standing`, `revoked`, `expired`, …
    """

    id: str
    by: str
    holder: str
    to: str
    item: str
    agreement: str
    category: str
    purpose: str
    from_: str
    until: str
    fresh: str | None
    hops: int
    condition: str
    confirmed_at: str | None
    revoked: str | None
    state: str


class Opened(Shape, frozen=True, kw_only=True):
    """An item that a consent would open.

    Attributes:
        id: the item.
        title: what it is called.
        category: the kind of information.
        marking: how it is to be handled.
        summary: whether it is made from the item asked about.
    """

    id: str
    title: str
    category: str
    marking: str
    summary: bool


class Preview(Shape, frozen=True, kw_only=True):
    """What a consent would open, before it is given.

    Attributes:
        holder: who may pass on.
        to: to whom.
        opens: the items.
        words: the same in a sentence.
    """

    holder: str
    to: str
    opens: list[Opened]
    words: str
