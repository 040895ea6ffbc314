"""What a contract's page says of amendments 补充协议: what one changes, which there are, what applies now."""

from typing import Any

from dealer import contract as contracts
from dealer.amendment_terms import changed_lines
from dealer.in_force import amendments_of, cars_of, is_amendment, text_in_force
from dealer.records.contracts import Contract, ContractLine, ContractState
from web import steps
from web.asking import looking, looking_ask
from web.language import money, say, short_day, show, told


def cards(contract: Contract) -> dict[str, Any]:
    """All that the page says of them."""
    return {
        "changes": changes(contract) if is_amendment(contract) else [],
        "amends": amended(contract),
        "amendments": of_contract(contract),
        "applies": in_force(contract),
        "begin_amendment": beginning(contract),
    }


def changes(contract: Contract) -> list[dict[str, Any]]:
    """Line by line: how many cars there were, how many there shall be, and what that makes of the price."""
    rows = [_changed(line, was) for line, was in changed_lines(contract)]
    before = contract.base.total if contract.base else 0
    total = {"text": money(contract.total), "note": money(contract.total - before, sign=True)}
    return [*rows, {"cells": [say("Total"), "", "", money(before), total]}]


def _changed(line: ContractLine, was: int) -> dict[str, Any]:
    taken = say("takes the place of cars of line {line}", line=line.replaces) if line.replaces else ""
    return {
        "cells": [
            {
                "text": f"{line.position} · {line.model.brand} {line.model.name} {line.model.configuration}",
                "note": taken,
            },
            line.colour,
            money(line.unit_price),
            was,
            {"text": str(line.quantity), "note": money((line.quantity - was) * line.unit_price, sign=True)},
        ]
    }


def amended(contract: Contract) -> dict[str, str] | None:
    """The contract that an amendment changes."""
    if contract.parent is None or not is_amendment(contract):
        return None
    title = contract.parent.code or str(contract.parent.number)
    return {"url": steps.seen_url(contract.parent), "label": title}


def of_contract(contract: Contract) -> list[dict[str, str]]:
    """The amendments of a contract, oldest first."""
    return [
        {
            "url": steps.seen_url(each),
            "title": each.code or say("Draft {number}", number=each.number),
            "note": " · ".join(filter(None, (each.amend_reason or "", short_day(each.effective_on)))),
            "state": show(each.state),
            "tone": "ok" if each.effective_on else "bad" if each.state is ContractState.VOID else "wait",
        }
        for each in amendments_of(looking(), contract)
    ]


def in_force(contract: Contract) -> dict[str, Any] | None:
    """What applies now, line by line, once amendments are in effect."""
    text = text_in_force(looking(), contract)
    if text is contract:
        return None
    first = {line.id: line.quantity for line in contract.lines}
    rows = [_applies(line, first.get(line.root, 0)) for line in text.lines if line.quantity or line.root in first]
    plan = [
        say(
            "Batch {batch}: {count} cars until {day}",
            batch=row.batch, count=row.quantity, day=show(row.due_on),
        )
        for row in text.plan
    ]  # fmt: skip
    return {
        "rows": rows,
        "totals": [say("Total"), "", sum(first.values()), cars_of(text), "", money(text.total)],
        "facts": [
            {"label": say("By the text of"), "value": text.code or "", "url": steps.seen_url(text)},
            {"label": say("Buyer"), "value": text.parties[0].name},
            {"label": say("Delivery plan"), "value": show(plan)},
            {
                "label": say("Payment"),
                "value": show([f"{show(row.event)} {money(row.amount)}" for row in text.payments]),
            },
        ],
    }


def _applies(line: ContractLine, first: int) -> dict[str, Any]:
    model = f"{line.position} · {line.model.brand} {line.model.name} {line.model.configuration}"
    amount = money(line.unit_price * line.quantity)
    return {"cells": [model, line.colour, first or "—", line.quantity, money(line.unit_price), amount]}


def beginning(contract: Contract) -> dict[str, Any] | None:
    """The button that begins an amendment, for the owner of a contract in effect, with what stands in its way."""
    if is_amendment(contract) or contract.state is not ContractState.EFFECTIVE:
        return None
    ask = looking_ask()
    drawn = contracts.draw_up_amendment(ask, contract)
    look = contracts.CONTRACTS.look(drawn, contracts.CONTRACTS.find(drawn, "amend", ask, born=True), ask)
    if look.not_you is not None:
        return None
    return {"url": f"/contracts/{contract.number}/amendments", "reasons": [told(each) for each in look.refusals]}
