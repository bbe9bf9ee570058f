"""Signed tree heads: known keys and signatures, strict reading, witnesses, two faces."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from comity.errors import BadInput, ForeignInput, VerificationFailed
from comity.journal.checkpoint import (
    Checkpoint,
    check_equivocation,
    cosign,
    note_key_id,
    origin_of_channel,
    origin_of_node,
    read_note,
    sign_checkpoint,
    verify_checkpoint,
    verify_cosignature,
)
from comity.journal.merkle import EMPTY_ROOT
from comity.keys import SigningKey, VerifyKey

KEY, WITNESS, STRANGER = (SigningKey.from_seed(bytes([number]) * 32) for number in (1, 2, 3))
ORIGIN = origin_of_channel("north.example", "south.example")
HEAD = Checkpoint(ORIGIN, 20852163, base64.b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="))
NOTE = sign_checkpoint(HEAD, KEY)
AT = datetime(2031, 3, 14, 9, 26, 53, 589793, tzinfo=UTC)
COSIGNED = cosign(NOTE, "south.example", WITNESS, AT)


@pytest.mark.parametrize(
    ("name", "encoded", "key_id"),
    [
        # The public verifier keys of the Go checksum database and of the example in Go's note package.
        ("sum.golang.org", "Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8", "033de0ae"),
        ("PeterNeumann", "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "c74f20a3"),
    ],
)
def test_key_ids_are_those_of_others(name: str, encoded: str, key_id: str) -> None:
    key = VerifyKey(base64.b64decode(encoded)[1:])
    assert note_key_id(name, key).hex() == key_id
    assert note_key_id(name, key, witness=True).hex() != key_id


def test_a_real_signature_over_a_tree_head_holds() -> None:
    """Entry 20,852,163 of the Go checksum database; its origin has spaces, which ours may not."""
    key = VerifyKey(base64.b64decode("Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")[1:])
    blob = base64.b64decode(
        "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8="
    )
    head = Checkpoint("go.sum database tree", HEAD.size, HEAD.root)
    assert blob[:4] == note_key_id("sum.golang.org", key)
    key.verify(blob[4:], head.text())


def test_a_checkpoint_reads_as_the_specification_shows() -> None:
    lines = NOTE.split("\n")
    assert lines[:4] == [
        "north.example/with/south.example",
        "20852163",
        "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
        "",
    ]
    assert lines[4].startswith("— north.example/with/south.example ")
    assert lines[5:] == [""]


def test_the_owner_of_a_tree_signs_its_head() -> None:
    assert verify_checkpoint(NOTE, ORIGIN, KEY.public) == HEAD
    assert verify_checkpoint(COSIGNED, ORIGIN, KEY.public) == HEAD
    empty = Checkpoint(origin_of_node("north.example"), 0, EMPTY_ROOT)
    assert verify_checkpoint(sign_checkpoint(empty, KEY), "north.example/journal", KEY.public) == empty


def test_a_checkpoint_of_another_tree_or_key_is_refused() -> None:
    with pytest.raises(VerificationFailed, match="is expected"):
        verify_checkpoint(NOTE, origin_of_node("north.example"), KEY.public)
    with pytest.raises(VerificationFailed, match="0 signatures of"):
        verify_checkpoint(NOTE, ORIGIN, STRANGER.public)


def test_a_number_or_root_cannot_be_changed() -> None:
    for old, new in (("20852163", "20852164"), ("CsUY", "DsUY")):
        with pytest.raises(VerificationFailed, match="does not hold"):
            verify_checkpoint(NOTE.replace(old, new), ORIGIN, KEY.public)


def test_a_witness_says_when_it_saw_it() -> None:
    seen = verify_cosignature(COSIGNED, "south.example", WITNESS.public)
    assert (seen.name, seen.at) == ("south.example", AT.replace(microsecond=0))
    with pytest.raises(VerificationFailed, match="0 signatures of `south"):
        verify_cosignature(NOTE, "south.example", WITNESS.public)


def test_a_witness_key_does_not_pass_for_the_owners() -> None:
    """The kinds of signature differ in key id and text, even under one key."""
    own = cosign(NOTE, ORIGIN, KEY, AT)
    assert verify_checkpoint(own, ORIGIN, KEY.public) == HEAD
    only_cosigned = NOTE.rpartition("\n\n")[0] + "\n\n" + own.splitlines(keepends=True)[-1]
    with pytest.raises(VerificationFailed):
        verify_checkpoint(only_cosigned, ORIGIN, KEY.public)


def test_the_time_of_a_cosignature_cannot_be_changed() -> None:
    lines = COSIGNED.splitlines(keepends=True)
    name, blob = lines[-1].removeprefix("— ").split()
    raw = bytearray(base64.b64decode(blob))
    raw[11] ^= 1
    forged = "".join(lines[:-1]) + f"— {name} {base64.b64encode(raw).decode()}\n"
    with pytest.raises(VerificationFailed, match="does not hold"):
        verify_cosignature(forged, "south.example", WITNESS.public)


def test_a_cosignature_beyond_the_calendar_is_refused_in_words() -> None:
    seconds = 2**62
    stamped = seconds.to_bytes(8) + WITNESS.sign(b"cosignature/v1\ntime %d\n" % seconds + HEAD.text())
    blob = note_key_id("south.example", WITNESS.public, witness=True) + stamped
    note = NOTE + f"— south.example {base64.b64encode(blob).decode()}\n"
    with pytest.raises(VerificationFailed, match="beyond the calendar"):
        verify_cosignature(note, "south.example", WITNESS.public)


def test_lines_of_unknown_keys_are_passed_over() -> None:
    many = NOTE
    for number in range(16):
        many = cosign(many, f"w{number}.example", STRANGER, AT + timedelta(seconds=number))
    assert verify_checkpoint(many, ORIGIN, KEY.public) == HEAD
    assert len(read_note(many).signatures) == 17


def test_two_roots_for_one_size_are_evidence() -> None:
    other = sign_checkpoint(Checkpoint(ORIGIN, HEAD.size, EMPTY_ROOT), KEY)
    later = sign_checkpoint(Checkpoint(ORIGIN, HEAD.size + 1, EMPTY_ROOT), KEY)
    check_equivocation([NOTE, later, COSIGNED], ORIGIN, KEY.public)
    with pytest.raises(VerificationFailed, match="two roots are signed for the 20852163 entries"):
        check_equivocation([NOTE, later, other], ORIGIN, KEY.public)


HEAD_LINES, SIGNATURE = NOTE.split("\n\n")


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        ("", "no blank line"),
        (HEAD_LINES, "no blank line"),
        (HEAD_LINES + "\n\n", "no blank line before the signatures, or none ends the last"),
        (NOTE[:-1], "no blank line before the signatures, or none ends the last"),
        (NOTE + "\n", "no blank line before the signatures, or none ends the last"),
        (NOTE + "more\n", "not a dash, a name and base64"),
        (NOTE.replace("\n\n", "\nextension\n\n"), "4 lines where"),
        (NOTE.replace("\n\n", "\n\n\n"), "4 lines where"),
        (NOTE.replace("20852163\n", ""), "2 lines where"),
        (NOTE.replace("20852163", "020852163"), "not a number of entries"),
        (NOTE.replace("20852163", "+20852163"), "not a number of entries"),
        (NOTE.replace("20852163", "-1"), "not a number of entries"),
        (NOTE.replace("20852163", "2e3"), "not a number of entries"),
        (NOTE.replace("20852163", "٣"), "not a number of entries"),
        (NOTE.replace("20852163", "9007199254740993"), "not a number of entries"),
        (NOTE.replace("20852163", "9" * 5000), "not a number of entries"),
        (NOTE.replace("20852163", ""), "not a number of entries"),
        (NOTE.replace("CsUY", "Cs*Y"), "root: not base64"),
        (NOTE.replace("q2I=", "q2J="), "root: not"),
        (NOTE.replace("CsUYapGG", ""), "root: 26 bytes where 32 belong"),
        (NOTE.replace("north.example/with", "north example/with", 1), "does not name a tree"),
        (NOTE.replace("north.example/with", "north+example/with", 1), "does not name a tree"),
        ("\n" + NOTE, "4 lines where"),
        (NOTE.replace("— ", "- "), "not a dash"),
        (NOTE.replace("— north", "—  north"), "not a dash"),
        (NOTE.replace("— north", "— +north"), "not a dash"),
        (HEAD_LINES + "\n\n— north.example AAAA\n", "holds no signature"),
        (HEAD_LINES + "\n\n— north.example !!\n", "signature: not base64"),
        (NOTE.replace("\n", "\r\n"), "holds a control character"),
        (NOTE.replace("north", "nor\x00th"), "holds a control character"),
        (NOTE.replace("north", "nor\ud800th"), "half of a surrogate pair"),
        (HEAD_LINES + "\n\n" + SIGNATURE * 65, "more than 64 signature lines"),
        (NOTE + "x" * 20_000, "more than the 16384 allowed"),
    ],
)
def test_anything_else_is_refused_with_its_reason(note: str, reason: str) -> None:
    with pytest.raises(ForeignInput) as refusal:
        read_note(note)
    assert reason in str(refusal.value)


def test_a_line_twice_is_not_two_signatures() -> None:
    with pytest.raises(VerificationFailed, match="2 signatures of"):
        verify_checkpoint(NOTE + SIGNATURE, ORIGIN, KEY.public)


@pytest.mark.parametrize("blob", [b"x", bytes(63), bytes(65)])
def test_a_signature_of_another_length_is_refused_in_words(blob: bytes) -> None:
    line = base64.b64encode(note_key_id(ORIGIN, KEY.public) + blob).decode()
    with pytest.raises(VerificationFailed, match="bytes"):
        verify_checkpoint(f"{HEAD_LINES}\n\n— {ORIGIN} {line}\n", ORIGIN, KEY.public)


def test_what_could_not_be_read_is_not_signed() -> None:
    with pytest.raises(BadInput, match="cannot name a tree"):
        sign_checkpoint(Checkpoint("two words", 0, EMPTY_ROOT), KEY)
    with pytest.raises(BadInput, match="cannot cosign"):
        cosign(NOTE, "two words", WITNESS, AT)
    with pytest.raises(BadInput, match="cannot cosign"):
        cosign(NOTE, "south.example", WITNESS, datetime(1969, 12, 31, tzinfo=UTC))
