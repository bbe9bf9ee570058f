"""An agreement ends: duties item by item, carried out, answered, accounted for alike on both sides (P7)."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from comity.clock import format_instant
from comity.errors import ComityError, NotFound, RefusedHere, VerificationFailed
from comity.federation import statements
from comity.federation.closing_file import read_closing, verify_closing, write_closing
from comity.federation.messages import Act
from comity.federation.statements import ClosedItem, ClosingAnswer, ExitDuty, Statement
from comity.node.closing import carry_out, sign_closing
from comity.node.closing_acts import note_passed
from comity.node.closing_table import Line, Table, table
from comity.node.conclude import give_notice
from comity.node.erase import hold
from comity.node.export_closing import closing_file
from comity.node.node import Node
from comity.node.obtain_consent import ask_consent, grant
from comity.node.post import owe
from comity.node.reconcile import ask_account, last_comparison
from comity.node.signed_statements import sign
from comity.node.withdraw import withdraw
from comity.ports import Transaction
from comity.testing.texts import Article, Text
from comity.testing.world import World
from node.worlds import DEFENCE, EAST, NORTH, SOUTH, body, give, inbox, item, kinds, report

_SHARED = (Article("incident.reports", (DEFENCE,)),)
NS = "north-south-2026"


def at_the_end(on_exit: str) -> str:
    return f"""## Article 5 — At the end

What was received does not stay as it was.

```toml clause
[protection]
on_exit = "{on_exit}"
on_exit_ground = "a file that courts may ask for"
```
"""


def text(on_exit: Any = "destroy", name: str = NS, parties: tuple[str, str] = (NORTH, SOUTH)) -> Text:
    return Text(name, parties, exchange=_SHARED, further=at_the_end(on_exit) if on_exit else "")


class Suspendable(Text, frozen=True):
    """A text that a Party may suspend."""

    def files(self, roots: Mapping[str, str]) -> dict[str, bytes]:
        return {
            name: data.replace(b"[term]\n", b"[term]\nsuspension = true\n")
            for name, data in super().files(roots).items()
        }


def end(made: World, agreement: str = NS, by: str = NORTH, days: int = 181) -> None:
    made.denounce(by, agreement)
    made.settle()
    made.wait(timedelta(days=days))


def seen(made: World, party: str, peer: str, agreement: str = NS) -> Table:
    return made.members[party].act(table, agreement, peer)


def execute(made: World, party: str, peer: str, agreement: str = NS) -> Table:
    found = made.members[party].act(carry_out, agreement, peer)
    made.settle()
    return found


def the_line(made: World, party: str, peer: str, agreement: str = NS) -> Line:
    (line,) = seen(made, party, peer, agreement).lines
    return line


def ended_world(on_exit: Any = "destroy", *more: Text) -> tuple[World, str]:
    made = World.of((text(on_exit), *more), seed="closing")
    given = report(made)
    give(made, given)
    return made, given


@pytest.mark.parametrize(
    ("on_exit", "answer", "ground", "kept"),
    [
        ("destroy", "destroyed", f"{NS} art. 5", False),
        ("return", "returned", f"{NS} art. 5", False),
        ("retain", "retained", f"{NS} art. 5", True),
        (None, "retained", "VCLT art. 70", True),
    ],
)
def test_what_the_text_says_is_done_and_answered(on_exit: Any, answer: str, ground: str, kept: bool) -> None:
    made, given = ended_world(on_exit)
    with made:
        end(made)
        before = the_line(made, SOUTH, NORTH)
        assert (before.answer, before.ground) == ("", ground)
        execute(made, SOUTH, NORTH)
        for party, peer in ((SOUTH, NORTH), (NORTH, SOUTH)):
            line = the_line(made, party, peer)
            assert (line.answer, line.ground) == (answer, ground)
            assert bool(line.backups_until) is not kept
        assert (body(made, SOUTH, given) is not None) is kept
        assert body(made, NORTH, given) is not None  # the giver keeps its own
        if on_exit == "retain":
            assert before.because == "a file that courts may ask for"


def test_the_account_is_signed_by_both_and_equal() -> None:
    made, _ = ended_world("return")
    with made:
        back = report(made, SOUTH, label="back")
        give(made, back, SOUTH, NORTH)
        end(made)
        execute(made, SOUTH, NORTH)
        execute(made, NORTH, SOUTH)
        assert made.members[NORTH].act(sign_closing, NS, SOUTH).signed_by == (NORTH,)
        made.settle()
        assert seen(made, SOUTH, NORTH).signed_by == (NORTH,)
        assert made.members[SOUTH].act(sign_closing, NS, NORTH).signed_by == (NORTH, SOUTH)
        made.settle()
        assert seen(made, NORTH, SOUTH).signed_by == (NORTH, SOUTH)
        files = [
            made.members[party].read(
                lambda transaction, party=party, peer=peer: closing_file(
                    made.members[party].node, transaction, NS, peer
                )
            )
            for party, peer in ((NORTH, SOUTH), (SOUTH, NORTH))
        ]
        reports = [verify_closing(read_closing(write_closing(file))) for file in files]
        assert reports[0] == reports[1]
        assert [(each.giver, each.returned) for each in reports[0].tallies] == [(NORTH, 1), (SOUTH, 1)]
        for party in (NORTH, SOUTH):
            assert {"closing-answer", "closing", "closing-agreed"} <= set(kinds(made, party))
        with pytest.raises(RefusedHere, match="signed by both already"):
            made.members[NORTH].act(sign_closing, NS, SOUTH)
        made.check_at_rest()


def files_of_both(made: World) -> list[Any]:
    """Check the closing file of each side, and give what it says."""
    found = []
    for party, peer in ((NORTH, SOUTH), (SOUTH, NORTH)):
        node = made.members[party].node
        file = made.members[party].read(
            lambda transaction, node=node, peer=peer: closing_file(node, transaction, NS, peer)
        )
        found.append(verify_closing(read_closing(write_closing(file))))
    return found


@pytest.mark.parametrize("first", [(NORTH, SOUTH), (SOUTH, NORTH)])
def test_two_that_put_the_account_forward_at_once_have_closed_it(first: tuple[str, str]) -> None:
    made, _ = ended_world()
    with made:
        end(made)
        execute(made, SOUTH, NORTH)
        for party, peer in (first, first[::-1]):
            made.members[party].act(sign_closing, NS, peer)  # neither has heard of the other's
        for party in first:
            made.deliver(party)
        made.settle()
        for party, peer in ((NORTH, SOUTH), (SOUTH, NORTH)):
            assert seen(made, party, peer).signed_by == (NORTH, SOUTH)
        reports = files_of_both(made)
        assert reports[0] == reports[1]
        assert [by for by, _ in reports[0].signed] == [NORTH, SOUTH]


def test_what_arrives_after_one_has_signed_makes_another_account_that_both_can_sign() -> None:
    short = msgspec.structs.replace(text(), notice_days=5)
    with World.of((short,), seed="closing") as made:
        give(made, report(made))
        end(made, days=4)
        assert made.share(NORTH, report(made, label="late"), SOUTH, DEFENCE).decision.permitted
        pouch = made.pack(NORTH, SOUTH)
        made.wait(timedelta(days=2))
        made.members[SOUTH].act(carry_out, NS, NORTH)
        made.members[SOUTH].act(sign_closing, NS, NORTH)
        made.open_pouch(SOUTH, pouch)
        made.settle()
        assert seen(made, SOUTH, NORTH).open == 1
        execute(made, SOUTH, NORTH)
        with pytest.raises(RefusedHere, match="it says 0 returned, 1 destroyed"):
            made.members[NORTH].act(sign_closing, NS, SOUTH)
        made.members[SOUTH].act(sign_closing, NS, NORTH)
        made.settle()
        assert made.members[NORTH].act(sign_closing, NS, SOUTH).signed_by == (NORTH, SOUTH)
        made.settle()
        reports = files_of_both(made)
        assert reports[0] == reports[1]
        assert [each.destroyed for each in reports[0].tallies] == [2, 0]


def test_nothing_is_signed_while_something_is_open() -> None:
    made, _ = ended_world()
    with made:
        end(made)
        for party, peer, whose, next_ in (
            (NORTH, SOUTH, ": south.example has yet to answer for them", ""),
            (SOUTH, NORTH, "", " --execute"),
        ):
            with pytest.raises(RefusedHere) as refused:
                made.members[party].act(sign_closing, NS, peer)
            said = f"1 items of {NS} are still open between {party} and {peer}{whose}"
            assert refused.value.message == said
            assert refused.value.hint == f"comity agreement closing {NS} --with {peer}{next_}"


@pytest.mark.parametrize("kind", ["in force", "under notice"])
def test_before_the_end_duties_are_shown_and_not_carried_out(kind: str) -> None:
    made, given = ended_world()
    with made:
        if kind == "under notice":
            made.denounce(NORTH, NS)
            made.settle()
        line = the_line(made, SOUTH, NORTH)
        assert (line.duty, line.ground) == ("destroy", f"{NS} art. 5")
        with pytest.raises(RefusedHere, match="not due yet"):
            made.members[SOUTH].act(carry_out, NS, NORTH)
        assert body(made, SOUTH, given) is not None


def test_a_legal_hold_wins_and_is_said() -> None:
    made, given = ended_world()
    with made:
        made.members[SOUTH].act(hold, given, because="case 12/31")
        end(made)
        execute(made, SOUTH, NORTH)
        line = the_line(made, NORTH, SOUTH)
        assert (line.answer, line.ground, line.because) == ("retained", "legal hold", "case 12/31")
        assert body(made, SOUTH, given) is not None


def test_what_came_by_another_agreement_that_goes_on_stays() -> None:
    made, given = ended_world("destroy", text("destroy", "north-south-2027"))
    with made:
        made.share(NORTH, given, SOUTH, DEFENCE, under="north-south-2027")
        made.settle()
        end(made)
        execute(made, SOUTH, NORTH)
        line = the_line(made, NORTH, SOUTH)
        assert (line.answer, line.ground) == ("retained", "north-south-2027")
        assert "also received from north.example" in line.because


def test_of_two_agreements_that_ended_the_stricter_counts() -> None:
    made, given = ended_world("return", text("destroy", "north-south-2027"))
    with made:
        made.share(NORTH, given, SOUTH, DEFENCE, under="north-south-2027")
        made.settle()
        made.denounce(NORTH, "north-south-2027")
        end(made)
        line = the_line(made, SOUTH, NORTH)
        assert (line.duty, line.ground) == ("destroy", "north-south-2027 art. 5")


def passed_on(on_exit: Any = "destroy") -> tuple[World, str]:
    made, given = ended_world(on_exit, text("retain", "south-east-2026", (SOUTH, EAST)))
    _, asked = made.members[SOUTH].act(ask_consent, given, to=EAST, purpose=DEFENCE)
    made.settle()
    until = made.clock.now() + timedelta(days=30)
    for request in asked:
        made.members[NORTH].act(grant, request.id, until=until)
    made.settle()
    assert made.share(SOUTH, given, EAST, DEFENCE).decision.permitted
    made.settle()
    return made, given


def test_duties_follow_the_hops() -> None:
    made, given = passed_on()
    with made:
        assert body(made, EAST, given) is not None
        end(made)
        assert made.members[SOUTH].act(carry_out, NS, NORTH).lines[0].onward == {EAST: ""}
        with pytest.raises(RefusedHere, match=r"still open|under way"):
            made.members[SOUTH].act(sign_closing, NS, NORTH)
        made.settle()
        assert body(made, EAST, given) is None
        assert item(made, EAST, given).state == "erased"
        assert the_line(made, SOUTH, NORTH).onward == {EAST: "destroyed"}
        assert "exit-erased" in kinds(made, EAST)


def test_a_hold_further_on_is_answered_too() -> None:
    made, given = passed_on()
    with made:
        made.members[EAST].act(hold, given, because="a court asks")
        end(made)
        execute(made, SOUTH, NORTH)
        assert the_line(made, SOUTH, NORTH).onward == {EAST: "retained"}
        assert body(made, EAST, given) is not None


def test_what_had_been_erased_before_is_answered_as_gone() -> None:
    made, given = ended_world()
    with made:
        made.members[NORTH].act(withdraw, given)
        made.settle()
        end(made)
        execute(made, SOUTH, NORTH)
        line = the_line(made, NORTH, SOUTH)
        assert (line.answer, line.because) == ("destroyed", "it had been erased before")


def test_after_the_end_nothing_new_passes_and_winding_down_goes_on() -> None:
    made, given = ended_world("retain")
    with made:
        end(made)
        second = report(made, label="second")
        assert not made.share(NORTH, second, SOUTH, DEFENCE).decision.permitted
        execute(made, SOUTH, NORTH)
        execute(made, NORTH, SOUTH)
        made.members[NORTH].act(sign_closing, NS, SOUTH)
        made.settle()
        made.members[SOUTH].act(sign_closing, NS, NORTH)
        made.settle()
        made.members[NORTH].act(withdraw, given)  # what stayed can still be taken back
        made.members[NORTH].act(ask_account, SOUTH)
        made.settle()
        assert body(made, SOUTH, given) is None
        compared = made.members[NORTH].read(lambda transaction: last_comparison(transaction, SOUTH))
        assert compared is not None
        assert compared[1].clean


def test_the_same_by_pouch() -> None:
    made, given = ended_world()
    with made:
        end(made)
        made.members[SOUTH].act(carry_out, NS, NORTH)
        made.open_pouch(NORTH, made.pack(SOUTH, NORTH))
        made.members[NORTH].act(carry_out, NS, SOUTH)
        made.members[NORTH].act(sign_closing, NS, SOUTH)
        made.open_pouch(SOUTH, made.pack(NORTH, SOUTH))
        assert made.members[SOUTH].act(sign_closing, NS, NORTH).signed_by == (NORTH, SOUTH)
        made.open_pouch(NORTH, made.pack(SOUTH, NORTH))
        assert seen(made, NORTH, SOUTH).signed_by == (NORTH, SOUTH)
        assert body(made, SOUTH, given) is None


def test_a_suspension_shows_duties_and_destroys_nothing() -> None:
    suspendable = Suspendable(NS, (NORTH, SOUTH), exchange=_SHARED, further=at_the_end("destroy"))
    with World.of((suspendable,), seed="closing") as made:
        given = report(made)
        give(made, given)
        made.members[NORTH].act(give_notice, NS, {"kind": "suspension"})
        made.settle()
        found = seen(made, SOUTH, NORTH)
        assert (found.state, found.lines[0].duty) == ("suspended", "destroy")
        assert not made.share(NORTH, report(made, label="second"), SOUTH, DEFENCE).decision.permitted
        with pytest.raises(RefusedHere, match="not due yet"):
            made.members[SOUTH].act(carry_out, NS, NORTH)
        assert body(made, SOUTH, given) is not None


def test_an_agreement_not_held_and_a_party_not_in_it_are_not_found() -> None:
    made, _ = ended_world()
    with made:
        for agreement, peer in (("nothing-2026", SOUTH), (NS, EAST), (NS, NORTH)):
            with pytest.raises(NotFound):
                made.members[NORTH].act(table, agreement, peer)


def altered_file(made: World, change: Callable[[Any], Any]) -> None:
    node = made.members[NORTH].node
    file = made.members[NORTH].read(lambda transaction: closing_file(node, transaction, NS, SOUTH))
    verify_closing(file)
    with pytest.raises((VerificationFailed, ComityError)):
        verify_closing(change(file))


def test_a_closing_file_that_was_altered_is_refused() -> None:
    made, _ = ended_world()
    with made:
        end(made)
        execute(made, SOUTH, NORTH)
        made.members[SOUTH].act(sign_closing, NS, NORTH)
        made.settle()
        made.members[NORTH].act(sign_closing, NS, SOUTH)
        made.settle()
        altered_file(made, lambda file: msgspec.structs.replace(file, answers=()))
        altered_file(made, lambda file: msgspec.structs.replace(file, agreed=file.statement))
        altered_file(made, lambda file: msgspec.structs.replace(file, cards=file.cards[:1]))
        altered_file(
            made, lambda file: msgspec.structs.replace(file, answers=file.answers * 2, agreed=file.answers[0])
        )


def test_the_table_comes_page_by_page_and_its_counts_hold_over_all_of_it() -> None:
    made, _ = ended_world("destroy")
    with made:
        for number in range(4):
            give(made, report(made, label=f"r{number}"))
            give(made, report(made, SOUTH, label=f"s{number}"), SOUTH, NORTH)
        end(made)
        execute(made, SOUTH, NORTH)
        whole = seen(made, NORTH, SOUTH)
        assert (whole.passed, whole.open, whole.after) == (9, 4, "")
        lines: list[Line] = []
        after = ""
        while True:
            page = made.members[NORTH].act(table, NS, SOUTH, after=after, limit=2)
            assert (page.passed, page.open) == (9, 4)
            lines += page.lines
            after = page.after
            if not after:
                break
        assert tuple(lines) == whole.lines
        assert [bool(line.answer) for line in lines].count(False) == 4
        assert made.members[NORTH].act(table, NS, SOUTH, limit=0).lines == ()


def test_a_receipt_that_comes_after_the_answer_leaves_nothing_open() -> None:
    made, given = ended_world("destroy")
    with made:
        end(made)
        execute(made, SOUTH, NORTH)
        north = made.members[NORTH]
        assert seen(made, NORTH, SOUTH).open == 0
        north.act(note_passed, NS, SOUTH, NORTH, given)
        assert seen(made, NORTH, SOUTH).open == 0


def act_of(made: World, party: str, statement: Statement, about: str, to: str) -> tuple[str, str]:
    """Let a Party that is no honest one sign and send an act; give what became of it."""
    made.hostile.add(party)

    def work(node: Node, transaction: Transaction) -> None:
        signed = statements.pack(sign(node, transaction, statement, node.now(transaction)))
        message = Act(statement=signed, to=to, about=about)
        owe(node, transaction, to, message, at=node.now(transaction), kind="act", about=about)

    made.members[party].act(work)
    made.deliver(party)
    row = inbox(made, to)[0]
    return row.state, row.reason


@pytest.mark.parametrize(
    ("agreement", "duty", "said"),
    [
        (NS, "retain", "no duty that goes on"),
        (NS, "burn", "no duty that goes on"),
        ("south-east-2026", "destroy", "did not come to south.example under"),
        ("never-2026", "destroy", "did not come to south.example under"),
    ],
)
def test_a_hand_that_passed_an_item_on_has_no_duty_of_its_own_making(
    agreement: str, duty: str, said: str
) -> None:
    made, given = passed_on()
    with made:
        false = ExitDuty(
            by=SOUTH,
            at=format_instant(made.clock.now()),
            item=given,
            agreement=agreement,
            digest="0" * 64,
            duty=duty,
            grounds=("art. 1",),
        )
        state, reason = act_of(made, SOUTH, false, given, EAST)
        assert (state, said in reason) == ("quarantined", True)
        assert body(made, EAST, given) is not None


def test_a_duty_under_an_agreement_that_goes_on_here_is_answered_and_not_carried_out() -> None:
    """Its end may not have been heard of yet: nothing is lost by keeping the item until then."""
    league = Text(NS, (NORTH, SOUTH, EAST), exchange=_SHARED, further=at_the_end("destroy"))
    with World.of((league,), seed="goes on") as made:
        given = report(made)
        give(made, given)
        give(made, given, SOUTH, EAST)
        duty = ExitDuty(
            by=SOUTH,
            at=format_instant(made.clock.now()),
            item=given,
            agreement=NS,
            digest="0" * 64,
            duty="destroy",
            grounds=(f"{NS} art. 5",),
        )
        assert act_of(made, SOUTH, duty, given, EAST) == ("accepted", "")
        made.deliver(EAST)
        (said,) = made.members[SOUTH].read(lambda each: list(each.answers("0" * 64, SOUTH, EAST)))
        assert (said.answer, said.because) == ("retained", f"{NS} is in-force as far as is known here")
        assert body(made, EAST, given) is not None


@pytest.mark.parametrize(
    ("mine", "answer", "said"),
    [
        (False, "destroyed", "was not passed to north.example"),
        (True, "burnt", "no answer at an agreement's end"),
    ],
)
def test_an_answer_is_about_what_was_passed_and_one_of_those_there_are(
    mine: bool, answer: str, said: str
) -> None:
    made, given = ended_world()
    with made:
        own = report(made, SOUTH, "own")
        give(made, own, SOUTH, NORTH)
        line = ClosedItem(item=own if mine else given, duty="destroy", ground="art. 1", answer=answer)
        digest = seen(made, SOUTH, NORTH).digest
        false = ClosingAnswer(
            by=NORTH,
            at=format_instant(made.clock.now()),
            agreement=NS,
            digest=digest,
            to=SOUTH,
            items=(line,),
        )
        state, reason = act_of(made, NORTH, false, digest, SOUTH)
        assert (state, said in reason) == ("quarantined", True)
        assert not made.members[SOUTH].read(lambda each: list(each.answers(digest, SOUTH, NORTH)))
