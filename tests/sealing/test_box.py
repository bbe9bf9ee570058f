"""A box opens for its recipient alone, shows nothing but a rough size, and is refused where a byte is amiss."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import BadInput, ForeignInput, VerificationFailed
from comity.keys import SealingKey
from comity.sealing.box import check_box, open_box, seal_box

OWN, OTHER, SPARE = (SealingKey.from_seed(bytes([number]) * 96) for number in (1, 2, 3))
ENVELOPE = b"an envelope " * 50
BOX = seal_box(ENVELOPE, [OWN.public])
HEAD = 33 + 1168


@settings(max_examples=20, deadline=None)
@given(size=st.integers(0, 200_000), keys=st.integers(1, 3))
def test_what_is_sealed_opens_with_any_of_the_recipients_keys(size: int, keys: int) -> None:
    held = [OWN, SPARE, OTHER][:keys]
    box = seal_box(bytes(size), [key.public for key in held])
    check_box(box)
    assert open_box(box, [held[-1]]) == bytes(size)


def test_short_things_look_alike_and_the_same_thing_never_the_same() -> None:
    assert len(seal_box(b"a receipt", [OWN.public])) == len(seal_box(bytes(8000), [OWN.public]))
    assert seal_box(ENVELOPE, [OWN.public])[8:] != BOX[8:]


def test_it_opens_for_nobody_else_and_bears_no_name_of_a_key() -> None:
    with pytest.raises(VerificationFailed, match="sealed for none of the keys held here"):
        open_box(BOX, [OTHER])
    two = seal_box(ENVELOPE, [OWN.public]), seal_box(ENVELOPE, [OWN.public])
    shared = {two[0][at : at + 8] for at in range(8, HEAD - 8)} & {
        two[1][at : at + 8] for at in range(8, HEAD - 8)
    }
    assert all(part.startswith(b"\x00") or b"\x00\x00" in part for part in shared)  # sizes alone are alike


def test_cut_or_lengthened_anywhere_it_is_no_box() -> None:
    for place in range(0, len(BOX), 37):
        with pytest.raises(ForeignInput):
            check_box(BOX[:place])
    with pytest.raises(ForeignInput):
        check_box(BOX + b"x")


def test_any_byte_altered_is_found() -> None:
    for place in range(0, len(BOX), 61):
        altered = bytearray(BOX)
        altered[place] ^= 1
        with pytest.raises((ForeignInput, VerificationFailed)):
            open_box(bytes(altered), [OWN])


def test_a_box_for_nobody_or_of_too_much_is_not_made() -> None:
    with pytest.raises(BadInput, match="0 recipient keys"):
        seal_box(b"x", [])
    with pytest.raises(BadInput, match="17 recipient keys"):
        seal_box(b"x", [OWN.public] * 17)
