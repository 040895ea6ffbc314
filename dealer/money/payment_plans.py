"""What is due of a contract, when, and how much of it has come in: its payment plan in force against its payments.

Every fen that came in stands in one place: in the instalment it was paid for, else in the oldest that is open, else it
is overpaid. Several plans are read at once, in a fixed number of queries.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, case, func, select, type_coerce
from sqlalchemy.orm import Session

from dealer.engine.calendar import ShopCalendar
from dealer.engine.columns import MomentType
from dealer.engine.database import calendar_of, sum_of
from dealer.money.finance import DEPOSITS, NO_LONGER_THERE, TOWARDS_THE_PRICE
from dealer.records.contracts import Contract, ContractKind, ContractLine, ContractState, Instalment, PaymentEvent
from dealer.records.deals import Deal
from dealer.records.deliveries import Batch, BatchShare, BatchState, Handover
from dealer.records.money import Receipt, ReceiptKind, ReceiptState
from dealer.records.vehicles import Unit, UnitState

ACCEPTED = (BatchState.ACCEPTED, BatchState.CLOSED)
_Paid = tuple[ReceiptKind, int | None, int | None, int]  # what for, which instalment, which batch, how much
Part = tuple[date | None, int]
"""A day, None while nobody can say which, and what is due on it."""


@dataclass(frozen=True)
class Due:
    """One instalment: what makes it due, in which parts, and what came in for it."""

    position: int
    event: PaymentEvent | None  # None: a contract without a plan owes its price
    days: int
    batch: int | None
    amount: int
    parts: tuple[Part, ...]
    got: int

    @property
    def open(self) -> int:
        """What is still to come."""
        return self.amount - self.got

    @property
    def due_on(self) -> date | None:
        """The day of the first part that has not come in whole."""
        reached = 0
        for day, part in self.parts:
            reached += part
            if self.got < reached:
                return day
        return None

    def late(self, today: date) -> list[tuple[date, int]]:
        """What should have come before today: from which day on, and how much of it is missing."""
        found, left = [], self.got
        for day, part in self.parts:
            missing, left = max(0, part - left), max(0, left - part)
            if missing and day is not None and day < today:
                found.append((day, missing))
        return found

    def overdue(self, today: date) -> int:
        """How much is late."""
        return sum(amount for _, amount in self.late(today))


@dataclass(frozen=True, slots=True)
class Head:
    """Of a contract what its plan goes by."""

    id: UUID
    number: int
    code: str | None
    state: ContractState
    total: int
    effective_on: date | None
    notice_day: date | None  # when the word arrived that ended it


HEAD = (
    Contract.id, Contract.number, Contract.code, Contract.state, Contract.total, Contract.effective_on,
    Deal.cancel_notice_day,
)  # fmt: skip
"""The columns of a `Head`, of a contract and its deal."""


@dataclass(frozen=True)
class OfBatch:
    """A batch of the delivery plan: what its cars cost, and what was paid for it by name."""

    planned_as: int
    worth: int
    got: int


@dataclass(frozen=True)
class Plan:
    """The instalments of a contract, and what came in beyond them."""

    contract: Head
    rows: tuple[Due, ...]
    received: int  # towards the price, less what was paid back
    overpaid: int
    batches: tuple[OfBatch, ...] = ()

    @property
    def total(self) -> int:
        """What the text in force comes to."""
        return sum(row.amount for row in self.rows)

    @property
    def open(self) -> int:
        """What is still to come."""
        return sum(row.open for row in self.rows)

    def overdue(self, today: date) -> int:
        """How much is late."""
        return sum(row.overdue(today) for row in self.rows)


def share_out(amounts: Sequence[int], named: Mapping[int, int], came: int) -> list[int]:
    """How much of what came stands in each instalment, in their order: first what was paid for it, as far as money is
    there, then the rest from the oldest on. `named` is by place in the list."""
    left, got = came, []
    for place, amount in enumerate(amounts):
        got.append(min(amount, named.get(place, 0), left))
        left -= got[-1]
    for place, amount in enumerate(amounts):
        more = min(amount - got[place], left)
        got[place], left = got[place] + more, left - more
    return got


def plan_of(db: Session, contract: Contract) -> Plan:
    """The plan of one contract."""
    own = (contract.id, contract.number, contract.code, contract.state, contract.total, contract.effective_on)
    return plans_of(db, [Head(*own, contract.deal.cancel_notice_day)])[0]


def plans_of(db: Session, contracts: Sequence[Head]) -> list[Plan]:
    """The plans of several, in their order."""
    keys = {"keys": [contract.id for contract in contracts]}
    texts, deliveries, payments = _texts(db, contracts), _deliveries(db, keys), _payments(db, keys)
    ended = [contract.id for contract in contracts if contract.state is ContractState.TERMINATED]
    kept, calendar = _kept(db, ended) if ended else {}, calendar_of(db)
    add_working_days = cache(calendar.add_working_days)  # many plans run from the same days

    def plan(contract: Head) -> Plan:
        came = payments.get(contract.id, ())
        if contract.state is ContractState.TERMINATED:
            return _of_what_was_kept(contract, kept.get(contract.id, 0), came)
        told = _Told(contract, deliveries.get(contract.id, ()), calendar, add_working_days)
        return _plan(told, texts[contract.id], came)

    return [plan(contract) for contract in contracts]


# ── what is read ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Text:
    """The text whose payments apply."""

    total: int
    rows: list[Any]  # those of _ROWS


@dataclass(frozen=True, slots=True)
class _Delivery:
    """A batch as far as money goes."""

    planned_as: int
    due_on: date
    worth: int
    accepted_on: date | None


# Built once: to build one takes as long as to carry it out.
_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_AMENDED = (
    select(Contract.parent_id, Contract.id, Contract.total)
    .where(Contract.parent_id.in_(_KEYS), Contract.kind == ContractKind.AMENDMENT, Contract.effective_on.is_not(None))
    .order_by(Contract.number)
)
_ROWS = (
    select(
        Instalment.contract_id, Instalment.position, Instalment.event, Instalment.days, Instalment.day,
        Instalment.batch, Instalment.amount,
    )
    .where(Instalment.contract_id.in_(_KEYS))
    .order_by(Instalment.contract_id, Instalment.position)
)  # fmt: skip
_LEFT = select(func.max(Handover.driven_off_at)).where(Handover.batch_id == Batch.id).correlate(Batch).scalar_subquery()
_WORTH = (
    select(sum_of(BatchShare.quantity * ContractLine.unit_price))
    .join(ContractLine, ContractLine.id == BatchShare.contract_line_id)
    .where(BatchShare.batch_id == Batch.id)
    .correlate(Batch)
    .scalar_subquery()
)
_BATCHES = (
    select(
        Batch.contract_id, Batch.planned_as, Batch.due_on, _WORTH,
        case((Batch.state.in_([state.value for state in ACCEPTED]), type_coerce(_LEFT, MomentType()))),
    )
    .where(Batch.contract_id.in_(_KEYS))
    .order_by(Batch.due_on, Batch.position)
)  # fmt: skip
_CAME = (
    select(Receipt.contract_id, Receipt.kind, Receipt.instalment, Receipt.batch, sum_of(Receipt.amount))
    .where(Receipt.contract_id.in_(_KEYS), Receipt.state == ReceiptState.CONFIRMED)
    .group_by(Receipt.contract_id, Receipt.kind, Receipt.instalment, Receipt.batch)
)
_KEPT = (
    select(Unit.contract_id, sum_of(ContractLine.unit_price))
    .join(ContractLine, ContractLine.id == Unit.contract_line_id)
    .where(Unit.contract_id.in_(_KEYS), Unit.state == UnitState.DELIVERED)
    .group_by(Unit.contract_id)
)
_Keys = Mapping[str, Sequence[UUID]]


def _texts(db: Session, contracts: Sequence[Head]) -> dict[UUID, _Text]:
    """Whose payments apply: as in_force.text_in_force, for several contracts."""
    applies = {each.id: (each.id, each.total) for each in contracts}
    for parent, key, total in db.execute(_AMENDED, {"keys": list(applies)}):
        if parent is not None:
            applies[parent] = (key, total)
    rows = defaultdict[UUID, list[Any]](list)
    for row in db.execute(_ROWS, {"keys": [key for key, _ in applies.values()]}):
        rows[row[0]].append(row)
    return {contract: _Text(total, rows[key]) for contract, (key, total) in applies.items()}


def _deliveries(db: Session, keys: _Keys) -> dict[UUID, list[_Delivery]]:
    today = calendar_of(db).today
    found: dict[UUID, list[_Delivery]] = defaultdict(list)
    for contract, planned_as, due_on, worth, left in db.execute(_BATCHES, keys):
        found[contract].append(_Delivery(planned_as, due_on, worth, left and today(left)))
    return found


def _payments(db: Session, keys: _Keys) -> dict[UUID, list[_Paid]]:
    found: dict[UUID, list[_Paid]] = defaultdict(list)
    for key, kind, instalment, batch, amount in db.execute(_CAME, keys):
        found[key].append((kind, instalment, batch, amount))
    return found


def _kept(db: Session, ended: Sequence[UUID]) -> dict[UUID, int]:
    """What the cars cost that stay sold under contracts that have ended."""
    return {key: price for key, price in db.execute(_KEPT, {"keys": ended}) if key is not None}


# ── one plan ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _came(payments: Iterable[_Paid]) -> int:
    """Towards the price, less what was paid back or forfeited."""
    signs = dict.fromkeys(TOWARDS_THE_PRICE, 1) | dict.fromkeys(NO_LONGER_THERE, -1)
    return sum(signs.get(kind, 0) * amount for kind, _, _, amount in payments)


def _of_what_was_kept(contract: Head, price: int, payments: Sequence[_Paid]) -> Plan:
    """A contract that has ended owes the cars that stay sold, from the day its notice arrived."""
    came = _came(payments)
    got = min(price, came)
    row = Due(1, None, 0, None, price, ((contract.notice_day, price),), got)
    return Plan(contract, (row,), came, came - got)


@dataclass(frozen=True, slots=True)
class _Told:
    """What says when the rows of a plan are due."""

    contract: Head
    deliveries: Sequence[_Delivery]
    calendar: ShopCalendar
    add_working_days: Callable[[date, int], date]


def _plan(told: _Told, text: _Text, payments: Sequence[_Paid]) -> Plan:
    rows = text.rows
    came, named = _came(payments), _named(rows, payments)
    got = share_out([row.amount for row in rows] or [text.total], named, came)
    dues = [
        Due(row.position, row.event, row.days, row.batch, row.amount, tuple(_parts(told, row)), share)
        for row, share in zip(rows, got, strict=False)
    ]
    whole = Due(1, None, 0, None, text.total, ((None, text.total),), got[0])
    batches = tuple(_by_name(rows, told.deliveries, payments))
    return Plan(told.contract, tuple(dues or [whole]), came, came - sum(got), batches)


def _named(rows: Sequence[Any], payments: Sequence[_Paid]) -> dict[int, int]:
    """By place in the plan: what was paid for it, by its number or by that of its batch."""
    places = {row.position: place for place, row in enumerate(rows)}
    named = defaultdict[int, int](int)
    towards = [each for each in payments if each[0] in TOWARDS_THE_PRICE]
    for kind, instalment, _, amount in towards:
        # A deposit is the first row of the plan.
        place = 0 if kind in DEPOSITS.values() else places.get(instalment or 0)
        if place is not None:
            named[place] += amount
    for kind, instalment, batch, amount in towards:
        if batch is None or instalment is not None or kind in DEPOSITS.values():
            continue
        left = amount
        for place in (place for place, row in enumerate(rows) if row.batch == batch):
            part = max(0, min(left, rows[place].amount - named[place]))
            named[place], left = named[place] + part, left - part
    return named


def _by_name(rows: Sequence[Any], deliveries: Sequence[_Delivery], payments: Sequence[_Paid]) -> Iterable[OfBatch]:
    """What was paid for each batch, said at the payment or by its instalment."""
    of_row = {row.position: row.batch for row in rows}
    worth, got = Counter[int](), Counter[int]()
    for each in deliveries:
        worth[each.planned_as] += each.worth
    for kind, instalment, batch, amount in payments:
        meant = batch if batch is not None else of_row.get(instalment or 0)
        if meant is not None and kind in TOWARDS_THE_PRICE:
            got[meant] += amount
    return (OfBatch(planned_as, worth[planned_as], got[planned_as]) for planned_as in sorted(worth))


def _parts(told: _Told, row: Any) -> Iterable[Part]:
    """When how much of a row is due. What is due before cars are collected follows the batches, by their price."""
    concerned = [each for each in told.deliveries if row.batch in (None, each.planned_as)]
    if row.event is PaymentEvent.BEFORE_COLLECTION and any(each.worth for each in concerned):
        return _by_batch(row, concerned, told.calendar)
    return [(_day(told, row, concerned), row.amount)]


def _by_batch(row: Any, deliveries: Sequence[_Delivery], calendar: ShopCalendar) -> Iterable[Part]:
    worth, reached, told = sum(each.worth for each in deliveries), 0, 0
    for each in deliveries:
        reached += each.worth
        part = row.amount * reached // worth - told
        told += part
        yield calendar.working_day_before(each.due_on, row.days), part


def _day(told: _Told, row: Any, deliveries: Sequence[_Delivery]) -> date | None:
    """The day by which a row is due; None while what makes it due has not happened."""
    if row.event is PaymentEvent.RETENTION_END:
        ends: date | None = row.day
        return ends
    if row.event is PaymentEvent.SIGNING:
        begun = told.contract.effective_on
    else:
        days = [each.accepted_on for each in deliveries if each.accepted_on is not None]
        begun = max(days) if days and len(days) == len(deliveries) else None
    return None if begun is None else told.add_working_days(begun, row.days)
