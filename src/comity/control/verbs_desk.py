"""Verbs about the desk: which programs may ask the register of this node over HTTP."""

import hashlib
from pathlib import Path
from typing import Any

from comity.control.verb import Desk, verb
from comity.node import record


@verb("desk-add")
def desk_add(desk: Desk, name: str, path: str) -> dict[str, str]:
    """Let a program in: its token goes to a new file, for its owner alone."""
    from comity.storage.desks import Desks

    Desks(desk.home.folder.path).add(name, Path(path))
    _enter(desk, f"added {name}")
    return {"name": name, "path": path}


@verb("desk-remove")
def desk_remove(desk: Desk, name: str) -> dict[str, str]:
    """Let a program in no longer."""
    from comity.storage.desks import Desks

    Desks(desk.home.folder.path).remove(name)
    _enter(desk, f"removed {name}")
    return {"name": name}


@verb("desk-list")
def desk_list(desk: Desk) -> list[dict[str, str]]:
    """List the programs that are let in."""
    from comity.storage.desks import Desks

    return [{"name": name} for name in Desks(desk.home.folder.path).names()]


def _enter(desk: Desk, what: str) -> None:
    def work(node: Any, transaction: Any) -> None:
        detail = what.encode()
        act = hashlib.sha256(detail + node.entropy(16)).hexdigest()
        record.enter(node, transaction, "desk", channel="", act=act, detail=detail, at=node.now(transaction))

    desk.act(work)
