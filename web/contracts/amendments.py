"""What a contract's page says of amendments 补充协议: what one changes, which there are, what applies now."""

from typing import Any
from uuid import UUID

from dealer.contracts import contract as contracts
from dealer.contracts.amendment_terms import changed_lines
from dealer.contracts.in_force import amendments_of, cars_of, is_amendment, text_in_force
from dealer.contracts.their_paper import Point, compared
from dealer.deliveries.batch_endings import EndingGround
from dealer.money.deposit_outcomes import DepositOutcome
from dealer.records.contracts import Contract, ContractLine, ContractState
from web import steps
from web.asking import looking, looking_ask, me
from web.frame import names_of
from web.language import money, say, short_day, show, told


def cards(contract: Contract) -> dict[str, Any]:
    """All that the page says of them."""
    return {
        "changes": changes(contract) if is_amendment(contract) else [],
        "amends": amended(contract),
        "amendments": of_contract(contract),
        "applies": in_force(contract),
        "begin_amendment": beginning(contract),
        "ending": ending(contract),
        "end_batch": f"/contracts/{contract.number}/end-batch" if _may_end_a_batch(contract) else "",
        "theirs": their_paper_of(contract),
    }


def _may_end_a_batch(contract: Contract) -> bool:
    in_effect = contract.state is ContractState.EFFECTIVE and not is_amendment(contract)
    return in_effect and me().may_or_stands_in("cancel deals")


def ending(contract: Contract) -> list[dict[str, Any]]:
    """On what ground a batch ended, and what was decided about the deposit."""
    told: dict[str, Any] | None = contract.ending
    if told is None:
        return []
    by = UUID(told["by"])
    return [
        {"label": say("Batch"), "value": contract.ended_batch},
        {"label": say("Ground"), "value": show(EndingGround(told["ground"]))},
        {"label": say("Day the notice arrived"), "value": short_day(contract.effective_on)},
        {
            "label": say("The deposit for these cars"),
            "value": f"{show(DepositOutcome(told['outcome']))} {money(told['amount'])}",
        },
        {"label": say("Decided by"), "value": names_of([by]).get(by, "")},
        {
            "label": say("Notice or agreement"),
            "value": say("View"),
            "url": f"/contracts/{contract.number}/ending-evidence",
        },
    ]


def their_paper_of(contract: Contract) -> dict[str, Any] | None:
    """The customer's own paper, point by point beside what was accepted; passages are for the reviewers to read."""
    terms: dict[str, Any] | None = contract.their_terms
    if terms is None:
        return None
    passages = {
        "delivery": say("Delivery in their text"),
        "payment": say("Payment in their text"),
        "damages": say("Damages in their text"),
        "dispute": say("Disputes in their text"),
    }
    return {
        "rows": [_point(each) for each in compared(contract)],
        "facts": [
            {"label": say("Their number"), "value": terms["their_number"] or "—"},
            {
                "label": say("Their contract (PDF)"),
                "value": say("View"),
                "url": f"/contracts/{contract.number}/their-paper",
            },
            {"label": say("Fingerprint of their file"), "value": contract.their_paper_sha256 or ""},
            *({"label": label, "value": terms[name]} for name, label in passages.items()),
        ],
    }


def _point(point: Point) -> dict[str, Any]:
    labels = {
        "quantity": say("Quantity of line {line}", line=point.line or 0),
        "unit_price": say("Price of line {line}", line=point.line or 0),
        "total": say("Total"),
        "deposit_kind": say("Deposit"),
        "deposit": say("Amount of the deposit"),
    }
    shown = show if point.what == "deposit_kind" else str if point.what == "quantity" else money
    verdict, tone = say("Agrees"), "ok"
    if point.differs:
        verdict = say("Differs, to be corrected") if point.blocks else say("Differs, for the reviewers")
        tone = "bad" if point.blocks else "wait"
    return {"cells": [labels[point.what], shown(point.ours), shown(point.theirs), {"text": verdict, "tone": tone}]}


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
            "title": each.code or _uncoded(each),
            "note": " · ".join(filter(None, (each.amend_reason or "", short_day(each.effective_on)))),
            "state": show(each.state),
            "tone": "ok" if each.effective_on else "bad" if each.state is ContractState.VOID else "wait",
        }
        for each in amendments_of(looking(), contract)
    ]


def _uncoded(contract: Contract) -> str:
    """An ending has no number, nor has a draft."""
    if contract.ended_batch is not None:
        return say("End of batch {batch}", batch=contract.ended_batch)
    return say("Draft {number}", number=contract.number)


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
            {"label": say("By the text of"), "value": text.code or _uncoded(text), "url": steps.seen_url(text)},
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
