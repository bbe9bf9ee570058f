"""What a node does with each kind of message: a table, so that a new kind is a line here and a use case of its own."""

from collections.abc import Callable, Mapping

from comity.errors import ForeignInput
from comity.federation import messages
from comity.node import witness
from comity.node.conclude import take_texts
from comity.node.decline import take_decline
from comity.node.introduce import take_news
from comity.node.letter import Letter, plain
from comity.node.propose import take_proposal
from comity.node.reconcile import take_account
from comity.node.register_letters import REGISTER, contribution
from comity.node.take_act import take_act
from comity.node.take_disclosure import take_disclosure
from comity.node.verdict import Verdict


def _disclosure(letter: Letter) -> Verdict:
    node, transaction, sender, message, content, carrier, at = letter
    verdict = take_disclosure(node, transaction, sender, message, content, carrier=carrier, at=at)
    contribution(letter, verdict)
    return verdict


def _consistency(letter: Letter) -> Verdict:
    node, transaction, sender, message, content, _, at = letter
    return witness.take_answer(node, transaction, sender, content, said=message.head.at, at=at)


#: kind of message -> what is done with it.
TAKEN_IN: Mapping[type[messages.Message], Callable[[Letter], Verdict]] = {
    messages.Disclose: _disclosure,
    messages.Act: plain(take_act),
    messages.News: plain(take_news),
    messages.Texts: plain(take_texts),
    messages.Proposal: plain(take_proposal),
    messages.Decline: lambda letter: take_decline(
        letter.node, letter.transaction, letter.sender, letter.content
    ),
    messages.ReconcileQuestion: plain(take_account),
    messages.ReconcileAnswer: plain(take_account),
    messages.ReconcileOutcome: plain(take_account),
    messages.ConsistencyQuestion: plain(witness.take_question),
    messages.ConsistencyAnswer: _consistency,
    **REGISTER,
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
