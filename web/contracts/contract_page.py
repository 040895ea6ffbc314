"""The page of one contract: where it stands, what is missing, who passed it, where its paper is.

What it says is in contract_words.py.
"""

from datetime import date
from typing import Any

from flask import render_template

from dealer.contracts import contract as contracts
from dealer.contracts.contract_gaps import SIGNED_WITHIN
from dealer.contracts.contract_rules import general_manager_for, marks, reviewers
from dealer.contracts.in_force import cars_of, text_in_force
from dealer.engine.history import of_thing
from dealer.engine.steps import Choice, Refusal
from dealer.records.contracts import (
    Contract,
    ContractState,
    FormerIssue,
    Review,
    Reviewer,
)
from dealer.records.deals import DealState
from web import steps
from web.asking import looking, looking_ask, me
from web.contracts import amendments, contract_press, contract_text, contract_words
from web.deals import timeline
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
    "risks": ("To the risks", "/risks"),
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
        **contract_words.said(contract, kind),
        **amendments.cards(contract),
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
