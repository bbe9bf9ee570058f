"""Titles that the program puts together are said in the reader's language; what somebody wrote stays as it is."""

from types import SimpleNamespace as Facts
from typing import Any

import pytest

from comity.cooperation.kinds import KINDS
from comity.languages import speaking
from comity.languages.page_words import named, on_a_page, title_on_a_page


def opening(**said: Any) -> Facts:
    return Facts(opening=Facts(**said), by="north.example")


CHARGE = Facts(claim=Facts(balance="12.50", currency="EUR", begins="2031-01-01", ends="2031-03-31"))
DRAWN = Facts(drawn=Facts(begins="2031-01-01", ends="2031-12-31"))

#: Kind, facts, its title in English as a page says it, and in Czech.
TITLES = [
    ("charge", CHARGE, "12.50 EUR, 2031-01-01 – 2031-03-31", "12.50 EUR, 2031-01-01 – 2031-03-31"),
    (
        "contact",
        opening(office="lab", with_="unit", words="who: when"),
        "lab, unit: who: when",
        "lab, unit: who: when",
    ),
    (
        "continuity",
        opening(article="art. 6"),
        "arrangement for continuity, art. 6",
        "opatření pro kontinuitu, art. 6",
    ),
    (
        "delivery",
        opening(form="loan", thing="equipment", words="two of: them"),
        "equipment, on loan: two of: them",
        "equipment, zápůjčkou: two of: them",
    ),
    ("materials", opening(material="textbooks", words="a: b"), "textbooks: a: b", "textbooks: a: b"),
    (
        "measure",
        Facts(proposal=Facts(measure="search", aim="the weir")),
        "a search: the weir",
        "pátrání: the weir",
    ),
    ("meeting", opening(meeting="heads", words="spring"), "heads: spring", "heads: spring"),
    ("mission", opening(mission="liaison-cell"), "liaison-cell", "liaison-cell"),
    ("passage", opening(passage="officials", words="by rail"), "officials: by rail", "úřední osoby: by rail"),
    ("plan", opening(period="2031-2035"), "plan 2031-2035", "plán 2031-2035"),
    ("quota", opening(quota="stays", year=2031), "stays 2031, north.example", "stays 2031, north.example"),
    ("request", opening(aid="protection", words="plan 2031"), "protection: plan 2031", "ochrana: plan 2031"),
    ("summary", DRAWN, "2031-01-01 – 2031-12-31", "2031-01-01 – 2031-12-31"),
    (
        "training",
        opening(year=2031),
        "year of training 2031, north.example",
        "rok výcviku 2031, north.example",
    ),
]


def test_every_kind_of_matter_is_in_the_table() -> None:
    assert {kind for kind, *_ in TITLES} == set(KINDS)


@pytest.mark.parametrize(("kind", "facts", "english", "czech"), TITLES, ids=[row[0] for row in TITLES])
def test_a_title_is_said_in_the_readers_language(kind: str, facts: Facts, english: str, czech: str) -> None:
    title = KINDS[kind].title(facts)
    for tag, expected in (("en", english), ("cs", czech)):
        with speaking(tag):
            assert title_on_a_page(title, kind) == expected
            assert on_a_page(f"answer ({kind}: {title})").endswith(f": {expected})")


@pytest.mark.parametrize("kind", [*KINDS, "none"])
@pytest.mark.parametrize("title", ["", "0123456789ab", "anything a person wrote"])
def test_what_is_no_such_title_stays_as_it_is(kind: str, title: str) -> None:
    with speaking("cs"):
        assert title_on_a_page(title, kind) == title


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("about item 0123456789ab now", "about item “The weir” now"),
        ("`0123456789ab" + "0" * 52 + "` was withdrawn", "“The weir” was withdrawn"),
        ("`ffffffffffff" + "0" * 52 + "` was withdrawn", "ffffffffffff was withdrawn"),
        ("outcome of hit ffffffffffff", "outcome of hit ffffffffffff"),
        ("0123456789abc", "0123456789abc"),
        ("0123456789ab", "“The weir”"),
    ],
)
def test_an_item_is_named_by_its_title_where_there_is_one(text: str, expected: str) -> None:
    assert named(text, {"0123456789ab": "The weir", "ffffffffffff": ""}) == expected
