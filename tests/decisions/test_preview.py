"""What a consent would open, before it is given; and what is one's own echo."""

from comity.decisions.preview import echoes, impact
from comity.handling.item import Item
from decisions.material import AT, EAST, NORTH, SOUTH, consent, hop, known, question, received

HELD = (
    received("a"),
    received("b"),
    Item("own", "incident.reports", SOUTH),
    Item("s", "incident.reports", SOUTH, made_from=("a", "own")),
    Item("t", "incident.reports", SOUTH, made_from=("s", "b")),
)


def test_a_consent_for_one_item_opens_it_and_what_rests_on_it_alone():
    found = impact(consent("a"), HELD, question(HELD[0]), known(), AT)
    assert (found.items, found.summaries) == (("a",), ("s",))
    assert found.in_words() == "this opens 1 item and 1 summary to east.example"


def test_a_class_consent_opens_the_class():
    given = consent(None, agreement="north-south", category="incident")
    found = impact(given, HELD, question(HELD[0]), known(), AT)
    assert (found.items, found.summaries, found.still_owed) == (("a", "b"), ("s", "t"), ())
    assert found.in_words() == "this opens 2 items and 2 summaries to east.example"


def test_what_still_waits_for_another_is_told_apart():
    two = (
        *HELD[:1],
        Item("w", "incident.reports", "west.example", hops=(hop("west.example", SOUTH, "south-west"),)),
        Item("m", "incident.reports", SOUTH, made_from=("a", "w")),
    )
    found = impact(consent("a"), two, question(two[0]), known(), AT)
    assert found.still_owed == ("m",) and "1 more would still wait" in found.in_words()


def test_a_consent_that_changes_nothing_opens_nothing():
    found = impact(consent("elsewhere"), HELD, question(HELD[0]), known(), AT)
    assert found.in_words() == "this opens 0 items and 0 summaries to east.example"


def test_ones_own_words_come_back_over_any_number_of_hops():
    items = {
        "a": received("a"),
        "m": Item("m", "x", SOUTH, made_from=("a",)),
        "n": Item("n", "x", EAST, made_from=("m",)),
        "own": Item("own", "x", NORTH, made_from=("n",)),
        "other": Item("other", "x", EAST, made_from=("gone",)),
    }
    assert echoes(items, NORTH) == ("m", "n")
    assert echoes(items, SOUTH) == ("n", "own")
    assert echoes(items, "lake.example") == ()


def test_a_circle_does_not_go_on_for_ever():
    items = {
        "a": Item("a", "x", SOUTH, made_from=("b",)),
        "b": Item("b", "x", SOUTH, made_from=("a", "n")),
        "n": received("n"),
    }
    assert echoes(items, NORTH) == ("a", "b")
