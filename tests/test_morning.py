"""The morning report: of one day and no other, the same whenever it is asked, each number with exactly its rows."""

import re
from collections.abc import Callable
from datetime import date
from html import unescape

from dealer import workflow
from dealer.engine import papers
from dealer.engine.steps import Ask
from dealer.people import by_number
from dealer.prospects import prospects
from dealer.prospects.cards import CardFacts, Contacted, Grading, Handing, Order
from dealer.records.prospects import Level, Prospect, Source, Way
from dealer.reports import morning
from dealer.reports.morning import EVERYBODY, FIGURES, Report
from dealer.reports.morning_paper import terms_of
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk

TUESDAY = date(2026, 11, 10)
TALKED = Contacted(how=Way.CALL, what="周末来店看车")


def _card(shop: Shop, who: str, phone: str, when: str, level: Level) -> int:
    facts = CardFacts(phone=phone, name=f"尾号{phone[-2:]}", source=Source.PASSING)
    with shop.acting(who, at(when), facts) as ask:
        card = prospects.new_card(ask)
        workflow.begin(card, "card", ask)
    _take(shop, who, card.number, "set_level", when, Grading(level=level))
    return card.number


def _take(shop: Shop, who: str, number: int, action: str, when: str, facts: object) -> None:
    with shop.acting(who, at(when), facts) as ask:
        workflow.take(by_number(ask.db, Prospect, ask.actor, number), action, ask)


def _report(shop: Shop, who: str = "马超", day: date = TUESDAY) -> Report:
    with shop.looking() as db:
        return morning.report(db, shop.actor(who, day), day)


def _counts(report: Report, whose: str = EVERYBODY) -> dict[str, int]:
    """The figures that are not nought."""
    return {name: count for name in FIGURES if (count := report.count(name, whose))}


def _a_tuesday(shop: Shop) -> None:
    """Two cards of 王磊, one of 李娜; talks just inside and just outside the day."""
    early = _card(shop, "王磊", "13888880001", "2026-11-09 23:59", Level.A)
    nobody = Contacted(how=Way.CALL, what="无人接听", in_vain=True)
    _take(shop, "王磊", early, "follow_up", "2026-11-10 00:00", nobody)
    cooler = TALKED.model_copy(update={"level": Level.B, "reason": "预算推迟"})
    _take(shop, "王磊", early, "follow_up", "2026-11-10 23:59", cooler)
    late = _card(shop, "王磊", "13888880002", "2026-11-10 19:30", Level.H)  # after the hand-in: still of this day
    _take(shop, "王磊", late, "follow_up", "2026-11-11 00:00", TALKED)
    lina = _card(shop, "李娜", "13888880003", "2026-11-04 10:00", Level.A)  # due on the 9th, nobody calls
    _take(shop, "李娜", lina, "follow_up", "2026-11-11 09:00", TALKED.model_copy(update={"level": Level.H}))


OF_TUESDAY = {
    "new_cards": 1, "contacts": 1, "in_vain": 1, "graded": 1, "cooler": 1, "level_H": 1, "level_A": 1, "level_B": 1,
    "overdue": 1,
}  # fmt: skip


def test_the_report_covers_its_day_from_0_to_24_and_says_the_same_later(shop: Shop) -> None:
    _a_tuesday(shop)
    first = _report(shop)
    assert _counts(first) == OF_TUESDAY
    wang, lina = str(shop.person("王磊").id), str(shop.person("李娜").id)
    assert _counts(first, lina) == {"level_A": 1, "overdue": 1}
    assert first.columns == [lina, wang, EVERYBODY]

    # whatever becomes of the cards: Tuesday stays as it was
    _take(shop, "王磊", 1, "order", "2026-11-12 10:00", Order(what="云岭 X5 一辆"))
    _take(shop, "马超", 2, "hand_over", "2026-11-12 11:00", Handing(owner=shop.person("李娜").id, reason="调岗"))
    assert _report(shop).counted == first.counted
    assert _counts(_report(shop, day=date(2026, 11, 12)))["cards_ordered"] == 1
    assert "level_B" not in _counts(_report(shop, day=date(2026, 11, 12)))
    # a consultant sees their own, the supervisor the group
    assert _counts(_report(shop, "李娜")) == {"level_A": 1, "overdue": 1}
    assert _counts(_report(shop, "张伟")) == OF_TUESDAY


def test_every_number_on_the_page_opens_exactly_its_rows(shop: Shop, desk: Callable[[str], Desk]) -> None:
    _a_tuesday(shop)
    ma = desk("马超")
    ma.turn_clock("2026-11-11 09:30")
    ma.sign_in()
    page = ma.get("/reports/morning")
    assert "2026年11月10日" in page.text
    numbers = re.findall(r'<a(?: class="muted")? href="([^"]+/rows\?[^"]+)">(\d+)</a>', page.html)
    assert len(numbers) == len(FIGURES) * 3
    for url, number in numbers:
        if int(number):
            rows = ma.get(unescape(url))
            assert (rows.status, rows.html.count('<tr role="row" class="row-link')) == (200, int(number)), url
    assert ma.get("/reports/morning/rows?day=2026-11-10&figure=overdue&whose=all").text.count("尾号03") == 1
    assert ma.get("/reports/morning/rows?day=2026-11-10&figure=unknown").status == 404
    assert ma.get("/reports/morning/rows?day=2026-11-10&figure=calls&whose=x").status == 404
    assert desk("郑凯").get("/reports/morning").status == 403


def test_the_report_is_ordered_on_paper_and_prints_what_the_screen_shows(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    _a_tuesday(shop)
    ma = desk("马超")
    ma.turn_clock("2026-11-11 09:30")
    ma.sign_in()
    ordered = ma.submit("/reports/morning/print", {"day": "2026-11-10"}, form_at="/reports/morning")
    assert ordered.status == 200
    assert "正在打印" in ordered.text
    assert desk("王磊").get(ordered.url).status == 404  # they see less than is on it
    with shop.looking() as db:
        told = terms_of(Ask(db, shop.actor("马超"), at("2026-11-11 09:30")), _report(shop), "zh")
    assert [each.name for each in told.overdue] == ["尾号03"]
    html = papers.typeset("morning_report", told, language="zh", number=None, trial=False)
    assert "逾期未联系（1）" in html
    assert papers.typeset("morning_report", told, language="en", number=None, trial=False).count("<h1") == 1
