"""The terms of the department's work plan: the facts of two months as they stood, and the manager's words."""

from datetime import date
from typing import Annotated

from pydantic import Field

from dealer.terms.basics import WORDING, Line, Terms, Text, Word


class WorkPlanRow(Terms):
    """One row of a list, cell by cell."""

    cells: tuple[Line, ...]


class WorkPlanBlock(Terms):
    """One list of facts under its heading."""

    title: Line
    heads: tuple[Word, ...]
    rows: Annotated[tuple[WorkPlanRow, ...], Field(max_length=500)] = ()


class WorkPlanTerms(Terms):
    """部门工作计划与总结 of a month."""

    wording: Word = WORDING
    dealer: Line
    month: Word
    blocks: Annotated[tuple[WorkPlanBlock, ...], Field(max_length=20)]
    summary: Text
    focus: Text
    measures: Text
    support: Text
    written_by: Line
    approved_by: Line
    approved_on: date
