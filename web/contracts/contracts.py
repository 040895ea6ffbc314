"""Contracts: the list with what each needs next, the page of one, its papers and prints, and its beginning."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request

from dealer import people, workflow
from dealer.contracts import contract as contracts
from dealer.contracts.contract_draft_rules import KINDS_OF_A_SALE, UNDER_CONTRACT
from dealer.contracts.contract_rules import marks, reviewers
from dealer.contracts.in_force import is_amendment
from dealer.deals import deal_lists
from dealer.engine.steps import Ask, Refusal
from dealer.money.payment_plans import Head
from dealer.papers import printing
from dealer.people import has
from dealer.records.contracts import Contract, ContractState, PrintLog
from dealer.records.deals import Deal
from web import steps
from web.asking import Answer, a_number, looking, looking_ask, me, need, or_404, write
from web.contracts import contract_page, contract_press, contract_text
from web.deals import deals
from web.forms import options
from web.language import money, say, short_day, show, told
from web.papers.papers import show_file

pages = Blueprint("contracts", __name__)
S = ContractState

FILTERS: dict[str, tuple[ContractState, ...]] = {
    "open": (S.DRAFT, S.IN_REVIEW, S.RETURNED, S.APPROVED, S.ISSUED),
    "effective": (S.EFFECTIVE,),
    "ended": (S.PERFORMED, S.VOID, S.TERMINATED),
    "all": (),
}
FILTER_WORDS = (("open", "In progress"), ("effective", "In effect"), ("ended", "Ended"), ("all", "All"))
# What a contract needs next, as a list says it; a review names who is missing.
NEXT = {
    S.DRAFT: "Complete the draft and submit it",
    S.RETURNED: "Take it up again",
    S.APPROVED: "Give a number and issue",
    S.ISSUED: "Record the signatures",
}


def title_of(contract: Contract) -> str:
    """How people name a contract: by its number once it has one."""
    if contract.code is None and contract.parent is not None and is_amendment(contract):
        parent = contract.parent.code or contract.parent.number
        if contract.ended_batch is not None:
            return say("Batch {batch} of {contract} ended", batch=contract.ended_batch, contract=parent)
        return say("Amendment to {contract}", contract=parent)
    return number_of(contract)


def number_of(contract: Contract | Head) -> str:
    """Its number once it has one."""
    return contract.code or say("Contract {number}", number=contract.number)


KIND = steps.register(
    steps.Kind(
        "contracts",
        Contract,
        contracts.CONTRACTS,
        title=title_of,
        sees=lambda contract, who: contracts.sees(contract, who, looking()),
        known=contract_text.known,
        after=contract_text.after,
        extra=contract_text.extra,
        templates=contract_text.TEMPLATES,
    )
)


@options("kinds_of_a_sale")
def _kinds() -> list[tuple[str, str]]:
    return [(str(kind.value), show(kind)) for kind in KINDS_OF_A_SALE]


@options("contract_lines")
def _lines() -> list[tuple[str, str]]:
    """The lines of the contract whose form this is."""
    return [
        (str(line.position), f"{line.position} · {line.model.brand} {line.model.name} {line.colour} × {line.quantity}")
        for line in _here().lines
    ]


@options("contract_parties")
def _parties() -> list[tuple[str, str]]:
    return [(str(party.position), party.name) for party in _here().parties[1:]]


def _here() -> Contract:
    found: Contract = steps.find(looking(), KIND, int((request.view_args or {})["number"]))
    return found


# ── list ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/contracts")
def index() -> Answer:
    """The contracts a person may see, with what each needs next."""
    need("see contracts")
    chosen = request.args.get("state", "open")
    below = request.args.get("below", type=a_number)
    found = contracts.seen_by(looking(), me(), FILTERS.get(chosen, ()), below)
    page, more = found[: deal_lists.PAGE], len(found) > deal_lists.PAGE
    return render_template(
        "contracts/list.html",
        prints=me().may_or_stands_in("issue contracts"),
        rows=[_row(contract) for contract in page],
        chosen=chosen,
        filters=[(name, say(label)) for name, label in FILTER_WORDS],
        older=page[-1].number if more else None,
    )


def _row(contract: Contract) -> dict[str, Any]:
    return {
        "url": KIND.url(contract),
        "cells": [
            {"text": title_of(contract), "note": say("Version {number}", number=contract.revision)},
            contract.deal.customer.name,
            money(contract.total),
            show(contract.state),
            {"text": _next(contract), "note": short_day(contract.since)},
        ],
    }


def _next(contract: Contract) -> str:
    if contract.state is S.IN_REVIEW:
        marked = marks(contract)
        return show([each for each in reviewers(contract, looking_ask()) if each not in marked])
    if contract.state is S.ISSUED and contract.signed_recorded_by_id is not None:
        return say("Confirm the signatures")
    return say(NEXT[contract.state]) if contract.state in NEXT else "—"


# ── one contract ──────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/contracts/<int:number>")
def page(number: int) -> Answer:
    """Everything about one contract: what is missing, what it says, where its paper is."""
    contract = steps.find(looking(), KIND, number)
    return contract_page.draw(contract, KIND)


@pages.get("/contracts/<int:number>/text")
def text(number: int) -> Answer:
    """What it says clause by clause."""
    contract = steps.find(looking(), KIND, number)
    return contract_text.draw(contract, KIND) if contract_text.url_of(contract) else abort(404)


@pages.get("/contracts/<int:number>/press")
def press(number: int) -> Answer:
    """Asked by the page while its paper is being printed: 204 until the press has spoken, then draw the page anew."""
    contract = steps.find(looking(), KIND, number)
    if contract_press.waits_for_press(contract):
        return "", 204
    return "", 200, {"HX-Refresh": "true"}


# ── beginning one ─────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/deals/<int:number>/contract")
def new(number: int) -> Answer:
    """Before a contract is drawn up: what it is drawn up from, and what stands in the way. Later: the contract."""
    deal = steps.find(looking(), deals.KIND, number)
    known = contracts.current(looking(), deal)
    return redirect(KIND.url(known)) if known is not None else _new(deal, None)


@pages.post("/deals/<int:number>/contract")
def draw_up(number: int) -> Answer:
    """Draw it up from the accepted quotation."""

    def work(ask: Ask) -> str:
        drawn = contracts.draw_up(ask, steps.find(ask.db, deals.KIND, number))
        workflow.begin(drawn, "draw_up", ask)
        return KIND.url(drawn)

    return write(None, work, lambda form, trouble: _new(steps.find(looking(), deals.KIND, number), trouble))


def _new(deal: Deal, trouble: Any) -> str:
    choice = _birth(deal)
    standing = trouble if isinstance(trouble, tuple) else choice.refusals
    return render_template(
        "contracts/new.html",
        deal=deal,
        deal_code=deals.code_of(deal),
        standing=[told(each) for each in standing],
        not_you=told(choice.not_you) if choice.not_you else "",
    )


def _birth(deal: Deal) -> Any:
    ask = looking_ask()
    drawn = contracts.draw_up(ask, deal)
    return contracts.CONTRACTS.look(drawn, contracts.CONTRACTS.find(drawn, "draw_up", ask, born=True), ask)


@pages.post("/contracts/<int:number>/amendments")
def amend(number: int) -> Answer:
    """Begin an amendment of a contract in effect: a draft that changes nothing yet."""

    def work(ask: Ask) -> str:
        drawn = contracts.draw_up_amendment(ask, steps.find(ask.db, KIND, number))
        workflow.begin(drawn, "amend", ask)
        return KIND.step_url(drawn, "edit_changes")

    return write(None, work, lambda form, trouble: _refused(number, trouble))


@options("amended_lines")
def _amended_lines() -> list[tuple[str, str]]:
    """The lines of the text that the amendment changes."""
    base = _here().base
    lines = [line for line in base.lines if line.quantity] if base else []
    told = [
        (str(line.position), f"{line.position} · {line.model.brand} {line.model.name} {line.colour} × {line.quantity}")
        for line in lines
    ]
    return [("", say("further cars")), *told]


@deals.panel
def _panel(deal: Deal) -> dict[str, Any] | None:
    """The contracts of a deal on its page, and the way to the first."""
    if not me().may_or_stands_in("see contracts"):
        return None
    found = contracts.of_deal(looking(), deal)
    if not found and deal.state not in UNDER_CONTRACT:
        return None
    can_begin = contracts.current(looking(), deal) is None and deal.owner_id == me().id
    return {
        "title": say("Contract"),
        "icon": "pen",
        "rows": [
            {
                "url": KIND.url(each),
                "title": title_of(each),
                "note": money(each.total),
                "badge": show(each.state),
                "tone": contract_page.TONES.get(each.state, "info"),
            }
            for each in reversed(found)
        ],
        "buttons": [{"label": say("Draw up"), "url": f"/deals/{deal.number}/contract"}] if can_begin else [],
        "empty": say("No contract yet: it is drawn up from the accepted quotation."),
    }


# ── papers ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.post("/contracts/<int:number>/print")
def print_copy(number: int) -> Answer:
    """One more copy: logged, then served from where it is stored."""

    def work(ask: Ask) -> str:
        contract = steps.find(ask.db, KIND, number)
        row = contracts.print_copy(ask, contract, sealed=bool(request.form.get("sealed")))
        return f"{KIND.url(contract)}/copies/{row.id}"

    return write(None, work, lambda form, trouble: _refused(number, trouble))


@pages.get("/contracts/<int:number>/copies/<uuid:key>")
def copy(number: int, key: UUID) -> Answer:
    """A copy that was printed: the stored bytes, to those who may print."""
    contract = steps.find(looking(), KIND, number)
    row = or_404(people.by_id(looking(), PrintLog, me(), key))
    if row.subject_id != contract.id or isinstance(has("issue contracts")(contract, looking_ask()), Refusal):
        abort(404)
    return show_file(row.pdf_sha256, f"{title_of(contract)}.pdf")


@pages.get("/contracts/<int:number>/trial")
def trial(number: int) -> Answer:
    """The text under review, marked as a trial on every page."""
    contract = steps.find(looking(), KIND, number)
    found = contract_press.trial_of(contract)
    return show_file(found.pdf_sha256 if found else None, f"{say('Trial print')} {contract.number}.pdf")


@pages.get("/contracts/<int:number>/reading-copy")
def reading_copy(number: int) -> Answer:
    """The English reading copy."""
    contract = steps.find(looking(), KIND, number)
    found = contracts.reading_copy(looking(), contract)
    return show_file(found.pdf_sha256 if found else None, f"{title_of(contract)} EN.pdf")


@pages.post("/contracts/<int:number>/reading-copy")
def order_reading_copy(number: int) -> Answer:
    """Have it printed."""

    def work(ask: Ask) -> str:
        contract = steps.find(ask.db, KIND, number)
        contracts.order_reading_copy(ask, contract)
        return KIND.url(contract)

    return write(None, work, lambda form, trouble: _refused(number, trouble))


@pages.post("/contracts/<int:number>/press-again")
def press_again(number: int) -> Answer:
    """Somebody has seen to the press: let it try again."""

    def work(ask: Ask) -> str:
        contract = steps.find(ask.db, KIND, number)
        printing.press_again(ask, contract)
        return KIND.url(contract)

    return write(None, work, lambda form, trouble: _refused(number, trouble))


@pages.post("/contracts/<int:number>/seal")
def seal(number: int) -> Answer:
    """Have the sealed file made of a paper that has none yet."""

    def work(ask: Ask) -> str:
        contract = steps.find(ask.db, KIND, number)
        contracts.seal(ask, contract)
        return KIND.url(contract)

    return write(None, work, lambda form, trouble: _refused(number, trouble))


@pages.get("/contracts/<int:number>/their-paper")
def their_paper(number: int) -> Answer:
    """The customer's own text, as it came."""
    contract = steps.find(looking(), KIND, number)
    return show_file(contract.their_paper_sha256, f"{title_of(contract)}.pdf")


@pages.get("/contracts/<int:number>/scan")
def scan(number: int) -> Answer:
    """The scan of the signed contract."""
    return show_file(steps.find(looking(), KIND, number).signed_scan_sha256)


@pages.get("/contracts/<int:number>/authorisations/<int:position>")
def authorisation(number: int, position: int) -> Answer:
    """A party's power of attorney."""
    contract = steps.find(looking(), KIND, number)
    party = or_404(next((each for each in contract.parties if each.position == position), None))
    return show_file(party.authorisation_sha256)


def _refused(number: int, trouble: Any) -> str:
    contract = steps.find(looking(), KIND, number)
    return contract_page.draw(contract, KIND, trouble if isinstance(trouble, tuple) else ())
