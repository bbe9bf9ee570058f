"""What is counted as it happens comes to the same as counting it anew."""

from collections import Counter
from datetime import date

import msgspec

from comity.node.figures import figures
from comity.node.reciprocity import reciprocity
from node.worlds import NORTH, NORTH_SOUTH, SOUTH, give, report, world


def test_items_passed_are_counted_once_on_both_sides() -> None:
    with world(NORTH_SOUTH) as made:
        for number in range(3):
            give(made, report(made, label=f"r{number}"))
        give(made, report(made, SOUTH, label="back"), SOUTH, NORTH)
        made.settle()
        for party in (NORTH, SOUTH):
            today = made.members[party].act(lambda node, transaction: node.now(transaction)).date()
            flows = made.members[party].act(figures, [today.replace(day=1)]).flows
            assert {(row.giver, row.taker): row.count for row in flows} == {
                (NORTH, SOUTH): 3,
                (SOUTH, NORTH): 1,
            }
            assert made.members[party].act(figures, [date(2001, 1, 1)]).flows == ()
        node = made.members[NORTH].node
        (row,) = made.members[NORTH].read(lambda transaction: reciprocity(node, transaction))
        assert (row.party, row.given, row.received) == (SOUTH, 3, 1)


def test_articles_are_counted_as_the_journal_has_them() -> None:
    with world() as made:
        member = made.members[NORTH]
        given = report(made)
        give(made, given)
        assert not made.share(NORTH, given, SOUTH, "no-such-purpose").decision.permitted
        counted: Counter[tuple[str, str]] = Counter()
        for row in member.read(lambda transaction: transaction.journal()):
            if row.kind == "decided":
                said = msgspec.json.decode(row.detail)
                outcome = "allowed" if said["outcome"] == "permitted" else "stopped"
                counted.update(
                    {(each["ref"], outcome) for each in said["grounds"] if " art. " in each["ref"]}
                )
        kept = member.read(lambda transaction: transaction.article_counts("north-south-2026"))
        assert {(ref, outcome): count for ref, outcome, count in kept} == counted
        assert {outcome for _, outcome in counted} == {"allowed", "stopped"}
