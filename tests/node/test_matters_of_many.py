"""Under an agreement of three a matter is of two of them: the third sees nothing of it and can add nothing to it."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from comity.cooperation.event import Event, series_name
from comity.cooperation.kinds import form_of
from comity.cooperation.said import read_said
from comity.errors import ComityError
from comity.federation.matter_events import statement_of
from comity.federation.statements import make, pack
from comity.node import take_matter
from comity.node.cooperate import Manner, Step, act_on, open_matter
from comity.node.draw_summary import draw
from comity.node.ledger import ledger_of
from comity.node.matter_log import log_of, matters_listed, read_matter
from comity.node.node import own_card
from comity.node.routes import send_act
from comity.node.what_is_due import what_is_due
from comity.testing.texts import Text
from comity.testing.world import World
from node.fuller import quiet
from node.worlds import EAST, NORTH, SOUTH, inbox

_ARTICLE = """## Article 5 — Working together

```toml clause
[[aid]]
kind = "check"
refusal_grounds = ["own-law"]
answer_within = { normal = "P7D" }
[[plan]]
cadence = "P1Y"
[[meeting]]
kind = "staff"
expense = "visits"
[[summary]]
cadence = "P1Y"
[[expense]]
id = "visits"
for = "meeting"
unplanned = { all = "initiator" }
```
"""
ISAC = Text("isac-2026", (NORTH, SOUTH, EAST), further=_ARTICLE)
ASK = {"aid": "check", "purpose": "incident-response", "words": "canary in the request"}
YEAR = {"period": "2026", "begins": "2026-01-01", "ends": "2026-12-31"}
STAFF = {"meeting": "staff", "words": "formats", "begins": "2026-04-01", "ends": "2026-04-02"}


@pytest.fixture
def made() -> World:
    return World.of((ISAC,), seed="three")


def begin(made: World, party: str, to: str, kind: str, **said: Any) -> Step:
    step: Step = made.members[party].act(open_matter, kind, to, said)
    made.settle()
    return step


def kinds_of(made: World, party: str) -> list[tuple[str, str]]:
    return sorted((row.kind, row.peer) for row in made.members[party].act(matters_listed))


def test_each_pair_has_its_own_plan_ledger_and_summary_under_the_same_articles(made: World) -> None:
    plans = {}
    for one, other in ((NORTH, SOUTH), (NORTH, EAST), (SOUTH, EAST)):
        step = begin(made, one, other, "plan", **YEAR)
        assert step.matter is not None and str(step.matter.clauses[0].ref) == "isac-2026 art. 5"
        plans[one, other] = step.matter.id
        assert step.matter.id == series_name("plan", ISAC.id, (other, one), "cadence 2026")
    assert len(set(plans.values())) == 3
    meeting = begin(made, NORTH, SOUTH, "meeting", host=SOUTH, **STAFF)
    assert meeting.matter is not None
    assert made.members[SOUTH].act(act_on, meeting.matter.id, "agree", {}).grounds == ()
    cost = {"what": "stay", "amount": "10.00", "currency": "EUR", "on": "2026-03-01"}
    assert made.members[SOUTH].act(act_on, meeting.matter.id, "cost", cost, manner=Manner()).grounds == ()
    made.settle()
    owed = {party: made.members[party].act(ledger_of).owed for party in (NORTH, SOUTH, EAST)}
    assert owed[NORTH] == owed[SOUTH] and owed[NORTH][0].debtor == NORTH and owed[EAST] == ()
    assert kinds_of(made, EAST) == [("plan", NORTH), ("plan", SOUTH)]


def test_a_third_member_is_nobody_in_a_matter_of_two(made: World) -> None:
    step = begin(made, NORTH, SOUTH, "meeting", host=EAST, **STAFF)
    assert [ground.text for ground in step.grounds] == [f"{EAST} is neither of the two Parties"]
    assert "isac-2026 art. 5" in step.grounds[0].ref
    line = {"line": "m1", "of": "meetings", "words": "one", "by": EAST}
    assert begin(made, NORTH, SOUTH, "plan", lines=[line], **YEAR).grounds[0].text.startswith(EAST)


def forge(node: Any, transaction: Any, event: Event, words: str) -> None:
    """Let East sign a step in a matter of North and South, and send it to South."""
    forged = msgspec.structs.replace(event, by=EAST, to=SOUTH, word="withdraw", matter=event.digest)
    said = msgspec.structs.replace(statement_of(forged), said={"because": words})
    knowledge = node.know(transaction)
    signed = make(said, node.keyring.signer(knowledge.own.card, "disclosure", node.now(transaction)))
    send_act(
        *(node, transaction, pack(signed)),
        to=SOUTH,
        about=event.digest,
        at=node.now(transaction),
        cards=(own_card(knowledge),),
    )


def test_what_a_third_member_says_in_a_matters_name_is_not_of_its_log(made: World) -> None:
    step = begin(made, NORTH, SOUTH, "request", **ASK)
    assert step.matter is not None
    made.deliver(NORTH)
    made.members[EAST].act(forge, step.matter.story[0].event, "a third one's word")
    made.settle()
    held = made.members[SOUTH].act(read_matter, step.matter.id)
    assert held.state == "asked" and [told.event.by for told in held.story] == [NORTH]
    assert len(made.members[SOUTH].read(lambda transaction: log_of(transaction, held.id))) == 1


@pytest.mark.parametrize("first", ["the opening", "a third one's word"])
def test_of_what_a_third_member_says_in_a_matters_name_little_is_kept(
    monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    made = quiet(ISAC)
    monkeypatch.setattr(take_matter, "MOST_OF_OTHERS", 3)
    monkeypatch.setattr(take_matter, "MOST_EVENTS", 5)
    step = made.members[NORTH].act(open_matter, "request", SOUTH, ASK)
    assert step.matter is not None
    opened = step.matter.story[0].event
    if first == "the opening":
        made.settle()
    for number in range(7):
        made.members[EAST].act(forge, opened, f"word {number}")
    made.deliver(EAST)
    made.settle()
    kept = made.members[SOUTH].read(lambda transaction: transaction.statements("matter", opened.digest))
    most = 3 if first == "the opening" else 5
    assert [row.by for row in kept].count(EAST) == most
    reasons = [row.reason for row in inbox(made, SOUTH) if row.peer == EAST and row.state == "quarantined"]
    said = "is no Party of the matter it names, and 3 of" if first == "the opening" else "more than 5 events"
    assert len(reasons) == 7 - most and all(said in reason for reason in reasons)

    for number in range(4):  # the two of the matter go on as before
        made.members[NORTH].act(act_on, opened.digest, "note", {"words": f"n{number}"})
        made.settle()
    held = made.members[SOUTH].act(read_matter, opened.digest)
    assert [told.event.by for told in held.story if told.counts] == [NORTH] * 5


def test_a_third_member_learns_nothing_of_a_matter_of_two(made: World) -> None:
    step = begin(made, NORTH, SOUTH, "request", **ASK)
    assert step.matter is not None
    east = made.members[EAST]
    assert east.act(matters_listed) == [] and all("request" not in row.what for row in east.act(what_is_due))
    with pytest.raises(ComityError):
        east.act(act_on, step.matter.id, "note", {"words": "x"})
    drawn = made.members[EAST].act(draw, NORTH, begins=date(2026, 1, 1), ends=date(2026, 12, 31))
    assert drawn.matter is not None and drawn.matter.facts.drawn.figures == ()


@pytest.mark.parametrize(
    ("ahead", "state"),
    [
        (timedelta(minutes=59), "accepted"),
        (timedelta(minutes=61), "quarantined"),
        (timedelta(days=1500), "quarantined"),
    ],
)
def test_an_event_that_is_dated_in_the_future_is_set_aside(made: World, ahead: timedelta, state: str) -> None:
    step = begin(made, NORTH, SOUTH, "request", **ASK)
    assert step.matter is not None
    opened = step.matter.story[0].event
    made.hostile.add(NORTH)

    def sign(node: Any, transaction: Any) -> None:
        at = node.now(transaction)
        note = Event(
            digest="",
            matter=opened.matter or opened.digest,
            kind="request",
            word="note",
            by=NORTH,
            to=SOUTH,
            agreement=opened.agreement,
            at=at + ahead,
            said=read_said(form_of("request", "note").form, {"words": "far ahead"}),
            previous=opened.digest,
        )
        knowledge = node.know(transaction)
        signed = make(statement_of(note), node.keyring.signer(knowledge.own.card, "disclosure", at))
        cards = (own_card(knowledge),)
        send_act(node, transaction, pack(signed), to=SOUTH, about=note.matter, at=at, cards=cards)

    made.members[NORTH].act(sign)
    made.deliver(NORTH)
    letter = inbox(made, SOUTH)[0]
    assert letter.state == state
    if state == "quarantined":
        assert "an event is signed when it happens" in letter.reason
    accepted = made.members[SOUTH].act(act_on, opened.digest, "acknowledge", {})
    assert accepted.grounds == () and accepted.matter is not None
    assert accepted.matter.story[-1].late == ()
