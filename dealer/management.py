"""The lives of the manager's desk, as workflow.py takes them in: plans, what the manufacturer pays for, leave …"""

from typing import Any

from sqlalchemy.orm import Session

from dealer.market import campaigns, group_offers, outside_contacts, sightings
from dealer.network import statements, sub_dealers, support
from dealer.oem import filings, oem_layouts, oem_policies, rebates, reconciliation
from dealer.planning import plans, work_plans
from dealer.records.deals import Deal
from dealer.risks import emergencies, risk_items
from dealer.staffing import appraisals, leave

LIVES = (
    plans.PLANS,
    work_plans.WORK_PLANS,
    oem_policies.OEM_POLICIES,
    filings.FILINGS,
    sub_dealers.SUB_DEALERS,
    support.SUPPORT,
    statements.STATEMENTS,
    rebates.REBATES,
    oem_layouts.LAYOUTS,
    reconciliation.ROWS,
    leave.LEAVES,
    sightings.SIGHTINGS,
    appraisals.APPRAISALS,
    risk_items.RISKS,
    emergencies.EMERGENCIES,
    group_offers.GROUP_OFFERS,
    campaigns.CAMPAIGNS,
    outside_contacts.OUTSIDE_CONTACTS,
)


def of_deal(db: Session, deal: Deal) -> list[Any]:
    """What of it belongs to a deal."""
    return [*filings.of_deal(db, deal), *rebates.of_deal(db, deal), *risk_items.live_of_deal(db, deal)]
