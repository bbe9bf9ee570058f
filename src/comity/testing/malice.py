"""What a hostile Party does in a history: its keys are real, its gate and its honesty are not."""

from collections.abc import Callable

from comity.errors import ComityError
from comity.node.node import Node
from comity.node.protest import item_named
from comity.ports import Transaction
from comity.testing import hostile
from comity.testing.ledger import Letter
from comity.testing.members import Member
from comity.testing.register_deeds import NAMES
from comity.testing.story import PURPOSES, Happening, Story

__all__ = ["Malice", "RegisterMalice"]


#: What no agreement lets anything pass for.
_NOBODYS_PURPOSE = "commercial"


class Malice:
    """The deeds of the one hostile Party of a history; nothing happens in a history without one."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._world = story.world
        self._chance = story.chance
        self.happenings: tuple[Happening, ...] = tuple(
            (weight, self._by_the_hostile(deed))
            for weight, deed in (
                (5, self._send_anyway),
                (2, self._say_two_things),
                (3, self._replay),
                (2, self._seal_again),
                (3, self._poison),
                (2, self._forge_a_consent),
                (1, self._withhold_receipts),
                (2, self._send_the_forbidden),
                (2, self._withdraw_anothers),
            )
        )

    def _by_the_hostile(self, deed: Callable[[Member], None]) -> Callable[[], None]:
        def work() -> None:
            for party in sorted(self._world.hostile):
                deed(self._world.members[party])

        return work

    def _note(self, what: str) -> None:
        self._world.happened[f"hostile: {what}"] += 1

    def _peer_under(self, party: str) -> tuple[str, str] | None:
        """Choose an agreement of a Party, and another Party of it."""
        texts = [text for text in self._world.texts.values() if party in text.parties]
        if not texts:
            return None
        text = self._chance.choice(texts)
        return text.id, self._chance.choice([each for each in text.parties if each != party])

    def _send_anyway(self, member: Member) -> None:
        items = self._story.items(member.party, "held", "source-withdrawn")
        found = self._peer_under(member.party)
        if not items or found is None:
            return
        (agreement, to), row = found, self._chance.choice(items)
        purpose = self._chance.choice((*PURPOSES, _NOBODYS_PURPOSE))
        self._note("sends what its gate refuses")
        label, name = self._world.label(row.digest), self._world.name(to)
        line = f"{member.name}'s broken gate lets {label} go to {name} for {purpose}"
        self._world.step(line, lambda: member.act(hostile.send_anyway, row.digest, to, purpose, agreement))

    def _letters(self, party: str, to: str | None = None) -> list[Letter]:
        return [
            letter
            for letter in self._world.ledger.letters
            if letter.sender == party and to in (None, letter.to)
        ]

    def _say_two_things(self, member: Member) -> None:
        """Send another message under a number that was used."""
        letters = self._letters(member.party)
        if not letters:
            return
        letter = self._chance.choice(letters)
        self._note("two messages under one number")
        self._craft(
            member,
            letter.to,
            f"says two things to {self._world.name(letter.to)} under number {letter.head.sequence}",
            lambda node, transaction: hostile.another_under(node, transaction, letter),
        )

    def _replay(self, member: Member) -> None:
        """Hand an old envelope to its recipient again, or to another Party."""
        letters = self._letters(member.party)
        if not letters:
            return
        letter = self._chance.choice(letters)
        to = letter.to if self._chance.random() < 0.5 else self._story.other(member.party)
        self._note("replay" if to == letter.to else "replay to another Party")
        line = f"{member.name} replays letter {letter.number} to {self._world.name(to)}"
        self._hand_over(member, to, line, letter.data)

    def _seal_again(self, member: Member) -> None:
        """Send a message once more in another envelope: it counts once."""
        letters = self._letters(member.party)
        if not letters:
            return
        letter = self._chance.choice(letters)
        self._note("one message in two envelopes")
        self._craft(
            member,
            letter.to,
            f"sends message {letter.number} to {self._world.name(letter.to)} in another envelope",
            lambda node, transaction: hostile.sealed_again(node, transaction, letter),
        )

    def _poison(self, member: Member) -> None:
        found = self._peer_under(member.party)
        if found is None:
            return
        _, to = found
        number = self._chance.randrange(len(hostile.POISONS))
        self._note("poison")
        self._craft(
            member,
            to,
            f"sends poison {number} to {self._world.name(to)}",
            lambda node, transaction: hostile.poison(node, transaction, to, number),
        )

    def _forge_a_consent(self, member: Member) -> None:
        """Sign, with its own key, what another would have to sign; and pass on by it."""
        foreign = [row for row in self._story.items(member.party, "held") if row.originator != member.party]
        found = self._peer_under(member.party)
        if not foreign or found is None:
            return
        (agreement, to), row = found, self._chance.choice(foreign)
        self._note("forged consent")
        line = f"{member.name} forges consents for {self._world.label(row.digest)} to {self._world.name(to)}"

        def work(node: Node, transaction: Transaction) -> None:
            self._world.ledger.forged.update(hostile.forge_consents(node, transaction, row.digest, to))
            purpose = self._chance.choice(PURPOSES)
            hostile.send_anyway(node, transaction, row.digest, to, purpose, agreement, bluff=False)

        self._world.step(line, lambda: member.act(work))

    def _withhold_receipts(self, member: Member) -> None:
        silent = self._world.network.silent
        keeps = member.party not in silent
        (silent.add if keeps else silent.discard)(member.party)
        if keeps:
            self._note("withholds receipts")
        self._world.step(f"{member.name} {'keeps' if keeps else 'gives'} receipts", lambda: None)

    def _send_the_forbidden(self, member: Member) -> None:
        """Add, past the door, what no agreement can allow, and send it."""
        found = self._peer_under(member.party)
        if found is None:
            return
        agreement, to = found
        self._note("sends a forbidden category")
        line = f"{member.name} sends {self._world.name(to)} what nobody may keep"

        def work(node: Node, transaction: Transaction) -> None:
            digest = hostile.add_past_the_door(node, transaction, "persons.religion")
            hostile.send_anyway(node, transaction, digest, to, "network-defence", agreement)

        self._world.step(line, lambda: member.act(work))

    def _withdraw_anothers(self, member: Member) -> None:
        """Withdraw, under its own name, an item of another whose digest it has come to know."""
        found = self._peer_under(member.party)
        passed = [
            each.disclosure
            for each in self._world.ledger.letters
            if each.disclosure is not None and each.sender != member.party
        ]
        if not passed or found is None:
            return
        to, item = found[1], item_named(self._chance.choice(passed))
        self._note("withdraws what is another's")
        line = f"{member.name} tells {self._world.name(to)} that it withdraws {self._world.label(item)}"
        self._world.step(line, lambda: member.act(hostile.withdraw_anothers, item, to))

    def _craft(
        self, member: Member, to: str, line: str, make: Callable[[Node, Transaction], bytes | None]
    ) -> None:
        data = member.act(make)
        if data is not None:
            self._hand_over(member, to, f"{member.name} {line}", data)

    def _hand_over(self, member: Member, to: str, line: str, data: bytes) -> None:
        """Give bytes straight to a node, past the sender's outbox."""
        world = self._world

        def work() -> None:
            if to not in world.members or to == member.party:
                raise ComityError(f"{to} is not there")
            world.ledger.note(member, world.members[to], data, "https", world.clock.now())
            taken = world.network.hand_over(member.party, to, data)
            world.tell(f"      {taken.state} {taken.reason}".rstrip())

        world.step(line, work)


class RegisterMalice:
    """What a hostile Party does to registers: it asks as if nobody counted."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self.happenings: tuple[Happening, ...] = ((6, self._ask_without_end),)

    def _ask_without_end(self) -> None:
        """Put more questions in a row than a day holds."""
        world, chance = self._story.world, self._story.chance
        asked = [
            (text, party)
            for text in world.texts.values()
            for party in text.parties
            if text.queries_per_day and party in world.hostile
        ]
        if not asked:
            return
        text, party = chance.choice(asked)
        to = chance.choice([each for each in text.parties if each != party])
        member, times = world.members[party], text.queries_per_day + 2
        world.happened["hostile: asks without end"] += 1

        def work(node: Node, transaction: Transaction) -> None:
            for _ in range(times):
                hostile.ask_beyond(node, transaction, chance.choice(NAMES), to, text.id)

        world.step(f"{member.name} asks {world.name(to)} {times} times", lambda: member.act(work))
        world.deliver(party)
