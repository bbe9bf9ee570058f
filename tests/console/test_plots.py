"""Plots: every figure is drawn in its place, and nothing leaves the frame."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from comity.console.plots import WIDE, Box, bands, groups, layers, rows_of_bars, shortened, spans

names = st.text(min_size=1, max_size=40)
figures = st.integers(0, 10_000).map(float)


@given(st.lists(st.tuples(names, figures, figures), min_size=1, max_size=36))
def test_columns_stand_side_by_side_as_high_as_their_figures(rows: list[tuple[str, float, float]]) -> None:
    drawn = groups([(name, [("a", one), ("b", two)]) for name, one, two in rows])
    counted = [figure for row in rows for figure in row[1:] if figure]
    if not counted:
        assert drawn is None
        return
    assert drawn is not None and len(drawn.bars) == len(counted)
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDE + 0.2 and bar.y >= 0 for bar in drawn.bars)
    tallest = max(drawn.bars, key=lambda bar: bar.height)
    assert tallest.height >= max(bar.height for bar in drawn.bars)
    for one, other in zip(drawn.bars, counted, strict=True):
        assert abs(one.height - other / max(counted) * 162.0) <= 0.06


@given(st.dictionaries(st.tuples(names, names), st.integers(1, 999).map(float), min_size=1, max_size=12))
def test_bands_are_as_broad_as_what_passes(flows: dict[tuple[str, str], float]) -> None:
    drawn = bands(flows)
    assert drawn is not None
    assert len(drawn.bands) == len(flows)
    ends = len({giver for giver, _ in flows}) + len({taker for _, taker in flows})
    assert len(drawn.bars) == ends
    assert all(bar.y >= 0 and bar.y + bar.height <= drawn.height + 1 for bar in drawn.bars)
    sides = [sum(bar.height for bar in drawn.bars if (bar.x < WIDE / 2) is left) for left in (True, False)]
    assert abs(sides[0] - sides[1]) <= 0.1 * ends


def test_nothing_passed_is_no_plot() -> None:
    assert bands({}) is None
    assert groups([("2031-01", [("given", 0), ("taken", 0)])]) is None
    assert rows_of_bars([]) is None


@given(st.dates(date(2000, 1, 1), date(2060, 1, 1)), st.dates(date(2000, 1, 1), date(2060, 1, 1)))
def test_stretches_are_cut_at_the_edges_of_the_year(first: date, after: date) -> None:
    begins, ends = date(2031, 1, 1), date(2032, 1, 1)
    drawn = spans([("a", [(first, after, 0, "x")])], begins, ends, [], date(2031, 6, 1))
    assert all(bar.x >= 150 and bar.x + bar.width <= WIDE + 0.2 for bar in drawn.bars)
    assert bool(drawn.bars) == (after > begins and first < ends)
    assert drawn.today is not None


def test_today_outside_is_not_marked() -> None:
    assert spans([("", [])], date(2031, 1, 1), date(2032, 1, 1), [], date(2033, 1, 1)).today is None


def test_boxes_stand_in_their_columns_and_arrows_join_them() -> None:
    box = Box(0, 0, 0, 0, ("a name that is much too long for any box to hold", "north.example"))
    drawn = layers(
        [[("s", box)], [("i", box)], [("a", box), ("b", box)]], [("s", "i"), ("i", "a"), ("i", "gone")]
    )
    assert drawn is not None
    assert len(drawn.boxes) == 4 and len(drawn.arrows) == 2
    assert [each.x for each in drawn.boxes] == sorted(each.x for each in drawn.boxes)
    assert all(line.endswith("…") or line == "north.example" for each in drawn.boxes for line in each.lines)
    assert layers([[("alone", box)]], []) is None


def test_a_long_name_is_shortened_and_a_short_one_is_not() -> None:
    assert shortened("a" * 24) == "a" * 24
    assert shortened("a" * 25) == "a" * 23 + "…"
