"""Answers about items: what they are, what the gate says of them, and what became of them."""

from typing import Any

import msgspec

from comity.console.api.shapes.base import Ground, Shape


class Item(Shape, frozen=True, kw_only=True):
    """An item.

    Attributes:
        id: its digest.
        label: a short name that its keeper gave it; else the beginning of the digest.
        title: what it is called.
        originator: the Party whose word it is.
        category: the kind of information, a dotted name.
        kind: `information`, `materials` or `equipment`.
        marking: how it is to be handled, such as `TLP:AMBER`.
        made_from: the items it was made from.
        retention: how long it may be kept, an ISO 8601 duration; null without limit.
        media_type: what its content is said to be; never believed.
        size: bytes of its content.
        state: `held`, `source-withdrawn`, `withdrawn`, `retained`, `erased` or `quarantined`.
        needs_reading: whether a person must read it before it can be shared.
        caveats: words of its originator that must be read before it opens.
        caveats_read: whether a person has read them.
        echo_of: items of one's own that it came back from.
        on_hold: why it is kept from erasure; null where it is not.
        added_at: when it came here.
    """

    id: str
    label: str
    title: str
    originator: str
    category: str
    kind: str
    marking: str
    made_from: list[str]
    retention: str | None
    media_type: str
    size: int
    state: str
    needs_reading: bool
    caveats: list[str]
    caveats_read: bool
    echo_of: list[str]
    on_hold: str | None
    added_at: str


class NewItem(Item, frozen=True, kw_only=True):
    """An item that was taken in just now.

    Attributes:
        because: why a person must read it; empty where nobody must.
    """

    because: list[str]


class Hop(Shape, frozen=True, kw_only=True, rename={"from_": "from"}):
    """An item passing from one Party to another.

    Attributes:
        from_: who passed it on.
        to: who received it.
        agreement: under which agreement.
        purpose: for which purpose.
        at: when.
    """

    from_: str
    to: str
    agreement: str
    purpose: str
    at: str


class Passed(Shape, frozen=True, kw_only=True):
    """An item passed on from here.

    Attributes:
        to: to whom.
        agreement: under which agreement.
        at: when.
        message: the letter it went in.
    """

    to: str
    agreement: str
    at: str
    message: str


class Term(Shape, frozen=True, kw_only=True):
    """A term after which an item is no longer kept here.

    Attributes:
        until: when it ends.
        length: how long that is from its receipt, an ISO 8601 duration.
        ref: the article that says so, or `rule 8 retention` for the originator's own word.
    """

    until: str
    length: str
    ref: str


class WholeItem(Item, frozen=True, kw_only=True):
    """An item with its custody, its sources and to whom it went.

    Attributes:
        kept_until: what limits how long it is kept here, the first to end before the others.
        custody: every route by which it came, hop by hop.
        sources: the items it was made from, as far as they are here.
        disclosed: to whom it was passed on.
    """

    kept_until: list[Term]
    custody: list[list[Hop]]
    sources: list[Item]
    disclosed: list[Passed]


class AskFor(Shape, frozen=True, kw_only=True):
    """A Party whose consent is owed.

    Attributes:
        party: who must be asked.
        items: for which items.
        grounds: the articles that require it.
    """

    party: str
    items: list[str]
    grounds: list[str]


class Verdict(Shape, frozen=True, kw_only=True):
    """What the gate says.

    Attributes:
        decision: `permitted`, `refused` or `needs-consent`.
        grounds: the articles it rests on, all of them.
        ask: the Parties that would have to consent.
        asked_for: the same, with items and articles.
        obligations: what goes with the item: kind, value, to, ref.
        remedies: what would make it releasable.
        agreement: the agreement it is made under; null where there is none.
        digest: the digest of the decision.
    """

    decision: str
    grounds: list[Ground]
    ask: list[str]
    asked_for: list[AskFor]
    obligations: list[dict[str, Any]]
    remedies: list[str]
    agreement: str | None
    digest: str


class Weighed(Item, frozen=True, kw_only=True):
    """An item with what the gate would say of sharing it.

    Attributes:
        decision: `permitted`, `refused` or `needs-consent`.
        grounds: the articles it rests on, all of them.
        ask: the Parties that would have to consent.
    """

    decision: str
    grounds: list[str]
    ask: list[str]


class Delivery(Shape, frozen=True, kw_only=True):
    """How far a letter has come.

    Attributes:
        state: `owed`, `receipted`, `quarantined` or `waiting`.
        peer: to whom.
        reason: why it has not arrived, or was set aside there.
    """

    state: str
    peer: str
    reason: str


class Shared(Verdict, frozen=True, kw_only=True):
    """An item that was shared, or would be.

    Attributes:
        item: the item.
        message: the letter it goes in; empty where nothing was sent.
        delivery: how far it has come; null where nothing was sent.
    """

    item: Item
    message: str
    delivery: Delivery | None


class Choice(Shape, frozen=True, kw_only=True):
    """A Party that something can be shared with.

    Attributes:
        party: who.
        agreements: agreements with it that are in force.
    """

    party: str
    agreements: list[str]


class Choices(Shape, frozen=True, kw_only=True):
    """What can be chosen from, by the agreements in force now.

    Attributes:
        parties: Parties that something can be shared with.
        purposes: purposes the agreements name.
        categories: categories they name.
    """

    parties: list[Choice]
    purposes: list[str]
    categories: list[str]


class Withdrawal(Shape, frozen=True, kw_only=True):
    """What became of an item that was taken back.

    Attributes:
        item: the item.
        withdrawn: by whom, when and why; null where nobody took it back.
        sent_to: who was told by this Party.
        unreached: who could not be told, and why.
        answers: the answers so far, hop by hop.
    """

    item: Item
    withdrawn: dict[str, Any] | None
    sent_to: list[str] = msgspec.field(default_factory=list)
    unreached: list[dict[str, Any]] = msgspec.field(default_factory=list)
    answers: list[dict[str, Any]] | dict[str, Any] | None = None


class Generation(Shape, frozen=True, kw_only=True):
    """Items that stand equally far from the one that was asked for.

    Attributes:
        depth: how far: below zero what it was made from, above what was made from it, zero itself.
        items: the items.
    """

    depth: int
    items: list[Item]


class MadeFrom(Shape, frozen=True, kw_only=True):
    """One item made from another.

    Attributes:
        source: what it was made from.
        item: what was made.
    """

    source: str
    item: str


class Lineage(Shape, frozen=True, kw_only=True):
    """Where an item comes from, and what was made from it.

    Attributes:
        item: the item that was asked for.
        generations: the items, generation by generation.
        made_from: which was made from which.
        more: whether there are more than are shown.
    """

    item: str
    generations: list[Generation]
    made_from: list[MadeFrom]
    more: bool


class Replaced(Verdict, frozen=True, kw_only=True):
    """What the gate said of the correction going to one Party.

    Attributes:
        to: to whom.
        message: the letter it goes in; empty where nothing was sent.
    """

    to: str
    message: str


class Corrected(Withdrawal, frozen=True, kw_only=True):
    """An item that another has taken the place of.

    Attributes:
        sent: for each holder, what the gate said of the new one.
    """

    sent: list[Replaced]


class Overdue(Shape, frozen=True, kw_only=True):
    """An answer to a withdrawal that has not come.

    Attributes:
        item: the item.
        party: whose answer.
        waits_for: `answer`; or `decision`, where a person there must decide about what was made from it.
        since: when it was told.
    """

    item: str
    party: str
    waits_for: str
    since: str
