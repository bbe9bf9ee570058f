"""Listening at an address: at once, or not at all."""

import socket

from comity.errors import StorageError


def endpoint_at(address: str, port: int, *, secure: bool) -> str:
    """Write an endpoint."""
    host = f"[{address}]" if ":" in address else address
    return f"{'https' if secure else 'http'}://{host}:{port}"


def listen(
    address: str, port: int, *, beside: bool = False, hint: str = "choose another with --port"
) -> socket.socket:
    """Listen at an address.

    Args:
        beside: other workers of the same home listen there too; the kernel deals the callers out among them.
        hint: what to do where it is taken.

    Raises:
        StorageError: it is taken, or not one of this machine's.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if beside:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listener.bind((address, port))
        listener.listen(128)  # at once: two that only bind can both believe the port is theirs
    except OSError as error:
        listener.close()
        raise StorageError(f"port {port} on {address} cannot be used: {error.strerror}", hint=hint) from None
    return listener
