"""The terms of the printed morning report: its figures in words and numbers, as they were when it was printed."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from dealer.terms.basics import WORDING, Line, Terms, Word


class MorningRow(Terms):
    """One figure: its words, and its number for each column."""

    label: Word
    values: tuple[Word, ...]


class MorningBlock(Terms):
    """Figures that belong together."""

    title: Line
    rows: tuple[MorningRow, ...]


class MorningSheet(Terms):
    """As many people as fit on a page side by side, the last of all sheets with everybody together."""

    columns: tuple[Word, ...]
    blocks: tuple[MorningBlock, ...]


class MorningContact(Terms):
    """A customer to be contacted."""

    name: Line
    level: Word
    due: datetime
    owner: Line


class MorningReportTerms(Terms):
    """晨会报告: the day before, for the meeting of the morning."""

    wording: Word = WORDING
    dealer: Line
    day: date
    printed_at: datetime
    printed_by: Line
    sheets: Annotated[tuple[MorningSheet, ...], Field(min_length=1, max_length=50)]
    overdue: Annotated[tuple[MorningContact, ...], Field(max_length=500)] = ()
    promised: Annotated[tuple[MorningContact, ...], Field(max_length=500)] = ()
    history: Line | None = None  # where the history ended as this was printed; papers of before have none
