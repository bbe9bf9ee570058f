"""What is put into a store is what comes out, in the order that is promised."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from comity.errors import BadInput
from comity.ports import (
    AgreementRow,
    CardRow,
    ChannelRow,
    Disclosure,
    Head,
    Holding,
    InboxRow,
    ItemRow,
    JournalRow,
    KeptHead,
    OutboxRow,
    RequestRow,
    StatementRow,
)
from comity.storage.body_keys import BodyKeys
from comity.storage.database import SqlStore, open_engine
from comity.storage.transaction import SqlTransaction

NOW = datetime(2026, 3, 1, 9, 0, 0, 123456, tzinfo=UTC)
NORTH, SOUTH = "north.example", "south.example"
EAST, WEST = "east.example", "west.example"


@pytest.fixture
def rows(place: Path | str) -> Iterator[SqlTransaction]:
    keys = BodyKeys(None, NOW)
    made: list[SqlTransaction] = []

    def make(connection: Any) -> SqlTransaction:
        made.append(SqlTransaction(connection, keys))
        return made[-1]

    store: SqlStore[SqlTransaction] = SqlStore(
        open_engine(None if isinstance(place, Path) else place), make, threaded=False, beside=keys
    )
    with store._begun() as connection:
        yield make(connection)
    store.close()


def minute(number: int) -> datetime:
    return NOW + timedelta(minutes=number)


def item(digest: str, label: str = "", **said: Any) -> ItemRow:
    fields: dict[str, Any] = {
        "title": "tytuł “…” \x00 ✓",
        "media_type": "text/plain",
        "size": 2**40,
        "originator": NORTH,
        "category": "incident",
        "kind": "information",
        "marking": "TLP:GREEN",
        "made_from": (),
        "retention": "P30D",
        "added_at": NOW,
        "state": "held",
        "manifest": b"\x00\xff",
    }
    return ItemRow(digest=digest, label=label, **(fields | said))


def outbox(message: str, sequence: int, peer: str = SOUTH, **said: Any) -> OutboxRow:
    fields: dict[str, Any] = {
        "channel": "c",
        "kind": "disclosure",
        "about": "",
        "envelope": b"e" * 10,
        "owed_at": NOW,
        "next_at": NOW,
    }
    return OutboxRow(message=message, peer=peer, sequence=sequence, **(fields | said))


def inbox(message: str, sequence: int, **said: Any) -> InboxRow:
    fields: dict[str, Any] = {
        "peer": NORTH,
        "channel": "c",
        "envelope_digest": f"digest of {message}",
        "kind": "act",
        "about": "",
        "at": NOW,
        "said_at": minute(sequence),
        "carrier": "https",
        "state": "accepted",
        "reason": "",
        "receipt": b"r",
        "receipt_owed": False,
    }
    return InboxRow(message=message, sequence=sequence, **(fields | said))


def test_leaves_alone_are_those_of_the_journal(rows: SqlTransaction) -> None:
    entries = [
        JournalRow(
            number=number,
            channel=SOUTH if number % 2 else NORTH,
            channel_number=(number + 1) // 2,
            at=minute(number),
            kind="decided",
            act=f"{number:064x}",
            leaf=f"leaf {number}".encode(),
        )
        for number in range(1, 8)
    ]
    rows.append(entries, ())
    assert rows.leaves(None, after=2, limit=3) == [b"leaf 3", b"leaf 4", b"leaf 5"]
    assert rows.leaves(SOUTH, after=1, limit=10) == [b"leaf 3", b"leaf 5", b"leaf 7"]
    assert rows.leaves(None, after=7, limit=10) == rows.leaves("nobody.example", after=0, limit=10) == []


def test_instants_keep_their_microseconds_and_zone(rows: SqlTransaction) -> None:
    for instant in (
        NOW,
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ):
        rows.put_item(item("a" * 64, added_at=instant))
        found = rows.item("a" * 64)
        assert found is not None and found.added_at == instant and found.added_at.tzinfo is UTC


def test_an_item_comes_back_as_it_was_and_its_state_can_change(rows: SqlTransaction) -> None:
    row = item("a" * 64, "label", made_from=("b" * 64, "c" * 64), needs_reading=True)
    rows.put_item(row)
    assert rows.item("a" * 64) == row
    rows.put_item(item("a" * 64, "label", state="withdrawn"))
    assert [each.state for each in rows.items()] == ["withdrawn"]
    assert [each.digest for each in rows.items(states=("held",))] == []
    assert rows.made_from("b" * 64) == ["a" * 64]
    assert rows.item("d" * 64) is None


def test_items_are_found_by_digest_beginning_and_label_alone(rows: SqlTransaction) -> None:
    rows.put_item(item("abcdef" + "0" * 58, "report"))
    rows.put_item(item("abcdef" + "1" * 58, "report"))
    rows.put_item(item("123456" + "0" * 58, "abcdef"))
    assert len(rows.items_named("report")) == 2
    assert len(rows.items_named("abcdef")) == 3
    assert len(rows.items_named("abcdef0")) == 1
    for nothing in ("abcde", "", "%", "_____", "ABCDEF", "rep", "abcdef'--"):
        assert rows.items_named(nothing) == []


def test_a_route_is_kept_once(rows: SqlTransaction) -> None:
    one = Holding(item="a", custody=("h1",), received_from=SOUTH, message="m1", at=NOW)
    other = Holding(item="a", custody=("h1", "h2"), received_from=NORTH, message="m2", at=minute(1))
    for row in (one, other, one):
        rows.put_holding(row)
    assert list(rows.holdings("a")) == [one, other]


def test_a_body_is_sealed_and_can_be_erased(rows: SqlTransaction) -> None:
    rows.put_body("a", b"words")
    assert rows.body("a") == b"words"
    assert rows.erase_body("a") is not None
    assert rows.body("a") is None
    assert rows.erase_body("a") is None and rows.erase_body("never here") is None


def test_what_is_owed_comes_by_peer_in_sequence_and_only_when_due(rows: SqlTransaction) -> None:
    rows.put_outbox(outbox("m3", 3))
    rows.put_outbox(outbox("m1", 1))
    rows.put_outbox(outbox("m2", 2, next_at=minute(5)))
    rows.put_outbox(outbox("n1", 1, NORTH))
    rows.put_outbox(outbox("m4", 4, state="receipted"))
    assert [row.message for row in rows.owed(None, None, 10)] == ["n1", "m1", "m2", "m3"]
    assert [row.message for row in rows.owed(SOUTH, NOW, 10)] == ["m1", "m3"]
    assert [row.message for row in rows.owed(SOUTH, minute(5), 2)] == ["m1", "m2"]
    assert rows.backlog() == {SOUTH: 3, NORTH: 1}
    assert [(row.message, row.envelope) for row in rows.sent(2)] == [("m4", b""), ("n1", b"")]
    found = rows.outbox("m1")
    assert found is not None and found.envelope == b"e" * 10


def test_a_changed_envelope_keeps_its_place(rows: SqlTransaction) -> None:
    rows.put_outbox(outbox("m1", 1))
    rows.put_outbox(outbox("m2", 2))
    rows.put_outbox(outbox("m1", 1, state="receipted", receipt=b"r"))
    assert [(row.message, row.state) for row in rows.sent()] == [("m2", "owed"), ("m1", "receipted")]


def test_what_came_is_found_by_message_envelope_and_number(rows: SqlTransaction) -> None:
    row = inbox("m1", 1, letter=b"\x00" * 5, state="quarantined", receipt_owed=True)
    rows.put_inbox(row)
    assert rows.inbox("m1") == rows.inbox_by_envelope("digest of m1") == rows.inbox_at("c", 1) == row
    assert rows.inbox_at("d", 1) is None
    assert list(rows.receipts_owed(NORTH)) == [row] and list(rows.receipts_owed(SOUTH)) == []
    assert list(rows.received(states=("accepted",))) == []


def test_the_instants_said_around_a_number_are_those_of_its_neighbours(rows: SqlTransaction) -> None:
    for sequence in (1, 2, 5, 6):
        rows.put_inbox(inbox(f"m{sequence}", sequence))
    rows.put_inbox(inbox("unopened", 4, kind="envelope", said_at=minute(99)))
    assert rows.said_around("c", 3) == (minute(2), minute(5))
    assert rows.said_around("c", 1) == (None, minute(2))
    assert rows.said_around("c", 9) == (minute(6), None)
    assert rows.said_around("d", 3) == (None, None)


def test_of_a_card_every_version_stays_and_the_highest_counts(rows: SqlTransaction) -> None:
    for version in (2, 1, 3):
        rows.put_card(
            CardRow(party=NORTH, version=version, digest=f"d{version}", signed=b"s", accepted_at=NOW)
        )
    newest = rows.card(NORTH)
    assert newest is not None and newest.version == 3
    older = rows.card_by_digest("d1")
    assert older is not None and older.version == 1
    assert [row.version for row in rows.cards()] == [1, 2, 3]
    assert rows.card(SOUTH) is None


def test_an_agreements_files_come_back_byte_for_byte(rows: SqlTransaction) -> None:
    files = {"agreement.en.md": b"\x00\xff\r\n", "notices/0001-x.toml": "zażółć".encode(), "empty": b""}
    row = AgreementRow(id="a-2026", digest="d", acts_digest="e", files=files, held_at=NOW)
    rows.put_agreement(row)
    assert list(rows.agreements()) == [row]


def test_a_statement_is_kept_once_and_given_in_the_order_it_became_known(rows: SqlTransaction) -> None:
    def statement(digest: str, about: str) -> StatementRow:
        return StatementRow(digest=digest, kind="consent", by=NORTH, about=about, signed=b"s", known_at=NOW)

    assert [rows.put_statement(statement(*each)) for each in (("b", "x"), ("a", "y"), ("b", "z"))] == [
        True,
        True,
        False,
    ]
    assert [row.digest for row in rows.statements("consent")] == ["b", "a"]
    assert [row.digest for row in rows.statements("consent", "x")] == ["b"]
    assert list(rows.statements("withdrawal")) == []
    counted = [rows.count_statements("consent", about, NORTH) for about in ("x", "y", "z")]
    assert counted == [1, 1, 0] and rows.count_statements("consent", "x", SOUTH) == 0


def test_channels_requests_and_disclosures_come_back(rows: SqlTransaction) -> None:
    rows.put_channel(ChannelRow(name="ab", peer=NORTH, direction="in", last=3))
    rows.put_channel(ChannelRow(name="cd", peer=NORTH, direction="out", last=1))
    rows.put_channel(ChannelRow(name="ab", peer=NORTH, direction="in", last=4))
    found = rows.channel_named("ab")
    assert found is not None and found.last == 4
    found = rows.channel_named("cd")
    assert found is not None and found.direction == "out"
    assert rows.channel_named("ef") is None
    request = RequestRow(
        id="r",
        ours=True,
        asker=SOUTH,
        owner=NORTH,
        item="i",
        to="east.example",
        purpose="p",
        why="",
        at=NOW,
        answer_by=None,
        state="asked",
    )
    rows.put_request(request)
    assert rows.request("r") == request and list(rows.requests()) == [request]
    more = [
        msgspec.structs.replace(request, **values)
        for values in (
            {"id": "s", "ours": False, "asker": EAST, "via": SOUTH},
            {"id": "t", "ours": False, "asker": EAST, "via": WEST, "confirms": "c"},
            {"id": "u", "ours": False, "asker": EAST, "via": SOUTH, "state": "granted", "answer": "a"},
        )
    ]
    for row in more:
        rows.put_request(row)
    assert list(rows.requests_answered_by("a")) == [more[2]] and rows.requests_answered_by("b") == []
    assert list(rows.requests_confirming("c")) == [more[1]] and rows.requests_confirming("d") == []
    assert list(rows.hands_of(EAST)) == [SOUTH, WEST] and rows.hands_of(WEST) == []
    assert [rows.count_requests_open(asker=each) for each in (SOUTH, EAST, WEST)] == [1, 2, 0]
    assert [rows.count_requests_open(via=each) for each in (SOUTH, EAST, WEST)] == [1, 0, 1]
    passed = Disclosure(message="m", item="i", to=SOUTH, agreement="a", hop="h", decision="d", at=NOW)
    rows.put_disclosure(passed)
    rows.put_disclosure(passed)
    assert list(rows.disclosures("i")) == [passed]


def test_a_limit_may_be_beyond_four_bytes(rows: SqlTransaction) -> None:
    """Whoever wants all says so with a number, which a database may cast to a type of its own."""
    rows.put_item(item("a" * 64))
    assert [row.digest for row in rows.items(limit=2**62)] == ["a" * 64]
    assert list(rows.journal(limit=2**62)) == list(rows.entries_of("a" * 64)) == []
    assert list(rows.acts_entered(SOUTH)) == []
    assert rows.acts_joined(SOUTH, 0, (("sent-x",), ())) == [b"", b""]


def of_peer(rows: SqlTransaction) -> tuple[Any, ...]:
    """Give, by every way there is, what is held of a peer while a batch runs."""
    return (
        rows.channel(SOUTH, "in"),
        rows.channel_named("aa" * 16),
        rows.channels_stopped(),
        rows.kept_head(SOUTH, ours=True),
        rows.behind(),
        rows.proven_of("signed", SOUTH),
        rows.proven("signed"),
        rows.head(SOUTH),
        rows.heads(),
    )


def put_of_peer(rows: SqlTransaction, size: int, *, behind: bool) -> None:
    head = Head(channel=SOUTH, size=size, frontier=(bytes(32),))
    rows.append((), [head])
    rows.put_proven("signed", head)
    rows.put_kept_head(KeptHead(peer=SOUTH, ours=True, size=size, note="note", behind=behind, at=NOW))
    rows.put_channel(
        ChannelRow(name="aa" * 16, peer=SOUTH, direction="in", last=size, stopped="why" if behind else "")
    )


def test_what_is_held_of_a_peer_is_seen_at_once_and_written_at_the_end(rows: SqlTransaction) -> None:
    assert of_peer(rows)[:7] == (None, None, [], None, [], None, {})
    for size in (1, 2, 3):
        put_of_peer(rows, size, behind=size == 2)
        channel, named, stopped, kept, behind, proven, all_proven, head, heads = of_peer(rows)
        assert channel == named and channel.last == size
        assert [each.last for each in stopped] == ([2] if size == 2 else [])
        assert kept.size == size and behind == ([kept] if size == 2 else [])
        assert all_proven == {SOUTH: proven} and proven == head and heads == [head]
    put_of_peer(rows, 4, behind=True)
    held = of_peer(rows)
    rows.finish()
    again = SqlTransaction(rows._connection, rows._body_keys)
    assert of_peer(again) == held


@pytest.mark.parametrize("looked", [True, False])
def test_what_is_held_of_a_peer_is_undone_with_its_piece_of_work_alone(
    rows: SqlTransaction, looked: bool
) -> None:
    with rows.piece():
        put_of_peer(rows, 1, behind=False)
        put_of_peer(rows, 2, behind=False)
    with pytest.raises(ValueError, match="no"), rows.piece():
        put_of_peer(rows, 3, behind=True)
        if looked:
            assert of_peer(rows)[0].last == 3  # which writes it
        raise ValueError("no")
    held = of_peer(rows)
    assert (held[0].last, held[2], held[3].size, held[4], held[5].size, held[7].size) == (2, [], 2, [], 2, 2)
    rows.finish()
    assert of_peer(SqlTransaction(rows._connection, rows._body_keys)) == held


def test_a_channel_under_anothers_name_undoes_its_piece_of_work_alone(rows: SqlTransaction) -> None:
    """A peer may choose the name that another channel has: whatever else is in the batch is not undone by it."""
    ours = ChannelRow(name="aa" * 16, peer=SOUTH, direction="out", last=1)
    with rows.piece():
        rows.put_channel(ours)
    with pytest.raises(BadInput), rows.piece():
        rows.put_channel(ChannelRow(name="aa" * 16, peer=SOUTH, direction="in", last=1))
    with rows.piece():
        rows.put_channel(ChannelRow(name="aa" * 16, peer=SOUTH, direction="out", last=2))
    rows.finish()
    again = SqlTransaction(rows._connection, rows._body_keys)
    assert again.channel(SOUTH, "in") is None
    assert again.channel(SOUTH, "out") == ChannelRow(name="aa" * 16, peer=SOUTH, direction="out", last=2)
