"""A consent names one item or one class, and stands from one instant until another unless taken back."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from comity.handling.consent import Consent

AT = datetime(2030, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def consent(**said):
    return Consent(**{"by": "a", "holder": "b", "to": "c", "from_": AT, "until": AT + HOUR} | said)


@pytest.mark.parametrize(
    ("named", "item", "a_class"),
    [
        ({"item": "r"}, True, False),
        ({"agreement": "deed", "category": "inc"}, False, True),
        ({}, False, False),
        ({"agreement": "deed"}, False, False),
        ({"category": "inc"}, False, False),
        ({"item": "r", "agreement": "deed", "category": "inc"}, False, False),
        ({"item": "r", "agreement": "deed"}, False, False),
        ({"item": "r", "category": "inc"}, False, False),
    ],
)
def test_it_names_one_item_or_one_class_and_nothing_else(named, item, a_class):
    found = consent(**named)
    assert (found.is_item, found.is_class) == (item, a_class)


@pytest.mark.parametrize(
    ("revoked", "after", "stands"),
    [
        (None, timedelta(0), True),
        (None, -timedelta(microseconds=1), False),
        (None, HOUR, False),
        (None, HOUR - timedelta(microseconds=1), True),
        (AT + HOUR / 2, HOUR / 2, False),
        (AT + HOUR / 2, HOUR / 2 - timedelta(microseconds=1), True),
    ],
)
def test_it_stands_half_open_and_until_it_is_taken_back(revoked, after, stands):
    assert consent(item="r", revoked=revoked).stands_at(AT + after) is stands


def test_it_reads_and_writes_as_json_with_its_own_words():
    found = consent(item="r", purpose="guard", revoked=AT)
    assert msgspec.json.decode(msgspec.json.encode(found), type=Consent) == found
    assert b'"from":' in msgspec.json.encode(found)
