"""The signed form of an event of a matter, and the event it stands for.

A matter of which there is only one for a subject (a mission, a year's plan) has a name that follows from that subject;
any other is named by the digest of the event that opened it. `specs/matter.md` §2.
"""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from comity.clock import format_instant
from comity.cooperation.event import OPEN, Event, series_name
from comity.cooperation.kinds import KINDS, form_of
from comity.cooperation.said import plain, read_said
from comity.errors import ForeignInput
from comity.federation.statement_forms import Statement

_Name = Annotated[str, msgspec.Meta(pattern=r"\A(?:[0-9a-f]{64})?\Z")]
_Word = Annotated[str, msgspec.Meta(pattern=r"\A(?:[a-z0-9][a-z0-9._:@+-]{0,127})?\Z")]


class MatterEvent(Statement, frozen=True, kw_only=True):
    """One step in the life of a matter.

    Attributes:
        to: the other Party. `agreement`: under which the matter was opened.
        kind, word: of which kind of matter, and what happens; `said` the particulars, in the form of that word.
        matter: the matter; empty in the event that opens it.
        previous, seen: its author's last event in this matter, and the other Party's last that its author had.
        office: the office or mission that acts; `function`: the function in which the Party does, borne by its key.
    """

    to: str
    agreement: str
    kind: str
    word: str
    said: Mapping[str, Any] = msgspec.field(default_factory=dict)
    matter: _Name = ""
    previous: _Name = ""
    seen: _Name = ""
    office: _Word = ""
    function: _Word = ""


def event_of(digest: str, statement: MatterEvent) -> Event:
    """Read an event from its signed form.

    Raises:
        ForeignInput: there is no such event, or what it says is not of its form.
    """
    if statement.by == statement.to:
        raise ForeignInput("event: both Parties are the same")
    if (statement.word == OPEN) != (not statement.matter):
        raise ForeignInput("event: only the one that opens a matter names none")
    said = read_said(form_of(statement.kind, statement.word).form, statement.said)
    return Event(
        digest=digest,
        matter=statement.matter or _opened(digest, statement, said),
        kind=statement.kind,
        word=statement.word,
        by=statement.by,
        to=statement.to,
        agreement=statement.agreement,
        at=statement.instant,
        said=said,
        previous=statement.previous,
        seen=statement.seen,
        office=statement.office,
        function=statement.function,
    )


def statement_of(event: Event) -> MatterEvent:
    """Put an event that is to be signed in its form."""
    return MatterEvent(
        by=event.by,
        at=format_instant(event.at),
        to=event.to,
        agreement=event.agreement,
        kind=event.kind,
        word=event.word,
        said=plain(event.said),
        matter="" if event.word == OPEN else event.matter,
        previous=event.previous,
        seen=event.seen,
        office=event.office,
        function=event.function,
    )


def _opened(digest: str, statement: MatterEvent, said: Any) -> str:
    subject = KINDS[statement.kind].subject
    if subject is None:
        return digest
    return series_name(statement.kind, statement.agreement, (statement.by, statement.to), subject(said))
