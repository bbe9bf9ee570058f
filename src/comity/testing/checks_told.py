"""Promise P8 for a world: a check tells only what the owner of a record allows, to both sides, and is counted.

Judged by the letters, opened, and by both sides' rows; never by the register's own answering. What a record's handling
lets out is written down here once more, as plainly as can be: a record that is `open` may pass, of one by `reference`
its reference, of one to `ask` for that there is an owner to ask, of a `silent` one nothing; beyond that only what a
person at the owner has released. Who meets a record is told by its name alone: histories choose names that nothing
takes for one another.
"""

import base64
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import TYPE_CHECKING

import msgspec

from comity.federation.messages import Message
from comity.federation.register_messages import ANSWER_BYTES, RegisterAnswer, RegisterCheck
from comity.ports import CheckRow, HitRow, RecordRow
from comity.testing.ledger import Letter
from comity.testing.register_views import RegisterView
from comity.testing.views import View

if TYPE_CHECKING:
    from comity.testing.world import World

__all__ = ["ChecksTold"]

#: How much of a record an answer may show, by its handling. An open one shows less where the gate lets no more pass.
_MAY_SHOW: Mapping[str, Set[str]] = {
    "open": {"record", "reference"},
    "reference": {"reference"},
    "ask": {"owner"},
    "silent": frozenset(),
}
_ANSWERED = ("answered", "standing", "ended", "over")
#: What every message carries, put in after an answer has got its size.
_COMMON = frozenset(Message.__struct_fields__)
_ENCODED = re.compile(rb"[A-Za-z0-9+/]{32,}={0,2}")


class ChecksTold:
    """Judges what checks told, remembering what it has judged already."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._answered: set[tuple[str, str, str]] = set()
        self._lines: set[tuple[str, str]] = set()
        self._read: dict[str, int] = {}

    def forget(self, party: str) -> None:
        """Forget how far a member's journal was read: its home is put back from a backup."""
        self._read.pop(party, None)

    def of_letters(self, letters: Iterable[Letter], views: Mapping[str, View]) -> Iterator[str]:
        """Say which letters of honest members tell more than a record's owner allows."""
        if not self._agreed():
            return
        for letter in letters:
            if isinstance(letter.content, RegisterCheck):
                self._world.ledger.names.update(letter.content.question.names)
            if not letter.honest:
                continue
            register = views[letter.sender].register
            if isinstance(letter.content, RegisterAnswer):
                yield from _answer(letter, letter.content, register)
            # a record that was released has become an item, which its owner's officers may share like any other
            if register.records and not self._world.ledger.is_shared_by_hand(letter):
                yield from _words(letter, register)

    def of_stores(self, changed: Iterable[str], views: Mapping[str, View], ended: Set[str]) -> Iterator[str]:
        """Say whose register told too much, or not to those who must hear of it, or did not count.

        Args:
            ended: agreements that somebody has denounced: their registers answer no longer, sooner or later.
        """
        for party in changed if self._agreed() else ():
            view = views[party]
            yield from self._entries(view)
            if party in self._world.hostile:
                continue
            yield from self._lines_told(view)
            yield from self._owner_heard(view, ended)
            yield from self._counted(view)

    def _agreed(self) -> bool:
        """Tell whether some text has a register that the simulator knows of; others are not judged here."""
        return any(text.queries_per_day for text in self._world.texts.values())

    def _lines_told(self, view: View) -> Iterator[str]:
        for hit in view.register.told.values():
            record = view.register.records.get(hit.key)
            if (view.party, hit.id) in self._lines or record is None:
                continue
            self._lines.add((view.party, hit.id))
            if hit.shown not in _MAY_SHOW[record.handling]:
                yield f"P8: {view.party} told {hit.peer} the {hit.shown} of a record that is `{record.handling}`"

    def _owner_heard(self, view: View, ended: Set[str]) -> Iterator[str]:
        """Say of which question that met a record its owner does not hear, or hears wrongly."""
        for check in view.register.answering:
            name = (view.party, check.id, check.peer)
            if check.state not in _ANSWERED[:2] or not check.question or check.agreement in ended:
                continue
            if not check.watch and name in self._answered:
                continue  # what was entered later it did not meet
            if check.watch and check.until is not None and check.until <= self._world.clock.now():
                continue  # it has run out, whether or not the day's duties have said so yet
            self._answered.add(name)
            met = _met(view.register.records.values(), check)
            told = {key for key, hit in view.register.told_in(check).items() if hit.band == "hit"}
            unseen = view.register.unseen_in(check)
            for key, handling in met.items():
                if key not in (unseen if handling == "silent" else told):
                    yield f"P8: {view.party} does not hear that {check.peer} met a record that is `{handling}`"
            if not check.watch and (told | unseen) - met.keys():
                yield f"P8: {view.party} told {check.peer} of a record that its question does not meet"

    def _counted(self, view: View) -> Iterator[str]:
        """Say what was asked beyond the day's capacity, or not counted: by who asks and by who answers."""
        party, register = view.party, view.register
        if not register.asked and not register.answering:
            return
        expected: Counter[tuple[str, str, str, str]] = Counter()
        for check in register.asked:
            name = ("register-check", check.id, check.peer)
            for row in view.outbox.values():
                if (row.kind, row.about, row.peer) == name:
                    expected[check.agreement, party, check.peer, row.owed_at.date().isoformat()] += 1
        for check in register.answering:
            said = self._said(check, party)
            if check.state in _ANSWERED and said is not None:
                expected[check.agreement, check.peer, party, said.head.at.date().isoformat()] += 1
        for key in expected.keys() | register.counted.keys():
            agreement, asker, holder, day = key
            where = f"{party} on {day}, {asker} asking {holder}"
            if expected[key] != register.counted.get(key, 0):
                yield f"P8: {where}: {expected[key]} questions and {register.counted.get(key, 0)} counted"
            if expected[key] > self._world.texts[agreement].queries_per_day:
                yield f"P8: {where}: {expected[key]} questions, more than {agreement} allows"

    def _said(self, check: CheckRow, to: str) -> Letter | None:
        return self._world.ledger.check(check.id, check.peer, to)

    def _entries(self, view: View) -> Iterator[str]:
        """Say where a journal holds a name that was asked about, or words of a record."""
        new = view.journal[self._read.get(view.party, 0) :]
        self._read[view.party] = len(view.journal)
        secrets = [word.encode() for word in (*self._world.ledger.names, *self._world.ledger.secrets)]
        for row in new if secrets else ():
            if any(secret in row.detail for secret in secrets):
                yield f"P8: {view.party} enters `{row.kind}` with words that belong into no journal"


def _answer(letter: Letter, content: RegisterAnswer, register: RegisterView) -> Iterator[str]:
    """Say which line of an answer shows what its kind does not, and whether its size tells something."""
    where = f"P8: {letter.sender} to {letter.to}"
    own = {
        field: getattr(content, field) for field in RegisterAnswer.__struct_fields__ if field not in _COMMON
    }
    if content.state == "answered" and len(msgspec.json.encode(RegisterAnswer(**own))) % ANSWER_BYTES:
        yield f"{where}: the size of an answer tells how much it says"
    for line in content.lines:
        kept = register.told.get(line.hit)
        if kept is None or kept.shown != line.shown:
            yield f"{where}: a line was told that its owner does not know of"
        if line.shown == "owner" and line.reference:
            yield f"{where}: a reference was told where only its owner may be asked"
        if line.shown != "record" and (line.why or line.item or line.action):
            yield f"{where}: more was told than the {line.shown}"


def _words(letter: Letter, register: RegisterView) -> Iterator[str]:
    """Say which words of a record stand in a letter to somebody who may not read them."""
    text = b""
    for record in register.records.values():
        if record.owner == letter.to:
            continue
        text = text or _opened(letter)
        let = record.handling == "open" or _released(register.told.values(), record, letter.to)
        if not let and any(word.encode() in text for word in _secret_words(record)):
            yield f"P8: {letter.sender} told {letter.to} words of a record that is `{record.handling}`"
        if record.handling in ("ask", "silent") and not let and f'"{record.id}"'.encode() in text:
            yield f"P8: {letter.sender} told {letter.to} the reference of a record that is `{record.handling}`"


def _opened(letter: Letter) -> bytes:
    """Give everything a letter says, what is encoded in it as well."""
    said = json.dumps(letter.head.content, ensure_ascii=False).encode() + letter.body
    return said + b"".join(_decoded(found) for found in _ENCODED.findall(said))


def _decoded(data: bytes) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except ValueError:
        return b""


def _secret_words(record: RecordRow) -> list[str]:
    """Give what stands in a record beside its names, which are in the question as well."""
    statements = RegisterView.words(record)["subject"]["statements"]
    return [each["value"] for each in statements if each["prop"] == "idNumber"]


def _released(told: Iterable[HitRow], record: RecordRow, to: str) -> bool:
    return record.handling != "silent" and any(
        hit.key == record.key and hit.peer == to and hit.state in ("released", "closed") for hit in told
    )


def _met(records: Iterable[RecordRow], check: CheckRow) -> dict[str, str]:
    """Give the records a question meets, each with its handling: of the same name, contributed, not the asker's, and
    not run out on the day it was answered: one that nobody looked at again in time answers nobody.
    """
    asked = {name.casefold() for name in json.loads(check.question)["names"]}
    found = {}
    for record in records:
        said = RegisterView.words(record)
        names = {each["value"].casefold() for each in said["subject"]["statements"] if each["prop"] == "name"}
        under = said["terms"]["under"]
        if said["terms"]["review"] <= check.at.date().isoformat():
            continue
        if names & asked and ("*" in under or check.agreement in under) and record.owner != check.peer:
            found[record.key] = record.handling
    return found
