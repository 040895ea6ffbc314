"""What is counted of calls, complaints, satisfaction and promises, once more by hand (see tests/reports_by_hand.py)."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from dealer.engine.amounts import half_up
from dealer.records.care import CareCall, CareKind, CareState, CorrectiveAction, MonthlyReview, Satisfaction
from dealer.records.complaints import Complaint, ComplaintCall, ComplaintState, Severity
from dealer.records.deadlines import Deadline
from dealer.records.deals import Deal, DealState
from dealer.records.deliveries import Batch, BatchState, Handover
from dealer.records.vehicles import Unit
from dealer.reports.periods import Period
from tests.busy_year import NOW, Year
from tests.busy_year.book import Row
from tests.busy_year.house import day_of
from tests.reports_by_hand import Fact, Facts, Told, classes_of, owners_of

# ── calls ─────────────────────────────────────────────────────────────────────────────────────────────────────────

THANKS = (CareKind.THANK_YOU, CareKind.THANK_YOU_RETRY)


def _calls(holds: Callable[[Row], bool], amount: Callable[[Row], int] = lambda row: 1) -> Told:
    def facts(year: Year, period: Period) -> Facts:
        for row in year.book.of(CareCall):
            if holds(row):
                last = day_of(row["due_at"] - timedelta(microseconds=1))  # 24:00 is of the day that it ends
                yield Fact(row["agent_id"], last, amount(row), {"kind": row["kind"]})

    return facts


def _is_made(row: Row) -> bool:
    in_writing = row["kind"] in THANKS and row["state"] is CareState.NOT_REACHED
    return row["state"] is CareState.DONE or in_writing


def _is_ahead(row: Row) -> bool:
    return row["state"] is CareState.DUE and bool(row["due_at"] > NOW)


def _said(grade: Satisfaction) -> Told:
    return _calls(lambda row: row["state"] is CareState.DONE and row.get("grade") is grade)


def _is_surveyed(row: Row) -> bool:
    return _is_made(row) and "score" in row


CARE: dict[str, Told] = {
    "due": _calls(lambda row: True),
    "made": _calls(_is_made),
    "in_time": _calls(lambda row: _is_made(row) and row["ended_at"] <= row["due_at"]),
    "missing": _calls(lambda row: not _is_made(row) and not _is_ahead(row)),
    "ahead": _calls(_is_ahead),
    "satisfied": _said(Satisfaction.SATISFIED),
    "so_so": _said(Satisfaction.SO_SO),
    "dissatisfied": _said(Satisfaction.DISSATISFIED),
    "called_off": _calls(lambda row: row["state"] is CareState.CANCELLED),
    "surveys": _calls(_is_surveyed),
    "score": _calls(_is_surveyed, lambda row: half_up(10_000 * row["score"], row["score_most"])),
}

# ── complaints ────────────────────────────────────────────────────────────────────────────────────────────────────

Calls = list[Row]


def _complaints(holds: Callable[[Row, Calls, bool], bool]) -> Told:
    """`holds` of a complaint, its call-backs, and whether one is overdue now."""

    def facts(year: Year, period: Period) -> Facts:
        calls: dict[UUID, Calls] = {}
        for call in year.book.of(ComplaintCall):
            calls.setdefault(call["complaint_id"], []).append(call)
        open_ = (row for row in year.book.of(Deadline) if row["kind"] == "complaint_callback" and "done_at" not in row)
        overdue = {row["subject_id"] for row in open_ if row["due_at"] < NOW}
        for row in year.book.of(Complaint):
            if holds(row, calls.get(row["id"], []), row["id"] in overdue):
                told: dict[str, Any] = {
                    "cause": row.get("cause"), "model": row["model_id"], "severity": row["severity"],
                    "handler": row.get("owner_id"),
                }  # fmt: skip
                yield Fact(row.get("owner_id"), day_of(row["begun_at"]), told=told)

    return facts


def _was_due(done: str, limit: str) -> Told:
    return _complaints(lambda row, calls, overdue: done in row or row[limit] < NOW)


def _was_in_time(done: str, limit: str) -> Told:
    return _complaints(lambda row, calls, overdue: done in row and row[done] <= row[limit])


def _is_called_in_time(row: Row, calls: Calls, overdue: bool) -> bool:
    return bool(calls) and not overdue and all(call["at"] <= call["due_at"] for call in calls)


COMPLAINTS: dict[str, Told] = {
    "received": _complaints(lambda row, calls, overdue: True),
    "grave": _complaints(lambda row, calls, overdue: row["severity"] is Severity.GRAVE),
    "to_accept": _was_due("accepted_at", "accept_by"),
    "accepted_in_time": _was_in_time("accepted_at", "accept_by"),
    "to_solve": _was_due("solved_at", "solve_by"),
    "solved_in_time": _was_in_time("solved_at", "solve_by"),
    "to_call": _complaints(lambda row, calls, overdue: bool(calls) or overdue),
    "called_in_time": _complaints(_is_called_in_time),
    "once": _complaints(lambda row, calls, overdue: row["round_number"] == 1),
    "reopened": _complaints(lambda row, calls, overdue: row["round_number"] > 1),
    "rejected": _complaints(lambda row, calls, overdue: bool(row.get("rejection"))),
    "open": _complaints(lambda row, calls, overdue: row["state"] is not ComplaintState.CLOSED),
}

# ── satisfaction ──────────────────────────────────────────────────────────────────────────────────────────────────


def _answers(grade: Satisfaction | None = None) -> Told:
    def facts(year: Year, period: Period) -> Facts:
        units = {row["id"]: row["model_id"] for row in year.book.of(Unit)}
        models = {row["id"]: units[row["unit_id"]] for row in year.book.of(Handover)}
        owners = owners_of(year)
        for row in year.book.of(CareCall):
            if row["state"] is CareState.DONE and "grade" in row and grade in (None, row["grade"]):
                told = {"model": models.get(row.get("handover_id")), "kind": row["kind"]}
                yield Fact(owners[row["case_id"]], day_of(row["ended_at"]), told=told)

    return facts


# ── overdue promises ──────────────────────────────────────────────────────────────────────────────────────────────


def _batches(amount: Callable[[Row], int]) -> Told:
    def facts(year: Year, period: Period) -> Facts:
        classes, deals = classes_of(year), {row["id"]: row for row in year.book.of(Deal)}
        for row in year.book.of(Batch):
            deal = deals[row["deal_id"]]
            if deal["state"] not in (DealState.LOST, DealState.CANCELLED):
                yield Fact(deal["owner_id"], row["due_on"], amount(row), {"class": classes[deal["customer_id"]]})

    return facts


def _is_delivered(batch: Row) -> bool:
    return batch["state"] in (BatchState.ACCEPTED, BatchState.CLOSED)


NEVER = date.max


def _is_late(batch: Row) -> bool:
    return not _is_delivered(batch) and bool(batch["due_on"] < day_of(NOW))


def _actions(holds: Callable[[Row], bool]) -> Told:
    def facts(year: Year, period: Period) -> Facts:
        classes = classes_of(year)
        customers = {row["id"]: row["customer_id"] for row in year.book.of(MonthlyReview)}
        for row in year.book.of(CorrectiveAction):
            if holds(row):
                yield Fact(row["owner_id"], row["due_on"], told={"class": classes[customers[row["review_id"]]]})

    return facts


SATISFACTION: dict[str, Told] = {
    "answers": _answers(),
    **{grade.value: _answers(grade) for grade in Satisfaction},
}
OVERDUE: dict[str, Told] = {
    "batches": _batches(lambda row: 1),
    "delivered": _batches(_is_delivered),
    "late": _batches(_is_late),
    "waiting_cars": _batches(lambda row: row["quantity"] if _is_late(row) else 0),
    "broken": _batches(lambda row: not _is_delivered(row) and row.get("promised_on", NEVER) < day_of(NOW)),
    "actions": _actions(lambda row: True),
    "done": _actions(lambda row: "done_at" in row),
    "slipped": _actions(lambda row: "done_at" not in row and row["due_on"] < day_of(NOW)),
}
