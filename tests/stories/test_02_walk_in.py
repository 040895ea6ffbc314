"""Story 2: a party of two walks in, another leaves no phone, the cards are handed in, the next morning is told so."""

import re
from collections.abc import Callable
from datetime import date

from sqlalchemy import select

from dealer.engine.words import SHOP_ZONE
from dealer.records.prospects import Level, Prospect, ProspectState
from dealer.reports import morning
from dealer.reports.morning import EVERYBODY
from dealer.showroom import showroom
from tests.cast import Shop
from tests.desk import Desk

PARTY_OF_TWO = {"heads": 2, "purpose": "look_at_cars", "phone": "13888880001", "name": "杨先生", "kind": "visit"}


def test_story_2_walk_in_to_card(shop: Shop, desk: Callable[[str], Desk]) -> None:
    zhao, wang = desk("赵敏"), desk("王磊")
    wanglei = str(shop.person("王磊").id)
    zhao.turn_clock("2026-11-10 10:05")

    # without the source nothing is saved, and everything typed is still there
    refused = zhao.submit("/walkins/new", PARTY_OF_TWO | {"consultant": wanglei})
    assert refused.status == 409
    assert "请选择信息来源" in refused.text
    assert "13888880001" in refused.html
    told = zhao.ask("/walkins/new", PARTY_OF_TWO | {"consultant": wanglei})
    assert [(each["code"], each["field"]) for each in told.json["refusals"]] == [("E-REQ-FIELD", "source")]

    # with it the phone makes the card, level N, owned by who receives them
    saved = zhao.submit("/walkins/new", PARTY_OF_TWO | {"consultant": wanglei, "source": "passing_by"})
    assert saved.status == 200
    with shop.looking() as db:
        card = db.scalars(select(Prospect)).one()
        assert (card.level, card.state, card.phone) == (Level.N, ProspectState.CARDED, "13888880001")
        assert card.owner_id == shop.person("王磊").id

    # 王磊 grades it B the same day: next contact within seven days, in the morning
    graded = wang.submit(f"/prospects/{card.number}/set_level", {"level": "B"}, when="2026-11-10 11:00")
    assert graded.status == 200
    with shop.looking() as db:
        card = db.scalars(select(Prospect)).one()
        assert card.level is Level.B
        assert card.next_contact_at is not None
        due = card.next_contact_at.astimezone(SHOP_ZONE)
    assert due.date() <= date(2026, 11, 17)
    assert f"{due:%H:%M}" == "09:30"

    # the second party leaves no phone: no card, still counted
    second = {"heads": 1, "purpose": "look_at_cars", "source": "passing_by", "no_phone": "1", "kind": "visit"}
    assert zhao.submit("/walkins/new", second, when="2026-11-10 15:00").status == 200
    with shop.looking() as db:
        assert len(db.scalars(select(Prospect)).all()) == 1
        figures = showroom.day_figures(db, shop.store.id, date(2026, 11, 10))
    assert (figures.first, figures.first_with_phone, figures.kept_percent) == (2, 1, 50)
    assert re.search(r"50\s?%", zhao.get("/walkins").text)

    # at five 王磊 hands in, 马超 signs; the next morning's report shows exactly these
    ma = desk("马超")
    assert wang.submit("/hand-ins/today", form_at="/today", when="2026-11-10 17:00").status == 200
    waiting = ma.get("/hand-ins")
    signed = ma.post(
        "/hand-ins/sign", {"hand_in": re.findall(r'name="hand_in" value="([^"]+)"', waiting.html)}, waiting
    )
    assert "已签字" in signed.text
    ma.turn_clock("2026-11-11 08:40")
    ma.sign_in()
    with shop.looking() as db:
        report = morning.report(db, shop.actor("马超"), date(2026, 11, 10))
    told = {line: morning.shown(report, line, EVERYBODY) for lines in morning.parts().values() for line in lines}
    assert {line: number for line, number in told.items() if number != "0"} == {
        "visits": "2", "first": "2", "first_with_phone": "1", "kept": "50 %", "new_cards": "1", "graded": "1",
        "level_B": "1",
    }  # fmt: skip
    page = ma.get("/reports/morning").text
    assert "2026年11月10日 0:00 至 24:00" in page
    assert "50 %" in page
    assert "王磊 已签字" in page
