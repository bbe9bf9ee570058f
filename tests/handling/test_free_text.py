"""What of a file's bytes the door reads: text in any encoding, and the stretches of it in what is binary."""

import random

import pytest

from comity.handling.free_text import text_in
from comity.handling.protected_matters import _STEMS, words_to_read
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
