"""A decision in words: every rule in order, grounds in the reader's language, whom to ask, what would help."""

from pathlib import Path

import pytest

from comity.agreements.folder import read_folder
from comity.decisions.explain import RULES, explain
from comity.decisions.gate import decide
from comity.decisions.known import Known
from comity.handling.item import Item
from decisions.material import AT, EAST, NORTH, SOUTH, consent, hop, known, question, received

EXAMPLES = Path(__file__).parents[2] / "examples"


def told(asked, held, language=None):
    return explain(decide(asked, held, AT), held, language)


def test_every_rule_stands_in_order_with_what_it_saw_and_concluded():
    lines = told(question(received(), Item("s", "incident.reports", SOUTH, made_from=("r",))), known())
    rules = [line for line in lines if line.startswith("rule ")]
    assert [line.partition(": saw ")[0] for line in rules] == [
        f"rule {n} {name}" for n, name in RULES.items()
    ]
    assert rules[6].endswith(
        "saw 1 hops over 2 items, 0 consents given to south.example for east.example; "
        "consent is owed: north-south art. 3"
    )
    assert lines[0] == (
        "needs consent: `s` from south.example to east.example, for network-defence, at 2030-05-01T09:00:00Z"
    )
    assert "ask north.example to consent to `r` (north-south art. 3)" in lines
    assert "releasable to east.example without r (source: north.example)" in lines


def test_a_permission_names_the_article_the_agreement_and_what_goes_with_it():
    lines = told(question(received()), known(consent()))
    assert "the hop would be made under south-east" in lines
    assert any(
        line.startswith("rule 4 category: ") and "permits by south-east art. II" in line for line in lines
    )
    assert "goes with it: consent owed everyone-upstream, north.example (north-south art. 3)" in lines


def test_a_refusal_names_every_rule_that_stands_against_it():
    asked = question(Item("r", "weather", NORTH), holder=NORTH, to=SOUTH, purpose="commercial")
    lines = told(asked, known())
    assert any("rule 4 category" in line and "against: rule 4 category" in line for line in lines)
    assert any("rule 5 purpose" in line and "against: north-south art. 7(2)" in line for line in lines)
    assert "  north-south art. 7(2): Nothing serves commerce." in lines


def test_a_purpose_that_must_be_named_is_said():
    item = Item("r", "incident.reports", NORTH, hops=(hop(purpose="incident-response"),))
    assert any("naming the purpose network-defence" in line for line in told(question(item), known()))


@pytest.fixture(scope="module")
def examples():
    return Known([read_folder(EXAMPLES / "north-south-2026")], unsigned=True)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (None, "Each Party may give the other reports on incidents."),
        ("en", "Each Party may give the other reports on incidents."),
        ("xx", "Each Party may give the other reports on incidents."),
    ],
)
def test_articles_are_read_in_the_readers_language_and_else_in_the_decisive_one(examples, language, words):
    asked = question(Item("r", "incident.reports", NORTH), holder=NORTH, to=SOUTH)
    assert any(words in line for line in told(asked, examples, language))


def test_the_answer_is_the_same_in_every_language(examples):
    asked = question(Item("r", "incident.reports", NORTH), holder=NORTH, to=SOUTH)
    english, polish = told(asked, examples, "en"), told(asked, examples, "pl")
    assert english != polish and len(english) == len(polish)
    assert [line.partition(": ")[0] for line in english] == [line.partition(": ")[0] for line in polish]


def test_an_item_that_is_not_there_is_explained_too():
    lines = told(question(received(), to=EAST, under="nowhere"), known())
    assert any("`nowhere` is not an agreement between these two" in line for line in lines)
