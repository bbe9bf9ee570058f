"""The Unix socket of a serving node: the command speaks to it, with the rights of the file's owner.

One request a connection: a line of JSON `{"verb", "parameters"}`, answered by a line `{"result"}` or `{"error"}`. The
socket is `0600` in a folder that is `0700`, and the kernel tells whose process is calling: another user is refused.
"""

import contextlib
import os
import socket
import socketserver
import struct
import threading

import msgspec
import structlog

from comity.control import (
    verbs_acts,
    verbs_agreements,
    verbs_cards,
    verbs_closing,
    verbs_consents,
    verbs_desk,
    verbs_drafts,
    verbs_duties,
    verbs_files,
    verbs_house,
    verbs_items,
    verbs_journal,
    verbs_ledger,
    verbs_matters,
    verbs_officers,
    verbs_overview,
    verbs_pages,
    verbs_programs,
    verbs_register,
    verbs_register_asking,
    verbs_register_keeping,
)
from comity.control.address import reachable
from comity.control.verb import VERBS, Desk
from comity.errors import BadInput, ComityError, StorageError
from comity.strict import read_json

log = structlog.get_logger("comity.control")

#: A content of 100 MiB in base64, and a little.
MAX_REQUEST_BYTES = 144 * 1024 * 1024

REGISTERED = (
    verbs_acts,
    verbs_agreements,
    verbs_cards,
    verbs_closing,
    verbs_consents,
    verbs_desk,
    verbs_drafts,
    verbs_duties,
    verbs_files,
    verbs_house,
    verbs_items,
    verbs_journal,
    verbs_ledger,
    verbs_matters,
    verbs_officers,
    verbs_overview,
    verbs_pages,
    verbs_programs,
    verbs_register,
    verbs_register_asking,
    verbs_register_keeping,
)


#: Seconds for commands under way when the node stops.
_PATIENCE = 4.0


class ControlServer:
    """Answers commands for a desk, until closed."""

    def __init__(self, desk: Desk) -> None:
        self._path = desk.home.folder.socket
        under_way = self._under_way = _UnderWay()
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()  # the lock on the home tells that nobody listens there any more

        class Handler(socketserver.StreamRequestHandler):
            timeout = 60

            def handle(self) -> None:
                answer(desk, self, under_way)

        before = os.umask(0o177)
        try:
            self._server = _Server(reachable(self._path), Handler)
        finally:
            os.umask(before)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="comity-control", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Listen no longer, and finish the commands under way."""
        self._server.shutdown()
        self._under_way.end(_PATIENCE)
        self._server.server_close()
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()


class _UnderWay:
    """Counts the commands that are running, so that the home is not closed under them."""

    def __init__(self) -> None:
        self._count = 0
        self._ended = False
        self._changed = threading.Condition()

    def __enter__(self) -> None:
        with self._changed:
            if self._ended:
                raise StorageError("the node is stopping", hint="give the command again")
            self._count += 1

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._count -= 1
            self._changed.notify_all()

    def end(self, patience: float) -> None:
        """Let no more begin, and wait for those that have."""
        with self._changed:
            self._ended = True
            self._changed.wait_for(lambda: not self._count, timeout=patience)


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 32


def answer(desk: Desk, handler: socketserver.StreamRequestHandler, under_way: _UnderWay) -> None:
    """Answer one request."""
    if _caller(handler.connection) not in (os.geteuid(), 0):
        return
    try:
        line = handler.rfile.readline(MAX_REQUEST_BYTES + 1)
    except OSError:  # it went away, or said nothing for a minute
        return
    if not line:
        return
    try:
        if len(line) > MAX_REQUEST_BYTES:
            raise BadInput(f"the command is larger than {MAX_REQUEST_BYTES} bytes")
        if not line.endswith(b"\n"):
            raise BadInput("the command ends before its line does")
        with under_way:
            reply = {"result": run(desk, line)}
    except ComityError as error:
        reply = {"error": error_fields(error)}
    except Exception:  # a fault of ours: the log has the trace, the caller one line
        log.exception("command failed")
        reply = {"error": {"kind": "fault", "message": "the node met a fault of its own; its log tells more"}}
    with contextlib.suppress(OSError):  # whoever asked does not wait any more
        handler.wfile.write(msgspec.json.encode(reply) + b"\n")


def run(desk: Desk, line: bytes) -> object:
    """Run the verb a request names."""
    request = read_json(line.rstrip(b"\n"), max_bytes=MAX_REQUEST_BYTES, floats=True, what="command")
    if not isinstance(request, dict) or request.keys() - {"verb", "parameters"}:
        raise BadInput("a command is an object with `verb` and `parameters`")
    name, parameters = request.get("verb"), request.get("parameters", {})
    if not isinstance(parameters, dict):
        raise BadInput("the `parameters` of a command are an object")
    if not isinstance(name, str) or name not in VERBS:
        raise BadInput(
            "the node does not know this command", hint="the command and the node may differ in version"
        )
    return VERBS[name](desk, parameters)


def error_fields(error: ComityError) -> dict[str, object]:
    """Put an error as plain values, so that the caller can raise the same."""
    return {
        "kind": type(error).__name__,
        "message": error.message,
        "mistakes": list(getattr(error, "mistakes", ())),
        "hint": error.hint,
    }


def _caller(connection: socket.socket) -> int:
    """Give the user id of the calling process, as the kernel knows it."""
    _, uid, _ = struct.unpack(
        "3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    )
    return int(uid)
