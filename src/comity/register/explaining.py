"""Explaining: the features of a hit in words.

What a person at a desk needs in order to agree or to disagree: which registered name, what fits, what does not, what
the date and the country say. Nothing is said that the features do not show.
"""

import numpy as np
import numpy.typing as npt

from comity.register.candidates import BIT
from comity.register.features import NAMES
from comity.register.index import NameIndex

__all__ = ["reasons"]

_DATE = (
    "birth dates conflict",
    "birth dates are near but not equal",
    "",
    "same year of birth",
    "same birth date",
)
_COUNTRY = ("no country in common", "", "a country in common")
_SEX = ("sex differs", "", "same sex")
_LEGAL = ("legal forms differ", "", "")
_PATRONYMIC = ("patronymics differ", "", "")
_SCRIPTS = ("", "asked in another script", "registered in another script", "")


def reasons(index: NameIndex, name: int, features: npt.NDArray[np.int32]) -> tuple[str, ...]:
    """Say why a registered name was judged as it was, the weightiest first."""
    value = dict(zip(NAMES, features.tolist(), strict=True))
    said = [f"resembles `{index.written(name)}`"]
    ours, theirs = _percent(value["asked_covered"]), _percent(value["held_covered"])
    said.append(f"{ours} of what was asked and {theirs} of that name agree, by rarity")
    if value["worst_pair"] < 1000 and value["pairs"]:
        said.append(f"the least alike pair of words is {_percent(value['worst_pair'])} alike")
    bits = value["surplus"] / BIT
    by_chance = round(2 ** min(-bits, 20))
    said.append(
        "a likeness this close is not expected by chance here"
        if bits > 0
        else "about one name here would be this close by chance"
        if by_chance == 1
        else f"about {by_chance:,} names here would be this close by chance"
    )
    if value["numbers"]:
        said.append("numbers differ")
    if value["initials"]:
        said.append("an initial stands for a word")
    said += [_DATE[value["date"]], _COUNTRY[value["country"]], _SEX[value["sex"]], _LEGAL[value["legal"]]]
    said += [_PATRONYMIC[value["patronymic"]], _SCRIPTS[value["scripts"]]]
    if value["kinds"] == 0:
        said.append("another kind of subject")
    return tuple(sentence for sentence in said if sentence)


def _percent(thousandths: int) -> str:
    return f"{thousandths // 10} %"
