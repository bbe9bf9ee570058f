"""Where what a Party gives could end up without its word; held against a search that tries every path."""

from itertools import pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.drafts import draft
from comity.agreements.leaks import find_leaks

BOUND = "[third_party]\n"
A, B, C, D = "a.example", "b.example", "c.example", "d.example"


def pact(name, parties, rule=BOUND, category="incident", more=""):
    exchange = f'[[exchange]]\ncategory = "{category}"\n'
    return draft(more=exchange + rule + more, name=name, parties=parties)


def paths(*agreements, given_="made"):
    return {
        (leak.origin, leak.to, len(leak.path))
        for leak in find_leaks(agreements).leaks
        if leak.given == given_
    }


def test_bound_texts_are_proven_article_by_article():
    found = find_leaks([pact("a-b", (A, B)), pact("b-c", (B, C))])
    assert found.proven
    assert {(bound.origin, str(bound.ref)) for bound in found.bounds} == {
        (A, "a-b art. 2"), (B, "a-b art. 2"), (B, "b-c art. 2"), (C, "b-c art. 2"),
    }  # fmt: skip


def test_a_text_without_a_third_party_rule_leaks_through_the_next_one():
    found = find_leaks([pact("a-b", (A, B), rule=""), pact("b-c", (B, C))])
    assert {(leak.origin, leak.to) for leak in found.leaks} == {(A, C)}
    leak = found.leaks[0]
    assert [str(step.ref) for step in leak.path] == ["a-b art. 2", "b-c art. 2"]
    assert leak.because == "a-b has no third_party clause"
    assert str(leak).startswith(
        "incident (information, made): a.example → b.example → c.example; by a-b art. 2"
    )


def test_the_second_text_stops_it_there_when_it_asks_everyone_upstream():
    first, second, third = pact("a-b", (A, B), rule=""), pact("b-c", (B, C)), pact("c-d", (C, D))
    assert paths(first, second, third) == {(A, C, 2)}
    asking_sender = pact("b-c", (B, C), rule='[third_party]\nconsent_of = "sender"')
    assert (A, D, 3) in paths(first, asking_sender, third)


def test_who_must_be_asked_on_the_way_is_named():
    first = pact("a-b", (A, B), rule="")
    second = pact("b-c", (B, C), rule='[third_party]\nconsent_of = "sender"')
    found = find_leaks([first, second, pact("c-d", (C, D))]).leaks
    assert {leak.to: leak.asks for leak in found if leak.origin == A} == {C: (), D: (B,)}


def test_a_kind_the_rule_does_not_cover_leaks():
    rule = '[third_party]\ncovers = ["information"]\n[[exchange]]\ncategory = "tools"\nkinds = ["equipment"]'
    found = find_leaks([pact("a-b", (A, B), rule=rule), pact("b-c", (B, C), rule=rule)])
    assert {(leak.origin, leak.to, leak.kind, leak.because) for leak in found.leaks} == {
        (A, C, "equipment", "a-b art. 2 does not cover equipment"),
        (C, A, "equipment", "b-c art. 2 does not cover equipment"),
    }


def test_what_was_passed_on_leaks_where_only_the_originator_is_asked():
    rule = '[third_party]\nconsent_of = "originator"'
    agreements = [pact("a-b", (A, B), rule=rule), pact("b-c", (B, C), rule=rule)]
    assert paths(*agreements) == set()
    assert paths(*agreements, given_="passed-on") == {(A, C, 2), (C, A, 2)}


def test_categories_must_meet_and_directions_must_allow():
    first = pact("a-b", (A, B), rule="", category="incident.indicators")
    assert paths(first, pact("b-c", (B, C), category="finance")) == set()
    assert paths(first, pact("b-c", (B, C), category="incident")) == {(A, C, 2)}
    one_way = f'[[exchange]]\ncategory = "incident"\ndirections = [["{C}", "{B}"]]\n[third_party]'
    assert paths(first, draft(more=one_way, name="b-c", parties=(B, C))) == set()


def test_members_and_standing_consents_are_the_givers_own_word():
    assert paths(pact("a-b-c", (A, B, C)), pact("b-c", (B, C))) == set()
    standing = f'[third_party]\nstanding = [{{ to = "{C}", categories = ["incident"] }}]'
    assert paths(pact("a-b", (A, B), rule=standing), pact("b-c", (B, C))) == set()


def test_texts_that_can_be_widened_or_lifted_are_named():
    more = '[accession]\nopen_to = ["*"]\napproval = "majority"\n[necessity]\nlifts = ["third_party"]'
    said = [opening.said for opening in find_leaks([pact("a-b", (A, B), more=more)]).openings]
    assert len(said) == 2
    assert "without the word of every member" in said[0]


RULES = ["", BOUND, '[third_party]\nconsent_of = "sender"', '[third_party]\nconsent_of = "originator"']
PACTS = st.lists(
    st.tuples(st.sampled_from([(A, B), (B, C), (C, D), (A, C), (A, B, C), (B, D)]), st.sampled_from(RULES)),
    min_size=1,
    max_size=4,
)


def reachable(agreements) -> set[tuple[str, str]]:
    """Try every path without repetition, settling what is owed to the first giver from the words of the gate."""
    found = set()
    for origin, *rest in (path for size in (3, 4) for path in permutations((A, B, C, D), size)):
        for end in range(2, len(rest) + 1):
            hops = list(zip([origin, *rest[: end - 1]], rest[:end], strict=True))
            found |= {(origin, rest[end - 1])} if any(_passes(agreements, hops, ())) else set()
    return found


def _passes(agreements, hops, made):
    """Yield True for each way to make these hops, one agreement a hop, without the first giver's consent."""
    if not hops:
        first = made[0]
        yield made[-1][1] not in first[0].parties
        return
    (from_, to), *rest = hops
    for agreement in agreements:
        if from_ in agreement.parties and to in agreement.parties and not _owed(made, to):
            yield from _passes(agreements, rest, (*made, (agreement, to)))


def _owed(made, to) -> bool:
    from comity.agreements.clauses import ThirdParty

    for index, (agreement, _) in enumerate(made):
        rule = next((clause for clause in agreement.clauses if isinstance(clause, ThirdParty)), None)
        owed = rule is not None and (index == 0 or rule.consent_of != "sender")
        if owed and to not in agreement.parties:
            return True
    return False


@given(PACTS)
@settings(max_examples=60, derandomize=True, deadline=None)
def test_the_search_finds_what_trying_every_path_finds(drawn):
    agreements = [pact(f"p-{index}", parties, rule=rule) for index, (parties, rule) in enumerate(drawn)]
    leaks = {(leak.origin, leak.to) for leak in find_leaks(agreements).leaks if leak.given == "made"}
    assert leaks == reachable(agreements)


@pytest.mark.parametrize("parties", [40])
def test_a_proof_covers_every_giver(parties):
    names = [f"p{index}.example" for index in range(parties)]
    found = find_leaks([pact(f"x-{index}", pair) for index, pair in enumerate(pairwise(names))])
    assert found.proven
    assert {(bound.origin, bound.agreement) for bound in found.bounds} == {
        (party, f"x-{index}") for index, pair in enumerate(pairwise(names)) for party in pair
    }
