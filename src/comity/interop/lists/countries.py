"""Countries by the English names that lists use, as ISO 3166-1 alpha-2 in lower case."""

import unicodedata
from functools import cache

from babel import Locale

__all__ = ["country_of"]

#: How the lists write some that Unicode's CLDR writes otherwise.
_ALSO = {
    "russia": "ru", "russian federation": "ru", "iran islamic republic of": "ir", "islamic republic of iran": "ir",
    "syrian arab republic": "sy", "democratic peoples republic of korea": "kp", "korea north": "kp",
    "dprk": "kp", "korea south": "kr", "republic of korea": "kr", "korea": "kr", "united states of america": "us",
    "usa": "us", "uk": "gb", "great britain": "gb", "united kingdom of great britain and northern ireland": "gb",
    "democratic republic of the congo": "cd", "congo democratic republic of the": "cd", "drc": "cd",
    "congo democratic republic": "cd", "congo": "cg", "republic of the congo": "cg", "cote divoire": "ci",
    "ivory coast": "ci", "viet nam": "vn", "lao peoples democratic republic": "la", "republic of moldova": "md",
    "moldova republic of": "md", "united republic of tanzania": "tz", "bolivia plurinational state of": "bo",
    "venezuela bolivarian republic of": "ve", "burma": "mm", "myanmar": "mm", "turkiye": "tr", "turkey": "tr",
    "czech republic": "cz", "macedonia": "mk", "state of palestine": "ps", "palestinian": "ps", "palestine": "ps",
    "west bank": "ps", "region gaza": "ps", "occupied palestinian territories": "ps", "hong kong": "hk",
    "macau": "mo", "libyan arab jamahiriya": "ly", "swaziland": "sz", "the gambia": "gm", "gambia the": "gm",
    "the bahamas": "bs", "bahamas the": "bs", "cape verde": "cv", "brunei darussalam": "bn", "uae": "ae",
    "taiwan province of china": "tw", "bosnia and herzegovina": "ba", "trinidad and tobago": "tt",
    "saint vincent and the grenadines": "vc", "st vincent and the grenadines": "vc", "kosovo": "xk",
}  # fmt: skip


def country_of(text: str) -> str:
    """Give the code of a country by its name or code; empty where it is not known.

    >>> country_of("Syrian Arab Republic"), country_of("Côte d'Ivoire"), country_of("PA"), country_of("Atlantis")
    ('sy', 'ci', 'pa', '')
    """
    key = _key(text)
    if len(key) == 2 and key in _codes():
        return "gb" if key == "uk" else key
    return _ALSO.get(key) or _names().get(key, "")


def _key(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    letters = "".join(
        letter if letter.isalnum() else " " if letter in " ,-()/&" else "" for letter in plain.lower()
    )
    return " ".join(letters.split())


@cache
def _names() -> dict[str, str]:
    territories = Locale("en").territories
    return {
        _key(name): code.lower() for code, name in territories.items() if len(code) == 2 and code.isalpha()
    }


@cache
def _codes() -> frozenset[str]:
    return frozenset(_names().values()) | {"uk"}
