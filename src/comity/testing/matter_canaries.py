"""Canaries: what two Parties do together shows nowhere at a third, however it looks, lists, counts or sums up.

Two worlds are played that differ only in what North and South do together: in one their matters are full of canary
words and costs, in the other there are none. Meanwhile North works with East. Whatever East can see must be the
same in both worlds, to the last byte; whatever North signs or shows of its work with East must hold no canary; and
what holds no words even between the two (the figures they countersign, the journal) holds none here.
"""

import random
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import msgspec

from comity.cooperation.kinds import KINDS, form_of
from comity.cooperation.matter import can_do
from comity.errors import ComityError
from comity.interop.due_calendar import as_calendar
from comity.node.cooperate import Manner, act_on, open_matter
from comity.node.ledger import ledger_of
from comity.node.matter_log import log_of, matter_from, matters_listed
from comity.node.reciprocity import reciprocity
from comity.node.summarise import figures_with
from comity.node.what_is_due import what_is_due
from comity.testing.matter_histories import drawn_said
from comity.testing.matters_between_nodes import listed_in, read_in
from comity.testing.members import Member
from comity.testing.working_text import NORTH, SOUTH, WORKING, WorkingText
from comity.testing.world import World

__all__ = ["CANARY", "leaks", "played"]

CANARY = "canary"
EAST = "east.example"
#: Steps after which the promises of the whole system are looked at, which other simulations look at after every one.
_LOOK_EVERY = 25
_PERIOD = (date(2026, 1, 1), date(2026, 12, 31))


class _WithEast(WorkingText, frozen=True):
    """The same agreement between North and East."""

    def files(self, roots: Mapping[str, str]) -> dict[str, bytes]:
        """Write the agreement's folder."""
        files = super().files({NORTH: roots.get(NORTH, ""), SOUTH: roots.get(EAST, "")})
        changes = ((b"north-south-2030", b"north-east-2030"), (b"south.example", b"east.example"))
        for old, new in changes:
            files = {name: data.replace(old, new) for name, data in files.items()}
        return files


WITH_EAST = _WithEast("north-east-2030", (NORTH, EAST))


def leaks(seed: str, steps: int = 30) -> tuple[list[str], int]:
    """Play both worlds; give what shows where it must not, and how many events North and South had together."""
    full, events = played(seed, steps, together=True)
    empty, none = played(seed, steps, together=False)
    assert none == 0
    wrong = [
        f"{name} differs for {EAST}" for name in full if name.startswith(EAST) and full[name] != empty[name]
    ]
    wrong += [f"a canary sings in {name}" for name, shown in full.items() if CANARY in shown.casefold()]
    return wrong, events


def played(seed: str, steps: int, *, together: bool) -> tuple[dict[str, str], int]:
    """Play one of the worlds; give what is shown in it, by where, and how many events North and South had together."""
    with World.of((WORKING, WITH_EAST), seed="canaries") as world:
        world.look_every = _LOOK_EVERY
        # one source of chance for each pair, so that what one pair does moves nothing of what the other draws
        with_south, with_east = (random.Random(f"{pair} {seed}") for pair in ("south", "east"))  # noqa: S311
        for _ in range(steps):
            world.clock.step(timedelta(minutes=7))
            if together:
                _work(world, with_south, NORTH, SOUTH, f"{CANARY} in the words")
            _work(world, with_east, NORTH, EAST, "plain words")
            for party in (NORTH, SOUTH, EAST):
                if world.owes(party):
                    world.deliver(party)
        world.settle()
        shown = dict(_seen_by(world.members[EAST], NORTH)) | dict(_shown_of(world.members[NORTH], EAST))
        shown |= dict(_for_all_eyes(world.members[NORTH], SOUTH))
        north = world.members[NORTH]
        return shown, sum(len(read_in(north, row.id).story) for row in listed_in(north) if row.peer == SOUTH)


def _work(world: World, chance: random.Random, one: str, other: str, words: str) -> None:
    party, to = chance.choice(((one, other), (other, one)))
    member, today = world.members[party], world.clock.now().date()
    rows = [row for row in listed_in(member) if row.peer == to and row.state]
    try:
        if not rows or chance.random() < 0.4:
            kind = chance.choice(list(KINDS))
            said = _say(chance, kind, "open", words, today)
            member.act(open_matter, kind, to, said)
            return
        row = chance.choice(sorted(rows, key=lambda each: (each.opened_at, each.kind)))
        matter = read_in(member, row.id)
        word = chance.choice([*can_do(matter, party), "note", "cost"])
        manner = Manner(function="director" if word in matter.kind.functions else "")
        member.act(act_on, row.id, word, _say(chance, row.kind, word, words, today), manner=manner)
    except ComityError:
        return  # refused: it leaves nothing, and the next step is drawn


def _say(chance: random.Random, kind: str, word: str, words: str, today: date) -> dict[str, Any]:
    said = drawn_said(chance, form_of(kind, word).form, today)
    said.pop("items", None)
    free = ("words", "because", "place", "crossing", "aim")
    said |= {name: f"{words} {said[name]}" for name in free if name in said}
    text = msgspec.json.encode(said).replace(b"south.example", SOUTH.encode())
    if CANARY not in words:
        text = text.replace(SOUTH.encode(), EAST.encode())
    plain: dict[str, Any] = msgspec.json.decode(text)
    return plain


def _seen_by(member: Member, peer: str) -> list[tuple[str, str]]:
    """Give everything a Party's node can tell of matters, in words."""
    party = member.party
    node = member.node

    def matters(transaction: Any) -> list[Any]:
        knowledge = node.know(transaction)
        return [
            matter_from(knowledge, row.id, log_of(transaction, row.id)) for row in transaction.matters("")
        ]

    due = member.act(what_is_due)
    rows = [
        {
            "at": f"{row.at:%Y-%m-%dT%H:%M:%SZ}",
            **{n: getattr(row, n) for n in ("side", "what", "party", "ref", "see")},
        }
        for row in due
    ]
    return [
        (f"{party}: list", repr(member.act(matters_listed))),
        (f"{party}: stories", repr([matter.story for matter in member.read(matters)])),
        (f"{party}: ledger", repr(member.act(ledger_of))),
        (f"{party}: figures", repr(_figures(member, peer))),
        (f"{party}: due", repr(due)),
        (f"{party}: calendar", as_calendar(party, rows).decode()),
        (f"{party}: reciprocity", repr(member.read(lambda transaction: reciprocity(node, transaction)))),
        (f"{party}: inbox", repr([(row.kind, row.about, row.said_at) for row in _received(member)])),
    ]


def _figures(member: Member, peer: str) -> Any:
    under = WITH_EAST if EAST in (member.party, peer) else WORKING
    return member.act(figures_with, peer, under.id, *_PERIOD)


def _received(member: Member) -> Any:
    return member.read(lambda transaction: transaction.received(limit=100_000))


def _shown_of(member: Member, peer: str) -> list[tuple[str, str]]:
    """Give what a Party draws up for another, or shows of its work with it."""
    rows = [row for row in member.act(matters_listed) if row.peer == peer]
    return [
        (f"{member.party} of {peer}: list", repr(rows)),
        (f"{member.party} of {peer}: ledger", repr(member.act(ledger_of, peer))),
        (f"{member.party} of {peer}: figures", repr(_figures(member, peer))),
    ]


def _for_all_eyes(member: Member, peer: str) -> list[tuple[str, str]]:
    """Give what holds no words even between the two: the figures they countersign, and the journal."""
    journal = member.read(lambda transaction: transaction.journal(limit=100_000))
    return [
        (f"{member.party} with {peer}: figures", repr(_figures(member, peer))),
        (f"{member.party}: journal", repr([msgspec.to_builtins(_public(row)) for row in journal])),
    ]


def _public(row: Any) -> dict[str, str]:
    """Give what others see of an entry of the journal: never its detail, which is sealed at rest."""
    return {
        name: str(getattr(row, name))
        for name in ("number", "kind", "channel", "act", "at")
        if hasattr(row, name)
    }
