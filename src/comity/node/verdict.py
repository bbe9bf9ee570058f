"""What became of a message: accepted, quarantined or waiting, on which grounds, and what it concerned."""

from typing import Literal

import msgspec

from comity.sealing.receipts import Ground


class Verdict(msgspec.Struct, frozen=True):
    """The fate of one message.

    Attributes:
        state: `accepted` it counts; `quarantined` it is kept apart; `waiting` it lacks a text that must come first.
        about: digest of the item it concerns, empty where none.
        agreement: under which an item was passed, where it was accepted.
        grounds: why it was not accepted.
        detail: what the journal's entry commits to; the grounds where empty.
    """

    state: Literal["accepted", "quarantined", "waiting"]
    about: str = ""
    agreement: str = ""
    grounds: tuple[Ground, ...] = ()
    detail: bytes = b""
