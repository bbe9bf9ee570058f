"""Entries: what they hold, what they commit to, and how they enter two trees."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from comity.errors import ForeignInput, RefusedHere, VerificationFailed
from comity.journal.append import NODE, Appender
from comity.journal.entries import LOCAL, Entry, Line, check_commitment, commit, read_leaf
from comity.journal.merkle import Frontier, leaf_hash

START = datetime(2031, 3, 14, 9, tzinfo=UTC)
KEY = bytes(range(32))


def enter(appender: Appender, channel: str, number: int, **changes: object) -> Line:
    terms = {
        "channel": channel,
        "kind": "disclosed",
        "act": sha256(f"{channel} {number}".encode()).hexdigest(),
        "at": START + timedelta(seconds=number),
        "key": KEY,
        "detail": b'{"item":"report-17"}',
    } | changes
    return appender.enter(**terms)  # type: ignore[arg-type]


def test_an_entry_is_spelled_in_one_way() -> None:
    line = enter(Appender({}), "south.example", 0)
    assert line.leaf == (
        b'{"entry":1,"channel":"south.example","number":1,"at":"2031-03-14T09:00:00Z","kind":"disclosed",'
        b'"act":"' + line.act.encode() + b'","commitment":"' + commit(KEY, line.detail).encode() + b'",'
        b'"previous":"' + Frontier().digest.hex().encode() + b'"}'
    )
    assert read_leaf(line.leaf).leaf() == line.leaf


def test_each_entry_goes_into_its_channels_tree_and_the_nodes() -> None:
    appender = Appender({})
    lines = [
        enter(appender, channel, n)
        for n, channel in enumerate(["a.example", "b.example", "a.example", LOCAL])
    ]
    hashes = [leaf_hash(line.leaf) for line in lines]
    assert [line.number for line in lines] == [1, 2, 3, 4]
    assert [line.channel_number for line in lines] == [1, 1, 2, 1]
    assert appender.frontier() == Frontier().extend(hashes)
    assert appender.frontier("a.example") == Frontier().extend([hashes[0], hashes[2]])
    assert set(appender.changed()) == {NODE, "a.example", "b.example", LOCAL}


def test_batches_continue_where_the_last_one_ended() -> None:
    whole = Appender({})
    lines = [enter(whole, "a.example", n) for n in range(5)]
    first = Appender({})
    head = [enter(first, "a.example", n) for n in range(3)]
    second = Appender(first.changed(), last_at=head[-1].at)
    assert [*head, enter(second, "a.example", 3), enter(second, "a.example", 4)] == lines
    assert second.changed() == whole.changed()


def test_only_what_changed_is_to_be_stored() -> None:
    appender = Appender(
        {"a.example": Frontier().append(KEY), "b.example": Frontier(), NODE: Frontier().append(KEY)}
    )
    assert appender.changed() == {}
    enter(appender, "b.example", 0)
    assert set(appender.changed()) == {NODE, "b.example"}


def test_each_entry_vouches_for_its_channel_up_to_it() -> None:
    appender = Appender({})
    enter(appender, "a.example", 0)
    before = appender.frontier("a.example")
    line = enter(appender, "a.example", 1)
    assert read_leaf(line.leaf).previous == before.digest.hex()


def test_an_entry_says_nothing_of_other_channels() -> None:
    """The same acts with one peer give the same leaves, however busy the node is with others."""
    alone, busy = Appender({}), Appender({})
    enter(busy, "b.example", 0)
    quiet = enter(alone, "a.example", 1).leaf
    enter(busy, "b.example", 0)
    assert enter(busy, "a.example", 1).leaf == quiet


def test_nothing_is_entered_before_the_last_entry() -> None:
    appender = Appender({}, last_at=START)
    with pytest.raises(RefusedHere, match="would stand behind one of 2031-03-14 09:00:00Z"):
        enter(appender, "a.example", 0, at=START - timedelta(microseconds=1))
    assert appender.changed() == {}
    assert enter(appender, "a.example", 0, at=START).number == 1


def test_a_detail_is_shown_to_belong_to_its_entry() -> None:
    line = enter(Appender({}), "a.example", 0)
    entry = read_leaf(line.leaf)
    check_commitment(entry, line.key, line.detail)
    for key, detail in [(KEY, b"other"), (bytes(32), line.detail), (b"", b""), (KEY[:31], line.detail)]:
        with pytest.raises(VerificationFailed, match="not the one that entry 1 of a"):
            check_commitment(entry, key, detail)


def test_an_entry_needs_a_channel_and_a_key_of_its_own() -> None:
    with pytest.raises(ValueError, match="the key of an entry has 32 bytes, not 5"):
        enter(Appender({}), "a.example", 0, key=b"short")
    with pytest.raises(ValueError, match="an entry belongs to a channel"):
        enter(Appender({}), "", 0)


LEAF = enter(Appender({}), "a.example", 0).leaf


@pytest.mark.parametrize(
    "leaf",
    [
        b"",
        b"{}",
        b"[]",
        LEAF[:-1],
        LEAF + b" ",
        b" " + LEAF,
        LEAF.replace(b'"entry":1', b'"entry":2'),
        LEAF.replace(b'"entry":1,', b'"entry":1,"entry":1,'),
        LEAF.replace(b'"entry":1,', b'"entry":1,"note":"x",'),
        LEAF.replace(b'"entry":1,', b'"entry": 1,'),
        LEAF.replace(b"a.example", b"\\u0061.example"),
        LEAF.replace(b"09:00:00Z", b"09:00:00+00:00"),
        LEAF.replace(b"09:00:00Z", b"10:00:00+01:00"),
        LEAF.replace(b"09:00:00Z", b"09:00:00"),
        LEAF.replace(b"09:00:00Z", b"09:00:00.000Z"),
        LEAF.replace(b'"number":1', b'"number":0'),
        LEAF.replace(b'"number":1', b'"number":1.0'),
        LEAF.replace(b'"channel":"a.example",', b""),
        LEAF.replace(b'"act":"', b'"act":"A'),
        b'{"entry":' + b"[" * 100_000,
        b'{"entry":1,"kind":"' + b"x" * 70_000 + b'"}',
    ],
)
def test_a_leaf_has_exactly_one_spelling(leaf: bytes) -> None:
    with pytest.raises(ForeignInput, match="entry"):
        read_leaf(leaf)


def test_entries_are_values() -> None:
    assert read_leaf(LEAF) == read_leaf(LEAF)
    assert isinstance(read_leaf(LEAF), Entry)
