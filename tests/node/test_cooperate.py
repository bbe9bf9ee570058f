"""Two nodes that work together: one matter on both, over any carrier, with refusals entered and nothing leaking."""

from datetime import timedelta
from typing import Any

import pytest

from comity.cooperation.matter import Matter
from comity.errors import BadInput, NotFound
from comity.federation.statements import MatterEvent, make, pack
from comity.node.cooperate import PLAINLY, Manner, Step, act_on, open_matter
from comity.node.matter_log import find_matter, matters_listed, read_matter
from comity.node.node import own_card
from comity.node.routes import send_act
from comity.testing.texts import Text
from comity.testing.working_text import NORTH, SOUTH, WORKING
from comity.testing.world import World
from node.worlds import EAST, journal, kinds

CHECK = {"aid": "check", "purpose": "incident-response", "words": "is this vessel known to you"}


def world(*texts: Text) -> World:
    return World.of((WORKING, *texts), seed="work")


def begin(made: World, party: str = NORTH, kind: str = "request", to: str = SOUTH, **said: Any) -> Step:
    return made.members[party].act(open_matter, kind, to, said or CHECK)


def do(made: World, party: str, matter: str, word: str, manner: Manner = PLAINLY, **said: Any) -> Step:
    step = made.members[party].act(act_on, matter, word, said, manner=manner)
    made.deliver(party)
    return step


def seen(made: World, party: str, matter: str) -> Matter:
    return made.members[party].act(read_matter, matter)


def opened(made: World) -> str:
    step = begin(made)
    assert step.grounds == () and step.matter is not None
    made.deliver(NORTH)
    return step.matter.id


def test_both_nodes_have_the_same_matter() -> None:
    made = world()
    matter = opened(made)
    do(made, SOUTH, matter, "acknowledge")
    do(made, SOUTH, matter[:8], "accept")
    do(made, SOUTH, matter, "answer", words="it is not")
    do(made, NORTH, matter, "outcome", outcome="useful")
    north, south = seen(made, NORTH, matter), seen(made, SOUTH, matter)
    assert north.state == south.state == "closed"
    assert [told.event for told in north.story] == [told.event for told in south.story]
    made.check_at_rest()


def test_a_step_is_entered_in_the_journal_and_sent() -> None:
    made = world()
    before = len(journal(made, NORTH))
    opened(made)
    assert kinds(made, NORTH, before)[:2] == ["matter", "sent-act"]
    assert "received-act" in kinds(made, SOUTH)


def test_a_refused_step_is_entered_and_nothing_is_sent() -> None:
    made = world()
    matter = opened(made)
    before = len(journal(made, NORTH))
    step = do(made, NORTH, matter, "accept")
    assert [ground.ref for ground in step.grounds] == ["matter rule 6 turn"]
    assert kinds(made, NORTH, before) == ["matter-refused"]
    assert seen(made, SOUTH, matter).state == "asked"


def test_only_asking_leaves_nothing_behind() -> None:
    made = world()
    before = len(journal(made, NORTH))
    step = made.members[NORTH].act(open_matter, "request", SOUTH, CHECK, manner=Manner(dry_run=True))
    assert step.tried and step.grounds == () and kinds(made, NORTH, before) == []
    refused = made.members[NORTH].act(
        open_matter, "request", SOUTH, {**CHECK, "aid": "advice"}, manner=Manner(dry_run=True)
    )
    assert refused.grounds and kinds(made, NORTH, before) == []


def test_without_an_agreement_nothing_is_opened() -> None:
    made = world(Text("south-east-2026", (SOUTH, EAST)))
    step = begin(made, NORTH, "request", EAST)
    assert [ground.text for ground in step.grounds] == [f"there is no agreement between {NORTH} and {EAST}"]
    step = begin(made, SOUTH, "request", EAST)
    assert step.grounds[0].text == "no article of south-east-2026 provides for `check`"


def test_an_event_out_of_turn_that_comes_all_the_same_changes_nothing_and_is_entered() -> None:
    made = world()
    matter = opened(made)
    forge(made, NORTH, matter, "accept", {})
    assert seen(made, SOUTH, matter).state == "asked"
    assert "matter-void" in kinds(made, SOUTH)
    assert seen(made, SOUTH, matter).story == seen(made, NORTH, matter).story


def forge(made: World, party: str, matter: str, word: str, said: Any, **fields: Any) -> None:
    """Let a Party sign and send an event that its own node would refuse."""
    member = made.members[party]
    to = SOUTH if party == NORTH else NORTH
    held = seen(made, party, matter)
    statement = MatterEvent(
        **{
            "by": party,
            "at": member.clock.now().isoformat().replace("+00:00", "Z"),
            "to": to,
            "agreement": WORKING.id,
            "kind": held.kind.name,
            "word": word,
            "said": said,
            "matter": matter,
            "previous": held.tips.get(party, ""),
            "seen": held.tips.get(to, ""),
            **fields,
        }
    )

    def work(node: Any, transaction: Any) -> None:
        from comity import signing
        from comity.federation.statements import digest_of
        from comity.ports import StatementRow

        knowledge = node.know(transaction)
        at = node.now(transaction)
        signed = make(statement, node.keyring.signer(knowledge.own.card, "disclosure", at))
        transaction.put_statement(
            StatementRow(
                digest=digest_of(signed),
                kind="matter",
                by=party,
                about=matter,
                signed=signing.to_bytes(signed),
                known_at=at,
            )
        )
        cards = (own_card(knowledge),)
        send_act(node, transaction, pack(signed), to=to, about=matter, at=at, cards=cards)

    member.act(work)
    made.deliver(party)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("dance", {}),
        ("accept", {"words": 7}),
        ("accept", {"unknown": "x"}),
        ("refuse", {}),
        ("refuse", {"ground": "no spaces here"}),
        ("note", {"words": "a\nb"}),
    ],
)
def test_what_is_no_event_at_all_is_set_aside(word: str, said: Any) -> None:
    made = world()
    matter = opened(made)
    member = made.members[NORTH]
    before = seen(made, SOUTH, matter)
    statement = MatterEvent(
        by=NORTH,
        at=member.clock.now().isoformat().replace("+00:00", "Z"),
        to=SOUTH,
        agreement=WORKING.id,
        kind="request",
        word=word,
        said=said,
        matter=matter,
    )

    def work(node: Any, transaction: Any) -> None:
        knowledge = node.know(transaction)
        at = node.now(transaction)
        signed = make(statement, node.keyring.signer(knowledge.own.card, "disclosure", at))
        send_act(node, transaction, pack(signed), to=SOUTH, about=matter, at=at)

    member.act(work)
    made.ledger.hostile.add(NORTH)
    made.deliver(NORTH)
    assert seen(made, SOUTH, matter) == before
    assert "quarantined-act" in kinds(made, SOUTH)


def test_a_head_adopts_with_a_key_that_bears_the_function() -> None:
    made = world()
    step = begin(made, NORTH, "plan", SOUTH, period="2026", begins="2026-03-02", ends="2026-12-31")
    assert step.matter is not None
    matter = step.matter.id
    made.deliver(NORTH)
    do(made, NORTH, matter, "line", line="m1", of="meetings", words="four")
    do(made, SOUTH, matter, "agree", line="m1")
    refused = do(made, SOUTH, matter, "adopt")
    assert [ground.text for ground in refused.grounds] == ["`adopt` needs the function director"]
    head = Manner(function="director")
    assert do(made, SOUTH, matter, "adopt", head).grounds == ()
    assert do(made, NORTH, matter, "adopt", head).grounds == ()
    assert seen(made, SOUTH, matter).state == "adopted"
    made.check_at_rest()


def test_a_planned_meeting_stands_in_an_adopted_plan() -> None:
    made = world()
    plan = begin(made, NORTH, "plan", SOUTH, period="2026", begins="2026-03-02", ends="2026-12-31").matter
    assert plan is not None
    said = {
        "meeting": "staff",
        "words": "x",
        "host": SOUTH,
        "begins": "2026-05-01",
        "ends": "2026-05-02",
        "plan": plan.id[:8],
        "line": "m1",
    }
    step = begin(made, NORTH, "meeting", SOUTH, **said)
    assert [ground.text for ground in step.grounds] == [
        f"plan {plan.id[:12]} is not adopted: the meeting is not planned"
    ]


def test_an_item_is_named_only_after_it_has_passed() -> None:
    made = world()
    matter = opened(made)
    item = made.add(SOUTH, b"what the canary knows", "incident.reports", label="findings")
    do(made, SOUTH, matter, "accept")
    step = do(made, SOUTH, matter, "answer", words="see the item", items=["findings"])
    assert [ground.text for ground in step.grounds] == [
        f"item {item[:12]} has not passed between {SOUTH} and {NORTH}: share it first"
    ]
    made.share(SOUTH, item, NORTH, "incident-response")
    assert do(made, SOUTH, matter, "answer", words="see the item", items=["findings"]).grounds == ()
    assert seen(made, NORTH, matter).facts.items == (item,)


def test_words_that_a_person_must_read_wait_for_one() -> None:
    made = world()
    step = begin(made, NORTH, **{**CHECK, "words": "a diplomat was robbed"})
    assert [ground.ref for ground in step.grounds] == ["safeguard 1"]
    said = {**CHECK, "words": "a diplomat was robbed"}
    read = made.members[NORTH].act(open_matter, "request", SOUTH, said, manner=Manner(read=True))
    assert read.grounds == ()


def test_a_matter_is_found_by_the_beginning_of_its_name() -> None:
    made = world()
    matter = opened(made)
    member = made.members[SOUTH]
    assert member.read(lambda transaction: find_matter(transaction, matter[:6])).id == matter
    for name in ("", matter[:5], "f" * 64, "%"):
        with pytest.raises(NotFound):
            member.read(lambda transaction, name=name: find_matter(transaction, name))
    with pytest.raises(NotFound, match="no matter"):
        member.read(lambda transaction: find_matter(transaction, matter, "plan"))


def test_what_is_said_badly_is_our_own_fault_and_leaves_nothing() -> None:
    made = world()
    before = len(journal(made, NORTH))
    with pytest.raises(BadInput, match="purpose is missing"):
        made.members[NORTH].act(open_matter, "request", SOUTH, {"aid": "check"})
    with pytest.raises(BadInput, match="not a kind of matter"):
        made.members[NORTH].act(open_matter, "party", SOUTH, {})
    assert kinds(made, NORTH, before) == []


def test_the_list_shows_what_is_due_and_whose_turn_it_is() -> None:
    made = world()
    matter = opened(made)
    (row,) = made.members[SOUTH].act(matters_listed)
    assert (row.id, row.state, row.peer, row.opened_by, row.due_what, row.due_by) == (
        *(matter, "asked", NORTH, NORTH, "acknowledge", SOUTH),
    )
    assert row.turn == (SOUTH,) and row.title == "check: is this vessel known to you"
    assert made.members[SOUTH].act(matters_listed, "plan") == []


CANARY = "the canary sings of quay seven"


def test_nothing_of_a_matter_reaches_anybody_but_its_two_parties() -> None:
    made = world(Text("south-east-2026", (SOUTH, EAST)))
    made.ledger.canaries.append(CANARY.encode())  # from now on no carrier may show it
    matter = begin(made, NORTH, **{**CHECK, "words": CANARY}).matter
    assert matter is not None
    made.deliver(NORTH)
    do(made, SOUTH, matter.id, "accept")
    item = made.add(SOUTH, b"something for East", "incident.reports", label="for east")
    made.share(SOUTH, item, EAST, "incident-response")
    made.settle()
    east = made.members[EAST]
    assert east.act(matters_listed) == []
    assert east.read(lambda transaction: transaction.statements("matter")) == []
    to_east = [letter for letter in made.ledger.letters if letter.to == EAST]
    assert to_east and not any(CANARY in repr(letter) for letter in to_east)
    with pytest.raises(NotFound):
        east.read(lambda transaction: find_matter(transaction, matter.id))


def test_a_stranger_who_knows_a_matters_name_says_nothing_in_it() -> None:
    made = world(Text("south-east-2026", (SOUTH, EAST)))
    matter = opened(made)
    east = made.members[EAST]
    statement = MatterEvent(
        by=EAST,
        at=east.clock.now().isoformat().replace("+00:00", "Z"),
        to=SOUTH,
        agreement="south-east-2026",
        kind="request",
        word="accept",
        matter=matter,
    )

    def work(node: Any, transaction: Any) -> None:
        at = node.now(transaction)
        signed = make(statement, node.keyring.signer(node.know(transaction).own.card, "disclosure", at))
        send_act(node, transaction, pack(signed), to=SOUTH, about=matter, at=at)

    before = seen(made, SOUTH, matter)
    east.act(work)
    made.ledger.hostile.add(EAST)
    made.deliver(EAST)
    assert seen(made, SOUTH, matter) == before == seen(made, NORTH, matter)
    assert "matter-void" in kinds(made, SOUTH)


@pytest.mark.parametrize(
    ("kind", "word", "said"),
    [
        ("plan", "agree", {"line": "x"}),
        ("plan", "adopt", {"lines": "ab" * 32}),
        ("delivery", "withdraw", {"because": "x"}),
        ("meeting", "agree", {}),
        ("request", "withdraw", {"because": "x"}),
    ],
)
def test_an_event_in_the_form_of_another_kind_or_agreement_changes_nothing(
    kind: str, word: str, said: Any
) -> None:
    made = world(Text("other-2026", (NORTH, SOUTH)))
    matter = opened(made)
    agreement = "other-2026" if kind == "request" else WORKING.id
    forge(made, NORTH, matter, word, said, kind=kind, agreement=agreement)
    north, south = seen(made, NORTH, matter), seen(made, SOUTH, matter)
    assert north.state == south.state == "asked" and north.story == south.story
    (ground,) = south.story[-1].against
    assert ground.text == "it is of another kind, or under another agreement, than the matter it names"
    assert do(made, SOUTH, matter, "acknowledge").grounds == ()
    assert do(made, NORTH, matter, "withdraw", because="x").grounds == ()
    assert seen(made, SOUTH, matter).state == "withdrawn"


def test_what_was_begun_before_the_end_is_finished_and_nothing_new_is_begun() -> None:
    made = world()
    matter = opened(made)
    do(made, SOUTH, matter, "accept")
    made.denounce(SOUTH, WORKING.id)
    made.settle()
    made.wait(timedelta(days=40))
    step = begin(made, NORTH)
    assert step.grounds and all("nothing new is begun under it" in ground.text for ground in step.grounds)
    assert any(ground.ref.endswith("notice 2") for ground in step.grounds)
    assert do(made, SOUTH, matter, "answer", words="late, but here").grounds == ()
    assert seen(made, NORTH, matter).state == "answered"


def test_a_notice_that_comes_later_is_read_into_the_past_and_both_agree_again() -> None:
    """North opens a request not knowing that South has denounced; once it knows, both say that it never counted."""
    made = world()
    made.network.cut(NORTH, SOUTH)
    made.denounce(SOUTH, WORKING.id)
    made.wait(timedelta(days=40))
    step = begin(made, NORTH)
    assert step.grounds == () and step.matter is not None
    name = step.matter.id
    made.settle()
    (row,) = made.members[NORTH].act(matters_listed)
    assert row.state == "" and row.void == 1
    assert seen(made, NORTH, name).story == seen(made, SOUTH, name).story
