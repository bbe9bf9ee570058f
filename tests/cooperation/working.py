"""Two offices and their agreement, and a log of theirs in plain words; shared by the tests of this folder."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from comity.agreements.folder import parse_agreement
from comity.agreements.governing import Timeline
from comity.agreements.terms import Terms
from comity.clock import Instant
from comity.cooperation.event import OPEN, Event, series_name
from comity.cooperation.kind import Kind
from comity.cooperation.kinds import KINDS, form_of
from comity.cooperation.matter import Matter, judge, unfold
from comity.cooperation.said import plain, read_said
from comity.testing.working_text import NORTH, SOUTH, WORKING

EAST = "east.example"
BEGIN = datetime(2031, 1, 10, 9, tzinfo=UTC)
#: A loan as it is opened.
LOAN = {
    "form": "loan",
    "thing": "equipment",
    "words": "two meters",
    "giver": NORTH,
    "count": 2,
    "until": "2031-06-30",
}


@cache
def timeline(*protocols: bytes) -> Timeline:
    files = {
        name: data.replace(b"[term]\n", b"[term]\nsigned = 2030-12-01\n")
        for name, data in WORKING.files({}).items()
    }
    files |= {f"protocols/{number:04}-change.en.md": text for number, text in enumerate(protocols, 1)}
    return Timeline(parse_agreement(files), unsigned=True)


def terms_at(at: Instant) -> Terms:
    return timeline().at(at, NORTH, SOUTH)


def hours(count: float) -> Instant:
    return BEGIN + timedelta(hours=count)


class Desk:
    """Both Parties' logs of one matter, and what passes between them when it is told to.

    `say` lets a Party sign an event upon what it has; `pass_on` brings one Party what the other has.
    """

    def __init__(self, kind: str) -> None:
        self.kind: Kind = KINDS[kind]
        self.id = ""
        self.logs: dict[str, dict[str, Event]] = {NORTH: {}, SOUTH: {}}

    def event(
        self, by: str, word: str, at: Instant, office: str, function: str, said: Mapping[str, Any]
    ) -> Event:
        log = self.logs[by].values()
        own = self._tip(log, by)
        to = SOUTH if by == NORTH else NORTH
        read = read_said(form_of(self.kind.name, word).form, said)
        parts = (
            self.id,
            word,
            by,
            at.isoformat(),
            own,
            self._tip(log, to),
            office,
            function,
            repr(plain(read)),
        )
        digest = hashlib.sha256("\x00".join(parts).encode()).hexdigest()
        if word == OPEN and not self.id:
            subject = self.kind.subject
            self.id = digest
            if subject is not None:
                self.id = series_name(self.kind.name, "north-south-2030", (NORTH, SOUTH), subject(read))
        return Event(
            digest=digest,
            matter=self.id,
            kind=self.kind.name,
            word=word,
            by=by,
            to=to,
            agreement="north-south-2030",
            at=at,
            said=read,
            previous=own,
            seen=self._tip(log, to),
            office=office,
            function=function,
        )

    def _tip(self, log: Iterable[Event], party: str) -> str:
        named = {each.previous for each in log}
        return next((each.digest for each in log if each.by == party and each.digest not in named), "")

    def say(
        self,
        party: str,
        event: str,
        hour: float = 0,
        /,
        *,
        as_office: str = "",
        as_function: str = "",
        alone: bool = False,
        **said: Any,
    ) -> tuple[str, ...]:
        """Sign an event; give what stands against it as its author sees it. Unless alone, the other has it at once."""
        made = self.event(party, event, hours(hour), as_office, as_function, said)
        grounds = judge(self.matter(party), self.kind, made, terms_at)
        self.logs[party][made.digest] = made
        if not alone:
            self.pass_on()
        return tuple(f"{ground.ref}: {ground.text}" for ground in grounds)

    def pass_on(self) -> None:
        both = {**self.logs[NORTH], **self.logs[SOUTH]}
        self.logs = {NORTH: dict(both), SOUTH: dict(both)}

    def matter(self, party: str = NORTH) -> Matter | None:
        log = self.logs[party].values()
        return unfold(self.id, self.kind, log, terms_at) if log else None

    def held(self, party: str = NORTH) -> Matter:
        matter = self.matter(party)
        assert matter is not None
        return matter

    @property
    def state(self) -> str:
        return self.held().state

    @property
    def facts(self) -> Any:
        return self.held().facts


def opened(kind: str, party: str = NORTH, /, **said: Any) -> Desk:
    """Open a matter; nothing stands against it."""
    desk = Desk(kind)
    assert desk.say(party, "open", **said) == ()
    return desk


def fine(desk: Desk, *steps: tuple[str, str, dict[str, Any]], begin: float = 1) -> Desk:
    """Take steps, one an hour; nothing stands against any of them."""
    for number, (by, word, said) in enumerate(steps):
        assert desk.say(by, word, begin + number, **said) == (), (by, word)
    return desk
