"""The draft of a protocol that a matter needs reads back, changes what it is meant to change, and no more."""

import pytest

from comity.agreements.folder import parse_agreement
from comity.agreements.governing import Timeline
from comity.cooperation.protocol_draft import draft_protocol
from comity.errors import BadInput
from comity.testing.working_text import WORKING
from cooperation.working import NORTH, SOUTH, Desk

FILES = {
    name: data.replace(b"[term]\n", b"[term]\nsigned = 2030-12-01\n")
    for name, data in WORKING.files({}).items()
}


def test_a_draft_takes_the_place_of_the_clause_the_matter_rests_on() -> None:
    desk = Desk("mission")
    assert desk.say(SOUTH, "open", mission="south-mission", of=SOUTH) == ()
    agreement = parse_agreement(FILES)
    drafted = draft_protocol(agreement, desk.held(), "mission", "its strength is not agreed")
    assert list(drafted) == ["protocols/0001-mission.en.md"]
    (text,) = drafted.values()
    assert b'replaces = "south-mission"' in text and b"# seats = 2" in text
    filled = text.replace(b"# seats = 2", b"seats = 2")
    changed = parse_agreement({**FILES, "protocols/0001-mission.en.md": filled})
    (protocol,) = changed.protocols
    assert protocol.number == 1 and [clause.clause_kind for clause in protocol.clauses] == ["mission"]
    assert Timeline(changed, unsigned=True).agreement.protocols == changed.protocols


def test_a_draft_for_what_no_article_foresaw_is_an_empty_place() -> None:
    desk = Desk("request")
    desk.say(NORTH, "open", aid="check", purpose="incident-response", words="x")
    (text,) = draft_protocol(parse_agreement(FILES), desk.held(), "quota", "no count of treatments").values()
    assert b"# [[quota]]" in text and b"# name = " in text
    with pytest.raises(BadInput, match="not a kind of clause"):
        draft_protocol(parse_agreement(FILES), desk.held(), "banquet", "x")
