"""Counting and listing by one condition: what a number says and what a click on it lists cannot differ."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, literal, select

from dealer.engine.database import sum_of
from dealer.reports.looking import Look
from dealer.reports.shape import Counts, Figure, Report, Source, Way, resolved
from dealer.reports.ways import called

PAGE = 50
Part = tuple[Any, str, Counts]
"""A value of a way, what it is called, and its figures."""


@dataclass(frozen=True)
class Slice:
    """The rows behind one number: of a figure, and of one value of a way (no way: of all)."""

    figure: str
    way: str | None = None
    value: Any = None  # of the way's own type; None where a row has none


# ── counting ──────────────────────────────────────────────────────────────────────────────────────────────────────


def counted_by(report: Report, look: Look, way: str) -> dict[Any, Counts]:
    """The figures for each value of a way that occurs: one pass over the rows of each source."""
    found: dict[Any, Counter[str]] = {}
    spread: dict[Any, dict[str, Counter[int]]] = {}
    for source, figures in _by_source(report):
        for value, numbers, middles in _pass(source, figures, look, way):
            found.setdefault(value, Counter()).update(numbers)
            for name, (amount, times) in middles.items():
                if times:
                    spread.setdefault(value, {}).setdefault(name, Counter())[amount] += times
    return {value: _counts(report, of, spread.get(value, {})) for value, of in found.items()}


def _by_source(report: Report) -> list[tuple[Source, dict[str, Figure]]]:
    sources: dict[int, tuple[Source, dict[str, Figure]]] = {}
    for name, figure in report.figures.items():
        sources.setdefault(id(figure.source), (figure.source, {}))[1][name] = figure
    return list(sources.values())


def _pass(
    source: Source, figures: Mapping[str, Figure], look: Look, way: str
) -> Iterator[tuple[Any, dict[str, int], dict[str, tuple[int, int]]]]:
    """Each value with its numbers; where a median is asked for, once for each amount that it is the middle of."""
    plain = {name: _number(figure, look) for name, figure in figures.items() if not figure.middle}
    middles = {name: resolved(figure.sums, look) for name, figure in figures.items() if figure.middle}
    times = {name: _times(figures[name], look) for name in middles}
    told = [*plain.values(), *middles.values(), *times.values()]
    value = resolved(source.ways[way], look).label("value")
    rows = _bare(source, look).with_only_columns(value, *(each.label(f"n{at}") for at, each in enumerate(told)))
    amounts = [f"n{at}" for at in range(len(plain), len(plain) + len(middles))]
    for row in look.db.execute(rows.group_by("value", *amounts)):
        numbers = row[1 : 1 + len(plain)]
        pairs = zip(row[1 + len(plain) :], row[1 + len(plain) + len(middles) :], strict=False)
        yield row[0], dict(zip(plain, map(int, numbers), strict=True)), dict(zip(middles, pairs, strict=False))


def _times(figure: Figure, look: Look) -> ColumnElement[int]:
    return func.count() if figure.holds is None else func.count().filter(resolved(figure.holds, look))


def _number(figure: Figure, look: Look) -> ColumnElement[int]:
    if figure.sums is None:
        return _times(figure, look)
    amount = resolved(figure.sums, look)
    return sum_of(amount if figure.holds is None else case((resolved(figure.holds, look), amount), else_=0))


def _counts(report: Report, of: Mapping[str, int], spread: Mapping[str, Counter[int]]) -> Counts:
    additive = {name: of.get(name, 0) for name, each in report.figures.items() if not each.middle}
    middles = {name: spread.get(name, Counter()) for name, each in report.figures.items() if each.middle}
    return Counts(additive, middles)


def sum_up(report: Report, parts: Iterable[Counts]) -> Counts:
    """What all parts come to: every row is in exactly one of them."""
    of: Counter[str] = Counter()
    spread: dict[str, Counter[int]] = {}
    for part in parts:
        for name, number in part.of.items():
            of[name] += number
        for name, values in part.spread.items():
            spread.setdefault(name, Counter()).update(values)
    return _counts(report, of, spread)


def parts_by(report: Report, look: Look, way: str, language: str) -> list[Part]:
    """Each value with its name and its figures: in the way's own order, or the largest first."""
    known: Way = report.ways[way]
    found = counted_by(report, look, way)
    if known.values is not None:
        nothing = _counts(report, {}, {})
        found = {value: found.get(value, nothing) for value in known.values(look)} | found
    names = called(known, look, found, language)
    parts = [(value, names[value], counts) for value, counts in found.items()]
    if known.values is not None:
        return parts
    if known.order is not None:
        order = known.order
        return sorted(parts, key=lambda part: (part[0] is None, part[0] is not None and order(part[0])))
    first = next(iter(parts[0][2].of)) if parts else ""
    return sorted(parts, key=lambda part: (-part[2].of[first], part[1]))


# ── listing ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _bare(source: Source, look: Look) -> Select[Any]:
    return source.rows(look).order_by(None)


def rows_of(figure: Figure, look: Look) -> Select[Any]:
    """The rows that a figure counts."""
    rows = _bare(figure.source, look)
    return rows if figure.holds is None else rows.where(resolved(figure.holds, look))


def sliced(report: Report, look: Look, rows: Slice) -> Select[Any]:
    """The rows behind one number."""
    figure = report.figures[rows.figure]
    query = rows_of(figure, look)
    if rows.way is None:
        return query
    column = resolved(figure.source.ways[rows.way], look)
    return query.where(column.is_(None) if rows.value is None else column == rows.value)


def how_many(report: Report, look: Look, rows: Slice) -> int:
    """How many rows the list below has in all."""
    query = sliced(report, look, rows).with_only_columns(literal(1)).subquery()
    return look.db.scalar(select(func.count()).select_from(query)) or 0


def amount_of(report: Report, look: Look, rows: Slice) -> int:
    """What the rows of a figure that adds up come to: the number that was clicked."""
    figure = report.figures[rows.figure]
    amount = sum_of(resolved(figure.sums, look))
    return look.db.scalar(sliced(report, look, rows).with_only_columns(amount)) or 0


def listed(report: Report, look: Look, rows: Slice, below: int | None = None, most: int = PAGE) -> list[Row[Any]]:
    """The rows behind a number, newest first, each followed by whose it is and by its key; one more than a page."""
    source = report.figures[rows.figure].source
    beside = (source.whose.label("whose"), source.key.label("key"))
    query = sliced(report, look, rows).add_columns(*resolved(source.more, look), *beside)
    if below is not None:
        query = query.where(source.key < below)
    return list(look.db.execute(query.options(*source.beside).order_by(source.key.desc()).limit(most + 1)))
