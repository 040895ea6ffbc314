"""The owner card of a customer: cars, contacts, contracts, drives, calls and promises; what is late is red."""

from datetime import date
from typing import Any

from flask import Blueprint, g, render_template

from dealer import people
from dealer.care import care_agents, care_lists
from dealer.customers import owner_cards, promises
from dealer.customers.promises import Promise
from dealer.engine.database import calendar_of
from dealer.records.complaints import Complaint, ComplaintState
from dealer.records.customers import Contact, Customer
from dealer.records.vehicles import Unit
from dealer.service import complaints
from dealer.stock import catalogue
from web import steps
from web.asking import Answer, looking, me, need, or_404
from web.care import care
from web.customers.promises import row_of
from web.language import clock, say, short_day, show
from web.privacy import privacy

pages = Blueprint("owner_cards", __name__)


@pages.get("/customers/<int:number>/owner-card")
def page(number: int) -> Answer:
    """Everything about a fleet that has bought."""
    need("see care")
    customer = or_404(people.by_number(looking(), Customer, me(), number))
    db, today = looking(), calendar_of(looking()).today(g.now)
    agent = care_agents.of_customer(db, customer.id)
    promised = promises.of_customer(db, me(), customer)
    return render_template(
        "care/owner_card.html",
        customer=customer,
        figures=[
            {"label": say("Cars"), "value": owner_cards.how_many_cars(db, customer)},
            {"label": say("Open promises"), "value": len(promised)},
            _late(promised, today),
            {"label": say("Agent"), "value": _name(agent.agent_id if agent else None)},
        ],
        promises=[row_of(each, today) for each in promised],
        cars=[_car(each) for each in owner_cards.cars(db, me(), customer)],
        contacts=[_contact(each) for each in customer.contacts],
        contracts=[_contract(each) for each in owner_cards.contracts(db, customer)],
        complaints=[_complaint(each) for each in complaints.of_customer(db, customer)],
        drives=[_drive(each) for each in owner_cards.drives(db, customer)],
        calls=[care.in_list(each) for each in reversed(care_lists.of_customer(db, customer.id))][:20],
    )


def _late(promised: list[Promise], today: date) -> dict[str, Any]:
    late = sum(each.is_late(today) for each in promised)
    return {"label": say("Overdue"), "value": late, "tone": "bad" if late else ""}


def _name(key: Any) -> str:
    return people.names(looking(), [key]).get(key, "—")


def _car(unit: Unit) -> dict[str, Any]:
    return {
        "url": steps.seen_url(unit),
        "cells": [
            unit.vin,
            f"{catalogue.full_name(unit.model)} {unit.colour}",
            short_day(unit.delivered_at),
            unit.odometer,
        ],
    }


def _contact(contact: Contact) -> dict[str, Any]:
    mark = say("Do not call") if contact.do_not_call else ""
    return {
        "cells": [
            {"text": contact.name, "note": contact.post},
            privacy.phone_of_contact(contact),
            show(contact.role),
            mark,
        ]
    }


def _contract(contract: Any) -> dict[str, Any]:
    return {
        "url": steps.seen_url(contract),
        "title": contract.code or str(contract.number),
        "note": short_day(contract.effective_on),
        "badge": show(contract.state),
        "tone": "ok",
    }


def _complaint(complaint: Complaint) -> dict[str, Any]:
    closed = complaint.state is ComplaintState.CLOSED
    return {
        "url": steps.seen_url(complaint),
        "title": say("Complaint {number}", number=complaint.number),
        "note": clock(complaint.begun_at),
        "badge": show(complaint.state),
        "tone": "ok" if closed else "bad",
    }


def _drive(drive: Any) -> dict[str, Any]:
    return {
        "url": steps.seen_url(drive),
        "title": f"{drive.name} · {drive.car.plate}",
        "note": clock(drive.starts_at),
        "badge": show(drive.state),
        "tone": "neutral",
    }
