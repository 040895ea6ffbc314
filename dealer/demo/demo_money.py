"""Scenes of the demo about money: what finance has confirmed, what waits for it, what shall go back."""

from datetime import date

from sqlalchemy import select

from dealer.deliveries import agency
from dealer.deliveries.agency import Done, Plates
from dealer.demo.demo_contracts import BUILDERS, POLICE
from dealer.demo.demo_stage import SCAN, Stage
from dealer.engine.steps import Ask
from dealer.money import credit, receipts
from dealer.money.credit import CREDIT, Analysis
from dealer.money.receipts import NewReceipt, NewRefund
from dealer.records.agency import Errand
from dealer.records.contracts import Contract, ContractState
from dealer.records.credit import CreditGrade, CreditProfile
from dealer.records.customers import Customer
from dealer.records.deals import Deal
from dealer.records.money import ReceiptKind


def money_came_in(stage: Stage) -> None:
    """A first payment is confirmed; the owner has reported another; what was paid too much shall go back."""
    first = NewReceipt(
        kind=ReceiptKind.INSTALMENT, amount=400_000_00, received_on=stage.day(6), payer=POLICE.name,
        reference="ICBC20260881",
    )  # fmt: skip
    with stage.acting("高洁", 6, "15:00", first) as ask:
        receipts.enter(_contract(ask), ask)
    more = first.model_copy(update={"amount": 131_800_00, "received_on": stage.day(1), "reference": "ICBC20260902"})
    with stage.acting("李娜", 1, "16:00", more) as ask:
        receipts.enter(_contract(ask), ask)
    back = NewRefund(amount=5_200_00, payer=POLICE.name, reason="首笔付款含上牌代办费，客户改为自行办理", goes_on=True)
    with stage.acting("李娜", 1, "16:10", back) as ask:
        receipts.ask_refund(_contract(ask), ask)


def credit_is_asked_for(stage: Stage) -> None:
    """One profile is approved and expires within the month; its successor waits for the general manager."""
    with stage.acting("陈静", 20, "10:00", _analysis(stage.day(-20), 2_000_000_00)) as ask:
        first = credit.new_profile(_customer(ask), ask.facts)
        CREDIT.begin("analyse", first, ask)
    stage.take("周建国", 19, "09:00", CreditProfile, first.number, "approve")
    with stage.acting("陈静", 1, "11:00", _analysis(stage.day(-300), 3_000_000_00)) as ask:
        CREDIT.begin("analyse", credit.new_profile(_customer(ask), ask.facts), ask)


def _analysis(until: date, limit: int) -> Analysis:
    return Analysis(
        grade=CreditGrade.B, limit=limit, valid_until=until, basis=SCAN,
        findings="近三年经营稳定，无失信被执行记录；上年度购车款均按期支付。",
    )  # fmt: skip


def cars_get_their_plates(stage: Stage) -> None:
    """All are insured, the tax of four is paid, two have their plates."""
    with stage.acting("李娜", 2, "15:00") as ask:
        found = [car.unit for car in agency.cars(ask.db, _contract(ask), ask.today)]
    for errand, chosen, days_ago in ((Errand.INSURED, found, 2), (Errand.TAX_PAID, found[:4], 1)):
        done = Done(cars=tuple(unit.id for unit in chosen), errand=errand, day=stage.day(days_ago))
        with stage.acting("李娜", days_ago, "15:10", done) as ask:
            agency.mark(_contract(ask), ask)
    plates = Plates(plates="\n".join(f"{unit.vin} 云A{5501 + at}K" for at, unit in enumerate(found[:2])))
    with stage.acting("李娜", 0, "09:10", plates) as ask:
        agency.write_plates(_contract(ask), ask)


MONEY_SCENES = (money_came_in, credit_is_asked_for, cars_get_their_plates)


def _customer(ask: Ask) -> Customer:
    """The builders, who would like to pay later."""
    return ask.db.scalars(select(Customer).where(Customer.name == BUILDERS.name)).one()


def _contract(ask: Ask) -> Contract:
    """The contract in force of the police."""
    of_police = select(Contract).join(Deal, Deal.id == Contract.deal_id).join(Customer, Customer.id == Deal.customer_id)
    return ask.db.scalars(
        of_police.where(Customer.name == POLICE.name, Contract.state == ContractState.EFFECTIVE)
    ).one()  # fmt: skip
