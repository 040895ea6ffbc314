"""Who asked not to be called: said once, on a card or at a customer's, it counts wherever their phone stands."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer.prospects import card_lists
from dealer.records.customers import Contact


def is_asked(db: Session, store_id: UUID, phone: str | None) -> bool:
    """Whether the card of this phone says so, or any contact that has it; two index reads."""
    if not phone:
        return False
    card = card_lists.with_phone(db, store_id, phone)
    if card is not None and card.do_not_call:
        return True
    said = select(Contact.id).where(Contact.store_id == store_id, Contact.phone == phone, Contact.do_not_call)
    return db.scalars(said.limit(1)).first() is not None
