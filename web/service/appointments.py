"""Service appointments by day, and how many cars the workshop took in."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, g, render_template

from dealer import workflow
from dealer.engine import charts, history
from dealer.engine.charts import Series
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask
from dealer.engine.words import SHOP_ZONE
from dealer.house.policies import policy
from dealer.records.enquiries import Appointment, AppointmentState
from dealer.service import appointments
from dealer.service import workshop as bay
from dealer.service.appointments import Booking
from dealer.service.workshop import Counting
from web import steps
from web.asking import Answer, day_asked, looking, looking_ask, me, need, write
from web.deals import timeline
from web.forms import Form
from web.language import clock, say, short_day, show
from web.privacy import privacy
from web.service.enquiries import tabs

pages = Blueprint("appointments", __name__)
S = AppointmentState

TONES = {S.BOOKED: "info", S.KEPT: "ok", S.MISSED: "bad", S.CANCELLED: "neutral"}
DAYS = 7


def _title(appointment: Appointment) -> str:
    return appointment.name or say("Appointment {number}", number=appointment.number)


KIND = steps.register(
    steps.Kind(
        "appointments", Appointment, appointments.APPOINTMENTS, title=_title,
        sees=lambda each, who: each.store_id == who.store_id and who.may_or_stands_in("see the workshop"),
        known=lambda each, action: {"at": each.at} if action == "move" else {},
    )
)  # fmt: skip


@pages.get("/appointments")
def index() -> Answer:
    """A week of appointments, day by day, each with the room that is left."""
    need("see the workshop")
    first = day_asked() or looking_ask().today
    days = [first + timedelta(days=ahead) for ahead in range(DAYS)]
    found = appointments.between(looking(), me(), days[0], days[-1])
    most: int = policy(looking(), me().store_id, "workshop_appointments", looking_ask().today)
    return render_template(
        "enquiries/appointments.html",
        days=[
            {"label": show(day), "rows": rows, "room": max(0, most - sum(row["counts"] for row in rows))}
            for day in days
            for rows in [[_row(each) for each in found if each.day == day]]
        ],
        before=f"/appointments?day={first - timedelta(days=DAYS)}",
        after=f"/appointments?day={first + timedelta(days=DAYS)}",
        books=me().may_or_stands_in("book service"),
        tabs=tabs("appointments"),
    )


def _row(each: Appointment) -> dict[str, Any]:
    late = each.state is S.BOOKED and each.at < g.now
    return {
        "url": KIND.url(each),
        "time": f"{each.at.astimezone(SHOP_ZONE):%H:%M}",
        "who": _title(each),
        "car": " ".join(filter(None, (each.plate, each.unit.vin[-6:] if each.unit else ""))),
        "job": show(each.job),
        "state": {"label": show(each.state), "tone": "wait" if late else TONES[each.state]},
        "counts": each.state in (S.BOOKED, S.KEPT),
    }


@pages.get("/appointments/new")
def new() -> Answer:
    """Whose car, when, and what for."""
    need("book service")
    return _new(Form(Booking), None)


@pages.post("/appointments/new")
def book() -> Answer:
    """Book it, if the workshop has room that day."""
    need("book service")

    def work(ask: Ask) -> str:
        appointment = appointments.as_booked(ask)
        workflow.begin(appointment, "book", ask)
        return KIND.url(appointment)

    return write(Form.received(Booking), work, _new)


def _new(form: Form | None, trouble: Any) -> str:
    return render_template("enquiries/book.html", form=form or Form(Booking))


@pages.get("/appointments/<int:number>")
def page(number: int) -> Answer:
    """One appointment, and whether the car has come."""
    appointment: Appointment = steps.find(looking(), KIND, number)
    told = history.of_thing(looking(), appointment.store_id, appointment.id)
    phone = privacy.phone_in("appointment.phone", "appointments", appointment)
    return render_template(
        "enquiries/appointment.html",
        appointment=appointment,
        row=_row(appointment),
        when=clock(appointment.at),
        phone=phone,
        ask_phone=privacy.ask_for(appointment, "appointments", phone != appointment.phone),
        car_url=steps.seen_url(appointment.unit) if appointment.unit else "",
        buttons=steps.buttons(KIND, appointment, appointments.APPOINTMENTS.choices(appointment, looking_ask())),
        timeline=timeline.entries(list(reversed(told))),
    )


# ── the count of the workshop ─────────────────────────────────────────────────────────────────────────────────────


@pages.get("/workshop")
def workshop() -> Answer:
    """The last month, day by day; who runs the workshop types today's count."""
    need("see the workshop")
    today = calendar_of(looking()).today(g.now)
    return _workshop(Form(Counting, {"day": today}), None)


@pages.post("/workshop")
def count() -> Answer:
    """Write down how many cars came in; a day that is typed again is corrected."""
    need("run the workshop")

    def work(ask: Ask) -> str:
        bay.count_day(ask)
        return "/workshop"

    return write(Form.received(Counting), work, _workshop)


def _workshop(form: Form | None, trouble: Any) -> str:
    found = bay.counted(looking(), me(), calendar_of(looking()).today(g.now))
    in_order = list(reversed(found))
    series = [Series(say("Cars taken in"), [each.cars for each in in_order])]
    return render_template(
        "enquiries/workshop.html",
        form=form or Form(Counting),
        counts=me().may_or_stands_in("run the workshop"),
        chart=charts.standing_bars([f"{each.day.day}" for each in in_order], series),
        rows=[{"cells": [short_day(each.day), each.cars, each.counted_by.name]} for each in found],
        total=sum(each.cars for each in found),
        tabs=tabs("workshop"),
    )
