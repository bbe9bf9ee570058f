"""Turning views into pages: the templates, and the few things they may call.

Templates escape everything; a name that is not defined is an error. What comes from people or from other Parties stands
in `<bdi>`, so that its direction disturbs nothing around it.
"""

import re
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
from comity.languages import _, current, ngettext
from comity.languages.journal_words import entry_in_words, letter_in_words
from comity.languages.page_words import (
    DIGEST,
    due_in_register,
    on_a_page,
    subject_property,
    term,
    title_on_a_page,
    values_on_a_page,
)
from comity.languages.reading import TAGS

#: RIGHT-TO-LEFT OVERRIDE and its mirror image.
_OVERRIDES = "\u202d\u202e"
_IN_BACKTICKS = re.compile(r"`([^`]+)`")


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """What every page has beside its view.

    Attributes:
        title: the page's. `path`: its own address. `query`: what was asked with it.
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
    query: str = ""
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
        self.environment.globals.update(_=words, ngettext=counted, said=on_a_page)
        self.environment.filters.update(
            name=name,
            short=short,
            titled=titled,
            called=called,
            why=why,
            entry=entry,
            letter=letter_in_words,
            term=term,
            property=subject_property,
            due=due_in_register,
            values=values_on_a_page,
        )

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
    """Mark a name, title or word of others: isolated, whatever its direction.

    A mark that makes letters stand in another order than they are read in is shown and not obeyed: no language needs
    one, and they serve to make `gpj.exe` look like `exe.jpg`. What is in the fields of a form stays as it was typed.
    """
    return _in_order(Markup("<bdi>{}</bdi>").format(text))


def _in_order(shown: Markup) -> Markup:
    for mark in _OVERRIDES:
        shown = shown.replace(mark, f"[U+{ord(mark):04X}]")
    return shown


def short(digest: str, length: int = 12) -> Markup:
    """Show the beginning of a digest, the whole on demand."""
    return Markup('<code title="{}">{}</code>').format(digest, digest[:length])


def titled(text: str, titles: Mapping[str, str]) -> Markup:
    """Show a sentence as `page_words.named` says it, each title isolated, its digest on demand."""
    first, *more = DIGEST.split(text)
    shown = escape(first)
    for digest, part in zip(more[::2], more[1::2], strict=True):
        title = titles.get(digest)
        isolated = Markup('<bdi title="{}">“{}”</bdi>')
        shown += _in_order(isolated.format(digest, title)) if title else digest
        shown += escape(part)
    return shown


def called(title: str, kind: str) -> Markup:
    """Show the title of a matter of a kind."""
    return name(title_on_a_page(title, kind))


def why(text: str) -> Markup:
    """Show why a record resembles what was asked; the names in it stand in quotation marks."""
    return name(_IN_BACKTICKS.sub(r"“\1”", on_a_page(text)))


def entry(kind: str) -> Markup:
    """Show a kind of journal entry in words, the kind itself on demand."""
    return Markup('<span title="{}">{}</span>').format(kind, entry_in_words(kind))


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
