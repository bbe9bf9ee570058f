"""Random histories of one matter: two Parties that act at once, a carrier that loses order, and one story in the end.

`History.play` draws a kind of matter, lets both Parties take steps upon what each has seen so far, carries their events
in any order, late and twice, and gives what is wrong afterwards. Everything follows from the seed. Only the engine is
driven here, so that thousands of histories are played in a minute.
"""

import hashlib
import random
import typing
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec

from comity.agreements.days import local_day, zone_of
from comity.agreements.folder import parse_agreement
from comity.agreements.governing import Timeline
from comity.agreements.terms import Terms
from comity.clock import Instant
from comity.cooperation.currencies import DECIMALS
from comity.cooperation.deliveries import DeliveryFacts
from comity.cooperation.event import OPEN, Event, series_name
from comity.cooperation.kind import Kind
from comity.cooperation.kinds import KINDS, form_of
from comity.cooperation.ledger import balances, entries_of
from comity.cooperation.matter import Matter, can_do, judge, unfold
from comity.cooperation.missions import MissionFacts, seats_taken
from comity.cooperation.places import PlaceFacts, places_taken
from comity.cooperation.said import Said, past_fields, plain, read_said
from comity.cooperation.shared import SHARED
from comity.testing.bearers import AID_IS_BORNE, wrong_costs
from comity.testing.working_text import NORTH, SOUTH, WORKING

__all__ = ["History", "drawn_said", "is_halved", "terms_at"]

BEGIN = datetime(2031, 1, 10, 9, tzinfo=UTC)
_PARTIES = (NORTH, SOUTH)
#: An item both have, for all the engine knows.
_ITEM = "ab" * 32
#: Field -> the list said there.
_LISTS: typing.Mapping[str, list[Any]] = {
    "functions": ["analyst"],
    "items": [_ITEM],
    "entries": [_ITEM],
    "phases": ["one", "two"],
    "rows": ["disclosed: three here"],
    "figures": [{"what": "disclosed", "by": NORTH, "under": "incident", "month": "2031-02", "figure": "3"}],
}
#: Days from today: of what begins, of what ends, of what has happened; the last of each seldom is as it should be.
_BEGINS: tuple[int, ...] = (-6, -3, 0, 4)
_ENDS: tuple[int, ...] = (2, 9, 0, -2)
_HAPPENED: tuple[int, ...] = (0, 0, -1, -2, 3)
#: Field -> what it is drawn from, where any word would do less well.
_POOLS: typing.Mapping[str, tuple[Any, ...]] = {
    "mission": ("north-mission", "south-mission"),
    "meeting": ("staff", "working-discussion", "banquet"),
    "level": ("expert", "head"),
    "passage": ("delegation", "freight"),
    "article": ("art. 5",),
    "thing": ("equipment", "documentation"),
    "material": ("textbooks", "regulations", "experience"),
    "quota": ("stays",),
    "purpose": ("incident-response", "religion"),
    "ground": ("own-law", "ongoing-case", "no-mood"),
    "what": ("stay", "transport", "premises", "salaries", "yachts"),
    "entry": (_ITEM,),
    **dict.fromkeys(("of", "by", "lead", "host", "giver", "owner", "debtor"), _PARTIES),
    **dict.fromkeys(("item", "lines"), (_ITEM,)),
    **dict.fromkeys(("plan", "after", "matter", "object"), (None,)),
    "taker": _PARTIES,
    "to": ("east.example",),
    "office": ("north-regional",),
    "with": ("south-regional",),
    "period": ("2031",),
    "line": ("l1", "l2"),
    "seat": ("s1", "s2", "s3"),
    "nominee": ("n1", "n2", "n3", "n4"),
    "rehearsal": ("r1", "r2"),
    "finding": ("f1",),
    "phase": ("one", "two"),
    "changes": ("expense",),
    "amount": ("1.50", "0.01", "33.33", "7.005", "100"),
    "balance": ("0", "1.50"),
    "currency": ("EUR", "EUR", "PLN"),
    "places": (1, 2, 3, 4),
    "count": (1, 1, 2),
}


@cache
def _timeline() -> Timeline:
    text = WORKING.files({})["agreement.en.md"].replace(b"[term]\n", b"[term]\nsigned = 2030-12-01\n")
    text = text.replace(b'[[expense]]\nid = "visits"', AID_IS_BORNE + b'[[expense]]\nid = "visits"')
    return Timeline(parse_agreement({"agreement.en.md": text}), unsigned=True)


def terms_at(at: Instant) -> Terms:
    """Give what governs between the two."""
    return _timeline().at(at, NORTH, SOUTH)


class History:
    """One history: a kind, two logs, a carrier.

    Attributes:
        logs: what each Party has, by digest.
        signed: events that each Party signed upon a view in which they held.
    """

    def __init__(self, seed: str) -> None:
        self.chance = random.Random(f"matter {seed}")  # noqa: S311  a replay must draw the same
        self.kind: Kind = self.chance.choice(list(KINDS.values()))
        self.logs: dict[str, dict[str, Event]] = {party: {} for party in _PARTIES}
        self.under_way: dict[str, list[Event]] = {party: [] for party in _PARTIES}
        self.signed: set[str] = set()
        self.id = ""
        self.now = BEGIN
        self.hostile = self.chance.random() < 0.2

    def play(self, steps: int = 16) -> list[str]:
        """Play it to its end; give what is wrong."""
        for _ in range(steps):
            self.now += timedelta(minutes=self.chance.choice((0, 0, 10, 600, 3000)))
            self._act(self.chance.choice(_PARTIES))
            self._carry(self.chance.random())
        self._carry(1.0)
        return list(self._wrong()) if self.id else []

    # -- what happens --------------------------------------------------------------------------------------------

    def _act(self, party: str) -> None:
        matter = self.matter_of(party)
        word = self._word(matter, party)
        if word is None:
            return
        event = self._event(party, word, matter)
        if event is None:
            return
        holds = not judge(matter, self.kind, event, terms_at)
        if not holds and not self.hostile:
            return
        if word == OPEN and not self.id:
            self.id = event.matter
        if holds:
            self.signed.add(event.digest)
        self.logs[party][event.digest] = event
        self.under_way[event.to].append(event)

    def _word(self, matter: Matter | None, party: str) -> str | None:
        if matter is None:
            return OPEN if not self.id or self.kind.subject is not None else None
        if self.kind.occasion is not None and matter.state and self.chance.random() < 0.12:
            return "strike-cost" if matter.costs and self.chance.random() < 0.3 else "cost"
        words = list(can_do(matter, party))
        if words and matter is not None and self.chance.random() < 0.85:
            steps = self.kind.table[matter.state]
            weights = [1.0 if self.kind.table[steps[word].to] else 0.15 for word in words]
            return self.chance.choices(words, weights)[0]
        return self.chance.choice([*self.kind.events, *SHARED])

    def _event(self, party: str, word: str, matter: Matter | None) -> Event | None:
        said = drawn_said(self.chance, form_of(self.kind.name, word).form, self.now.date())
        if matter is not None and matter.facts is not None and word in self.kind.filled:
            said |= self.kind.fills(word, matter.facts, said)
        if matter is not None and matter.costs and word == "strike-cost":
            said["entry"] = self.chance.choice(list(matter.costs))
        read = read_said(form_of(self.kind.name, word).form, said)
        tips = matter.tips if matter is not None else {}
        other = SOUTH if party == NORTH else NORTH
        previous = tips.get(party, "")
        if self.hostile and previous and self.chance.random() < 0.1:
            previous = self.logs[party][previous].previous
        parts = (self.id, word, party, self.now.isoformat(), previous, tips.get(other, ""), repr(plain(read)))
        digest = hashlib.sha256("\x00".join(parts).encode()).hexdigest()
        if digest in self.logs[party]:
            return None
        name = self.id or digest
        if word == OPEN and self.kind.subject is not None:
            name = series_name(self.kind.name, WORKING.id, _PARTIES, self.kind.subject(read))
            if self.id and name != self.id:
                return None
        function = "director" if word in self.kind.functions and self.chance.random() < 0.9 else ""
        office = self.chance.choice(("", "", "north-regional", "south-regional"))
        return Event(
            digest=digest,
            matter=name,
            kind=self.kind.name,
            word=word,
            by=party,
            to=other,
            agreement=WORKING.id,
            at=self.now,
            said=read,
            previous=previous,
            seen=tips.get(other, ""),
            office=office,
            function=function,
        )

    def _carry(self, share: float) -> None:
        """Bring some of what is under way, in any order; now and then twice."""
        for party, waiting in self.under_way.items():
            self.chance.shuffle(waiting)
            count = round(len(waiting) * share)
            for event in waiting[:count]:
                self.logs[party].setdefault(event.digest, event)
            again = waiting[:count] if share < 1 and self.chance.random() < 0.2 else []
            self.under_way[party] = [*waiting[count:], *again]

    def matter_of(self, party: str) -> Matter | None:
        """Read the matter from what a Party has; None where it has nothing."""
        log = self.logs[party].values()
        return unfold(self.id, self.kind, log, terms_at) if log else None

    # -- what must hold ------------------------------------------------------------------------------------------

    def _wrong(self) -> Iterator[str]:
        one, other = self.matter_of(NORTH), self.matter_of(SOUTH)
        assert one is not None and other is not None
        if (one.story, one.state, one.facts, one.early) != (
            other.story,
            other.state,
            other.facts,
            other.early,
        ):
            yield "the two nodes have different matters"
        if one.early and not self.hostile:
            yield "an event waits for ever"
        shuffled = list(self.logs[NORTH].values())
        self.chance.shuffle(shuffled)
        if unfold(self.id, self.kind, shuffled, terms_at).story != one.story:
            yield "the story depends on the order of arrival"
        yield from self._void_only_where_crossed(one)
        yield from self._within_the_clause(one)
        yield from self._money(one, other)

    def _void_only_where_crossed(self, matter: Matter) -> Iterator[str]:
        placed = [told.event for told in matter.story]
        for place, told in enumerate(matter.story):
            if told.counts or told.event.digest not in self.signed or self.hostile:
                continue
            before = {event.digest for event in placed[:place]}
            if before <= _ancestors(told.event, {event.digest: event for event in placed}):
                yield f"`{told.event.word}` held for its author, crossed nothing, and does not count"

    def _money(self, one: Matter, other: Matter) -> Iterator[str]:
        """Both sides have the same costs; what the others owe and what its spender bears come to each of them."""
        entries = entries_of(one)
        if entries != entries_of(other):
            yield "the two nodes have different costs"
        yield from wrong_costs(one, entries)
        for entry in entries:
            owed = sum(entry.owes.values(), Decimal(0))
            kept = entry.amount - owed
            if entry.bearer == "shared":
                exact = is_halved(owed, kept, entry.currency)
            else:
                exact = (owed, kept) in ((entry.amount, Decimal(0)), (Decimal(0), entry.amount))
            if not exact:
                yield f"a cost of {entry.amount} is borne to {owed} by others and {kept} by its spender"
        for one_way, other_way in zip(
            balances(entries, NORTH, SOUTH), balances(entries, SOUTH, NORTH), strict=True
        ):
            if one_way.amount and one_way != other_way:
                yield "a balance depends on who reckons it"

    def _within_the_clause(self, matter: Matter) -> Iterator[str]:
        facts = matter.facts
        if isinstance(facts, MissionFacts):
            seats = terms_at(BEGIN).missions[facts.opening.mission].seats
            if seats_taken(facts, local_day(self.now, zone_of(terms_at(BEGIN).zone))) > (seats or 0):
                yield "more seats are taken than the agreement grants"
        if isinstance(facts, PlaceFacts) and places_taken(facts) > facts.places:
            yield "more places are taken than were agreed"
        if isinstance(facts, DeliveryFacts) and not 0 <= facts.out <= facts.delivered <= facts.count:
            yield "more is out than was delivered, or delivered than agreed"
        if isinstance(facts, DeliveryFacts) and not 0 <= facts.confirmed <= facts.returned <= facts.received:
            yield "more was confirmed to be back than was returned, or returned than received"


def is_halved(owed: Decimal, kept: Decimal, currency: str) -> bool:
    """Tell whether a cost is borne by half each, in whole units, the odd one by whoever has had it."""
    unit = Decimal(1).scaleb(-DECIMALS[currency])
    return not owed % unit and not kept % unit and kept - owed in (0, unit)


def _ancestors(event: Event, held: dict[str, Event]) -> set[str]:
    found: set[str] = set()
    waiting = [event.previous, event.seen]
    while waiting:
        name = waiting.pop()
        if name and name not in found:
            found.add(name)
            if name in held:
                waiting += [held[name].previous, held[name].seen]
    return found


@cache
def _hints(form: type[Said]) -> typing.Mapping[str, Any]:
    return typing.get_type_hints(form)


def drawn_said(chance: random.Random, form: type[Said], today: date) -> dict[str, Any]:
    """Draw something to say in a form on a day: mostly sensible, now and then not."""
    hints = _hints(form)
    said: dict[str, Any] = {}
    for field in msgspec.structs.fields(form):
        if not field.required and chance.random() < 0.5:
            continue
        name = field.encode_name
        if hints[field.name] in (date, date | None) or name == "year":
            said[name] = _day(chance, form, field.name, today)
            continue
        value = _drawn(chance, name, hints[field.name])
        if value is not None:
            said[field.encode_name] = value
    if "figures" in said:
        said["figures"] = [{**row, "month": said["begins"][:7]} for row in said["figures"]]
    return said


def _day(chance: random.Random, form: type[Said], name: str, today: date) -> Any:
    if name == "year":
        return today.year
    if name in past_fields(form):
        days = _HAPPENED
    else:
        days = _ENDS if name in ("ends", "until", "departs") else _BEGINS
    return (today + timedelta(days=chance.choice(days))).isoformat()


def _drawn(chance: random.Random, name: str, hint: Any) -> Any:
    members = [each for each in typing.get_args(hint) if each is not type(None)]
    kind = members[0] if type(None) in typing.get_args(hint) else hint
    if typing.get_origin(kind) is typing.Literal:
        return chance.choice(typing.get_args(kind))
    if typing.get_origin(kind) is tuple:
        return _LISTS.get(name)
    if name in _POOLS:
        return chance.choice(_POOLS[name])
    if kind is bool:
        return chance.random() < 0.5
    if kind is int:
        return chance.randrange(1, 4)
    return f"w{chance.randrange(9)}"
