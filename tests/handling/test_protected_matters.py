"""Names of protected matters: which matter each is about, however it is written, and the quick look that precedes."""

import pytest

from comity.handling.protected_matters import (
    COVERT_WORK,
    is_about,
    is_covert_work,
    needs_a_look,
    words_to_read,
)

#: A name -> the matter it is about.
ABOUT = {
    "persons.opinion": "opinion",
    "persons.trade-union": "opinion",
    "persons.worldview": "belief",
    "persons.denomination": "religion",
    "persons.racial-origin": "ethnicity",
    "persons.tribe": "ethnicity",
    "persons.sexuality": "orientation",
    "persons.media-worker": "press function",
    "persons.embassy-staff": "diplomatic function",
    "persons.acquaintances": "mere association",
}
#: A word inside a part -> the matter the part is about.
INSIDE = {
    "religious-houses": "religion",
    "houses-religion": "religion",
    "ethnic-list": "ethnicity",
    "list-ethnicity": "ethnicity",
    "racial-list": "ethnicity",
    "dissident-list": "opinion",
    "list-of-dissidents": "opinion",
    "journalist-list": "press function",
    "list-of-journalists": "press function",
    "diplomat-list": "diplomatic function",
    "list-of-diplomats": "diplomatic function",
}
COVERT = (
    "covert-entry",
    "covert-surveillance",
    "covert-search",
    "covert-action",
    "deception",
    "deception-operation",
    "active-measures",
    "disinformation",
)


@pytest.mark.parametrize(("name", "matter"), [*ABOUT.items(), *INSIDE.items()])
def test_a_name_is_about_its_matter_and_is_looked_at(name, matter):
    assert is_about(name) == matter
    assert needs_a_look(name)


@pytest.mark.parametrize("name", COVERT)
def test_a_name_of_covert_work_is_known_and_is_looked_at(name):
    for written in (name, f"plans.{name}", name.upper(), name.replace("-", "_")):
        assert is_covert_work(written) and needs_a_look(written), written
    assert not is_about(name)


def test_covert_work_is_exactly_what_the_table_lists():
    assert sorted(COVERT) == sorted(COVERT_WORK)


@pytest.mark.parametrize(
    "written",
    ["Persons.Trade-Union", "lists/trade_union", "lists:trade union", "lists/persons:TRADE-UNION/north"],
)
def test_separators_and_case_do_not_hide_a_name(written):
    assert is_about(written) == "opinion"


@pytest.mark.parametrize(
    "written",
    [
        "lists.religion",
        "lists/religion",
        "lists:religion",
        "religion lists",
        "lists_religion",
        "lists-religion",
        "LISTS.RELIGION",
        "RELIGIONS",
        "Religions/lists",
        "ethnic_origin",
        "ethnic origin",
        "Ethnic:Origin",
    ],
)
def test_the_quick_look_sees_a_suspect_word_behind_any_separator(written):
    assert needs_a_look(written)


def test_a_part_or_a_word_inside_it_counts_and_a_piece_of_a_word_does_not():
    assert is_about("persons.religious-houses.north") == "religion"
    assert is_about("north.list.faith") == "religion"
    assert is_about("faithful") is None and is_about("persons.embrace") is None
    assert not is_covert_work("plans.covert") and not is_covert_work("plans.deceptions")


@pytest.mark.parametrize("name", ["", "incident.indicators", "network-defence", "Fraud.Reports", "aid/check"])
def test_an_honest_name_needs_no_look(name):
    assert not needs_a_look(name)


def test_the_words_to_read_are_given_whole_and_in_their_order():
    text = "The JOURNALISTS met a diplomat; a gaylord and an omnireligious house are another matter."
    assert list(words_to_read(text)) == ["journalists", "diplomat", "gaylord"]
    assert list(words_to_read("nothing of the kind")) == []
