"""Random work between two real nodes, on a bad network and by pouch: in the end both have the same matters and money.

The steps go through the use cases, so that what is signed, sealed, lost, carried twice and taken in is the real
thing; the promises of the whole system are checked after every step, as in every simulation. In the end both sides
have the same matters, the same ledger seen from either side, and the same figures of the year; every cost is borne to
the last hundredth, and stands in one charge at the most.
"""

import random
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from comity.cooperation.expense import bearers_of
from comity.cooperation.kinds import KINDS, form_of
from comity.cooperation.ledger import TAKEN_BACK, entries_of
from comity.cooperation.matter import Matter, can_do
from comity.cooperation.summaries import differences
from comity.errors import ComityError
from comity.node.claim_costs import claim
from comity.node.cooperate import Manner, act_on, open_matter
from comity.node.draw_summary import draw
from comity.node.ledger import ledger_of
from comity.node.matter_log import log_of, matter_from, parts_of
from comity.node.summarise import figures_with
from comity.ports import MatterRow, Transaction
from comity.testing.bearers import wrong_costs
from comity.testing.matter_histories import drawn_said, is_halved
from comity.testing.members import Member
from comity.testing.network import CALM, STORMY
from comity.testing.working_text import NORTH, SOUTH, WORKING
from comity.testing.world import World

__all__ = ["listed_in", "play_between_nodes", "read_in"]

_MANY = 100_000

_PARTIES = (NORTH, SOUTH)
#: Kinds in whose book a cost may stand.
_COSTLY = tuple(name for name, kind in KINDS.items() if kind.occasion is not None)
_FIRST, _LAST = date(2026, 1, 1), date(2027, 12, 31)
_WAITS = (timedelta(minutes=1), timedelta(hours=1), timedelta(hours=9))


class _Begun(NamedTuple):
    """A history as far as it has come: the world it takes place in, and the pouches packed in it."""

    world: World
    pouches: list[tuple[str, bytes]]


def play_between_nodes(
    seed: str,
    endings: Iterable[int] = (0,),
    *,
    beginning: int = 32,
    ending: int = 10,
    look_every: int = 1_000,
) -> Iterator[tuple[int, list[str], int]]:
    """Play histories that begin alike and go on each in its own way, with other work over other ways.

    From where they part nothing is shared but what both nodes have by then, with what is under way between them; so
    the same events, half carried, come to their end by many schedules.

    Args:
        endings: which of the endings.
        beginning, ending: steps before and after they part.
        look_every: after how many steps of an ending the promises of the whole system are looked at, besides at its
            rest; in the beginning it is after every one.

    Yields:
        the ending, what is wrong in it, and how many events both nodes have in the end.
    """
    with World.of((WORKING,), seed=seed) as world:
        begun = _Begun(world, [])
        _go_on(begun, random.Random(f"between {seed}"), beginning)  # noqa: S311  a replay must draw the same
        apart: World | None = None
        try:
            for number in endings:
                name = f"{seed}, ending {number}"
                apart = world.twin(name, instead_of=apart)
                apart.look_every = look_every
                chance = random.Random(f"between {name}")  # noqa: S311  as above
                _go_on(_Begun(apart, list(begun.pouches)), chance, ending)
                apart.network.faults = CALM
                apart.settle()
                yield (number, *_differences(apart))
        finally:
            if apart is not None:
                apart.close()


def _go_on(begun: _Begun, chance: random.Random, steps: int) -> None:
    """Let both work, and carriers carry, for some steps."""
    world, pouches = begun
    for _ in range(steps):
        world.clock.step(timedelta(seconds=1))
        world.network.faults = STORMY if chance.random() < 0.5 else CALM
        party = chance.choice(_PARTIES)
        other = SOUTH if party == NORTH else NORTH
        try:
            match chance.randrange(12):
                case 0 | 1:
                    world.deliver(party)
                case 2:
                    pouches.append((other, world.pack(party, other)))
                case 3 if pouches:
                    to, packed = chance.choice(pouches)
                    world.open_pouch(to, packed)
                case 4:
                    world.wait(chance.choice(_WAITS))
                case 5 | 6 | 7:
                    _settle_up(world, party, other, chance)
                case _:
                    _work(world, party, other, chance)
        except ComityError:
            continue  # refused, and told so in the trace


def _settle_up(world: World, party: str, other: str, chance: random.Random) -> None:
    """Let a Party enter a cost, take one back, claim what is open, or sum the year up."""
    member = world.members[party]
    rows = [row for row in listed_in(member) if row.kind in _COSTLY and row.state]
    match chance.randrange(4):
        case 0:
            world.step(
                f"{member.name} claims",
                lambda: member.act(claim, other, begins=_FIRST, ends=_LAST, currency="EUR"),
            )
        case 1:
            world.step(f"{member.name} sums up", lambda: member.act(draw, other, begins=_FIRST, ends=_LAST))
        case 2 if rows and (costs := read_in(member, (row := chance.choice(rows)).id).costs):
            mistaken = {"entry": chance.choice(list(costs)), "because": "a mistake"}
            world.step(
                f"{member.name} takes a cost back in {row.kind} {row.id[:12]}",
                lambda: member.act(act_on, row.id, "strike-cost", mistaken),
            )
        case _ if rows:
            row = chance.choice(rows)
            case_ = read_in(member, row.id).case()
            occasion = KINDS[row.kind].occasion
            assert occasion is not None
            borne = [item for item, _, _ in bearers_of(case_.terms, occasion(case_))]
            said = {
                "what": chance.choice([*borne, *borne, "yachts"]).replace("all", "stay"),
                "amount": chance.choice(("0.01", "33.33", "100", "7.005")),
                "currency": chance.choice(("EUR", "EUR", "PLN")),
                "on": (world.clock.now() - timedelta(days=chance.randrange(3))).date().isoformat(),
            }
            world.step(
                f"{member.name} has a cost in {row.kind} {row.id[:12]}",
                lambda: member.act(act_on, row.id, "cost", said),
            )


def _work(world: World, party: str, other: str, chance: random.Random) -> None:
    """Let a Party take a step its node does not refuse, mostly in a matter that is under way."""
    member = world.members[party]
    rows, today = listed_in(member), world.clock.now().date()
    if not rows or chance.random() < 0.25:
        kind = chance.choice(list(KINDS))
        said = drawn_said(chance, form_of(kind, "open").form, today)
        said.pop("items", None)
        world.step(f"{member.name} opens a {kind}", lambda: member.act(open_matter, kind, other, said))
        return
    row = chance.choice(rows)
    matter = read_in(member, row.id)
    words = can_do(matter, party)
    if not words:
        return
    word = chance.choice(words)
    said = drawn_said(chance, form_of(row.kind, word).form, today)
    said.pop("items", None)
    manner = Manner(function="director" if word in matter.kind.functions else "")
    world.step(
        f"{member.name} takes the step {word} in {row.kind} {row.id[:12]}",
        lambda: member.act(act_on, row.id, word, said, manner=manner),
    )


def _differences(world: World) -> tuple[list[str], int]:
    north, south = (_matters(world, party) for party in _PARTIES)
    wrong = [f"only one of the two has {name[:12]}" for name in north.keys() ^ south.keys()]
    for name in north.keys() & south.keys():
        if (north[name].story, north[name].state, north[name].facts) != (
            south[name].story,
            south[name].state,
            south[name].facts,
        ):
            wrong.append(f"{name[:12]} is not the same on both sides")
        if north[name].early or south[name].early:
            wrong.append(f"{name[:12]} waits for an event for ever")
    wrong += [mistake for party in _PARTIES for mistake in _kept_otherwise(world, party)]
    wrong += [mistake for each in north.values() for mistake in wrong_costs(each, entries_of(each))]
    wrong += _money(world)
    return wrong, sum(len(matter.story) for matter in north.values())


def _kept_otherwise(world: World, party: str) -> list[str]:
    """Give where the lists kept over all matters differ from what the matters say, read one by one."""
    member = world.members[party]
    node = member.node

    def compare(transaction: Transaction) -> list[str]:
        knowledge = node.know(transaction)
        matters = [
            matter_from(knowledge, row.id, log_of(transaction, row.id)) for row in transaction.matters()
        ]
        parts = [parts_of(party, "", each) for each in matters]
        due = sorted((each.at, each.what, each.by) for part in parts for each in part.deadlines)
        stand: dict[str, tuple[str, str]] = {}
        for _, state, charge, event in sorted(
            ((_late(state), each.opened_at), state, each.id, event)
            for each, part in zip(matters, parts, strict=True)
            for event, state in part.claims
        ):
            stand.setdefault(event, (state, charge))
        gone = {event for event, (state, _) in stand.items() if state == TAKEN_BACK}
        costs = {each.event for part in parts for each in part.costs} - gone
        wrong = []
        if due != sorted((each.at, each.what, each.by) for each in transaction.deadlines(limit=_MANY)):
            wrong.append(f"{party} keeps other deadlines than its matters have")
        kept = {line.event: (line.state, line.charge) for line in transaction.costs(limit=_MANY)}
        if kept != {event: stand.get(event, ("open", "")) for event in costs}:
            wrong.append(f"{party} keeps other costs than its matters have")
        return wrong

    return member.read(compare)


def _late(state: str) -> int:
    """Rank how a cost stands by a charge: what has come furthest first, all that is not accepted alike."""
    return ("settled", "paid", "accepted", TAKEN_BACK, state).index(state)


def _money(world: World) -> list[str]:
    """Give what is wrong with the ledger and the figures that either side draws from it."""
    north, south = (
        member.read(lambda transaction: ledger_of(member.node, transaction))  # noqa: B023
        for member in (world.members[party] for party in _PARTIES)
    )
    wrong = []
    if [(line.entry, line.state, line.charge) for line in north.lines] != [
        (line.entry, line.state, line.charge) for line in south.lines
    ]:
        wrong.append("the two ledgers are not the same")
    if north.owed != south.owed:
        wrong.append("they do not agree on what is owed")
    for line in north.lines:
        entry = line.entry
        own = entry.amount - sum(entry.owes.values(), Decimal(0))
        if entry.spender in entry.owes or own < 0 or any(each <= 0 for each in entry.owes.values()):
            wrong.append(f"cost {entry.event[:12]} is borne beyond what it came to")
        if entry.bearer in (NORTH, SOUTH) and own not in (0, entry.amount):
            wrong.append(f"cost {entry.event[:12]} is not borne by its bearer alone")
        if entry.bearer == "shared" and not is_halved(entry.amount - own, own, entry.currency):
            wrong.append(f"cost {entry.event[:12]} is not borne by half each")
    for currency in {line.entry.currency for line in north.lines}:
        open_ones = [
            line.entry for line in north.lines if line.state != "settled" and line.entry.currency == currency
        ]
        net = sum(
            (
                sum(each.owes.values(), Decimal(0)) * (1 if each.spender == NORTH else -1)
                for each in open_ones
            ),
            Decimal(0),
        )
        told = sum(
            (
                each.amount * (1 if each.creditor == NORTH else -1)
                for each in north.owed
                if each.currency == currency
            ),
            Decimal(0),
        )
        if net != told:
            wrong.append(f"{told} {currency} is said to be owed where it comes to {net}")
    figures = [
        world.members[party].read(
            lambda transaction: figures_with(
                world.members[party].node,  # noqa: B023
                transaction,
                other,  # noqa: B023
                WORKING.id,
                _FIRST,
                _LAST,
            )
        )
        for party, other in ((NORTH, SOUTH), (SOUTH, NORTH))
    ]
    if figures[0] != figures[1]:
        wrong.append(f"the figures of the year differ: {differences(*figures)}")
    return wrong


def _matters(world: World, party: str) -> dict[str, Matter]:
    member = world.members[party]
    return {row.id: read_in(member, row.id) for row in listed_in(member)}


def listed_in(member: Member) -> list[MatterRow]:
    """Look at the matters a Party has, as a reader beside its node does: nothing is written by looking."""
    rows: list[MatterRow] = member.read(lambda transaction: list(transaction.matters("")))
    return rows


def read_in(member: Member, id: str) -> Matter:
    """Read a matter of a Party's in the same way."""

    def read(transaction: Transaction) -> Matter:
        return matter_from(member.node.know(transaction), id, log_of(transaction, id))

    return member.read(read)
