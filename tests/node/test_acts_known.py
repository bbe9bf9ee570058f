"""The acts that the gate weighs: each statement read once, and nothing counted that was undone."""

from datetime import timedelta
from typing import Any

import pytest

from comity.errors import RefusedHere
from comity.node import acts_known, give_consent
from comity.node.consent_terms import Terms
from comity.node.node import Node
from comity.ports import Transaction
from comity.testing.world import World
from node.worlds import DEFENCE, EAST, NORTH, SOUTH, give, report, world


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note what is read of signed statements."""
    kinds: list[str] = []
    truly = acts_known.statements.read

    def noting(signed: Any, kind: type[Any]) -> Any:
        kinds.append(kind.__name__)
        return truly(signed, kind)

    monkeypatch.setattr(acts_known.statements, "read", noting)
    return kinds


def terms(made: World, item: str) -> dict[str, Any]:
    until = made.clock.now() + timedelta(days=30)
    return {"holder": SOUTH, "to": EAST, "until": until, "terms": Terms(item=item), "purpose": DEFENCE}


def consent(made: World, item: str) -> str:
    """Let North consent of itself to South's passing an item on to East; give the consent's name."""
    given: str = made.members[NORTH].act(give_consent.give, **terms(made, item)).digest
    return given


def known(made: World) -> acts_known.Acts:
    return made.members[NORTH].read(lambda transaction: made.members[NORTH].node.know(transaction).acts)


def test_a_further_act_costs_the_reading_of_that_one_and_not_of_all(read: list[str]) -> None:
    with world() as made:
        items = [report(made, label=f"r{number}") for number in range(6)]
        for each in items:
            give(made, each)
        names = [consent(made, each) for each in items[:5]]
        assert known(made).granted.keys() == set(names)
        read.clear()
        names.append(consent(made, items[5]))
        assert known(made).granted.keys() == set(names)
        assert read.count("ConsentGranted") == 1
        made.members[NORTH].act(give_consent.revoke_consent, names[0])
        read.clear()
        assert [
            name for name, each in zip(names, known(made).consents_at(), strict=True) if each.revoked
        ] == [names[0]]
        assert read == []


def test_what_was_undone_does_not_count_although_it_was_read() -> None:
    with world() as made:
        item = report(made)
        give(made, item)

        def undone(node: Node, transaction: Transaction) -> None:
            given = give_consent.give(node, transaction, **terms(made, item))
            assert node.know(transaction).acts.granted.keys() == {given.digest}
            raise RefusedHere("undone")

        with pytest.raises(RefusedHere, match="undone"):
            made.members[NORTH].act(undone)
        assert known(made).granted == {}
