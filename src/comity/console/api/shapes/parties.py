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
        time_waits: why nothing that has run out is erased: nothing bears the clock out; empty where something does.
    """

    party: str
    deployment: str
    now: str
    last_entry: str | None
    backlog: dict[str, int]
    stopped: list[dict[str, Any]]
    trouble: str
    time_waits: str


class Line(Shape, frozen=True, kw_only=True):
    """How the line to a Party is.

    Attributes:
        party: which Party.
        owed: letters not receipted yet.
        oldest: since when the oldest is owed; null where none is.
        seconds: half of its last receipts were signed within so many; null where there are none.
        failures: how often in a row it was not reached.
        since: since when; null where it is reached.
        next_at: when it is tried next; null where it is reached.
        reason: why it was not reached.
        cosigned: up to which entry it has signed this Party's journal of the channel.
        cosigned_at: when; null where it never has.
        witnessed: up to which entry this Party has signed its journal.
        entries: how many entries this Party's journal of the channel has.
    """

    party: str
    owed: int
    oldest: str | None
    seconds: float | None
    failures: int
    since: str | None
    next_at: str | None
    reason: str
    cosigned: int
    cosigned_at: str | None
    witnessed: int
    entries: int


class CardKey(Shape, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A key in a card.

    Attributes:
        key: its name.
        use: `signing` or `sealing`.
        functions: what it may sign.
        from_: from when it serves.
        until: until when.
        revoked: whether it was revoked.
    """

    key: str
    use: str
    functions: list[str]
    from_: str
    until: str
    revoked: bool


class CardContents(Shape, frozen=True, kw_only=True):
    """What a Party's newest card says.

    Attributes:
        party: whose.
        version: its version.
        root: the fingerprint of its root key.
        names: the Party's names, by language.
        endpoints: where it is reached.
        issued: when it was issued.
        expires: when it expires.
        keys: its keys.
    """

    party: str
    version: int
    root: str
    names: dict[str, str]
    endpoints: list[str]
    issued: str
    expires: str
    keys: list[CardKey]


class OwnKey(Shape, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A key of this Party.

    Attributes:
        role: its role.
        key: its name.
        functions: what it may sign.
        from_: from when it serves.
        until: until when.
        state: in force, to come, overlapping, over, lost or stolen.
        held: whether its private half is in this home.
    """

    role: str
    key: str
    functions: list[str]
    from_: str
    until: str
    state: str
    held: bool


class StoppedChannel(Shape, frozen=True, kw_only=True):
    """A channel that waits for a person.

    Attributes:
        party: with whom.
        reason: why.
    """

    party: str
    reason: str


class Tried(Shape, frozen=True, kw_only=True):
    """What came of trying to deliver at once.

    Attributes:
        unreachable: who was not reached, and why.
        backlog: letters still owed, by Party.
    """

    unreachable: dict[str, str]
    backlog: dict[str, int]
