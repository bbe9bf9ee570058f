"""Taking envelopes in: once, from whom it is, in honest order; what is amiss is kept apart and blocks nothing."""

import random
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from comity.errors import BadInput, RefusedHere
from comity.federation.messages import Act, News
from comity.node.conclude import hold_agreement, sign_agreement
from comity.node.introduce import accept_card
from comity.node.receive import Taken, receive
from comity.node.reconcile import ask_account
from comity.node.stopped_channels import resume
from comity.ports import InboxRow
from comity.sealing.inner import Head
from comity.sealing.layout import SUITE_NAME
from comity.strict import write_json
from comity.testing import hostile
from comity.testing.members import Member
from comity.testing.texts import Text
from comity.testing.world import World
from node.worlds import (
    DEFENCE,
    EAST,
    NORTH,
    NORTH_SOUTH,
    NORTH_WEST,
    SOUTH,
    SOUTH_EAST,
    WEST,
    body,
    give,
    inbox,
    item,
    journal,
    kinds,
    nothing_changed,
    report,
    sent,
    world,
)


def owed(made: World, party: str, number: int = 0) -> bytes:
    """Give an envelope that a Party owes."""
    rows = made.members[party].read(lambda transaction: transaction.owed(None, None, 100))
    return rows[number].envelope


def take(made: World, party: str, data: bytes, carrier: str = "https") -> Taken:
    return made.members[party].act(receive, data, carrier)


def channel(made: World, sender: str, to: str) -> bytes:
    """Give the name of the channel that a Party began with another."""
    row = made.members[sender].read(lambda transaction: transaction.channel(to, "out"))
    assert row is not None
    return bytes.fromhex(row.name)


def forged(made: World, sender: str, to: str, message: Any = None, **how: Any) -> bytes:
    """Seal something under a Party's own key, past its node."""
    made.hostile.add(sender)
    return made.members[sender].act(hostile.craft, to, message or News(card="no card"), **how)


def test_an_envelope_counts_once_however_often_it_comes() -> None:
    with world() as made:
        made.share(NORTH, report(made), SOUTH, DEFENCE)
        envelope = owed(made, NORTH)
        first = take(made, SOUTH, envelope)
        assert first.state == "accepted"
        entries = len(journal(made, SOUTH))
        for carrier in ("https", "pouch", "https"):
            again = take(made, SOUTH, envelope, carrier)
            assert (again.state, again.receipt) == ("known", first.receipt)  # byte for byte
        assert len(journal(made, SOUTH)) == entries
        assert len(inbox(made, SOUTH)) == 1


def test_a_message_sealed_again_keeps_its_name_and_counts_once() -> None:
    with world() as made:
        made.share(NORTH, report(made), SOUTH, DEFENCE)
        envelope = owed(made, NORTH)
        take(made, SOUTH, envelope)
        letter = made.ledger.note(
            made.members[NORTH], made.members[SOUTH], envelope, "https", made.clock.now()
        )
        assert letter is not None
        inner = _inner(made, envelope)
        again = forged(made, NORTH, SOUTH, raw=inner, sequence=1, channel=channel(made, NORTH, SOUTH))
        assert again != envelope
        assert take(made, SOUTH, again).state == "known"
        assert len(inbox(made, SOUTH)) == 1


def _inner(made: World, envelope: bytes) -> bytes:
    from comity.federation.key_names import find_signer, key_name
    from comity.sealing.envelope import open_envelope, peek, verify_envelope

    header = peek(envelope)
    found = find_signer(header.channel, header.signer, [made.members[NORTH].card])
    assert found is not None
    keys = {
        key_name(header.channel, key.fingerprint): key
        for key in made.members[SOUTH].node.keyring.sealing_keys()
    }
    return bytes(open_envelope(verify_envelope(envelope, found[1]), keys))


@pytest.mark.parametrize(
    "data", [b"", b"x", b"comity", bytes(93), b"\x01" * 5000, random.Random(7).randbytes(4000)]
)
def test_what_is_no_envelope_leaves_nothing_behind(data: bytes) -> None:
    with world() as made:

        def work() -> None:
            taken = take(made, SOUTH, data)
            assert (taken.state, taken.receipt) == ("refused", b"") and taken.reason

        nothing_changed(made, SOUTH, work)


def test_an_envelope_cut_or_altered_anywhere_leaves_nothing_behind() -> None:
    with world() as made:
        made.share(NORTH, report(made), SOUTH, DEFENCE)
        envelope = owed(made, NORTH)

        def work() -> None:
            for place in range(0, len(envelope), 97):
                altered = bytearray(envelope)
                altered[place] ^= 1
                assert take(made, SOUTH, envelope[:place]).state == "refused"
                assert take(made, SOUTH, bytes(altered)).state == "refused"

        nothing_changed(made, SOUTH, work)
        assert take(made, SOUTH, envelope).state == "accepted"


def test_an_unknown_sender_is_not_taken() -> None:
    with world() as made:
        stranger = Member.in_memory("stranger.example", made.clock, "stranger", 99)
        stranger.act(accept_card, made.members[SOUTH].card.signed)
        data = stranger.act(hostile.craft, SOUTH, News(card="c"), sequence=1, channel=bytes(16))
        nothing_changed(made, SOUTH, lambda: _refused(made, data, "no key of a Party known here"))


def _refused(made: World, data: bytes, reason: str) -> None:
    taken = take(made, SOUTH, data)
    assert taken.state == "refused" and reason in taken.reason


def test_whose_card_was_accepted_but_with_whom_nothing_was_agreed_may_not_disclose_or_act() -> None:
    with world() as made:
        stranger = Member.in_memory("stranger.example", made.clock, "stranger", 99)
        stranger.act(accept_card, made.members[SOUTH].card.signed)
        made.members[SOUTH].act(accept_card, stranger.card.signed)
        message = Act(statement="s", to=SOUTH, about="")
        data = stranger.act(hostile.craft, SOUTH, message, sequence=1, channel=bytes(16))
        nothing_changed(
            made, SOUTH, lambda: _refused(made, data, "there is no agreement with stranger.example")
        )


def test_a_letter_for_another_party_is_not_opened() -> None:
    with world() as made:
        digest = report(made, SOUTH)
        made.share(SOUTH, digest, NORTH, DEFENCE)
        made.share(SOUTH, digest, EAST, DEFENCE)
        rows = made.members[SOUTH].read(lambda transaction: transaction.owed(EAST, None, 10))
        taken = take(made, NORTH, rows[0].envelope)
        assert taken.state == "quarantined"
        assert "for none of the keys held here" in inbox(made, NORTH)[0].reason
        assert item_or_none(made, NORTH, digest) is None


def test_a_letter_for_another_that_somebody_hands_on_begins_no_channel() -> None:
    """North has written to West, never to South; West hands South that letter. North's own letters count after it."""
    with world(NORTH_SOUTH, NORTH_WEST) as made:
        made.share(NORTH, report(made), WEST, DEFENCE)
        handed_on = owed(made, NORTH)
        assert take(made, SOUTH, handed_on).state == "quarantined"
        assert take(made, SOUTH, handed_on).state == "known"
        made.share(NORTH, report(made, label="for south"), SOUTH, DEFENCE)
        made.deliver(NORTH)
        assert [row.state for row in inbox(made, SOUTH)] == ["accepted", "quarantined"]
        made.settle()


def item_or_none(made: World, party: str, digest: str) -> object:
    return made.members[party].read(lambda transaction: transaction.item(digest))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sender": EAST}, "sender `east.example` inside, `north.example` outside"),
        ({"recipient": EAST}, "recipient `east.example` inside, `south.example` outside"),
        ({"channel": "ab" * 16}, "channel"),
        ({"suite": "S1"}, "suite `S1` inside"),
        ({"deployment": "exercise"}, "deployment `exercise` inside, `simulation` outside"),
        ({"type": "gossip"}, "unknown kind `gossip`"),
        ({"content": {"card": 7}}, "Expected `str`"),
        ({"content": {"card": "c", "more": 1}}, "unknown field"),
    ],
)
def test_a_message_that_is_not_what_its_envelope_says_is_kept_apart(
    changes: dict[str, Any], reason: str
) -> None:
    with world() as made:
        data = forged(made, NORTH, SOUTH, sequence=1, channel=b"n" * 16, head=changes)
        taken = take(made, SOUTH, data)
        assert taken.state == "quarantined" and taken.receipt
        (row,) = inbox(made, SOUTH)
        assert reason in row.reason and row.letter == data
        assert kinds(made, SOUTH)[-1] == "quarantined-envelope"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x02{}",
        b'\x00\x00\x00\x10{"sender":"a","s',
        (200_000).to_bytes(4) + b"[" * 200_000,
        b"\x00\x00\x00\x04null",
    ],
)
def test_poison_quarantines_itself_and_what_follows_flows(raw: bytes) -> None:
    with world() as made:
        made.share(NORTH, report(made), SOUTH, DEFENCE)
        later = owed(made, NORTH)
        poison = forged(made, NORTH, SOUTH, raw=raw, sequence=7, channel=channel(made, NORTH, SOUTH))
        assert take(made, SOUTH, poison).state == "quarantined"
        assert take(made, SOUTH, later).state == "accepted"
        assert take(made, SOUTH, poison).state == "known"


@pytest.mark.parametrize(
    "checkpoint", ["not a note", "x" * 5000, "north.example to south.example\n1\nAAAA\n\n— x y\n"]
)
def test_a_poisoned_checkpoint_is_set_aside_with_its_letter(checkpoint: str) -> None:
    with world() as made:
        message = Act(statement="s", to=SOUTH, about="", checkpoint=checkpoint)
        data = forged(made, NORTH, SOUTH, message, sequence=1, channel=b"n" * 16)
        assert take(made, SOUTH, data).state == "quarantined"
        assert made.members[SOUTH].read(lambda transaction: transaction.checkpoints(NORTH)) == []


@pytest.mark.parametrize("of", [NORTH, EAST])
def test_nobody_writes_on_a_channel_that_this_party_began(of: str) -> None:
    """Its peer knows the name of the one it began with it; of any other it would have to guess it."""
    with world(NORTH_SOUTH, SOUTH_EAST) as made:
        give(made, report(made, SOUTH), SOUTH, of)
        data = forged(made, NORTH, SOUTH, sequence=1, channel=channel(made, SOUTH, of))
        before = journal(made, SOUTH)
        taken = take(made, SOUTH, data)
        assert (taken.state, taken.reason) == ("refused", "sent on a channel that this Party began")
        assert journal(made, SOUTH) == before and made.members[SOUTH].node.store.trouble == ""


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_an_instant_that_is_none_in_utc_is_set_aside_with_its_letter(at: str) -> None:
    with world() as made:
        channel = b"n" * 16
        head = Head(
            sender=NORTH,
            recipient=SOUTH,
            channel=channel.hex(),
            sequence=1,
            suite=SUITE_NAME,
            type="card",
            at=datetime.fromisoformat(at),
            deployment=made.members[NORTH].node.deployment,
            content={"card": "c"},
        )
        written = write_json(head)
        raw = len(written).to_bytes(4) + written
        data = forged(made, NORTH, SOUTH, raw=raw, sequence=1, channel=channel)
        assert take(made, SOUTH, data).state == "quarantined"
        assert "outside the years 1 to 9999" in inbox(made, SOUTH)[0].reason


def test_a_second_channel_of_one_party_is_set_aside() -> None:
    with world() as made:
        give(made, report(made))
        data = forged(made, NORTH, SOUTH, sequence=1, channel=b"another channel!")
        assert take(made, SOUTH, data).state == "quarantined"
        assert "another channel than the one this Party began" in inbox(made, SOUTH)[0].reason


def test_two_messages_under_one_number_are_both_kept_as_evidence() -> None:
    with world() as made:
        give(made, report(made))
        data = forged(made, NORTH, SOUTH, sequence=1, channel=channel(made, NORTH, SOUTH))
        assert take(made, SOUTH, data).state == "quarantined"
        second, first = inbox(made, SOUTH)
        assert (first.sequence, second.sequence, first.state) == (1, 1, "accepted")
        assert "both are kept as evidence" in second.reason and second.letter == data


def equivocate(made: World) -> None:
    """Let North say a second thing under number 1."""
    give(made, report(made))
    data = forged(made, NORTH, SOUTH, sequence=1, channel=channel(made, NORTH, SOUTH))
    assert take(made, SOUTH, data).state == "quarantined"


def test_after_two_messages_under_one_number_the_channel_stops_until_an_officer_resumes_it() -> None:
    with world() as made:
        equivocate(made)
        assert kinds(made, SOUTH)[-2:] == ["quarantined-card", "channel-stopped"]
        later = report(made, label="later")
        made.share(NORTH, later, SOUTH, DEFENCE)
        made.deliver(NORTH)
        newest = inbox(made, SOUTH)[0]
        assert (newest.state, newest.about) == (
            "quarantined",
            later,
        )  # what it passes, though nobody weighed it
        assert newest.reason.startswith("channel: stopped: number 1 was used before")
        assert sent(made, NORTH)[0].state == "quarantined"

        south = made.members[SOUTH]
        south.act(resume, NORTH, because="North restored an old backup, said by telephone")
        assert kinds(made, SOUTH)[-1] == "channel-resumed"
        assert south.read(lambda transaction: transaction.channels_stopped()) == []
        made.share(NORTH, report(made, label="last"), SOUTH, DEFENCE)
        made.deliver(NORTH)
        assert inbox(made, SOUTH)[0].state == "accepted"


def test_while_a_peers_channel_is_stopped_receipts_and_ones_own_sending_go_on() -> None:
    with world() as made:
        equivocate(made)
        give(made, report(made, SOUTH, label="from South"), SOUTH, NORTH)
        assert [row.state for row in sent(made, SOUTH)] == ["receipted"]
        made.members[NORTH].act(ask_account, SOUTH)
        made.deliver(NORTH)
        assert inbox(made, SOUTH)[0].state == "accepted"  # how the two find out what happened


def test_a_channel_that_flows_is_not_resumed_and_a_stopped_one_not_without_a_reason() -> None:
    with world() as made:
        south = made.members[SOUTH]
        with pytest.raises(RefusedHere, match="not stopped"):
            south.act(resume, NORTH, because="why not")
        equivocate(made)
        with pytest.raises(BadInput, match="needs its reason"):
            south.act(resume, NORTH, because=" ")


@pytest.mark.parametrize(
    ("number", "minutes"),
    [(3, -9), (3, -1), (1, 30)],
    ids=["later number, earlier day", "by a minute", "earlier number, later day"],
)
def test_a_message_dated_against_its_neighbours_is_set_aside(number: int, minutes: int) -> None:
    with world() as made:
        made.share(NORTH, report(made), SOUTH, DEFENCE)  # number 1, kept back where it is to be forged
        made.wait(timedelta(minutes=10))
        made.share(NORTH, report(made, label="second"), SOUTH, DEFENCE)
        take(made, SOUTH, owed(made, NORTH, 1))
        if number == 3:
            take(made, SOUTH, owed(made, NORTH, 0))
        at = made.clock.now() + timedelta(minutes=minutes)
        data = forged(
            made, NORTH, SOUTH, sequence=number, channel=channel(made, NORTH, SOUTH), head={"at": at}
        )
        assert take(made, SOUTH, data).state == "quarantined"
        assert inbox(made, SOUTH)[0].reason.startswith("back-dated")


def test_what_comes_late_and_out_of_order_is_taken_all_the_same() -> None:
    with world() as made:
        for number in range(4):
            made.wait(timedelta(minutes=1))
            made.share(NORTH, report(made, label=f"r{number}"), SOUTH, DEFENCE)
        for place in (2, 0, 3, 1):
            assert take(made, SOUTH, owed(made, NORTH, place)).state == "accepted"
        assert sorted(row.sequence for row in inbox(made, SOUTH)) == [1, 2, 3, 4]
        row = made.members[SOUTH].read(lambda transaction: transaction.channel(NORTH, "in"))
        assert row is not None and (row.last, row.whole) == (4, 4)


def test_the_receiver_says_up_to_where_nothing_is_missing() -> None:
    with world() as made:
        for number in range(3):
            made.share(NORTH, report(made, label=f"r{number}"), SOUTH, DEFENCE)
        whole = []
        for place in (2, 0, 1):
            take(made, SOUTH, owed(made, NORTH, place))
            row = made.members[SOUTH].read(lambda transaction: transaction.channel(NORTH, "in"))
            assert row is not None
            whole.append(row.whole)
        assert whole == [0, 1, 3]


def test_a_disclosure_waits_for_its_agreement_and_is_tried_again() -> None:
    with world(NORTH_SOUTH) as made:
        north, south = made.members[NORTH], made.members[SOUTH]
        later = Text("north-south-later", (NORTH, SOUTH))
        files = later.files({party: made.members[party].card.root_fingerprint for party in later.parties})
        made.texts[later.id] = later
        files = {**files, **north.act(sign_agreement, files)}
        from_south = _signed_elsewhere(made, files)
        north.act(hold_agreement, {**files, **from_south})

        digest = report(made)
        made.share(NORTH, digest, SOUTH, DEFENCE, under=later.id)
        made.deliver(NORTH)
        (row,) = inbox(made, SOUTH)
        assert (row.state, row.reason.split(" ")[0]) == ("waiting", "agreement:")
        assert item_or_none(made, SOUTH, digest) is None
        assert [(each.state, "unknown here" in each.reason) for each in sent(made, NORTH)] == [("owed", True)]

        made.deliver(NORTH)
        assert [each.state for each in inbox(made, SOUTH)] == ["waiting"]
        south.act(hold_agreement, {**files, **from_south})
        made.deliver(NORTH)
        assert [each.state for each in inbox(made, SOUTH)] == ["accepted"]
        assert item(made, SOUTH, digest).state == "held"
        assert [each.state for each in sent(made, NORTH)] == ["receipted"]


def _signed_elsewhere(made: World, files: dict[str, bytes]) -> dict[str, bytes]:
    """Let South sign a text on paper, so to speak: its node does not hold it yet."""
    twin = made.members[SOUTH].twin(made.clock, "on paper")
    return twin.act(sign_agreement, files)


@pytest.mark.parametrize(
    ("carrier", "days", "state"), [("https", 2, "quarantined"), ("pouch", 2, "accepted")]
)
def test_a_decision_may_be_older_in_a_pouch_than_on_the_wire(carrier: str, days: int, state: str) -> None:
    with world() as made:
        made.share(NORTH, report(made), SOUTH, DEFENCE)
        envelope = owed(made, NORTH)
        made.wait(timedelta(days=days))
        assert take(made, SOUTH, envelope, carrier).state == state
        if state == "quarantined":
            assert "north-south-2026 art. 4" in inbox(made, SOUTH)[0].reason


@pytest.mark.parametrize(
    ("carrier", "days", "state"),
    [
        ("https", 3, "accepted"),
        ("https", 4, "quarantined"),
        ("pouch", 8, "accepted"),
        ("pouch", 9, "quarantined"),
    ],
)
def test_the_article_says_how_old_a_decision_may_be_on_each_way(carrier: str, days: int, state: str) -> None:
    with world(msgspec.structs.replace(NORTH_SOUTH, online_days=3, pouch_days=8)) as made:
        made.share(NORTH, report(made), SOUTH, DEFENCE)
        envelope = owed(made, NORTH)
        made.wait(timedelta(days=days) - timedelta(seconds=1))
        assert take(made, SOUTH, envelope, carrier).state == state


@pytest.mark.parametrize(("minutes", "state"), [(4, "accepted"), (6, "quarantined")])
def test_a_decision_from_the_future_is_set_aside_beyond_five_minutes(minutes: int, state: str) -> None:
    with world() as made:
        digest = report(made)
        made.members[NORTH].clock.skew = timedelta(minutes=minutes)
        made.hostile.add(NORTH)
        made.share(NORTH, digest, SOUTH, DEFENCE)
        assert take(made, SOUTH, owed(made, NORTH)).state == state
        if state == "quarantined":
            assert "later than it was received" in inbox(made, SOUTH)[0].reason


def test_a_consent_revoked_before_the_senders_decision_makes_acts_cross() -> None:
    from comity.node.obtain_consent import ask_consent, grant, revoke
    from node.worlds import NORTH_EAST, requests

    with world(NORTH_SOUTH, SOUTH_EAST, NORTH_EAST) as made:
        digest = report(made)
        give(made, digest)
        made.members[SOUTH].act(ask_consent, digest, to=EAST, purpose=DEFENCE)
        made.settle()
        (asked,) = requests(made, NORTH)
        made.members[NORTH].act(grant, asked.id, until=made.clock.now() + timedelta(days=30))
        made.settle()
        give(made, digest, NORTH, EAST)  # East learns of the item, and of what North signs, from North itself
        assert made.share(SOUTH, digest, EAST, DEFENCE).decision.permitted
        made.deliver(SOUTH)

        made.network.cut(NORTH, SOUTH)
        made.wait(timedelta(minutes=1))
        made.members[NORTH].act(revoke, asked.id)
        revocation = made.members[NORTH].read(
            lambda transaction: transaction.statements("consent-revocation")
        )[0]
        made.members[EAST].node.act(
            lambda transaction: (transaction.put_statement(revocation), made.members[EAST].node.forget())
        )
        made.wait(timedelta(minutes=1))
        assert made.share(SOUTH, digest, EAST, DEFENCE).decision.permitted  # South cannot know yet
        made.deliver(SOUTH)
        newest: InboxRow = inbox(made, EAST)[0]
        assert newest.state == "quarantined"
        assert body(made, EAST, digest) is not None  # what passed before stays lawfully passed


def test_hundred_envelopes_with_one_poisoned_among_them_all_arrive_but_that_one() -> None:
    with world() as made:
        for number in range(20):
            made.share(NORTH, report(made, label=f"r{number}"), SOUTH, DEFENCE)
        rows = made.members[NORTH].read(lambda transaction: transaction.owed(None, None, 100))
        poison = forged(
            made, NORTH, SOUTH, raw=b"\xff" * 40, sequence=99, channel=channel(made, NORTH, SOUTH)
        )
        run = [row.envelope for row in rows]
        run.insert(3, poison)
        made.hostile.discard(NORTH)
        reply = made.network.exchange(NORTH, SOUTH, run)
        assert reply.reasons == ("",) * 21
        assert sorted(row.state for row in inbox(made, SOUTH)) == ["accepted"] * 20 + ["quarantined"]


@pytest.mark.parametrize(("hours", "state"), [(0, "accepted"), (12, "quarantined")])
def test_a_decision_dated_back_in_a_letter_of_today_is_set_aside(hours: int, state: str) -> None:
    """Within the day a decision may take on the wire, nobody picks the instant that suits him."""
    with world() as made:
        north, south = made.members[NORTH], made.members[SOUTH]
        made.share(NORTH, report(made), SOUTH, DEFENCE)
        letter = made.ledger.note(north, south, owed(made, NORTH), "https", made.clock.now())
        assert letter is not None
        made.wait(timedelta(hours=hours))
        data = forged(
            made,
            NORTH,
            SOUTH,
            letter.content,
            body=letter.body,
            sequence=1,
            channel=channel(made, NORTH, SOUTH),
        )
        assert take(made, SOUTH, data).state == state
        if hours:
            assert inbox(made, SOUTH)[0].reason.startswith("back-dated: decided at")
