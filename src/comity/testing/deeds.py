"""What honest people do in a history: add, make, share, ask, answer, revoke, withdraw, review, deliver, carry, end."""

import contextlib
from collections.abc import Callable
from datetime import timedelta

from comity.errors import ComityError, RefusedHere
from comity.node.obtain_consent import ask_consent, grant, refuse, revoke, state_at
from comity.node.reconcile import ask_account
from comity.node.withdraw import review, withdraw
from comity.testing.story import CATEGORIES, PURPOSES, Happening, Story

__all__ = ["Deeds"]

_MARKINGS = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:RED")
_WAITS = (timedelta(minutes=1), timedelta(hours=1), timedelta(hours=9), timedelta(days=3))
#: How often somebody shares what may be shared.
_AS_PERMITTED = 0.7
#: How often duties are everybody's, after a night.
_OVERNIGHT, _NIGHT = 0.4, timedelta(days=1)
#: How often a consent is taken back by a node that tells its holder at once.
_TOLD_AT_ONCE = 0.7
#: How often what is added may be held for one day only.
_SHORT_LIVED = 0.3
#: What no agreement can allow, tried at the door.
_FORBIDDEN = ("persons.religion", "persons.political-opinion", "press.journalist", "people.ethnicity")


class Deeds:
    """The ordinary business of a history."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._world = story.world
        self._chance = story.chance
        self._pouches: list[tuple[str, bytes]] = []
        self.happenings: tuple[Happening, ...] = (
            (8, self._add),
            (6, self._make),
            (12, self._share),
            (8, self._pass_on),
            (9, self._ask),
            (10, self._answer),
            (4, self._revoke),
            (2, self._rely_on_the_revoked),
            (4, self._withdraw),
            (4, self._review),
            (20, self._deliver),
            (5, self._pack),
            (6, self._open),
            (6, self._wait),
            (1, self._denounce),
            (2, self._reconcile),
            (3, self._do_duties),
            (1, self._try_the_door),
        )

    def opening(self) -> tuple[Callable[[], None], ...]:
        """Give what a history opens with: under two agreements something comes to somebody who may pass it on."""
        return (self._give, self._pass_on, self._give, self._pass_on)

    def _give(self) -> None:
        """Add an item, share it with a peer and deliver it."""
        text = self._chance.choice(list(self._world.texts.values()))
        party, to = self._chance.sample(text.parties, 2)
        article = self._chance.choice(text.exchange)
        content = f"known only to its holders {self._chance.randrange(10**12):012}".encode()
        label, retention = f"item-{len(self._world.trace)}", self._retention()
        digest = self._world.add(party, content, article.category, label=label, retention=retention)
        self._world.share(party, digest, to, self._chance.choice(article.purposes), under=text.id)
        self._world.deliver(party)

    def _pass_on(self) -> None:
        """Share what came from another."""
        foreign = [
            (party, row)
            for party in self._world.members
            for row in self._story.items(party, "held", "source-withdrawn")
            if row.originator != party
        ]
        if foreign:
            party, row = self._chance.choice(foreign)
            self._world.share(party, row.digest, self._story.other(party), self._chance.choice(PURPOSES))

    def _add(self) -> None:
        content = f"known only to its holders {self._chance.randrange(10**12):012}".encode()
        label = f"item-{len(self._world.trace)}"
        category = self._chance.choice(CATEGORIES)
        marking = self._chance.choice(_MARKINGS[:3] * 3 + _MARKINGS)
        retention = self._retention()
        self._world.add(
            self._story.party(), content, category, marking=marking, label=label, retention=retention
        )

    def _retention(self) -> str:
        return "P1D" if self._chance.random() < _SHORT_LIVED else ""

    def _do_duties(self) -> None:
        """Let somebody do the day's duties; or let a night pass, and everybody."""
        if self._chance.random() < _OVERNIGHT:
            self._world.wait(_NIGHT)
            for party in self._world.members:
                with contextlib.suppress(ComityError):  # a disk may be full, a clock behind
                    self._world.do_duties(party)
        else:
            self._world.do_duties(self._story.party())

    def _make(self) -> None:
        found = self._story.holder_of("held", "source-withdrawn")
        if found is None:
            return
        party, first = found
        others = self._story.items(party, "held", "known")
        sources = {first.digest, *(row.digest for row in self._chance.sample(others, min(len(others), 1)))}
        label = f"made-{len(self._world.trace)}"
        content = f"made from what others know {self._chance.randrange(10**12):012}".encode()
        self._world.add(
            party, content, self._chance.choice(CATEGORIES), label=label, made_from=sorted(sources)
        )

    def _try_the_door(self) -> None:
        category = self._chance.choice(_FORBIDDEN)
        self._world.happened["forbidden category tried"] += 1
        self._world.add(self._story.party(), b"what nobody may keep", category, label="forbidden")

    def _share(self) -> None:
        wished = self._story.wish("permitted") if self._chance.random() < _AS_PERMITTED else None
        if wished is not None:
            party, row, to, purpose = wished
            self._world.share(party, row.digest, to, purpose)
            return
        found = self._story.holder_of("held", "source-withdrawn", "withdrawn", "erased")
        if found is not None:
            party, row = found
            self._world.share(party, row.digest, self._story.other(party), self._chance.choice(PURPOSES))

    def _ask(self) -> None:
        wished = self._story.wish("needs-consent")
        if wished is None:
            return
        party, row, to, purpose = wished
        member = self._world.members[party]
        line = f"{member.name} asks to pass {self._world.label(row.digest)} to {self._world.name(to)} for {purpose}"
        self._world.step(line, lambda: member.act(ask_consent, row.digest, to=to, purpose=purpose))

    def _answer(self) -> None:
        now = self._world.clock.now()
        open_ones = [
            (party, row)
            for party in self._world.members
            for row in self._world.view(party).requests
            if not row.ours and row.owner == party and state_at(row, now) in ("asked", "refused")
        ]
        if not open_ones:
            return
        party, row = self._chance.choice(open_ones)
        member = self._world.members[party]
        what = f"what it asked for {self._world.label(row.item)}"
        if self._chance.random() < 0.3:
            line = f"{member.name} refuses {self._world.name(row.asker)} {what}"
            self._world.step(line, lambda: member.act(refuse, row.id, reason="not now"))
        else:
            until = now + timedelta(days=self._chance.choice((1, 30)))
            line = f"{member.name} grants {self._world.name(row.asker)} {what}"
            self._world.step(line, lambda: member.act(grant, row.id, until=until))

    def _revoke(self) -> None:
        granted = [
            (party, row)
            for party in self._world.members
            for row in self._world.view(party).requests
            if not row.ours and row.state == "granted"
        ]
        if granted:
            party, row = self._chance.choice(granted)
            member = self._world.members[party]
            line = f"{member.name} takes back its consent for {self._world.label(row.item)}"
            self._world.step(line, lambda: member.act(revoke, row.id))
            if self._chance.random() < _TOLD_AT_ONCE:
                self._world.deliver(party)
                self._rely_on_the_revoked()

    def _rely_on_the_revoked(self) -> None:
        """Share, perhaps once more, what a consent let pass that was taken back since."""
        revoked = [
            (party, row)
            for party in self._world.members
            for row in self._world.view(party).requests
            if row.ours and row.state == "revoked"
        ]
        if revoked:
            party, row = self._chance.choice(revoked)
            self._world.happened["a revoked consent relied on"] += 1
            self._world.share(party, row.item, row.to, row.purpose)

    def _withdraw(self) -> None:
        found = self._story.holder_of("held")
        if found is not None:
            party, row = found
            member = self._world.members[party]
            line = f"{member.name} withdraws {self._world.label(row.digest)}"
            self._world.step(line, lambda: member.act(withdraw, row.digest, reason="wrong"))

    def _review(self) -> None:
        found = self._story.holder_of("source-withdrawn")
        if found is not None:
            party, row = found
            member = self._world.members[party]
            keep = self._chance.random() < 0.5
            line = f"{member.name} reviews {self._world.label(row.digest)}: {'keep' if keep else 'erase'}"
            self._world.step(line, lambda: member.act(review, row.digest, keep=keep, because="looked at"))

    def _deliver(self) -> None:
        owing = [party for party in self._world.members if self._world.view(party).owed()]
        if owing:
            self._world.deliver(self._chance.choice(owing), now=self._chance.random() < 0.7)

    def _pack(self) -> None:
        owing = [(party, peer) for party in self._world.members for peer in self._world.view(party).owed()]
        if owing:
            party, to = self._chance.choice(owing)
            self._pouches.append((to, self._world.pack(party, to)))

    def _open(self) -> None:
        if self._pouches:
            place = self._chance.randrange(len(self._pouches))
            to, packed = self._pouches[place]
            if self._chance.random() < 0.6:
                del self._pouches[place]
            else:
                self._world.happened["pouch opened again"] += 1
            self._world.open_pouch(to, packed)

    def _wait(self) -> None:
        self._world.wait(self._chance.choice(_WAITS))

    def _denounce(self) -> None:
        text = self._chance.choice(list(self._world.texts.values()))
        if len(text.parties) != 2:
            raise RefusedHere(f"{text.id} has more than two Parties")
        self._world.denounce(self._chance.choice(text.parties), text.id)
        if self._chance.random() < 0.5:
            self._world.wait(timedelta(days=text.notice_days + 3))

    def _reconcile(self) -> None:
        party = self._story.party()
        to = self._story.other(party)
        member = self._world.members[party]
        self._world.step(
            f"{member.name} asks {self._world.name(to)} for its account", lambda: member.act(ask_account, to)
        )
