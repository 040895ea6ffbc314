"""House rules with a date: validities, limits, minimum quantities. A value counts from its day on, once approved.

None of these numbers is law: each is a shop's own and may change from a day on, which is why none is a constant
where it is used. What stands here is what holds until a shop decides otherwise; how it decides is in proposals.py.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from dealer.house.supposing import supposed_in
from dealer.records.people import Policy

DEFAULTS: dict[str, Any] = {
    "quote_validity_days": 15,
    "quote_validity_most_days": 30,
    "acceptance_stands_days": 30,
    "exception_validity_days": 15,
    "exception_returns": 2,
    # By kind of case, stage after stage: which roles are asked, and how many of them must agree (0: all).
    "approval_stages": {
        "fleet": [{"roles": ["key_account_manager"], "agree": 0}],
        "retail": [{"roles": ["showroom_manager"], "agree": 0}],
        "general": [{"roles": ["general_manager"], "agree": 0}],
        "project": [{"roles": ["general_manager"], "agree": 0}],
    },
    "remind_after_minutes": 120,
    "fleet_min_qty": 3,
    # The manufacturer: days from the approval of a filing, months from the earliest invoice of a claim.
    "filing_first_warning_days": 60,
    "filing_second_warning_days": 80,
    "filing_lapse_days": 90,
    "claim_window_months": 3,
    "rebate_reply_days": 15,
    "oem_returns": 2,
    "gift_budget_permille": 30,
    "accessory_least_permille": 1000,
    "accessory_least_showroom_permille": 900,
    "accessory_least_sales_permille": 850,
    "general_manager_threshold_fen": 1_000_000_00,
    "reopen_within_days": 180,
    "drive_counts_days": 90,
    "verified_for_minutes": 120,
    "no_show_minutes": 30,
    "drive_buffer_minutes": 15,
    "drive_hours": ["08:30-18:30"],
    "cars_back_by": "18:30",
    "licence_months": 12,
    "licence_photo": False,
    "licence_photo_days": 30,
    "conduct_needs_approval": True,
    "reservation_days": 3,
    "unpaid_after_notice_days": 4,
    "pdi_valid_days": 15,
    "stock_old_days": 60,
    "callback_days": 3,
    "second_contact_days": 7,
    "first_month_days": 30,
    "agent_contact_days": 7,
    "thank_you_minutes": 60,
    "revisit_days": 90,
    # First service after a hand-over and each after it: by model, or for every one without a row of its own.
    "maintenance": [{"model": "", "months": 6, "km": 5000}],
    "repurchase_months": 48,
    "repurchase_kilometres": 100_000,
    "repurchase_cars": 10,
    "repurchase_rest_months": 12,
    "review_due_working_days": 1,
    "retention_most_permille": 100,
    "follow_up_from": "09:30",
    "follow_up_until": "11:30",
    "call_window": ["09:00-12:00", "14:00-20:00"],
    # By level, for one brand or class of customers where the shop wants other days for these (levels.py).
    "levels": [
        {"brand": "", "customer_class": None, "level": "H", "deal_within": 7, "gap": 2},
        {"brand": "", "customer_class": None, "level": "A", "deal_within": 15, "gap": 5},
        {"brand": "", "customer_class": None, "level": "B", "deal_within": 30, "gap": 7},
        {"brand": "", "customer_class": None, "level": "C", "deal_within": 90, "gap": 15},
        {"brand": "", "customer_class": None, "level": "N", "deal_within": 90, "gap": 1},
    ],
    # After how many days in a phase a deal, and since the last contact a card, has stood still for too long.
    "idle_inquiry_days": 7,
    "idle_quotation_days": 14,
    "idle_contract_review_days": 3,
    "idle_test_drive_days": 14,
    "idle_delivery_days": 60,
    "idle_carded_days": 3,
    "idle_following_days": 30,
    "idle_ordered_days": 60,
    "contact_misses": 3,
    "deal_misses": 5,
    "forecast_days": 365,
    "owner_kept_days": 30,
    "revived_level": "B",
    "uncontactable_days": 3,
    "hand_in_by": "17:00",
    "sub_dealer_visit_days": 30,
    "sighting_days": 60,
    # How a sub-dealer's month is weighed, in percent of its points; and until which day its report is in time.
    "sub_dealer_weight_deliveries": 60,
    "sub_dealer_weight_visits": 15,
    "sub_dealer_weight_complaints": 15,
    "sub_dealer_weight_report": 10,
    "sub_dealer_report_day": 5,
    # Complaints: the clocks of DOMAIN C7, and what a consultant and the next tier may grant of their own accord.
    "complaint_accept_minutes": 120,
    "complaint_plan_minutes": 24 * 60,
    "complaint_solve_days": 3,
    "complaint_grave_days": 7,
    "complaint_grave_cars": 3,
    "complaint_tell_minutes": 60,
    "compensation_consultant_fen": 500_00,
    "compensation_key_account_fen": 5_000_00,
    "enquiry_minutes": 240,
    "workshop_appointments": 12,
    "vat_permille": 130,
    "keep_licence_months": 12,
    "keep_visit_months": 24,
    "keep_card_months": 24,
    "keep_sales_years": 10,
    "data_request_days": 15,
    "keep_request_months": 36,
    "keep_notice_months": 36,
    "keep_complaint_months": 36,
    "keep_enquiry_months": 24,
    "keep_outside_months": 12,
    "keep_leave_months": 24,
    "keep_sign_in_months": 6,
    "credit_rate_permille": 45,
    "credit_months": 12,
    "risk_deposit_days": 7,
    "risk_certificate_days": 14,
    "appraisal_follow_ups_weight": 30,
    "appraisal_register_weight": 20,
    "appraisal_satisfaction_weight": 20,
    "appraisal_targets_weight": 30,
    "companions_need_training": False,
    "inspectors_need_training": False,
    "leave_by_manager_days": 1,
    "leave_by_group_head": False,
}


def policy(db: Session, store_id: UUID, name: str, day: date) -> Any:
    """The shop's value in force on a day: the latest approved one, else the default."""
    if name not in DEFAULTS:
        raise KeyError(name)
    supposed = supposed_in(db, store_id)
    if supposed is not None and name in supposed.values:
        return supposed.values[name]
    found = version(db, store_id, name, day)
    return DEFAULTS[name] if found is None else found.value


def policies(db: Session, store_id: UUID, names: Iterable[str], day: date) -> dict[str, Any]:
    """The same of several values at once."""
    wanted = {name: DEFAULTS[name] for name in names}
    decided = select(Policy.name, Policy.value).where(
        Policy.store_id == store_id, Policy.name.in_(wanted), Policy.from_day <= day, Policy.approved_at.is_not(None)
    )
    # The latest comes last and stands.
    found = db.execute(decided.order_by(Policy.from_day, Policy.approved_at))
    in_force = {row.name: row.value for row in found}
    supposed = supposed_in(db, store_id)
    instead = {} if supposed is None else {name: each for name, each in supposed.values.items() if name in wanted}
    return wanted | in_force | instead


# Built once: pages and steps ask it for one value after another.
_VERSION = (
    select(Policy)
    .where(
        Policy.store_id == bindparam("store"),
        Policy.name == bindparam("called"),
        Policy.from_day <= bindparam("on_day"),
        Policy.approved_at.is_not(None),
    )
    .order_by(Policy.from_day.desc(), Policy.approved_at.desc())
    .limit(1)
)


def version(db: Session, store_id: UUID, name: str, day: date) -> Policy | None:
    """The decision that a value comes from, with its day and who approved it; None while the default holds."""
    return db.scalars(_VERSION, {"store": store_id, "called": name, "on_day": day}).first()
