"""After the end: a notice that comes too late changes nothing, and nobody leaves an agreement of two."""

from datetime import datetime

import pytest

from agreements.drafts import draft, notice
from comity.agreements.governing import Timeline
from comity.clock import parse_instant

NORTH, SOUTH, WEST = "north.example", "south.example", "west.example"
OPEN = 'signed = 2026-03-01\nnotice = "P1M"\nnotice_runs = "from-notice"\nsuspension = true'
FIXED = 'signed = 2026-03-01\nduration = "P1Y"\nnotice = "P1M"'


def at(day: str) -> datetime:
    return parse_instant(f"{day}T00:00:00Z")


def timeline(term: str = OPEN, parties: tuple[str, ...] = (NORTH, SOUTH), more: str = "", **files: bytes):
    named = {f"notices/{name[1:].replace('_', '-')}.toml": data for name, data in files.items()}
    return Timeline(draft(term, more, parties=parties, files=named), unsigned=True)


@pytest.mark.parametrize("kind", ["denunciation", "withdrawal"])
@pytest.mark.parametrize("day", ["2026-05-31", "2026-06-01", "2026-07-01"])
def test_a_denunciation_of_two_ends_the_agreement_and_removes_nobody(kind, day):
    found = timeline(_0001_end=notice(kind, NORTH, "2026-05-01"))
    terms = found.at(at(day), NORTH, SOUTH)
    assert terms.parties == {NORTH, SOUTH}
    assert terms.state == ("under-notice" if day < "2026-06-01" else "ended")
    assert set(terms.member_since) == {NORTH, SOUTH}


@pytest.mark.parametrize(
    ("kind", "by"),
    [("withdrawal", SOUTH), ("denunciation", SOUTH), ("denunciation", NORTH), ("suspension", SOUTH)],
)
@pytest.mark.parametrize(
    ("term", "first"), [(OPEN, {"_0001_end": notice("denunciation", NORTH, "2026-05-01")}), (FIXED, {})]
)
def test_a_notice_after_the_end_has_no_effect_and_is_named(kind, by, term, first):
    end = "2026-06-01" if first else "2027-03-01"
    late = timeline(term, **first, _0002_late=notice(kind, by, end))
    assert late.life.without_effect == [
        "north-south-2026 notice 2 (notices/0002-late.toml) has no effect: the agreement had ended before"
    ]
    without = timeline(term, **first)
    for day in ("2026-05-31", "2026-06-01", "2027-03-01", "2027-12-01"):
        one, two = (each.at(at(day), NORTH, SOUTH) for each in (late, without))
        assert (one.state, one.parties, one.grounds) == (two.state, two.parties, two.grounds)


def test_a_notice_of_the_day_before_the_end_still_counts():
    found = timeline(FIXED, _0001_end=notice("denunciation", NORTH, "2027-02-28"))
    assert found.life.without_effect == []


def test_who_leaves_three_is_gone_and_the_last_two_end_it_as_members():
    found = timeline(
        parties=(NORTH, SOUTH, WEST),
        _0001_west=notice("withdrawal", WEST, "2026-05-01"),
        _0002_south=notice("withdrawal", SOUTH, "2026-06-01"),
    )
    assert found.at(at("2026-05-31"), NORTH, SOUTH).parties == {NORTH, SOUTH, WEST}
    assert found.at(at("2026-06-01"), NORTH, SOUTH).parties == {NORTH, SOUTH}
    assert found.at(at("2026-06-01"), NORTH, SOUTH).state == "under-notice"
    over = found.at(at("2026-07-01"), NORTH, SOUTH)
    assert (over.state, over.parties) == ("ended", {NORTH, SOUTH})


def test_a_newcomer_of_the_last_month_keeps_the_agreement_alive_without_who_left():
    found = timeline(
        more='[accession]\nopen_to = ["*.example"]\napproval = "unanimous"',
        _0001_end=notice("denunciation", NORTH, "2026-05-01"),
        _0002_west=notice("accession", WEST, "2026-05-15"),
    )
    over = found.at(at("2026-06-01"), SOUTH, WEST)
    assert (over.permits, over.parties) == (True, {SOUTH, WEST})
    assert found.at(at("2026-06-01"), NORTH, SOUTH).state == "ended"
    late = timeline(
        more='[accession]\nopen_to = ["*.example"]\napproval = "unanimous"',
        _0001_end=notice("denunciation", NORTH, "2026-05-01"),
        _0002_west=notice("accession", WEST, "2026-06-01"),
    )
    assert late.at(at("2026-06-01"), NORTH, SOUTH).parties == {NORTH, SOUTH}
    assert "the agreement had ended before" in late.life.without_effect[0]


def test_a_denunciation_revoked_in_time_ends_nothing():
    found = timeline(
        _0001_end=notice("denunciation", NORTH, "2026-05-01"),
        _0002_back=notice("revocation", NORTH, "2026-05-31", of='"0001-end"'),
        _0003_end=notice("withdrawal", SOUTH, "2026-07-01"),
    )
    assert found.at(at("2026-06-15"), NORTH, SOUTH).permits
    assert found.at(at("2026-08-01"), NORTH, SOUTH).state == "ended"
    assert found.life.without_effect == []
