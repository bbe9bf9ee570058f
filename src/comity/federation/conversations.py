"""The state tables of what nodes say to each other, one for both roles.

A table says which event leads from which state to which; what it does not name cannot happen. HTTP, the pouch and the
simulator move the same tables: none of them knows which carrier brought an event, nor which side it is on.

| conversation | begins | ends |
|---|---|---|
| `LETTER`: an envelope and its receipt | owed | receipted, quarantined |
| `REQUEST`: a consent asked for, and answered | asked | granted (until revoked), refused, expired, confirmed |

A late or doubled event that changes nothing is named too, so that it is harmless by the table and not by luck.
"""

from collections.abc import Mapping

from comity.errors import RefusedHere

Table = Mapping[str, Mapping[str, str]]

#: state -> event -> next state. A receipt that says `waiting` leaves the letter owed: it is tried again later.
LETTER: Table = {
    "owed": {
        "accepted": "receipted",
        "duplicate": "receipted",
        "quarantined": "quarantined",
        "waiting": "owed",
        "unreachable": "owed",
    },
    "receipted": {
        "accepted": "receipted",
        "duplicate": "receipted",
        "quarantined": "receipted",
        "waiting": "receipted",
    },
    "quarantined": {
        "accepted": "quarantined",
        "duplicate": "quarantined",
        "quarantined": "quarantined",
        "waiting": "quarantined",
    },
}

#: No answer is no: past its day a request is over. A refusal may be followed by a grant, never the other way round.
REQUEST: Table = {
    "asked": {"granted": "granted", "refused": "refused", "confirmed": "confirmed", "time is up": "expired"},
    "granted": {"granted": "granted", "revoked": "revoked"},
    "refused": {"granted": "granted", "refused": "refused"},
    "confirmed": {"confirmed": "confirmed", "revoked": "revoked"},
    "expired": {"granted": "granted", "refused": "refused", "confirmed": "confirmed"},
    "revoked": {"revoked": "revoked"},
}


def after(table: Table, state: str, event: str) -> str:
    """Give the state an event leads to.

    Raises:
        RefusedHere: the event does not belong to that state.
    """
    following = table.get(state, {})
    if event not in following:
        expected = ", ".join(following) or "nothing more"
        raise RefusedHere(f"`{event}` cannot follow while it is {state}; what can: {expected}")
    return following[event]


def follows(table: Table, state: str, event: str) -> bool:
    """Tell whether an event belongs to a state."""
    return event in table.get(state, {})
