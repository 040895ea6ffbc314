"""The shop itself: founded once, its particulars kept up to date. Contracts and papers name it by them."""

import re
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer.customers.customers import ShortName, Uscc
from dealer.engine.fields import checked
from dealer.engine.history import start_chain
from dealer.engine.malformed import Malformed, half_width
from dealer.engine.steps import Ask, Facts, write_down
from dealer.house.staff import need, refuse_stale
from dealer.records.people import Store


def _public_address(typed: str) -> str:
    """https only: over plain HTTP anybody on the way could answer that a forged contract is in force."""
    address = half_width(str(typed)).rstrip("/")
    if not re.fullmatch(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*", address):
        raise Malformed("Enter an address that begins with https://, without a question mark.", "E-ADDRESS")
    return address


class ShopFacts(Facts):
    """The shop as contracts and papers name it."""

    name: ShortName = Field(title="Company name")
    uscc: Uscc = Field(title="Unified social credit code")
    legal_representative: ShortName = Field(title="Legal representative")
    address: ShortName = Field(title="Address")
    phone: str = Field(title="Phone", min_length=1, max_length=40, pattern=r"^[0-9+ -]*$")
    after_sales_phone: str = Field(title="After-sales phone", min_length=1, max_length=40, pattern=r"^[0-9+ -]*$")
    bank: ShortName = Field(title="Bank")
    bank_account: str = Field(title="Bank account", min_length=1, max_length=40, pattern=r"^[0-9 -]*$")
    public_address: Annotated[str, checked(_public_address)] = Field(
        "",
        title="Public address",
        description="Where customers reach this server, such as https://sales.example.cn: the code on a contract then "
        "leads to the page that checks it. Leave it empty while they cannot.",
        max_length=120,
    )


def found_shop(db: Session, code: str, name: str) -> Store:
    """A new shop with an empty history; its particulars are filled in on screen before the first contract."""
    unknown = ("uscc", "legal_representative", "address", "phone", "after_sales_phone", "bank", "bank_account")
    store = Store(code=code, name=name, **dict.fromkeys(unknown, ""))
    db.add(store)
    db.flush()
    start_chain(db, store.id)
    return store


def edit_shop(ask: Ask, store: Store, facts: ShopFacts) -> None:
    """Correct the particulars; papers already frozen keep what they say."""
    need("keep the shop", ask)
    refuse_stale(ask, store)
    before = ShopFacts.model_construct(**{name: getattr(store, name) for name in ShopFacts.model_fields})
    for name in ShopFacts.model_fields:
        setattr(store, name, getattr(facts, name))
    store.version += 1
    ask.db.flush()
    write_down(ask, "store", store, "was", before)
    write_down(ask, "store", store, "edit", facts)


def codes(db: Session) -> dict[UUID, str]:
    """The code of every shop."""
    return {store.id: store.code for store in db.scalars(select(Store))}


def by_code(db: Session, code: str) -> Store | None:
    """The shop with a code; without one the only shop there is, if there is only one."""
    stores = list(db.scalars(select(Store).order_by(Store.code)))
    fitting = [store for store in stores if code in ("", store.code)]
    return fitting[0] if len(fitting) == 1 else None
