"""Charts: everything that is in the data is in the picture, once, and nothing of the data is markup."""

import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from comity.interop.charts import bars, columns

SVG = "{http://www.w3.org/2000/svg}"
MONTHS = [f"2031-{month:02}" for month in range(1, 13)]


def drawn(svg: str) -> tuple[list[float], list[str]]:
    """Give the heights of what is filled with a tone, and all texts."""
    root = ElementTree.fromstring(svg)
    rects = [each for each in root.iter(f"{SVG}rect") if each.get("fill", "").lower() != "#ffffff"]
    return [float(each.get("height", 0)) for each in rects], [
        each.text or "" for each in root.iter(f"{SVG}text")
    ]


def test_columns_are_as_high_as_their_figures() -> None:
    chart = columns(
        "flow",
        "What passed",
        MONTHS[:2],
        {"a": {"2031-01": Decimal(10), "2031-02": Decimal(40)}},
        others="more",
    )
    heights, texts = drawn(chart.svg)
    assert heights[1] == pytest.approx(4 * heights[0], abs=0.2)
    assert {"2031-01", "2031-02", "a", "What passed", "40", "0"} <= set(texts)


def test_a_series_has_the_same_tone_in_every_chart_of_one_order() -> None:
    one = {"a": {"2031-01": Decimal(1)}, "b": {"2031-01": Decimal(9)}}
    tones = []
    for series in (one, {"b": one["b"]}):
        svg = columns("x", "x", MONTHS, series, others="more", order=["a", "b"]).svg
        tones.append(re.findall(r'height="12.0" fill="(#\w+)"', svg)[-1])
    assert tones[0] == tones[1]


def test_more_series_than_tones_stand_together_and_nothing_is_lost() -> None:
    series = {f"category-{number:02}": {"2031-01": Decimal(number)} for number in range(1, 21)}
    chart = columns("x", "x", ["2031-01"], series, others="other categories")
    heights, texts = drawn(chart.svg)
    assert "other categories" in texts and "category-20" in texts and "category-01" not in texts
    columns_only = heights[: -chart.svg.count('width="12.0" height="12.0"')]
    whole = sum(range(1, 21))
    assert max(columns_only) / sum(columns_only) == pytest.approx(sum(range(1, 14)) / whole, abs=0.01)


def test_bars_say_their_figures_and_escape_their_labels() -> None:
    chart = bars(
        "x", 'title "&"', [('<script>alert("x")</script>', Decimal("2.50")), ("own-law", Decimal(1))]
    )
    heights, texts = drawn(chart.svg)
    assert '<script>alert("x")</script>: 2.5' in texts and "own-law: 1" in texts and len(heights) == 2
    assert "<script>" not in chart.svg


@pytest.mark.parametrize("most", ["0", "1", "3.9", "84", "225", "999999", "1000000"])
def test_the_axis_ends_above_the_highest_column(most: str) -> None:
    chart = columns("x", "x", ["2031-01"], {"a": {"2031-01": Decimal(most)}}, others="more")
    root = ElementTree.fromstring(chart.svg)
    assert all(float(each.get("y", 0)) >= 0 for each in root.iter(f"{SVG}rect"))
    ends = [Decimal(text) for text in drawn(chart.svg)[1] if re.fullmatch(r"[0-9.]+", text)]
    assert max(ends) >= Decimal(most) and (Decimal(most) < 4 or max(ends) <= 2 * Decimal(most))
