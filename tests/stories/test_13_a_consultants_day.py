"""A consultant's day: calls at half past nine, cards handed in at five, checked and signed, one of them given back; the
next morning's report of it.
"""

import re
from collections.abc import Callable
from datetime import date

from sqlalchemy import select

from dealer import sweep
from dealer.records.hand_ins import HandIn, HandInLine, HandInState
from dealer.records.prospects import FollowUp
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk

S = HandInState
CARDS = {"段先生": "13888880001", "杨女士": "13888880002", "和先生": "13888880003"}


OF_MONDAY = {
    "visits": 0,
    "contacts": 3,
    "cooler": 1,
    "warmer": 0,
    "overdue": 0,
    "promised": 0,
    "level_H": 1,
    "level_B": 2,
}


def _number_on(html: str, figure: str) -> int:
    """What the report shows of the whole shop."""
    found = re.search(rf"figure={figure}&amp;whose=all\">(\d+)<", html)
    assert found is not None, figure
    return int(found[1])


def _card(desk: Desk, name: str, level: str, when: str) -> str:
    made = desk.submit("/prospects/new", {"name": name, "phone": CARDS[name], "source": "passing_by"}, when=when)
    desk.submit(f"{made.url}/set_level", {"level": level})
    return made.url


def _talk(desk: Desk, url: str, when: str, **more: str) -> None:
    said = {"how": "call", "what": "周末带家人来看车"} | more
    assert desk.submit(f"{url}/contact", said, form_at=url, when=when).status == 200


def _hand_in(shop: Shop, name: str, day: int) -> HandIn:
    with shop.looking() as db:
        whose = (HandIn.owner_id == shop.person(name).id, HandIn.day == date(2026, 11, day))
        hand_in = db.scalars(select(HandIn).where(*whose)).one()
        assert hand_in.lines is not None
        return hand_in


def test_a_consultants_day_from_half_past_nine_to_the_signature(shop: Shop, desk: Callable[[str], Desk]) -> None:
    wang, ma = desk("王磊"), desk("马超")
    duan, yang, he = (
        _card(wang, "段先生", "A", "2026-11-03 10:00"),
        _card(wang, "杨女士", "H", "2026-11-07 10:00"),
        _card(wang, "和先生", "B", "2026-11-05 10:00"),
    )

    # from the morning on everybody who keeps cards sees when they are due: Monday 9 November
    sweep.expect_hand_ins(shop.database, at("2026-11-09 00:01"))
    sweep.expect_hand_ins(shop.database, at("2026-11-09 00:02"))
    wang.turn_clock("2026-11-09 09:00")
    morning = wang.get("/today").text
    assert "应在 17:00 前上交" in morning
    assert "17:00" in morning

    # 段先生 is called and cools down; 杨女士 was due and is not called
    _talk(wang, duan, "2026-11-09 09:40", level="B", reason="预算推迟到年底")
    wang.turn_clock("2026-11-09 16:59")
    assert "尚未交卡" not in ma.get("/hand-ins").text
    wang.turn_clock("2026-11-09 17:00")
    late = ma.get("/hand-ins").text
    assert "尚未交卡" in late
    assert "李娜、王磊" in late

    # one click from Today; what is open asks for a word, and what was typed stays
    asked = wang.submit("/hand-ins/today", form_at="/today")
    assert asked.status == 409
    assert "请为每张未完成的卡说明原因：杨女士。" in asked.text
    with shop.looking() as db:
        card = db.scalars(select(HandIn)).first()
        assert card is not None
        assert card.state is S.EXPECTED
    keys = {name: asked.hidden(name) for name in ("words-0-card",)}
    told = keys | {"words-0-reason": "客户出差，约定周三回电", "remark": ""}
    handed = wang.submit("/hand-ins/today", told, form_at="/today")
    assert handed.status == 200
    assert "待签字" in handed.text
    assert "应联系未联系" in handed.text
    lines = {line.prospect.name: line for line in _lines(shop, "王磊", 9)}
    assert set(lines) == {"段先生", "杨女士"}  # 和先生 was neither touched nor due
    assert (lines["段先生"].level_before.value, lines["段先生"].level_after.value) == ("A", "B")
    assert lines["杨女士"].missed
    assert lines["杨女士"].reason == "客户出差，约定周三回电"

    # nobody signs their own; the manager sees what was missed and what went down, and gives one card back
    number = _hand_in(shop, "王磊", 9).number
    assert wang.ask(f"/hand-ins/{number}/sign").codes == ("E-NOT-YOURS",)
    page = ma.get("/hand-ins").text
    assert page.index("应联系未联系") < page.index("等待您签字")
    assert "降级" in page
    back = {"card": str(lines["杨女士"].prospect_id), "remark": "今天就发消息确认"}
    assert ma.submit(f"/hand-ins/{number}/return_card", back, when="2026-11-09 17:20").status == 200

    # what was on the manager's page is what is signed: a hand-in renewed meanwhile is looked at again
    seen = ma.get("/hand-ins")
    _talk(wang, he, "2026-11-09 17:30", what="晚间来电询价")
    wang.submit(f"/hand-ins/{number}/hand_in", told, when="2026-11-09 17:31")
    stale = ma.post("/hand-ins/sign", {"hand_in": f"{number}:{_version_on(seen.html, number)}"}, seen)
    assert stale.status == 409
    assert "请先阅读最新内容" in stale.text
    assert _hand_in(shop, "王磊", 9).state is S.HANDED_IN
    ma.submit(f"/hand-ins/{number}/return_card", back, when="2026-11-09 17:35")
    page_now = ma.get("/hand-ins")
    ma.turn_clock("2026-11-09 17:40")
    signed = ma.post("/hand-ins/sign", {"hand_in": f"{number}:{_version_on(page_now.html, number)}"}, page_now)
    assert signed.status == 200
    assert "已签字" in signed.text
    assert wang.ask(f"/hand-ins/{number}/hand_in", {}).codes == ("E-STATE",)

    # a correction keeps the first text and is marked; what is done later goes into the next hand-in
    with shop.looking() as db:
        entry = db.scalars(select(FollowUp).order_by(FollowUp.at).limit(1)).one()
    right = {"follow_up": str(entry.id), "what": "周日下午带家人来看车"}
    assert wang.submit(f"{duan}/correct_entry", right, when="2026-11-09 18:00").status == 200
    record = wang.get(duan).text
    assert "周末带家人来看车" in record
    assert "周日下午带家人来看车" in record
    assert "签字后更正" in record
    _talk(wang, yang, "2026-11-09 18:10", what="已发消息，周三回电")

    # the next morning's report is of the 9th and of nothing else, what came after the signature included
    ma.turn_clock("2026-11-10 08:40")
    ma.sign_in()
    report = ma.get("/reports/morning")
    assert "2026年11月9日 0:00 至 24:00" in report.text
    numbers = {name: _number_on(report.html, name) for name in OF_MONDAY}
    assert numbers == OF_MONDAY
    rows = ma.get(f"/reports/morning/rows?day=2026-11-09&figure=cooler&whose={shop.person('王磊').id}").text
    assert "段先生" in rows
    assert "杨女士" not in rows

    # the next day: the card that was given back comes again and asks for an answer
    sweep.expect_hand_ins(shop.database, at("2026-11-10 00:01"))
    wang.turn_clock("2026-11-10 17:00")
    open_now = wang.get("/hand-ins/today")
    assert "今天就发消息确认" in open_now.text
    answer = {"words-0-card": open_now.hidden("words-0-card"), "words-0-reason": "已发消息"}
    assert wang.submit("/hand-ins/today", answer).status == 200
    lines = {line.prospect.name: line for line in _lines(shop, "王磊", 10)}
    assert set(lines) == {"段先生", "杨女士"}
    assert (lines["杨女士"].asked, lines["杨女士"].reason) == ("今天就发消息确认", "已发消息")
    assert not lines["杨女士"].missed


def _lines(shop: Shop, name: str, day: int) -> list[HandInLine]:
    with shop.looking() as db:
        hand_in = db.get_one(HandIn, _hand_in(shop, name, day).id)
        return [line for line in hand_in.lines if line.prospect]


def _version_on(html: str, number: int) -> str:
    return html.split(f'value="{number}:')[1].split('"', maxsplit=1)[0]
