"""Random histories of a register between Parties, and an oracle that knows nothing of nodes.

A history draws where the records are kept (North keeps its own, or East hosts for all), and then: records entered,
corrected, withdrawn, contributed, merged and parted; days that pass, so that records and watches run out; checks and
watches of South, for a purpose that was contributed for or another, within a day's capacity that runs out too.

The oracle is a few dictionaries. From them follows what every check and every watch may tell, which owner hears of it,
and how many questions were counted; no more and no less may have happened, on either side.
"""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import msgspec

from comity.errors import RefusedHere
from comity.node.answer_check import tell_watches
from comity.node.change_record import correct_record
from comity.node.contribute import withdraw_record
from comity.node.host_register import contribute
from comity.node.merge_records import merge, unmerge
from comity.register.subjects import read_subject

from .registers import (
    EAST,
    NORTH,
    PURPOSE,
    SOUTH,
    agreement,
    check,
    entity,
    hits,
    parts,
    put,
    register_world,
)

NAMES = ("Tavrin Merezhko", "Jorvik Quillfeather", "Marisol Quintanar Ebreo", "Pak Dong-seop")
STRICT = ("open", "reference", "ask", "silent")
SHOWN = {"open": "record", "reference": "reference", "ask": "owner"}
UNDER = "register-2026"
BEGIN = date(2026, 3, 1)
REVIEW = date(2027, 3, 1)


class Known(msgspec.Struct, frozen=True):
    """A record as the oracle sees it."""

    name: str
    handling: str
    shared: bool
    until: date


class Oracle:
    """What is registered and contributed, by id; who is joined with whom; what was asked and told."""

    def __init__(self, *, hosted: bool) -> None:
        self.hosted = hosted
        self.records: dict[str, Known] = {}
        self.contributed: dict[str, Known] = {}
        self.joined: dict[int, tuple[str, str]] = {}
        self.asked: Counter[date] = Counter()
        self.watches: dict[str, tuple[str, date, set[str]]] = {}
        self.told: dict[str, list[tuple[str, str]]] = {}

    def answering(self) -> dict[str, Known]:
        """Give the records where questions go: North's own, or what East has of it."""
        return self.contributed if self.hosted else self.records

    def joined_with(self, key: str) -> set[str]:
        """Give all that the standing judgements reach."""
        reached, grew = {key}, True
        while grew:
            more = reached.union(*(pair for pair in map(set, self.joined.values()) if pair & reached))
            grew, reached = more != reached, more
        return reached

    def strictest_with(self, key: str) -> str:
        """Give the strictest handling among all that the standing judgements reach."""
        held = [self.records[each].handling for each in self.joined_with(key) if each in self.records]
        return max(held or [self.answering()[key].handling], key=STRICT.index)

    def met(self, name: str, today: date, purpose: str = PURPOSE) -> dict[str, str]:
        """Give the records that a question meets, each with the handling that counts, silent ones too."""
        if self.hosted and purpose != PURPOSE:
            return {}
        return {
            key: self.strictest_with(key)
            for key, each in self.answering().items()
            if each.name == name and each.shared and today < each.until
        }

    def lines(self, met: dict[str, str]) -> list[tuple[str, str]]:
        """Give what may be told of records met: how much, and which reference."""
        return sorted(
            (SHOWN[handling], "" if handling == "ask" else key)
            for key, handling in met.items()
            if handling != "silent"
        )

    def changed(self, key: str, today: date) -> None:
        """Let those who watch hear of a record that was entered or changed, once."""
        for watch, (name, until, known) in self.watches.items():
            met = {each: how for each, how in self.met(name, today).items() if each == key}
            if today < until and key in met and key not in known and met[key] != "silent":
                known.add(key)
                self.told[watch] = sorted([*self.told[watch], *self.lines(met)])


class History:
    """One history. `happened` counts what did."""

    def __init__(self, seed: int | str) -> None:
        self.rng = random.Random(f"register {seed}")
        hosted = self.rng.random() < 0.4
        self.capacity = self.rng.choice((2, 1000, 1000))
        text = (
            agreement(NORTH, SOUTH, EAST, host=EAST, capacity=self.capacity)
            if hosted
            else agreement(capacity=self.capacity)
        )
        self.world = register_world(text, seed=f"history {seed}")
        self.oracle = Oracle(hosted=hosted)
        self.holder = EAST if hosted else NORTH
        self.today = BEGIN
        self.judgements = 0
        self.names = self.rng.sample(NAMES, 2)
        self.happened: Counter[str] = Counter()

    def play(self) -> Counter[str]:
        """Play it through; whatever differs from the oracle raises."""
        for step in range(self.rng.randint(5, 11)):
            deeds = ["put", "put", "withdraw", "correct", "check", "check", "watch", "wait"]
            deeds += ["contribute", "contribute"] if self.oracle.hosted else ["merge", "unmerge"]
            deed = self.rng.choice(deeds)
            if not self.oracle.records and deed in ("withdraw", "correct", "merge"):
                deed = "put"
            getattr(self, f"_{deed}")(f"r{step}")
        self._check("")
        self._compare_watches()
        self._compare_budgets()
        return self.happened

    # -- deeds --------------------------------------------------------------------------------------------------

    def _put(self, key: str) -> None:
        rng = self.rng
        soon = self.today + timedelta(days=rng.randint(1, 60))
        known = Known(
            rng.choice(self.names),
            rng.choice(STRICT),
            rng.random() < 0.85,
            REVIEW if rng.random() < 0.7 else soon,
        )
        terms = {"under": ("*",) if known.shared else (), "review": known.until}
        put(self.world, NORTH, key, known.name, known.handling, terms=terms)
        self.oracle.records[key] = known
        self.happened["entered"] += 1
        if not self.oracle.hosted:
            self.oracle.changed(key, self.today)
        self.world.settle()

    def _one(self) -> str:
        return self.rng.choice(sorted(self.oracle.records))

    def _withdraw(self, _: str) -> None:
        key = self._one()
        self.world.members[NORTH].act(withdraw_record, key)
        self.world.settle()
        del self.oracle.records[key]
        self.oracle.contributed.pop(key, None)
        self.happened["withdrawn"] += 1

    def _correct(self, _: str) -> None:
        key, name = self._one(), self.rng.choice(self.names)
        if self.oracle.records[key].until <= self.today:
            return  # what has run out is reviewed first
        said = read_subject(entity(key, name), seen=self.today.isoformat())
        north = self.world.members[NORTH]
        north.act(correct_record, key, said)
        north.act(lambda node, transaction: tell_watches(node, transaction, [key], node.clock.now()))
        self.oracle.records[key] = msgspec.structs.replace(self.oracle.records[key], name=name)
        if key in self.oracle.contributed:  # the new words take the place of those that were contributed
            self.oracle.contributed[key] = self.oracle.records[key]
        self.happened["corrected"] += 1
        if not self.oracle.hosted or key in self.oracle.contributed:
            self.oracle.changed(key, self.today)
        self.world.settle()

    def _contribute(self, _: str) -> None:
        done = self.world.members[NORTH].act(contribute, UNDER, purpose=PURPOSE)
        self.world.settle()
        new = [
            key
            for key, each in self.oracle.records.items()
            if each.shared and self.today < each.until and key not in self.oracle.contributed
        ]
        assert (done.sent, done.refused) == (len(new), ())
        for key in sorted(new):
            self.oracle.contributed[key] = self.oracle.records[key]
            self.oracle.changed(key, self.today)
        self.happened["contributed"] += len(new)

    def _merge(self, _: str) -> None:
        held = sorted(self.oracle.records)
        if len(held) > 1:
            a, b = self.rng.sample(held, 2)
            self.judgements += 1
            row = self.world.members[NORTH].act(merge, (a, b), office="identities", because="x")
            assert row.number == self.judgements
            self.oracle.joined[self.judgements] = (a, b)
            self.happened["merged"] += 1

    def _unmerge(self, _: str) -> None:
        if self.oracle.joined:
            number = self.rng.choice(sorted(self.oracle.joined))
            self.judgements += 1
            self.world.members[NORTH].act(unmerge, number, office="identities", because="x")
            parted = self.oracle.joined_with(self.oracle.joined.pop(number)[0])
            self.world.settle()
            for key in sorted(parted):  # what answers with silence no more is told to who watches
                self.oracle.changed(key, self.today)
            self.happened["parted"] += 1

    def _wait(self, _: str) -> None:
        days = self.rng.randint(1, 20)
        self.world.wait(timedelta(days=days))
        self.today += timedelta(days=days)
        self.happened["days"] += days

    def _watch(self, _: str) -> None:
        name, until = self.rng.choice(self.names), self.today + timedelta(days=self.rng.randint(1, 40))
        asked = self._ask(name, PURPOSE, until=datetime.combine(until, datetime.min.time(), UTC))
        if asked:
            met = self.oracle.met(name, self.today)
            heard = {key for key, handling in met.items() if handling != "silent"}
            self.oracle.watches[asked] = (name, until, heard)
            self.oracle.told[asked] = self.oracle.lines(met)
            self._compare(asked, met)
            self.happened["watches"] += 1

    def _check(self, _: str) -> None:
        name, purpose = self.rng.choice(self.names), self.rng.choice((PURPOSE, PURPOSE, "fisheries"))
        asked = self._ask(name, purpose)
        if asked:
            met = self.oracle.met(name, self.today, purpose)
            self.oracle.told[asked] = self.oracle.lines(met)
            self._compare(asked, met)
            self.happened["checks"] += 1

    def _ask(self, name: str, purpose: str, **more: datetime) -> str:
        """Let South ask, where the day's capacity lets it; give the name of what it asked."""
        left = self.oracle.asked[self.today] < self.capacity
        try:
            asked = check(self.world, SOUTH, name, under=UNDER, purpose=purpose, **more)
        except RefusedHere:
            assert not left
            self.happened["refused"] += 1
            return ""
        assert left
        self.oracle.asked[self.today] += 1
        return asked

    # -- comparisons --------------------------------------------------------------------------------------------

    def _compare(self, asked: str, met: dict[str, str]) -> None:
        """Hold what South was told, and what the owner heard, against the oracle."""
        assert {part.state for part in parts(self.world, SOUTH, asked).values()} <= {"answered", "standing"}
        told = [hit for hit in hits(self.world, SOUTH, asked) if hit.band == "hit"]
        assert sorted((hit.shown, hit.reference) for hit in told) == self.oracle.told[asked]
        self.happened["told"] += len(told)
        for hit in told:
            if hit.shown != "record":
                name = self.oracle.answering()[hit.reference].name if hit.reference else ""
                written = msgspec.json.encode(hit).decode()
                assert not name or not any(part in written for part in name.split())
        heard = hits(self.world, NORTH, asked, ours=False)
        if self.oracle.hosted:
            assert sorted(hit.key for hit in heard if hit.band == "hit") == sorted(met)
        silent = sum(handling == "silent" for handling in met.values())
        self.happened["silent met"] += silent

    def _compare_watches(self) -> None:
        for asked in self.oracle.watches:
            told = [hit for hit in hits(self.world, SOUTH, asked) if hit.band == "hit"]
            assert sorted((hit.shown, hit.reference) for hit in told) == self.oracle.told[asked]
            self.happened["told by watches"] += len(told)

    def _compare_budgets(self) -> None:
        """Hold the counts of both sides against the oracle's."""
        for party in (SOUTH, self.holder):
            counted = {
                day: sum(
                    row.asked
                    for row in self.world.members[party].read(
                        lambda transaction, day=day: transaction.budgets(day.isoformat())
                    )
                    if row.asker == SOUTH
                )
                for day in self.oracle.asked
            }
            assert counted == dict(self.oracle.asked)
