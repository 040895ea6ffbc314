"""Two people in the same second: one decides, the others are told who it was. Sixteen threads, twenty rounds."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from threading import Barrier

from sqlalchemy import delete, func, select

from dealer import people, workflow
from dealer.approvals import authority, stages
from dealer.approvals.rulings import Approval
from dealer.contracts.contract_acts import give_number
from dealer.engine.history import History
from dealer.engine.steps import Ask, Refused, Stale, place
from dealer.people import Actor, by_number
from dealer.records.contracts import Contract, ContractState
from dealer.records.people import Person, Posting, Role
from dealer.records.quotations import ExceptionState, PriceException, Quotation, QuotationState
from tests import quoting
from tests.cast import Shop
from tests.conftest import at
from tests.quoting import WHY, YES, lines, rule, send_until, step, y

THREADS, ROUNDS = 16, 20
NOW = at("2026-10-12 11:00")
DAY = date(2026, 10, 12)


def all_at_once(jobs: list[Callable[[], str]]) -> list[str]:
    """Every job in a thread of its own, begun in the same moment; what became of each."""
    start = Barrier(len(jobs))

    def run(job: Callable[[], str]) -> str:
        start.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


# ── deciding ──────────────────────────────────────────────────────────────────────────────────────────────────────


def sixteen_managers(shop: Shop) -> list[Actor]:
    """As many key-account managers, each of whom may decide on a fleet case."""
    names = [f"经理{number:02}" for number in range(THREADS)]
    with shop.database.writing(shop.store.id) as db:
        hired = [Person(sign_in=name, name=name, password_hash="", language="zh") for name in names]
        db.add_all(hired)
        db.flush()
        db.add_all(Posting(store_id=shop.store.id, person_id=one.id, role=Role.KEY_ACCOUNT) for one in hired)
    return [shop.actor(name, DAY) for name in names]


def asked(shop: Shop) -> int:
    """A deal of its own with ten X5 below the owner's floor; the number of its quotation."""
    number = quoting.draft(shop, quoting.deal_at_quotation(shop), lines(shop, ("X5", 10, 131_800)))
    step(shop, "李娜", "2026-10-12 10:00", number, "submit", WHY)
    return number


def approve(shop: Shop, who: Actor, number: int, seen: int | None) -> str:
    """Somebody decides on an exception, or is told who has."""
    try:
        with shop.database.writing(shop.store.id) as db:
            exception = by_number(db, PriceException, who, number)
            assert exception is not None
            workflow.take(exception, "approve", Ask(db, who, NOW, Approval(), seen))
    except Refused as refused:
        return " ".join(f"{each.code} {each.values['name']}" for each in refused.refusals)
    except Stale as stale:
        with shop.looking() as db:
            who_else = people.names(db, [row.actor_id for row in stale.since])
        return f"E-STALE {' '.join(who_else.values())}"
    return "approved"


def undecided_again(shop: Shop) -> int:
    """The exception lies before its managers once more; the version they see."""
    with shop.acting("陈静", NOW) as ask:
        exception: PriceException | None = by_number(ask.db, PriceException, ask.actor, 1)
        assert exception is not None
        place(exception, ExceptionState.PENDING)
        place(exception.quotation, QuotationState.PENDING_PRICE)
        exception.decided_by_id = None
        stages.clear(exception, ask)
        return exception.version


def test_sixteen_decide_on_one_price_one_does_and_the_others_hear_who(shop: Shop) -> None:
    quoting.open_for_business(shop)
    managers = sixteen_managers(shop)
    asked(shop)
    for number in range(ROUNDS):
        version = undecided_again(shop)
        seen = version if number % 2 else None
        trying = managers[:2] if number % 4 == 0 else managers
        outcomes = all_at_once([partial(approve, shop, who, 1, seen) for who in trying])
        assert outcomes.count("approved") == 1
        winner = trying[outcomes.index("approved")].name
        assert set(outcomes) == {"approved", f"E-STATE {winner}" if seen is None else f"E-STALE {winner}"}
    with shop.looking() as db:
        approvals = select(func.count()).where(History.kind == "exception", History.action == "approve")
        assert db.scalar(approvals) == ROUNDS


# ── using an approval up ──────────────────────────────────────────────────────────────────────────────────────────


def contract_for(ask: Ask, offer: Quotation) -> Contract:
    """A contract that has just taken effect."""
    number = (ask.db.scalar(select(func.count()).select_from(Contract)) or 0) + 1
    contract = Contract(
        store_id=offer.store_id, number=number, since=NOW, begun_at=NOW, deal_id=offer.deal_id, case_id=offer.deal_id,
        quotation_id=offer.id, total=y(1_318_000), terms="prepaid", procurement={}, kind="sale",
    )  # fmt: skip
    place(contract, ContractState.EFFECTIVE)
    ask.db.add(contract)
    ask.db.flush()
    return contract


def sign(shop: Shop, offer: int) -> str:
    """A contract takes effect with the price of an offer, if its approval has not been used yet."""
    with shop.acting("陈静", NOW) as ask:
        found: Quotation | None = by_number(ask.db, Quotation, ask.actor, offer)
        assert found is not None
        if authority.unauthorised_lines(ask.db, found, DAY):
            return "used"
        workflow.settle(contract_for(ask, found), ask)
        return "signed"


def unused_again(shop: Shop) -> None:
    """The approval stands once more, and no contract uses it."""
    with shop.acting("陈静", NOW) as ask:
        exception: PriceException | None = by_number(ask.db, PriceException, ask.actor, 1)
        assert exception is not None
        ask.db.execute(delete(Contract))
        place(exception, ExceptionState.APPROVED)


def test_of_sixteen_contracts_one_uses_an_approval_up(shop: Shop) -> None:
    quoting.open_for_business(shop)
    offer = asked(shop)
    rule(shop, "陈静", "2026-10-12 10:30", 1, "approve", Approval())
    step(shop, "李娜", "2026-10-12 10:40", offer, "send", send_until(date(2026, 10, 27)))
    step(shop, "李娜", "2026-10-12 10:50", offer, "accept", YES)
    for _ in range(ROUNDS):
        unused_again(shop)
        outcomes = all_at_once([partial(sign, shop, offer)] * THREADS)
        assert sorted(outcomes) == ["signed", *["used"] * (THREADS - 1)]
        assert quoting.exception_of(shop, 1).state is ExceptionState.CONSUMED
    with shop.looking() as db:
        used = select(func.count()).where(History.kind == "exception", History.action == "consume")
        assert db.scalar(used) == ROUNDS


# ── numbering ─────────────────────────────────────────────────────────────────────────────────────────────────────


class TornUp(Exception):
    """Something goes wrong after the number was taken: the transaction is rolled back."""


def number_one(shop: Shop, offer: int, *, torn_up: bool) -> str:
    """A contract takes its number, and keeps it unless it is torn up."""
    try:
        with shop.acting("吴倩", NOW) as ask:
            found: Quotation | None = by_number(ask.db, Quotation, ask.actor, offer)
            assert found is not None
            contract = contract_for(ask, found)
            give_number(contract, ask)
            ask.db.flush()
            if torn_up:
                raise TornUp
            return str(contract.code)
    except TornUp:
        return ""


def test_contract_numbers_have_no_gap_and_no_twin(shop: Shop) -> None:
    quoting.open_for_business(shop)
    offer = asked(shop)
    given: list[str] = []
    for _ in range(ROUNDS):
        jobs = [partial(number_one, shop, offer, torn_up=at % 4 == 3) for at in range(THREADS)]
        given += [code for code in all_at_once(jobs) if code]
    assert sorted(given) == [f"YLYX-DKH-2026-{serial:04}" for serial in range(1, len(given) + 1)]
    assert len(given) == ROUNDS * THREADS * 3 // 4
