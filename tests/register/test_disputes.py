from datetime import UTC, datetime

import pytest

from comity.agreements.days import zone_of
from comity.register.disputes import acknowledge_by, is_dispute, resolve_by


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("raised", "zone", "acknowledged", "resolved"),
    [
        ("2031-03-12T09:00", "UTC", "2031-03-15T00:00", "2031-05-13T00:00"),  # Wednesday to Friday
        (
            "2031-03-13T23:59",
            "UTC",
            "2031-03-18T00:00",
            "2031-05-14T00:00",
        ),  # Thursday, over a weekend, to Monday
        (
            "2031-03-15T12:00",
            "UTC",
            "2031-03-19T00:00",
            "2031-05-16T00:00",
        ),  # Saturday: Monday is the first day
        ("2031-12-31T12:00", "UTC", "2032-01-03T00:00", "2032-03-01T00:00"),  # two months on: 29 February
        ("2031-03-13T23:30", "Europe/Oslo", "2031-03-18T23:00", "2031-05-14T22:00"),  # Friday already in Oslo
    ],
)
def test_the_clock_runs_in_working_days_and_months_of_the_agreements_zone(
    raised: str, zone: str, acknowledged: str, resolved: str
) -> None:
    assert acknowledge_by(at(raised), zone_of(zone)) == at(acknowledged)
    assert resolve_by(at(raised), zone_of(zone)) == at(resolved)


def test_declining_to_act_asks_for_no_answer() -> None:
    assert not is_dispute("will-not-act")
    assert is_dispute("error")
