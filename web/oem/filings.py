"""Filings: the page of one, how a deal begins one, and the manufacturer's card on the page of its deal."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request

from dealer import people, workflow
from dealer.engine.history import of_thing
from dealer.engine.steps import Ask
from dealer.oem import earnings, filing_gates, filing_rules, filings, oem_papers, oem_policies, rebates, scans
from dealer.oem.filings import FILINGS
from dealer.oem.rebates import REBATES
from dealer.records.deals import Deal
from dealer.records.oem import Filing, FilingState, OemPolicy, PaperUse, Rebate
from dealer.stock import catalogue
from web import steps
from web.asking import Answer, a_number, looking, looking_ask, me, need, or_404, write
from web.deals import deals, timeline
from web.forms import options
from web.language import money, say, short_day, show, told
from web.oem import oem
from web.papers.papers import show_file
from web.privacy import privacy

pages = Blueprint("filings", __name__)
S = FilingState


def _sees(filing: Filing, who: people.Actor) -> bool:
    return filings.sees(filing, who, looking())


def paper_asked() -> dict[str, Any]:
    """The paper that a link on a page proposes to attach."""
    return {name: request.args[name] for name in ("kind", "car") if name in request.args}


def _known(filing: Filing, action: str) -> dict[str, Any]:
    if action == "edit":
        return filings.known_facts(looking(), filing)
    if action == "submit":
        return {"filing_no": filing.filing_no or ""}
    return paper_asked() if action == "attach" else {"audited_on": looking_ask().today}


KIND = steps.register(
    steps.Kind("filings", Filing, FILINGS, title=oem.title_of_filing, sees=_sees, known=_known),
)


# ── choices of its forms ──────────────────────────────────────────────────────────────────────────────────────────


def _asked() -> Filing:
    """The filing whose form this is, or under which a rebate is claimed."""
    asked: dict[str, Any] = request.view_args or {}
    if asked.get("kind") == "rebates":
        rebate: Rebate = or_404(people.by_number(looking(), Rebate, me(), asked["number"]))
        return rebate.filing
    filing: Filing = steps.find(looking(), KIND, asked["number"])
    return filing


@options("policies_to_file")
def _policies() -> list[tuple[str, str]]:
    today = looking_ask().today
    return [
        (str(each.number), f"{oem_policies.name_of(each)} · {each.brand}")
        for each in oem_policies.in_force(looking(), me().store_id, today)
    ]


@options("contacts_of_filing")
def _contacts() -> list[tuple[str, str]]:
    contacts = _asked().deal.customer.contacts
    return [(str(each.id), f"{each.name} {each.post} {privacy.phone_of_contact(each)}".strip()) for each in contacts]


@options("cars_of_filing")
def _cars() -> list[tuple[str, str]]:
    return [(str(car.id), car.vin) for car in scans.cars_of(looking(), _asked().deal)]


# ── one filing ────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/filings/<int:number>")
def page(number: int) -> Answer:
    """What is filed, what is missing, what the manufacturer said, which rebates were claimed under it."""
    filing = steps.find(looking(), KIND, number)
    return render_template(
        "oem/filing.html",
        filing=filing,
        deal=filing.deal,
        title=oem.title_of_filing(filing),
        badges=[{"label": show(filing.state), "tone": oem.FILING_TONES[filing.state]}],
        figures=_figures(filing),
        lines=[_line(filing, line) for line in filing.lines],
        facts=_facts(filing),
        answer=_answer(filing),
        papers=papers(filing, PaperUse.FILING),
        rebates=[rebate_row(each) for each in rebates.of_filing(looking(), filing)],
        collects=_collects(filing),
        timeline=timeline.entries(of_thing(looking(), filing.store_id, filing.id)[::-1]),
        **oem.ways(KIND, filing),
    )


def _collects(filing: Filing) -> int:
    """For how many cars this person may begin a rebate."""
    rebate, ask = rebates.blank(looking_ask(), filing), looking_ask()
    step = REBATES.find(rebate, "collect", ask, born=True)
    return len(rebates.claimable_under(ask, filing)) if REBATES.look(rebate, step, ask).is_open else 0


def _figures(filing: Filing) -> list[dict[str, Any]]:
    paid = {row.model_id: row.amount for row in filing.policy.models} if filing.policy else {}
    worth = sum(paid.get(line.model_id, 0) * line.quantity for line in filing.lines)
    return [
        {"label": say("Policy of the manufacturer"), "value": policy_name(filing)},
        {"label": say("Cars filed"), "value": filings.filed(filing)},
        {"label": say("Rebate to expect"), "value": f"¥{money(worth)}" if worth else "—"},
        {"label": say("Claim the rebate by"), **_until(filing)},
        {"label": say("Owner"), "person": filing.deal.owner.name},
    ]


def _until(filing: Filing) -> dict[str, Any]:
    """The last day, or that nobody knows it yet: then it does not lapse by itself."""
    if filing_rules.last_day_is_unknown(filing):
        return {"value": say("unknown"), "tone": "bad", "note": say("It does not lapse until the day is entered.")}
    return {"value": oem.runs_out(filing)[0] or "—"}


def policy_name(filing: Filing) -> str:
    """The version that applies."""
    return oem_policies.name_of(filing.policy) if filing.policy else "—"


def _line(filing: Filing, line: Any) -> dict[str, Any]:
    paid = (
        next((row.amount for row in filing.policy.models if row.model_id == line.model_id), None)
        if filing.policy
        else None
    )
    return {"cells": [catalogue.full_name(line.model), line.colour, line.quantity, money(paid) if paid else "—"]}


def _facts(filing: Filing) -> list[dict[str, Any]]:
    customer, contact = filing.deal.customer, filing.contact
    whom = f"{contact.name} {contact.post} {privacy.phone_of_contact(contact)}" if contact else ""
    return oem.facts(
        [
            (say("Filing no., 12 characters"), filing.filing_no),
            (say("Customer"), customer.name),
            (say("Unified social credit code"), customer.uscc),
            (say("Customer class"), show(filing.customer_class)),
            (say("Nature of the customer"), show(filing.nature)),
            (say("Contact"), whom),
            (say("Landline"), filing.landline),
            (say("Fax"), filing.fax),
            (say("E-mail"), filing.email),
            (say("Type of sale"), show(filing.sale_type)),
            (say("Dealer code"), filing.dealer_code),
            (say("Principal of the dealer"), f"{filing.principal} {filing.principal_phone}".strip()),
            (say("Claim expected on"), short_day(filing.claim_expected_on) if filing.claim_expected_on else ""),
            (say("Cars are asked for with it"), say("yes") if filing.resources_wanted else ""),
            (say("Remark on the project"), filing.remark),
        ]
    )


def _answer(filing: Filing) -> list[dict[str, Any]]:
    return answer_facts(filing) + oem.facts(
        [(say("Approved on"), short_day(filing.approved_on) if filing.approved_on else "")]
    )


def answer_facts(thing: Filing | Rebate) -> list[dict[str, Any]]:
    """What the manufacturer last said."""
    return oem.facts(
        [
            (say("Submitted on"), short_day(thing.submitted_on) if thing.submitted_on else ""),
            (say("Auditor at the manufacturer's"), thing.auditor),
            (say("Day of the answer"), short_day(thing.audited_on) if thing.audited_on else ""),
            (say("Remark of the manufacturer"), thing.audit_remark),
            (say("Returned"), say("{count} times", count=thing.returns) if thing.returns else ""),
        ]
    )


def papers(filing: Filing, purpose: PaperUse, rebate: Rebate | None = None) -> list[dict[str, Any]]:
    """What is missing first, each with its way to attach it; then what is there."""
    cars = [car.unit for car in rebate.cars] if rebate else []
    at = f"/rebates/{rebate.number}" if rebate else f"/filings/{filing.number}"
    gaps = [_gap(each, at) for each in oem_papers.missing(looking(), filing, purpose, cars)]
    there, own = scans.of_deal(looking(), filing.deal), {None, *(car.id for car in cars)}
    shown = [(kind, found) for (kind, car), found in there.items() if car in own or rebate is None]
    return gaps + [oem.paper_row(filing, kind, each) for kind, found in shown for each in found]


def _gap(gap: oem_papers.Missing, at: str) -> dict[str, Any]:
    car = f" · {gap.unit.vin}" if gap.unit else ""
    address = f"{at}/attach?kind={gap.kind.value}" + (f"&car={gap.unit.id}" if gap.unit else "")
    return {"title": f"{show(gap.kind)}{car}", "url": address, "note": "", "badge": say("Not there"), "tone": "wait"}


def rebate_row(rebate: Rebate) -> dict[str, Any]:
    """A rebate as the pages of its filing and its deal show it."""
    ours = rebate.state in rebates.UNDER_OUR_HANDS
    due = say("by {day}", day=short_day(rebate.answer_by)) if ours else ""
    amount = rebate.paid_amount or rebate.approved_amount or rebates.claimed(rebate)
    return {
        "title": oem.title_of_rebate(rebate),
        "url": f"/rebates/{rebate.number}",
        "note": f"{say('{count} cars', count=len(rebate.cars))} · ¥{money(amount)} {due}".strip(),
        "badge": show(rebate.state),
        "tone": oem.REBATE_TONES[rebate.state],
    }


@pages.get("/filings/<int:number>/papers/<sha256>")
def paper(number: int, sha256: str) -> Answer:
    """A paper that is there, wherever it was filed."""
    there = scans.of_deal(looking(), steps.find(looking(), KIND, number).deal)
    scan = next((each for found in there.values() for each in found if each.sha256 == sha256), None)
    return show_file(scan.sha256, scan.name) if scan else abort(404)


# ── beside a deal ─────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/deals/<int:number>/filing")
def beside(number: int) -> Answer:
    """The filing of a deal; without one, what the deal would earn under each policy, and the way to begin."""
    need("see oem")
    deal = steps.find(looking(), deals.KIND, number)
    known = filing_gates.current(looking(), deal)
    if known is not None and "policies" not in request.args:
        return redirect(KIND.url(known), 303)
    return _compare(deal)


def _compare(deal: Deal, standing: tuple[Any, ...] = ()) -> str:
    return render_template(
        "oem/compare.html",
        deal=deal,
        code=deals.code_of(deal),
        earnings=[_earning(deal, each) for each in earnings.under_each(looking(), deal, looking_ask().today)],
        standing=[told(each) for each in standing],
        begins=_begins(deal),
    )


def _begins(deal: Deal) -> bool:
    """Whether this person may begin a filing of the deal now."""
    filing = filings.blank(looking_ask(), deal)
    step = FILINGS.find(filing, "open", looking_ask(), born=True)
    return FILINGS.look(filing, step, looking_ask()).is_open


def _earning(deal: Deal, each: earnings.Earning) -> dict[str, Any]:
    return {
        "number": each.policy.number,
        "title": oem_policies.name_of(each.policy),
        "url": f"/oem-policies/{each.policy.number}",
        "until": short_day(each.policy.until_day),
        "cars": each.cars,
        "amount": money(each.amount),
        "why_not": [told(reason) for reason in each.why_not],
    }


@pages.post("/deals/<int:number>/filing")
def begin(number: int) -> Answer:
    """Begin it under a policy."""

    def work(ask: Ask) -> str:
        deal = steps.find(ask.db, deals.KIND, number)
        asked = request.form.get("policy", type=a_number)
        chosen = people.by_number(ask.db, OemPolicy, ask.actor, asked) if asked is not None else None
        in_force = oem_policies.in_force(ask.db, deal.store_id, ask.today)
        filing = filings.blank(ask, deal, chosen if chosen in in_force else None)
        workflow.begin(filing, "open", ask)
        return KIND.url(filing)

    def again(_: Any, trouble: Any) -> Answer:
        deal = steps.find(looking(), deals.KIND, number)
        return _compare(deal, trouble if isinstance(trouble, tuple) else ())

    return write(None, work, again)


@deals.panel
def _panel(deal: Deal) -> dict[str, Any] | None:
    """The manufacturer's card: filing with its policy, rebates, and what comes next."""
    if not me().may_or_stands_in("see oem"):
        return None
    known = filing_gates.current(looking(), deal)
    if known is None and not oem_policies.in_force(looking(), deal.store_id, looking_ask().today):
        return None
    compare = {"label": say("Compare policies"), "url": f"/deals/{deal.number}/filing?policies=1"}
    return {
        "title": say("The manufacturer"),
        "icon": "award",
        "rows": [_filing_row(known), *map(rebate_row, rebates.of_filing(looking(), known))] if known else [],
        "buttons": [compare],
        "empty": say("The deal is not filed with the manufacturer."),
    }


def _filing_row(filing: Filing) -> dict[str, Any]:
    until, tone = oem.runs_out(filing)
    following = oem.next_step(KIND, filing)
    note = (
        say("claim the rebate by {day}", day=until)
        if until
        else say("next: {step}", step=following)
        if following
        else ""
    )
    return {
        "title": oem.title_of_filing(filing),
        "url": KIND.url(filing),
        "note": " · ".join(each for each in (policy_name(filing) if filing.policy else "", note) if each),
        "badge": show(filing.state),
        "tone": tone or oem.FILING_TONES[filing.state],
    }
