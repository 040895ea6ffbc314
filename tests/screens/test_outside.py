"""Somebody of another house at every door of ours: a sub-dealer's seller with other people's numbers in her hand.

She is not driven by links: every address of the url map is asked for, with the numbers and keys of things that are not
hers, and nothing she is answered may name a customer of ours.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer.engine.database import Database
from dealer.records.complaints import Complaint
from dealer.records.customers import Contact, Customer
from dealer.records.deals import Deal
from dealer.records.deliveries import Handover
from dealer.records.enquiries import Enquiry
from dealer.records.network import SubDealer
from dealer.records.people import Person
from dealer.records.prospects import Prospect, Visit
from dealer.records.testdrives import TestDrive
from tests.desk import Clock, Desk
from tests.screens.browser import NOW
from web.steps import KINDS

SELLER = "普艳"
TURNED_AWAY = (303, 308, 400, 401, 403, 404, 405)
NO_PERSON = "health."  # asked by machines
NAMED = (Customer, Prospect, Visit, Contact, TestDrive, Complaint, Enquiry)


def _theirs(db: Session) -> set[UUID]:
    brought = set(db.scalars(select(Deal.customer_id).where(Deal.sub_dealer_id.is_not(None))))
    return brought | set(db.scalars(select(SubDealer.customer_id).where(SubDealer.number == 1)))


def _foreign(db: Session) -> set[str]:
    """Names, companies and phones of everybody we know and she does not."""
    own, people = _theirs(db), set(db.scalars(select(Person.name)))
    told: set[str] = set()
    for record in NAMED:
        for each in db.scalars(select(record)):
            if own & {each.id, getattr(each, "customer_id", None)}:
                people |= {getattr(each, "name", "") or ""}
            else:
                told |= {getattr(each, name, "") or "" for name in ("name", "company", "phone")}
    return {each for each in told if each and not any(each in person for person in people)}


def _values(db: Session, rule: str) -> Iterator[dict[str, Any]]:
    """What stands in the gaps of an address: numbers of ours, keys of ours."""
    keys = [db.scalars(select(record.id)).first() for record in (Contact, Handover, Person, Visit)]
    numbers = (1, 2, 3) if "<int:number>" in rule else (1,)
    for number in numbers:
        for key in keys if "uuid" in rule else keys[:1]:
            yield {"number": number, "key": key, "posting": key, "named": key, "position": 1, "at": 1, "filename": "x"}


def _addresses(app: Flask, db: Session) -> Iterator[str]:
    own = set(db.scalars(select(Deal.number).where(Deal.sub_dealer_id.is_not(None))))
    adapter = app.url_map.bind("127.0.0.1")
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "steps.form" or rule.endpoint.startswith(NO_PERSON):
            continue
        for values in _values(db, rule.rule):
            if rule.rule.startswith("/deals/<int:number>") and values["number"] in own:
                continue
            known = {name: values.get(name, "visits" if name == "kind" else "x") for name in rule.arguments}
            try:
                yield adapter.build(rule.endpoint, known)
            except Exception:
                continue
    for kind in KINDS.values():
        things = db.scalars(select(kind.record).order_by(kind.record.number)).all()
        foreign = [each for each in things if own & {each.number} == set() or kind.record is not Deal][:2]
        yield from (kind.step_url(each, action) for each in foreign for action in kind.life.actions())


def test_a_sub_dealers_seller_finds_no_customer_of_ours_at_any_address(demo_app: Flask, demo_shown: Database) -> None:
    desk, found, asked = Desk(demo_app, Clock(NOW), SELLER), [], 0
    with demo_shown.reading() as db:
        foreign = _foreign(db)
        typed = sorted(foreign)
        searches = [f"{page}?q={quote(each)}" for each in typed for page in ("/search", "/customers", "/deals")]
        linked = [f"/{page}/new?{name}={at}" for page in ("outings", "notes", "deals", "complaints", "enquiries")
                  for name in ("customer", "card", "deal", "visit") for at in (1, 2, 3)]  # fmt: skip
        addresses = {*_addresses(demo_app, db), *searches, *linked}
    assert len(foreign) > 40
    assert len(addresses) > 500
    for url in sorted(addresses):
        got = desk.client.get(url)
        asked += got.status_code == 200
        text = got.get_data(as_text=True) if got.mimetype == "text/html" else ""
        if got.status_code not in (200, 204, 409, *TURNED_AWAY):
            found.append(f"{url}: {got.status_code}")
        said = text.replace(quote(url), "")
        found += [f"{url}: {each}" for each in foreign if each in said and quote(each) not in url]
    assert not found, "\n".join(found[:60])
    assert asked > 10, "she has pages of her own"


def test_what_is_hers_opens(demo_app: Flask, demo_shown: Database) -> None:
    desk = Desk(demo_app, Clock(NOW), SELLER)
    with demo_shown.reading() as db:
        deal = db.scalars(select(Deal).where(Deal.sub_dealer_id.is_not(None)).order_by(Deal.number)).first()
        assert deal is not None
        number, name, customer = deal.number, deal.customer.name, deal.customer.number
        other = db.scalars(select(Customer).where(Customer.id != deal.customer_id)).first()
        assert other is not None
        strange = other.number
    for url in ("/deals", "/deals?view=list", f"/deals/{number}", "/customers", f"/customers/{customer}",
                f"/search?q={quote(name)}"):  # fmt: skip
        assert name in desk.get(url).text, url
    assert "宜良滇行汽贸" in desk.get("/network/1").text
    assert desk.get("/network/2").status == 404
    assert desk.get(f"/customers/{strange}").status == 404
