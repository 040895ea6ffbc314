"""Whether the manufacturer's word stands in a deal's way: read by its review and by the invoice of each car.

A deal wants a price of the manufacturer's policy when it has a filing that was not withdrawn.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer.engine.steps import Ask, Refusal, no
from dealer.records.deals import Deal
from dealer.records.oem import Filing, FilingState, OemClass
from dealer.records.people import Role
from dealer.records.vehicles import Unit

S = FilingState


def current(db: Session, deal: Deal) -> Filing | None:
    """The filing of a deal that counts: the latest, whatever became of it, unless it was withdrawn."""
    query = select(Filing).where(Filing.deal_id == deal.id, Filing.state != S.WITHDRAWN)
    return db.scalars(query.order_by(Filing.number.desc()).limit(1)).first()


def filing_is_approved(deal: Deal, ask: Ask) -> Refusal | None:
    """A price of the manufacturer's policy counts only for a filed deal (报备)."""
    filing = current(ask.db, deal)
    if filing is not None and filing.state is not S.APPROVED:
        return no(
            "The manufacturer has not approved the filing, it stands at “{state}”: see to it, or withdraw it and quote"
            " without the policy price.",
            code="E-FILING", fix="filing", state=filing.state,
        )  # fmt: skip
    return None


def filing_is_approved_before_invoices(unit: Unit, ask: Ask) -> Refusal | None:
    """Likewise before the first invoice, for the classes of which the policy asks that."""
    filing = current(ask.db, ask.db.get_one(Deal, unit.case_id))
    if filing is None or filing.state is S.APPROVED or not _asks_for_it(ask.db, filing):
        return None
    return no(
        "The manufacturer has not approved the filing, it stands at “{state}”: it comes before the first invoice.",
        code="E-FILING", remover=Role.KEY_ACCOUNT, state=filing.state,
    )  # fmt: skip


def _asks_for_it(db: Session, filing: Filing) -> bool:
    """Nobody can tell while no policy is chosen, or where its class is not covered: then it is asked for."""
    query = select(OemClass.before_invoice).where(
        OemClass.policy_id == filing.policy_id, OemClass.customer_class == filing.customer_class
    )
    return db.scalar(query) is not False
