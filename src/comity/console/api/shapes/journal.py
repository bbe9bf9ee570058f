"""Answers about the journal: entries, events, and comparisons of two accounts."""

from typing import Any

from comity.console.api.shapes.base import Shape
from comity.console.api.shapes.items import Verdict


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


class FoundEntry(Entry, frozen=True, kw_only=True):
    """An entry of an act.

    Attributes:
        channel_number: its number in the channel.
    """

    channel_number: int


class Doubt(Shape, frozen=True, kw_only=True):
    """An entry to be read with care.

    Attributes:
        number: its number.
        why: why.
    """

    number: int
    why: str


class Fault(Shape, frozen=True, kw_only=True):
    """One thing that is wrong in the journal.

    Attributes:
        kind: `altered`, `missing`, `reordered`, `back-dated` or `rewritten`.
        number: the entry; 0 where only the channel's number is known.
        channel: in which channel; empty for the whole journal.
        channel_number: the number in the channel.
        text: one sentence.
    """

    kind: str
    number: int
    channel: str
    channel_number: int
    text: str


class Verified(Shape, frozen=True, kw_only=True):
    """What reading the journal through came to.

    Attributes:
        ok: whether nothing is wrong.
        entries: entries read.
        before: entries found whole before, and not read again.
        flagged: entries to be read with care.
        faults: the first of what is wrong.
        further: how many faults more there are.
    """

    ok: bool
    entries: int
    before: int
    flagged: list[Doubt]
    faults: list[Fault]
    further: int


class Replayed(Shape, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A decision made again on the texts and acts of its day.

    Attributes:
        number: the entry.
        at: when it was made.
        item: what was to pass.
        from_: from whom.
        to: to whom.
        purpose: for which purpose.
        outcome: how it came out.
        known: the digest of what was known then.
        tzdata: the rules of time that were used.
        same: whether it comes out the same.
        known_again: whether what was known that day could be put together again.
        again: the decision made again; null where it cannot be.
    """

    number: int
    at: str
    item: str
    from_: str
    to: str
    purpose: str
    outcome: str
    known: str
    tzdata: str
    same: bool
    known_again: bool
    again: Verdict | None


class Mandate(Shape, frozen=True, kw_only=True):
    """An inspector that an agreement names.

    Attributes:
        body: who.
        agreement: the agreement.
        article: the article.
        sees: what it may see.
    """

    body: str
    agreement: str
    article: str
    sees: list[str]


class Asking(Shape, frozen=True, kw_only=True):
    """A comparison that was begun.

    Attributes:
        message: the letter that asks for the other account.
        unreachable: why it was not reached at once; empty where it was.
    """

    message: str
    unreachable: str
