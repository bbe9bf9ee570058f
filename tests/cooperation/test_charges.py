"""What a claim and a payment must say, whoever reckons."""

from typing import Any

import pytest

from cooperation.working import NORTH, SOUTH, Desk

COST = "ab" * 32
CLAIM: dict[str, Any] = {
    "begins": "2031-01-01",
    "ends": "2031-12-31",
    "currency": "EUR",
    "entries": [COST],
    "debtor": SOUTH,
    "balance": "16.66",
}


@pytest.mark.parametrize(
    ("other", "text"),
    [
        ({"balance": "16.665"}, "EUR is counted to 2 decimal places, 16.665 is finer"),
        ({"balance": "0.5", "currency": "JPY"}, "JPY is counted to 0 decimal places, 0.5 is finer"),
        ({"currency": "XAU"}, "`XAU` is not a currency in use by ISO 4217"),
        ({"debtor": "east.example"}, "east.example is neither of the two Parties"),
        ({"ends": "2030-12-31"}, "the period ends before it begins"),
        ({"begins": "2031-06-01"}, "the period begins on 2031-06-01, which has not come yet"),
        ({"entries": []}, "it names no cost, or one of them twice"),
        ({"entries": [COST, COST]}, "it names no cost, or one of them twice"),
    ],
)
def test_a_claim_that_could_not_be_paid_is_not_made(other: dict[str, Any], text: str) -> None:
    grounds = Desk("charge").say(NORTH, "open", **{**CLAIM, **other})
    assert [ground.partition(": ")[2] for ground in grounds] == [text]


@pytest.mark.parametrize("balance", ["0", "16.66", "17"])
def test_a_claim_of_whole_units_is_made_and_one_of_nothing_too(balance: str) -> None:
    assert Desk("charge").say(NORTH, "open", **{**CLAIM, "balance": balance}) == ()


def test_a_payment_has_a_reference_by_which_it_is_found() -> None:
    from comity.cooperation.charges import Pay
    from comity.cooperation.said import read_said
    from comity.errors import ForeignInput

    for said in ({"on": "2031-02-01"}, {"on": "2031-02-01", "reference": ""}):
        with pytest.raises(ForeignInput, match="reference"):
            read_said(Pay, said)
