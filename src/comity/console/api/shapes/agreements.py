"""Answers about agreements: how they stand, their articles, what lint finds."""

from typing import Any

from comity.console.api.shapes.base import Shape


class Next(Shape, frozen=True, kw_only=True):
    """What happens to an agreement next.

    Attributes:
        event: what.
        at: when.
    """

    event: str
    at: str | None


class Status(Shape, frozen=True, kw_only=True):
    """How an agreement stands.

    Attributes:
        state: `draft`, `signed`, `provisional`, `in-force`, `extended`, `under-notice`, `suspended` or `ended`.
        since, until: from when, and until when exclusively; null without limit.
        notice_deadline: the last day on which notice is in time; null where there is none.
        next: what happens next; null where nothing is foreseen.
        grounds: the articles and notices it follows from.
    """

    state: str
    since: str | None
    until: str | None
    notice_deadline: str | None
    next: Next | None
    grounds: list[str]


class Agreement(Shape, frozen=True, kw_only=True):
    """An agreement that is held here.

    Attributes:
        id: its id.
        title: what it is called.
        parties: the Parties it names.
        digest: the digest of all its texts.
        status: how it stands now.
    """

    id: str
    title: str
    parties: list[str]
    digest: str
    status: Status


class Clause(Shape, frozen=True, kw_only=True):
    """A clause.

    Attributes:
        kind: which kind, such as `third_party`.
        force: `enforced`, `evidenced` or `declared`.
        toml: its terms.
    """

    kind: str
    force: str
    toml: str


class Article(Shape, frozen=True, kw_only=True):
    """An article with its clauses.

    Attributes:
        number: its number.
        heading: its heading.
        text: its words, Markdown.
        clauses: its clauses.
        force: the strongest force of its clauses; empty where it has none.
        allowed, stopped: how many of the newest decisions it allowed, and stopped.
    """

    number: str
    heading: str
    text: str
    clauses: list[Clause]
    force: str
    allowed: int
    stopped: int


class Stretch(Shape, frozen=True, kw_only=True):
    """A stretch of an agreement's life.

    Attributes:
        state: as of a status.
        since, until: from when, and until when exclusively; null without limit.
        grounds: what it follows from.
    """

    state: str
    since: str | None
    until: str | None
    grounds: list[str]


class Finding(Shape, frozen=True, kw_only=True):
    """What lint finds in a text.

    Attributes:
        id: which rule.
        severity: `error`, `warning` or `note`.
        ref: the article; null where it is about the whole.
        message: what is found.
    """

    id: str
    severity: str
    ref: str | None
    message: str


class WholeAgreement(Agreement, frozen=True, kw_only=True):
    """An agreement as people read it.

    Attributes:
        languages: its texts: tag, and whether it is authentic.
        language: the language shown.
        decisive: the decisive language.
        timeline: its life.
        articles: its articles.
        findings: what lint finds.
    """

    languages: list[dict[str, Any]]
    language: str
    decisive: str
    timeline: list[Stretch]
    articles: list[Article]
    findings: list[Finding]
