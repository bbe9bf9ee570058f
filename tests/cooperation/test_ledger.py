"""The ledger: money is conserved, whoever looks, and a cost is claimed once."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.cooperation.currencies import DECIMALS, in_units
from comity.cooperation.ledger import Balance, Entry, balances, entries_of, owed_to
from comity.cooperation.summaries import Figure, differences
from cooperation.working import NORTH, SOUTH, Desk

AMOUNTS = st.integers(1, 10**11).map(lambda cents: Decimal(cents).scaleb(-2))
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
        owes=owed_to(spender, amount, currency, {other: share, spender: 100 - share}),
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


SHARES = st.sampled_from(
    [{NORTH: 50, SOUTH: 50}, {NORTH: 100}, {SOUTH: 100}, {SOUTH: 33, NORTH: 67}, {NORTH: 1, SOUTH: 99}]
)


@given(SPENDERS, st.integers(1, 10**15), st.sampled_from(sorted(DECIMALS)), SHARES)
def test_shares_come_to_the_amount_in_units_that_can_be_paid(
    spender: str, units: int, currency: str, shares: dict[str, int]
) -> None:
    amount = Decimal(units).scaleb(-DECIMALS[currency])
    (other,) = {NORTH, SOUTH} - {spender}
    owes = owed_to(spender, amount, currency, shares)
    owed, own = owes.get(other, Decimal(0)), amount - sum(owes.values())
    assert set(owes) <= {other} and owed + own == amount
    for share, part in ((shares.get(other, 0), owed), (shares.get(spender, 0), own)):
        assert part >= 0 and part == Decimal(
            in_units(part, currency)
        )  # whole units, and no more of them than
        assert abs(part - amount * share / 100) < Decimal(1).scaleb(
            -DECIMALS[currency]
        )  # one away from exact
    assert owed <= amount * shares.get(other, 0) / 100
    assert all(owes.values())


@pytest.mark.parametrize(
    ("amount", "currency", "owed", "own"),
    [
        ("0.05", "EUR", "0.02", "0.03"),
        ("33.33", "EUR", "16.66", "16.67"),
        ("100.00", "EUR", "50.00", "50.00"),
        ("101", "JPY", "50", "51"),
        ("0.001", "KWD", "0", "0.001"),
        ("7.005", "KWD", "3.502", "3.503"),
    ],
)
def test_what_cannot_be_halved_stays_with_whoever_has_had_the_cost(
    amount: str, currency: str, owed: str, own: str
) -> None:
    for spender, other in ((NORTH, SOUTH), (SOUTH, NORTH)):
        owes = owed_to(spender, Decimal(amount), currency, {NORTH: 50, SOUTH: 50})
        assert owes.get(other, Decimal(0)) == Decimal(owed)
        assert Decimal(amount) - sum(owes.values()) == Decimal(own)


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
    assert desk.say(SOUTH, "agree") == ()
    assert desk.say(SOUTH, "cost", 1300, what="stay", amount="0.10", currency="EUR", on="2031-03-02") == ()
    assert (
        desk.say(NORTH, "cost", 1301, what="transport", amount="1000000.01", currency="EUR", on="2031-03-02")
        == ()
    )
    found = entries_of(desk.held())
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
