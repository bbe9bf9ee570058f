"""What a node does with each kind of letter about the register.

The use cases are loaded when the first such letter comes: they bring NumPy along, which no other letter needs.
"""

from collections.abc import Callable, Mapping
from importlib import import_module

from comity.federation import register_messages as messages
from comity.federation.message_parts import Message
from comity.node.letter import Letter
from comity.node.verdict import Verdict

__all__ = ["REGISTER", "contribution"]


def _with_instant(module: str, name: str) -> Callable[[Letter], Verdict]:
    def taken(letter: Letter) -> Verdict:
        verdict: Verdict = getattr(import_module(f"comity.node.{module}"), name)(
            letter.node, letter.transaction, letter.sender, letter.content, at=letter.at
        )
        return verdict

    return taken


def _with_both_instants(module: str, name: str) -> Callable[[Letter], Verdict]:
    def taken(letter: Letter) -> Verdict:
        verdict: Verdict = getattr(import_module(f"comity.node.{module}"), name)(
            letter.node,
            letter.transaction,
            letter.sender,
            letter.content,
            said=letter.message.head.at,
            at=letter.at,
        )
        return verdict

    return taken


def _bare(module: str, name: str) -> Callable[[Letter], Verdict]:
    def taken(letter: Letter) -> Verdict:
        verdict: Verdict = getattr(import_module(f"comity.node.{module}"), name)(
            letter.transaction, letter.sender, letter.content
        )
        return verdict

    return taken


#: kind of message -> what is done with it.
REGISTER: Mapping[type[Message], Callable[[Letter], Verdict]] = {
    messages.RegisterCheck: _with_both_instants("answer_check", "take_check"),
    messages.RegisterAnswer: _with_both_instants("take_answer", "take_answer"),
    messages.RegisterEcho: _with_instant("take_answer", "take_echo"),
    messages.RegisterFollowUp: _with_instant("follow_up", "take_follow_up"),
    messages.RegisterRelease: _with_instant("follow_up", "take_release"),
    messages.RegisterOutcome: _bare("follow_up", "take_outcome"),
    messages.RegisterEnd: _bare("answer_check", "take_end"),
    messages.RegisterFlag: _with_both_instants("flag_record", "take_flag"),
    messages.RegisterFlagAnswer: _bare("flag_record", "take_flag_answer"),
}


def contribution(letter: Letter, verdict: Verdict) -> None:
    """Take a record that another Party contributes into the register that this one hosts for all.

    Raises:
        ForeignInput: the item that brought it is no record of its originator's.
    """
    row = letter.transaction.item(verdict.about) if verdict.state == "accepted" else None
    if row is not None and row.category.startswith("register."):
        from comity.node.host_register import take_contribution

        take_contribution(letter.node, letter.transaction, letter.sender, row, at=letter.at)
