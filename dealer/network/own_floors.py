"""Whose prices a quotation carries: by which authority somebody gives them, in our house or at a sub-dealer."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import people
from dealer.prices.pricing import Agreed
from dealer.records.network import SubDealer, SubDealerState
from dealer.records.people import Posting, Role


def authority_of(db: Session, person_id: UUID, store_id: UUID, day: date) -> Iterable[Role]:
    """What floors are asked by: the roles of somebody of our house, or what is agreed with their sub-dealer on a day.

    Without an agreement in force, or suspended, they sell at the marked price: any other is an exception.
    """
    roles = people.roles_of(db, person_id, store_id)
    if Role.SUB_DEALER not in roles:
        return roles
    posted = select(Posting.sub_dealer_id).where(Posting.person_id == person_id, Posting.store_id == store_id)
    sub_dealer = db.scalars(select(SubDealer).where(SubDealer.id.in_(posted))).first()
    selling = sub_dealer is not None and sub_dealer.state is SubDealerState.ACTIVE
    agreement = sub_dealer.agreement_on(day) if sub_dealer is not None and selling else None
    return Agreed({each.model_id: each.floor for each in agreement.terms} if agreement else {})
