"""Charts as numbers: where the bars, points and lines of a picture stand. A template draws them as SVG.

Two kinds: bars, standing (for what has an order, such as hours) or lying (for names), one or several parts each; and
lines. The axis always starts at zero. Beside every picture stands its table: nothing is told by a picture alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720, 220
LEFT, RIGHT, TOP, BOTTOM = 36, 12, 16, 26  # around the field that the bars stand in
LYING_LEFT, LYING_ROW = 150, 28  # names before lying bars, and how high each row is
STEPS = (1, 2, 5)
WIDEST = 48  # two bars alone are no walls
MOST_LABELS = 16  # along an axis; with more of them only every second, third … is written


@dataclass(frozen=True)
class Series:
    """Numbers of one kind, one for each place along the axis."""

    label: str
    values: Sequence[int]


@dataclass(frozen=True)
class Mark:
    """A bar: its box, which series it belongs to, and what it says."""

    x: float
    y: float
    width: float
    height: float
    series: int
    says: str


@dataclass(frozen=True)
class Written:
    """A word or a number in the picture; a grid line runs from it when `line` says where."""

    x: float
    y: float
    text: str
    line: float | None = None


@dataclass(frozen=True)
class Line:
    """A line through points, as SVG wants them, and its points one by one."""

    points: str
    dots: tuple[Mark, ...]
    series: int


@dataclass(frozen=True)
class Chart:
    """A picture: size, what is drawn in it, and the names of its series for the legend."""

    width: int
    height: int
    legend: tuple[str, ...]
    grid: tuple[Written, ...] = ()
    labels: tuple[Written, ...] = ()
    bars: tuple[Mark, ...] = ()
    lines: tuple[Line, ...] = ()
    lying: bool = False
    sums: tuple[Written, ...] = ()


def top_of_axis(most: int) -> tuple[int, int]:
    """The end of an axis that holds `most`, and the step of its grid: 1, 2 or 5 times a power of ten, whole numbers."""
    size = 1
    while True:
        for step in (each * size for each in STEPS):
            if step * 5 >= most:
                return step * max(1, -(-most // step)), step
        size *= 10


def standing_bars(names: Sequence[str], series: Sequence[Series]) -> Chart:
    """One bar for each name, its parts on top of each other."""
    top, grid = _upright(max([0, *_totals(names, series)]))
    place = (WIDTH - LEFT - RIGHT) / max(1, len(names))
    wide = min(place * 0.7, WIDEST)
    bars = []
    for at, name in enumerate(names):
        foot, x = 0, LEFT + place * (at + 0.5) - wide / 2
        for number, part in enumerate(series):
            value = part.values[at]
            y, height = _height(foot + value, top), _height(foot, top) - _height(foot + value, top)
            says = f"{name} {part.label}: {value}"
            if value:
                bars.append(Mark(_r(x), y, _r(wide), _r(height), number, says))
            foot += value
    labels = _along(names, lambda at: LEFT + place * (at + 0.5))
    return Chart(WIDTH, HEIGHT, tuple(each.label for each in series), grid, labels, tuple(bars))


def lying_bars(names: Sequence[str], series: Sequence[Series]) -> Chart:
    """One row for each name, its parts one after the other, and their sum at the end."""
    totals = _totals(names, series)
    scale = (WIDTH - LYING_LEFT - 48) / max([1, *totals])
    bars, labels, sums = [], [], []
    for at, name in enumerate(names):
        y, start = at * LYING_ROW, 0
        for number, part in enumerate(series):
            value = part.values[at]
            if value:
                x, says = _r(LYING_LEFT + start * scale), f"{name} {part.label}: {value}"
                bars.append(Mark(x, y + 5, _r(value * scale), LYING_ROW - 10, number, says))
            start += value
        labels.append(Written(LYING_LEFT - 8, y + LYING_ROW / 2, name))
        sums.append(Written(_r(LYING_LEFT + start * scale + 6), y + LYING_ROW / 2, str(totals[at])))
    height = max(1, len(names)) * LYING_ROW
    legend = tuple(each.label for each in series)
    return Chart(WIDTH, height, legend, labels=tuple(labels), bars=tuple(bars), lying=True, sums=tuple(sums))


def lines(names: Sequence[str], series: Sequence[Series]) -> Chart:
    """A line for each series, a point for each name."""
    top, grid = _upright(max([0, *(value for each in series for value in each.values)]))
    step = (WIDTH - LEFT - RIGHT) / max(1, len(names) - 1)
    drawn = []
    for number, part in enumerate(series):
        dots = tuple(
            Mark(_r(LEFT + step * at), _height(value, top), 0, 0, number, f"{names[at]} {part.label}: {value}")
            for at, value in enumerate(part.values)
        )
        drawn.append(Line(" ".join(f"{dot.x},{dot.y}" for dot in dots), dots, number))
    labels = _along(names, lambda at: LEFT + step * at)
    return Chart(WIDTH, HEIGHT, tuple(each.label for each in series), grid, labels, lines=tuple(drawn))


def _totals(names: Sequence[str], series: Sequence[Series]) -> list[int]:
    return [sum(part.values[at] for part in series) for at in range(len(names))]


def _upright(most: int) -> tuple[int, tuple[Written, ...]]:
    top, step = top_of_axis(most)
    marks = range(0, top + 1, step)
    return top, tuple(Written(LEFT - 6, _height(each, top), str(each), line=WIDTH - RIGHT) for each in marks)


def _height(value: int, top: int) -> float:
    """How far below the upper edge a value stands."""
    return _r(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top)


def _along(names: Sequence[str], x: Callable[[int], float]) -> tuple[Written, ...]:
    every = -(-len(names) // MOST_LABELS)
    return tuple(Written(_r(x(at)), HEIGHT - 8, name) for at, name in enumerate(names) if at % max(1, every) == 0)


def _r(value: float) -> float:
    return round(value, 1)
