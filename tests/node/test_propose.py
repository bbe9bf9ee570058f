"""A text is proposed, looked over, countersigned; every Party ends up with an original, and any difference refuses."""

from datetime import timedelta

import msgspec
import pytest

from comity import signing
from comity.agreements.coherence import lint
from comity.agreements.folder import parse_agreement
from comity.agreements.signatures import TEXT, ActRef, check_signatures
from comity.clock import SteppedClock
from comity.errors import BadInput, NotFound, RefusedHere, VerificationFailed
from comity.federation.messages import Decline, News, Texts
from comity.node.certify import CERTIFICATE, certified_copy, check_copy
from comity.node.conclude import hold_agreement, sign_part
from comity.node.decline import decline
from comity.node.introduce import accept_card
from comity.node.post import owe
from comity.node.propose import MAX_OPEN, propose, sign_and_tell, sign_named
from comity.testing.members import Member
from comity.testing.texts import Article, Text
from comity.testing.world import START, World

NORTH, SOUTH, EAST = "north.example", "south.example", "east.example"
BILATERAL = Text("north-south-2030", (NORTH, SOUTH))
LEAGUE = Text("league-2030", (NORTH, SOUTH, EAST))


def strangers(*parties: str) -> World:
    """Make a world whose Parties have no agreement, only each other's cards, accepted by hand."""
    clock = SteppedClock(START)
    members = [Member.in_memory(party, clock, "propose", number) for number, party in enumerate(parties, 1)]
    world = World("propose", members, clock)
    for one in members:
        for other in members:
            if one is not other:
                one.act(accept_card, other.card.signed)
    return world


def files_of(text: Text, world: World) -> dict[str, bytes]:
    return text.files({party: world.members[party].card.root_fingerprint for party in text.parties})


def state(world: World, party: str, agreement: str) -> str | None:
    """Give the state of an agreement as a Party's node sees it; None where it holds none."""
    member = world.members[party]

    def work(transaction):
        timeline = member.node.know(transaction).timelines.get(agreement)
        return timeline and timeline.life.own_condition(member.clock.now()).state

    return member.read(work)


def signers(world: World, party: str) -> set[str]:
    """Give whose signatures stand under the one text a Party holds."""
    (row,) = world.members[party].read(lambda transaction: transaction.agreements())
    return {mark.party for mark in check_signatures(parse_agreement(row.files)).marks.get(TEXT, ())}


def inbox(world: World, party: str) -> list[tuple[str, str]]:
    rows = world.members[party].read(lambda transaction: transaction.received())
    return [(row.kind, row.state) for row in reversed(rows)]


def owed_reasons(world: World, party: str) -> list[str]:
    rows = world.members[party].read(lambda transaction: transaction.owed(None, None, 9))
    return [row.reason for row in rows]


def test_the_proposer_signs_the_other_countersigns_and_both_hold_an_original():
    with strangers(NORTH, SOUTH) as world:
        north, south = world.members[NORTH], world.members[SOUTH]
        files = files_of(BILATERAL, world)
        files |= north.act(sign_and_tell, files)
        assert north.act(propose, files) == (SOUTH,)
        world.deliver(NORTH)
        assert (state(world, SOUTH, BILATERAL.id), inbox(world, SOUTH)) == (None, [("proposal", "accepted")])
        (proposal,) = south.read(lambda transaction: transaction.proposals())
        assert (proposal.by, proposal.state, proposal.to) == (NORTH, "open", (SOUTH,))
        found = lint(parse_agreement({k: v for k, v in proposal.files.items() if not k.startswith("sign")}))
        assert not [each for each in found if each.id == "without-effect"]
        south.act(sign_named, BILATERAL.id)
        world.settle()
        for party in (NORTH, SOUTH):
            assert signers(world, party) == {NORTH, SOUTH}
            assert state(world, party, BILATERAL.id) == "in-force"
        (proposal,) = south.read(lambda transaction: transaction.proposals())
        assert proposal.state == "signed"


def test_the_receiver_may_sign_first():
    with strangers(NORTH, SOUTH) as world:
        north, south = world.members[NORTH], world.members[SOUTH]
        north.act(propose, files_of(BILATERAL, world))
        world.deliver(NORTH)
        south.act(sign_named, BILATERAL.id)
        world.settle()
        assert (signers(world, NORTH), state(world, NORTH, BILATERAL.id)) == ({SOUTH}, "draft")
        north.act(sign_named, BILATERAL.id)
        world.settle()
        assert signers(world, NORTH) == signers(world, SOUTH) == {NORTH, SOUTH}


def test_the_whole_of_it_goes_by_pouch():
    with strangers(NORTH, SOUTH) as world:
        files = files_of(BILATERAL, world)
        world.members[NORTH].act(propose, files)
        world.open_pouch(SOUTH, world.pack(NORTH, SOUTH))
        world.members[SOUTH].act(sign_named, BILATERAL.id)
        world.open_pouch(NORTH, world.pack(SOUTH, NORTH))
        world.members[NORTH].act(sign_named, BILATERAL.id)
        world.open_pouch(SOUTH, world.pack(NORTH, SOUTH))
        assert signers(world, NORTH) == signers(world, SOUTH) == {NORTH, SOUTH}
        world.settle()


def test_signatures_of_three_reach_all_three_in_whatever_order_they_sign():
    with strangers(NORTH, SOUTH, EAST) as world:
        world.members[NORTH].act(propose, files_of(LEAGUE, world))
        world.deliver(NORTH)
        world.members[EAST].act(sign_named, LEAGUE.id)
        world.deliver(EAST)
        world.members[NORTH].act(sign_named, LEAGUE.id)
        world.deliver(NORTH)
        world.members[SOUTH].act(sign_named, LEAGUE.id)
        world.settle()
        for party in LEAGUE.parties:
            assert signers(world, party) == {NORTH, SOUTH, EAST}
            assert state(world, party, LEAGUE.id) == "in-force"


def test_parties_that_never_met_learn_each_others_cards_from_the_text_they_sign():
    clock = SteppedClock(START)
    members = {
        party: Member.in_memory(party, clock, "hub", number) for number, party in enumerate(LEAGUE.parties, 1)
    }
    with World("hub", members.values(), clock) as world:
        for party in (SOUTH, EAST):  # North knows both; South and East know North alone
            members[NORTH].act(accept_card, members[party].card.signed)
            members[party].act(accept_card, members[NORTH].card.signed)
        files = files_of(LEAGUE, world)
        members[NORTH].act(propose, files)
        world.deliver(NORTH)
        members[SOUTH].act(sign_named, LEAGUE.id)
        world.deliver(SOUTH)
        assert owed_reasons(world, SOUTH) == [
            "signed by no key of a Party known here"
        ]  # East has signed nothing yet
        members[EAST].act(sign_named, LEAGUE.id)
        members[NORTH].act(sign_named, LEAGUE.id)
        world.settle()
        for party in LEAGUE.parties:
            assert signers(world, party) == {NORTH, SOUTH, EAST}


def test_a_text_signed_here_refuses_another_under_its_id_with_both_digests():
    with strangers(NORTH, SOUTH) as world:
        north, south = world.members[NORTH], world.members[SOUTH]
        ours = files_of(BILATERAL, world)
        theirs = files_of(Text(BILATERAL.id, BILATERAL.parties, notice_days=30), world)
        digests = [parse_agreement(files).digest for files in (ours, theirs)]
        south.act(sign_and_tell, ours)
        world.hostile.add(NORTH)  # the invariants hold it against an honest Party to be set aside
        north.act(propose, theirs)
        world.deliver(NORTH)
        (row,) = south.read(lambda transaction: transaction.received())
        assert row.state == "quarantined"
        assert all(digest in row.reason for digest in digests)
        with pytest.raises(RefusedHere) as refused:
            south.act(hold_agreement, theirs)
        assert all(digest in refused.value.message for digest in digests)
        assert signers(world, SOUTH) == {SOUTH}


def test_a_draft_gives_way_to_a_counter_proposal():
    with strangers(NORTH, SOUTH) as world:
        north, south = world.members[NORTH], world.members[SOUTH]
        shorter = files_of(Text(BILATERAL.id, BILATERAL.parties, notice_days=30), world)
        north.act(propose, files_of(BILATERAL, world))
        world.deliver(NORTH)
        south.act(propose, shorter)
        world.deliver(SOUTH)
        with pytest.raises(NotFound, match="more than one text"):
            north.act(sign_named, BILATERAL.id)
        north.act(sign_named, parse_agreement(shorter).digest[:12])
        world.settle()
        south.act(sign_named, parse_agreement(shorter).digest)
        world.settle()
        assert state(world, NORTH, BILATERAL.id) == state(world, SOUTH, BILATERAL.id) == "in-force"


def test_before_an_agreement_a_party_may_propose_and_nothing_else():
    with strangers(NORTH, SOUTH) as world:
        north, south = world.members[NORTH], world.members[SOUTH]

        def send(node, transaction, message, kind):
            return owe(node, transaction, SOUTH, message, at=node.now(transaction), kind=kind)

        north.act(send, News(card=north.card.signed.decode()), "card")
        north.act(send, Texts(agreement="unheard-of", digest="0" * 64, files={}), "texts")
        world.deliver(NORTH)
        assert inbox(world, SOUTH) == []
        assert (
            owed_reasons(world, NORTH)
            == [f"there is no agreement with {NORTH}: it may propose one, and nothing else"] * 2
        )
        assert not south.read(lambda transaction: [row.kind for row in transaction.journal(channel=NORTH)])


def test_a_party_whose_card_nobody_accepted_cannot_propose():
    clock = SteppedClock(START)
    north, south = (Member.in_memory(party, clock, "cold", n) for n, party in enumerate((NORTH, SOUTH), 1))
    with World("cold", [north, south], clock) as world:
        north.act(accept_card, south.card.signed)
        north.act(propose, files_of(BILATERAL, world))
        world.deliver(NORTH)
        assert owed_reasons(world, NORTH) == ["signed by no key of a Party known here"]
        assert south.read(lambda transaction: transaction.proposals()) == []


def test_after_its_end_an_agreement_still_lets_peers_speak():
    with World.of((BILATERAL,), seed="ended") as world:
        world.denounce(NORTH, BILATERAL.id)
        world.settle()
        world.wait(timedelta(days=200))
        assert state(world, SOUTH, BILATERAL.id) == "ended"
        north = world.members[NORTH]
        assert north.read(lambda transaction: north.node.know(transaction).peers()) == {SOUTH}


def test_only_so_many_proposals_of_a_party_lie_open():
    with strangers(NORTH, SOUTH) as world:
        north = world.members[NORTH]
        world.hostile.add(NORTH)  # an honest Party does not flood
        for number in range(MAX_OPEN + 1):
            north.act(propose, files_of(Text(f"text-{number}", (NORTH, SOUTH)), world))
        world.deliver(NORTH)
        states = [each for _, each in inbox(world, SOUTH)]
        assert (states.count("accepted"), states.count("quarantined")) == (MAX_OPEN, 1)


@pytest.mark.parametrize(
    ("text", "because"),
    [
        (Text("south-east-2030", (SOUTH, EAST)), f"{NORTH} is not a Party"),
        (Text("alone-2030", (NORTH, EAST)), "no card of another Party"),
    ],
)
def test_what_cannot_be_concluded_is_not_proposed(text, because):
    with strangers(NORTH, SOUTH) as world:
        east = Member.in_memory(EAST, world.clock, "propose", 3)
        world.members[EAST] = east
        with pytest.raises(RefusedHere, match=because):
            world.members[NORTH].act(propose, files_of(text, world))


def test_a_draft_without_roots_is_not_proposed():
    with strangers(NORTH, SOUTH) as world:
        files = files_of(BILATERAL, world)
        lines = [line for line in files["agreement.en.md"].splitlines() if not line.startswith(b"root =")]
        with pytest.raises(RefusedHere, match="has no root"):
            world.members[NORTH].act(propose, {"agreement.en.md": b"\n".join(lines)})


def test_a_certified_copy_proves_itself_and_shows_any_change():
    exchange = (Article("incident"),)
    with World.of((Text("north-south-2031", (NORTH, SOUTH), exchange=exchange),), seed="copy") as world:
        files = world.members[SOUTH].act(certified_copy, "north-south-2031")
        certificate = files.pop(CERTIFICATE)
        said = check_copy(files, certificate)
        assert (said.by, [each.party for each in said.signed_by]) == (SOUTH, [NORTH, SOUTH])
        touched = {**files, "agreement.en.md": files["agreement.en.md"] + b"\n"}
        for wrong, because in (
            (touched, "certified was"),
            ({**files, "notices/0001-denunciation.toml": b""}, "not among the files certified"),
            ({name: data for name, data in files.items() if not name.endswith("director.dsse")}, "not here"),
        ):
            with pytest.raises(VerificationFailed, match=because):
                check_copy(wrong, certificate)
        signed = signing.from_bytes(certificate, what="certificate")
        other = signed.payload.replace(b'"by":"south', b'"by":"north')
        forged = signing.to_bytes(msgspec.structs.replace(signed, payload=other))
        with pytest.raises(VerificationFailed):
            check_copy(files, forged)
        with pytest.raises(NotFound):
            world.members[NORTH].act(certified_copy, "unheard-of")


PROTOCOL = """+++
comity = 1
id = "north-south-2030-prot-1"
title = "Protocol on statistics"
language = "en"
protocol_of = "north-south-2030"
number = 1
+++

## Article 1 — Statistics

They share statistics too.

```toml clause
[[exchange]]
category = "statistics"
purposes = ["network-defence"]
```
"""


def test_a_protocol_counts_once_both_have_signed_it_each_at_its_own_node():
    protocol = {"protocols/0001-statistics.en.md": PROTOCOL.encode()}
    with World.of((BILATERAL,), seed="protocol") as world:
        north, south = world.members[NORTH], world.members[SOUTH]
        table = world.add(NORTH, b"a table of twelve", "statistics", label="table")
        added = north.act(sign_part, BILATERAL.id, protocol, ActRef("protocol", 1))
        assert "signatures/protocol-0001-north.example-director.dsse" in added
        world.settle()
        assert world.share(NORTH, table, SOUTH, "network-defence").decision.outcome == "refused"
        south.act(sign_part, BILATERAL.id, {}, ActRef("protocol", 1))
        world.settle()
        # not delivered: the invariants know the text alone, and would call it a leak
        decision = world.share(NORTH, table, SOUTH, "network-defence").decision
        assert (decision.outcome, decision.grounds[0].ref) == (
            "permitted",
            f"{BILATERAL.id} prot. 1 art. 1",
        )
        with pytest.raises(BadInput, match="has no protocol 2"):
            south.act(sign_part, BILATERAL.id, {}, ActRef("protocol", 2))


def test_a_protocol_of_a_text_nobody_here_signed_waits_for_the_text():
    with strangers(NORTH, SOUTH) as world:
        north = world.members[NORTH]
        north.act(propose, files_of(BILATERAL, world))
        with pytest.raises(RefusedHere, match="has not signed"):
            north.act(
                sign_part,
                BILATERAL.id,
                {"protocols/0001-statistics.en.md": PROTOCOL.encode()},
                ActRef("protocol", 1),
            )


def declined_at(world: World, party: str) -> list[tuple[str, tuple[str, ...]]]:
    rows = world.members[party].read(lambda transaction: transaction.proposals())
    return [(row.state, row.declined) for row in rows]


def test_who_declines_says_why_and_the_proposer_reads_it_beside_its_proposal():
    with strangers(NORTH, SOUTH) as world:
        north, south = world.members[NORTH], world.members[SOUTH]
        north.act(propose, files_of(BILATERAL, world))
        world.deliver(NORTH)
        assert south.act(decline, BILATERAL.id, because="six months are too long for us") == (NORTH,)
        world.settle()
        said = ("south.example: six months are too long for us",)
        assert (declined_at(world, NORTH), declined_at(world, SOUTH)) == (
            [("ours", said)],
            [("declined", said)],
        )
        assert inbox(world, NORTH) == [("decline", "accepted")]
        assert state(world, NORTH, BILATERAL.id) == "draft"
        with pytest.raises(NotFound, match="proposed and open"):
            south.act(decline, BILATERAL.id, because="again")
        south.act(sign_named, BILATERAL.id)  # a change of mind
        assert declined_at(world, SOUTH) == [("signed", ())]


def test_only_who_was_sent_a_text_may_decline_it_and_in_one_line():
    with strangers(NORTH, SOUTH, EAST) as world:
        north = world.members[NORTH]
        north.act(propose, files_of(BILATERAL, world))
        digest = parse_agreement(files_of(BILATERAL, world)).digest
        world.deliver(NORTH)
        world.hostile.update({SOUTH, EAST})

        def send(node, transaction, **said):
            message = Decline(**{"agreement": BILATERAL.id, "digest": digest, "because": "no", **said})
            return owe(node, transaction, NORTH, message, at=node.now(transaction), kind="decline")

        world.members[EAST].act(send)
        world.members[SOUTH].act(send, digest="0" * 64)
        world.members[SOUTH].act(send, because="no\x1b[2J")
        world.deliver(EAST)
        world.deliver(SOUTH)
        assert declined_at(world, NORTH) == [("ours", ())]
        assert [each for _, each in inbox(world, NORTH)] == ["quarantined"]
