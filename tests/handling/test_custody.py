"""Custody holds together from the originator to the holder, or says where it does not."""

from datetime import UTC, datetime

import msgspec
import pytest

from comity.handling.custody import Hop, custody_break, parties_up_to

AT = datetime(2030, 1, 1, tzinfo=UTC)


def hops(*pairs):
    return tuple(Hop(sender, to, "deed", AT) for sender, to in pairs)


@pytest.mark.parametrize(
    ("originator", "path", "end", "said"),
    [
        ("a", (), "a", None),
        ("a", (("a", "b"),), "b", None),
        ("a", (("a", "b"), ("b", "a")), "a", None),
        ("", (), "", "its originator is unknown"),
        ("", (("a", "b"),), "b", "its originator is unknown"),
        ("a", (), "b", "custody ends at a, not at b"),
        ("a", (("a", "b"),), "a", "custody ends at b, not at a"),
        ("a", (("b", "c"),), "c", "hop 1 begins at b, not at a"),
        ("a", (("a", "b"), ("c", "d")), "d", "hop 2 begins at c, not at b"),
        ("a", (("", "b"),), "b", "hop 1 begins at nobody, not at a"),
        ("a", (("a", ""),), "b", "custody ends at nobody, not at b"),
    ],
)
def test_custody_leads_from_the_originator_to_its_end(originator, path, end, said):
    assert custody_break(originator, hops(*path), end) == said


def test_everyone_upstream_is_each_sender_once_in_order():
    path = hops(("a", "b"), ("b", "a"), ("a", "c"))
    assert [parties_up_to(path, index) for index in range(3)] == [("a",), ("a", "b"), ("a", "b")]


def test_a_hop_reads_and_writes_as_json_with_its_own_words():
    hop = Hop("a", "b", "deed", AT, purpose="guard")
    written = msgspec.json.encode(hop)
    assert b'"from":"a"' in written
    assert msgspec.json.decode(written, type=Hop) == hop
