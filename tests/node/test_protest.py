"""Protests: where a disclosure's own evidence fails, its sender hears of it, and every originator truly named."""

from typing import Any

import msgspec
import pytest

from comity.federation.messages import Disclose
from comity.node.receive import receive
from comity.testing import hostile
from comity.testing.ledger import Letter
from comity.testing.world import World
from node.worlds import (
    DEFENCE,
    EAST,
    NORTH,
    NORTH_EAST,
    NORTH_SOUTH,
    SOUTH,
    SOUTH_EAST,
    give,
    inbox,
    item,
    report,
    said,
    sent,
    world,
)


def passed_on(made: World) -> tuple[str, Letter, bytes]:
    """Let South pass North's report on to East past its gate; give the item, the letter and its channel."""
    digest = report(made)
    give(made, digest)
    made.hostile.add(SOUTH)
    south = made.members[SOUTH]
    south.act(hostile.send_anyway, digest, EAST, DEFENCE, SOUTH_EAST.id)
    (row,) = south.read(lambda transaction: transaction.owed(EAST, None, 9))
    letter = made.ledger.note(south, made.members[EAST], row.envelope, "https", made.clock.now())
    assert letter is not None
    return digest, letter, bytes.fromhex(row.channel)


def arrives(made: World, letter: Letter, channel: bytes, **how: Any) -> None:
    """Let East take a letter of South's that was changed on the way out."""
    content = how.pop("content", letter.content)
    body = how.pop("body", letter.body)
    data = made.members[SOUTH].act(hostile.craft, EAST, content, body=body, sequence=1, channel=channel)
    assert made.members[EAST].act(receive, data, "https").state == "quarantined"


@pytest.mark.parametrize("agreed", [True, False], ids=["by an agreement", "back along the custody"])
def test_a_body_that_is_not_the_originators_is_told_to_it_and_to_the_sender(agreed: bool) -> None:
    texts = (NORTH_SOUTH, SOUTH_EAST, NORTH_EAST) if agreed else (NORTH_SOUTH, SOUTH_EAST)
    with world(*texts) as made:
        digest, letter, channel = passed_on(made)
        arrives(made, letter, channel, body=b"other words")
        assert inbox(made, EAST)[0].about == digest
        made.deliver(EAST)
        made.deliver(SOUTH)  # where East and North have no agreement, the protest goes back through South
        assert (said(made, SOUTH, "protest"), said(made, NORTH, "protest")) == ([EAST], [EAST])


def test_a_custody_that_does_not_join_is_told_to_the_originator_whose_manifest_is_true() -> None:
    with world(NORTH_SOUTH, SOUTH_EAST, NORTH_EAST) as made:
        digest, letter, channel = passed_on(made)
        assert isinstance(letter.content, Disclose)
        cut = msgspec.structs.replace(letter.content, custody=letter.content.custody[1:])
        arrives(made, letter, channel, content=cut)
        made.deliver(EAST)
        assert said(made, NORTH, "protest") == [EAST]
        assert said(made, EAST, "protest") == [EAST]
        assert item(made, NORTH, digest).state == "held"


def test_a_manifest_nobody_signed_names_nobody_and_only_the_sender_hears() -> None:
    with world(NORTH_SOUTH, SOUTH_EAST, NORTH_EAST) as made:
        _, letter, channel = passed_on(made)
        assert isinstance(letter.content, Disclose)
        head, _, tail = letter.content.manifest.partition('"sig":"')
        forged = f'{head}"sig":"{tail[4:8]}{tail[4:]}'
        assert forged != letter.content.manifest
        arrives(made, letter, channel, content=msgspec.structs.replace(letter.content, manifest=forged))
        assert {row.peer for row in sent(made, EAST)} == {SOUTH}
        made.deliver(EAST)
        assert (said(made, SOUTH, "protest"), said(made, NORTH, "protest")) == ([EAST], [])
