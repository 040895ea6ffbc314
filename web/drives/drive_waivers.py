"""Test drives on the page of a deal: who has driven what, and what a manager waives."""

from typing import Any

from flask import Blueprint, flash, render_template

from dealer.drives import drive_lists, testdrive
from dealer.drives.testdrive import Waiver
from dealer.engine.steps import Ask
from dealer.records.deals import Deal
from web import steps
from web.asking import Answer, looking, me, need, or_404, write
from web.deals import deals
from web.drives.drives import TONES, car_name
from web.forms import Form
from web.frame import names_of
from web.language import clock, say, show, word

pages = Blueprint("drive_waivers", __name__)

deals.FIXES["book_drive"] = ("Book a test drive", "/drives/new?deal={number}")


@deals.panel
def _panel(deal: Deal) -> dict[str, Any] | None:
    """The drives of this customer, and what was waived."""
    found = drive_lists.drives_of_customer(looking(), deal)
    waived = drive_lists.waivers_of(looking(), deal)
    names = names_of(waiver.person_id for waiver, _ in waived)
    rows = [
        {
            "url": steps.seen_url(each),
            "title": each.name,
            "note": f"{car_name(each.car)} · {clock(each.starts_at)}",
            "badge": show(each.state),
            "tone": TONES[each.state],
        }
        for each in found
    ] + [
        {
            "url": deals.KIND.url(deal),
            "title": f"{model.brand} {model.name}",
            "note": f"{names[waiver.person_id]} · {clock(waiver.at)}",
            "badge": say("Waived"),
            "tone": "neutral",
        }
        for waiver, model in waived
    ]
    buttons = []
    if me().may_or_stands_in("book drives"):
        buttons.append({"label": say("Book"), "url": f"/drives/new?deal={deal.number}"})
    if me().may_or_stands_in("waive drives"):
        buttons.append({"label": word("Action deal", "waive_drive"), "url": f"/deals/{deal.number}/waive_drive"})
    empty = say("Nobody of this customer has driven a car yet.")
    return {"title": say("Test drives"), "icon": "car-front", "rows": rows, "buttons": buttons, "empty": empty}


@pages.get("/deals/<int:number>/waive_drive")
def waive_form(number: int) -> Answer:
    """The form of a waiver."""
    need("waive drives")
    return _waiver(steps.find(looking(), deals.KIND, number), Form(Waiver))


@pages.post("/deals/<int:number>/waive_drive")
def waive(number: int) -> Answer:
    """Let the contract take effect without a drive of one model."""

    def work(ask: Ask) -> str:
        deal = steps.find(ask.db, deals.KIND, number)
        testdrive.waive(ask, deal)
        flash(say("The drive is waived."), "success")
        return deals.KIND.url(deal)

    def again(form: Form | None, trouble: Any) -> Answer:
        return _waiver(steps.find(looking(), deals.KIND, number), form, trouble)

    return write(Form.received(Waiver), work, again)


def _waiver(deal: Deal, form: Form | None, trouble: Any = None) -> str:
    return render_template("drives/waive.html", deal=deal, form=or_404(form), title=word("Action deal", "waive_drive"))
