"""The promises of DESIGN §1 as functions over all members of a simulated world.

`Invariants.after_step` is called after every step, `at_rest` once everything owed has been delivered. Each promise is a
method that gives one line for each way in which it is broken, so that a run shows everything at once. They judge by the
ledger (every envelope, opened), by the stores, and by `naive`; never by the gate.

Promised is what honest members keep: a hostile one may send what it likes, and is judged by what others make of it.
"""

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from comity.journal.merkle import Frontier
from comity.journal.verify import Verifier
from comity.testing.checks_told import ChecksTold
from comity.testing.ledger import Letter
from comity.testing.naive import Passing, is_protected, objections, read_passing
from comity.testing.set_aside import faults_set_aside
from comity.testing.views import View, ended_for, given_to, stored_journal

if TYPE_CHECKING:
    from comity.testing.world import World

__all__ = ["Invariants"]

#: Grounds on which an honest receiver may set aside what an honest sender sent.
_EXCUSED = ("stale", "crossed", "back-dated", "art. 4", "is held here with another content")


#: What is entered when something goes because its time has run out, and how far ahead a clock may stand for it.
_RUN_OUT = ("retention-erased", "register-erased", "duties")
_LEAP = timedelta(days=8)

#: Grounds on which a letter is set aside before its evidence is looked at: whom it went through is then not known.
_UNREAD = ("channel:", "equivocation:", "back-dated:")

#: What is said of an answer or a question that belongs to what nobody here remembers.
_FORGOTTEN = ("was not asked this", "no hit of this name waits for that", "of the one here")

#: What a home that knows it is behind may enter: what reconciling brings and finds.
_OF_JOURNALS = (
    "-question",
    "-answer",
    "-outcome",
    "receipted",
    "reconciled",
    "reconciled-differing",
    "restored",
    "equivocation",
    "inconsistent",
    "rolled-back",
    "peer-quarantined",
    "peer-waiting",
    "quarantined-envelope",
    "channel-stopped",
)


class Invariants:
    """Judges a world, remembering what it has judged already.

    Args:
        world: whose members.
    """

    def __init__(self, world: "World") -> None:
        self._world = world
        self._views: dict[str, View] = {}
        self._judged = 0
        self._passings: dict[str, Passing] = {}
        self._against: dict[str, list[str]] = {}
        self._visible: dict[str, list[str]] = {}
        self._settled: dict[str, set[str]] = {}
        self._verifiers: dict[str, tuple[Verifier, int]] = {}
        self._still: dict[str, int] = {}
        self._timed: dict[str, int] = {}
        self._checks = ChecksTold(world)

    def after_step(self) -> list[str]:
        """Give what is broken after a step."""
        changed = self._look()
        new = self._world.ledger.letters[self._judged :]
        self._judged = len(self._world.ledger.letters)
        return [
            *self.p1_nothing_leaves_without_a_ground(new),
            *self.p2_originators_keep_control(changed),
            *self.p3_the_receiver_checks_too(changed),
            *self.p4_nothing_is_lost_nothing_doubled(changed),
            *self.p4_no_clock_that_leaps_erases(changed),
            *self.p5_nobody_can_rewrite(changed),
            *self.p5_a_restored_home_keeps_still(changed),
            *self.p6_words_can_be_taken_back(changed),
            *self.p8_a_check_tells_only_what_is_allowed(new, changed),
            *self.p9_safeguards_stand_outside(new),
            *self.p10_no_carrier_reads(),
        ]

    def at_rest(self) -> list[str]:
        """Give what is broken though everything owed has been delivered; every store is read anew."""
        for member in self._world.members.values():
            member.dirty = member.tampered = True
        changed = self._look()
        return [
            *self.p4_nothing_is_lost_nothing_doubled(changed),
            *self.p3_those_concerned_were_told(),
            *self.p4_what_was_receipted_arrived(),
            *self.p5_both_accounts_agree(),
            *self.p5_every_journal_is_whole(),
            *self.p6_every_holder_answered(),
        ]

    def view(self, party: str) -> View:
        """Give what a member's store showed after the last step."""
        return self._views[party]

    def forget(self, party: str) -> None:
        """Forget what a member's store has shown: its home is put back from a backup."""
        for kept in (self._views, self._settled, self._verifiers, self._still, self._timed):
            kept.pop(party, None)
        self._checks.forget(party)

    def restored_have_found_out(self) -> list[str]:
        """Give what is broken though everybody has spoken to those that were restored."""
        self._look()
        return list(self.p5_a_restored_home_finds_out())

    # -- P1, P7 ----------------------------------------------------------------------------------------------------

    def p1_nothing_leaves_without_a_ground(self, letters: Iterable[Letter]) -> Iterable[str]:
        """Say which disclosures of honest members stand on nothing.

        Each has a permitted decision in its sender's journal, entered before it was sent, of this item to this Party;
        and everything the naive check knows of texts in force, custody, consents and withdrawals allows it (P7 is the
        part of it about agreements that have ended).
        """
        for letter in letters:
            if letter.disclosure is None or not letter.honest:
                continue
            passing = self._passing(letter)
            view = self._views[letter.sender]
            sent = view.entry("sent-disclosure", letter.id)
            decided = view.entry("decided", letter.disclosure.decided.digest)
            where = f"{letter.sender} to {letter.to}, item {passing.item[:12]}"
            if sent is None:
                yield f"P1: {where}: sent without an entry"
                continue
            if decided is None or decided.number >= sent.number:
                yield f"P1: {where}: sent without a decision entered before"
                continue
            decision = json.loads(decided.detail)
            if (
                decision["outcome"] != "permitted"
                or not decision["grounds"]
                or decision["agreement"] != passing.hop["agreement"]
                or (decision["question"]["disclose"], decision["question"]["to"]) != (passing.item, letter.to)
            ):
                yield f"P1: {where}: the decision entered is not one that permits this"
            for objection in self._objections(letter):
                yield f"P1, P7: {where}: {objection}"

    # -- P2, P3 ----------------------------------------------------------------------------------------------------

    def p2_originators_keep_control(self, changed: Iterable[str]) -> Iterable[str]:
        """Say what an honest member holds that should not have reached it, by the naive check."""
        for party in changed:
            for row in self._views[party].inbox.values():
                letter = self._world.ledger.by_id(row.message)
                if row.state != "accepted" or letter is None or letter.disclosure is None:
                    continue
                for objection in self._visible_objections(letter):
                    yield f"P2: {party} took item {row.about[:12]} of {letter.sender}: {objection}"

    def p3_the_receiver_checks_too(self, changed: Iterable[str]) -> Iterable[str]:
        """Say what an honest receiver set aside without telling, or without a reason."""
        for party in changed:
            view = self._views[party]
            for row in view.inbox.values():
                letter = self._world.ledger.by_id(row.message)
                if row.state != "quarantined" or letter is None:
                    continue
                if letter.honest and not self._may_set_aside(row.reason, letter):
                    yield f"P3: {party} set aside a {letter.kind} of {letter.sender}, who is honest: {row.reason}"
                if not row.reason or not row.receipt:
                    yield f"P3: {party} set aside a {letter.kind} without a signed reason"
                if letter.disclosure is not None and self._visible_objections(letter):
                    told = {statement["message"] for statement in view.said("protest")}
                    if letter.id not in told:
                        yield f"P3: {party} set aside item {row.about[:12]} and protests to nobody"

    def p3_those_concerned_were_told(self) -> Iterable[str]:
        """Say which sender or originator never heard of a protest that must have reached it by now."""
        for party, view in self._views.items():
            for protest in view.said("protest"):
                letter = self._world.ledger.by_id(protest["message"])
                if protest["by"] != party or letter is None or self._is_excused(party):
                    continue
                for addressee in {letter.sender, *self._passing(letter).originators} - {party}:
                    unproven = self._world.ledger.rests_on_forged(letter) or protest["grounds"][0].startswith(
                        _UNREAD
                    )
                    lost = unproven or self._is_stopped(addressee, letter.sender)
                    if self._is_excused(addressee) or (lost and not self._are_peers(party, addressee)):
                        continue
                    heard = {each["message"] for each in self._views[addressee].said("protest")}
                    if letter.id not in heard:
                        yield f"P3: {addressee} never heard that {party} set aside a letter of {letter.sender}"

    def _is_stopped(self, party: str, sender: str) -> bool:
        """Tell whether what a Party would have handed on was set aside unread: its channel had been stopped."""
        return any(
            row.peer == sender and row.state == "quarantined" and row.reason.startswith(_UNREAD)
            for row in self._views[party].inbox.values()
        )

    # -- P4 --------------------------------------------------------------------------------------------------------

    def p4_nothing_is_lost_nothing_doubled(self, changed: Iterable[str]) -> Iterable[str]:
        """Say what was accepted and is gone, or counted twice."""
        yield from self._world.network.problems
        for party in changed:
            view = self._views[party]
            accepted = {row.message for row in view.inbox.values() if row.state == "accepted"}
            for message in self._settled.setdefault(party, set()) - accepted:
                yield f"P4: {party} had accepted message {message[:12]} and has it no more"
            self._settled[party] |= accepted
            numbered: dict[tuple[str, int], str] = {}
            for message in accepted:
                place = view.inbox[message].channel, view.inbox[message].sequence
                if numbered.setdefault(place, message) != message:
                    yield f"P5: {party} took two messages of {view.inbox[message].peer} under number {place[1]}"
                letter = self._world.ledger.by_id(message)
                if letter is None:
                    continue
                entries = view.entries(f"received-{letter.kind}", message)
                if len(entries) != 1:
                    yield f"P4: {party} entered message {message[:12]} {len(entries)} times"
                if letter.disclosure is None:
                    continue
                if self._passing(letter).item not in view.items:
                    yield f"P4: {party} accepted item {self._passing(letter).item[:12]} and does not have it"
            for item in view.items.values():
                if item.state in ("held", "source-withdrawn") and item.digest not in view.bodies:
                    yield f"P4: {party} holds item {item.digest[:12]} without its content"
            if party not in self._world.hostile:
                yield from faults_set_aside(view, self._world.ledger, self._passing)

    def p4_what_was_receipted_arrived(self) -> Iterable[str]:
        """Say what a sender has a receipt for and its receiver does not have."""
        for party, view in self._views.items():
            for row in view.outbox.values():
                if row.peer in self._world.restored:
                    continue  # what it lost by its old backup it cannot have
                there = self._views[row.peer].inbox.get(row.message)
                if row.state == "receipted" and (there is None or there.state != "accepted"):
                    yield f"P4: {row.peer} receipted a {row.kind} of {party} and does not have it"

    def p4_no_clock_that_leaps_erases(self, changed: Iterable[str]) -> Iterable[str]:
        """Say what was destroyed as run out by a clock that stood far ahead of the world's."""
        latest = self._world.clock.now() + _LEAP
        for party in changed:
            journal = self._views[party].journal
            read = self._timed.get(party, 0)
            self._timed[party] = len(journal)
            for row in journal[read:]:
                if row.kind in _RUN_OUT and row.at > latest:
                    yield f"P4: {party} enters `{row.kind}` by a clock that stood at {row.at:%Y-%m-%d}"

    # -- P5 --------------------------------------------------------------------------------------------------------

    def p5_nobody_can_rewrite(self, changed: Iterable[str]) -> Iterable[str]:
        """Say where a journal, read on from where it was read before, does not hold together."""
        for party in changed:
            view = self._views[party]
            verifier, read = self._verifiers.get(party, (Verifier(), 0))
            verifier.feed(view.journal[read:])
            self._verifiers[party] = (verifier, len(view.journal))
            heads = {head.channel: Frontier(size=head.size, peaks=head.frontier) for head in view.heads}
            for fault in verifier.report(heads).faults:
                yield f"P5: journal of {party}: {fault.kind}: {fault.text}"

    def p5_every_journal_is_whole(self) -> Iterable[str]:
        """Say where a journal read anew from its store does not hold together, or shrank."""
        for party, member in self._world.members.items():
            journal, kept = member.read(stored_journal)
            verifier = Verifier()
            verifier.feed(journal)
            heads = {head.channel: Frontier(size=head.size, peaks=head.frontier) for head in kept}
            for fault in verifier.report(heads).faults:
                yield f"P5: journal of {party}: {fault.kind}: {fault.text}"
            known = self._views[party].journal
            if [row.leaf for row in journal] != [row.leaf for row in known]:
                yield f"P5: the journal of {party} is not the one it was"

    def p5_both_accounts_agree(self) -> Iterable[str]:
        """Say which two members' accounts of their channel differ."""
        for party, view in self._views.items():
            for peer, other in self._views.items():
                if peer == party or self._is_excused(party, peer):
                    continue
                sent, received = view.sent_to(peer), other.came_from(party)
                if sent != received:
                    yield (
                        f"P5: {party} sent {peer} {len(sent - received)} that it does not have, "
                        f"and it has {len(received - sent)} that were never sent"
                    )

    def p5_a_restored_home_keeps_still(self, changed: Iterable[str]) -> Iterable[str]:
        """Say which home knows that it is behind what a peer has kept, and enters new acts all the same."""
        for party in changed:
            view = self._views[party]
            since = self._still.get(party)
            if since is not None:
                for row in view.journal[since:]:
                    if not row.kind.endswith(_OF_JOURNALS):
                        yield f"P5: {party} is behind and enters `{row.kind}` all the same"
            if view.behind:
                self._still[party] = len(view.journal)
            else:
                self._still.pop(party, None)

    def p5_a_restored_home_finds_out(self) -> Iterable[str]:
        """Say which home, spoken to by all, is still behind, or never owned to what its peers have kept of it."""
        for party, kept_more in self._world.restored.items():
            view = self._views[party]
            for peer in view.behind:
                yield f"P5: {party} is still behind what {peer} has kept, though the two have spoken"
            if party in self._world.hostile:
                continue
            for peer in kept_more - self._world.hostile:
                if not any(row.kind == "restored" and row.channel == peer for row in view.journal):
                    yield f"P5: {party} never owned to {peer}, which had kept more, that it was restored"

    # -- P6 --------------------------------------------------------------------------------------------------------

    def p6_words_can_be_taken_back(self, changed: Iterable[str]) -> Iterable[str]:
        """Say where an honest member knows of a withdrawal and still holds the item, or shows what was made of it
        as if nothing were.
        """
        for party in changed:
            if party in self._world.hostile:
                continue
            view = self._views[party]
            for item in view.withdrawn():
                row = view.items.get(item)
                if row is None or row.originator == party:
                    continue
                if row.state == "held" or (row.state == "erased" and item in view.bodies):
                    yield f"P6: {party} knows that {item[:12]} was withdrawn and still holds it"
                for made in view.made_from(item):
                    if view.items[made].state == "held" and made not in view.reviewed():
                        yield f"P6: {party} shows {made[:12]} as if its source stood"

    def p6_every_holder_answered(self) -> Iterable[str]:
        """Say which holder of a withdrawn item never answered its originator.

        A hand between the two that was put back from a backup has forgotten the withdrawal, or whom to tell of it; and
        one that is hostile may have stopped its own channel.
        """
        for party, view in self._views.items():
            for item, withdrawal in view.own_withdrawals().items():
                answered = {
                    answer["by"]
                    for answer in view.said("withdrawal-answer")
                    if answer["withdrawal"] == withdrawal
                }
                for holder, other in self._views.items():
                    if holder == party or holder in answered or self._is_excused(holder, party):
                        continue
                    if any(not self._is_excused(*self._hands(each)) for each in other.took(item)):
                        yield f"P6: {holder} held {item[:12]} of {party} and never answered its withdrawal"

    # -- P8 --------------------------------------------------------------------------------------------------------

    def p8_a_check_tells_only_what_is_allowed(
        self, letters: Iterable[Letter], changed: Iterable[str]
    ) -> Iterable[str]:
        """Say what a check told that the owner of a record does not allow, what its owner did not hear of, and what
        was not counted on either side.
        """
        yield from self._checks.of_letters(letters, self._views)
        ended = {text for view in self._views.values() for text in ended_for(view, self._world.texts)}
        yield from self._checks.of_stores(changed, self._views, ended)

    # -- P9 --------------------------------------------------------------------------------------------------------

    def p9_safeguards_stand_outside(self, letters: Iterable[Letter]) -> Iterable[str]:
        """Say what an honest member lets go, or takes, that no agreement can allow: whatever the texts say."""
        for letter in letters:
            if letter.disclosure is None:
                continue
            for item, manifest in self._passing(letter).manifests.items():
                if letter.honest and is_protected(manifest["category"]):
                    yield f"P9: {letter.sender} sends item {item[:12]} of category {manifest['category']}"
        for party, view in self._views.items():
            if party in self._world.hostile:
                continue
            for row in view.items.values():
                if row.state in ("held", "source-withdrawn") and is_protected(row.category):
                    yield f"P9: {party} holds item {row.digest[:12]} of category {row.category}"

    # -- P10 -------------------------------------------------------------------------------------------------------

    def p10_no_carrier_reads(self) -> Iterable[str]:
        """Say where content stood in clear in what a carrier moves."""
        return [f"P10: {leak}" for leak in self._world.ledger.leaks]

    # -- what the above look at ------------------------------------------------------------------------------------

    def _look(self) -> list[str]:
        """Read the stores of those who acted; give their Parties."""
        changed = [party for party, member in self._world.members.items() if member.dirty]
        for party in changed:
            member = self._world.members[party]
            self._views[party] = View.of(member, before=self._views.get(party))
            member.dirty = member.tampered = False
        return changed

    def _is_excused(self, *parties: str) -> bool:
        """Tell whether nothing is promised between some: one keeps no promise, or has lost what it knew."""
        return bool(set(parties) & (self._world.hostile | self._world.restored.keys()))

    def _are_peers(self, a: str, b: str) -> bool:
        return any({a, b} <= set(text.parties) for text in self._world.texts.values())

    def _passing(self, letter: Letter) -> Passing:
        if letter.id not in self._passings:
            assert letter.disclosure is not None
            self._passings[letter.id] = read_passing(letter.disclosure)
        return self._passings[letter.id]

    def _hands(self, message: str) -> set[str]:
        """Give who has handed on the item that a message passed."""
        letter = self._world.ledger.by_id(message)
        if letter is None:
            return set()
        passing = self._passing(letter)
        return {letter.sender, *(hop["by"] for hop in passing.hops[passing.item])}

    def _objections(self, letter: Letter) -> list[str]:
        """Judge a disclosure once, by what its sender knew when it decided."""
        if letter.id not in self._against:
            passing = self._passing(letter)
            view = self._views[letter.sender]
            at = passing.decided_at
            self._against[letter.id] = objections(
                passing,
                self._world.texts,
                given_to(self._views.values(), view, letter.to),
                ended_for(view, self._world.texts),
                view.withdrawn(),
                view.reviewed(until=at),
            )
        return self._against[letter.id]

    def _visible_objections(self, letter: Letter) -> list[str]:
        """Give of the objections those that its receiver can see: what a hostile sender keeps to itself nobody can."""
        if letter.honest:
            return self._objections(letter)
        if letter.id not in self._visible:  # judged once, when it has just come
            known = {f"{item[:12]} was withdrawn" for item in self._views[letter.to].withdrawn()}
            known |= {f"{text} had ended" for text in self._ended_when_decided(letter)}
            self._visible[letter.id] = [
                each
                for each in self._objections(letter)
                if not each.endswith(("was withdrawn", "had ended")) or each in known
            ]
        return self._visible[letter.id]

    def _ended_when_decided(self, letter: Letter) -> set[str]:
        """Give the agreements that had ended when a disclosure was decided, by what its receiver knows."""
        ended = ended_for(self._views[letter.to], self._world.texts)
        return {text for text, when in ended.items() if when <= self._passing(letter).decided_at}

    def _may_set_aside(self, reason: str, letter: Letter) -> bool:
        """Tell whether an honest receiver may set aside what an honest sender sent: it came late, or acts crossed."""
        if any(word in reason for word in _EXCUSED) or letter.sender in self._world.restored:
            return True
        if letter.disclosure is None:
            # a home put back from a backup has forgotten what it asked and found since
            if letter.to in self._world.restored and reason.endswith(_FORGOTTEN):
                return True
            ended = ended_for(self._views[letter.to], self._world.texts)
            return "rule 2 in force" in reason and any(text in reason for text in ended)
        return self._crossed(letter)

    def _crossed(self, letter: Letter) -> bool:
        """Tell whether the receiver knew of an end or a revocation that the sender did not know of."""
        if self._passing(letter).hop["agreement"] in self._ended_when_decided(letter):
            return True
        return bool(self._views[letter.to].said("consent-revocation"))
