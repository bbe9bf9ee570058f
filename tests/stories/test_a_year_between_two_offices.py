"""A year between two offices, told twice: on the simulator and over HTTP, with one week in which only a pouch passes.

Each test is a chapter and builds on those before it. A plan is adopted; they meet four times, once unplanned, and a
delegation comes; two missions are opened; six requests are made, one refused, one late, one taken jointly; a loan comes
back; ten people are trained; next year's plan is drafted. In the end both have the same matters, to the last sentence;
the costs are claimed, contested, set off and paid to zero difference, and the year's summary is countersigned, equal on
both sides.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from comity.errors import RefusedHere
from comity.testing.working_text import NORTH, SOUTH
from stories.couple import Couple, couple

Known = dict[str, Any]
HEAD = "director"
ASK = {"aid": "check", "purpose": "incident-response"}


@pytest.fixture(scope="module", params=["simulator", "http"])
def year(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Couple]:
    with couple(request.param, tmp_path_factory.mktemp("year")) as made:
        yield made


@pytest.fixture(scope="module")
def known(year: Couple) -> Known:
    """What later chapters need of earlier ones: names of matters."""
    return {}


def test_1_january_the_plan_is_negotiated_line_by_line_and_adopted(year: Couple, known: Known) -> None:
    plan = year.open(NORTH, "plan", period="2027", begins="2027-02-01", ends="2027-12-31")
    for line in ("m1", "m2", "m3"):
        year.do(NORTH, plan, "line", line=line, of="meetings", words=f"working discussion {line}")
    year.exchange()
    for line in ("m1", "m2"):
        year.do(SOUTH, plan, "agree", line=line)
    year.do(SOUTH, plan, "object", line="m3", because="autumn suits us better")
    year.do(SOUTH, plan, "line", line="t1", of="training", words="ten places", count=10)
    year.exchange()
    year.do(NORTH, plan, "line", line="m3", of="meetings", words="working discussion in October")
    year.do(NORTH, plan, "agree", line="t1")
    year.exchange()
    year.do(SOUTH, plan, "agree", line="m3")
    assert year.refused(SOUTH, plan, "adopt") == [
        "north-south-2030 art. 4: `adopt` needs the function director"
    ]
    assert year.do(SOUTH, plan, "adopt", as_function=HEAD) == "drafted"
    year.exchange()
    assert year.do(NORTH, plan, "adopt", as_function=HEAD) == "adopted"
    year.exchange()
    known["plan"] = plan


def meet(year: Couple, host: str, begins: str, ends: str, /, **said: Any) -> str:
    """Let the two meet: proposed by whoever visits, agreed, consented to, held."""
    visitor = SOUTH if host == NORTH else NORTH
    told = {
        "meeting": "working-discussion",
        "words": "current work",
        "host": host,
        "begins": begins,
        "ends": ends,
    }
    meeting = year.open(visitor, "meeting", **{**told, **said})
    year.exchange()
    year.do(host, meeting, "agree")
    year.exchange()
    people = {"functions": ["analyst", "interpreter"], "count": 2}
    year.do(visitor, meeting, "delegation", arrives=begins, departs=ends, **people)
    year.exchange()
    year.do(host, meeting, "consent")
    year.exchange()
    year.until(ends)
    year.do(visitor, meeting, "held", on=ends)
    year.exchange()
    return meeting


def test_2_the_two_missions_take_their_seats(year: Couple, known: Known) -> None:
    north = year.open(NORTH, "mission", mission="north-mission", of=NORTH)
    south = year.open(SOUTH, "mission", mission="south-mission", of=SOUTH)
    year.exchange()
    seat = {"function": "liaison-officer", "begins": "2027-02-01"}
    for name in ("first", "second"):
        year.do(NORTH, north, "accredit", seat=name, **seat)
    (ground,) = year.refused(NORTH, north, "accredit", seat="third", **seat)
    assert ground.endswith("all its 2 seats are taken")
    (ground,) = year.refused(SOUTH, south, "accredit", seat="first", **seat)
    assert ground.endswith("its strength is not agreed yet: a protocol sets it")
    year.do(SOUTH, south, "needs-protocol", because="its strength is not agreed", changes="mission")
    year.exchange()
    year.do(SOUTH, north, "admit", seat="first")
    year.do(SOUTH, north, "object", seat="second", because="the visa was refused")
    year.do(SOUTH, north, "provide", what="premises", words="two rooms", begins="2027-02-01")
    year.exchange()
    known["missions"] = (north, south)


def test_3_spring_two_planned_meetings_and_a_delegation(year: Couple, known: Known) -> None:
    year.pass_days(60)
    known["meetings"] = [
        meet(year, NORTH, "2027-03-10", "2027-03-11", plan=known["plan"], line="m1"),
        meet(year, SOUTH, "2027-04-20", "2027-04-21", plan=known["plan"], line="m2"),
        meet(year, SOUTH, "2027-05-03", "2027-05-06", meeting="delegation", words="a visit of heads"),
    ]
    (ground,) = year_refuses(year, known)
    assert ground.endswith("has no line `m9`")
    for line in ("m1", "m2"):
        year.do(NORTH, known["plan"], "track", line=line, state="done")
    year.exchange()


def year_refuses(year: Couple, known: Known) -> list[str]:
    from stories.couple import Refused

    said = {"meeting": "staff", "words": "x", "host": SOUTH, "begins": "2027-06-01", "ends": "2027-06-01"}
    try:
        year.open(NORTH, "meeting", **said, plan=known["plan"], line="m9")
    except Refused as refusal:
        return [ground["text"] for ground in refusal.args[0]]
    raise AssertionError("a meeting outside the plan was taken for a planned one")


def test_4_three_requests_answered_refused_and_late(year: Couple, known: Known) -> None:
    answered, refused, late = (
        year.open(NORTH, "request", **ASK, words=f"is {what} known to you")
        for what in ("this address", "this account", "this vessel")
    )
    year.exchange()
    for request in (answered, late):
        year.do(SOUTH, request, "acknowledge")
        year.do(SOUTH, request, "accept")
    (ground,) = year.refused(SOUTH, refused, "refuse", ground="no-mood")
    assert ground.startswith("north-south-2030 art. 2: `no-mood` is not a ground on which it may be refused")
    assert year.do(SOUTH, refused, "refuse", ground="own-law") == "refused"
    year.do(SOUTH, answered, "answer", words="it is not")
    year.exchange()
    assert year.do(NORTH, answered, "outcome", outcome="useful") == "closed"
    year.pass_days(9)
    year.do(SOUTH, late, "answer", words="it was, under another name")
    year.exchange()
    story = year.show(NORTH, late)["story"]
    assert [(due["what"], due["ref"]) for due in story[-1]["late"]] == [("answer", "north-south-2030 art. 2")]
    known["requests"] = [answered, refused, late]


def test_5_a_week_in_june_in_which_only_a_pouch_passes(year: Couple, known: Known) -> None:
    """Both go on working. One request is taken jointly; of two steps that cross, the earlier counts on both sides."""
    year.pass_days(20)
    joint = year.open(NORTH, "request", **ASK, words="who was at the quay")
    year.exchange()
    year.cut()
    year.do(SOUTH, joint, "propose", taken_by="jointly", because="each has half of the quay")
    crossed = year.open(SOUTH, "request", **ASK, words="is this number plate known to you")
    year.pouch(SOUTH, NORTH)
    year.pass_days(2)
    year.do(NORTH, joint, "agree")
    year.do(SOUTH, crossed, "withdraw", because="we have found it ourselves")
    year.pass_days(1)
    year.do(NORTH, crossed, "accept")
    year.pouch(NORTH, SOUTH)
    year.pouch(SOUTH, NORTH)
    assert year.show(NORTH, crossed)["state"] == year.show(SOUTH, crossed)["state"] == "withdrawn"
    void = [line["word"] for line in year.show(SOUTH, crossed)["story"] if not line["counts"]]
    assert void == ["accept"]
    year.pass_days(4)
    year.do(NORTH, joint, "partial", words="our half: nobody")
    year.mend()
    year.exchange()
    year.do(SOUTH, joint, "answer", words="their half: two lorries")
    year.exchange()
    year.do(NORTH, joint, "outcome", outcome="in-part")
    year.exchange()
    known["requests"] += [joint, crossed]


def test_6_an_unplanned_meeting_and_an_urgent_request(year: Couple, known: Known) -> None:
    known["meetings"].append(meet(year, NORTH, "2027-07-01", "2027-07-02", words="what the quay has shown"))
    cost = {"what": "stay", "amount": "420.00", "currency": "EUR", "on": "2027-07-02"}
    year.do(NORTH, known["meetings"][-1], "cost", **cost)
    urgent = year.open(SOUTH, "request", **ASK, urgency="urgent", words="is this container on your list")
    due = year.show(SOUTH, urgent)["due"]
    assert [each["what"] for each in due] == ["answer", "acknowledge"]  # eight hours, before the day
    year.exchange()
    for step in ("acknowledge", "accept"):
        year.do(NORTH, urgent, step)
    year.do(NORTH, urgent, "answer", words="it is not")
    year.exchange()
    assert year.do(SOUTH, urgent, "outcome", outcome="useful") == "closed"
    known["requests"].append(urgent)
    year.exchange()


def test_7_what_was_lent_comes_back(year: Couple, known: Known) -> None:
    loan = year.open(
        *(SOUTH, "delivery"),
        form="loan",
        thing="equipment",
        words="two meters",
        giver=NORTH,
        count=2,
        until="2027-09-30",
    )
    year.exchange()
    year.do(NORTH, loan, "agree")
    year.until("2027-07-16")
    year.do(NORTH, loan, "deliver", note="n-7", count=2, on="2027-07-15", numbers=["a-1", "a-2"])
    year.exchange()
    year.do(SOUTH, loan, "receive", count=2, on="2027-07-16")
    (ground,) = year.refused(SOUTH, loan, "passed-on", to="east.example")
    assert ground == "north-south-2030 art. 7: its provider has not let it pass to east.example"
    assert [(due["what"], due["by"]) for due in year.show(SOUTH, loan)["due"]] == [("return", SOUTH)]
    year.until("2027-08-20")
    year.do(SOUTH, loan, "return", count=2, on="2027-08-20")
    year.exchange()
    assert year.do(NORTH, loan, "confirm-return") == "closed"
    year.exchange()
    known["loan"] = loan


def test_8_ten_people_are_trained_and_an_eleventh_is_not(year: Couple, known: Known) -> None:
    training = year.open(NORTH, "training", year=2027, by=SOUTH, places=10)
    year.exchange()
    year.do(SOUTH, training, "agree")
    year.exchange()
    course = {"function": "analyst", "begins": "2027-09-06", "ends": "2027-09-17", "words": "autumn course"}
    for number in range(11):
        year.do(NORTH, training, "nominate", nominee=f"n-{number}", **course)
    year.exchange()
    for number in range(10):
        year.do(SOUTH, training, "admit", nominee=f"n-{number}")
    (ground,) = year.refused(SOUTH, training, "admit", nominee="n-10")
    assert ground == "north-south-2030 art. 5: all 10 places of the year are taken"
    year.do(SOUTH, training, "not-admit", nominee="n-10", because="the places are taken")
    year.until("2027-09-17")
    early = year.refused(SOUTH, training, "attend", nominee="n-0", days=1, ends="2027-09-18")
    assert early[0].endswith("2027-09-18 has not come yet on 2027-09-17: it is told once it has happened")
    for number in range(10):
        year.do(SOUTH, training, "attend", nominee=f"n-{number}", days=10, ends="2027-09-17")
        year.do(SOUTH, training, "certify", nominee=f"n-{number}", result="passed")
    year.exchange()
    assert year.do(NORTH, training, "close") == "closed"
    year.exchange()
    known["training"] = training


def test_9_the_third_planned_meeting_and_the_report(year: Couple, known: Known) -> None:
    known["meetings"].append(meet(year, SOUTH, "2027-10-12", "2027-10-13", plan=known["plan"], line="m3"))
    year.do(SOUTH, known["plan"], "track", line="t1", state="done")
    year.do(SOUTH, known["plan"], "report", words="all meetings held; a fourth is wanted next year")
    year.exchange()
    assert year.do(NORTH, known["plan"], "report", words="as said, and with thanks") == "reported"
    year.exchange()


def test_10_december_next_years_plan_is_drafted_from_what_is_left(year: Couple, known: Known) -> None:
    drafted = year.tell(
        *(NORTH, "plan-next"),
        plan=known["plan"],
        period="2028",
        begins="2028-01-01",
        ends="2028-12-31",
    )
    assert list(drafted["matter"]["facts"]["lines"]) == ["m3"]  # never tracked, and so still to be done
    assert drafted["matter"]["facts"]["opening"]["after"] == known["plan"]
    year.exchange()


def test_11_both_have_the_same_year_to_the_last_sentence(year: Couple, known: Known) -> None:
    north, south = ({row["id"]: row for row in year.list(party)} for party in (NORTH, SOUTH))
    assert north.keys() == south.keys() and len(north) == 2 + 5 + 2 + 6 + 1 + 1
    for name in north:
        one, other = year.show(NORTH, name), year.show(SOUTH, name)
        for mine in ("steps",):
            one.pop(mine), other.pop(mine)
        assert one == other
    assert len(known["requests"]) == 6 and len(known["meetings"]) == 5


PERIOD = {"begins": "2027-01-01", "ends": "2027-12-31"}


def test_12_the_costs_of_the_year_are_claimed_contested_and_paid_to_zero(year: Couple, known: Known) -> None:
    meeting = known["meetings"][0]
    for party, what, amount in (
        (NORTH, "transport", "310.50"),
        (SOUTH, "stay", "95.25"),
        (NORTH, "stay", "88.00"),
    ):
        year.do(party, meeting, "cost", what=what, amount=amount, currency="EUR", on="2027-03-10")
    year.exchange()
    north, south = (year.tell(party, "ledger") for party in (NORTH, SOUTH))
    assert [row["event"] for row in north["lines"]] == [row["event"] for row in south["lines"]]
    assert north["owed"] == south["owed"] != []
    assert {row["ref"] for row in north["lines"]} == {"north-south-2030 art. 6"}

    creditor = north["owed"][0]["creditor"]
    debtor = SOUTH if creditor == NORTH else NORTH
    asked = year.tell(
        creditor, "charge-claim", peer=debtor, dry_run=True
    )  # all of it follows from what is open
    assert asked["tried"] and not asked["grounds"]
    claimed = year.tell(creditor, "charge-claim", peer=debtor, currency="EUR", **PERIOD)
    assert claimed["decision"] == "permitted", claimed["grounds"]
    charge = claimed["matter"]["id"]
    year.exchange()
    assert year.tell(debtor, "charge-check", charge=charge)["same"]
    with pytest.raises(RefusedHere, match="no cost"):  # every cost is claimed once
        year.tell(creditor, "charge-claim", peer=debtor, currency="EUR", **PERIOD)

    entry = claimed["matter"]["facts"]["claim"]["entries"][0]
    assert (
        year.do(debtor, charge, "contest", entries=[entry[:12]], because="the receipt is missing")
        == "contested"
    )
    year.exchange()
    claim = claimed["matter"]["facts"]["claim"]
    again = {name: claim[name] for name in ("begins", "ends", "currency", "entries", "debtor", "balance")}
    assert year.do(creditor, charge, "amend", **{**again, "balance": "1"}) == "claimed"
    year.exchange()
    wrong = year.tell(debtor, "charge-check", charge=charge)
    assert not wrong["same"] and "it comes to" in wrong["mistakes"][0]
    year.do(debtor, charge, "contest", entries=[entry], because="it comes to another sum here")
    year.exchange()
    year.do(creditor, charge, "amend", **again)
    year.exchange()
    assert year.tell(debtor, "charge-check", charge=charge)["same"]
    assert year.do(debtor, charge, "accept") == "accepted"
    assert year.refused(debtor, charge, "close") == [
        "north-south-2030 art. 6: there is a balance to be paid first"
    ]
    year.until("2028-01-10")
    year.do(debtor, charge, "pay", on="2028-01-10", reference="2028-17")
    year.exchange()
    assert year.do(creditor, charge, "receive") == "settled"
    year.exchange()
    for party in (NORTH, SOUTH):
        ledger = year.tell(party, "ledger")
        assert ledger["owed"] == [] and {row["state"] for row in ledger["lines"]} == {"settled"}


def test_13_the_summary_is_the_same_on_both_sides_and_countersigned(year: Couple, known: Known) -> None:
    north, south = (
        year.tell(party, "summary-figures", peer=peer, **PERIOD)
        for party, peer in ((NORTH, SOUTH), (SOUTH, NORTH))
    )
    assert north == south
    assert {row["what"] for row in north} >= {"matter", "refused", "answered-hours", "cost"}
    drawn = year.tell(NORTH, "summary-draw", peer=SOUTH, words="a full year", **PERIOD)
    assert drawn["decision"] == "permitted", drawn["grounds"]
    summary = drawn["matter"]["id"]
    year.exchange()
    assert year.tell(SOUTH, "summary-check", summary=summary)["same"]
    assert year.do(SOUTH, summary, "countersign") == "countersigned"
    year.exchange()
    for party in (NORTH, SOUTH):
        assert year.show(party, summary)["state"] == "countersigned"


def test_14_a_late_cost_makes_a_summary_differ_and_names_the_row(year: Couple, known: Known) -> None:
    meeting = known["meetings"][0]
    cost = {"what": "stay", "amount": "12.00", "currency": "EUR", "on": "2027-03-11"}
    drawn = year.tell(NORTH, "summary-draw", peer=SOUTH, **PERIOD)["matter"]["id"]
    year.do(SOUTH, meeting, "cost", **cost)
    year.exchange()
    found = year.tell(SOUTH, "summary-check", summary=drawn)
    assert not found["same"]
    assert any("cost by south.example, EUR stay, 2027-03" in row for row in found["rows"])
    assert year.do(SOUTH, drawn, "differ", rows=found["rows"]) == "differing"


def test_15_what_has_a_day_stands_in_one_list_on_both_sides(year: Couple) -> None:
    sides = {party: {row["side"] for row in year.tell(party, "due-list")} for party in (NORTH, SOUTH)}
    assert all(each <= {"ours", "theirs", "own"} for each in sides.values())
