"""Where a clause or a consent says `fresh`, its giver must have confirmed it lately, and the receiver checks that."""

from datetime import timedelta

import pytest

from comity.node.consent_terms import Terms
from comity.node.obtain_consent import ask_consent, grant, revoke
from comity.node.replay import replay
from comity.testing.hostile import send_anyway
from comity.testing.world import World
from node.fuller import fuller, pass_around, quiet
from node.worlds import DEFENCE, EAST, NORTH, SOUTH, inbox, journal, report, requests
from node.worlds import give as hand_over

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CLAUSE = ('fresh = "PT24H"',)


def granted(third: tuple[str, ...] = CLAUSE, fresh: str = "") -> tuple[World, str, str]:
    """North has let South pass a report to East; the clause of North–South or the consent itself says `fresh`."""
    made = quiet(*fuller(third=third))
    digest = report(made)
    hand_over(made, digest)
    _, (row,) = made.members[SOUTH].act(ask_consent, digest, to=EAST, purpose=DEFENCE)
    made.deliver(SOUTH)
    until = made.clock.now() + 30 * DAY
    made.members[NORTH].act(grant, row.id, until=until, terms=Terms(fresh=fresh))
    pass_around(made)
    return made, digest, row.id


def outcome(made: World, digest: str) -> str:
    return made.share(SOUTH, digest, EAST, DEFENCE).decision.outcome


@pytest.mark.parametrize(("third", "fresh"), [(CLAUSE, ""), ((), "PT24H")])
def test_a_consent_is_fresh_for_its_time_and_then_asked_to_be_confirmed(
    third: tuple[str, ...], fresh: str
) -> None:
    made, digest, _ = granted(third, fresh)
    with made:
        made.wait(24 * HOUR)
        assert outcome(made, digest) == "permitted"
        made.wait(timedelta(seconds=1))
        assert outcome(made, digest) == "needs-consent"
        _, (row,) = made.members[SOUTH].act(ask_consent, digest, to=EAST, purpose=DEFENCE)
        assert row.confirms
        pass_around(made)
        assert requests(made, SOUTH)[0].state == "confirmed"
        assert requests(made, NORTH)[0].state == "confirmed"
        assert outcome(made, digest) == "permitted"
        made.deliver(SOUTH)
        assert inbox(made, EAST)[0].state == "accepted"


def test_the_receiver_keeps_apart_what_rests_on_a_stale_consent_and_says_how_stale() -> None:
    made, digest, _ = granted()
    with made:
        made.wait(25 * HOUR)
        made.members[SOUTH].act(send_anyway, digest, EAST, DEFENCE, "south-east-2026")
        made.deliver(SOUTH)
        (row,) = inbox(made, EAST)
        assert row.state == "quarantined"
        assert "must be confirmed within PT24H and was last at 2026-03-01T09:00:00Z" in row.reason


def test_what_was_taken_back_is_not_confirmed_and_the_asker_hears_why() -> None:
    made, digest, request = granted()
    with made:
        made.wait(25 * HOUR)
        made.members[NORTH].act(revoke, request)  # and the letter is still on its way
        made.members[SOUTH].act(ask_consent, digest, to=EAST, purpose=DEFENCE)
        made.deliver(SOUTH)
        pass_around(made)
        row = requests(made, SOUTH)[0]
        assert row.state == "refused"
        assert outcome(made, digest) == "needs-consent"


def test_a_confirmation_is_entered_on_both_sides() -> None:
    made, digest, _ = granted()
    with made:
        made.wait(25 * HOUR)
        made.members[SOUTH].act(ask_consent, digest, to=EAST, purpose=DEFENCE)
        pass_around(made)
        assert "consent-confirmation" in [row.kind for row in journal(made, NORTH)]
        assert journal(made, SOUTH)[-1].kind == "received-act"


def test_a_decision_on_a_confirmed_consent_is_replayed_to_the_same_bytes() -> None:
    made, digest, _ = granted()
    with made:
        made.wait(25 * HOUR)
        made.members[SOUTH].act(ask_consent, digest, to=EAST, purpose=DEFENCE)
        pass_around(made)
        assert outcome(made, digest) == "permitted"
        made.deliver(SOUTH)
        made.wait(30 * HOUR)
        made.members[SOUTH].act(ask_consent, digest, to=EAST, purpose=DEFENCE)
        pass_around(made)
        for party in (SOUTH, EAST):
            for row in journal(made, party):
                if row.kind in ("decided", "received-disclosure"):
                    again = made.members[party].read(lambda t, number=row.number: replay(t, number))
                    assert again.same, (party, row.number, again.known_again)
