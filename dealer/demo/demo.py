"""The demo: the fictional shop with deals standing in every phase, so that each role finds something to do.

Everything in it came about by the same steps that people take, only earlier: each scene turns the clock to a day
before today and lets somebody act.
"""

from datetime import datetime, timedelta

from dealer.demo import demo_shop
from dealer.demo.demo_alerts import ALERT_SCENES
from dealer.demo.demo_cards import CARD_SCENES
from dealer.demo.demo_care import CARE_SCENES
from dealer.demo.demo_claims import CLAIM_SCENES
from dealer.demo.demo_clauses import CLAUSE_SCENES
from dealer.demo.demo_complaints import COMPLAINT_SCENES
from dealer.demo.demo_contracts import CONTRACT_SCENES
from dealer.demo.demo_deals import DEAL_SCENES
from dealer.demo.demo_enquiries import ENQUIRY_SCENES
from dealer.demo.demo_floor import FLOOR_SCENES
from dealer.demo.demo_inspections import INSPECTION_SCENES
from dealer.demo.demo_integrations import INTEGRATION_SCENES
from dealer.demo.demo_market import MARKET_SCENES
from dealer.demo.demo_money import MONEY_SCENES
from dealer.demo.demo_network import NETWORK_SCENES
from dealer.demo.demo_oem import OEM_SCENES
from dealer.demo.demo_offers import OFFER_SCENES
from dealer.demo.demo_outings import OUTING_SCENES
from dealer.demo.demo_plans import PLAN_SCENES
from dealer.demo.demo_prices import PRICE_SCENES
from dealer.demo.demo_privacy import PRIVACY_SCENES
from dealer.demo.demo_reports import REPORT_SCENES
from dealer.demo.demo_risks import RISK_SCENES
from dealer.demo.demo_staff import STAFF_SCENES
from dealer.demo.demo_stage import Stage
from dealer.demo.demo_stock import STOCK_SCENES
from dealer.demo.demo_trips import TRIP_SCENES
from dealer.engine.database import Database
from dealer.engine.words import word_of
from dealer.house import passwords

PASSWORD = "yunling-2026"  # noqa: S105 - of the demo's people only, printed at its start; no other command makes them

# What the pictures of the documentation show: the numbers that the scenes below give.
SHOWPIECES = {"deal": 5, "quotation": 1, "exception": 1, "drive": 1, "contract": 3}

SCENES = (
    *DEAL_SCENES,
    *CONTRACT_SCENES,
    *CLAUSE_SCENES,
    *INSPECTION_SCENES,
    *MONEY_SCENES,
    *CLAIM_SCENES,
    *STOCK_SCENES,
    *FLOOR_SCENES,
    *OFFER_SCENES,
    *PRICE_SCENES,
    *TRIP_SCENES,
    *STAFF_SCENES,
    *RISK_SCENES,
    *PRIVACY_SCENES,
    *OUTING_SCENES,
    *NETWORK_SCENES,
    *CARD_SCENES,
    *CARE_SCENES,
    *COMPLAINT_SCENES,
    *ENQUIRY_SCENES,
    *PLAN_SCENES,
    *MARKET_SCENES,
    *OEM_SCENES,
    *REPORT_SCENES,
    *ALERT_SCENES,
    *INTEGRATION_SCENES,
)


def sign_ins() -> list[tuple[str, str, str]]:
    """Role, sign-in name and password of everybody in the demo."""
    return [
        (f"{word_of(role, 'zh')} {word_of(role, 'en')}", sign_in, PASSWORD)
        for sign_in, role in demo_shop.STAFF.values()
    ]


def fill(database: Database, now: datetime) -> None:
    """Write the demo into an empty database, as of `now`."""
    demo_shop.found(database, passwords.hash_of(PASSWORD), now - timedelta(days=60))
    stage = Stage(database, now)
    for scene in SCENES:
        scene(stage)
