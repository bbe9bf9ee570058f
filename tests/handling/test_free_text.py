"""What of a file's bytes the door reads: text in any encoding, and the stretches of it in what is binary."""

import random

import pytest

from comity.handling.free_text import text_in
from comity.handling.protected_matters import _STEMS, _branching, words_to_read
from comity.handling.safeguards import check_item, needs_reading

SENTENCE = "The members of the congregation met in the church on the second Sunday of the month, as they always did.\n"
NOISE = random.Random(8).randbytes(300_000)


def suspicious(content: bytes) -> bool:
    return needs_reading(check_item("incident.reports", texts={"content": text_in(content)}))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1250"])
def test_text_is_read_in_whatever_encoding(encoding: str) -> None:
    assert suspicious((SENTENCE * 3).encode(encoding))


def test_cyrillic_in_two_bytes_each_is_read_from_the_middle_too() -> None:
    assert suspicious(("Прихожане собрались в церкви. " * 20).encode("utf-16-le")[200:])


def test_of_what_is_binary_nothing_is_decoded() -> None:
    assert text_in(bytes(5_000_000)) == ""
    assert len(text_in(NOISE)) < len(NOISE) // 100


@pytest.mark.parametrize("place", [0, 100_000, 262_144 - 90, 262_144 - 40, 300_000])
def test_text_inside_of_what_is_binary_is_read(place: int) -> None:
    assert not suspicious(NOISE)
    assert suspicious(NOISE[:place] + SENTENCE.encode() + bytes(3) + NOISE[place:])


def test_a_few_control_characters_make_no_binary_of_a_text() -> None:
    assert suspicious((SENTENCE * 100).encode() + b"\x00\x01")


def test_nothing_is_nothing() -> None:
    assert text_in(b"") == ""


def test_every_stem_is_found_at_the_beginning_of_a_word_and_only_there() -> None:
    for stem in " ".join(_STEMS).split():
        for written in (stem, stem.upper(), f"{stem}xyz"):
            assert list(words_to_read(f"about {written}, then")) == [written.casefold()]
        assert list(words_to_read(f"1{stem}")) == []


@pytest.mark.parametrize(
    ("stems", "pattern"),
    [
        (["sect"], "sect"),
        (["ab", "ac"], "a(?:b|c)"),
        (["ab", "abc"], "ab"),  # whatever follows begins with the shorter one
        (["a.b", "x"], r"(?:a\.b|x)"),
    ],
)
def test_the_pattern_of_stems_branches_letter_by_letter(stems: list[str], pattern: str) -> None:
    assert _branching(stems) == pattern


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("words", ["한국 교회 신자 모임", "教会の集まり", "sect"])
def test_a_mark_of_two_bytes_each_is_believed_whatever_the_script_and_however_short(
    encoding: str, words: str
) -> None:
    assert text_in(("\ufeff" + words).encode(encoding)) == "\ufeff" + words


@pytest.mark.parametrize("place", [100_000, 262_144 - 40, 290_000])
def test_a_stretch_of_text_is_read_once(place: int) -> None:
    noise = NOISE + NOISE + NOISE
    found = text_in(noise[:place] + SENTENCE.encode() + bytes(3) + noise[place:])
    assert found.count("congregation") == 1


def test_a_short_text_is_read_whole() -> None:
    assert text_in(b"The sect met.\n") == "The sect met.\n"
    assert text_in(b"The sect\x00met.\n") == ""  # in what is binary, only longer stretches


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        ("a" * 16, True),  # so few characters are enough to tell by
        ("a" * 15, False),  # and one fewer is not
        ("a" * 80 + "각" * 20, True),  # four in five are Latin or Cyrillic
        ("я" * 80 + "각" * 20, True),
        ("a" * 79 + "각" * 21, False),
        ("a" * 99 + "Ѐ", True),  # one in a hundred has a lower half of zero
        ("a" * 98 + "ЀЀ", False),
        ("a" * 98 + "Ѐ", False),  # one in ninety-nine is too many
        ("각" * 6553 + "a" * 26215 + "각" * 26215, True),  # the first 64 KiB tell, to the byte
        ("각" * 6554 + "a" * 26214 + "각" * 26214, False),
    ],
)
def test_how_much_must_look_like_two_bytes_each(encoding: str, text: str, is_read: bool) -> None:
    assert (text_in(text.encode(encoding)) == text) is is_read


@pytest.mark.parametrize(("length", "is_read"), [(1000, True), (999, False)])
def test_one_control_character_in_a_thousand_is_still_text(length: int, is_read: bool) -> None:
    text = b"\x01" + b"word " * 5 + b"\n" * (length - 26)
    assert (text_in(text) == text.decode()) is is_read


@pytest.mark.parametrize(("length", "is_read"), [(80, True), (79, False)])
@pytest.mark.parametrize("after", [b"", bytes(100)])
def test_a_stretch_of_eighty_characters_is_read(length: int, is_read: bool, after: bytes) -> None:
    assert (text_in(bytes(100) + b"w" * length + after) == "w" * length) is is_read
