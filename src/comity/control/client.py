"""Telling a node what to do: over its socket where one serves the home, else by opening the home oneself."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import msgspec

from comity import errors
from comity.control.address import reachable
from comity.errors import BadInput, ComityError, StorageError

#: Seconds to wait for an answer; a large journal takes a while to read through.
_PATIENCE = 600.0


class NodeFault(ComityError):
    """The node that serves the home met a fault of its own; no answer was given, and none must be read into it."""

    exit_code = 70


class Teller(Protocol):
    """Runs a verb on a node and gives its plain outcome."""

    def __call__(self, verb: str, **parameters: Any) -> Any:
        """Run a verb."""
        ...


@contextmanager
def node_at(home: Path, *, passphrase: Callable[[], str] | None = None) -> Iterator[Teller]:
    """Give a way to tell the node of a home what to do.

    Raises:
        NotFound: there is no home there.
        HomeInUse: a process owns it that listens to nobody.
    """
    if _listens(home / "control"):
        yield lambda verb, **parameters: _ask(home / "control", verb, parameters)
        return
    from comity.assemble import open_home
    from comity.carriers.http_sender import HttpCarrier
    from comity.carriers.identity import Identity
    from comity.carriers.postman import Postman
    from comity.control.server import REGISTERED
    from comity.control.verb import VERBS, Desk

    assert REGISTERED
    with open_home(home, threaded=False, passphrase=passphrase) as opened:
        carrier = HttpCarrier(Identity(opened.node).calling)
        desk = Desk(opened, Postman(opened.node, carrier, secret=opened.mailbox_key), serving=False)
        try:
            yield lambda verb, **parameters: VERBS[verb](desk, parameters)
        finally:
            desk.postman.stop()


def _listens(path: Path) -> bool:
    if not path.exists():
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        try:
            link.connect(reachable(path))
        except OSError:
            return False
        return True


def _ask(path: Path, verb: str, parameters: dict[str, Any]) -> Any:
    request = msgspec.json.encode({"verb": verb, "parameters": parameters}) + b"\n"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            link.settimeout(_PATIENCE)
            link.connect(reachable(path))
            line = b""
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                with contextlib.suppress(BrokenPipeError):  # a command too large is answered before its end
                    link.sendall(request)
                with link.makefile("rb") as answer:
                    line = answer.readline()
    except OSError as error:
        raise StorageError(f"the node at {path.parent} does not answer: {error.strerror or error}") from None
    if not line:
        raise StorageError(
            f"the node at {path.parent} ended without an answer",
            hint="it answers the user who runs it, and root",
        )
    try:
        reply = msgspec.json.decode(line, type=dict[str, Any])
        if "error" in reply:
            raise _raised(reply["error"])
        return reply["result"]
    except (msgspec.MsgspecError, KeyError, TypeError):
        raise StorageError(
            f"the node at {path.parent} answers something else",
            hint="the command and the node may differ in version",
        ) from None


def _raised(said: dict[str, Any]) -> ComityError:
    """Make the error the node raised, so that both ways end alike."""
    if said["kind"] == "fault":
        return NodeFault(str(said["message"]))
    kind = getattr(errors, str(said["kind"]), ComityError)
    if not (isinstance(kind, type) and issubclass(kind, ComityError)):
        kind = ComityError
    hint = str(said.get("hint") or "")
    if issubclass(kind, BadInput):
        return kind(*(said.get("mistakes") or [said["message"]]), hint=hint)
    return kind(str(said["message"]), hint=hint)
