"""Sizes that say little: Padmé.

A size is rounded up so that only its leading bits vary: at most 12 % is added, less to large ones, and of all sizes
up to 128 MiB only 524 remain distinguishable. Content ends with one byte 0x80 and zeros up to that size,
so that taking the padding away has one result whatever the content ends with.

>>> padded_size(1_000_000)
1015808
>>> bytes(unpad(bytearray(pad(b"letter"))))
b'letter'

Source: Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs" (PoPETs 2019), §4;
the marker is that of ISO/IEC 7816-4.
"""

from comity.errors import VerificationFailed

__all__ = ["is_padded_size", "pad", "padded_size", "padding_for", "unpad"]

_MARK = b"\x80"


def padded_size(size: int) -> int:
    """Round a size in bytes up, keeping of its floating-point form no more mantissa bits than exponent bits.

    Raises:
        ValueError: `size` is less than 1.
    """
    if size < 1:
        raise ValueError("only a positive size can be rounded up")
    exponent = size.bit_length() - 1
    free_bits = exponent - exponent.bit_length()
    mask = (1 << max(free_bits, 0)) - 1
    return (size + mask) & ~mask


def is_padded_size(size: int) -> bool:
    """Tell whether `padded_size` gives this size."""
    return size >= 1 and padded_size(size) == size


def padding_for(size: int, at_least: int = 0) -> bytes:
    """Give the bytes to put behind content of `size` bytes: the mark, then zeros.

    Args:
        size: bytes of content, 0 or more.
        at_least: a smaller whole is brought up to this many bytes, so that answers of different length look the same.
    """
    whole = padded_size(max(size + 1, at_least))
    return _MARK + bytes(whole - size - 1)


def pad(content: bytes, at_least: int = 0) -> bytes:
    """Give content with its padding."""
    return content + padding_for(len(content), at_least)


def unpad(padded: bytes | bytearray) -> memoryview:
    """Give the content without its padding, as a view that copies nothing.

    Raises:
        VerificationFailed: it does not end with a mark and zeros. Whoever sealed it, sealed something broken.
    """
    mark = padded.rfind(_MARK)
    if mark < 0 or padded.count(0, mark) != len(padded) - mark - 1:
        raise VerificationFailed("envelope: content does not end in padding")
    return memoryview(padded)[:mark]
