"""Plots of what the benchmarks measured, as SVG: lines over the size of a register, bars by kind. Nothing but text."""

from collections.abc import Mapping, Sequence
from html import escape
from math import log10
from pathlib import Path

#: Colours that people who see few of them can tell apart too (Okabe and Ito).
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 360, 70, 190, 46, 52
Series = Mapping[str, Sequence[tuple[float, float]]]


def _frame(title: str, below: str, said: str, body: list[str]) -> str:
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
            ' font-family="sans-serif" font-size="12">',
            f"<title>{escape(title)}</title><desc>{escape(said)}</desc>",
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
            f'<text x="{LEFT}" y="24" font-size="15">{escape(title)}</text>',
            f'<text x="{LEFT}" y="{HEIGHT - 8}" fill="#555" font-size="10">{escape(below)}</text>',
            *body,
            "</svg>\n",
        ]
    )


def _legend(names: Sequence[str]) -> list[str]:
    lines = []
    for at, name in enumerate(names):
        y = TOP + 12 + 20 * at
        colour = COLOURS[at % len(COLOURS)]
        lines.append(f'<rect x="{WIDTH - RIGHT + 16}" y="{y - 9}" width="12" height="10" fill="{colour}"/>')
        lines.append(f'<text x="{WIDTH - RIGHT + 34}" y="{y}">{escape(name)}</text>')
    return lines


def _level(value: float, low: float, high: float) -> float:
    return HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM)


def _grid(low: float, high: float, steps: Sequence[tuple[float, str]]) -> list[str]:
    lines = []
    for value, text in steps:
        y = _level(value, low, high)
        lines.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        lines.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{escape(text)}</text>')
    return lines


def lines(path: Path, title: str, below: str, series: Series, *, logarithmic: bool = False) -> None:
    """Draw lines over the number of subjects; the axis of values from 0 to 1, or logarithmic."""
    points = [point for line in series.values() for point in line]
    sizes = sorted({size for size, _ in points})
    left, right = log10(sizes[0]) - 0.1, log10(sizes[-1]) + 0.1
    if logarithmic:
        low = float(int(log10(min(value for _, value in points)) - 0.999))
        high = float(int(log10(max(value for _, value in points)) + 1))
        steps = [(float(p), f"{10.0**p:g}") for p in range(int(low), int(high) + 1)]
    else:
        low, high = 0.4, 1.0
        steps = [(step / 10, f"{step / 10:.1f}") for step in range(4, 11)]

    def at(size: float) -> float:
        return LEFT + (log10(size) - left) / (right - left) * (WIDTH - LEFT - RIGHT)

    body = _grid(low, high, steps)
    for size in sizes:
        body.append(
            f'<text x="{at(size):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{int(size):,}</text>'
        )
    for number, (_, line) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        spots = [
            (at(size), _level(log10(value) if logarithmic else value, low, high), value)
            for size, value in line
        ]
        way = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in spots)
        body.append(f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for x, y, value in spots:
            body.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"><title>{value:.3g}</title></circle>'
            )
    said = "; ".join(
        f"{name}: " + ", ".join(f"{s:,.0f} {v:.3g}" for s, v in line) for name, line in series.items()
    )
    path.write_text(_frame(title, below, said, body + _legend(list(series))), encoding="utf-8")


def bars(path: Path, title: str, below: str, groups: Mapping[str, Mapping[str, float]]) -> None:
    """Draw groups of bars from 0 to 1: for each group the value of each series."""
    names = list(dict.fromkeys(name for values in groups.values() for name in values))
    body = _grid(0.0, 1.0, [(step / 5, f"{step / 5:.1f}") for step in range(6)])
    room = (WIDTH - LEFT - RIGHT) / len(groups)
    for place, (group, values) in enumerate(groups.items()):
        wide = room * 0.8 / len(names)
        for number, name in enumerate(names):
            if name not in values:
                continue
            x = LEFT + room * (place + 0.1) + wide * number
            y = _level(values[name], 0.0, 1.0)
            colour = COLOURS[number % len(COLOURS)]
            body.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{HEIGHT - BOTTOM - y:.1f}" fill="{colour}">'
                f"<title>{escape(group)}, {escape(name)}: {values[name]:.3f}</title></rect>"
            )
        middle = LEFT + room * (place + 0.5)
        body.append(
            f'<text x="{middle:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{escape(group)}</text>'
        )
    said = "; ".join(
        f"{group}: " + ", ".join(f"{name} {value:.3f}" for name, value in values.items())
        for group, values in groups.items()
    )
    path.write_text(_frame(title, below, said, body + _legend(names)), encoding="utf-8")
