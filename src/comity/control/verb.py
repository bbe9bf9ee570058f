"""What a verb is: a name, typed parameters, a function over an open home, and a plain outcome."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from comity.assemble import Home
from comity.carriers.postman import Postman
from comity.errors import BadInput
from comity.node.deliver import resting
from comity.node.node import Node
from comity.ports import Transaction


@dataclass
class Desk:
    """Where verbs act: an open home, and whoever carries its letters.

    Attributes:
        home: the open home.
        postman: delivers the outbox; while a node serves it runs by itself, else letters go when a verb ends.
        serving: whether the postman runs by itself.
        officer: who gives the command, by id; empty where it is whoever may use the home.
    """

    home: Home
    postman: Postman
    serving: bool
    officer: str = ""

    @property
    def node(self) -> Node:
        """The node."""
        return self.home.node

    def act(self, work: Callable[[Node, Transaction], Any]) -> Any:
        """Run a use case as one piece of work."""
        node = self.node
        return node.act(lambda transaction: work(node, transaction))

    def send(self, peer: str | None = None, *, batches: int | None = None) -> dict[str, str]:
        """See to what is owed, to one Party or all; give those not reached, where that is known already.

        Args:
            batches: where no node serves, at most so many now.
        """
        if self.serving:
            self.postman.wake()
            return {}
        tried = self.postman.run_once(peer, batches=batches)
        untried = self.node.store.read(lambda transaction: resting(self.node, transaction, peer))
        return {**untried, **tried}


class Verb:
    """A verb under its name, with the types its parameters must have (`types`)."""

    def __init__(self, name: str, run: Callable[..., Any]) -> None:
        self.name = name
        self.run = run
        fields = [
            (each.name, each.annotation)
            if each.default is inspect.Parameter.empty
            else (each.name, each.annotation, each.default)
            for each in list(inspect.signature(run).parameters.values())[1:]
        ]
        self.types = {each[0]: each[1] for each in fields}
        self._parameters = msgspec.defstruct(
            f"Parameters_{name}", fields, forbid_unknown_fields=True, kw_only=True
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
        given = {name: getattr(read, name) for name in read.__struct_fields__}
        return msgspec.to_builtins(self.run(desk, **given), enc_hook=str)


VERBS: dict[str, Verb] = {}


def verb(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as a verb. Its first parameter is the desk; the others are annotated."""

    def register(run: Callable[..., Any]) -> Callable[..., Any]:
        VERBS[name] = Verb(name, run)
        return run

    return register
