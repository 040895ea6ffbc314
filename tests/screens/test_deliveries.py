"""Stock, inspection, hand-over and deliveries through their own addresses, as people use them."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dealer.deliveries.inspection import items_for
from dealer.records.deals import Terms
from dealer.records.deliveries import Batch, Handover, Inspection
from dealer.records.money import Invoice, Receipt
from dealer.records.vehicles import Certificate, Energy, Unit
from dealer.stock.yard import UnitPapers
from dealer.terms import HANDOVER_CHECKS
from tests import deliveries as scene
from tests.cast import Shop
from tests.conftest import at
from tests.deliveries import SIGNED, VINS, batch
from tests.desk import Clock, Desk

At = Callable[[str, str], Desk]
JPEG = ("划伤.jpg", b"\xff\xd8\xff a scratch")


@pytest.fixture
def desk(app: Flask) -> At:
    """`desk("孙强", "2026-11-20 09:00")`: that person signs in at that time; all desks share one clock."""

    def sit_down(name: str, when: str) -> Desk:
        clock: Clock = app.config["CLOCK"]
        clock.now = at(when)
        return Desk(app, clock, name)

    return sit_down


def answers(name: str, code: str, given: dict[str, str], **more: dict[str, Any]) -> dict[str, Any]:
    """Rows of a form as a browser sends them."""
    fields: dict[str, Any] = {}
    for row, (point, answer) in enumerate(given.items()):
        fields[f"{name}-{row}-{code}"] = point
        fields[f"{name}-{row}-{'result' if name == 'items' else 'tick'}"] = answer
        for extra, value in more.get(point, {}).items():
            fields[f"{name}-{row}-{extra}"] = value
    return fields


def inspection(**changes: str) -> dict[str, str]:
    """Every item passed but what is said."""
    return {item.code: "pass" for items in items_for(Energy.PETROL).values() for item in items} | changes


def handover(**changes: str) -> dict[str, str]:
    """Every point ticked but what is said."""
    return {point: "yes" for points in HANDOVER_CHECKS.values() for point in points} | changes


def in_pdi(shop: Shop) -> int:
    """A car on a released batch whose inspection has begun."""
    (car,) = scene.arrive(shop, VINS[0])
    made = scene.contract(shop, 1, [(1, "2026-11-30")])
    scene.released(shop, batch(shop, made), car)
    scene.take(shop, "郑凯", "2026-11-25 09:00", Unit, car, "start_pdi")
    return car


# ── stock ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_car_is_taken_in_and_found_by_the_end_of_its_vin(shop: Shop, desk: At) -> None:
    model, yard = scene.model(shop), desk("孙强", "2026-11-10 10:00")
    fields = {"model": model, "vin": VINS[0], "colour": scene.WHITE, "certificate": "on_hand", "odometer": 8, "keys": 2}
    page = yard.submit("/stock/new", fields | {"birth": "arrive"})
    assert (page.status, page.url) == (200, "/stock/1")
    assert VINS[0] in yard.get("/stock?q=100001").text
    assert VINS[0] not in yard.get("/stock?q=999999").text
    assert VINS[0] not in yard.get("/stock?state=coming").text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"vin": "LYLAA4181T2100001"}, "校验"),
        ({"vin": "LYLAA4180"}, "17"),
        ({"odometer": "-1"}, "0"),
        ({"colour": "荧光绿"}, scene.WHITE),
        ({"keys": "十"}, "整数"),
    ],
)
def test_what_is_wrong_with_a_car_is_said_beside_its_field(
    shop: Shop, desk: At, changes: dict[str, str], said: str
) -> None:
    fields = {"model": scene.model(shop), "vin": VINS[0], "colour": scene.WHITE, "certificate": "on_hand", "keys": 2}
    page = desk("孙强", "2026-11-10 10:00").submit("/stock/new", fields | {"odometer": 8, "birth": "arrive"} | changes)
    assert page.status in (409, 422)
    assert "field-error" in page.html
    assert said in page.text
    with shop.looking() as db:
        assert db.scalars(select(Unit)).all() == []


def test_another_shops_or_nobodys_car_is_not_there(shop: Shop, desk: At) -> None:
    assert desk("孙强", "2026-11-10 10:00").get("/stock/7").status == 404
    assert desk("赵敏", "2026-11-10 10:00").get("/stock").status == 403


# ── inspection ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_technician_passes_a_car_on_the_phone(shop: Shop, desk: At) -> None:
    car, phone = in_pdi(shop), desk("郑凯", "2026-11-25 10:00")
    form = f"/stock/{car}/pdi_pass"
    assert "漆面" in phone.get(form).text
    page = phone.submit(form, answers("items", "item", inspection()) | {"odometer": 12})
    assert page.url == f"/stock/{car}"
    assert "可交付" in page.text


def test_an_unanswered_item_keeps_the_others_as_they_were(shop: Shop, desk: At) -> None:
    car, phone = in_pdi(shop), desk("郑凯", "2026-11-25 10:00")
    sent = answers("items", "item", inspection(paint="", glass="not_applicable")) | {"odometer": 12}
    page = phone.submit(f"/stock/{car}/pdi_pass", sent)
    assert page.status == 422
    assert len(re.findall(r'<input[^>]*type="radio"[^>]* checked', page.html)) == len(inspection()) - 1


def test_a_failure_is_sent_with_note_and_photo(shop: Shop, desk: At) -> None:
    car, phone = in_pdi(shop), desk("郑凯", "2026-11-25 10:00")
    address = f"/stock/{car}/pdi_fail"
    bare = answers("items", "item", inspection(paint="fail")) | {"odometer": 12}
    assert "不合格项目须有说明和照片" in phone.submit(address, bare).text
    shown = answers("items", "item", inspection(paint="fail"), paint={"note": "左前门划伤", "photo": JPEG})
    page = phone.submit(address, shown | {"odometer": 12})
    assert "左前门划伤" in page.text
    with shop.looking() as db:
        sha256 = next(
            item["photo_sha256"] for item in db.scalars(select(Inspection)).one().items if item["photo_sha256"]
        )
    assert phone.client.get(f"/stock/{car}/photos/{sha256}").status_code == 200
    assert phone.client.get(f"/stock/{car}/photos/{'0' * 64}").status_code == 404


@pytest.mark.parametrize(
    "photo, sentence",
    [
        (("划伤.jpg", b"\xff\xd8\xff" + bytes(40 * 1024 * 1024)), "文件超过 20 MB，请换一个小一些的。"),
        (("划伤.jpg", b"%PDF-1.7 a scan"), "文件名标为 JPEG，内容却是 PDF，请选择正确的文件。"),
        (("划伤.jpg", b"GIF89a"), "这不是 PDF，也不是 JPEG 或 PNG 图片，请选择其中一种。"),
        (("划伤.jpg", b""), "文件为空，请另选一个。"),
    ],
    ids=["40 MB", "a PDF by another name", "no picture", "empty"],
)
def test_a_photo_that_cannot_be_taken_is_told_beside_it_and_the_rest_is_kept(
    shop: Shop, desk: At, photo: tuple[str, bytes], sentence: str
) -> None:
    car, phone = in_pdi(shop), desk("郑凯", "2026-11-25 10:00")
    sent = answers("items", "item", inspection(paint="fail"), paint={"note": "左前门划伤", "photo": photo})
    page = phone.submit(f"/stock/{car}/pdi_fail", sent | {"odometer": 12})
    assert page.status == 422
    (beside,) = re.findall(r'name="items-(\d+)-photo"[^>]*>(?:(?!<input).)*<p class="field-error"', page.html)
    assert f'name="items-{beside}-item" value="paint"' in page.html
    assert page.text.count(sentence) == 1
    assert 'value="左前门划伤"' in page.html
    assert len(re.findall(r'<input[^>]*type="radio"[^>]* checked', page.html)) == len(inspection())


def test_a_model_has_points_of_its_own_and_every_version_says_why(shop: Shop, desk: At) -> None:
    car = in_pdi(shop)
    with shop.looking() as db:
        model = db.scalars(select(Unit)).one().model_id
    chief, address = desk("冯涛", "2026-11-25 09:10"), f"/inspection-lists/{model}"
    assert "店内标准清单" in chief.get("/inspection-lists").text
    row = {"points-0-own_group": "警用改装", "points-0-what": "警灯警报", "reason": "公务车加装警灯"}
    assert "请选择分组" in chief.submit(address, row | {"points-0-group": "outside"}).text
    page = chief.submit(address, row | {"if_fitted": ["child_lock"]})
    assert "第 1 版" in page.text
    assert "警用改装：警灯警报" in page.text

    phone, form = desk("郑凯", "2026-11-25 10:00"), f"/stock/{car}/pdi_pass"
    assert phone.ask(address, {"points": [], "reason": "少看一项"}).codes == ("E-NOT-YOURS",)
    own = re.findall(r'value="(own_[0-9a-f]+)"', phone.get(form).html)
    assert len(own) == 1
    house = inspection(child_lock="not_applicable")  # which this model may do without
    assert "警灯警报" in phone.submit(form, answers("items", "item", house) | {"odometer": 12}).text  # still open
    failed = answers("items", "item", house | {own[0]: "fail"}, **{own[0]: {"note": "左侧不亮", "photo": JPEG}})
    assert "左侧不亮" in phone.submit(f"/stock/{car}/pdi_fail", failed | {"odometer": 12, "remark": "线束松"}).text

    # another version words it anew: what was found keeps its words
    chief.submit(address, {"points-0-group": "lamps", "points-0-what": "爆闪灯", "reason": "换了供应商"})
    assert phone.get(f"/stock/{car}").text.count("警灯警报") == 1
    assert "线束松" in phone.get(f"/stock/{car}").text
    stale = chief.ask(address, {"points": [], "reason": "恢复", "seen_version": 1})
    assert stale.codes == ("E-PDI-LIST",)


# ── hand-over ─────────────────────────────────────────────────────────────────────────────────────────────────────


def form(**changes: Any) -> dict[str, Any]:
    """The hand-over form as a tablet sends it."""
    told = {
        "receiver": "杨帆",
        "receiver_phone": "13888880021",
        "driven_off_at": "2026-11-28T15:20",
        "odometer": 15,
        "keys": 2,
        "signature": ("signature.png", SIGNED.content),
        "consultant_signature": ("consultant.png", SIGNED.content),
        "service_advisor": "冯涛",
        "service_signature": ("service.png", SIGNED.content),
    }
    return answers("points", "point", handover(**changes.pop("points", {}))) | told | changes


def test_a_car_is_handed_over_on_the_tablet_and_its_calls_are_due(shop: Shop, desk: At) -> None:
    made, (car,) = scene.ready(shop)
    tablet = desk("李娜", "2026-11-28 15:30")
    assert "交车条件已全部具备" in tablet.get(f"/stock/{car}/deliver").text
    page = tablet.submit(f"/stock/{car}/deliver", form())
    assert page.url == f"/deliveries/{batch(shop, made)}"
    assert "已验收" in page.text
    with shop.looking() as db:
        assert db.scalars(select(Handover)).one().drawn
    tablet.turn_clock("2026-11-28 16:21")
    assert "感谢电话" in tablet.get("/today").text
    assert "感谢电话" in desk("马超", "2026-11-28 16:21").get("/today").text  # overdue: the sales manager sees it


def test_the_answer_to_a_program_and_the_checklist_name_the_same_obstacles(shop: Shop, desk: At) -> None:
    (car,) = scene.arrive(shop, VINS[0], certificate=Certificate.PLEDGED)
    made = scene.contract(shop, 1, [(1, "2026-11-30")], terms=Terms.PREPAID)
    scene.released(shop, batch(shop, made), car)
    scene.inspected(shop, car)
    consultant = desk("李娜", "2026-11-28 15:30")
    page = consultant.get(f"/stock/{car}")
    for sentence in ("合格证不在手（质押）", "交车前还须到账131,800元", "该车未开票"):
        assert sentence in page.text
    facts = {
        "receiver": "杨帆",
        "receiver_phone": "13888880021",
        "driven_off_at": "2026-11-28T15:20",
        "odometer": 15,
        "keys": 2,
        "points": [{"point": point, "tick": "yes"} for points in HANDOVER_CHECKS.values() for point in points],
    }
    answer = consultant.ask(f"/stock/{car}/deliver", facts)
    assert answer.status == 409
    assert answer.codes == ("E-CERT-PLEDGED", "E-UNPAID", "E-NO-INVOICE", "E-SIGNATURE")


def test_two_tablets_with_one_car_hand_it_over_once_and_the_second_is_told(shop: Shop, desk: At) -> None:
    made, (car,) = scene.ready(shop)
    first, address = desk("李娜", "2026-11-28 15:30"), f"/stock/{car}/deliver"
    blank = first.get(address)  # somebody opens the form, and hands it over on another tablet
    hidden = {name: blank.hidden(name) for name in ("csrf_token", "form_key", "seen")}
    assert first.submit(address, form()).url == f"/deliveries/{batch(shop, made)}"
    sent = form() | hidden
    files = {name: (BytesIO(value[1]), value[0]) for name, value in sent.items() if isinstance(value, tuple)}
    answer = first.client.post(address, data=sent | files, content_type="multipart/form-data")
    assert answer.status_code == 409
    assert "已交付该车" in answer.text or "李娜" in answer.text
    with shop.looking() as db:
        assert len(db.scalars(select(Handover)).all()) == 1


def test_the_form_opens_once_nothing_stands_in_the_way(shop: Shop, desk: At) -> None:
    _, (car,) = scene.ready(shop)
    scene.take(shop, "孙强", "2026-11-27 09:00", Unit, car, "keep_papers", UnitPapers(certificate=Certificate.PLEDGED))
    tablet, address = desk("李娜", "2026-11-28 15:30"), f"/stock/{car}/deliver"
    closed = tablet.get(address)
    assert "合格证不在手（质押）" in closed.text
    assert "车辆管理员" in closed.text  # who can remove it
    assert "points-0-tick" not in closed.html
    scene.take(shop, "孙强", "2026-11-28 15:31", Unit, car, "keep_papers", UnitPapers(certificate=Certificate.RELEASED))
    assert "points-0-tick" in tablet.get(address).html


def test_a_point_that_was_refused_keeps_what_was_typed(shop: Shop, desk: At) -> None:
    _, (car,) = scene.ready(shop)
    sent = form(points={"service_phone": "no"}, exceptions="轮毂擦痕")
    page = desk("李娜", "2026-11-28 15:30").submit(f"/stock/{car}/deliver", sent)
    assert page.status == 409
    assert "请介绍售后服务电话后勾选" in page.text
    assert "轮毂擦痕" in page.html


def together(cars: list[int], read: dict[int, str], **changes: Any) -> dict[str, Any]:
    """The form of several cars: those whose odometer was read go."""
    sent = form(**changes)
    for name in ("odometer", "keys"):
        sent.pop(name)
    for row, car in enumerate(cars):
        sent |= {f"cars-{row}-unit": car, f"cars-{row}-odometer": read.get(car, ""), f"cars-{row}-keys": 2}
    return sent


def test_one_receiver_takes_several_cars_in_one_go_all_or_none(shop: Shop, desk: At) -> None:
    made, cars = scene.ready(shop, 3)
    one, two, three = cars
    tablet, here = desk("李娜", "2026-11-28 15:30"), f"/deliveries/{batch(shop, made)}"
    address = f"{here}/hand-over"
    assert "一次交付多台（3台可交付）" in tablet.get(here).text
    assert tablet.submit(address, together(cars, {})).text.count("请填写所交付各车的里程表读数") == 1

    # the certificate of one went to the bank meanwhile, and nobody told the receiver the phone: none goes
    scene.take(shop, "孙强", "2026-11-28 15:00", Unit, two, "keep_papers", UnitPapers(certificate=Certificate.PLEDGED))
    read = {one: "15", two: "16", three: "17"}
    page = tablet.submit(address, together(cars, read, points={"service_phone": "no"}))
    assert page.status == 409
    assert page.text.count("请介绍售后服务电话后勾选") == 1  # said once for all of them
    beside = re.search(r'name="cars-1-odometer"(?:(?!</li>).)*合格证不在手', page.html, re.DOTALL)
    assert beside is not None
    with shop.looking() as db:
        assert db.scalars(select(Handover)).all() == []

    # two go with one round of signatures and one call; the third follows
    page = tablet.submit(address, together(cars, {one: "15", three: "17"}))
    assert page.url == here
    assert "2 / 3" in page.text
    again = tablet.submit(address, together([one, two], {one: "15"}))
    assert again.status == 409  # somebody took this one already
    scene.take(shop, "孙强", "2026-11-28 15:31", Unit, two, "keep_papers", UnitPapers(certificate=Certificate.RELEASED))
    assert "已验收" in tablet.submit(address, together([two], {two: "16"})).text
    with shop.looking() as db:
        given = list(db.scalars(select(Handover).order_by(Handover.number)))
    assert [each.odometer for each in given] == [15, 17, 16]
    assert len({each.signature_sha256 for each in given}) == 1
    assert desk("赵敏", "2026-11-28 15:40").get(address).status in (403, 404)


# ── batches and money ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_batch_is_filled_with_the_longest_in_stock_and_released(shop: Shop, desk: At) -> None:
    scene.arrive(shop, VINS[0], when="2026-11-05 09:00")
    scene.arrive(shop, VINS[1], VINS[2], when="2026-10-05 09:00")
    made = scene.contract(shop, 2, [(2, "2026-11-30")])
    yard, number = desk("孙强", "2026-11-20 09:00"), batch(shop, made)
    here = f"/deliveries/{number}"
    assert "还有2台未配车" in yard.get(here).text
    proposed = re.findall(r'name="car" value="([^"]+)" checked', yard.get(here).html)
    assert len(proposed) == 2
    assert "请选择要配的车" in yard.submit(f"{here}/fill", form_at=here).text
    page = yard.submit(f"{here}/fill", {"car": proposed}, form_at=here)
    with shop.looking() as db:
        taken = list(db.scalars(select(Unit.vin).where(Unit.batch_id.is_not(None)).order_by(Unit.vin)))
        assert taken == sorted(VINS[1:3])
    assert page.url == here
    assert "已放行" in yard.submit(f"{here}/release", form_at=here).text


def test_one_car_is_allocated_from_the_page_of_its_batch(shop: Shop, desk: At) -> None:
    (car,) = scene.arrive(shop, VINS[0])
    made = scene.contract(shop, 1, [(1, "2026-11-30")])
    with shop.looking() as db:
        key = db.scalars(select(Batch.id)).one()
    yard = desk("孙强", "2026-11-20 09:00")
    page = yard.submit(f"/stock/{car}/allocate", {"batch": key})
    assert page.url == f"/deliveries/{batch(shop, made)}"
    assert VINS[0] in page.text


def test_deliveries_are_listed_by_day_and_overdue_ones_first(shop: Shop, desk: At) -> None:
    scene.contract(shop, 2, [(2, "2026-12-20")])
    scene.contract(shop, 1, [(1, "2026-11-20")], customer=scene.LESSOR, effective="2026-11-13")
    owner = desk("李娜", "2026-11-28 09:00")
    text = owner.get("/deliveries").text
    assert text.index(scene.LESSOR) < text.index(scene.POLICE)
    assert "逾期8天" in text
    assert "2台待配车" in text
    assert scene.LESSOR not in owner.get("/deliveries?after=2026-11-20_2").text


def test_finance_records_a_payment_and_an_invoice(shop: Shop, desk: At) -> None:
    (car,) = scene.arrive(shop, VINS[0])
    made = scene.contract(shop, 1, [(1, "2026-11-30")])
    scene.released(shop, batch(shop, made), car)
    finance = desk("高洁", "2026-11-26 10:00")
    here = f"/contracts/{made}/money"
    wrong = {"kind": "instalment", "amount": "1,000.005", "received_on": "2026-11-26", "payer": scene.POLICE}
    assert finance.submit(here, wrong).status == 422
    page = finance.submit(here, wrong | {"amount": "13.18万"})
    assert "+131,800" in page.text
    invoice = {"number": "26530000000000000001", "issued_on": "2026-11-26", "buyer": scene.POLICE, "price": "131,800"}
    assert "已开票" in finance.submit(f"/stock/{car}/issue_invoice", invoice).text
    assert "116,637.17" in finance.get(here).text
    with shop.looking() as db:
        assert db.scalars(select(Receipt.amount)).one() == 131_800_00
        assert db.scalars(select(Invoice.vat)).one() == 15_162_83


def test_who_neither_owns_the_deal_nor_keeps_its_money_reads_it_and_writes_none(shop: Shop, desk: At) -> None:
    made = scene.contract(shop, 1, [(1, "2026-11-30")])
    manager = desk("陈静", "2026-11-20 10:00")
    here = f"/contracts/{made}/money"
    assert "登记收付款" not in manager.get(here).text
    facts = {"kind": "instalment", "amount": "100", "received_on": "2026-11-10", "payer": scene.POLICE}
    assert manager.ask(here, facts).codes == ("E-NOT-YOURS",)


def test_the_photo_of_another_car_is_not_served(shop: Shop, desk: At) -> None:
    _, (one, two) = scene.ready(shop, 2)
    scene.delivered(shop, one)
    with shop.looking() as db:
        sha256 = db.scalars(select(Handover.signature_sha256)).one()
    client = desk("李娜", "2026-11-28 16:00").client
    assert client.get(f"/stock/{one}/photos/{sha256}").status_code == 200
    assert client.get(f"/stock/{two}/photos/{sha256}").status_code == 404
