"""The past decided again under a draft: what would have been refused, permitted, or would have needed consent."""

from datetime import date

import pytest

from comity.errors import BadInput
from comity.node.simulate import simulate
from comity.testing.texts import Article, Text
from comity.testing.world import World

NORTH, SOUTH, EAST = "north.example", "south.example", "east.example"
BOTH = (NORTH, SOUTH)
ONWARD = Text("south-east-2026", (SOUTH, EAST))
HELD = Text(
    "north-south-2026", BOTH, exchange=(Article("incident"), Article("statistics")), consent_of="originator"
)


def files(world: World, text: Text) -> dict[str, bytes]:
    return text.files({party: world.members[party].card.root_fingerprint for party in text.parties})


@pytest.fixture
def world():
    with World.of((HELD, ONWARD), seed="simulate") as made:
        report = made.add(NORTH, b"a report of twelve", "incident.reports", label="report")
        table = made.add(NORTH, b"a table of twelve", "statistics", label="table")
        made.share(NORTH, report, SOUTH, "network-defence")
        made.share(NORTH, table, SOUTH, "network-defence")
        made.share(NORTH, report, SOUTH, "press-work")  # no article allows it
        made.settle()
        made.share(SOUTH, report, EAST, "network-defence")  # North's consent is owed
        yield made


def changes(found):
    return [(change.before, change.after) for change in found.changes]


def test_a_narrower_draft_would_have_refused(world):
    draft = Text("draft-2030", BOTH, exchange=(Article("incident"),), consent_of="originator")
    found = world.members[NORTH].act(simulate, files(world, draft))
    assert (found.instead_of, found.replayed, found.unreadable) == (HELD.id, 3, 0)
    assert changes(found) == [("permitted", "refused")]
    assert [ground.ref for ground in found.changes[0].grounds] == ["rule 4 category"]


def test_a_wider_draft_would_have_permitted_and_is_cited_by_its_own_id(world):
    purposes = ("network-defence", "press-work")
    draft = Text("draft-2030", BOTH, exchange=(Article("incident", purposes), Article("statistics")))
    found = world.members[NORTH].act(simulate, files(world, draft))
    assert changes(found) == [("refused", "permitted")]
    assert found.changes[0].grounds[0].ref == "draft-2030 art. 2(1)"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 3, 1), [("permitted", "refused")]),
        (date(2026, 3, 2), [("permitted", "refused"), ("permitted", "refused")]),
    ],
)
def test_before_the_day_a_draft_is_tried_from_nothing_passes_under_it(world, day, expected):
    draft = Text("draft-2030", BOTH, exchange=(Article("incident"),), consent_of="originator")
    found = world.members[NORTH].act(simulate, files(world, draft), from_day=day)
    assert changes(found) == expected


def test_hands_that_passed_under_the_text_replaced_still_hold_together(world):
    draft = Text("draft-2030", BOTH, exchange=HELD.exchange, consent_of=None)
    found = world.members[SOUTH].act(simulate, files(world, draft))
    assert (found.instead_of, changes(found)) == (HELD.id, [("needs-consent", "permitted")])


def test_the_same_text_changes_nothing_and_nothing_is_entered(world):
    member = world.members[SOUTH]
    before = member.read(lambda transaction: [row.number for row in transaction.journal()])
    found = member.act(simulate, files(world, HELD))
    assert (found.instead_of, found.changes) == (HELD.id, ())
    assert member.read(lambda transaction: [row.number for row in transaction.journal()]) == before


def test_a_draft_between_others_stands_beside(world):
    draft = Text("draft-2030", (NORTH, EAST))
    found = world.members[NORTH].act(simulate, files(world, draft) | {"signatures/x.dsse": b"{}"})
    assert (found.instead_of, found.changes) == ("", ())


def test_the_agreement_it_takes_the_place_of_must_be_held(world):
    draft = files(world, Text("draft-2030", BOTH))
    with pytest.raises(BadInput, match="unheard-of"):
        world.members[NORTH].act(simulate, draft, instead_of="unheard-of")
