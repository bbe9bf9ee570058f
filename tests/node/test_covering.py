"""What runs on PostgreSQL is all that can differ there."""

from pathlib import Path

from node.covering import called, chosen, cover, port

PROJECT = Path(__file__).parents[2]


def test_no_call_of_the_store_port_is_missing_on_postgresql() -> None:
    """A new call needs a test in `tests/storage`, or in this folder; then the list is drawn up anew."""
    assert set(port()) - set(called()) == set()


def test_every_test_that_was_chosen_is_there() -> None:
    for test in chosen():
        file, _, name = test.partition("::")
        assert "[postgresql" in name
        source = (PROJECT / file).read_text(encoding="utf-8")
        assert f"def {name.partition('[')[0]}(" in source, test


def test_the_cheapest_tests_are_taken_until_each_was_asked_three_times() -> None:
    asked = {"a": {"x"}, "b": {"x"}, "c": {"x"}, "d": {"x", "y"}, "e": {"z"}}
    took = {"a": 1.0, "b": 2.0, "c": 3.0, "d": 9.0, "e": 9.0}
    assert cover(asked, took, ["z"]) == ["a", "b", "c", "d"]
    assert cover(asked, took, []) == ["a", "b", "c", "d", "e"]
