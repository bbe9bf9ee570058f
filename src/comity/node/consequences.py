"""Doing what follows from a step by itself, as `comity.cooperation.consequences` has it.

What a node makes for itself (watches) follows on both sides, whoever took the step, whenever its event comes in. What
is signed follows on the side that took the step alone, for nobody signs in another's name.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from comity.cooperation.consequences import CONSEQUENCES, Deed
from comity.cooperation.event import OPEN, series_name
from comity.cooperation.matter import Matter
from comity.node.matter_log import governing, log_of
from comity.node.node import Node
from comity.node.watch_objects import watch_objects
from comity.ports import Transaction

__all__ = ["DEEDS", "Act", "follow"]

#: How this Party takes another step: `comity.node.cooperate.act_on`.
Act = Callable[..., Any]


class _Taken(msgspec.Struct, frozen=True):
    """A step that was taken: the matter as it stands now, and how this Party takes another; None if not its own."""

    matter: Matter
    word: str
    act: Act | None


def follow(
    node: Node, transaction: Transaction, matter: Matter, word: str, *, act: Act | None = None
) -> tuple[str, ...]:
    """Do what follows from a step; give a sentence for each thing done.

    Args:
        matter: as it stands after it.
        act: how this Party takes another step; None where the step was the other Party's.
    """
    done: list[str] = []
    for consequence in CONSEQUENCES[matter.kind.name]:
        if consequence.deed and word in consequence.after:
            done += DEEDS[consequence.deed](node, transaction, _Taken(matter, word, act))
    return tuple(done)


def _watch(node: Node, transaction: Transaction, taken: _Taken) -> list[str]:
    return list(watch_objects(node, transaction, taken.matter))


def _tell_coordinated(node: Node, transaction: Transaction, taken: _Taken) -> list[str]:
    """Tell the missions that this Party's office is coordinated with of a contact, as a remark in their books."""
    matter = taken.matter
    if taken.act is None or matter.facts is None:
        return []
    knowledge = node.know(transaction)
    terms = governing(knowledge, matter.agreement, matter.opener, matter.other)(node.now(transaction))
    opening = matter.facts.opening
    name, reached = (opening.office, opening.with_) if taken.word == OPEN else (opening.with_, opening.office)
    office = terms.offices.get(name) if terms is not None else None
    done = []
    for mission in office.coordinated_with if office is not None else ():
        book = series_name("mission", matter.agreement, (matter.opener, matter.other), mission)
        if terms is None or mission not in terms.missions or not log_of(transaction, book):
            done.append(f"`{mission}` has no book here: tell it of the contact yourself")
            continue
        words = f"contact {matter.id[:12]}: `{name}` is in touch with `{reached}`, by {opening.way}"
        step = taken.act(node, transaction, book, "note", {"words": words}, kind="mission")
        refused = "; ".join(ground.text for ground in step.grounds)
        done.append(
            f"`{mission}` could not be told of the contact: {refused}"
            if refused
            else f"`{mission}` was told of the contact"
        )
    return done


def _tell_remarks(_node: Node, _transaction: Transaction, taken: _Taken) -> list[str]:
    """Give what the article has to say of the matter as it stands now."""
    if taken.matter.facts is None:
        return []
    return [ground.text for ground in taken.matter.kind.remarks(taken.matter.case())]


DEEDS: Final[Mapping[Deed, Callable[[Node, Transaction, _Taken], list[str]]]] = {
    "watch-objects": _watch,
    "tell-coordinated": _tell_coordinated,
    "tell-remarks": _tell_remarks,
}
