"""The little world in which histories play: Parties, and agreements of every sort, as plain tables.

An agreement here is a `Deed`: a handful of plain values from which two things are made independently: the Markdown text
that the engine reads, and the sets that the oracle reasons over. Hours are counted from 1 January 2030, 00:00 UTC; a
day is 24 of them and a year of the calendar is counted by the calendar.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from random import Random

from comity.agreements.governing import Timeline
from comity.agreements.loading import parse_agreement

PARTIES = tuple(f"{name}.example" for name in ("a", "b", "c", "d", "e"))
CATEGORIES = ("inc", "inc.x", "inc.y", "vul", "pub")
PATTERNS = ("inc", "inc.*", "inc.x", "inc.y", "vul", "pub", "*")
PURPOSES = ("guard", "study", "teach")
KINDS = ("information", "materials", "equipment")
TLP = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED")
BASE = date(2030, 1, 1)
DAY = 24


def instant(hour: int) -> datetime:
    """Turn an hour of the little world into an instant."""
    return datetime(2030, 1, 1, tzinfo=UTC) + timedelta(hours=hour)


def day(number: int) -> date:
    """Turn a day of the little world into a date."""
    return BASE + timedelta(days=number)


@dataclass(frozen=True)
class Passage:
    """An exchange clause: article 2, paragraph `number`."""

    number: int
    pattern: str
    directions: frozenset | None
    purposes: frozenset | None
    kinds: frozenset
    broken: bool = False


@dataclass(frozen=True)
class Limits:
    """A handling clause: article 4, paragraph `number`. Retention in days."""

    number: int
    patterns: tuple | None
    strictest: int | None
    judicial: str | None
    retention: int | None
    broken: bool = False


@dataclass(frozen=True)
class Onward:
    """The third-party clause: article 3. Standing: (to, patterns, last day or None). Fresh in hours."""

    covers: frozenset
    consent_of: str
    members_exempt: bool
    standing: tuple
    fresh: int | None
    broken: bool = False


@dataclass(frozen=True)
class Deed:
    """An agreement. Days: begins, ends (first day without it, None without limit), gap (lapse of its legal basis)."""

    id: str
    parties: tuple
    begins: int
    years: int | None
    denounced: int | None
    gap: tuple | None
    gap_of: str | None
    passages: tuple
    onward: Onward | None
    limits: tuple
    carriers: tuple | None
    relays: tuple
    lifts: frozenset | None
    officers: int
    overseer: tuple | None
    excluded: frozenset | None
    keeps: int | None
    joins: tuple | None
    sees_earlier: bool
    leaves: tuple | None
    later: tuple | None = None
    extra: dict = field(default_factory=dict, hash=False, compare=False)

    @cached_property
    def timeline(self) -> Timeline:
        """What the engine makes of its text."""
        return Timeline(parse_agreement({k: v.encode() for k, v in self.files().items()}), unsigned=True)

    def files(self) -> dict[str, str]:
        """Write the agreement down as people sign it."""
        files = {"agreement.en.md": self._text()}
        if self.denounced is not None:
            files["notices/0001-denunciation.toml"] = _notice("denunciation", self.parties[0], self.denounced)
        if self.joins:
            files["notices/0002-accession.toml"] = _notice("accession", *self.joins)
        if self.leaves:
            files["notices/0003-withdrawal.toml"] = _notice("withdrawal", *self.leaves)
        if self.later:
            number, clause, held = self.later
            files["protocols/0001-later.en.md"] = self._protocol(number, clause, held)
        return files

    def _text(self) -> str:
        out = [
            f'+++\ncomity = 1\nid = "{self.id}"\ntitle = "Deed"\nlanguage = "en"\n+++\n\n## Article 1\n\nParties.\n',
            "```toml clause",
        ]
        out += [f'[[party]]\nid = "{party}"\nname.en = "{party}"\n' for party in self.parties]
        out += [
            f'[term]\nsigned = {day(self.begins)}\nenters_into_force = "date"\ndate = {day(self.begins)}\n'
            f'notice = "P30D"'
        ]
        if self.years:
            out += [f'duration = "P{self.years}Y"']
        out += [
            '[protocols]\nmay_change = ["exchange", "third_party", "handling"]\narrangements = true',
            "```\n",
        ]
        out += ["## Article 2\n", *(f"{each.number}. Passage." for each in self.passages), "\n```toml clause"]
        for each in self.passages:
            out += [f'[[exchange]]\ncategory = "{each.pattern}"\nparagraph = "{each.number}"']
            if each.directions is not None:
                out += [f"directions = [{', '.join(_list(pair) for pair in sorted(each.directions))}]"]
            if each.purposes is not None:
                out += [f"purposes = {_list(sorted(each.purposes))}"]
            out += [f"kinds = {_list(sorted(each.kinds))}", *_under(each.broken)]
        out += ["```\n"]
        if self.onward:
            out += [
                "## Article 3\n\nThird parties.\n\n```toml clause",
                *_onward(self.onward, "onward"),
                "```\n",
            ]
        if self.limits:
            out += [
                "## Article 4\n",
                *(f"{each.number}. Limits." for each in self.limits),
                "\n```toml clause",
            ]
            for each in self.limits:
                out += [f'[[handling]]\nparagraph = "{each.number}"']
                if each.patterns is not None:
                    out += [f"categories = {_list(each.patterns)}"]
                if each.strictest is not None:
                    out += [f'max_marking = "{TLP[each.strictest]}"']
                if each.judicial:
                    out += [f'judicial_use = "{each.judicial}"']
                if each.retention:
                    out += [f'retention = "P{each.retention}D"']
                out += _under(each.broken)
            out += ["```\n"]
        if self.carriers:
            out += [
                "## Article 5\n\nRoads.\n\n```toml clause\n[transport]",
                f"carriers = {_list(self.carriers)}",
            ]
            out += [f"relays = {_list(self.relays)}", "```\n"]
        if self.lifts is not None:
            out += [
                "## Article 6\n\nNeed.\n\n```toml clause\n[necessity]",
                f"lifts = {_list(sorted(self.lifts))}",
            ]
            out += [f"officers = {self.officers}", "```\n"]
        if self.overseer:
            out += ["## Article 7\n\nOversight.\n\n```toml clause\n[[oversight]]"]
            out += [f'body = "{self.overseer[0]}"\nsees = {_list(self.overseer[1])}', "```\n"]
        if self.excluded is not None:
            out += ["## Article 8\n\nProtection.\n\n```toml clause\n[protection]"]
            out += [f"purposes_excluded = {_list(sorted(self.excluded))}"]
            out += [f'retention = "P{self.keeps}D"'] if self.keeps else []
            out += ["```\n"]
        out += ["## Article 9\n\nJoining, leaving, law.\n\n```toml clause"]
        out += ['[accession]\nopen_to = ["*.example"]', f"sees_earlier = {str(self.sees_earlier).lower()}"]
        out += ['[withdrawal]\nnotice = "P30D"']
        if self.gap:
            out += [
                f'[[legal_basis]]\nname = "Act"\nuntil = {day(self.gap[0] - 1)}\nrevived = {day(self.gap[1])}'
            ]
            out += [f'of = "{self.gap_of}"'] if self.gap_of else []
        return "\n".join([*out, "```\n"])

    def _protocol(self, number: int, clause: Onward, held: bool) -> str:
        out = [
            f'+++\ncomity = 1\nid = "{self.id}"\ntitle = "Protocol"\nlanguage = "en"\nprotocol_of = "{self.id}"\n'
            f"number = 1\n+++\n\n## Article 1\n\nLater.\n\n```toml clause",
            *_onward(clause, "later-onward"),
            'replaces = "onward"',
            f"from = {day(number)}",
        ]
        return "\n".join([*out, 'applies_to = "held"' if held else "", "```\n"])

    @property
    def ends(self) -> int | None:
        """First day on which it is no longer in force."""
        found = []
        if self.years:
            begin = day(self.begins)
            found.append((begin.replace(year=begin.year + self.years) - BASE).days)
        if self.denounced is not None and len(self.parties) == 2 and not self.joins:
            found.append(self.denounced + 30)
        return min(found, default=None)


def _onward(clause: Onward, name: str) -> list[str]:
    out = [f'[third_party]\nid = "{name}"\ncovers = {_list(sorted(clause.covers))}']
    out += [f'consent_of = "{clause.consent_of}"\nmembers_exempt = {str(clause.members_exempt).lower()}']
    if clause.standing:
        each = ", ".join(
            f'{{ to = "{to}", categories = {_list(patterns)}{f", until = {day(last)}" if last is not None else ""} }}'
            for to, patterns, last in clause.standing
        )
        out += [f"standing = [{each}]"]
    if clause.fresh:
        out += [f'fresh = "PT{clause.fresh}H"']
    return out + _under(clause.broken)


def _under(broken: bool) -> list[str]:
    return ['under = ["framework art. 1"]'] if broken else []


def _list(words) -> str:
    return "[" + ", ".join(f'"{word}"' for word in words) + "]"


def _notice(kind: str, by: str, number: int) -> str:
    return f'kind = "{kind}"\nby = "{by}"\ndated = {day(number)}\nreceived = {day(number)}\n'


def some_deed(number: int, random: Random) -> Deed:
    """Draw an agreement. Every feature has a chance; a few odds are drawn anew for each, so that extremes meet."""
    odds = [random.choice((0.05, 0.05, 0.3, 0.6)) for _ in range(6)]
    chance = lambda which: random.random() < odds[which]  # noqa: E731
    size = 2 if random.random() < 0.5 else random.choice((3, 4))
    parties = tuple(sorted(random.sample(PARTIES, size)))
    outside = [party for party in PARTIES if party not in parties]
    begins = random.choice((-400, -100, 0, 40))
    joins = (
        (random.choice(outside), begins + random.choice((60, 150, 300))) if size > 2 and chance(3) else None
    )
    leaves = (
        (random.choice(parties), begins + random.choice((100, 250, 500))) if size > 2 and chance(3) else None
    )
    gap = (begins + 120, begins + 200) if chance(2) else None
    onward = some_onward(random, odds) if random.random() < 0.9 else None
    later = None
    if onward is not None and not onward.broken and chance(4):
        later = (begins + random.choice((90, 200, 400)), some_onward(random, odds), random.random() < 0.5)
    years = random.choice((1, 2)) if chance(2) else None
    if years is not None and leaves is not None and leaves[1] + 30 >= begins + 365 * years:
        leaves = None  # nobody leaves what has ended
    return Deed(
        id=f"deed-{number}",
        parties=parties,
        begins=begins,
        years=years,
        denounced=begins + random.choice((100, 300)) if size == 2 and chance(2) else None,
        gap=gap,
        gap_of=random.choice(parties) if gap and random.random() < 0.5 else None,
        passages=tuple(
            _passage(number, parties, random, odds) for number in range(1, random.choice((2, 3, 4)))
        ),
        onward=onward,
        limits=tuple(_limits(number, random, odds) for number in range(1, random.choice((1, 2, 3)))),
        carriers=tuple(random.sample(("https", "pouch", "relay"), random.choice((1, 2, 3))))
        if chance(1)
        else None,
        relays=("relay.example.example",) if chance(1) else (),
        lifts=frozenset(random.sample(("purpose", "marking", "third_party"), random.choice((1, 2, 3))))
        if chance(5)
        else None,
        officers=random.choice((2, 2, 3)),
        overseer=(random.choice(PARTIES), random.choice((("journal",), ("journal", "content"))))
        if chance(3)
        else None,
        excluded=frozenset(random.sample(PURPOSES, 1)) if chance(0) else None,
        keeps=random.choice((None, 60, 300)),
        joins=joins,
        sees_earlier=random.random() < 0.3,
        leaves=leaves,
        later=later,
    )


def _passage(number: int, parties: tuple, random: Random, odds: list) -> Passage:
    directions = None
    if random.random() < odds[0]:
        directions = frozenset(tuple(random.sample(parties, 2)) for _ in range(2))
    return Passage(
        number,
        random.choice(PATTERNS) if random.random() < 0.45 else "*",
        directions,
        frozenset(random.sample(PURPOSES, random.choice((1, 2)))) if random.random() < odds[1] else None,
        frozenset(KINDS) if random.random() < 0.7 else frozenset({random.choice(KINDS)}),
        broken=random.random() < odds[2] / 6,
    )


def some_onward(random: Random, odds: list) -> Onward:
    """Draw a third-party clause."""
    standing = ()
    if random.random() < odds[3]:
        standing = tuple(
            (random.choice(PARTIES), (random.choice(PATTERNS),), random.choice((None, 30, 200, 500)))
            for _ in range(random.choice((1, 2)))
        )
        standing = tuple(dict.fromkeys(standing))
    return Onward(
        frozenset(KINDS) if random.random() < 0.7 else frozenset(random.sample(KINDS, random.choice((1, 2)))),
        random.choice(("everyone-upstream", "everyone-upstream", "sender", "originator")),
        random.random() < 0.6,
        standing,
        random.choice((6, 48)) if random.random() < odds[4] / 3 else None,
        broken=random.random() < odds[5] / 12,
    )


def _limits(number: int, random: Random, odds: list) -> Limits:
    return Limits(
        number,
        (random.choice(PATTERNS),) if random.random() < 0.5 else None,
        random.choice((1, 2, 3, 3, 4)) if random.random() < odds[0] else None,
        random.choice(("free", "consent", "never")) if random.random() < odds[1] else None,
        random.choice((20, 90, 400)) if random.random() < odds[2] else None,
        broken=random.random() < odds[3] / 12,
    )


def pool(seed: int, size: int = 90) -> tuple[Deed, ...]:
    """Draw the agreements that histories choose from."""
    random = Random(seed)
    return tuple(some_deed(number, random) for number in range(size))
