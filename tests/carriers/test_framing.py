"""Runs of envelopes and answers: cut at every byte, altered, too large."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.carriers import framing
from comity.carriers.framing import (
    MAX_ENVELOPE_BYTES,
    MAX_ENVELOPES,
    join_envelopes,
    join_reply,
    split_envelopes,
    split_reply,
)
from comity.errors import ForeignInput
from comity.ports import Reply

ENVELOPES = [b"first", b"", b"the third" * 40]
REPLY = Reply((b"sealed receipts", b"those of another"), ("", "signed by no key of a Party known here", "ś"))


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_a_run_of_envelopes_comes_apart_as_it_was(envelopes: list[bytes]) -> None:
    assert split_envelopes(join_envelopes(envelopes)) == envelopes


@given(
    st.lists(st.binary(max_size=200), max_size=5),
    st.lists(st.text(st.characters(codec="utf-8"), max_size=100), max_size=10),
)
def test_a_reply_comes_apart_as_it_was(letters: list[bytes], reasons: list[str]) -> None:
    reply = Reply(tuple(letters), tuple(reasons))
    assert split_reply(join_reply(reply)) == reply


def test_reasons_are_cut_to_what_a_log_takes() -> None:
    assert split_reply(join_reply(REPLY)) == REPLY
    assert split_reply(join_reply(Reply((), ("x" * 4000,)))).reasons == ("x" * 500,)


def test_a_run_of_envelopes_cut_at_any_byte_is_refused_or_ends_where_an_envelope_ends() -> None:
    whole = join_envelopes(ENVELOPES)
    for place in range(len(whole)):
        try:
            found = split_envelopes(whole[:place])
        except ForeignInput:
            continue
        assert found == ENVELOPES[: len(found)] and len(found) < len(ENVELOPES)


def test_a_reply_cut_at_any_byte_or_with_more_behind_it_is_refused() -> None:
    whole = join_reply(REPLY)
    for place in range(len(whole)):
        with pytest.raises(ForeignInput):
            split_reply(whole[:place])
    with pytest.raises(ForeignInput, match="bytes behind the end"):
        split_reply(whole + b"x")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>a captive portal</html>",
        b"comity-envelopes-2\n",
        b"comity-answers-1\n",
        b"comity-envelopes-1\n\xff\xff\xff\xff",
        b"comity-envelopes-1\n" + (MAX_ENVELOPE_BYTES + 1).to_bytes(4) + b"x",
        b"comity-envelopes-1\n\x00\x00",
        join_envelopes([b""] * (MAX_ENVELOPES + 1)),
    ],
)
def test_what_is_no_run_of_envelopes_is_refused(data: bytes) -> None:
    with pytest.raises(ForeignInput):
        split_envelopes(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>",
        b"comity-envelopes-1\n",
        b"comity-reply-1\n",
        b"comity-reply-1\n\xff\xff\xff\xff\x00\x00\x00\x00",
        b"comity-reply-1\n\x00\x00\x00\x01\xff\xff\xff\xffx\x00\x00\x00\x00",
        join_reply(Reply((b"",) * (MAX_ENVELOPES + 1), ())),
    ],
)
def test_what_is_no_reply_is_refused(data: bytes) -> None:
    with pytest.raises(ForeignInput):
        split_reply(data)


def test_a_reply_beyond_the_cap_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(framing, "MAX_REPLY_BYTES", 100)
    with pytest.raises(ForeignInput, match="not a reply"):
        split_reply(join_reply(Reply((b"x" * 100,), ())))
