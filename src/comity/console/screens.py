"""The screens: path, what is shown, with which template, to whom. The menu is made from this table.

A screen is open to whoever may use the verbs it rests on; `verb` names the one without which there is nothing to see.
Every screen is also there as `PATH.json`, and with a table as `PATH.csv`.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

import msgspec

from comity.console.view import View
from comity.console.views import (
    agreements,
    closing,
    consents,
    items,
    journal,
    keys,
    ledger,
    parties,
    redress,
    register,
    rest,
    search,
    share,
    summary,
    texts,
    today,
    work,
    year,
)
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
        menu: whether it stands in the menu. `under`: else the page of the menu under which it stands as a tab.
        looks_again: whether what was asked of the page may be asked anew without the officer; else it stands `UNASKED`.
    """

    path: str
    build: Callable[..., View]
    template: str
    shows: type[View]
    verb: str
    title: str
    menu: bool = False
    under: str = ""
    looks_again: bool = True

    def open_to(self, visit: Visit) -> bool:
        """Tell whether a visit may see it."""
        return not self.verb or visit.may(self.verb)


def _screen(
    path: str,
    build: Callable[..., View],
    shows: type[View],
    verb: str,
    title: str,
    *,
    menu: bool = False,
    under: str = "",
    looks_again: bool = True,
) -> Screen:
    name = f"{shows.__name__.lower()}.html"
    return Screen(
        path=path,
        build=build,
        template=name,
        shows=shows,
        verb=verb,
        title=title,
        menu=menu,
        under=under,
        looks_again=looks_again,
    )


SCREENS: tuple[Screen, ...] = (
    _screen("/", today.build, today.Today, "", N_("Today"), menu=True),
    _screen("/compose", share.compose, share.Compose, "item-add", N_("Share"), menu=True),
    _screen("/items", items.find, items.Items, "item-find", N_("Items"), menu=True),
    _screen("/inbox", items.came, items.Letters, "inbox", N_("Inbox"), under="/items"),
    _screen("/sent", items.went, items.Letters, "outbox", N_("Sent"), under="/items"),
    _screen("/items/{id}", items.one, items.Item, "item-show", N_("Item"), under="/items"),
    _screen("/items/{id}/share", share.share, share.Share, "share", N_("Share an item"), under="/items"),
    _screen("/protests", rest.protests, rest.Protests, "protest-list", N_("Protests"), under="/items"),
    _screen("/redress", redress.build, redress.Redress, "redress-list", N_("Redress"), under="/items"),
    _screen("/consents", consents.overview, consents.Consents, "consent-list", N_("Consents"), menu=True),
    _screen(
        "/consents/{id}",
        consents.one,
        consents.Request,
        "consent-list",
        N_("Request for consent"),
        under="/consents",
    ),
    _screen("/work", work.overview, work.Work, "matter-find", N_("Work"), menu=True),
    _screen("/work/year", year.build, year.Year, "due-list", N_("Year"), under="/work"),
    _screen("/ledger", ledger.build, ledger.Ledger, "ledger", N_("Ledger"), under="/work"),
    _screen("/work/{id}", work.one, work.Matter, "matter-show", N_("Matter"), under="/work"),
    _screen("/new/{id}", work.opening, work.Opening, "matter-open", N_("Open a matter"), under="/work"),
    _screen(
        "/register",
        register.check,
        register.Register,
        "register-check",
        N_("Register"),
        menu=True,
        looks_again=False,
    ),
    _screen(
        "/register/checks", register.asked, register.Asked, "register-checks", N_("Asked"), under="/register"
    ),
    _screen(
        "/register/watches",
        register.watches,
        register.Asked,
        "register-checks",
        N_("Watches"),
        under="/register",
    ),
    _screen("/register/hits", register.hits, register.Hits, "register-hits", N_("Hits"), under="/register"),
    _screen(
        "/register/flags", register.flags, register.Flags, "register-flags", N_("Flags"), under="/register"
    ),
    _screen(
        "/register/quotas",
        register.quotas,
        register.Quotas,
        "register-quota",
        N_("Quotas"),
        under="/register",
    ),
    _screen(
        "/register/checks/{id}",
        register.one_check,
        register.Check,
        "register-asked",
        N_("Check"),
        under="/register",
    ),
    _screen(
        "/register/hits/{id}", register.one_hit, register.Hit, "register-hit", N_("Hit"), under="/register"
    ),
    _screen(
        "/register/records/{id}",
        register.record,
        register.Record,
        "register-show",
        N_("Record"),
        under="/register",
    ),
    _screen(
        "/agreements",
        agreements.overview,
        agreements.Agreements,
        "agreement-list",
        N_("Agreements"),
        menu=True,
    ),
    _screen(
        "/agreements/{id}",
        agreements.one,
        agreements.Agreement,
        "agreement-read",
        N_("Agreement"),
        under="/agreements",
    ),
    _screen(
        "/agreements/{id}/versions",
        agreements.versions,
        agreements.Versions,
        "agreement-versions",
        N_("Versions and changes"),
        under="/agreements",
    ),
    _screen(
        "/agreements/{id}/notice",
        agreements.notice,
        agreements.Notice,
        "agreement-notice",
        N_("Give a notice"),
        under="/agreements",
    ),
    _screen(
        "/agreements/{id}/closing",
        closing.build,
        closing.Closing,
        "agreement-closing",
        N_("What is due at its end"),
        under="/agreements",
    ),
    _screen(
        "/texts", texts.overview, texts.Texts, "agreement-look", N_("Drafts of texts"), under="/agreements"
    ),
    _screen("/texts/{id}", texts.one, texts.Text, "agreement-look", N_("A text"), under="/agreements"),
    _screen("/parties", parties.overview, parties.Parties, "peer-list", N_("Parties"), menu=True),
    _screen("/parties/{id}", parties.one, parties.Party, "peer-line", N_("Party"), under="/parties"),
    _screen("/keys", keys.build, keys.Keys, "card-keys", N_("Own keys"), under="/parties"),
    _screen("/journal", journal.build, journal.Journal, "journal-page", N_("Journal"), menu=True),
    _screen("/summary", summary.build, summary.Summary, "flow-figures", N_("Summary"), menu=True),
    _screen("/search", search.build, search.Search, "", N_("Search")),
    _screen("/second", rest.second, rest.Second, "", N_("Second officer"), menu=True),
    _screen("/officers", rest.officers, rest.Officers, "officer-list", N_("Officers"), menu=True),
    _screen("/me", rest.me, rest.Me, "", N_("You")),
    _screen("/components", rest.components, rest.Components, "", N_("Components")),
)

#: Those with a path of their own first: `/work/year` before `/work/{id}`.
PLAINEST: tuple[Screen, ...] = tuple(sorted(SCREENS, key=lambda screen: "{id}" in screen.path))


def screen_at(path: str) -> tuple[Screen, tuple[str, ...]] | None:
    """Give the screen at a path, with the id that stands in it; None where there is none."""
    for screen in PLAINEST:
        before, within, after = screen.path.partition("{id}")
        if not within and path == screen.path:
            return screen, ()
        id = path[len(before) : len(path) - len(after)]
        if within and path == f"{before}{id}{after}" and id and "/" not in id:
            return screen, (unquote(id),)
    return None


#: A page of the menu, or a tab: its path and title, and whether it is open.
Place = Mapping[str, Any]


def menu(visit: Visit, screen: Screen | None) -> list[Place]:
    """Give the menu as this officer sees it."""
    here = (screen.under or screen.path) if screen is not None else ""
    return [_place(each, here) for each in SCREENS if each.menu and each.open_to(visit)]


def tabs(visit: Visit, screen: Screen | None) -> list[Place]:
    """Give the pages that stand beside this one under the same page of the menu; none where it stands alone."""
    if screen is None:
        return []
    group = screen.under or screen.path
    beside = [
        each
        for each in SCREENS
        if (each.path == group or each.under == group) and "{" not in each.path and each.open_to(visit)
    ]
    return [_place(each, screen.path) for each in beside] if len(beside) > 1 else []


def _place(screen: Screen, here: str) -> Place:
    return {"path": screen.path, "title": screen.title, "here": screen.path == here}
