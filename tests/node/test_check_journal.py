"""Reading a node's journal through, whatever somebody put into its database."""

import pytest

from comity.node.check_journal import check_journal
from node.worlds import SOUTH, give, journal, report, world


@pytest.mark.parametrize(
    ("column", "value"), [("leaf", "'text'"), ("at", "'yesterday'"), ("kind", "x'00'"), ("act", "7.5")]
)
def test_a_value_of_another_type_in_the_database_is_named_with_its_entry(column: str, value: str) -> None:
    with world() as made:
        give(made, report(made))
        south = made.members[SOUTH]
        number = journal(made, SOUTH)[1].number
        south.node.act(
            lambda transaction: transaction._cursor.execute(  # type: ignore[attr-defined]
                f"UPDATE journal SET {column} = {value} WHERE number = {number}"
            )
        )
        found = south.act(check_journal)
        assert ("altered", number) in [(fault.kind, fault.number) for fault in found.faults]
