"""Of the files that another Party sends, a folder keeps what proves something; nothing it sends is in anyone's way."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from comity.agreements.folder import parse_agreement
from comity.agreements.loading import MAX_FILES
from comity.agreements.signatures import TEXT, ActRef, check_signatures, file_name, sign_act, sign_text
from comity.federation.messages import Message, Proposal, Texts
from comity.node.conclude import give_notice, sign_part
from comity.node.new_files import MAX_WITH_THEIRS
from comity.node.node import Node
from comity.node.post import owe
from comity.ports import Transaction
from comity.testing.texts import Text
from comity.testing.world import World
from node.test_texts_not_here_yet import BILATERAL, FILES
from node.worlds import EAST, NORTH, NORTH_SOUTH, SOUTH, inbox, world

AGREEMENT = NORTH_SOUTH.id
LEAGUE = Text("league-2026", (NORTH, SOUTH, EAST), exchange=NORTH_SOUTH.exchange)
DENUNCIATION = b'kind = "denunciation"\nby = "north.example"\ndated = 2026-02-01\n'


def folder(made: World, party: str, agreement: str = AGREEMENT) -> Mapping[str, bytes]:
    rows = made.members[party].read(lambda transaction: transaction.agreements())
    return next(row.files for row in rows if row.id == agreement)


def state(made: World, party: str, agreement: str = AGREEMENT) -> str:
    member = made.members[party]
    return member.read(
        lambda transaction: (
            member.node.know(transaction).timelines[agreement].life.own_condition(member.clock.now()).state
        )
    )


def send(made: World, message: Message, sender: str = NORTH, to: str = SOUTH) -> tuple[str, str]:
    """Let a Party that is no honest one send a message; give what became of it."""
    made.hostile.add(sender)

    def work(node: Node, transaction: Transaction) -> None:
        owe(node, transaction, to, message, at=node.now(transaction), kind="texts")

    made.members[sender].act(work)
    made.deliver(sender)
    row = inbox(made, to)[0]
    return row.state, row.reason


def texts(made: World, files: Mapping[str, bytes], agreement: str = AGREEMENT) -> Texts:
    digest = parse_agreement(folder(made, NORTH, agreement)).digest
    return Texts(agreement=agreement, digest=digest, files=files)


def signed(
    made: World, name: str, data: bytes, party: str = NORTH, agreement: str = AGREEMENT
) -> dict[str, bytes]:
    """Give a notice with a good signature of a Party, made past its own node."""
    act = ActRef("notice", int(name.removeprefix("notices/").partition("-")[0]))
    read = parse_agreement({**folder(made, party, agreement), name: data})

    def work(node: Node, transaction: Transaction) -> bytes:
        at = node.now(transaction)
        key = node.keyring.signer(node.know(transaction).own.card, "director", at)
        return sign_act(read, act, key, party, "director", at)

    return {name: data, file_name(act, party, "director"): made.members[party].act(work)}


def test_a_notice_signed_by_its_author_is_kept_with_the_day_it_came() -> None:
    with world(NORTH_SOUTH) as made:
        made.wait(timedelta(days=100))
        files = signed(made, "notices/0001-end.toml", DENUNCIATION)
        assert send(made, texts(made, files)) == ("accepted", "")
        assert b"received = 2026-06-09T" in folder(made, SOUTH)["notices/0001-end.toml"]
        assert state(made, SOUTH) == "under-notice"


@pytest.mark.parametrize("received", ["2026-02-02", "2026-02-02T00:00:00Z", "2030-01-01"])
def test_a_proposal_of_a_text_that_is_held_brings_no_day_of_receipt_of_its_own(received: str) -> None:
    """The day is the recipient's own to write, whatever message a notice comes in."""
    with world(NORTH_SOUTH) as made:
        made.wait(timedelta(days=100))
        said = DENUNCIATION + f"received = {received}\n".encode()
        files = {**folder(made, NORTH), **signed(made, "notices/0001-end.toml", said)}
        message = Proposal(
            agreement=AGREEMENT,
            digest=parse_agreement(files).digest,
            to=(SOUTH,),
            files={**files, "agreement.de.md": files["agreement.en.md"].replace(b'= "en"', b'= "de"')},
        )
        assert send(made, message)[0] == "accepted"
        assert b"received = 2026-06-09T" in folder(made, SOUTH)["notices/0001-end.toml"]
        assert state(made, SOUTH) == "under-notice"
        assert "agreement.de.md" not in folder(made, SOUTH)  # a translation is the reader's own to add


IDLE = {
    "a signature that is none": {"signatures/x.dsse": b"x"},
    "a card that is none": {"signatures/north.example-2.card": b"x"},
    "a notice nobody signed": {"notices/0001-end.toml": DENUNCIATION},
    "a notice of another": {"notices/0001-end.toml": DENUNCIATION.replace(b"north", b"south")},
    "a notice that takes the last number": {"notices/999999-end.toml": DENUNCIATION},
    "a protocol nobody signed": FILES,
}


@pytest.mark.parametrize("files", IDLE.values(), ids=list(IDLE))
def test_what_proves_nothing_is_not_kept(files: Mapping[str, bytes]) -> None:
    with World.of((BILATERAL,), seed="idle") as made:
        held = folder(made, SOUTH)
        assert send(made, texts(made, files))[0] == "quarantined"
        assert folder(made, SOUTH) == held


def test_what_proves_nothing_keeps_nothing_beside_it_from_being_taken() -> None:
    with world(NORTH_SOUTH) as made:
        files = {**signed(made, "notices/0001-end.toml", DENUNCIATION), "signatures/x.dsse": b"x"}
        assert send(made, texts(made, files)) == ("accepted", "")
        assert "signatures/x.dsse" not in folder(made, SOUTH)
        assert state(made, SOUTH) == "under-notice"


def test_a_second_signature_that_claims_an_earlier_instant_moves_nothing() -> None:
    with world(NORTH_SOUTH) as made:
        early = made.clock.now() - timedelta(hours=1)
        read = parse_agreement(folder(made, NORTH))

        def sign(node: Node, transaction: Transaction) -> bytes:
            key = node.keyring.signer(node.know(transaction).own.card, "director", early + timedelta(hours=1))
            return sign_text(read, key, NORTH, "director", early)

        files = {"signatures/again.dsse": made.members[NORTH].act(sign)}
        assert send(made, texts(made, files))[0] == "quarantined"
        marks = check_signatures(parse_agreement(folder(made, SOUTH))).marks[TEXT]
        assert [mark.party for mark in marks] == [NORTH, SOUTH]
        assert early not in {mark.at for mark in marks}


def test_nobody_takes_the_name_of_anothers_signature() -> None:
    """North puts its own signature under the name that East's will have; East's is taken all the same."""
    with world(LEAGUE) as made:
        (east,) = [made.members[EAST].act(give_notice, LEAGUE.id, {"kind": "withdrawal"}) for _ in range(1)]
        (theirs,) = [name for name in east if name.endswith(".dsse")]
        (notice,) = [name for name in east if name.startswith("notices/")]
        own = signed(made, notice, east[notice], NORTH, LEAGUE.id)
        squatting = {theirs: own[file_name(ActRef("notice", int(notice[8:12])), NORTH, "director")]}
        assert send(made, texts(made, {notice: east[notice], **squatting}, LEAGUE.id))[0] == "quarantined"
        made.deliver(EAST)
        assert folder(made, SOUTH, LEAGUE.id)[theirs] == east[theirs]


def test_a_protocol_in_force_is_not_undone_by_another_language() -> None:
    """Without a languages clause every text counts: one more makes another protocol, which nobody has signed."""
    with World.of((BILATERAL,), seed="undone") as made:
        made.members[SOUTH].act(sign_part, BILATERAL.id, FILES, ActRef("protocol", 1))
        made.settle()
        made.members[NORTH].act(sign_part, BILATERAL.id, {}, ActRef("protocol", 1))
        made.settle()
        (text,) = FILES.values()
        files = {"protocols/0001-statistics.de.md": text.replace(b'language = "en"', b'language = "de"')}
        verdict, reason = send(made, texts(made, files, BILATERAL.id))
        assert (verdict, "another protocol is held here" in reason) == ("quarantined", True)
        (protocol,) = parse_agreement(folder(made, SOUTH)).protocols
        assert list(protocol.texts) == ["en"]


def test_whatever_numbers_another_has_used_up_one_can_still_give_notice() -> None:
    with world(NORTH_SOUTH) as made:
        resumption = DENUNCIATION.replace(b"denunciation", b"resumption")
        files = signed(made, "notices/999999-last.toml", resumption)
        assert send(made, texts(made, files)) == ("accepted", "")
        for number in (2, 5):
            added = made.members[SOUTH].act(give_notice, AGREEMENT, {"kind": "denunciation"})
            assert f"notices/{number:04d}-denunciation.toml" in added
        assert state(made, SOUTH) == "under-notice"


def test_what_others_send_leaves_room_for_ones_own_denunciation(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_WITH_THEIRS < MAX_FILES
    with world(NORTH_SOUTH) as made:
        monkeypatch.setattr("comity.node.new_files.MAX_WITH_THEIRS", len(folder(made, SOUTH)) + 1)
        files = signed(made, "notices/0001-end.toml", DENUNCIATION)
        verdict, reason = send(made, texts(made, files))
        assert (verdict, "that what others send may fill" in reason) == ("quarantined", True)
        made.denounce(SOUTH, AGREEMENT)
        assert state(made, SOUTH) == "under-notice"


@pytest.mark.parametrize(
    "name",
    [
        "signatures/\u202egpj.dsse",
        "signatures/ü.dsse",
        "signatures/a b.dsse",
        "signatures/a\nb.dsse",
        "signatures/" + "a" * 300 + ".dsse",
        "notices/" + "0" * 300 + ".toml",
    ],
)
def test_a_name_under_which_nothing_can_be_written_is_set_aside(name: str) -> None:
    with world(NORTH_SOUTH) as made:
        held = folder(made, SOUTH)
        assert send(made, texts(made, {name: b"x"}))[0] == "quarantined"
        files = {**held, name: b"x"}
        digest = parse_agreement(held).digest
        message = Proposal(agreement=AGREEMENT, digest=digest, to=(SOUTH,), files=files)
        assert send(made, message)[0] == "quarantined"
        assert folder(made, SOUTH) == held


def test_a_day_of_receipt_does_not_hide_behind_a_table() -> None:
    """A line written in at the end would stand in the table, and another day of receipt at the top."""
    with world(NORTH_SOUTH) as made:
        said = DENUNCIATION + b'text = """x"""\n"received" = 2026-02-02\n[x_notes]\n'
        held = folder(made, SOUTH)
        verdict, reason = send(made, texts(made, {"notices/0001-end.toml": said}))
        assert (verdict, "plain keys and values only" in reason) == ("quarantined", True)
        assert folder(made, SOUTH) == held
        assert made.clock.now().date() > date(2026, 2, 2)
