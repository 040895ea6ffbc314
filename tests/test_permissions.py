"""Who may take which step: every person of the cast against every step of every life.

What is expected stands in permissions.csv, written by hand from DOMAIN C1-C8; its last column says from which words.
The scene: 李娜 owns the deal and everything in it, accompanies the drive, received the party and wrote the proposal.
A step that the owner takes is therefore hers alone; one that follows by itself is nobody's.
"""

import csv
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from dealer import workflow
from dealer.engine.database import new_id
from dealer.engine.steps import Ask, Life, Refusal, place
from dealer.records.care import CareCall, MonthlyReview
from dealer.records.claims import SheetLayout, StatementRow
from dealer.records.clauses import ClauseVersion
from dealer.records.complaints import Complaint
from dealer.records.contracts import Contract
from dealer.records.credit import CreditProfile
from dealer.records.customers import Customer
from dealer.records.deals import Deal, DealState
from dealer.records.deliveries import Batch
from dealer.records.enquiries import Appointment, Enquiry
from dealer.records.factory_orders import FactoryOrder
from dealer.records.frameworks import Framework
from dealer.records.hand_ins import HandIn
from dealer.records.market import Campaign, GroupOffer, OutsideContact, Sighting
from dealer.records.money import Receipt
from dealer.records.network import Statement, SubDealer, SupportRequest
from dealer.records.oem import Filing, OemPolicy, Rebate
from dealer.records.outings import Note, Outing
from dealer.records.people import Policy, Role
from dealer.records.planning import Plan, PlanKind, WorkPlan
from dealer.records.prices import PriceList
from dealer.records.privacy import DataRequest, Destruction
from dealer.records.prospects import Prospect, Visit
from dealer.records.quotations import PriceException, Quotation
from dealer.records.risks import Emergency, RiskItem
from dealer.records.showroom_days import ShowroomDay
from dealer.records.staffing import Appraisal, Leave
from dealer.records.testdrives import DriveState, TestDrive
from dealer.records.trips import Trip
from dealer.records.vehicles import DemoCar, Route, Unit
from tests.cast import CAST, Shop
from tests.conftest import at
from tests.desk import Desk
from tests.drives import stock

NOW = at("2026-11-10 09:00")
NOT_THEIRS = {"E-NOT-YOURS", "E-BY-ITSELF"}
NOT_SHOWN = (403, 404)
OUTSIDE = "普艳"  # of a sub-dealer: her column stands last and is left out where she may not


class Row(NamedTuple):
    """One step of permissions.csv: who may take it."""

    life: str
    action: str
    may: frozenset[str]


def _read() -> list[Row]:
    with (Path(__file__).parent / "permissions.csv").open(encoding="utf-8", newline="") as sheet:
        return [
            Row(line["life"], line["action"], frozenset(name for name in CAST if line.get(name) == "yes"))
            for line in csv.DictReader(sheet)
        ]


ROWS = _read()
LIVES: dict[str, Life] = {life.kind: life for life in workflow.LIVES.values()}

# ── the table itself ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_table_names_every_step_of_every_life_once_and_nothing_else() -> None:
    told = [(row.life, row.action) for row in ROWS]
    real = {(kind, action) for kind, life in LIVES.items() for action in life.actions()}
    assert len(told) == len(set(told))
    assert {"steps the table does not name": real - set(told), "steps nobody can take": set(told) - real} == {
        "steps the table does not name": set(),
        "steps nobody can take": set(),
    }


def test_every_cell_of_the_table_says_yes_or_no() -> None:
    with (Path(__file__).parent / "permissions.csv").open(encoding="utf-8", newline="") as sheet:
        rows = list(csv.DictReader(sheet))
    assert {row[name] for row in rows for name in CAST if name != OUTSIDE} == {"yes", "no"}
    assert {row.get(OUTSIDE) for row in rows} == {"yes", None}
    assert all(row["domain"] for row in rows)


def test_the_cast_has_one_person_of_every_role() -> None:
    assert sorted(role for _, role in CAST.values()) == sorted(Role)


# ── asked of the tables ───────────────────────────────────────────────────────────────────────────────────────────


def _scene(shop: Shop) -> dict[str, Any]:
    """One thing of each life, 李娜's throughout."""
    mine = {"store_id": shop.store.id, "owner_id": shop.person("李娜").id}
    deal = Deal(id=new_id(), **mine)
    of_deal: dict[str, Any] = {"store_id": shop.store.id, "deal": deal, "case_id": deal.id}
    return {
        "deal": deal,
        "quotation": Quotation(**of_deal),
        "exception": PriceException(**of_deal),
        "contract": Contract(**of_deal),
        "batch": Batch(**of_deal),
        "credit": CreditProfile(store_id=shop.store.id),
        "receipt": Receipt(store_id=shop.store.id, contract=Contract(**of_deal)),
        "monthly_review": MonthlyReview(store_id=shop.store.id),
        "care_call": CareCall(store_id=shop.store.id, agent_id=mine["owner_id"]),
        "factory_order": FactoryOrder(store_id=shop.store.id, drawn_by_id=mine["owner_id"]),
        "unit": Unit(**of_deal),
        "drive": TestDrive(**mine),
        "trip": Trip(**mine),
        "leave": Leave(**mine, days=1),
        "appraisal": Appraisal(**mine),
        "risk_item": RiskItem(**of_deal),
        "emergency": Emergency(**mine),
        "data_request": DataRequest(store_id=shop.store.id),
        "destruction": Destruction(store_id=shop.store.id, customer=Customer()),
        "prospect": Prospect(**mine),
        "visit": Visit(**mine),
        "showroom_day": ShowroomDay(store_id=shop.store.id),
        "policy": Policy(**mine),
        "hand_in": HandIn(**mine),
        "outing": Outing(**mine),
        "note": Note(**mine),
        "sighting": Sighting(**mine),
        "outside_contact": OutsideContact(**mine),
        "campaign": Campaign(**mine),
        "group_offer": GroupOffer(**of_deal),
        "complaint": Complaint(**mine),
        "enquiry": Enquiry(**mine),
        "appointment": Appointment(**mine),
        "oem_policy": OemPolicy(store_id=shop.store.id, made_by_id=mine["owner_id"]),
        "filing": Filing(**of_deal),
        "sheet_layout": SheetLayout(store_id=shop.store.id, made_by_id=mine["owner_id"]),
        "statement_row": StatementRow(store_id=shop.store.id),
        "rebate": Rebate(store_id=shop.store.id, filing=Filing(**of_deal)),
        "sub_dealer": SubDealer(**mine),
        "support_request": SupportRequest(**mine),
        "statement": Statement(store_id=shop.store.id, drawn_by_id=mine["owner_id"]),
        "framework": Framework(store_id=shop.store.id, made_by_id=mine["owner_id"]),
        "work_plan": WorkPlan(store_id=shop.store.id, made_by_id=mine["owner_id"]),
        "plan": Plan(store_id=shop.store.id, made_by_id=mine["owner_id"], kind=PlanKind.SALES),
        "price_list": PriceList(store_id=shop.store.id, made_by_id=mine["owner_id"]),
        "clause_version": ClauseVersion(store_id=shop.store.id, made_by_id=mine["owner_id"], key="court"),
    }


@pytest.mark.parametrize("kind", LIVES)
def test_each_person_may_take_exactly_the_steps_the_table_gives_them(kind: str, shop: Shop) -> None:
    life, thing = LIVES[kind], _scene(shop)[kind]
    actors = {name: shop.actor(name) for name in CAST}
    wrong = []
    with shop.looking() as db:
        for row in (row for row in ROWS if row.life == kind):
            ways = [step for step in life.steps if step.action == row.action]
            may = {
                name
                for name, actor in actors.items()
                if any(not isinstance(step.who(thing, Ask(db, actor, NOW)), Refusal) for step in ways)
            }
            wrong += [f"{row.action}: {name} should not" for name in CAST if name in may - row.may]
            wrong += [f"{row.action}: {name} should" for name in CAST if name in row.may - may]
    assert not wrong, "\n".join(wrong)


# ── asked over HTTP ───────────────────────────────────────────────────────────────────────────────────────────────


class Caller:
    """A person's program: their browser's session, with one token for all requests."""

    def __init__(self, desk: Desk) -> None:
        self.client: FlaskClient = desk.client
        page = desk.get("/today")
        self.headers = {"X-CSRFToken": page.hidden("csrf_token"), "Accept": "application/json"}

    def is_turned_away(self, url: str, facts: dict[str, Any]) -> bool:
        """Whether the answer is that this step is not theirs, rather than yes or any other reason."""
        answer = self.client.post(url, json=facts, headers=self.headers)
        if answer.status_code in NOT_SHOWN:
            return True
        refusals = (answer.json or {}).get("refusals", [])
        assert answer.status_code in (200, 409), f"{url}: {answer.status_code} {answer.get_data(as_text=True)[:300]}"
        return any(each["code"] in NOT_THEIRS for each in refusals)


def _callers(desk: Callable[[str], Desk]) -> dict[str, Caller]:
    return {name: Caller(desk(name)) for name in CAST}


DEAL_FACTS: dict[str, dict[str, Any]] = {
    "settle_clash": {"comment": "另一个项目"},
    "join_other": {"comment": "同一个项目"},
    "return": {"comment": "请补充"},
    "ask_to_rework": {"to": "quotation", "reason": "数量有变"},
    "ask_to_lose": {"reason": "budget_cut"},
    "keep": {"comment": "客户又来电"},
    "ask_to_reopen": {"comment": "客户又来电"},
    "hold": {"until": "2026-12-01", "comment": "等待预算"},
    "cancel": {"ground": "mutual", "notice_day": "2026-11-09", "note": "双方协商"},
}


def _a_deal(shop: Shop) -> Deal:
    with shop.database.writing(shop.store.id) as db:
        owner = shop.person("李娜")
        customer = Customer(
            store_id=shop.store.id, number=1, name="滇行租赁公司", name_pinyin="", name_initials="",
            customer_class="rental", uscc="91530100MA6KCX9U4R", owner_id=owner.id, since=NOW,
        )  # fmt: skip
        db.add(customer)
        db.flush()
        deal = Deal(id=new_id(), store_id=shop.store.id, number=1, customer_id=customer.id, owner_id=owner.id)
        deal.case_id, deal.since, deal.begun_at = deal.id, NOW, NOW
        place(deal, DealState.INQUIRY)
        db.add(deal)
    return deal


def _put(shop: Shop, record: type[Any], number: int, state: Any, **values: Any) -> None:
    """The thing stands in a state again, whatever the last request did."""
    with shop.database.writing(shop.store.id) as db:
        thing = db.scalars(select(record).where(record.number == number)).one()
        place(thing, state)
        for name, value in values.items():
            setattr(thing, name, value)


def _first_source(life: Life, action: str) -> Any:
    return next(step.sources[0] for step in life.steps if step.action == action)


def test_the_steps_of_a_deal_answer_each_person_as_the_table_says(shop: Shop, desk: Callable[[str], Desk]) -> None:
    stock(shop)
    deal, callers, life = _a_deal(shop), _callers(desk), LIVES["deal"]
    with shop.looking() as db:
        model = db.scalars(select(DemoCar)).first()
        assert model is not None
        wanted = {"model": str(model.model_id), "colour": "白", "quantity": 5}
    facts = DEAL_FACTS | {
        "fill_need": {"use": "rental", "lines": [wanted]},
        "change_owner": {"owner": str(deal.owner_id), "comment": "仍由李娜负责"},
        "leave_with_owner": {"comment": "仍由李娜负责"},
    }
    wrong = []
    for row in (row for row in ROWS if row.life == "deal" and row.action != "register"):
        state = _first_source(life, row.action)
        for name, caller in callers.items():
            fresh = {"owner_id": deal.owner_id, "loss_asked_by_id": None, "held_from": None, "clash_settled": True}
            _put(shop, Deal, 1, state, **fresh | ({"held_from": DealState.INQUIRY} if row.action == "resume" else {}))
            if caller.is_turned_away(f"/deals/1/{row.action}", facts.get(row.action, {})) != (name not in row.may):
                wrong.append(f"{row.action}: {name} {'should' if name in row.may else 'should not'}")
    assert not wrong, "\n".join(wrong)


def test_who_registers_a_deal_is_told_by_the_table_too(shop: Shop, desk: Callable[[str], Desk]) -> None:
    may = next(row.may for row in ROWS if (row.life, row.action) == ("deal", "register"))
    told = {"customer_class": "individual", "contact": "段莉", "phone": "13888880031"}
    callers = _callers(desk)
    admitted = {
        name
        for at, (name, caller) in enumerate(callers.items(), 1)
        if not caller.is_turned_away("/deals/new", told | {"name": f"客户{at}"})
    }
    assert admitted == may


LICENCE = {
    "consent": True, "number": "530102199003078237", "classes": "C1", "since": "2015-04-02", "until": "2031-04-02",
}  # fmt: skip
INCIDENT = {"place": "彩云北路", "what": "与护栏刮擦"}
DRIVE_FACTS: dict[str, dict[str, Any]] = {
    "approve": {"comment": "已谈话"},
    "enter_licence": LICENCE,
    "compare_number": {"number": "530102199003078237"},
    "fill_in": {"name": "杨帆", "phone": "13888880021", "occupation": "公务员", "address": "昆明市"},
    "sign": {},
    "override_probation": {"comment": "驾驶熟练"},
    "verify": {"form": "original", "name": "杨帆", "sober": True},
    "check_out": {"odometer": 12_340, "fuel": 80},
    "complete": {"odometer": 12_352, "satisfaction": "satisfied"},
    "abort": {"reason": "off_route"},
    "incident": INCIDENT,
    "refuse": {"reason": "not_sober"},
    "cancel": {"comment": "客户改了主意"},
}


def _a_drive(shop: Shop) -> dict[str, Any]:
    """A drive at ten, booked and accompanied by 李娜; answers the facts of moving it."""
    with shop.database.writing(shop.store.id) as db:
        car = db.scalars(select(DemoCar)).first()
        route = db.scalars(select(Route).where(Route.code == "R1")).one()
        assert car is not None
        drive = TestDrive(
            id=new_id(), store_id=shop.store.id, number=1, name="杨帆", phone="13888880021", occupation="公务员",
            address="昆明市", booked_by_id=shop.person("李娜").id, owner_id=shop.person("李娜").id, car_id=car.id,
            route_id=route.id, starts_at=at("2026-11-10 10:00"), ends_at=at("2026-11-10 10:30"), since=NOW,
            begun_at=NOW,
        )  # fmt: skip
        place(drive, DriveState.BOOKED)
        db.add(drive)
        ours = {"car": str(car.id), "route": str(route.id), "companion": str(drive.owner_id)}
    return ours | {"starts_at": "2026-11-11T10:00"}


def test_the_steps_of_a_drive_answer_each_person_as_the_table_says(shop: Shop, desk: Callable[[str], Desk]) -> None:
    stock(shop)
    facts = DRIVE_FACTS | {"move": _a_drive(shop)}
    callers, life, owner = _callers(desk), LIVES["drive"], shop.person("李娜").id
    slot = {"starts_at": at("2026-11-10 10:00"), "ends_at": at("2026-11-10 10:30"), "owner_id": owner}
    wrong = []
    for row in (row for row in ROWS if row.life == "drive" and row.action != "book"):
        state = _first_source(life, row.action)
        for name, caller in callers.items():
            _put(shop, TestDrive, 1, state, experience="drive", **slot)
            if caller.is_turned_away(f"/drives/1/{row.action}", facts.get(row.action, {})) != (name not in row.may):
                wrong.append(f"{row.action}: {name} {'should' if name in row.may else 'should not'}")
    assert not wrong, "\n".join(wrong)


def test_who_books_a_drive_is_told_by_the_table_too(shop: Shop, desk: Callable[[str], Desk]) -> None:
    stock(shop)
    may = next(row.may for row in ROWS if (row.life, row.action) == ("drive", "book"))
    slot = _a_drive(shop) | {"name": "段莉", "phone": "13888880031"}
    first = date(2026, 11, 11)
    admitted = {
        name
        for later, (name, caller) in enumerate(_callers(desk).items())
        if not caller.is_turned_away("/drives/new", slot | {"starts_at": f"{first + timedelta(later)}T10:00"})
    }
    assert admitted == may
