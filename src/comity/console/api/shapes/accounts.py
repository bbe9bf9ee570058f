"""Answers about accounts: costs, claims, summaries, what passed each way, days of joint work."""

from comity.console.api.shapes.base import Shape


class Cost(Shape, frozen=True, kw_only=True, rename={"with_": "with"}):
    """One cost in the ledger.

    Attributes:
        on: the day.
        with_: the other Party.
        what: what it was for.
        words: the same in words.
        amount: how much, in decimal figures.
        currency: in which currency.
        spender: who spent it.
        bearer: who bears it, as the article says.
        owes: what each Party owes of it.
        ref: the article.
        kind: the kind of matter it belongs to.
        title: what that is about.
        matter: its id.
        state: `open`, `claimed`, `settled`, …
        charge: the charge it is claimed by; null where it is not.
        event: the step that told of it.
    """

    on: str
    with_: str
    what: str
    words: str
    amount: str
    currency: str
    spender: str
    bearer: str
    owes: dict[str, str]
    ref: str
    kind: str
    title: str
    matter: str
    state: str
    charge: str | None
    event: str


class Balance(Shape, frozen=True, kw_only=True):
    """What one Party owes another.

    Attributes:
        debtor: who owes.
        creditor: whom.
        amount: how much, in decimal figures.
        currency: in which currency.
    """

    debtor: str
    creditor: str
    amount: str
    currency: str


class OpenCosts(Shape, frozen=True, kw_only=True, rename={"with_": "with"}):
    """Costs with a Party that nobody has claimed.

    Attributes:
        with_: the Party.
        currency: the currency.
    """

    with_: str
    currency: str


class Balances(Shape, frozen=True, kw_only=True):
    """What is owed in all.

    Attributes:
        owed: set off by Party and currency.
        open: where costs stand open.
    """

    owed: list[Balance]
    open: list[OpenCosts]


class ChargeCheck(Shape, frozen=True, kw_only=True):
    """A charge held against one's own ledger.

    Attributes:
        charge: its id.
        same: whether it says what one's own ledger says.
        unknown: costs it names that are not known here.
        balance: what one's own ledger comes to; null where it comes to nothing.
        mistakes: what differs, in words.
    """

    charge: str
    same: bool
    unknown: list[str]
    balance: Balance | None
    mistakes: list[str]


class Figure(Shape, frozen=True, kw_only=True):
    """One row of a summary.

    Attributes:
        what: what is counted: `disclosed`, `matter`, `refused`, `answered`, `answered-hours`, `late`, `cost`.
        by: the Party whose it is.
        under: the heading: a category, a kind with its state, a currency.
        month: such as `2031-03`, by UTC.
        figure: how many or how much, in decimal figures.
    """

    what: str
    by: str
    under: str
    month: str
    figure: str


class SummaryCheck(Shape, frozen=True, kw_only=True):
    """A summary held against one's own figures.

    Attributes:
        summary: its id.
        same: whether they are the same.
        rows: the rows that differ, in words.
    """

    summary: str
    same: bool
    rows: list[str]


class Flow(Shape, frozen=True, kw_only=True):
    """How many items of a category passed from one Party to another in a month.

    Attributes:
        giver: who gave.
        taker: who received.
        category: the category.
        month: such as `2031-03`.
        count: how many.
    """

    giver: str
    taker: str
    category: str
    month: str
    count: int


class AnswerTimes(Shape, frozen=True, kw_only=True):
    """How soon a Party answered.

    Attributes:
        party: who.
        kind: `consent` or `request`.
        asked: how many questions it was asked.
        answered: how many it has answered.
        half: hours within which half of the answers came; null where none has.
        most: hours of the slowest.
    """

    party: str
    kind: str
    asked: int
    answered: int
    half: float | None
    most: float | None


class Flows(Shape, frozen=True, kw_only=True):
    """What passed between Parties in a period, and how soon questions were answered.

    Attributes:
        months: the months that are counted.
        most_months: how many are counted at the most.
        flows: what passed.
        answers: how soon questions were answered.
    """

    months: list[str]
    most_months: int
    flows: list[Flow]
    answers: list[AnswerTimes]


class Exchange(Shape, frozen=True, kw_only=True):
    """How much of a category passed each way in the last year.

    Attributes:
        party: the other Party.
        category: the category.
        given: how many items went there.
        received: how many came from there.
    """

    party: str
    category: str
    given: int
    received: int


class JointDays(Shape, frozen=True, kw_only=True, rename={"with_": "with"}):
    """Days of joint work.

    Attributes:
        begins: the first day or instant.
        ends: the last.
        what: what happens.
        name: which part of the matter.
        status: `tentative`, `confirmed` or `cancelled`.
        with_: the other Party.
        matter: the matter.
        kind: its kind.
        changed_at: when it changed last.
    """

    begins: str
    ends: str
    what: str
    name: str
    status: str
    with_: str
    matter: str
    kind: str
    changed_at: str


class Waiting(Shape, frozen=True, kw_only=True):
    """How many matters wait for this Party.

    Attributes:
        waiting: how many.
        dated: how many of them with a deadline.
    """

    waiting: int
    dated: int
