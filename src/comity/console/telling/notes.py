"""What an officer is told: how much of what awaits, and where. Never what it is about, who sent it, or its name."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from comity.console.views import today
from comity.console.visit import Caller
from comity.languages import _

_NUMBER = re.compile(r"\d+")


def awaiting(caller: Caller) -> list[dict[str, Any]]:
    """Give what awaits an officer, as the first page shows it."""
    return today.build(caller).rows


def counts_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Give how many of each await, by where they are seen to."""
    found: dict[str, int] = {}
    for row in rows:
        number = _NUMBER.search(row["what"])
        name = f"{row['where']}{'!' if row['urgent'] else ''}"
        found[name] = int(number[0]) if number else 1
    return found


def is_news(before: Mapping[str, int], now: Mapping[str, int]) -> bool:
    """Tell whether something urgent awaits that did not before, or more of it."""
    return any(count > before.get(name, 0) for name, count in now.items() if name.endswith("!"))


def subject_of(party: str) -> str:
    """Give the subject of a mail: which node, and nothing else."""
    return _("{party}: something awaits you", party=party)


def text_of(rows: Sequence[Mapping[str, Any]], origin: str) -> str:
    """Write a mail: counts, and a link to the first page."""
    lines = [f"- {row['what']}" for row in rows]
    end = _(
        "You are told this because you asked for it; where and how often is said at {place}.",
        place=f"{origin}/me",
    )
    return "\n".join([*lines, "", f"{origin}/", "", "-- ", end, ""])
