"""Charts as numbers: the axis begins at zero, parts stand on each other, nothing leaves the picture."""

import pytest

from dealer.engine.charts import HEIGHT, WIDTH, Series, lines, lying_bars, standing_bars, top_of_axis

FIRST, AGAIN = Series("first", [3, 0, 5]), Series("again", [1, 2, 0])
NAMES = ("9:00", "10:00", "11:00")


@pytest.mark.parametrize(
    "most, top, step", [(0, 1, 1), (1, 1, 1), (5, 5, 1), (6, 6, 2), (17, 20, 5), (99, 100, 20), (1_001, 1_500, 500)]
)
def test_an_axis_ends_at_a_round_number_above_the_largest(most: int, top: int, step: int) -> None:
    assert top_of_axis(most) == (top, step)


def test_parts_of_a_standing_bar_stand_on_each_other() -> None:
    chart = standing_bars(NAMES, [FIRST, AGAIN])
    lower, upper = (bar for bar in chart.bars if bar.says.startswith("9:00"))
    assert upper.y + upper.height == pytest.approx(lower.y)
    assert lower.height == pytest.approx(3 * upper.height, abs=0.2)
    assert [bar.says for bar in chart.bars if bar.series == 1] == ["9:00 again: 1", "10:00 again: 2"]
    assert chart.legend == ("first", "again")


def test_lying_bars_say_their_sum() -> None:
    chart = lying_bars(NAMES, [FIRST, AGAIN])
    assert [each.text for each in chart.sums] == ["4", "2", "5"]
    assert chart.height == 3 * 28
    assert max(bar.x + bar.width for bar in chart.bars) < WIDTH


def test_a_line_begins_and_ends_with_its_period() -> None:
    chart = lines([str(day) for day in range(1, 32)], [Series("visits", list(range(31)))])
    [line] = chart.lines
    assert len(line.dots) == 31
    assert all(0 <= dot.y <= HEIGHT and 0 <= dot.x <= WIDTH for dot in line.dots)
    assert [each.text for each in chart.labels][:3] == ["1", "3", "5"]


@pytest.mark.parametrize("draw", [standing_bars, lying_bars, lines])
def test_nothing_to_draw_is_an_empty_picture(draw: object) -> None:
    assert draw((), [Series("first", [])]).bars == ()  # type: ignore[operator]
