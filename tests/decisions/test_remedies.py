"""Remedies: the smallest sets of sources to leave out, and never a set that would not help."""

from itertools import combinations
from random import Random

import msgspec
import pytest

from comity.decisions.explain import remedy_in_words
from comity.decisions.gate import decide
from comity.handling.custody import HopTerms
from comity.handling.item import Item
from decisions.material import AT, EAST, NORTH, SOUTH, WEST, consent, hop, known, question, received


def made(name, *sources, by=SOUTH, **said):
    return Item(name, "incident.reports", by, made_from=sources, **said)


def words(*items, to=EAST, **acts):
    decision = decide(question(*items, to=to), known(*acts.pop("consents", ()), **acts), AT)
    return [remedy_in_words(decision, remedy) for remedy in decision.remedies]


OWN = Item("own", "incident.reports", SOUTH)
EASTS = Item("e", "incident.reports", EAST, hops=(hop(EAST, SOUTH, "south-east"),))


def test_a_summary_is_releasable_without_the_source_that_binds_it():
    assert words(received(), OWN, made("s", "r", "own")) == [
        "releasable to east.example without r (source: north.example)"
    ]


def test_every_binding_source_must_go():
    assert words(received("a"), received("b"), OWN, made("s", "a", "b", "own")) == [
        "releasable to east.example without a (source: north.example) and b (source: north.example)"
    ]


def test_a_source_under_a_source_is_left_out_alone():
    assert words(received(), OWN, made("m", "r", "own"), made("s", "m")) == [
        "releasable to east.example without r (source: north.example)"
    ]


def test_leaving_out_one_part_is_smaller_than_leaving_out_its_two_sources():
    assert words(received("a"), received("b"), OWN, made("m", "a", "b"), made("s", "m", "own")) == [
        "releasable to east.example without m (source: south.example)"
    ]


def test_what_another_party_made_can_only_be_left_out_whole():
    theirs = Item("m", "incident.reports", EAST, hops=(hop(EAST, SOUTH, "south-east"),), made_from=("r",))
    source = msgspec.structs.replace(received(), hops=(hop(), hop(SOUTH, EAST, "south-east")))
    assert words(source, theirs, OWN, made("s", "m", "own"), to=WEST) == [
        "releasable to west.example without m (source: east.example)"
    ]


def test_a_source_stays_where_anothers_item_was_made_from_it_as_well():
    """Leaving it out of one's own summary alone would not help: it is beneath what East made, too."""
    theirs = Item("m", "incident.reports", EAST, hops=(hop(EAST, SOUTH, "south-east"),), made_from=("r",))
    source = msgspec.structs.replace(received(), hops=(hop(), hop(SOUTH, EAST, "south-east")))
    for sources in (("r", "m", "own"), ("m", "r", "own")):
        assert words(source, theirs, OWN, made("s", *sources), to=WEST) == [
            "releasable to west.example without m (source: east.example) and r (source: north.example)"
        ]


def test_a_missing_source_can_be_left_out():
    assert words(OWN, made("s", "own", "gone")) == [
        "releasable to east.example without gone (source: unknown)"
    ]


def test_there_is_none_where_the_item_itself_is_bound():
    assert words(received()) == []


def test_nor_where_something_else_stands_in_the_way():
    other = msgspec.structs.replace(made("s", "r"), category="weather")
    assert words(received(), other) == []


def test_nor_where_it_may_pass():
    assert words(received(), made("s", "r"), consents=(consent("s"),)) == []


def test_nor_where_the_item_stands_among_its_own_sources():
    assert words(made("a", "b"), made("b", "a")) == []


@pytest.mark.parametrize("seed", range(25))
def test_remedies_are_exactly_the_smallest_sets_that_the_gate_itself_accepts(seed):
    """Every set of sources is tried against the gate; the remedies are the smallest that pass, each losing least."""
    random = Random(seed)
    items = [received(f"n{number}") for number in range(2)] + [EASTS, OWN]
    for number in range(3):
        chosen = random.sample([each.id for each in items], random.choice((1, 2, 3)))
        items.append(made(f"m{number}", *chosen))
    top = items[-1]
    held = known()
    decision = decide(question(*items, to=EAST), held, AT)

    def without(names):
        left = [
            msgspec.structs.replace(each, made_from=tuple(n for n in each.made_from if n not in names))
            for each in items
            if each.id not in names
        ]
        return decide(question(*left, to=EAST), held, AT)

    candidates = sorted(each.id for each in items if each.id != top.id)
    smallest = []
    for size in range(len(candidates) + 1):
        smallest = [set(names) for names in combinations(candidates, size) if without(names).permitted]
        if smallest:
            break
    found = [{source.item for source in remedy.without} for remedy in decision.remedies]
    if decision.permitted:
        assert found == []
        return
    assert found, decision
    assert all(each in smallest for each in found)
    assert len(found[0]) == len(smallest[0])
    assert decision.outcome == "needs-consent" and NORTH in {ask.party for ask in decision.ask}


def test_nor_where_a_safeguard_or_the_retention_of_the_item_itself_refuses():
    covert = decide(question(received(), made("s", "r"), purpose="deception"), known(), AT)
    assert covert.outcome == "refused" and covert.remedies == ()
    kept_too_long = msgspec.structs.replace(
        made("s", "r", by=NORTH),
        hops=(hop(at=AT.replace(year=2026)),),
    )
    source = msgspec.structs.replace(received(), originator=NORTH, hops=())
    old = decide(question(source, kept_too_long), known(consent("s")), AT)
    assert old.outcome == "refused" and old.remedies == ()


def test_what_another_made_cannot_be_taken_apart():
    terms = HopTerms("gone art. 1", covers=("information",), members=(WEST, NORTH))
    west = Item("w", "incident.reports", WEST, hops=(hop(WEST, NORTH, "gone", terms=terms),))
    norths = received("n", made_from=("w",))
    own = made("s", "n")
    decision = decide(question(west, norths, own), known(consent("n")), AT)
    assert decision.blocked == ("w",)  # North agreed to its own; West has not
    assert [[each.item for each in remedy.without] for remedy in decision.remedies] == [["n"]]
