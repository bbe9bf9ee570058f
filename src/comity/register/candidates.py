"""Candidates: the few names of the register that are worth comparing with a name asked for.

Each unit of the name asked for calls the tokens near it; each such token calls the names that hold it, with a credit
in bits: how rare it is in this register to be that near. Rare and near counts most. The names with the most credit are
compared in full.
"""

import numpy as np
import numpy.typing as npt

from comity.register.index import NameIndex
from comity.register.names import Name
from comity.register.spellings import spellings_of
from comity.register.words import Kind

__all__ = ["CANDIDATES", "Nearness", "find_names", "nearness_of"]

#: Names compared in full for one name asked for.
CANDIDATES = 64
#: Postings read for one name, the most telling tokens first: bounds the cost of a name made of common words.
POSTINGS = 120_000

Numbers = npt.NDArray[np.int64]
#: Bits are counted in sixteenths.
BIT = 16


class Nearness:
    """The tokens near one unit, with how alike (0–100) and how rare it is to be that alike (sixteenths of a bit)."""

    __slots__ = ("alike", "bits", "holders", "tokens")

    def __init__(self, tokens: Numbers, alike: Numbers, holders: Numbers, live_names: int) -> None:
        self.tokens, self.alike, self.holders = tokens, alike, holders
        reached = np.cumsum(holders)
        if len(alike):  # tokens level with each other share the count of all of them
            last = np.searchsorted(-alike, -alike, side="right") - 1
            reached = reached[last]
        self.bits: Numbers = bits_of(reached, live_names)


def bits_of(holders: Numbers, live_names: int) -> Numbers:
    """Give how telling it is to be one of `holders` names among all, in sixteenths of a bit, never below zero."""
    share = np.log2((live_names + 2) / (holders + 1.0))
    return np.maximum(np.rint(share * BIT), 0).astype(np.int64)


def nearness_of(index: NameIndex, name: Name) -> list[Nearness]:
    """Work out for every unit of a name the tokens near it."""
    held = index.vocabulary.names_holding()
    found = []
    for unit in name.units:
        tokens, alike = index.vocabulary.near(spellings_of(unit.text))
        found.append(Nearness(tokens, alike, held[tokens].astype(np.int64), index.live_names))
    return found


_WORTH = {Kind.PARTICLE: 3, Kind.LEGAL: 2, Kind.TITLE: 3, Kind.INITIAL: 0, Kind.GENERIC: 10}


def find_names(index: NameIndex, name: Name, near: list[Nearness]) -> Numbers:
    """Give the numbers of the live names with the most credit, at most about `CANDIDATES`, in no telling order."""
    calls: list[tuple[int, int, int]] = []
    for unit, around in zip(name.units, near, strict=True):
        worth = _WORTH.get(unit.kind, 16)
        credit = (around.bits * around.alike * around.alike * worth) // 160_000
        calls.extend(zip(credit.tolist(), around.tokens.tolist(), around.holders.tolist(), strict=True))
    calls.sort(reverse=True)
    lists, credits, sizes, budget = [], [], [], POSTINGS
    for credit, token, size in calls:
        if budget < 0 or credit <= 0:
            break
        if size > budget and lists:
            continue
        budget -= size
        for names in index.names_of_token.of(token):
            lists.append(names)
            credits.append(credit)
            sizes.append(len(names))
    if not lists:
        return np.empty(0, np.int64)
    names = np.concatenate(lists)
    tally = index.room()
    np.add.at(tally, names, np.repeat(np.array(credits, np.int32), sizes))
    credit_of = tally[names]
    tally[names] = 0
    return _most_credit(index, names.astype(np.int64), credit_of)


def _most_credit(index: NameIndex, names: Numbers, credit: npt.NDArray[np.int32]) -> Numbers:
    if len(names) > 4 * CANDIDATES:
        steps = credit >> 2
        enough = np.cumsum(np.bincount(steps)[::-1])
        floor = len(enough) - 1 - int(np.searchsorted(enough, 4 * CANDIDATES))
        kept = np.flatnonzero(steps >= floor)
        names, credit = names[kept], credit[kept]
    columns = index.columns
    owners = columns["name_entity"].view()[names]
    alive = columns["alive"].view()[owners] > 0
    tie = columns["entity_hash"].view()[owners].astype(np.int64)
    order = np.lexsort((names[alive], tie[alive], -credit[alive]))
    ordered = names[alive][order]
    _, first = np.unique(ordered, return_index=True)
    return ordered[np.sort(first)[:CANDIDATES]]
