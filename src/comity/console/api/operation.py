"""What an operation is: a verb of `comity.control` under a method and a path.

Its parameters are those of the verb: the ones in the path, and the rest in the query (GET) or in a JSON object (POST).
Roles are those of the verb (`comity.console.permissions`).
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from comity.console.permissions import TWO_PERSONS
from comity.control.verb import VERBS

#: How many rows a page of a list has unless told otherwise, and at the most.
PAGE, MOST = 50, 500
#: Parameters of verbs that a program never gives: files of the machine, and what the API does in its own way.
_NEVER = frozenset({"path", "explained", "limit", "before", "names", "question"})
#: Parameters that say who the second officer is: nobody gives those but the second officer.
SECOND = frozenset({"approved_by"})


class Pages(msgspec.Struct, frozen=True):
    """How a list is cut into pages.

    Attributes:
        rows: where the rows stand in the verb's answer; empty where the answer is the rows.
        key: the field that names a row for good; empty where the verb counts by itself (`before`, `after`).
        bounded: whether the verb takes a `limit`.
    """

    rows: str = ""
    key: str = ""
    bounded: bool = False


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One thing the API can do.

    Attributes:
        id: its name in the document.
        method: `GET` or `POST`, and `PUT` for what is streamed. `path`: below `/api/v1`, with `{parameters}`.
        verb: the verb that does it.
        answer: the shape of the answer; None where it is bytes.
        tag: the chapter of the document.
        says: what it does, in one sentence.
        fixed: parameters of the verb that are the same for all.
        body: the shape of the body where it is not simply the verb's parameters.
        given: makes the verb's parameters from such a body.
        pages: how a list is cut; None where it is none.
        pick: takes one row out of what the verb lists; the id stands in the path.
        made: where what was made is found: a path with a field of the answer; empty where nothing was made.
        of: the operation whose version `If-Match` means.
        kept: whether an ETag tells that nothing has changed.
        entered: whether the journal says who did it; not of what is nobody's act yet.
        name: the name of a file; only of bytes.
    """

    id: str
    method: str
    path: str
    verb: str
    answer: Any
    tag: str
    says: str
    fixed: Mapping[str, Any] = msgspec.field(default_factory=dict)
    body: Any = None
    given: Callable[[Any], dict[str, Any]] | None = None
    pages: Pages | None = None
    pick: str = ""
    made: str = ""
    of: str = ""
    kept: bool = True
    entered: bool = True
    name: str = ""

    @property
    def in_path(self) -> tuple[str, ...]:
        """Give the parameters in the path."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))

    def parameters(self) -> dict[str, Any]:
        """Give what may be given beside the path, by name, with its type."""
        if self.body is not None:
            return {}
        left_out = {*_NEVER, *self.fixed, *self.in_path, *TWO_PERSONS.get(self.verb, ()), *self._turned}
        if TWO_PERSONS.get(self.verb):
            left_out |= SECOND
        return {name: kind for name, kind in VERBS[self.verb].types.items() if name not in left_out}

    @property
    def can_be_weighed(self) -> bool:
        """Tell whether it takes `dry_run`: nothing is made then."""
        return "dry_run" in VERBS[self.verb].types and "dry_run" not in self.fixed

    @property
    def turned_by(self) -> str:
        """Give the parameter by which the verb turns its own pages; empty where it has none."""
        return next((each for each in ("before", "after") if each in VERBS[self.verb].types), "")

    @property
    def _turned(self) -> tuple[str, ...]:
        """Give the parameter that a cursor stands for: a place in rows that only the verb understands."""
        name = self.turned_by if self.pages is not None and self.pages.rows else ""
        return (name,) if name and VERBS[self.verb].types[name] is str else ()


def op(id: str, line: str, verb: str, answer: Any, tag: str, says: str, **more: Any) -> Operation:
    """Put an operation together; `line` is its method and path."""
    method, path = line.split(" ")
    return Operation(id=id, method=method, path=path, verb=verb, answer=answer, tag=tag, says=says, **more)
