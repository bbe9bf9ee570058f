"""What a case file cannot say: two routes, copied terms, overseers, freshness, protocols, successors, unread items."""

import msgspec
import pytest

from comity.agreements.durations import Duration
from comity.agreements.loading import parse_agreement
from comity.decisions.gate import decide
from comity.decisions.known import Known
from comity.handling.custody import HopTerms, NecessityTerms, StandingConsent
from comity.handling.item import Item
from decisions.material import AT, DAY, EAST, NORTH, SOUTH, WEST, consent, hop, known, question, received

HARBOUR = "harbour.example"


def copied(**said):
    whole = {"article": "harbour-north art. 4", "text": "Ask.", "covers": ("information",)}
    return HopTerms(**(whole | {"members": (HARBOUR, NORTH)} | said))


def from_harbour(**said):
    """An item of Harbour's that North gave South, with the terms of an agreement South does not have."""
    return Item(
        "h",
        "incident.reports",
        HARBOUR,
        hops=(hop(HARBOUR, NORTH, "harbour-north", terms=copied(**said)), hop()),
    )


def asked_of(decision):
    return [ask.party for ask in decision.ask]


def test_terms_copied_in_a_hop_statement_bind_where_the_agreement_is_not_at_hand():
    decision = decide(question(from_harbour(), to=EAST), known(), AT)
    assert decision.outcome == "needs-consent" and asked_of(decision) == [HARBOUR, NORTH]
    assert ("harbour-north art. 4", "Ask.") in {(ground.ref, ground.text) for ground in decision.grounds}


def test_and_are_met_by_the_consents_they_ask_for():
    decision = decide(question(from_harbour()), known(consent("h"), consent("h", by=HARBOUR)), AT)
    assert decision.outcome == "permitted"
    owed = {(each.to, each.ref) for each in decision.obligations if each.kind == "consent-owed"}
    assert (HARBOUR, "harbour-north art. 4") in owed


@pytest.mark.parametrize(
    ("terms", "to", "asks_harbour"),
    [
        ({"consent_of": "originator"}, EAST, True),
        ({"covers": ()}, EAST, True),  # still owed as first of North's everyone-upstream
        ({"covers": ("materials",)}, EAST, True),
        ({"members": (HARBOUR, NORTH, EAST)}, EAST, True),
    ],
)
def test_the_next_hop_owes_everyone_upstream_whatever_the_copied_terms_say(terms, to, asks_harbour):
    decision = decide(question(from_harbour(**terms), to=to), known(), AT)
    assert (HARBOUR in asked_of(decision)) is asks_harbour


def only_harbour(**said):
    """An item South got from Harbour directly, under an agreement that is not at hand."""
    terms = copied(**({"members": (HARBOUR, SOUTH)} | said))
    return Item("h", "incident.reports", HARBOUR, hops=(hop(HARBOUR, SOUTH, "harbour-south", terms=terms),))


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ({}, "needs-consent"),
        ({"covers": ()}, "permitted"),
        ({"covers": ("equipment",)}, "permitted"),
        ({"members": (HARBOUR, SOUTH, EAST)}, "permitted"),
        ({"members": (HARBOUR, SOUTH, EAST), "members_exempt": False}, "needs-consent"),
        ({"standing": (StandingConsent(EAST, ("incident",)),)}, "permitted"),
        ({"standing": (StandingConsent(EAST, ("incident",), AT),)}, "needs-consent"),
        ({"standing": (StandingConsent(EAST, ("incident",), AT + DAY),)}, "permitted"),
        ({"standing": (StandingConsent(EAST, ("fraud",)),)}, "needs-consent"),
        ({"standing": (StandingConsent(WEST, ("incident",)),)}, "needs-consent"),
        ({"standing": (StandingConsent(EAST, ()),)}, "needs-consent"),
        ({"members": (HARBOUR,)}, "refused"),
        ({"members": (SOUTH,)}, "refused"),
        ({"members": ()}, "refused"),
    ],
)
def test_copied_terms_are_read_as_written(said, outcome):
    assert decide(question(only_harbour(**said)), known(), AT).outcome == outcome


def test_a_consent_under_copied_terms_must_be_fresh_where_they_say_so():
    item = only_harbour(fresh=Duration(days=1))
    given = consent("h", by=HARBOUR)
    assert decide(question(item), known(given), AT).outcome == "needs-consent"
    sworn = msgspec.structs.replace(given, confirmed_at=AT - DAY)
    assert decide(question(item), known(sworn), AT).outcome == "permitted"


def test_a_purpose_travels_under_copied_terms_too_and_no_necessity_lifts_it():
    first = only_harbour(covers=())
    item = msgspec.structs.replace(
        first, hops=(msgspec.structs.replace(first.hops[0], purpose="incident-response"),)
    )
    need = {"necessity": True, "approved_by": ("one", "two")}
    decision = decide(question(item, **need), known(), AT)
    assert decision.outcome == "needs-consent" and asked_of(decision) == [HARBOUR]


def test_under_copied_terms_the_same_purpose_or_none_recorded_asks_nothing():
    first = only_harbour(covers=())
    for purpose in ("network-defence", None):
        item = msgspec.structs.replace(first, hops=(msgspec.structs.replace(first.hops[0], purpose=purpose),))
        assert decide(question(item), known(), AT).outcome == "permitted"


def test_an_agreement_at_hand_outranks_terms_copied_from_it():
    lax = msgspec.structs.replace(hop(), terms=copied(covers=(), members=(NORTH, SOUTH)))
    item = Item("r", "incident.reports", NORTH, hops=(lax,))
    assert decide(question(item), known(), AT).outcome == "needs-consent"


def two_routes(first_permits):
    """North's report by two routes: straight from North, or by Harbour, whose terms are copied."""
    direct = received()
    round_about = Item(
        "r",
        "incident.reports",
        NORTH,
        hops=(
            hop(NORTH, HARBOUR, "harbour-north", terms=copied(covers=())),
            hop(HARBOUR, SOUTH, "harbour-south", terms=copied(covers=(), members=(HARBOUR, SOUTH))),
        ),
    )
    pair = (round_about, direct) if first_permits else (direct, round_about)
    return msgspec.structs.replace(question(pair[0]), holdings=(pair[1],))


@pytest.mark.parametrize("first", [True, False])
def test_of_two_holdings_the_first_that_permits_is_taken_and_only_its_custody_travels(first):
    decision = decide(two_routes(first), known(), AT)
    assert decision.outcome == "permitted" and decision.holding == (0 if first else 1)
    assert {each.to for each in decision.obligations if each.kind == "consent-owed"} == {SOUTH}


def test_where_no_holding_permits_the_one_that_only_lacks_consent_is_told():
    broken = msgspec.structs.replace(received(), originator=WEST)
    asked = msgspec.structs.replace(question(broken), holdings=(received(),))
    decision = decide(asked, known(), AT)
    assert (decision.outcome, decision.holding) == ("needs-consent", 1)
    both = msgspec.structs.replace(question(broken), holdings=(broken,))
    assert decide(both, known(), AT).holding == 0


def test_a_source_held_by_two_routes_is_read_by_the_one_that_leads_to_its_maker():
    elsewhere = msgspec.structs.replace(received(), hops=(hop(), hop(SOUTH, EAST, "south-east")))
    made = Item("s", "incident.reports", SOUTH, made_from=("r",))
    asked = msgspec.structs.replace(question(elsewhere, made), holdings=(received(),))
    assert decide(asked, known(consent()), AT).outcome == "permitted"
    without = msgspec.structs.replace(asked, holdings=())
    assert decide(without, known(consent()), AT).outcome == "refused"


def test_an_item_with_words_that_a_person_must_read_goes_nowhere_until_read():
    item = Item("r", "incident.reports", SOUTH, needs_reading=True)
    decision = decide(question(item), known(), AT)
    assert decision.outcome == "refused" and decision.grounds[0].ref == "safeguard 1"
    read = msgspec.structs.replace(item, needs_reading=False)
    assert decide(question(read), known(), AT).outcome == "permitted"


def test_the_originators_own_term_for_use_before_a_court():
    for term, to, outcome in (
        (None, EAST, "permitted"),
        ("free", EAST, "permitted"),
        ("consent", EAST, "needs-consent"),
        ("never", EAST, "refused"),
        ("never", NORTH, "refused"),
        ("consent", NORTH, "permitted"),
    ):
        item = Item("r", "incident.samples", NORTH, kind="materials", judicial=term, hops=(hop(),))
        decision = decide(question(item, to=to, judicial=True), known(), AT)
        assert decision.outcome == outcome, (term, to, decision.grounds)
    own = Item("o", "incident.reports", SOUTH, judicial="never")
    assert decide(question(own, judicial=True), known(), AT).outcome == "permitted"


def test_a_withdrawal_counts_from_its_receipt():
    item = received()
    for received_at, outcome in ((AT, "refused"), (AT + DAY, "permitted")):
        decision = decide(question(item, to=NORTH), known(withdrawn={"r": received_at}), AT)
        assert decision.outcome == outcome


def test_an_envelope_in_another_suite_is_refused():
    item = Item("r", "incident.reports", SOUTH)
    decision = decide(question(item, suite="S1"), known(), AT)
    assert [ground.ref for ground in decision.grounds] == ["south-east art. IV"]


def test_a_category_nobody_checked_is_looked_at_in_every_item_of_the_lineage():
    source = Item("p", "persons.religion", SOUTH)
    made = Item("s", "incident.reports", SOUTH, made_from=("p",))
    decision = decide(question(source, made), known(), AT)
    assert decision.outcome == "refused" and "safeguard 1" in {ground.ref for ground in decision.grounds}


TEXT = """+++
comity = 1
id = "{id}"
title = "T"
language = "en"
+++

## Article 1

Parties.

```toml clause
[[party]]
id = "{a}"
name.en = "A"
[[party]]
id = "{b}"
name.en = "B"
{party}
[term]
signed = {signed}
[[exchange]]
category = "{category}"
[protocols]
may_change = ["third_party"]
```

## Article 2

Third parties.

```toml clause
{third}
```
"""


def text(id, a, b, third="[third_party]", signed="2026-01-01", category="*", party="", **files):
    body = TEXT.format(id=id, a=a, b=b, third=third, signed=signed, category=category, party=party)
    return parse_agreement({"agreement.en.md": body.encode(), **{k: v.encode() for k, v in files.items()}})


def test_of_two_agreements_that_permit_the_last_to_enter_into_force_is_used_and_alone_is_cited():
    older = text("older", SOUTH, EAST, signed="2026-01-01")
    newer = text("newer", SOUTH, EAST, signed="2027-01-01")
    held = Known([newer, older], unsigned=True)
    asked = question(Item("r", "x", SOUTH))
    decision = decide(asked, held, AT)
    assert decision.agreement == "newer"
    assert [ground.ref for ground in decision.grounds] == ["newer art. 1"]
    named = decide(msgspec.structs.replace(asked, under="older"), held, AT)
    assert named.agreement == "older" and [ground.ref for ground in named.grounds] == ["older art. 1"]


def test_agreements_that_began_at_one_instant_are_taken_in_the_order_of_their_ids():
    held = Known([text("b", SOUTH, EAST), text("a", SOUTH, EAST)], unsigned=True)
    assert decide(question(Item("r", "x", SOUTH)), held, AT).agreement == "a"


def test_an_older_text_still_permits_where_the_newer_does_not():
    held = Known(
        [text("older", SOUTH, EAST), text("newer", SOUTH, EAST, signed="2027-01-01", category="y")],
        unsigned=True,
    )
    assert decide(question(Item("r", "x", SOUTH)), held, AT).agreement == "older"


PROTOCOL = """+++
comity = 1
id = "deed"
title = "P"
language = "en"
protocol_of = "deed"
number = 1
+++

## Article 1

Later.

```toml clause
[third_party]
id = "later"
replaces = "now"
consent_of = "sender"
covers = ["equipment"]
from = 2029-01-01
applies_to = "{to}"
```
"""


@pytest.mark.parametrize(
    ("applies_to", "hop_year", "outcome"),
    [
        ("new", 2028, "needs-consent"),
        ("new", 2029, "permitted"),
        ("held", 2028, "permitted"),
        ("held", 2029, "permitted"),
    ],
)
def test_a_protocol_changes_what_binds_earlier_hops_only_where_it_says_held(applies_to, hop_year, outcome):
    deed = text(
        "deed",
        NORTH,
        SOUTH,
        third='[third_party]\nid = "now"',
        **{"protocols/0001-later.en.md": PROTOCOL.format(to=applies_to)},
    )
    held = Known([deed, text("on", SOUTH, EAST)], unsigned=True)
    item = Item("r", "x", NORTH, hops=(hop(agreement="deed", at=AT.replace(year=hop_year)),))
    assert decide(question(item), held, AT).outcome == outcome


def test_what_was_owed_to_a_party_that_is_gone_is_owed_to_its_successor():
    succession = 'kind = "succession"\nby = "north-new.example"\nof = "north.example"\ndated = 2029-01-01\n'
    deed = text("deed", NORTH, SOUTH, **{"notices/0001-succession.toml": succession})
    held = Known([deed, text("on", SOUTH, EAST)], unsigned=True)
    item = Item("r", "x", NORTH, hops=(hop(agreement="deed", at=AT.replace(year=2027)),))
    decision = decide(question(item), held, AT)
    assert asked_of(decision) == ["north-new.example"]
    given = held.with_acts([consent("r", by="north-new.example")])
    assert decide(question(item), given, AT).outcome == "permitted"
    old = held.with_acts([consent("r")])
    assert decide(question(item), old, AT).outcome == "needs-consent"


OVERSEEN = '[third_party]\n\n[[oversight]]\nbody = "inspector.example"\nsees = [{sees}]'


@pytest.mark.parametrize(
    ("sees", "category", "outcome"),
    [
        ('"journal", "content"', "x", "permitted"),
        ('"journal"', "x", "needs-consent"),
        ("", "x", "needs-consent"),
        ('"samples"', "samples.2030", "permitted"),
    ],
)
def test_an_overseer_is_no_third_party_for_what_it_may_see(sees, category, outcome):
    deed = text("deed", NORTH, SOUTH, third=OVERSEEN.format(sees=sees))
    held = Known([deed, text("on", SOUTH, "inspector.example")], unsigned=True)
    item = Item("r", category, NORTH, hops=(hop(agreement="deed"),))
    assert decide(question(item, to="inspector.example"), held, AT).outcome == outcome


NEED = {"necessity": True, "approved_by": ("one", "two")}


def test_necessity_is_not_used_where_consent_was_given_and_nobody_is_told():
    decision = decide(question(received(), **NEED), known(consent()), AT)
    assert [ground.ref for ground in decision.grounds] == ["south-east art. II"]
    assert "notice" not in {each.kind for each in decision.obligations}


def test_where_it_is_used_everyone_upstream_is_told_in_the_same_decision():
    decision = decide(question(received(), **NEED), known(), AT)
    told = [(each.value, each.to, each.ref) for each in decision.obligations if each.kind == "notice"]
    assert told == [("necessity", NORTH, "north-south art. 6")]
    assert "north-south art. 6" in {ground.ref for ground in decision.grounds}


def test_a_travelling_purpose_it_lifts_is_told_and_one_it_need_not_lift_is_not():
    item = Item("r", "incident.samples", NORTH, kind="materials", hops=(hop(purpose="incident-response"),))
    lifted = decide(question(item, **NEED), known(), AT)
    assert lifted.permitted and "notice" in {each.kind for each in lifted.obligations}
    named = msgspec.structs.replace(consent("r"), purpose="network-defence")
    given = decide(question(item, **NEED), known(named), AT)
    assert given.permitted and "notice" not in {each.kind for each in given.obligations}


def test_where_only_officers_are_missing_the_clause_says_how_many():
    asked = question(received(), necessity=True, approved_by=("one",))
    decision = decide(asked, known(), AT)
    assert decision.outcome == "needs-consent"
    said = [(ground.ref, ground.text) for ground in decision.grounds if ground.rule == 10]
    assert said == [("north-south art. 6", "1 of 2 officers have approved")]


def test_a_consent_that_met_one_source_does_not_meet_another_that_asks_for_more():
    whole_class = consent(None, agreement="north-south", category="incident")
    plain = received("a")
    for_other = Item("b", "incident.reports", NORTH, hops=(hop(purpose="incident-response"),))
    made = Item("s", "incident.reports", SOUTH, made_from=("a", "b"))
    decision = decide(question(plain, for_other, made), known(whole_class), AT)
    assert decision.outcome == "needs-consent"
    assert [(ask.party, ask.items, ask.purpose) for ask in decision.ask] == [
        (NORTH, ("b",), "network-defence")
    ]


def test_a_consent_that_need_not_be_fresh_for_one_source_must_be_for_another():
    fresh = PROTOCOL.replace('consent_of = "sender"\ncovers = ["equipment"]', 'fresh = "PT24H"')
    deed = text(
        "deed",
        NORTH,
        SOUTH,
        third='[third_party]\nid = "now"',
        **{"protocols/0001-later.en.md": fresh.format(to="new")},
    )
    held = Known([deed, text("on", SOUTH, EAST)], unsigned=True)
    before = Item("a", "x", NORTH, hops=(hop(agreement="deed", at=AT.replace(year=2028)),))
    after = Item("b", "x", NORTH, hops=(hop(agreement="deed", at=AT.replace(year=2029)),))
    made = Item("s", "x", SOUTH, made_from=("a", "b"))
    given = consent(None, agreement="deed", category="x")
    decision = decide(question(before, after, made), held.with_acts([given]), AT)
    assert [ask.items for ask in decision.ask] == [("b",)]
    sworn = msgspec.structs.replace(given, confirmed_at=AT)
    assert decide(question(before, after, made), held.with_acts([sworn]), AT).permitted


def test_a_consent_for_one_source_says_nothing_about_another_of_the_same_kind():
    made = Item("s", "incident.reports", SOUTH, made_from=("a", "b"))
    for named, other in (("a", "b"), ("b", "a")):
        decision = decide(question(received("a"), received("b"), made), known(consent(named)), AT)
        assert [ask.items for ask in decision.ask] == [(other,)]
    both = known(consent("a"), consent("b"))
    assert decide(question(received("a"), received("b"), made), both, AT).permitted
    assert decide(question(received("a"), received("b"), made), known(consent("s")), AT).permitted


def test_a_holding_of_something_else_is_never_taken_for_the_item_disclosed():
    asked = msgspec.structs.replace(question(received()), holdings=(Item("own", "incident.reports", SOUTH),))
    decision = decide(asked, known(), AT)
    assert (decision.outcome, decision.holding) == ("needs-consent", 0)


def test_a_member_counts_for_what_was_passed_at_the_very_instant_it_joined():
    joined = AT.replace(year=2028, month=1, day=1, hour=0)
    for shift, outcome in ((0 * DAY, "permitted"), (-DAY / 86400, "needs-consent")):
        item = Item("v", "vulnerability", NORTH, hops=(hop(agreement="alliance", at=joined + shift),))
        asked = question(item, to="lake.example", purpose="awareness")
        assert decide(asked, known(names=("alliance",)), AT.replace(year=2028)).outcome == outcome


# -- necessity by copied terms; conditions of a consent ------------------------------------------------------------

LIFTS = NecessityTerms("harbour-north art. 6", "In danger.", ("third_party", "purpose"), 3)


def in_danger(*officers, lifts=LIFTS, **said):
    asked = question(from_harbour(necessity=lifts), necessity=True, approved_by=officers, **said)
    return decide(asked, known(consent("h")), AT)


def test_necessity_is_lifted_by_the_clause_that_the_hop_carries_and_its_author_is_told():
    decision = in_danger("one", "two", "three")
    # North's own text lifts what arose under it, Harbour's copy what arose under that.
    assert decision.outcome == "permitted"
    assert ("harbour-north art. 6", "In danger.", 10) in [
        (ground.ref, ground.text, ground.rule) for ground in decision.grounds
    ]
    told = {(each.to, each.ref) for each in decision.obligations if each.kind == "notice"}
    assert (HARBOUR, "harbour-north art. 6") in told


@pytest.mark.parametrize("officers", [("one", "two"), ("one", "two", " "), ("one", "two", "two")])
def test_with_too_few_officers_it_is_not_and_the_grounds_say_so(officers):
    decision = in_danger(*officers)
    assert decision.outcome == "needs-consent" and HARBOUR in asked_of(decision)
    assert ("harbour-north art. 6", "2 of 3 officers have approved") in {
        (ground.ref, ground.text) for ground in decision.grounds
    }


@pytest.mark.parametrize(
    "lifts",
    [None, NecessityTerms("harbour-north art. 6", "", ("marking",), 2)],
)
def test_what_the_copied_clause_does_not_name_stays_owed(lifts):
    decision = in_danger("one", "two", "three", lifts=lifts)
    assert decision.outcome == "needs-consent" and asked_of(decision) == [HARBOUR]


def test_the_least_a_copied_clause_can_ask_for_is_two_officers():
    alone = msgspec.structs.replace(LIFTS, officers=1)
    assert HARBOUR in asked_of(in_danger("one", lifts=alone))
    assert in_danger("one", "two", lifts=alone).outcome == "permitted"


def test_a_copied_clause_lifts_the_purpose_its_hop_recorded():
    terms = copied(necessity=LIFTS, members=(HARBOUR, NORTH, EAST))
    item = Item(
        "h",
        "incident.reports",
        HARBOUR,
        hops=(hop(HARBOUR, NORTH, "harbour-north", terms=terms, purpose="study"), hop()),
    )
    for officers, outcome in ((("one", "two", "three"), "permitted"), (("one", "two"), "needs-consent")):
        asked = question(item, necessity=True, approved_by=officers)
        assert decide(asked, known(consent("h"), consent("h", by=HARBOUR)), AT).outcome == outcome


def caveats(decision):
    return [(each.value, each.to, each.ref) for each in decision.obligations if each.kind == "read-caveat"]


def test_the_condition_of_a_consent_goes_along_as_words_to_be_read():
    decision = decide(question(received()), known(consent(condition="by hand only")), AT)
    assert decision.outcome == "permitted"
    assert caveats(decision) == [("by hand only", EAST, "consent of north.example")]
    confirmed = question(received(), confirmed=True)
    assert caveats(decide(confirmed, known(consent(condition="by hand only")), AT)) == []


def test_where_a_consent_without_a_condition_serves_none_goes_along():
    both = known(consent(condition="by hand only"), consent())
    assert caveats(decide(question(received()), both, AT)) == []


def test_where_only_conditions_serve_all_of_them_go_along():
    both = known(consent(condition="by hand only"), consent(condition="at night"))
    assert sorted(caveats(decide(question(received()), both, AT))) == [
        ("at night", EAST, "consent of north.example"),
        ("by hand only", EAST, "consent of north.example"),
    ]


def test_a_condition_of_a_consent_that_does_not_serve_stays_away():
    other = known(consent("else", condition="by hand only"), consent())
    assert caveats(decide(question(received()), other, AT)) == []


def test_a_circle_of_sources_carries_no_consent_further():
    loop = Item("d", "incident.reports", SOUTH, made_from=("r", "d"))
    came = received(hops=(hop(at=AT - DAY),))
    far = consent("r", holder=NORTH, to=SOUTH, hops=9)
    straight = Item("d", "incident.reports", SOUTH, made_from=("r",))
    assert decide(question(came, straight), known(far), AT).permitted
    decision = decide(question(came, loop), known(far), AT)
    assert decision.outcome == "refused"
    assert [ground.ref for ground in decision.grounds] == ["north-south art. 3", "rule 7 custody"]
