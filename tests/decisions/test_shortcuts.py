"""Where one condition of several decides: each is shown alone, so that none can be left out."""

import msgspec
import pytest

from comity.agreements.loading import parse_agreement
from comity.decisions.cases import decide_cases, read_cases
from comity.decisions.gate import decide
from comity.decisions.known import Known
from comity.handling.consent import Consent
from comity.handling.custody import HopTerms
from comity.handling.item import Item
from decisions.material import AT, DAY, EAST, NORTH, SOUTH, WEST, hop, known, question, received
from decisions.test_case_file import folder, good  # noqa: F401 - a fixture
from decisions.test_gate import PROTOCOL, TEXT, text

NEW = "north-new.example"


def test_a_successor_is_not_asked_whether_it_may_receive_or_pass_on():
    succession = f'kind = "succession"\nby = "{NEW}"\nof = "north.example"\ndated = 2029-01-01\n'
    deed = text(
        "deed",
        NORTH,
        SOUTH,
        third="[third_party]\nmembers_exempt = false",
        **{"notices/0001-succession.toml": succession},
    )
    held = Known([deed, text("on", SOUTH, NEW), text("off", SOUTH, EAST)], unsigned=True)
    item = Item("r", "x", NORTH, hops=(hop(agreement="deed", at=AT.replace(year=2027)),))
    assert decide(question(item, to=NEW), held, AT).permitted
    assert [ask.party for ask in decide(question(item), held, AT).ask] == [NEW]


def test_holdings_of_something_else_alone_are_no_holding():
    asked = msgspec.structs.replace(question(received("q")), disclose="r", holdings=(received("p"),))
    decision = decide(asked, known(), AT)
    told = [(each.ref, each.text, each.rule) for each in decision.grounds]
    assert told == [("rule 7 custody", "`r` is not at hand", 7)]
    assert (decision.outcome, decision.agreement, decision.ask) == ("refused", None, ())


def test_unread_words_and_a_protected_category_are_both_told():
    item = Item("r", "persons.religion", SOUTH, needs_reading=True)
    told = [each.text for each in decide(question(item), known(), AT).grounds if each.rule == 1]
    assert len(told) == 2 and "`r` needs a person's reading before it goes on" in told


@pytest.mark.parametrize(("use", "outcome"), [("never", "refused"), ("consent", "needs-consent")])
def test_use_before_a_court_binds_where_no_marking_is_limited(use, outcome):
    deed = text("deed", NORTH, SOUTH, third=f'[[handling]]\njudicial_use = "{use}"')
    held = Known([deed, text("on", SOUTH, EAST)], unsigned=True)
    asked = question(Item("r", "x", NORTH, hops=(hop(agreement="deed"),)), judicial=True)
    decision = decide(asked, held, AT)
    assert (decision.outcome, [(each.ref, each.rule) for each in decision.grounds]) == (
        outcome,
        [("deed art. 2", 6)],
    )
    assert decide(msgspec.structs.replace(asked, judicial=False), held, AT).permitted


@pytest.mark.parametrize(
    ("to", "category", "year", "permitted"),
    [
        (WEST, "incident.indicators", 2028, True),
        (EAST, "incident.indicators", 2028, False),
        (WEST, "incident.reports", 2028, False),
        (WEST, "incident.indicators", 2030, False),
    ],
)
def test_a_standing_consent_is_for_its_recipient_its_categories_and_its_time(to, category, year, permitted):
    held = Known(
        [each for each in known().sources.values() if each.agreement.id == "north-south"]
        + [text("east", SOUTH, EAST), text("west", SOUTH, WEST)],
        unsigned=True,
    )
    now = AT.replace(year=year)
    item = Item("r", category, NORTH, hops=(hop(at=now),))
    assert decide(question(item, to=to), held, now).permitted is permitted


def test_terms_copied_into_a_hop_are_a_ground_of_rule_seven():
    terms = HopTerms("old art. 4", "Ask.", ("information",), members=("harbour.example", SOUTH))
    item = Item("h", "incident", "harbour.example", hops=(hop("harbour.example", SOUTH, "old", terms=terms),))
    told = [(each.ref, each.text, each.rule) for each in decide(question(item), known(), AT).grounds]
    assert told == [("old art. 4", "Ask.", 7)]


def test_an_excluded_purpose_is_told_by_the_article_that_excludes_it_alone():
    asked = question(Item("r", "statistics", SOUTH), to=NORTH, purpose="commercial")
    told = [(each.ref, each.rule) for each in decide(asked, known(), AT).grounds]
    assert told == [("north-south art. 7(2)", 5)]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('ask = ["b.example", "a.example", "b.example"]', "asks nobody instead of a.example, b.example"),
        ('grounds = ["rule  5 purpose"]', "`rule  5 purpose` is not among the grounds"),
        ("ask = []", ""),
    ],
)
def test_what_differs_from_what_was_expected_is_said(folder, more, said):  # noqa: F811
    (folder / "cases.toml").write_text(good(more))
    cases, agreements = read_cases(folder / "cases.toml")
    (result,) = decide_cases(cases.cases, agreements.values())
    assert result.differs == ((said,) if said else ())
    assert result.ok is (not said)


def test_whom_an_answer_asks_is_said_where_nobody_was_expected(folder):  # noqa: F811
    swapped = good("ask = []").replace('to = "south.example"', 'to = "north.example"', 1)
    swapped = swapped.replace('from = "north.example"', 'from = "south.example"', 1)
    ends = 'from = "north.example", to = "south.example", agreement = "north-south"'
    (folder / "cases.toml").write_text(
        swapped + f'  hops = [{{ {ends}, at = 2030-01-01T00:00:00Z, purpose = "x" }}]\n'
    )
    cases, agreements = read_cases(folder / "cases.toml")
    (result,) = decide_cases(cases.cases, agreements.values())
    assert result.differs == ("asks north.example instead of nobody",)
    assert result.line() == (
        "needs-consent, ask north.example  one  [rule 5 purpose]  "
        "NOT AS EXPECTED: asks north.example instead of nobody"
    )


def test_a_successor_receives_under_the_agreement_it_succeeded_to():
    succession = f'kind = "succession"\nby = "{NEW}"\nof = "north.example"\ndated = 2029-01-01\n'
    deed = text("deed", NORTH, SOUTH, **{"notices/0001-succession.toml": succession})
    held = Known([deed], unsigned=True)
    item = Item("r", "x", SOUTH)
    assert decide(question(item, to=NEW), held, AT).permitted
    assert not decide(question(item, to=NORTH), held, AT).permitted
    assert not decide(question(item, to=NEW), held, AT.replace(year=2028)).permitted


def owed(*items, names=(), **said):
    decision = decide(question(*items, **said), known(names=names), AT)
    assert decision.permitted, decision.grounds
    return [(each.to, each.ref) for each in decision.obligations if each.kind == "consent-owed"]


def test_nobody_will_owe_consent_to_itself_and_each_is_owed_once():
    assert owed(received(), to=NORTH) == [(SOUTH, "north-south art. 3")]
    item = Item("v", "vulnerability", NORTH, hops=(hop(agreement="alliance"),))
    assert owed(item, to=EAST, names=("alliance",)) == [(NORTH, "alliance art. 3")]
    assert owed(item, to=NORTH, names=("alliance",)) == []


def test_a_caveat_is_given_in_the_decisive_language_and_else_in_any():
    for caveat, words in (
        ('caveat.de = "Zuerst lesen."\ncaveat.en = "Read first."', "Read first."),
        ('caveat.de = "Zuerst lesen."', "Zuerst lesen."),
    ):
        held = Known([text("deed", SOUTH, EAST, third=f"[[handling]]\n{caveat}")], unsigned=True)
        decision = decide(question(Item("r", "x", SOUTH)), held, AT)
        told = [(each.value, each.ref) for each in decision.obligations if each.kind == "read-caveat"]
        assert told == [(words, "deed art. 2")]


FOR_HELD = """+++
comity = 1
id = "deed"
title = "P"
language = "en"
protocol_of = "deed"
number = 2
+++

## Article 1

Also what is held.

```toml clause
[[handling]]
retention = "P9Y"
from = 2029-01-01
applies_to = "held"
```
"""


def test_a_protocol_for_what_is_held_does_not_bring_with_it_one_for_what_is_new():
    """Two protocols of 2029: one changes the third-party rule for new items, one the retention of those held too."""
    body = TEXT.format(
        id="deed",
        a=NORTH,
        b=SOUTH,
        third='[third_party]\nid = "now"',
        signed="2026-01-01",
        category="*",
        party="",
    ).replace('may_change = ["third_party"]', 'may_change = ["third_party", "handling"]')
    files = {
        "agreement.en.md": body,
        "protocols/0001-later.en.md": PROTOCOL.format(to="new"),
        "protocols/0002-held.en.md": FOR_HELD,
    }
    deed = parse_agreement({name: written.encode() for name, written in files.items()})
    held = Known([deed, text("on", SOUTH, EAST)], unsigned=True)
    for year, outcome in ((2028, "needs-consent"), (2029, "permitted")):
        item = Item("r", "x", NORTH, hops=(hop(agreement="deed", at=AT.replace(year=year)),))
        for _ in range(2):  # laid out, then found again
            assert decide(question(item), held, AT).outcome == outcome, year
    old = Item("r", "x", NORTH, hops=(hop(agreement="deed", at=AT.replace(year=2028)),))
    late = decide(question(old, to=NORTH), held, AT.replace(year=2038))
    assert [each.rule for each in late.grounds] == [8] and " prot. 2 " in late.grounds[0].ref


@pytest.mark.parametrize("first", ["covered", "not covered"])
def test_a_consent_that_goes_on_is_asked_of_each_item_that_came_one_way(first):
    """It counts for what came while it stood; what came by the same way before stays owed, whichever is met first."""
    given = Consent(
        NORTH, NORTH, SOUTH, AT - 10 * DAY, AT + DAY, agreement="north-south", category="incident", hops=2
    )
    held = {
        "covered": received("covered", hops=(hop(at=AT - 7 * DAY),)),
        "not covered": received("not covered", hops=(hop(at=AT - 20 * DAY),)),
    }
    order = (first, *(name for name in held if name != first))
    summary = Item("s", "incident.reports", SOUTH, made_from=order)
    decision = decide(question(*held.values(), summary), known(given), AT)
    assert decision.outcome == "needs-consent"
    assert [(ask.party, ask.items) for ask in decision.ask] == [(NORTH, ("not covered",))]
    assert decide(question(held["covered"]), known(given), AT).permitted
