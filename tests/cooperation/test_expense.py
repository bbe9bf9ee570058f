"""Who bears a cost: the article speaks, the more specific word first, or the cost is refused with the nearest named."""

import pytest

from comity.agreements.folder import parse_agreement, read_files
from comity.agreements.governing import Timeline
from comity.cooperation.expense import Borne, borne_by
from comity.cooperation.kind import Occasion
from comity.decisions.decision import Ground
from comity.demo.stage import examples
from cooperation.working import NORTH, SOUTH, hours, terms_at

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
