"""What honest people do with registers in a history: enter, ask, watch, follow up, release or refuse, withdraw."""

import json
from collections.abc import Callable
from datetime import date, timedelta

from comity.identifiers import PartyId
from comity.node.answer_check import tell_watches
from comity.node.ask_check import ask_check
from comity.node.contribute import enter_record, withdraw_record
from comity.node.follow_up import follow_up, refuse_follow_up, release
from comity.node.node import Node
from comity.ports import Transaction
from comity.register.examination import Query
from comity.register.record import Handling, Record, Terms
from comity.register.subjects import read_subject
from comity.testing.story import Happening, Story

__all__ = ["NAMES", "RegisterDeeds"]

#: Names that no matcher takes for one another.
NAMES = ("Tavrin Merezhko", "Jorvik Quillfeather", "Marisol Quintanar Ebreo", "Pak Dong-seop")
_PURPOSE = "network-defence"
#: Long after any history ends.
_REVIEW = date(2030, 3, 1)
#: How often a record is to be looked at again within the history, and when; nobody does.
_RUNS_OUT_SOON, _SOON = 0.3, timedelta(days=1)
#: How often somebody asks where there is something to be met.
_SOMEBODY_THERE = 0.8
#: How often a record is one that others may meet.
_CONTRIBUTED = 0.8
_WATCHED = (timedelta(days=3), timedelta(days=60))


class RegisterDeeds:
    """The business of registers in a history; nothing happens where no text has one."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._world = story.world
        self._chance = story.chance
        self._names = self._chance.sample(NAMES, 2)
        self.happenings: tuple[Happening, ...] = (
            (8, self._enter),
            (14, self._ask),
            (4, self._watch),
            (6, self._follow_up),
            (6, self._answer),
            (2, self._withdraw),
        )

    def opening(self) -> tuple[Callable[[], None], ...]:
        """Give what a history with registers opens with: somebody is registered, somebody is asked about."""
        return (self._enter, self._ask, self._enter)

    def two(self) -> tuple[str, str, str]:
        """Choose an agreement with a register, and two Parties of it."""
        text = self._chance.choice([each for each in self._world.texts.values() if each.queries_per_day])
        party, peer = self._chance.sample(text.parties, 2)
        return text.id, party, peer

    def _enter(self) -> None:
        _, party, _ = self.two()
        at, member = self._world.clock.now(), self._world.members[party]
        key = f"r-{self._chance.randrange(10**12):012}"
        secret = f"known only to its owner {self._chance.randrange(10**12):012}"
        name, handling = self._chance.choice(self._names), self._chance.choice(list(Handling))
        soon = self._chance.random() < _RUNS_OUT_SOON
        review = at.date() + _SOON if soon else _REVIEW
        self._world.ledger.secrets.add(secret)
        self._world.ledger.canaries.append(secret.encode())
        written = {"id": key, "schema": "Person", "properties": {"name": [name], "idNumber": [secret]}}
        subject = read_subject(json.dumps(written).encode(), seen=at.date().isoformat())
        terms = Terms(
            owner=PartyId(party),
            basis="Lists Act 2025 s. 4",
            role="sanctioned",
            decision="LA 2025/17",
            review=review,
            handling=handling,
            under=("*",) if self._chance.random() < _CONTRIBUTED else (),
        )

        def work(node: Node, transaction: Transaction) -> None:
            row, _ = enter_record(node, transaction, Record(subject, terms, at, at))
            tell_watches(node, transaction, [row.key], node.now(transaction))

        line = f"{member.name} enters {name}, `{handling}`"
        self._world.step(line, lambda: member.act(work))
        self._world.happened[f"register: entered as {handling}"] += 1
        self._world.happened["register: entered to run out soon"] += soon

    def _ask(self, until: timedelta | None = None) -> None:
        agreement, party, to = self.two()
        if self._chance.random() < _SOMEBODY_THERE and not self._kept(to) and self._kept(party):
            party, to = to, party
        member, name = self._world.members[party], self._chance.choice(self._names)
        line = f"{member.name} {'watches for' if until else 'asks'} {self._world.name(to)} about {name}"
        ends = self._world.clock.now() + until if until else None
        self._world.step(
            line,
            lambda: member.act(
                ask_check,
                Query("q", "Person", (name,)),
                purpose=_PURPOSE,
                reference="case 7",
                to=to,
                under=agreement,
                until=ends,
            ),
        )
        self._world.happened["register: watched" if until else "register: asked"] += 1
        self._world.deliver(party)
        self._world.deliver(to)

    def _kept(self, party: str) -> bool:
        return bool(self._world.view(party).register.records)

    def _watch(self) -> None:
        self._ask(self._chance.choice(_WATCHED))

    def _follow_up(self) -> None:
        lines = [
            (party, hit)
            for party in self._world.members
            for hit in self._world.view(party).register.heard.values()
            if hit.state in ("told", "refused")
        ]
        if lines:
            party, hit = self._chance.choice(lines)
            member = self._world.members[party]
            line = f"{member.name} asks {self._world.name(hit.peer)} for more of what it met"
            self._world.step(line, lambda: member.act(follow_up, hit.id, because="it is needed"))
            self._world.happened["register: followed up"] += 1

    def _answer(self) -> None:
        asked = [
            (party, hit)
            for party in self._world.members
            for hit in self._world.view(party).register.told.values()
            if hit.state == "asked"
        ]
        if not asked:
            return
        party, hit = self._chance.choice(asked)
        member = self._world.members[party]
        if self._chance.random() < 0.3:
            line = f"{member.name} refuses {self._world.name(hit.peer)} more"
            self._world.step(line, lambda: member.act(refuse_follow_up, hit.id, because="not now"))
            return
        line = f"{member.name} releases to {self._world.name(hit.peer)} what it met"
        self._world.step(line, lambda: member.act(release, hit.id))
        self._world.happened["register: released"] += 1

    def _withdraw(self) -> None:
        held = [
            (party, row)
            for party in self._world.members
            for row in self._world.view(party).register.records.values()
            if row.owner == party
        ]
        if held:
            party, row = self._chance.choice(held)
            member = self._world.members[party]
            line = f"{member.name} takes a record out"
            self._world.step(line, lambda: member.act(withdraw_record, row.id))
