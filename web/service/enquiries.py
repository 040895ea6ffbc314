"""The enquiry desk: what waits for an answer, the overdue first; a new one, and the page of one."""

from typing import Any

from flask import Blueprint, g, render_template, request

from dealer import people, workflow
from dealer.engine import history
from dealer.engine.steps import Ask
from dealer.records.enquiries import Enquiry, EnquiryState
from dealer.service import enquiries
from dealer.service.enquiries import Asking
from web import due, steps
from web.asking import Answer, looking, looking_ask, me, need, write
from web.deals import timeline
from web.forms import Form, options
from web.language import clock, say, show
from web.privacy import privacy

pages = Blueprint("enquiries", __name__)
S = EnquiryState

TONES = {S.OPEN: "wait", S.ANSWERED: "info", S.CLOSED: "ok"}


def _title(enquiry: Enquiry) -> str:
    return enquiry.name or say("Enquiry {number}", number=enquiry.number)


def _known(enquiry: Enquiry, action: str) -> dict[str, Any]:
    return {"owner": enquiry.owner_id} if action == "pass_on" else {}


KIND = steps.register(
    steps.Kind(
        "enquiries", Enquiry, enquiries.ENQUIRIES, title=_title, known=_known,
        sees=lambda enquiry, who: enquiries.sees(who, enquiry),
        after=lambda enquiry, action: steps.seen_url(enquiry) or "/enquiries",
    )
)  # fmt: skip


@options("enquiry_owners")
def _owners() -> list[tuple[str, str]]:
    return [(str(each.id), each.name) for each in people.with_duty(looking(), me().store_id, "take enquiries")]


def tabs(current: str) -> list[dict[str, Any]]:
    """Enquiries, appointments, and the count of the workshop."""
    ways = [("enquiries", say("Enquiries"), "/enquiries")]
    if me().may_or_stands_in("see the workshop"):
        ways += [("appointments", say("Appointments"), "/appointments"), ("workshop", say("Workshop"), "/workshop")]
    return [{"label": label, "url": url, "current": name == current} for name, label, url in ways]


@pages.get("/enquiries")
def index() -> Answer:
    """What nobody has answered yet, by its time; then what was answered."""
    need("take enquiries")
    return render_template(
        "enquiries/list.html",
        waiting=[_row(each) for each in enquiries.waiting(looking(), me())],
        answered=[_row(each) for each in enquiries.answered(looking(), me())],
        tabs=tabs("enquiries"),
    )


def _row(enquiry: Enquiry) -> dict[str, Any]:
    late = enquiry.state is S.OPEN and enquiry.due_at < g.now
    return {
        "url": KIND.url(enquiry),
        "who": _title(enquiry),
        "question": enquiry.question,
        "answer": enquiry.answer,
        "owner": enquiry.owner.name,
        "promised": enquiry.promised,
        "due": due.left(enquiry.due_at) if enquiry.state is S.OPEN else "",
        "late": late,
        "when": clock(enquiry.begun_at),
        "state": {"label": show(enquiry.state), "tone": "bad" if late else TONES[enquiry.state]},
    }


@pages.get("/enquiries/new")
def new() -> Answer:
    """What they want to know, and until when they were promised an answer."""
    need("take enquiries")
    return _new(Form(Asking, {"phone": request.args.get("phone", "")[:20]}), None)


@pages.post("/enquiries/new")
def take() -> Answer:
    """Write it down: it stands in its owner's day from then on."""
    need("take enquiries")

    def work(ask: Ask) -> str:
        enquiry = enquiries.as_asked(ask)
        workflow.begin(enquiry, "take", ask)
        return KIND.url(enquiry)

    return write(Form.received(Asking), work, _new)


def _new(form: Form | None, trouble: Any) -> str:
    return render_template("enquiries/new.html", form=form or Form(Asking))


@pages.get("/enquiries/<int:number>")
def page(number: int) -> Answer:
    """One enquiry: what was asked, who answers by when, what was said."""
    enquiry: Enquiry = steps.find(looking(), KIND, number)
    buttons = steps.buttons(KIND, enquiry, enquiries.ENQUIRIES.choices(enquiry, looking_ask()))
    mine = enquiry.owner_id == me().id
    phone = privacy.phone_in("enquiry.phone", "enquiries", enquiry, own=mine)
    return render_template(
        "enquiries/page.html",
        enquiry=enquiry,
        row=_row(enquiry),
        phone=phone,
        ask_phone=privacy.ask_for(enquiry, "enquiries", phone != enquiry.phone),
        due_at=clock(enquiry.due_at),
        primary=next((each for each in buttons if each["forward"]), None),
        buttons=[each for each in buttons if not each["forward"]],
        became=[
            {"label": say(label), "value": say("Open it"), "url": steps.seen_url(thing)}
            for label, thing in (("Complaint", enquiry.complaint), ("Card", enquiry.prospect))
            if thing is not None and steps.seen_url(thing)
        ],
        timeline=timeline.entries(list(reversed(history.of_thing(looking(), enquiry.store_id, enquiry.id)))),
    )
