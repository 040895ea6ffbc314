"""Story 18: a sub-dealer's seller signs in and brings a customer; the network manager goes on with the deal; three cars
are delivered, one comes back, and the sub-dealer is paid for what stayed."""

from collections.abc import Callable
from datetime import date
from io import BytesIO

from python_calamine import CalamineWorkbook
from sqlalchemy import select

from dealer.engine.database import new_id
from dealer.engine.steps import place
from dealer.network import months, statement_papers, statements
from dealer.people import by_number
from dealer.records.deals import Deal
from dealer.records.network import Statement, StatementState, SubDealer
from dealer.records.people import Posting, Role
from dealer.records.vehicles import Model, Unit, UnitState
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk

YILIANG = {
    "name": "宜良滇行汽贸", "uscc": "91530125MA6N2T4K1P", "contact": "普文斌", "phone": "13888880071",
    "territory": "宜良县",
}  # fmt: skip
COOP = {
    "name": "宜良县供销社", "customer_class": "state_owned_group", "uscc": "91530129MA6P7T4R24", "contact": "张茂",
    "phone": "13888880073", "title": "业务用车 3 台",
}  # fmt: skip


def _model(shop: Shop, code: str) -> str:
    with shop.looking() as db:
        return str(db.scalars(select(Model.id).where(Model.code == code)).one())


def _deliver(shop: Shop, number: int, code: str, when: str) -> None:
    """A car of deal 1 left with its customer."""
    with shop.acting("孙强", at(when)) as ask:
        deal = by_number(ask.db, Deal, ask.actor, 1)
        assert deal is not None
        model = ask.db.scalars(select(Model.id).where(Model.code == code)).one()
        unit = Unit(
            id=new_id(), store_id=deal.store_id, number=number, model_id=model, vin=f"LYLX5A3B6TA00000{number}",
            colour="白", case_id=deal.id, delivered_at=ask.at, since=ask.at, begun_at=ask.at,
        )  # fmt: skip
        place(unit, UnitState.DELIVERED)
        ask.db.add(unit)


def _comes_back(shop: Shop, number: int, when: str) -> None:
    with shop.acting("高洁", at(when)) as ask:
        unit = by_number(ask.db, Unit, ask.actor, number)
        assert unit is not None
        place(unit, UnitState.RETURNED)


def _on(desk: Desk, when: str) -> Desk:
    desk.turn_clock(when)
    desk.sign_in()
    return desk


def test_story_18_from_the_sign_in_of_a_seller_to_the_statement_of_what_is_paid(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    # 何涛 agrees with them, 周建国 confirms, 许明 gives their seller an account
    he, zhou, chen, gao = (desk(name) for name in ("何涛", "周建国", "陈静", "高洁"))
    assert he.submit("/network/new", YILIANG).url == "/network/1"
    agreed = {
        "code": "EW-2026-003", "from_day": "2026-11-01", "until_day": "2027-10-31", "capacity": "3",
        "terms-0-model": _model(shop, "X5"), "terms-0-floor": "137,300", "terms-0-pay": "1,500.50",
        "scan": ("协议.pdf", b"%PDF-1.7 agreement"),
    }  # fmt: skip
    he.submit("/network/1/record_agreement", agreed)
    assert zhou.ask("/network/1/confirm_agreement").status == 200
    assert he.ask("/network/1/activate").status == 200
    with shop.database.writing(shop.store.id) as db:
        posted = db.scalars(select(Posting).where(Posting.role == Role.SUB_DEALER)).one()
        posted.sub_dealer_id = db.scalars(select(SubDealer.id)).one()

    # she brings a customer; our house goes on with the deal
    pu = desk("普艳")
    assert pu.submit("/deals/new", COOP).url == "/deals/1"
    wanted = {"model": _model(shop, "X5"), "colour": "珠光白", "quantity": 3}
    assert pu.ask("/deals/1/fill_need", {"use": "business", "lines": [wanted]}).status == 200
    assert pu.ask("/deals/1/start_quotation").status == 200
    assert he.ask("/deals/1/accompany").status == 200

    # bad input: another sub-dealer's page, another's customer, a statement of a month that runs
    assert pu.get("/network/2").status == 404
    left = ((1, "X5", "2026-11-12 15:00"), (2, "X5", "2026-11-20 15:00"), (3, "E3", "2026-11-30 23:59"))
    for number, code, when in left:
        _deliver(shop, number, code, when)
    _on(he, "2026-11-30 23:59")
    assert he.ask("/network/1/statement", {"month": "2026-11-15"}).codes == ("E-MONTH-RUNS",)
    assert he.ask("/network/ranking?month=2026-11-01").codes == ("E-MONTH-RUNS",)

    # November: three delivered of three, no visit, no complaint, reported in time
    _on(pu, "2026-12-04 09:00")
    told = {"month": "2026-11-30", "stock": "2", "customers": "9"}
    assert pu.submit("/network/1/months", told).status == 200
    assert "该月月报已提交" in pu.submit("/network/1/months", told).text
    _on(he, "2026-12-04 10:00")
    assert "3 / 3" in he.get("/network/ranking?month=2026-11-01").text
    assert he.ask("/network/ranking?month=2026-11-01").status == 200
    assert he.ask("/network/ranking?month=2026-11-01").codes == ("E-MONTH-KEPT",)
    with shop.looking() as db:
        (kept,) = months.evaluated(db, shop.actor("何涛"), date(2026, 11, 1))
        assert (kept.score, kept.rank) == (8500, 1), "60 of 60, 0 of 15, 15 of 15, 10 of 10"
        assert kept.points == {"deliveries": 100, "visits": 0, "complaints": 100, "report": 100}

    # two X5 at 1,500.50; the E3 is not agreed and pays nothing. Nobody approves what they drew up themselves
    drawn = he.submit("/network/1/statement", {"month": "2026-11-01"})
    assert drawn.url == "/sub-dealer-statements/1"
    assert "3,001" in drawn.text
    assert he.ask("/sub-dealer-statements/1/approve").codes == ("E-NOT-YOURS",)
    assert he.ask("/network/1/statement", {"month": "2026-11-01"}).codes[0] == "E-STATEMENT-EMPTY"
    assert "批准网点佣金结算单" in _on(chen, "2026-12-04 11:00").get("/today").text
    assert chen.ask("/sub-dealer-statements/1/approve").status == 200
    assert _on(gao, "2026-12-05 09:00").ask(
        "/sub-dealer-statements/1/pay", {"paid_on": "2026-12-03", "reference": "20261205001"}
    ).codes == ("E-STATEMENT-DAY",)
    assert gao.ask("/sub-dealer-statements/1/pay", {"paid_on": "2026-12-05", "reference": "20261205001"}).status == 200
    assert "3,001" in _on(pu, "2026-12-05 10:00").get("/network/1/months").text
    rows = CalamineWorkbook.from_filelike(BytesIO(pu.client.get("/sub-dealer-statements/1/sheet").data))
    assert [row[4] for row in rows.get_sheet_by_index(0).to_python()[3:]] == [1500.5, 1500.5, 0.0, 3001.0]

    # one comes back in December: the next statement takes it off, and a month with nothing else waits for the next
    _comes_back(shop, 2, "2026-12-20 10:00")
    with shop.looking() as db:
        (again,) = months.evaluated(db, shop.actor("何涛"), date(2026, 11, 1))
        assert again.figures["delivered"] == 3, "what was evaluated stays"
        sub_dealer = db.scalars(select(SubDealer)).one()
        assert len(months.delivered_in(db, sub_dealer, date(2026, 11, 1))) == 2
    _on(he, "2027-01-03 10:00")
    assert he.ask("/network/1/statement", {"month": "2026-12-31"}).codes == ("E-STATEMENT-EMPTY",)
    for number, when in ((4, "2027-01-05 10:00"), (5, "2027-01-06 10:00")):
        _deliver(shop, number, "X5", when)
    _on(he, "2027-02-01 10:00")
    assert he.submit("/network/1/statement", {"month": "2027-01-31"}).url == "/sub-dealer-statements/2"
    with shop.looking() as db:
        second = by_number(db, Statement, shop.actor("何涛"), 2)
        assert second is not None
        assert [(line.unit.number, line.pay) for line in second.lines] == [(4, 150_050), (5, 150_050), (2, -150_050)]
        assert (second.total, second.state) == (150_050, StatementState.DRAWN)
        assert statement_papers.code_of(second) == "JS-2027-01-0002"
        assert not statements.lines_due(db, second.sub_dealer, date(2027, 1, 1)), "everything is on a statement"
    _comes_back(shop, 5, "2027-02-01 11:00")
    assert _on(chen, "2027-02-01 12:00").ask("/sub-dealer-statements/2/approve").codes == ("E-STATEMENT-BACK",)
    assert chen.ask("/sub-dealer-statements/2/return", {"comment": "一台已退回"}).status == 200
    assert he.ask("/network/1/statement", {"month": "2027-01-31"}).codes == ("E-STATEMENT-EMPTY",)
