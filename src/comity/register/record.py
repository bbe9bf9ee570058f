"""Record: a subject, and the terms on which its owner keeps it.

No record without owner, legal basis, data-subject role and review date (safeguard 2): the constructor takes them, the
door (`comity.handling.safeguards`) judges them, and what it refuses is not entered. One owner a record; nobody edits
another's.
"""

import re
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

import msgspec

from comity.clock import Instant
from comity.errors import BadInput
from comity.handling.safeguards import Finding, check_item, check_record
from comity.identifiers import PartyId
from comity.register.names import parse
from comity.register.subjects import Subject
from comity.register.words import Kind

__all__ = [
    "EVERY_AGREEMENT",
    "Grading",
    "Handling",
    "Note",
    "Record",
    "Terms",
    "can_be_found",
    "door",
    "strictest",
]

#: Written among the agreements a record is contributed under: all that have a register which takes it.
EVERY_AGREEMENT = "*"


class Handling(StrEnum):
    """What a hit tells another Party (DESIGN §7)."""

    OPEN = "open"
    REFERENCE = "reference"
    ASK = "ask"
    SILENT = "silent"


#: From the freest to the strictest.
_BY_STRICTNESS = tuple(Handling)


def strictest(*handling: Handling) -> Handling:
    """Give the strictest of some handlings: what is linked is handled as its strictest part (R5)."""
    return max(handling, key=_BY_STRICTNESS.index)


_GRADING = re.compile("[ABCX][1-4]\\Z")
_SOURCE = {
    "A": "no doubt about the source",
    "B": "a source that has mostly proved reliable",
    "C": "a source that has mostly proved unreliable",
    "X": "the reliability of the source cannot be assessed",
}
_INFORMATION = {
    "1": "known to be true without reservation",
    "2": "known to the source but not to whoever passes it on",
    "3": "not known to the source but corroborated",
    "4": "cannot be corroborated",
}


class Grading(msgspec.Struct, frozen=True, gc=False):
    """Reliability of the source and of the information, 4 × 4.

    Source: Regulation (EU) 2016/794 (Europol), art. 29. Only the owner changes it.
    """

    source: str = "X"
    information: str = "4"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `B2`.

        Raises:
            BadInput: it is not A, B, C or X and 1, 2, 3 or 4.
        """
        if not _GRADING.match(text):
            raise BadInput(f"`{text[:20]}` is not a grading: A, B, C or X, then 1, 2, 3 or 4")
        return cls(text[0], text[1])

    def __str__(self) -> str:
        return self.source + self.information

    def in_words(self) -> str:
        """Say what it means."""
        return f"{_SOURCE[self.source]}; {_INFORMATION[self.information]}"


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """On what terms records are entered; the same for a whole file.

    Attributes:
        owner: the Party that answers for them.
        basis: legal basis, in words.
        role: data-subject role, needed for persons (`suspect`, `convicted`, `victim`, `witness`, …).
        review: day on which the owner looks at them again.
        purpose: what they are kept for; the agreement's where empty.
        offence: code of the offence, where the role needs one.
        decision: reference of the decision, where there is one.
        grading: 4 × 4.
        handling: what a hit tells another Party.
        action: what is to be done on a hit, if anything; always by a person.
        kind: the named kind of record, where an agreement names kinds.
        expires: last day on which it is kept whatever its review says; none where the basis sets none.
        under: agreements it is contributed under; `*` for every one whose register takes it, empty for none.
    """

    owner: PartyId
    basis: str
    review: date
    role: str = ""
    purpose: str = ""
    offence: str = ""
    decision: str = ""
    grading: Grading = Grading()
    handling: Handling = Handling.REFERENCE
    action: str = ""
    kind: str = ""
    expires: date | None = None
    under: tuple[str, ...] = (EVERY_AGREEMENT,)


NOTES = ("look-alike", "misused-identity")


class Note(msgspec.Struct, frozen=True):
    """A caution that goes wherever the record is shown: somebody else may be taken for its subject.

    Attributes:
        kind: `look-alike`, somebody who resembles the subject; `misused-identity`, somebody whose identity the subject
            uses, to be cleared and never acted against (Regulation (EU) 2018/1862, art. 61 and 62).
        text: what tells the two apart.
        consent: where the explicit consent of the person whose identity is misused is kept; needed for that kind.
        at: when it was added.
    """

    kind: str
    text: str
    at: Instant
    consent: str = ""

    @classmethod
    def make(cls, kind: str, text: str, at: Instant, consent: str = "") -> "Note":
        """Make a note.

        Raises:
            BadInput: another kind, no text, or a misused identity without its bearer's consent.
        """
        mistakes = []
        if kind not in NOTES:
            mistakes.append(f"`{kind[:40]}` is not one of {', '.join(NOTES)}")
        if not text.strip():
            mistakes.append("a note says what tells the two apart")
        if kind == "misused-identity" and not consent.strip():
            mistakes.append(
                "a misused identity is noted with its bearer's explicit consent, and where that is kept"
            )
        if mistakes:
            raise BadInput(*mistakes)
        return cls(kind, text, at, consent)


class Record(msgspec.Struct, frozen=True):
    """A subject with the terms it is kept on, the instants of entry and last change, and notes about others like it."""

    subject: Subject
    terms: Terms
    entered: Instant
    changed: Instant
    notes: tuple[Note, ...] = ()

    @property
    def id(self) -> str:
        """The subject's id, unique in the register."""
        return self.subject.id

    def is_due(self, today: date) -> bool:
        """Tell whether its review is due."""
        return self.terms.review <= today

    @property
    def runs_out(self) -> date:
        """The day from which it answers nobody: of its review, or after the last one its basis gives it."""
        review, expires = self.terms.review, self.terms.expires
        return review if expires is None or expires >= review else expires + timedelta(days=1)

    def is_alive(self, today: date) -> bool:
        """Tell whether it still answers: one that nobody looked at again in time is silent by itself."""
        return today < self.runs_out

    @property
    def sources(self) -> tuple[str, ...]:
        """Whoever says what stands in it, each once; its owner where nobody else is named."""
        return tuple(dict.fromkeys(s.source or self.terms.owner for s in self.subject.statements))


#: Properties whose values are free words that a person may have to read.
_FREE_WORDS = ("notes", "summary", "description", "reason", "position")


_WORD = re.compile(r"[^\W\d_]{2}")


def can_be_found(subject: Subject) -> bool:
    """Tell whether a check can find a subject: by a name with a word that is more than an initial, or an identifier."""
    person = subject.is_person
    return bool(subject.identifiers) or any(
        _WORD.search(text) or any(unit.kind is not Kind.INITIAL for unit in parse(text, person=person).units)
        for text in subject.names
    )


def door(subject: Subject, terms: Terms, today: date) -> tuple[Finding, ...]:
    """Judge a record before it is entered; see `comity.handling.safeguards.check_record`."""
    properties = subject.properties()
    named = check_item(terms.kind, purpose=terms.purpose) if terms.kind or terms.purpose else ()
    return named + check_record(
        properties,
        owner=terms.owner,
        basis=terms.basis,
        role=terms.role,
        review=terms.review,
        today=today,
        about_person=subject.is_person,
        offence=terms.offence,
        decision=terms.decision,
        texts={prop: " ".join(properties[prop]) for prop in _FREE_WORDS if prop in properties},
        found=can_be_found(subject),
    )
