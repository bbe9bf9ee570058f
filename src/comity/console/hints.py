"""What to do next, for who sits at a page: a hint that names a command leads to the page that does the same.

Use cases give hints as commands. Where there is a page for one, and it is open to the officer, the hint is that page;
where there is none, it is for whoever runs the node.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from comity.console.screens import screen_at
from comity.console.visit import Visit
from comity.cooperation.kinds import KINDS
from comity.languages import _, said

#: The first words of a command -> the page that does the same, the longest that fits; `*` stands for what it names.
_PAGES: Mapping[str, str] = {
    "agreement": "/agreements",
    "agreement closing *": "/agreements/*/closing",
    "card": "/parties",
    "charge": "/ledger",
    "consent": "/consents",
    "deliver": "/sent",
    "file share *": "/items/*/share",
    "item": "/items",
    "item read *": "/items/*",
    "journal": "/journal",
    "necessity": "/redress",
    "officer": "/officers",
    "redress": "/redress",
    "register check": "/register",
    "register checks": "/register/checks",
    "register flags": "/register/flags",
    "register hits": "/register/hits",
    "register refuse": "/register/hits",
    "summary": "/ledger",
    "withdraw *": "/items/*",
    **dict.fromkeys(KINDS, "/work"),
}
#: Commands without a page, though their first word has one.
_HOUSE = ("agreement roots", "agreement hold", "card rotate", "journal verify")
_COMMAND = re.compile(r"\bcomity( [a-z][a-z-]*.*)", re.DOTALL)
_ID = re.compile(r"[0-9a-z][0-9a-z.-]*")


class Next(NamedTuple):
    """What to do next, in the reader's language, and the page where; empty where there is none."""

    words: str
    path: str = ""


def at_a_page(hint: str, visit: Visit | None) -> Next:
    """Give a hint as an officer at a page can follow it."""
    words = said(hint)
    found = _COMMAND.search(words)
    if found is None:
        return Next(words)
    command = found[1].split()
    path = _page(command)
    if not path:
        return Next(_("ask whoever runs the node: {hint}", hint=words))
    screen = screen_at(path)
    if visit is None or screen is None or not screen[0].open_to(visit):
        return Next(_("ask an officer who may, or an administrator"))
    return Next(words[: found.start()] + _(screen[0].title), path)


def _page(command: list[str]) -> str:
    if " ".join(command[:2]) in _HOUSE:
        return ""
    for length in (3, 2, 1):
        words = command[:length]
        path = _PAGES.get(" ".join(words))
        if path is None and len(words) > 1 and _ID.fullmatch(words[-1]):
            path = _PAGES.get(" ".join([*words[:-1], "*"]), "").replace("*", words[-1]) or None
        if path is not None:
            return path
    return ""
