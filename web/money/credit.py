"""Credit of a customer: the card on the customer's page, the analysis, the page of one profile."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template

from dealer import people, workflow
from dealer.engine import history
from dealer.engine.calendar import add_months
from dealer.engine.steps import Ask
from dealer.house.policies import policy
from dealer.money import credit
from dealer.money.credit import Analysis
from dealer.people import Actor
from dealer.records.credit import CreditProfile, CreditState
from dealer.records.customers import Customer
from web import steps
from web.asking import Answer, looking, looking_ask, me, need, or_404, write
from web.deals import timeline
from web.forms import Form
from web.frame import names_of
from web.language import money, say, short_day, show
from web.papers.papers import show_file

pages = Blueprint("credit", __name__)
S = CreditState
SEES = "see credit"
TONES = {S.PROPOSED: "wait", S.APPROVED: "ok", S.REFUSED: "bad", S.REVOKED: "bad"}
SOON = timedelta(days=30)


def _title(profile: CreditProfile) -> str:
    return say("Credit of {customer}", customer=profile.customer.name)


def _sees(profile: CreditProfile, who: Actor) -> bool:
    return who.may_or_stands_in(SEES)


KIND = steps.register(steps.Kind("credits", CreditProfile, credit.CREDIT, title=_title, sees=_sees))


# ── on the page of a customer ─────────────────────────────────────────────────────────────────────────────────────


def of_customer(customer: Customer) -> dict[str, Any] | None:
    """The card of a customer's page, for those who may see it: what they may owe, what they owe, every analysis."""
    if not me().may_or_stands_in(SEES):
        return None
    db, today = looking(), looking_ask().today
    found, valid = credit.of_customer(db, customer.id), credit.current(db, customer.id, today)
    owed = credit.exposure(db, customer.id)
    over = valid is not None and owed > valid.limit
    return {
        "figures": [
            {"label": say("Credit limit"), "value": money(valid.limit) if valid else "—"},
            {"label": say("Owed on credit"), "value": money(owed), "tone": "bad" if over else ""},
            {"label": say("Valid until"), "value": short_day(valid.valid_until) if valid else "—",
             "tone": "wait" if valid and valid.valid_until - today <= SOON else ""},
        ],
        "rows": [line(each) for each in found],
        "new": f"/customers/{customer.number}/credit/new" if me().may_or_stands_in("analyse credit") else "",
    }  # fmt: skip


def line(profile: CreditProfile) -> dict[str, Any]:
    """One analysis in a list: what it allows, until when, how it stands."""
    expired = profile.state is S.APPROVED and profile.valid_until < looking_ask().today
    return {
        "url": KIND.url(profile),
        "title": f"{show(profile.grade)} · {money(profile.limit)}",
        "customer": profile.customer.name,
        "note": say("until {day}", day=short_day(profile.valid_until)),
        "badge": say("Expired") if expired else show(profile.state),
        "tone": "neutral" if expired else TONES[profile.state],
    }


# ── a new one ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/customers/<int:number>/credit/new")
def new(number: int) -> Answer:
    """What was looked at, and what it comes to; as long as it may count at most."""
    need("analyse credit")
    today = looking_ask().today
    until = add_months(today, policy(looking(), me().store_id, "credit_months", today))
    return _new(_customer(number), Form(Analysis, {"valid_until": until}))


@pages.post("/customers/<int:number>/credit/new")
def analyse(number: int) -> Answer:
    """Hand the analysis to somebody who approves it."""
    need("analyse credit")

    def work(ask: Ask) -> str:
        customer = or_404(people.by_number(ask.db, Customer, me(), number))
        profile = credit.new_profile(customer, ask.facts)
        workflow.begin(profile, "analyse", ask)
        return KIND.url(profile)

    return write(Form.received(Analysis), work, lambda form, trouble: _new(_customer(number), form))


def _customer(number: int) -> Customer:
    customer: Customer = or_404(people.by_number(looking(), Customer, me(), number))
    return customer


def _new(customer: Customer, form: Form | None) -> str:
    return render_template("money/credit_new.html", customer=customer, form=form)


# ── one of them ───────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/credits/<int:number>")
def page(number: int) -> Answer:
    """One analysis with its documents, and what may be done with it."""
    profile = steps.find(looking(), KIND, number)
    choices = credit.CREDIT.choices(profile, looking_ask())
    told = history.of_thing(looking(), profile.store_id, profile.id)
    names = names_of((profile.made_by_id, profile.approved_by_id))
    facts = [
        (say("Analysed by"), names.get(profile.made_by_id, "—"), ""),
        (say("Approved by"), names.get(profile.approved_by_id, "—"), ""),
        (say("Reason"), profile.reason, ""),
        *((each["name"], say("View"), f"{KIND.url(profile)}/documents/{at}")
          for at, each in enumerate(profile.documents)),
    ]  # fmt: skip
    return render_template(
        "money/credit.html",
        profile=profile,
        title=_title(profile),
        state={"label": show(profile.state), "tone": TONES[profile.state]},
        figures=[
            {"label": say("Grade"), "value": show(profile.grade)},
            {"label": say("Credit limit"), "value": money(profile.limit), "unit": say("yuan")},
            {"label": say("Valid until"), "value": short_day(profile.valid_until)},
        ],
        facts=[{"label": label, "value": value, "url": url} for label, value, url in facts if value],
        buttons=steps.buttons(KIND, profile, choices),
        timeline=timeline.entries(list(reversed(told))),
    )


@pages.get("/credits/<int:number>/documents/<int:at>")
def document(number: int, at: int) -> Answer:
    """One of the documents it rests on."""
    documents = steps.find(looking(), KIND, number).documents
    return show_file(documents[at]["sha256"] if at < len(documents) else None)
