"""Shops, people, what they are posted as, who stands in for whom, and their signed-in sessions."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import (
    Bytes,
    Code,
    Count,
    Day,
    Document,
    Flag,
    Identified,
    Living,
    Moment,
    Name,
    NameType,
    OfStore,
    Prose,
    numbered,
    state_of,
    word_of,
)


class Role(StrEnum):
    """What a person is posted as in a shop."""

    CONSULTANT = "consultant"
    SPECIALIST = "specialist"
    SUPERVISOR = "supervisor"
    KEY_ACCOUNT = "key_account_manager"
    SHOWROOM = "showroom_manager"
    SALES = "sales_manager"
    GENERAL = "general_manager"
    RECEPTION = "reception"
    CLERK = "contract_clerk"
    VEHICLES = "vehicle_administrator"
    TECHNICIAN = "technician"
    SERVICE = "service_manager"
    NETWORK = "network_manager"
    CUSTOMER_SERVICE = "customer_service"
    FINANCE = "finance"
    ADMIN = "admin"
    SUB_DEALER = "sub_dealer_seller"  # of another house: sells our cars under an agreement with us


class Store(Identified):
    """A shop: a legal person with its own numbers, prices, people and history."""

    __tablename__ = "stores"
    code: Mapped[Code] = mapped_column(unique=True)  # stands in contract numbers
    name: Mapped[Name]
    uscc: Mapped[Code]
    legal_representative: Mapped[Name]
    address: Mapped[Name]
    phone: Mapped[Code]
    after_sales_phone: Mapped[Code]
    bank: Mapped[Name]
    bank_account: Mapped[Code]
    made_up: Mapped[Flag] = mapped_column(default=False)  # for trying out: everybody knows its passwords
    public_address: Mapped[Name] = mapped_column(default="")  # https://…, where customers reach this server
    version: Mapped[Count] = mapped_column(default=0)


class Person(Identified):
    """Somebody who signs in."""

    __tablename__ = "people"
    sign_in: Mapped[str] = mapped_column(NameType(60), unique=True)
    name: Mapped[Name]
    password_hash: Mapped[Name]
    password_given: Mapped[Flag] = mapped_column(default=False)  # by somebody else: they choose their own at sign-in
    language: Mapped[Code] = mapped_column(default="zh")
    active: Mapped[Flag] = mapped_column(default=True)
    phone: Mapped[Code | None]
    licence_classes: Mapped[Code | None]  # a companion on a test drive needs them (DOMAIN B3)
    licence_since: Mapped[Day | None]
    licence_until: Mapped[Day | None]  # None: without an end, or not known
    version: Mapped[Count] = mapped_column(default=0)


class Posting(OfStore):
    """A person's role in a shop. `group_head_id` names the supervisor whose group they belong to."""

    __tablename__ = "postings"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    role: Mapped[Role] = mapped_column(word_of(Role))
    group_head_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    sub_dealer_id: Mapped[UUID | None] = mapped_column(ForeignKey("sub_dealers.id"))  # for whom they sell our cars
    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="joined")
    store: Mapped[Store] = relationship(
        primaryjoin="foreign(Posting.store_id) == Store.id", lazy="joined", viewonly=True
    )
    __table_args__ = (UniqueConstraint("store_id", "person_id", "role"),)


class StandIn(OfStore):
    """Who may act for somebody away, from and until which day (both included)."""

    __tablename__ = "stand_ins"
    away_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    stand_in_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    from_day: Mapped[Day]
    to_day: Mapped[Day]
    reason: Mapped[Prose] = mapped_column(default="")
    leave_id: Mapped[UUID | None] = mapped_column(ForeignKey("leaves.id"), index=True)  # named by an approved leave
    away: Mapped[Person] = relationship(foreign_keys=[away_id], lazy="joined")
    stand_in: Mapped[Person] = relationship(foreign_keys=[stand_in_id], lazy="joined")


class SignedIn(Identified):
    """A signed-in browser. Ending it here ends it there: the cookie holds only its token."""

    __tablename__ = "signed_in"
    token_hash: Mapped[str] = mapped_column(NameType(64), unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    store_id: Mapped[UUID] = mapped_column(ForeignKey("stores.id"))
    since: Mapped[Moment]
    seen_at: Mapped[Moment]
    proved_at: Mapped[Moment]  # when they last showed that it is themselves
    ended_at: Mapped[Moment | None]
    device: Mapped[Name]
    person: Mapped[Person] = relationship(lazy="joined")


class SignInTry(Identified):
    """A try in vain to sign in or to have a paper verified, by keyed hash of name or address, for the throttle."""

    __tablename__ = "sign_in_tries"
    whose_hash: Mapped[str] = mapped_column(NameType(64))
    at: Mapped[Moment]
    __table_args__ = (Index("ix_sign_in_tries_whose", "whose_hash", "at"),)


class PostOnce(OfStore):
    """A form that was sent: the second arrival of the same key gets the first one's answer."""

    __tablename__ = "posts_once"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    route: Mapped[Name]
    key: Mapped[str] = mapped_column(NameType(64))
    body_hash: Mapped[str] = mapped_column(NameType(64))
    answer: Mapped[Prose | None]  # where the first arrival was redirected
    at: Mapped[Moment]
    __table_args__ = (UniqueConstraint("person_id", "route", "key"),)


class ParkedForm(Identified):
    """What somebody had typed when their session ended; given back to the same person only."""

    __tablename__ = "parked_forms"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    path: Mapped[Prose]
    fields_sealed: Mapped[Bytes]
    at: Mapped[Moment]


class PolicyState(StrEnum):
    """Where a house rule with a date stands: it counts only when the general manager has approved it."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Policy(Living):
    """A house rule with a date: its value from a day on."""

    __tablename__ = "policies"
    state: Mapped[PolicyState] = mapped_column(state_of(PolicyState))
    name: Mapped[Code]
    value: Mapped[Document]
    from_day: Mapped[Day]
    reason: Mapped[Prose] = mapped_column(default="")
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))  # who proposed it
    approved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    approved_at: Mapped[Moment | None]
    __table_args__ = (numbered(), Index("ix_policies_name", "store_id", "name", "from_day"))
