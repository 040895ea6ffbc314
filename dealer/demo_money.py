"""Scenes of the demo about money: what finance has confirmed, what waits for it, what shall go back."""

from sqlalchemy import select

from dealer import receipts
from dealer.demo_contracts import POLICE
from dealer.demo_stage import Stage
from dealer.engine.steps import Ask
from dealer.receipts import NewReceipt, NewRefund
from dealer.records.contracts import Contract, ContractState
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
    back = NewRefund(amount=5_200_00, payer=POLICE.name, reason="首笔付款含上牌代办费，客户改为自行办理")
    with stage.acting("李娜", 1, "16:10", back) as ask:
        receipts.ask_refund(_contract(ask), ask)


MONEY_SCENES = (money_came_in,)


def _contract(ask: Ask) -> Contract:
    """The contract in force of the police."""
    of_police = select(Contract).join(Deal, Deal.id == Contract.deal_id).join(Customer, Customer.id == Deal.customer_id)
    return ask.db.scalars(
        of_police.where(Customer.name == POLICE.name, Contract.state == ContractState.EFFECTIVE)
    ).one()  # fmt: skip
