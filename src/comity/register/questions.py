"""Questions across an agreement: what the least is that may be asked, how many a day, and keys for a blind check.

Within one's own register anything may be asked. Of another Party's one asks with a purpose and a reference, by at least
two of given name, family name and birth date, or by an identifier (Regulation (EU) 2024/982, Prüm II, art. 25 and 43);
for what is not a person a name suffices. A day's questions are counted on both sides, from the same instants.
"""

from collections.abc import Iterable
from datetime import date

import msgspec

from comity.clock import Instant
from comity.errors import BadInput, RefusedHere
from comity.register.examination import Query
from comity.register.index import Entry, date_number, identifier_token, kind_number
from comity.register.names import parse
from comity.register.sounds import fold, skeleton
from comity.register.spellings import spellings_of
from comity.register.words import Kind

__all__ = ["Budget", "check_sufficient", "matching_keys"]


def check_sufficient(query: Query, *, purpose: str, reference: str) -> None:
    """Check that a question may be put to another Party.

    A full name of two or more words counts as given and family name.

    Raises:
        BadInput: it says too little; everything that is missing is named.
    """
    missing = []
    if not purpose.strip():
        missing.append("a check across an agreement names its purpose")
    if not reference.strip():
        missing.append("a check across an agreement names a reference: the case it is made for")
    known = max((_words(text) for text in query.names), default=0) >= 2
    dated = any(date_number(text) for text in query.dates)
    numbered = any(identifier_token(identifier) for identifier in query.identifiers)
    enough = numbered or known or (dated and any(_words(text) for text in query.names))
    if kind_number(query.schema) != 0:
        enough = numbered or any(parse(text, person=False).tokens for text in query.names)
    if not enough:
        missing.append(
            f"question `{query.id[:60]}` says too little: "
            "two of given name, family name and birth date, or an identifier"
        )
    if missing:
        raise BadInput(*missing)


def _words(text: str) -> int:
    name = parse(text)
    return sum(unit.kind in (Kind.CORE, Kind.PATRONYMIC) for unit in name.units[: name.tokens])


class Budget(msgspec.Struct, frozen=True):
    """A day's questions of one Party to another: the capacity declared and what was asked.

    A value: both sides keep their own and come to the same number from the same journal. A day is one in UTC.
    """

    capacity: int
    day: date = date.min
    asked: int = 0

    def spend(self, at: Instant, questions: int = 1) -> "Budget":
        """Count questions asked at an instant.

        Raises:
            RefusedHere: the day's capacity would be passed; nothing is counted.
        """
        today = at.date()
        asked = (self.asked if today == self.day else 0) + questions
        if asked > self.capacity:
            left = self.capacity - asked + questions
            raise RefusedHere(
                f"{questions} questions asked where {left} of {self.capacity} are left on {today}",
                hint="the capacity is counted by day in UTC; ask again tomorrow, or agree on more",
            )
        return Budget(self.capacity, today, asked)


def matching_keys(entry: Entry | Query) -> frozenset[str]:
    """Give the keys by which a blind check can find a subject: equal keys on both sides, and nothing else is learned.

    One for each identifier, and one for each pair of consonant skeletons with each birth year. Without a year a pair of
    skeletons fits a third of all strangers, so a subject without one has keys by identifier alone.
    """
    keys = {identifier_token(identifier) for identifier in entry.identifiers} - {""}
    years = {number // 10000 for text in entry.dates if (number := date_number(text))}
    if years and kind_number(entry.schema) == 0:
        for pair in {pair for text in entry.names for pair in _pairs(text)}:
            keys.update(f"{pair}/{year}" for year in years)
    return frozenset(keys)


def _pairs(text: str) -> Iterable[str]:
    name = parse(text)
    bones = sorted(
        {
            skeleton(fold(spellings_of(unit.text)[0]))
            for unit in name.units[: name.tokens]
            if unit.kind in (Kind.CORE, Kind.PATRONYMIC)
        }
        - {""}
    )
    return (f"{a}+{b}" for at, a in enumerate(bones) for b in bones[at + 1 :])
