"""What can be done to a journal, and how it is found: every row says which entry is named and why."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import msgspec
import pytest

from comity.journal.append import NODE, Appender
from comity.journal.entries import LOCAL, Entry, Line, commit, read_leaf
from comity.journal.merkle import Frontier
from comity.journal.verify import MAX_FAULTS, Report, Verifier, Witnessed, verify_journal

START = datetime(2031, 3, 14, 9, tzinfo=UTC)
A, B = "a.example", "b.example"


def journal(size: int = 12) -> tuple[list[Line], dict[str, Frontier]]:
    """Entries of A, B and the node itself in turn; entry 1, 4, 7, 10 are A's 1 to 4."""
    appender = Appender({})
    lines = [
        appender.enter(
            channel=(A, B, LOCAL)[number % 3],
            kind="disclosed",
            act=sha256(number.to_bytes(4)).hexdigest(),
            at=START + timedelta(seconds=number),
            key=sha256(b"key" + number.to_bytes(4)).digest(),
            detail=b"detail %d" % number,
        )
        for number in range(size)
    ]
    return lines, appender.changed()


LINES, HEADS = journal()


def swapped(lines: list[Line], one: int, other: int) -> list[Line]:
    lines = list(lines)
    lines[one], lines[other] = lines[other], lines[one]
    return lines


def replaced(lines: list[Line], number: int, **changes: object) -> list[Line]:
    lines = list(lines)
    lines[number - 1] = msgspec.structs.replace(lines[number - 1], **changes)
    return lines


def leaf_changed(line: Line, **changes: object) -> Line:
    """Alter an entry as a careful forger does: leaf and columns together."""
    entry: Entry = msgspec.structs.replace(read_leaf(line.leaf), **changes)
    return msgspec.structs.replace(
        line, leaf=entry.leaf(), at=entry.at, kind=entry.kind, act=entry.act, channel_number=entry.number
    )


def forged(lines: list[Line], number: int, **changes: object) -> list[Line]:
    return [*lines[: number - 1], leaf_changed(lines[number - 1], **changes), *lines[number:]]


def rewritten_from(lines: list[Line], number: int) -> tuple[list[Line], dict[str, Frontier]]:
    """Write the journal anew from one entry on, everything consistent, heads too."""
    appender = Appender({})
    again = []
    for line in lines:
        act = "ff" * 32 if line.number == number else line.act
        again.append(
            appender.enter(
                channel=line.channel, kind=line.kind, act=act, at=line.at, key=line.key, detail=line.detail
            )
        )
    return again, appender.changed()


def found(report: Report) -> list[tuple[str, int, int]]:
    return [(fault.kind, fault.number, fault.channel_number) for fault in report.faults]


def test_a_whole_journal_is_whole_and_its_trees_come_out_the_same() -> None:
    report = verify_journal(LINES, heads=HEADS)
    assert report.whole
    assert report.entries == 12
    assert report.frontiers == HEADS
    assert verify_journal([], heads={}).whole


CASES: list[tuple[str, Callable[[], list[Line]], tuple[str, int, int], str]] = [
    (
        "its act altered, leaf and all",
        lambda: forged(LINES, 4, act="ff" * 32),
        ("altered", 4, 2),
        "entry 2 with a",
    ),
    (
        "its kind altered, leaf and all",
        lambda: forged(LINES, 1, kind="received"),
        ("altered", 1, 1),
        "entry 1 with a",
    ),
    (
        "its commitment exchanged",
        lambda: forged(LINES, 5, commitment=commit(bytes(32), b"detail 4")),
        ("altered", 5, 2),
        "entry 5: the detail is not the one",
    ),
    (
        "its column altered, leaf untouched",
        lambda: replaced(LINES, 6, kind="received"),
        ("altered", 6, 2),
        "entry 6: its kind is not the one in its leaf",
    ),
    (
        "its instant altered in the column",
        lambda: replaced(LINES, 6, at=START),
        ("altered", 6, 2),
        "entry 6: its instant is not the one in its leaf",
    ),
    (
        "its detail altered",
        lambda: replaced(LINES, 7, detail=b"other"),
        ("altered", 7, 3),
        "entry 7: the detail is not the one that entry 3 of a.example commits to",
    ),
    (
        "its detail erased but not the key",
        lambda: replaced(LINES, 7, detail=b""),
        ("altered", 7, 3),
        "entry 7: the detail is not the one",
    ),
    (
        "one bit of its leaf flipped",
        lambda: replaced(LINES, 5, leaf=b"[" + LINES[4].leaf[1:]),
        ("altered", 5, 2),
        "5",
    ),
    ("its leaf emptied", lambda: replaced(LINES, 5, leaf=b""), ("altered", 5, 2), "entry 5: entry:"),
    (
        "back-dated, leaf and all",
        lambda: forged(LINES, 8, at=START + timedelta(seconds=2)),
        ("back-dated", 8, 3),
        "entry 8 is dated before the one it stands behind",
    ),
    ("removed", lambda: LINES[:6] + LINES[7:], ("missing", 7, 0), "entry 7 is missing"),
    (
        "removed: its channel says so too",
        lambda: LINES[:6] + LINES[7:],
        ("missing", 0, 3),
        "entry 3 with a.example is",
    ),
    ("four removed", lambda: LINES[:2] + LINES[6:], ("missing", 3, 0), "entries 3 to 6 are missing"),
    ("the first removed", lambda: LINES[1:], ("missing", 1, 0), "entry 1 is missing"),
    (
        "the last removed",
        lambda: LINES[:-1],
        ("missing", 12, 0),
        "the node's own head knows 12 entries, only 11",
    ),
    (
        "exchanged with its neighbour",
        lambda: swapped(LINES, 6, 7),
        ("reordered", 7, 3),
        "entry 7 stands behind entry 8",
    ),
    ("exchanged far away", lambda: swapped(LINES, 0, 9), ("reordered", 1, 1), "stands behind entry"),
    (
        "entered twice",
        lambda: [*LINES[:6], LINES[5], *LINES[6:]],
        ("reordered", 6, 2),
        "entry 6 stands behind entry 6",
    ),
    (
        "moved to another channel by its column",
        lambda: replaced(LINES, 4, channel=B),
        ("altered", 4, 2),
        "entry 4: its channel is not the one in its leaf",
    ),
]


@pytest.mark.parametrize(
    ("lines", "fault", "words"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_an_entry(lines: Callable[[], list[Line]], fault: tuple[str, int, int], words: str) -> None:
    report = verify_journal(lines(), heads=HEADS)
    assert fault in found(report)
    assert any(
        words in each.text for each in report.faults if (each.kind, each.number, each.channel_number) == fault
    )


@pytest.mark.parametrize("number", range(1, 13))
@pytest.mark.parametrize("field", ["act", "kind", "commitment", "previous"])
def test_no_field_of_any_entry_can_be_altered_unseen(number: int, field: str) -> None:
    changes = {"kind": "other"} if field == "kind" else {field: "ee" * 32}
    line = msgspec.structs.replace(leaf_changed(LINES[number - 1], **changes), key=b"", detail=b"")
    report = verify_journal([*LINES[: number - 1], line, *LINES[number:]], heads=HEADS)
    assert not report.whole
    # `previous` accuses the entry before it; the root of the node's head still locates within the channel.
    channel = LINES[number - 1].channel
    assert any(fault.channel in (channel, NODE) for fault in report.faults)
    if field != "previous":
        named = {(fault.channel, fault.channel_number) for fault in report.faults}
        last = LINES[number - 1].channel_number == 4
        assert (channel, LINES[number - 1].channel_number) in named or last


def test_an_exchange_within_a_channel_is_not_called_a_loss() -> None:
    report = verify_journal(swapped(LINES, 3, 6), heads=HEADS)
    assert "missing" not in {fault.kind for fault in report.faults}
    assert ("reordered", 4, 2) in found(report)


@pytest.mark.parametrize("number", [1, 4, 7, 10])
def test_a_history_written_anew_is_found_by_a_checkpoint_somebody_kept(number: int) -> None:
    """Everything fits but for what peers hold: their checkpoints of A's tree after entries 1, 2 and 4."""
    again, heads = rewritten_from(LINES, number)
    assert verify_journal(again, heads=heads).whole
    kept = [Witnessed(A, size, Frontier().extend(_hashes(A)[:size]).root, "a.example") for size in (1, 2, 4)]
    (fault,) = verify_journal(again, heads=heads, witnessed=kept).faults
    assert fault.kind == "rewritten"
    expected = {1: "entry 1 with", 4: "entry 2 with", 7: "one of the entries 3 to 4 with", 10: "3 to 4 with"}
    assert expected[number] in fault.text
    assert "is not what a.example holds a root of" in fault.text


def _hashes(channel: str) -> list[bytes]:
    return [sha256(b"\0" + line.leaf).digest() for line in LINES if line.channel == channel]


def test_a_tail_cut_off_with_the_heads_is_found_by_a_checkpoint_somebody_kept() -> None:
    short, heads = journal(8)
    assert verify_journal(short, heads=heads).whole
    kept = Witnessed(NODE, 12, HEADS[NODE].root, "the overseer")
    (fault,) = verify_journal(short, heads=heads, witnessed=[kept]).faults
    assert (fault.kind, fault.number) == ("missing", 9)
    assert fault.text == "the overseer knows 12 entries, only 8 are here"


def test_a_tail_added_behind_the_heads_is_found() -> None:
    _, heads = journal(8)
    report = verify_journal(LINES, heads=heads)
    assert "12 entries are here, the node's own head has 8" in [fault.text for fault in report.faults]


def test_every_checkpoint_that_agrees_stays_silent() -> None:
    kept = [
        Witnessed(A, size, Frontier().extend(_hashes(A)[:size]).root, "a.example") for size in range(1, 5)
    ]
    assert verify_journal(LINES, heads=HEADS, witnessed=kept).whole


def test_erased_details_leave_the_journal_whole() -> None:
    erased = [msgspec.structs.replace(line, key=b"", detail=b"") for line in LINES]
    assert verify_journal(erased, heads=HEADS).whole


def test_reading_goes_on_where_it_was_left() -> None:
    first = Verifier()
    first.feed(LINES[:5])
    part = first.report()
    second = Verifier(frontiers=part.frontiers, last_at=LINES[4].at)
    second.feed(LINES[5:8])
    second.feed(LINES[8:])
    assert second.report(HEADS).whole
    third = Verifier(frontiers=part.frontiers, last_at=LINES[4].at)
    third.feed(LINES[6:])
    assert ("missing", 6, 0) in found(third.report(HEADS))


def test_faults_beyond_the_first_hundred_are_counted() -> None:
    lines = [msgspec.structs.replace(line, detail=b"x") for line in journal(150)[0]]
    report = verify_journal(lines)
    assert len(report.faults) == MAX_FAULTS
    assert report.further == 50


@pytest.mark.parametrize(
    "changes",
    [
        {"leaf": "text"},
        {"at": "yesterday"},
        {"at": 7},
        {"kind": b"x"},
        {"act": None},
        {"channel": 3},
        {"channel_number": "2"},
        {"key": "k"},
        {"detail": 1.5},
    ],
    ids=lambda changes: "-".join(changes),
)
def test_a_value_of_another_type_is_named_as_altered(changes: dict[str, object]) -> None:
    report = verify_journal(replaced(LINES, 5, **changes), heads=HEADS)
    (name,) = changes
    first = report.faults[0]
    assert (first.kind, first.number) == ("altered", 5)
    assert name in report.faults[0].text and "not of the type" in report.faults[0].text
