"""Spellings: every token in Latin letters, in as many ways as are likely.

A Latin token has one spelling, or two where its diacritics are written out by some (`ž` as `z` or `zh`, `ü` as `u` or
`ue`). A token in a script with a learned table has the spellings attested for it (`tables/attested.json`), the
likeliest learned ones and the letter-by-letter one of `anyascii`; any other script has the latter alone.
"""

import json
import re
from functools import cache, lru_cache
from importlib import resources

from comity.register.characters import plain, script_of
from comity.register.transliteration import LEARNED, letters_of, transliterator

__all__ = ["ARTICLE", "GOD", "JOINT", "spellings_of"]

#: Attested and learned spellings looked at for each token; and learned ones to choose from.
LIKELY, _LEARNED = 4, 6
_THREE_VOWELS = str.maketrans("eo", "iu")

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


#: The Arabic article, and the word that is hardly ever written without it.
ARTICLE, GOD = "ال", "الله"
_NAMES_OF_GOD = ("ullah", "allah", "alla", "ollah")
_WITH_ARTICLE = re.compile("(?<=d)[ue]l+$")
#: Letters before which it is spoken, and mostly written in Latin, as they are (the sun letters).
_LIKE_THE_ARTICLE = frozenset("tdrzsnl")


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
        return _joined([part for part in token.split(JOINT) if part])
    if token == GOD:
        return _NAMES_OF_GOD[1:]
    script = script_of(token)
    letter_by_letter = plain(token)
    if script == "latin":
        written_out = plain(token.translate(_WRITTEN_OUT))
        ways = [letter_by_letter, written_out]
    elif script in LEARNED:
        attested = _attested().get(token, [])
        learned = transliterator(script).spellings(letters_of(token, script), _LEARNED)
        if script == "arabic":
            learned = _with_plain_vowels(learned)
        likely = list(dict.fromkeys([*attested, *learned]))[:LIKELY]
        ways = [letter_by_letter, *likely[:2]] if script == "han" else [*likely, letter_by_letter]
    else:
        ways = [letter_by_letter]
    return tuple(dict.fromkeys(way for way in ways if way)) or ("0",)


def _with_plain_vowels(ways: list[str]) -> list[str]:
    """Give the likeliest spelling as it is, and all of them with the three vowels that Arabic has, and no other.

    A beam that offers `helal`, `hulal` and `halal` has said less than one that offers `hilal` too: whether `e` or `i`,
    `o` or `u` is written is habit, and takes places that other readings need.
    """
    plain_ones = [way.translate(_THREE_VOWELS) for way in ways]
    return list(dict.fromkeys([*ways[:1], *plain_ones]))


def _joined(parts: list[str]) -> tuple[str, ...]:
    """Spell words read as one: likely spellings with likely ones, and the article within as it sounds there."""
    first, *rest = parts or ["0"]
    ways = list(spellings_of(first))
    for part in rest:
        if part.startswith(ARTICLE):  # `abdul` has the article of what follows already
            ways = list(dict.fromkeys(_WITH_ARTICLE.sub("", way) for way in ways))
        following = _after_a_word(part)
        # both likeliest, then one of them and the next of the other, then both next
        pairs = [(0, 0), (0, 1), (1, 0), (1, 1), (0, 2)]
        ways = [ways[a] + following[b] for a, b in pairs if a < len(ways) and b < len(following)]
    return tuple(dict.fromkeys(ways))


def _after_a_word(part: str) -> tuple[str, ...]:
    """Spell a word that another runs into: the Arabic article is `ul`, or one with a letter like its own (`ud-din`)."""
    if not part.startswith(ARTICLE) or len(part) <= len(ARTICLE):
        return spellings_of(part)
    if part == GOD:
        return _NAMES_OF_GOD
    ways: list[str] = []
    for way in spellings_of(part[len(ARTICLE) :])[:3]:
        if way[0] in _LIKE_THE_ARTICLE:
            ways += ["u" + way[0] + way, "a" + way[0] + way, "e" + way]
        else:
            ways += ["ul" + way, "al" + way, "el" + way]
    return tuple(dict.fromkeys([*ways[0::3], *ways[1::3], *ways[2::3]]))
