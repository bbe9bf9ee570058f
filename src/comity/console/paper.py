"""Turning views into pages: the templates, and the few things they may call.

Templates escape everything; a name that is not defined is an error. What comes from people or from other Parties stands
in `<bdi>`, so that its direction disturbs nothing around it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from babel.dates import format_skeleton
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from comity.clock import parse_instant
from comity.errors import BadInput
from comity.languages import _, current, ngettext, said
from comity.languages.reading import TAGS


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """What every page has beside its view.

    Attributes:
        title: the page's. `path`: its own address.
        menu: places to go, with the one that is open. `tabs`: pages beside this one.
        party, deployment: whose console, in which world.
        officer: who is signed in; empty before.
        once: a number of this printing, so that a form of it does its work once.
        flash: what the last act came to. `form_token`: what forms bring back.
        language, theme: how it is shown. `languages`: to choose from.
        zone: the reader's time zone.
        reviewed: whether a native reader has gone through the language.
        alternates: addresses of the same as JSON and CSV.
    """

    title: str
    path: str
    party: str
    deployment: str
    menu: list[Mapping[str, Any]] = []
    tabs: list[Mapping[str, Any]] = []
    officer: str = ""
    flash: str = ""
    form_token: str = ""
    once: str = ""
    language: str = "en"
    theme: str = "auto"
    zone: str = "UTC"
    languages: tuple[str, ...] = TAGS
    reviewed: bool = True
    alternates: list[dict[str, str]] = []


class Printer:
    """Prints views with their templates."""

    def __init__(self) -> None:
        self.environment = Environment(
            loader=PackageLoader("comity.console", "templates"),
            autoescape=select_autoescape(("html", "svg"), default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.globals.update(_=words, ngettext=counted, said=said)
        self.environment.filters.update(name=name, short=short)

    def page(self, template: str, view: Any, paper: Paper, zone: str) -> str:
        """Print one page."""

        def when(text: str | None, *, day: bool = False) -> Markup:
            return moment(text, zone, day=day)

        return self.environment.get_template(template).render(view=view, paper=paper, when=when)


def words(message: str, **values: object) -> Markup:
    """Give a message in the reader's language; its values are escaped unless they are markup already."""
    text = escape(_(message))
    return text.format(**values) if values else text


def counted(one: str, many: str, count: int, **values: object) -> Markup:
    """Give a message that counts."""
    return escape(ngettext(one, many, count, **values))


def name(text: object) -> Markup:
    """Mark a name, title or word of others: isolated, whatever its direction."""
    return Markup("<bdi>{}</bdi>").format(text)


def short(digest: str, length: int = 12) -> Markup:
    """Show the beginning of a digest, the whole on demand."""
    return Markup('<code title="{}">{}</code>').format(digest, digest[:length])


def moment(text: str | None, zone: str, *, day: bool = False) -> Markup:
    """Show an instant in the reader's zone, with UTC beside."""
    if not text:
        return Markup("–")
    try:
        instant = parse_instant(text)
    except BadInput:
        return _day(text)
    local = instant.astimezone(ZoneInfo(zone))
    shown = _day_of(local)
    if not day:
        shown = f"{shown} {local:%H:%M}"
    utc = instant.astimezone(UTC)
    whole = f"{utc:%Y-%m-%d %H:%M:%S} UTC"
    if day or local.utcoffset() == timedelta(0):
        return Markup('<time datetime="{}" title="{}">{}</time>').format(text, whole, shown)
    same_day = utc.date() == local.date()
    beside = f"{utc:%H:%M} UTC" if same_day else f"{utc:%m-%d %H:%M} UTC"
    return Markup('<time datetime="{}" title="{}">{} <span class="utc">{}</span></time>').format(
        text, whole, shown, beside
    )


def _day(text: str) -> Markup:
    try:
        shown = _day_of(datetime.fromisoformat(text))
    except ValueError:
        return escape(text)
    return Markup('<time datetime="{}">{}</time>').format(text, shown)


def _day_of(instant: datetime) -> str:
    """Print a day as the reader's language does; English days as in Europe, so that none is read as a month."""
    tag = current()
    return format_skeleton("yMMMd", instant, locale="en_GB" if tag == "en" else tag)
