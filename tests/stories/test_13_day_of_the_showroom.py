"""A day of the showroom, from the first party to the signature, and what comes after it: told over the screens."""

from collections.abc import Callable

from tests.cast import Shop
from tests.desk import Desk, Page

ROW = {"heads": 2, "purpose": "look_at_cars", "source": "passing_by", "kind": "visit"}
DAY = "/showroom-days/1"
RIGHT = ROW | {"name": "杨先生", "reason": "又来一位家人"}


def logged(zhao: Desk, shop: Shop, when: str, phone: str = "", name: str = "", **more: str) -> Page:
    """Reception writes a row; 王磊 receives them."""
    who = {"phone": phone, "name": name} if phone else {"no_phone": "1"}
    page = zhao.submit("/walkins/new", ROW | who | {"consultant": str(shop.person("王磊").id)} | more, when=when)
    assert page.status == 200
    return page


def signed(liu: Desk, when: str = "") -> Page:
    """The showroom manager presses the button of the day's page."""
    if when:
        liu.turn_clock(when)
    return liu.press(liu.get(DAY), f"{DAY}/sign")


def test_the_day_is_signed_and_what_comes_after_is_signed_too(shop: Shop, desk: Callable[[str], Desk]) -> None:
    zhao, wang, liu, ma = (desk(name) for name in ("赵敏", "王磊", "刘洋", "马超"))
    logged(zhao, shop, "2026-11-10 10:05", "13888880001", "杨先生")
    logged(zhao, shop, "2026-11-10 11:00")
    logged(zhao, shop, "2026-11-10 14:00", "13888880002", "段女士", kind="call")

    # who is still here stands in the way, by time and name, each with a button beside it
    refused = signed(liu, "2026-11-10 18:00")
    assert refused.status == 409
    assert "尚未离店：10:05 杨先生、11:00。请登记离店。" in refused.text
    for number in (1, 2):
        page = liu.get(DAY)
        assert f"/walkins/{number}/leave" in page.html
        assert liu.press(page, f"/walkins/{number}/leave").url == DAY
    assert "客户均已离店" in liu.get(DAY).text

    # a party that comes while the manager reads is not signed for unseen
    logged(zhao, shop, "2026-11-10 18:05", "13888880003", "何先生")
    zhao.ask("/walkins/4/leave")
    blank = liu.get(f"{DAY}/sign")
    assert "登记表现有 4 行，您看到的是 3 行" in liu.post(f"{DAY}/sign", {"rows": "3"}, blank).text
    assert signed(liu).status == 200
    assert "刘洋 于 2026年11月10日 18:05 签字" in liu.get(DAY).text

    # a correction of a signed row says why, and shows what was and what is now
    bare = wang.submit("/walkins/1/complete", {"result": "周六再来"}, when="2026-11-10 18:10")
    assert (bare.status, "请填写" in bare.text) == (422, True)
    assert wang.submit("/walkins/1/complete", {"result": "周六再来", "reason": "接待时间长"}).status == 200
    corrected = zhao.submit("/walkins/1/correct", RIGHT | {"heads": "3", "consultant": str(shop.person("王磊").id)})
    assert corrected.status == 200
    assert "人数 2 → 3 又来一位家人" in zhao.get("/walkins/1").text
    changed = liu.get(DAY).text
    assert "签后有变动" in changed
    assert "人数 2 → 3 又来一位家人" in changed
    assert "接待结果 — → 周六再来 接待时间长" in changed

    # who comes after the signature reopens nothing: the day waits for a second signature
    logged(zhao, shop, "2026-11-10 18:20")
    assert "来店批次：签字时 3，现为 4" in liu.get(DAY).text

    # nobody signs on that day: the next morning it stands before both managers, overdue
    liu.turn_clock("2026-11-11 09:00")
    for each in (zhao, liu, ma):
        each.sign_in()
    assert "展厅日结签字" in liu.get("/today").text
    assert "展厅日结签字" in ma.get("/today").text
    assert "2026年11月10日 签后有变动" in ma.get("/walkins").text
    assert f"{DAY}/sign" not in ma.get(DAY).html

    # the forgotten party is noted as gone, the supplement is signed, and nothing is due any more
    zhao.ask("/walkins/5/leave")
    assert signed(liu).status == 200
    told = liu.get(DAY).text
    assert "首次签字后有变动" in told
    assert "签字时 3" not in told
    assert "展厅日结签字" not in ma.get("/today").text
