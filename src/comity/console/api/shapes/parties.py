"""Answers about Parties, their cards, and the node itself."""

from typing import Any

from comity.console.api.shapes.base import Shape


class Party(Shape, frozen=True, kw_only=True):
    """A Party known here.

    Attributes:
        party: its DNS name.
        card_version: the version of its card; null where none is known.
        root: the fingerprint of its root key.
        card_ends: when its card expires.
        endpoints: where it is reached.
        agreements: agreements that name it.
        owed: letters that are owed to it.
        stopped: why its channel waits for a person; null where it flows.
        witnessed_by_them, witnessed_by_us: up to which entry each side has cosigned the other's journal.
        last_witnessed: when that was.
    """

    party: str
    card_version: int | None
    root: str | None
    card_ends: str | None
    endpoints: list[str]
    agreements: list[str]
    owed: int
    stopped: str | None
    witnessed_by_them: int
    witnessed_by_us: int
    last_witnessed: str | None


class Card(Shape, frozen=True, kw_only=True):
    """A Party's card.

    Attributes:
        party: whose.
        version: its version.
        digest: its digest.
        signed: the card with its signature, base64.
    """

    party: str
    version: int
    digest: str
    signed: str


class House(Shape, frozen=True, kw_only=True):
    """Whose node this is, and how it is.

    Attributes:
        party: whose.
        deployment: which world: `production`, `exercise`, `demo`.
        now: its clock.
        last_entry: when it last entered anything; null where it never has.
        backlog: letters owed, by Party.
        stopped: channels that wait for a person.
        trouble: why nothing can be written; empty where all is well.
    """

    party: str
    deployment: str
    now: str
    last_entry: str | None
    backlog: dict[str, int]
    stopped: list[dict[str, Any]]
    trouble: str
