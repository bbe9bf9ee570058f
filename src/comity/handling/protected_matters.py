"""Matters that no item and no record may be about, and the words by which they show.

Two uses, kept apart on purpose. *Typed* names (a part of a dotted category, a purpose, a field of a record, a topic)
are refused when they name a protected matter: `is_about`. *Free text* is never judged by a machine: a word from the
list only sends it to a person: `words_to_read`.

A name is judged by its whole parts, so that `vulnerability.race-condition` and `legal-opinion` pass while
`subject.race` does not. Sources: Constitution of INTERPOL, art. 3; Directive (EU) 2016/680, art. 10; DESIGN of the
project, section 9: opinion, belief, religion, ethnicity, orientation, press or diplomatic function, mere association.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

__all__ = ["COVERT_WORK", "is_about", "is_covert_work", "needs_a_look", "words_to_read"]

#: A whole part of a name -> the matter it names.
_PARTS: Final = {
    part: matter
    for matter, parts in {
        "opinion": "opinion opinions political-opinion political-opinions political-view political-views politics "
        "political-affiliation party-membership dissent dissident dissidents ideology trade-union "
        "trade-union-membership union-membership political",
        "belief": "belief beliefs conviction-of-conscience philosophical-belief philosophical-beliefs worldview",
        "religion": "religion religions faith denomination creed clergy clerics worship religious-community "
        "religious-communities church congregation",
        "ethnicity": "ethnicity ethnic-origin ethnic-group race racial-origin national-minority minority "
        "nationality-group tribe emigre emigres diaspora",
        "orientation": "orientation sexual-orientation sex-life gender-identity sexuality",
        "press function": "press press-function journalist journalists correspondents "
        "media-worker media-workers journalism",
        "diplomatic function": "diplomat diplomats diplomatic-function diplomatic-staff embassy-staff",
        "mere association": "association associations-with acquaintances contacts-of mere-association "
        "social-circle friends sympathisers sympathizers",
    }.items()
    for part in parts.split()
}

#: A word that names the matter wherever it stands inside a part (`religious-communities-north`).
_ANYWHERE: Final = {
    "religious": "religion",
    "religion": "religion",
    "ethnic": "ethnicity",
    "ethnicity": "ethnicity",
    "racial": "ethnicity",
    "dissident": "opinion",
    "dissidents": "opinion",
    "journalist": "press function",
    "journalists": "press function",
    "diplomat": "diplomatic function",
    "diplomats": "diplomatic function",
}

#: Work the software contains nothing for (safeguard 4): cooperation objects are coordination only.
COVERT_WORK: Final = frozenset(
    (
        "covert-entry",
        "covert-surveillance",
        "covert-search",
        "covert-action",
        "deception",
        "deception-operation",
        "active-measures",
        "disinformation",
    )
)

#: Every word that occurs in such a name: the quick test that almost every honest name passes.
_SUSPECT: Final = frozenset(word for part in (*_PARTS, *COVERT_WORK, *_ANYWHERE) for word in part.split("-"))

#: Beginnings of words that send free text to a person. Languages: en, de, fr, es, pl, ru.
_STEMS: Final = (
    "religio relig believer clergy church mosque synagogue gläubig kirche croyan église creyent iglesia wyznani "
    "kości duchown религи верующ церк мечет",
    "ethnic ethnie étni etnic etnia narodowoś этнич национальност rasse racial rasow расов minority minderheit",
    "dissident opposition activist aktivist militant politic politisch polityczn политическ диссидент оппозиц",
    "journalis dziennikarz журналист reporter korrespondent",
    "diplomat dyplomat дипломат",
    "homosexu bisexu transgend gay lesb orientierung orientacj ориентац",
    "émigré emigré emigrant emigrac эмигра",
)


def _branching(stems: list[str]) -> str:
    """Write words as a pattern that branches letter by letter: six times as fast as trying one after the other."""
    following: dict[str, list[str]] = {}
    for stem in stems:
        if not stem:
            return ""  # whatever follows, it begins with a stem
        following.setdefault(stem[0], []).append(stem[1:])
    branches = [re.escape(letter) + _branching(rest) for letter, rest in sorted(following.items())]
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


_FOLDED: Final = sorted(stem.casefold() for line in _STEMS for stem in line.split())
#: Over folded text; the look ahead passes over most beginnings of words at once.
_SUSPICION: Final = re.compile(
    rf"(?<!\w)(?=[{''.join(sorted({stem[0] for stem in _FOLDED}))}]){_branching(_FOLDED)}\w*"
)


_SEPARATORS: Final = str.maketrans("_ /:", "--..")


def _plain(name: str) -> str:
    return name.casefold().translate(_SEPARATORS)


def needs_a_look(name: str) -> bool:
    """Tell whether a typed name has a word that occurs in a protected one; if not, `is_about` need not be asked.

    Every decision asks it of the same few names: what was read lately, unless it is long, is not read again.
    """
    return _read_lately(name) if len(name) <= _LONGEST_KEPT else _has_such_a_word(name)


def _has_such_a_word(name: str) -> bool:
    plain = name if name.islower() and name.isascii() else _plain(name)
    if " " in plain or "/" in plain or ":" in plain:
        plain = _plain(plain)
    return not _SUSPECT.isdisjoint(plain.replace("-", ".").replace("_", ".").split("."))


#: Names kept at a time, and the longest: strangers' names cannot fill the memory.
_MOST_KEPT: Final = 1024
_LONGEST_KEPT: Final = 128
_read_lately = lru_cache(_MOST_KEPT)(_has_such_a_word)


def is_about(name: str) -> str | None:
    """Give the protected matter that a typed name is about, or None.

    `name` is a dotted category, a purpose, a topic or the name of a field; only its form is read.
    """
    plain = _plain(name)
    for part in plain.split("."):
        matter = _PARTS.get(part)
        if matter:
            return matter
        for word in part.split("-"):
            if word in _ANYWHERE:
                return _ANYWHERE[word]
    return None


def is_covert_work(name: str) -> bool:
    """Tell whether a typed name is of work this software contains nothing for."""
    return not COVERT_WORK.isdisjoint(_plain(name).split("."))


def words_to_read(text: str) -> Iterator[str]:
    """Give the words of a free text that a person must read in their context, folded; never a verdict."""
    for found in _SUSPICION.finditer(text.casefold()):
        yield found.group()
