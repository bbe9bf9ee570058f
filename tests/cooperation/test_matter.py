"""The engine: whose turn it is, what stands against an event, and one matter on both sides."""

import random
from typing import Any

import pytest

from comity.cooperation.kinds import KINDS
from comity.cooperation.log import in_order
from comity.cooperation.matter import can_do, unfold, whose_turn
from cooperation.working import EAST, LOAN, NORTH, SOUTH, Desk, hours, terms_at

MEASURE = {"measure": "sweep", "aim": "find the leak", "purpose": "incident-response", "phases": ["one"]}
CLAIM: dict[str, Any] = {
    "begins": "2031-01-01",
    "ends": "2031-01-09",
    "currency": "EUR",
    "entries": ["a" * 64],
    "debtor": SOUTH,
    "balance": "10.00",
}
CHECK = {"aid": "check", "purpose": "incident-response", "words": "is this vessel known to you"}


def asked() -> Desk:
    desk = Desk("request")
    assert desk.say(NORTH, "open", **CHECK) == ()
    return desk


def test_a_request_is_taken_answered_and_closed() -> None:
    desk = asked()
    assert desk.say(SOUTH, "acknowledge", 1) == ()
    assert desk.say(SOUTH, "accept", 2) == ()
    assert desk.say(SOUTH, "partial", 3, words="the first half") == ()
    assert desk.say(SOUTH, "answer", 4, words="the rest") == ()
    assert desk.say(NORTH, "outcome", 5, outcome="useful") == ()
    assert desk.state == "closed" and desk.facts.answers == 2
    assert [told.after for told in desk.held().story] == [
        *("asked", "acknowledged", "accepted", "accepted", "answered", "closed"),
    ]


def test_an_event_out_of_turn_changes_nothing_and_says_whose_turn_it_is() -> None:
    desk = asked()
    (ground,) = desk.say(NORTH, "accept", 1)
    assert ground == f"matter rule 6 turn: `accept` is for {SOUTH} to do"
    (ground,) = desk.say(SOUTH, "answer", 2, words="x")
    assert ground.startswith(
        "matter rule 6 turn: `answer` cannot follow while it is asked; what can: acknowledge,"
    )
    assert desk.state == "asked"
    assert [told.counts for told in desk.held().story] == [True, False, False]


def test_the_turn_and_what_can_be_done_are_read_from_the_table() -> None:
    desk = asked()
    assert whose_turn(desk.held()) == (SOUTH,)  # who owes an answer; North could take it back, but waits
    assert can_do(desk.held(), NORTH) == ("state-means", "withdraw")
    desk.say(NORTH, "withdraw", 1, because="it is found")
    assert whose_turn(desk.held()) == ()


def test_without_a_deadline_it_is_the_turn_of_whoever_did_not_take_the_last_step() -> None:
    desk = Desk("training")
    assert desk.say(NORTH, "open", year=2030, by=SOUTH, places=3) == ()
    assert whose_turn(desk.held()) == (SOUTH,)
    assert desk.say(NORTH, "note", 1, words="we would be glad") == ()
    assert whose_turn(desk.held()) == (SOUTH,)  # a remark passes the turn to nobody
    assert desk.say(SOUTH, "agree", 2) == ()
    assert whose_turn(desk.held()) == (NORTH,)
    assert (
        desk.say(
            NORTH,
            "nominate",
            3,
            nominee="n-1",
            function="analyst",
            begins="2030-09-02",
            ends="2030-09-06",
            words="x",
        )
        == ()
    )
    assert SOUTH in whose_turn(desk.held())


def test_a_refusal_cites_the_article_and_names_its_grounds() -> None:
    desk = asked()
    (ground,) = desk.say(SOUTH, "refuse", 1, ground="too-much-work")
    assert ground.startswith(
        "north-south-2030 art. 2: `too-much-work` is not a ground on which it may be refused"
    )
    assert "own-law, ongoing-case" in ground
    assert desk.say(SOUTH, "refuse", 2, ground="own-law") == ()
    assert desk.state == "refused"


def test_without_an_article_nothing_is_opened() -> None:
    desk = Desk("request")
    (ground,) = desk.say(NORTH, "open", **{**CHECK, "aid": "advice"})
    assert ground == "north-south-2030 art. 2: no article of north-south-2030 provides for `advice`"
    (ground,) = Desk("request").say(NORTH, "open", **{**CHECK, "aid": "protection"})
    assert ground == "north-south-2030 art. 2: `protection` may be asked about officials, not about any"
    assert desk.state == "" and desk.facts is None


def test_an_office_acts_only_under_its_mandate() -> None:
    assert Desk("request").say(NORTH, "open", as_office="north-regional", **CHECK) == ()
    (ground,) = Desk("request").say(NORTH, "open", as_office="south-regional", **CHECK)
    assert ground == "north-south-2030 art. 3: office `south-regional` belongs to south.example"
    (ground,) = asked().say(SOUTH, "acknowledge", as_office="south-regional")
    assert ground == "north-south-2030 art. 3: office `south-regional` has no mandate for `aid`"
    (ground,) = asked().say(SOUTH, "acknowledge", as_office="harbour")
    assert ground.startswith("rule 3 parties and offices: `harbour` is not an office or mission")


def test_safeguards_stand_outside_agreements() -> None:
    (ground,) = Desk("request").say(NORTH, "open", **{**CHECK, "purpose": "political-opinion"})
    assert ground.startswith("safeguard 1: ")
    measure = {
        "measure": "covert-entry",
        "aim": "x",
        "purpose": "incident-response",
        "lead": NORTH,
        "phases": ["one"],
    }
    (ground,) = Desk("measure").say(NORTH, "open", **measure)
    assert ground.startswith("safeguard 4: ")


def test_an_ended_agreement_begins_nothing_and_lets_what_was_begun_be_finished() -> None:
    desk = asked()
    desk.say(SOUTH, "accept", 1)
    after = (hours(24 * 365 * 6) - hours(0)).total_seconds() / 3600
    assert desk.say(SOUTH, "answer", after, words="late but here") == ()
    grounds = desk.say(NORTH, "reopen", after + 1, because="more")
    assert grounds and all("is ended: nothing new is begun under it" in each for each in grounds)
    grounds = Desk("request").say(NORTH, "open", after, **CHECK)
    assert grounds[0].startswith("north-south-2030 art. 1: ")


@pytest.mark.parametrize(
    ("kind", "steps", "turn"),
    [
        ("charge", [(NORTH, "open", CLAIM), (SOUTH, "accept", {})], SOUTH),  # it pays; either may close
        (
            "charge",
            [(NORTH, "open", CLAIM), (SOUTH, "contest", {"entries": ["a" * 64], "because": "?"})],
            NORTH,
        ),
        ("delivery", [(NORTH, "open", LOAN), (SOUTH, "agree", {})], NORTH),  # it delivers
        ("delivery", [(SOUTH, "open", LOAN), (NORTH, "agree", {})], NORTH),
        ("measure", [(NORTH, "open", {**MEASURE, "lead": SOUTH}), (SOUTH, "agree", {})], SOUTH),  # it begins
    ],
)
def test_a_matter_waits_for_whoever_has_a_step_of_its_own(kind: str, steps: list[Any], turn: str) -> None:
    desk = Desk(kind)
    for hour, (by, word, said) in enumerate(steps):
        assert desk.say(by, word, hour, **said) == ()
    assert whose_turn(desk.held()) == (turn,)


def test_all_that_stands_against_an_event_is_gathered() -> None:
    desk = Desk("request")
    grounds = desk.say(
        NORTH, "open", as_office="harbour", **{**CHECK, "aid": "advice", "purpose": "religion"}
    )
    assert [each.partition(":")[0] for each in grounds] == [
        *("safeguard 1", "north-south-2030 art. 2", "rule 3 parties and offices"),
    ]


def test_crossed_events_resolve_the_same_whatever_came_first() -> None:
    desk = asked()
    desk.say(SOUTH, "accept", 2, alone=True)
    desk.say(NORTH, "withdraw", 1, alone=True, because="found")
    desk.pass_on()
    assert desk.state == "withdrawn"
    crossed = [told for told in desk.held().story if not told.counts]
    assert [told.event.word for told in crossed] == ["accept"]


def test_the_earlier_instant_wins_then_the_name_of_the_party() -> None:
    desk = asked()
    desk.say(SOUTH, "accept", 1, alone=True)
    desk.say(NORTH, "withdraw", 1, alone=True, because="found")
    desk.pass_on()
    assert [told.event.by for told in desk.held().story] == [NORTH, NORTH, SOUTH]


def test_any_order_of_arrival_gives_one_story() -> None:
    desk = asked()
    for number, (by, word, said) in enumerate(
        [
            (SOUTH, "state-means", {"words": "none", "able": "no"}),
            (NORTH, "state-means", {"words": "some", "able": "well"}),
            (SOUTH, "propose", {"taken_by": "better-placed", "taker": NORTH, "because": "it has the means"}),
            (NORTH, "agree", {}),
            (NORTH, "answer", {"words": "done here"}),
        ]
    ):
        desk.say(by, word, 1 + number // 2, alone=number % 2 == 0, **said)
    desk.pass_on()
    events = list(desk.logs[NORTH].values())
    told = desk.held().story
    chance = random.Random(7)
    for _ in range(50):
        chance.shuffle(events)
        assert unfold(desk.id, KINDS["request"], events, terms_at).story == told
        assert unfold(desk.id, KINDS["request"], [*events, *events], terms_at).story == told


def test_an_event_waits_for_the_one_before_it() -> None:
    desk = asked()
    desk.say(SOUTH, "accept", 1)
    events = list(desk.logs[NORTH].values())
    matter = unfold(desk.id, KINDS["request"], events[1:], terms_at)
    assert matter.state == "" and [event.word for event in matter.early] == ["accept"]
    assert in_order(events)[1] == ()


def test_two_events_in_the_place_of_one_are_found() -> None:
    desk = asked()
    first = desk.event(SOUTH, "accept", hours(1), "", "", {})
    second = desk.event(SOUTH, "refuse", hours(2), "", "", {"ground": "own-law"})
    log = [*desk.logs[SOUTH].values(), first, second]
    matter = unfold(desk.id, KINDS["request"], log, terms_at)
    assert matter.state == "accepted"
    assert [ground.text for told in matter.story for ground in told.against if ground.rule == 1] == [
        f"{SOUTH} signed two events in the place of one"
    ]


def test_an_event_dated_before_the_one_it_continues_does_not_count() -> None:
    desk = asked()
    desk.say(SOUTH, "acknowledge", 5)
    grounds = desk.say(SOUTH, "accept", 4)
    assert grounds == ("matter rule 1 chain: it is dated before the event it continues",)


def test_deadlines_follow_the_clause_in_the_agreements_zone() -> None:
    desk = asked()
    due = desk.held().due
    assert [(each.what, each.by, each.at, each.ref) for each in due] == [
        ("acknowledge", SOUTH, hours(24), "north-south-2030 art. 2"),
        ("answer", SOUTH, hours(24 * 7), "north-south-2030 art. 2"),
    ]
    urgent = Desk("request")
    urgent.say(NORTH, "open", **{**CHECK, "urgency": "urgent"})
    assert urgent.held().due[0].at == hours(8)
    desk.say(SOUTH, "accept", 30)
    assert [each.what for each in desk.held().story[-1].late] == ["acknowledge"]


def test_a_matter_with_a_stranger_is_none_of_this_agreement() -> None:
    desk = asked()
    made = desk.event(SOUTH, "accept", hours(1), "", "", {})
    import msgspec

    foreign = msgspec.structs.replace(made, by=EAST, digest="e" * 64)
    matter = unfold(desk.id, KINDS["request"], [*desk.logs[NORTH].values(), foreign], terms_at)
    assert matter.state == "asked"
    assert any("is not an agreement between these two" in ground.text for ground in matter.story[-1].against)


def test_a_note_may_be_added_in_any_state_and_a_cost_needs_its_article() -> None:
    desk = asked()
    assert desk.say(SOUTH, "note", 1, words="we ask around") == ()
    *_, ground = desk.say(SOUTH, "cost", 2, what="postage", amount="3.50", currency="EUR", on="2031-01-10")
    assert ground.startswith("north-south-2030 art. 6: no expense article speaks of `postage` for `aid`")
    assert desk.say(SOUTH, "needs-protocol", 3, because="no fees are agreed", changes="expense") == ()
