"""Where a serving node listens, as an address short enough for the kernel."""

import os
from pathlib import Path


def reachable(path: Path) -> str:
    """Give an address for the socket that is short enough: a Unix address has 107 bytes at the most."""
    if len(os.fsencode(path)) <= 100:
        return str(path)
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    return f"/proc/self/fd/{folder}/{path.name}"
