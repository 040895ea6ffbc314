"""The card of a drive: every rule that was asked, the value it saw, the result and the reason, on one sheet.

desk_table.py lists what is asked about the licence; beside it stands here what is asked about person, route and car.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dealer.drives import desk
from dealer.drives import drive_rules as rules
from dealer.drives import drive_slots as slots
from dealer.drives.desk import Line
from dealer.drives.desk_table import Stage, yes_or_no
from dealer.engine.steps import Ask, Effect, Rule
from dealer.records.testdrives import TestDrive


@dataclass(frozen=True)
class CardRule:
    """A rule of a drive's own table, and the value that it looks at."""

    asks: Rule
    sees: Callable[[TestDrive], Any]


def _paper_that_ends_first(drive: TestDrive) -> Any:
    ends = (drive.car.plate_until, drive.car.insured_until, drive.car.inspected_until)
    return min(end for end in ends if end is not None)


BESIDE_THE_LICENCE = (
    CardRule(rules.particulars_are_complete, lambda drive: yes_or_no(bool(drive.occupation and drive.address))),
    CardRule(slots.route_is_approved, lambda drive: f"{drive.route.code} {drive.route.name}"),
    CardRule(slots.car_papers_last, _paper_that_ends_first),
    CardRule(rules.conduct_is_cleared, lambda drive: yes_or_no(True) if drive.conduct_cleared_by_id else None),
)


def lines(drive: TestDrive, ask: Ask) -> list[Line]:
    """Everything that was asked: as it was answered at the desk and before the key, before that as of now."""
    licence = desk.licence_card(drive, ask)
    if desk.is_judged_now(drive):
        return licence + [_as_of_now(row, drive, ask) for row in BESIDE_THE_LICENCE]
    kept = {check.rule: check for check in drive.checks}
    names = (row.asks.__name__ for row in BESIDE_THE_LICENCE)
    return licence + [desk.as_kept(kept[name]) for name in names if name in kept]


def _as_of_now(row: CardRule, drive: TestDrive, ask: Ask) -> Line:
    refusal = row.asks(drive, ask)
    return Line(row.asks.__name__, desk.plain(row.sees(drive)), refusal is None, refusal)


def note_card(stage: Stage) -> Effect:
    """Keep every answer of a stage: about the licence, and beside it."""
    about_the_licence = desk.note_answers(stage)

    def note(drive: TestDrive, ask: Ask) -> None:
        about_the_licence(drive, ask)
        for row in BESIDE_THE_LICENCE:
            line = _as_of_now(row, drive, ask)
            code = line.refusal.code if line.refusal else None
            drive.checks.append(desk.check_of(drive, ask, stage, line.rule, line.seen, code))

    return note
