"""What may pass to a Party: the list says what the gate says of each item alone, and nothing is entered or sent."""

from collections import Counter
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from comity.decisions.question import Question
from comity.node.host_register import contribute
from comity.node.large_files import PART
from comity.node.obtain_consent import ask_consent, grant
from comity.node.weigh import weigh
from comity.node.what_may_pass import Sought, verdicts, what_may_pass
from comity.node.withdraw import withdraw
from comity.ports import ItemRow
from comity.testing.texts import Text
from comity.testing.world import World
from node.registers import PURPOSE, agreement, check, hits, put, register_world
from node.worlds import (
    DEFENCE,
    EAST,
    NORTH,
    NORTH_EAST,
    NORTH_SOUTH,
    RESPONSE,
    SOUTH,
    SOUTH_EAST,
    WEST,
    give,
    journal,
    report,
    requests,
    sent,
    world,
)

EAST_WEST = Text("east-west-2026", (EAST, WEST), exchange=NORTH_SOUTH.exchange)


def listed(made: World, party: str, to: str, purpose: str = DEFENCE, **said: object) -> list[tuple[str, str]]:
    """Give the labels listed, each with its outcome."""
    found = made.members[party].act(what_may_pass, to=to, purpose=purpose, **said)
    return [(row.label, decision.outcome) for row, decision in found.pairs]


def busy() -> World:
    """South holds its own, what North gave it one after another, a summary, one that was withdrawn and is gone, one
    with a consent; East has that one by two routes."""
    made = world(NORTH_SOUTH, SOUTH_EAST, NORTH_EAST, EAST_WEST)
    for number in range(4):
        report(made, SOUTH, f"own {number}", marking="TLP:RED" if number % 2 else "TLP:GREEN")
        give(made, report(made, label=f"given {number}"))
    report(made, SOUTH, "summary", category="incident.summaries", made_from=("given 1",))
    made.members[SOUTH].act(ask_consent, "given 2", to=EAST, purpose=DEFENCE, why="a wave")
    made.settle()
    made.members[NORTH].act(grant, requests(made, NORTH)[0].id, until=made.clock.now() + timedelta(days=30))
    made.settle()
    give(made, "given 2", SOUTH, EAST)
    give(made, "given 2", NORTH, EAST)
    made.members[NORTH].act(withdraw, "given 3", reason="it was wrong")
    made.settle()
    return made


@pytest.mark.parametrize("party", [NORTH, SOUTH, EAST])
def test_the_list_says_of_each_item_what_the_gate_says_of_it_alone(party: str) -> None:
    with busy() as made:
        seen: Counter[str] = Counter()
        for to in (NORTH, SOUTH, EAST, WEST):
            for purpose in (DEFENCE, RESPONSE, "advertising"):
                found = made.members[party].act(what_may_pass, to=to, purpose=purpose)
                for row, told in found.pairs:
                    alone = made.members[party].act(weigh, to=to, purpose=purpose, item=row.digest)
                    assert (told.outcome, told.agreement, told.obligations) == (
                        alone.outcome,
                        alone.agreement,
                        alone.obligations,
                    )
                    assert [each.party for each in told.ask] == [each.party for each in alone.ask]
                    assert [each.ref for each in told.grounds] == [each.ref for each in alone.grounds]
                    seen[told.outcome] += 1
        assert {"permitted", "refused"} <= set(seen)
        assert party == NORTH or seen["needs-consent"]


def test_it_names_what_may_pass_newest_first_and_only_what_is_wanted() -> None:
    with busy() as made:
        assert listed(made, SOUTH, EAST) == [
            ("summary", "needs-consent"),
            ("own 3", "refused"),  # too strict a marking
            ("given 2", "permitted"),
            ("own 2", "permitted"),
            ("given 1", "needs-consent"),
            ("own 1", "refused"),
            ("given 0", "needs-consent"),
            ("own 0", "permitted"),
        ]
        assert listed(made, SOUTH, EAST, only="needs-consent", limit=2) == [
            ("summary", "needs-consent"),
            ("given 1", "needs-consent"),
        ]
        assert listed(made, SOUTH, EAST, limit=1) == [("summary", "needs-consent")]
        assert {outcome for _, outcome in listed(made, SOUTH, WEST)} == {"refused"}


def in_turn(made: World, **said: Any) -> tuple[list[str], int]:
    """Turn page after page; give the labels and how many pages there were."""
    labels, pages, before = [], 0, 0
    while True:
        page = made.members[SOUTH].act(what_may_pass, to=EAST, purpose=DEFENCE, before=before, **said)
        labels += [row.label for row, _ in page.pairs]
        pages += 1
        if page.before is None:
            return labels, pages
        before = page.before


@pytest.mark.parametrize("only", ["", "permitted", "refused"])
@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_pages_follow_one_another_without_a_gap(
    monkeypatch: pytest.MonkeyPatch, size: int, only: str
) -> None:
    with busy() as made:
        whole = [label for label, _ in listed(made, SOUTH, EAST, only=only)]
        monkeypatch.setattr("comity.node.what_may_pass._PAGE", size)
        for limit in (1, 2, len(whole), 100):
            labels, pages = in_turn(made, only=only, limit=limit)
            assert labels == whole
            assert pages == -(-len(whole) // limit)


def test_so_many_are_looked_at_in_one_go_and_then_it_is_said_where_to_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with busy() as made:
        whole = [label for label, _ in listed(made, SOUTH, EAST, only="permitted")]
        monkeypatch.setattr("comity.node.what_may_pass._PAGE", 1)
        monkeypatch.setattr("comity.node.what_may_pass.MOST", 2)
        found = made.members[SOUTH].act(what_may_pass, to=EAST, purpose=DEFENCE, only="permitted")
        assert len(found.pairs) < len(whole) and found.before is not None
        assert in_turn(made, only="permitted")[0] == whole


@pytest.mark.parametrize(
    ("sought", "labels"),
    [
        ({"words": "OWN"}, ["own 3", "own 2", "own 1", "own 0"]),
        ({"originator": NORTH}, ["given 2", "given 1", "given 0"]),
        ({"marking": "TLP:RED"}, ["own 3", "own 1"]),
        ({"category": "incident.summaries"}, ["summary"]),
        ({"state": "withdrawn"}, []),
    ],
)
def test_it_keeps_to_the_items_that_are_looked_for(sought: dict[str, str], labels: list[str]) -> None:
    with busy() as made:
        assert [label for label, _ in listed(made, SOUTH, EAST, sought=Sought(**sought))] == labels


def test_nothing_is_entered_and_nothing_is_sent() -> None:
    with busy() as made:
        before = journal(made, SOUTH), sent(made, SOUTH)
        listed(made, SOUTH, EAST)
        assert (journal(made, SOUTH), sent(made, SOUTH)) == before


def test_what_is_gone_or_only_a_part_of_a_file_is_not_listed() -> None:
    with busy() as made:
        node = made.members[SOUTH]

        def change(_: object, transaction: object) -> None:
            rows: dict[str, ItemRow] = {row.label: row for row in transaction.items()}  # type: ignore[attr-defined]
            for label, change in (("own 0", {"state": "erased"}), ("own 2", {"media_type": PART})):
                transaction.put_item(msgspec.structs.replace(rows[label], **change))  # type: ignore[attr-defined]

        node.act(change)
        labels = {label for label, _ in listed(made, SOUTH, EAST)}
        assert labels == {"summary", "own 3", "given 2", "given 1", "own 1", "given 0"}


def test_what_answers_a_check_at_the_host_is_what_the_gate_says_of_each_contribution_alone() -> None:
    with register_world(agreement(NORTH, SOUTH, EAST, host=EAST)) as made:
        for number in range(5):
            put(made, NORTH, f"p{number}", "Tavrin Merezhko")
        made.members[NORTH].act(contribute, "register-2026", purpose=PURPOSE)
        made.settle()
        east = made.members[EAST]
        rows = [row for row in east.read(lambda transaction: transaction.items()) if row.originator == NORTH]
        assert len(rows) == 5
        for purpose in (PURPOSE, "fisheries", "advertising"):
            question = Question({}, "", EAST, SOUTH, purpose, under="register-2026")
            together = east.act(
                lambda node, transaction, asked=question: verdicts(
                    node, transaction, rows, asked, node.now(transaction)
                )
            )
            alone = [
                east.act(weigh, to=SOUTH, purpose=purpose, item=row.digest, under="register-2026")
                for row in rows
            ]
            assert [each.outcome for each in together] == [each.outcome for each in alone]
            name = check(made, SOUTH, "Tavrin Merezhko", under="register-2026", purpose=purpose)
            assert len(hits(made, SOUTH, name)) == (5 if purpose == PURPOSE else 0)
            assert all(each.permitted == (purpose == PURPOSE) for each in together)
