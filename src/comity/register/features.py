"""Features: what is known about a pair of names before it is judged, each a claim that a person can check.

All are whole numbers. `up` says that more of it never makes a match less likely, `down` that it never makes one more
likely; the model is held to that. Absence of a date, a country or a sex is neither for nor against.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from comity.register.comparison import Aligned
from comity.register.words import Kind

__all__ = ["FEATURES", "Claim", "Facts", "features_of"]

Ints = npt.NDArray[np.int32]


class Claim(NamedTuple):
    """A feature: its name, the direction it is held to (1, -1 or 0 for free), and what it says."""

    name: str
    direction: int
    says: str


FEATURES: tuple[Claim, ...] = (
    Claim("asked_covered", 1, "share of the name asked for, by rarity, that has a counterpart (thousandths)"),
    Claim("held_covered", 1, "share of the registered name, by rarity, that has a counterpart (thousandths)"),
    Claim("surplus", 1, "bits of resemblance beyond what chance gives in a register this large (sixteenths)"),
    Claim("asked_missing", -1, "rarity of what was asked for and has no counterpart (sixteenths of a bit)"),
    Claim("held_missing", -1, "rarity of what the registered name has besides (sixteenths of a bit)"),
    Claim("worst_pair", 1, "alikeness of the least alike pair of main tokens (thousandths)"),
    Claim("second_worst_pair", 1, "alikeness of the next least alike pair of main tokens (thousandths)"),
    Claim("worst_strict", 1, "the same as worst_pair, by spelling alone"),
    Claim("rarest_asked", 1, "alikeness of the counterpart of the rarest token asked for"),
    Claim("rarest_held", 1, "alikeness of the counterpart of the rarest registered token"),
    Claim("mean_strict", 1, "mean alikeness of the pairs by spelling alone (thousandths)"),
    Claim("asked_main", 0, "number of main tokens asked for"),
    Claim("held_main", 0, "number of main tokens registered"),
    Claim("pairs", 0, "number of pairs made"),
    Claim("initials", 0, "number of pairs in which one side is an initial"),
    Claim("turns", 0, "times the order of tokens steps back (one is a swap of family and given name)"),
    Claim("numbers", -1, "numbers on one side without their equal on the other"),
    Claim("legal", 0, "legal forms: 0 differ, 1 absent on a side, 2 agree"),
    Claim("patronymic", 0, "patronymics: 0 contradict, 1 absent on a side, 2 agree"),
    Claim(
        "scripts",
        0,
        "0 both Latin, 1 asked in another script, 2 registered in another, 3 both in the same other",
    ),
    Claim("kinds", 1, "0 different kinds of subject, 1 unsaid, 2 the same kind"),
    Claim("person", 0, "1 where a person was asked for"),
    Claim(
        "date", 1, "birth dates: 0 conflict, 1 near (a digit, a swap, a year), 2 absent, 3 same year, 4 equal"
    ),
    Claim("country", 1, "countries: 0 none shared, 1 absent, 2 shared"),
    Claim("sex", 1, "sex: 0 conflict, 1 absent, 2 equal"),
    Claim("whole", 1, "alikeness of the names written without spaces (thousandths)"),
    Claim("aliases", 0, "number of names the subject has, capped at 20"),
)
NAMES = tuple(claim.name for claim in FEATURES)


class Facts(NamedTuple):
    """What is known of each candidate besides its name; one entry for each candidate."""

    chance: Ints  # sixteenths of a bit that chance alone gives: log2 of the number of names
    scripts: Ints
    kinds: Ints
    person: Ints
    date: Ints
    country: Ints
    sex: Ints
    whole: Ints
    aliases: Ints


#: Whether a token of a kind is a main one; the last entry is for -1, which is no token.
_MAIN = np.array(
    [kind in (Kind.CORE, Kind.NUMBER, Kind.PATRONYMIC, Kind.GENERIC, Kind.INITIAL) for kind in Kind] + [False]
)


def features_of(
    aligned: Aligned,
    facts: Facts,
    asked_weight: Ints,
    asked_kind: Ints,
    held_weight: Ints,
    held_kind: Ints,
) -> Ints:
    """Give one row of features for each candidate.

    Weights and kinds are those of single tokens, one candidate a column, padded with weight 0 and kind -1.
    """
    asked, held, strict = aligned.asked, aligned.held, aligned.asked_strict
    asked_main, held_main = _MAIN[asked_kind], _MAIN[held_kind]
    mains, held_mains = _count(asked_main), _count(held_main)
    pairs_needed = np.minimum(mains, held_mains)
    low, second = _lowest(asked, asked_main, pairs_needed)
    low_held, second_held = _lowest(held, held_main, pairs_needed)
    low_strict, _ = _lowest(strict, asked_main, pairs_needed)
    columns = {
        "asked_covered": _share(asked, asked_weight),
        "held_covered": _share(held, held_weight),
        "surplus": aligned.evidence - facts.chance,
        "asked_missing": np.add.reduce((1000 - asked) * asked_weight) // 1000,
        "held_missing": np.add.reduce((1000 - held) * held_weight) // 1000,
        "worst_pair": np.minimum(low, low_held),
        "second_worst_pair": np.minimum(second, second_held),
        "worst_strict": low_strict,
        "rarest_asked": _of_rarest(asked, asked_weight),
        "rarest_held": _of_rarest(held, held_weight),
        "mean_strict": np.add.reduce(strict) // np.maximum(_count(asked > 0), 1),
        "asked_main": mains,
        "held_main": held_mains,
        "pairs": aligned.pairs,
        "initials": aligned.initials,
        "turns": aligned.turns,
        "numbers": _unequal_numbers(asked, asked_kind) + _unequal_numbers(held, held_kind),
        "legal": _both(asked, asked_kind, held_kind, Kind.LEGAL, 990),
        "patronymic": _both(asked, asked_kind, held_kind, Kind.PATRONYMIC, 700),
    }
    columns |= facts._asdict()
    features = np.empty((len(NAMES), asked.shape[1]), np.int32)
    for at, name in enumerate(NAMES):
        features[at] = columns[name]
    return features.T


def _count(true: npt.NDArray[np.bool_]) -> Ints:
    """Count for each candidate the tokens of which something is true."""
    count: Ints = np.add.reduce(true, dtype=np.int32)
    return count


def _share(alike: Ints, weight: Ints) -> Ints:
    """Share of a side that has a counterpart, weighted by rarity."""
    share: Ints = np.add.reduce(alike * weight) // np.maximum(np.add.reduce(weight), 1)
    return share


def _lowest(alike: Ints, main: npt.NDArray[np.bool_], needed: Ints) -> tuple[Ints, Ints]:
    """The lowest and second lowest of the `needed` best alikenesses of main tokens (0 where none is needed)."""
    ranked = np.sort(alike * main, axis=0)
    count, candidates = ranked.shape
    row = np.arange(candidates)
    lowest = ranked[count - np.maximum(needed, 1), row]
    second = np.where(needed >= 2, ranked[count - np.maximum(needed - 1, 1), row], lowest)
    some = needed > 0
    return lowest * some, second * some


def _of_rarest(alike: Ints, weight: Ints) -> Ints:
    """Alikeness of the counterpart of the token that weighs most, the first of such."""
    last = len(weight) - 1
    rarest = np.maximum.reduce(weight * 16 + np.arange(last, -1, -1, dtype=np.int32)[:, None])
    picked: Ints = alike[last - (rarest & 15), np.arange(alike.shape[1])]
    return picked


def _unequal_numbers(alike: Ints, kind: Ints) -> Ints:
    """How many numbers have no equal counterpart."""
    return _count((kind == Kind.NUMBER) & (alike < 1000))


def _both(asked: Ints, asked_kind: Ints, held_kind: Ints, kind: Kind, enough: int) -> Ints:
    """0 both sides have such a token and none agrees, 1 a side has none, 2 one agrees."""
    ours, theirs = asked_kind == kind, held_kind == kind
    if not (ours.any() and theirs.any()):
        return np.ones(asked.shape[1], np.int32)
    agree = (ours & (asked >= enough)).any(axis=0)
    return np.where(ours.any(axis=0) & theirs.any(axis=0), np.where(agree, 2, 0), 1).astype(np.int32)
