"""The one table of what is told to whom: steps that happened, and tasks that came to somebody.

A row of HAPPENED says: when this step of this life has been taken, these people are told. A task (records/deadlines.py)
names its people itself; TASKS says what kind of alert it is. What is urgent reaches people in their quiet hours too.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import deadlines, people
from dealer.engine.history import History
from dealer.records.alerts import AlertKind
from dealer.records.clauses import ClauseVersion
from dealer.records.complaints import Complaint
from dealer.records.contracts import Contract
from dealer.records.credit import CreditProfile
from dealer.records.deadlines import Deadline
from dealer.records.deals import Deal
from dealer.records.deliveries import Batch
from dealer.records.enquiries import Enquiry
from dealer.records.factory_orders import FactoryOrder
from dealer.records.frameworks import Framework
from dealer.records.hand_ins import HandIn
from dealer.records.market import Campaign
from dealer.records.money import Receipt
from dealer.records.network import Statement, SupportRequest
from dealer.records.oem import Filing, OemPolicy, Rebate
from dealer.records.outings import Note
from dealer.records.people import Policy, Posting
from dealer.records.planning import Plan, WorkPlan
from dealer.records.prices import PriceList
from dealer.records.privacy import Destruction
from dealer.records.prospects import Prospect, Visit
from dealer.records.quotations import PriceException
from dealer.records.risks import Emergency, RiskItem
from dealer.records.staffing import Appraisal, Leave
from dealer.records.testdrives import TestDrive
from dealer.records.trips import Trip
from dealer.records.vehicles import Unit

K = AlertKind
Whom = Callable[[Session, Any, History], Iterable[UUID | None]]

# ── to whom ───────────────────────────────────────────────────────────────────────────────────────────────────────


def column(*names: str) -> Whom:
    """Whoever stands in these columns of the thing."""
    return lambda db, thing, row: [getattr(thing, name) for name in names]


def deal_owner(db: Session, thing: Any, row: History) -> list[UUID | None]:
    """Whose deal it belongs to."""
    deal = db.get(Deal, row.case_id) if row.case_id else None
    return [deal.owner_id] if deal is not None else []


def duty(name: str) -> Whom:
    """Everybody whose role carries a duty."""
    return lambda db, thing, row: [each.id for each in people.with_duty(db, row.store_id, name)]


def named(field: str) -> Whom:
    """Whom the step names in what was filled in."""

    def whom(db: Session, thing: Any, row: History) -> list[UUID | None]:
        told = json.loads(row.facts).get(field)
        return [UUID(told)] if told else []

    return whom


def whose_task(kind: str) -> Whom:
    """Whoever has the task of a kind about the thing, still undone."""
    return lambda db, thing, row: [key for each in deadlines.open_for(db, thing, kind) for key in holders(db, each)]


def both(*ones: Whom) -> Whom:
    """All of them."""
    return lambda db, thing, row: [key for whom in ones for key in whom(db, thing, row)]


def holders(db: Session, row: Deadline) -> list[UUID]:
    """Whose task it is: its owner, or everybody of its role."""
    return [row.owner_id] if row.owner_id else of_role(db, row.store_id, row.role)


def of_role(db: Session, store_id: UUID, role: str | None) -> list[UUID]:
    """Everybody who is posted as this in the shop."""
    return list(db.scalars(select(Posting.person_id).where(Posting.store_id == store_id, Posting.role == role)))


OWNER, MADE, SUBMITTED = column("owner_id"), column("made_by_id"), column("submitted_by_id", "made_by_id")

# ── what happened ─────────────────────────────────────────────────────────────────────────────────────────────────


class Row(NamedTuple):
    """What kind of alert a step is, to whom, and whether it breaks through quiet hours."""

    kind: AlertKind
    whom: Whom
    urgent: bool = False


def _answers(whom: Whom, *actions: str, kind: AlertKind = K.ANSWER) -> dict[str, Row]:
    return {action: Row(kind, whom) for action in actions}


# life → action → row
HAPPENED: dict[str, dict[str, Row]] = {
    "exception": {
        **_answers(column("requester_id", "submitted_by_id"), "approve", "counter", "return", "refuse", "forward",
                   "lapse", "expire", "revoke"),
        "add_colleague": Row(K.DECISION, named("colleague")),
        "copy": Row(K.ANSWER, named("colleague")),
        "remind": Row(K.DECISION, whose_task("decide_exception")),
        "accept_counter": Row(K.ANSWER, column("decided_by_id")),
        "decline_counter": Row(K.ANSWER, column("decided_by_id")),
    },
    "deal": {
        **_answers(OWNER, "settle_clash", "join_other", "return", "approve_contract", "rework", "lose", "reopen",
                   "hold", "resume", "keep", "leave_with_owner"),
        "begin_delivery": Row(K.CONTRACT, both(duty("decide on deals"), OWNER)),
        "cancel": Row(K.CONTRACT, both(OWNER, duty("record signatures"), duty("keep stock"), duty("decide on deals"))),
        "change_owner": Row(K.TASK, OWNER),
        "close": Row(K.CONTRACT, OWNER),
    },
    "contract": {
        **_answers(deal_owner, "remark", "return", "approve", kind=K.CONTRACT),
        "issue": Row(K.CONTRACT, both(deal_owner, duty("record signatures"))),
        "confirm_effective": Row(
            K.CONTRACT, both(deal_owner, duty("record signatures"), duty("keep stock"), duty("record money"))
        ),
        "void": Row(K.CONTRACT, both(deal_owner, duty("record signatures"))),
        "perform": Row(K.CONTRACT, deal_owner),
        "terminate_with_deal": Row(K.CONTRACT, both(deal_owner, duty("record money"))),
    },
    "receipt": {
        **_answers(column("reported_by_id"), "confirm", "turn_down"),
        **_answers(column("asked_by_id"), "approve", "refuse", "pay"),
        "record": Row(K.CONTRACT, deal_owner),
        "reverse": Row(K.CONTRACT, deal_owner),
    },
    "credit": _answers(MADE, "approve", "refuse", "revoke"),
    "drive": {
        **_answers(column("owner_id", "booked_by_id"), "approve", "refuse", "cancel", "move"),
        "incident": Row(K.INCIDENT, both(duty("clear conduct"), duty("override probation"), OWNER), urgent=True),
    },
    "unit": {
        **_answers(deal_owner, "receive", "arrive", "allocate", "swap", "give_way", "take_off", "release_unpaid",
                   "reschedule", "report_damage", "pdi_pass", "pdi_fail", "reject", "return", kind=K.CARS),
        **_answers(column("reserved_by_id"), "lapse_reservation", kind=K.CARS),
        **_answers(column("claim_by_id"), "allocate_out_of_turn", "refuse_out_of_turn"),
        "ask_about_unpaid": Row(K.CARS, both(deal_owner, duty("decide on deals"))),
    },
    "batch": _answers(deal_owner, "move_promise", "release", "note_rejection", kind=K.CARS),
    "factory_order": _answers(column("drawn_by_id"), "send", "confirm", "cancel"),
    "visit": {"assign": Row(K.TASK, OWNER, urgent=True)},  # somebody stands in the showroom
    "prospect": {
        **_answers(OWNER, "confirm_lost", "keep", "freeze", "refuse_freeze", "leave_with_owner", "join_deal"),
        "hand_over": Row(K.TASK, OWNER),
    },
    "hand_in": _answers(OWNER, "return_card", "return", "sign"),
    "note": _answers(OWNER, "answer"),
    "complaint": {
        **_answers(column("owner_id", "registered_by_id"), "direct", "allow_compensation", "refuse_compensation",
                   "reopen", "close", "reject", "comment", kind=K.COMPLAINT),
        "accept": Row(K.COMPLAINT, both(column("registered_by_id"), deal_owner)),
        "reassign": Row(K.COMPLAINT, OWNER),
    },
    "enquiry": {"pass_on": Row(K.TASK, OWNER), "promise": Row(K.TASK, OWNER)},
    "emergency": {
        "report": Row(K.INCIDENT, both(duty("direct emergencies"), deal_owner), urgent=True),
        "close": Row(K.INCIDENT, column("owner_id", "reported_by_id")),
    },
    "risk_item": _answers(deal_owner, "raise", "detect", "assess", "override", kind=K.CONTRACT),
    "price_list": _answers(SUBMITTED, "approve", "return"),
    "policy": _answers(OWNER, "approve", "refuse"),
    "framework": _answers(SUBMITTED, "approve", "return"),
    "clause_version": _answers(SUBMITTED, "approve", "return"),
    "plan": _answers(SUBMITTED, "approve", "return"),
    "work_plan": _answers(column("completed_by_id", "made_by_id"), "approve", "return"),
    "campaign": _answers(column("submitted_by_id", "owner_id"), "approve", "return"),
    "oem_policy": _answers(SUBMITTED, "approve", "return"),
    "filing": _answers(deal_owner, "approve", "return", "refuse", "remind", "lapse"),
    "rebate": _answers(deal_owner, "approve", "return", "refuse", "pay", "lapse", "owe_back"),
    "statement": _answers(column("drawn_by_id"), "approve", "return", "pay"),
    "support_request": {**_answers(column("asked_by_id"), "finish", "decline"), "hand_on": Row(K.TASK, OWNER)},
    "trip": _answers(OWNER, "approve", "refuse", "allow_overnight", "decline_overnight", "lapse"),
    "leave": {
        **_answers(OWNER, "refuse", "lapse", kind=K.AWAY),
        **_answers(column("owner_id", "stand_in_id"), "approve", "change_stand_in", "cancel", "come_back", kind=K.AWAY),
    },
    "appraisal": _answers(OWNER, "sign"),
    "destruction": _answers(column("asked_by_id"), "destroy", "keep"),
}  # fmt: skip

# life → its table; a life that nobody is told of needs none
RECORDS: dict[str, type[Any]] = {
    "exception": PriceException, "deal": Deal, "contract": Contract, "receipt": Receipt, "credit": CreditProfile,
    "drive": TestDrive, "unit": Unit, "batch": Batch, "factory_order": FactoryOrder, "visit": Visit,
    "prospect": Prospect, "hand_in": HandIn, "note": Note, "complaint": Complaint, "enquiry": Enquiry,
    "emergency": Emergency, "risk_item": RiskItem, "price_list": PriceList, "policy": Policy, "framework": Framework,
    "clause_version": ClauseVersion, "plan": Plan, "work_plan": WorkPlan, "campaign": Campaign,
    "oem_policy": OemPolicy, "filing": Filing, "rebate": Rebate, "statement": Statement,
    "support_request": SupportRequest, "trip": Trip, "leave": Leave, "appraisal": Appraisal,
    "destruction": Destruction,
}  # fmt: skip

# ── tasks ─────────────────────────────────────────────────────────────────────────────────────────────────────────

URGENT_TASKS = (
    "incident_showroom", "incident_key_account", "emergency_known", "emergency_open", "car_not_back",
    "complaint_grave", "receive_party", "drive_approval",
)  # fmt: skip
"""Somebody is hurt, waits in the showroom, or has a clock of an hour."""

TASKS: dict[AlertKind, tuple[str, ...]] = {
    K.INCIDENT: (
        "incident_showroom", "incident_key_account", "insurer_claim", "emergency_known", "emergency_open",
        "emergency_action", "car_not_back", "mishap_to_settle",
    ),
    K.DECISION: (
        "decide_exception", "decide_escalated_exception", "recheck_exception", "recheck_allowance",
        "confirm_allowances", "confirm_loss", "confirm_reopening", "confirm_rework", "settle_clash", "review_risk",
        "review_finance", "review_general", "confirm_signatures", "approve_campaign", "approve_clause",
        "approve_factory_order", "approve_framework", "approve_layout", "approve_oem_policy", "approve_plan",
        "approve_policy", "approve_price_list", "approve_statement", "approve_work_plan", "allow_compensation",
        "confirm_sub_dealer_agreement", "decide_destruction", "decide_leave", "decide_rest", "check_lost_prospect",
        "decide_unpaid_car", "drive_approval", "high_risk", "trip_approval", "trip_overnight",
    ),
    K.COMPLAINT: (
        "complaint_accept", "complaint_plan", "complaint_grave", "complaint_direct", "complaint_comment",
        "complaint_close", "complaint_callback", "complaint_note",
    ),
    K.CARS: ("tell_customer", "tell_car_is_gone", "deliver_again", "allocate_cars", "car_check"),
    K.CONTRACT: ("issue_contract", "file_framework", "answer_remarks", "framework_ends", "credit_expires"),
    K.TASK: (
        "receive_party", "answer_exception", "answer_enquiry", "answer_manufacturer", "take_over",
        "look_at_returned_card", "hand_in_again", "read_note", "read_appraisal", "complete_appraisal", "give_support",
        "corrective_action", "review_month", "data_request", "pay_statement", "pay_rebate_back", "filing_runs_out",
        "filing_lapsed", "apply_for_rebate", "quotation_ends", "trip_key",
    ),
}  # fmt: skip
TASK_KINDS = {task: kind for kind, tasks in TASKS.items() for task in tasks}

ROUTINE = ("contact_prospect", "hand_in_cards", "close_visit", "complete_visit", "licence_photo")
"""What a working day consists of: it stands on the page of the day, and no alert says so when an hour has passed."""
