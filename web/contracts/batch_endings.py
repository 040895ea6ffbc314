"""Ending a batch of a contract: the form with what the law proposes for each batch, and what was decided."""

from typing import Any

from flask import Blueprint, render_template, request

from dealer import workflow
from dealer.contracts import contract as contracts
from dealer.deliveries.batch_endings import PROPOSED, BatchEnding, EndingGround, proposals
from dealer.engine.steps import Ask
from dealer.records.contracts import Contract
from web import steps
from web.asking import Answer, looking, looking_ask, write
from web.contracts.contracts import KIND, title_of
from web.forms import Form, options
from web.language import money, say, show, told
from web.papers.papers import show_file

pages = Blueprint("batch_endings", __name__)


@options("batches_to_end")
def _batches() -> list[tuple[str, str]]:
    contract = steps.find(looking(), KIND, int((request.view_args or {})["number"]))
    found = proposals(looking(), contracts.draw_up_amendment(looking_ask(), contract))
    return [(str(each.batch), say("Batch {batch}: {count} cars", batch=each.batch, count=each.cars)) for each in found]


@pages.get("/contracts/<int:number>/end-batch")
def form(number: int) -> Answer:
    """What could be ended, and what that would mean for the deposit."""
    return _page(steps.find(looking(), KIND, number), Form(BatchEnding, {"notice_day": looking_ask().today}))


@pages.post("/contracts/<int:number>/end-batch")
def end(number: int) -> Answer:
    """End it."""

    def work(ask: Ask) -> str:
        drawn = contracts.draw_up_amendment(ask, steps.find(ask.db, KIND, number))
        workflow.begin(drawn, "end_batch", ask)
        return KIND.url(drawn)

    return write(
        Form.received(BatchEnding),
        work,
        lambda drawn, trouble: _page(steps.find(looking(), KIND, number), drawn, trouble),
    )


def _page(contract: Contract, drawn: Form | None, trouble: Any = None) -> str:
    look = _look(contract)
    standing = [each for each in trouble if each.field is None] if isinstance(trouble, tuple) else look.refusals
    return render_template(
        "contracts/end_batch.html",
        contract=contract,
        title=title_of(contract),
        here=KIND.url(contract),
        form=drawn,
        standing=[told(each) for each in standing],
        not_you=told(look.not_you) if look.not_you else "",
        rows=_rows(contract),
    )


def _look(contract: Contract) -> Any:
    ask = looking_ask()
    drawn = contracts.draw_up_amendment(ask, contract)
    return contracts.CONTRACTS.look(drawn, contracts.CONTRACTS.find(drawn, "end_batch", ask, born=True), ask)


def _rows(contract: Contract) -> list[dict[str, Any]]:
    """For each batch: what is not delivered, and the deposit on each ground."""
    found = proposals(looking(), contracts.draw_up_amendment(looking_ask(), contract))
    return [
        {
            "cells": [
                each.batch,
                each.cars,
                money(each.value),
                *(
                    {"text": money(each.amount(PROPOSED[ground])), "note": show(PROPOSED[ground])}
                    for ground in EndingGround
                ),
            ]
        }
        for each in found
    ]


@pages.get("/contracts/<int:number>/ending-evidence")
def evidence(number: int) -> Answer:
    """The notice or agreement by which the batch ended."""
    contract = steps.find(looking(), KIND, number)
    return show_file((contract.ending or {}).get("evidence_sha256"))
