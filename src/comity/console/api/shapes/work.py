"""Answers about matters, and what is due."""

from typing import Any

from comity.console.api.shapes.base import Ground, Shape


class MatterRow(Shape, frozen=True, kw_only=True, rename={"with_": "with"}):
    """A matter, in a list.

    Attributes:
        id: its id.
        kind: which kind, such as `request`.
        title: what it is about.
        agreement: under which agreement.
        with_: the other Party.
        opened_by: who opened it.
        state: how it stands.
        ours: whether it is this Party's turn.
        turn: whose turn it is.
        opened_at: when it was opened.
        changed_at: when it changed last.
        due: by when something is due; null where nothing is.
        due_by: by whom.
        due_what: what.
    """

    id: str
    kind: str
    title: str
    agreement: str
    with_: str
    opened_by: str
    state: str
    ours: bool
    turn: list[str]
    opened_at: str
    changed_at: str
    due: str | None
    due_by: str | None
    due_what: str | None


class Matter(Shape, frozen=True, kw_only=True):
    """A matter: how it stands, what is due, and its story.

    Attributes:
        id: its id.
        kind: which kind.
        title: what it is about.
        agreement: under which agreement.
        opener: who opened it.
        other: the other Party.
        state: how it stands.
        opened_at: when it was opened.
        since: since when it stands so.
        articles: the articles it rests on.
        turn: whose turn it is.
        steps: the steps this Party can take now.
        due: what is due: at, what, by, ref.
        remarks: what an article has to say to how it stands.
        facts: what is known by all that was said; null before it is opened.
        story: what happened, oldest first.
    """

    id: str
    kind: str
    title: str
    agreement: str
    opener: str
    other: str
    state: str
    opened_at: str
    since: str
    articles: list[str]
    turn: list[str]
    steps: list[str]
    due: list[dict[str, Any]]
    remarks: list[Ground]
    facts: dict[str, Any] | None
    story: list[dict[str, Any]]


class Step(Shape, frozen=True, kw_only=True):
    """A step that was taken in a matter, or would be.

    Attributes:
        decision: `permitted`, or `refused`.
        grounds: the articles that stand against it.
        event: the digest of what was said; null where nothing was.
        matter: the matter as it stands now.
    """

    decision: str
    grounds: list[Ground]
    event: str | None
    matter: Matter | None


class Due(Shape, frozen=True, kw_only=True):
    """Something with a day.

    Attributes:
        at: when.
        side: who owes it: `ours` or `theirs`, or `watch` for what only has to be seen to.
        what: what.
        party: the other Party; null where there is none.
        ref: the article.
        see: where it is seen to.
        late: whether the day has passed.
    """

    at: str
    side: str
    what: str
    party: str | None
    ref: str
    see: str
    late: bool
