"""What every table of every kind of matter keeps to."""

import string

import pytest
from msgspec import structs

from comity.cooperation.event import OPEN
from comity.cooperation.kind import EITHER, NOTHING_YET, OPENER, OTHER, Kind
from comity.cooperation.kinds import KINDS
from comity.cooperation.said import meaning_of
from comity.cooperation.shared import SHARED

EVERY = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


@EVERY
def test_a_table_begins_with_an_opening_and_names_only_states_it_has(kind: Kind) -> None:
    assert list(kind.table[NOTHING_YET]) == [OPEN] and kind.table[NOTHING_YET][OPEN].who == OPENER
    for steps in kind.table.values():
        assert {each.to for each in steps.values()} <= kind.table.keys()


@EVERY
def test_every_state_can_be_reached(kind: Kind) -> None:
    reached = {NOTHING_YET}
    while True:
        more = {step.to for state in reached for step in kind.table[state].values()} - reached
        if not more:
            break
        reached |= more
    assert reached == set(kind.table)


@EVERY
def test_every_event_of_a_table_has_a_form_and_every_form_a_place(kind: Kind) -> None:
    placed = {word for steps in kind.table.values() for word in steps}
    assert placed == set(kind.events)
    assert not placed & set(SHARED)
    assert set(kind.apply) | set(kind.guards) | set(kind.completes) | set(kind.functions) <= placed


@EVERY
def test_every_field_is_explained_and_every_story_tells_only_what_was_said(kind: Kind) -> None:
    for word, form in {**kind.events, **SHARED}.items():
        fields = {field.encode_name: field.name for field in structs.fields(form.form)}
        assert all(meaning_of(form.form, name) for name in fields.values()), (kind.name, word)
        for tells in (form.tells, form.fuller):
            told = {name for _, name, _, _ in string.Formatter().parse(tells) if name}
            assert told <= set(fields), (kind.name, word)
        assert form.meaning.endswith(".") and form.form.__doc__


@EVERY
def test_the_roles_of_a_table_are_known(kind: Kind) -> None:
    own = {each.who for steps in kind.table.values() for each in steps.values()} - {OPENER, OTHER, EITHER}
    known = {
        "request": {"taker"},
        "measure": {"lead", "support", "answerer"},
        "meeting": {"visitor", "answerer"},
        "mission": {"sending", "receiving"},
        "delivery": {"giver", "receiver", "answerer"},
        "training": {"giving", "sending", "answerer"},
        "quota": {"giving", "sending", "answerer"},
        "charge": {"creditor", "debtor"},
        "materials": {"giver", "receiver", "answerer"},
    }
    assert own == known.get(kind.name, set())
