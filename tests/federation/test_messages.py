"""What an envelope may hold, and what is not a message."""

import pytest

from comity.errors import ForeignInput
from comity.federation import messages
from comity.federation.messages import (
    Act,
    ConsistencyAnswer,
    ConsistencyQuestion,
    Found,
    News,
    Receipts,
    ReconcileAnswer,
    ReconcileOutcome,
    ReconcileQuestion,
    Texts,
)
from comity.journal.reconcile import Answer, Part, Question, Shown
from comity.strict import read_json, write_json
from federation.parties import Chain

SAMPLES = [
    Chain().message(),
    Act(statement="s", to="north.example", about="ab" * 32, cards=("c",)),
    Receipts(receipts=("r", "s"), checkpoint="note"),
    News(card="c"),
    Texts(agreement="a-2026", digest="d", files={"notices/0001-denunciation.toml": b"\x00\xff"}),
    ReconcileQuestion(
        reconciliation="0f" * 16,
        begun="2031-03-14T09:00:00Z",
        round=2,
        by_asker=Question((Shown("", "AAAA"), Shown("3f", "AAAA"))),
        by_answerer=Question(()),
    ),
    ReconcileAnswer(
        reconciliation="0f" * 16,
        round=2,
        by_asker=Answer(1, (Part("", 1, acts="AAAA"),)),
        by_answerer=Answer(0, ()),
        under_way=("ab" * 32,),
    ),
    ReconcileOutcome(
        reconciliation="0f" * 16,
        by_asker=Found(count=3, digest="cd" * 32, asker_only=("ab" * 32,)),
        by_answerer=Found(count=0, digest="cd" * 32),
    ),
    ConsistencyQuestion(old=3, size=7),
    ConsistencyAnswer(old=3, note="note", proof=("ab" * 32,), frontier=("cd" * 32,) * 3),
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
        ("reconcile-question", {"reconciliation": "not hex"}, "matching regex"),
        ("consistency-question", {"old": -1, "size": 1}, "Expected `int` >= 0"),
        ("act", {"statement": "s", "to": "n", "about": "", "seen": 2**53}, "Expected `int` <="),
    ],
)
def test_what_is_no_message_is_refused_with_its_reason(
    word: str, content: dict[str, object], reason: str
) -> None:
    with pytest.raises(ForeignInput, match=reason):
        messages.from_content(word, content)
