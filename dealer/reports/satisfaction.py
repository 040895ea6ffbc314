"""Satisfaction 客户满意度: what customers answered in the calls after a hand-over and later, by what they had bought.

An answer belongs to the day on which it was given, and to whoever owns the deal: they sold, somebody else asked.
"""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from dealer import people
from dealer.records.care import CareCall, CareKind, CareState, Satisfaction
from dealer.records.deals import Deal
from dealer.records.deliveries import Handover
from dealer.records.vehicles import Unit
from dealer.reports.looking import Look
from dealer.reports.shape import Figure, Rate, Report, Source, Way
from dealer.reports.ways import MODEL, MONTH, PERSON, by_month_of, words_way


def _answered(look: Look) -> Select[Any]:
    """Calls that were made, with a grade; the model is that of the car whose hand-over they follow."""
    query = people.scoped(select(CareCall), CareCall, look.who).join(Deal, Deal.id == CareCall.case_id)
    query = query.outerjoin(Handover, Handover.id == CareCall.handover_id).outerjoin(Unit, Unit.id == Handover.unit_id)
    graded = (CareCall.state == CareState.DONE, CareCall.grade.is_not(None))
    return query.where(*graded, look.in_period(CareCall.ended_at), look.sees(Deal.owner_id))


def _told(call: CareCall) -> tuple[Any, ...]:
    return call.customer.name, call.kind, call.ended_at, call.grade, call.reason


ANSWERED = Source(
    _answered, CareCall.number, Deal.owner_id,
    {
        "model": Unit.model_id, "person": Deal.owner_id, "month": by_month_of(CareCall.ended_at),
        "kind": CareCall.kind,
    },
    ("Customer", "Kind of call", "When", "Satisfaction", "Reason"), _told, beside=(joinedload(CareCall.customer),),
)  # fmt: skip


def _with(title: str, grade: Satisfaction) -> Figure:
    return Figure(title, "of these: with this answer", ANSWERED, CareCall.grade == grade)


SATISFACTION = Report(
    "satisfaction",
    "Customer satisfaction",
    "How satisfied customers were, by model, by whoever sold to them, by month and by occasion.",
    duty="see all care",
    figures={
        "answers": Figure("Answers", "calls made in these days in which the customer said how satisfied", ANSWERED),
        "satisfied": _with("Satisfied", Satisfaction.SATISFIED),
        "so_so": _with("So-so", Satisfaction.SO_SO),
        "dissatisfied": _with("Dissatisfied", Satisfaction.DISSATISFIED),
    },
    rates={
        "content": Rate("Satisfied", "satisfied ÷ all answers", "satisfied", ("answers",)),
        "discontent": Rate("Dissatisfied", "dissatisfied ÷ all answers", "dissatisfied", ("answers",)),
    },
    ways={
        "model": Way(MODEL.title, MODEL.read, MODEL.names, nobody="No single hand-over"),
        "person": PERSON,
        "month": MONTH,
        "kind": words_way("By kind of call", CareKind),
    },
    top=("answers", "content", "so_so", "discontent"),
    charts=(("satisfied", "so_so", "dissatisfied"),),
    noun="{count} calls",
)  # fmt: skip
