"""Outside contacts: listed once, visited with a result, read whole by whom it concerns, emptied in time."""

from collections.abc import Callable

from dealer import workflow
from dealer.market import outside_contacts
from dealer.market.outside_contacts import ContactFacts, Why
from dealer.people import by_number
from dealer.privacy import held, retention
from dealer.records.market import OutsideContact, OutsideKind
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk

CENTRE = {
    "kind": "procurement_centre", "organisation": "某市政府采购中心", "name": "段主任", "post": "主任",
    "phone": "13987651101",
}  # fmt: skip
REPORT = {"met": "段主任", "result": "十二月征集供货商", "next_step": "准备入围资料"}


def test_a_contact_is_listed_once_and_every_visit_stands_in_its_log(shop: Shop, desk: Callable[[str], Desk]) -> None:
    lina, wang, chen = desk("李娜"), desk("王磊"), desk("陈静")
    assert desk("高洁").get("/contacts").status == 403
    assert lina.submit("/contacts/new", CENTRE).url == "/contacts/1"
    assert wang.ask("/contacts/new", CENTRE | {"name": "段某"}).codes == ("E-CONTACT-KNOWN",)  # the phone tells
    assert "/notices/outside" in lina.get("/contacts/new").html
    assert "停止联系后 12 个月" in lina.get("/notices/outside").text
    # whole for who is in touch and who keeps the contacts, masked for the rest
    for person, shown in ((lina, "13987651101"), (chen, "13987651101"), (wang, "139****1101")):
        assert all(shown in person.get(url).text for url in ("/contacts", "/contacts/1"))
    assert wang.ask("/contacts/1/edit", CENTRE).codes == ("E-NOT-YOURS",)
    assert chen.submit("/contacts/1/edit", CENTRE | {"post": "副主任", "phone": ""}).status == 200
    assert "13987651101" in chen.get("/contacts/1").text  # left empty, the number stays
    # a visit to them is planned from the page, and its result stands in the log
    form = lina.get("/outings/new?outside=1")
    chosen = form.html.split('name="outside"')[1].split(" selected")[0].rsplit('value="', 1)[1].split('"')[0]
    told = {"kind": "outside_contact", "outside": chosen, "at": "2026-11-10T10:00", "aim": "了解协议供货"}
    assert lina.post("/outings/new", told, form).url == "/outings/1"
    lina.turn_clock("2026-11-10 16:00")
    assert lina.submit("/outings/1/report", REPORT).status == 200
    page = lina.get("/contacts/1").text
    assert "十二月征集供货商" in page
    assert "准备入围资料" in page
    assert "段主任" in lina.get("/outings?kind=outside_contact").text


def test_who_is_no_longer_a_contact_is_forgotten_in_time_and_on_request(shop: Shop) -> None:
    facts = ContactFacts(kind=OutsideKind.MEDIA, organisation="春城汽车周刊", name="罗记者", phone="13987651103")
    with shop.acting("李娜", at("2026-11-02 09:00"), facts) as ask:
        contact = outside_contacts.listed(ask)
        workflow.begin(contact, "list", ask)
    with shop.acting("李娜", at("2026-11-03 09:00"), Why(reason="已离职")) as ask:
        workflow.take(by_number(ask.db, OutsideContact, ask.actor, 1), "end", ask)
    with shop.looking() as db:
        (found,) = held.find(db, shop.actor("许明"), "13987651103")
        assert (found.kind, found.name, found.stays) == ("outside_contact", "罗记者", "")
    for night, name in (("2027-11-02 02:30", "罗记者"), ("2027-11-04 02:30", "")):
        retention.run(shop.database, shop.store.id, at(night))
        with shop.looking() as db:
            left = by_number(db, OutsideContact, shop.actor("李娜"), 1)
            assert left is not None
            assert (left.name, left.phone is None, left.organisation) == (name, not name, "春城汽车周刊")
            assert bool(outside_contacts.all_of(db, shop.actor("李娜"))) is bool(name)
