"""Sub-dealers: nobody sells for us without an agreement that two have agreed; territories, visits, support."""

from collections.abc import Callable
from typing import Any

from dealer.network import territories
from dealer.people import by_number
from dealer.records.network import SubDealer, SubDealerState, SupportRequest, SupportState
from dealer.sweep import fire_due
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk
from tests.quoting import model, open_for_business

YILIANG = {
    "name": "宜良滇行汽贸", "uscc": "91530125MA6N2T4K1P", "contact": "普文斌", "phone": "13888880071",
    "territory": "宜良县，石林县, 宜良县",
}  # fmt: skip
SHILIN = {"name": "石林彩云车行", "uscc": "91530126MA6N5P2Q87", "contact": "毕晓云", "territory": "昆明市石林县"}


def test_areas_are_told_apart_however_they_are_typed_and_one_may_lie_in_another() -> None:
    assert territories.areas("宜良县，石林县, 宜良县/ 陆良县") == ("宜良县", "石林县", "陆良县")
    first, second = SubDealer(territory="宜良县、石林县"), SubDealer(territory="昆明市石林县、官渡区")
    assert territories.overlaps(first, [first, second]) == [(second, ("石林县",))]
    assert territories.overlaps(second, [first]) == [(first, ("昆明市石林县",))]


def agreement(shop: Shop, floor: str = "137,300") -> dict[str, Any]:
    """The fields of an agreement of a year, with one model."""
    return {
        "code": "EW-2026-003", "from_day": "2026-11-01", "until_day": "2027-10-31", "capacity": "6",
        "terms-0-model": str(model(shop, "X5").id), "terms-0-floor": floor, "terms-0-pay": "1,500",
        "scan": ("协议.pdf", b"%PDF-1.7 agreement"),
    }  # fmt: skip


def _state(shop: Shop) -> SubDealerState:
    with shop.looking() as db:
        found = by_number(db, SubDealer, shop.actor("何涛"), 1)
        assert found is not None
        return found.state


def test_a_sub_dealer_is_planned_agreed_by_two_active_and_ends_with_its_agreement(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    open_for_business(shop)
    he, lina, zhou = desk("何涛"), desk("李娜"), desk("周建国")
    assert desk("王磊").get("/network").status == 403
    assert he.submit("/network/new", YILIANG).url == "/network/1"
    assert he.ask("/network/new", YILIANG).codes == ("E-SUB-DEALER-KNOWN",)
    assert lina.submit("/network/new", SHILIN).url == "/network/2"
    assert "石林彩云车行也在石林县销售" in he.get("/network/1").text
    assert lina.ask("/network/1/keep", {"owner": str(shop.person("李娜").id)}).codes == ("E-NOT-YOURS",)

    # without an agreement that somebody else has confirmed nobody sells
    assert he.ask("/network/1/activate").codes == ("E-NO-AGREEMENT",)
    too_low = he.submit("/network/1/record_agreement", agreement(shop, "136,799.99"))
    assert too_low.status == 409
    assert "顾问底价为 136,800" in too_low.text
    assert "EW-2026-003" in too_low.html, "what was typed stays"
    over = he.submit("/network/1/record_agreement", agreement(shop) | {"until_day": "2026-11-09"})
    assert "截止日早于" in over.text
    he.submit("/network/1/record_agreement", agreement(shop))
    assert he.ask("/network/1/activate").codes == ("E-NO-AGREEMENT",)
    assert "确认二级网点协议" in zhou.get("/today").text
    assert zhou.ask("/network/1/confirm_agreement").status == 200
    assert he.ask("/network/2/activate").codes == ("E-NO-AGREEMENT", "E-REQ-FIELD")
    assert he.press(he.get("/network/1"), "/network/1/activate").status == 200
    page = he.get("/network/1").text
    assert "137,300" in page
    assert "1,500" in page
    assert "普文斌 138****0071" in zhou.get("/network/1").text

    # its last day passes: it is suspended by itself, and a new agreement lets it go on
    with shop.looking():
        fire_due(shop.database, at("2027-11-01 00:06"))
    assert _state(shop) is SubDealerState.SUSPENDED
    he.turn_clock("2027-11-01 09:00")
    he.sign_in()
    assert he.ask("/network/1/resume").codes == ("E-NO-AGREEMENT",)


def test_a_sub_dealer_nobody_visits_is_red_and_its_visits_stand_on_its_page(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    open_for_business(shop)
    he, zhou = desk("何涛"), desk("周建国")
    he.submit("/network/new", YILIANG)
    he.submit("/network/1/record_agreement", agreement(shop))
    zhou.ask("/network/1/confirm_agreement")
    he.ask("/network/1/activate")
    assert "应安排拜访" not in he.get("/network").text
    form = he.get("/outings/new?kind=sub_dealer&customer=1")
    chosen = form.html.split('name="customer"')[1].split(" selected")[0].rsplit('value="', 1)[1].split('"')[0]
    visit = {"kind": "sub_dealer", "customer": chosen, "at": "2026-11-10T10:00", "aim": "检查展车"}
    assert he.post("/outings/new", visit, form).url == "/outings/1"
    he.turn_clock("2026-11-10 17:00")
    told = {"met": "普文斌", "result": "展厅整改完成", "next_step": "下月培训"}
    he.submit("/outings/1/report", told)
    assert "展厅整改完成 → 下月培训" in he.get("/network/1").text
    he.turn_clock("2026-12-12 09:00")
    he.sign_in()
    assert "应安排拜访" in he.get("/network").text


def test_what_a_sub_dealer_needs_has_somebody_who_sees_to_it_by_a_day(shop: Shop, desk: Callable[[str], Desk]) -> None:
    he, sun = desk("何涛"), desk("孙强")
    he.submit("/network/new", YILIANG)
    sun_id, wang_id = (str(shop.person(name).id) for name in ("孙强", "王磊"))
    wanted = {"kind": "display_car", "what": "X5 展车一台", "due_on": "2026-11-12", "owner": sun_id}
    assert he.ask("/network/1/support", wanted | {"due_on": "2026-11-09"}).codes == ("E-SUPPORT-DAY",)
    refused = he.ask("/network/1/support", wanted | {"owner": wang_id})
    assert refused.json["refusals"][0]["field"] == "owner"
    assert desk("王磊").ask("/network/1/support", wanted).status == 403
    assert he.submit("/network/1/support", wanted).url == "/support-requests/1"
    assert "办理网点支持请求" in sun.get("/today").text or "X5" in sun.get("/today").text
    assert desk("郑凯").get("/support-requests/1").status == 404
    he.turn_clock("2026-11-13 09:00")
    he.sign_in()
    assert "已逾期" in he.get("/network/support").text
    sun.sign_in()
    assert sun.ask("/support-requests/1/finish", {}).status == 422
    assert sun.submit("/support-requests/1/finish", {"result": "展车已送达"}).status == 200
    assert he.ask("/support-requests/1/reopen", {"comment": "颜色不对"}).status == 200
    assert he.ask("/support-requests/1/decline", {"comment": "无此颜色"}).status == 200
    with shop.looking() as db:
        found = by_number(db, SupportRequest, shop.actor("何涛"), 1)
        assert found is not None
        assert (found.state, found.result) == (SupportState.DECLINED, "无此颜色")
