"""Canaries: words planted in every field of an item turn up only where the item itself may be (`D17`, `D20`).

Homes are on disk, so that every file of a Party that must not know can be searched, and every file of one that had to
forget.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
import structlog
from structlog.testing import LogCapture

from comity.assemble import open_home
from comity.carriers.postman import Postman
from comity.control import server as _registers_verbs
from comity.control.verb import VERBS, Desk
from comity.errors import ComityError
from comity.node.items import NewItem, add_item
from comity.node.obtain_consent import ask_consent
from comity.node.withdraw import withdraw
from comity.testing.world import World
from node.fuller import Fuller, Quiet, pass_around
from node.worlds import _SHARED, DEFENCE, EAST, NORTH, SOUTH, give

TEXTS = (
    Fuller("north-south-2026", (NORTH, SOUTH), exchange=_SHARED),
    Fuller("south-east-2026", (SOUTH, EAST), exchange=_SHARED),
)
assert _registers_verbs.REGISTERED
WORDS = {
    "content": b"CANARY-CONTENT-4711",
    "title": b"CANARY-TITLE-4712",
    "label": b"CANARY-LABEL-4713",
}


@pytest.fixture
def log() -> Iterator[LogCapture]:
    """Gather everything that is logged."""
    captured = LogCapture()
    before = structlog.get_config()
    structlog.configure(processors=[captured], wrapper_class=structlog.make_filtering_bound_logger(0))
    yield captured
    structlog.configure(**before)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[World]:
    with Quiet.of(TEXTS, seed="canary", folder=tmp_path) as world:
        yield world


def planted(made: World, **more: str) -> str:
    new = NewItem(
        content=WORDS["content"] * 3,
        category="incident.reports",
        marking="TLP:AMBER",
        title=WORDS["title"].decode(),
        label=WORDS["label"].decode(),
        **more,  # type: ignore[arg-type]
    )
    return made.members[NORTH].act(add_item, new)[0].digest


def in_files(folder: Path) -> set[str]:
    """Give which canaries stand in clear in any file of a home."""
    found = set()
    for file in folder.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            found.update(name for name, word in WORDS.items() if word in data)
    return found


def test_who_does_not_hold_an_item_learns_no_word_of_it(made: World, tmp_path: Path, log: LogCapture) -> None:
    digest = planted(made)
    give(made, digest)
    made.members[SOUTH].act(ask_consent, digest, to=EAST, purpose=DEFENCE)
    made.share(SOUTH, digest, EAST, DEFENCE)
    pass_around(made)
    for wrong in ("f" * 64, digest[:3], WORDS["label"].decode() + "-not"):
        with pytest.raises(ComityError) as error:
            made.share(SOUTH, wrong, EAST, DEFENCE)
        assert WORDS["content"].decode() not in str(error.value)
    assert in_files(tmp_path / "east") == set()
    assert not any(word.decode() in json.dumps(log.entries, default=str) for word in WORDS.values())


def test_content_stands_in_clear_in_no_file_of_those_who_hold_it(made: World, tmp_path: Path) -> None:
    digest = planted(made)
    give(made, digest)
    for party in ("north", "south"):
        assert "content" not in in_files(tmp_path / party)


def test_nothing_but_the_manifest_of_it_reaches_the_journal(made: World) -> None:
    digest = planted(made)
    give(made, digest)
    pass_around(made)
    for party in (NORTH, SOUTH):
        rows = made.members[party].read(lambda transaction: transaction.journal(limit=10_000))
        for row in rows:
            for part in (row.leaf, row.detail):
                assert not any(word in part for word in WORDS.values()), (party, row.kind)


def test_after_an_erasure_and_the_day_s_duties_no_file_of_the_home_holds_a_word(
    made: World, tmp_path: Path
) -> None:
    digest = planted(made)
    give(made, digest)
    made.wait(timedelta(hours=1))
    made.members[NORTH].act(withdraw, digest, mode="erase")
    pass_around(made)
    for party in (NORTH, SOUTH):
        member = made.members[party]
        folder = tmp_path / party.partition(".")[0]
        member.close()
        with open_home(folder, clock=member.clock, threaded=False) as home:
            desk = Desk(home, Postman(home.node), serving=False)
            VERBS["duties"](desk, {})
            assert in_files(folder) == set(), party
            shown = msgspec.json.encode(
                [VERBS[name](desk, {}) for name in ("item-list", "inbox", "outbox", "journal-show", "status")]
            )
            assert not any(word in shown for word in WORDS.values())
        made.restart(party)
