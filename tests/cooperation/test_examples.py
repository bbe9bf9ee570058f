"""The agreements that ship with Comity: every article about work opens its matter, and each is refused elsewhere."""

import hashlib
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from comity.agreements.folder import parse_agreement, read_files
from comity.agreements.governing import Timeline
from comity.cooperation.event import OPEN, Event
from comity.cooperation.kinds import KINDS, form_of
from comity.cooperation.matter import judge, unfold
from comity.cooperation.said import read_said
from comity.demo.stage import examples

AT = datetime(1990, 3, 1, 9, tzinfo=UTC)
CS, SU, PL, KP = "interior.cs.example", "security.su.example", "interior.pl.example", "security.kp.example"
ASK: dict[str, Any] = {"purpose": "public-order", "words": "x"}
DAYS = {"begins": "1990-05-01", "ends": "1990-05-02"}
MEET: dict[str, Any] = {"words": "x", "host": CS, **DAYS}
LEND: dict[str, Any] = {"words": "x", "thing": "equipment"}

#: agreement, kind, who opens it, what is said: an article each.
OPENED = [
    (
        "cs-su-1989",
        "measure",
        CS,
        {"measure": "m", "aim": "x", "purpose": "order", "lead": CS, "phases": ["a"]},
    ),
    ("cs-su-1989", "request", CS, {**ASK, "aid": "search"}),
    ("cs-su-1989", "request", CS, {**ASK, "aid": "check"}),
    ("cs-su-1989", "request", CS, {**ASK, "aid": "protection", "about": "officials"}),
    ("cs-su-1989", "request", SU, {**ASK, "aid": "protection", "about": "requesters-nationals-here"}),
    ("cs-su-1989", "request", SU, {**ASK, "aid": "advice"}),
    ("cs-su-1989", "contact", SU, {"office": "army-group", "with": "territorial-corps", "words": "x"}),
    ("cs-su-1989", "contact", CS, {"office": "border-cs", "with": "border-su", "words": "x"}),
    ("cs-su-1989", "passage", CS, {"passage": "freight", "words": "x", "crossing": "y", **DAYS}),
    ("cs-su-1989", "continuity", CS, {"article": "art. VI"}),
    ("cs-su-1989", "delivery", CS, {**LEND, "form": "joint-development", "giver": CS}),
    ("cs-su-1989", "training", CS, {"year": 1990, "by": SU, "places": 10}),
    ("cs-su-1989", "materials", CS, {"material": "textbooks", "words": "x", "giver": SU}),
    ("cs-su-1989", "materials", CS, {"material": "software", "words": "x", "giver": SU}),
    ("cs-su-1989", "materials", CS, {"material": "regulations", "words": "x", "giver": SU}),
    ("cs-su-1989", "materials", CS, {"material": "experience", "words": "x", "giver": SU}),
    ("cs-su-1989", "meeting", CS, {**MEET, "meeting": "staff-organisations"}),
    ("cs-su-1989", "meeting", CS, {**MEET, "meeting": "working-discussion", "level": "head"}),
    ("cs-su-1989", "quota", CS, {"quota": "stays", "year": 1990, "by": SU, "places": 5}),
    ("cs-su-1989", "plan", CS, {"period": "1990", **DAYS}),
    ("cs-su-1989", "plan", CS, {"period": "1990-1994", "range": "horizon", **DAYS}),
    ("cs-su-1989", "mission", SU, {"mission": "su-mission", "of": SU}),
    ("cs-su-1989", "mission", CS, {"mission": "cs-mission", "of": CS}),
]


@cache
def timeline(name: str) -> Timeline:
    return Timeline(parse_agreement(read_files(examples() / name)), unsigned=True)


def against(name: str, kind: str, by: str, said: dict[str, Any]) -> list[str]:
    parties = list(timeline(name).agreement.parties)
    (to,) = (party for party in parties if party != by)
    event = Event(
        digest=hashlib.sha256(repr(said).encode()).hexdigest(),
        matter="",
        kind=kind,
        word=OPEN,
        by=by,
        to=to,
        agreement=name,
        at=AT,
        said=read_said(form_of(kind, OPEN).form, said),
    )
    found = judge(None, KINDS[kind], event, lambda at: timeline(name).at(at, by, to))
    return [f"{ground.ref}: {ground.text}" for ground in found]


@pytest.mark.parametrize(("name", "kind", "by", "said"), OPENED)
def test_every_article_of_the_agreement_of_1989_opens_its_matter(
    name: str, kind: str, by: str, said: dict[str, Any]
) -> None:
    assert against(name, kind, by, said) == []


@pytest.mark.parametrize(("ends", "fits"), [("1994-12-31", True), ("1995-01-01", False)])
def test_the_long_plan_of_1989_is_for_five_years(ends: str, fits: bool) -> None:
    said = {"period": "1990-1994", "range": "horizon", "begins": "1990-01-01", "ends": ends}
    found = against("cs-su-1989", "plan", CS, said)
    assert found == ([] if fits else ["cs-su-1989 art. XI(1): a plan of this range is for P5Y at the most"])


def test_what_the_yearly_plan_of_1989_must_hold_it_can_hold() -> None:
    """XI(2) holds meetings by the plan, VIII and X agree on numbers: without those lines no meeting is ever planned."""
    lines = [
        {"line": f"l{number}", "of": of, "words": "x"}
        for number, of in enumerate(("measures", "meetings", "training", "quotas"))
    ]
    assert against("cs-su-1989", "plan", CS, {"period": "1990", **DAYS, "lines": lines}) == []


def test_the_aid_of_1989_is_refused_on_no_ground_for_its_article_names_none() -> None:
    kind, said = KINDS["request"], {**ASK, "aid": "search"}
    common: dict[str, Any] = {"matter": "ab" * 32, "kind": "request", "agreement": "cs-su-1989", "at": AT}
    opening = read_said(form_of("request", OPEN).form, said)
    asked = Event(digest="ab" * 32, word=OPEN, by=CS, to=SU, said=opening, **common)
    matter = unfold("ab" * 32, kind, (asked,), lambda at: timeline("cs-su-1989").at(at, CS, SU))
    ground = read_said(form_of("request", "refuse").form, {"ground": "own-law"})
    refusal = Event(digest="cd" * 32, word="refuse", by=SU, to=CS, said=ground, seen="ab" * 32, **common)
    found = judge(matter, kind, refusal, lambda at: timeline("cs-su-1989").at(at, CS, SU))
    assert [each.text for each in found] == ["the article names no ground on which it may be refused"]


def old() -> tuple[str, str]:
    first, second = list(timeline("pl-kp-1987").agreement.parties)
    return first, second


def test_every_article_of_the_agreement_of_1987_opens_its_matter() -> None:
    one, other = old()
    terms = timeline("pl-kp-1987").at(AT, one, other)
    for clause in terms.aid:
        kind, said = "request", {**ASK, "aid": clause.kind, "about": clause.about}
        assert against("pl-kp-1987", kind, one, said) == [], clause
    for delivery in terms.delivery:
        for form in delivery.forms:
            for thing in delivery.kinds:
                said = {"form": form, "thing": thing, "words": "x", "giver": one}
                said |= {"until": "1990-06-01"} if form == "loan" else {}
                assert against("pl-kp-1987", "delivery", one, said) == []
    for meeting in terms.meeting:
        said = {**MEET, "host": one, "meeting": meeting.kind}
        said |= {"level": meeting.levels[0]} if meeting.levels else {}
        assert against("pl-kp-1987", "meeting", one, said) == []
    assert terms.training
    assert against("pl-kp-1987", "training", one, {"year": 1990, "by": other, "places": 2}) == []


def test_what_the_agreement_of_1987_has_no_article_for_is_refused() -> None:
    one, other = old()
    for kind, said in (
        ("quota", {"quota": "stays", "year": 1990, "by": other, "places": 5}),
        ("plan", {"period": "1990", **DAYS}),
        ("mission", {"mission": "any", "of": one}),
        ("continuity", {"article": "art. 6"}),
        ("passage", {"passage": "freight", "words": "x", "crossing": "y", **DAYS}),
    ):
        grounds = against("pl-kp-1987", kind, one, said)
        assert grounds and "no article of pl-kp-1987" in grounds[0], kind


def test_covert_work_is_refused_whatever_the_article_says() -> None:
    said = {"measure": "active-measures", "aim": "x", "purpose": "order", "lead": CS, "phases": ["a"]}
    (ground,) = against("cs-su-1989", "measure", CS, said)
    assert ground.startswith("safeguard 4: ")
