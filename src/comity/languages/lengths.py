"""Reading a duration that was said in English words, so that it can be said in another language.

`comity.agreements.comparison` says `six months` or `two years, one month and 30 days`; languages below know nothing of
agreements, so the words are read back here.
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
