"""Ways to divide a report: by person, month, model, by the words of a list, by a text somebody typed."""

from collections.abc import Callable, Iterable
from datetime import date
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, literal

from dealer import people
from dealer.engine.columns import DayType
from dealer.engine.database import calendar_of
from dealer.engine.words import say, show
from dealer.reports.looking import Column, Look
from dealer.reports.shape import Way
from dealer.stock import catalogue


def by_month_of(moment: Column) -> Callable[[Look], ColumnElement[date]]:
    """The month a moment or day of the period lies in, told by its first day."""

    def column(look: Look) -> ColumnElement[date]:
        months, calendar = look.period.months, calendar_of(look.db)
        if isinstance(moment.type, DayType):
            limits: list[Any] = months[1:]
        else:
            limits = [calendar.start_of(month) for month in months[1:]]
        last = literal(months[-1], DayType())
        told = [(moment < limit, literal(month, DayType())) for month, limit in zip(months, limits, strict=False)]
        return case(*told, else_=last) if told else last

    return column


def _months(look: Look) -> list[date]:
    return look.period.months


def people_called(look: Look, values: Iterable[Any], language: str) -> dict[Any, str]:
    """The names of colleagues; an id of somebody of another shop has none."""
    return people.names_here(look.db, look.who.store_id, values)


PERSON = Way("By person", UUID, people_called)
MONTH = Way(
    "By month", date.fromisoformat, lambda look, values, language: {each: f"{each:%Y-%m}" for each in values}, _months
)


def words_way(title: str, words: type[Enum], nobody: str = "Not named") -> Way:
    """By the words of a fixed list, in its order."""

    def names(look: Look, values: Iterable[Any], language: str) -> dict[Any, str]:
        return {each: show(each, language) for each in values if each is not None}

    return Way(title, words, names, order=list(words).index, nobody=nobody)


def text_way(title: str, nobody: str = "Not named") -> Way:
    """By a text that somebody typed."""
    return Way(title, str, lambda look, values, language: {each: each for each in values if each}, nobody=nobody)


def _model_names(look: Look, values: Iterable[Any], language: str) -> dict[Any, str]:
    return {model.id: catalogue.full_name(model) for model in catalogue.all_models(look.db, look.who)}


MODEL = Way("By model", UUID, _model_names)


def called(way: Way, look: Look, values: Iterable[Any], language: str) -> dict[Any, str]:
    """What values are called."""
    names = way.names(look, values, language)
    return {value: names.get(value) or say(way.nobody, language) for value in values}
