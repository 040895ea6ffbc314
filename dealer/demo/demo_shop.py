"""The fictional shop of the demo and of the tests: people, models, prices, demo cars, routes. All identifiers pass
their checks; nobody and nothing of it exists."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer.engine.database import Database, next_number
from dealer.engine.history import start_chain
from dealer.engine.steps import Ask, place
from dealer.people import system
from dealer.records.people import Person, Posting, Role, Store
from dealer.records.prices import PriceList, PriceListLine, PriceListState
from dealer.records.vehicles import Category, DemoCar, Energy, Gearbox, Model, Route

STORE = {
    "code": "YLYX",
    "name": "昆明云岭远行汽车销售服务有限公司",
    "uscc": "91530100MA6N8YRL9W",
    "legal_representative": "周建国",
    "address": "云南省昆明市官渡区彩云北路1188号",
    "phone": "0871-65551000",
    "after_sales_phone": "0871-65551001",
    "bank": "中国建设银行昆明官渡支行",
    "bank_account": "53001895036051234567",
}
# name → sign-in name, role
STAFF = {
    "王磊": ("wanglei", Role.CONSULTANT),
    "李娜": ("lina", Role.SPECIALIST),
    "张伟": ("zhangwei", Role.SUPERVISOR),
    "陈静": ("chenjing", Role.KEY_ACCOUNT),
    "刘洋": ("liuyang", Role.SHOWROOM),
    "马超": ("machao", Role.SALES),
    "周建国": ("zhoujianguo", Role.GENERAL),
    "赵敏": ("zhaomin", Role.RECEPTION),
    "吴倩": ("wuqian", Role.CLERK),
    "孙强": ("sunqiang", Role.VEHICLES),
    "郑凯": ("zhengkai", Role.TECHNICIAN),
    "冯涛": ("fengtao", Role.SERVICE),
    "何涛": ("hetao", Role.NETWORK),
    "林芳": ("linfang", Role.CUSTOMER_SERVICE),
    "高洁": ("gaojie", Role.FINANCE),
    "许明": ("xuming", Role.ADMIN),
    "普艳": ("puyan", Role.SUB_DEALER),
}
GROUP_OF_ZHANG_WEI = ("王磊", "李娜")
DRIVERS = ("王磊", "李娜", "陈静", "张伟", "孙强")  # hold C1: they accompany test drives, or drive for the house


class Sold(NamedTuple):
    """A model as the shop sells it; prices in yuan, including VAT."""

    configuration: str
    gearbox: Gearbox
    energy: Energy
    seats: int
    displacement: str
    relief: bool
    marked: int
    floor_consultant: int
    floor_key_account: int
    floor_general: int
    cost: int


MANUAL, AUTOMATIC = Gearbox.MANUAL, Gearbox.AUTOMATIC
PETROL, ELECTRIC = Energy.PETROL, Energy.ELECTRIC
MODELS = {
    "X5": Sold("1.5T CVT 舒适型", AUTOMATIC, PETROL, 5, "1.5T", False, 139_800, 136_800, 131_800, 128_000, 124_500),
    "E3": Sold("510km 长续航", AUTOMATIC, ELECTRIC, 5, "150 kW", True, 169_800, 166_800, 161_800, 158_000, 153_000),
    "M7": Sold("2.0L 手动七座", MANUAL, PETROL, 7, "2.0L", False, 119_800, 117_800, 114_800, 112_000, 108_500),
}
COLOURS = ["珠光白", "星空黑", "水晶银", "琥珀金"]
PRICES_FROM = date(2026, 10, 1)
ROUTES = {"R1": ("市区环线", False, 30), "R2": ("含绕城高速", True, 45)}
DEMO_CARS = {"X5": "云A5X001", "M7": "云A7M002", "E3": "云AD30003"}


def found(database: Database, password_hash: str, at: datetime) -> UUID:
    """Write the shop with its people, models, prices, demo cars and routes into an empty database."""
    with database.writing() as db:
        store = Store(**STORE, made_up=True)
        db.add(store)
        start_chain(db, store.id)
        _hire(db, store.id, password_hash)
    with database.writing(store.id) as db:
        _stock_catalogue(Ask(db, system(store.id), at))
    return store.id


def _hire(db: Session, store_id: UUID, password_hash: str) -> None:
    staff = {
        name: Person(sign_in=sign_in, name=name, password_hash=password_hash, language="zh")
        for name, (sign_in, _) in STAFF.items()
    }
    for name in DRIVERS:
        staff[name].licence_classes, staff[name].licence_since = "C1", date(2019, 5, 1)
    db.add_all(staff.values())
    db.flush()
    for name, (_, role) in STAFF.items():
        head = staff["张伟"].id if name in GROUP_OF_ZHANG_WEI else None
        db.add(Posting(store_id=store_id, person_id=staff[name].id, role=role, group_head_id=head))


def _stock_catalogue(ask: Ask) -> None:
    store_id = ask.actor.store_id
    models = {code: _model(store_id, code, told) for code, told in MODELS.items()}
    ask.db.add_all(models.values())
    ask.db.add_all(
        Route(store_id=store_id, code=code, name=name, motorway=motorway, minutes=minutes)
        for code, (name, motorway, minutes) in ROUTES.items()
    )
    ask.db.flush()
    ask.db.add_all(
        DemoCar(
            store_id=store_id, model_id=models[code].id, plate=plate, odometer=3_000, insured_until=date(2028, 6, 30),
            inspected_until=date(2028, 6, 30),
        )
        for code, plate in DEMO_CARS.items()
    )  # fmt: skip
    _price(ask, models)


def _model(store_id: UUID, code: str, told: Sold) -> Model:
    return Model(
        store_id=store_id,
        code=code,
        brand="云岭",
        name=code,
        configuration=told.configuration,
        gearbox=told.gearbox,
        energy=told.energy,
        category=Category.SMALL_PASSENGER,
        seats=told.seats,
        displacement=told.displacement,
        maker="云岭汽车制造有限公司",
        colours=COLOURS,
        relief_listed=told.relief,
    )


def _price(ask: Ask, models: dict[str, Model]) -> None:
    """PV-2026-10, in force since its first day: the shop opens with approved prices."""
    store_id = ask.actor.store_id
    staff = {person.name: person.id for person in ask.db.scalars(select(Person))}
    prices = PriceList(
        store_id=store_id,
        number=next_number(ask.db, store_id, "price_list"),
        since=ask.at,
        begun_at=ask.at,
        name="PV-2026-10",
        effective_from=PRICES_FROM,
        made_by_id=staff["陈静"],
        approved_by_id=staff["周建国"],
        approved_at=ask.at,
    )
    place(prices, PriceListState.APPROVED)
    ask.db.add(prices)
    ask.db.flush()
    for code, told in MODELS.items():
        line = PriceListLine(store_id=store_id, price_list_id=prices.id, model_id=models[code].id)
        for name in ("marked", "floor_consultant", "floor_key_account", "floor_general", "cost"):
            setattr(line, name, getattr(told, name) * 100)
        ask.db.add(line)
