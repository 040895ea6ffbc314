"""Plan against actual: every number once more by an independent count, and the forecast by hand."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any
from uuid import UUID

from python_calamine import CalamineWorkbook
from sqlalchemy import select

from dealer import workflow
from dealer.deals.deals import NeedSheet, NewDeal, WantedCar
from dealer.engine.database import new_id, next_number
from dealer.engine.steps import place
from dealer.people import by_number
from dealer.planning import actuals, forecasts
from dealer.planning.against import against
from dealer.planning.plan_forms import BudgetFacts, BudgetRow, PlanRow
from dealer.records.contracts import Contract, ContractKind, ContractLine, ContractState
from dealer.records.customers import CustomerClass
from dealer.records.deals import Deal, DealState, LossReason, PurchaseMode, Terms, Use
from dealer.records.planning import PlanKind
from dealer.records.vehicles import Certificate, InvoiceState, Unit, UnitState
from dealer.reports import counting
from dealer.reports.looking import Look
from dealer.reports.periods import Period
from tests import deliveries
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk
from tests.test_plans import approved, drafted, taken

NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))


@dataclass
class Sold:
    """A contract as it was made up: what an independent count works on."""

    day: str
    owner: str
    model: str
    customer: CustomerClass
    cars: int
    delivered: tuple[str, ...] = ()
    more: tuple[str, int] | None = None  # an amendment: its day, and how many cars there are from then on
    ended: bool = False


C = CustomerClass
FACTS = (
    Sold("2026-10-31", "李娜", "X5", C.POLICE, 7, ("2026-11-01 00:00", "2026-10-31 23:59")),
    Sold("2026-11-01", "李娜", "E3", C.POLICE, 10, ("2026-11-30 23:59", "2026-12-01 00:00"), ("2026-11-20", 8)),
    Sold("2026-11-12", "王磊", "X5", C.RENTAL, 4, more=("2026-12-02", 6)),
    Sold("2026-11-30", "何涛", "E3", C.RENTAL, 3),
    Sold("2026-11-15", "王磊", "E3", C.BANK, 5, ended=True),
    Sold("2026-12-01", "李娜", "X5", C.BANK, 9),
)


def write(shop: Shop) -> None:
    """The facts as rows, past every rule: reports read what stands there."""
    vins = iter(range(100))
    for fact in FACTS:
        number = deliveries.contract(shop, fact.cars, ((fact.cars, "2026-12-20"),), effective=fact.day, code=fact.model)
        with shop.acting("陈静", at("2026-12-31 09:00")) as ask:
            contract: Contract = by_number(ask.db, Contract, ask.actor, number)
            contract.deal.owner_id = shop.person(fact.owner).id
            contract.deal.customer.customer_class = fact.customer
            if fact.ended:
                place(contract, ContractState.TERMINATED)
            if fact.more:
                _amend(ask.db, contract, *fact.more)
            for when in fact.delivered:
                unit = Unit(
                    store_id=contract.store_id, number=next_number(ask.db, contract.store_id, "unit"), since=ask.at,
                    begun_at=ask.at, case_id=contract.deal_id, contract_id=contract.id,
                    model_id=contract.lines[0].model_id, vin=f"VIN{next(vins):014}", colour="白",
                    certificate=Certificate.HANDED, invoice=InvoiceState.ISSUED, delivered_at=at(when),
                )  # fmt: skip
                place(unit, UnitState.DELIVERED)
                ask.db.add(unit)


def _amend(db: Any, contract: Contract, day: str, cars: int) -> None:
    line = contract.lines[0]
    amendment = Contract(
        store_id=contract.store_id, deal_id=contract.deal_id, case_id=contract.case_id,
        quotation_id=contract.quotation_id, number=next_number(db, contract.store_id, "contract"),
        since=contract.since, begun_at=contract.begun_at, total=cars * line.unit_price, terms=contract.terms,
        kind=ContractKind.AMENDMENT, parent_id=contract.id, base_id=contract.id, features=[], procurement={},
        effective_on=date.fromisoformat(day),
    )  # fmt: skip
    place(amendment, ContractState.EFFECTIVE)
    amendment.lines = [
        ContractLine(
            store_id=contract.store_id, position=1, model_id=line.model_id, colour=line.colour, quantity=cars,
            unit_price=line.unit_price, extras=[], root_id=line.id,
        )
    ]  # fmt: skip
    db.add(amendment)


# ── the independent count ─────────────────────────────────────────────────────────────────────────────────────────


def signed(facts: list[Sold], period: Period) -> int:
    """Cars signed in a period, in plain Python."""
    total = 0
    for fact in facts:
        days = [(fact.day, fact.cars), *([(fact.more[0], fact.more[1] - fact.cars)] if fact.more else [])]
        total += sum(cars for day, cars in days if _in(day, period)) if not fact.ended else 0
    return total


def delivered(facts: list[Sold], period: Period) -> int:
    return sum(_in(when[:10], period) for fact in facts for when in fact.delivered)


def _in(day: str, period: Period) -> bool:
    return period.first <= date.fromisoformat(day) <= period.last


def owners(shop: Shop) -> dict[UUID, str]:
    return {shop.person(name).id: name for name in ("李娜", "王磊", "何涛", "张伟")}


def test_every_number_is_counted_once_more(shop: Shop) -> None:
    write(shop)
    codes = {deliveries.model(shop, code): code for code in ("X5", "E3")}
    names = owners(shop)
    group = {"李娜", "王磊", "张伟"}
    told: dict[str, Callable[[Sold, Any], bool]] = {
        "person": lambda fact, value: fact.owner == names[value],
        "model": lambda fact, value: fact.model == codes[value],
        "customer_class": lambda fact, value: fact.customer is value,
        "group": lambda fact, value: (fact.owner in group) == (value is not None),
        "month": lambda fact, value: True,
    }
    with shop.looking() as db:
        for who in ("陈静", "张伟", "李娜"):
            seen = [each for each in FACTS if who in ("陈静", each.owner) or (who == "张伟" and each.owner in group)]
            for period in (NOVEMBER, YEAR):
                look = Look(db, shop.actor(who), at("2026-12-31 10:00"), period)
                for way, fits in told.items():
                    for value, counts in counting.counted_by(actuals.SALES, look, way).items():
                        part = period if way != "month" else _month(value, period)
                        mine = [fact for fact in seen if fits(fact, value)]
                        assert counts.of["signed"] == signed(mine, part), (who, way, value)
                        assert counts.of["delivered"] == delivered(mine, part), (who, way, value)
                        assert counts.of["worth"] == signed(mine, part) * deliveries.CAR
                found = against(look, PlanKind.SALES, "person", "zh")
                assert (found.actual, found.total.of["delivered"]) == (signed(seen, period), delivered(seen, period))
                listed = counting.listed(actuals.SALES, look, counting.Slice("signed"))
                assert sum(row[1] for row in listed) == found.actual
                assert len(listed) == counting.how_many(actuals.SALES, look, counting.Slice("signed"))


def _month(first: date, period: Period) -> Period:
    last = max(day for day in period.days if (day.year, day.month) == (first.year, first.month))
    return Period(first, last)


def test_targets_stand_beside_and_the_gap_is_divided_by_the_working_days_left(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    mine, others = (shop.person(name).id for name in ("李娜", "王磊"))
    head = shop.person("张伟").id
    targets = {"store": 30, f"person:{mine}": 14, f"person:{others}": 6, f"group:{head}": 21}
    rows = (PlanRow(whose=whose, m11=cars, m12=cars) for whose, cars in targets.items())
    approved(shop, "2026-11-02 09:00", "2026-11-02", *rows)
    write(shop)
    with shop.looking() as db:
        # 25 to 30 November 2026: four working days, today included
        look = Look(db, shop.actor("陈静"), at("2026-11-25 10:00"), NOVEMBER)
        found = against(look, PlanKind.SALES, "person", "zh")
        assert (found.target, found.actual, found.gap, found.days_left, found.a_day) == (30, 15, 15, 4, 38)
        assert {line.name: line.target for line in found.lines} == {"李娜": 14, "王磊": 6, "何涛": 0}
        by_month = against(Look(db, look.who, look.at, YEAR), PlanKind.SALES, "month", "zh")
        assert [line.target for line in by_month.lines] == [0] * 10 + [30, 30]
        week = Period(date(2026, 11, 2), date(2026, 11, 8))
        # 30 cars over 21 working days, the first five of them
        assert against(Look(db, look.who, look.at, week), PlanKind.SALES, "model", "zh").target == 7
        of_group = against(Look(db, shop.actor("张伟"), look.at, NOVEMBER), PlanKind.SALES, "group", "zh")
        assert (of_group.target, of_group.actual) == (21, 12)
        own = against(Look(db, shop.actor("李娜"), look.at, NOVEMBER), PlanKind.SALES, "person", "zh")
        assert ([line.name for line in own.lines], own.target, own.actual) == (["李娜"], 14, 8)
    chen = desk("陈静")
    chen.turn_clock("2026-11-25 10:00")
    chen.sign_in()
    page = chen.get("/plans/actual")
    for shown in ("缺口 15 ÷ 剩余 4 个工作日", "3.8", "57 %"):
        assert shown in page.text
    assert "5 条" in chen.get("/plans/actual/rows?from=2026-11-01&to=2026-11-30&figure=signed").text
    book = CalamineWorkbook.from_filelike(BytesIO(chen.client.get("/plans/actual/sheet?day=2026-11-25").data))
    rows_read = book.get_sheet_by_index(0).to_python()
    assert rows_read[-1][1:] == [30, 15, 2, 15]
    assert sum(float(row[2]) for row in rows_read[1:-1]) == 15
    assert chen.get("/plans/ordering").status == 200
    # the budget stands beside what was signed: 15 cars in November
    money = BudgetFacts(
        effective_from=date(2026, 11, 25), rows=(BudgetRow(whose="heading:revenue", m11="2,000,000", m12="500,000"),)
    )
    number = drafted(shop, "2026-11-25 10:00", PlanKind.BUDGET)
    for who, action, facts in (("陈静", "edit", money), ("陈静", "submit", None), ("周建国", "approve", None)):
        assert taken(shop, who, "2026-11-25 10:00", number, action, facts) == ("", None)
    assert "1,977,000" in chen.get("/plans/budget").text
    assert "−23,000" in chen.get("/plans/budget").text
    assert desk("李娜").get("/plans/ordering").status == 403
    assert desk("赵敏").get("/plans/actual").status == 403


# ── the forecast ──────────────────────────────────────────────────────────────────────────────────────────────────


def registered(shop: Shop, day: str, cars: int, wanted: str | None = None, *, quoted: bool = False) -> int:
    """A deal with its need sheet, taken to the quotation if asked."""
    model = deliveries.model(shop)
    told = NewDeal(name=f"单位{new_id()}", customer_class=C.COMPANY, uscc="91530100MA6KCX9U4R", contact="段莉",
                   phone="13888880031")  # fmt: skip
    with shop.acting("李娜", at(f"{day} 09:00"), told) as ask:
        deal = workflow.register(ask)
        deal.clash_settled = True  # one buyer stands for all of them here
        number = deal.number
    sheet = NeedSheet(
        lines=(WantedCar(model=model, colour=deliveries.WHITE, quantity=cars),), use=Use.OFFICIAL,
        purchase_mode=PurchaseMode.DIRECT, terms=Terms.PREPAID,
        wanted_by=date.fromisoformat(wanted) if wanted else None,
    )  # fmt: skip
    with shop.acting("李娜", at(f"{day} 09:05"), sheet) as ask:
        workflow.take(by_number(ask.db, Deal, ask.actor, number), "fill_need", ask)
    if quoted:
        with shop.acting("李娜", at(f"{day} 09:10")) as ask:
            workflow.take(by_number(ask.db, Deal, ask.actor, number), "start_quotation", ask)
    return number


def decided(shop: Shop, number: int, day: str, *, lost: bool, reason: LossReason = LossReason.PRICE) -> None:
    """What became of a deal, as its rows tell it."""
    with shop.acting("陈静", at(f"{day} 12:00")) as ask:
        deal: Deal = by_number(ask.db, Deal, ask.actor, number)
        if lost:
            deal.lost_at, deal.loss_reason = ask.at, reason
            place(deal, DealState.LOST)
            return
        made = ask.db.scalars(select(Contract).order_by(Contract.number.desc()).limit(1)).one()
        made.deal_id, made.effective_on = deal.id, date.fromisoformat(day)
        place(deal, DealState.DELIVERY)


def test_open_deals_are_weighted_by_what_became_of_their_phase(shop: Shop) -> None:
    # decided: of three that had a quotation one was signed; of five that were ever inquiries, that one; a duplicate and
    # what was decided more than a year ago say nothing
    for quoted, day, lost, reason in (
        (True, "2026-10-01", False, None),
        (True, "2026-10-02", True, LossReason.PRICE),
        (True, "2026-10-03", True, LossReason.BUDGET),
        (False, "2026-10-04", True, LossReason.PRICE),
        (False, "2026-10-05", True, LossReason.COMPETITOR),
        (False, "2026-10-06", True, LossReason.DUPLICATE),
        (True, "2025-09-01", True, LossReason.PRICE),
    ):
        number = registered(shop, "2025-08-20" if day < "2026" else "2026-09-20", 3, quoted=quoted)
        if not lost:
            deliveries.contract(shop, 3, ((3, "2026-12-20"),), effective=day)
        decided(shop, number, day, lost=lost, reason=reason or LossReason.OTHER)
    registered(shop, "2026-11-05", 10, "2026-11-20")
    registered(shop, "2026-11-05", 12, "2026-11-30", quoted=True)
    registered(shop, "2026-11-05", 20, "2026-12-01", quoted=True)
    registered(shop, "2026-11-05", 7)
    with shop.looking() as db:
        look = Look(db, shop.actor("陈静"), at("2026-11-10 10:00"), NOVEMBER)
        inquiry, quotation, review, drive = forecasts.phases(look)
        assert (inquiry.reached, inquiry.decided, inquiry.share, inquiry.cars, inquiry.later) == (1, 5, 20, 10, 7)
        assert (quotation.reached, quotation.decided, quotation.cars, quotation.later) == (1, 3, 12, 20)
        assert (review.share, drive.share) == (None, None)
        assert (inquiry.weighted, quotation.weighted, review.weighted) == (20, 40, 0)
        assert forecasts.in_all([inquiry, quotation, review, drive]) == 6  # 10 × 1/5 + 12 × 1/3
        for state, which, cars in (("inquiry", "open", 10), ("quotation", "open", 12), ("quotation", "later", 20)):
            rows = forecasts.listed(look, DealState(state), which)
            assert sum(count for _, count in rows) == cars
        assert forecasts.how_many(look, DealState.INQUIRY, "decided") == 5
        elsewhere = Look(db, shop.actor("何涛"), look.at, NOVEMBER)
        assert [each.cars for each in forecasts.phases(elsewhere)] == [0, 0, 0, 0]
