"""The ledger: money is conserved, whoever looks, and a cost is claimed once."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.cooperation.ledger import Balance, Entry, balances, entries_of
from comity.cooperation.summaries import Figure, differences
from cooperation.working import NORTH, SOUTH, Desk, terms_at

AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=4, allow_nan=False, allow_infinity=False)
SPENDERS = st.sampled_from([NORTH, SOUTH])


def entry(number: int, spender: str, amount: Decimal, share: int, currency: str) -> Entry:
    other = SOUTH if spender == NORTH else NORTH
    return Entry(
        event=f"{number:064x}",
        matter="m",
        kind="meeting",
        agreement="a",
        title="t",
        what="stay",
        on=date(2031, 3, 1),
        words="",
        amount=amount,
        currency=currency,
        spender=spender,
        bearer="shared",
        owes={other: amount * share / 100} if share else {},
        ref="a art. 1",
    )


ENTRIES = st.lists(
    st.tuples(SPENDERS, AMOUNTS, st.sampled_from([0, 50, 100]), st.sampled_from(["EUR", "PLN"])), max_size=30
).map(lambda rows: [entry(number, *row) for number, row in enumerate(rows)])


@given(ENTRIES)
def test_both_sides_come_to_the_same_balance_and_nothing_is_lost(entries: list[Entry]) -> None:
    ours, theirs = balances(entries, NORTH, SOUTH), balances(entries, SOUTH, NORTH)
    for one, other in zip(ours, theirs, strict=True):
        assert (one.amount, one.currency) == (other.amount, other.currency)
        assert one.amount == 0 or one == other
        owed = sum(
            (sum(each.owes.values()) * (1 if each.spender == NORTH else -1))
            for each in entries
            if each.currency == one.currency
        )
        assert one.amount == abs(owed)
        assert one.amount == 0 or one.creditor == (NORTH if owed > 0 else SOUTH)


@given(ENTRIES, st.randoms(use_true_random=False))
def test_the_order_of_costs_changes_nothing(entries: list[Entry], random) -> None:
    shuffled = list(entries)
    random.shuffle(shuffled)
    assert balances(shuffled, NORTH, SOUTH) == balances(entries, NORTH, SOUTH)


def test_a_cost_is_borne_as_its_article_says() -> None:
    desk = Desk("meeting")
    opening = {
        "meeting": "staff",
        "words": "current work",
        "host": SOUTH,
        "begins": "2031-03-01",
        "ends": "2031-03-02",
    }
    assert desk.say(NORTH, "open", **opening) == ()
    assert desk.say(SOUTH, "cost", 1300, what="stay", amount="0.10", currency="EUR", on="2031-03-02") == ()
    assert (
        desk.say(NORTH, "cost", 1301, what="transport", amount="1000000.01", currency="EUR", on="2031-03-02")
        == ()
    )
    found = entries_of(desk.held(), terms_at)
    assert [(each.spender, each.amount, each.ref) for each in found] == [
        (SOUTH, Decimal("0.10"), found[0].ref),
        (NORTH, Decimal("1000000.01"), found[0].ref),
    ]
    assert all(isinstance(each, Balance) for each in balances(found, NORTH, SOUTH))


@pytest.mark.parametrize(
    ("ours", "theirs", "rows"),
    [
        ([], [], 0),
        ([("cost", "EUR", "1")], [("cost", "EUR", "1")], 0),
        ([("cost", "EUR", "1")], [("cost", "EUR", "2")], 1),
        ([("cost", "EUR", "1")], [], 1),
        ([], [("cost", "EUR", "1"), ("matter", "x", "1")], 2),
    ],
)
def test_rows_that_differ_are_named_each_once(ours: list, theirs: list, rows: int) -> None:
    one, other = (
        [
            Figure(what=what, by=NORTH, under=under, month="2031-03", figure=figure)
            for what, under, figure in side
        ]
        for side in (ours, theirs)
    )
    assert len(differences(one, other)) == rows
