"""Scenes of the manufacturer: a policy in force, a filing that waits, a rebate whose papers are sought."""

from datetime import timedelta

from sqlalchemy import select

from dealer.demo.demo_deals import RENTAL
from dealer.demo.demo_stage import SCAN, Stage
from dealer.engine.steps import place
from dealer.oem import filings, oem_policies, rebates
from dealer.oem.answers import Answer
from dealer.oem.filings import FiledCars, FilingFacts, Submission
from dealer.oem.oem_papers import NewPaper
from dealer.oem.oem_policies import CoveredClass, OemPolicyFacts, PaidModel, WantedPaper
from dealer.oem.rebates import ClaimedCars
from dealer.records.customers import Contact, Customer, CustomerClass
from dealer.records.deals import Deal
from dealer.records.oem import Filing, FilingState, OemPaperKind, OemPolicy, PaperUse, Rebate
from dealer.records.vehicles import InvoiceState, Model, Unit

C, K = CustomerClass, OemPaperKind
LEAST = {C.STATE_GROUP: 3, C.COMPANY: 3, C.HOTEL_AIRLINE: 3, C.RENTAL: 10} | dict.fromkeys(
    (C.GOVERNMENT, C.POLICE, C.INSTITUTION)
)
OF_THE_SHOP = {"dealer_code": "YN0871", "principal": "周建国", "principal_phone": "0871-66001234"}


def _policy(stage: Stage, title: str, first: int, last: int, cars: dict[str, int]) -> OemPolicyFacts:
    with stage.database.reading() as db:
        brand = db.scalars(select(Model.brand).where(Model.code == "X5")).one()
    classes = [CoveredClass(customer_class=each, least=least) for each, least in LEAST.items()]
    wanted = WantedPaper(purpose=PaperUse.REBATE, kind=K.LICENCE, customer_class=C.RENTAL)
    return OemPolicyFacts(
        brand=brand, title=title, from_day=stage.day(first), until_day=stage.day(last), classes=tuple(classes),
        models=tuple(PaidModel(model=stage.models[code], amount=fen) for code, fen in cars.items()),
        papers=(wanted,), source=SCAN,
    )  # fmt: skip


def policies_of_two_quarters(stage: Stage) -> None:
    """One in force since its approval, and the next one, which the general manager has yet to approve."""
    for title, first, last, cars, days_ago in (
        ("本季度大客户政策", 55, -40, {"X5": 3000_00, "M7": 2500_00, "E3": 4000_00}, 50),
        ("下季度大客户政策", -41, -130, {"X5": 2500_00, "E3": 4500_00}, 1),
    ):
        facts = _policy(stage, title, first, last, cars)
        number = stage.begin("陈静", days_ago, "09:00", "draft", oem_policies.blank, facts)
        stage.take("陈静", days_ago, "09:20", OemPolicy, number, "submit")
        if days_ago > 1:
            stage.take("周建国", days_ago, "15:00", OemPolicy, number, "approve")


def _opened(stage: Stage, key: Deal, days_ago: int) -> int:
    with stage.acting("陈静", days_ago, "10:30") as ask:
        deal = ask.db.get_one(Deal, key.id)
        policy = next(each for each in oem_policies.in_force(ask.db, deal.store_id, ask.today))
        filing = filings.blank(ask, deal, policy)
        filings.FILINGS.begin("open", filing, ask)
        return filing.number


def _filled_in(stage: Stage, number: int, model: str, cars: int, days_ago: int) -> None:
    with stage.database.reading() as db:
        filing = db.scalars(select(Filing).where(Filing.number == number)).one()
        contact = db.scalars(select(Contact.id).where(Contact.customer_id == filing.deal.customer_id)).first()
        policy, nature = filing.policy, filing.nature
    if policy is None or contact is None:
        raise LookupError(number)
    line = FiledCars(model=stage.models[model], colour="珠光白", quantity=cars)
    told = {"policy": policy.number, "contact": contact, "lines": (line,), "nature": nature}
    facts = FilingFacts.model_validate(told | OF_THE_SHOP)
    stage.take("陈静", days_ago, "11:00", Filing, number, "edit", facts)
    for kind in (K.APPLICATION, K.IDENTITY):
        stage.take("陈静", days_ago, "11:10", Filing, number, "attach", NewPaper(kind=kind, file=SCAN))


def a_rental_company_is_filed(stage: Stage) -> None:
    """Thirty electric cars; the region has passed them, the manufacturer has yet to decide."""
    with stage.database.reading() as db:
        theirs = select(Deal).join(Customer).where(Customer.name == RENTAL.name).order_by(Deal.number)
        deal = db.scalars(theirs.limit(1)).one()
    number = _opened(stage, deal, 4)
    _filled_in(stage, number, "E3", 30, 4)
    stage.take("陈静", 4, "11:30", Filing, number, "submit", Submission(filing_no="YN2026110017"))
    stage.take("陈静", 2, "16:00", Filing, number, "pass_region", Answer(audited_on=stage.day(2), auditor="西南大区"))


def a_rebate_is_being_collected(stage: Stage) -> None:
    """Filed long ago, invoiced since; before the hand-over it is known which papers of which car are missing."""
    with stage.database.reading() as db:
        cars = select(Unit).where(Unit.invoice == InvoiceState.ISSUED).order_by(Unit.vin)
        units = [each for each in db.scalars(cars) if each.deal.customer.customer_class in LEAST]
        deal = units[0].deal
        cars_of_it = [each.id for each in units if each.case_id == deal.id]
        model = units[0].model.code
    number = _opened(stage, deal, 48)
    _filled_in(stage, number, model, max(len(cars_of_it), 10), 48)
    with stage.acting("陈静", 45, "10:00") as ask:
        filing = ask.db.scalars(select(Filing).where(Filing.number == number)).one()
        place(filing, FilingState.APPROVED)
        filing.filing_no, filing.submitted_on, filing.approved_on = "YN2026100006", stage.day(47), stage.day(45)
        filing.claim_until = stage.day(45) + timedelta(days=90)
    claimed = ClaimedCars(cars=tuple(cars_of_it[:4]))
    with stage.acting("陈静", 1, "14:00", claimed) as ask:
        filing = ask.db.scalars(select(Filing).where(Filing.number == number)).one()
        rebate = rebates.blank(ask, filing)
        rebates.REBATES.begin("collect", rebate, ask)
        first = rebate.number
    stage.take("陈静", 1, "14:20", Rebate, first, "attach", NewPaper(kind=K.INVOICE, car=cars_of_it[0], file=SCAN))


OEM_SCENES = (policies_of_two_quarters, a_rental_company_is_filed, a_rebate_is_being_collected)
