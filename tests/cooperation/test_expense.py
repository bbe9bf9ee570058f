"""Who bears a cost: the article speaks, the more specific word first, or the cost is refused with the nearest named."""

import pytest
from babel import Locale
from babel.numbers import get_currency_precision

from comity.agreements.folder import parse_agreement, read_files
from comity.agreements.governing import Timeline
from comity.cooperation.currencies import DECIMALS
from comity.cooperation.expense import Borne, borne_by
from comity.cooperation.kind import Occasion
from comity.decisions.decision import Ground
from comity.demo.stage import examples
from comity.testing.working_text import WORKING
from cooperation import working
from cooperation.working import NORTH, SOUTH, Desk, hours, terms_at

VISIT = {"expense": "visits", "sending": NORTH, "receiving": SOUTH, "initiator": NORTH}


@pytest.mark.parametrize(
    ("manner", "item", "bearer", "shares"),
    [
        ("planned", "stay", "receiving", {SOUTH: 100}),
        ("planned", "transport", "sending", {NORTH: 100}),
        ("unplanned", "stay", "initiator", {NORTH: 100}),
        ("unplanned", "flowers", "initiator", {NORTH: 100}),
    ],
)
def test_the_manner_of_a_meeting_decides(manner: str, item: str, bearer: str, shares: dict[str, int]) -> None:
    found = borne_by(terms_at(hours(0)), Occasion("meeting", manner=manner, **VISIT), item, SOUTH)
    assert isinstance(found, Borne)
    assert (found.bearer, found.shares, found.ref) == (bearer, shares, "north-south-2030 art. 6")


@pytest.mark.parametrize(("manner", "item"), [("planned", "flowers"), ("invited", "stay")])
def test_of_what_no_article_speaks_is_refused_with_the_nearest(manner: str, item: str) -> None:
    found = borne_by(terms_at(hours(0)), Occasion("meeting", manner=manner, **VISIT), item, SOUTH)
    assert isinstance(found, Ground) and found.ref == "north-south-2030 art. 6"
    assert f"`{item}`" in found.text


def test_the_matters_own_clause_pays_where_it_says_who() -> None:
    paid = Occasion(
        "training", sending=NORTH, receiving=SOUTH, initiator=NORTH, paid_by="sending", ref="x art. 5"
    )
    assert borne_by(terms_at(hours(0)), paid, "fees", SOUTH) == Borne("sending", {NORTH: 100}, "x art. 5")


@pytest.mark.parametrize(
    ("bearer", "shares"), [("shared", {NORTH: 50, SOUTH: 50}), ("each-own", {SOUTH: 100})]
)
def test_what_is_shared_is_halved_and_what_each_bears_stays_where_it_was_had(
    bearer: str, shares: dict[str, int]
) -> None:
    paid = Occasion(
        "training", sending=NORTH, receiving=SOUTH, initiator=NORTH, paid_by=bearer, ref="x art. 5"
    )
    found = borne_by(terms_at(hours(0)), paid, "fees", SOUTH)
    assert isinstance(found, Borne) and found.shares == shares


@pytest.mark.parametrize(
    ("name", "manner", "item", "bearer", "ref"),
    [
        ("cs-su-1989", "planned", "stay", "receiving", "cs-su-1989 art. XI(3)"),
        ("cs-su-1989", "unplanned", "stay", "initiator", "cs-su-1989 art. XI(3)"),
        ("pl-kp-1987", "planned", "stay", "receiving", "pl-kp-1987 art. 6"),
        ("pl-kp-1987", "planned", "transport", "sending", "pl-kp-1987 art. 6"),
    ],
)
def test_the_two_old_agreements_say_who_pays(
    name: str, manner: str, item: str, bearer: str, ref: str
) -> None:
    agreement = parse_agreement(read_files(examples() / name))
    first, second = list(agreement.parties)
    terms = Timeline(agreement, unsigned=True).at(hours(0).replace(year=1990), first, second)
    visit = Occasion("meeting", manner=manner, sending=first, receiving=second, initiator=first)
    found = borne_by(terms, visit, item, first)
    assert isinstance(found, Borne), found
    assert found.bearer == bearer and found.ref.startswith(ref)


MEETING = {
    "meeting": "staff",
    "words": "current work",
    "host": SOUTH,
    "begins": "2031-01-10",
    "ends": "2031-01-10",
}


@pytest.mark.parametrize(
    ("amount", "currency", "amiss"),
    [
        ("0.01", "EUR", ""),
        ("1.100", "EUR", ""),
        ("0.005", "EUR", "EUR is counted to 2 decimal places, 0.005 is finer"),
        ("1500", "JPY", ""),
        ("1500.5", "JPY", "JPY is counted to 0 decimal places, 1500.5 is finer"),
        ("1.001", "KWD", ""),
        ("10", "EUX", "`EUX` is not a currency in use by ISO 4217"),
        ("10", "XAU", "`XAU` is not a currency in use by ISO 4217"),
        ("10", "DEM", "`DEM` is not a currency in use by ISO 4217"),
        ("0.00", "PLN", "a cost comes to more than nothing"),
    ],
)
def test_a_sum_is_one_that_can_be_paid(amount: str, currency: str, amiss: str) -> None:
    desk = Desk("meeting")
    assert desk.say(NORTH, "open", **MEETING) == ()
    assert desk.say(SOUTH, "agree") == ()
    grounds = desk.say(SOUTH, "cost", 1, what="stay", amount=amount, currency=currency, on="2031-01-10")
    assert grounds == ((f"north-south-2030 art. 6: {amiss}",) if amiss else ())


def test_a_cost_is_in_the_currency_its_article_names(monkeypatch: pytest.MonkeyPatch) -> None:
    text = WORKING.files({})["agreement.en.md"].replace(b"[term]\n", b"[term]\nsigned = 2030-12-01\n")
    named = text.replace(b'for = "meeting"\n', b'for = "meeting"\ncurrency = "PLN"\n')
    timeline = Timeline(parse_agreement({"agreement.en.md": named}), unsigned=True)
    monkeypatch.setattr(working, "terms_at", lambda at: timeline.at(at, NORTH, SOUTH))
    desk = Desk("meeting")
    assert desk.say(NORTH, "open", **MEETING) == ()
    assert desk.say(SOUTH, "agree") == ()
    cost = {"what": "stay", "amount": "10", "on": "2031-01-10"}
    assert desk.say(SOUTH, "cost", 1, **cost, currency="EUR") == (
        "north-south-2030 art. 6: it is settled in PLN, not in EUR",
    )
    assert desk.say(SOUTH, "cost", 2, **cost, currency="PLN") == ()


def test_the_table_of_currencies_is_that_of_the_library() -> None:
    """Held against Unicode's data, which counts in whole units where ISO 4217 counts hundredths nobody coins."""
    for code, places in DECIMALS.items():
        assert code in Locale("en").currencies, code
        assert get_currency_precision(code) in (places, 0), code
