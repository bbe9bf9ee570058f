"""Padmé: sizes that say little, and content that comes back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import VerificationFailed
from comity.sealing.padding import is_padded_size, pad, padded_size, unpad


@pytest.mark.parametrize(
    ("size", "padded"),
    [
        (1, 1),
        (2, 2),
        (9, 10),
        (64, 64),
        (65, 72),
        (129, 144),
        (1_000, 1_024),
        (1_000_000, 1_015_808),
        (2**27, 2**27),
    ],
)
def test_sizes_of_the_scheme(size: int, padded: int) -> None:
    assert padded_size(size) == padded


def test_at_most_twelve_per_cent_is_added_and_never_taken() -> None:
    assert all(0 <= padded_size(size) - size <= 0.12 * size for size in range(1, 20_000))


def test_few_sizes_remain() -> None:
    sizes, size = 0, 1
    while size <= 2**27:
        sizes, size = sizes + 1, padded_size(size + 1)
    assert sizes == 524


@given(st.integers(1, 2**40))
@settings(max_examples=200, derandomize=True)
def test_padding_a_padded_size_changes_nothing_and_order_is_kept(size: int) -> None:
    assert is_padded_size(padded_size(size))
    assert padded_size(size) <= padded_size(size + 1)


@given(
    st.binary(max_size=300) | st.binary(max_size=20).map(lambda start: start + b"\x80\x00\x00"),
    st.integers(0, 400),
)
@settings(max_examples=200, derandomize=True)
def test_whatever_content_ends_with_it_comes_back(content: bytes, at_least: int) -> None:
    padded = pad(content, at_least)
    assert bytes(unpad(padded)) == content
    assert is_padded_size(len(padded))
    assert len(padded) >= at_least


@pytest.mark.parametrize("broken", [b"", b"\x00", b"letter", b"letter\x00", b"letter\x80\x00\x01"])
def test_content_without_padding_is_refused(broken: bytes) -> None:
    with pytest.raises(VerificationFailed, match="does not end in padding"):
        unpad(broken)


def test_only_a_positive_size_can_be_rounded() -> None:
    with pytest.raises(ValueError, match="positive"):
        padded_size(0)
    assert not is_padded_size(0)
