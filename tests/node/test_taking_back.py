"""Corrections, erasures, legal hold and terms that run out: what is gone, what stays, who hears of it."""

import json
from datetime import timedelta

import pytest

from comity.clock import format_instant
from comity.errors import BadInput, RefusedHere
from comity.federation import statements
from comity.federation.statements import Withdrawal, WithdrawalAnswer, read
from comity.node.consent_terms import Terms
from comity.node.correct import correct
from comity.node.daily_duties import do_duties, look_through
from comity.node.erase import hold
from comity.node.give_consent import give as give_consent
from comity.node.node import Node
from comity.node.routes import send_act
from comity.node.withdraw import release, review, withdraw
from comity.node.withdrawal_answers import overdue
from comity.ports import Transaction
from comity.signing import from_bytes
from comity.testing.hostile import send_anyway
from comity.testing.world import World
from node.fuller import fuller, pass_around, quiet
from node.worlds import (
    DEFENCE,
    EAST,
    NORTH,
    NORTH_EAST,
    NORTH_SOUTH,
    SOUTH,
    SOUTH_EAST,
    body,
    give,
    inbox,
    item,
    journal,
    kinds,
    report,
    world,
)

DAY = timedelta(days=1)


def to_all(made: World, digest: str) -> None:
    """Let an item of North reach South, and East through South with North's word."""
    give(made, digest)
    made.members[NORTH].act(
        give_consent, holder=SOUTH, to=EAST, until=made.clock.now() + 90 * DAY, terms=Terms(item=digest)
    )
    pass_around(made)
    give(made, digest, SOUTH, EAST)


def answers(made: World, party: str = NORTH) -> list[WithdrawalAnswer]:
    rows = made.members[party].read(lambda transaction: transaction.statements("withdrawal-answer"))
    return [read(from_bytes(row.signed), WithdrawalAnswer) for row in rows]


def words(made: World) -> list[tuple[str, str]]:
    return sorted((each.by, each.answer) for each in answers(made))


# -- correction ----------------------------------------------------------------------------------------------------


def test_a_correction_takes_the_old_back_and_sends_the_new_to_who_got_it_from_here() -> None:
    with world() as made:
        old, new = report(made), report(made, label="corrected")
        to_all(made, old)
        _, outcomes = made.members[NORTH].act(correct, old, by=new, reason="one address was wrong")
        assert [(each.decision.question.to, each.decision.outcome) for each in outcomes] == [
            (SOUTH, "permitted")
        ]
        pass_around(made)
        assert words(made) == [(EAST, "done"), (SOUTH, "done")]
        for party in (SOUTH, EAST):
            assert (item(made, party, old).state, body(made, party, old)) == ("erased", None)
        assert body(made, SOUTH, new) == b"the words of corrected"
        (row,) = made.members[EAST].read(lambda transaction: transaction.statements("withdrawal"))
        said = json.loads(from_bytes(row.signed).payload)
        assert (said["mode"], said["replaced_by"]) == ("correct", new)


def test_the_new_goes_only_where_the_gate_permits_and_the_old_is_gone_all_the_same() -> None:
    with world() as made:
        old = report(made)
        give(made, old)
        new = report(made, label="corrected", marking="TLP:RED")
        _, outcomes = made.members[NORTH].act(correct, old, by=new)
        pass_around(made)
        assert [each.decision.outcome for each in outcomes] == ["refused"]
        assert item(made, SOUTH, old).state == "erased"


def test_what_is_made_from_the_old_cannot_stand_in_its_place() -> None:
    with world() as made:
        old = report(made)
        new = report(made, label="corrected", made_from=[old])
        with pytest.raises(RefusedHere, match="would fall with it"):
            made.members[NORTH].act(correct, old, by=new)
        with pytest.raises(RefusedHere, match="cannot stand in its place"):
            made.members[NORTH].act(correct, old, by=old)
        assert item(made, NORTH, old).state == "held"


# -- what was made from several ---------------------------------------------------------------------------------------


def test_a_decision_to_keep_counts_for_the_withdrawals_known_then_and_another_asks_anew() -> None:
    with world() as made:
        first, second = report(made, label="first"), report(made, label="second")
        for digest in (first, second):
            give(made, digest)
        summary = report(made, SOUTH, "summary", made_from=[first, second], content=b"short words")
        made.members[NORTH].act(withdraw, first)
        pass_around(made)
        made.members[SOUTH].act(review, summary, keep=True, because="it rests on the second")
        refs = {ground.ref for ground in made.share(SOUTH, summary, EAST, DEFENCE).decision.grounds}
        assert "rule 7 source-withdrawn" not in refs
        made.wait(DAY)
        made.members[NORTH].act(withdraw, second)
        pass_around(made)
        assert item(made, SOUTH, summary).state == "source-withdrawn"
        decision = made.share(SOUTH, summary, EAST, DEFENCE).decision
        assert decision.outcome == "refused"
        assert "rule 7 source-withdrawn" in {ground.ref for ground in decision.grounds}


def test_nobody_withdraws_what_is_another_s_even_before_it_comes() -> None:
    with world(NORTH_SOUTH, SOUTH_EAST, NORTH_EAST) as made:
        digest = report(made)
        made.hostile.add(SOUTH)

        def spoof(node: Node, transaction: Transaction) -> None:
            at = node.now(transaction)
            said = Withdrawal(by=SOUTH, at=format_instant(at), item=digest)
            key = node.keyring.signer(node.know(transaction).own.card, "disclosure", at)
            text = statements.pack(statements.make(said, key))
            send_act(node, transaction, text, to=EAST, about=digest, at=at)

        made.members[SOUTH].act(spoof)
        made.deliver(SOUTH)
        give(made, digest, NORTH, EAST)
        assert item(made, EAST, digest).state == "held"


# -- erasure -------------------------------------------------------------------------------------------------------


def test_an_erasure_for_a_person_empties_every_home_and_even_the_names_go() -> None:
    with world() as made:
        digest = report(made, label="the-person")
        to_all(made, digest)
        made.members[NORTH].act(withdraw, digest, reason="asked by whom it is about", mode="erase")
        pass_around(made)
        assert words(made) == [(EAST, "done"), (SOUTH, "done")]
        for party in (NORTH, SOUTH, EAST):
            row = item(made, party, digest)
            assert (row.state, row.title, row.label) == ("erased", "", digest[:12])
            assert body(made, party, digest) is None


def test_the_proof_of_an_erasure_lists_every_copy_and_says_until_when_a_backup_opens_it() -> None:
    with world() as made:
        digest = report(made)
        to_all(made, digest)
        made.members[NORTH].act(withdraw, digest)
        pass_around(made)
        (entry,) = [row for row in journal(made, SOUTH) if row.kind == "erased"]
        proof = json.loads(entry.detail)
        assert proof["body"] is True
        assert proof["letters"] == 0  # an envelope goes as soon as its receipt has come
        done = next(each for each in answers(made) if each.by == SOUTH)
        assert proof["backups_until"] == done.backups_until > done.at


def test_what_was_kept_apart_as_evidence_does_not_outlive_the_item_it_holds() -> None:
    with world() as made:
        digest = report(made)
        give(made, digest)
        made.hostile.add(SOUTH)
        made.members[SOUTH].act(send_anyway, digest, EAST, DEFENCE, "south-east-2026")
        pass_around(made)
        assert [(row.state, bool(row.letter)) for row in inbox(made, EAST)] == [("quarantined", True)]
        made.members[NORTH].act(withdraw, digest)
        pass_around(made)
        (apart,) = [row for row in inbox(made, EAST) if row.kind == "disclosure"]
        assert (apart.state, apart.letter) == ("quarantined", b"")
        assert words(made) == [(EAST, "done"), (SOUTH, "done")]


def test_what_comes_anew_after_its_term_ran_out_is_held_anew() -> None:
    with quiet(*fuller(retention_days=30)) as made:
        digest = report(made)
        give(made, digest)
        made.wait(30 * DAY)
        made.members[SOUTH].act(do_duties)
        assert item(made, SOUTH, digest).state == "erased"
        give(made, digest)
        assert (item(made, SOUTH, digest).state, body(made, SOUTH, digest)) == (
            "held",
            b"the words of report",
        )


# -- legal hold ----------------------------------------------------------------------------------------------------


def test_what_is_on_hold_is_retained_with_its_reason_and_passes_to_nobody() -> None:
    with world() as made:
        digest = report(made)
        to_all(made, digest)
        made.members[SOUTH].act(hold, digest, because="court order 12/2026")
        made.members[NORTH].act(withdraw, digest)
        pass_around(made)
        assert words(made) == [(EAST, "done"), (SOUTH, "retained")]
        (kept,) = [each for each in answers(made) if each.by == SOUTH]
        assert kept.because == "legal hold: court order 12/2026"
        assert item(made, SOUTH, digest).state == "retained"
        assert body(made, SOUTH, digest) == b"the words of report"
        for purpose in (DEFENCE, "incident-response"):
            decision = made.share(SOUTH, digest, EAST, purpose).decision
            assert "rule 7 withdrawn" in {ground.ref for ground in decision.grounds}
            assert decision.outcome == "refused"


def test_a_release_erases_what_was_withdrawn_meanwhile_and_the_originator_hears_so() -> None:
    with world() as made:
        digest = report(made)
        give(made, digest)
        made.members[SOUTH].act(hold, digest, because="court order 12/2026")
        made.members[NORTH].act(withdraw, digest)
        pass_around(made)
        made.wait(DAY)
        made.members[SOUTH].act(release, digest, because="the case is closed")
        pass_around(made)
        assert [each.answer for each in answers(made)] == ["retained", "done"]
        assert (item(made, SOUTH, digest).state, body(made, SOUTH, digest)) == ("erased", None)
        assert [kind for kind in kinds(made, SOUTH) if kind.startswith(("legal", "erased"))] == [
            "legal-hold",
            "legal-hold-released",
            "erased",
        ]


def test_a_hold_lets_a_live_item_go_on_as_the_agreements_allow() -> None:
    with world() as made:
        digest = report(made)
        made.members[NORTH].act(hold, digest, because="court order 12/2026")
        assert made.share(NORTH, digest, SOUTH, DEFENCE).decision.permitted


def test_a_review_cannot_erase_what_is_on_hold_and_leaves_nothing_behind() -> None:
    with world() as made:
        digest = report(made)
        give(made, digest)
        summary = report(made, SOUTH, "summary", made_from=[digest], content=b"short words")
        made.members[NORTH].act(withdraw, digest)
        pass_around(made)
        made.members[SOUTH].act(hold, summary, because="court order 12/2026")
        before = kinds(made, SOUTH)
        with pytest.raises(RefusedHere, match="legal hold: court order"):
            made.members[SOUTH].act(review, summary, keep=False, because="not needed")
        assert kinds(made, SOUTH) == before


def test_a_hold_needs_its_reason_and_something_to_hold() -> None:
    with world() as made:
        digest = report(made)
        with pytest.raises(BadInput, match="needs its reason"):
            made.members[NORTH].act(hold, digest, because=" ")
        made.members[NORTH].act(hold, digest, because="court order")
        with pytest.raises(RefusedHere, match="on hold already"):
            made.members[NORTH].act(hold, digest, because="another")
        with pytest.raises(RefusedHere, match="legal hold"):
            made.members[NORTH].act(withdraw, digest, mode="erase")
        assert item(made, NORTH, digest).state == "held"


# -- terms that run out --------------------------------------------------------------------------------------------


def test_what_has_run_out_is_found_some_at_a_time_and_looked_at_again_where_it_goes() -> None:
    with quiet(*fuller(retention_days=30)) as made:
        for number in range(3):
            give(made, report(made, label=f"old {number}"))
        made.wait(30 * DAY)
        fresh = report(made, label="fresh")
        give(made, fresh)
        south = made.members[SOUTH]
        whole = {each.item for each in south.act(do_duties, dry_run=True).erased}
        found: list[str] = []
        after, turns = 0, 0
        while True:
            some, after = south.read(
                lambda transaction, after=after: look_through(south.node, transaction, after, limit=2)
            )
            found += some
            turns += 1
            if not after:
                break
        assert turns == 3 and set(found) == whole and len(whole) == 3
        assert {each.item for each in south.act(do_duties, found=[*found, fresh]).erased} == whole
        assert item(made, SOUTH, fresh).state == "held"


def test_an_item_goes_by_itself_at_the_end_of_its_term_and_not_a_second_before() -> None:
    with quiet(*fuller(retention_days=30)) as made:
        digest = report(made)
        give(made, digest)
        made.wait(30 * DAY - timedelta(seconds=1))
        assert made.members[SOUTH].act(do_duties).erased == ()
        made.wait(timedelta(seconds=1))
        assert made.members[SOUTH].act(do_duties, dry_run=True).erased != ()
        assert body(made, SOUTH, digest) is not None
        (gone,) = made.members[SOUTH].act(do_duties).erased
        assert (gone.item, gone.grounds) == (digest, ("north-south-2026 art. 4",))
        assert (item(made, SOUTH, digest).state, body(made, SOUTH, digest)) == ("erased", None)
        assert kinds(made, SOUTH)[-2:] == ["retention-erased", "duties"]
        assert body(made, NORTH, digest) is not None  # its originator's own


def test_the_shorter_term_of_the_item_itself_counts() -> None:
    with quiet(*fuller(retention_days=30)) as made:
        from comity.node.items import NewItem, add_item

        new = NewItem(
            content=b"short-lived",
            category="incident.reports",
            marking="TLP:GREEN",
            title="x",
            retention="P7D",
        )
        row, _ = made.members[NORTH].act(add_item, new)
        give(made, row.digest)
        made.wait(7 * DAY)
        (gone,) = made.members[SOUTH].act(do_duties).erased
        assert gone.grounds == ("rule 8 retention",)


def test_a_hold_wins_over_a_term_and_the_day_s_duties_name_it() -> None:
    with quiet(*fuller(retention_days=30)) as made:
        digest = report(made)
        give(made, digest)
        made.members[SOUTH].act(hold, digest, because="court order 12/2026")
        made.wait(31 * DAY)
        done = made.members[SOUTH].act(do_duties)
        assert done.erased == ()
        assert [(each.item, each.on_hold) for each in done.kept] == [(digest, "court order 12/2026")]
        assert body(made, SOUTH, digest) is not None
        assert made.share(SOUTH, digest, EAST, DEFENCE).decision.outcome == "refused"
        made.members[SOUTH].act(release, digest, because="the case is closed")
        assert [each.item for each in made.members[SOUTH].act(do_duties).erased] == [digest]


def test_a_withdrawal_of_what_had_run_out_is_answered_all_the_same() -> None:
    with quiet(*fuller(retention_days=30)) as made:
        digest = report(made)
        give(made, digest)
        made.wait(31 * DAY)
        made.members[SOUTH].act(do_duties)
        made.members[NORTH].act(withdraw, digest)
        pass_around(made)
        (answer,) = answers(made)
        assert (answer.answer, answer.because) == ("done", "it had been erased before")


# -- who is late ---------------------------------------------------------------------------------------------------


def late(made: World, days: int = 7) -> list[tuple[str, str]]:
    north = made.members[NORTH]
    found = north.read(lambda transaction: overdue(north.node, transaction, made.clock.now(), days=days))
    return [(each.party, each.waits_for) for each in found]


def test_who_has_not_answered_is_late_after_so_many_days() -> None:
    with world() as made:
        digest = report(made)
        give(made, digest)
        made.members[NORTH].act(withdraw, digest)
        made.wait(7 * DAY - timedelta(seconds=1))
        assert late(made) == []
        made.wait(timedelta(seconds=1))
        assert late(made) == [(SOUTH, "answer")]
        assert made.members[NORTH].act(do_duties).late[0].party == SOUTH
        pass_around(made)
        assert late(made) == []


def test_who_said_that_a_person_must_decide_is_late_until_one_has() -> None:
    with world() as made:
        digest = report(made)
        give(made, digest)
        summary = report(made, SOUTH, "summary", made_from=[digest], content=b"short words")
        made.members[NORTH].act(withdraw, digest)
        pass_around(made)
        made.wait(8 * DAY)
        assert late(made) == [(SOUTH, "decision")]
        made.members[SOUTH].act(review, summary, keep=False, because="a new one follows")
        pass_around(made)
        assert late(made) == []
        assert inbox(made, NORTH)[0].kind == "act"
