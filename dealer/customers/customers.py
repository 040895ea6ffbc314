"""Fleet customers and their contacts: registering, recognising, correcting. A change leaves its old value behind."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dealer import people
from dealer.engine import identifiers, name_starts
from dealer.engine.database import next_number
from dealer.engine.fields import Kind, Paragraph, checked
from dealer.engine.history import of_thing
from dealer.engine.name_starts import Meant
from dealer.engine.names import search_keys
from dealer.engine.steps import Ask, Facts, Personal, Refusal, Refused, Stale, no, write_down
from dealer.people import Actor
from dealer.privacy import masking
from dealer.records.customers import Contact, ContactRole, Customer, CustomerClass


def _phone(typed: str) -> str:
    return identifiers.phone(typed).number


Uscc = Annotated[str, checked(identifiers.uscc)]
Telephone = Annotated[str, checked(_phone), Kind("tel")]
ShortName = Annotated[str, Field(min_length=1, max_length=200)]


class CustomerFacts(Facts):
    """What is known of a customer."""

    name: ShortName = Field(title="Customer name")
    customer_class: CustomerClass = Field(title="Customer class")
    uscc: Uscc | None = Field(None, title="Unified social credit code")
    legal_representative: str = Field("", title="Legal representative", max_length=200)
    address: str = Field("", title="Address", max_length=200)
    bank: str = Field("", title="Bank", max_length=200)
    bank_account: str = Field("", title="Bank account", max_length=40, pattern=r"^[0-9 -]*$")
    procurement: bool = Field(False, title="Buys under government procurement rules")
    remark: Annotated[str, Paragraph] = Field("", title="Remark", max_length=2000)


class ContactFacts(Facts):
    """Somebody at the customer's."""

    name: Annotated[str, Personal()] = Field(title="Contact", min_length=1, max_length=200)
    phone: Annotated[Telephone | None, Personal(), Kind("tel")] = Field(None, title="Phone")
    role: ContactRole = Field(ContactRole.BUYS, title="Role in the purchase")
    post: str = Field("", title="Post", max_length=200)
    do_not_call: bool = Field(False, title="Do not call")


PROCUREMENT_CLASSES = (
    CustomerClass.GOVERNMENT,
    CustomerClass.POLICE,
    CustomerClass.INSTITUTION,
    CustomerClass.MILITARY,
)


def has_uscc_unless_individual(facts: Any) -> Refusal | None:
    """Everybody but an individual has a code (GB 32100-2015)."""
    if facts.uscc is None and facts.customer_class is not CustomerClass.INDIVIDUAL:
        return no(
            "Enter the unified social credit code: only an individual has none.", code="E-REQ-FIELD", field="uscc"
        )
    return None


def is_of_our_house(ask: Ask, facts: Any) -> Refusal | None:
    """A sub-dealer brings customers that are new to us, or its own: whom we know already we do not tell it of."""
    if not ask.hat.outside or facts.uscc is None or by_uscc(ask.db, ask.hat, facts.uscc) is not None:
        return None
    known = select(Customer.id).where(Customer.store_id == ask.hat.store_id, Customer.uscc == facts.uscc)
    if ask.db.scalar(known.limit(1)) is None:
        return None
    return no(
        "Our house knows this customer: the network manager registers the deal with you.",
        code="E-CUSTOMER-OF-HOUSE", field="uscc",
    )  # fmt: skip


def register(ask: Ask, facts: CustomerFacts) -> Customer:
    """A new customer. The same code in this shop is the same customer: it is refused with its number."""
    _may_keep(ask)
    _refuse(has_uscc_unless_individual(facts), _known_already(ask, facts, None))
    customer = new_customer(ask, facts)
    write_down(ask, "customer", customer, "register", facts)
    return customer


def new_customer(ask: Ask, facts: Any) -> Customer:
    """The row itself, owned by whoever asks."""
    keys = search_keys(facts.name)
    customer = Customer(
        store_id=ask.actor.store_id,
        number=next_number(ask.db, ask.actor.store_id, "customer"),
        name=facts.name,
        name_pinyin=keys.pinyin,
        name_initials=keys.initials,
        customer_class=facts.customer_class,
        uscc=facts.uscc,
        owner_id=ask.actor.id,
        procurement=getattr(facts, "procurement", False) or facts.customer_class in PROCUREMENT_CLASSES,
        since=ask.at,
    )
    for name in ("legal_representative", "address", "bank", "bank_account", "remark"):
        setattr(customer, name, getattr(facts, name, ""))
    ask.db.add(customer)
    ask.db.flush()
    return customer


def edit(ask: Ask, customer: Customer, facts: CustomerFacts) -> None:
    """Correct a customer; the history keeps what stood there before."""
    _may_keep(ask)
    refuse_stale(ask, customer)
    _refuse(has_uscc_unless_individual(facts), _known_already(ask, facts, customer.id))
    before = known_facts(customer)
    for name in CustomerFacts.model_fields:
        setattr(customer, name, getattr(facts, name))
    keys = search_keys(facts.name)
    customer.name_pinyin, customer.name_initials = keys.pinyin, keys.initials
    customer.version += 1
    ask.db.flush()
    write_down(ask, "customer", customer, "edit", Correction(before=before, after=facts))


def known_facts(customer: Customer) -> CustomerFacts:
    """The customer as a form shows it."""
    known = {name: getattr(customer, name) for name in CustomerFacts.model_fields}
    texts = ("legal_representative", "address", "bank", "bank_account", "remark")
    return CustomerFacts.model_construct(**known | {name: known[name] or "" for name in texts})


class Correction(Facts):
    """What stood there before and what stands there now."""

    before: Any
    after: Any


def add_contact(ask: Ask, customer: Customer, facts: ContactFacts) -> Contact:
    """Somebody more at the customer's."""
    _may_keep(ask)
    contact = Contact(
        store_id=customer.store_id, customer_id=customer.id, name=facts.name, phone=facts.phone, role=facts.role,
        post=facts.post, do_not_call=facts.do_not_call,
    )  # fmt: skip
    ask.db.add(contact)
    customer.version += 1
    ask.db.flush()
    write_down(ask, "customer", customer, "add_contact", facts)
    return contact


def edit_contact(ask: Ask, contact: Contact, facts: ContactFacts) -> None:
    """Correct a contact. The old phone stays in the history, as a personal value that retention may empty."""
    _may_keep(ask)
    customer = contact.customer
    refuse_stale(ask, customer)
    before = ContactFacts(**{name: getattr(contact, name) for name in ContactFacts.model_fields})
    for name in ContactFacts.model_fields:
        setattr(contact, name, getattr(facts, name))
    customer.version += 1
    ask.db.flush()
    write_down(ask, "customer", customer, "contact_was", before)
    write_down(ask, "customer", customer, "contact_is", facts)


def refuse_stale(ask: Ask, customer: Customer) -> None:
    """Somebody else changed it since this person looked."""
    if ask.seen_version is not None and ask.seen_version != customer.version:
        raise Stale(customer, of_thing(ask.db, customer.store_id, customer.id, ask.seen_version))


def _may_keep(ask: Ask) -> None:
    answer = people.has("keep customers")(None, ask)
    if isinstance(answer, Refusal):
        raise Refused([answer])


def _refuse(*refusals: Refusal | None) -> None:
    told = [refusal for refusal in refusals if refusal]
    if told:
        raise Refused(told)


def _known_already(ask: Ask, facts: CustomerFacts, own_id: UUID | None) -> Refusal | None:
    known = by_uscc(ask.db, ask.actor, facts.uscc)
    if known is None or known.id == own_id:
        return None
    return no(
        "Customer {number}, {name}, already has this code: go on with that one.",
        code="E-CUSTOMER-KNOWN", field="uscc", number=known.number, name=known.name,
    )  # fmt: skip


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def by_uscc(db: Session, who: Actor, uscc: str | None) -> Customer | None:
    """The customer of this shop with a code."""
    if uscc is None:
        return None
    return db.scalars(people.scoped(select(Customer).where(Customer.uscc == uscc), Customer, who).limit(1)).first()


def lookalikes(db: Session, who: Actor, name: str, phone: str | None) -> list[Customer]:
    """Customers of the same name, or with a contact of the same phone: asked before a second one is made."""
    by_phone = select(Contact.customer_id).where(Contact.store_id == who.store_id, Contact.phone == phone)
    same = Customer.name == name
    query = select(Customer).where(or_(same, Customer.id.in_(by_phone)) if phone else same)
    return list(db.scalars(people.scoped(query, Customer, who).order_by(Customer.number).limit(10)))


def meant(db: Session, who: Actor, typed: str) -> Meant:
    """Whom somebody means: by name (Chinese, pinyin, initials), code, or a contact's phone, whole or its end."""
    here = Customer.store_id == who.store_id
    code = "".join(filter(str.isalnum, typed)).upper()
    otherwise = [select(Customer.id).where(here, Customer.uscc == code)]
    by_phone = masking.is_meant("contact.phone", Contact.phone, typed, who)
    if by_phone is not None:
        otherwise.append(select(Contact.customer_id).where(Contact.store_id == who.store_id, by_phone))
    return name_starts.meant(db, who.store_id, Customer, typed, otherwise)


def search(db: Session, who: Actor, typed: str, most: int = 10) -> list[Customer]:
    """The customers whom somebody means, newest first."""
    query = people.scoped(select(Customer), Customer, who)
    return list(db.scalars(meant(db, who, typed).newest(query, Customer.id, Customer.number).limit(most)))


def newest(db: Session, who: Actor, before: int | None = None, most: int = 50) -> list[Customer]:
    """Customers by number, newest first, from below a number on."""
    query = people.scoped(select(Customer), Customer, who)
    if before is not None:
        query = query.where(Customer.number < before)
    return list(db.scalars(query.order_by(Customer.number.desc()).limit(most)))
