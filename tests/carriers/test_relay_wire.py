"""What nodes and relays say to each other: every form read back, every wrong one refused."""

from datetime import UTC, datetime, timedelta

import pytest

from comity.carriers.relay_wire import (
    Box,
    Collect,
    RelayAddress,
    box_id,
    mailbox_key,
    mailbox_of,
    read_address,
    read_boxes,
    read_collect,
    read_deposit,
    read_deposited,
    write_boxes,
    write_collect,
    write_deposit,
    write_deposited,
)
from comity.errors import BadInput, ComityError, ForeignInput, VerificationFailed
from comity.keys import SigningKey

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
SECRET, RELAY, OTHER = (SigningKey.from_seed(bytes([number]) * 32) for number in (1, 2, 3))
KEY = RELAY.public.raw.hex()
OWN = mailbox_key(SECRET, KEY)
MAILBOX = mailbox_of(OWN.public.raw)
WHOLE = f"relay+https://relay.third.example:8443/relay.third.example/{KEY}/{MAILBOX}"


def test_an_address_says_where_the_relay_is_what_it_is_called_and_which_key_it_has() -> None:
    found = read_address(WHOLE)
    assert found == RelayAddress("https://relay.third.example:8443", "relay.third.example", KEY, MAILBOX)
    assert (str(found), found.carrier, found.public) == (WHOLE, "relay:relay.third.example", RELAY.public)
    assert read_address(WHOLE.rpartition("/")[0]).mailbox == ""


@pytest.mark.parametrize(
    "text",
    [
        "", "https://relay.third.example/x", WHOLE.replace("https", "http"), WHOLE + "/more", WHOLE + "?x=1",
        WHOLE.replace(KEY, KEY[:-1]), WHOLE.replace(KEY, "0" * 64), WHOLE.replace("/relay.third", "/Relay third"),
        f"relay+https:///relay.third.example/{KEY}", "relay+https://[::1/name",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_address(text)


def test_a_mailbox_tells_neither_whose_it_is_nor_that_two_are_one_partys() -> None:
    assert mailbox_key(SECRET, KEY).raw == OWN.raw
    assert (
        len({mailbox_key(SECRET, each.public.raw.hex()).raw for each in (RELAY, OTHER)} | {SECRET.raw}) == 3
    )


def test_a_deposit_and_its_answer_are_read_back() -> None:
    assert read_deposit(write_deposit(MAILBOX, [b"one", b"", b"two"])) == (MAILBOX, [b"one", b"", b"two"])
    assert read_deposited(write_deposited([True, False]), 2) == [True, False]


def test_boxes_are_read_back_and_another_box_under_an_id_is_refused() -> None:
    boxes = [Box(7, box_id(b"one"), b"one"), Box(9, box_id(b"two"), b"two")]
    data = write_boxes(boxes, 3)
    assert read_boxes(data) == (boxes, 3)
    with pytest.raises(ForeignInput, match="not the one its id names"):
        read_boxes(data.replace(b"two", b"tow"))


@pytest.mark.parametrize(
    ("data", "read"),
    [
        (write_deposit(MAILBOX, [b"one", b"two"]), read_deposit),
        (write_boxes([Box(7, box_id(b"one"), b"one")], 0), read_boxes),
        (write_collect(OWN, KEY, NOW, 7, [bytes(16)]), lambda data: read_collect(data, KEY, NOW)),
        (write_deposited([True]), lambda data: read_deposited(data, 1)),
    ],
    ids=["deposit", "boxes", "collect", "deposited"],
)
def test_cut_anywhere_it_is_refused_or_says_less(data: bytes, read: object) -> None:
    whole = read(data)  # type: ignore[operator]
    for place in range(len(data)):
        try:
            found = read(data[:place])  # type: ignore[operator]
        except ComityError:
            continue
        assert found != whole  # a deposit, or boxes, cut between two of them


def test_only_the_mailboxs_key_asks_for_its_boxes_just_now_and_at_this_relay() -> None:
    data = write_collect(OWN, KEY, NOW, 7, [bytes(16)])
    assert read_collect(data, KEY, NOW) == Collect(MAILBOX, 7, (bytes(16),))
    with pytest.raises(VerificationFailed):
        read_collect(data, OTHER.public.raw.hex(), NOW)  # handed on to another relay
    for by in (timedelta(minutes=11), timedelta(minutes=-11)):
        with pytest.raises(ForeignInput, match="clocks"):
            read_collect(data, KEY, NOW + by)
    for place in range(17, len(data)):
        altered = bytearray(data)
        altered[place] ^= 1
        with pytest.raises((ForeignInput, VerificationFailed)):
            read_collect(bytes(altered), KEY, NOW)
