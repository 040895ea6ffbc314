"""The supervisor's own group: prices below the floor, what waits, what is late, what stands still; promises."""

from collections.abc import Callable
from datetime import date

from tests import deliveries as scene
from tests.cast import Shop
from tests.desk import Desk
from tests.quoting import WHY, deal_at_quotation, draft, lines, open_for_business, step

Desks = Callable[[str], Desk]
CARD = {"source": "passing_by"}


def test_a_supervisor_sees_what_is_late_and_low_in_the_own_group_and_in_no_other(shop: Shop, desk: Desks) -> None:
    open_for_business(shop)
    # 李娜 is of 张伟's group, 何涛 of none
    low = deal_at_quotation(shop, "李娜", name="滇行租赁公司")
    other = deal_at_quotation(shop, "何涛", name="宜良滇行汽贸")
    for deal, who in ((low, "李娜"), (other, "何涛")):
        number = draft(shop, deal, lines(shop, ("X5", 10, 131_000)), who, "2026-11-09 09:00")
        step(shop, who, "2026-11-09 09:10", number, "submit", WHY)
    lina, zhang = desk("李娜"), desk("张伟")
    lina.submit("/prospects/new", {"name": "段先生", "phone": "13888880001", **CARD}, when="2026-11-10 09:00")
    shown = zhang.get("/group")
    assert "李娜" in shown.text
    assert "王磊" in shown.text
    assert "何涛" not in shown.text
    assert ("滇行租赁公司" in shown.text, "宜良滇行汽贸" in shown.text) == (True, False)
    assert "未获批准" in shown.text
    assert "待处理的价格 1" in shown.text
    # nothing is late on the day itself; five weeks later the card and the deal are
    assert "段先生" not in shown.text
    zhang.turn_clock("2026-12-15 10:00")
    later = desk("张伟").get("/group").text
    assert "段先生" in later
    assert "停滞" in later
    assert desk("陈静").get("/group").status == 403
    # who stands in for him sees his group
    shop.send_away("张伟", "陈静", date(2026, 12, 15), date(2026, 12, 18))
    assert "段先生" in desk("陈静").get("/group").text


def test_promises_stand_by_their_day_with_what_is_done_of_them_and_late_ones_are_red(shop: Shop, desk: Desks) -> None:
    number = scene.contract(shop, 3, ((2, "2026-11-30"), (1, "2026-12-10")))
    scene.allocated(shop, scene.batch(shop, number), *scene.arrive(shop, scene.VINS[0]))
    chen = desk("陈静")
    chen.turn_clock("2026-11-30 10:00")
    page = desk("陈静").get("/promises")
    assert ("0 / 2" in page.text, "0 / 1" in page.text) == (True, True)
    assert "逾期 0" in page.text
    chen.turn_clock("2026-12-01 10:00")
    assert "逾期 1" in desk("陈静").get("/promises").text
    assert "text-bad" in desk("陈静").get("/promises").html
    # 王磊 has no deal of this customer, 张伟 leads the group of whoever has
    assert "0 / 2" not in desk("王磊").get("/promises").text
    assert "0 / 2" in desk("张伟").get("/promises").text
