"""Test drives: booking one, and how each is told and chosen from."""

from typing import Any

from flask import Blueprint, render_template, request

from dealer import people, workflow
from dealer.deals import deal_lists
from dealer.drives import car_damage, drive_lists, routes, testdrive
from dealer.drives.drives import Booking
from dealer.drives.testdrive import DRIVES
from dealer.engine.steps import Ask
from dealer.engine.words import SHOP_ZONE
from dealer.privacy import masking
from dealer.records.customers import Contact
from dealer.records.deals import Deal
from dealer.records.testdrives import DriveState, TestDrive
from dealer.records.vehicles import DemoCar, DemoState
from web import steps
from web.asking import Answer, a_number, looking, me, need, or_404, write
from web.deals import deals
from web.forms import Form, options
from web.language import clock, say, show

pages = Blueprint("drives", __name__)
S = DriveState

TONES = {
    S.REQUESTED: "wait", S.BOOKED: "info", S.VERIFIED: "info", S.IN_PROGRESS: "wait", S.COMPLETED: "ok",
    S.REFUSED: "bad", S.ABORTED: "bad", S.CANCELLED: "neutral", S.NO_SHOW: "neutral",
}  # fmt: skip


def _known(drive: TestDrive, action: str) -> dict[str, Any]:
    match action:
        case "fill_in":
            names = ("name", "phone", "occupation", "address", "customer_link")
            return {name: getattr(drive, name) for name in names} | {"deal": drive.deal_id}
        case "move":
            known = {
                "starts_at": drive.starts_at, "car": drive.car_id, "route": drive.route_id, "companion": drive.owner_id,
            }  # fmt: skip
            return known | _chosen_on_the_grid()
        case "check_out":
            known = {"odometer": drive.car.odometer}
            return known | car_damage.as_filled_in(car_damage.last_known(looking(), drive))
        case "complete":
            return {"odometer": drive.odometer_out} | car_damage.as_filled_in(drive.damage_out)
        case _:
            return {}


def _chosen_on_the_grid() -> dict[str, Any]:
    """Car and time of a half hour that was clicked."""
    told = {"car": request.args.get("car", "")[:40], "starts_at": request.args.get("at", "")[:16]}
    return {name: value for name, value in told.items() if value}


KIND = steps.register(
    steps.Kind(
        "drives",
        TestDrive,
        DRIVES,
        title=lambda drive: str(drive.name),
        sees=testdrive.sees,
        known=_known,
        kept={"complete": "back_at"},
    )
)


# ── choices ───────────────────────────────────────────────────────────────────────────────────────────────────────


def car_name(car: DemoCar) -> str:
    """云A7M002 · 云岭 M7."""
    return f"{car.plate} · {car.model.brand} {car.model.name}"


@options("demo_cars")
def _cars() -> list[tuple[str, str]]:
    found = drive_lists.cars(looking(), me().store_id)
    return [
        (str(car.id), f"{car_name(car)} · {show(car.model.gearbox)}")
        for car in found
        if car.status is not DemoState.REPAIR
    ]


@options("routes")
def _routes() -> list[tuple[str, str]]:
    found = routes.approved(looking(), me().store_id)
    return [(str(each.id), f"{each.code} {each.name} · {say('{count} min', count=each.minutes)}") for each in found]


@options("companions")
def _companions() -> list[tuple[str, str]]:
    return [(str(each.id), each.name) for each in people.with_duty(looking(), me().store_id, "verify licences")]


@options("own_deals")
def _deals() -> list[tuple[str, str]]:
    found = deal_lists.deals(looking(), me(), states=deal_lists.BOARD)
    return [(str(each.id), f"{each.customer.name} · {deals.code_of(each)}") for each in found]


# ── how a drive is told ───────────────────────────────────────────────────────────────────────────────────────────


def span_of(drive: TestDrive) -> str:
    """10:00–10:30, with the day if it is another."""
    return f"{clock(drive.starts_at)}–{drive.ends_at.astimezone(SHOP_ZONE):%H:%M}"


def phone_of(drive: TestDrive, revealed: bool = False) -> str:
    """The driver's phone as this person reads it."""
    return masking.phone("drive.phone", drive.phone, me(), own=drive.owner_id == me().id, revealed=revealed)


# ── booking ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/drives/new")
def new() -> Answer:
    """The form of a booking; a click on the day's grid fills in car and time."""
    need("book drives")
    known: dict[str, Any] = _chosen_on_the_grid() | {
        "name": request.args.get("name", "")[:200], "phone": request.args.get("phone", "")[:40],
    }  # fmt: skip
    if usual := routes.approved(looking(), me().store_id):
        known["route"] = usual[0].id
    if me().may("verify licences"):
        known["companion"] = me().id
    return _new(Form(Booking, known | _from_deal(request.args.get("deal", type=a_number))), None)


def _from_deal(number: int | None) -> dict[str, Any]:
    deal = people.by_number(looking(), Deal, me(), number) if number else None
    if deal is None or not deal_lists.sees_deal(deal, me(), looking()):
        return {}
    contact = looking().get(Contact, deal.contact_id) if deal.contact_id else None
    known = {"deal": deal.id}
    return known | {"name": contact.name, "phone": contact.phone or ""} if contact else known


@pages.post("/drives/new")
def book() -> Answer:
    """Book it, or say who is there at that time."""

    def work(ask: Ask) -> str:
        drive = testdrive.prepare(ask)
        workflow.begin(drive, "book", ask)
        return KIND.url(drive)

    return write(Form.received(Booking), work, _new)


def _new(form: Form | None, trouble: Any) -> str:
    return render_template("drives/new.html", form=or_404(form))
