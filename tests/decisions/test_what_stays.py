"""What of an agreement outlives its end and what does not; and what permits only as long as it can be read."""

import pytest

from comity.decisions.gate import decide
from comity.decisions.known import Known
from comity.handling.item import Item
from decisions.material import AT, EAST, NORTH, SOUTH, WEST, hop, question
from decisions.test_gate import text

THEN = AT.replace(year=2027)
ENDED, GOES_ON = '2026-01-01\nduration = "P2Y"', "2026-01-01"
UNDER = '\nunder = ["framework-2019 art. 6"]'


def passed_on(deed, to=EAST, **said):
    """Give the outcome for an item that North gave South under `deed` and South would pass on under another text."""
    held = Known([deed, text("on", SOUTH, to)], unsigned=True)
    item = Item("r", "x", NORTH, hops=(hop(agreement="deed", at=THEN),))
    return decide(question(item, to=to, **said), held, AT).outcome


@pytest.mark.parametrize(
    ("article", "while_it_stands", "after_its_end"),
    [
        ("[third_party]", "needs-consent", "needs-consent"),
        (
            f'[third_party]\nstanding = [{{ to = "{EAST}", categories = ["*"] }}]',
            "permitted",
            "needs-consent",
        ),
        (
            f'[third_party]\n[[oversight]]\nbody = "{EAST}"\nsees = ["content"]',
            "permitted",
            "needs-consent",
        ),
    ],
    ids=["an obligation stays", "a standing consent ends", "an overseer's sight ends"],
)
def test_what_ends_with_the_agreement(article, while_it_stands, after_its_end):
    assert passed_on(text("deed", NORTH, SOUTH, third=article, signed=GOES_ON)) == while_it_stands
    assert passed_on(text("deed", NORTH, SOUTH, third=article, signed=ENDED)) == after_its_end


LEAVING = 'kind = "withdrawal"\nby = "west.example"\ndated = 2027-03-01\nreceived = 2027-03-01\n'


@pytest.mark.parametrize(("signed"), [GOES_ON, ENDED])
@pytest.mark.parametrize(("to", "outcome"), [(EAST, "permitted"), (WEST, "needs-consent")])
def test_members_stay_exempt_after_the_end_and_who_left_before_it_is_not(signed, to, outcome):
    others = "".join(f'[[party]]\nid = "{each}"\nname.en = "P"\n' for each in (EAST, WEST))
    deed = text(
        "deed",
        NORTH,
        SOUTH,
        third='[third_party]\n[withdrawal]\nnotice = "P1M"',
        signed=signed,
        party=others,
        **{"notices/0001-withdrawal.toml": LEAVING},
    )
    assert passed_on(deed, to=to) == outcome


NECESSITY = (
    '[third_party]\n[necessity]\nlifts = ["third_party"]\nthreat = "danger to life"\nofficers = {officers}'
)


@pytest.mark.parametrize(
    ("officers", "approved_by", "outcome"),
    [
        (2, ("one", "two"), "permitted"),
        (3, ("one", "two"), "needs-consent"),
        (3, ("one", "two", "two"), "needs-consent"),
        (3, ("one", "two", "three"), "permitted"),
    ],
)
def test_as_many_officers_approve_as_the_clause_asks(officers, approved_by, outcome):
    deed = text("deed", NORTH, SOUTH, third=NECESSITY.format(officers=officers))
    assert passed_on(deed, necessity=True, approved_by=approved_by) == outcome


@pytest.mark.parametrize(
    "article",
    [
        f'[third_party]\n[[oversight]]\nbody = "{EAST}"\nsees = ["content"]',
        NECESSITY.format(officers=2),
    ],
)
def test_what_would_open_and_cannot_be_read_opens_nothing(article):
    asked = {"necessity": True, "approved_by": ("one", "two")}
    assert passed_on(text("deed", NORTH, SOUTH, third=article), **asked) == "permitted"
    assert passed_on(text("deed", NORTH, SOUTH, third=article + UNDER), **asked) == "needs-consent"
