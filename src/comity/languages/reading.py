"""Choosing a language, looking messages up, recognising the sentences of the pure core.

The core (rules of the gate, rules of lint, safeguards) makes English sentences with values in them, which stand in
decisions byte for byte and must not depend on a reader. `said` recognises such a sentence by the template it was made
from, a message of the catalogue with `{placeholders}`, and gives it in the reader's language with the same values.
What it does not recognise it gives back as it is.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib import resources

from comity.errors import BadInput
from comity.languages.lengths import iso_lengths, lengths
from comity.languages.words import PLAIN

#: Languages there are catalogues for; English is the source.
ENGLISH = "en"
TAGS = ("en", "cs", "pl", "ru", "ko", "hu")
#: The variable that names the reader's language; the locale's own variables come after it.
ENVIRONMENT = "COMITY_LANGUAGE"
_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")

#: A message with so few letters of its own is recognised only around single words.
_LITTLE = 5
#: Sentences nested deeper than this are given as they are.
_DEEPEST = 4

#: What stands between sentences where several are given as one.
_BETWEEN = ("; ", ": ", " → ", ", ")

_tag: ContextVar[str] = ContextVar("comity_language", default=ENGLISH)

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def use(tag: str) -> None:
    """Answer in this language from now on, in this context (a command, a request for a page).

    Raises:
        BadInput: there is no catalogue for it.
    """
    if tag not in TAGS:
        raise BadInput(f"`{tag[:20]}` is not one of the languages here: {', '.join(TAGS)}")
    _tag.set(tag)


@contextmanager
def speaking(tag: str) -> Iterator[None]:
    """Answer in a language within a block.

    Raises:
        BadInput: there is no catalogue for it.
    """
    before = _tag.get()
    use(tag)
    try:
        yield
    finally:
        _tag.set(before)


def current() -> str:
    """Give the language answers are given in."""
    return _tag.get()


def choose(asked: str | None, environment: Mapping[str, str]) -> str:
    """Choose a language: the one asked for, else `COMITY_LANGUAGE`, else the locale's, else English.

    Raises:
        BadInput: what was asked for by name is not here. A locale that is not here gives English.
    """
    named = asked or environment.get(ENVIRONMENT)
    if named:
        tag = named.replace("_", "-").partition("-")[0].lower()
        if tag not in TAGS:
            raise BadInput(f"`{named[:20]}` is not one of the languages here: {', '.join(TAGS)}")
        return tag
    locale = next((environment[name] for name in _LOCALE if environment.get(name)), "")
    tag = re.split(r"[_.@-]", locale)[0].lower()
    return tag if tag in TAGS else ENGLISH


def _(message: str, **values: object) -> str:
    """Give a message in the reader's language, with its values put in."""
    tag = _tag.get()
    text = message if tag == ENGLISH else _catalogue(tag).gettext(message)
    return text.format(**values) if values else text


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """Give a message that counts, in the form the reader's language has for that count; `{count}` is put in."""
    tag = _tag.get()
    source: NullTranslations = NullTranslations() if tag == ENGLISH else _catalogue(tag)
    return source.ngettext(one, many, count).format(count=count, **values)


def is_reviewed(tag: str) -> bool:
    """Tell whether a native reader has gone through a language's catalogues."""
    return tag == ENGLISH or all(each.info().get("x-reviewed", "no") != "no" for each in _catalogues(tag))


def said(text: str) -> str:
    """Give an English sentence of the core in the reader's language; what is not recognised, as it is.

    A word of the machine (`in-force`) and a duration (`P6M`) are said as people do, in English too.
    """
    tag = _tag.get()
    text = _plain(text)
    return text if tag == ENGLISH or not text.strip() else _said(text, tag, 0)


def _said(text: str, tag: str, depth: int) -> str:
    core = text.strip()
    if core != text:  # part of a sentence, with the space before or behind it
        before, _core, behind = text.partition(core) if core else (text, "", "")
        return f"{before}{_said(core, tag, depth)}{behind}"
    text = _plain(text)
    catalogue = _catalogue(tag)
    exact = catalogue.gettext(text) if text else text
    if exact == text and (length := in_words(text)):
        return length
    if exact != text or depth > _DEEPEST or not any(mark in text for mark in " `"):
        return exact
    for pattern, message, quoted in _templates(tag):
        found = pattern.fullmatch(text)
        if found is None:
            continue
        values = {
            name: value if name in quoted else _said(value, tag, depth + 1)
            for name, value in found.groupdict().items()
        }
        return catalogue.gettext(message).format(**values)
    for mark in _BETWEEN:
        if mark in text:
            parts = [_said(part, tag, depth + 1) for part in text.split(mark)]
            if mark.join(parts) != text:
                return mark.join(parts)
    return text


def _plain(text: str) -> str:
    """Say a word of the machine as people do; a duration comes in the reader's language at once."""
    if text.startswith("P") and (found := iso_lengths(text)):
        return ", ".join(_counted(unit, count) for unit, count in found)
    return PLAIN.get(text, text)


def in_words(text: str) -> str:
    """Give a duration that was said in English (`six months`) in the reader's language; empty for anything else."""
    return ", ".join(_counted(unit, count) for unit, count in lengths(text))


def _counted(unit: str, count: int) -> str:
    match unit:
        case "year":
            return ngettext("{count} year", "{count} years", count)
        case "month":
            return ngettext("{count} month", "{count} months", count)
        case "day":
            return ngettext("{count} day", "{count} days", count)
        case "hour":
            return ngettext("{count} hour", "{count} hours", count)
        case "minute":
            return ngettext("{count} minute", "{count} minutes", count)
        case _:
            return ngettext("{count} second", "{count} seconds", count)


@cache
def _catalogues(tag: str) -> list[GNUTranslations]:
    """Read a language's catalogues, one an area of the code."""
    folder = resources.files("comity.languages") / tag / "LC_MESSAGES"
    found = []
    for name in sorted(each.name for each in folder.iterdir() if each.name.endswith(".mo")):
        with (folder / name).open("rb") as file:
            found.append(GNUTranslations(file))
    return found


@cache
def _catalogue(tag: str) -> GNUTranslations:
    """Give a language's catalogues as one: what the first does not say, the next is asked for."""
    first, *others = _catalogues(tag)
    for each in others:
        first.add_fallback(each)
    return first


@cache
def _templates(tag: str) -> list[tuple[re.Pattern[str], str, frozenset[str]]]:
    """Give the messages with placeholders as patterns: those with the longest beginning first, then the most telling.

    With each stand the names of the placeholders in backticks: those hold names, which are never translated.
    """
    messages = [
        key
        for catalogue in _catalogues(tag)
        for key in vars(catalogue)["_catalog"]  # gettext has no other way to list what it read
        if isinstance(key, str) and _PLACEHOLDER.search(key)
    ]
    messages.sort(key=lambda each: (-each.find("{"), -len(_PLACEHOLDER.sub("", each)), each))
    return [
        (_pattern(each), each, frozenset(re.findall(r"`\{(\w+)\}`", each)))
        for each in messages
        if re.search(r"[^\W\d_]{2}|`", _PLACEHOLDER.sub("", each))
    ]


def _pattern(message: str) -> re.Pattern[str]:
    """Make the pattern of a message.

    Where it says little itself, its values are single words; a value it begins with is a name and holds no colon; a
    `{number}` is digits.
    """
    value = r".+?" if len(re.findall(r"[^\W\d_]", _PLACEHOLDER.sub("", message))) > _LITTLE else r"\S+?"
    parts: list[str] = []
    seen: set[str] = set()
    last = 0
    for found in _PLACEHOLDER.finditer(message):
        parts.append(re.escape(message[last : found.start()]))
        name = found[1]
        shape = r"[^:;]+?" if found.start() == 0 and value == r".+?" else value
        shape = r"[0-9]+" if name == "number" else shape
        parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>{shape})")
        seen.add(name)
        last = found.end()
    parts.append(re.escape(message[last:]))
    return re.compile("".join(parts), re.DOTALL)
