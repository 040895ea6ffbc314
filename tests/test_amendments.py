"""Amendments, rule by rule: what follows from fewer, more and other cars, and what the rules keep."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from dealer import workflow
from dealer.contracts import contract
from dealer.contracts.amendment_drafts import draw_up, extras_of
from dealer.contracts.amendment_forms import AmendedCars, Amendment
from dealer.contracts.clause_forms import ChosenClause, ClauseRemark, ClauseWording, RemarkAnswer
from dealer.contracts.contract_acts import freeze_terms, frozen_terms
from dealer.contracts.contract_forms import (
    BuyerFacts,
    DeliveryFacts,
    EditedParty,
    Particulars,
    PaymentFacts,
    PaymentRow,
    PlanRow,
)
from dealer.contracts.contract_rules import general_manager_for
from dealer.contracts.in_force import text_in_force
from dealer.contracts.standing_clauses import standing_clauses
from dealer.deals import margins
from dealer.deals.margins import NewCost
from dealer.deliveries import delivery
from dealer.deliveries.delivery import Split, SplitShare
from dealer.engine.steps import Facts, Refused, place
from dealer.money.invoices import NewInvoice
from dealer.prices import pricing
from dealer.records.contracts import (
    Contract,
    ContractKind,
    ContractLine,
    ContractState,
    DepositKind,
    Occasion,
    Party,
    PartyRole,
    PaymentEvent,
)
from dealer.records.costs import CostKind
from dealer.records.deals import Deal
from dealer.records.deliveries import Batch, BatchState
from dealer.records.quotations import ExtraKind, LineExtra
from dealer.records.vehicles import Unit
from tests import deliveries
from tests.cast import Shop
from tests.conftest import at
from tests.deliveries import CAR, VINS, WHITE, take
from tests.desk import Desk

MORNING = "2026-11-20 09:00"
PLACE = "昆明云岭远行交车区"


def found(db: Any, number: int) -> Contract:
    return db.scalars(select(Contract).where(Contract.number == number)).one()


def amended(shop: Shop, parent: int, *rows: tuple[int | None, int, int], colour: str = WHITE) -> int:
    """A draft over cars as (line, quantity, fen); its number."""
    with shop.acting("李娜", at(MORNING)) as ask:
        made = found(ask.db, parent)
        made.damages_cap_percent, made.parties[0].authorisation_sha256 = 5, "a" * 64
        drawn = draw_up(ask, made)
        workflow.begin(drawn, "amend", ask)
        number = drawn.number
    if rows:
        key = deliveries.model(shop)
        cars = tuple(
            AmendedCars(line=line, model=key, colour=colour, quantity=count, unit_price=price)
            for line, count, price in rows
        )
        edit(shop, number, "edit_changes", Amendment(cars=cars, reason="客户编制调整"))
    return number


def edit(shop: Shop, number: int, action: str, facts: Facts | None) -> None:
    take(shop, "李娜", MORNING, Contract, number, action, facts)


def refused(shop: Shop, number: int, action: str, facts: Facts) -> tuple[str, ...]:
    with pytest.raises(Refused) as refusal:
        edit(shop, number, action, facts)
    return refusal.value.codes


def gaps(shop: Shop, number: int) -> list[str]:
    with shop.acting("李娜", at(MORNING)) as ask:
        return [each.code for each in contract.gaps(found(ask.db, number), ask)]


def in_effect(shop: Shop, number: int) -> None:
    """Both have signed; what follows by itself follows."""
    with shop.acting("陈静", at("2026-11-21 15:00")) as ask:
        made = found(ask.db, number)
        place(made, ContractState.EFFECTIVE)
        made.effective_on = ask.today
        ask.db.flush()
        workflow.settle(made, ask)


def plan_of(shop: Shop, number: int) -> list[tuple[int, int, int]]:
    with shop.looking() as db:
        return [(row.batch, row.line_position, row.quantity) for row in found(db, number).plan]


def batches(shop: Shop) -> list[tuple[int, int, str]]:
    with shop.looking() as db:
        return [
            (b.planned_as, b.quantity, b.due_on.isoformat()) for b in db.scalars(select(Batch).order_by(Batch.position))
        ]


# ── the draft ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("quantity", "lump", "left"),
    [(8, True, [2_400, 505]), (8, False, [2_400]), (20, True, [6_000, 505]), (0, False, [])],
)
def test_accessories_follow_their_cars_one_a_car_where_they_can_be_divided(
    quantity: int, lump: bool, left: list[int]
) -> None:
    mats = {"kind": "paid_accessory", "name": "脚垫", "amount": 3_000}
    plates = {"kind": "agency_fee", "name": "上牌", "amount": 505}
    line = ContractLine(quantity=10, extras=[mats, plates])
    assert [extra["amount"] for extra in extras_of(line, quantity, with_lump=lump)] == left


def test_cars_fall_away_from_the_last_batch_and_its_payment(shop: Shop) -> None:
    halves = ((PaymentEvent.ACCEPTANCE, 6 * CAR), (PaymentEvent.RETENTION_END, 4 * CAR))
    number = amended(shop, deliveries.contract(shop, payments=halves), (1, 5, CAR))
    assert plan_of(shop, number) == [(1, 1, 5)]
    with shop.looking() as db:
        assert [row.amount for row in found(db, number).payments] == [CAR, 4 * CAR]


def test_cars_of_another_price_take_the_places_of_those_they_replace(shop: Shop) -> None:
    number = amended(shop, deliveries.contract(shop), (1, 7, CAR), (1, 3, CAR + 100_00), (None, 2, CAR))
    assert plan_of(shop, number) == [(1, 1, 6), (2, 1, 1), (2, 2, 3), (2, 3, 2)]
    with shop.looking() as db:
        assert found(db, number).total == 7 * CAR + 3 * (CAR + 100_00) + 2 * CAR


def test_a_draft_that_changes_nothing_is_not_submitted(shop: Shop) -> None:
    assert "E-AMEND-NONE" in gaps(shop, amended(shop, deliveries.contract(shop)))


def test_the_deposit_stays_within_a_fifth_of_the_new_total(shop: Shop) -> None:
    payments = ((PaymentEvent.SIGNING, 2 * CAR), (PaymentEvent.ACCEPTANCE, 8 * CAR))
    parent = deliveries.contract(shop, payments=payments, deposit=(DepositKind.EARNEST, 2 * CAR))
    number = amended(shop, parent, (1, 9, CAR))
    assert "E-DEPOSIT-20" in gaps(shop, number)
    rows = (PaymentRow(event=PaymentEvent.ACCEPTANCE, amount=9 * CAR - CAR),)
    lower = PaymentFacts(deposit_kind=DepositKind.EARNEST, deposit=CAR, payments=rows, damages=5, damages_cap_percent=5)
    edit(shop, number, "edit_payment", lower)
    assert "E-DEPOSIT-20" not in gaps(shop, number)


def test_days_that_have_passed_stay_and_new_ones_lie_ahead(shop: Shop) -> None:
    parent = deliveries.contract(shop, plan=((6, "2026-11-15"), (4, "2026-12-10")))
    number = amended(shop, parent)

    def planned(second: str, first: int = 6) -> DeliveryFacts:
        days = ((1, first, "2026-11-15"), (2, 10 - first, second))
        plan = tuple(
            PlanRow(batch=batch, line=1, quantity=count, due_on=date.fromisoformat(day), place=PLACE)
            for batch, count, day in days
        )
        return DeliveryFacts(plan=plan)

    assert refused(shop, number, "edit_delivery", planned("2026-11-20")) == ("E-PLAN-DATE",)
    assert refused(shop, number, "edit_delivery", planned("2026-12-10", first=7)) == ("E-PLAN-DATE",)
    edit(shop, number, "edit_delivery", planned("2026-12-20"))
    in_effect(shop, number)
    assert batches(shop) == [(1, 6, "2026-11-15"), (2, 4, "2026-12-20")]


# ── in effect ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_of_a_batch_that_was_split_only_empty_places_fall_away(shop: Shop) -> None:
    parent = deliveries.contract(shop)
    cars = deliveries.arrive(shop, *VINS[:2])
    second = deliveries.batch(shop, parent, 2)
    with shop.looking() as db:
        line = found(db, parent).lines[0].id
    share = (SplitShare(line=line, quantity=2),)
    take(shop, "陈静", MORNING, Batch, second, "split", Split(shares=share, due_on=date(2026, 12, 20), reason="到货晚"))
    deliveries.allocated(shop, second, *cars)
    number = amended(shop, parent, (1, 8, CAR))
    in_effect(shop, number)
    with shop.looking() as db:
        told = [(b.planned_as, b.quantity, b.state) for b in db.scalars(select(Batch).order_by(Batch.position))]
        assert told == [(1, 6, BatchState.PLANNED), (2, 2, BatchState.PLANNED), (2, 0, BatchState.CLOSED)]
        assert delivery.undelivered(db, found(db, parent)) == 8


def test_cars_for_a_batch_that_is_released_come_in_one_of_their_own(shop: Shop) -> None:
    parent = deliveries.contract(shop, quantity=2, plan=((2, "2026-11-30"),))
    cars = deliveries.arrive(shop, *VINS[:2])
    deliveries.released(shop, deliveries.batch(shop, parent), *cars)
    in_effect(shop, amended(shop, parent, (1, 3, CAR)))
    assert batches(shop) == [(1, 2, "2026-11-30"), (1, 1, "2026-11-30")]


def test_invoices_name_the_buyer_of_the_text_in_force(shop: Shop) -> None:
    parent = deliveries.contract(shop)
    cars = deliveries.arrive(shop, VINS[0])
    deliveries.allocated(shop, deliveries.batch(shop, parent), *cars)
    number = amended(shop, parent)
    renamed = BuyerFacts(name="某市公安局警务保障中心", uscc="11530100015112347K", address="云南省某市人民路 2 号")
    edit(shop, number, "edit_buyer", renamed)
    assert "E-AMEND-NONE" not in gaps(shop, number)
    in_effect(shop, number)
    with shop.looking() as db:
        assert text_in_force(db, found(db, parent)).party(PartyRole.INVOICED).name == "某市公安局警务保障中心"
    old = NewInvoice(number="26530000000000000001", issued_on=date(2026, 11, 22), buyer="某市公安局", price=CAR)
    assert deliveries.refused(shop, "高洁", "2026-11-22 09:00", Unit, cars[0], "issue_invoice", old) == (
        "E-INVOICE-BUYER",
    )
    new = old.model_copy(update={"buyer": "某市公安局警务保障中心"})
    take(shop, "高洁", "2026-11-22 09:05", Unit, cars[0], "issue_invoice", new)


@pytest.mark.parametrize(("kind", "more", "refusal"), [
    (ContractKind.PROCUREMENT, 1, False), (ContractKind.PROCUREMENT, 2, True), (ContractKind.SALE, 2, False),
])  # fmt: skip
def test_public_money_adds_at_most_a_tenth(shop: Shop, kind: ContractKind, more: int, refusal: bool) -> None:
    parent = deliveries.contract(shop)
    with shop.acting("李娜", at(MORNING)) as ask:
        found(ask.db, parent).kind = kind
    assert ("E-GOV-10PCT" in gaps(shop, amended(shop, parent, (1, 10 + more, CAR)))) is refusal


# ── the margin ────────────────────────────────────────────────────────────────────────────────────────────────────


def rungs(shop: Shop) -> dict[str, int]:
    with shop.looking() as db:
        found = margins.ladder(db, db.scalars(select(Deal)).one(), date(2026, 12, 20))
        assert found is not None
        return {rung.what: rung.amount for rung in found.rungs}


def test_the_margin_is_that_of_the_cars_in_force_with_interest_by_their_plans(shop: Shop) -> None:
    later = 10 * CAR - 300_000_00
    payments = [(PaymentEvent.SIGNING, 300_000_00), (PaymentEvent.ACCEPTANCE, later)]
    number = deliveries.contract(shop, payments=payments)
    with shop.acting("高洁", at(MORNING)) as ask:
        [line] = found(ask.db, number).quotation.lines
        promise = LineExtra(
            store_id=shop.store.id, position=1, kind=ExtraKind.ALLOWANCE, name="补贴", amount=10_000_00,
            reference="CJ-1", good_until=date(2026, 11, 12), confirmed_by_id=ask.actor.id,
        )  # fmt: skip
        promise.confirmed_terms = pricing.promise_of(line, promise)
        line.extras = [promise]
    # six of ten cars leave on 30 November and are paid with the last, on 10 December: 10 days at 4.5 %
    assert rungs(shop) == {
        "cars": 10 * CAR, "cost_of_cars": 0, "allowance_of_cars": 10_000_00, "credit_interest": -753_04,
    }  # fmt: skip
    fewer = amended(shop, number, (1, 8, CAR))
    assert rungs(shop)["cars"] == 10 * CAR
    in_effect(shop, fewer)
    assert rungs(shop) == {
        "cars": 8 * CAR, "cost_of_cars": 0, "allowance_of_cars": 8_000_00, "credit_interest": -697_56,
    }  # fmt: skip
    other = NewCost(kind=CostKind.INTEREST, amount=500_00, note="银行实际计息单")
    with shop.acting("高洁", at("2026-12-20 09:00"), other) as ask:
        margins.record(ask.db.scalars(select(Deal)).one(), ask)
    assert rungs(shop)["credit_interest"] == -500_00


# ── clauses, particulars and further parties ──────────────────────────────────────────────────────────────────────

BETTER = "车辆与约定不符的，甲方应在接到通知后5日内修复或者更换。<b>粗</b>"


def signed_text(shop: Shop, kind: ContractKind = ContractKind.SALE) -> int:
    """A contract in effect whose text was frozen, as every signed one's is; with a further party that pays."""
    number = deliveries.contract(shop, payments=((PaymentEvent.ACCEPTANCE, 10 * CAR),))
    with shop.acting("李娜", at("2026-11-12 09:00")) as ask:
        made = found(ask.db, number)
        made.kind, made.damages_permille, made.damages_cap_percent = kind, 50, 5
        made.procurement = {"project": "租赁用车采购", "number": "CG-1", "way": "unknown"}
        payer = Party(store_id=made.store_id, position=2, roles=[PartyRole.PAYER.value], name="滇行财务有限公司")
        payer.uscc = "91530100MA6KCX9U4R"
        made.parties[0].roles = [role.value for role in PartyRole if role is not PartyRole.PAYER]
        made.parties.append(payer)
        ask.db.flush()
        freeze_terms(made, ask)
    return number


def test_a_clause_of_the_contract_is_worded_anew_reviewed_by_itself_and_applies_from_then_on(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    parent = signed_text(shop)
    number = amended(shop, parent)
    li_na = desk("李娜")
    li_na.turn_clock(MORNING)
    li_na.sign_in()
    assert li_na.get(f"/contracts/{number}/money").url == f"/contracts/{parent}/money"  # it has no account of its own
    page = li_na.get(f"/contracts/{number}/text")
    for words in ("第七条 生效与文本", "现行条款：需要变更的，在此修改", "甲方应在接到通知后10日内修复"):
        assert words in page.text
    page = li_na.submit(
        f"/contracts/{number}/change_clause?clause=repair_or_replace",
        {"clause": "repair_or_replace", "wording": BETTER, "english": "Within 5 days."},
    )
    assert page.url == f"/contracts/{number}/text"
    for words in ("原合同文字", "自本协议生效之日起以变更后的文字为准", BETTER, "有条款与本店文本不同"):
        assert words in page.text
    assert "<b>粗</b>" not in page.html
    edit(shop, number, "edit_procurement", Particulars(project="租赁用车采购", procurement_number="CG-2"))
    payer = EditedParty(
        party=2, name="滇行财务有限公司", uscc="91530100MA6KCX9U4R", bank="农商银行", bank_account="1234"
    )
    edit(shop, number, "edit_party", payer)
    assert refused(shop, number, "edit_party", payer.model_copy(update={"party": 3})) == ("E-PARTY-NONE",)
    assert gaps(shop, number) == []
    edit(shop, number, "submit", None)
    remark = ClauseRemark(clause="repair_or_replace", text="5日是否含节假日？")
    take(shop, "高洁", MORNING, Contract, number, "remark", remark)
    edit(shop, number, "answer_remark", RemarkAnswer(remark=1, answer="自然日。"))
    with shop.acting("陈静", at(MORNING)) as ask:
        made = found(ask.db, number)
        assert Occasion.CLAUSES in general_manager_for(made, ask)
        terms = frozen_terms(made)
        assert [(each.number, each.zh, each.en) for each in terms.wordings] == [("6.4", BETTER, "Within 5 days.")]
        assert [(each.what, each.before, each.after) for each in terms.particulars] == [("number", "CG-1", "CG-2")]
        assert terms.parties_change
        keys = {clause.key for article in terms.articles for clause in article.clauses}
    assert {
        "amended_no_cars",
        "amended_total_stays",
        "amended_clauses",
        "amended_procurement",
        "amended_parties",
    } <= keys
    in_effect(shop, number)
    with shop.looking() as db:
        standing = standing_clauses(db, found(db, parent))
        assert standing["repair_or_replace"].clause.text() == BETTER
    later = amended(shop, parent)
    same = ClauseWording(clause="repair_or_replace", wording=BETTER)
    assert refused(shop, later, "change_clause", same) == ("E-CLAUSE-SAME",)
    of_its_own = ClauseWording(clause="amendment_effect", wording="本协议自盖章之日起生效。")
    edit(shop, later, "change_clause", of_its_own)
    assert "E-AMEND-NONE" in gaps(shop, later)  # how the paper is worded changes nothing of the contract
    edit(shop, later, "change_clause", same.model_copy(update={"wording": "更换即可。"}))
    assert gaps(shop, later) == []


def test_the_clauses_of_an_award_stay(shop: Shop) -> None:
    number = amended(shop, signed_text(shop, ContractKind.PROCUREMENT))
    edit(shop, number, "change_clause", ClauseWording(clause="repair_or_replace", wording=BETTER))
    assert gaps(shop, number) == ["E-GOV-TERMS"]
    edit(shop, number, "restore_clause", ChosenClause(clause="repair_or_replace"))
    assert gaps(shop, number) == ["E-AMEND-NONE"]
