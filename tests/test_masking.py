"""The mask table against rendered pages: every phone of the shop, every role, every page that shows one.

Expected is written down here, by role, from what the trade needs; what a page shows is looked for in its bytes.
"""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from pydantic import ValidationError
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from dealer import workflow
from dealer.engine.database import next_number
from dealer.engine.history import History
from dealer.engine.identifiers import mask_phone
from dealer.engine.steps import Refused
from dealer.engine.words import word
from dealer.people import Actor
from dealer.privacy import exports, masking, reveals
from dealer.privacy.corrections import Answering
from dealer.privacy.data_requests import Identifying
from dealer.prospects.cards import Why
from dealer.records.customers import Contact, ContactRole, Customer
from dealer.records.people import Role
from dealer.records.privacy import Export
from dealer.records.prospects import Prospect, Purpose, Source, Visit, VisitKind
from dealer.showroom import reception
from dealer.showroom.visits import Arriving
from tests.cast import CAST, Shop
from tests.conftest import at
from tests.desk import Desk
from tests.drives import Yard
from web.privacy.privacy import KINDS

SELLERS = {"王磊", "李娜", "张伟", "陈静", "何涛"}
# Whose work needs a field whole. 王磊 received the visit, owns its card and accompanies the drive.
WHOLE = {
    "visit.phone": {"王磊", "赵敏"},  # the consultant, and the desk on the day itself
    "card.phone": {"王磊"},
    "drive.phone": {"王磊", "李娜", "赵敏"},
    "contact.phone": SELLERS | {"吴倩"},
    "party.phone": SELLERS | {"吴倩"},
    "receiver.phone": SELLERS | {"吴倩", "孙强", "林芳"},
    "complaint.phone": {"林芳", "陈静", "冯涛", "王磊"},  # who asks whether it helped, and who handles it
    "enquiry.phone": {"赵敏", "林芳", "王磊"},
    "appointment.phone": {"王磊", "李娜", "赵敏", "冯涛", "林芳"},
    "outside.phone": {"王磊", "张伟", "陈静"},
}


def test_the_table_says_whose_work_needs_a_phone_whole() -> None:
    for field, whole in WHOLE.items():
        for name, (_, role) in CAST.items():
            who = Actor(None, name, None, frozenset({role}))  # type: ignore[arg-type]
            own = name == "王磊" or (field == "visit.phone" and role is Role.RECEPTION)
            shown = masking.phone(field, "13888880021", who, own=own)
            assert shown == ("13888880021" if name in whole else "138****0021"), (field, name)
    assert set(masking.MASKS) == set(WHOLE)


@pytest.fixture
def scene(shop: Shop) -> dict[str, tuple[str, str]]:
    """A visit with its card, a drive and a contact: the field → the page that shows it, the phone."""
    yard = Yard(shop, day="2026-11-10")
    party = Arriving(
        kind=VisitKind.VISIT, heads=1, purpose=Purpose.LOOK, source=Source.PASSING, phone="13577001234", name="和先生",
        model=yard.models["X5"], quantity=5, consultant=yard.keys["王磊"],
    )  # fmt: skip
    with shop.acting("赵敏", yard.when("09:00"), party) as ask:
        workflow.begin(reception.party_of(ask), "log", ask)
    drive = yard.book(facts=yard.booking(starts="10:00"), when="09:00")
    with shop.database.writing(shop.store.id) as db:
        customer = Customer(
            store_id=shop.store.id, number=next_number(db, shop.store.id, "customer"), name="滇行租赁公司",
            name_pinyin="", name_initials="", customer_class="rental", owner_id=yard.keys["李娜"],
            since=yard.when("09:00"),
        )  # fmt: skip
        db.add(customer)
        db.flush()
        db.add(Contact(store_id=shop.store.id, customer_id=customer.id, name="段莉", phone="13888880031",
                       role=ContactRole.BUYS))  # fmt: skip
    return {
        "visit.phone": ("/walkins/1", "13577001234"),
        "card.phone": ("/prospects/1", "13577001234"),
        "drive.phone": (f"/drives/{drive}", "13888880021"),
        "contact.phone": ("/customers/1", "13888880031"),
    }


LISTS = ("/walkins", "/prospects", "/drives", "/drives/register", "/customers", "/today", "/search?q=0021")


def test_no_page_shows_a_phone_whole_to_whom_the_table_does_not_name(
    shop: Shop, scene: dict[str, tuple[str, str]], desk: Callable[[str], Desk]
) -> None:
    desk("王磊").turn_clock("2026-11-10 09:30")
    wrong = []
    for name in CAST:
        browser = desk(name)
        for field, (page, phone) in scene.items():
            answer = browser.get(page)
            if answer.status == 200 and (phone in answer.html) != (name in WHOLE[field]):
                wrong.append(f"{page} to {name}: {'whole' if phone in answer.html else 'masked'}")
            if answer.status == 200 and name not in WHOLE[field] and mask_phone(phone) not in answer.text:
                wrong.append(f"{page} to {name}: not even masked")
        for page in LISTS:
            html = browser.get(page).html
            wrong += [
                f"{page} to {name} shows {phone}"
                for field, (_, phone) in scene.items()
                if phone in html and name not in WHOLE[field] | WHOLE["card.phone"]
            ]
    assert not wrong, "\n".join(wrong)


def test_a_phone_is_shown_for_a_reason_for_some_minutes_and_the_administrator_reads_which(
    shop: Shop, scene: dict[str, tuple[str, str]], desk: Callable[[str], Desk]
) -> None:
    desk("刘洋").turn_clock("2026-11-10 11:00")
    boss, keys = desk("刘洋"), {}
    with shop.looking() as db:
        keys["contacts"] = (db.scalars(select(Contact.id)).one(), "contact.phone")
        keys["visits"] = (db.scalars(select(Visit.id)).one(), "visit.phone")
    for kind, (key, field) in keys.items():
        page, phone = scene[field]
        assert f"/reveal/{kind}/{key}" in boss.get(page).html
        assert boss.submit(f"/reveal/{kind}/{key}", {"reason": ""}).status == 422
        assert phone in boss.submit(f"/reveal/{kind}/{key}", {"reason": "客户投诉回访"}).html
        assert desk("周建国").get(page).html.count(phone) == 0, "another person's reason shows me nothing"
    assert desk("高洁").get(f"/reveal/contacts/{keys['contacts'][0]}").status == 403
    admin = desk("许明")
    listed = admin.get("/privacy").text
    assert listed.count("刘洋") == 2
    assert "客户投诉回访" in listed
    assert boss.get("/privacy").status == 403
    boss.turn_clock("2026-11-10 11:10")
    assert scene["contact.phone"][1] not in boss.get("/customers/1").html
    with shop.looking() as db:
        assert len(reveals.newest(db, shop.actor("许明"))) == 2
        rows = db.scalars(select(History).where(History.action == "reveal_phone")).all()
    assert [json.loads(row.facts) for row in rows] == [{"reason": "客户投诉回访"}] * 2


def test_nobody_shows_themselves_a_phone_without_the_duty(shop: Shop, scene: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused, shop.acting("高洁", at("2026-11-10 11:00"), Why(reason="好奇")) as ask:
        reveals.reveal_phone(ask, "contact", ask.db.scalars(select(Contact)).one())
    assert refused.value.codes == ("E-NOT-YOURS",)


def rows_of(sheet: bytes) -> list[list[Any]]:
    """The cells of a sheet."""
    return CalamineWorkbook.from_filelike(BytesIO(sheet)).get_sheet_by_index(0).to_python()


def test_a_list_that_is_taken_out_says_by_whom_and_shows_no_more_than_the_screen(
    shop: Shop, scene: dict[str, tuple[str, str]], desk: Callable[[str], Desk]
) -> None:
    desk("李娜").turn_clock("2026-11-10 11:00")
    seller, keeper = desk("李娜"), desk("孙强")
    assert seller.submit("/exports/customers", {"reason": ""}).status == 422
    ready = seller.submit("/exports/customers", {"reason": "季度拜访计划"})
    sheet = seller.client.get(f"{ready.url}/file")
    rows = rows_of(sheet.data)
    assert "李娜" in rows[0][0]
    assert "1 行" in rows[0][0]
    assert rows[0][0] == rows[-1][0]
    assert "13888880031" in rows[2]
    assert keeper.client.get(f"{ready.url}/file").status_code == 404, "a sheet is for whoever took it out"
    assert keeper.get("/exports/customers").status == 403
    masked = keeper.submit("/exports/drives", {"reason": "核对用车"})
    sheet = keeper.client.get(f"{masked.url}/file")
    assert "138****0021" in rows_of(sheet.data)[2]
    log = desk("许明").get("/exports").text
    assert "季度拜访计划" in log
    assert "核对用车" in log
    with shop.looking() as db:
        assert sorted((each.kind, each.rows) for each in db.scalars(select(Export))) == [
            ("customers", 1),
            ("drives", 1),
        ]


def test_cards_and_the_register_are_taken_out_with_the_phones_that_are_ones_own(
    shop: Shop, scene: dict[str, tuple[str, str]], desk: Callable[[str], Desk]
) -> None:
    desk("王磊").turn_clock("2026-11-10 11:00")
    for page in ("/prospects", "/walkins"):
        assert f'href="/exports{page}"' in desk("王磊").get(page).html

    def taken(who: str, kind: str) -> list[list[Any]]:
        browser = desk(who)
        ready = browser.submit(f"/exports/{kind}", {"reason": "周会核对"})
        return rows_of(browser.client.get(f"{ready.url}/file").data)

    for kind in ("prospects", "walkins"):
        mine, boss = taken("王磊", kind), taken("刘洋", kind)
        assert "13577001234" in mine[2]
        assert "135****1234" in boss[2], "a manager asks for a phone by name, and says why"
        assert "刘洋" in boss[0][0]
        assert "1 行" in boss[0][0]
    assert len(taken("李娜", "prospects")) == 3, "a colleague's card is not hers to take out"
    assert "首次" in taken("赵敏", "walkins")[2]
    assert desk("赵敏").get("/exports/prospects").status == 403
    assert desk("吴倩").get("/exports/walkins").status == 403
    with shop.looking() as db:
        assert {(each.kind, each.rows) for each in db.scalars(select(Export))} == {
            ("prospects", 1), ("prospects", 0), ("walkins", 1),
        }  # fmt: skip


def test_what_a_customer_typed_is_no_formula_in_a_sheet(
    shop: Shop, scene: dict[str, Any], desk: Callable[[str], Desk]
) -> None:
    with shop.database.writing(shop.store.id) as db:
        db.scalars(select(Customer)).one().name = '=HYPERLINK("http://example.com")'
    seller = desk("李娜")
    ready = seller.submit("/exports/customers", {"reason": "核对"})
    assert rows_of(seller.client.get(f"{ready.url}/file").data)[2][0] == '=HYPERLINK("http://example.com")'


def test_a_masked_phone_is_found_whole_or_by_its_end_and_never_digit_by_digit(
    shop: Shop, scene: dict[str, tuple[str, str]], desk: Callable[[str], Desk]
) -> None:
    reception, finance, clerk = desk("赵敏"), desk("高洁"), desk("吴倩")
    for typed, found, whole in (
        ("0031", True, False), ("１３８ 8888 0031", False, True), ("+8613888880031", False, True),
        ("80031", False, False), ("880031", False, False), ("3888880031", False, False), ("1388888", False, False),
        ("031", False, False),
    ):  # fmt: skip
        for browser, page in ((reception, "/customers"), (finance, "/search"), (clerk, "/search")):
            shown = browser.client.get(page, query_string={"q": typed}).get_data(as_text=True)
            assert ("/customers/1" in shown) == (found or (whole and browser is clerk)), (page, typed)
            assert ("该电话已有登记，请联系李娜。" in shown) == whole, (
                "a whole number is told whom to ask, not whose it is"
            )


def test_a_guessed_phone_leads_to_a_card_only_whose_own_it_is_or_who_may_have_it_shown(
    shop: Shop, scene: dict[str, tuple[str, str]], desk: Callable[[str], Desk]
) -> None:
    with shop.database.writing(shop.store.id) as db:
        db.scalars(select(Prospect)).one().do_not_call = True
    for who, leads in (("王磊", True), ("刘洋", True), ("张伟", False), ("李娜", False), ("许明", False)):
        page = desk(who).get("/search?q=13577001234")
        assert ('href="/prospects/1"' in page.html) == leads, who
        assert ("是您的客户。" if who == "王磊" else "请联系王磊。") in page.text
        assert "客户要求请勿致电。" in page.text
    at_the_door = desk("赵敏").submit("/walkins/lookup", {"phone": "13577001234"}, form_at="/walkins/new").text
    assert "和先生 请勿致电" in at_the_door
    assert "顾问 王磊" in at_the_door
    assert "135****1234 · 请勿致电" in desk("刘洋").get("/walkins/1").text


def test_the_head_of_a_deal_shows_its_contact_as_the_customers_page_does(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    told = {"name": "滇行租赁公司", "customer_class": "individual", "contact": "段莉", "phone": "13888880031"}
    assert desk("李娜").submit("/deals/new", told).url == "/deals/1"
    readers = [name for name in CAST if desk(name).get("/deals/1").status == 200]
    assert {"李娜", "高洁", "孙强", "马超"} <= set(readers)
    for name in readers:
        html = desk(name).get("/deals/1").html
        assert ("13888880031" in html) == (name in WHOLE["contact.phone"]), name
        assert name in WHOLE["contact.phone"] or "138****0031" in html
    assert "/deals/1" in desk("高洁").get("/deals?view=list&q=0031").html
    assert 'href="/deals/1"' not in desk("高洁").get("/deals?view=list&q=80031").html


def test_a_deal_has_the_phone_of_its_visit_without_showing_it_to_whom_it_is_masked(
    shop: Shop, scene: dict[str, tuple[str, str]], desk: Callable[[str], Desk]
) -> None:
    desk("赵敏").turn_clock("2026-11-11 09:00")  # the day after, the desk reads the phone masked
    reception, url = desk("赵敏"), "/deals/new?visit=1"
    for browser in (reception, desk("李娜")):
        form = browser.get(url)
        assert ("13577001234" in form.html, "135****1234" in form.text) == (False, True)
    assert 'value="13577001234"' in desk("王磊").get(url).html
    told = {"name": "和记车队", "customer_class": "individual", "contact": "和先生", "visit": "1"}
    again = reception.submit("/deals/new", told | {"customer_class": "company"}, form_at=url)
    assert (again.status, "13577001234" in again.html, "135****1234" in again.text) == (409, False, True)
    reception.submit("/deals/new", told, form_at=url)
    with shop.looking() as db:
        assert db.scalars(select(Contact.phone).where(Contact.name == "和先生")).all() == ["13577001234"]


@pytest.mark.parametrize("nothing", ["\u200b", "\u2800", "\u3164", " \u3000\u00a0", "\ufe0f\u034f", "\U000e0020"])
def test_a_reason_that_nobody_can_see_is_none(nothing: str) -> None:
    named = {"document_name": "和丽"}
    for form, name, more in ((Why, "reason", {}), (Identifying, "identified", named), (exports.Reason, "reason", {})):
        with pytest.raises(ValidationError) as wrong:
            form.model_validate({name: nothing} | more)
        assert [(each["type"], each["loc"]) for each in wrong.value.errors()] == [("missing", (name,))]
    assert Answering.model_validate({"answer": nothing}).answer == ""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_showing_a_phone_has_one_name_wherever_the_phone_stands(language: str) -> None:
    for context in ("Action", "Happened"):
        named = {word(f"{context} {kind}", "reveal_phone", language) for kind in KINDS}
        assert len(named) == 1, named
