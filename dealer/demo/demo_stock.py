"""Scenes of the yard: a truck on its way, a certificate at the bank, a car that nobody has bought for too long."""

from dealer import people
from dealer.demo.demo_stage import Stage
from dealer.records.factory_orders import FactoryOrder
from dealer.records.vehicles import Certificate, Unit
from dealer.stock import vehicles
from dealer.stock.factory_orders import Confirmation, NewOrder, OrderedCars, blank
from dealer.stock.yard import NewUnit, Shipment, UnitPapers

ON_THE_TRUCK = ("LYLEV3E35T2300015", "LYLEV3E37T2300016", "LYLEV3E39T2300017")
STANDS_TOO_LONG = "LYLAA418XT2100023"


def a_truck_is_on_its_way(stage: Stage) -> None:
    """Three electric cars, ordered and shipped; tomorrow they come off the truck."""
    for vin in ON_THE_TRUCK:
        told = NewUnit(model=stage.models["E3"], vin=vin, colour="珠光白", expected_on=stage.day(-1))
        number = stage.begin("孙强", 12, "10:00", "order", vehicles.new_unit, told)
        shipped = Shipment(carrier="滇运物流", waybill="DY-2088", expected_on=stage.day(-1))
        stage.take("孙强", 3, "10:00", Unit, number, "ship", shipped)


def cars_that_cost_money_while_they_stand(stage: Stage) -> None:
    """One has stood for eighty days; the certificate of another lies at the bank."""
    told = NewUnit(
        model=stage.models["X5"], vin=STANDS_TOO_LONG, colour="星空黑", place="B 区 01 位", arrived_on=stage.day(80)
    )
    number = stage.begin("孙强", 25, "09:50", "arrive", vehicles.new_unit, told)
    with stage.acting("孙强", 20, "09:00") as ask:
        unit = people.by_number(ask.db, Unit, ask.actor, number)
        papers = UnitPapers(certificate=Certificate.PLEDGED, place=unit.place) if unit else None
    stage.take("孙强", 20, "09:10", Unit, number, "keep_papers", papers)


def an_order_waits_for_approval(stage: Stage) -> None:
    """Five more cars of the model that sells, drawn up yesterday; the key-account manager has yet to agree."""
    line = OrderedCars(model=stage.models["X5"], colour="水晶银", quantity=5)
    stage.begin("孙强", 1, "16:00", "draw_up", blank, NewOrder(lines=(line,), wanted_by=stage.day(-30)))


def an_order_is_on_its_way_through_the_factory(stage: Stage) -> None:
    """Approved by the key-account manager, sent, and confirmed with a day; its cars are still to be named."""
    line = OrderedCars(model=stage.models["E3"], colour="星空黑", quantity=3)
    number = stage.begin("孙强", 18, "15:00", "draw_up", blank, NewOrder(lines=(line,), wanted_by=stage.day(-20)))
    stage.take("陈静", 17, "10:00", FactoryOrder, number, "send")
    confirmed = Confirmation(reference="YLQC-2026-0316", expected_on=stage.day(-18))
    stage.take("孙强", 15, "11:00", FactoryOrder, number, "confirm", confirmed)


STOCK_SCENES = (
    an_order_is_on_its_way_through_the_factory, a_truck_is_on_its_way, cars_that_cost_money_while_they_stand,
    an_order_waits_for_approval,
)  # fmt: skip
