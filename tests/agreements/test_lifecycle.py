"""Lives of agreements as tables a lawyer can read: the day before, and the day itself."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.drafts import draft, notice, protocol
from comity.agreements.governing import Timeline
from comity.agreements.lifecycle import EVENTS, STATES, TRANSITIONS
from comity.agreements.status import event_between, status, timeline
from comity.clock import parse_instant

SEED_1989 = """signed = 1989-08-30
duration = "P15Y"
extension = "P5Y"
notice = "P6M"
notice_runs = "before-expiry"
zone = "Europe/Moscow" """
SEED_1987 = """signed = 1987-07-31
notice = "P6M"
zone = "Europe/Warsaw" """


def at(day: str) -> datetime:
    return parse_instant(day if "T" in day else f"{day}T12:00:00Z")


def state(agreement, day, others=(), **rest):
    return status(agreement, at(day), others, unsigned=True, **rest).state


@pytest.mark.parametrize(
    ("day", "expected", "until", "deadline"),
    [
        ("1989-08-29", "draft", "1989-08-30", None),
        ("1989-08-30", "in-force", "2004-08-30", date(2004, 2, 29)),
        ("2004-08-29", "in-force", "2004-08-30", date(2004, 2, 29)),
        ("2004-08-30", "extended", "2009-08-30", date(2009, 2, 28)),
        ("2009-08-29", "extended", "2009-08-30", date(2009, 2, 28)),
        ("2009-08-30", "extended", "2014-08-30", date(2014, 2, 28)),
        ("2026-01-01", "extended", "2029-08-30", date(2029, 2, 28)),
    ],
)
def test_the_1989_term_is_extended_by_five_years_each_time(day, expected, until, deadline):
    found = status(draft(SEED_1989), at(day), unsigned=True)
    assert (found.state, found.to_json()["until"][:10], found.notice_deadline) == (expected, until, deadline)


@pytest.mark.parametrize(
    ("dated", "ends"),
    [
        ("2004-02-28", "2004-08-30"),
        ("2004-02-29", "2004-08-30"),  # the last day in time, included
        ("2004-03-01", "2009-08-30"),  # late: counts for the next end
        ("2009-02-28", "2009-08-30"),
        ("2009-03-01", "2014-08-30"),
    ],
)
def test_notice_before_expiry_ends_it_at_the_end_it_is_in_time_for(dated, ends):
    files = {"notices/0001-denunciation.toml": notice("denunciation", "south.example", dated)}
    agreement = draft(SEED_1989, files=files)
    found = status(agreement, at(dated), unsigned=True)
    assert (found.state, found.to_json()["until"][:10]) == ("under-notice", ends)
    last_day = (date.fromisoformat(ends) - timedelta(days=1)).isoformat()
    assert (state(agreement, last_day), state(agreement, ends)) == ("under-notice", "ended")
    assert found.next.event == "end-by-notice"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("1987-07-30", "draft"),
        ("1987-07-31", "in-force"),
        ("1989-08-30", "in-force"),
        ("1989-08-31", "under-notice"),
        ("1990-02-27", "under-notice"),
        ("1990-02-28", "ended"),  # 31 February does not exist
        ("2026-01-01", "ended"),
    ],
)
def test_notice_of_31_august_1989_ends_the_1987_agreement_on_28_february_1990(day, expected):
    files = {"notices/0001-denunciation.toml": notice("denunciation", "north.example", "1989-08-31")}
    assert state(draft(SEED_1987, files=files), day) == expected


def test_the_end_is_midnight_in_the_agreements_zone_and_half_open():
    agreement = draft(SEED_1989)
    end = status(agreement, at("2000-01-01"), unsigned=True).until
    assert end == datetime(
        2004, 8, 29, 20, tzinfo=UTC
    )  # 00:00 of 30 August in Moscow, which kept summer time
    assert state(agreement, "2004-08-29T19:59:59.999999Z") == "in-force"
    assert state(agreement, "2004-08-29T20:00:00Z") == "extended"


@pytest.mark.parametrize(
    ("day", "expected", "event"),
    [
        ("2025-09-30T23:59:59-04:00", "in-force", "lapse"),
        ("2025-10-01T00:00:00-04:00", "suspended", "revival"),
        ("2025-11-12T23:59:59-05:00", "suspended", "revival"),
        ("2025-11-13T00:00:00-05:00", "in-force", None),
    ],
)
def test_a_lapsed_law_suspends_for_43_days_until_it_is_revived(day, expected, event):
    law = '[[legal_basis]]\nname = "Information Sharing Act 2015"\nuntil = 2025-09-30\nrevived = 2025-11-13'
    found = status(draft('signed = 2020-01-01\nzone = "America/New_York"', law), at(day), unsigned=True)
    assert (found.state, found.next and found.next.event) == (expected, event)
    if found.state == "suspended":
        days = date.fromisoformat(found.to_json()["until"][:10]) - date.fromisoformat(
            found.to_json()["since"][:10]
        )
        assert days.days == 43
        assert "north-south-2026 art. 2" in found.grounds


@pytest.mark.parametrize(
    ("laws", "alive"),
    [
        ([("A", "until = 2026-06-30")], {"2026-06-30": True, "2026-07-01": False, "2030-01-01": False}),
        # a later lapse of a revived law
        (
            [("A", "until = 2026-06-30\nrevived = 2026-08-01"), ("A", "until = 2026-12-31")],
            {"2026-07-15": False, "2026-08-01": True, "2026-12-31": True, "2027-01-01": False},
        ),
        # periods written as from and until
        (
            [("A", "until = 2026-06-30"), ("A", "from = 2026-08-01\nuntil = 2026-12-31")],
            {"2026-06-30": True, "2026-07-15": False, "2026-08-01": True, "2027-01-01": False},
        ),
        # a law not yet in force
        ([("A", "from = 2026-08-01")], {"2026-07-31": False, "2026-08-01": True}),
        # two laws are both required
        (
            [("A", ""), ("B", "until = 2026-06-30")],
            {"2026-06-30": True, "2026-07-01": False},
        ),
    ],
)
def test_all_laws_are_required_and_several_clauses_of_one_name_are_one_law(laws, alive):
    more = "\n".join(f'[[legal_basis]]\nname = "{name}"\n{rest}' for name, rest in laws)
    agreement = draft(more=more)
    for day, expected in alive.items():
        assert (state(agreement, day) == "in-force") is expected, day


def test_a_lapse_of_one_partys_law_leaves_other_pairs_alone():
    law = '[[legal_basis]]\nname = "Act"\nof = "west.example"\nuntil = 2026-06-30'
    parties = ("north.example", "south.example", "west.example")
    found = status(draft(more=law, parties=parties), at("2026-07-01"), unsigned=True)
    assert found.state == "in-force"  # that of the most favourable pair
    assert {each.parties: each.state for each in found.pairs} == {
        ("north.example", "west.example"): "suspended",
        ("south.example", "west.example"): "suspended",
    }


@pytest.mark.parametrize(
    ("term", "files", "expected"),
    [
        (
            'enters_into_force = "date"\nsigned = 2026-03-01\ndate = 2026-04-01',
            {},
            {"2026-02-28": "draft", "2026-03-01": "signed", "2026-03-31": "signed", "2026-04-01": "in-force"},
        ),
        (
            'enters_into_force = "date"\nsigned = 2026-03-01\ndate = 2026-04-01\nprovisional_from = 2026-03-10',
            {},
            {"2026-03-09": "signed", "2026-03-10": "provisional", "2026-04-01": "in-force"},
        ),
        (
            'enters_into_force = "last-instrument"\nsigned = 2026-03-01',
            {
                "notices/0001-instrument.toml": notice("instrument", "north.example", "2026-04-01"),
                "notices/0002-instrument.toml": notice(
                    "instrument", "south.example", "2026-05-01", "2026-05-04"
                ),
            },
            {"2026-04-30": "signed", "2026-05-03": "signed", "2026-05-04": "in-force"},
        ),
        (
            'enters_into_force = "last-instrument"\nsigned = 2026-03-01',
            {"notices/0001-instrument.toml": notice("instrument", "north.example", "2026-04-01")},
            {"2030-01-01": "signed"},
        ),
        (
            'signed = 2026-03-01\nduration = "P1Y"',
            {},
            {"2027-02-28": "in-force", "2027-03-01": "ended"},
        ),
        (  # with a fixed duration the earlier end counts
            'signed = 2026-03-01\nduration = "P1Y"\nnotice = "P6M"',
            {"notices/0001-d.toml": notice("denunciation", "north.example", "2026-12-01")},
            {"2027-02-28": "under-notice", "2027-03-01": "ended"},
        ),
        (  # with an extension the term goes on until the notice has run out
            'signed = 2026-03-01\nduration = "P1Y"\nextension = "P1Y"\nnotice = "P6M"',
            {"notices/0001-d.toml": notice("denunciation", "north.example", "2026-12-01")},
            {"2027-03-01": "under-notice", "2027-05-31": "under-notice", "2027-06-01": "ended"},
        ),
        (  # where the text says nothing, twelve months: VCLT art. 56(2)
            "signed = 2026-03-01",
            {"notices/0001-d.toml": notice("denunciation", "north.example", "2026-12-01")},
            {"2027-11-30": "under-notice", "2027-12-01": "ended"},
        ),
        (
            'signed = 2026-03-01\nnotice = "P6M"\nnotice_counts_from = "received"',
            {"notices/0001-d.toml": notice("denunciation", "north.example", "2026-12-01", "2026-12-10")},
            {
                "2026-12-09": "in-force",
                "2026-12-10": "under-notice",
                "2027-06-09": "under-notice",
                "2027-06-10": "ended",
            },
        ),
    ],
)
def test_entry_into_force_and_end(term, files, expected):
    agreement = draft(term, files=files)
    for day, found in expected.items():
        assert state(agreement, day) == found, day


def test_each_party_enters_with_its_own_instrument():
    parties = ("north.example", "south.example", "west.example")
    files = {
        "notices/0001-instrument.toml": notice("instrument", "north.example", "2026-04-01"),
        "notices/0002-instrument.toml": notice("instrument", "south.example", "2026-05-01"),
        "notices/0003-instrument.toml": notice("instrument", "west.example", "2026-06-01"),
    }
    agreement = draft('enters_into_force = "each-party"\nsigned = 2026-03-01', parties=parties, files=files)
    timeline_ = Timeline(agreement, unsigned=True)
    table = {
        ("north.example", "south.example"): ("2026-04-30", "2026-05-01"),
        ("north.example", "west.example"): ("2026-05-31", "2026-06-01"),
    }
    for (a, b), (before, day) in table.items():
        assert timeline_.at(at(before), a, b).state == "signed"
        assert timeline_.at(at(day), a, b).state == "in-force"


def test_nothing_changes_an_instant_before_its_receipt():
    received = "2027-01-15T10:00:00Z"
    files = {"notices/0001-d.toml": notice("denunciation", "north.example", "2026-06-01", received)}
    agreement = draft('signed = 2026-03-01\nnotice = "P6M"', files=files)
    assert state(agreement, "2027-01-15T09:59:59Z") == "in-force"
    # six months from 1 June 2026 had run out by then, so it ends at the very instant of receipt
    assert state(agreement, "2027-01-15T10:00:00Z") == "ended"
    assert state(agreement, "2027-06-01", known_at=at("2027-01-14")) == "in-force"


def test_a_denunciation_may_be_revoked_until_it_has_taken_effect():
    files = {
        "notices/0001-denunciation.toml": notice("denunciation", "north.example", "2026-06-01"),
        "notices/0002-revocation.toml": notice(
            "revocation", "north.example", "2026-09-01", of='"0001-denunciation.toml"'
        ),
    }
    agreement = draft('signed = 2026-03-01\nnotice = "P6M"', files=files)
    days = {"2026-08-31": "under-notice", "2026-09-01": "in-force", "2026-12-01": "in-force"}
    assert {day: state(agreement, day) for day in days} == days
    late = files | {
        "notices/0002-revocation.toml": notice(
            "revocation", "north.example", "2026-12-01", of='"0001-denunciation.toml"'
        )
    }
    found = status(draft('signed = 2026-03-01\nnotice = "P6M"', files=late), at("2027-01-01"), unsigned=True)
    assert found.state == "ended"
    assert any("has taken effect" in said for said in found.without_effect)


@pytest.mark.parametrize("allowed", [True, False])
def test_suspension_needs_the_texts_leave_and_ends_with_resumption(allowed):
    files = {
        "notices/0001-suspension.toml": notice("suspension", "north.example", "2026-06-01"),
        "notices/0002-resumption.toml": notice("resumption", "north.example", "2026-07-01"),
    }
    agreement = draft(f"signed = 2026-03-01\nsuspension = {str(allowed).lower()}", files=files)
    assert state(agreement, "2026-05-31") == "in-force"
    assert state(agreement, "2026-06-15") == ("suspended" if allowed else "in-force")
    assert state(agreement, "2026-07-01") == "in-force"
    named = status(agreement, at("2026-06-15"), unsigned=True).without_effect
    assert bool(named) is not allowed


def test_a_denunciation_among_three_is_a_withdrawal_and_the_rest_stays_in_force():
    parties = ("north.example", "south.example", "west.example")
    files = {
        "notices/0001-denunciation.toml": notice("denunciation", "west.example", "2026-06-01"),
        "notices/0002-withdrawal.toml": notice("withdrawal", "south.example", "2027-06-01"),
    }
    agreement = draft(
        'signed = 2026-03-01\nnotice = "P12M"', '[withdrawal]\nnotice = "P3M"', parties=parties, files=files
    )
    governing = Timeline(agreement, unsigned=True)
    assert governing.at(at("2026-08-31"), "north.example", "west.example").state == "under-notice"
    assert governing.at(at("2026-09-01"), "north.example", "west.example").state == "ended"
    assert governing.life.condition(at("2026-09-01"), "north.example", "west.example").event == "withdrawal"
    rest = governing.at(at("2026-09-01"), "north.example", "south.example")
    assert (rest.state, rest.parties) == ("in-force", {"north.example", "south.example"})
    # with one Party left the agreement is over
    assert state(agreement, "2027-09-01") == "ended"


def test_accession_needs_an_open_text_and_counts_only_from_its_day():
    open_text = '[accession]\nopen_to = ["*.example"]\napproval = "majority"'
    files = {"notices/0001-accession.toml": notice("accession", "west.example", "2026-06-01", "2026-06-03")}
    governing = Timeline(draft(more=open_text, files=files), unsigned=True)
    assert governing.at(at("2026-06-02"), "north.example", "west.example").state == "draft"
    terms = governing.at(at("2026-06-03"), "north.example", "west.example")
    assert terms.state == "in-force"
    assert terms.member_since["west.example"] == datetime(2026, 6, 3, tzinfo=UTC)
    assert terms.member_since["north.example"].year == 1
    closed = Timeline(draft(files=files), unsigned=True)
    assert not closed.at(at("2026-06-03"), "north.example", "west.example").permits
    assert any("not open to west.example" in said for said in closed.life.without_effect)


def test_a_later_agreement_supersedes_only_where_every_party_is_in_it():
    earlier = draft("signed = 2020-01-01", name="north-south-2020")
    sup = '[[supersedes]]\nagreement = "north-south-2020"'
    later = draft("signed = 2026-03-01", sup)
    assert state(earlier, "2026-02-28", [later]) == "in-force"
    found = status(earlier, at("2026-03-01"), [later], unsigned=True)
    assert (found.state, found.grounds[0]) == ("ended", "north-south-2026 art. 2")
    third = draft(
        "signed = 2020-01-01",
        name="north-south-2020",
        parties=("north.example", "south.example", "west.example"),
    )
    assert state(third, "2026-03-01", [later]) == "in-force"
    by_day = draft("signed = 2026-03-01", sup + "\nat = 2026-06-01")
    assert (state(earlier, "2026-05-31", [by_day]), state(earlier, "2026-06-01", [by_day])) == (
        "in-force",
        "ended",
    )


def test_the_later_ones_end_does_not_revive_the_earlier():
    earlier = draft("signed = 2020-01-01", name="north-south-2020")
    later = draft('signed = 2026-03-01\nduration = "P1Y"', '[[supersedes]]\nagreement = "north-south-2020"')
    assert state(later, "2027-03-01") == "ended"
    assert state(earlier, "2027-03-01", [later]) == "ended"


@pytest.mark.parametrize(
    ("day", "counts"),
    [("2026-02-28", True), ("2026-03-01", False), ("2026-03-02", False)],
)
@pytest.mark.parametrize(
    ("kind", "by"),
    [("accession", "west.example"), ("denunciation", "north.example"), ("suspension", "north.example")],
)
def test_what_is_said_of_a_superseded_agreement_has_no_effect(kind, by, day, counts):
    """A newcomer, above all, does not bring it back to life between itself and its former Parties."""
    files = {f"notices/0001-{kind}.toml": notice(kind, by, day, f"{day}T00:00:00Z")}
    open_text = '[accession]\nopen_to = ["*.example"]\napproval = "majority"'
    earlier = draft("signed = 2020-01-01\nsuspension = true", open_text, name="old", files=files)
    later = draft(
        "signed = 2026-03-01",
        '[[supersedes]]\nagreement = "old"',
        parties=("north.example", "south.example", "west.example"),
    )
    governing = Timeline(earlier, [later], unsigned=True)
    said = [each for each in governing.life.without_effect if "the agreement had ended before" in each]
    assert bool(said) is not counts
    assert ("west.example" in governing.at(at("2026-03-05"), "north.example", "south.example").parties) is (
        kind == "accession" and counts
    )
    for pair in (("north.example", "south.example"), ("north.example", "west.example")):
        assert not governing.at(at("2026-03-05"), *pair).permits


def test_agreements_that_supersede_one_another_in_a_circle_have_a_state():
    one = draft("signed = 2020-01-01", '[[supersedes]]\nagreement = "two"', name="one")
    two = draft("signed = 2021-01-01", '[[supersedes]]\nagreement = "one"', name="two")
    own = draft("signed = 2021-01-01", '[[supersedes]]\nagreement = "own"', name="own")
    assert (state(one, "2020-06-01", [two]), state(one, "2021-01-02", [two])) == ("in-force", "ended")
    assert state(two, "2021-01-02", [one]) == "ended"
    assert state(own, "2021-01-02") == "in-force"


def test_a_long_row_of_agreements_each_superseding_the_one_before_is_read():
    row = [
        draft(
            f"signed = {2000 + k // 12}-{k % 12 + 1:02}-01",
            f'[[supersedes]]\nagreement = "a{k - 1}"',
            name=f"a{k}",
        )
        for k in range(1, 300)
    ]
    first = draft("signed = 2000-01-01", name="a0")
    assert state(first, "2000-02-02", row) == "ended"
    assert state(row[-1], "2030-01-01", [first, *row[:-1]]) == "in-force"


def test_a_successor_counts_as_the_earlier_party():
    earlier = draft("signed = 2020-01-01", name="old-new", parties=("old.example", "south.example"))
    later = draft(
        more='[[supersedes]]\nagreement = "old-new"',
        party_more={"north.example": 'succeeds = ["old.example"]'},
    )
    assert state(earlier, "2026-03-01", [later]) == "ended"


def test_a_succession_notice_puts_another_party_in_the_old_ones_place():
    files = {
        "notices/0001-succession.toml": notice(
            "succession", "new.example", "2026-06-01", of='"north.example"'
        )
    }
    governing = Timeline(draft(files=files), unsigned=True)
    assert governing.at(at("2026-05-31"), "new.example", "south.example").state == "draft"
    terms = governing.at(at("2026-06-01"), "new.example", "south.example")
    assert (terms.state, terms.successors) == ("in-force", {"north.example": "new.example"})
    assert governing.at(at("2026-06-01"), "north.example", "south.example").state == "ended"


@pytest.mark.parametrize(
    ("kind", "by", "why"),
    [
        ("denunciation", "west.example", "not a Party"),
        ("resumption", "north.example", "no suspension"),
        ("suspension", "north.example", "does not let"),
        ("full-powers", "north.example", "names no function"),
        ("revocation", "north.example", "names no notice"),
        ("accession", "west.example", "not open"),
        ("succession", "west.example", "`of` the Party it succeeds"),
    ],
)
def test_a_notice_without_effect_is_named_with_the_reason(kind, by, why):
    agreement = draft(files={f"notices/0007-{kind}.toml": notice(kind, by, "2026-06-01")})
    found = status(agreement, at("2027-01-01"), unsigned=True)
    assert found.state == "in-force"
    assert [why in said and "north-south-2026 notice 7" in said for said in found.without_effect] == [True]


def test_texts_that_differ_are_never_in_force():
    from agreements.drafts import text
    from comity.agreements.loading import parse_agreement

    files = {
        "agreement.en.md": text('signed = 2026-03-01\nnotice = "P6M"'),
        "agreement.pl.md": text('signed = 2026-03-01\nnotice = "P3M"', language="pl"),
    }
    found = status(parse_agreement(files), at("2027-01-01"), unsigned=True)
    assert found.state == "draft"
    assert any("notice is `P6M` here and `P3M` there" in said for said in found.without_effect)


def test_without_signatures_and_without_unsigned_it_is_a_draft():
    assert status(draft(), at("2027-01-01")).state == "draft"


# the table itself

TERMS = st.sampled_from(
    [
        SEED_1989,
        SEED_1987,
        'signed = 1990-01-31\nduration = "P1M"\nextension = "P1M"\nnotice = "P10D"\nnotice_runs = "before-expiry"',
        'signed = 1990-01-01\nduration = "P3Y"\nsuspension = true',
        'signed = 1990-01-01\nenters_into_force = "date"\ndate = 1990-02-01\nprovisional_from = 1990-01-05',
        'signed = 1990-01-01\nenters_into_force = "last-instrument"\nnotice = "P0D"\nsuspension = true',
    ]
)
DAYS = st.dates(date(1987, 1, 1), date(1995, 12, 31))
NOTICES = st.lists(
    st.tuples(
        st.sampled_from(
            ["denunciation", "suspension", "resumption", "instrument", "withdrawal", "accession"]
        ),
        st.sampled_from(["north.example", "south.example", "west.example"]),
        DAYS,
        st.integers(0, 60),
    ),
    max_size=5,
)
LAWS = st.lists(st.tuples(DAYS, st.integers(1, 400)), max_size=2)


@given(TERMS, NOTICES, LAWS, st.lists(DAYS, min_size=1, max_size=6))
@settings(max_examples=60, derandomize=True, deadline=None)
def test_every_instant_has_one_state_and_changes_follow_the_table(term, notices, laws, days):
    more = '[accession]\nopen_to = ["*"]\n' + "\n".join(
        f'[[legal_basis]]\nname = "Act"\nuntil = {day}\nrevived = {day + timedelta(days=length)}'
        for day, length in laws
    )
    files = {
        f"notices/{number:04d}-{kind}.toml": notice(kind, by, str(day), str(day + timedelta(days=late)))
        for number, (kind, by, day, late) in enumerate(notices, 1)
    }
    agreement, again = draft(term, more, files=files), draft(term, more, files=files)
    end = datetime(1998, 1, 1, tzinfo=UTC)
    life = timeline(agreement, until=end, unsigned=True)
    # stretches cover time without gap or overlap, and each change is one of the table
    assert life[0].since is None
    for before, after in pairwise(life):
        assert before.until == after.since
        assert event_between(before.condition, after.condition) in EVENTS
    assert life[-1].until is None or life[-1].until > end
    # state is a function of folder, pair and instant, whatever was asked before
    one, other = Timeline(agreement, unsigned=True), Timeline(again, unsigned=True)
    for day in [*days, *reversed(days)]:
        instant = datetime(day.year, day.month, day.day, 7, tzinfo=UTC)
        a, b = (
            one.at(instant, "north.example", "south.example"),
            other.at(instant, "south.example", "north.example"),
        )
        assert a.state in STATES
        assert (a.state, a.since, a.until, a.permits) == (b.state, b.since, b.until, b.permits)
        assert one.at(instant, "north.example", "south.example") is a
        covering = [
            each
            for each in life
            if (each.since is None or each.since <= instant) and (each.until is None or instant < each.until)
        ]
        assert len(covering) == 1
        if "west.example" not in a.parties:
            assert covering[0].condition.state == a.state


def test_every_event_of_the_table_has_its_source_and_every_state_its_row():
    assert set(TRANSITIONS) == set(STATES)
    used = {event for row in TRANSITIONS.values() for event in row}
    assert used == set(EVENTS)
    assert all("VCLT" in source for source in EVENTS.values())


def test_protocols_change_clauses_from_their_approval():
    base = (
        '[[exchange]]\nid = "reports"\ncategory = "incident.reports"\n[protocols]\nmay_change = ["exchange"]'
    )
    change = '[[exchange]]\nid = "reports"\nreplaces = "reports"\nduty = "shall"\n'
    change += 'category = "incident.reports"\nfrom = 2027-01-01\n'
    change += '[[exchange]]\ncategory = "incident.summaries"\nfrom = 2027-01-01'
    governing = Timeline(
        draft(more=base, files={"protocols/0001-more.en.md": protocol(1, change)}), unsigned=True
    )
    before = governing.at(at("2026-12-31"), "north.example", "south.example")
    after = governing.at(at("2027-01-01"), "north.example", "south.example")
    assert [(each.category, each.duty) for each in before.exchange] == [("incident.reports", "may")]
    assert [(each.category, each.duty) for each in after.exchange] == [
        ("incident.reports", "shall"),
        ("incident.summaries", "may"),
    ]
    assert str(after.exchange[1].ref) == "north-south-2026 prot. 1 art. 1"


@pytest.mark.parametrize(
    ("powers", "change", "effect"),
    [
        ('may_change = ["exchange"]', '[[training]]\nby = "north.example"', False),
        ('may_change = ["exchange"]\narrangements = true', '[[training]]\nby = "north.example"', True),
        ("", '[[training]]\nby = "north.example"', True),
        ("", '[oversight]\nbody = "x.example"'.replace("[oversight]", "[[oversight]]"), False),
        ('may_change = ["oversight"]', '[[oversight]]\nbody = "x.example"', True),
    ],
)
def test_a_protocol_acts_within_its_powers_or_has_no_effect(powers, change, effect):
    files = {"protocols/0001-more.en.md": protocol(1, change)}
    governing = Timeline(draft(more=f"[protocols]\n{powers}", files=files), unsigned=True)
    terms = governing.at(at("2027-01-01"), "north.example", "south.example")
    assert bool(terms.training or terms.oversight) is effect
    assert bool(governing.life.without_effect) is not effect


def test_a_protocol_for_what_is_held_reaches_back_and_others_do_not():
    base = '[third_party]\nid = "onward"\n[protocols]\nmay_change = ["third_party", "handling"]'
    for applies, expected in (("held", "originator"), ("new", "everyone-upstream")):
        change = '[third_party]\nreplaces = "onward"\nconsent_of = "originator"\nfrom = 2027-01-01\n'
        change += f'applies_to = "{applies}"'
        files = {"protocols/0001-onward.en.md": protocol(1, change)}
        governing = Timeline(draft(more=base, files=files), unsigned=True)
        hop, now = at("2026-06-01"), at("2027-06-01")
        held = governing.held(hop, now, "north.example", "south.example")
        assert held.third_party.consent_of == expected
        assert governing.held(
            hop, at("2026-07-01"), "north.example", "south.example"
        ).third_party.consent_of == ("everyone-upstream")
        assert (
            governing.at(hop, "north.example", "south.example").third_party.consent_of == "everyone-upstream"
        )


def test_a_clause_under_another_text_is_broken_while_that_text_is_not_in_force():
    other = draft(
        'signed = 2026-06-01\nduration = "P1Y"', name="umbrella-2026", parties=("a.example", "b.example")
    )
    agreement = draft(more='[[exchange]]\ncategory = "incident"\nunder = ["umbrella-2026 art. 2"]')
    pair = ("north.example", "south.example")
    assert len(Timeline(agreement, unsigned=True).at(at("2026-07-01"), *pair).broken) == 1
    governing = Timeline(agreement, [other], unsigned=True)
    table = {"2026-05-31": 0, "2026-06-01": 1, "2027-05-31": 1, "2027-06-01": 0}
    assert {day: len(governing.at(at(day), *pair).exchange) for day in table} == table
    elsewhere = draft(more='[[exchange]]\ncategory = "incident"\nunder = ["umbrella-2026 art. 9"]')
    assert not Timeline(elsewhere, [other], unsigned=True).at(at("2026-07-01"), *pair).exchange


def test_a_draft_can_be_tried_on_the_past():
    agreement = draft('enters_into_force = "last-instrument"\nduration = "P1Y"')
    governing = Timeline(agreement, unsigned=True, assumed=date(2026, 1, 1))
    table = {"2025-12-31": "draft", "2026-01-01": "in-force", "2026-12-31": "in-force", "2027-01-01": "ended"}
    assert {day: governing.at(at(day), "north.example", "south.example").state for day in table} == table
