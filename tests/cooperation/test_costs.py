"""Costs: borne as the matter stood when they counted, within its life, of what was agreed; taken back by their own.

Every table is one a lawyer can read: what was said, by whom, and what the agreement answers.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest

from agreements.drafts import protocol
from comity.agreements.folder import parse_agreement
from comity.agreements.governing import Timeline
from comity.cooperation.charges import Claim
from comity.cooperation.ledger import claims_of, entries_of
from comity.cooperation.said import MOST, read_said
from comity.cooperation.story import story_of
from comity.testing.working_text import WORKING
from cooperation import working
from cooperation.working import NORTH, SOUTH, Desk

Step = tuple[str, str, dict[str, Any]]
EUROS = {"amount": "10.00", "currency": "EUR", "on": "2031-01-10"}
MEASURE = {"measure": "sweep", "aim": "find the leak", "purpose": "incident-response", "phases": ["one"]}
VISIT = {
    "meeting": "delegation",
    "words": "a visit",
    "host": SOUTH,
    "begins": "2031-02-01",
    "ends": "2031-02-02",
}
#: An article on aid beside those on meetings and missions.
AID = b'[[expense]]\nid = "aid"\nfor = "aid"\nitems = { all = "sending" }\n'
VISITS = b'[[expense]]\nid = "visits"'
#: Hours until a day in March: after what a protocol changes on 1 February.
MARCH = 24 * 60


def under(patch: pytest.MonkeyPatch, *replaced: tuple[bytes, bytes], later: str = "") -> None:
    """Let the two work under the text with something replaced, and with a protocol where one is given."""
    text = WORKING.files({})["agreement.en.md"].replace(b"[term]\n", b"[term]\nsigned = 2030-12-01\n")
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    files = {"agreement.en.md": text}
    if later:
        files["protocols/0001-later.en.md"] = protocol(1, later, of=WORKING.id)
    timeline = Timeline(parse_agreement(files), unsigned=True)
    patch.setattr(working, "timeline", lambda: timeline)


def played(kind: str, *steps: Step, begin: float = 0) -> Desk:
    desk = Desk(kind)
    for number, (by, word, said) in enumerate(steps):
        assert desk.say(by, word, begin + number / 10, **said) == (), word
    return desk


def owed(desk: Desk) -> list[tuple[str, dict[str, Decimal]]]:
    return [(each.ref.partition(" ")[2], dict(each.owes)) for each in entries_of(desk.held())]


UNAGREED = "north-south-2030 art. 2: the two have not agreed to it: it has no costs to share"


def test_a_request_costs_nothing_before_it_is_taken_and_then_whoever_took_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    under(monkeypatch, (VISITS, AID + VISITS))
    desk = played(
        "request",
        (NORTH, "open", {"aid": "check", "purpose": "incident-response", "words": "is it known"}),
    )
    for party in (NORTH, SOUTH):
        assert desk.say(party, "cost", 1, what="laboratory", **EUROS) == (UNAGREED,)
    assert owed(desk) == []
    for by, able in ((NORTH, "well"), (SOUTH, "no")):
        assert desk.say(by, "state-means", 2, words="what there is", able=able) == ()
    said = {"taken_by": "better-placed", "taker": NORTH, "because": "its means go further"}
    assert desk.say(SOUTH, "propose", 3, **said) == desk.say(NORTH, "agree", 4) == ()
    assert desk.say(SOUTH, "cost", 5, what="laboratory", **EUROS) == ()
    assert owed(desk) == [("art. 6", {NORTH: Decimal("10.00")})]
    refused = played(
        "request",
        (NORTH, "open", {"aid": "check", "purpose": "incident-response", "words": "is it known"}),
        (SOUTH, "refuse", {"ground": "own-law"}),
    )
    assert refused.say(NORTH, "cost", 3, what="laboratory", **EUROS) == (UNAGREED,)


def test_a_measure_costs_nothing_before_it_is_agreed_and_then_as_it_was_agreed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    under(monkeypatch, (VISITS, AID + VISITS))
    desk = played("measure", (NORTH, "open", {**MEASURE, "lead": SOUTH}))
    assert desk.say(NORTH, "cost", 0, what="laboratory", **EUROS) == (UNAGREED,)
    assert desk.say(SOUTH, "amend", 0, **{**MEASURE, "lead": NORTH}) == ()
    assert desk.say(NORTH, "cost", 0, what="laboratory", **EUROS) == (UNAGREED,)
    assert desk.say(NORTH, "agree", 1) == ()
    assert desk.say(SOUTH, "cost", 2, what="laboratory", **EUROS) == ()
    assert owed(desk) == [("art. 6", {NORTH: Decimal("10.00")})]


@pytest.mark.parametrize(
    ("kind", "opening"),
    [
        ("delivery", {"form": "joint-development", "thing": "equipment", "words": "a meter", "giver": NORTH}),
        ("training", {"year": 2031, "by": SOUTH, "places": 1}),
    ],
)
def test_nothing_costs_anything_on_one_sides_word_alone(
    monkeypatch: pytest.MonkeyPatch, kind: str, opening: dict[str, Any]
) -> None:
    general = f'[[expense]]\nid = "general"\nfor = "{kind}"\nitems = {{ all = "receiving" }}\n'.encode()
    under(monkeypatch, (VISITS, general + VISITS))
    desk = played(kind, (NORTH, "open", opening))
    for party in (NORTH, SOUTH):
        (ground,) = desk.say(party, "cost", 1, what="shipping", **EUROS)
        assert ground.endswith("the two have not agreed to it: it has no costs to share")
    assert desk.say(SOUTH, "agree", 2) == ()
    assert desk.say(NORTH, "cost", 3, what="shipping", **EUROS) == ()
    assert len(entries_of(desk.held())) == 1


@pytest.mark.parametrize(
    ("replaced", "later", "kind", "steps", "before", "after"),
    [
        (
            (),
            '[[mission]]\nid = "north-mission"\nreplaces = "north-mission"\nfrom = 2031-02-01\nof = "north.example"\n'
            'at = "south.example"\nseats = 1\nexpense = "cars"\n[[expense]]\nid = "cars"\nfor = "other"\n'
            'from = 2031-02-01\nitems = { salaries = "receiving" }',
            "mission",
            [(NORTH, "open", {"mission": "north-mission", "of": NORTH})],
            ("art. 6", {NORTH: Decimal("10.00")}),
            ("prot. 1 art. 1", {}),
        ),
        (
            ((b"[[training]]\n", b'[[training]]\nid = "courses"\n'),),
            '[[training]]\nid = "later"\nreplaces = "courses"\nfrom = 2031-02-01\nby = "south.example"\nplaces = 3\n'
            'terms = "compensated"\npaid_by = "receiving"',
            "training",
            [(NORTH, "open", {"year": 2031, "by": SOUTH, "places": 2}), (SOUTH, "agree", {})],
            ("art. 5", {NORTH: Decimal("10.00")}),
            ("prot. 1 art. 1", {}),
        ),
    ],
    ids=["mission", "training"],
)
def test_a_cost_cites_the_article_in_force_when_it_counts(
    monkeypatch: pytest.MonkeyPatch,
    replaced: tuple[tuple[bytes, bytes], ...],
    later: str,
    kind: str,
    steps: Iterable[Step],
    before: tuple[str, dict[str, Decimal]],
    after: tuple[str, dict[str, Decimal]],
) -> None:
    under(monkeypatch, *replaced, later=later)
    desk = played(kind, *steps)
    for hour, on in ((1, "2031-01-10"), (MARCH, "2031-03-01")):
        assert desk.say(SOUTH, "cost", hour, what="salaries", **{**EUROS, "on": on}) == ()
    assert owed(desk) == [before, after]


# -- meetings ---------------------------------------------------------------------------------------------------------

NOT_AGREED = "art. 4: the two have not agreed to it: it has no costs to share"
MOVE = {"begins": "2031-03-01", "ends": "2031-03-02"}


@pytest.mark.parametrize(
    ("steps", "on", "against"),
    [
        ([], "2031-01-10", NOT_AGREED),
        ([(SOUTH, "decline", {"because": "we invited nobody"})], "2031-01-10", NOT_AGREED),
        ([(SOUTH, "move", MOVE)], "2031-01-10", NOT_AGREED),
        ([(NORTH, "cancel", {"because": "a storm"})], "2031-01-10", NOT_AGREED),
        ([(SOUTH, "agree", {})], "2031-01-10", ""),
        ([(SOUTH, "agree", {}), (NORTH, "move", MOVE)], "2031-01-10", ""),
        ([(SOUTH, "agree", {}), (NORTH, "cancel", {"because": "a storm"})], "2031-01-10", ""),
        (
            [(SOUTH, "agree", {}), (NORTH, "cancel", {"because": "a storm"})],
            "2031-01-11",
            "art. 4: it was off on 2031-01-10, before 2031-01-11",
        ),
        (
            [(SOUTH, "agree", {}), (NORTH, "move", MOVE), (SOUTH, "decline", {"because": "too late"})],
            "2031-01-11",
            "art. 4: it was off on 2031-01-10, before 2031-01-11",
        ),
    ],
)
def test_a_meeting_costs_the_other_nothing_before_it_is_agreed_nor_after_it_is_off(
    steps: list[Step], on: str, against: str
) -> None:
    desk = played("meeting", (NORTH, "open", VISIT), *steps)
    grounds = desk.say(NORTH, "cost", 30, what="transport", **{**EUROS, "on": on})
    assert grounds == ((f"north-south-2030 {against}",) if against else ())


@pytest.mark.parametrize(
    ("opens", "invited", "bearer"),
    [(NORTH, True, SOUTH), (NORTH, False, NORTH), (SOUTH, True, SOUTH), (SOUTH, False, SOUTH)],
)
def test_an_invitation_is_the_hosts_word(
    monkeypatch: pytest.MonkeyPatch, opens: str, invited: bool, bearer: str
) -> None:
    every = b'unplanned = { all = "initiator" }\n'
    under(monkeypatch, (every, every + b'invited = { all = "receiving" }\n'))
    desk = played("meeting", (opens, "open", {**VISIT, "invited": invited}))
    occasion = desk.kind.occasion
    assert occasion is not None
    assert (occasion(desk.held().case()).manner == "invited") == (
        invited and opens == SOUTH
    )  # SOUTH is the host
    other = SOUTH if opens == NORTH else NORTH
    assert desk.say(other, "agree", 1) == desk.say(NORTH, "cost", 2, what="transport", **EUROS) == ()
    assert owed(desk) == [("art. 6", {bearer: Decimal("10.00")} if bearer != NORTH else {})]


def came(arrives: str) -> list[Step]:
    """Give the steps of a meeting on the 10th to which a delegation comes."""
    named = {"functions": ["analyst"], "count": 1, "arrives": arrives, "departs": "2031-01-12"}
    meeting = {**VISIT, "begins": "2031-01-10"}
    return [(NORTH, "open", meeting), (SOUTH, "agree", {}), (NORTH, "delegation", named)]


# -- days, sums -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "steps", "on", "first"),
    [
        ("meeting", [(NORTH, "open", VISIT), (SOUTH, "agree", {})], "2031-01-10", ""),
        ("meeting", [(NORTH, "open", VISIT), (SOUTH, "agree", {})], "1950-01-10", "2031-01-10"),
        (
            "meeting",
            [(NORTH, "open", {**VISIT, "begins": "2031-01-05"}), (SOUTH, "agree", {})],
            "2031-01-05",
            "",
        ),
        (
            "meeting",
            [(NORTH, "open", {**VISIT, "begins": "2031-01-05"}), (SOUTH, "agree", {})],
            "2031-01-04",
            "2031-01-05",
        ),
        ("meeting", came("2031-01-03"), "2031-01-03", ""),
        ("meeting", came("2031-01-03"), "2031-01-02", "2031-01-03"),
        ("meeting", came("2031-01-02"), "2031-01-03", "2031-01-10"),
        ("mission", [(NORTH, "open", {"mission": "north-mission", "of": NORTH})], "2031-01-09", "2031-01-10"),
    ],
)
def test_a_cost_falls_into_the_life_of_its_matter(kind: str, steps: list[Step], on: str, first: str) -> None:
    desk = played(kind, *steps)
    what = "salaries" if kind == "mission" else "transport"
    grounds = desk.say(NORTH, "cost", 30, what=what, **{**EUROS, "on": on})
    text = f"north-south-2030 art. 6: {on} is before the first day of what it is a cost of, {first}"
    assert grounds == ((text,) if first else ())


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("999999999999.99", ""),
        ("1000000000000", "a cost is below 1000000000000 EUR: enter it in parts"),
        ("999999999999999.99", "a cost is below 1000000000000 EUR: enter it in parts"),
    ],
)
def test_a_cost_is_such_that_as_many_as_a_charge_holds_can_be_claimed(amount: str, text: str) -> None:
    desk = played("meeting", (NORTH, "open", VISIT), (SOUTH, "agree", {}))
    grounds = desk.say(SOUTH, "cost", 1, what="stay", **{**EUROS, "amount": amount})
    assert grounds == ((f"north-south-2030 art. 6: {text}",) if text else ())
    most = {
        "begins": "2031-01-01",
        "ends": "2031-12-31",
        "currency": "EUR",
        "debtor": SOUTH,
        "entries": ["ab" * 32],
    }
    assert text or read_said(Claim, {**most, "balance": str(Decimal(amount) * MOST)})


@pytest.mark.parametrize(
    ("kind", "opening", "replaced"),
    [
        ("materials", {"material": "textbooks", "words": "two books", "giver": NORTH}, ()),
        (
            "training",
            {"year": 2031, "by": SOUTH, "places": 1},
            ((b'terms = "compensated"', b'terms = "free"'),),
        ),
    ],
)
def test_what_the_article_calls_free_bears_no_cost(
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    opening: dict[str, Any],
    replaced: tuple[tuple[bytes, bytes], ...],
) -> None:
    general = f'[[expense]]\nid = "general"\nfor = "{kind}"\nitems = {{ all = "receiving" }}\n'.encode()
    under(monkeypatch, (VISITS, general + VISITS), *replaced)
    desk = played(kind, (NORTH, "open", opening), (SOUTH, "agree", {}))
    grounds = desk.say(NORTH, "cost", 1, what="printing", **EUROS)
    assert grounds == ("north-south-2030 art. 5: by this article it is free: it bears no costs",)
    assert entries_of(desk.held()) == ()


# -- taken back -------------------------------------------------------------------------------------------------------

MISTAKE = {"because": "it was 25.00"}


def visited() -> tuple[Desk, str]:
    """Give a meeting with two costs of SOUTH's, and the name of the second."""
    desk = played(
        "meeting",
        (NORTH, "open", VISIT),
        (SOUTH, "agree", {}),
        (SOUTH, "cost", {"what": "stay", **EUROS}),
        (SOUTH, "cost", {"what": "stay", **EUROS, "amount": "2500.00"}),
    )
    return desk, entries_of(desk.held())[1].event


def test_a_cost_is_taken_back_by_whoever_has_had_it() -> None:
    desk, wrong = visited()
    assert desk.say(SOUTH, "strike-cost", 1, entry=wrong, **MISTAKE) == ()
    assert [str(each.amount) for each in entries_of(desk.held())] == ["10.00"]
    assert claims_of(desk.held()) == ((wrong, "taken-back"),)
    assert desk.held(NORTH).story == desk.held(SOUTH).story and desk.state == "agreed"
    assert story_of(desk.held())[-1].words == "takes back the cost stay 2500.00 EUR: it was 25.00"


def test_a_cost_of_the_others_or_none_at_all_is_not_taken_back() -> None:
    desk, wrong = visited()
    own = f"the cost is {SOUTH}'s own: contest it in the charge that claims it"
    assert desk.say(NORTH, "strike-cost", 1, entry=wrong, **MISTAKE) == (f"north-south-2030 art. 6: {own}",)
    none = "north-south-2030 art. 4: it names no cost of this matter"
    assert desk.say(SOUTH, "strike-cost", 2, entry="ab" * 32, **MISTAKE) == (none,)
    assert story_of(desk.held())[-1].words == "takes back the cost abababababab: it was 25.00"
    assert desk.say(SOUTH, "strike-cost", 3, entry=wrong, **MISTAKE) == ()
    assert desk.say(SOUTH, "strike-cost", 4, entry=wrong, **MISTAKE) == (
        "north-south-2030 art. 6: the cost was taken back already",
    )


def test_two_that_cross_come_to_one_ledger() -> None:
    desk, wrong = visited()
    assert desk.say(SOUTH, "strike-cost", 1, entry=wrong, alone=True, **MISTAKE) == ()
    assert desk.say(NORTH, "cancel", 1, because="a storm", alone=True) == ()
    desk.pass_on()
    assert desk.held(NORTH).costs == desk.held(SOUTH).costs
    assert [str(each.amount) for each in entries_of(desk.held())] == ["10.00"]
