"""Fleet customers and their contacts."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import Code, Count, Flag, Moment, Name, OfStore, Prose, word_of
from dealer.engine.name_starts import Searched


class CustomerClass(StrEnum):
    """Who buys (DOMAIN B1, superset of the classes of manufacturers and dealers)."""

    GOVERNMENT = "government"
    POLICE = "police_justice"
    INSTITUTION = "public_institution"
    MILITARY = "military"
    STATE_GROUP = "state_owned_group"
    COMPANY = "company"
    BANK = "financial_institution"
    HOTEL_AIRLINE = "hotel_airline"
    RENTAL = "rental"
    TAXI = "taxi"
    RIDE_HAILING = "ride_hailing"
    DRIVING_SCHOOL = "driving_school"
    LEASING = "leasing"
    STAFF_PURCHASE = "staff_purchase"
    SUB_DEALER = "sub_dealer"
    INDIVIDUAL = "individual"
    OTHER = "other"


class ContactRole(StrEnum):
    """What a contact is to the purchase."""

    DECIDES = "decides"
    BUYS = "buys"
    USES = "uses"
    PAYS = "pays"
    RECEIVES = "receives"
    OTHER = "other"


class Customer(Searched, OfStore):
    """A buyer. `uscc` is empty for individuals only; a change of any value is kept in the history."""

    __tablename__ = "customers"
    number: Mapped[Count]
    name: Mapped[Name]
    name_pinyin: Mapped[Prose]  # all readings, for search
    name_initials: Mapped[Name]
    customer_class: Mapped[CustomerClass] = mapped_column(word_of(CustomerClass))
    uscc: Mapped[Code | None]
    legal_representative: Mapped[Name | None]
    address: Mapped[Name | None]
    bank: Mapped[Name | None]
    bank_account: Mapped[Code | None]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    procurement: Mapped[Flag] = mapped_column(default=False)  # buys under 政府采购 rules
    remark: Mapped[Prose] = mapped_column(default="")
    version: Mapped[Count] = mapped_column(default=0)
    since: Mapped[Moment]
    contacts: Mapped[list["Contact"]] = relationship(order_by="Contact.id", back_populates="customer")
    __table_args__ = (
        Index("uq_customers_number", "store_id", "number", unique=True),
        Index("ix_customers_uscc", "store_id", "uscc"),
        Index("ix_customers_name", "store_id", "name"),
        Index("ix_customers_initials", "store_id", "name_initials"),
    )


class Contact(OfStore):
    """Somebody at the customer's. An authorised receiver takes over cars (DOMAIN B6)."""

    __tablename__ = "contacts"
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    name: Mapped[Name]
    phone: Mapped[Code | None]
    role: Mapped[ContactRole] = mapped_column(word_of(ContactRole))
    post: Mapped[Name] = mapped_column(default="")
    do_not_call: Mapped[Flag] = mapped_column(default=False)
    customer: Mapped[Customer] = relationship(back_populates="contacts")
    __table_args__ = (Index("ix_contacts_phone", "store_id", "phone"),)
