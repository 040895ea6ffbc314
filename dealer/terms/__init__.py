"""What each paper prints: frozen terms in plain values, taken from the records once and never changed.

A contract must not change when a price list, an address or a colour name does. So a paper is rendered from its terms
and from nothing else; the terms are what the two sides sign, and their fingerprint stands in the QR of the first page.
Money is fen, days are dates, `percent` and rates are numbers of the unit their name says. An empty text means "not
agreed" and is printed as ×.
"""

import json
from typing import Any

from dealer.terms.agreement import Agent, Agreement, Capacity, Court, Late, Party
from dealer.terms.amendment import (
    AmendedLine,
    AmendmentTerms,
    ChangedFigure,
    ChangedParticular,
    ChangedWording,
    Item,
    Particular,
)
from dealer.terms.basics import WORDING, Contact, Extra, Gift, Goods, Letterhead, Signature, Terms, Vehicles
from dealer.terms.claims import ClaimedCar, ClaimedPaper, ClaimPackTerms, ScannedPicture
from dealer.terms.clauses import Article, Clause, Own
from dealer.terms.comparison import ComparedModel, ModelComparisonTerms, SeenFact
from dealer.terms.contract import (
    Batch,
    Bond,
    ContractTerms,
    Earnest,
    Feature,
    Instalment,
    Moment,
    Procurement,
    Share,
)
from dealer.terms.cover_sheet import CoverSheetTerms, TheirVehicles
from dealer.terms.frameworks import AgreedPrice, CallOffTerms, FrameworkTerms, OrderPayment
from dealer.terms.group_offer import CampaignGift, FinanceOption, GroupOfferTerms
from dealer.terms.handover import (
    HANDOVER_CHECKS,
    Check,
    HandedVehicle,
    HandoverBatchTerms,
    HandoverTerms,
    ListedVehicle,
    Tick,
)
from dealer.terms.morning import MorningBlock, MorningContact, MorningReportTerms, MorningRow, MorningSheet
from dealer.terms.quotation import Offer, QuotationTerms, QuotedOption, QuotedVehicles
from dealer.terms.statement import StatementCar, StatementTerms
from dealer.terms.testdrive import TestDriveAgreementTerms
from dealer.terms.work_plan import WorkPlanBlock, WorkPlanRow, WorkPlanTerms

__all__ = [
    "HANDOVER_CHECKS",
    "PAPERS",
    "WORDING",
    "Agent",
    "AgreedPrice",
    "Agreement",
    "AmendedLine",
    "AmendmentTerms",
    "Article",
    "Batch",
    "Bond",
    "CallOffTerms",
    "CampaignGift",
    "Capacity",
    "ChangedFigure",
    "ChangedParticular",
    "ChangedWording",
    "Check",
    "ClaimPackTerms",
    "ClaimedCar",
    "ClaimedPaper",
    "Clause",
    "ComparedModel",
    "Contact",
    "ContractTerms",
    "Court",
    "CoverSheetTerms",
    "Earnest",
    "Extra",
    "Feature",
    "FinanceOption",
    "FrameworkTerms",
    "Gift",
    "Goods",
    "GroupOfferTerms",
    "HandedVehicle",
    "HandoverBatchTerms",
    "HandoverTerms",
    "Instalment",
    "Item",
    "Late",
    "Letterhead",
    "ListedVehicle",
    "ModelComparisonTerms",
    "Moment",
    "MorningBlock",
    "MorningContact",
    "MorningReportTerms",
    "MorningRow",
    "MorningSheet",
    "Offer",
    "OrderPayment",
    "Own",
    "Particular",
    "Party",
    "Procurement",
    "QuotationTerms",
    "QuotedOption",
    "QuotedVehicles",
    "ScannedPicture",
    "SeenFact",
    "Share",
    "Signature",
    "StatementCar",
    "StatementTerms",
    "Terms",
    "TestDriveAgreementTerms",
    "TheirVehicles",
    "Tick",
    "Vehicles",
    "WorkPlanBlock",
    "WorkPlanRow",
    "WorkPlanTerms",
    "revive",
]

PAPERS: dict[str, type[Terms]] = {
    "contract": ContractTerms,
    "framework": FrameworkTerms,
    "call_off": CallOffTerms,
    "amendment": AmendmentTerms,
    "cover_sheet": CoverSheetTerms,
    "quotation": QuotationTerms,
    "testdrive_agreement": TestDriveAgreementTerms,
    "handover": HandoverTerms,
    "handover_batch": HandoverBatchTerms,
    "claim_pack": ClaimPackTerms,
    "morning_report": MorningReportTerms,
    "work_plan": WorkPlanTerms,
    "model_comparison": ModelComparisonTerms,
    "sub_dealer_statement": StatementTerms,
    "group_offer": GroupOfferTerms,
}
"""Every paper and the terms it prints; the template has the paper's name."""


def revive(paper: str, stored: bytes | str) -> Any:
    """Terms as they were frozen: what `canonical` wrote, read back."""
    return PAPERS[paper].model_validate_json(json.dumps(json.loads(stored)["terms"]))
