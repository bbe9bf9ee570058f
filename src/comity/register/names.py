"""Names: a written name taken apart, once, into the units that are indexed and compared.

A unit is one token, or neighbouring tokens read as one word (`abd` + `al` + `rahman`): names are cut and joined as
people please. `cover` says which of the name's tokens a unit stands for, one bit each.

>>> [unit.text for unit in parse("AL-MUQRI, J. Abd al-Rahman").units][:4]
['al', 'muqri', 'j', 'abd']
"""

import re
from functools import lru_cache

import msgspec

from comity.register.characters import clean
from comity.register.spellings import ARTICLE, GOD, JOINT
from comity.register.words import Kind, kind_of, replace_legal_phrases

__all__ = ["MAX_TOKENS", "MAX_UNITS", "Name", "Unit", "parse"]

#: Tokens of a name that count; further ones are dropped.
MAX_TOKENS = 10
#: Units of a name: its tokens and the joined readings.
MAX_UNITS = 16

_APOSTROPHES = re.compile("['’‘`´ʻʼʹʿʾ′]")
_ACRONYM = re.compile(r"(?<!\w)((?:\w\.){2,}\w?)(?!\w)")
_HYPHENS = re.compile("[\u2010-\u2015\u2212\u05be\uff0d]")
_TOKENS = re.compile(r"[^\W_](?:[^\W_]|[\u0900-\u0dff\u0e00-\u0fff'\"׳״])*")
_LATIN_TOKENS = re.compile("[a-z0-9]+")


class Unit(msgspec.Struct, frozen=True, gc=False):
    """One token of a name, or several read as one.

    Attributes:
        text: cleaned text in its own script.
        cover: bit i is set where the unit stands for token i of the name.
        kind: the part it plays.
    """

    text: str
    cover: int
    kind: Kind


class Name(msgspec.Struct, frozen=True, gc=False):
    """A name taken apart: its tokens first, in order, then the joined readings."""

    units: tuple[Unit, ...]
    tokens: int


def parse(text: str, *, person: bool = True, joins: bool = False) -> Name:
    """Take a name apart.

    Args:
        text: as written, in any script; only its first 256 code points are read.
        person: the name of a person, where single letters are initials; else of an organisation, vessel or thing.
        joins: read every pair of neighbours as one word too (for a query), not only hyphenated and short ones.
    """
    words = _cut(clean(text), person)
    if len(words) == 1 and person:
        words = _hangul_family_and_given(words[0])
    words = words[:MAX_TOKENS]
    units = [Unit(_stem(word), 1 << at, _kind_of(word, person)) for at, (word, _) in enumerate(words)]
    units += _joined(words, units, everything=joins)
    return Name(tuple(units[:MAX_UNITS]), len(words))


def _cut(text: str, person: bool) -> list[tuple[str, bool]]:
    """Cut cleaned text into tokens, each with whether a hyphen joins it to the one before."""
    if not person:
        text = _ACRONYM.sub(lambda match: match.group().replace(".", ""), text)
    if not text.isascii():
        text = _HYPHENS.sub("-", text)
    hebrew = not text.isascii() and any("\u0590" <= letter <= "\u05ff" for letter in text)
    if not hebrew:
        text = _APOSTROPHES.sub("", text)
    if not person:
        text = replace_legal_phrases(text.replace(".", "").replace(",", " ") if "." in text else text)
    pattern = _LATIN_TOKENS if text.isascii() else _TOKENS
    return [
        (found.group().strip("'\""), text[found.start() - 1 : found.start()] == "-")
        for found in pattern.finditer(text)
    ]


def _hangul_family_and_given(word: tuple[str, bool]) -> list[tuple[str, bool]]:
    text = word[0]
    if 2 <= len(text) <= 4 and all("가" <= letter <= "힣" for letter in text):
        family = 2 if len(text) == 4 else 1
        return [(text[:family], False), (text[family:], True)]
    return [word]


@lru_cache(maxsize=65536)
def _kind_of(token: str, person: bool) -> Kind:
    return kind_of(token, person=person)


def _stem(text: str) -> str:
    """Drop the Arabic article, which Latin spellings write apart or leave out."""
    if len(text) > 4 and text.startswith(ARTICLE) and text != GOD:
        return text[len(ARTICLE) :]
    return text


def _joined(words: list[tuple[str, bool]], units: list[Unit], *, everything: bool) -> list[Unit]:
    joined = []
    for at in range(len(words) - 1):
        here, (after, hyphen) = words[at][0], words[at + 1]
        short = len(here) <= 3 and len(after) <= 3
        small = units[at].kind == Kind.PARTICLE
        # outside Latin letters words are rarely cut in two, but small ones are written on or apart
        likely = everything and (len(here) <= 3 or len(after) <= 3 or here.isascii())
        if likely or hyphen or short or small or after.startswith(ARTICLE):
            joined.append(Unit(_one_word(here, after), 3 << at, Kind.CORE))
        if at + 2 < len(words):
            chain = (hyphen and words[at + 2][1]) or (small and units[at + 1].kind == Kind.PARTICLE)
            if chain or (everything and units[at + 1].kind == Kind.PARTICLE):
                joined.append(Unit(_one_word(here, after, words[at + 2][0]), 7 << at, Kind.CORE))
    return joined


def _one_word(*words: str) -> str:
    """Read words as one; in other scripts with a mark between, so that each is spelled as it is alone."""
    together = "".join(words)
    return together if together.isascii() else JOINT.join(words)
