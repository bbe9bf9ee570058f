"""Agreements on a node: held, signed, noticed; a text is never replaced by another under its id."""

from datetime import date, timedelta

import pytest

from comity.errors import BadInput, NotFound, RefusedHere
from comity.federation.messages import Texts
from comity.node.conclude import (
    give_notice,
    hold_agreement,
    sign_agreement,
    signature_problems,
    take_texts,
)
from comity.node.receive import receive
from comity.testing import hostile
from comity.testing.members import Member
from comity.testing.texts import Text
from comity.testing.world import World
from node.worlds import (
    DEFENCE,
    EAST,
    NORTH,
    NORTH_SOUTH,
    SOUTH,
    give,
    inbox,
    kinds,
    nothing_changed,
    report,
    world,
)


def files_at(made: World, party: str, agreement: str) -> dict[str, bytes]:
    rows = made.members[party].read(lambda transaction: transaction.agreements())
    return dict(next(row.files for row in rows if row.id == agreement))


def state(made: World, party: str, agreement: str = NORTH_SOUTH.id) -> str:
    member = made.members[party]
    timeline = member.read(member.node.know).timelines[agreement]
    return timeline.at(made.clock.now(), NORTH, SOUTH).state


def fresh(made: World, text: Text) -> dict[str, bytes]:
    return text.files({party: made.members[party].card.root_fingerprint for party in text.parties})


LATER = Text("north-south-later", (NORTH, SOUTH))


def test_a_text_is_in_force_once_every_party_has_signed_it() -> None:
    with world() as made:
        north, south = made.members[NORTH], made.members[SOUTH]
        files = fresh(made, LATER)
        files |= north.act(sign_agreement, files)
        assert state(made, NORTH, LATER.id) == "draft"
        assert made.share(NORTH, report(made), SOUTH, DEFENCE, under=LATER.id).decision.outcome == "refused"
        files |= south.act(sign_agreement, files)
        agreement = north.act(hold_agreement, files)
        assert signature_problems(agreement) == ()
        assert state(made, NORTH, LATER.id) == state(made, SOUTH, LATER.id) == "in-force"


@pytest.mark.parametrize("with_signatures", [True, False], ids=["same folder", "folder without them"])
def test_nobody_signs_a_text_twice_in_one_function(*, with_signatures: bool) -> None:
    with world() as made:
        files = fresh(made, LATER)
        added = made.members[NORTH].act(sign_agreement, files)
        again = {**files, **added} if with_signatures else files

        nothing_changed(made, NORTH, lambda: _signs_nothing(made, again))


def _signs_nothing(made: World, files: dict[str, bytes]) -> None:
    assert made.members[NORTH].act(sign_agreement, files) == {}


def test_a_signature_that_does_not_hold_is_named_and_counts_for_nothing() -> None:
    with world() as made:
        north, south = made.members[NORTH], made.members[SOUTH]
        files = fresh(made, LATER)
        signed = {**files, **north.act(sign_agreement, files), **south.act(sign_agreement, files)}
        name = next(each for each in signed if "south" in each and not each.endswith("card.json"))
        forged = {**signed, name: signed[name].replace(b'"sig":"', b'"sig":"AAAA')}
        with_it = _try_to_hold(north, forged)
        assert with_it != () or state(made, NORTH, LATER.id) == "draft"


def _try_to_hold(member: Member, files: dict[str, bytes]) -> tuple[str, ...]:
    try:
        return signature_problems(member.act(hold_agreement, files))
    except BadInput as error:
        return tuple(error.mistakes)


def test_another_text_under_the_same_id_is_refused() -> None:
    with world() as made:
        changed = fresh(made, Text(NORTH_SOUTH.id, NORTH_SOUTH.parties, consent_of=None))

        def refused() -> None:
            with pytest.raises(RefusedHere, match="another text of north-south-2026 is held here"):
                made.members[NORTH].act(hold_agreement, changed)

        nothing_changed(made, NORTH, refused)


def test_a_text_of_others_is_not_held() -> None:
    with world() as made, pytest.raises(RefusedHere, match=r"east\.example is not a Party"):
        made.members[EAST].act(hold_agreement, files_at(made, NORTH, NORTH_SOUTH.id))


def test_a_text_that_pins_another_root_than_the_card_held_is_refused() -> None:
    with world() as made:
        roots = {party: made.members[party].card.root_fingerprint for party in (NORTH, SOUTH)}
        files = LATER.files({**roots, SOUTH: made.members[EAST].card.root_fingerprint})
        with pytest.raises(RefusedHere, match=r"pins another root of south\.example"):
            made.members[NORTH].act(hold_agreement, files)


@pytest.mark.parametrize("spoil", [b"", b"no front matter", b"+++\ncomity = 1\n+++\n"])
def test_a_text_with_mistakes_is_not_held(spoil: bytes) -> None:
    with world() as made, pytest.raises(BadInput):
        made.members[NORTH].act(hold_agreement, {"agreement.en.md": spoil})


def test_a_denunciation_reaches_the_other_party_which_writes_its_own_day_of_receipt() -> None:
    with world() as made:
        made.denounce(SOUTH, NORTH_SOUTH.id)
        made.wait(timedelta(days=2))
        assert (state(made, SOUTH), state(made, NORTH)) == ("under-notice", "in-force")
        made.deliver(SOUTH)
        assert state(made, NORTH) == "under-notice"
        name = "notices/0002-denunciation.toml"
        ours, theirs = (files_at(made, party, NORTH_SOUTH.id)[name] for party in (SOUTH, NORTH))
        assert b"received = 2026-03-01T" in ours and b"received = 2026-03-03T" in theirs
        assert ours.split(b"received")[0] == theirs.split(b"received")[0]
        made.wait(timedelta(days=179))
        assert (state(made, SOUTH), state(made, NORTH)) == ("ended", "ended")


def test_two_parties_that_give_notice_at_one_moment_number_them_apart_and_hold_both() -> None:
    with world() as made:
        for _ in range(2):
            made.members[NORTH].act(give_notice, NORTH_SOUTH.id, {"kind": "denunciation"})
            made.members[SOUTH].act(give_notice, NORTH_SOUTH.id, {"kind": "denunciation"})
            made.settle()
            made.wait(timedelta(days=1))
        held = {
            party: {name for name in files_at(made, party, NORTH_SOUTH.id) if name.startswith("notices/")}
            for party in (NORTH, SOUTH)
        }
        assert held[NORTH] == held[SOUTH] == {f"notices/{n:04}-denunciation.toml" for n in (1, 2, 4, 5)}
        assert state(made, NORTH) == state(made, SOUTH) == "under-notice"


def test_a_notice_under_a_number_that_is_taken_waits_for_a_person_and_changes_nothing() -> None:
    with world() as made:
        made.members[NORTH].act(give_notice, NORTH_SOUTH.id, {"kind": "denunciation"})
        (digest,) = [
            row.digest
            for row in made.members[NORTH].read(lambda each: each.agreements())
            if row.id == NORTH_SOUTH.id
        ]
        other = b'kind = "suspension"\nby = "south.example"\ndated = 2026-03-01\n'
        message = Texts(
            agreement=NORTH_SOUTH.id, digest=digest, files={"notices/0001-suspension.toml": other}
        )
        at = made.clock.now()
        verdict = made.members[NORTH].act(take_texts, SOUTH, message, at=at)
        assert verdict.state == "quarantined"
        assert "0001-suspension" in verdict.grounds[0].text
        assert "notices/0001-suspension.toml" not in files_at(made, NORTH, NORTH_SOUTH.id)


def test_when_it_has_ended_nothing_new_passes_and_what_passed_is_still_bound() -> None:
    with world() as made:
        digest = report(made)
        give(made, digest)
        made.denounce(NORTH, NORTH_SOUTH.id)
        made.settle()
        made.wait(timedelta(days=200))
        assert made.share(NORTH, digest, SOUTH, DEFENCE).decision.outcome == "refused"
        onward = made.share(SOUTH, digest, EAST, DEFENCE).decision
        assert onward.outcome == "needs-consent"
        assert [ask.party for ask in onward.ask] == [NORTH]


@pytest.mark.parametrize(
    ("agreement", "fields", "error"),
    [
        ("unknown-2026", {"kind": "denunciation"}, NotFound),
        (NORTH_SOUTH.id, {"kind": "insult"}, BadInput),
        (NORTH_SOUTH.id, {"kind": "denunciation", "text": 'with a "quote"'}, BadInput),
        (NORTH_SOUTH.id, {"kind": "denunciation", "text": "x\ny"}, BadInput),
        (NORTH_SOUTH.id, {"kind": "denunciation", "whatever": "x"}, BadInput),
    ],
)
def test_a_notice_that_cannot_be_is_refused_and_nothing_is_sent(
    agreement: str, fields: dict[str, str | date], error: type[Exception]
) -> None:
    with world() as made:

        def refused() -> None:
            with pytest.raises(error):
                made.members[NORTH].act(give_notice, agreement, fields)

        nothing_changed(made, NORTH, refused)


@pytest.mark.parametrize(
    ("files", "state_after"),
    [
        ({"agreement.en.md": b"another text"}, "quarantined"),
        ({"notices/0001-denunciation.toml": b"not toml ["}, "quarantined"),
        ({"../../etc/passwd": b"x"}, "quarantined"),
        ({"signatures/../../x": b"x"}, "quarantined"),
    ],
)
def test_files_that_do_not_belong_in_a_folder_are_set_aside(
    files: dict[str, bytes], state_after: str
) -> None:
    with world() as made:
        held = files_at(made, NORTH, NORTH_SOUTH.id)
        digest = next(
            row.digest for row in made.members[NORTH].read(lambda transaction: transaction.agreements())
        )
        made.hostile.add(SOUTH)
        message = Texts(agreement=NORTH_SOUTH.id, digest=digest, files=files)
        data = made.members[SOUTH].act(hostile.craft, NORTH, message, sequence=1, channel=b"south to north !")
        assert made.members[NORTH].act(receive, data, "https").state == state_after
        assert files_at(made, NORTH, NORTH_SOUTH.id) == held
        assert inbox(made, NORTH)[0].reason
        assert kinds(made, NORTH)[-1] == "quarantined-texts"


def test_a_notice_that_nobody_signed_ends_nothing() -> None:
    with world() as made:
        digest = next(
            row.digest for row in made.members[NORTH].read(lambda transaction: transaction.agreements())
        )
        forged = b'kind = "denunciation"\nby = "north.example"\ndated = 2026-03-01\n'
        message = Texts(
            agreement=NORTH_SOUTH.id, digest=digest, files={"notices/0001-denunciation.toml": forged}
        )
        made.hostile.add(SOUTH)
        data = made.members[SOUTH].act(hostile.craft, NORTH, message, sequence=1, channel=b"south to north !")
        made.members[NORTH].act(receive, data, "https")
        made.wait(timedelta(days=200))
        assert state(made, NORTH) == "in-force"
