"""The screens: path, what is shown, with which template, to whom. The menu is made from this table.

A screen is open to whoever may use the verbs it rests on; `verb` names the one without which there is nothing to see.
Every screen is also there as `PATH.json`, and with a table as `PATH.csv`.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from comity.console.view import View
from comity.console.views import agreements, consents, items, rest, share, today, work
from comity.console.visit import Visit
from comity.languages.words import N_


class Screen(msgspec.Struct, frozen=True, kw_only=True):
    """One screen.

    Attributes:
        path: with `{id}` where it shows one thing.
        build: makes the view of a visit; with the id, where the path has one.
        template: the file that shows it.
        shows: the kind of view.
        verb: without it the screen is closed; empty for everybody.
        title: what the page is called.
        menu: whether it stands in the menu.
    """

    path: str
    build: Callable[..., View]
    template: str
    shows: type[View]
    verb: str
    title: str
    menu: bool = False

    def open_to(self, visit: Visit) -> bool:
        """Tell whether a visit may see it."""
        return not self.verb or visit.may(self.verb)


def _screen(
    path: str, build: Callable[..., View], shows: type[View], verb: str, title: str, *, menu: bool = False
) -> Screen:
    name = f"{shows.__name__.lower()}.html"
    return Screen(path=path, build=build, template=name, shows=shows, verb=verb, title=title, menu=menu)


SCREENS: tuple[Screen, ...] = (
    _screen("/", today.build, today.Today, "", N_("Today"), menu=True),
    _screen("/compose", share.compose, share.Compose, "item-add", N_("Share"), menu=True),
    _screen("/items", items.find, items.Items, "item-find", N_("Items"), menu=True),
    _screen("/items/{id}", items.one, items.Item, "item-show", N_("Item")),
    _screen("/items/{id}/share", share.share, share.Share, "share", N_("Share an item")),
    _screen("/inbox", items.came, items.Letters, "inbox", N_("Inbox"), menu=True),
    _screen("/sent", items.went, items.Letters, "outbox", N_("Sent"), menu=True),
    _screen("/consents", consents.overview, consents.Consents, "consent-list", N_("Consents"), menu=True),
    _screen("/consents/{id}", consents.one, consents.Request, "consent-list", N_("Request for consent")),
    _screen("/work", work.overview, work.Work, "matter-list", N_("Work"), menu=True),
    _screen("/work/{id}", work.one, work.Matter, "matter-show", N_("Matter")),
    _screen("/new/{id}", work.opening, work.Opening, "matter-open", N_("Open a matter")),
    _screen("/register", rest.register, rest.Register, "register-check", N_("Register"), menu=True),
    _screen(
        "/agreements",
        agreements.overview,
        agreements.Agreements,
        "agreement-list",
        N_("Agreements"),
        menu=True,
    ),
    _screen("/agreements/{id}", agreements.one, agreements.Agreement, "agreement-read", N_("Agreement")),
    _screen("/parties", rest.parties, rest.Parties, "peer-list", N_("Parties"), menu=True),
    _screen("/journal", rest.journal, rest.Journal, "journal-page", N_("Journal"), menu=True),
    _screen("/protests", rest.protests, rest.Protests, "protest-list", N_("Protests")),
    _screen("/second", rest.second, rest.Second, "", N_("Second officer"), menu=True),
    _screen("/officers", rest.officers, rest.Officers, "officer-list", N_("Officers"), menu=True),
    _screen("/me", rest.me, rest.Me, "", N_("You")),
    _screen("/components", rest.components, rest.Components, "", N_("Components")),
)


def menu(visit: Visit) -> list[Mapping[str, Any]]:
    """Give the menu as this officer sees it."""
    return [
        {
            "path": screen.path,
            "title": screen.title,
            "here": visit.path == screen.path
            or visit.path.startswith(f"{screen.path}/" if screen.path != "/" else "//"),
        }
        for screen in SCREENS
        if screen.menu and screen.open_to(visit)
    ]
