"""The one table of what the API can do. The router and the OpenAPI document are both made from it."""

from collections.abc import Mapping
from typing import Any

from comity.console.api.chapters import (
    agreements,
    consents,
    drafts,
    items,
    journal,
    letters,
    parties,
    register,
    work,
)
from comity.console.api.operation import Operation
from comity.errors import NotFound

OPERATIONS: tuple[Operation, ...] = (
    *items.OPERATIONS,
    *letters.OPERATIONS,
    *consents.OPERATIONS,
    *agreements.OPERATIONS,
    *drafts.OPERATIONS,
    *register.OPERATIONS,
    *work.OPERATIONS,
    *journal.OPERATIONS,
    *parties.OPERATIONS,
)

BY_ID: Mapping[str, Operation] = {each.id: each for each in OPERATIONS}


def picked(operation: Operation, rows: list[dict[str, Any]], id: str) -> dict[str, Any]:
    """Take one row out of a list.

    Raises:
        NotFound: it is not among them.
    """
    for row in rows:
        if row[operation.pick] == id:
            return row
    raise NotFound(f"nothing of the name `{id[:80]}` is here")
