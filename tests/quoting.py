"""Prices, a deal that is being quoted, and people who ask and decide: the scene of the tests about money.

Amounts are yuan here, as people say them: y(131_800) is fen.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import select

from dealer import workflow
from dealer.approvals.rulings import Reasons
from dealer.engine.database import new_id, next_number
from dealer.engine.fields import Uploaded
from dealer.engine.names import search_keys
from dealer.engine.steps import Facts, place
from dealer.people import by_number
from dealer.prices import pricelists
from dealer.prices.allowances import Confirmation
from dealer.prices.pricelists import ListFacts, PriceRow
from dealer.quotations import quotation
from dealer.quotations.offers import Acceptance, Extra, Lines, QuotedCar, Sending
from dealer.records.customers import Customer, CustomerClass
from dealer.records.deals import Deal, DealState, Need, NeedLine, PurchaseMode, Use
from dealer.records.people import Person
from dealer.records.prices import PriceList
from dealer.records.quotations import ExtraKind, PriceException, Quotation
from dealer.records.vehicles import Category, Energy, Gearbox, Model
from tests.cast import Shop
from tests.conftest import at

# code, name, configuration, gearbox, energy, marked price and floors: consultant, key account, general manager
MODELS = {
    "X5": ("X5", "1.5T CVT 舒适版", Gearbox.AUTOMATIC, Energy.PETROL, 139_800, 136_800, 131_800, 128_000),
    "E3": ("E3", "510km 精英版", Gearbox.AUTOMATIC, Energy.ELECTRIC, 169_800, 166_800, 161_800, 158_000),
    "M7": ("M7", "1.5T 手动七座", Gearbox.MANUAL, Energy.PETROL, 119_800, 117_800, 114_800, 112_000),
}
PAPER = Uploaded("中标通知书.pdf", b"%PDF-1.7 award")
WHY = Reasons(reason="竞品报价更低，客户承诺年内再订 20 台。")


def y(yuan: int) -> int:
    """Yuan as fen."""
    return yuan * 100


# ── models and prices ─────────────────────────────────────────────────────────────────────────────────────────────


def stock_models(shop: Shop) -> None:
    """The three models of the shop."""
    with shop.acting("陈静", at("2026-09-01 09:00")) as ask:
        for code, (name, configuration, gearbox, energy, *_) in MODELS.items():
            ask.db.add(
                Model(
                    store_id=shop.store.id, code=code, brand="云岭", name=name, configuration=configuration,
                    gearbox=gearbox, energy=energy, category=Category.SMALL_PASSENGER, seats=5, colours=["白", "黑"],
                )
            )  # fmt: skip


def model(shop: Shop, code: str) -> Model:
    """A model by its code."""
    with shop.looking() as db:
        return db.scalars(select(Model).where(Model.code == code)).one()


def rows(shop: Shop, changed: dict[str, tuple[int, int, int, int]] | None = None) -> tuple[PriceRow, ...]:
    """The prices of a list, some of them changed."""
    return tuple(
        PriceRow(
            model=model(shop, code).id, marked=y(prices[0]), floor_consultant=y(prices[1]),
            floor_key_account=y(prices[2]), floor_general=y(prices[3]),
        )
        for code, prices in ({code: told[4:] for code, told in MODELS.items()} | (changed or {})).items()
    )  # fmt: skip


def write_list(
    shop: Shop, name: str, first: date, when: str, changed: dict[str, tuple[int, int, int, int]] | None = None
) -> int:
    """A draft list by the key-account manager."""
    facts = ListFacts(name=name, effective_from=first, lines=rows(shop, changed))
    with shop.acting("陈静", at(when), facts) as ask:
        price_list = pricelists.blank(ask, facts)
        workflow.begin(price_list, "draft", ask)
        return price_list.number


def step_list(shop: Shop, who: str, when: str, number: int, action: str, facts: Facts | None = None) -> PriceList:
    """One step of a price list."""
    with shop.acting(who, at(when), facts) as ask:
        price_list = by_number(ask.db, PriceList, ask.actor, number)
        assert price_list is not None
        workflow.take(price_list, action, ask)
        return price_list


def put_in_force(
    shop: Shop, name: str, first: date, when: str, changed: dict[str, tuple[int, int, int, int]] | None = None
) -> int:
    """A list written, submitted and approved at a moment."""
    number = write_list(shop, name, first, when, changed)
    step_list(shop, "陈静", when, number, "submit")
    step_list(shop, "周建国", when, number, "approve")
    return number


def open_for_business(shop: Shop) -> None:
    """Models and the list of October."""
    stock_models(shop)
    put_in_force(shop, "PV-2026-10", date(2026, 10, 1), "2026-09-25 09:00")


# ── a deal ────────────────────────────────────────────────────────────────────────────────────────────────────────


def deal_at_quotation(
    shop: Shop, owner: str = "李娜", *, name: str = "滇行租赁公司", mode: PurchaseMode = PurchaseMode.DIRECT,
    wanted: Iterable[tuple[str, int]] = (("X5", 10),), procurement: bool = False,
) -> int:  # fmt: skip
    """A deal that stands at quotation, with its need sheet."""
    with shop.acting(owner, at("2026-10-10 09:00")) as ask:
        person = ask.db.scalars(select(Person).where(Person.name == owner)).one()
        keys = search_keys(name)
        customer = Customer(
            store_id=shop.store.id, number=next_number(ask.db, shop.store.id, "customer"), name=name,
            name_pinyin=keys.pinyin, name_initials=keys.initials, customer_class=CustomerClass.RENTAL,
            uscc="91530100MA6KCX9U4R", owner_id=person.id, procurement=procurement, since=ask.at,
        )  # fmt: skip
        ask.db.add(customer)
        ask.db.flush()
        deal = Deal(
            id=new_id(), store_id=shop.store.id, customer_id=customer.id, owner_id=person.id, title="车辆采购",
            number=next_number(ask.db, shop.store.id, "deal"), since=ask.at, begun_at=ask.at,
        )  # fmt: skip
        deal.case_id = deal.id
        place(deal, DealState.QUOTATION)
        ask.db.add(deal)
        ask.db.flush()
        need = Need(store_id=shop.store.id, deal_id=deal.id, use=Use.RENTAL, purchase_mode=mode)
        need.lines = [
            NeedLine(store_id=shop.store.id, position=at, model_id=model(shop, code).id, colour="白", quantity=quantity)
            for at, (code, quantity) in enumerate(wanted, 1)
        ]
        ask.db.add(need)
        return deal.number


def move_deal(shop: Shop, number: int, state: DealState, when: str, **changes: Any) -> None:
    """The deal comes to stand elsewhere; what follows by itself follows."""
    with shop.acting("陈静", at(when)) as ask:
        deal = by_number(ask.db, Deal, ask.actor, number)
        assert deal is not None
        place(deal, state)
        for name, value in changes.items():
            setattr(deal, name, value)
        ask.db.flush()
        workflow.settle(deal, ask)


# ── quoting ───────────────────────────────────────────────────────────────────────────────────────────────────────


def car(shop: Shop, code: str, quantity: int, price: int, colour: str = "白") -> QuotedCar:
    """A line as it is typed."""
    return QuotedCar(model=model(shop, code).id, colour=colour, quantity=quantity, unit_price=y(price))


def gift(amount: int, line: int = 1, kind: ExtraKind = ExtraKind.GIFT, *, named: bool = False) -> Extra:
    """Something that comes with the cars."""
    listed = y(amount) if kind is ExtraKind.PAID else None
    return Extra(line=line, kind=kind, name="行车记录仪", amount=y(amount), list_amount=listed, named_in_tender=named)


def allowance(amount: int, until: date, line: int = 1) -> Extra:
    """What the manufacturer pays the shop for the cars of a line."""
    proof = {"reference": "CJ-2026-118", "good_until": until}
    return Extra(line=line, kind=ExtraKind.ALLOWANCE, name="大客户补贴", amount=y(amount), **proof)


def confirm(shop: Shop, number: int, when: str, who: str = "高洁", which: Iterable[int] = (1,)) -> Quotation:
    """Finance has the manufacturer's letter for allowances of a quotation."""
    facts = Confirmation(allowances=tuple(which), proof="厂家批复 DKH-118")
    return step(shop, who, when, number, "confirm_allowances", facts)


def lines(shop: Shop, *cars: tuple[str, int, int], extras: Iterable[Extra] = ()) -> Lines:
    """The lines of a quotation: (model, quantity, price) each."""
    return Lines(lines=tuple(car(shop, *each) for each in cars), extras=tuple(extras))


def draft(shop: Shop, deal: int, facts: Lines, who: str = "李娜", when: str = "2026-10-12 09:00") -> int:
    """A new quotation of a deal."""
    with shop.acting(who, at(when), facts) as ask:
        found = by_number(ask.db, Deal, ask.actor, deal)
        assert found is not None
        new = quotation.blank(found)
        workflow.begin(new, "draft", ask)
        return new.number


def take(
    shop: Shop, who: str, when: str, record: type[Any], number: int, action: str, facts: Facts | None = None
) -> Any:
    """A step of a quotation or an exception, and what follows by itself."""
    with shop.acting(who, at(when), facts) as ask:
        thing = by_number(ask.db, record, ask.actor, number)
        assert thing is not None
        workflow.take(thing, action, ask)
        return thing


def step(shop: Shop, who: str, when: str, number: int, action: str, facts: Facts | None = None) -> Quotation:
    """A step of a quotation."""
    taken: Quotation = take(shop, who, when, Quotation, number, action, facts)
    return taken


def rule(shop: Shop, who: str, when: str, number: int, action: str, facts: Facts | None = None) -> PriceException:
    """A step of an exception."""
    taken: PriceException = take(shop, who, when, PriceException, number, action, facts)
    return taken


def send_until(day: date, *, tender: date | None = None) -> Sending:
    """The form of sending."""
    return Sending(valid_until=day, tender_valid_until=tender)


YES = Acceptance(evidence="客户盖章回传", file=PAPER)


def time_passes(shop: Shop, deal: int, when: str) -> None:
    """The sweep looks at a deal."""
    with shop.acting("陈静", at(when)) as ask:
        found = by_number(ask.db, Deal, ask.actor, deal)
        assert found is not None
        workflow.settle(found, ask)


def quotation_of(shop: Shop, number: int) -> Quotation:
    """A quotation as it stands now."""
    with shop.looking() as db:
        found = by_number(db, Quotation, shop.actor("陈静"), number)
        assert found is not None
        assert all(each.extras is not None for each in found.lines)  # loaded before the session closes
        return found


def exception_of(shop: Shop, number: int) -> PriceException:
    """An exception as it stands now."""
    with shop.looking() as db:
        found = by_number(db, PriceException, shop.actor("陈静"), number)
        assert found is not None
        return found
