"""Orders to the factory: proposed from the places that stay empty, approved by somebody else, named car by car."""

from collections.abc import Callable
from datetime import date
from io import BytesIO

from python_calamine import CalamineWorkbook
from sqlalchemy import select

from dealer.engine.history import verify
from dealer.records.factory_orders import FactoryOrder, FactoryOrderLine
from dealer.records.vehicles import Unit, UnitState
from dealer.stock import factory_orders
from dealer.stock.factory_orders import Confirmation, Ending, Giving, NamedCars, NewOrder, OrderedCars
from tests import deliveries as scene
from tests.cast import Shop
from tests.conftest import at
from tests.deliveries import VINS, WHITE, arrive, contract, refused, take
from tests.desk import Desk
from tests.test_stock import on_order


def to_order(shop: Shop) -> list[tuple[str, int, int, int, int, int]]:
    with shop.looking() as db:
        found = factory_orders.missing(db, shop.actor("孙强"), date(2026, 11, 20))
        return [(each.colour, each.wanted, each.here, each.coming, each.ordered, each.count) for each in found]


def line_of(shop: Shop, number: int) -> FactoryOrderLine:
    with shop.looking() as db:
        order = db.scalars(select(FactoryOrder).where(FactoryOrder.number == number)).one()
        return order.lines[0]


def test_what_is_missing_is_ordered_by_one_and_approved_by_another_and_comes_with_its_vins(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    contract(shop, 6, [(4, "2026-11-30"), (2, "2026-12-10")])
    arrive(shop, VINS[0])
    on_order(shop, VINS[1], date(2026, 11, 25))
    assert to_order(shop) == [(WHITE, 6, 1, 1, 0, 4)]

    keeper, manager = desk("孙强"), desk("陈静")
    keeper.turn_clock("2026-11-20 09:00")
    keeper.sign_in()
    manager.sign_in()
    assert "待订" in keeper.get("/stock/orders").text
    blank = keeper.get("/stock/orders/new")
    assert 'value="4"' in blank.html  # the form begins with what is missing
    told = {"lines-0-model": str(scene.model(shop)), "lines-0-colour": WHITE, "lines-0-quantity": "4"}
    assert keeper.post("/stock/orders/new", told | {"wanted_by": "2026-11-19"}, blank).status == 409
    wrong = keeper.submit("/stock/orders/new", told | {"wanted_by": "2026-11-30", "lines-0-colour": "荧光绿"})
    assert "荧光绿" in wrong.html
    assert wrong.status == 409
    page = keeper.submit("/stock/orders/new", told | {"wanted_by": "2026-11-30"})
    assert "工厂订单 1" in page.text
    assert to_order(shop) == []
    assert keeper.get("/factory-orders/1/sheet").status == 404  # nothing leaves before somebody else agreed
    assert refused(shop, "孙强", "2026-11-20 09:30", FactoryOrder, 1, "send") == ("E-NOT-YOURS",)
    assert "待批准工厂订单" in manager.get("/today").text

    take(shop, "陈静", "2026-11-20 10:00", FactoryOrder, 1, "send")
    book = CalamineWorkbook.from_filelike(BytesIO(keeper.client.get("/factory-orders/1/sheet").data))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[-2][1:] == ["X5", "云岭 X5 1.5T CVT 公务版", WHITE, 4.0]
    told_by_factory = Confirmation(reference="F-2026-88", expected_on=date(2026, 12, 5))
    take(shop, "孙强", "2026-11-21 09:00", FactoryOrder, 1, "confirm", told_by_factory)

    line = line_of(shop, 1)
    for vins, code in (
        (VINS[2:7], "E-MORE-THAN-ORDERED"), ((VINS[1],), "E-VIN-TAKEN"), ((VINS[2], VINS[2].lower()), "E-VIN-TAKEN"),
        (("LYLAA4181T2100001",), "E-VIN-LINE"),
    ):  # fmt: skip
        wrong_list = NamedCars(line=line.id, vins="\n".join(vins))
        assert refused(shop, "孙强", "2026-11-22 09:00", FactoryOrder, 1, "name_cars", wrong_list) == (code,)
    named = NamedCars(line=line.id, vins=f"{VINS[2]}\n\n{VINS[3]}\n")
    take(shop, "孙强", "2026-11-22 09:00", FactoryOrder, 1, "name_cars", named)
    assert to_order(shop) == []  # named cars are on their way, the other two still ordered
    with shop.looking() as db:
        cars = db.scalars(select(Unit).where(Unit.factory_line_id == line.id).order_by(Unit.number)).all()
        assert [(car.vin, car.state, car.expected_on) for car in cars] == [
            (VINS[2], UnitState.ORDERED, date(2026, 12, 5)), (VINS[3], UnitState.ORDERED, date(2026, 12, 5)),
        ]  # fmt: skip
        assert verify(db) == []
    assert "2 / 4" in keeper.get("/factory-orders/1/name_cars").text
    gone = Giving(comment="客户减少数量")
    assert refused(shop, "陈静", "2026-11-23 09:00", FactoryOrder, 1, "cancel", gone) == ("E-CARS-NAMED",)
    assert refused(shop, "孙强", "2026-11-23 09:00", FactoryOrder, 1, "close", Ending()) == ("E-REQ-FIELD",)
    take(shop, "孙强", "2026-11-23 09:00", FactoryOrder, 1, "close", Ending(comment="工厂停产该配置"))
    assert to_order(shop) == [(WHITE, 6, 1, 3, 0, 2)]  # what never came is missing again


def test_nobody_approves_their_own_order(shop: Shop) -> None:
    facts = NewOrder(
        lines=(OrderedCars(model=scene.model(shop), colour=WHITE, quantity=2),), wanted_by=date(2026, 12, 1)
    )
    with shop.acting("陈静", at("2026-11-20 09:00"), facts) as ask:
        factory_orders.FACTORY_ORDERS.begin("draw_up", factory_orders.blank(ask), ask)
    assert refused(shop, "陈静", "2026-11-20 10:00", FactoryOrder, 1, "send") == ("E-SELF-APPROVE",)
    take(shop, "周建国", "2026-11-20 10:00", FactoryOrder, 1, "send")
    assert scene.state(shop, FactoryOrder, 1) == "sent"
    with shop.acting("孙强", at("2026-11-20 11:00"), facts) as ask:
        factory_orders.FACTORY_ORDERS.begin("draw_up", factory_orders.blank(ask), ask)
    more = facts.model_copy(update={"remark": "先要白色"})
    take(shop, "陈静", "2026-11-20 12:00", FactoryOrder, 2, "change", more)
    assert refused(shop, "陈静", "2026-11-20 13:00", FactoryOrder, 2, "send") == ("E-SELF-APPROVE",)
    take(shop, "孙强", "2026-11-20 14:00", FactoryOrder, 2, "change", facts)  # her hand stays on it
    assert refused(shop, "陈静", "2026-11-20 15:00", FactoryOrder, 2, "send") == ("E-SELF-APPROVE",)
    take(shop, "周建国", "2026-11-20 15:00", FactoryOrder, 2, "send")
