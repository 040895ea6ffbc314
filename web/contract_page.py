"""The page of one contract: where it stands, what is missing, what it says, where its paper is."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import render_template

from dealer import contract as contracts
from dealer import masking
from dealer.contract_gaps import SIGNED_WITHIN
from dealer.contract_rules import general_manager_for, marks, reviewers
from dealer.engine import amounts
from dealer.engine.history import of_thing
from dealer.engine.steps import Choice, Refusal
from dealer.in_force import cars_of, text_in_force
from dealer.pricing import CHARGED
from dealer.records.contracts import (
    Contract,
    ContractState,
    DepositKind,
    FormerIssue,
    Instalment,
    Party,
    PartyRole,
    PaymentEvent,
    PlannedBatch,
    Review,
    Reviewer,
)
from dealer.records.deals import DealState, PurchaseMode
from dealer.records.frameworks import Framework
from dealer.records.quotations import ExtraKind
from web import amendments, contract_press, contract_text, steps, timeline
from web.asking import looking, looking_ask, me
from web.frame import names_of
from web.language import clock, money, say, short_day, show, told

S = ContractState
TONES = {
    S.DRAFT: "neutral", S.IN_REVIEW: "wait", S.RETURNED: "bad", S.APPROVED: "info", S.ISSUED: "wait",
    S.EFFECTIVE: "ok", S.PERFORMED: "ok", S.VOID: "bad", S.TERMINATED: "bad",
}  # fmt: skip
# The step whose rules are the checklist while a contract stands there.
AHEAD = {S.DRAFT: "submit", S.APPROVED: "issue", S.ISSUED: "confirm_effective"}
# What one of several people does next; the first that is theirs is the button of the page.
PRIMARY = (
    "submit", "pass_risk", "pass_finance", "pass_house", "redraft", "issue", "confirm_effective", "record_signatures",
)  # fmt: skip
EDITS = (
    "edit_changes", "use_their_paper", "use_our_paper", "edit_buyer", "edit_payment", "edit_delivery",
    "edit_procurement", "drop_procurement", "edit_wording", "add_party", "edit_party", "drop_party", "choose_kind",
)  # fmt: skip
ELSEWHERE = (*EDITS, *contract_text.AT_A_CLAUSE)
# Where an obstacle is removed: fix code → what the button says, and the step's action or an address.
FIXES = {
    "edit_parties": ("Edit", "edit_buyer"),
    "edit_delivery": ("Edit", "edit_delivery"),
    "edit_payment": ("Edit", "edit_payment"),
    "edit_procurement": ("Edit", "edit_procurement"),
    "add_party": ("Add a party", "add_party"),
    "contract_text": ("Read the text", "text"),
    "renew_lines": ("Take over", "renew_lines"),
    "edit_changes": ("Edit", "edit_changes"),
    "use_their_paper": ("Edit", "use_their_paper"),
    "ask_price": ("Ask for an exception", "ask_price"),
    "call_off": ("To the agreements", "/deals/{deal}/call_off"),
    "framework": ("To the agreement", "/frameworks/{framework}"),
    "deliveries": ("To the deal", "/deals/{deal}"),
    "excuse_late_award": ("Give the reason", "excuse_late_award"),
    "record_signatures": ("Record", "record_signatures"),
    "book_drive": ("Book a test drive", "/drives/new?deal={deal}"),
    "quotation": ("To the deal", "/deals/{deal}"),
}
FIXED_BY = {"book_drive": "book drives"}  # the duty to which an address opens; who has it is named beside the obstacle


def draw(contract: Contract, kind: steps.Kind, refusals: tuple[Refusal, ...] = ()) -> str:
    """The page."""
    ask = looking_ask()
    choices = contracts.CONTRACTS.choices(contract, ask)
    buttons = steps.buttons(kind, contract, choices)
    primary = _primary(contract, buttons)
    return render_template(
        "contracts/page.html",
        contract=contract,
        deal=contract.deal,
        title=kind.title(contract),
        here=kind.url(contract),
        refusals=[told(each) for each in refusals],
        badges=[
            {"label": show(contract.state), "tone": TONES[contract.state]},
            {"label": show(contract.kind), "tone": "neutral"},
        ],
        phases=_phases(contract),
        figures=_figures(contract),
        items=_items(contract, choices, kind),
        items_title=_items_title(contract),
        primary=primary,
        buttons=[each for each in buttons if each is not primary and each["action"] not in ELSEWHERE],
        text_url=contract_text.url_of(contract),
        edits={each["action"]: each["url"] for each in buttons if each["action"] in EDITS},
        lines=_lines(contract),
        **amendments.cards(contract),
        parties=[_party(contract, party, kind) for party in contract.parties],
        payments=[_payment(row, at) for at, row in enumerate(contract.payments, 1)],
        money_facts=_money_facts(contract),
        plan=[_planned(row) for row in contract.plan],
        delivery_facts=_delivery_facts(contract),
        procurement=_procurement(contract),
        wording=_wording(contract),
        reviews=[] if contract.state is S.IN_REVIEW else _reviews(contract),
        press=contract_press.card(contract, kind.url(contract)),
        signatures=_signatures(contract, kind),
        former=[_former(each) for each in contract.former],
        timeline=timeline.entries(of_thing(looking(), contract.store_id, contract.id)[::-1]),
    )


# ── head ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _phases(contract: Contract) -> list[dict[str, str]]:
    path = contracts.CONTRACTS.path
    stands = S.DRAFT if contract.state is S.RETURNED else contract.state
    at = path.index(stands) if stands in path else -1
    return [
        {
            "label": show(state),
            "state": "done" if place < at or contract.state is S.PERFORMED else "current" if place == at else "todo",
            "note": short_day(contract.since) if place == at else "",
        }
        for place, state in enumerate(path)
    ]


def _figures(contract: Contract) -> list[dict[str, Any]]:
    sign_by = contract.award_day + SIGNED_WITHIN if contract.award_day else None
    text = text_in_force(looking(), contract)
    late = sign_by is not None and contract.state in contracts.UNSIGNED and looking_ask().today > sign_by
    return [
        {"label": say("Total"), "value": money(text.total), "unit": say("yuan")},
        {"label": say("Cars"), "value": cars_of(text)},
        {"label": say("Sign by"), "value": short_day(sign_by), "tone": "bad" if late else ""},
        {"label": say("In effect since"), "value": short_day(contract.effective_on)},
        {"label": say("Owner"), "person": contract.deal.owner.name},
    ]


def _primary(contract: Contract, buttons: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The one button of the page. A first draft goes to review with its deal, so the button leads there."""
    mine = {each["action"]: each for each in buttons}
    found = next((mine[action] for action in PRIMARY if action in mine), None)
    if found is None and contract.state is S.DRAFT and contract.deal.state is DealState.QUOTATION:
        owner = contract.owner_id in {me().id, *(away.id for away in me().stands_in_for)}
        gaps = contracts.gaps(contract, looking_ask())
        url = f"/deals/{contract.deal.number}/submit_review"
        label = say("Submit the deal for review")
        return {"label": label, "url": url, "action": "", "missing": len(gaps), "asks": True} if owner else None
    return found


# ── what is missing ───────────────────────────────────────────────────────────────────────────────────────────────


def _items(contract: Contract, choices: list[Choice], kind: steps.Kind) -> list[dict[str, Any]]:
    if contract.state is S.IN_REVIEW:
        return [_review_item(each, contract_text.url_of(contract)) for each in _reviews(contract)]
    ahead = next((each for each in choices if each.step.action == AHEAD.get(contract.state)), None)
    if ahead is None:
        return []

    def fix(refusal: Refusal) -> dict[str, Any]:
        return _fix(contract, refusal, kind)

    shown = Choice(ahead.step, ahead.not_you, tuple(each for each in ahead.checks if each.rule != "deal_is_in_review"))
    return steps.checklist(shown, fix)


def _review_item(review: dict[str, Any], text_url: str) -> dict[str, Any]:
    """Who has passed it, and who has still to read it."""
    if review["passed"] or not text_url:
        return {"state": "done" if review["passed"] else "blocked", "what": review["who"], "why": review["note"]}
    to_read = {"fix_label": say("Read the text"), "fix_url": text_url}
    return {"state": "blocked", "what": review["who"], "why": review["note"], **to_read}


def _fix(contract: Contract, refusal: Refusal, kind: steps.Kind) -> dict[str, Any]:
    if refusal.fix not in FIXES:
        return {}
    label, place = FIXES[refusal.fix]
    if refusal.fix in FIXED_BY and not me().may_or_stands_in(FIXED_BY[refusal.fix]):
        return {}
    if not place.startswith("/"):
        return {"fix_label": say(label), "fix_url": kind.step_url(contract, place)}
    framework = contract.framework.number if contract.framework else ""
    return {"fix_label": say(label), "fix_url": place.format(deal=contract.deal.number, framework=framework)}


def _items_title(contract: Contract) -> str:
    titles = {
        S.DRAFT: "Before the review", S.IN_REVIEW: "Reviews", S.APPROVED: "Before it is issued",
        S.ISSUED: "Before it takes effect",
    }  # fmt: skip
    return say(titles[contract.state]) if contract.state in titles else ""


# ── what it says ──────────────────────────────────────────────────────────────────────────────────────────────────


def _lines(contract: Contract) -> dict[str, Any]:
    rows = []
    for line in (line for line in contract.lines if line.quantity):
        model = line.model
        rows.append(
            {
                "cells": [
                    {"text": f"{model.brand} {model.name} {model.configuration}", "note": _extras(line.extras)},
                    line.colour,
                    line.quantity,
                    money(line.unit_price),
                    money(line.unit_price * line.quantity),
                ]
            }
        )
    return {"rows": rows, "capitals": amounts.capitals(contract.total), "total": money(contract.total)}


def _extras(extras: Iterable[dict[str, Any]]) -> str:
    """Gifts and accessories as they are printed; the amount only where the customer pays it."""
    shown = []
    for extra in extras:
        kind = ExtraKind(extra["kind"])
        amount = f" {money(extra['amount'])}" if kind in CHARGED else ""
        shown.append(f"{show(kind)} {extra['name']}{amount}")
    return " · ".join(shown)


def _phone(field: str, phone: str) -> str:
    return masking.phone(field, phone, me())


def _party(contract: Contract, party: Party, kind: steps.Kind) -> dict[str, Any]:
    agent = party.agent and f"{party.agent} {_phone('party.phone', party.agent_phone)}"
    attached = party.authorisation_sha256 is not None
    return {
        "roles": show([PartyRole(role) for role in party.roles]),
        "facts": [
            {"label": say("Name of the party"), "value": party.name},
            {"label": say("Unified social credit code"), "value": party.uscc or "—"},
            {"label": say("Legal representative"), "value": party.legal_representative or "—"},
            {"label": say("Address"), "value": party.address or "—"},
            {"label": say("Phone"), "value": _phone("party.phone", party.phone)},
            {"label": say("Bank"), "value": f"{party.bank} {party.bank_account}".strip() or "—"},
            {"label": say("Agent who signs"), "value": agent or "—"},
            {
                "label": say("Power of attorney"),
                "value": (party.authorisation_number or say("View")) if attached else "—",
                "url": f"{kind.url(contract)}/authorisations/{party.position}" if attached else "",
            },
        ],
    }


def _payment(row: Instalment, at: int) -> dict[str, Any]:
    if row.event is PaymentEvent.RETENTION_END:
        due = f"{show(row.event)} {short_day(row.day)}"
    else:
        due = f"{show(row.event)} · {say('{days} working days', days=row.days)}"
    batch = say("Batch {number}", number=row.batch) if row.batch else say("All cars")
    return {"cells": [at, due, batch, money(row.amount)]}


def _money_facts(contract: Contract) -> list[dict[str, Any]]:
    deposit = show(contract.deposit_kind)
    if contract.deposit_kind is not DepositKind.NONE:
        share = f"{contract.deposit * 100 / contract.total:.2f} %" if contract.total else ""
        deposit = f"{deposit} {money(contract.deposit)} · {share}"
    damages = "—"
    if contract.damages_permille is not None and contract.damages_cap_percent is not None:
        rate, cap = contract.damages_permille // 10, contract.damages_cap_percent
        damages = say("{rate} per ten thousand a day, at most {cap} %", rate=rate, cap=cap)
    bond = money(contract.performance_bond) if contract.performance_bond else "—"
    return [
        {"label": say("Deposit"), "value": deposit},
        {"label": say("Performance bond we pay"), "value": bond},
        {"label": say("Damages for delay"), "value": damages},
    ]


def _planned(row: PlannedBatch) -> dict[str, Any]:
    way = say("We bring the cars") if row.sent_by_seller else say("The buyer collects")
    return {"cells": [row.batch, row.line_position, row.quantity, show(row.due_on), {"text": row.place, "note": way}]}


def _delivery_facts(contract: Contract) -> list[dict[str, Any]]:
    contact = next(
        (f"{row.contact} {_phone('receiver.phone', row.contact_phone)}" for row in contract.plan if row.contact), "—"
    )
    receivers = show([f"{each.name} {_phone('receiver.phone', each.phone)}" for each in contract.receivers])
    return [
        {"label": say("Contact on site"), "value": contact},
        {"label": say("Authorised receivers"), "value": receivers or "—"},
        {"label": say("Odometer at most, km"), "value": contract.odometer_limit},
        {"label": say("Days to inspect"), "value": contract.inspection_days},
    ]


def _procurement(contract: Contract) -> list[dict[str, Any]]:
    known = contract.procurement
    if not known and contract.award_day is None:
        return []
    way = PurchaseMode(known.get("way") or PurchaseMode.UNKNOWN)
    rows = [
        {"label": say("Project"), "value": known.get("project") or "—"},
        {"label": say("Procurement number"), "value": known.get("number") or "—"},
        {"label": say("Purchase mode"), "value": show(way)},
        {"label": say("Day of the award"), "value": show(contract.award_day) or "—"},
    ]
    if contract.late_sign_reason:
        rows.append({"label": say("Reason for the delay"), "value": contract.late_sign_reason})
    return rows


def _order(contract: Contract, framework: Framework) -> list[dict[str, Any]]:
    """What an order says itself, and where the rest stands."""
    return [
        {"label": say("Framework agreement"), "value": framework.cited_as, "url": f"/frameworks/{framework.number}"},
        {"label": say("Place of signing"), "value": contract.signing_place or "—"},
        {"label": say("Special terms"), "value": _joined(contract.special)},
        {"label": say("Copies for each party"), "value": contract.copies_each},
    ]


def _wording(contract: Contract) -> list[dict[str, Any]]:
    if contract.framework is not None:
        return _order(contract, contract.framework)
    place = f"{show(contract.dispute)} {contract.arbitration}".strip()
    warranty = say("{months} months or {km} km", months=contract.warranty_months, km=f"{contract.warranty_km:,}")
    return [
        {"label": say("Place of signing"), "value": contract.signing_place or "—"},
        {"label": say("Disputes go to"), "value": place},
        {"label": say("Warranty"), "value": warranty},
        {"label": say("The price includes"), "value": _joined(contract.price_includes)},
        {"label": say("The price does not include"), "value": _joined(contract.price_excludes)},
        {
            "label": say("Configuration and conversions"),
            "value": show([each["name"] for each in contract.features]) or "—",
        },
        {"label": say("Service promises"), "value": _joined(contract.services)},
        {"label": say("Special terms"), "value": _joined(contract.special)},
        {"label": say("Copies for each party"), "value": contract.copies_each},
    ]


def _joined(prose: str) -> str:
    return show(prose.split("\n")) if prose else "—"


# ── who has passed it, who signed ─────────────────────────────────────────────────────────────


def _reviews(contract: Contract) -> list[dict[str, Any]]:
    """Every reviewer there has to be, with their mark; marks on an earlier text are no longer counted."""
    if not contract.reviews and contract.state is not S.IN_REVIEW:
        return []
    names = names_of(review.person_id for review in contract.reviews)
    latest: dict[Any, Review] = {each.reviewer: each for each in contract.reviews if not each.cleared}
    passed = marks(contract)
    rows = []
    for reviewer in dict.fromkeys((*reviewers(contract, looking_ask()), *passed)):
        mark = latest.get(reviewer)
        note = f"{names.get(mark.person_id, '')} {clock(mark.at)} {mark.comment}".strip() if mark else ""
        if mark is None and reviewer is Reviewer.GENERAL:
            note = show(general_manager_for(contract, looking_ask()))
        badge = {"label": say("Passed"), "tone": "ok"} if mark else {"label": say("Awaited"), "tone": "wait"}
        rows.append({"who": show(reviewer), "note": note, "badge": badge, "passed": mark is not None})
    return rows


def _signatures(contract: Contract, kind: steps.Kind) -> list[dict[str, Any]]:
    if contract.signed_recorded_by_id is None:
        return []
    by, sure = contract.signed_recorded_by_id, contract.signed_confirmed_by_id
    names = names_of([each for each in (by, sure) if each is not None])
    return [
        {"label": say("Signed for us by"), "value": _signed(contract.seller_signer, contract.seller_signed_on)},
        {"label": say("Signed for the buyer by"), "value": _signed(contract.buyer_signer, contract.buyer_signed_on)},
        {"label": say("Compared with the issued version by"), "value": names.get(by, "")},
        {"label": say("Signed text confirmed by"), "value": names.get(sure, "") if sure else say("Awaited")},
        {"label": say("Scan of the signed contract"), "value": say("View"), "url": f"{kind.url(contract)}/scan"},
    ]


def _signed(signer: str | None, day: date | None) -> str:
    return f"{signer or ''} {short_day(day)}".strip()


def _former(issue: FormerIssue) -> dict[str, Any]:
    return {"label": issue.code, "value": say("withdrawn {when}", when=clock(issue.withdrawn_at))}
