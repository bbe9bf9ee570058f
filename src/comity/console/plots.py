"""Plots as plain geometry: where bars, bands and boxes stand. Templates draw them as SVG beside a table.

Everything is worked out on the server in the plot's own units, so a plot prints, needs no script, and takes its colours
from the page's style. No text of others goes into a path or an attribute: names stand in text nodes.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec

#: Width of a plot in its own units; the page scales it.
WIDE = 720.0
#: Room for names beside and below.
_BESIDE, _BELOW = 150.0, 22.0
#: Characters of a name that fit a box.
_NAME = 24


class Bar(msgspec.Struct, frozen=True):
    """A bar: where it stands, which series it is of, what it counts. `label` says all of that in words."""

    x: float
    y: float
    width: float
    height: float
    series: int
    label: str


class Mark(msgspec.Struct, frozen=True):
    """A word on a plot, at a place. `anchor`: `start`, `middle` or `end`. `faint`: one in a softer colour."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    faint: bool = False


class Band(msgspec.Struct, frozen=True):
    """A band from one Party to another, as the outline of its shape."""

    path: str
    series: int
    label: str


class Box(msgspec.Struct, frozen=True):
    """A box in a picture of where something came from.

    Attributes:
        lines: what stands in it. `state`: of what it shows. `main`: it is what the picture is of.
    """

    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]
    state: str = ""
    main: bool = False


class Plot(msgspec.Struct, frozen=True, kw_only=True):
    """One plot: its size and what stands on it.

    Attributes:
        width, height: in its own units.
        bars, bands, boxes, arrows, marks: what is drawn; arrows as paths.
        today: where a line for today stands; None for nowhere.
    """

    width: float = WIDE
    height: float
    bars: tuple[Bar, ...] = ()
    bands: tuple[Band, ...] = ()
    boxes: tuple[Box, ...] = ()
    arrows: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    today: float | None = None


def groups(rows: Sequence[tuple[str, Sequence[tuple[str, float]]]], *, height: float = 180.0) -> Plot | None:
    """Draw columns side by side in groups: each row a group with its name, and a (label, figure) for each series."""
    largest = max((figure for _, figures in rows for _, figure in figures), default=0)
    if not largest:
        return None
    each = WIDE / len(rows)
    bars, marks = [], []
    often = max(1, round(60 / each))
    for place, (name, figures) in enumerate(rows):
        width = each * 0.8 / len(figures)
        for series, (label, figure) in enumerate(figures):
            tall = figure / largest * (height - 18)
            if figure:
                x = place * each + each * 0.1 + series * width
                bars.append(_bar(x, height - tall, width * 0.92, tall, series, label))
        if place % often == 0:
            marks.append(
                Mark(_r(place * each + each / 2), _r(height + _BELOW - 6), name, "middle", faint=True)
            )
    return Plot(
        height=height + _BELOW,
        bars=tuple(bars),
        marks=(*marks, Mark(0, 11, f"{largest:g}", faint=True)),
    )


def rows_of_bars(rows: Sequence[tuple[str, str, float, int]]) -> Plot | None:
    """Draw lying bars one under the other: each with a name, what stands behind it, its figure and its series."""
    largest = max((figure for _, _, figure, _ in rows), default=0)
    if not largest:
        return None
    tall, bars, marks = 24.0, [], []
    for place, (name, words, figure, series) in enumerate(rows):
        y, wide = place * tall, figure / largest * (WIDE - 2 * _BESIDE)
        marks.append(Mark(_BESIDE - 8, _r(y + 16), shortened(name), "end"))
        if figure:
            bars.append(_bar(_BESIDE, y + 4, max(wide, 2), tall - 8, series, f"{name}: {words}"))
        marks.append(Mark(_r(_BESIDE + wide + 8), _r(y + 16), words))
    return Plot(height=len(rows) * tall, bars=tuple(bars), marks=tuple(marks))


def bands(flows: Mapping[tuple[str, str], float]) -> Plot | None:
    """Draw what passes from Parties on the left to Parties on the right, each band as broad as its figure."""
    whole = sum(flows.values())
    if not whole:
        return None
    gap = 26.0
    left, right = _summed(flows, 0), _summed(flows, 1)
    height = gap + max(len(left), len(right)) * (gap + 64.0)
    marks, bars, found = [], [], []
    places: list[dict[str, float]] = []
    scale = (height - gap * max(len(left), len(right))) / whole
    for side, sums in enumerate((left, right)):
        y, place = gap / 2, {}
        for party, total in sums.items():
            x = _BESIDE if side == 0 else WIDE - _BESIDE - 10
            bars.append(_bar(x, y, 10, total * scale, 9, f"{party}: {total:g}"))
            beside = (_BESIDE - 8, "end") if side == 0 else (WIDE - _BESIDE + 8, "start")
            marks.append(Mark(beside[0], _r(y + total * scale / 2 + 5), shortened(party, 18), beside[1]))
            place[party] = y
            y += total * scale + gap
        places.append(place)
    names = list(left)
    for (giver, taker), figure in sorted(flows.items()):
        thick, a, b = figure * scale, places[0][giver], places[1][taker]
        places[0][giver] += thick
        places[1][taker] += thick
        path = _band(_BESIDE + 10, a, WIDE - _BESIDE - 10, b, thick)
        found.append(Band(path, names.index(giver) % 4, f"{giver} → {taker}: {figure:g}"))
    return Plot(height=_r(height), bands=tuple(found), bars=tuple(bars), marks=tuple(marks))


def spans(
    rows: Sequence[tuple[str, Sequence[tuple[date, date, int, str]]]],
    begins: date,
    ends: date,
    ticks: Iterable[tuple[date, str]],
    today: date,
) -> Plot:
    """Draw stretches of days on lines under one another; each a first day, the day after the last, a series, words."""
    named = any(name for name, _ in rows)
    room = _BESIDE if named else 0.0
    whole = max((ends - begins).days, 1)

    def at(day: date) -> float:
        return room + min(max((day - begins).days / whole, 0.0), 1.0) * (WIDE - room)

    tall, bars, marks = 26.0, [], []
    for place, (name, stretches) in enumerate(rows):
        y = place * tall
        if name:
            marks.append(Mark(room - 8, _r(y + 17), shortened(name, 20), "end"))
        for first, after, series, words in stretches:
            if after > begins and first < ends:
                wide = max(at(after) - at(first), 4.0)
                bars.append(_bar(min(at(first), WIDE - wide), y + 4, wide, tall - 8, series, words))
    height = len(rows) * tall
    last = -100.0
    for day, words in ticks:
        if at(day) - last > 36 and begins <= day < ends:
            last = at(day)
            marks.append(Mark(_r(last), _r(height + _BELOW - 6), words, faint=True))
    line = _r(at(today)) if begins <= today < ends else None
    return Plot(height=height + _BELOW, bars=tuple(bars), marks=tuple(marks), today=line)


def layers(columns: Sequence[Sequence[tuple[str, Box]]], edges: Iterable[tuple[str, str]]) -> Plot | None:
    """Draw boxes in columns from left to right, each under its name, and arrows between those that are joined.

    Args:
        columns: of each box its name and what it shows; where it stands is worked out here.
    """
    if sum(map(len, columns)) < 2:
        return None
    most = max(map(len, columns))
    wide, tall, gap = min(WIDE / len(columns) - 36, 200.0), 52.0, 14.0
    height = most * (tall + gap) - gap + 4
    step = wide + min(70.0, (WIDE - wide * len(columns)) / max(len(columns) - 1, 1))
    placed: dict[str, Box] = {}
    for number, column in enumerate(columns):
        top = (height - (len(column) * (tall + gap) - gap)) / 2
        for place, (name, box) in enumerate(column):
            placed[name] = msgspec.structs.replace(
                box,
                x=_r(number * step),
                y=_r(top + place * (tall + gap)),
                width=_r(wide),
                height=tall,
                lines=tuple(shortened(line, int(wide / 8)) for line in box.lines),
            )
    arrows = [_arrow(placed[a], placed[b]) for a, b in edges if a in placed and b in placed]
    return Plot(height=_r(height), boxes=tuple(placed.values()), arrows=tuple(arrows))


def shortened(text: str, most: int = _NAME) -> str:
    """Give the beginning of a name that is too long."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _summed(flows: Mapping[tuple[str, str], float], side: int) -> dict[str, float]:
    sums: dict[str, float] = {}
    for pair, figure in sorted(flows.items()):
        sums[pair[side]] = sums.get(pair[side], 0) + figure
    return sums


def _bar(x: float, y: float, width: float, height: float, series: int, label: str) -> Bar:
    return Bar(_r(x), _r(y), _r(width), _r(height), series, label)


def _band(x: float, a: float, end: float, b: float, thick: float) -> str:
    half = (x + end) / 2
    return (
        f"M{_r(x)},{_r(a)} C{_r(half)},{_r(a)} {_r(half)},{_r(b)} {_r(end)},{_r(b)} L{_r(end)},{_r(b + thick)} "
        f"C{_r(half)},{_r(b + thick)} {_r(half)},{_r(a + thick)} {_r(x)},{_r(a + thick)} Z"
    )


def _arrow(a: Box, b: Box) -> str:
    x, y, end, below = a.x + a.width, a.y + a.height / 2, b.x - 3, b.y + b.height / 2
    half = (x + end) / 2
    return f"M{_r(x)},{_r(y)} C{_r(half)},{_r(y)} {_r(half)},{_r(below)} {_r(end)},{_r(below)}"


def _r(value: float) -> float:
    return round(value, 1)
