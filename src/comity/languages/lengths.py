"""Reading a duration, so that it can be said in the reader's language.

`comity.agreements.comparison` says `six months` or `two years, one month and 30 days`; languages below know nothing of
agreements, so the words are read back here. Clauses and decisions hold durations as ISO 8601 has them, `P6M`.
"""

import re

_NUMBERS = (
    *("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
    "twenty",
)
_LENGTH = re.compile(r"([a-z]+|[0-9]+) (year|month|day|hour|minute|second)s?")


def lengths(text: str) -> tuple[tuple[str, int], ...]:
    """Give the units of a duration with how many of each; empty where the text is none."""
    found = []
    for part in re.split(", | and ", text):
        read = _LENGTH.fullmatch(part)
        if read is None or not (read[1].isdecimal() or read[1] in _NUMBERS):
            return ()
        found.append((read[2], int(read[1]) if read[1].isdecimal() else _NUMBERS.index(read[1])))
    return tuple(found)


_UNITS = ("year", "month", "week", "day", "hour", "minute", "second")
_ISO = re.compile(
    r"P(?=[0-9T])(?:([0-9]+)Y)?(?:([0-9]+)M)?(?:([0-9]+)W)?(?:([0-9]+)D)?"
    r"(?:T(?=[0-9])(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)S)?)?"
)


def iso_lengths(text: str) -> tuple[tuple[str, int], ...]:
    """Give the units of a duration as ISO 8601 writes it, weeks as days; empty where the text is none."""
    read = _ISO.fullmatch(text)
    if read is None:
        return ()
    found = zip(_UNITS, read.groups(), strict=True)
    return tuple(
        ("day", 7 * int(count)) if unit == "week" else (unit, int(count)) for unit, count in found if count
    )
