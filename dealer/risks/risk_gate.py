"""An open high risk of a deal keeps its contract from being signed and from taking effect (DOMAIN K3)."""

from sqlalchemy import select

from dealer.engine.steps import Ask, Refusal, no
from dealer.records.contracts import Contract
from dealer.records.people import Role
from dealer.records.risks import RiskItem, RiskLevel, RiskState
from dealer.risks import risk_watch


def no_high_risk_is_open(contract: Contract, ask: Ask) -> Refusal | None:
    """Settled, or overridden by the key-account manager with a reason."""
    query = select(RiskItem).where(
        RiskItem.deal_id == contract.deal_id, RiskItem.state == RiskState.OPEN, RiskItem.level == RiskLevel.HIGH
    )
    found = (each for each in ask.db.scalars(query.order_by(RiskItem.number)))
    still = [each for each in found if risk_watch.still_holds(ask.db, each, ask.today)]
    if still:
        return no(
            "A high risk is open (number {numbers}: {kinds}): have it settled, or let the key-account manager override "
            "it with a reason.",
            code="E-RISK-HIGH", remover=Role.KEY_ACCOUNT, fix="risks", numbers=[each.number for each in still],
            kinds=list(dict.fromkeys(each.kind for each in still)),
        )  # fmt: skip
    return None
