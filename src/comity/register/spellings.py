"""Spellings: every token in Latin letters, in as many ways as are likely.

A Latin token has one spelling, or two where its diacritics are written out by some (`ž` as `z` or `zh`, `ü` as `u` or
`ue`). A token in a script with a learned table has the spellings attested for it (`tables/attested.json`), the
likeliest learned ones and the letter-by-letter one of `anyascii`; any other script has the latter alone.
"""

import json
from functools import cache, lru_cache
from importlib import resources

from comity.register.characters import plain, script_of
from comity.register.transliteration import LEARNED, letters_of, transliterator

__all__ = ["JOINT", "spellings_of"]

#: Attested and learned spellings looked at for each token.
LIKELY = 4

#: Between the words of a joined reading that are not in Latin letters.
JOINT = "·"

_WRITTEN_OUT = str.maketrans(
    {
        "š": "sh",
        "č": "ch",
        "ž": "zh",
        "ć": "ch",
        "ş": "sh",
        "ç": "ch",
        "ś": "sh",
        "ź": "zh",
        "ż": "zh",
        "ñ": "ny",
    }
    | {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "ł": "l", "ř": "rzh", "ě": "ye", "ğ": "gh"}
)


@cache
def _attested() -> dict[str, list[str]]:
    table = resources.files("comity.register").joinpath("tables/attested.json")
    tokens: dict[str, list[str]] = json.loads(table.read_text(encoding="utf-8"))["tokens"]
    return tokens


@lru_cache(maxsize=131072)
def spellings_of(token: str) -> tuple[str, ...]:
    """Give the Latin spellings of a cleaned token, the likeliest first; never more than five, none twice."""
    if token.isascii():
        return (plain(token),) if token.isalnum() else (plain(token) or "0",)
    if JOINT in token:
        parts = [spellings_of(part) for part in token.split(JOINT) if part]
        return tuple("".join(ways) for ways in zip(*parts, strict=False)) or ("0",)
    script = script_of(token)
    letter_by_letter = plain(token)
    if script == "latin":
        written_out = plain(token.translate(_WRITTEN_OUT))
        ways = [letter_by_letter, written_out]
    elif script in LEARNED:
        attested = _attested().get(token, [])
        learned = transliterator(script).spellings(letters_of(token, script), LIKELY)
        likely = list(dict.fromkeys([*attested, *learned]))[:LIKELY]
        ways = [letter_by_letter, *likely[:2]] if script == "han" else [*likely, letter_by_letter]
    else:
        ways = [letter_by_letter]
    return tuple(dict.fromkeys(way for way in ways if way)) or ("0",)
