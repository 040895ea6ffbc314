"""A deal whose customer has said yes, its contract step by step, and a worker who prints: the scene of the tests
about contracts.

Amounts are yuan here, as people say them: y(131_800) is fen.
"""

from collections.abc import Iterable
from datetime import date
from io import BytesIO
from threading import Event
from typing import Any

import pytest
from pypdf import PdfWriter
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import people
from dealer.contracts import contract
from dealer.contracts.contract import CONTRACTS
from dealer.contracts.contract_forms import (
    BuyerFacts,
    DeliveryFacts,
    PaymentFacts,
    PaymentRow,
    PlanRow,
    ProcurementFacts,
    ReceiverRow,
    ReviewNote,
    Signatures,
)
from dealer.engine import files
from dealer.engine.attempts import Attempts, JobRecord, JobState
from dealer.engine.database import new_id, next_number
from dealer.engine.fields import Uploaded
from dealer.engine.names import search_keys
from dealer.engine.steps import Ask, Facts, Refused, place
from dealer.people import by_number
from dealer.records.contracts import Contract, ContractState, DriveWaiver, PaymentEvent, Rendering
from dealer.records.credit import CreditGrade, CreditProfile, CreditState
from dealer.records.customers import Contact, ContactRole, Customer, CustomerClass
from dealer.records.deals import Deal, DealState, Need, PurchaseMode, Terms, Use
from dealer.records.quotations import ExtraKind, LineExtra, Quotation, QuotationLine, QuotationState
from dealer.records.vehicles import Category, Energy, Gearbox, Model
from tests.cast import Shop
from tests.conftest import at

SCAN = Uploaded("scan.pdf", b"%PDF-1.7 signed and sealed")
LETTER = Uploaded("letter.pdf", b"%PDF-1.7 power of attorney")
AWARD = date(2026, 11, 2)
YARD = "昆明云岭远行汽车销售服务有限公司交车区"


def y(yuan: int) -> int:
    """Yuan as fen."""
    return yuan * 100


# ── the deal ──────────────────────────────────────────────────────────────────────────────────────────────────────


def stock_models(shop: Shop) -> dict[str, Model]:
    """The models of the shop, once."""
    with shop.acting("陈静", at("2026-09-01 09:00")) as ask:
        known = {each.code: each for each in ask.db.scalars(select(Model))}
        for code, configuration, energy, gearbox, engine in (
            ("X5", "1.5T CVT 公务版", Energy.PETROL, Gearbox.AUTOMATIC, "1.5T 汽油 135 kW"),
            ("E3", "510km 智行版", Energy.ELECTRIC, Gearbox.AUTOMATIC, "永磁同步 150 kW"),
            ("M7", "1.5T 手动七座", Energy.PETROL, Gearbox.MANUAL, "1.5T 汽油 120 kW"),
        ):
            if code not in known:
                known[code] = Model(
                    store_id=shop.store.id,
                    code=code,
                    brand="云岭",
                    name=code,
                    configuration=configuration,
                    gearbox=gearbox,
                    energy=energy,
                    category=Category.SMALL_PASSENGER,
                    seats=5,
                    displacement=engine,
                    maker="云岭汽车制造有限公司",
                    colours=["珍珠白"],
                    relief_listed=energy is Energy.ELECTRIC,
                )
                ask.db.add(known[code])
        return known


def credit_until(db: Session, customer: Customer, day: date, limit: int = 100_000_000_00) -> None:
    """The customer may owe so much until a day."""
    profile = CreditProfile(
        store_id=customer.store_id, customer_id=customer.id, grade=CreditGrade.B, limit=limit, valid_until=day,
        findings="", documents=[], since=customer.since, begun_at=customer.since,
        number=next_number(db, customer.store_id, "credit"),
    )  # fmt: skip
    place(profile, CreditState.APPROVED)
    db.add(profile)
    db.flush()


def accepted_deal(
    shop: Shop,
    *cars: tuple[str, int, int],
    owner: str = "李娜",
    customer: str = "某市公安局",
    public: bool = True,
    mode: PurchaseMode = PurchaseMode.OPEN_TENDER,
    gifts: Iterable[tuple[ExtraKind, str, int]] = (),
) -> int:
    """A deal at quotation whose customer accepted (model, quantity, price) on 2 November; its number."""
    models = stock_models(shop)
    with shop.acting(owner, at("2026-10-10 09:00")) as ask:
        keys = search_keys(customer)
        buyer = Customer(
            store_id=shop.store.id,
            number=next_number(ask.db, shop.store.id, "customer"),
            name=customer,
            name_pinyin=keys.pinyin,
            name_initials=keys.initials,
            owner_id=ask.actor.id,
            procurement=public,
            customer_class=CustomerClass.POLICE if public else CustomerClass.RENTAL,
            since=ask.at,
            uscc="11530100015112347K" if public else "91530100MA6KCX9U4R",
            address="云南省某市人民路 1 号",
            legal_representative="杨志远",
            bank="某市农商银行营业部",
            bank_account="5300 1100 2200 3344",
        )
        ask.db.add(buyer)
        ask.db.flush()
        if not public:
            credit_until(ask.db, buyer, date(2027, 12, 31))
        person = Contact(
            store_id=shop.store.id, customer_id=buyer.id, name="杨帆", phone="13888880021", role=ContactRole.RECEIVES
        )
        ask.db.add(person)
        ask.db.flush()
        deal = Deal(
            id=new_id(),
            store_id=shop.store.id,
            customer_id=buyer.id,
            owner_id=ask.actor.id,
            contact_id=person.id,
            number=next_number(ask.db, shop.store.id, "deal"),
            since=ask.at,
            begun_at=ask.at,
            title="某市公安局 2026 年执法执勤用车采购项目" if public else "三十辆租赁用车",
            terms=Terms.PREPAID if public else Terms.CREDIT,
        )
        deal.case_id = deal.id
        place(deal, DealState.QUOTATION)
        ask.db.add(deal)
        ask.db.flush()
        ask.db.add(
            Need(
                store_id=shop.store.id, deal_id=deal.id, use=Use.OFFICIAL if public else Use.RENTAL, purchase_mode=mode
            )
        )
        quoted = _accepted(ask, deal, models, cars or (("X5", 10, 131_800),), gifts)
        ask.db.add(quoted)
        return deal.number


def _accepted(
    ask: Ask,
    deal: Deal,
    models: dict[str, Model],
    cars: Iterable[tuple[str, int, int]],
    gifts: Iterable[tuple[ExtraKind, str, int]] = (),
) -> Quotation:
    number = next_number(ask.db, deal.store_id, "quotation")
    quoted = Quotation(
        store_id=deal.store_id,
        case_id=deal.id,
        deal_id=deal.id,
        number=number,
        series=number,
        revision=1,
        since=ask.at,
        begun_at=ask.at,
        valid_until=date(2027, 1, 18),
        binding=True,
        accepted_on=AWARD,
        sent_at=at("2026-10-20 09:00"),
    )
    place(quoted, QuotationState.ACCEPTED)
    quoted.lines = [
        QuotationLine(
            store_id=deal.store_id,
            position=position,
            model_id=models[code].id,
            colour="珍珠白/深灰",
            quantity=quantity,
            unit_price=y(price),
            marked=y(price) + y(8_000),
            floor_own=y(price),
        )
        for position, (code, quantity, price) in enumerate(cars, 1)
    ]
    quoted.lines[0].extras = [
        LineExtra(store_id=deal.store_id, position=position, kind=kind, name=name, amount=y(amount))
        for position, (kind, name, amount) in enumerate(gifts, 1)
    ]
    return quoted


def accept_another(shop: Shop, deal: int, when: str, *cars: tuple[str, int, int]) -> None:
    """The customer says yes to other terms; the quotation before is superseded."""
    models = stock_models(shop)
    with shop.acting("李娜", at(when)) as ask:
        found = by_number(ask.db, Deal, ask.actor, deal)
        for old in ask.db.scalars(select(Quotation).where(Quotation.deal_id == found.id)):
            place(old, QuotationState.SUPERSEDED)
        ask.db.flush()
        ask.db.add(_accepted(ask, found, models, cars))


def stand(shop: Shop, deal: int, state: DealState, when: str) -> None:
    """The deal comes to stand elsewhere; its contract follows by itself."""
    with shop.acting("陈静", at(when)) as ask:
        found = by_number(ask.db, Deal, ask.actor, deal)
        place(found, state)
        found.since = ask.at
        ask.db.flush()
        for each in contract.of_deal(ask.db, found):
            by_itself(each, ask)


# ── the contract ──────────────────────────────────────────────────────────────────────────────────────────────────


def draw_up(shop: Shop, deal: int, when: str = "2026-11-02 15:00", who: str = "李娜") -> int:
    """A draft of the deal's contract; its number."""
    with shop.acting(who, at(when)) as ask:
        drawn = contract.draw_up(ask, by_number(ask.db, Deal, ask.actor, deal))
        CONTRACTS.begin("draw_up", drawn, ask)
        return drawn.number


def take(shop: Shop, who: str, when: str, number: int, action: str, facts: Facts | None = None) -> Contract:
    """A step of a contract, and what follows by itself."""
    with shop.acting(who, at(when), facts) as ask:
        found = by_number(ask.db, Contract, ask.actor, number)
        assert found is not None
        CONTRACTS.advance(found, action, ask)
        by_itself(found, ask)
    return contract_of(shop, number)


def by_itself(found: Contract, ask: Ask) -> None:
    """What follows without anybody asking."""
    system = Ask(ask.db, people.system(found.store_id), ask.at)
    moved = True
    while moved:
        moved = False
        for step in CONTRACTS.steps_from(found.state):
            applies = step.who is people.SYSTEM and (step.when is None or step.when(found, system))
            if applies and CONTRACTS.look(found, step, system).is_open:
                CONTRACTS.advance(found, step.action, system)
                moved = True
                break


def refused(shop: Shop, *request: Any) -> tuple[str, ...]:
    """The codes with which a step is refused."""
    with pytest.raises(Refused) as refusal:
        take(shop, *request)
    return refusal.value.codes


def answer(shop: Shop, *request: Any) -> tuple[str, ...]:
    """How a step is answered: with the codes of its refusal, or () when it was taken."""
    try:
        take(shop, *request)
    except Refused as refusal:
        return refusal.codes
    return ()


def contract_of(shop: Shop, number: int) -> Contract:
    """A contract as it stands now, with its rows."""
    with shop.looking() as db:
        found = by_number(db, Contract, shop.actor("陈静"), number)
        assert found is not None
        _ = (found.parties, found.lines, found.plan, found.payments, found.reviews, found.receivers, found.former)
        _ = (found.own_clauses, found.remarks)
        return found


def gaps_of(shop: Shop, number: int, when: str = "2026-11-03 09:00") -> tuple[str, ...]:
    """The codes of what a draft still lacks."""
    with shop.acting("李娜", at(when)) as ask:
        found = by_number(ask.db, Contract, ask.actor, number)
        assert found is not None
        return tuple(each.code for each in contract.gaps(found, ask))


# ── what people fill in ───────────────────────────────────────────────────────────────────────────────────────────

BUYER = BuyerFacts(
    name="某市公安局",
    uscc="11530100015112347K",
    legal_representative="杨志远",
    address="云南省某市人民路 1 号",
    agent="杨帆",
    agent_phone="13888880021",
    authorisation=LETTER,
    authorisation_number="公装财授〔2026〕31号",
    authorised_on=date(2026, 11, 3),
    seller_agent="陈静",
    seller_authorisation="YLYX-SQ-2026-018",
)
PROCUREMENT = ProcurementFacts(
    project="某市公安局 2026 年执法执勤用车采购项目",
    procurement_number="MSZC2026-G1-00218",
    way=PurchaseMode.OPEN_TENDER,
    award_day=AWARD,
)


def payment(*amounts: int, **more: Any) -> PaymentFacts:
    """Paid in so many parts, each ten working days after the acceptance of its batch."""
    rows = tuple(
        PaymentRow(event=PaymentEvent.ACCEPTANCE, days=10, batch=batch, amount=y(amount))
        for batch, amount in enumerate(amounts, 1)
    )
    return PaymentFacts(**({"payments": rows, "damages": 5, "damages_cap_percent": 5} | more))


def delivery(*batches: tuple[int, str], line: int = 1, **more: Any) -> DeliveryFacts:
    """So many cars until a day, batch after batch."""
    plan = tuple(
        PlanRow(batch=batch, line=line, quantity=quantity, due_on=date.fromisoformat(day), place=YARD)
        for batch, (quantity, day) in enumerate(batches, 1)
    )
    receivers = (ReceiverRow(name="杨帆", phone="13888880021"), ReceiverRow(name="段莉"))
    return DeliveryFacts(**({"plan": plan, "contact": "杨帆", "receivers": receivers} | more))


STORY_1_PAYMENT = payment(790_800, 527_200, performance_bond=y(65_900))
STORY_1_DELIVERY = delivery((6, "2026-11-30"), (4, "2026-12-10"))


def complete(shop: Shop, number: int, who: str = "李娜", when: str = "2026-11-03 09:00") -> None:
    """The draft of story 1, filled in."""
    for action, facts in (
        ("edit_buyer", BUYER),
        ("edit_delivery", STORY_1_DELIVERY),
        ("edit_payment", STORY_1_PAYMENT),
        ("edit_procurement", PROCUREMENT),
    ):
        take(shop, who, when, number, action, facts)


def in_review(shop: Shop) -> tuple[int, int]:
    """Deal and contract of story 1, submitted on 3 November."""
    deal = accepted_deal(shop)
    number = draw_up(shop, deal)
    complete(shop, number)
    stand(shop, deal, DealState.CONTRACT_REVIEW, "2026-11-03 10:00")
    return deal, number


def approved(shop: Shop) -> tuple[int, int]:
    """Passed by all three on 5 November; the deal waits for its drives."""
    deal, number = in_review(shop)
    for who, action in (("陈静", "pass_risk"), ("高洁", "pass_finance"), ("周建国", "pass_house")):
        take(shop, who, "2026-11-05 10:00", number, action, note())
    stand(shop, deal, DealState.TEST_DRIVE, "2026-11-05 10:00")
    return deal, number


def issued(shop: Shop, *, stored: bool = True) -> tuple[int, int]:
    """Issued on 9 November; with its paper, unless the press is still at it."""
    deal, number = approved(shop)
    press_says(shop, number)
    take(shop, "吴倩", "2026-11-09 09:00", number, "issue")
    if stored:
        press_says(shop, number, trial=False)
    return deal, number


def shelf(shop: Shop, count: int, day: str = "2026-11-09") -> list[int]:
    """So many contracts issued on a day, each with a small paper of its own: two pages, 100 points and more wide."""
    deal = accepted_deal(shop)
    with shop.acting("李娜", at(f"{day} 08:00")) as ask:
        found = by_number(ask.db, Deal, ask.actor, deal)
        for serial in range(1, count + 1):
            drawn = contract.draw_up(ask, found)
            drawn.number, drawn.since, drawn.begun_at = serial, ask.at, ask.at
            drawn.code, drawn.fingerprint = f"YLYX-DKH-2026-{serial:04}", f"{serial:064x}"
            drawn.issued_on = date.fromisoformat(day)
            drawn.pdf_sha256 = files.keep(ask.db, drawn.store_id, "x.pdf", _small_paper(100 + serial), ask.at)
            place(drawn, ContractState.ISSUED)
            ask.db.add(drawn)
            ask.db.flush()
    return list(range(1, count + 1))


def _small_paper(width: int) -> bytes:
    writer, out = PdfWriter(), BytesIO()
    for _ in range(2):
        writer.add_blank_page(width, 200)
    writer.write(out)
    return out.getvalue()


def press_says(shop: Shop, number: int, *, trial: bool = True, trouble: dict[str, Any] | None = None) -> None:
    """The verdict of a press that these tests need not wait for; tests/test_printing.py starts the real one."""
    with shop.acting("吴倩", at("2026-11-09 08:00")) as ask:
        found = by_number(ask.db, Contract, ask.actor, number)
        ordered = ask.db.scalars(select(Rendering).where(Rendering.subject_id == found.id, Rendering.trial.is_(trial)))
        for rendering in ordered:
            rendering.passed, rendering.trouble = trouble is None, trouble
        if not trial:
            found.pdf_sha256 = "5" * 64


def note(comment: str = "") -> ReviewNote:
    """What a reviewer says."""
    return ReviewNote(comment=comment)


def signatures(**more: Any) -> Signatures:
    """Signed by us on the 11th, by the buyer on the 12th."""
    told: dict[str, Any] = {
        "seller_signer": "陈静",
        "seller_signed_on": date(2026, 11, 11),
        "buyer_signer": "杨帆",
        "buyer_signed_on": date(2026, 11, 12),
        "scan": SCAN,
        "same_text": True,
    }
    return Signatures(**(told | more))


def waive_drives(shop: Shop, deal: int) -> None:
    """Nobody has to drive before this contract."""
    with shop.acting("陈静", at("2026-11-06 09:00")) as ask:
        found = by_number(ask.db, Deal, ask.actor, deal)
        for model in ask.db.scalars(select(Model)):
            ask.db.add(
                DriveWaiver(
                    store_id=found.store_id,
                    deal_id=found.id,
                    model_id=model.id,
                    person_id=ask.actor.id,
                    reason="老客户增购",
                    at=ask.at,
                )
            )


# ── the worker ────────────────────────────────────────────────────────────────────────────────────────────────────


def work(shop: Shop, when: str) -> list[JobRecord]:
    """Do all that waits in the background, once each; the rows as they stand afterwards."""
    attempts = Attempts(shop.database, "w1", Event(), lambda: at(when), (60, 300, 900, 3600), 0.01)
    with shop.looking() as db:
        waiting = list(db.scalars(select(JobRecord).where(JobRecord.state == JobState.QUEUED)))
    for job in waiting:
        attempts.make(job.id, job.attempts + 1)
    with shop.looking() as db:
        return list(db.scalars(select(JobRecord).where(JobRecord.id.in_([job.id for job in waiting]))))
