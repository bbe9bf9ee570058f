"""Whatever changed on the disk by itself is found when all is read, and is shown to nobody (K10 of the catalogue)."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Column, Table, delete, select, update

from comity.node.check_kept import check_kept
from comity.node.obtain_consent import ask_consent
from comity.storage import tables
from comity.testing.world import World
from node.worlds import EAST, SOUTH, behind_its_back, give, report, world


@pytest.fixture
def kept() -> Iterator[World]:
    with world(seed="kept") as made:
        item = report(made)
        give(made, item)
        made.members[SOUTH].act(ask_consent, item, to=EAST, purpose="network-defence")
        made.settle()
        yield made


def alter(made: World, table: Table, column: Column[bytes]) -> None:
    """Flip the lowest bit of a value's middle byte, in every row, as a disk might."""
    found = made.members[SOUTH].read(
        lambda transaction: transaction._connection.execute(select(column)).scalars().all()  # type: ignore[attr-defined]
    )
    for value in found:
        data = bytearray(value)
        data[len(data) // 2] ^= 1
        behind_its_back(made, SOUTH, update(table).where(column == value).values({column: bytes(data)}))


def test_what_is_whole_is_said_to_be(kept: World) -> None:
    assert check_kept(kept.members[SOUTH].node) == []


@pytest.mark.parametrize(
    ("table", "column", "named"),
    [("bodies", "sealed", "item"), ("items", "manifest", "item"), ("statements", "signed", "hop")],
)
def test_a_bit_that_changed_is_found_wherever_it_stands(
    kept: World, table: str, column: str, named: str
) -> None:
    alter(kept, getattr(tables, table), getattr(tables, table).c[column])
    found = check_kept(kept.members[SOUTH].node)
    assert any(fault.startswith(named) for fault in found), found


def test_a_content_that_is_gone_is_named(kept: World) -> None:
    behind_its_back(kept, SOUTH, delete(tables.bodies))
    (fault,) = check_kept(kept.members[SOUTH].node)
    assert fault.endswith("its content is gone")
