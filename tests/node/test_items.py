"""Taking an item in: the door, what it inherits, and every mistake at once."""

from datetime import timedelta
from typing import Any

import pytest

from comity.agreements.durations import Duration
from comity.errors import BadInput, NotFound, RefusedHere
from comity.node import items
from comity.node.items import MAX_BODY_BYTES, NewItem, add_item, read_content
from comity.node.withdraw import withdraw
from comity.testing.texts import Text
from node.worlds import (
    EAST,
    NORTH,
    SOUTH,
    SOUTH_EAST,
    body,
    give,
    item,
    journal,
    kinds,
    nothing_changed,
    report,
    world,
)


def new(**said: Any) -> NewItem:
    fields: dict[str, Any] = {
        "content": b"words",
        "category": "incident.reports",
        "marking": "TLP:GREEN",
        "title": "a report",
    }
    return NewItem(**(fields | said))


def test_an_item_is_signed_for_and_its_content_sealed() -> None:
    with world() as made:
        digest = report(made, content=b"what is known")
        row = item(made, NORTH, digest)
        assert (row.originator, row.state, row.size, row.label) == (NORTH, "held", 13, "report")
        assert body(made, NORTH, digest) == b"what is known"
        assert journal(made, NORTH)[-1].act == digest
        assert kinds(made, NORTH)[-1] == "item-added"


@pytest.mark.parametrize(
    ("changes", "mistakes"),
    [
        ({"category": "Incident"}, ["category"]),
        ({"category": ""}, ["category"]),
        ({"marking": "TLP:PURPLE"}, ["`TLP:PURPLE` is not one of"]),
        ({"marking": ""}, ["is not one of"]),
        ({"pap": "PAP:WHATEVER"}, ["`PAP:WHATEVER` is not one of"]),
        ({"kind": "rumour"}, ["kind `rumour`"]),
        ({"retention": "three weeks"}, ["retention"]),
        (
            {"category": "!", "marking": "x", "kind": "y", "retention": "z", "pap": "p"},
            ["category", "kind", "`x` is not", "`p` is not", "retention"],
        ),
    ],
)
def test_every_mistake_is_named_at_once_and_nothing_is_kept(
    changes: dict[str, Any], mistakes: list[str]
) -> None:
    with world() as made:

        def work() -> None:
            with pytest.raises(BadInput) as refused:
                made.members[NORTH].act(add_item, new(**changes))
            assert len(refused.value.mistakes) == len(mistakes), refused.value.mistakes
            for mistake, told in zip(mistakes, refused.value.mistakes, strict=True):
                assert mistake in told

        nothing_changed(made, NORTH, work)


def test_a_body_beyond_what_an_envelope_takes_is_refused() -> None:
    with world() as made, pytest.raises(BadInput, match="more than"):
        made.members[NORTH].act(add_item, new(content=bytes(MAX_BODY_BYTES + 1)))


@pytest.mark.parametrize(
    "category",
    ["persons.religion", "persons.ethnicity", "persons.opinion", "press.sources", "operations.covert-entry"],
)
def test_what_a_safeguard_forbids_does_not_come_through_the_door(category: str) -> None:
    with world() as made:

        def work() -> None:
            with pytest.raises(RefusedHere, match="safeguard") as refused:
                made.members[NORTH].act(add_item, new(category=category))
            assert "no agreement can lift" in refused.value.hint

        nothing_changed(made, NORTH, work)


def test_what_is_made_from_others_gets_their_strictest_marking() -> None:
    with world() as made:
        sources = [
            report(made, label=f"r{each}", marking=each) for each in ("TLP:CLEAR", "TLP:AMBER", "TLP:GREEN")
        ]
        digest = report(made, label="made", marking="TLP:CLEAR", made_from=sources)
        assert item(made, NORTH, digest).marking == "TLP:AMBER"
        assert item(made, NORTH, digest).made_from == tuple(sources)


def test_what_is_made_from_others_gets_their_shortest_remaining_retention() -> None:
    short = Text("north-south-2026", (NORTH, SOUTH), retention_days=100)
    with world(short, SOUTH_EAST) as made:
        source = report(made)
        give(made, source)
        made.wait(timedelta(days=40, hours=1))
        digest = report(made, SOUTH, "summary", made_from=[source])
        assert item(made, SOUTH, digest).retention == "P59D"  # whole days of what remains of a hundred
        made.wait(timedelta(days=100))
        late = report(made, SOUTH, "late", made_from=[source])
        assert item(made, SOUTH, late).retention == "P0D"


def test_a_retention_that_ends_behind_the_calendar_does_not_keep_others_from_using_the_item(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with world() as made:
        with monkeypatch.context() as patched:
            patched.setattr(items, "_retention", lambda *_: "P9999Y")
            digest = report(made)
        give(made, digest)
        assert item(made, SOUTH, digest).retention == "P9999Y"
        derived = report(made, SOUTH, label="summary", made_from=(digest,))
        assert item(made, SOUTH, derived).retention == "P1096D"  # the article's


@pytest.mark.parametrize("length", ["P5000Y", "P9999Y"])
def test_a_retention_of_ones_own_is_written_so_that_it_can_be_read(length: str) -> None:
    with world() as made:
        assert Duration.parse(item(made, NORTH, report(made, retention=length)).retention).days == 999_999


def test_ones_own_source_with_a_retention_hands_it_on() -> None:
    with world() as made:
        row, _ = made.members[NORTH].act(add_item, new(retention="P10D"))
        digest = report(made, label="made", made_from=[row.digest])
        assert item(made, NORTH, digest).retention == "P10D"


def test_nothing_is_made_from_what_was_withdrawn_or_is_not_here() -> None:
    with world() as made:
        digest = report(made)
        made.members[NORTH].act(withdraw, digest)
        with pytest.raises(RefusedHere, match="was withdrawn"):
            made.members[NORTH].act(add_item, new(made_from=(digest,)))
        with pytest.raises(NotFound):
            made.members[NORTH].act(add_item, new(made_from=("ab" * 32,)))


def test_what_is_made_from_something_of_a_withdrawn_source_waits_for_a_person_too() -> None:
    with world() as made:
        source = report(made)
        give(made, source)
        summary = report(made, SOUTH, "summary", made_from=[source])
        made.members[NORTH].act(withdraw, source)
        made.settle()
        assert item(made, SOUTH, summary).state == "source-withdrawn"
        digest = report(made, SOUTH, "made of it", made_from=[summary])
        assert item(made, SOUTH, digest).state == "source-withdrawn"


def test_content_that_is_not_here_is_not_found() -> None:
    with world() as made:
        source = report(made)
        give(made, source)
        made.members[NORTH].act(withdraw, source)
        made.settle()
        row = item(made, SOUTH, source)
        assert (row.state, body(made, SOUTH, source), body(made, EAST, source)) == ("erased", None, None)
        with pytest.raises(NotFound, match="is not here: erased"):
            made.members[SOUTH].read(lambda transaction: read_content(transaction, row))
