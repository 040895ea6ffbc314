"""What an order takes from its framework agreement: payment, damages for delay, disputes, inspection, warranty.

The contract's rows are filled from there, so that money, delivery and amendments ask of an order what they ask of every
contract. Its paper prints only what an order decides.
"""

from typing import Any

from dealer.records.contracts import Contract, ContractKind, DepositKind, Dispute, Instalment, PaymentEvent
from dealer.records.customers import CustomerClass
from dealer.records.deals import Deal
from dealer.records.frameworks import Framework
from dealer.terms import FrameworkTerms

USUAL = {name: field.default for name, field in FrameworkTerms.model_fields.items()}


def kind_of(deal: Deal) -> ContractKind:
    """Which text a deal needs: a public purchaser's, an order, a leasing company's, or anybody else's, tender or not.

    What binds a public purchaser (政府采购法 46, 49, 50) is printed whatever was agreed before.
    """
    if deal.customer.procurement:
        return ContractKind.PROCUREMENT
    if deal.framework is not None:
        return ContractKind.CALL_OFF
    leases = deal.customer.customer_class is CustomerClass.LEASING
    return ContractKind.LEASE if leases else ContractKind.SALE


def framework_of(deal: Deal) -> Framework | None:
    """The agreement that the contract of a deal is an order under."""
    return deal.framework if kind_of(deal) is ContractKind.CALL_OFF else None


def agreed_payment(framework: Framework) -> tuple[PaymentEvent, int]:
    """When an order is paid that does not say so itself: event and working days."""
    return PaymentEvent.ACCEPTANCE, framework.payment_days


def take_conditions(contract: Contract, framework: Framework) -> None:
    """Everything an order may not decide, and the payment that it may, as usual."""
    for name, value in _conditions(framework).items():
        setattr(contract, name, value)
    event, days = agreed_payment(framework)
    pay_in_one(contract, event, days)


def _conditions(framework: Framework) -> dict[str, Any]:
    return {
        "deposit_kind": DepositKind.NONE,
        "deposit": 0,
        "performance_bond": 0,
        "bond_by_guarantee": False,
        "damages_permille": framework.damages * 10,
        "damages_cap_percent": framework.damages_cap_percent,
        "end_after_days": framework.end_after_days,
        "odometer_limit": USUAL["odometer_km"],
        "keys": USUAL["keys"],
        "inspection_days": USUAL["inspection_days"],
        "storage_fee": 0,
        "dispute": Dispute.ARBITRATION if framework.arbitration else Dispute.SELLERS_COURT,
        "arbitration": framework.arbitration,
        "copies_filed": 0,
        "services": "",
        "features": [],
        "procurement": {},
        "award_day": None,
    }


def pay_in_one(contract: Contract, event: PaymentEvent, days: int) -> None:
    """An order is paid batch by batch, each in full: one row for all of them."""
    row = Instalment(store_id=contract.store_id, position=1, event=event, days=days, amount=contract.total)
    contract.payments = [row]
