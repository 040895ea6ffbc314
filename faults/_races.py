"""Several people in the same second: the scenes, each with what came of every round of it.

A scene is a function `(shop, rounds) -> Race`. In each round so many want the same thing at the same moment; one gets
it, and the others are told what they can understand.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from threading import Barrier

from sqlalchemy import delete, func, select

from dealer import people, workflow
from dealer.approvals import authority, stages
from dealer.approvals.rulings import Approval
from dealer.contracts.contract_acts import give_number
from dealer.engine.history import History, verify
from dealer.engine.steps import Ask, Refused, Stale, place
from dealer.people import Actor, by_number
from dealer.records.contracts import Contract, ContractState
from dealer.records.deals import Deal
from dealer.records.people import Person, Posting, Role
from dealer.records.quotations import ExceptionState, PriceException, Quotation, QuotationState
from dealer.records.testdrives import TestDrive
from dealer.records.vehicles import Unit
from tests import deliveries, quoting
from tests.cast import Shop
from tests.conftest import at
from tests.deliveries import LESSOR, arrive, batch, take, to_batch
from tests.desk import Clock, Desk
from tests.drives import Yard
from tests.quoting import WHY, YES, lines, rule, send_until, step, y
from tests.vins import vins
from web.app import create_app

THREADS = 16
NOW = at("2026-10-12 11:00")
DAY = date(2026, 10, 12)


@dataclass
class Race:
    """What a scene has shown: who won in each round, what the others heard, and what else did not hold."""

    winners: list[int] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)

    def note(self, outcomes: list[str], won: str) -> None:
        """One round is over."""
        self.winners.append(outcomes.count(won))
        self.told |= set(outcomes) - {won}

    def must(self, holds: bool, otherwise: str) -> None:
        """Something that must hold; else it is told."""
        if not holds:
            self.broken.append(otherwise)

    def must_verify(self, shop: Shop) -> None:
        """The history is whole."""
        with shop.looking() as db:
            self.must(verify(db) == [], "the history is damaged")


def all_at_once(jobs: Sequence[Callable[[], str]]) -> list[str]:
    """Every job in a thread of its own, begun in the same moment; what became of each."""
    start = Barrier(len(jobs))

    def run(job: Callable[[], str]) -> str:
        start.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def _heard(job: Callable[[], object]) -> str:
    """What somebody hears who wanted something: that it worked, or the code of why not."""
    try:
        job()
    except Refused as refused:
        return refused.codes[0]
    except Stale:
        return "E-STALE"
    return "won"


# ── two managers, one exception ───────────────────────────────────────────────────────────────────────────────────


def one_exception(shop: Shop, rounds: int) -> Race:
    """As many key-account managers as threads decide on one price; the others hear who has."""
    quoting.open_for_business(shop)
    managers, race = _managers(shop), Race()
    _asked(shop)
    for number in range(rounds):
        version = _undecided_again(shop)
        seen = version if number % 2 else None
        trying = managers[:2] if number % 4 == 0 else managers
        outcomes = all_at_once([partial(_approve, shop, who, 1, seen) for who in trying])
        race.note(outcomes, "approved")
        winner = trying[outcomes.index("approved")].name if "approved" in outcomes else "nobody"
        hear = f"E-STATE {winner}" if seen is None else f"E-STALE {winner}"
        race.must(set(outcomes) == {"approved", hear}, f"{winner} won, and others heard {set(outcomes)}")
    with shop.looking() as db:
        approvals = select(func.count()).where(History.kind == "exception", History.action == "approve")
        race.must(db.scalar(approvals) == rounds, "an approval is missing in the history, or is there twice")
    race.must_verify(shop)
    return race


def _managers(shop: Shop) -> list[Actor]:
    names = [f"经理{number:02}" for number in range(THREADS)]
    with shop.database.writing(shop.store.id) as db:
        hired = [Person(sign_in=name, name=name, password_hash="", language="zh") for name in names]
        db.add_all(hired)
        db.flush()
        db.add_all(Posting(store_id=shop.store.id, person_id=one.id, role=Role.KEY_ACCOUNT) for one in hired)
    return [shop.actor(name, DAY) for name in names]


def _asked(shop: Shop) -> int:
    """A deal of its own with ten X5 below the owner's floor; the number of its quotation."""
    number = quoting.draft(shop, quoting.deal_at_quotation(shop), lines(shop, ("X5", 10, 131_800)))
    step(shop, "李娜", "2026-10-12 10:00", number, "submit", WHY)
    return number


def _approve(shop: Shop, who: Actor, number: int, seen: int | None) -> str:
    """Somebody decides on an exception, or is told who has."""
    try:
        with shop.database.writing(shop.store.id) as db:
            exception = by_number(db, PriceException, who, number)
            workflow.take(exception, "approve", Ask(db, who, NOW, Approval(), seen))
    except Refused as refused:
        return " ".join(f"{each.code} {each.values['name']}" for each in refused.refusals)
    except Stale as stale:
        with shop.looking() as db:
            who_else = people.names(db, [row.actor_id for row in stale.since])
        return f"E-STALE {' '.join(who_else.values())}"
    return "approved"


def _undecided_again(shop: Shop) -> int:
    """The exception lies before its managers once more; the version they see."""
    with shop.acting("陈静", NOW) as ask:
        exception = ask.db.scalars(select(PriceException).where(PriceException.number == 1)).one()
        place(exception, ExceptionState.PENDING)
        place(exception.quotation, QuotationState.PENDING_PRICE)
        exception.decided_by_id = None
        stages.clear(exception, ask)
        return exception.version


def one_approval(shop: Shop, rounds: int) -> Race:
    """As many contracts as threads take effect with one approved price: one uses it up."""
    quoting.open_for_business(shop)
    offer, race = _asked(shop), Race()
    rule(shop, "陈静", "2026-10-12 10:30", 1, "approve", Approval())
    step(shop, "李娜", "2026-10-12 10:40", offer, "send", send_until(date(2026, 10, 27)))
    step(shop, "李娜", "2026-10-12 10:50", offer, "accept", YES)
    for _ in range(rounds):
        _unused_again(shop)
        race.note(all_at_once([partial(_sign, shop, offer)] * THREADS), "signed")
        race.must(quoting.exception_of(shop, 1).state is ExceptionState.CONSUMED, "the approval is not used up")
    with shop.looking() as db:
        used = select(func.count()).where(History.kind == "exception", History.action == "consume")
        race.must(db.scalar(used) == rounds, "an approval was used up twice")
    race.must_verify(shop)
    return race


def _contract_for(ask: Ask, offer: int) -> Contract:
    """A contract that has just taken effect."""
    found = ask.db.scalars(select(Quotation).where(Quotation.number == offer)).one()
    number = (ask.db.scalar(select(func.count()).select_from(Contract)) or 0) + 1
    contract = Contract(
        store_id=found.store_id, number=number, since=NOW, begun_at=NOW, deal_id=found.deal_id, case_id=found.deal_id,
        quotation_id=found.id, total=y(1_318_000), terms="prepaid", procurement={}, kind="sale",
    )  # fmt: skip
    place(contract, ContractState.EFFECTIVE)
    ask.db.add(contract)
    ask.db.flush()
    return contract


def _sign(shop: Shop, offer: int) -> str:
    """A contract takes effect with the price of an offer, if its approval has not been used yet."""
    with shop.acting("陈静", NOW) as ask:
        found = ask.db.scalars(select(Quotation).where(Quotation.number == offer)).one()
        if authority.unauthorised_lines(ask.db, found, DAY):
            return "used"
        workflow.settle(_contract_for(ask, offer), ask)
        return "signed"


def _unused_again(shop: Shop) -> None:
    """The approval stands once more, and no contract uses it."""
    with shop.acting("陈静", NOW) as ask:
        ask.db.execute(delete(Contract))
        place(ask.db.scalars(select(PriceException).where(PriceException.number == 1)).one(), ExceptionState.APPROVED)


# ── contract numbers ──────────────────────────────────────────────────────────────────────────────────────────────


class TornUp(Exception):
    """Something goes wrong after the number was taken: the transaction is rolled back."""


def contract_numbers(shop: Shop, rounds: int) -> Race:
    """Everybody takes a number, and every fourth one's transaction is torn up: no gap and no twin."""
    quoting.open_for_business(shop)
    offer, race, given = _asked(shop), Race(), list[str]()
    for _ in range(rounds):
        jobs = [partial(_number_one, shop, offer, torn_up=turn % 4 == 3) for turn in range(THREADS)]
        codes = [code for code in all_at_once(jobs) if code]
        race.winners.append(1 if len(codes) == THREADS * 3 // 4 else 0)
        given += codes
    wanted = [f"YLYX-DKH-2026-{serial:04}" for serial in range(1, len(given) + 1)]
    race.must(sorted(given) == wanted, "the numbers have a gap or a twin")
    return race


def _number_one(shop: Shop, offer: int, *, torn_up: bool) -> str:
    """A contract takes its number, and keeps it unless it is torn up."""
    try:
        with shop.acting("吴倩", NOW) as ask:
            contract = _contract_for(ask, offer)
            give_number(contract, ask)
            ask.db.flush()
            if torn_up:
                raise TornUp
            return str(contract.code)
    except TornUp:
        return ""


# ── two consultants, one VIN ──────────────────────────────────────────────────────────────────────────────────────


def one_vin(shop: Shop, rounds: int) -> Race:
    """Two people allocate one car to two contracts, eight times each."""
    one = deliveries.contract(shop, rounds, [(rounds, "2026-11-30")])
    two = deliveries.contract(shop, rounds, [(rounds, "2026-11-30")], customer=LESSOR, effective="2026-11-12")
    cars = arrive(shop, *vins(2 * rounds))  # so many that the queue lets either contract have each of them
    wanted = [("孙强", to_batch(shop, batch(shop, one))), ("陈静", to_batch(shop, batch(shop, two)))]
    race = Race()

    def allocate(car: int, turn: int) -> str:
        who, facts = wanted[turn % 2]
        return _heard(lambda: take(shop, who, "2026-11-20 09:00", Unit, car, "allocate", facts))

    for car in cars[:rounds]:
        race.note(all_at_once([partial(allocate, car, turn) for turn in range(THREADS)]), "won")
    with shop.looking() as db:
        held = db.scalar(select(func.count()).where(Unit.contract_id.is_not(None)))
        race.must(held == rounds, f"{held} cars are on a contract after {rounds} rounds")
    race.must_verify(shop)
    return race


# ── one car, one hour ─────────────────────────────────────────────────────────────────────────────────────────────


def one_hour(shop: Shop, rounds: int) -> Race:
    """As many customers as threads want one demo car for one hour."""
    yard, race = Yard(shop), Race()

    def book(day: int, number: int) -> str:
        starts = f"2026-12-{day + 1:02} 10:00"
        facts = yard.booking("X5", starts, name=f"客户{number}", phone=f"138888801{number:02}")
        return _heard(lambda: yard.book(facts=facts))

    for day in range(rounds):
        race.note(all_at_once([partial(book, day, number) for number in range(THREADS)]), "won")
    with shop.looking() as db:
        booked = db.scalar(select(func.count()).select_from(TestDrive))
        race.must(booked == rounds, f"{booked} drives after {rounds} rounds")
    race.must_verify(shop)
    return race


# ── one form, sent by many clicks ─────────────────────────────────────────────────────────────────────────────────


def one_form(shop: Shop, rounds: int) -> Race:
    """One form arrives as often as there are threads: it counts once, and every arrival hears of the same deal."""
    app = create_app(shop.database, clock=Clock(at("2026-11-10 09:00")))
    desk, race = Desk(app, app.config["CLOCK"], "李娜"), Race()
    for number in range(1, rounds + 1):
        blank = desk.get("/deals/new")
        cookie = desk.client.get_cookie("session")
        assert cookie is not None
        told = {name: blank.hidden(name) for name in ("csrf_token", "form_key")}
        told |= {"name": f"客户{number}", "customer_class": "individual", "contact": "杨帆", "phone": "13888880001"}

        def send(told: dict[str, str] = told, cookie: str = cookie.value) -> str:
            browser = app.test_client()
            browser.set_cookie("session", cookie)
            answer = browser.post("/deals/new", data=told)
            return answer.headers.get("Location", str(answer.status_code))

        heard = all_at_once([send] * THREADS)
        race.winners.append(len(set(heard)))
        race.must(set(heard) == {f"/deals/{number}"}, f"one form led to {sorted(set(heard))}")
    with shop.looking() as db:
        made = db.scalar(select(func.count()).select_from(Deal))
        race.must(made == rounds, f"{made} deals of {rounds} forms")
    race.must_verify(shop)
    return race


SCENES: dict[str, Callable[[Shop, int], Race]] = {
    "two managers, one exception": one_exception,
    "one approval, two contracts": one_approval,
    "two consultants, one VIN": one_vin,
    "one car, one hour": one_hour,
    "double submit": one_form,
    "contract numbers": contract_numbers,
}
