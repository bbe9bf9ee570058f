"""Ways around the originator's word, each kept apart with its own reason (`D2` to `D14` of the list of attacks).

A hostile South shows whatever it likes; East decides again, and an honest South learns why what it has does not serve.
"""

import hmac
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from comity import signing
from comity.clock import Instant, format_instant
from comity.federation import statements
from comity.federation.statements import ConsentGranted, Manifest
from comity.handling.consent import Consent
from comity.keys import SigningKey
from comity.node.conclude import give_notice
from comity.node.consent_terms import Terms
from comity.node.give_consent import give as give_consent
from comity.node.give_consent import revoke_consent
from comity.node.items import keep_item
from comity.node.node import Node
from comity.node.obtain_consent import ask_consent
from comity.node.routes import send_act
from comity.ports import Holding, ItemRow, StatementRow, Transaction
from comity.testing.hostile import send_anyway
from comity.testing.texts import Text
from comity.testing.world import World
from node.fuller import Fuller, fuller, pass_around, quiet
from node.worlds import (
    _SHARED,
    DEFENCE,
    EAST,
    NORTH,
    NORTH_EAST,
    NORTH_SOUTH,
    RESPONSE,
    SOUTH,
    SOUTH_EAST,
    WEST,
    inbox,
    report,
)
from node.worlds import give as hand_over

DAY = timedelta(days=1)
SE = "south-east-2026"


def with_report(*texts: Text, category: str = "incident.indicators") -> tuple[World, str]:
    """South holds a report of North's."""
    made = quiet(*(texts or (NORTH_SOUTH, SOUTH_EAST)))
    digest = report(made, category=category)
    hand_over(made, digest)
    return made, digest


def reason(made: World, party: str = EAST) -> str:
    """Give why the newest disclosure that came was kept apart."""
    row = next(row for row in inbox(made, party) if row.kind in ("disclosure", "envelope"))
    assert row.state == "quarantined", row
    return row.reason


def sent_anyway(made: World, digest: str) -> str:
    made.members[SOUTH].act(send_anyway, digest, EAST, DEFENCE, SE)
    made.deliver(SOUTH)
    return reason(made)


# -- D2: what is unknown is denied and named -------------------------------------------------------------------------


def smuggle(made: World, party: str, **said: Any) -> str:
    """Make an item whose manifest says whatever is wished, past the door."""
    node = made.members[party].node

    def work(transaction: Transaction) -> str:
        at, key, content = node.clock.now(), bytes(32), b"smuggled in"
        manifest = Manifest(
            **{
                "by": party,
                "at": format_instant(at),
                "category": "incident.indicators",
                "marking": "TLP:GREEN",
                "content": hmac.digest(key, content, "sha256").hex(),
                **said,
            }
        )
        own = node.know(transaction).own
        signed = statements.make(manifest, node.keyring.signer(own.card, "disclosure", at))
        digest = statements.digest_of(signed)
        row = ItemRow(
            digest=digest,
            label="smuggled",
            title="smuggled",
            media_type="text/plain",
            size=len(content),
            originator=party,
            category=manifest.category,
            kind=manifest.kind,
            marking=manifest.marking,
            made_from=manifest.made_from,
            retention="",
            added_at=at,
            state="held",
            manifest=signing.to_bytes(signed),
        )
        keep_item(transaction, row, key, content)
        transaction.put_holding(Holding(item=digest, custody=(), received_from="", message="", at=at))
        return digest

    return node.act(work)


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"marking": "TLP:PURPLE"}, "marking `TLP:PURPLE` is not known"),
        ({"category": "buildings.plans"}, "rule 4 category"),
        ({"category": "belief.member"}, "safeguard 1"),
        ({"kind": "rumour"}, "south-east-2026 art. 2(1)"),
    ],
)
def test_an_unknown_marking_category_or_kind_is_denied_and_named(said: dict[str, Any], named: str) -> None:
    with quiet(NORTH_SOUTH, SOUTH_EAST) as made:
        digest = smuggle(made, SOUTH, **said)
        outcome = made.share(SOUTH, digest, EAST, DEFENCE)
        assert outcome.decision.outcome == "refused"
        assert named in sent_anyway(made, digest)


def test_an_agreement_that_is_not_there_is_named_and_denied() -> None:
    made, digest = with_report()
    with made:
        decision = made.share(NORTH, digest, SOUTH, DEFENCE, under="nothing-2026").decision
        assert decision.outcome == "refused"
        assert any("nothing-2026" in ground.text for ground in decision.grounds)


def test_a_hop_under_a_text_the_receiver_does_not_hold_waits_with_its_digest() -> None:
    made, digest = with_report()
    with made:
        made.members[SOUTH].act(send_anyway, digest, EAST, DEFENCE, "north-south-2026")
        made.deliver(SOUTH)
        (row,) = inbox(made, EAST)
        assert row.state == "waiting"
        held = made.members[SOUTH].read(lambda transaction: transaction.agreements())
        assert any(each.digest[:12] in row.reason for each in held)


# -- D3: a consent that is for something else, each by its own reason -------------------------------------------------


def until(made: World, days: int = 9) -> Instant:
    return made.clock.now() + days * DAY


_DEVIATIONS: dict[str, tuple[Callable[[World, str, str], dict[str, Any]], str]] = {
    "another item": (lambda made, digest, other: {"terms": Terms(item=other)}, "names another item"),
    "another recipient": (
        lambda made, digest, other: {"terms": Terms(item=digest), "to": WEST},
        "is for west.example",
    ),
    "another purpose": (
        lambda made, digest, other: {"terms": Terms(item=digest), "purpose": RESPONSE},
        "is for incident-response only",
    ),
    "another category": (
        lambda made, digest, other: {
            "terms": Terms(agreement="north-south-2026", category="incident.summaries")
        },
        "is for incident.summaries under north-south-2026",
    ),
    "not yet": (
        lambda made, digest, other: {"terms": Terms(item=digest, begins=until(made, 2))},
        "counts only from",
    ),
    "no longer": (
        lambda made, digest, other: {"terms": Terms(item=digest), "until": until(made, 1)},
        "ended at",
    ),
}


@pytest.mark.parametrize("name", _DEVIATIONS)
def test_the_holder_learns_why_the_consent_it_has_does_not_serve(name: str) -> None:
    made, digest = with_report(NORTH_SOUTH, SOUTH_EAST, Text("south-west-2026", (SOUTH, WEST)))
    how, told = _DEVIATIONS[name]
    with made:
        other = report(made, label="other")
        hand_over(made, other)
        said = {"holder": SOUTH, "to": EAST, "until": until(made), **how(made, digest, other)}
        made.members[NORTH].act(give_consent, **said)
        pass_around(made)
        if name == "no longer":
            made.wait(DAY)
        outcome = made.share(SOUTH, digest, EAST, DEFENCE)
        assert outcome.decision.outcome == "needs-consent"
        (lacking,) = outcome.lacking
        assert told in lacking


@pytest.mark.parametrize("name", _DEVIATIONS)
def test_a_receiver_that_is_shown_it_all_the_same_keeps_it_apart_with_that_reason(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, digest = with_report(NORTH_SOUTH, SOUTH_EAST, Text("south-west-2026", (SOUTH, WEST)))
    how, told = _DEVIATIONS[name]
    with made:
        other = report(made, label="other")
        hand_over(made, other)
        said = {"holder": SOUTH, "to": EAST, "until": until(made), **how(made, digest, other)}
        made.members[NORTH].act(give_consent, **said)
        pass_around(made)
        if name == "no longer":
            made.wait(DAY)
        monkeypatch.setattr(
            "comity.node.disclose.consents_used", lambda knowledge, decision: knowledge.known.consents
        )
        assert told in sent_anyway(made, digest)


def test_a_consent_for_another_holder_serves_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    made, digest = with_report(NORTH_SOUTH, SOUTH_EAST, Text("north-west-2026", (NORTH, WEST)))
    with made:
        given = made.members[NORTH].act(
            give_consent, holder=WEST, to=EAST, until=until(made), terms=Terms(item=digest)
        )
        row = made.members[NORTH].read(lambda transaction: transaction.statement(given.digest))
        assert row is not None
        keep(made, SOUTH, row)  # West hands it on
        assert made.share(SOUTH, digest, EAST, DEFENCE).decision.outcome == "needs-consent"
        monkeypatch.setattr(
            "comity.node.disclose.consents_used", lambda knowledge, decision: knowledge.known.consents
        )
        assert "was given to west.example, who cannot hand it on" in sent_anyway(made, digest)


def keep(made: World, party: str, row: StatementRow) -> None:
    node = made.members[party].node
    node.act(lambda transaction: transaction.put_statement(row))
    node.forget()


# -- D4: a consent by somebody else ----------------------------------------------------------------------------------


def forged(made: World, digest: str, key: SigningKey, *, by: str = NORTH, at: Instant | None = None) -> None:
    """Let South hold a consent that somebody signed in a name."""
    said = at or made.clock.now()
    granted = ConsentGranted(
        by=by,
        at=format_instant(said),
        holder=SOUTH,
        to=EAST,
        from_=format_instant(said),
        until=format_instant(until(made)),
        item=digest,
    )
    signed = statements.make(granted, key)
    row = StatementRow(
        digest=statements.digest_of(signed),
        kind="consent",
        by=by,
        about=digest,
        signed=signing.to_bytes(signed),
        known_at=made.clock.now(),
    )
    keep(made, SOUTH, row)


def key_of(made: World, party: str, function: str = "consent") -> SigningKey:
    member = made.members[party]
    return member.node.keyring.signer(member.card.card, function, made.clock.now())


@pytest.mark.parametrize(("signer", "function"), [(SOUTH, "consent"), (EAST, "consent"), (NORTH, "director")])
def test_a_consent_signed_by_its_holder_its_recipient_or_for_another_function_is_none(
    signer: str, function: str
) -> None:
    made, digest = with_report()
    with made:
        forged(made, digest, key_of(made, signer, function))
        assert made.share(SOUTH, digest, EAST, DEFENCE).decision.permitted  # its own store believes it
        made.deliver(SOUTH)
        assert reason(made).startswith("evidence: no signature under a key known for this")


def test_a_consent_dated_before_its_key_counts_is_none() -> None:
    made, digest = with_report()
    with made:
        forged(made, digest, key_of(made, NORTH), at=made.clock.now() - DAY)
        made.share(SOUTH, digest, EAST, DEFENCE)
        made.deliver(SOUTH)
        assert "no key of north.example with the function `consent` is known" in reason(made)


def test_a_consent_in_the_recipient_s_own_name_opens_nothing_that_is_owed_to_another() -> None:
    made, digest = with_report()
    with made:
        forged(made, digest, key_of(made, EAST), by=EAST)
        decision = made.share(SOUTH, digest, EAST, DEFENCE).decision
        assert (decision.outcome, [ask.party for ask in decision.ask]) == ("needs-consent", [NORTH])
        assert "consent of north.example is owed" in sent_anyway(made, digest)


def test_the_word_of_one_who_never_had_it_opens_nothing() -> None:
    made, digest = with_report(NORTH_SOUTH, SOUTH_EAST, Text("south-west-2026", (SOUTH, WEST)))
    with made:
        made.members[WEST].act(
            give_consent,
            holder=SOUTH,
            to=EAST,
            until=until(made),
            terms=Terms(agreement="south-west-2026", category="incident"),
        )
        pass_around(made)
        assert made.share(SOUTH, digest, EAST, DEFENCE).decision.outcome == "needs-consent"


# -- D5: laundering --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["translated", "summarised", "merged", "attached", "quoted", "redacted"])
def test_whatever_is_made_of_it_the_originator_is_asked(how: str) -> None:
    made, digest = with_report()
    with made:
        own = report(made, SOUTH, "own", content=b"South's own words")
        first = report(
            made,
            SOUTH,
            how,
            category="incident.summaries",
            made_from=[digest, own],
            content=f"{how} words".encode(),
        )
        again = report(
            made,
            SOUTH,
            f"{how}-again",
            category="incident.summaries",
            made_from=[first],
            content=b"words",
        )
        for derived in (first, again):
            decision = made.share(SOUTH, derived, EAST, DEFENCE).decision
            assert (decision.outcome, [ask.party for ask in decision.ask]) == ("needs-consent", [NORTH])
            assert "consent of north.example is owed" in sent_anyway(made, derived)


def test_a_detour_over_a_third_party_frees_nothing() -> None:
    free = Text(SOUTH_EAST.id, SOUTH_EAST.parties, exchange=_SHARED, consent_of=None)
    made, digest = with_report(NORTH_SOUTH, free, Text("east-west-2026", (EAST, WEST), consent_of=None))
    with made:
        made.members[NORTH].act(
            give_consent, holder=SOUTH, to=EAST, until=until(made), terms=Terms(item=digest)
        )
        pass_around(made)
        hand_over(made, digest, SOUTH, EAST)
        decision = made.share(EAST, digest, WEST, DEFENCE).decision
        assert (decision.outcome, [ask.party for ask in decision.ask]) == ("needs-consent", [NORTH])


# -- D11: an agreement that ends while a letter is under way -----------------------------------------------------------


def test_what_was_decided_before_the_end_is_taken_in_after_it_and_nothing_new_follows() -> None:
    short = Text("north-south-2026", (NORTH, SOUTH), exchange=_SHARED, notice_days=1)
    with quiet(short, SOUTH_EAST) as made:
        first, second = report(made), report(made, label="second")
        made.denounce(NORTH, short.id)
        made.deliver(NORTH)
        made.wait(timedelta(hours=15) - timedelta(seconds=1))  # the last second of the day after
        assert made.share(NORTH, first, SOUTH, DEFENCE).decision.permitted
        made.wait(timedelta(seconds=1))
        decision = made.share(NORTH, second, SOUTH, DEFENCE).decision
        assert decision.outcome == "refused"
        assert any(ground.ref.startswith("north-south-2026") for ground in decision.grounds)
        made.deliver(NORTH)
        assert [row.state for row in inbox(made, SOUTH) if row.kind == "disclosure"] == ["accepted"]


def test_a_suspension_stops_what_is_new_and_a_resumption_lets_go_on() -> None:
    text = Fuller("north-south-2026", (NORTH, SOUTH), exchange=_SHARED, term=("suspension = true",))
    with quiet(text, SOUTH_EAST) as made:
        first, second = report(made), report(made, label="second")
        assert made.share(NORTH, first, SOUTH, DEFENCE).decision.permitted
        made.wait(timedelta(minutes=1))
        made.members[SOUTH].act(give_notice, text.id, {"kind": "suspension"})
        made.deliver(SOUTH)
        decision = made.share(NORTH, second, SOUTH, DEFENCE).decision
        assert decision.outcome == "refused"
        assert "north-south-2026 notice 2" in {ground.ref for ground in decision.grounds}
        made.wait(DAY / 2)
        made.deliver(NORTH)  # what was decided before
        assert [row.state for row in inbox(made, SOUTH) if row.kind == "disclosure"] == ["accepted"]
        made.members[SOUTH].act(give_notice, text.id, {"kind": "resumption", "of": "0001-suspension.toml"})
        made.deliver(SOUTH)
        made.wait(DAY)
        assert made.share(NORTH, second, SOUTH, DEFENCE).decision.permitted


# -- D13: revoking and disclosing at once -----------------------------------------------------------------------------


def consented() -> tuple[World, str, Consent]:
    made, digest = with_report(NORTH_SOUTH, SOUTH_EAST, NORTH_EAST)
    given = made.members[NORTH].act(
        give_consent, holder=SOUTH, to=EAST, until=until(made), terms=Terms(item=digest)
    )
    pass_around(made)
    return made, digest, given


def test_the_revocation_that_comes_first_stops_the_disclosure() -> None:
    made, digest, given = consented()
    with made:
        made.wait(DAY)
        made.members[NORTH].act(revoke_consent, given.digest)
        made.deliver(NORTH)
        assert made.share(SOUTH, digest, EAST, DEFENCE).decision.outcome == "needs-consent"


def test_the_disclosure_that_comes_first_stays_lawfully_made_and_the_next_is_stopped() -> None:
    made, digest, given = consented()
    with made:
        made.wait(DAY)
        hand_over(made, digest, SOUTH, EAST)
        made.members[NORTH].act(revoke_consent, given.digest)
        made.deliver(NORTH)
        assert inbox(made, EAST)[0].state == "accepted"
        assert made.share(SOUTH, digest, EAST, DEFENCE).decision.outcome == "needs-consent"


def test_a_receiver_that_knows_of_the_revocation_answers_crossed_and_returns_it() -> None:
    made, digest, given = consented()
    with made:
        made.wait(DAY)
        north = made.members[NORTH]
        north.act(revoke_consent, given.digest)  # its letter to South is still under way

        def tell_east(node: Node, transaction: Transaction) -> None:
            (row,) = transaction.statements("consent-revocation", given.digest)
            send_act(node, transaction, row.signed.decode(), to=EAST, about=digest, at=row.known_at)

        north.act(tell_east)
        made.network.cut(NORTH, SOUTH)
        made.deliver(NORTH)
        made.wait(timedelta(minutes=1))
        assert made.share(SOUTH, digest, EAST, DEFENCE).decision.permitted
        made.deliver(SOUTH)
        assert reason(made).startswith("crossed: north.example took its consent")
        made.deliver(EAST)
        assert made.share(SOUTH, digest, EAST, DEFENCE).decision.outcome == "needs-consent"


# -- D14: an originator that is gone ----------------------------------------------------------------------------------


def test_what_came_from_one_who_is_silent_for_good_goes_nowhere() -> None:
    made, digest = with_report(
        Text("north-south-2026", (NORTH, SOUTH), exchange=_SHARED, notice_days=1), SOUTH_EAST
    )
    with made:
        made.denounce(NORTH, "north-south-2026")
        made.deliver(NORTH)
        made.wait(9 * DAY)
        made.members[SOUTH].act(ask_consent, digest, to=EAST, purpose=DEFENCE)
        made.wait(400 * DAY)
        decision = made.share(SOUTH, digest, EAST, DEFENCE).decision
        assert (decision.outcome, [ask.party for ask in decision.ask]) == ("needs-consent", [NORTH])


def test_what_names_an_originator_nobody_knows_is_kept_apart() -> None:
    with quiet(*fuller()) as made:
        digest = smuggle(made, SOUTH, by="nobody.example")
        made.members[SOUTH].act(send_anyway, digest, EAST, DEFENCE, SE)
        made.deliver(SOUTH)
        assert "nobody.example" in reason(made)
