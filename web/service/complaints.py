"""Complaints: what runs out next, a new one from a customer, a deal, a car or a call. See complaint_page.py, too."""

from typing import Any

from flask import Blueprint, g, render_template, request

from dealer import people, workflow
from dealer.customers import customers
from dealer.deals import deal_lists
from dealer.engine.steps import Ask
from dealer.records.complaints import Complaint, ComplaintChannel, ComplaintState, Severity
from dealer.records.customers import Customer
from dealer.records.deadlines import Deadline
from dealer.records.deals import Deal, DealState
from dealer.records.deliveries import Batch
from dealer.records.prospects import Visit, VisitKind
from dealer.records.vehicles import Unit
from dealer.service import complaint_rules, complaints
from dealer.service.complaint_forms import Complaining
from dealer.service.complaints import COMPLAINTS, Urgent
from web import due, steps
from web.asking import Answer, looking, me, need, write
from web.deals import deals
from web.forms import Form, options
from web.language import say, short_day, show, word
from web.privacy import privacy
from web.prospects import outings

pages = Blueprint("complaints", __name__)
S = ComplaintState

TONES = {S.RECEIVED: "bad", S.REOPENED: "bad", S.CALLBACK: "wait", S.REJECTED: "wait", S.CLOSED: "ok"}


def who(complaint: Complaint) -> str:
    """Who complains, as a list names them."""
    return " · ".join(filter(None, (complaint.customer.name if complaint.customer else "", complaint.name)))


def _sees(complaint: Complaint, actor: people.Actor) -> bool:
    return complaints.sees(looking(), actor, complaint)


def _known(complaint: Complaint, action: str) -> dict[str, Any]:
    """What a step's form starts from: what stands already, and whose customer it is."""
    match action:
        case "accept":
            owner = complaint.deal.owner_id if complaint.deal else None
            return {"handler": owner} if owner and str(owner) in dict(_handlers()) else {}
        case "reassign" | "direct":
            return {"handler": complaint.owner_id}
        case "reassess" | "propose" | "file_cause":
            form = next(step.asks_for for step in COMPLAINTS.steps if step.action == action)
            kept = {name: getattr(complaint, name, None) for name in (form.model_fields if form else ())}
            return {name: value for name, value in kept.items() if value is not None}
        case _:
            return {}


KIND = steps.register(steps.Kind("complaints", Complaint, COMPLAINTS, title=who, sees=_sees, known=_known))

# ── choices ───────────────────────────────────────────────────────────────────────────────────────────────────────


@options("complaint_handlers")
def _handlers() -> list[tuple[str, str]]:
    return [(str(each.id), each.name) for each in people.with_duty(looking(), me().store_id, "handle complaints")]


@options("customers_complaining")
def _customers() -> list[tuple[str, str]]:
    named = outings.named_in_the_address("customer", Customer)
    known = customers.newest(looking(), me()) if me().may_or_stands_in("see customers") else []
    return outings.once([*named, *known])


@options("deals_complained_of")
def _deals() -> list[tuple[str, str]]:
    named = [each for each in outings.named_in_the_address("deal", Deal) if deals.KIND.sees(each, me())]
    named += [each.deal for each in _batches_named()]
    sold = deal_lists.deals(looking(), me(), states=(DealState.DELIVERY, DealState.CLOSED))
    return outings.once([*named, *sold], lambda deal: f"{deal.customer.name} · {deal.title or deals.code_of(deal)}")


@options("batches_complained_of")
def _batches() -> list[tuple[str, str]]:
    """Only the batch whose page one comes from."""
    return outings.once(_batches_named(), lambda batch: say("Batch {number}", number=batch.position))


def _batches_named() -> list[Batch]:
    found: list[Batch] = outings.named_in_the_address("batch", Batch)
    return [each for each in found if deals.KIND.sees(each.deal, me())]


# ── the list ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/complaints")
def index() -> Answer:
    """What waits for oneself, then what others have in hand, by what runs out next; or everything there was."""
    need("see complaints")
    deal = next(iter(outings.named_in_the_address("deal", Deal)), None)
    every = request.args.get("show") == "all" or deal is not None
    rows = [] if every else complaints.urgent(looking(), me())
    return render_template(
        "complaints/list.html",
        mine=[_urgent(each) for each in rows if each.mine],
        others=[_urgent(each) for each in rows if not each.mine],
        all=[in_list(each) for each in complaints.listed(looking(), me(), deal=deal)] if every else [],
        every=every,
        of=deal.customer.name if deal is not None else "",
        tabs=tabs("all" if every else "open"),
        registers=me().may_or_stands_in("register complaints"),
    )


def tabs(current: str) -> list[dict[str, Any]]:
    """The ways through the complaints."""
    ways = [("open", say("Not closed"), "/complaints"), ("all", say("All"), "/complaints?show=all")]
    if me().may_or_stands_in("see all complaints"):
        ways.append(("report", say("Figures of complaints"), "/complaints/report"))
    return [{"label": label, "url": url, "current": name == current} for name, label, url in ways]


def _urgent(row: Urgent) -> dict[str, Any]:
    clock_row = row.clock
    runs = {"what": "", "left": "", "tone": "neutral"} if clock_row is None else running(clock_row)
    return in_list(row.complaint) | {"clock": runs, "tone": "bad" if runs["tone"] == "bad" else ""}


def running(row: Deadline) -> dict[str, str]:
    """A clock as it runs: what for, and how much is left."""
    late = row.due_at < g.now
    return {"what": word("Deadline", row.kind), "left": due.left(row.due_at), "tone": "bad" if late else "wait"}


def in_list(complaint: Complaint) -> dict[str, Any]:
    """One complaint as lists and panels show it."""
    return {
        "url": steps.seen_url(complaint),
        "number": complaint.number,
        "who": who(complaint) or "—",
        "about": about(complaint),
        "words": complaint.words,
        "when": short_day(complaint.begun_at),
        "handler": complaint.handler.name if complaint.handler else "",
        "grave": complaint.severity is Severity.GRAVE,
        "state": show(complaint.state),
        "state_tone": TONES.get(complaint.state, "info"),
        "reopened": complaint.reopened,
    }


def about(complaint: Complaint) -> str:
    """The model and the end of the VIN, as far as they are known."""
    model = complaint.model.name if complaint.model else ""
    return " ".join(filter(None, (model, complaint.unit.vin[-6:] if complaint.unit else "")))


def panel_rows(found: list[Complaint]) -> list[dict[str, Any]]:
    """Complaints as the page of a deal or a customer lists them."""
    return [
        {
            "url": row["url"],
            "title": f"{row['when']} {row['about']}".strip(),
            "note": row["words"],
            "badge": row["state"],
            "tone": row["state_tone"],
        }
        for row in map(in_list, found)
    ]


@deals.panel
def of_deal(deal: Deal) -> dict[str, Any] | None:
    """What the customer is not content with, once there is something, or once there is a car to complain of."""
    found = complaints.listed(looking(), me(), deal=deal, most=20)
    if not found and deal.state not in (DealState.DELIVERY, DealState.CLOSED):
        return None
    url = f"/complaints/new?deal={deal.number}"
    registers = me().may_or_stands_in("register complaints")
    return {
        "title": say("Complaints"),
        "icon": "megaphone",
        "rows": panel_rows(found),
        "buttons": [{"label": say("Register a complaint"), "url": url}] if registers else [],
        "empty": say("Nobody has complained."),
    }


def of_customer(customer: Customer) -> dict[str, Any] | None:
    """The complaints of a customer and the way to another one, for those who see complaints."""
    if not me().may_or_stands_in("see complaints"):
        return None
    registers = me().may_or_stands_in("register complaints")
    return {
        "rows": panel_rows([each for each in complaints.of_customer(looking(), customer) if _sees(each, me())]),
        "new": f"/complaints/new?customer={customer.number}" if registers else "",
    }


def about_car(unit: Unit) -> str:
    """Where to register a complaint about a car that a customer has."""
    sold = unit.state in complaint_rules.SOLD and me().may_or_stands_in("register complaints")
    return f"/complaints/new?unit={unit.number}" if sold else ""


# ── a new one ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/complaints/new")
def new() -> Answer:
    """The words of whoever complains; the page one comes from names customer, deal, batch, car or call."""
    need("register complaints")
    return _new(Form(Complaining, _named()), None)


def _named() -> dict[str, Any]:
    """What the page that one comes from tells already."""
    told: dict[str, Any] = {}
    for name, record in (("customer", Customer), ("deal", Deal), ("batch", Batch)):
        for thing in outings.named_in_the_address(name, record):
            told[name] = thing.id
    for batch in _batches_named():
        told["deal"] = batch.deal_id
    for unit in outings.named_in_the_address("unit", Unit):
        told["vin"] = unit.vin
    for visit in outings.named_in_the_address("visit", Visit):
        told |= _told_by(visit) if steps.seen_url(visit) else {}
    return told


def _told_by(visit: Visit) -> dict[str, Any]:
    channel = ComplaintChannel.PHONE if visit.kind is VisitKind.CALL else ComplaintChannel.VISIT
    whole = privacy.phone_of_visit(visit) == visit.phone
    return {"name": visit.name, "phone": visit.phone if whole else None, "channel": channel}


@pages.post("/complaints/new")
def register() -> Answer:
    """Write it down: from here on its clocks run."""
    need("register complaints")

    def work(ask: Ask) -> str:
        complaint = complaints.as_told(ask)
        workflow.begin(complaint, "register", ask)
        return KIND.url(complaint)

    return write(Form.received(Complaining), work, _new)


def _new(form: Form | None, trouble: Any) -> str:
    form = form or Form(Complaining)
    query = request.query_string.decode()
    return render_template(
        "complaints/new.html",
        form=form,
        fields=[each for each in form.fields if each.name != "batch" or len(each.choices) > 1],
        action=f"/complaints/new?{query}" if query else "/complaints/new",
    )
