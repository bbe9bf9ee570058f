"""What a node does with each kind of message: a table, so that a new kind is a line here and a use case of its own."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from comity.clock import Instant
from comity.errors import ForeignInput
from comity.federation import messages
from comity.node import witness
from comity.node.conclude import take_texts
from comity.node.decline import take_decline
from comity.node.introduce import take_news
from comity.node.node import Node
from comity.node.propose import take_proposal
from comity.node.reconcile import take_account
from comity.node.take_act import take_act
from comity.node.take_disclosure import take_disclosure
from comity.node.verdict import Verdict
from comity.ports import Transaction
from comity.sealing.inner import Message as InnerMessage


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


def _disclosure(letter: Letter) -> Verdict:
    node, transaction, sender, message, content, carrier, at = letter
    return take_disclosure(node, transaction, sender, message, content, carrier=carrier, at=at)


def _consistency(letter: Letter) -> Verdict:
    node, transaction, sender, message, content, _, at = letter
    return witness.take_answer(node, transaction, sender, content, said=message.head.at, at=at)


def _plain(take: Callable[..., Verdict]) -> Callable[[Letter], Verdict]:
    """Take a letter with a use case that wants its content and the instant."""

    def taken(letter: Letter) -> Verdict:
        return take(letter.node, letter.transaction, letter.sender, letter.content, at=letter.at)

    return taken


#: kind of message -> what is done with it.
TAKEN_IN: Mapping[type[messages.Message], Callable[[Letter], Verdict]] = {
    messages.Disclose: _disclosure,
    messages.Act: _plain(take_act),
    messages.News: _plain(take_news),
    messages.Texts: _plain(take_texts),
    messages.Proposal: _plain(take_proposal),
    messages.Decline: lambda letter: take_decline(
        letter.node, letter.transaction, letter.sender, letter.content
    ),
    messages.ReconcileQuestion: _plain(take_account),
    messages.ReconcileAnswer: _plain(take_account),
    messages.ReconcileOutcome: _plain(take_account),
    messages.ConsistencyQuestion: _plain(witness.take_question),
    messages.ConsistencyAnswer: _consistency,
}


def take_in(letter: Letter) -> Verdict:
    """Act on a letter by its kind.

    Raises:
        ForeignInput: a kind that is not taken by itself.
    """
    take = TAKEN_IN.get(type(letter.content))
    if take is None:
        raise ForeignInput(f"message of the unknown kind `{letter.message.head.type[:60]}`")
    return take(letter)
