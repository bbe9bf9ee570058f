"""Bulk answers are the gate's answers, item by item."""

from datetime import datetime, timedelta
from random import Random

import msgspec
import pytest

from comity.agreements.durations import Duration
from comity.decisions.bulk import decide_all
from comity.decisions.gate import decide
from comity.decisions.known import Source
from comity.handling.consent import Consent
from comity.handling.custody import HopTerms
from comity.handling.item import Item
from comity.handling.markings import Marking, Pap
from decisions.material import AT, DAY, EAST, NORTH, SOUTH, WEST, consent, hop, known, question, received
from oracle import world
from oracle.history import asked, play


@pytest.mark.parametrize("seed", range(40))
def test_bulk_and_gate_agree_on_every_item_of_a_history(seed):
    deeds = world.pool(7)
    sources = {deed.id: Source(deed.timeline) for deed in deeds}
    history = play(deeds, sources, seed, length=60)
    for verdict_question, _, _ in history.tries[-4:]:
        put, acts, at = asked(history, verdict_question._replace(hour=history.hour))
        holdings = [
            asked(history, _about(history, name, put.holder, verdict_question))[0].items
            for name, holder in sorted(history.held)
            if holder == put.holder
        ]
        if not holdings:
            continue
        every = {name: item for items in holdings for name, item in items.items()}
        items = [items[next(iter(items))] for items in holdings]
        Random(seed).shuffle(items)
        answer = decide_all(items, put, acts, at, sources=every)
        for place, item in enumerate(items):
            alone = decide(_one(put, item, every), acts, at)
            told = answer.decision(place)
            assert (told.outcome, told.ask, told.obligations, told.agreement) == (
                alone.outcome,
                tuple(_named(each, item.id, told.question.disclose) for each in alone.ask),
                alone.obligations,
                alone.agreement,
            )
            assert {each.ref for each in told.grounds} == {each.ref for each in alone.grounds}
            assert answer.permitted()[place] == alone.permitted
            assert answer.outcome(place) == alone.outcome


def _about(history, name, holder, like):
    """The question about one item, as its holder would ask it."""
    items, custody, waiting = {}, {}, [(name, holder)]
    while waiting:
        source, end = waiting.pop()
        if source not in items:
            items[source] = history.items[source]
            custody[source] = history.held[source, end]
            waiting.extend((each, items[source]["originator"]) for each in items[source]["made_from"])
    return like._replace(item=name, items=items, custody=custody)


def _one(question, item, every):
    items, waiting = {item.id: item}, list(item.made_from)
    while waiting:
        name = waiting.pop()
        if name in every and name not in items:
            items[name] = every[name]
            waiting.extend(every[name].made_from)
    return msgspec.structs.replace(question, items=items, disclose=item.id)


def _named(ask, item, representative):
    """Items alike in everything are asked about under the first one's name."""
    names = tuple(representative if name == item else name for name in ask.items)
    return msgspec.structs.replace(ask, items=tuple(sorted(names)))


def test_many_items_fall_into_few_classes():
    items = [Item(f"i{number}", "incident.reports", SOUTH) for number in range(1000)]
    answer = decide_all(items, question(items[0], to=EAST), known(), AT)
    assert len(answer.decisions) == 1 and answer.permitted().all() and len(answer.permitted()) == 1000


def test_one_forbidden_item_in_a_thousand_is_told_as_one():
    items = [Item(f"i{number}", "incident.reports", SOUTH) for number in range(1000)]
    items[500] = received()
    answer = decide_all(items, question(items[0], to=EAST), known(), AT)
    assert [place for place, passes in enumerate(answer.permitted()) if not passes] == [500]
    assert answer.outcome(500) == "needs-consent"


def test_no_items_give_no_answers():
    answer = decide_all([], question(Item("i", "x", SOUTH), to=EAST), known(), AT)
    assert answer.decisions == () and len(answer.permitted()) == 0


HARBOUR, LAKE = "harbour.example", "lake.example"
ALIKE = Item("a", "incident.reports", NORTH, hops=(hop(),))
OTHERWISE = {
    "category": {"category": "weather"},
    "originator": {"originator": SOUTH},
    "hops": {"hops": (hop(agreement="gone"),)},
    "marking": {"marking": Marking.parse("TLP:RED")},
    "kind": {"kind": "materials"},
    "pap": {"pap": Pap.parse("PAP:RED")},
    "retention": {"retention": Duration(days=1)},
    "caveat": {"caveat": "Read first."},
    "judicial": {"judicial": "never"},
    "needs_reading": {"needs_reading": True},
    "made_from": {"made_from": ("gone",)},
}


@pytest.mark.parametrize("field", OTHERWISE)
def test_items_that_differ_in_anything_the_rules_read_are_answered_apart(field):
    other = msgspec.structs.replace(ALIKE, id="b", **OTHERWISE[field])
    items = [ALIKE, other, msgspec.structs.replace(ALIKE, id="c")]
    asked = question(ALIKE, to=NORTH, judicial=True)
    answer = decide_all(items, asked, known(), AT)
    assert answer.class_of.tolist() == [0, 1, 0]
    for place, item in enumerate(items[:2]):
        alone = decide(_one(asked, item, {}), known(), AT)
        assert answer.decision(place).to_bytes() == alone.to_bytes()


@pytest.mark.parametrize(
    "acts", [{"withdrawn": {"b": AT}}, {"reviewed": ("b",)}, {"consents": (consent("b"),)}, {}]
)
def test_an_item_that_an_act_names_is_answered_apart(acts):
    items = [msgspec.structs.replace(ALIKE, id=name) for name in "abc"]
    held = known(*acts.pop("consents", ()), consent(None), **acts)
    answer = decide_all(items, question(ALIKE), held, AT)
    named = acts or any(each.item for each in held.consents)
    assert answer.class_of.tolist() == ([0, 1, 0] if named else [0, 0, 0])
    for place, item in enumerate(items):
        assert answer.outcome(place) == decide(_one(question(ALIKE), item, {}), held, AT).outcome


def test_a_source_that_is_not_given_is_not_at_hand():
    made = Item("s", "incident.reports", SOUTH, made_from=("a",))
    asked = question(made)
    assert decide_all([made], asked, known(), AT).outcome(0) == "refused"
    assert decide_all([made], asked, known(), AT, {"a": ALIKE}).outcome(0) == "needs-consent"


#: Around these days texts change, members come and go, terms run out.
DAYS = (
    "2026-12-31", "2027-01-01", "2027-12-31", "2028-01-01", "2028-02-01", "2028-05-01", "2028-06-01", "2028-07-01",
    "2028-11-01", "2029-01-01", "2029-05-01", "2029-06-30", "2029-09-30", "2029-11-01", "2029-11-13", "2030-03-01",
    "2030-04-30", "2030-05-01", "2030-06-01",
)  # fmt: skip
INSTANTS = [
    datetime.fromisoformat(f"{day}T{hour}:00:00+00:00") for day in DAYS for hour in ("00", "09", "22", "23")
]
WAYS = (
    (NORTH, SOUTH, "circle"),
    (EAST, SOUTH, "circle"),
    (NORTH, SOUTH, "alliance"),
    (NORTH, SOUTH, "alliance"),
    (NORTH, SOUTH, "north-south"),
    (NORTH, SOUTH, "gone"),
    (WEST, SOUTH, "circle"),
)


@pytest.mark.parametrize("seed", range(30))
def test_of_the_instant_of_a_hop_all_that_the_rules_read_is_kept_apart(seed):
    chance = Random(seed)
    at = chance.choice(INSTANTS) + chance.choice((-1, 0, 1)) * timedelta(microseconds=1)
    given = [
        Consent(NORTH, SOUTH, to, INSTANTS[0], at + DAY, agreement="circle", category="*", hops=hops)
        for to, hops in ((EAST, 1), (HARBOUR, 1 + 2 * (seed % 2)))
        if chance.random() < 0.3
    ]
    if chance.random() < 0.2:
        days = sorted(chance.sample(INSTANTS, 2))
        given.append(Consent(NORTH, NORTH, SOUTH, *days, agreement="circle", category="*", hops=2))
    acts = known(*given, names=("circle", "alliance", "north-south", "south-east", "pair-2027"))
    items = []
    for number in range(100):
        sender, to, agreement = chance.choice(WAYS)
        made = chance.choice(INSTANTS) + chance.choice((-1, 0, 0, 1)) * timedelta(microseconds=1)
        last = hop(sender, to, agreement, made, digest=f"{number:064x}")
        if chance.random() < 0.2:
            copied = HopTerms("gone art. 1", covers=("information",), members=(NORTH, SOUTH))
            last = msgspec.structs.replace(last, terms=copied)
        items.append(
            Item(
                f"i{number}",
                chance.choice(("incident.reports", "vulnerability", "bulletin")),
                sender,
                hops=(last,),
                retention=Duration(months=chance.randint(1, 9)) if chance.random() < 0.2 else None,
            )
        )
    for to in (EAST, HARBOUR, LAKE, NORTH, WEST):
        asked = question(items[0], to=to, judicial=chance.random() < 0.3)
        answer = decide_all(items, asked, acts, at)
        for place, item in enumerate(items):
            alone, told = decide(_one(asked, item, {}), acts, at), answer.decision(place)
            assert (told.outcome, told.obligations, told.agreement) == (
                alone.outcome,
                alone.obligations,
                alone.agreement,
            )
            assert [each.party for each in told.ask] == [each.party for each in alone.ask]
            assert [each.ref for each in told.grounds] == [each.ref for each in alone.grounds]


CARRIES = Consent(
    NORTH, NORTH, SOUTH, AT - 10 * DAY, AT + DAY, agreement="north-south", category="incident", hops=2
)
COPIED = HopTerms("gone art. 1", members=(NORTH, SOUTH))
BINDING = HopTerms("gone art. 1", covers=("information",), members=(NORTH, SOUTH))
ONE_BY_ONE = {
    "for what it was passed": (NORTH, (), {}, [hop(purpose="network-defence"), hop(purpose="incident-response")]),
    "its own term": (NORTH, (), {"retention": Duration(months=1)}, [hop(at=AT - 20 * DAY), hop(at=AT - 40 * DAY)]),
    "a consent that goes on": (EAST, (CARRIES,), {}, [hop(at=AT - 20 * DAY), hop(at=AT - 7 * DAY)]),
    "a consent that goes on under copied terms": (
        EAST,
        (msgspec.structs.replace(CARRIES, agreement="gone"),),
        {},
        [hop(agreement="gone", terms=BINDING, at=AT - days * DAY) for days in (20, 7)],
    ),
    "copied terms": (EAST, (), {}, [hop(agreement="gone"), hop(agreement="gone", terms=COPIED)]),
}  # fmt: skip


@pytest.mark.parametrize("what", ONE_BY_ONE)
def test_hops_that_differ_in_one_thing_are_answered_apart(what):
    to, given, said, hops = ONE_BY_ONE[what]
    items = [received(f"i{number}", hops=(each,), **said) for number, each in enumerate(hops)]
    answer = decide_all(items, question(items[0], to=to), known(*given), AT)
    alone = [decide(question(item, to=to), known(*given), AT).outcome for item in items]
    assert [answer.outcome(place) for place in (0, 1)] == alone
    assert alone[0] != alone[1]


def test_a_thousand_reports_received_on_a_thousand_days_are_few_classes():
    items = [
        Item(
            f"i{day}",
            "incident.reports",
            NORTH,
            hops=(hop(agreement="circle", at=AT - day * DAY, digest=f"{day:064x}"),),
        )
        for day in range(1, 1001)
    ]
    acts = known(names=("circle",))
    answer = decide_all(items, question(items[0], to=NORTH), acts, AT)
    assert answer.permitted().sum() == 180 and len(answer.decisions) <= 12  # half a year is kept
    alone = [decide(_one(question(item, to=NORTH), item, {}), acts, AT) for item in items[::97]]
    assert [answer.outcome(place) for place in range(0, 1000, 97)] == [each.outcome for each in alone]


def test_other_holdings_of_a_question_are_not_read():
    other = msgspec.structs.replace(ALIKE, id="b", hops=())
    asked = question(ALIKE, holdings=(msgspec.structs.replace(ALIKE, hops=()),))
    answer = decide_all([ALIKE, other], asked, known(), AT)
    alone = [decide(_one(question(ALIKE), item, {}), known(), AT) for item in (ALIKE, other)]
    assert [answer.outcome(place) for place in (0, 1)] == [each.outcome for each in alone]
