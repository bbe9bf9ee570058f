"""The state tables: what can follow what, for both roles and every carrier."""

import pytest

from comity.errors import RefusedHere
from comity.federation.conversations import (
    CHECK,
    FLAG,
    HIT,
    LETTER,
    REQUEST,
    WATCH,
    Table,
    after,
    follows,
)

TABLES = {"letter": LETTER, "request": REQUEST, "check": CHECK, "watch": WATCH, "hit": HIT, "flag": FLAG}


@pytest.mark.parametrize("name", TABLES)
def test_every_event_leads_to_a_state_of_the_table(name: str) -> None:
    table = TABLES[name]
    assert {state for events in table.values() for state in events.values()} <= table.keys()


@pytest.mark.parametrize("name", ["letter", "request"])
def test_the_same_event_again_changes_nothing(name: str) -> None:
    """A late or doubled event is harmless: where it may come again, it leads to where it led."""
    for events in TABLES[name].values():
        for event, state in events.items():
            if follows(TABLES[name], state, event):
                assert after(TABLES[name], state, event) == state


@pytest.mark.parametrize(
    ("state", "event", "reached"),
    [
        ("owed", "accepted", "receipted"),
        ("owed", "waiting", "owed"),
        ("owed", "quarantined", "quarantined"),
        ("receipted", "quarantined", "receipted"),
        ("receipted", "waiting", "receipted"),
    ],
)
def test_the_first_receipt_settles_a_letter(state: str, event: str, reached: str) -> None:
    assert after(LETTER, state, event) == reached


@pytest.mark.parametrize(
    ("state", "event"),
    [
        ("granted", "refused"),
        ("revoked", "granted"),
        ("asked", "revoked"),
        ("refused", "revoked"),
        ("granted", "time is up"),
    ],
)
def test_what_the_table_of_requests_does_not_name_cannot_happen(state: str, event: str) -> None:
    assert not follows(REQUEST, state, event)
    with pytest.raises(RefusedHere, match="cannot follow"):
        after(REQUEST, state, event)


@pytest.mark.parametrize(
    ("table", "state", "event"),
    [
        *((CHECK, "withdrawn", event) for event in ("answered", "refused")),
        *((WATCH, "ended", event) for event in ("answered", "refused", "ended")),
        *((WATCH, "over", event) for event in ("answered", "refused", "ended")),
        *((HIT, "closed", event) for event in ("released", "refused", "follow-up", "outcome")),
    ],
)
def test_what_crosses_the_end_of_a_conversation_changes_nothing(table: Table, state: str, event: str) -> None:
    assert after(table, state, event) == state
