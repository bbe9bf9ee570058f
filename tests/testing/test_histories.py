"""Random histories of five Parties: every promise holds after every step, and a seed tells the same story twice."""

import os
from collections import Counter
from typing import Any

import pytest

from comity.node import decide_again
from comity.testing.__main__ import main, play
from comity.testing.disk import MOMENTS
from comity.testing.histories import History, replay
from comity.testing.world import Broken
from proofs import Proof, of_code

#: Histories in every run, and in the long proof: in parts, and anew where any of this code has changed.
FEW, MANY, PARTS = 40, 100_000, 100
CODE = tuple(
    f"src/comity/{folder}"
    for folder in (
        *(
            "agreements",
            "cards",
            "carriers",
            "decisions",
            "federation",
            "handling",
            "journal",
            "node",
            "register",
        ),
        *("sealing", "storage", "testing"),
    )
)


@pytest.mark.parametrize("number", range(FEW))
def test_every_promise_holds_in_a_random_history(number: int) -> None:
    History(f"few-{number}", steps=16).run().close()


@pytest.mark.prove
@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_every_promise_holds_in_many_random_histories(part: int, proved: Proof) -> None:
    """In parts, so that it can be stopped and taken up again: every promise is looked at after every step."""
    name, code = "Exchange between five nodes", of_code(CODE)
    if proved.is_made(name, part, code):
        pytest.skip("this part was made of this very code already")
    counts = play(f"many-{part}", MANY // PARTS, jobs=os.cpu_count() or 1)
    assert_distribution(counts)
    proved.part(name, part, PARTS, {**counts, "promises broken": 0}, code)


#: What must happen in a run of some hundred histories, or it proves nothing.
HAPPENS = {
    "permitted",
    "permitted onward",
    "refused onward",
    "needs-consent onward",
    "letters accepted",
    "letters quarantined",
    *(f"rule {number}" for number in (2, 3, 4, 5, 7)),
    *(f"fault: power lost {moment} a commit" for moment in MOMENTS),
    *(f"fault: {fault}" for fault in ("killed", "disk full", "disk slow", "clock forward", "clock back")),
    *(f"fault: {fault}" for fault in ("cut both ways", "cut one way", "lost", "delayed", "answer lost")),
    *(f"fault: {fault}" for fault in ("doubled", "reordered", "restored from a backup")),
    *(f"register: {deed}" for deed in ("asked", "watched", "followed up", "released")),
    *(f"register: entered as {handling}" for handling in ("open", "reference", "ask", "silent")),
    *(
        f"fault: hostile: {deed}"
        for deed in (
            "asks without end",
            "forged consent",
            "one message in two envelopes",
            "poison",
            "replay",
            "sends a forbidden category",
            "sends what its gate refuses",
            "two messages under one number",
            "withdraws what is another's",
            "withholds receipts",
        )
    ),
}


def assert_distribution(counts: Counter[str]) -> None:
    assert {what for what in HAPPENS if not counts[what]} == set()


def test_a_seed_tells_the_same_story_twice_and_another_seed_another() -> None:
    told: list[list[str]] = []
    for seed in ("once", "once", "twice"):
        lines: list[str] = []
        replay(seed, steps=25, tell=lines.append).close()
        told.append(lines)
    assert told[0] == told[1]
    assert told[0] != told[2]
    assert told[0][-1].endswith("all is delivered")


#: What must happen in a history sooner or later: entries of any member, and what came by which carrier.
EVENTS = {
    "decided",
    "sent-disclosure",
    "received-disclosure",
    "quarantined-disclosure",
    "receipted",
    "peer-quarantined",
    "received-act",
    "consent",
    "withdrawal",
    "erased",
    "received-reconcile-question",
    "received-reconcile-answer",
    "disclosure by https",
    "disclosure by pouch",
}


def test_the_histories_are_eventful() -> None:
    """What never happens proves nothing: within a few seeds every kind of event must occur."""
    missing = set(EVENTS)
    for number in range(40):
        with History(f"few-{number}", steps=40).run() as world:
            for member in world.members.values():
                journal = member.read(lambda transaction: transaction.journal(limit=100_000))
                inbox = member.read(lambda transaction: transaction.received(limit=100_000))
                missing -= {row.kind for row in journal}
                missing -= {f"{row.kind} by {row.carrier}" for row in inbox if row.state == "accepted"}
        if not missing:
            return
    assert missing == set()


def test_a_broken_promise_ends_the_history_and_names_the_command_that_shows_it_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = decide_again.decide

    def gullible(question: Any, known: Any, at: Any) -> Any:
        from comity.testing.hostile import tampered

        return tampered(real(question, known, at), question.under)

    monkeypatch.setattr(decide_again, "decide", gullible)
    for number in range(60):
        history = History(f"few-{number}", steps=40)
        if not history.world.hostile:
            continue  # where all are honest there is nothing to believe wrongly
        try:
            history.run().close()
        except Broken as broken:
            assert str(broken).endswith(f"python -m comity.testing --seed few-{number} --steps 40")
            assert "P2: " in str(broken) or "P3: " in str(broken)
            assert main(["--seed", f"few-{number}", "--steps", "40"]) == 6
            captured = capsys.readouterr()
            assert "conclude north-south-2026" in captured.out
            assert f"--seed few-{number} --steps 40" in captured.err
            return
    pytest.fail("sixty histories with receivers that believe everything, and no promise was broken")


def test_many_can_be_played_quietly(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--seed", "quiet", "--count", "2", "--steps", "12"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == "2 histories of 12 steps: every promise held"
    assert "permitted" in second and "histories 2" in second


def test_a_history_in_which_a_node_falls_over_is_named_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def falls(*_given: Any, **_named: Any) -> Any:
        raise TypeError("a fault of its own")

    monkeypatch.setattr("comity.testing.world.World.add", falls)
    with pytest.raises(TypeError, match="a fault of its own") as fallen:
        play("falls", 3, steps=16)
    assert fallen.value.__notes__ == ["see it again: python -m comity.testing --seed falls-1 --steps 16"]
