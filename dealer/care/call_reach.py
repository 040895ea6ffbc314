"""Whom a care call reaches: where their phone stands, and whether they asked not to be called."""

from sqlalchemy.orm import Session

from dealer.prospects import do_not_call
from dealer.records.care import CareCall, CareKind
from dealer.records.contracts import Party, PartyRole
from dealer.records.deliveries import Batch

MARKETING = (CareKind.MAINTENANCE, CareKind.REVISIT)  # not for who asked not to be called; the others were promised


def using_unit(batch: Batch) -> Party:
    """Who drives the cars: the buyer, unless the contract names somebody else."""
    return batch.contract.party(PartyRole.USER)


def phone_of(call: CareCall) -> str:
    """Where to call: read from where it is kept, so that a call is no second copy of anybody's phone."""
    found: list[str | None] = []
    if call.handover is not None and call.handover.receiver == call.whom:
        found.append(call.handover.receiver_phone)
    if call.batch is not None:
        user = using_unit(call.batch)
        found += [user.agent_phone, user.phone, call.batch.contact_phone]
    found += [each.phone for each in call.customer.contacts if not each.do_not_call]
    if call.handover is not None:
        found.append(call.handover.receiver_phone)
    return next((each for each in found if each), "")


def is_unwanted(db: Session, call: CareCall) -> bool:
    """Whether this is marketing to somebody who wants none: whoever would answer, or everybody at the customer's."""
    if call.kind not in MARKETING:
        return False
    contacts = call.customer.contacts
    named = [each for each in contacts if each.name == call.whom] or contacts
    everybody = bool(named) and all(
        each.do_not_call or do_not_call.is_asked(db, call.store_id, each.phone) for each in named
    )
    return everybody or do_not_call.is_asked(db, call.store_id, phone_of(call))
