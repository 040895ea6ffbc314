"""Whose customers are after the sale: who has how many, who has none yet, and handing them out."""

from typing import Any

from flask import Blueprint, render_template

from dealer import people
from dealer.care import care_agents
from dealer.care.care_agents import Assignment, Load
from dealer.engine.steps import Ask
from dealer.records.customers import Customer
from web.asking import Answer, looking, looking_ask, me, need, or_404, write
from web.care import care
from web.forms import Form, options
from web.language import say, short_day

pages = Blueprint("care_agents", __name__)


@options("care_agents")
def _agents() -> list[tuple[str, str]]:
    """Who has the fewest customers first."""
    return [(str(each.agent.id), _called(each)) for each in _loads()]


def _loads() -> list[Load]:
    return care_agents.loads(looking(), me(), looking_ask().today)


def _called(load: Load) -> str:
    told = say("{name} · {count} customers", name=load.agent.name, count=load.customers)
    return f"{told} · {say('away')}" if load.away else told


@pages.get("/care/agents")
def index() -> Answer:
    """Who has how many, who has none yet."""
    need("see all care")
    best = next((load for load in _loads() if not load.away), None)
    hands_out = me().may_or_stands_in("hand out calls")
    return render_template(
        "care/agents.html",
        loads=[
            {"cells": [each.agent.name, each.customers, each.calls, say("away") if each.away else ""]}
            for each in _loads()
        ],
        waiting=[_waiting(each) for each in care_agents.without_agent(looking(), me())],
        best={"id": str(best.agent.id), "called": _called(best)} if best and hands_out else None,
        hands_out=hands_out,
        rows=_given(hands_out=hands_out),
        tabs=care.tabs("agents"),
    )


def _waiting(customer: Customer) -> dict[str, str]:
    return {"name": customer.name, "url": f"/care/agents/{customer.number}"}


def _given(*, hands_out: bool) -> list[dict[str, Any]]:
    return [
        {
            "url": f"/care/agents/{each.customer.number}" if hands_out else "",
            "cells": [each.customer.name, each.agent.name, short_day(each.assigned_at)],
        }
        for each in care_agents.with_agent(looking(), me())
    ]


@pages.get("/care/agents/<int:number>")
def form(number: int) -> Answer:
    """Hand one customer to somebody; who has the fewest is suggested."""
    need("hand out calls")
    best = care_agents.suggested(looking(), me(), looking_ask().today)
    return _draw(number, Form(Assignment, {"agent": best.id} if best else {}), None)


@pages.post("/care/agents/<int:number>")
def assign(number: int) -> Answer:
    """Theirs from now on, with all calls that are due."""

    def work(ask: Ask) -> str:
        care_agents.assign(ask, or_404(people.by_number(ask.db, Customer, ask.actor, number)))
        return "/care/agents"

    return write(Form.received(Assignment), work, lambda drawn, trouble: _draw(number, or_404(drawn), trouble))


def _draw(number: int, drawn: Form, trouble: Any) -> str:
    customer = or_404(people.by_number(looking(), Customer, me(), number))
    return render_template("care/assign.html", form=drawn, customer=customer)
