"""Amendments of contracts in effect: cars that fall away, cars that are added to a public purchase, another price."""

from collections.abc import Callable
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from dealer.contracts.contract import gaps
from dealer.contracts.in_force import text_in_force
from dealer.deliveries import delivery
from dealer.engine.database import next_number
from dealer.engine.history import verify
from dealer.engine.steps import place
from dealer.money import finance
from dealer.records.contracts import Contract, ContractKind, ContractState, DepositKind, PaymentEvent
from dealer.records.deals import Deal, DealState
from dealer.records.deliveries import Batch
from dealer.records.quotations import ExceptionState, PriceException, Quotation, QuotationState
from dealer.records.vehicles import Unit, UnitState
from tests import deliveries
from tests.cast import Shop
from tests.conftest import at
from tests.contracts import accepted_deal, complete, draw_up, press_says, stand, waive_drives, work
from tests.deliveries import CAR, VINS, WHITE
from tests.desk import Desk, Page
from tests.drives import PNG
from tests.stories.test_01_government import Case

PDF = ("signed.pdf", b"%PDF-1.7 signed and sealed")
WON = 100
HALVES = ((PaymentEvent.ACCEPTANCE, 790_800 * WON), (PaymentEvent.ACCEPTANCE, 527_200 * WON))


def in_delivery(
    shop: Shop, kind: ContractKind, payments: tuple[tuple[PaymentEvent, int], ...] = HALVES, **more: Any
) -> int:
    """Ten cars in two batches under a contract in effect, the deal in delivery; the contract's number."""
    number = deliveries.contract(shop, payments=payments, **more)
    with shop.acting("吴倩", at("2026-11-12 12:00")) as ask:
        made = ask.db.scalars(select(Contract).where(Contract.number == number)).one()
        made.kind, made.damages_cap_percent = kind, 5
        made.parties[0].authorisation_sha256 = "a" * 64
        if payments is HALVES:
            made.payments[0].batch, made.payments[1].batch = 1, 2
        next_number(ask.db, made.store_id, "contract", 2026)
    return number


def on_batch(shop: Shop, contract: int, position: int, vins: tuple[str, ...], state: UnitState) -> None:
    """Cars that stand on a batch of a contract, handed over or not yet."""
    with shop.acting("孙强", at("2026-11-28 15:00")) as ask:
        made = ask.db.scalars(select(Contract).where(Contract.number == contract)).one()
        batch = ask.db.scalars(select(Batch).where(Batch.contract_id == made.id, Batch.position == position)).one()
        for vin in vins:
            unit = Unit(
                store_id=made.store_id, number=next_number(ask.db, made.store_id, "unit"),
                since=ask.at, begun_at=ask.at,
                model_id=made.lines[0].model_id, vin=vin, colour=WHITE, contract_id=made.id, batch_id=batch.id,
                contract_line_id=made.lines[0].id, case_id=made.deal_id,
            )  # fmt: skip
            place(unit, state)
            ask.db.add(unit)


def batches(shop: Shop) -> list[tuple[int, str]]:
    with shop.looking() as db:
        return [(each.quantity, each.state.value) for each in db.scalars(select(Batch).order_by(Batch.position))]


def contract(shop: Shop, number: int) -> Contract:
    with shop.looking() as db:
        found = db.scalars(select(Contract).where(Contract.number == number)).one()
        _ = (found.lines, found.plan, found.payments, found.deal)
        return found


def owed(shop: Shop, number: int) -> tuple[int, int]:
    """Cars still to come and yuan still to be paid under a contract."""
    with shop.looking() as db:
        found = db.scalars(select(Contract).where(Contract.number == number)).one()
        return delivery.undelivered(db, found), finance.outstanding(db, found) // WON


def cars(shop: Shop, *rows: tuple[int | None, int, str]) -> dict[str, object]:
    """What is typed: (line, quantity, price) of each row, all X5 in white."""
    key = str(deliveries.model(shop))
    typed = [{"line": line, "model": key, "colour": WHITE, "quantity": n, "unit_price": y} for line, n, y in rows]
    return {"cars": typed, "reason": "本年度编制调整"}


def begun(case: Case, contract: int, when: str) -> Page:
    """The owner begins an amendment on the contract's page."""
    return case.at("李娜", when).submit(f"/contracts/{contract}/amendments", form_at=f"/contracts/{contract}")


def signed(case: Case, number: int, day: str, *, reviewers: int, printed: bool = False) -> None:
    """Reviewed, issued, signed on paper by both and in effect: as any contract."""
    passes = (("陈静", "pass_risk"), ("高洁", "pass_finance"), ("周建国", "pass_house"))
    for who, action in passes[:reviewers]:
        case.done(who, f"{day} 10:00", Contract, number, action, {})
    if printed:
        work(case.shop, f"{day} 10:30")
    press_says(case.shop, number)
    case.done("吴倩", f"{day} 11:00", Contract, number, "issue")
    if printed:
        work(case.shop, f"{day} 11:05")
    else:
        press_says(case.shop, number, trial=False)
    signing(case, number, day)


def signing(case: Case, number: int, day: str) -> None:
    """The back office records both signatures, the key-account manager confirms that the text is the issued one."""
    both = {
        "seller_signer": "陈静", "seller_signed_on": day, "buyer_signer": "杨帆", "buyer_signed_on": day, "scan": PDF,
        "same_text": "1",
    }  # fmt: skip
    case.sent("吴倩", f"{day} 14:00", Contract, number, "record_signatures", both)
    case.done("陈静", f"{day} 15:00", Contract, number, "confirm_effective")


def test_a_public_purchase_loses_two_cars_and_gains_one(shop: Shop, desk: Callable[[str], Desk]) -> None:
    case = Case(shop, desk)
    number = in_delivery(shop, ContractKind.PROCUREMENT)
    on_batch(shop, number, 1, VINS[:6], UnitState.DELIVERED)
    _two_cars_fall_away(case, number)
    _one_car_is_added(case, number)
    with shop.looking() as db:
        assert verify(db) == []


def _two_cars_fall_away(case: Case, number: int) -> None:
    begun = case.at("李娜", "2026-11-29 09:00").submit(
        f"/contracts/{number}/amendments", form_at=f"/contracts/{number}"
    )
    assert begun.url == "/contracts/2/edit_changes"
    again = case.at("李娜", "2026-11-29 09:01").ask(f"/contracts/{number}/amendments")
    assert again.codes == ("E-AMEND-OPEN",)
    assert case.refused("李娜", "2026-11-29 09:05", Contract, 2, "submit")[0] == "E-AMEND-NONE"
    below = cars(case.shop, (1, 5, "131800"))
    assert case.refused("李娜", "2026-11-29 09:10", Contract, 2, "edit_changes", **below) == ("E-AMEND-DELIVERED",)
    cheaper = cars(case.shop, (1, 6, "131800"), (1, 4, "131000"))
    case.done("李娜", "2026-11-29 09:12", Contract, 2, "edit_changes", cheaper)
    assert "E-GOV-TERMS" in case.refused("李娜", "2026-11-29 09:13", Contract, 2, "submit")
    case.done("李娜", "2026-11-29 09:15", Contract, 2, "edit_changes", cars(case.shop, (1, 8, "131800")))
    draft = contract(case.shop, 2)
    assert (draft.total, [row.quantity for row in draft.plan]) == (8 * CAR, [6, 2])
    assert [row.amount for row in draft.payments] == [790_800 * WON, 263_600 * WON]
    case.done("李娜", "2026-11-29 09:20", Contract, 2, "submit")
    case.done("陈静", "2026-11-29 09:30", Contract, 2, "return", {"reason": "请写明原因"})
    case.done("李娜", "2026-11-29 09:40", Contract, 2, "redraft")
    case.done("李娜", "2026-11-29 09:50", Contract, 2, "submit")
    assert owed(case.shop, number) == (4, 1_318_000)
    signed(case, 2, "2026-11-30", reviewers=3, printed=True)
    amendment = contract(case.shop, 2)
    assert (amendment.code, amendment.state) == ("YLYX-DKH-2026-0001-B1", ContractState.EFFECTIVE)
    assert owed(case.shop, number) == (2, 1_054_400)
    assert batches(case.shop) == [(6, "planned"), (2, "planned")]
    page = case.at("李娜", "2026-11-30 16:00").get(f"/contracts/{number}")
    for words in ("YLYX-DKH-2026-0001-B1", "现行约定", "1,054,400", "补充协议"):
        assert words in page.text
    paper = case.at("李娜", "2026-11-30 16:01").get("/contracts/2")
    for words in ("变更事项", "签署文本确认人 陈静", "−263,600"):
        assert words in paper.text


def _one_car_is_added(case: Case, number: int) -> None:
    """The law allows 131,800.00: one car. It lies below the owner's floor, so its price is asked for."""
    assert begun(case, number, "2026-12-01 09:00").url == "/contracts/3/edit_changes"
    case.done("李娜", "2026-12-01 09:05", Contract, 3, "edit_changes", cars(case.shop, (1, 10, "131800")))
    assert case.refused("李娜", "2026-12-01 09:06", Contract, 3, "submit") == ("E-GOV-10PCT", "E-APPROVAL-LAPSED")
    case.done("李娜", "2026-12-01 09:10", Contract, 3, "edit_changes", cars(case.shop, (1, 9, "131800")))
    assert case.refused("李娜", "2026-12-01 09:11", Contract, 3, "submit") == ("E-APPROVAL-LAPSED",)
    case.done("李娜", "2026-12-01 09:15", Contract, 3, "ask_price", {"reason": "政府采购法第四十九条追加一辆"})
    assert case.refused("李娜", "2026-12-01 09:16", Contract, 3, "ask_price", reason="再问") == ("E-PRICE-ASKED",)
    case.done("陈静", "2026-12-01 10:00", PriceException, 1, "approve", {"comment": "同意"})
    case.done("李娜", "2026-12-01 10:30", Contract, 3, "submit")
    signed(case, 3, "2026-12-02", reviewers=3)
    assert contract(case.shop, 3).code == "YLYX-DKH-2026-0001-B2"
    assert owed(case.shop, number) == (3, 1_186_200)
    assert batches(case.shop) == [(6, "planned"), (3, "planned")]
    with case.shop.looking() as db:
        assert db.scalars(select(PriceException)).one().state is ExceptionState.CONSUMED
        first = db.scalars(select(Contract).where(Contract.number == number)).one()
        assert (first.total, first.lines[0].quantity) == (1_318_000 * WON, 10)
        assert text_in_force(db, first).number == 3
    assert case.at("李娜", "2026-12-02 16:00").ask(f"/contracts/{number}/amendments").status == 200
    assert "E-AMEND-OPEN" in case.refused("陈静", "2026-12-03 09:00", Deal, 1, "close")


def test_four_cars_at_another_price_need_their_own_approval(shop: Shop, desk: Callable[[str], Desk]) -> None:
    case = Case(shop, desk)
    number = in_delivery(shop, ContractKind.SALE, price=136_800 * WON)
    on_batch(shop, number, 1, VINS[:6], UnitState.DELIVERED)
    on_batch(shop, number, 2, VINS[6:8], UnitState.ALLOCATED)
    begun(case, number, "2026-11-29 09:00")
    repriced = cars(shop, (1, 6, "136800"), (1, 4, "130000"))
    case.done("李娜", "2026-11-29 09:05", Contract, 2, "edit_changes", repriced)
    refused = case.refused("李娜", "2026-11-29 09:06", Contract, 2, "submit")
    assert refused == ("E-AMEND-ALLOCATED", "E-APPROVAL-LAPSED")
    page = case.at("李娜", "2026-11-29 09:07").get("/contracts/2")
    assert all(vin in page.text for vin in VINS[6:8])
    for unit in (7, 8):
        case.done("孙强", "2026-11-29 09:30", Unit, unit, "take_off", {"comment": "合同变更"})
    case.done("李娜", "2026-11-29 10:00", Contract, 2, "ask_price", {"reason": "客户追加预算不足"})
    assert case.refused("陈静", "2026-11-29 10:05", PriceException, 1, "approve", comment="同意") == ("E-AUTH-LIMIT",)
    case.done("周建国", "2026-11-29 10:30", PriceException, 1, "approve", {"comment": "同意"})
    # Another price is another request: the approval of 130,000 covers it only when it is no lower.
    case.done("李娜", "2026-11-29 11:00", Contract, 2, "edit_changes", cars(shop, (1, 6, "136800"), (1, 4, "129000")))
    assert case.refused("李娜", "2026-11-29 11:01", Contract, 2, "submit") == ("E-APPROVAL-LAPSED",)
    case.done("李娜", "2026-11-29 11:05", Contract, 2, "edit_changes", repriced)
    case.done("李娜", "2026-11-29 11:10", Contract, 2, "submit")
    signed(case, 2, "2026-11-30", reviewers=3)
    with shop.looking() as db:
        assert db.scalars(select(Quotation.state).where(Quotation.amendment_id.is_not(None))).all() == [
            QuotationState.WITHDRAWN
        ]
        second = db.scalars(select(Batch).where(Batch.position == 2)).one()
        assert [(share.line.unit_price // WON, share.quantity) for share in second.shares] == [(130_000, 4)]
        assert second.due_on == date(2026, 12, 10)
    assert owed(shop, number) == (4, 6 * 136_800 + 4 * 130_000)


def test_a_batch_is_ended_and_its_share_of_the_earnest_money_forfeited(shop: Shop, desk: Callable[[str], Desk]) -> None:
    """Six of ten cars are delivered; the buyer does not take the second batch. 263,600 of 定金 were paid, 20 %."""
    case = Case(shop, desk)
    earnest = (DepositKind.EARNEST, 263_600 * WON)
    plan = ((PaymentEvent.SIGNING, 263_600 * WON), (PaymentEvent.ACCEPTANCE, 1_054_400 * WON))
    number = in_delivery(shop, ContractKind.SALE, deposit=earnest, payments=plan)
    on_batch(shop, number, 1, VINS[:6], UnitState.DELIVERED)
    on_batch(shop, number, 2, VINS[6:8], UnitState.ALLOCATED)
    money = {"kind": "earnest", "amount": "263600", "received_on": "2026-11-13", "payer": "某市公安局"}
    assert case.at("高洁", "2026-11-13 10:00").ask(f"/contracts/{number}/money", money).status == 200
    url = f"/contracts/{number}/end-batch"
    shown = case.at("周建国", "2026-12-20 09:00").get(url)
    for figure in ("527,200", "105,440", "210,880"):
        assert figure in shown.text
    ending = {
        "batch": 2, "ground": "buyer_failed", "notice_day": "2026-12-18", "evidence": PDF, "outcome": "forfeited",
        "amount": "105440.01", "note": "买方书面拒收第二批车辆",
    }  # fmt: skip
    assert case.at("周建国", "2026-12-20 09:05").submit(url, ending).status == 409
    assert case.at("陈静", "2026-12-20 09:06").submit(url, ending | {"amount": "105440"}).status == 409
    ended = case.at("周建国", "2026-12-20 09:10").submit(url, ending | {"amount": "105440"})
    assert (ended.status, ended.url) == (200, "/contracts/2")
    assert "105,440" in ended.text
    assert owed(shop, number) == (0, 6 * 131_800 - 263_600)
    with shop.looking() as db:
        free = db.scalars(select(Unit).where(Unit.state == UnitState.IN_STOCK)).all()
        assert [(unit.vin, unit.contract_id) for unit in free] == [(vin, None) for vin in VINS[6:8]]
        assert verify(db) == []
    assert batches(shop) == [(6, "planned"), (0, "closed")]
    again = case.at("周建国", "2026-12-21 09:00").submit(url, ending | {"amount": "0"})
    assert again.status == 409


def test_the_customers_own_paper_is_compared_reviewed_and_signed(shop: Shop, desk: Callable[[str], Desk]) -> None:
    """The purchaser insists on its text: a wrong figure is refused, the rest is put to the reviewers."""
    case = Case(shop, desk)
    deal = accepted_deal(shop)
    number = draw_up(shop, deal)
    complete(shop, number)
    theirs = {
        "file": PDF, "their_number": "公采合〔2026〕第 77 号", "lines-0-line": 1, "lines-0-quantity": 9,
        "lines-0-unit_price": "131000", "total": "1179000", "deposit_kind": "none", "delivery": "分两批交付",
        "payment": "验收合格后 10 个工作日", "damages": "每日万分之五，最高 5%", "dispute": "采购人所在地法院",
    }  # fmt: skip
    picture = theirs | {"file": ("scan.png", PNG)}
    url = f"/contracts/{number}/use_their_paper"
    blank = case.at("李娜", "2026-11-03 09:00").submit(url, picture)
    assert (blank.status, "请上传客户合同的PDF文件" in blank.text) == (409, True)
    page = case.sent("李娜", "2026-11-03 09:10", Contract, number, "use_their_paper", theirs)
    for words in ("不一致，须更正", "公采合〔2026〕第 77 号", "采购人所在地法院"):
        assert words in page.text
    with shop.acting("李娜", at("2026-11-03 09:15")) as ask:
        drawn = ask.db.scalars(select(Contract).where(Contract.number == number)).one()
        assert [each.code for each in gaps(drawn, ask)] == ["E-PAPER-QUANTITY", "E-PAPER-PRICE", "E-PAPER-TOTAL"]
    right = theirs | {"lines-0-quantity": 10, "lines-0-unit_price": "131800", "total": "1318000"}
    del right["file"]
    page = case.sent("李娜", "2026-11-03 09:20", Contract, number, "use_their_paper", right)
    assert "不一致" not in page.text
    file = case.at("李娜", "2026-11-03 09:21").client.get(f"/contracts/{number}/their-paper").get_data()
    assert file == PDF[1]
    assert case.at("李娜", "2026-11-03 09:22").get(f"/contracts/{number}/text").status == 404
    stand(shop, deal, DealState.CONTRACT_REVIEW, "2026-11-03 10:00")
    for who, action in (("陈静", "pass_risk"), ("高洁", "pass_finance"), ("周建国", "pass_house")):
        case.done(who, "2026-11-05 10:00", Contract, number, action, {})
    stand(shop, deal, DealState.TEST_DRIVE, "2026-11-05 10:30")
    waive_drives(shop, deal)
    work(shop, "2026-11-05 11:00")
    case.done("吴倩", "2026-11-09 09:00", Contract, number, "issue")
    work(shop, "2026-11-09 09:05")
    issued = contract(shop, number)
    assert (issued.code, issued.pdf_sha256 is None) == ("YLYX-DKH-2026-0001", False)
    assert issued.frozen is not None
    assert issued.frozen["their_sha256"] == sha256(PDF[1]).hexdigest()
    signing(case, number, "2026-11-12")
    assert contract(shop, number).state is ContractState.EFFECTIVE
    assert batches(shop) == [(6, "planned"), (4, "planned")]
