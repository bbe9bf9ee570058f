"""A case file read field by field: what every field becomes, what its absence means, what is said of a wrong one."""

from datetime import UTC, datetime, timedelta

import pytest

from comity.agreements.durations import Duration
from comity.decisions.case_file import Case, parse_case_file
from comity.decisions.fields import Fields
from comity.decisions.question import Question
from comity.errors import BadInput
from comity.handling.consent import Consent
from comity.handling.custody import Hop
from comity.handling.item import Item
from comity.handling.markings import Marking, Pap

DAY = datetime(2030, 5, 1, tzinfo=UTC)

WHOLE = """agreements = ["a", "b"]

[[case]]
name = "one"
at = 2030-05-01T02:00:00+02:00
from = "south.example"
to = "east.example"
purpose = "network-defence"
disclose = "r"
use = "judicial"
necessity = true
confirmed = true
approved_by = ["first", "second"]
office_from = "south-coast"
office_to = "east-coast"
carrier = "pouch"
via = ["harbour.example"]
under = "south-east"
withdrawn = ["p"]
reviewed = ["s"]
expect = "needs-consent"
grounds = ["north-south art. 3"]
ask = ["north.example"]

  [[case.item]]
  id = "p"
  category = "incident.reports"
  originator = "north.example"
  kind = "materials"
  marking = "TLP:AMBER"
  pap = "PAP:GREEN"
  retention = "P30D"
  caveat = "Read first."
  judicial = "consent"

    [[case.item.hops]]
    from = "north.example"
    to = "south.example"
    agreement = "north-south"
    at = 2030-05-01T00:00:00Z
    purpose = "incident-response"

  [[case.item]]
  id = "r"
  category = "incident"
  originator = "south.example"
  made_from = ["p"]

  [[case.item]]
  id = "r"
  category = "incident"
  originator = "south.example"
  made_from = ["p"]

    [[case.item.hops]]
    from = "south.example"
    to = "east.example"
    agreement = "south-east"
    at = 2030-05-01T00:00:00Z

  [[case.consent]]
  by = "north.example"
  holder = "south.example"
  to = "east.example"
  from = 2030-05-01T00:00:00Z
  until = 2030-05-02T00:00:00Z
  item = "p"
  agreement = "north-south"
  category = "incident"
  purpose = "network-defence"
  revoked = 2030-05-01T12:00:00Z
  confirmed_at = 2030-05-01T06:00:00Z
  fresh = "PT24H"
  hops = 3
  condition = "by hand only"
  x_desk = "7"

  [[case.consent]]
  by = "west.example"
  holder = "south.example"
  to = "east.example"
  from = 2030-05-01T00:00:00Z
  until = 2030-05-02T00:00:00Z
"""


def test_every_field_is_read_into_its_place():
    found = parse_case_file(WHOLE.encode(), "cases.toml")
    source = Item(
        "p",
        "incident.reports",
        "north.example",
        kind="materials",
        marking=Marking.parse("TLP:AMBER"),
        pap=Pap.parse("PAP:GREEN"),
        hops=(Hop("north.example", "south.example", "north-south", DAY, purpose="incident-response"),),
        retention=Duration(days=30),
        caveat="Read first.",
        judicial="consent",
    )
    made = Item("r", "incident", "south.example", made_from=("p",))
    other = Item(
        "r",
        "incident",
        "south.example",
        made_from=("p",),
        hops=(Hop("south.example", "east.example", "south-east", DAY),),
    )
    ends = {"holder": "south.example", "to": "east.example", "from_": DAY, "until": DAY + timedelta(days=1)}
    assert found.agreements == ("a", "b")
    assert found.cases == (
        Case(
            "one",
            DAY,
            Question(
                items={"p": source, "r": made},
                disclose="r",
                holder="south.example",
                to="east.example",
                purpose="network-defence",
                office_from="south-coast",
                office_to="east-coast",
                carrier="pouch",
                via=("harbour.example",),
                confirmed=True,
                judicial=True,
                necessity=True,
                approved_by=("first", "second"),
                under="south-east",
                holdings=(other,),
            ),
            (
                Consent(
                    by="north.example",
                    item="p",
                    agreement="north-south",
                    category="incident",
                    purpose="network-defence",
                    revoked=DAY + timedelta(hours=12),
                    confirmed_at=DAY + timedelta(hours=6),
                    fresh=Duration(seconds=86400),
                    hops=3,
                    condition="by hand only",
                    **ends,
                ),
                Consent(by="west.example", **ends),
            ),
            {"p": DAY},
            ("s",),
            "needs-consent",
            ("north-south art. 3",),
            ("north.example",),
        ),
    )


LEAST = """agreements = ["a"]
[[case]]
name = "one"
at = 2030-05-01T00:00:00Z
from = "south.example"
to = "east.example"
disclose = "r"
{more}
"""


def least(more=""):
    (case,) = parse_case_file(LEAST.format(more=more).encode(), "cases.toml").cases
    return case


def test_what_a_case_does_not_say_is_nothing():
    assert least() == Case(
        "one",
        DAY,
        Question(items={}, disclose="r", holder="south.example", to="east.example", purpose=""),
        (),
        {},
        (),
        None,
        None,
        None,
    )


def test_an_item_is_information_of_nobody_unless_it_says_otherwise():
    case = least('item = [{ id = "r", category = "incident" }]')
    assert case.question.items == {"r": Item("r", "incident", "")}


@pytest.mark.parametrize(("name", "outcome"), [("confirmed", False), ("necessity", False), ("use", False)])
def test_a_flag_that_is_off_is_off(name, outcome):
    case = least(f"{name} = false" if name != "use" else "")
    question = case.question
    assert (question.confirmed, question.necessity, question.judicial) == (outcome, outcome, outcome)


def said(text):
    with pytest.raises(BadInput) as caught:
        parse_case_file(text.encode(), "f")
    return list(caught.value.mistakes)


ONE = "f: case `one`"


@pytest.mark.parametrize(
    ("more", "mistakes"),
    [
        ("item = 3", [f"{ONE}: `item` should be written [[item]]"]),
        ("item = [3]", None),
        ('consent = ["x"]', None),
        (
            'item = [{ id = "r", category = "UP", marking = 3 }]',
            [
                f"{ONE}: item `r`: `UP` is not a category such as `incident.indicators`",
                f"{ONE}: item `r`: `marking` should be a text",
            ],
        ),
        (
            'item = [{ id = "r", category = "x", judicial = "yes" }]',
            [f"{ONE}: item `r`: `judicial`: `yes` should be one of free, consent, never"],
        ),
        (
            'item = [{ id = "r", category = "x", hops = [{ from = "a.example", to = "b.example" }] }]',
            [
                f"{ONE}: item `r`: hop 1: `agreement` is missing",
                f"{ONE}: item `r`: hop 1: `at` is missing",
            ],
        ),
        (
            'item = [{ id = "r", category = "x", hops = [{ from = "a.example", to = "b.example", '
            'agreement = "d", at = 2030-01-01T00:00:00Z, extra = 1, purpose = 2 }] }]',
            [
                f"{ONE}: item `r`: hop 1: `purpose` should be a text",
                f"{ONE}: item `r`: hop 1: `extra` is not a field known here",
            ],
        ),
        (
            'item = [{ id = "r", category = "x", colour = "red" }]',
            [f"{ONE}: item `r`: `colour` is not a field known here"],
        ),
        (
            'consent = [{ by = "a.example", holder = "b.example", to = "c.example", more = 1, '
            'from = 2030-01-01T00:00:00Z, until = 2030-01-01, fresh = "soon", revoked = "now" }]',
            [
                f"{ONE}: consent: `until` should be a time with its offset such as 2031-03-14T09:00:00Z",
                f"{ONE}: consent: `revoked` should be a time with its offset such as 2031-03-14T09:00:00Z",
                f"{ONE}: consent: `fresh`: `soon` is not a duration such as P3Y, P6M or PT72H",
                f"{ONE}: consent: `more` is not a field known here",
            ],
        ),
        *(
            (
                'consent = [{ by = "a.example", holder = "b.example", to = "c.example", '
                f"from = 2030-01-01T00:00:00Z, until = 2030-01-02T00:00:00Z, hops = {wrong} }}]",
                [f"{ONE}: consent: `hops` should be a whole number from 1 to 64"],
            )
            for wrong in ("0", "-1", "65", "1.0", "true", '"2"', "9" * 99)
        ),
        (
            'expect = "' + "m" * 70 + '"',
            [f"{ONE}: `expect`: `{'m' * 60}` should be one of permitted, refused, needs-consent"],
        ),
        ("x" * 70 + " = 1", [f"{ONE}: `{'x' * 60}` is not a field known here"]),
    ],
)
def test_a_wrong_field_is_named_with_its_place(more, mistakes):
    found = said(LEAST.format(more=more))
    if mistakes is None:
        assert any("should be a table" in each for each in found)
    else:
        assert [each for each in found if "is not a duration" not in each] == [
            each for each in mistakes if "is not a duration" not in each
        ]
        assert len(found) == len(mistakes)


def test_a_case_is_named_by_its_number_where_its_name_is_no_text_or_empty():
    assert said(LEAST.format(more="x = 1").replace('"one"', "3"))[0] == "f: case 1: `name` should be a text"
    assert said(LEAST.format(more="x = 1").replace('"one"', '""'))[0].startswith("f: case 1: ")
    two = LEAST.format(more="") + '[[case]]\nname = "two"\nx = 1\n'
    assert {each.rpartition(": ")[0] for each in said(two)} == {"f: case `two`"}


def test_a_case_that_is_no_table_is_a_mistake():
    assert "f: case 1: should be a table" in said("agreements = []\ncase = [3]")


def test_two_holdings_may_differ_in_their_hops_alone():
    once = '{ id = "r", category = "x", originator = "a.example" }'
    again = '{ id = "r", category = "x", originator = "b.example" }'
    assert len(least(f"item = [{once}, {once}]").question.items) == 1
    assert said(LEAST.format(more=f"item = [{once}, {again}]")) == [
        f"{ONE}: item `r` stands twice and differs in more than its hops"
    ]


def test_a_key_of_sixteen_dots_is_read_and_one_more_is_not():
    assert "is not a field known here" in said(LEAST.format(more=".".join("k" * 16) + " = 1"))[0]
    assert said(".".join("k" * 18) + " = 1") == ["f: a key of more than 16 parts is too deep"]


def test_a_byte_order_mark_is_no_mistake():
    assert parse_case_file(b"\xef\xbb\xbf" + LEAST.format(more="").encode(), "f").cases


def test_a_mistake_of_the_reader_begins_in_lower_case():
    assert said("a = ")[0].startswith("f: invalid value")


class Reading(Fields):
    """Fields of a table given in the test."""

    def __init__(self, **table):
        super().__init__(table, "here", [])


def test_a_field_is_taken_once_and_what_is_left_is_named():
    fields = Reading(a=1, b=2)
    assert fields.take("a") == 1 and fields.take("a", None) is None and fields.mistakes == []
    assert fields.take("a") is None and fields.mistakes == ["here: `a` is missing"]
    fields.done()
    assert fields.mistakes[1:] == ["here: `b` is not a field known here"]


def test_an_absent_field_gives_its_default_and_a_wrong_one_gives_nothing():
    fields = Reading(t=1, l=["x", 1], s="x", i="x", d="x", p="A" * 70, o="z")
    assert fields.text("none", "else") == "else" and fields.text("t") is None
    assert fields.texts("none") == () and fields.texts("l") == () and fields.texts("s") == ()
    assert fields.instant("none", None) is None and fields.instant("i") is None
    assert fields.length("none") is None and fields.length("d") is None
    assert fields.party("none", "") == "" and fields.party("p") == "A" * 70
    assert fields.one_of("none", ("a",), None) is None and fields.one_of("o", ("a",)) == "z"
    assert fields.flag("none") is False and fields.tables("none") == []
    assert fields.mistakes == [
        "here: `t` should be a text",
        "here: `l` should be a list of texts",
        "here: `s` should be a list of texts",
        "here: `i` should be a time with its offset such as 2031-03-14T09:00:00Z",
        fields.mistakes[4],
        f"here: `p`: `{'A' * 60}` is not a Party id such as `north.example`",
        "here: `o`: `z` should be one of a",
    ]
    assert fields.mistakes[4].startswith("here: `d`: ")


def test_required_texts_that_are_absent_are_a_mistake():
    fields = Reading(f=1, g=True)
    assert fields.flag("f") is False and fields.flag("g") is True
    assert fields.mistakes == ["here: `f` should be true or false"]
    assert fields.party("who") == "" and fields.one_of("which", ("a",)) is None
    assert fields.instant("when") is None and fields.mistakes[1:] == [
        "here: `who` is missing",
        "here: `which` is missing",
        "here: `when` is missing",
    ]


def test_a_long_name_of_an_item_is_cut_in_the_mistake():
    one, two = (f'{{ id = "{"n" * 70}", category = "x", originator = "{end}.example" }}' for end in "ab")
    said_of = f"{ONE}: item `{'n' * 60}` stands twice and differs in more than its hops"
    assert said(LEAST.format(more=f"item = [{one}, {two}]")) == [said_of]


def test_a_long_category_is_cut_in_the_mistake():
    mistake = f"{ONE}: item `r`: `{'A' * 60}` is not a category such as `incident.indicators`"
    assert said(LEAST.format(more=f'item = [{{ id = "r", category = "{"A" * 70}" }}]')) == [mistake]
