"""What an envelope may hold, and what is not a message."""

import pytest

from comity.errors import ForeignInput
from comity.federation import messages
from comity.federation.messages import Account, Act, News, Receipts, Reconcile, Texts
from comity.strict import read_json, write_json
from federation.parties import Chain

SAMPLES = [
    Chain().message(),
    Act(statement="s", to="north.example", about="ab" * 32, cards=("c",)),
    Receipts(receipts=("r",), checkpoint="note"),
    News(card="c"),
    Texts(agreement="a-2026", digest="d", files={"notices/0001-denunciation.toml": b"\x00\xff"}),
    Reconcile(account=Account(sent=("a",), received=()), asks=True),
]


@pytest.mark.parametrize("message", SAMPLES, ids=lambda message: messages.word_of(message))
def test_every_message_comes_back_as_it_was(message: messages.Message) -> None:
    written = write_json(messages.to_content(message))
    content = read_json(written, max_bytes=1_000_000)
    assert messages.from_content(messages.word_of(message), content) == message


@pytest.mark.parametrize(
    ("word", "content", "reason"),
    [
        ("gossip", {}, "unknown kind `gossip`"),
        ("x" * 500, {}, "unknown kind `x{60}`"),
        ("act", {}, "missing required field"),
        ("act", {"statement": "s", "to": "n", "about": "", "more": 1}, "unknown field `more`"),
        ("act", {"statement": 7, "to": "n", "about": ""}, "Expected `str`"),
        ("disclosure", {"manifest": "m", "custody": "not a list"}, "Expected `array`"),
        ("texts", {"agreement": "a", "digest": "d", "files": {"n": "not base64!"}}, "Invalid base64"),
        ("reconcile", {"account": {"sent": [], "received": []}, "asks": "yes"}, "Expected `bool`"),
    ],
)
def test_what_is_no_message_is_refused_with_its_reason(
    word: str, content: dict[str, object], reason: str
) -> None:
    with pytest.raises(ForeignInput, match=reason):
        messages.from_content(word, content)
