"""A small busy quarter, July to September 2026, as plain values and as rows: what the reports are counted against.

The plain values are what an independent count works on; nothing of the program's own counting is used here. The rows
are written past every rule, for reports read what stands there.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from dealer.engine.database import Database, new_id
from dealer.engine.history import Entry, append
from dealer.records.contracts import Contract, ContractKind, ContractLine, ContractState
from dealer.records.customers import Customer, CustomerClass
from dealer.records.deadlines import Deadline
from dealer.records.deals import Deal, DealState, LossReason, Need, NeedLine, PurchaseMode, Terms, Use
from dealer.records.deliveries import Batch, BatchState, Handover
from dealer.records.hand_ins import Standing
from dealer.records.prospects import (
    Level,
    Prospect,
    ProspectState,
    Purpose,
    Source,
    Visit,
    VisitKind,
    VisitState,
)
from dealer.records.quotations import (
    ExceptionState,
    PriceException,
    Quotation,
    QuotationLine,
    QuotationState,
    Tier,
)
from dealer.records.testdrives import DriveState, Experience, TestDrive
from dealer.records.vehicles import DemoCar, Model, Route, Unit, UnitState
from tests.cast import Shop
from tests.conftest import at
from tests.drives import stock

BEGINS = at("2026-06-01 00:00")  # a month before the quarter: what lies outside it is not counted
DAYS = 150
OWNERS = ("王磊", "李娜", "何涛", "陈静")  # the first two are the group of 张伟
S, E = DealState, ExceptionState
ONWARD = {
    S.INQUIRY: S.QUOTATION,
    S.QUOTATION: S.CONTRACT_REVIEW,
    S.CONTRACT_REVIEW: S.TEST_DRIVE,
    S.TEST_DRIVE: S.DELIVERY,
    S.DELIVERY: S.CLOSED,
}
AMENDED = 5_000_00  # fen: by how much an amendment raises each contract
CLASSES = (CustomerClass.COMPANY, CustomerClass.BANK, CustomerClass.RENTAL)


@dataclass
class Move:
    """A deal came from one phase into another."""

    at: datetime
    was: DealState | None
    now: DealState


@dataclass
class Asked:
    """A price exception for the cars of its quotation."""

    at: datetime
    by: str
    state: ExceptionState
    decided_by: str | None
    approved: bool
    tier: Tier
    floor: int  # fen a car
    net: int  # fen, of all cars


@dataclass
class Case:
    """A deal as it was made up."""

    owner: str
    customer_class: CustomerClass
    moves: list[Move]
    cars: int
    total: int  # fen, of its contract
    price: int  # fen a car, of its quotation
    reason: LossReason  # why it is lost, if it is
    competitor: str | None
    task: tuple[datetime, bool]  # when something is due about it, and whether it was done
    sent: tuple[datetime, str] | None = None  # when its quotation was sent, and for whose deal it was then
    asked: "Asked | None" = None
    signed: date | None = None
    handed: list[tuple[datetime, str]] = field(default_factory=list)


@dataclass
class Quarter:
    """Everything that happened."""

    visits: list[tuple[datetime, VisitKind, str | None]]
    cards: list[tuple[datetime, str]]
    drives: list[tuple[datetime, DriveState, Experience, str]]
    cases: list[Case]


def made_up(cases: int = 80) -> Quarter:
    """The same quarter every time."""
    dice = Random(20260701)

    def some_time() -> datetime:
        return BEGINS + timedelta(minutes=dice.randrange(DAYS * 24 * 60))

    return Quarter(
        visits=[(some_time(), dice.choice(list(VisitKind)), dice.choice([None, *OWNERS])) for _ in range(80)],
        cards=[(some_time(), dice.choice(OWNERS)) for _ in range(50)],
        drives=[
            (some_time(), dice.choice(list(DriveState)), dice.choice(list(Experience)), dice.choice(OWNERS))
            for _ in range(60)
        ],
        cases=[_case(dice, some_time()) for _ in range(cases)],
    )


def _case(dice: Random, begun: datetime) -> Case:
    moves = [Move(begun, None, S.INQUIRY)]
    case = Case(
        dice.choice(OWNERS),
        dice.choice(CLASSES),
        moves,
        dice.randrange(2, 20),
        total=dice.randrange(10**7, 10**9),
        price=dice.randrange(10**7, 2 * 10**7),
        reason=dice.choice(list(LossReason)),
        competitor=dice.choice((None, "大众 途观", "本田 CR-V")),
        task=(BEGINS + timedelta(days=dice.randrange(800)), dice.random() < 0.3),
    )
    for now in _life(dice):
        when = moves[-1].at + timedelta(minutes=dice.randrange(60, 25 * 24 * 60))
        moves.append(Move(when, moves[-1].now, now))
        if now is S.QUOTATION and case.sent is None:
            case.sent = when + timedelta(hours=5), dice.choice((case.owner, "王磊"))
            case.asked = _asked(dice, case, when) if dice.random() < 0.6 else None
        if now is S.DELIVERY:
            case.signed = when.date()
            case.handed = [
                (when + timedelta(days=n, hours=2), dice.choice(("王磊", "李娜"))) for n in range(min(case.cars, 3))
            ]
    return case


def _asked(dice: Random, case: Case, at: datetime) -> Asked:
    state = dice.choice((E.APPROVED, E.CONSUMED, E.EXPIRED, E.REFUSED, E.REFUSED, E.PENDING, E.RETURNED, E.LAPSED))
    approved = state in (E.APPROVED, E.CONSUMED, E.EXPIRED)
    decided = "陈静" if approved or state is E.REFUSED else None
    floor = case.price + dice.randrange(1, 10**6)
    tier = dice.choice((Tier.KEY_ACCOUNT, Tier.GENERAL))
    return Asked(at, case.owner, state, decided, approved, tier, floor, case.price * case.cars - dice.randrange(10**5))


def _life(dice: Random) -> list[DealState]:
    """From inquiry on: mostly onward, at times back, to rest, to the end."""
    phases, here = list[DealState](), S.INQUIRY
    while here in ONWARD and len(phases) < 9:
        chance = dice.random()
        if chance < 0.15:
            break  # it stands there still
        if chance < 0.3 and here is not S.DELIVERY:
            return [*phases, S.LOST]
        if chance < 0.4 and here is not S.DELIVERY:
            phases += [S.ON_HOLD, here]
        elif chance < 0.5 and here is S.CONTRACT_REVIEW:
            here = S.QUOTATION
            phases.append(here)
        else:
            here = ONWARD[here]
            phases.append(here)
    return phases


# ── as rows ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Writer:
    """Writes a quarter into a shop."""

    def __init__(self, shop: Shop) -> None:
        stock(shop)
        self.database: Database = shop.database
        self.store_id = shop.store.id
        with shop.looking() as db:
            self.models = list(db.scalars(select(Model).order_by(Model.code)))
            self.car, self.route = db.scalars(select(DemoCar.id)).first(), db.scalars(select(Route.id)).first()
        self.people = {name: shop.person(name).id for name in OWNERS}
        self.rows: dict[Any, list[dict[str, Any]]] = {}

    def add(self, record: Any, begun: datetime, **values: Any) -> UUID:
        """A row of a shop's own, of a thing with a life or not."""
        rows = self.rows.setdefault(record, [])
        living = {"number": len(rows) + 1, "version": 0, "since": begun, "begun_at": begun}
        kept = {name: value for name, value in living.items() if hasattr(record, name)}
        row = {"id": new_id(), "store_id": self.store_id} | kept | values
        rows.append(row)
        return UUID(str(row["id"]))

    def write(self, quarter: Quarter) -> None:
        """Everything, and the history of every deal in the order of its time."""
        for visit in quarter.visits:
            self._visit(*visit)
        for card in quarter.cards:
            self._card(*card)
        for drive in quarter.drives:
            self._drive(*drive)
        keys = [self._deal(case) for case in quarter.cases]
        moves = [(move, key) for key, case in zip(keys, quarter.cases, strict=True) for move in case.moves]
        with self.database.writing(self.store_id) as db:
            for record, rows in self.rows.items():
                db.execute(insert(record), rows)
            for move, key in sorted(moves, key=lambda each: each[0].at):
                append(db, _entry(move, key, str(move.was.value) if move.was else None))
                append(db, _entry(move, key, str(move.now.value)))  # a step that stays where it is

    def _visit(self, came: datetime, kind: VisitKind, owner: str | None) -> None:
        self.add(
            Visit, came, state=VisitState.LEFT, kind=kind, day=came.date(), hour=came.hour, came_at=came, heads=1,
            first=True, purpose=Purpose.LOOK, source=Source.PASSING, no_phone=True, logged_by_id=self.people["陈静"],
            owner_id=self.people[owner] if owner else None,
        )  # fmt: skip

    def _card(self, made: datetime, owner: str) -> None:
        """A card that somebody else keeps by now."""
        key = self.add(
            Prospect, made, state=ProspectState.FOLLOWING, name="客户", name_pinyin="", name_initials="",
            phone=f"138{len(self.rows.get(Prospect, ())):08}", owner_id=self.people["陈静"], level=Level.B,
            source=Source.PASSING, last_contact_at=made,
        )  # fmt: skip
        stood = {"prospect_id": key, "level": Level.B, "state": ProspectState.CARDED}
        self.add(Standing, made, **stood, from_at=made, until_at=made, owner_id=self.people[owner], was_state=None)
        was = {"was_state": ProspectState.CARDED, "until_at": None}
        self.add(Standing, made, **stood, from_at=made, owner_id=self.people["陈静"], **was)

    def _drive(self, ended: datetime, state: DriveState, experience: Experience, owner: str) -> None:
        person = self.people[owner]
        self.add(
            TestDrive, ended, state=state, experience=experience, booked_by_id=person, owner_id=person,
            car_id=self.car, route_id=self.route, starts_at=ended - timedelta(minutes=30), ends_at=ended,
            ended_at=ended, name="杨帆", phone="13888880021",
        )  # fmt: skip

    def _deal(self, case: Case) -> UUID:
        begun, last = case.moves[0].at, case.moves[-1]
        owner = self.people[case.owner]
        customer = self.add(
            Customer, begun, name=f"客户{len(self.rows.get(Customer, ())) + 1}", name_pinyin="", name_initials="",
            customer_class=case.customer_class, uscc=None, owner_id=owner,
        )  # fmt: skip
        gone = last.now is S.LOST
        key = new_id()
        deal = self.add(
            Deal, begun, id=key, case_id=key, customer_id=customer, owner_id=owner, state=last.now, since=last.at,
            lost_at=last.at if gone else None, loss_reason=case.reason if gone else None,
            loss_competitor=case.competitor if gone else None,
        )  # fmt: skip
        due, done = case.task
        self.add(
            Deadline, due, kind="follow_up", due_at=due, subject_kind="deals", subject_id=deal, case_id=deal,
            owner_id=owner, done_at=due if done else None,
        )  # fmt: skip
        need = self.add(Need, begun, deal_id=deal, use=Use.BUSINESS, purchase_mode=PurchaseMode.DIRECT)
        for position, quantity in ((1, case.cars - 1), (2, 1)):
            self.add(
                NeedLine, begun, need_id=need, position=position, model_id=self.models[0].id, colour="白",
                quantity=quantity,
            )  # fmt: skip
        if case.sent:
            offer = self._offer(case, case.sent, deal)
            if case.signed:
                self._contract(case, deal, offer)
        return deal

    def _offer(self, case: Case, sent: tuple[datetime, str], deal: UUID) -> UUID:
        offer = self.add(
            Quotation, sent[0], state=QuotationState.SENT, deal_id=deal, series=1, sent_at=sent[0],
            submitted_for_id=self.people[sent[1]],
        )  # fmt: skip
        line = self.add(
            QuotationLine, sent[0], quotation_id=offer, position=1, model_id=self.models[0].id, colour="白",
            quantity=case.cars, unit_price=case.price,
        )  # fmt: skip
        if case.asked:
            asked = case.asked
            self.add(
                PriceException, asked.at, state=asked.state, deal_id=deal, quotation_id=offer, line_id=line,
                requester_id=self.people[asked.by], submitted_by_id=self.people[asked.by], tier=asked.tier, fleet=True,
                reason="竞品更低", asked={"floor_own": asked.floor}, net_total=asked.net, quantity=case.cars,
                decided_by_id=self.people[asked.decided_by] if asked.decided_by else None,
                approved_total=asked.net if asked.approved else None,
            )  # fmt: skip
        return offer

    def _contract(self, case: Case, deal: UUID, offer: UUID) -> None:
        model, begun = self.models[0].id, at(f"{case.signed} 08:00")
        told = {"state": ContractState.EFFECTIVE, "deal_id": deal, "quotation_id": offer, "terms": Terms.PREPAID}
        sale = {"kind": ContractKind.SALE, "total": case.total, "parent_id": None}
        contract = self.add(Contract, begun, **told, **sale, effective_on=case.signed)
        more = {"kind": ContractKind.AMENDMENT, "total": case.total + AMENDED, "parent_id": contract}
        self.add(Contract, begun, **told, **more, effective_on=case.signed)
        for position, quantity in ((1, case.cars - 1), (2, 1)):
            self.add(
                ContractLine, begun, contract_id=contract, position=position, model_id=model, colour="白",
                quantity=quantity, unit_price=1, extras=[],
            )  # fmt: skip
        batch = self.add(
            Batch, begun, state=BatchState.RELEASED, deal_id=deal, contract_id=contract, position=1, planned_as=1,
            quantity=case.cars, due_on=case.signed, original_due_on=case.signed, place="",
        )  # fmt: skip
        for when, who in case.handed:
            vin = f"V{len(self.rows.get(Unit, ())):016}"
            unit = self.add(Unit, when, state=UnitState.DELIVERED, model_id=model, vin=vin, colour="白")
            self.add(
                Handover, when, unit_id=unit, batch_id=batch, consultant_id=self.people[who], receiver="罗兰",
                receiver_phone="13888880022", driven_off_at=when, ticked=[], keys=2, odometer=5,
                signature_sha256="0" * 64, drawn=True,
            )  # fmt: skip


def _entry(move: Move, key: UUID, was: str | None) -> Entry:
    now = str(move.now.value)
    told: dict[str, Any] = {"actor_id": None, "for_whom_id": None, "because_seq": None, "facts": {}, "personal": {}}
    return Entry(move.at.astimezone(UTC), "deal", key, key, "move", was, now, 0, **told)
