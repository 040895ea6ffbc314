"""Cars on their way: a moved day moves the promise and is told to the customer; a truck is received on one page."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import select

from dealer import deadlines, sweep
from dealer.engine.history import verify
from dealer.records.deliveries import Batch
from dealer.records.vehicles import Unit, UnitState
from dealer.stock import arrivals
from dealer.stock.arrivals import Told
from dealer.stock.yard import NewDay, Shipment
from tests import deliveries as scene
from tests.cast import Shop
from tests.conftest import at
from tests.deliveries import VINS, batch, contract, refused, take
from tests.desk import Desk
from tests.test_stock import on_order

PHOTO = ("scratch.jpg", b"\xff\xd8\xff a scratch")


def promised(shop: Shop, number: int) -> date | None:
    with shop.looking() as db:
        return db.scalars(select(Batch.promised_on).where(Batch.number == number)).one()


def to_tell(shop: Shop) -> list[str]:
    """What the owner of the deal has to tell, as days."""
    with shop.looking() as db:
        due = deadlines.due_to(db, shop.actor("李娜"), at("2026-12-31 09:00"))
        return [row.values["now"] for row in due if row.kind == "tell_customer" and row.values]


def test_a_moved_day_moves_the_promise_and_the_customer_hears_of_it(shop: Shop, desk: Callable[[str], Desk]) -> None:
    drawn = contract(shop, 2, [(2, "2026-11-30")])
    waiting = batch(shop, drawn)
    first, second = (on_order(shop, vin, date(2026, 11, 25)) for vin in VINS[:2])
    for car in (first, second):
        told = Shipment(carrier="滇运物流", waybill="DY-7", expected_on=date(2026, 11, 25))
        take(shop, "孙强", "2026-11-18 09:00", Unit, car, "ship", told)
    assert (promised(shop, waiting), to_tell(shop)) == (None, [])

    later = NewDay(expected_on=date(2026, 12, 8), reason="途中封路")
    take(shop, "孙强", "2026-11-20 09:00", Unit, second, "reschedule", later)
    assert (promised(shop, waiting), to_tell(shop)) == (date(2026, 12, 8), ["2026-12-08"])
    seller = desk("李娜")
    seller.turn_clock("2026-11-20 10:00")
    seller.sign_in()
    assert "告知客户新的交付日" in seller.get("/today").text
    assert "承诺交付日 12-08" in seller.get(f"/deliveries/{waiting}").text

    note = Told(told="电话告知杨主任，同意顺延")
    assert refused(shop, "王磊", "2026-11-20 10:05", Batch, waiting, "note_told", note) == ("E-NOT-YOURS",)
    take(shop, "李娜", "2026-11-20 10:10", Batch, waiting, "note_told", note)
    assert to_tell(shop) == []
    assert refused(shop, "李娜", "2026-11-20 10:20", Batch, waiting, "note_told", note) == ("E-TOLD",)

    # Once more, and then in time after all: what was not told yet is no news any more.
    take(
        shop,
        "孙强",
        "2026-11-21 09:00",
        Unit,
        second,
        "reschedule",
        NewDay(expected_on=date(2026, 12, 9), reason="换车"),
    )
    assert to_tell(shop) == ["2026-12-09"]
    take(
        shop,
        "孙强",
        "2026-11-22 09:00",
        Unit,
        second,
        "reschedule",
        NewDay(expected_on=date(2026, 11, 29), reason="赶上"),
    )
    assert (promised(shop, waiting), to_tell(shop)) == (None, [])
    with shop.looking() as db:
        assert verify(db) == []


def test_whatever_came_by_a_sheet_is_followed_within_a_minute(shop: Shop) -> None:
    waiting = batch(shop, contract(shop, 1, [(1, "2026-11-30")]))
    on_order(shop, VINS[0], date(2026, 12, 4))  # begun, not taken: nobody has looked at the batches
    assert promised(shop, waiting) is None
    sweep.follow_expected_days(shop.database, at("2026-11-20 09:00"))
    assert promised(shop, waiting) == date(2026, 12, 4)
    sweep.follow_expected_days(shop.database, at("2026-12-06 09:00"))  # overdue; nobody has named another day
    assert (promised(shop, waiting), to_tell(shop)) == (date(2026, 12, 4), ["2026-12-04"])


def test_a_truck_is_received_on_one_page_each_car_with_its_own_check(shop: Shop, desk: Callable[[str], Desk]) -> None:
    cars = [on_order(shop, vin, date(2026, 11, 25)) for vin in VINS[:3]]
    for car in cars:
        told = Shipment(carrier="滇运物流", waybill="DY-7", expected_on=date(2026, 11, 25))
        take(shop, "孙强", "2026-11-18 09:00", Unit, car, "ship", told)
    keeper = desk("孙强")
    keeper.turn_clock("2026-11-25 09:00")
    keeper.sign_in()
    assert "DY-7" in keeper.get("/stock/arrivals").text
    url = "/stock/arrivals/truck?carrier=滇运物流&waybill=DY-7"
    first, second, third = cars
    told = {
        "cars-0-unit": first, "cars-0-arrived": "1", "cars-0-odometer": "9", "cars-0-keys": "2",
        "cars-0-certificate": "on_hand",
        "cars-1-unit": second, "cars-1-arrived": "1", "cars-1-keys": "2", "cars-1-certificate": "pledged",
        "cars-1-damage": "前保险杠划伤",
        "cars-2-unit": third, "cars-2-keys": "2", "cars-2-certificate": "on_hand",
    }  # fmt: skip
    page = keeper.submit(url, told)
    assert page.status == 409
    assert "请填写里程表读数" in page.text
    assert scene.state(shop, Unit, first) == UnitState.IN_TRANSIT  # none without all
    page = keeper.submit(url, told | {"cars-1-odometer": "11"})
    assert "请上传车损照片" in page.text or page.status == 409
    page = keeper.submit(url, told | {"cars-1-odometer": "11", "cars-1-photos": [PHOTO, ("b.jpg", b"\xff\xd8\xff b")]})
    assert "已验收 2 台" in page.text
    assert [scene.state(shop, Unit, car) for car in cars] == ["in_stock", "in_stock", "in_transit"]
    assert keeper.get(f"/stock/{second}").html.count("/photos/") == 2
    assert keeper.get(url).text.count(VINS[2]) == 1
    assert keeper.get("/stock/arrivals/truck?carrier=x&waybill=y").status == 404
    assert desk("李娜").get(url).status == 403


# ── arithmetic without a database ─────────────────────────────────────────────────────────────────────────────────


def test_a_batch_is_promised_for_the_day_of_its_last_car_and_not_at_all_while_one_is_missing() -> None:
    due, later = date(2026, 11, 30), date(2026, 12, 8)
    assert arrivals.last_day([due, later], due) == later
    assert arrivals.last_day([date(2026, 11, 20)], due) is None
    assert arrivals.last_day([later, None], due) is None
    assert arrivals.last_day([], due) is None
