"""What follows a contract in force: cars from the factory to the customer, batches, invoices, money; and the yard."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from dealer.records.contracts import Contract
from dealer.records.credit import CreditGrade, CreditProfile, CreditState
from dealer.records.deadlines import Deadline
from dealer.records.deals import Terms
from dealer.records.deliveries import Batch, BatchShare, BatchState, Handover, Inspection
from dealer.records.money import Invoice, Receipt, ReceiptKind, ReceiptState
from dealer.records.vehicles import InvoiceState, Unit, UnitState
from tests.busy_year.book import Row, Thing
from tests.busy_year.house import COLOURS, FIRST_DAY, LAST_DAY, MODELS, NOW, House, day_of, end_of, later, moment, y
from tests.busy_year.sales import Sale
from tests.vins import vins

CARS = 12_000
VAT = 13


class Yard:
    """All cars of the year; each VIN once."""

    def __init__(self, house: House, dice: Random) -> None:
        self.house, self.dice = house, dice
        self.vins = iter(vins(CARS))
        self.made = 0

    def order(self, model: UUID, colour: str, at: datetime) -> tuple[Thing, datetime]:
        """A car ordered at a moment, as far as it has come; when it stood in the yard, or would."""
        self.made += 1
        who, dice = self.house.people["孙强"], self.dice
        unit = self.house.book.begin(
            Unit, "order", UnitState.ORDERED, at, who, model_id=model, colour=colour, vin=next(self.vins), case_id=None,
            expected_on=day_of(at) + timedelta(days=14),
        )  # fmt: skip
        if (shipped := later(dice, at, 2, 9)) <= NOW:
            unit.take("ship", shipped, who)
            unit.row |= {"carrier": "滇运物流", "waybill": f"DY{self.made:08}"}
        arrived = later(dice, shipped, 2, 5)
        if arrived <= NOW:
            unit.take("receive", arrived, who)
            unit.row |= {"arrived_on": day_of(arrived), "place": f"A{self.made % 400:03}"}
        return unit, arrived

    def fill(self) -> None:
        """Cars that nobody has bought yet."""
        codes = sorted(MODELS)
        while self.made < CARS:
            day = FIRST_DAY + timedelta(days=self.dice.randrange(100, 366))
            model = self.house.models[self.dice.choice(codes)]
            self.order(model, self.dice.choice(COLOURS), moment(min(day, LAST_DAY), 600))


class Delivery:
    """The batches of one contract, car by car, and the money for them."""

    def __init__(self, sale: Sale, yard: Yard) -> None:
        assert sale.contract is not None
        self.sale, self.yard, self.contract = sale, yard, sale.contract
        self.house, self.book, self.dice = sale.house, sale.book, sale.dice
        self.batches: list[Thing] = []
        self.ended: list[datetime] = []
        self.handovers: list[tuple[Thing, list[Row]]] = []

    def run(self) -> None:
        """Every batch as far as the year goes; then the money, and the end of the deal if all is done."""
        for position, (due, shares) in enumerate(self.sale.plan, 1):
            self._batch(position, due, shares)
        paid = self._money()
        if paid and len(self.ended) == len(self.batches):
            self._close(max(*self.ended, paid))

    # ── cars ──

    def _batch(self, position: int, due: date, shares: list[tuple[Row, int]]) -> None:
        begun, deal = self.contract.row["since"], self.sale.deal
        batch = self.book.begin(
            Batch, "plan", BatchState.PLANNED, begun, None, case_id=deal.id, deal_id=deal.id,
            contract_id=self.contract.id, position=position, planned_as=position,
            quantity=sum(count for _, count in shares), due_on=due, original_due_on=due, place="昆明云岭远行交车区",
        )  # fmt: skip
        self.batches.append(batch)
        for line, count in shares:
            self.book.add(BatchShare, batch_id=batch.id, contract_line_id=line["id"], quantity=count)
        task = self.book.add(
            Deadline, kind="deliver_batch", due_at=end_of(due), subject_kind="batches", subject_id=batch.id,
            case_id=deal.id, owner_id=self.sale.owner,
        )  # fmt: skip
        late = self.dice.choices((0, self.dice.randint(1, 12), self.dice.randint(30, 80)), (80, 17, 3))[0]
        if late >= 30:  # its cars come later: the customer was told another day
            batch.take("move_promise", begun, None)
            batch.row["promised_on"] = due + timedelta(days=late - 10)
        self._cars(batch, due + timedelta(days=late), shares, task)

    def _cars(self, batch: Thing, goal: date, shares: list[tuple[Row, int]], task: Row) -> None:
        """Ordered for the batch, allocated, inspected, invoiced and handed over around a day."""
        ready, there, last = [], True, batch.row["since"]
        for line, count in shares:
            for _ in range(count):
                if (ordered := self._ordered_at(goal)) > NOW:
                    there = False
                    continue
                unit, arrived = self.yard.order(line["model_id"], line["colour"], ordered)
                at = later(self.dice, max(arrived, self.sale.at), 0, 2)
                if at > NOW:
                    there = False
                    continue
                self._allocate(unit, at, batch, line)
                ready.append((unit, line, at))
                last = max(last, at)
        if not there or not ready or (released := later(self.dice, last, 0, 2)) > NOW:
            return
        batch.take("release", released, self.house.people["孙强"])
        self._hand_over(batch, max(released, moment(goal, 9 * 60 + 15)), ready, task)

    def _ordered_at(self, goal: date) -> datetime:
        soonest: datetime = self.contract.row["since"]
        return max(soonest, moment(goal - timedelta(days=self.dice.randint(18, 24)), 600))

    def _allocate(self, unit: Thing, at: datetime, batch: Thing, line: Row) -> None:
        unit.row |= {
            "case_id": self.sale.deal.id, "contract_id": self.contract.id, "contract_line_id": line["id"],
            "batch_id": batch.id,
        }  # fmt: skip
        unit.take("allocate", at, self.house.people["孙强"], to=UnitState.ALLOCATED)
        at = later(self.dice, at, 0, 2)
        if at <= NOW:
            self._inspect(unit, at)

    def _inspect(self, unit: Thing, at: datetime) -> None:
        who = self.house.people["郑凯"]
        unit.take("start_pdi", at, who)
        if (passed := at + timedelta(minutes=50)) <= NOW:
            unit.take("pdi_pass", passed, who)
            unit.row["pdi_passed_on"] = day_of(passed)
            self.book.add(
                Inspection, unit_id=unit.id, person_id=who, at=passed, odometer=12, passed=True, items=[], remark=""
            )

    def _hand_over(self, batch: Thing, at: datetime, ready: list[tuple[Thing, Row, datetime]], task: Row) -> None:
        """All cars of the batch on one day, a quarter of an hour each."""
        begun = max(at, *(unit.row["since"] for unit, *_ in ready), ready[-1][2])
        given = []
        for place, (unit, line, _) in enumerate(ready):
            left = begun + timedelta(minutes=15 * (place + 1))
            if left > NOW or unit.row["state"] is not UnitState.READY:
                break
            self._invoice(unit, line, left - timedelta(minutes=14))
            given.append(self._give(batch, unit, left))
            if place == 0:
                batch.take("begin_handover", left, None)
        if given:
            self.handovers.append((batch, given))
        if len(given) == batch.row["quantity"]:
            self._accepted(batch, given[-1]["driven_off_at"], task)

    def _accepted(self, batch: Thing, at: datetime, task: Row) -> None:
        batch.take("accept", at, None)
        batch.row["accepted_at"] = at
        task |= {"done_at": at, "done_by_id": self.sale.owner}
        if (closed := later(self.dice, at, 3, 6)) <= NOW:
            self.ended.append(closed)
            batch.row["closes_at"] = closed  # after the call-back, see after.py

    def _give(self, batch: Thing, unit: Thing, left: datetime) -> Row:
        unit.take("deliver", left, self.sale.owner)
        unit.row |= {"delivered_at": left, "odometer": 15}
        return self.book.add(
            Handover, unit_id=unit.id, batch_id=batch.id, consultant_id=self.sale.owner, receiver="杨帆",
            receiver_phone="13888880021", driven_off_at=left, ticked=[], keys=2, odometer=15,
            signature_sha256="7" * 64, drawn=True,
        )  # fmt: skip

    def _invoice(self, unit: Thing, line: Row, at: datetime) -> None:
        unit.take("issue_invoice", at, self.house.people["高洁"])
        unit.row["invoice"] = InvoiceState.ISSUED
        price = line["unit_price"]
        net = (price * 100 * 2 + 100 + VAT) // (2 * (100 + VAT))  # half up
        self.book.add(
            Invoice, unit_id=unit.id, contract_id=self.contract.id, number=f"2653{len(self.book.of(Invoice)):016}",
            issued_on=day_of(at), buyer=self.sale.customer["name"], buyer_code=self.sale.customer["uscc"],
            vin=unit.row["vin"], price=price, net=net, vat=price - net,
        )  # fmt: skip

    # ── money and the end ──

    def _money(self) -> datetime | None:
        """What was paid; when the last fen came, None while something is missing."""
        (_, _, early), (_, _, rest) = self.sale.instalments
        signed = self._paid(early, later(self.dice, self.contract.row["since"], 0, 5), ReceiptKind.INSTALMENT)
        accepted = [batch.row["accepted_at"] for batch in self.batches if "accepted_at" in batch.row]
        if signed is None or len(accepted) < len(self.batches):
            return None
        late = self.dice.choices((0, self.dice.randint(10, 100), 400), (80, 12, 8))[0]
        return self._paid(rest, later(self.dice, max(accepted), 3 + late, 12 + late), ReceiptKind.BALANCE)

    def _paid(self, amount: int, at: datetime, kind: ReceiptKind) -> datetime | None:
        """The consultant reports it, finance confirms it; a part of it may still wait."""
        if at > NOW:
            return None
        money = self.book.begin(
            Receipt, "report", ReceiptState.REPORTED, at, self.sale.owner, case_id=self.sale.deal.id,
            contract_id=self.contract.id, kind=kind, amount=amount, received_on=day_of(at),
            payer=self.sale.customer["name"], reported_by_id=self.sale.owner,
        )  # fmt: skip
        confirmed = later(self.dice, at, 0, 1)
        if confirmed > NOW:
            return None
        money.take("confirm", confirmed, self.house.people["高洁"])
        money.row["confirmed_by_id"] = self.house.people["高洁"]
        return confirmed

    def _close(self, at: datetime) -> None:
        """All delivered, all paid, everybody called back."""
        ended = later(self.dice, at, 1, 6)
        if ended <= NOW:
            self.sale.deal.take("close", ended, self.sale.owner)
            self.contract.take("perform", ended, None)


def number_contracts(house: House) -> dict[int, int]:
    """Their official numbers, in the order of issue; how many each year has had."""
    given: dict[int, int] = {}
    issued = (row for row in house.book.of(Contract) if "issued_at" in row)
    for row in sorted(issued, key=lambda row: row["issued_at"]):
        year = row["issued_on"].year
        given[year] = given.get(year, 0) + 1
        row["code"] = f"YLYX-DKH-{year}-{given[year]:04}"
    return given


def credit(house: House, dice: Random, sales: list[Sale]) -> None:
    """Who buys on credit was looked into before, and the limit approved; for some it has run out since."""
    kam, known = house.people["陈静"], set[UUID]()
    for sale in sales:
        if sale.contract is None or sale.deal.row["terms"] is not Terms.CREDIT or sale.customer["id"] in known:
            continue
        known.add(sale.customer["id"])
        at = sale.deal.row["begun_at"]
        until = day_of(at) + timedelta(days=dice.choice((180, 365)))
        facts: dict[str, Any] = {"grade": CreditGrade.B, "limit": y(dice.choice((500_000, 1_000_000, 3_000_000)))}
        profile = house.book.begin(
            CreditProfile, "analyse", CreditState.PROPOSED, at, kam, customer_id=sale.customer["id"], findings="",
            documents=[], valid_until=until, made_by_id=kam, **facts,
        )  # fmt: skip
        if (approved := at + timedelta(minutes=30)) <= NOW:
            profile.take("approve", approved, house.people["周建国"])
            profile.row["approved_by_id"] = house.people["周建国"]
