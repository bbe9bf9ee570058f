"""Charts as SVG: columns that stand on each other by month, and bars side by side.

A chart is data laid out once. It says what it shows in words too (`<title>`, `<desc>`), and every figure in it is
written beside it or in the table that goes with it, so that nothing hangs on colour. Text goes in escaped. The same
data give the same bytes.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from html import escape

import msgspec

__all__ = ["Chart", "bars", "columns"]

#: Tones that stay apart in print and for most eyes (Okabe and Ito), the last for everything else.
_TONES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#999999")
_FONT = "font-family=\"'Libertinus Serif','DejaVu Serif','Noto Serif CJK KR',serif\""
_WIDTH, _HEIGHT = 640, 264
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 10, 38, 34
_LINE = 18
#: What a quarter of an axis comes to, times a power of ten.
_STEPS = (1, 2, 3, 4, 5, 6, 8, 10)
#: Columns beyond which only some are labelled.
_LABELLED = 14


class Chart(msgspec.Struct, frozen=True):
    """A chart.

    Attributes:
        name: for a file, without its ending. `title`: in words.
        svg: the picture.
    """

    name: str
    title: str
    svg: str


def columns(
    name: str,
    title: str,
    places: Sequence[str],
    series: Mapping[str, Mapping[str, Decimal]],
    *,
    others: str,
    order: Sequence[str] = (),
    stacked: bool = True,
) -> Chart:
    """Draw columns over places such as months.

    Args:
        places: from left to right.
        series: what is told apart -> place -> figure; the smallest beyond seven stand together as `others`.
        order: the series as other charts beside this one rank them, so that each has the same tone in all.
        stacked: on each other; else side by side.
    """
    shown = _largest(series, others, order)
    tones = dict(
        zip([*order[: len(_TONES) - 1], *(each for each in shown if each not in order)], _TONES, strict=False)
    )
    tones |= {others: _TONES[-1]} if others in shown else {}
    top = _round_up(max(_heights(places, shown, stacked), default=Decimal(0)))
    wide = Decimal(_WIDTH - _LEFT - _RIGHT) / max(len(places), 1)
    deep = Decimal(_HEIGHT - _TOP - _BOTTOM)
    parts = [*_grid(top, deep)]
    for number, place in enumerate(places):
        left = _LEFT + wide * number
        below = Decimal(0)
        each = wide * Decimal("0.7") / (1 if stacked else max(len(shown), 1))
        for rank, (label, figures) in enumerate(shown.items()):
            figure = figures.get(place, Decimal(0))
            high = deep * figure / top
            x = left + wide * Decimal("0.15") + (0 if stacked else each * rank)
            y = _TOP + deep - high - (below if stacked else 0)
            if figure:
                parts.append(_rect(x, y, each, high, tones[label]))
            below += high
        if len(places) <= _LABELLED or number % (len(places) // _LABELLED + 1) == 0:
            parts.append(_text(left + wide / 2, _HEIGHT - _BOTTOM + 14, place, "middle"))
    height = _HEIGHT + _LINE * len(shown)
    for rank, label in enumerate(shown):
        line = _HEIGHT + _LINE * rank
        parts += [_rect(Decimal(_LEFT), Decimal(line), Decimal(12), Decimal(12), tones[label])]
        parts.append(_text(Decimal(_LEFT + 18), line + 10, label, "start"))
    return Chart(name, title, _svg(title, [*shown], parts, height))


def bars(name: str, title: str, rows: Sequence[tuple[str, Decimal]]) -> Chart:
    """Draw bars under each other, each with its label and figure."""
    most = max((figure for _, figure in rows), default=Decimal(0)) or Decimal(1)
    parts = []
    for number, (label, figure) in enumerate(rows):
        y = 30 + 34 * number
        parts.append(_text(Decimal(0), y + 10, f"{label}: {_figure(figure)}", "start"))
        parts.append(_rect(Decimal(0), Decimal(y + 15), _WIDTH * figure / most, Decimal(10), _TONES[0]))
    return Chart(name, title, _svg(title, [label for label, _ in rows], parts, 32 + 34 * max(len(rows), 1)))


def _largest(
    series: Mapping[str, Mapping[str, Decimal]], others: str, order: Sequence[str]
) -> dict[str, Mapping[str, Decimal]]:
    """Keep the first series apart, in the order given or by their size, and put the rest together."""
    place = {label: number for number, label in enumerate(order)}
    ranked = sorted(
        series.items(), key=lambda each: (place.get(each[0], len(place)), -sum(each[1].values()), each[0])
    )
    room = len(_TONES) - 1
    apart = [each for each in ranked if not order or place.get(each[0], room) < room][:room]
    rest: dict[str, Decimal] = {}
    for _, figures in ranked[len(apart) :]:
        for where, figure in figures.items():
            rest[where] = rest.get(where, Decimal(0)) + figure
    return {**dict(apart), **({others: rest} if rest else {})}


def _heights(
    places: Sequence[str], shown: Mapping[str, Mapping[str, Decimal]], stacked: bool
) -> list[Decimal]:
    found = [[figures.get(place, Decimal(0)) for figures in shown.values()] for place in places]
    return [sum(each, Decimal(0)) if stacked else max(each, default=Decimal(0)) for each in found]


def _round_up(most: Decimal) -> Decimal:
    """Give the end of the axis: four times a figure that reads well, one at the least."""
    scale = Decimal(1)
    while most > 4 * 10 * scale:
        scale *= 10
    return next(4 * step * scale for step in _STEPS if 4 * step * scale >= most)


def _grid(top: Decimal, deep: Decimal) -> list[str]:
    parts = []
    for quarter in range(5):
        y = _TOP + deep - deep * quarter / 4
        tone = "#666666" if quarter == 0 else "#dddddd"
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{_at(y)}" y2="{_at(y)}" stroke="{tone}"'
            ' stroke-width="0.7"/>'
        )
        parts.append(_text(Decimal(_LEFT - 6), y + 4, _figure(top * quarter / 4), "end"))
    return parts


def _svg(title: str, labels: Sequence[str], parts: Sequence[str], height: int) -> str:
    told = ", ".join(labels)
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}"'
            f' height="{height}" role="img" {_FONT} font-size="12">',
            f"<title>{escape(title)}</title>",
            f"<desc>{escape(told)}</desc>",
            f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
            _text(Decimal(0), 13, title, "start"),
            *parts,
            "</svg>\n",
        )
    )


def _rect(x: Decimal, y: Decimal, wide: Decimal, high: Decimal, tone: str) -> str:
    return (
        f'<rect x="{_at(x)}" y="{_at(y)}" width="{_at(wide)}" height="{_at(high)}" fill="{tone}"'
        ' stroke="#ffffff" stroke-width="0.5"/>'
    )


def _text(x: Decimal, y: Decimal | int, text: str, anchor: str) -> str:
    return f'<text x="{_at(x)}" y="{_at(y)}" text-anchor="{anchor}" fill="#222222">{escape(text)}</text>'


def _at(value: Decimal | int) -> str:
    return f"{Decimal(value):.1f}"


def _figure(value: Decimal) -> str:
    return format(value.normalize(), "f") if value else "0"
