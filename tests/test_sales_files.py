"""Sales files: listed ten years after the last delivery, destroyed by the word of two, never by themselves."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from dealer.engine.database import new_id
from dealer.engine.history import of_thing, verify
from dealer.engine.name_starts import NameStart
from dealer.engine.steps import place
from dealer.records.customers import Contact, ContactRole, Customer, CustomerClass
from dealer.records.deals import Deal, DealState
from dealer.records.privacy import Destruction, LegalHold
from dealer.records.prospects import Level, Prospect, ProspectState, Source
from dealer.records.vehicles import Unit, UnitState
from tests.conftest import at
from tests.desk import Desk
from tests.drives import Yard
from tests.test_retention import night

DELIVERED = "2016-11-18 15:00"


def bought(yard: Yard, delivered: str = DELIVERED) -> None:
    """段莉 bought a car for herself; her card belongs to the deal."""
    store, owner, when = yard.shop.store.id, yard.keys["李娜"], at(delivered)
    names: dict[str, Any] = {"name_pinyin": "", "name_initials": ""}
    with yard.shop.database.writing(store) as db:
        customer = Customer(store_id=store, number=1, name="段莉", customer_class=CustomerClass.INDIVIDUAL,
                            owner_id=owner, since=when, address="昆明市盘龙区", **names)  # fmt: skip
        db.add(customer)
        db.flush()
        deal = Deal(id=new_id(), store_id=store, number=1, customer_id=customer.id, owner_id=owner, since=when,
                    begun_at=when)  # fmt: skip
        card = Prospect(store_id=store, number=1, name="段莉", phone="13888880031", owner_id=owner, level=Level.N,
                        source=Source.PASSING, last_contact_at=when, since=when, begun_at=when, deal_id=deal.id,
                        **names)  # fmt: skip
        unit = Unit(store_id=store, number=1, vin="LYLAA4183T2100011", model_id=yard.models["X5"], colour="白",
                    delivered_at=when, since=when, begun_at=when, case_id=deal.id)  # fmt: skip
        deal.case_id = card.case_id = deal.id
        place(deal, DealState.CLOSED)
        place(card, ProspectState.OWNER)
        place(unit, UnitState.DELIVERED)
        db.add_all([deal, Contact(store_id=store, customer_id=customer.id, name="段莉", phone="13888880031",
                                  role=ContactRole.BUYS)])  # fmt: skip
        db.flush()
        db.add_all([card, unit])


def test_a_sales_file_goes_after_ten_years_by_the_word_of_two_and_no_hold_is_passed_over(
    shop: Any, desk: Callable[[str], Desk]
) -> None:
    yard = Yard(shop)
    bought(yard)
    assert "sales_contact" not in night(yard, "2026-11-20 03:00").emptied, "nothing is destroyed silently"
    desk("许明").turn_clock("2026-11-18 10:00")
    admin = desk("许明")
    assert "没有保存期已满的销售档案" in admin.get("/privacy/files").text
    assert admin.ask("/privacy/files/1/ask", {"reason": "保存期满"}).codes == ("E-FILE-KEPT",)
    admin.turn_clock("2026-11-20 10:00")
    admin.sign_in()
    listed = admin.get("/privacy/files")
    assert "段莉 个人" in listed.text
    assert 'href="/requests" title="个人信息" aria-current="page"' in listed.html
    assert "/privacy/files/1/ask" in listed.html
    assert desk("陈静").get("/privacy/files").status == 403

    admin.submit("/privacy/holds/new", {"phone": "13888880031", "reason": "诉讼中"})
    assert "依法保留中" in admin.get("/privacy/files").text
    assert admin.ask("/privacy/files/1/ask", {"reason": "保存期满"}).codes == ("E-HOLD",)
    with shop.looking() as db:
        hold = db.scalars(select(LegalHold)).one()
    admin.submit(f"/privacy/holds/{hold.id}/lift", form_at="/privacy/retention")

    assert admin.submit("/privacy/files/1/ask", {"reason": ""}).status == 422
    asked = admin.submit("/privacy/files/1/ask", {"reason": "保存期满"})
    assert asked.url == "/sales-files/1"
    assert "联系人 1" in asked.text
    assert admin.ask("/sales-files/1/destroy").codes == ("E-SELF-APPROVE",)
    assert admin.ask("/privacy/files/1/ask", {"reason": "再申请"}).codes == ("E-FILE-ASKED",)
    boss = desk("周建国")
    assert "销售档案销毁待决定" in boss.get("/today").text
    boss.submit("/sales-files/1/keep", {"reason": "客户来电要求保留发票信息"})
    assert shop_names(shop) == ("段莉", "段莉", "段莉")

    admin.submit("/privacy/files/1/ask", {"reason": "客户已取回资料"})
    told = boss.submit("/sales-files/2/destroy")
    assert "已销毁" in told.text
    assert shop_names(shop) == ("#1", "", "")
    with shop.looking() as db:
        card, file = db.scalars(select(Prospect)).one(), db.scalars(select(Destruction)).all()[-1]
        assert card.state is ProspectState.ERASED
        assert file.emptied == {"customer": 1, "contact": 1, "card": 1}
        assert "erase" in {row.action for row in of_thing(db, card.store_id, file.customer_id)}
        assert {each.what for each in verify(db)} <= {"erased under retention"}
        assert db.scalars(select(NameStart.text)).all() == ["1"], "of the number that stands in the place of the name"
    assert "/privacy/files/1/ask" not in admin.get("/privacy/files").html
    for page in ("/deals/1", "/customers/1"):
        assert desk("陈静").get(page).status == 200, "what was bought is still there, without who it was"


def shop_names(shop: Any) -> tuple[str, str, str]:
    """The customer, their contact, their card."""
    with shop.looking() as db:
        return tuple(db.scalars(select(each.name)).one() for each in (Customer, Contact, Prospect))  # type: ignore[return-value]
