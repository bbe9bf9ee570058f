"""Reference pages printed from the program: the states of an agreement, and the rules of lint.

`python -m comity.agreements.reference_pages lifecycle|lint` writes `docs/reference/lifecycle.md` or `lint.md`; tests
compare them.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from comity.agreements.coherence import RULES
from comity.agreements.lifecycle import EVENTS, PERMITTING, STATES, TRANSITIONS

__all__ = ["PAGES", "lifecycle_page", "lint_page"]

_PRINTED = "This page is printed from the program (`python -m comity.agreements.reference_pages {}`)."


def lifecycle_page() -> str:
    """Print the states, the events with their sources, and the diagram."""
    return "\n".join(_lifecycle()) + "\n"


def _lifecycle() -> Iterator[str]:
    yield "# The life of an agreement"
    yield ""
    yield _PRINTED.format("lifecycle")
    yield "VCLT is the Vienna Convention on the Law of Treaties (1969)."
    yield "Of several true states the first of this list counts:"
    yield ", ".join(f"`{state}`" for state in STATES) + "."
    yield "Items may pass in " + ", ".join(f"`{state}`" for state in STATES if state in PERMITTING) + "."
    yield ""
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield "    [*] --> draft"
    for state, row in TRANSITIONS.items():
        for target in dict.fromkeys(row.values()):
            events = ", ".join(event for event, to in row.items() if to == target)
            yield f"    {_node(state)} --> {_node(target)}: {events}"
    yield "```"
    yield ""
    yield "| event | what happens, and its source |"
    yield "|---|---|"
    yield from (f"| `{event}` | {said} |" for event, said in EVENTS.items())


def _node(state: str) -> str:
    return state.replace("-", "_")


def lint_page() -> str:
    """Print every rule of lint with its reason and source."""
    return "\n".join(_lint()) + "\n"


def _lint() -> Iterator[str]:
    yield "# Lint"
    yield ""
    yield _PRINTED.format("lint")
    yield "`comity agreement lint FOLDER` runs every rule; an `error` makes it fail."
    for severity in ("error", "warning", "info"):
        yield ""
        yield f"## {severity}"
        yield ""
        yield "| rule | why it is asked | source |"
        yield "|---|---|---|"
        yield from (
            f"| `{each.id}` | {each.reason} | {each.source} |" for each in RULES if each.severity == severity
        )


PAGES: Final[Mapping[str, Callable[[], str]]] = {"lifecycle": lifecycle_page, "lint": lint_page}

if __name__ == "__main__":
    sys.stdout.write(PAGES[sys.argv[1]]())
