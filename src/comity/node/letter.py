"""An opened letter, as the use cases take it that act on what came in."""

from collections.abc import Callable
from typing import Any, NamedTuple

from comity.clock import Instant
from comity.node.node import Node
from comity.node.verdict import Verdict
from comity.ports import Transaction
from comity.sealing.inner import Message as InnerMessage

__all__ = ["Letter", "plain"]


class Letter(NamedTuple):
    """An opened letter, as a use case takes it.

    Attributes:
        node, transaction: on which node, in which piece of work.
        sender: the Party whose signature it bears.
        message: the message with its address and instant; `content` is its content, read.
        carrier: what brought it; `at`: when.
    """

    node: Node
    transaction: Transaction
    sender: str
    message: InnerMessage
    content: Any
    carrier: str
    at: Instant


def plain(take: Callable[..., Verdict]) -> Callable[[Letter], Verdict]:
    """Take a letter with a use case that wants its content and the instant."""

    def taken(letter: Letter) -> Verdict:
        return take(letter.node, letter.transaction, letter.sender, letter.content, at=letter.at)

    return taken
