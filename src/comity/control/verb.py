"""What a verb is: a name, typed parameters, a function over an open home, and a plain outcome.

A verb runs its use cases as pieces of work of their own. `Desk.together` makes one piece of work of several verbs and
of what goes with them (who gave the command, under which key it was sent): all of it is durable, or none.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any, TypeVar

import msgspec

from comity.assemble import Home
from comity.carriers.postman import Postman
from comity.errors import BadInput
from comity.node.deliver import resting
from comity.node.node import Node
from comity.ports import Transaction

T = TypeVar("T")


@dataclass
class Desk:
    """Where verbs act: an open home, and whoever carries its letters.

    Attributes:
        home: the open home.
        postman: delivers the outbox; while a node serves it runs by itself, else letters go when a verb ends.
        serving: whether the postman runs by itself.
        officer: who gives the command, by id; empty where it is whoever may use the home.
        within: the piece of work that everything done here is part of; None where each is one of its own.
        owing: whether something is to be sent once that piece of work is durable.
    """

    home: Home
    postman: Postman
    serving: bool
    officer: str = ""
    within: Transaction | None = None
    owing: bool = False

    @property
    def node(self) -> Node:
        """The node."""
        return self.home.node

    def act(self, work: Callable[[Node, Transaction], Any]) -> Any:
        """Run a use case as one piece of work."""
        node = self.node
        if self.within is not None:
            return work(node, self.within)
        return node.act(lambda transaction: work(node, transaction))

    def read(self, work: Callable[[Transaction], T]) -> T:
        """Run what changes nothing."""
        return work(self.within) if self.within is not None else self.node.store.read(work)

    def together(self, work: Callable[["Desk"], T]) -> T:
        """Run verbs at a desk where all they do is one piece of work; what it owes is sent once that is durable.

        Not for what works in several pieces by itself: importing, reading the journal through, the day's duties.
        """
        inner = replace(self, owing=False)

        def run(transaction: Transaction) -> T:
            inner.within = transaction
            return work(inner)

        done: T = self.node.act(run)
        if inner.owing:
            self.send()
        return done

    def send(self, peer: str | None = None, *, batches: int | None = None) -> dict[str, str]:
        """See to what is owed, to one Party or all; give those not reached, where that is known already.

        Args:
            batches: where no node serves, at most so many now.
        """
        if self.within is not None:
            self.owing = True
            return {}
        if self.serving:
            self.postman.wake()
            return {}
        tried = self.postman.run_once(peer, batches=batches)
        untried = self.read(lambda transaction: resting(self.node, transaction, peer))
        return {**untried, **tried}


#: A whole number as every reader of JSON has it; databases and calendars hold no larger ones either.
_Whole = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]


class Verb:
    """A verb under its name, with the types its parameters must have (`types`); it cannot do without some (`needed`).

    `alone`: it works in several pieces by itself, so it is part of no other.
    """

    def __init__(self, name: str, run: Callable[..., Any], *, alone: bool = False) -> None:
        self.name = name
        self.run = run
        self.alone = alone
        fields = [
            (each.name, each.annotation)
            if each.default is inspect.Parameter.empty
            else (each.name, each.annotation, each.default)
            for each in list(inspect.signature(run).parameters.values())[1:]
        ]
        self.types = {each[0]: each[1] for each in fields}
        self.needed = tuple(each[0] for each in fields if len(each) == 2)
        bounded = [(each[0], _Whole if each[1] is int else each[1], *each[2:]) for each in fields]
        self._parameters = msgspec.defstruct(
            f"Parameters_{name}", bounded, forbid_unknown_fields=True, kw_only=True
        )

    def __call__(self, desk: Desk, parameters: dict[str, Any]) -> Any:
        """Run it.

        Raises:
            BadInput: a parameter is unknown, missing or of another type.
        """
        try:
            read = msgspec.convert(parameters, self._parameters)
        except msgspec.ValidationError as error:
            raise BadInput(f"{self.name}: {error}") from None
        if self.alone and desk.within is not None:
            raise RuntimeError(f"{self.name} is no part of another piece of work")
        given = {name: getattr(read, name) for name in read.__struct_fields__}
        return msgspec.to_builtins(self.run(desk, **given), enc_hook=str)


VERBS: dict[str, Verb] = {}


def verb(name: str, *, alone: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as a verb. Its first parameter is the desk; the others are annotated.

    `alone`: it works in several pieces by itself (`Verb`).
    """

    def register(run: Callable[..., Any]) -> Callable[..., Any]:
        VERBS[name] = Verb(name, run, alone=alone)
        return run

    return register
