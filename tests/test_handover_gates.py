"""Every gate of a hand-over refuses with its code and opens once its obstacle is gone; what happens at the turn of the
year, to a car that its receiver rejects, and to a form that was open while the car's papers moved."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from dealer.deals.deals import Comment
from dealer.deliveries import delays
from dealer.deliveries.handover import Rejection
from dealer.deliveries.handover_papers import code_of, handover_of, list_of
from dealer.engine.fields import Uploaded
from dealer.engine.steps import Refused, Stale, place
from dealer.records.care import CareCall, CareKind
from dealer.records.contracts import Contract, ContractState
from dealer.records.deals import Terms
from dealer.records.deliveries import Batch, BatchState
from dealer.records.vehicles import Certificate, Unit, UnitState
from dealer.stock.yard import UnitPapers
from dealer.terms import Tick
from tests import deliveries as scene
from tests.cast import Shop
from tests.conftest import at
from tests.deliveries import CAR, VINS, arrive, batch, delivered, form, ready, refused, take
from tests.desk import Desk

DAY = "2026-12-28 15:30"
OFF = at("2026-12-28 15:20")


def _of_batch(shop: Shop, number: int) -> Batch:
    with shop.looking() as db:
        return db.scalars(select(Batch).where(Batch.number == number)).one()


def test_every_gate_refuses_with_its_code_and_opens_when_its_obstacle_is_gone(shop: Shop) -> None:
    made = scene.contract(shop, 1, [(1, "2026-12-30")], terms=Terms.PREPAID)
    (car,) = arrive(shop, VINS[0], certificate=Certificate.PLEDGED)
    number = batch(shop, made)
    scene.allocated(shop, number, car)
    scene.inspected(shop, car)  # on 25 November: more than a month ago

    def codes(**changes: Any) -> tuple[str, ...]:
        return refused(shop, "李娜", DAY, Unit, car, "deliver", form(driven_off_at=OFF, **changes))

    assert codes() == ("E-BATCH", "E-PDI", "E-CERT-PLEDGED", "E-UNPAID", "E-NO-INVOICE")
    take(shop, "孙强", "2026-12-20 10:00", Batch, number, "release")
    assert codes() == ("E-PDI", "E-CERT-PLEDGED", "E-UNPAID", "E-NO-INVOICE")
    scene.inspected(shop, car, day="2026-12-27")
    assert codes() == ("E-CERT-PLEDGED", "E-UNPAID", "E-NO-INVOICE")
    scene.receipt(shop, made, CAR)
    assert codes() == ("E-CERT-PLEDGED", "E-NO-INVOICE")
    scene.invoiced(shop, car, when="2026-12-28 09:00")
    assert codes() == ("E-CERT-PLEDGED",)
    take(shop, "孙强", "2026-12-28 15:00", Unit, car, "keep_papers", UnitPapers(certificate=Certificate.RELEASED))

    with shop.acting("陈静", at("2026-12-28 15:01")) as ask:
        place(ask.db.scalars(select(Contract)).one(), ContractState.TERMINATED)
    assert codes() == ("E-CONTRACT",)
    with shop.acting("陈静", at("2026-12-28 15:02")) as ask:
        place(ask.db.scalars(select(Contract)).one(), ContractState.EFFECTIVE)

    # what the form itself lacks, one after the other
    for changes, code in (
        ({"receiver": "路人"}, "E-RECEIVER"),
        ({"points": {"child_lock": None}}, "E-POINTS"),
        ({"points": {"invoice": Tick.NO}}, "E-PAPERS"),
        ({"points": {"keys": Tick.NOT_APPLICABLE}}, "E-PAPERS"),
        ({"points": {"service_phone": Tick.NO}}, "E-AFTER-SALES-PHONE"),
        ({"keys": 1}, "E-KEYS"),
        ({"odometer": 11}, "E-ODOMETER-BACK"),
        ({"odometer": 99}, "E-ODOMETER"),
        ({"signature": None}, "E-SIGNATURE"),
        ({"consultant_signature": None}, "E-SIGNATURE-HOUSE"),
        ({"service_advisor": "路人"}, "E-REQ-FIELD"),
    ):
        assert codes(**changes) == (code,), changes
    late = form(driven_off_at=at("2026-12-28 15:31"))
    assert refused(shop, "李娜", DAY, Unit, car, "deliver", late) == ("E-DROVE-OFF",)
    assert refused(shop, "赵敏", DAY, Unit, car, "deliver", form(driven_off_at=OFF)) == ("E-NOT-YOURS",)
    assert take(shop, "李娜", DAY, Unit, car, "deliver", form(driven_off_at=OFF)).state is UnitState.DELIVERED


def test_who_does_not_take_a_step_reads_who_does_and_nothing_of_what_its_form_begins_with(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    ready(shop)
    phone, price, invoiced = "13888880021", "131,800", f"2653{1:016}"
    seller, finance, technician = desk("李娜"), desk("高洁"), desk("郑凯")
    assert phone in seller.get("/stock/1/deliver").html
    assert price in finance.get("/stock/1/issue_invoice").html
    assert invoiced in finance.get("/stock/1").html
    for page in (technician.get("/stock/1/deliver"), finance.get("/stock/1/deliver")):
        assert phone not in page.html
        assert "大客户专员" in page.text
    for page in (technician.get("/stock/1/issue_invoice"), seller.get("/stock/1/issue_invoice")):
        assert price not in page.html
        assert "财务" in page.text
    typed = technician.submit("/stock/1/issue_invoice", {"number": "7", "buyer": "某人", "price": "1"})
    assert price not in typed.html
    for name in ("郑凯", "林芳", "孙强"):
        told = desk(name).get("/stock/1")
        assert invoiced not in told.html, name
        assert "已开票" in told.text, name


def test_whoever_hands_over_while_the_certificate_moves_is_told_and_sends_again(shop: Shop) -> None:
    _, (car,) = ready(shop)

    def hand_over(seen: int) -> None:
        with shop.acting("李娜", at("2026-11-28 15:30"), form(), seen) as ask:
            scene.workflow.take(scene.find(ask, Unit, car), "deliver", ask)

    with shop.looking() as db:
        seen = db.scalars(select(Unit)).one().version
    take(shop, "孙强", "2026-11-28 15:10", Unit, car, "keep_papers", UnitPapers(certificate=Certificate.PLEDGED))
    with pytest.raises(Stale):  # what was seen has changed
        hand_over(seen)
    with pytest.raises(Refused):  # looked at again, it cannot leave
        hand_over(seen + 1)
    take(shop, "孙强", "2026-11-28 15:20", Unit, car, "keep_papers", UnitPapers(certificate=Certificate.RELEASED))
    hand_over(seen + 2)
    assert scene.state(shop, Unit, car) == "delivered"


def test_a_rejected_car_goes_round_again_and_its_delay_counts_from_the_agreed_day(shop: Shop) -> None:
    made, (one, two, three) = ready(shop, 3)
    number = batch(shop, made)
    delivered(shop, one)
    picture = Uploaded("缝隙.jpg", b"\xff\xd8\xff a gap")
    bad = Rejection(defect="后备厢盖缝隙不匀", promised_on=date(2026, 12, 3), photo=picture)
    car = take(shop, "李娜", "2026-11-28 15:40", Unit, two, "reject", bad)
    assert car.damage_photo_sha256 is not None
    assert _of_batch(shop, number).state is BatchState.IN_HANDOVER  # one waits, one was rejected
    delivered(shop, three)
    assert _of_batch(shop, number).state is BatchState.PARTLY_ACCEPTED

    # it fails once more, is repaired, and leaves three days after the agreed day to somebody else
    assert refused(shop, "李娜", "2026-11-29 09:00", Unit, two, "deliver", form()) == ("E-STATE",)
    take(shop, "郑凯", "2026-12-01 09:00", Unit, two, "retry_pdi", Comment(comment="已调整铰链"))
    gap = scene.PdiAnswer(item="panel_gaps", result=scene.ItemResult.FAIL, note="仍不匀", photo=picture)
    take(shop, "郑凯", "2026-12-01 10:00", Unit, two, "pdi_fail", scene.report(panel_gaps=gap))
    take(shop, "郑凯", "2026-12-02 09:00", Unit, two, "retry_pdi", Comment(comment="更换铰链"))
    take(shop, "郑凯", "2026-12-02 10:00", Unit, two, "pdi_pass", scene.report())
    later = {"when": "2026-12-03 15:00", "driven_off_at": at("2026-12-03 14:50"), "receiver": "杨志远"}
    delivered(shop, two, **later)
    accepted = _of_batch(shop, number)
    assert (accepted.state, accepted.original_due_on) == (BatchState.ACCEPTED, date(2026, 11, 30))
    with shop.looking() as db:
        here = db.get_one(Batch, accepted.id)
        assert delays.delay_damages(db, here, date(2026, 12, 20)) == delays.Damages(3 * 65_90, 3, False)
        calls = [(row.kind, row.whom) for row in db.scalars(select(CareCall).order_by(CareCall.due_at))]
        told = list_of(db, here)
    thanks = [whom for kind, whom in calls if kind is CareKind.THANK_YOU]
    assert thanks == ["杨帆", "杨志远"]
    assert [kind for kind, _ in calls].count(CareKind.CALLBACK) == 2  # each day of hand-over its own
    assert [(each.receiver, each.day) for each in told.units] == [
        ("杨帆", date(2026, 11, 28)), ("杨志远", date(2026, 12, 3)), ("杨帆", date(2026, 11, 28)),
    ]  # fmt: skip
    assert told.receiver_signature is None  # two receivers: no signature stands for both


def test_a_batch_delivered_partly_on_the_last_day_of_the_year(shop: Shop) -> None:
    cars = arrive(shop, *VINS[:2])
    made = scene.contract(shop, 2, [(2, "2026-12-31")])
    number = batch(shop, made)
    scene.released(shop, number, *cars)
    scene.inspected(shop, *cars, day="2026-12-30")
    scene.invoiced(shop, *cars, when="2026-12-30 15:00")
    one, two = cars
    delivered(shop, one, when="2026-12-31 23:55", driven_off_at=at("2026-12-31 23:50"))
    here = _of_batch(shop, number)
    assert not delays.is_overdue(here, 1, date(2026, 12, 31))
    assert delays.is_overdue(here, 1, date(2027, 1, 1))  # a holiday does not stop the clock of the contract
    delivered(shop, two, when="2027-01-04 09:30", driven_off_at=at("2027-01-04 09:20"))
    with shop.looking() as db:
        here = db.get_one(Batch, here.id)
        assert delays.delay_damages(db, here, date(2027, 2, 1)) == delays.Damages(4 * 65_90, 4, False)
        units = list(db.scalars(select(Unit).order_by(Unit.number)))
        given = [handover_of(db, unit) for unit in units]
        assert [code_of(each) for each in given if each] == ["JC-2026-0001", "JC-2027-0002"]
        due = {row.due_at for row in db.scalars(select(CareCall).where(CareCall.kind == CareKind.THANK_YOU))}
        backs = sorted(row.due_at for row in db.scalars(select(CareCall).where(CareCall.kind == CareKind.CALLBACK)))
        told = list_of(db, here)
    assert due == {at("2027-01-01 00:50"), at("2027-01-04 10:20")}
    assert backs == [at("2027-01-04 00:00"), at("2027-01-08 00:00")]  # until 24:00 of the third day, in either year
    assert [each.day for each in told.units] == [date(2026, 12, 31), date(2027, 1, 4)]
    assert here.state is BatchState.ACCEPTED
