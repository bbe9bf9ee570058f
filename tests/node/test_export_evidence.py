"""Evidence files: what they prove to somebody who has nothing else, and every way in which one does not hold."""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import given as cases
from hypothesis import settings
from hypothesis import strategies as st

from comity.cards import Revocation
from comity.errors import BadInput, ComityError, NotFound, RefusedHere, VerificationFailed
from comity.federation.equivocation_file import (
    read_equivocation,
    verify_equivocation,
    write_equivocation,
)
from comity.federation.evidence_file import (
    Asked,
    EvidenceFile,
    EvidenceReport,
    read_evidence,
    verify_evidence,
    write_evidence,
)
from comity.federation.overseer_file import OverseerReport, verify_overseer
from comity.journal.checkpoint import Checkpoint, origin_of_channel, sign_checkpoint
from comity.journal.merkle import leaf_hash
from comity.node.export_evidence import equivocation_of, evidence_of
from comity.node.export_overseer import overseers_file
from comity.node.obtain_consent import ask_consent, grant
from comity.testing.world import World
from node.fuller import Fuller, quiet
from node.test_rotation import rotate
from node.worlds import DEFENCE, EAST, NORTH, SOUTH, SOUTH_EAST, give, journal, kinds, report, requests, world

INSPECTOR = "inspectorate.north.example"


def evidence(made: World, party: str, name: str) -> EvidenceFile:
    return made.members[party].act(evidence_of, name)


def checked(file: EvidenceFile) -> EvidenceReport:
    """Take the way of its reader: bytes, nothing else."""
    return verify_evidence(read_evidence(write_evidence(file)))


@cache
def passed_on() -> tuple[bytes, bytes, str]:
    """A report of North's that South made a summary of and passed on to East with North's consent.

    Gives the evidence of South and of East, and the message.
    """
    with world() as made:
        source = report(made)
        give(made, source)
        summary = made.add(SOUTH, b"a summary", "incident.reports", label="summary", made_from=[source])
        made.members[SOUTH].act(ask_consent, summary, to=EAST, purpose=DEFENCE)
        made.deliver(SOUTH)
        (request,) = requests(made, NORTH)
        made.members[NORTH].act(grant, request.id, until=made.clock.now() + timedelta(days=9))
        made.deliver(NORTH)
        outcome = give(made, summary, SOUTH, EAST)
        give(made, report(made, SOUTH, label="next"), SOUTH, EAST)  # whose receipt brings the cosigned head
        files = [write_evidence(evidence(made, party, outcome.message)) for party in (SOUTH, EAST)]
        return files[0], files[1], outcome.message


# -- what a file proves -------------------------------------------------------------------------------------------


def test_a_disclosure_is_proven_to_somebody_who_has_nothing_but_the_file() -> None:
    with world() as made:
        digest = report(made)
        message = give(made, digest).message
        assert checked(evidence(made, NORTH, message)).cosigned == ()  # until the next letter shows the entry
        give(made, report(made, label="next"))
        found = checked(evidence(made, NORTH, message))
        assert found.disclosed is not None and found.receipted is not None
        assert (found.disclosed.holder, found.disclosed.to, found.disclosed.item) == (NORTH, SOUTH, digest)
        assert found.disclosed.agreement_digest and found.grounds[0][0] == "north-south-2026 art. 2(2)"
        assert found.receipted[0] == "accepted"
        assert [name for name, _ in found.cosigned] == [SOUTH]
        assert set(found.roots) == {NORTH, SOUTH}
        assert b"the words of report" not in write_evidence(evidence(made, NORTH, message))
        from_south = checked(evidence(made, SOUTH, message))
        assert from_south.kind == "received-disclosure" and from_south.disclosed == found.disclosed


def test_sources_hands_and_consents_upstream_stand_in_it() -> None:
    for data in passed_on()[:2]:
        found = verify_evidence(read_evidence(data)).disclosed
        assert found is not None
        assert found.hands == (SOUTH, EAST)
        assert [source.rpartition(" ")[2] for source in found.sources] == [NORTH]
        assert [(each.by, each.holder, each.to) for each in found.consents] == [(NORTH, SOUTH, EAST)]


@pytest.mark.parametrize("by", ["number", "digest", "beginning", "item"])
def test_an_act_is_found_by_number_digest_or_item(by: str) -> None:
    with world() as made:
        digest = report(made)
        message = give(made, digest).message
        number = next(row.number for row in journal(made, NORTH) if row.kind == "sent-disclosure")
        name = {"number": str(number), "digest": message, "beginning": message[:10], "item": digest[:12]}[by]
        assert evidence(made, NORTH, name).act == message


def test_what_names_no_act_or_several_is_refused_with_what_it_could_be() -> None:
    with world() as made:
        digest = report(made)
        give(made, digest)
        give(made, digest)
        with pytest.raises(NotFound, match="passed more than once"):
            evidence(made, NORTH, digest)
        for name in ("ffffffffff", "99999", "zz", ""):
            with pytest.raises(NotFound):
                evidence(made, NORTH, name)


def test_a_refusal_is_evidence_too() -> None:
    with world() as made:
        accounts = report(made, category="finance.accounts")
        decision = made.share(NORTH, accounts, SOUTH, DEFENCE).decision
        found = checked(evidence(made, NORTH, decision.digest))
        assert found.asked == Asked(disclose=accounts, holder=NORTH, to=SOUTH, purpose=DEFENCE)
        assert (found.kind, found.outcome, found.disclosed, found.cosigned) == (
            "decided",
            "refused",
            None,
            (),
        )


def test_a_signed_act_is_shown_with_who_signed_it() -> None:
    with world() as made:
        give(made, digest := report(made))
        made.members[SOUTH].act(ask_consent, digest, to=EAST, purpose=DEFENCE)
        row = next(row for row in journal(made, SOUTH) if row.kind == "sent-act")
        assert checked(evidence(made, SOUTH, row.act)).said.startswith(f"consent-request of {SOUTH}")


def test_what_rests_on_a_stolen_key_is_refused_as_evidence_with_the_reason() -> None:
    """The entry stays and is flagged; but nobody who has only the file could tell its owner's word from the thief's."""
    with world() as made:
        message = give(made, report(made)).message
        stolen = made.members[NORTH].card.card.signing[0].keyid
        as_of = made.clock.now()
        made.wait(timedelta(hours=1))
        rotate(made, NORTH, "everyday", revoked=(Revocation(stolen, as_of, "stolen"),))
        made.settle()
        for party in (NORTH, SOUTH):
            with pytest.raises(VerificationFailed) as refused:
                evidence(made, party, message)
            assert f"key {stolen[:24]}… of {NORTH} was stolen at 2026-03-01" in refused.value.message
            assert refused.value.hint == "comity journal verify"


def test_what_was_erased_is_no_evidence_any_more() -> None:
    with world() as made:
        message = give(made, report(made)).message
        row = next(row for row in journal(made, NORTH) if row.act == message)
        made.members[NORTH].node.act(lambda transaction: transaction.erase_details([row.number]))  # type: ignore[attr-defined]
        with pytest.raises(NotFound, match="has been erased"):
            evidence(made, NORTH, str(row.number))


# -- every way in which one does not hold -------------------------------------------------------------------------


@cases(st.integers(0, 10**9), st.integers(0, 7))
@settings(max_examples=250, derandomize=True, deadline=None)
def test_any_altered_bit_is_found(place: int, bit: int) -> None:
    data = bytearray(passed_on()[0])
    data[place % len(data)] ^= 1 << bit
    with pytest.raises(ComityError):
        verify_evidence(read_evidence(bytes(data)))


@cases(st.integers(0, 10**9), st.integers(1, 40))
@settings(max_examples=60, derandomize=True, deadline=None)
def test_anything_cut_out_is_found(place: int, length: int) -> None:
    data = passed_on()[1]
    start = place % len(data)
    with pytest.raises(ComityError):
        verify_evidence(read_evidence(data[:start] + data[start + length :]))


def other() -> EvidenceFile:
    with world(seed="other") as made:
        return evidence(made, NORTH, give(made, report(made, label="other")).message)


SWAPS: dict[str, tuple[Callable[[EvidenceFile], dict[str, Any]], str]] = {
    "another entry": (lambda _: {"leaf": other().leaf}, "another act|not in the tree|not signed"),
    "another detail": (lambda _: {"detail": other().detail, "key": other().key}, "the detail is not the one"),
    "another head": (lambda _: {"checkpoint": other().checkpoint}, "expected|not signed|nobody named"),
    "a witness who is none": (lambda file: {"witnesses": (*file.witnesses, NORTH)}, "not cosigned by north"),
    "a witness left out": (lambda _: {"witnesses": ()}, "lines of nobody named"),
    "no hop": (lambda _: {"custody": ()}, "without the sender's own hop"),
    "no source": (lambda _: {"lineage": ()}, "named but not evidenced"),
    "a card too few": (
        lambda file: {"cards": file.cards[1:]},
        "not cosigned|no key of|not signed|no signature",
    ),
    "another's receipt": (lambda _: {"receipt": other().receipt}, "answers another message|no signature"),
    "another act": (lambda _: {"act": "ab" * 32}, "another act than the file says"),
    "a path too long": (
        lambda file: {"path": (*file.path, "ab" * 32)},
        "longer than the tree|not in the tree",
    ),
    "somebody else's": (lambda _: {"by": EAST}, "is expected|not signed"),
}


@pytest.mark.parametrize("name", SWAPS)
def test_what_does_not_belong_is_named(name: str) -> None:
    file = read_evidence(passed_on()[0])
    change, reason = SWAPS[name]
    with pytest.raises(ComityError, match=reason):
        verify_evidence(msgspec.structs.replace(file, **change(file)))


def test_statements_beside_an_entry_that_discloses_nothing_are_refused() -> None:
    with world() as made:
        message = give(made, report(made)).message
        file = evidence(made, NORTH, message)
        row = next(row for row in journal(made, NORTH) if row.kind == "decided")
        for more in ({"custody": file.custody}, {"necessity": "anything"}, {"confirmations": file.custody}):
            mixed = msgspec.structs.replace(evidence(made, NORTH, row.act), **more)
            with pytest.raises(VerificationFailed, match="beside an entry that is none"):
                verify_evidence(mixed)


def test_roots_known_otherwise_are_pinned() -> None:
    file = read_evidence(passed_on()[0])
    roots = verify_evidence(file).roots
    assert verify_evidence(file, roots).roots == roots
    with pytest.raises(
        VerificationFailed, match=r"no card of north\.example in the file hangs from the root"
    ):
        verify_evidence(file, {NORTH: "ed25519:" + "0" * 64})


def test_another_spelling_of_the_same_is_refused() -> None:
    data = passed_on()[0]
    for spelled in (data[:-1], data + b"\n", json.dumps(json.loads(data)).encode() + b"\n"):
        with pytest.raises(BadInput, match="not spelled"):
            read_evidence(spelled)


# -- equivocation -------------------------------------------------------------------------------------------------


def test_two_heads_of_one_size_are_a_file_that_convicts_their_signer() -> None:
    with world() as made:
        give(made, report(made))
        north, south = made.members[NORTH], made.members[SOUTH]
        with pytest.raises(NotFound, match="no two heads of one size"):
            south.act(equivocation_of, NORTH)
        row = south.read(lambda transaction: transaction.kept_head(NORTH, ours=False))
        assert row is not None
        key = north.node.keyring.signer(north.card.card, "journal", made.clock.now())
        lie = Checkpoint(origin_of_channel(NORTH, SOUTH), row.size, leaf_hash(b"another"))
        note, at = sign_checkpoint(lie, key), made.clock.now()
        south.node.act(lambda transaction: transaction.put_checkpoint(NORTH, row.size, note, at))
        data = write_equivocation(south.act(equivocation_of, NORTH))
        found = verify_equivocation(read_equivocation(data))
        assert (found.by, found.entries) == (NORTH, row.size) and len(set(found.signed)) == 2
        for place in range(0, len(data), 97):
            altered = bytearray(data)
            altered[place] ^= 1
            with pytest.raises(ComityError):
                verify_equivocation(read_equivocation(bytes(altered)))
        file = read_equivocation(data)
        with pytest.raises(VerificationFailed, match="do not contradict"):
            verify_equivocation(msgspec.structs.replace(file, notes=(file.notes[0],) * 2))


# -- the inspector ------------------------------------------------------------------------------------------------


def overseen(sees: tuple[str, ...]) -> World:
    words = ", ".join(f'"{word}"' for word in sees)
    more = ("[[oversight]]", f'body = "{INSPECTOR}"', f'of = "{NORTH}"', f"sees = [{words}]")
    text = Fuller("north-south-2026", (NORTH, SOUTH), more=more)
    made = quiet(text, SOUTH_EAST)
    made.clock.step(timedelta(hours=1))
    for number in range(8):
        give(made, made.add(NORTH, b"words %d" % number, "incident", label=f"r{number}"))
    made.share(NORTH, made.add(NORTH, b"money", "finance.accounts", label="money"), SOUTH, DEFENCE)
    made.clock.step(timedelta(hours=1))
    return made


def inspected(made: World, party: str = NORTH, body: str = INSPECTOR) -> tuple[bytes, OverseerReport]:
    now = made.clock.now()
    begin, end = now - timedelta(minutes=90), now
    data: bytes = made.members[party].act(overseers_file, body, begin=begin, end=end)
    return data, verify_overseer(data)


def test_an_inspector_counts_again_what_it_is_told() -> None:
    with overseen(("journal", "decisions", "counts", "samples")) as made:
        data, found = inspected(made)
        assert found.complete == (SOUTH,)
        assert found.counts[SOUTH]["sent-disclosure"] == 8
        assert found.decisions[SOUTH] == {"permitted": 8, "refused": 1}
        assert found.samples == 5
        assert found.mandates == ("north-south-2026 art. 5: journal, decisions, counts, samples",)
        assert b"words 3" not in data
        assert kinds(made, NORTH)[-1] == "overseen"


@pytest.mark.parametrize(
    ("sees", "absent"),
    [(("counts",), ("leaves", "decisions", "samples")), (("counts", "decisions"), ("leaves", "samples"))],
)
def test_an_inspector_sees_what_the_article_says_and_no_more(
    sees: tuple[str, ...], absent: tuple[str, ...]
) -> None:
    from comity.signing import from_bytes

    with overseen(sees) as made:
        data, found = inspected(made)
        (part,) = json.loads(from_bytes(data, max_bytes=10**8).payload)["channels"]
        assert all(not part[name] for name in absent)
        assert found.complete == () and sum(found.counts[SOUTH].values()) > 8


def test_who_is_no_inspector_gets_nothing() -> None:
    with overseen(("counts",)) as made:
        for party, body in ((NORTH, "nobody.example"), (SOUTH, INSPECTOR)):
            with pytest.raises(RefusedHere, match="no agreement names"):
                inspected(made, party, body)
        with pytest.raises(BadInput, match="ends before it begins"):
            at = made.clock.now()
            made.members[NORTH].act(overseers_file, INSPECTOR, begin=at, end=at)


def test_an_inspectors_file_that_was_altered_does_not_hold() -> None:
    with overseen(("journal", "decisions", "counts", "samples")) as made:
        data, _ = inspected(made)
        for place in range(0, len(data), 1511):
            altered = bytearray(data)
            altered[place] ^= 1
            with pytest.raises(ComityError):
                verify_overseer(bytes(altered))


def _first(changes: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    return lambda part: part.update(changes)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda part: part["leaves"].pop(), "entries where"),
        (lambda part: part["leaves"].reverse(), "not in|two different|does not|consistency|begin"),
        (lambda part: part["counts"].update({"sent-disclosure": 7, "receipted": 9}), "counts are not those"),
        (lambda part: part["counts"].update({"sent-disclosure": 7}), "do not come to the number"),
        (lambda part: part["samples"].pop(), "not those that the tree chooses"),
        (lambda part: part["decisions"][0].update({"detail": "e30="}), "the detail is not the one"),
        (lambda part: part["sees"].append("content"), "more is shown than any mandate allows"),
    ],
)
def test_a_party_that_signs_less_than_the_truth_is_found_out(
    change: Callable[[dict[str, Any]], None], reason: str
) -> None:
    from comity import signing
    from comity.federation.overseer_file import PAYLOAD_TYPE

    with overseen(("journal", "decisions", "counts", "samples")) as made:
        data, _ = inspected(made)
        file = json.loads(signing.from_bytes(data, max_bytes=10**8).payload)
        change(file["channels"][0])
        north = made.members[NORTH]
        key = north.node.keyring.signer(north.card.card, "journal", made.clock.now())
        payload = msgspec.json.encode(file)
        forged = signing.to_bytes(signing.sign(PAYLOAD_TYPE, payload, key))
        with pytest.raises(VerificationFailed, match=reason):
            verify_overseer(forged)
