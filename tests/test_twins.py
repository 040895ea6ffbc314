"""Two cards of one person: found by phone, code or name, and merged so that nothing is lost and one owner is left."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from dealer import workflow
from dealer.engine.history import of_thing, verify
from dealer.engine.steps import Refused
from dealer.people import by_number
from dealer.prospects import card_lists, twins
from dealer.prospects.cards import CardFacts, Contacted, Grading, Order
from dealer.prospects.twins import Merging
from dealer.records.prospects import Level, Prospect, ProspectState, Source, Visit, Way
from dealer.showroom import showroom
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk
from tests.test_prospects import carded, owed, seen, take, visited

S = ProspectState
CODE = "91530100MA6KCX9U4R"
LI = CardFacts(phone="13888880001", name="李建国", company="滇行租赁公司", source=Source.PASSING)
OTHER_PHONE = LI.model_copy(update={"phone": "13888880002", "do_not_call": False})
WHY = "同一人的两个号码"


def merging(shop: Shop, owner: str, into: int = 1) -> Merging:
    return Merging(into=into, owner=shop.person(owner).id, reason=WHY)


@pytest.mark.parametrize(
    "first, second, by",
    [
        ({"uscc": CODE}, {"uscc": CODE, "name": "李总", "company": ""}, "uscc"),
        ({}, {}, "name"),
        ({"name": "张静"}, {"name": "张婧"}, "name"),
        ({"name": "李先生", "company": ""}, {"name": "李先生", "company": ""}, None),
        ({"name": "李建国", "company": ""}, {"name": "李建国", "company": ""}, "name"),
        ({}, {"company": "滇池物流公司"}, None),
    ],
)
def test_cards_that_may_be_of_one_person_are_found(
    shop: Shop, first: dict[str, str], second: dict[str, str], by: str | None
) -> None:
    carded(shop, facts=LI.model_copy(update=first))
    carded(shop, who="李娜", facts=OTHER_PHONE.model_copy(update=second))
    with shop.looking() as db:
        assert [(each.card.number, each.by) for each in twins.twins_of(db, seen(shop))] == ([(2, by)] if by else [])


def test_a_phone_that_once_came_with_the_other_card_tells_as_well(shop: Shop) -> None:
    visited(shop, "2026-11-09 10:00")
    take(shop, "2026-11-09 11:00", "edit", OTHER_PHONE.model_copy(update={"name": "李先生", "company": ""}))
    visited(shop, "2026-11-10 10:00", who="李娜")
    with shop.looking() as db:
        for number in (1, 2):
            assert [each.by for each in twins.twins_of(db, seen(shop, number))] == ["phone"]


def test_merging_keeps_both_records_and_leads_every_link_to_the_card_that_stays(shop: Shop) -> None:
    carded(shop, "2026-11-09 10:00", facts=LI)
    take(shop, "2026-11-09 10:10", "follow_up", Contacted(how=Way.CALL, what="要 30 台"))
    visited(shop, "2026-11-10 10:00", who="李娜")
    carded(shop, "2026-11-10 10:30", who="李娜", facts=OTHER_PHONE.model_copy(update={"uscc": CODE}))
    take(shop, "2026-11-10 10:40", "set_level", Grading(level=Level.A), who="李娜", number=2)
    take(shop, "2026-11-10 10:50", "follow_up", Contacted(how=Way.CALL, what="月底定"), who="李娜", number=2)
    take(
        shop, "2026-11-10 10:55", "edit", OTHER_PHONE.model_copy(update={"uscc": CODE, "do_not_call": True}), "李娜", 2
    )
    gone = take(shop, "2026-11-10 11:00", "merge", merging(shop, "李娜"), who="马超", number=2)
    stays = seen(shop)
    assert (gone.state, gone.merged_into_id, gone.next_contact_at) == (S.MERGED, stays.id, None)
    assert (stays.owner.name, stays.uscc, stays.do_not_call, stays.level) == ("李娜", CODE, True, Level.A)
    assert stays.last_contact_at == at("2026-11-10 10:50")
    assert "contact_prospect" not in {
        what for who in ("李娜", "王磊") for what, _ in owed(shop, who, "2026-12-31 00:00")
    }
    with shop.looking() as db:
        assert [entry.what for entry in card_lists.record_of(db, stays)] == ["月底定", "要 30 台"]
        assert card_lists.with_phone(db, stays.store_id, "13888880002") == db.get(Prospect, stays.id)
        told = {row.action: row.facts for row in of_thing(db, stays.store_id, stays.id)}
        assert str(shop.person("王磊").id) in told["owner_was"]
        assert '"card":2' in told["merged"].replace(" ", "")
        assert verify(db) == []
    assert refused(shop, "2026-11-10 11:10", "follow_up", Contacted(how=Way.SHOWROOM, what="x"), 2) == ("E-STATE",)


def test_a_third_card_leads_to_the_last_one_and_a_later_visit_comes_there(shop: Shop) -> None:
    for phone in ("13888880003", "13888880001", "13888880002"):
        carded(shop, facts=LI.model_copy(update={"phone": phone}))
    take(shop, "2026-11-10 11:00", "merge", merging(shop, "王磊", into=3), number=2)
    take(shop, "2026-11-10 11:10", "merge", merging(shop, "王磊", into=1), number=3)
    visited(shop, "2026-11-12 10:00")
    with shop.looking() as db:
        first = seen(shop)
        assert [card.number for card in twins.merged_into(db, first)] == [2, 3]
        assert [visit.phone for visit in showroom.visits_of(db, first)] == ["13888880001"]
        assert first.last_contact_at == at("2026-11-12 10:00")


def test_the_visits_of_the_card_that_goes_belong_to_the_one_that_stays(shop: Shop) -> None:
    carded(shop, "2026-11-09 10:00", facts=OTHER_PHONE)
    visited(shop, "2026-11-10 10:00")
    take(shop, "2026-11-10 11:00", "merge", merging(shop, "王磊"), number=2)
    with shop.looking() as db:
        assert db.scalars(select(Visit.prospect_id)).all() == [seen(shop).id]
    assert seen(shop).last_contact_at == at("2026-11-10 10:00")


def refused(shop: Shop, when: str, action: str, facts: object, number: int, who: str = "王磊") -> tuple[str, ...]:
    with pytest.raises(Refused) as refusal, shop.acting(who, at(when), facts) as ask:
        workflow.take(by_number(ask.db, Prospect, ask.actor, number), action, ask)
    return refusal.value.codes


def test_who_merges_what_into_what(shop: Shop) -> None:
    when = "2026-11-10 11:00"
    carded(shop, facts=LI)
    carded(shop, facts=OTHER_PHONE)
    carded(shop, who="李娜", facts=LI.model_copy(update={"phone": "13888880003"}))
    assert refused(shop, when, "merge", merging(shop, "王磊", into=2), 2) == ("E-MERGE-CARD",)
    assert refused(shop, when, "merge", merging(shop, "王磊", into=9), 2) == ("E-MERGE-CARD",)
    assert refused(shop, when, "merge", merging(shop, "王磊", into=3), 2) == ("E-MERGE-OWNER",)
    assert refused(shop, when, "merge", merging(shop, "张伟"), 2) == ("E-REQ-FIELD",)
    assert refused(shop, when, "merge", merging(shop, "李娜"), 2, who="李娜") == ("E-NOT-YOURS",)
    take(shop, "2026-11-10 10:30", "order", Order(what="X5"), number=2)
    assert refused(shop, when, "merge", merging(shop, "王磊"), 2) == ("E-MERGE-ORDER",)
    take(shop, when, "merge", merging(shop, "王磊", into=2), number=1)
    assert refused(shop, when, "merge", merging(shop, "李娜", into=1), 3, who="马超") == ("E-MERGE-CARD",)


def test_the_number_of_a_merged_card_opens_the_one_that_stayed(shop: Shop, desk: Callable[[str], Desk]) -> None:
    carded(shop, facts=LI)
    carded(shop, facts=OTHER_PHONE)
    wang = desk("王磊")
    assert "可能是同一客户" in wang.get("/prospects/1").text
    assert "可能是同一客户" not in desk("李娜").get("/prospects?view=twins").text
    assert wang.get("/prospects?view=twins").text.count("李建国") == 2
    form = wang.get("/prospects/2/merge?into=1")
    assert 'name="into"' in form.html
    assert 'value="1"' in form.html
    assert f'<option value="{shop.person("王磊").id}" selected>' in form.html
    told = {"into": "1", "owner": str(shop.person("王磊").id), "reason": WHY}
    page = wang.submit("/prospects/2/merge", told, when="2026-11-10 11:00")
    assert (page.status, page.url) == (200, "/prospects/1")
    assert "2 号卡 李建国 13888880002" in page.text
    assert wang.get("/prospects/2").url == "/prospects/1"
    assert "可能是同一客户" not in page.text
