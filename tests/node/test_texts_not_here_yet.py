"""A disclosure that rests on texts which its receiver does not hold yet waits for them, and its sender sends them.

A protocol counts where everybody has signed it. Who signs last knows first, and may disclose before its signature has
reached the other: the answer then is to wait, never to keep apart what the agreement allows, and never for longer than
a decision may be old on receipt.
"""

from datetime import timedelta

import msgspec
import pytest

from comity.agreements.agreement import Agreement
from comity.agreements.signatures import ActRef
from comity.node.conclude import sign_part
from comity.node.receive import receive
from comity.testing.texts import Article, Text
from comity.testing.world import World
from node.worlds import DEFENCE, EAST, NORTH, SOUTH, inbox, item, report, sent

BILATERAL = Text(
    "north-south-2026",
    (NORTH, SOUTH),
    exchange=(Article("incident.reports"),),
    stands_in=(Article("statistics"),),
    further=(
        "## Article 5 — Protocols\n\nThere may be protocols.\n\n"
        '```toml clause\n[protocols]\nmay_change = ["exchange"]\n```\n'
    ),
)
PROTOCOL = """+++
comity = 1
id = "north-south-2026-prot-1"
title = "Protocol on statistics"
language = "en"
protocol_of = "north-south-2026"
number = 1
+++

## Article 1 — Statistics

They share statistics too.

```toml clause
[[exchange]]
category = "statistics"
purposes = ["network-defence"]
```
"""
FILES = {"protocols/0001-statistics.en.md": PROTOCOL.encode()}


def told_of_at(made: World) -> str:
    """Let both sign the protocol, South first; North's own signature is on its way when it discloses under it."""
    made.members[SOUTH].act(sign_part, BILATERAL.id, FILES, ActRef("protocol", 1))
    made.settle()
    made.members[NORTH].act(sign_part, BILATERAL.id, {}, ActRef("protocol", 1))
    digest = report(made, category="statistics", label="table")
    assert made.share(NORTH, digest, SOUTH, DEFENCE).decision.permitted
    return digest


def bring(made: World, kind: str) -> str:
    """Bring South what North owes of a kind, past what it owes before; give what became of it."""
    rows = made.members[NORTH].read(lambda transaction: transaction.owed(None, None, 100))
    (data,) = [row.envelope for row in rows if row.kind == kind]
    return made.members[SOUTH].act(receive, data, "https").state


def test_what_came_before_the_signature_it_rests_on_waits_and_is_taken_when_that_has_come() -> None:
    with World.of((BILATERAL,), seed="early") as made:
        digest = told_of_at(made)
        assert bring(made, "disclosure") == "waiting"
        (row,) = [each for each in inbox(made, SOUTH) if each.kind == "disclosure"]
        assert row.reason == (
            "texts: decided on 1 protocols, notices or signatures of north-south-2026 that are not here yet"
        )
        made.settle()
        assert item(made, SOUTH, digest).state == "held"
        assert {each.state for each in sent(made, NORTH)} == {"receipted"}


def test_a_signature_of_a_third_that_one_lacks_comes_from_the_sender_once() -> None:
    """East signed last; its way to South is cut, and North, which has heard, discloses to South."""
    league = msgspec.structs.replace(BILATERAL, parties=(NORTH, SOUTH, EAST))
    with World.of((league,), seed="third") as made:
        for party, files in ((SOUTH, FILES), (NORTH, {})):
            made.members[party].act(sign_part, league.id, files, ActRef("protocol", 1))
            made.settle()
        made.network.cut(EAST, SOUTH)
        made.members[EAST].act(sign_part, league.id, {}, ActRef("protocol", 1))
        made.deliver(EAST)
        digest = report(made, category="statistics", label="table")
        assert made.share(NORTH, digest, SOUTH, DEFENCE).decision.permitted
        made.deliver(NORTH)
        assert [(each.kind, each.state) for each in sent(made, NORTH)[:2]] == [
            ("texts", "owed"),
            ("disclosure", "owed"),
        ]
        for _ in range(3):
            made.deliver(NORTH)
        assert item(made, SOUTH, digest).state == "held"
        assert [each.kind for each in sent(made, NORTH)].count(
            "texts"
        ) == 3  # two of its own signature, one of East's


def test_it_waits_no_longer_than_a_decision_may_be_old() -> None:
    with World.of((BILATERAL,), seed="late") as made:
        digest = told_of_at(made)
        assert bring(made, "disclosure") == "waiting"
        made.wait(timedelta(days=2))
        assert bring(made, "disclosure") == "quarantined"
        assert made.members[SOUTH].read(lambda transaction: transaction.item(digest)) is None


@pytest.mark.parametrize("named", [(), ("0" * 16,)])
def test_texts_that_are_named_open_nothing_by_themselves(
    monkeypatch: pytest.MonkeyPatch, named: tuple[str, ...]
) -> None:
    """Texts that nobody has keep a disclosure waiting and no more; where none is named it is kept apart at once."""
    with World.of((BILATERAL,), seed="named") as made:
        told_of_at(made)
        north = made.members[NORTH]
        rows = north.read(lambda transaction: transaction.owed(None, None, 100))
        monkeypatch.setattr(Agreement, "acts", property(lambda _: dict.fromkeys(named, "notice 9")))
        digest = report(made, category="statistics", label="again")
        made.share(NORTH, digest, SOUTH, DEFENCE)
        late = north.read(lambda transaction: transaction.owed(None, None, 100))[len(rows) :]
        monkeypatch.undo()
        (data,) = [row.envelope for row in late if row.kind == "disclosure"]
        state = made.members[SOUTH].act(receive, data, "https").state
        assert state == ("waiting" if named else "quarantined")


def test_names_of_texts_are_the_same_at_both_though_each_writes_its_own_day_of_receipt() -> None:
    with World.of((BILATERAL,), seed="names") as made:
        made.denounce(NORTH, BILATERAL.id)
        made.wait(timedelta(hours=5))
        made.settle()
        held = [
            made.members[party].act(lambda node, transaction: node.know(transaction).agreements[BILATERAL.id])
            for party in (NORTH, SOUTH)
        ]
        assert held[0].acts_digest != held[1].acts_digest
        assert held[0].acts == held[1].acts
        assert "notice 1" in held[0].acts.values()
