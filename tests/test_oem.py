"""The manufacturer: policies that overlap, filings that come too late or twice, rebates that claim too much."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from dealer import deadlines, workflow
from dealer.deals.deals import Comment, NewDeal
from dealer.engine import migrating
from dealer.engine.database import Conflict, Database
from dealer.engine.fields import Uploaded
from dealer.engine.steps import Refused, place
from dealer.oem import claim_papers, earnings, filing_gates, filings, oem_papers, oem_policies, rebates, scans
from dealer.oem.answers import Answer, Objection
from dealer.oem.filings import FiledCars, FilingFacts, Submission
from dealer.oem.oem_papers import NewPaper
from dealer.oem.oem_policies import CoveredClass, OemPolicyFacts, PaidModel
from dealer.oem.rebates import ClaimedCars, Paid
from dealer.privacy.retention import empty_contact
from dealer.records.customers import Contact, ContactRole, CustomerClass
from dealer.records.deals import Deal, DealState
from dealer.records.money import Invoice
from dealer.records.oem import (
    FiledLine,
    Filing,
    FilingState,
    Nature,
    OemPaperKind,
    OemPolicy,
    PaperUse,
    Rebate,
    RebateCar,
    RebateState,
)
from dealer.records.vehicles import Unit, UnitState
from tests import deliveries as scene
from tests.cast import Shop
from tests.conftest import at
from tests.deliveries import VINS, refused, take
from tests.desk import Desk

C, K = CustomerClass, OemPaperKind
SCAN = Uploaded("paper.pdf", b"%PDF-1.7 a paper")
THREADS = 16


def policy(shop: Shop, title: str = "四季度政策", *, approved: bool = True, **changes: Any) -> int:
    """A policy of the quarter for authorities and rental companies: 3,000.00 for an X5; its number."""
    told: dict[str, Any] = {
        "brand": "云岭", "title": title, "from_day": date(2026, 10, 1), "until_day": date(2026, 12, 31),
        "classes": (CoveredClass(customer_class=C.POLICE), CoveredClass(customer_class=C.RENTAL, least=10)),
        "models": (PaidModel(model=scene.model(shop), amount=3000_00),),
    }  # fmt: skip
    with shop.acting("陈静", at("2026-10-08 09:00"), OemPolicyFacts(**(told | changes))) as ask:
        made = oem_policies.blank(ask)
        workflow.begin(made, "draft", ask)
        number = made.number
    if approved:
        take(shop, "陈静", "2026-10-08 09:10", OemPolicy, number, "submit")
        take(shop, "周建国", "2026-10-08 09:20", OemPolicy, number, "approve")
    return number


def filing(shop: Shop, deal: int, *, owner: str = "李娜", when: str = "2026-11-19 09:00", cars: int = 5) -> int:
    """A deal's filing under policy 1, filled in, with its papers; its number."""
    with shop.acting(owner, at(when)) as ask:
        made = filings.blank(ask, scene.find(ask, Deal, deal), scene.find(ask, OemPolicy, 1))
        workflow.begin(made, "open", ask)
        contact = Contact(
            store_id=made.store_id, customer_id=made.deal.customer_id, name="杨志远", role=ContactRole.BUYS
        )
        ask.db.add(contact)
        ask.db.flush()
        number, key = made.number, contact.id
    facts = FilingFacts(
        policy=1, lines=(FiledCars(model=scene.model(shop), colour=scene.WHITE, quantity=cars),), contact=key,
        nature=Nature.PUBLIC, dealer_code="YN0871", principal="周建国", principal_phone="0871-66000000",
    )  # fmt: skip
    take(shop, owner, when, Filing, number, "edit", facts)
    for kind in (K.APPLICATION, K.IDENTITY):
        take(shop, owner, when, Filing, number, "attach", NewPaper(kind=kind, file=SCAN))
    return number


def submitted(shop: Shop, number: int, *, owner: str = "李娜", when: str = "2026-11-19 10:00") -> None:
    """It lies with the manufacturer."""
    take(shop, owner, when, Filing, number, "submit", Submission(filing_no=f"YN20261100{number:02}"))


# ── policies ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_policy_that_overlaps_another_is_refused_and_the_other_is_named(shop: Shop) -> None:
    policy(shop)
    with pytest.raises(Refused) as told:
        policy(shop, "国庆加码政策", from_day=date(2026, 10, 1), until_day=date(2026, 10, 7), approved=False)
    (overlap,) = told.value.refusals
    assert (overlap.code, overlap.field, overlap.values["title"]) == ("E-OEM-OVERLAP", "from_day", "四季度政策 V1")
    others = (CoveredClass(customer_class=C.TAXI),)
    assert policy(shop, "出租车政策", classes=others) == 2  # another class of the same days is another policy
    assert policy(shop, "明年政策", from_day=date(2027, 1, 1), until_day=date(2027, 3, 31)) == 3


def test_the_next_version_counts_from_its_day_and_filings_keep_the_one_they_were_filed_under(shop: Shop) -> None:
    policy(shop)
    scene.quoted_deal(shop, 5)
    number = filing(shop, 1)
    submitted(shop, number)
    with shop.looking() as db:
        before = db.scalars(select(OemPolicy)).one()
        known = oem_policies.known_facts(before)
    lower = (PaidModel(model=scene.model(shop), amount=2000_00),)
    facts = OemPolicyFacts(**(known | {"from_day": date(2026, 12, 1), "models": lower}))
    with shop.acting("陈静", at("2026-11-20 09:00"), facts) as ask:
        after = oem_policies.blank(ask, scene.find(ask, OemPolicy, 1))
        workflow.begin(after, "draft", ask)
    take(shop, "陈静", "2026-11-20 09:10", OemPolicy, 2, "submit")
    assert refused(shop, "陈静", "2026-11-20 09:15", OemPolicy, 2, "approve") == ("E-NOT-YOURS",)
    take(shop, "周建国", "2026-11-20 09:20", OemPolicy, 2, "approve")
    with shop.looking() as db:
        deal = db.scalars(select(Deal)).one()
        earned = [earnings.under_each(db, deal, date.fromisoformat(day)) for day in ("2026-11-30", "2026-12-01")]
        assert [[(each.policy.revision, each.amount) for each in day] for day in earned] == [
            [(1, 5 * 3000_00)], [(2, 5 * 2000_00)],
        ]  # fmt: skip
        filed_under = db.scalars(select(Filing)).one().policy
        assert filed_under is not None
        assert (filed_under.number, filed_under.revision) == (1, 1)


def test_nobody_approves_a_policy_that_they_have_written_on(shop: Shop) -> None:
    """The general manager stands in for the key-account manager and changes a draft that she then submits."""
    number = policy(shop, approved=False)
    shop.send_away("陈静", "周建国", date(2026, 10, 8), date(2026, 10, 8))
    with shop.looking() as db:
        known = oem_policies.known_facts(db.scalars(select(OemPolicy)).one())
    take(shop, "周建国", "2026-10-08 10:00", OemPolicy, number, "edit", OemPolicyFacts(**known))
    take(shop, "陈静", "2026-10-09 09:00", OemPolicy, number, "submit")
    assert refused(shop, "周建国", "2026-10-09 10:00", OemPolicy, number, "approve") == ("E-SELF-APPROVE",)


def test_why_a_policy_does_not_fit_a_deal_is_said(shop: Shop) -> None:
    policy(shop)
    scene.quoted_deal(shop, 5)
    with shop.database.writing(shop.store.id) as db:
        deal = db.scalars(select(Deal)).one()
        (fits,) = earnings.under_each(db, deal, date(2026, 11, 20))
        assert (fits.amount, fits.why_not) == (15_000_00, ())
        for kind, code in ((C.RENTAL, "E-MIN-QTY"), (C.BANK, "E-OEM-CLASS")):
            deal.customer.customer_class = kind
            (each,) = earnings.under_each(db, deal, date(2026, 11, 20))
            assert [reason.code for reason in each.why_not] == [code]
        assert earnings.under_each(db, deal, date(2027, 1, 1)) == []


# ── filings ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_customer_that_somebody_else_has_filed_is_refused_and_who_it_was_is_named(shop: Shop) -> None:
    policy(shop)
    scene.quoted_deal(shop, 5)
    scene.quoted_deal(shop, 8)
    mine = filing(shop, 1)
    with shop.database.writing(shop.store.id) as db:
        db.scalars(select(Deal).where(Deal.number == 2)).one().owner_id = shop.person("王磊").id
    theirs = filing(shop, 2, owner="王磊")
    submitted(shop, mine)
    with pytest.raises(Refused) as told:
        submitted(shop, theirs, owner="王磊")
    (taken,) = told.value.refusals
    assert (taken.code, taken.values["name"]) == ("E-FILING-TAKEN", "李娜")
    with shop.database.writing(shop.store.id) as db:  # their deal is over: the customer is free again
        place(db.scalars(select(Deal).where(Deal.number == 1)).one(), DealState.LOST)
    submitted(shop, theirs, owner="王磊")


def test_the_third_return_of_a_filing_is_a_refusal(shop: Shop) -> None:
    policy(shop)
    scene.quoted_deal(shop, 5)
    number = filing(shop, 1)
    back = Objection(audited_on=date(2026, 11, 19), audit_remark="申请表未盖章")
    for state in ("returned", "returned", "refused"):
        submitted(shop, number)
        take(shop, "李娜", "2026-11-19 11:00", Filing, number, "return", back)
        assert scene.state(shop, Filing, number) == state
    assert refused(shop, "李娜", "2026-11-19 12:00", Filing, number, "edit") == ("E-STATE",)
    again = filing(shop, 1)  # another one may be begun
    assert again == 2
    with shop.acting("李娜", at("2026-11-19 13:00")) as ask, pytest.raises(Refused) as told:
        workflow.begin(filings.blank(ask, scene.find(ask, Deal, 1)), "open", ask)
    assert told.value.codes == ("E-FILING-OPEN",)


def test_what_stands_in_the_way_of_a_filing_is_said_at_once(shop: Shop) -> None:
    """A rental company that files five cars for official use, after the first invoice, under a policy that is over."""
    policy(shop)
    made = scene.contract(shop, 1, [(1, "2026-11-30")])
    (car,) = scene.arrive(shop, VINS[0])
    scene.released(shop, scene.batch(shop, made), car)
    scene.inspected(shop, car)
    scene.invoiced(shop, car)
    number = filing(shop, 1, when="2026-11-26 10:00")
    with shop.database.writing(shop.store.id) as db:
        db.scalars(select(Filing)).one().customer_class = C.RENTAL
    told = refused(shop, "李娜", "2027-01-04 09:00", Filing, number, "submit", Submission(filing_no="YN2027010001"))
    assert set(told) == {"E-OEM-POLICY", "E-MIN-QTY", "E-USE", "E-FILING-LATE"}


def test_a_contact_that_is_emptied_cannot_be_reached_by_the_filing_either(shop: Shop) -> None:
    policy(shop)
    scene.quoted_deal(shop, 5)
    filing(shop, 1)
    with shop.acting("许明", at("2026-11-20 09:00")) as ask:
        filed = scene.find(ask, Filing, 1)
        filed.email, filed.landline = "yang@example.com", "0871-65000000"
        empty_contact(ask, ask.db.get_one(Contact, filed.contact_id))
        assert (filed.email, filed.landline, filed.fax) == ("", "", "")


def test_a_filing_ends_with_its_deal(shop: Shop) -> None:
    policy(shop)
    scene.quoted_deal(shop, 5)
    number = filing(shop, 1)
    with shop.acting("陈静", at("2026-11-20 09:00")) as ask:
        deal = scene.find(ask, Deal, 1)
        place(deal, DealState.LOST)
        ask.db.flush()
        workflow.settle(deal, ask)
    assert scene.state(shop, Filing, number) == "withdrawn"


def _wish(shop: Shop, name: str, uscc: str) -> int:
    """A deal that wants the policy price from its first day; its number."""
    wish = NewDeal(
        name=name, customer_class=C.RENTAL, uscc=uscc, contact="段莉", phone="13888880031", filing_wanted=True
    )
    with shop.acting("李娜", at("2026-11-10 09:00"), wish) as ask:
        return workflow.register(ask).number


def test_a_deal_that_wants_the_policy_price_is_born_with_a_filing(shop: Shop) -> None:
    """The wish is the filing itself; the owner sees it beside their first call, and the deal's review asks for it."""
    number = _wish(shop, "滇行租赁公司", "91530100MA6KCX9U4R")
    with shop.acting("李娜", at("2026-11-10 09:30")) as ask:
        deal = scene.find(ask, Deal, number)
        kinds = {row.kind for row in deadlines.open_in_case(ask.db, deal.id, ("follow_up", "file_with_manufacturer"))}
        stands = filing_gates.filing_is_approved(deal, ask)
    assert kinds == {"follow_up", "file_with_manufacturer"}
    assert stands is not None
    assert stands.code == "E-FILING"
    take(shop, "李娜", "2026-11-10 10:00", Filing, 1, "withdraw", Comment(comment="按零售价"))
    with shop.acting("李娜", at("2026-11-10 11:00")) as ask:
        assert filing_gates.filing_is_approved(scene.find(ask, Deal, number), ask) is None


def _down_and_up(shop: Shop, owned: Database, before: str) -> None:
    """To the tables of then, and back to those of today."""
    url = owned.engine.url.render_as_string(hide_password=False)
    with owned.engine.begin() as connection:  # the tests' tables were made from the models
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": migrating.head()})
    shop.database.engine.dispose()
    owned.engine.dispose()
    migrating.downgrade(url, before)
    migrating.upgrade(url)


def test_filings_become_flags_of_a_deal_and_filings_again(shop: Shop, owned: Database) -> None:
    """Down and up with data: what was approved stays approved, what was wanted is a draft, its task speaks of it."""
    wanted = _wish(shop, "滇行租赁公司", "91530100MA6KCX9U4R")
    approved = _wish(shop, "云南华源物流集团有限公司", "91530103790277150W")
    with shop.database.writing(shop.store.id) as db:
        place(db.scalars(select(Filing).where(Filing.number == 2)).one(), FilingState.APPROVED)
    _down_and_up(shop, owned, "0057")
    with shop.looking() as db:
        filed = {each.deal.number: each for each in db.scalars(select(Filing))}
        assert {number: each.state.value for number, each in filed.items()} == {wanted: "draft", approved: "approved"}
        assert (filed[approved].approved_on, filed[approved].claim_until) == (date(2026, 11, 10), None)
        assert [row.kind for row in deadlines.open_for(db, filed[wanted])] == ["file_with_manufacturer"]
    take(shop, "李娜", "2026-11-11 10:00", Filing, filed[wanted].number, "withdraw", Comment(comment="按零售价"))


def test_an_approved_filing_whose_last_day_nobody_knows_says_so_and_lapses_once_it_is_told(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    _wish(shop, "滇行租赁公司", "91530100MA6KCX9U4R")
    with shop.database.writing(shop.store.id) as db:
        filed = db.scalars(select(Filing)).one()
        place(filed, FilingState.APPROVED)
        filed.approved_on = date(2026, 11, 10)
    desk("高洁").turn_clock("2026-11-20 09:00")
    manager = desk("陈静")
    page = manager.get("/filings/1").text
    assert "未知 填写日期前不会自动失效。" in page
    assert "填写返利申请截止日" in page
    form = "/filings/1/tell_last_day"
    assert "申请截止日不能更早" in manager.submit(form, {"claim_until": "2026-11-09"}).text
    manager.submit(form, {"claim_until": "2026-12-31"})
    page = manager.get("/filings/1").text
    assert "12-31" in page
    assert "填写返利申请截止日" not in page.replace("已填写返利申请截止日", "")
    assert manager.ask(form, {"claim_until": "2027-01-31"}).codes == ("E-NOT-YET",)
    with shop.acting("李娜", at("2027-01-01 00:06")) as ask:
        workflow.settle(scene.find(ask, Filing, 1), ask)
    assert scene.state(shop, Filing, 1) == "lapsed"


# ── rebates ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _delivered(shop: Shop, cars: int, *, filed: int) -> list[UUID]:
    """A contract over so many cars, delivered on 28 November, its filing over `filed` approved; the cars."""
    policy(shop)
    made = scene.contract(shop, cars, [(cars, "2026-11-30")])
    units = scene.arrive(shop, *VINS[:cars])
    scene.released(shop, scene.batch(shop, made), *units)
    number = filing(shop, 1, cars=filed)
    submitted(shop, number)
    for action in ("pass_region", "approve"):
        take(shop, "李娜", "2026-11-20 10:00", Filing, number, action, Answer(audited_on=date(2026, 11, 20)))
    scene.inspected(shop, *units)
    scene.invoiced(shop, *units)
    scene.delivered(shop, *units)
    with shop.looking() as db:
        return list(db.scalars(select(Unit.id).order_by(Unit.vin)))


def _claim(shop: Shop, cars: list[UUID], when: str = "2026-12-01 09:00") -> int:
    with shop.acting("李娜", at(when), ClaimedCars(cars=tuple(cars))) as ask:
        rebate = rebates.blank(ask, scene.find(ask, Filing, 1))
        workflow.begin(rebate, "collect", ask)
        return rebate.number


def _with_papers(shop: Shop, number: int, cars: list[UUID]) -> None:
    take(shop, "李娜", "2026-12-02 09:00", Rebate, number, "attach", NewPaper(kind=K.CONTRACT, file=SCAN))
    for kind in scans.OF_A_CAR:
        for car in cars:
            take(shop, "李娜", "2026-12-02 09:00", Rebate, number, "attach", NewPaper(kind=kind, car=car, file=SCAN))


def _missing(shop: Shop) -> tuple[set[tuple[OemPaperKind, str]], set[tuple[OemPaperKind, str]]]:
    """What the rebate lacks, and what the dossier does."""
    with shop.looking() as db:
        filed, cars = db.scalars(select(Filing)).one(), list(db.scalars(select(Unit)))
        rebate = oem_papers.missing(db, filed, PaperUse.REBATE, cars)
        dossier = claim_papers.of_deal(db, filed.deal).missing
        told = [{(each.kind, each.unit.vin if each.unit else "") for each in found} for found in (rebate, dossier)]
    return told[0], told[1]


def test_a_paper_is_brought_once_and_the_rebate_and_the_dossier_lack_the_same(shop: Shop, owned: Database) -> None:
    """Down and up with data too: they were two tables once. A red letter ends the scan of its invoice for both."""
    keys = _delivered(shop, 1, filed=1)
    number = _claim(shop, keys)
    mine = NewPaper(kind=K.INVOICE, car=keys[0], file=SCAN)
    take(shop, "李娜", "2026-12-02 09:00", Rebate, number, "attach", mine)
    lacks = {(K.CONTRACT, ""), (K.REGISTRATION, VINS[0])}
    assert _missing(shop) == (lacks, lacks)
    _down_and_up(shop, owned, "0074")
    assert _missing(shop) == (lacks, lacks)
    with shop.database.writing(shop.store.id) as db:
        db.scalars(select(Invoice)).one().red_on = date(2026, 12, 3)
    lacks |= {(K.INVOICE, VINS[0])}
    assert _missing(shop) == (lacks, lacks)


def test_a_rebate_claims_no_more_than_was_filed_each_car_once_and_in_time(shop: Shop) -> None:
    keys = _delivered(shop, 2, filed=1)
    number = _claim(shop, keys)
    with pytest.raises(Refused) as told:
        _claim(shop, keys)  # the same cars once more
    assert told.value.codes == ("E-REBATE-CARS",)
    with pytest.raises(Refused) as told:
        take(shop, "李娜", "2026-12-01 10:00", Rebate, number, "submit", rebates.Claim())
    assert set(told.value.codes) == {"E-REBATE-FILED", "E-OEM-PAPERS"}
    _with_papers(shop, number, keys)
    one = ClaimedCars(cars=(keys[0],))
    assert refused(shop, "李娜", "2026-12-02 10:00", Rebate, number, "submit", rebates.Claim()) == ("E-REBATE-FILED",)
    take(shop, "李娜", "2026-12-02 10:00", Rebate, number, "choose_cars", one)
    filed, another = scene.model(shop), scene.model(shop, "Q7")
    for model, told_now in ((another, "E-REBATE-FILED"), (filed, "E-REBATE-LATE")):
        # as many cars, but of another model; then later than three months from the invoice of 26 November
        with shop.database.writing(shop.store.id) as db:
            db.scalars(select(FiledLine)).one().model_id = model
        when = "2026-12-02 10:00" if model is another else "2027-02-27 09:00"
        assert refused(shop, "李娜", when, Rebate, number, "submit", rebates.Claim()) == (told_now,)
    take(shop, "李娜", "2027-02-26 18:00", Rebate, number, "submit", rebates.Claim())


def test_a_rebate_that_nobody_submits_lapses_and_its_cars_are_free(shop: Shop) -> None:
    keys = _delivered(shop, 1, filed=1)
    number = _claim(shop, keys)
    with shop.acting("李娜", at("2027-02-27 00:06")) as ask:
        workflow.settle(scene.find(ask, Rebate, number), ask)
    assert scene.state(shop, Rebate, number) == "lapsed"
    with shop.looking() as db:
        assert db.scalars(select(RebateCar)).one().freed_at is not None


def test_a_rebate_larger_than_what_stays_delivered_is_not_recorded(shop: Shop) -> None:
    """One of two cars came back after the approval: half of the money is not ours."""
    keys = _delivered(shop, 2, filed=2)
    number = _claim(shop, keys)
    with shop.database.writing(shop.store.id) as db:
        rebate = db.scalars(select(Rebate)).one()
        place(rebate, RebateState.APPROVED)
        rebate.approved_amount = 6000_00
        place(db.get_one(Unit, keys[1]), UnitState.RETURNED)
    paid = {"paid_on": date(2026, 12, 20)}
    whole = Paid(amount=6000_00, **paid)
    assert refused(shop, "高洁", "2026-12-20 10:00", Rebate, number, "pay", whole) == ("E-REBATE-DELIVERED",)
    take(shop, "高洁", "2026-12-20 10:00", Rebate, number, "pay", Paid(amount=3000_00, **paid))
    gone = rebates.TakenBack(amount=3000_01, reason="厂家核减")
    assert refused(shop, "高洁", "2026-12-21 10:00", Rebate, number, "take_back", gone) == ("E-REBATE-AMOUNT",)


def test_a_car_that_comes_back_after_the_payment_is_a_task_of_the_manager_until_the_money_is_back(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    keys = _delivered(shop, 2, filed=2)
    number = _claim(shop, keys)
    with shop.database.writing(shop.store.id) as db:
        rebate = db.scalars(select(Rebate)).one()
        place(rebate, RebateState.APPROVED)
        rebate.approved_amount = 6000_00
    paid = Paid(amount=6000_00, paid_on=date(2026, 12, 20))
    take(shop, "高洁", "2026-12-20 10:00", Rebate, number, "pay", paid)
    with shop.acting("高洁", at("2026-12-21 10:00")) as ask:
        rebate, kind = scene.find(ask, Rebate, number), "pay_rebate_back"
        assert deadlines.open_for(ask.db, rebate, kind) == []
        unit = ask.db.get_one(Unit, keys[1])
        place(unit, UnitState.RETURNED)
        for _ in range(2):  # told once
            workflow.settle(unit, ask)
        (task,) = deadlines.open_for(ask.db, rebate, kind)
        assert task.role == "key_account_manager"
    desk("高洁").turn_clock("2026-12-22 10:00")
    manager = desk("陈静")
    page = manager.get(f"/rebates/{number}").text
    assert "应退还厂家 ¥3,000 12-28 前" in page
    assert "向厂家退还返利" in manager.get("/").text
    gone = rebates.TakenBack(amount=3000_00, reason="车辆退回")
    take(shop, "高洁", "2026-12-23 10:00", Rebate, number, "take_back", gone)
    assert "应退还厂家" not in manager.get(f"/rebates/{number}").text
    with shop.looking() as db:
        assert deadlines.open_for(db, db.scalars(select(Rebate)).one(), kind) == []


def test_a_vin_that_is_claimed_twice_over_the_pages_is_refused_and_named(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    first, second = _delivered(shop, 2, filed=2)
    desk("陈静").turn_clock("2026-12-01 09:00")
    owner, form = desk("李娜"), "/filings/1/rebates/new"
    assert owner.ask(form, {"cars": [str(first)]}).status == 200
    assert owner.ask(form, {"cars": [str(first), str(second)]}).codes == ("E-REBATE-CARS",)
    page = owner.submit(form, {"cars": [str(first)]})
    assert f"以下车辆不能申请返利：{VINS[0]}。" in page.text
    owner.ask(form, {"cars": [str(second)]})
    assert owner.ask("/rebates/2/choose_cars", {"cars": [str(first)]}).codes == ("E-REBATE-CARS",)
    with shop.looking() as db:
        assert sorted(car.vin for car in db.scalars(select(RebateCar))) == sorted(VINS[:2])


def test_of_sixteen_who_claim_a_vin_at_once_one_has_it(shop: Shop) -> None:
    """Past every rule, straight at the table: the index decides."""
    (key,) = _delivered(shop, 1, filed=1)
    first = _claim(shop, [key])
    with shop.database.writing(shop.store.id) as db:
        rebate = db.scalars(select(Rebate).where(Rebate.number == first)).one()
        rebate.cars = []
        told = {"store_id": rebate.store_id, "rebate_id": rebate.id, "unit_id": key, "vin": VINS[0]}

    def claims(_: int) -> bool:
        try:
            with shop.database.writing(shop.store.id) as db:
                db.add(RebateCar(**told, allowance=3000_00))
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(THREADS) as threads:
        assert sum(threads.map(claims, range(THREADS))) == 1
