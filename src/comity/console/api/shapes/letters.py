"""Answers about letters that came and that were sent."""

from comity.console.api.shapes.base import Shape


class About(Shape, frozen=True, kw_only=True):
    """The item that a letter is about, as far as it is known here.

    Attributes:
        id: its digest.
        title: what it is called.
        category: the kind of information.
        marking: how it is to be handled.
        state: as of an item.
        needs_reading: whether a person must read it.
    """

    id: str
    title: str = ""
    category: str = ""
    marking: str = ""
    state: str = ""
    needs_reading: bool = False


class OfMatter(Shape, frozen=True, kw_only=True):
    """The matter that a letter carries a step of.

    Attributes:
        id: its id.
        kind: its kind: `request`, `meeting`, …
        title: what it is called.
    """

    id: str
    kind: str
    title: str


class Received(Shape, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A letter that came.

    Attributes:
        at: when.
        from_: from whom.
        kind: what it is: `disclosure`, `consent-request`, …
        state: what became of it: `taken`, `quarantined`, `waiting`, …
        reason: why it was set aside.
        carrier: what it came by.
        message: its id.
        flag: a doubt about the key it was signed with; empty where there is none.
        item: the item it is about; null where it is about none.
        matter: the matter it carries a step of; null where it carries none.
    """

    at: str
    from_: str
    kind: str
    state: str
    reason: str
    carrier: str
    message: str
    flag: str
    item: About | None
    matter: OfMatter | None


class Sent(Shape, frozen=True, kw_only=True):
    """A letter that was sent.

    Attributes:
        at: when it was sealed.
        to: to whom.
        kind: what it is.
        state: how far it has come: `owed`, `receipted`, `quarantined`, `waiting`.
        reason: why it has not arrived, or was set aside there.
        attempts: how often it was tried.
        message: its id.
        item: the item it is about; empty where it is about none.
        title: what that item is called.
        matter: the matter it carries a step of; null where it carries none.
    """

    at: str
    to: str
    kind: str
    state: str
    reason: str
    attempts: int
    message: str
    item: str
    title: str = ""
    matter: OfMatter | None
