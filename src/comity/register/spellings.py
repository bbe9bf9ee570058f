"""Spellings: every token in Latin letters, in as many ways as are likely.

A Latin token has one spelling, or two where its diacritics are written out by some (`ž` as `z` or `zh`, `ü` as `u` or
`ue`). A token in a script with a learned table has the likeliest learned spellings and the letter-by-letter one of
`anyascii`; any other script has the latter alone.
"""

from functools import lru_cache

from comity.register.characters import plain, script_of
from comity.register.transliteration import LEARNED, letters_of, transliterator

__all__ = ["spellings_of"]

#: Learned spellings looked at for each token.
LEARNED_SPELLINGS = 4

_WRITTEN_OUT = str.maketrans(
    {"š": "sh", "č": "ch", "ž": "zh", "ć": "ch", "ş": "sh", "ç": "ch", "ś": "sh", "ź": "zh", "ż": "zh", "ñ": "ny"}
    | {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "ł": "l", "ř": "rzh", "ě": "ye", "ğ": "gh"}
)


@lru_cache(maxsize=131072)
def spellings_of(token: str) -> tuple[str, ...]:
    """Give the Latin spellings of a cleaned token, the likeliest first; never more than five, none twice."""
    if token.isascii():
        return (plain(token),) if token.isalnum() else (plain(token) or "0",)
    script = script_of(token)
    letter_by_letter = plain(token)
    if script == "latin":
        written_out = plain(token.translate(_WRITTEN_OUT))
        ways = [letter_by_letter, written_out]
    elif script in LEARNED:
        learned = transliterator(script).spellings(letters_of(token, script), LEARNED_SPELLINGS)
        ways = [letter_by_letter, *learned[:2]] if script == "han" else [*learned, letter_by_letter]
    else:
        ways = [letter_by_letter]
    return tuple(dict.fromkeys(way for way in ways if way)) or ("0",)
