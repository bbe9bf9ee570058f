"""Words: what part each token plays in a name.

A legal form, a title or an `al-` is in the name without naming anybody; an initial stands for a word not written; a
number in the name of an organisation or vessel is most of its identity; a patronymic left out means little, a
patronymic contradicted means much. The lists are in `tables/words.toml`.
"""

import re
from enum import IntEnum
from functools import cache
from importlib import resources

from comity.register.characters import clean
from comity.strict import read_toml

__all__ = ["Kind", "kind_of", "patronymic_stem", "replace_legal_phrases"]


class Kind(IntEnum):
    """The part a token plays."""

    CORE = 0
    PARTICLE = 1
    LEGAL = 2
    TITLE = 3
    INITIAL = 4
    NUMBER = 5
    PATRONYMIC = 6
    GENERIC = 7


@cache
def _lists() -> dict[str, frozenset[str]]:
    raw = read_toml(resources.files("comity.register").joinpath("tables/words.toml").read_text("utf-8"))
    lists = {name: frozenset(clean(word) for word in raw[name]["words"]) for name in raw if name != "legal"}
    return lists | {"legal": frozenset(raw["legal"])}


@cache
def _phrases() -> tuple[re.Pattern[str], dict[str, str]]:
    raw = read_toml(resources.files("comity.register").joinpath("tables/words.toml").read_text("utf-8"))
    short = {clean(way): form for form, ways in raw["legal"].items() for way in ways}
    longest_first = sorted(short, key=lambda way: (-len(way), way))
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)"), short


def replace_legal_phrases(text: str) -> str:
    """Write every legal form in an organisation's cleaned name in its one short way (`ооо` and others → `llc`)."""
    pattern, short = _phrases()
    return pattern.sub(lambda match: short[match.group()], text)


_PATRONYMIC = re.compile(
    r"(?:[oe]vich|[oe]vic|[oe]vitch|[oe]vych|[oe]vitj|[oe]vyc|[oe]vytj|[oie]vna|[iy]chna|avich|avic|avna|awna|[oe]wicz|ovits)$|"
    r"(?:[оеєіїа]вич|[оеєіїа]віч|[оеєіїа]вна|[оеєіїа]ўна|ічна|ївна|івна|ович|ична|ілліч|ильич)$"
)


def patronymic_stem(token: str) -> str | None:
    """Give a token's stem where it ends as an East Slavic patronymic does, else None."""
    if len(token) < 6:
        return None
    found = _PATRONYMIC.search(token)
    return token[: found.start()] if found else None


def kind_of(token: str, *, person: bool) -> Kind:
    """Tell the part a cleaned token plays in the name of a person, or of anything else."""
    if token.isdecimal():
        return Kind.NUMBER
    lists = _lists()
    if person:
        if token in lists["particle"]:
            return Kind.PARTICLE
        if token in lists["title"]:
            return Kind.TITLE
        if len(token) == 1 and token.isascii():
            return Kind.INITIAL
        if patronymic_stem(token) is not None:
            return Kind.PATRONYMIC
        return Kind.CORE
    if token in lists["legal"]:
        return Kind.LEGAL
    if token in lists["filler"]:
        return Kind.PARTICLE
    if token in lists["generic"]:
        return Kind.GENERIC
    if any(letter.isdecimal() for letter in token):
        return Kind.NUMBER
    return Kind.CORE
