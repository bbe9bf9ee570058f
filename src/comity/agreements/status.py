"""The state of an agreement on a day, for people and scripts.

>>> from comity.agreements.folder import read_folder
>>> said = status(read_folder("examples/cs-su-1989"), parse_instant("2003-06-01T00:00:00Z"), unsigned=True)
>>> said.state, str(said.notice_deadline)
('in-force', '2004-02-29')

The agreement's own state is that of its most favourable pair. `until` is the exclusive end of the state's own
stretch. Source: specs/agreement.md, "Status".
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from typing import Any

import msgspec

from comity.agreements.agreement import Agreement
from comity.agreements.days import EARLIEST, local_day, tzdata_version, zone_of
from comity.agreements.governing import Timeline
from comity.agreements.life import Condition, Life
from comity.agreements.lifecycle import TRANSITIONS, Event, State
from comity.agreements.periods import notice_deadline
from comity.agreements.stretches import Stretch, state_stretch, stretches
from comity.clock import Instant, parse_instant

__all__ = ["Next", "PairStatus", "Status", "parse_instant", "status", "status_in", "timeline"]


class Next(msgspec.Struct, frozen=True):
    """What changes the state next, as far as is known."""

    event: Event
    at: Instant


class PairStatus(msgspec.Struct, frozen=True):
    """The state between two Parties, where it is another than the agreement's own."""

    parties: tuple[str, str]
    state: State
    since: Instant | None
    until: Instant | None


class Status(msgspec.Struct, frozen=True):
    """What stands on a day.

    Attributes:
        notice_deadline: last day on which notice stops the next extension; None where no day is the last.
        without_effect: notices, signatures, protocols and clauses that have none, each with the reason.
        zone: the agreement's zone, in which its days begin. `tzdata`: version of the rules days are counted by.
    """

    agreement: str
    at: Instant
    state: State
    since: Instant | None
    until: Instant | None
    notice_deadline: date | None
    next: Next | None
    grounds: tuple[str, ...]
    pairs: tuple[PairStatus, ...]
    without_effect: tuple[str, ...]
    zone: str
    tzdata: str

    def to_json(self) -> Mapping[str, Any]:
        """Give the object `comity agreement status --json` writes: times in the zone's own offset."""

        def shown(instant: Instant | None) -> str | None:
            return in_zone(instant, self.zone) if instant is not None else None

        return {
            "state": self.state,
            "since": shown(self.since),
            "until": shown(self.until),
            "notice_deadline": self.notice_deadline.isoformat() if self.notice_deadline else None,
            "next": {"event": self.next.event, "at": shown(self.next.at)} if self.next else None,
            "grounds": list(self.grounds),
            "agreement": self.agreement,
            "at": shown(self.at),
            "pairs": [
                {
                    "parties": list(each.parties),
                    "state": each.state,
                    "since": shown(each.since),
                    "until": shown(each.until),
                }
                for each in self.pairs
            ],
            "without_effect": list(self.without_effect),
            "zone": self.zone,
            "tzdata": self.tzdata,
        }


def in_zone(instant: Instant, zone: str) -> str:
    """Print an instant in RFC 3339 with the offset a zone has then; `Z` is written `+00:00`."""
    try:
        local = instant.astimezone(zone_of(zone))
    except OverflowError:
        local = instant  # at the ends of the calendar
    return local.isoformat(timespec="seconds" if not local.microsecond else "auto")


def status(
    agreement: Agreement,
    at: Instant,
    others: Iterable[Agreement] = (),
    *,
    unsigned: bool = False,
    known_at: Instant | None = None,
) -> Status:
    """Give the state of an agreement at an instant, from everything known of it."""
    return status_in(Timeline(agreement, others, unsigned=unsigned, known_at=known_at), at)


def status_in(governing: Timeline, at: Instant) -> Status:
    """Give the same of an agreement whose life was read before: reading it checks every signature."""
    life = governing.life
    here = life.own_condition(at)
    since, until = state_stretch(life, at, life.own_condition)
    term = life.term_at(at)
    return Status(
        agreement=governing.agreement.id,
        at=at,
        state=here.state,
        since=since,
        until=until,
        notice_deadline=_deadline(life, here, at),
        next=None if until is None else Next(event_between(here, life.own_condition(until)), until),
        grounds=tuple(str(ground) for ground in here.grounds),
        pairs=_pairs(life, at, here.state),
        without_effect=tuple(life.without_effect),
        zone=term.zone,
        tzdata=tzdata_version(),
    )


def _deadline(life: Life, here: Condition, at: Instant) -> date | None:
    """Give the last day for notice while one can still stop an extension."""
    if (
        here.state not in ("in-force", "extended", "suspended", "provisional", "signed")
        or life.entry_day is None
    ):
        return None
    return notice_deadline(life.term_at(at), life.entry_day, max(local_day(at, life.zone), life.entry_day))


def _pairs(life: Life, at: Instant, own: State) -> tuple[PairStatus, ...]:
    found = []
    for a, b in life.pairs():
        here = life.condition(at, a, b)
        if here.state != own:
            since, until = state_stretch(life, at, partial(_between, life, a, b))
            found.append(PairStatus((a, b), here.state, since, until))
    return tuple(found)


def _between(life: Life, a: str, b: str, at: Instant) -> Condition:
    return life.condition(at, a, b)


def event_between(before: Condition, after: Condition) -> Event:
    """Name the event that leads from one condition to the next, after the table of `lifecycle`.

    What ends a suspension or a notice is named after what it ends; every other change after what it brings.
    """
    if before.state == "suspended" and after.state != "ended":
        named: Event = "revival" if before.event == "lapse" else "resumption"
        if after.state in ("in-force", "extended", "under-notice", "provisional"):
            return named
    if before.state == "under-notice" and after.state in ("in-force", "extended"):
        return "revocation"
    assert after.event in TRANSITIONS[before.state], (
        f"{before.state} does not become {after.state} by {after.event}"
    )
    return after.event


def timeline(
    agreement: Agreement,
    others: Iterable[Agreement] = (),
    *,
    until: Instant,
    unsigned: bool = False,
    known_at: Instant | None = None,
) -> tuple[Stretch, ...]:
    """Give every stretch of an agreement's life up to `until`, in order, for people to read."""
    life = Timeline(agreement, others, unsigned=unsigned, known_at=known_at).life
    return tuple(stretches(life, life.own_condition, max(until, EARLIEST)))
