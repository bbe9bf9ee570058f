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

NORTH, SOUTH, EAST = "north.example", "south.example", "east.example"
BEGIN = datetime(2031, 1, 10, 9, tzinfo=UTC)

#: An agreement that provides for everything two offices may do together.
TEXT = """+++
comity = 1
id = "north-south-2030"
title = "Arrangement on working together"
language = "en"
+++

## Article 1 — Parties and term

```toml clause
[[party]]
id = "north.example"
name.en = "North"
signs = ["director"]
[[party]]
id = "south.example"
name.en = "South"
signs = ["director"]
[term]
signed = 2030-12-01
duration = "P5Y"
notice = "P30D"
notice_runs = "from-notice"
zone = "Europe/Oslo"
[languages]
authentic = ["en"]
[protocols]
approval = ["director"]
arrangements = true
```

## Article 2 — Aid

```toml clause
[[aid]]
kind = "check"
about = "any"
refusal_grounds = ["own-law", "ongoing-case"]
acknowledge_within = "P1D"
answer_within = { urgent = "PT8H", normal = "P7D" }
taken_by = ["requested", "better-placed", "jointly"]
[[aid]]
kind = "protection"
about = "officials"
refusal_grounds = ["sovereignty"]
[[aid]]
kind = "joint-measure"
taken_by = ["jointly", "better-placed"]
```

## Article 3 — Offices and missions

```toml clause
[[office]]
id = "north-regional"
party = "north.example"
may = ["aid"]
with = ["kind:regional"]
kind = "regional"
coordinated_with = ["north-mission"]
[[office]]
id = "south-regional"
party = "south.example"
may = ["exchange"]
kind = "regional"
[[mission]]
id = "north-mission"
of = "north.example"
at = "south.example"
seats = 2
expense = "upkeep"
host_provides = ["premises", "housing"]
[[mission]]
id = "south-mission"
of = "south.example"
at = "north.example"
```

## Article 4 — Plans and meetings

```toml clause
[[plan]]
cadence = "P1Y"
horizon = "P5Y"
approval = ["head"]
contains = ["meetings", "training", "objects-of-interest"]
[[meeting]]
kind = "working-discussion"
levels = ["head", "expert"]
needs_consent_of = "receiving"
expense = "visits"
[[meeting]]
kind = "staff"
```

## Article 5 — Training, materials, deliveries

```toml clause
[[training]]
by = "south.example"
places = 3
terms = "compensated"
paid_by = "sending"
[[materials]]
kinds = ["textbooks", "regulations"]
terms = "free"
[[quota]]
name = "stays"
[[delivery]]
kinds = ["equipment", "documentation"]
forms = ["loan", "joint-development"]
[[passage]]
kinds = ["delegation", "freight"]
notice = "P3D"
[[continuity]]
through = ["north-regional", "south-regional"]
rehearse = "P1Y"
```

## Article 6 — Costs

```toml clause
[[expense]]
id = "visits"
for = "meeting"
planned = { stay = "receiving", transport = "sending" }
unplanned = { all = "initiator" }
[[expense]]
id = "upkeep"
for = "mission"
items = { salaries = "sending", premises = "receiving" }
```

## Article 7 — Third parties

```toml clause
[third_party]
covers = ["information", "materials", "equipment"]
```
"""


@cache
def timeline() -> Timeline:
    return Timeline(parse_agreement({"agreement.en.md": TEXT.encode()}), unsigned=True)


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
        by: str,
        word: str,
        at: float = 0,
        *,
        office: str = "",
        function: str = "",
        alone: bool = False,
        **said: Any,
    ) -> tuple[str, ...]:
        """Sign an event; give what stands against it as its author sees it. Unless alone, the other has it at once."""
        made = self.event(by, word, hours(at), office, function, said)
        before = self.matter(by)
        grounds = judge(before, self.kind, made, terms_at(made.at))
        self.logs[by][made.digest] = made
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
