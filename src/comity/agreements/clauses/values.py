"""How one value of a clause is read: a reader takes what TOML gave and returns our value, or says what would be right.

Each field of a clause carries a `Says`: the reader, the meaning in one sentence, and an example. The reference page
`docs/reference/clauses.md` is printed from these, and the loader reads by them, so that page and program are one.

A reader raises `ValueError` with a message that names what would be right; the loader adds file, line and article.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

import msgspec

from comity.agreements.days import zone_of
from comity.agreements.durations import Duration
from comity.errors import BadInput
from comity.identifiers import ArticleRef, is_category, is_party_id

__all__ = [
    "Reader",
    "Says",
    "agreement",
    "article_ref",
    "calendar_length",
    "category_pattern",
    "choice",
    "country_code",
    "currency_code",
    "day",
    "day_or",
    "day_or_instant",
    "fingerprint",
    "flag",
    "language",
    "length",
    "length_of_time",
    "list_of",
    "mapping_of",
    "marking",
    "one_of",
    "party",
    "party_or",
    "party_pattern",
    "text",
    "time_zone",
    "ways",
    "whole",
    "word",
    "words",
]

Reader = Callable[[Any], Any]

#: Longest text a single value may hold, in characters.
MAX_TEXT: Final = 4000
#: Most members a list or table may hold.
MAX_MEMBERS: Final = 1000

_WORD = re.compile(r"[a-z0-9][a-z0-9._:@+-]{0,127}\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\Z")
_FINGERPRINT = re.compile(r"(?:ed25519|root):[0-9a-f]{64}\Z")
_AGREEMENT = re.compile(r"[a-z0-9][a-z0-9-]{0,127}\Z")
_MARKINGS = ("TLP:CLEAR", "TLP:WHITE", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED")


class Says(msgspec.Struct, frozen=True):
    """What a field means: its reader, one sentence for people, and an example as TOML writes it."""

    read: Reader
    meaning: str
    example: str = ""


def _shown(value: object) -> str:
    """Name a value in a message, shortly."""
    shown = value if isinstance(value, str) else repr(value)
    return f"`{shown[:60]}`"


def _string(value: Any, wanted: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{_shown(value)} should be {wanted}, in quotes")
    if len(value) > MAX_TEXT:
        raise ValueError(f"a text of {len(value)} characters is too long; {MAX_TEXT} at most")
    return value


def text(value: Any) -> str:
    """Read free text for people."""
    found = _string(value, "a text").strip()
    if not found:
        raise ValueError("an empty text says nothing; leave the field out")
    return found


def word(value: Any) -> str:
    """Read a word that is compared letter by letter: an id, a purpose, a kind."""
    found = _string(value, "a word")
    if not _WORD.match(found):
        raise ValueError(f"{_shown(found)} should be a word of lower-case letters, digits, `-`, `.` or `:`")
    return found


def agreement(value: Any) -> str:
    """Read the id of an agreement."""
    found = _string(value, "the id of an agreement")
    if not _AGREEMENT.match(found):
        raise ValueError(f"{_shown(found)} should be the id of an agreement such as `north-south-2026`")
    return found


def party(value: Any) -> str:
    """Read a Party id."""
    found = _string(value, "a Party id")
    if not is_party_id(found):
        raise ValueError(
            f"{_shown(found)} should be a Party id: a DNS name in lower case such as `cert.north.example`"
        )
    return found


def party_pattern(value: Any) -> str:
    """Read a Party id, or `*.` and a domain, or `*`."""
    found = _string(value, "a Party id or a pattern such as `*.example`")
    if found != "*" and not is_party_id(found.removeprefix("*.")) and not _is_label(found.removeprefix("*.")):
        raise ValueError(f"{_shown(found)} should be a Party id or a pattern such as `*.example`")
    return found


def _is_label(value: str) -> bool:
    return bool(re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", value))


def country_code(value: Any) -> str:
    """Read an ISO 3166-1 alpha-2 code in lower case."""
    found = _string(value, "a country code")
    if not re.fullmatch("[a-z]{2}", found):
        raise ValueError(f"{_shown(found)} should be a country code of two lower-case letters such as `no`")
    return found


def currency_code(value: Any) -> str:
    """Read an ISO 4217 code."""
    found = _string(value, "a currency code")
    if not re.fullmatch("[A-Z]{3}", found):
        raise ValueError(f"{_shown(found)} should be a currency code of three capital letters such as `EUR`")
    return found


def language(value: Any) -> str:
    """Read a BCP 47 language tag."""
    found = _string(value, "a language")
    if not _LANGUAGE.match(found):
        raise ValueError(f"{_shown(found)} should be a language tag such as `en`, `pl` or `sr-Latn`")
    return found


def fingerprint(value: Any) -> str:
    """Read the fingerprint of a root: of one key, or of several with their threshold (`root:`)."""
    found = _string(value, "the fingerprint of a root key")
    if not _FINGERPRINT.match(found):
        raise ValueError(
            f"{_shown(found)} should be a fingerprint: `ed25519:` or `root:` and 64 hexadecimal digits"
        )
    return found


def marking(value: Any) -> str:
    """Read a TLP 2.0 marking."""
    found = _string(value, "a marking")
    if found not in _MARKINGS:
        raise ValueError(f"{_shown(found)} should be one of {', '.join(_MARKINGS)}")
    return found


def flag(value: Any) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise ValueError(f"{_shown(value)} should be true or false, without quotes")
    return value


def whole(least: int = 0, most: int = 2**53 - 1) -> Reader:
    """Make a reader of whole numbers from `least` to `most`."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"{_shown(value)} should be a whole number")
        if not least <= value <= most:
            raise ValueError(f"{value} should lie between {least} and {most}")
        return value

    return read


def day(value: Any) -> date:
    """Read a plain date."""
    if isinstance(value, datetime) or not isinstance(value, date):
        raise ValueError(f"{_shown(str(value))} should be a plain date such as 2031-03-14, without quotes")
    return value


def day_or_instant(value: Any) -> date | datetime:
    """Read a plain date, or a time with its offset."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{_shown(str(value))} lacks its offset: write 2031-03-14T09:00:00Z")
        try:
            return value.astimezone(UTC)
        except OverflowError:
            raise ValueError(f"{_shown(str(value))} lies outside the years 1 to 9999") from None
    return day(value)


def day_or(*options: str) -> Reader:
    """Make a reader of a plain date or one of a few words."""
    read_word = choice(*options)

    def read(value: Any) -> date | str:
        found: date | str = read_word(value) if isinstance(value, str) else day(value)
        return found

    return read


def length(value: Any) -> Duration:
    """Read a duration longer than nothing."""
    found = length_of_time(value)
    if found.is_zero:
        raise ValueError(f"{_shown(value)} is no time at all")
    return found


def length_of_time(value: Any) -> Duration:
    """Read a duration, which may be nothing."""
    return Duration.parse(_string(value, "a duration such as P6M"))


def calendar_length(least_zero: bool = False) -> Reader:
    """Make a reader of durations in days, months and years only, for what is counted in days."""

    def read(value: Any) -> Duration:
        found = length_of_time(value) if least_zero else length(value)
        if not found.is_calendar:
            raise ValueError(f"{_shown(value)} should count in days, months or years")
        return found

    return read


def time_zone(value: Any) -> str:
    """Read the name of a time zone."""
    found = _string(value, "a time zone")
    zone_of(found)
    return found


def choice(*options: str) -> Reader:
    """Make a reader of one of a few words."""

    def read(value: Any) -> str:
        found = _string(value, "one of " + ", ".join(options))
        if found not in options:
            raise ValueError(f"{_shown(found)} should be one of {', '.join(options)}")
        return found

    return read


def one_of(*readers: Reader) -> Reader:
    """Make a reader that takes the first form that fits; the last one's message is given when none does."""

    def read(value: Any) -> Any:
        for reader in readers[:-1]:
            try:
                return reader(value)
            except ValueError:
                continue
        return readers[-1](value)

    return read


def party_or(*options: str) -> Reader:
    """Make a reader of a Party id or one of a few words."""

    def read(value: Any) -> str:
        if isinstance(value, str) and (value in options or is_party_id(value)):
            return value
        raise ValueError(f"{_shown(value)} should be a Party id or one of {', '.join(options)}")

    return read


def category_pattern(value: Any) -> str:
    """Read a category as clauses write it: dotted, `*` only alone or as the last part."""
    found = _string(value, "a category")
    if found != "*" and not is_category(found.removesuffix(".*")):
        raise ValueError(
            f"{_shown(found)} should be a category such as `incident.indicators` or `incident.*`"
        )
    return found


def article_ref(value: Any) -> ArticleRef:
    """Read a citation of another text."""
    try:
        return ArticleRef.parse(_string(value, "a citation"))
    except BadInput as mistake:
        raise ValueError(mistake.message) from None


def list_of(reader: Reader, least: int = 0) -> Reader:
    """Make a reader of lists whose members are read by `reader`; a member may stand once only."""

    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise ValueError(f'{_shown(value)} should be a list such as ["…", "…"]')
        if not least <= len(value) <= MAX_MEMBERS:
            raise ValueError(f"a list of {len(value)} should hold from {least} to {MAX_MEMBERS}")
        found = tuple(reader(member) for member in value)
        for index, member in enumerate(found):
            if member in found[:index]:
                raise ValueError(f"{_shown(member)} stands twice")
        return found

    return read


def mapping_of(reader: Reader, *keys: str) -> Reader:
    """Make a reader of tables; with `keys`, of these keys only."""

    def read(value: Any) -> Mapping[str, Any]:
        if not isinstance(value, dict) or len(value) > MAX_MEMBERS:
            raise ValueError(
                f"{_shown(value)} should be a table such as {{ {keys[0] if keys else 'name'} = … }}"
            )
        for key in value:
            if keys and key not in keys:
                raise ValueError(f"`{key}` should be one of {', '.join(keys)}")
            if not keys:
                word(key)
        return {key: reader(member) for key, member in value.items()}

    return read


def words(value: Any) -> Mapping[str, str]:
    """Read human words by language: `name.en`, `name.pl`."""
    if not isinstance(value, dict) or not value:
        raise ValueError(f'{_shown(value)} should be words by language such as name.en = "…"')
    return {language(tag): text(said) for tag, said in value.items()}


def ways(value: Any) -> Any:
    """Read `both`, or a list of pairs from, to; an empty one is no direction at all."""
    if value == "both":
        return "both"
    if not isinstance(value, list):
        raise ValueError(f'{_shown(value)} should be "both" or pairs [["from", "to"], …] of Party ids')
    pairs = []
    for pair in value:
        if not isinstance(pair, list) or len(pair) != 2 or pair[0] == pair[1]:
            raise ValueError(f'{_shown(pair)} should be a pair ["from", "to"] of two Party ids')
        pairs.append((party(pair[0]), party(pair[1])))
    return tuple(pairs)
