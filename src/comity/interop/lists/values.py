"""Dates as lists write them, put in the way FollowTheMoney has them: `1961`, `1961-04`, `1961-04-23`."""

import re
from datetime import date

__all__ = ["dates_of", "one_line"]

_MONTHS = {
    name: number
    for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)  # noqa: SIM905
}
_ISO = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?(?:T.*)?\Z")
_DAY_FIRST = re.compile(r"(\d\d?|dd)[/.](\d\d?|mm)[/.](\d{4})\Z", re.IGNORECASE)
_WORDS = re.compile(r"(?:(\d\d?) )?([a-z]{3})[a-z]*\.? (\d{4})\Z", re.IGNORECASE)
_YEARS = re.compile(r"(?<!\d)(?:1[6-9]|20)\d\d(?!\d)")
_SPACE = re.compile(r"\s+")


def one_line(text: str) -> str:
    """Write a text with single spaces."""
    return _SPACE.sub(" ", text).strip()


def dates_of(text: str) -> tuple[str, ...]:
    """Read a date, a month, a year, or the two ends of a span of years.

    >>> dates_of("23/04/1961"), dates_of("00/00/1961"), dates_of("23 Apr 1961"), dates_of("circa 1958 to 1961")
    (('1961-04-23',), ('1961',), ('1961-04-23',), ('1958', '1961'))
    """
    text = one_line(text)
    if found := _ISO.match(text):
        year, month, day = found.groups()
    elif found := _DAY_FIRST.match(text):
        day, month, year = found.groups()
    elif (found := _WORDS.match(text)) and found[2].lower() in _MONTHS:
        day, year, month = found[1], found[3], str(_MONTHS[found[2].lower()])
    else:
        return tuple(dict.fromkeys(_YEARS.findall(text)[:2]))
    return (_written(int(year), _number(month), _number(day)),)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0


def _written(year: int, month: int, day: int) -> str:
    if not 1 <= month <= 12:
        return f"{year:04}"
    try:
        date(year, month, day or 1)
    except ValueError:
        return f"{year:04}-{month:02}"
    return f"{year:04}-{month:02}-{day:02}" if day else f"{year:04}-{month:02}"
