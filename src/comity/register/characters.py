"""Characters: what a name is made of before anything is compared.

Names come from forms, lists, mail and machine-readable zones, and from people who want to be missed. So, once and in
this order: cut to 256 code points, Unicode compatibility form (NFKC), cut again (one Arabic ligature unfolds into
eighteen letters), drop what prints nothing, lower case, and put letters borrowed from another script back where
they belong: a Cyrillic word with one Latin `A` in it is a Cyrillic word.

>>> clean("Бифов Aнатолий") == clean("Бифов Анатолий")
True
>>> script_of("김기두")
'hangul'
"""

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache

from anyascii import anyascii

__all__ = ["MAX_NAME", "SCRIPTS", "clean", "plain", "script_of"]

#: Longest name read, in code points, before and after NFKC.
MAX_NAME = 256

_RANGES: tuple[tuple[int, int, str], ...] = (
    (0x0041, 0x024F, "latin"),
    (0x0370, 0x03FF, "greek"),
    (0x0400, 0x052F, "cyrillic"),
    (0x0530, 0x058F, "armenian"),
    (0x0590, 0x05FF, "hebrew"),
    (0x0600, 0x06FF, "arabic"),
    (0x0750, 0x077F, "arabic"),
    (0x0900, 0x097F, "devanagari"),
    (0x10A0, 0x10FF, "georgian"),
    (0x1100, 0x11FF, "hangul"),
    (0x1E00, 0x1EFF, "latin"),
    (0x1F00, 0x1FFF, "greek"),
    (0x3040, 0x30FF, "kana"),
    (0x3130, 0x318F, "hangul"),
    (0x3400, 0x9FFF, "han"),
    (0xAC00, 0xD7AF, "hangul"),
    (0xFB50, 0xFDFF, "arabic"),
    (0xFE70, 0xFEFF, "arabic"),
    (0x20000, 0x3FFFF, "han"),
)
_STARTS = [start for start, _, _ in _RANGES]
#: Scripts told apart; every other one is `other`.
SCRIPTS = tuple(dict.fromkeys(name for _, _, name in _RANGES))

# Letters that look alike, by the pair of scripts they are mistaken between (Unicode TR 39, confusables, the part
# that matters in names).
_CYRILLIC_TO_LATIN = dict(zip("авсеһіјкмоорѕтухԁԛԝ", "abcehijkmoopstyxdqw", strict=True))
_LATIN_TO_CYRILLIC = dict(zip("aceikmopxyt", "асеікморхут", strict=True))
_GREEK_TO_LATIN = dict(zip("αικνορτυχ", "aikvoptux", strict=True))
_LATIN_TO_GREEK = dict(zip("aikovptux", "αικονρτυχ", strict=True))
_CAPITALS_TO_LATIN = dict(zip("ВНРСХЗ", "BHPCX3", strict=True))
_CAPITALS_TO_CYRILLIC = dict(zip("BHPCXTEKMOAI", "ВНРСХТЕКМОАІ", strict=True))
_WORD = re.compile(r"\w+")
_ARABIC_LETTERS = str.maketrans(
    {
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ى": "ي",
        "ی": "ي",
        "ې": "ي",
        "ک": "ك",
        "ھ": "ه",
        "ہ": "ه",
        "ۀ": "ه",
    }
)


@lru_cache(maxsize=65536)
def _script_of_letter(letter: str) -> str:
    point = ord(letter)
    at = bisect_right(_STARTS, point) - 1
    if at >= 0 and _RANGES[at][0] <= point <= _RANGES[at][1]:
        return _RANGES[at][2]
    return "other"


def script_of(word: str) -> str:
    """Tell the script of the first letter of `word`; digits and signs alone count as `latin`."""
    if word.isascii():
        return "latin"
    for letter in word:
        if letter.isalpha():
            return _script_of_letter(letter)
    return "latin"


def clean(text: str) -> str:
    """Bring a name into the one form from which everything else is derived, at most 256 code points long."""
    if text.isascii() and len(text) <= MAX_NAME:
        return text.lower() if text.isprintable() else _printable(text).lower()
    text = unicodedata.normalize("NFKC", text[:MAX_NAME])[:MAX_NAME]
    text = _WORD.sub(_one_script, _printable(text)).lower()
    return unicodedata.normalize("NFC", text.translate(_ARABIC_LETTERS))


def _printable(text: str) -> str:
    kept = []
    for letter in text:
        kind = unicodedata.category(letter)
        if kind in ("Cf", "Mn") and not _keeps_marks(letter):
            continue  # zero-width signs, direction marks, vowel points and stress marks say nothing about identity
        kept.append(" " if kind[0] in "CZ" else letter)
    return "".join(kept)


def _keeps_marks(mark: str) -> bool:
    """In scripts where a mark is a vowel (Devanagari and its kin), it stays; elsewhere it is an ornament."""
    return 0x0900 <= ord(mark) <= 0x0DFF or 0x0E00 <= ord(mark) <= 0x0FFF or 0x3099 <= ord(mark) <= 0x309A


def _one_script(match: re.Match[str]) -> str:
    word = match.group()
    if word.isascii():
        return word
    counts: dict[str, int] = {}
    for letter in word:
        if letter.isalpha():
            script = _script_of_letter(letter)
            counts[script] = counts.get(script, 0) + 1
    if len(counts) < 2:
        return word
    most = max(counts, key=lambda script: (counts[script], script))
    if most == "cyrillic" and "latin" in counts:
        upper = "".join(_CAPITALS_TO_CYRILLIC.get(letter, letter) for letter in word)
        return "".join(_LATIN_TO_CYRILLIC.get(letter, letter) for letter in upper)
    if most == "latin" and "cyrillic" in counts:
        upper = "".join(_CAPITALS_TO_LATIN.get(letter, letter) for letter in word)
        return "".join(_CYRILLIC_TO_LATIN.get(letter, letter) for letter in upper.lower())
    if most == "latin" and "greek" in counts:
        return "".join(_GREEK_TO_LATIN.get(letter, letter) for letter in word.lower())
    if most == "greek" and "latin" in counts:
        return "".join(_LATIN_TO_GREEK.get(letter, letter) for letter in word.lower())
    return word


def plain(word: str) -> str:
    """Write `word` with the letters a to z and digits only, each letter replaced by the usual ASCII spelling."""
    if word.isascii():
        return word if word.isalnum() else "".join(c for c in word if c.isalnum())
    return "".join(c for c in anyascii(word).lower() if c.isalnum() and c.isascii())
