"""The life of an outside contact 外部联系人: whom a colleague stays in touch with, and the log of visits to them.

Visits are outbound visits like any other: planned with an aim, reported with a result and a next step (U8).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.customers.customers import ShortName, Telephone
from dealer.engine.fields import Kind, Paragraph
from dealer.engine.steps import SAME, Ask, Facts, Life, Personal, Refusal, Step, no, on_facts, write_down
from dealer.people import Actor, has, owner_or
from dealer.privacy.forgetting import forget, is_free
from dealer.records.market import OutsideContact, OutsideKind, OutsideState
from dealer.records.outings import Outing, OutingState

S = OutsideState
Words = Annotated[str, Paragraph]
LISTED = 500

# ── what the steps ask for ────────────────────────────────────────────────────────────────────────────────────────


class ContactFacts(Facts):
    """Who it is, and where."""

    kind: Annotated[OutsideKind, Kind("chips")] = Field(title="Kind of organisation")
    organisation: ShortName = Field(title="Organisation")
    name: Annotated[ShortName, Personal()] = Field(title="Name")
    post: str = Field("", title="Post", max_length=200)
    phone: Annotated[Telephone | None, Personal(), Kind("tel")] = Field(None, title="Phone")
    remark: Words = Field("", title="Remark", max_length=2000)


class Corrected(ContactFacts):
    """Likewise; a phone that stands masked need not be typed again."""

    phone: Annotated[Telephone | None, Personal(), Kind("tel")] = Field(
        None, title="Phone", description="Left empty: the number stays."
    )


class Why(Facts):
    """A reason in words."""

    reason: Words = Field(title="Reason", min_length=1, max_length=2000)


# ── rules and effects ─────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def contact_is_listed_once(contact: OutsideContact, ask: Ask) -> Refusal | None:
    """Two colleagues who write to one person know of each other."""
    facts: ContactFacts = ask.facts
    same = and_(OutsideContact.organisation == facts.organisation, OutsideContact.name == facts.name)
    if facts.phone:
        same = or_(same, OutsideContact.phone == facts.phone)
    query = people.scoped(select(OutsideContact), OutsideContact, ask.actor).options(joinedload(OutsideContact.owner))
    twin = ask.db.scalars(query.where(same, OutsideContact.id != contact.id)).first()
    if twin is not None:
        return no("{name} is listed already, {owner} is in touch: go on with that entry.", code="E-CONTACT-KNOWN",
                  field="name", name=twin.name, owner=twin.owner.name)  # fmt: skip
    return None


FILLED = ("kind", "organisation", "name", "post", "remark")


def write_contact(contact: OutsideContact, ask: Ask) -> None:
    """What is known now; the history keeps what stood there before."""
    write_down(ask, "outside_contact", contact, "contact_was", as_known(contact))
    for name in FILLED:
        setattr(contact, name, getattr(ask.facts, name))
    contact.phone = ask.facts.phone or contact.phone


def as_known(contact: OutsideContact) -> ContactFacts:
    """A contact as a form shows it."""
    return ContactFacts.model_construct(**{name: getattr(contact, name) for name in (*FILLED, "phone")})


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

KEEPER = owner_or("keep the market")
ONCE = (contact_is_listed_once,)

# fmt: off
STEPS = [
    #    action    from      to        who                 asks for      refused unless …  then …
    Step("list",   None,     S.ACTIVE, has("make visits"), ContactFacts, ONCE,             ()),
    Step("edit",   S.ACTIVE, SAME,     KEEPER,             Corrected,    ONCE,             (write_contact,)),
    Step("end",    S.ACTIVE, S.ENDED,  KEEPER,             Why,          (),               ()),
    Step("resume", S.ENDED,  S.ACTIVE, KEEPER,             Why,          (),               ()),
]
# fmt: on

OUTSIDE_CONTACTS = Life("outside_contact", OutsideContact, OutsideState, STEPS, path=(S.ACTIVE, S.ENDED))


def listed(ask: Ask) -> OutsideContact:
    """A contact as it was typed, not yet begun: begin it with "list"."""
    known = {name: getattr(ask.facts, name) for name in (*FILLED, "phone")}
    return OutsideContact(store_id=ask.actor.store_id, owner_id=ask.hat.id, **known)


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def sees(who: Actor, contact: OutsideContact) -> bool:
    """Whom the house knows is known to all who go out; their phones are masked (masking.py)."""
    return contact.store_id == who.store_id and who.may_or_stands_in("see the market")


def all_of(db: Session, who: Actor, kind: OutsideKind | None = None) -> list[OutsideContact]:
    """Those the house is in touch with, by organisation; whom retention has emptied is not among them."""
    query = people.scoped(select(OutsideContact), OutsideContact, who).where(OutsideContact.name != "")
    if kind is not None:
        query = query.where(OutsideContact.kind == kind)
    query = query.options(joinedload(OutsideContact.owner))
    order = (OutsideContact.state, OutsideContact.organisation, OutsideContact.number)
    return list(db.scalars(query.order_by(*order).limit(LISTED)))


def last_visits(db: Session, contacts: Sequence[OutsideContact]) -> dict[UUID, datetime]:
    """When each was last visited."""
    made = select(Outing).where(Outing.outside_id.in_([each.id for each in contacts]), Outing.state == OutingState.MADE)
    found: dict[UUID, datetime] = {}
    for outing in db.scalars(made.order_by(Outing.made_at)):
        if outing.outside_id is not None and outing.made_at is not None:
            found[outing.outside_id] = outing.made_at
    return found


def visits_to(db: Session, contact: OutsideContact) -> list[Outing]:
    """The log: who went, when, with which result; the latest first."""
    query = select(Outing).where(Outing.outside_id == contact.id).options(joinedload(Outing.owner))
    return list(db.scalars(query.order_by(Outing.planned_at.desc()).limit(100)))


# ── personal data ─────────────────────────────────────────────────────────────────────────────────────────────────


def due_to_be_emptied(store_id: UUID, before: datetime) -> ColumnElement[bool]:
    """Contacts that ended that long ago."""
    return and_(
        OutsideContact.store_id == store_id, OutsideContact.state == S.ENDED, OutsideContact.since < before,
        OutsideContact.name != "", is_free(OutsideContact),
    )  # fmt: skip


def empty(ask: Ask, contact: OutsideContact) -> None:
    """That the house knew somebody there remains; who it was does not."""
    contact.name, contact.phone, contact.post, contact.remark = "", None, "", ""
    forget(ask, "outside_contact", contact)


def held(db: Session, who: Actor, phone: str) -> list[tuple[str, Any, datetime]]:
    """What has this phone: its kind, the thing, its time."""
    query = people.scoped(select(OutsideContact), OutsideContact, who).where(OutsideContact.phone == phone)
    return [("outside_contact", each, each.begun_at) for each in db.scalars(query)]
