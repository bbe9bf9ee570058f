"""Answers about registers: checks, watches and matches."""

from comity.console.api.shapes.base import Shape


class Match(Shape, frozen=True, kw_only=True):
    """A record that a question matches.

    Attributes:
        id: the record.
        score: from 0 to 1, the same for every size of register.
        hit: whether the score reaches the threshold.
        why: what matches, in words.
    """

    id: str
    score: float
    hit: bool
    why: list[str]


class Checked(Shape, frozen=True, kw_only=True):
    """The answer to one question to one's own register.

    Attributes:
        id: the question's id.
        hits: the best records, best first.
    """

    id: str
    hits: list[Match]


class CheckPart(Shape, frozen=True, kw_only=True):
    """A check or watch at one Party.

    Attributes:
        check: the id it shares with its other parts.
        party: who is asked, or asks.
        agreement: under which agreement.
        purpose: for which purpose.
        reference: the asker's file.
        at: when it was put.
        state: `asked`, `answered`, `refused`, `unsent`, …
        grounds: the articles it was answered or refused by.
        reason: why it was refused.
        more: whether more was found than is told.
        watch: whether it is a watch.
        until: until when it watches; null for a check.
        topic: what it is about, as an agreed list names it.
        names: the names asked for.
    """

    check: str
    party: str
    agreement: str
    purpose: str
    reference: str
    at: str
    state: str
    grounds: list[str]
    reason: str
    more: bool
    watch: bool
    until: str | None
    topic: str
    names: list[str]


class Hit(Shape, frozen=True, kw_only=True):
    """A match that one Party told another.

    Attributes:
        hit: its id.
        check: the check it answers.
        party: the other Party.
        owner: whose record it is.
        agreement: under which agreement.
        purpose: for which purpose.
        record: the record, as far as it is told.
        shown: how much was told: `hit`, `reference`, …
        band: how sure it is.
        score: from 0 to 1.
        why: what matches, in words.
        at: when it was told.
        state: `told`, `asked`, `released`, `refused`, …
        item: the item with the record, once it was released; empty until then.
        because: why the record is asked for, or refused.
        due: by when the answer is due; null where none is.
        outcome: `confirmed`, `false`, `undetermined`, or empty while it is open.
        words: what was said with the outcome.
    """

    hit: str
    check: str
    party: str
    owner: str
    agreement: str
    purpose: str
    record: str
    shown: str
    band: str
    score: float
    why: list[str]
    at: str
    state: str
    item: str
    because: str
    due: str | None
    outcome: str
    words: str


class Check(Shape, frozen=True, kw_only=True):
    """A check or watch across agreements.

    Attributes:
        check: its id.
        watch: whether it is a watch.
        complete: whether everybody has answered.
        waiting: who has not.
        parties: each Party's part.
        hits: the matches told so far, best first.
    """

    check: str
    watch: bool
    complete: bool
    waiting: list[str]
    parties: list[CheckPart]
    hits: list[Hit]
