"""The manufacturer's desk: policies, filings and rebates as lists, what runs out next first; what their pages share."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template, request

from dealer.engine.steps import Choice, Refusal
from dealer.oem import filings, oem_policies, rebates
from dealer.oem.scans import Scan
from dealer.records.oem import Filing, FilingState, OemPaperKind, OemPolicy, OemPolicyState, Rebate, RebateState
from web import steps
from web.asking import Answer, looking, looking_ask, me, need
from web.language import money, say, short_day, show, word

pages = Blueprint("oem", __name__)
F, R = FilingState, RebateState

POLICY_TONES = {
    OemPolicyState.DRAFT: "neutral", OemPolicyState.SUBMITTED: "wait", OemPolicyState.APPROVED: "ok",
    OemPolicyState.WITHDRAWN: "bad",
}  # fmt: skip
FILING_TONES = {
    F.DRAFT: "neutral", F.SUBMITTED: "wait", F.REGION_OK: "wait", F.APPROVED: "ok", F.RETURNED: "bad",
    F.REFUSED: "bad", F.LAPSED: "bad", F.WITHDRAWN: "neutral",
}  # fmt: skip
REBATE_TONES = {
    R.COLLECTING: "neutral", R.SUBMITTED: "wait", R.COMPLETE: "wait", R.APPROVED: "info", R.PAID: "ok",
    R.RETURNED: "bad", R.REFUSED: "bad", R.LAPSED: "bad",
}  # fmt: skip
TABS = (("filings", "Filings"), ("rebates", "Rebates"), ("policies", "Policies"))
OPEN_FILINGS = (F.DRAFT, F.RETURNED, F.SUBMITTED, F.REGION_OK, F.APPROVED)
OPEN_REBATES = (R.COLLECTING, R.RETURNED, R.SUBMITTED, R.COMPLETE, R.APPROVED)
SOON = 30  # days: what runs out within them is marked


# ── the lists ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/oem")
def index() -> Answer:
    """The three lists, one at a time."""
    need("see oem")
    asked = request.args.get("tab", "")
    tab = asked if asked in dict(TABS) else "filings"
    ended = request.args.get("ended") == "1"
    rows = {"filings": _filings, "rebates": _rebates, "policies": _policies}[tab](ended)
    tabs = [{"label": say(label), "url": f"/oem?tab={name}", "current": name == tab} for name, label in TABS]
    writes = tab == "policies" and me().may_or_stands_in("write oem policies")
    return render_template("oem/list.html", tab=tab, tabs=tabs, rows=rows, ended=ended, writes=writes)


def _filings(ended: bool) -> list[dict[str, Any]]:
    states = [state for state in F if (state not in OPEN_FILINGS) == ended]
    return [_filing(each) for each in filings.seen_by(looking(), me(), states)]


def _filing(filing: Filing) -> dict[str, Any]:
    until, tone = runs_out(filing)
    return {
        "url": f"/filings/{filing.number}",
        "cells": [
            {"text": filing.deal.customer.name, "note": title_of_filing(filing)},
            oem_policies.name_of(filing.policy) if filing.policy else "—",
            filings.filed(filing),
            show(filing.state),
            {"text": until or "—", "tone": tone},
            filing.deal.owner.name,
        ],
    }


def _rebates(ended: bool) -> list[dict[str, Any]]:
    states = [state for state in R if (state not in OPEN_REBATES) == ended]
    return [_rebate(each) for each in rebates.seen_by(looking(), me(), states)]


def _rebate(rebate: Rebate) -> dict[str, Any]:
    ours = rebate.state in rebates.UNDER_OUR_HANDS
    late = (rebate.answer_by - looking_ask().today).days <= SOON // 2
    return {
        "url": f"/rebates/{rebate.number}",
        "cells": [
            {"text": rebate.filing.deal.customer.name, "note": title_of_rebate(rebate)},
            len(rebate.cars),
            money(rebates.claimed(rebate)),
            money(rebate.paid_amount) if rebate.paid_amount else "—",
            show(rebate.state),
            {"text": short_day(rebate.answer_by) if ours else "—", "tone": "bad" if ours and late else ""},
        ],
    }


def _policies(ended: bool) -> list[dict[str, Any]]:
    today = looking_ask().today
    found = (each for each in oem_policies.newest(looking(), me()) if (each.until_day < today) == ended)
    return [policy_row(each) for each in found]


def policy_row(policy: OemPolicy) -> dict[str, Any]:
    """A version of a policy as lists show it."""
    return {
        "url": f"/oem-policies/{policy.number}",
        "cells": [
            {"text": oem_policies.name_of(policy), "note": policy.brand},
            f"{short_day(policy.from_day)} – {short_day(policy.until_day)}",
            len(policy.classes),
            len(policy.models),
            show(policy.state),
        ],
    }


# ── what the pages share ──────────────────────────────────────────────────────────────────────────────────────────


def title_of_filing(filing: Filing) -> str:
    """报备 3, with the manufacturer's number once there is one."""
    ours = say("Filing {number}", number=filing.number)
    return f"{ours} · {filing.filing_no}" if filing.filing_no else ours


def title_of_rebate(rebate: Rebate) -> str:
    """返利 3, with the manufacturer's number once there is one."""
    ours = say("Rebate {number}", number=rebate.number)
    return f"{ours} · {rebate.claim_no}" if rebate.claim_no else ours


def runs_out(filing: Filing) -> tuple[str, str]:
    """Until when a rebate has to be applied for, while the days run; marked when they are few."""
    if filing.state is not F.APPROVED or filing.claim_until is None or filing.claimed_on is not None:
        return "", ""
    left = (filing.claim_until - looking_ask().today).days
    return short_day(filing.claim_until), "bad" if left <= SOON else ""


def next_step(kind: steps.Kind, thing: Any) -> str:
    """What comes next, in words: the step forward, or the one that answers a return."""
    forward = kind.life.forward(thing.state)
    again = any(step.action == "submit" for step in kind.life.steps_from(thing.state))
    action = forward.action if forward else "submit" if again else ""
    return word(f"Action {kind.life.kind}", action) if action else ""


def ways(kind: steps.Kind, thing: Any) -> dict[str, Any]:
    """The buttons of a page: the one that leads on, what stands in its way, and the others."""
    choices = kind.life.choices(thing, looking_ask())
    buttons = steps.buttons(kind, thing, choices)
    onward = next_step(kind, thing)
    primary = next((each for each in buttons if each["label"] == onward), None)
    choice = _choice_of(choices, primary)
    return {
        "primary": primary,
        "to": show(choice.step.target) if choice else "",
        "items": steps.checklist(choice, lambda refusal: fix_of(kind, thing, refusal)) if choice else [],
        "buttons": [each for each in buttons if each is not primary],
    }


def _choice_of(choices: list[Choice], button: dict[str, Any] | None) -> Choice | None:
    found = (each for each in choices if button and each.step.action == button["action"])
    return next((each for each in found if len(each.checks) > 1), None)


def fix_of(kind: steps.Kind, thing: Any, refusal: Refusal) -> dict[str, Any]:
    """The button that removes an obstacle: a step of the thing itself, or the place where it stands."""
    deal = thing.deal if isinstance(thing, Filing) else thing.filing.deal
    places = {"need_sheet": (say("Fill in"), f"/deals/{deal.number}/fill_need")}
    if refusal.fix in kind.life.actions():
        return {
            "fix_label": word(f"Action {kind.life.kind}", refusal.fix),
            "fix_url": kind.step_url(thing, refusal.fix),
        }
    if refusal.fix not in places:
        return {}
    label, address = places[refusal.fix]
    return {"fix_label": label, "fix_url": address}


def paper_row(filing: Filing, kind: OemPaperKind, scan: Scan) -> dict[str, Any]:
    """A paper that is there."""
    car = f" · {scan.paper.unit.vin}" if scan.paper and scan.paper.unit else ""
    return {
        "title": f"{show(kind)}{car}",
        "url": f"/filings/{filing.number}/papers/{scan.sha256}",
        "note": scan.name if scan.paper else say("filed with the deal"),
        "badge": say("There"),
        "tone": "ok",
    }


def facts(rows: Sequence[tuple[str, Any]]) -> list[dict[str, Any]]:
    """What is known, without what is not."""
    return [{"label": label, "value": value} for label, value in rows if value not in ("", None)]
