"""The day of a consultant on screen: what is due, one card after the other, and what waits for whom."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from dealer import waiting
from tests.cast import Shop
from tests.desk import Desk
from tests.screens.browser import PHONE, open_page

Desks = Callable[[str], Desk]
CALLS = "section .task-list li"  # what is due today, not what is folded away for later
COUNT = """() => {
  const seen = (event) => {
    if (!["Control", "Shift"].includes(event.key)) sessionStorage.actions = Number(sessionStorage.actions || 0) + 1;
  };
  for (const kind of ["keydown", "pointerdown"]) addEventListener(kind, seen, true);
}"""


def carded(desk: Desk, when: str, name: str, phone: str) -> None:
    """A new card, due on the next working morning."""
    told = {"name": name, "phone": phone, "source": "internet"}
    assert desk.submit("/prospects/new", told, when=when).status == 200


# ── by hand ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def counted(chromium: Browser, own_demo: str) -> Iterator[Page]:
    """王磊 at the desk; keys and clicks are counted."""
    page = open_page(chromium, own_demo, "王磊", "zh")
    page.context.add_init_script(f"({COUNT})()")
    page.goto(f"{own_demo}/today")
    yield page
    page.context.close()


def actions(page: Page) -> int:
    """How many keys and clicks since the last time."""
    done = int(page.evaluate("sessionStorage.actions || 0"))
    page.evaluate("sessionStorage.actions = 0")
    return done


def test_a_result_of_a_call_takes_three_actions_and_the_next_card_opens(counted: Page) -> None:
    due = counted.locator(CALLS, has_text="联系意向客户").count()
    counted.keyboard.press("j")
    counted.wait_for_url("**/prospects/*")
    first = counted.inner_text("h1")
    counted.locator("label.chip", has_text="仍在比较").click()
    counted.keyboard.press("Control+Enter")
    counted.wait_for_function("name => document.querySelector('h1').innerText !== name", arg=first)
    assert actions(counted) == 3
    assert f"已保存：{first}" in counted.inner_text("body")
    second = counted.inner_text("h1")
    counted.locator("button", has_text="无人接听").click()
    counted.wait_for_function("name => document.querySelector('h1').innerText !== name", arg=second)
    assert actions(counted) == 1
    counted.goto(counted.url.split("/prospects")[0] + "/today")
    assert counted.locator(CALLS, has_text="联系意向客户").count() == due - 2


def test_without_scripts_one_goes_from_card_to_card(chromium: Browser, own_demo: str) -> None:
    page = open_page(chromium, own_demo, "王磊", "zh", size=PHONE, java_script_enabled=False)
    page.locator("main a", has_text="开始联系").click()
    first = page.inner_text("h1")
    page.locator("main a", has_text="下一张卡").click()
    second = page.inner_text("h1")
    page.locator("button", has_text="无人接听").click()
    assert page.inner_text("h1") == first != second
    page.context.close()


# ── what stands there ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_day_is_what_is_late_what_is_due_and_what_is_asked(desk: Desks, shop: Shop) -> None:
    wang, boss = desk("王磊"), desk("马超")
    carded(wang, "2026-11-05 15:00", "高老师", "13577020001")
    carded(wang, "2026-11-09 15:00", "罗女士", "13577020002")
    carded(wang, "2026-11-09 16:00", "段师傅", "13577020004")
    wang.submit("/prospects/3/ask_to_freeze", {"reason": "明年再买"}, when="2026-11-10 09:00")
    wang.turn_clock("2026-11-10 10:00")
    day = wang.get("/today").text
    late, due = day.index("已逾期 1"), day.index("到期事项 2")
    assert late < day.index("高老师") < due < day.index("罗女士")  # until 11:30 nobody of this morning is late
    assert "等待他人处理 1 决定是否休眠 · 段师傅 大客户经理、销售经理" in day
    assert "开始联系（3 位）" in day
    assert "决定是否休眠 · 段师傅" in boss.get("/today").text.partition("以后")[0]
    wang.turn_clock("2026-11-10 11:31")
    assert "已逾期 3" in wang.get("/today").text


def test_what_is_decided_waits_for_nobody_any_more(desk: Desks, shop: Shop) -> None:
    wang, boss = desk("王磊"), desk("马超")
    carded(wang, "2026-11-09 16:00", "段师傅", "13577020004")
    wang.submit("/prospects/1/ask_to_lose", {"reason": "price"}, when="2026-11-10 09:00")
    with shop.looking() as db:
        assert [each.what for each in waiting.on_others(db, shop.actor("王磊"))] == ["loss"]
        assert [each.what for each in waiting.on_me(db, shop.actor("马超"))] == ["loss"]
    boss.submit("/prospects/1/confirm_lost", {"outcome": "已在他店订车"})
    with shop.looking() as db:
        assert waiting.on_others(db, shop.actor("王磊")) == waiting.on_me(db, shop.actor("马超")) == []


def test_the_last_card_of_the_day_leads_back_to_the_day(desk: Desks, shop: Shop) -> None:
    wang = desk("王磊")
    carded(wang, "2026-11-09 15:00", "罗女士", "13577020002")
    told = {"how": "call", "result": "will_come"}
    page = wang.submit("/prospects/1/contact", told, form_at="/prospects/1", when="2026-11-10 09:40")
    assert page.url == "/today"
    assert "已保存：罗女士。今日还剩 0 位。" in page.text
    later = wang.submit("/prospects/1/contact", told, form_at="/prospects/1", when="2026-11-10 10:00")
    assert later.url == "/prospects/1"  # nothing was due: whoever notes something more stays with the card
    assert "约定来店" in later.text


def test_an_entry_says_something(desk: Desks, shop: Shop) -> None:
    wang = desk("王磊")
    carded(wang, "2026-11-09 15:00", "罗女士", "13577020002")
    page = wang.submit("/prospects/1/contact", {"how": "call"}, form_at="/prospects/1")
    assert page.status == 409
    assert "请选择跟进结果，或填写跟进内容。" in page.text
