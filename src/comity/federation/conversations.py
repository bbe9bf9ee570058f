"""The state tables of what nodes say to each other, one for both roles.

A table says which event leads from which state to which; what it does not name cannot happen. HTTP, the pouch and the
simulator move the same tables: none of them knows which carrier brought an event, nor which side it is on.

| conversation | begins | ends |
|---|---|---|
| `LETTER`: an envelope and its receipt | owed | receipted, quarantined |
| `REQUEST`: a consent asked for, and answered | asked | granted (until revoked), refused, expired, confirmed |
| `CHECK`: a question to a register | asked | answered, refused |
| `WATCH`: a question that stands | standing | ended, over, refused |
| `HIT`: a match told, and what comes of it | told | closed, with an outcome |
| `FLAG`: a Party's dissent on another's record | raised | corrected, upheld, taken back |

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

#: One Party's part in a check. `unsent`: nothing could be sealed for it; a late answer is an answer.
CHECK: Table = {
    "asked": {"answered": "answered", "refused": "refused", "withdrawn": "withdrawn"},
    "answered": {},
    "refused": {},
    "unsent": {},
    "withdrawn": {"answered": "withdrawn", "refused": "withdrawn"},
}

#: Answers come as long as it stands; one that crosses its end changes nothing.
WATCH: Table = {
    "standing": {"answered": "standing", "refused": "refused", "ended": "ended", "time is up": "over"},
    "refused": {"ended": "ended"},
    "unsent": {"ended": "ended"},
    "ended": {"answered": "ended", "refused": "ended", "ended": "ended"},
    "over": {"answered": "over", "refused": "over", "ended": "over"},
}

#: After a refusal one may give better reasons; an outcome may be put right. What crosses a closing leaves it closed.
HIT: Table = {
    "told": {"follow-up": "asked", "outcome": "closed"},
    "asked": {"follow-up": "asked", "released": "released", "refused": "refused", "outcome": "closed"},
    "released": {"outcome": "closed"},
    "refused": {"follow-up": "asked", "released": "released", "outcome": "closed"},
    "closed": {"outcome": "closed", "released": "closed", "refused": "closed", "follow-up": "closed"},
}

#: The owner acknowledges, then corrects its record or upholds it; whoever raised it may take it back at any time.
FLAG: Table = {
    "raised": {
        "acknowledged": "acknowledged",
        "corrected": "corrected",
        "upheld": "upheld",
        "taken back": "taken back",
    },
    "acknowledged": {
        "acknowledged": "acknowledged",
        "corrected": "corrected",
        "upheld": "upheld",
        "taken back": "taken back",
    },
    "corrected": {"corrected": "corrected", "taken back": "taken back"},
    "upheld": {"corrected": "corrected", "upheld": "upheld", "taken back": "taken back"},
    "taken back": {
        "acknowledged": "taken back",
        "corrected": "taken back",
        "upheld": "taken back",
        "taken back": "taken back",
    },
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
