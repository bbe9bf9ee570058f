"""The life of an agreement as a table: state -> event -> next state, each event with its source in treaty law.

Two rules: every change of state an agreement undergoes is one of these, and nothing else gives a state its name.
`life.py` computes *when* each event happens; this page says what it does. VCLT = Vienna Convention on the Law of
Treaties (1969). The diagram in the documentation is drawn from `TRANSITIONS`.

Source: specs/agreement.md, "Life of the agreement".
"""

from collections.abc import Mapping
from typing import Final, Literal

__all__ = ["EVENTS", "PERMITTING", "STATES", "TRANSITIONS", "Event", "State", "favour"]

State = Literal[
    "draft", "signed", "provisional", "in-force", "extended", "under-notice", "suspended", "ended"
]

Event = Literal[
    "signature",
    "provisional-application",
    "entry-into-force",
    "extension",
    "notice",
    "revocation",
    "suspension",
    "resumption",
    "lapse",
    "revival",
    "expiry",
    "end-by-notice",
    "supersession",
    "withdrawal",
    "too-few-parties",
    "succession",
]

#: Event -> what it is and where it comes from.
EVENTS: Final[Mapping[Event, str]] = {
    "signature": "the last Party signs: VCLT art. 10, 12",
    "provisional-application": "applied before entry into force: VCLT art. 25",
    "entry-into-force": "enters into force: VCLT art. 24",
    "extension": "the term ends and is extended as the text says: VCLT art. 54(a)",
    "notice": "a Party denounces or withdraws: VCLT art. 54, 56, 65, 67",
    "revocation": "a notice is revoked before it takes effect: VCLT art. 68",
    "suspension": "a Party suspends: VCLT art. 57, 72",
    "resumption": "a suspension ends: VCLT art. 72",
    "lapse": "a law it rests on lapses: VCLT art. 57",
    "revival": "that law counts again: VCLT art. 57",
    "expiry": "the term ends: VCLT art. 54(a)",
    "end-by-notice": "a notice has run out: VCLT art. 54, 56, 70",
    "supersession": "a later agreement of the same Parties takes its place: VCLT art. 59",
    "withdrawal": "the Party is no longer a member: VCLT art. 54",
    "too-few-parties": "fewer than two Parties remain: VCLT art. 55 (agreed otherwise)",
    "succession": "another Party stands in its place: VCLT art. 73",
}

#: Of several true states the first counts.
STATES: Final[tuple[State, ...]] = (
    "ended",
    "suspended",
    "under-notice",
    "extended",
    "in-force",
    "provisional",
    "signed",
    "draft",
)

#: States in which items may pass.
PERMITTING: Final[frozenset[State]] = frozenset({"in-force", "extended", "under-notice", "provisional"})

_ENDS: Final[Mapping[Event, State]] = {
    "expiry": "ended",
    "end-by-notice": "ended",
    "supersession": "ended",
    "withdrawal": "ended",
    "too-few-parties": "ended",
    "succession": "ended",
}
_STOPS: Final[Mapping[Event, State]] = {"suspension": "suspended", "lapse": "suspended"}

TRANSITIONS: Final[Mapping[State, Mapping[Event, State]]] = {
    "draft": {
        "signature": "signed",
        "provisional-application": "provisional",  # where the text applies from its signature
        "entry-into-force": "in-force",  # where the text enters into force on signature
        "extension": "extended",  # signed after its first period had run out
        "notice": "under-notice",  # a Party signs while another's notice already runs
        **_STOPS,  # signed while a law it rests on has lapsed
        **_ENDS,
    },
    "signed": {
        "provisional-application": "provisional",
        "entry-into-force": "in-force",
        "extension": "extended",
        "notice": "under-notice",
        **_STOPS,
        **_ENDS,
    },
    "provisional": {
        "entry-into-force": "in-force",
        "extension": "extended",
        "notice": "under-notice",
        **_STOPS,
        **_ENDS,
    },
    "in-force": {"extension": "extended", "notice": "under-notice", **_STOPS, **_ENDS},
    "extended": {"extension": "extended", "notice": "under-notice", **_STOPS, **_ENDS},
    # A revoked notice leaves the agreement as it was, extended or not.
    "under-notice": {"revocation": "in-force", **_STOPS, **_ENDS},
    "suspended": {
        "resumption": "in-force",
        "revival": "in-force",
        "entry-into-force": "in-force",  # a provisional application that was suspended
        "extension": "extended",
        "notice": "under-notice",
        "provisional-application": "provisional",
        **_STOPS,
        **_ENDS,
    },
    "ended": {
        "signature": "signed",  # a Party that had left joins again
        "entry-into-force": "in-force",
        "extension": "extended",
        "notice": "under-notice",
        **_STOPS,
    },
}

_FAVOUR: Final[tuple[State, ...]] = (
    "in-force",
    "extended",
    "under-notice",
    "provisional",
    "suspended",
    "signed",
    "draft",
    "ended",
)


def favour(state: State) -> int:
    """Rank a state for an agreement of several pairs: 0 is the most favourable, whose state is the agreement's own."""
    return _FAVOUR.index(state)
