"""The fictional shop of the demo and of the tests: people, models, prices, demo cars, routes. All identifiers pass
their checks; nobody and nothing of it exists."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

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
}
GROUP_OF_ZHANG_WEI = ("王磊", "李娜")
DRIVERS = ("王磊", "李娜", "陈静", "张伟")  # hold C1 and accompany test drives

# code → name, configuration, gearbox, energy, seats, displacement, relief, (marked, consultant, KAM, GM floors, cost)
MODELS: dict[str, tuple[Any, ...]] = {
    "X5": ("X5", "1.5T CVT 舒适型", Gearbox.AUTOMATIC, Energy.PETROL, 5, "1.5T", False, (139_800, 136_800, 131_800, 128_000, 124_500)),
    "E3": ("E3", "纯电 510km 长续航型", Gearbox.AUTOMATIC, Energy.ELECTRIC, 5, "永磁同步 150kW", True, (169_800, 166_800, 161_800, 158_000, 153_000)),
    "M7": ("M7", "2.0L 手动 七座商务型", Gearbox.MANUAL, Energy.PETROL, 7, "2.0L", False, (119_800, 117_800, 114_800, 112_000, 108_500)),
}  # fmt: skip
COLOURS = ["珠光白", "星空黑", "水晶银", "琥珀金"]
PRICES_FROM = date(2026, 10, 1)
ROUTES = {"R1": ("市区环线", False, 30), "R2": ("含绕城高速", True, 45)}
DEMO_CARS = {"X5": "云A5X001", "M7": "云A7M002", "E3": "云AD30003"}


def found(database: Database, password_hash: str, at: datetime) -> UUID:
    """Write the shop with its people, models, prices, demo cars and routes into an empty database."""
    with database.writing() as db:
        store = Store(**STORE)
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
    models = {code: _model(store_id, code, *told[:-1]) for code, told in MODELS.items()}
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


def _model(store_id: UUID, code: str, name: str, configuration: str, *more: Any) -> Model:
    gearbox, energy, seats, displacement, relief = more
    return Model(
        store_id=store_id, code=code, brand="云岭", name=name, configuration=configuration, gearbox=gearbox,
        energy=energy, category=Category.SMALL_PASSENGER, seats=seats, displacement=displacement,
        maker="云岭汽车制造有限公司", colours=COLOURS, relief_listed=relief,
    )  # fmt: skip


def _price(ask: Ask, models: dict[str, Model]) -> None:
    """PV-2026-10, in force since its first day: the shop opens with approved prices."""
    staff = {person.name: person.id for person in ask.db.query(Person)}
    prices = PriceList(
        store_id=ask.actor.store_id, number=next_number(ask.db, ask.actor.store_id, "price_list"), since=ask.at, begun_at=ask.at, name="PV-2026-10",
        effective_from=PRICES_FROM, made_by_id=staff["陈静"], approved_by_id=staff["周建国"], approved_at=ask.at,
    )  # fmt: skip
    place(prices, PriceListState.APPROVED)
    ask.db.add(prices)
    ask.db.flush()
    for code, told in MODELS.items():
        marked, consultant, key_account, general, cost = (yuan * 100 for yuan in told[-1])
        ask.db.add(
            PriceListLine(
                store_id=ask.actor.store_id,
                price_list_id=prices.id,
                model_id=models[code].id,
                marked=marked,
                floor_consultant=consultant,
                floor_key_account=key_account,
                floor_general=general,
                cost=cost,
            )  # fmt: skip
        )
