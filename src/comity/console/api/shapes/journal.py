"""Answers about the journal: entries, events, and comparisons of two accounts."""

from typing import Any

from comity.console.api.shapes.base import Shape


class Entry(Shape, frozen=True, kw_only=True):
    """An entry of the journal.

    Attributes:
        number: its number, in the journal or in the channel asked for.
        channel: whom it concerns: a Party, or `local`.
        at: when it was entered.
        kind: what was done.
        act: the digest of the act.
    """

    number: int
    channel: str
    at: str
    kind: str
    act: str


class Comparison(Shape, frozen=True, kw_only=True):
    """What a comparison of both Parties' journals came to.

    Attributes:
        at: when it was made.
        clean: whether both accounts agree.
        unreceipted: letters that the other side has not receipted for a day.
    """

    at: str
    clean: bool
    unreceipted: list[dict[str, Any]]


class Event(Shape, frozen=True, kw_only=True):
    """Something that happened: a CloudEvent (1.0), as hooks are sent it.

    Attributes:
        specversion: `1.0`.
        id: unique, with the source.
        source: the node.
        type: `comity.` and the kind of entry, such as `comity.received-disclosure`.
        subject: the digest of the act.
        time: when it was entered.
        datacontenttype: `application/json`.
        data: number and channel of the entry; never content.
    """

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    data: dict[str, Any]
