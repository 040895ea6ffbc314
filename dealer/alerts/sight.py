"""Who may be told of a thing: whoever may look at it now, by the rules of the thing's own room."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from dealer.approvals import approval_lists
from dealer.contracts import contract
from dealer.deals import deal_lists
from dealer.drives import testdrive
from dealer.network import statements, sub_dealers, support
from dealer.oem import filings
from dealer.people import Actor
from dealer.prospects import card_lists, hand_ins, notes
from dealer.records.deals import Deal
from dealer.records.reports import ReportCopy
from dealer.reports.shelf import REPORTS
from dealer.risks import emergencies, risk_items
from dealer.service import complaints, enquiries
from dealer.staffing import appraisals, leave_lists
from dealer.trips import trip_lists

Sees = Callable[[Session, Any, Actor], bool]


def _with(duty: str) -> Sees:
    return lambda db, thing, who: who.may_or_stands_in(duty)


def _reads(copy: ReportCopy, who: Actor) -> bool:
    return who.may(REPORTS[copy.subscription.report].duty)


# table → whether somebody may look at a thing of it
SEES: dict[str, Sees] = {
    "deals": lambda db, deal, who: deal_lists.sees_deal(deal, who, db),
    "quotations": lambda db, version, who: deal_lists.sees_deal(version.deal, who, db),
    "price_exceptions": approval_lists.sees,
    "contracts": lambda db, each, who: contract.sees(each, who, db),
    "receipts": lambda db, receipt, who: contract.sees(receipt.contract, who, db),
    "credit_profiles": _with("see credit"),
    "test_drives": lambda db, drive, who: testdrive.sees(drive, who),
    "units": _with("see stock"),
    "batches": _with("see stock"),
    "factory_orders": _with("see stock"),
    "prospects": lambda db, card, who: card_lists.sees(db, who, card),
    "hand_ins": lambda db, hand_in, who: hand_ins.sees(db, who, hand_in),
    "notes": lambda db, note, who: notes.sees(who, note),
    "visits": _with("see visits"),
    "complaints": lambda db, complaint, who: complaints.sees(db, who, complaint),
    "enquiries": lambda db, enquiry, who: enquiries.sees(who, enquiry),
    "emergencies": lambda db, emergency, who: emergencies.sees(db, who, emergency),
    "risk_items": lambda db, item, who: risk_items.sees(db, who, item),
    "price_lists": _with("see settings"),
    "policies": _with("see settings"),
    "frameworks": _with("see contracts"),
    "clause_versions": _with("see clauses"),
    "plans": _with("see plans"),
    "work_plans": _with("see all plans"),
    "campaigns": _with("see campaigns"),
    "oem_policies": _with("see oem"),
    "filings": lambda db, filing, who: filings.sees(filing, who, db),
    "rebates": lambda db, rebate, who: filings.sees(rebate.filing, who, db),
    "sub_dealer_statements": lambda db, statement, who: statements.sees(statement, who),
    "support_requests": lambda db, request, who: support.sees(request, who),
    "sub_dealers": lambda db, sub_dealer, who: sub_dealers.sees(sub_dealer, who),
    "trips": lambda db, trip, who: trip_lists.sees(trip, who),
    "leaves": lambda db, leave, who: leave_lists.sees(leave, who),
    "appraisals": lambda db, appraisal, who: appraisals.sees(db, who, appraisal),
    "destructions": _with("guard personal data"),
    # In one's own right: what is brought to somebody is not their stand-in's.
    "report_copies": lambda db, copy, who: copy.subscription.person_id == who.id and _reads(copy, who),
    "data_requests": _with("take data requests"),
}


def sees(db: Session, thing: Any, who: Actor) -> bool:
    """Whether somebody who works here may look at it; what has no page of its own is told to those whose task it is."""
    if not who.roles:
        return False
    look = SEES.get(thing.__tablename__)
    return look is None or look(db, thing, who)


def buyer_of(db: Session, thing: Any, who: Actor) -> str:
    """Whose deal it is, for those who see the deal. Of companies and authorities only: what a person is told may leave
    the house by mail, and the name of a private customer stays in it (PIPL 51).
    """
    deal = (
        thing if isinstance(thing, Deal) else db.get(Deal, thing.case_id) if getattr(thing, "case_id", None) else None
    )
    if deal is None or not deal.customer.uscc or not deal_lists.sees_deal(deal, who, db):
        return ""
    return str(deal.customer.name)
