"""An act as it arrives: who brought it to which node, under which name, when."""

from dataclasses import dataclass

from comity.clock import Instant
from comity.node.node import Node
from comity.ports import Transaction


@dataclass(frozen=True)
class Arrival:
    """Where and how an act came in.

    Attributes:
        node, transaction: on which node, in which piece of work.
        sender: the peer whose envelope brought it, who need not be who made it.
        digest: the act's name.
        at: when.
    """

    node: Node
    transaction: Transaction
    sender: str
    digest: str
    at: Instant
