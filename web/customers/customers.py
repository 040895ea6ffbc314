"""Customers: list, page, new, edit, contacts."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template, request
from pydantic import BaseModel

from dealer import people
from dealer.customers import customers
from dealer.customers.customers import ContactFacts, CustomerFacts
from dealer.deals import deal_lists
from dealer.engine import history
from dealer.engine.steps import Ask, Stale
from dealer.records.customers import Contact, Customer
from web.asking import Answer, a_number, looking, me, need, or_404, write
from web.deals import timeline
from web.forms import Form
from web.frameworks import frameworks
from web.language import say, show
from web.money import credit
from web.privacy import privacy
from web.service import complaints

pages = Blueprint("customers", __name__)
PAGE = 50


def _find(db: Any, number: int) -> Customer:
    customer: Customer = or_404(people.by_number(db, Customer, me(), number))
    return customer


@pages.get("/customers")
def index() -> Answer:
    """Customers, newest first, or those that fit what was typed."""
    need("see customers")
    typed = request.args.get("q", "")[:100].strip()
    below = request.args.get("below", type=a_number)
    found = (
        customers.search(looking(), me(), typed, PAGE) if typed else customers.newest(looking(), me(), below, PAGE + 1)
    )
    rows = [
        {
            "url": f"/customers/{each.number}",
            "cells": [each.name, show(each.customer_class), each.uscc or "—"],
        }
        for each in found[:PAGE]
    ]
    older = found[PAGE - 1].number if len(found) > PAGE else None
    keeps = me().may_or_stands_in("keep customers")
    return render_template(
        "customers/list.html", rows=rows, typed=typed, known=privacy.known_by(typed), older=older, keeps=keeps
    )


@pages.get("/customers/<int:number>")
def page(number: int) -> Answer:
    """One customer with contacts, deals and what happened."""
    need("see customers")
    customer = _find(looking(), number)
    told = history.of_thing(looking(), customer.store_id, customer.id)
    deals = [deal for deal in deal_lists.deals(looking(), me()) if deal.customer_id == customer.id]
    return render_template(
        "customers/page.html",
        visits=me().may_or_stands_in("make visits"),
        notes=me().may_or_stands_in("send notes"),
        cares=me().may_or_stands_in("see care"),
        customer=customer,
        contacts=[_contact_row(each) for each in customer.contacts],
        deals=deals,
        agreements=frameworks.of_customer(customer),
        credit=credit.of_customer(customer),
        complaints=complaints.of_customer(customer),
        keeps=me().may_or_stands_in("keep customers"),
        timeline=timeline.entries(list(reversed(told))),
    )


def _contact_row(contact: Contact) -> dict[str, Any]:
    shown = privacy.phone_of_contact(contact)
    mark = say("Do not call") if contact.do_not_call else ""
    return {
        "cells": [{"text": contact.name, "note": contact.post}, shown, show(contact.role), mark],
        "contact": contact,
        "reveal": privacy.ask_for(contact, "contacts", shown != contact.phone),
    }


@pages.get("/customers/new")
def new() -> Answer:
    """The form of a new customer."""
    need("keep customers")
    return _draw(say("New customer"), "/customers/new", None, Form(CustomerFacts))


@pages.post("/customers/new")
def register() -> Answer:
    """Register; a known code is told with the number of whoever has it."""

    def work(ask: Ask) -> str:
        return f"/customers/{customers.register(ask, ask.facts).number}"

    return write(_received(CustomerFacts), work, _again(say("New customer"), "/customers/new", None))


@pages.get("/customers/<int:number>/edit")
def edit_form(number: int) -> Answer:
    """The customer as it stands, to be corrected."""
    need("keep customers")
    customer = _find(looking(), number)
    known = customers.known_facts(customer)
    form = Form(CustomerFacts, {name: getattr(known, name) for name in CustomerFacts.model_fields})
    return _draw(customer.name, f"/customers/{number}/edit", customer, form)


@pages.post("/customers/<int:number>/edit")
def edit(number: int) -> Answer:
    """Correct it; what stood there before stays in the history."""

    def work(ask: Ask) -> str:
        customers.edit(ask, _find(ask.db, number), ask.facts)
        return f"/customers/{number}"

    customer = _find(looking(), number)
    return write(_received(CustomerFacts), work, _again(customer.name, f"/customers/{number}/edit", number))


@pages.get("/customers/<int:number>/contacts/new")
def contact_form(number: int) -> Answer:
    """The form of another contact."""
    need("keep customers")
    customer = _find(looking(), number)
    return _draw(say("New contact"), f"/customers/{number}/contacts/new", customer, Form(ContactFacts))


@pages.post("/customers/<int:number>/contacts/new")
def add_contact(number: int) -> Answer:
    """Add the contact."""

    def work(ask: Ask) -> str:
        customers.add_contact(ask, _find(ask.db, number), ask.facts)
        return f"/customers/{number}"

    _find(looking(), number)
    return write(_received(ContactFacts), work, _again(say("New contact"), f"/customers/{number}/contacts/new", number))


@pages.get("/customers/<int:number>/contacts/<uuid:key>")
def edit_contact_form(number: int, key: Any) -> Answer:
    """A contact as it stands, to be corrected."""
    need("keep customers")
    contact = _contact_of(looking(), number, key)
    form = Form(ContactFacts, {name: getattr(contact, name) for name in ContactFacts.model_fields})
    return _draw(contact.name, f"/customers/{number}/contacts/{key}", contact.customer, form)


@pages.post("/customers/<int:number>/contacts/<uuid:key>")
def edit_contact(number: int, key: Any) -> Answer:
    """Correct a contact; the old phone stays in the history."""

    def work(ask: Ask) -> str:
        customers.edit_contact(ask, _contact_of(ask.db, number, key), ask.facts)
        return f"/customers/{number}"

    contact = _contact_of(looking(), number, key)
    return write(_received(ContactFacts), work, _again(contact.name, f"/customers/{number}/contacts/{key}", number))


def _contact_of(db: Any, number: int, key: Any) -> Contact:
    customer = _find(db, number)
    contact: Contact = or_404(next((each for each in customer.contacts if each.id == key), None))
    return contact


def _received(model: type[BaseModel]) -> Form:
    return Form.received(model)


def _again(title: str, address: str, number: int | None) -> Callable[[Form | None, Any], Answer]:
    def draw(form: Form | None, trouble: Any) -> Answer:
        customer = _find(looking(), number) if number else None
        stale = trouble if isinstance(trouble, Stale) else None
        return _draw(title, address, customer, form, stale)

    return draw


def _draw(title: str, address: str, customer: Customer | None, form: Form | None, stale: Stale | None = None) -> str:
    changes = timeline.entries(list(stale.since)) if stale else []
    return render_template(
        "customers/form.html", title=title, address=address, customer=customer, form=form, changes=changes
    )
