"""Single clauses of a contract: worded anew, restored, remarked on, answered; and the kind of text a deal needs."""

from collections.abc import Callable
from html import escape

import pytest

from dealer import deadlines
from dealer.contracts.clause_forms import ChosenClause, ClauseRemark, ClauseWording, RemarkAnswer
from dealer.contracts.contract_acts import frozen_terms
from dealer.contracts.contract_forms import ChosenKind, FurtherParty, Reason, WordingFacts
from dealer.contracts.contract_rules import general_manager_for, reviewers
from dealer.people import by_number
from dealer.records.contracts import Contract, ContractKind, ContractState, DepositKind, Occasion, Reviewer
from dealer.records.deals import DealState, PurchaseMode
from tests.cast import Shop
from tests.conftest import at
from tests.contracts import (
    accepted_deal,
    answer,
    contract_of,
    delivery,
    draw_up,
    gaps_of,
    in_review,
    note,
    payment,
    refused,
    stand,
    take,
    y,
)
from tests.desk import Desk

Desks = Callable[[str], Desk]

S = ContractState
MORNING = "2026-11-03 09:00"
OURS = "车辆与约定不符的，甲方应在接到通知后5日内修复；逾期的，乙方可以要求更换新车。"
HOSTILE = "<img src=x onerror=alert(1)> {total} **粗** {{7*7}}"


def small_draft(shop: Shop) -> tuple[int, int]:
    """Five cars for a company: nothing about it needs the general manager. Deal and contract."""
    deal = accepted_deal(shop, ("X5", 5, 131_800), public=False, mode=PurchaseMode.DIRECT)
    number = draw_up(shop, deal)
    take(shop, "李娜", MORNING, number, "edit_delivery", delivery((5, "2026-11-30")))
    take(shop, "李娜", MORNING, number, "edit_payment", payment(659_000))
    assert gaps_of(shop, number) == ()
    return deal, number


def word(shop: Shop, number: int, clause: str = "repair_or_replace", text: str = OURS) -> None:
    take(shop, "李娜", MORNING, number, "change_clause", ClauseWording(clause=clause, wording=text))


def occasions(shop: Shop, number: int) -> tuple[Occasion, ...]:
    with shop.acting("陈静", at(MORNING)) as ask:
        return general_manager_for(by_number(ask.db, Contract, ask.actor, number), ask)


def clauses_of(contract: Contract) -> dict[str, str]:
    return {clause.key: clause.text() for each in frozen_terms(contract).articles for clause in each.clauses}


# ── worded anew ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_changed_clause_goes_to_the_general_manager_by_itself(shop: Shop, desk: Desks) -> None:
    deal, number = small_draft(shop)
    li_na = desk("李娜")
    blank = li_na.get(f"/contracts/{number}/change_clause?clause=repair_or_replace")
    assert "甲方应在接到通知后10日内修复" in blank.text
    fields = {"clause": "repair_or_replace", "wording": OURS, "english": "Within 5 days."}
    page = li_na.submit(f"/contracts/{number}/change_clause?clause=repair_or_replace", fields)
    assert page.url == f"/contracts/{number}/text"
    for words in ("本合同须经总经理评审", "有条款与本店文本不同", "6.4", "甲方应在接到通知后10日内修复", OURS):
        assert words in page.text
    stand(shop, deal, DealState.CONTRACT_REVIEW, "2026-11-03 10:00")
    for who, action in (("陈静", "pass_risk"), ("高洁", "pass_finance")):
        take(shop, who, "2026-11-03 11:00", number, action, note())
    waiting = desk("周建国").get(f"/contracts/{number}")
    assert "有条款与本店文本不同" in waiting.text
    assert contract_of(shop, number).state is S.IN_REVIEW
    approved = take(shop, "周建国", "2026-11-03 12:00", number, "pass_house", note())
    assert approved.state is S.APPROVED
    assert clauses_of(approved)["repair_or_replace"] == OURS
    assert "Within 5 days." in str(approved.frozen)


def test_restored_with_one_click_the_house_has_its_word_and_the_manager_his_peace(shop: Shop, desk: Desks) -> None:
    _, number = small_draft(shop)
    word(shop, number)
    assert occasions(shop, number) == (Occasion.CLAUSES,)
    li_na = desk("李娜")
    page = li_na.get(f"/contracts/{number}/text")
    page = li_na.post(f"/contracts/{number}/restore_clause", {"clause": "repair_or_replace"}, page)
    assert page.url == f"/contracts/{number}/text"
    assert OURS not in page.text
    assert occasions(shop, number) == ()
    facts = ChosenClause(clause="repair_or_replace")
    assert set(refused(shop, "李娜", MORNING, number, "restore_clause", facts)) == {"E-CLAUSE-NONE"}
    assert refused(shop, "周建国", MORNING, number, "pass_house", note()) == ("E-STATE",)


def test_a_special_term_is_an_added_clause(shop: Shop) -> None:
    _, number = small_draft(shop)
    take(shop, "李娜", MORNING, number, "edit_wording", WordingFacts(special="车牌由乙方自选。"))
    assert occasions(shop, number) == (Occasion.CLAUSES,)
    take(shop, "李娜", MORNING, number, "edit_wording", WordingFacts())
    assert occasions(shop, number) == ()


def test_the_total_and_the_words_are_two_occasions(shop: Shop) -> None:
    _, number = in_review(shop)
    assert occasions(shop, number) == (Occasion.ABOVE,)
    with shop.acting("陈静", at(MORNING)) as ask:
        found = by_number(ask.db, Contract, ask.actor, number)
        found.special = "车牌由乙方自选。"
        assert general_manager_for(found, ask) == (Occasion.ABOVE, Occasion.CLAUSES)
        assert reviewers(found, ask) == (Reviewer.KEY_ACCOUNT, Reviewer.FINANCE, Reviewer.GENERAL)


def test_hostile_wording_is_shown_and_printed_as_the_text_it_is(shop: Shop, desk: Desks) -> None:
    deal, number = small_draft(shop)
    word(shop, number, "no_transfer", HOSTILE)
    page = desk("李娜").get(f"/contracts/{number}/text")
    assert HOSTILE in page.text
    assert escape(HOSTILE) in page.html
    assert "<img src=x" not in page.html
    stand(shop, deal, DealState.CONTRACT_REVIEW, "2026-11-03 10:00")
    assert clauses_of(contract_of(shop, number))["no_transfer"] == HOSTILE


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        (ClauseWording(clause="deposit", wording="没有定金的合同没有这一条。"), ("E-CLAUSE-NONE",)),
        (ClauseWording(clause="special_1", wording="特别约定在别处修改。"), ("E-CLAUSE-NONE",)),
        (ClauseWording(clause="nonsense", wording="没有这一条。"), ("E-CLAUSE-NONE",)),
        (ClauseWording(clause="no_deposit", wording="本合同不设定金，甲方也不收取订金。"), ("E-CLAUSE-SAME",)),
        (ClauseWording(clause="no_deposit", wording="本合同不设定金。"), ()),
    ],
)
def test_only_what_the_contract_says_can_be_worded_anew(
    shop: Shop, facts: ClauseWording, codes: tuple[str, ...]
) -> None:
    _, number = small_draft(shop)
    assert answer(shop, "李娜", MORNING, number, "change_clause", facts) == codes


def test_a_changed_clause_whose_ground_has_moved_is_looked_at_again(shop: Shop) -> None:
    """It was written beside another sentence: neither is printed in silence."""
    _, number = small_draft(shop)
    word(shop, number, "payment_plan", "乙方分期付款，见下表：")
    word(shop, number, "total", "总价六十五万九千元。")
    assert gaps_of(shop, number) == ()
    with shop.acting("李娜", at(MORNING)) as ask:
        found = by_number(ask.db, Contract, ask.actor, number)
        found.lines[0].unit_price = y(131_000)
        found.total = y(655_000)
    assert "E-CLAUSE-STALE" in gaps_of(shop, number)
    word(shop, number, "total", "总价六十五万五千元。")
    take(shop, "李娜", MORNING, number, "edit_payment", payment(655_000))
    assert "E-CLAUSE-STALE" not in gaps_of(shop, number)


def test_a_changed_clause_that_falls_away_is_restored_from_the_page(shop: Shop, desk: Desks) -> None:
    """Words about a contract without 定金 have no place in one with it."""
    _, number = small_draft(shop)
    word(shop, number, "no_deposit", "本合同不设定金，也不设押金。")
    with_deposit = payment(
        payments=({"event": "acceptance", "days": 10, "amount": y(559_000)},),
        deposit_kind=DepositKind.EARNEST,
        deposit=y(100_000),
    )
    take(shop, "李娜", MORNING, number, "edit_payment", with_deposit)
    assert gaps_of(shop, number) == ("E-CLAUSE-STALE",)
    li_na = desk("李娜")
    page = li_na.get(f"/contracts/{number}/text")
    assert "该条款修改过，但本合同已不含此条" in page.text
    li_na.post(f"/contracts/{number}/restore_clause", {"clause": "no_deposit"}, page)
    assert gaps_of(shop, number) == ()


def test_a_text_that_was_submitted_is_not_worded_anew(shop: Shop) -> None:
    _, number = in_review(shop)
    facts = ClauseWording(clause="no_transfer", wording="可以转让。")
    assert refused(shop, "李娜", "2026-11-03 12:00", number, "change_clause", facts) == ("E-STATE",)


# ── remarks ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_remark_is_answered_at_its_clause_before_the_text_is_submitted_again(shop: Shop, desk: Desks) -> None:
    deal, number = in_review(shop)
    take(shop, "陈静", "2026-11-03 11:00", number, "pass_risk", note())
    remarked = desk("高洁").submit(
        f"/contracts/{number}/remark?clause=account", {"clause": "account", "text": "请写明开户行联行号。"}
    )
    assert remarked.url == f"/contracts/{number}/text"
    assert "请写明开户行联行号。" in remarked.text
    with shop.looking() as db:
        due = deadlines.open_for(db, contract_of(shop, number), "answer_remarks")
        assert [row.owner_id for row in due] == [shop.person("李娜").id]
    li_na = desk("李娜")
    assert "待答复" in li_na.get(f"/contracts/{number}/text").text
    stand(shop, deal, DealState.QUOTATION, "2026-11-03 13:00")
    returned = contract_of(shop, number)
    assert (returned.state, [review.cleared for review in returned.reviews]) == (S.RETURNED, [True])
    take(shop, "李娜", "2026-11-03 13:10", number, "redraft")
    assert gaps_of(shop, number, "2026-11-03 13:15") == ("E-REMARK-OPEN",)
    assert "有 1 条评审批注待答复" in li_na.get(f"/contracts/{number}").text
    answered = li_na.submit(
        f"/contracts/{number}/answer_remark?remark=1", {"remark": "1", "answer": "已在特别约定写明。"}
    )
    assert answered.url == f"/contracts/{number}/text"
    for words in ("请写明开户行联行号。", "已在特别约定写明。", "李娜"):
        assert words in answered.text
    assert gaps_of(shop, number, "2026-11-03 13:30") == ()
    with shop.looking() as db:
        assert not deadlines.open_for(db, contract_of(shop, number), "answer_remarks")
    again = RemarkAnswer(remark=1, answer="再说一次。")
    assert set(refused(shop, "李娜", "2026-11-03 14:00", number, "answer_remark", again)) == {"E-REMARK-NONE"}


def test_all_reviewers_remark_at_once_and_nobody_else(shop: Shop) -> None:
    _, number = in_review(shop)
    for who in ("陈静", "高洁", "周建国"):
        facts = ClauseRemark(clause="account", text=f"{who}的意见")
        take(shop, who, "2026-11-03 11:00", number, "remark", facts)
    remarks = contract_of(shop, number).remarks
    assert [(each.number, each.revision, each.text) for each in remarks] == [
        (1, 1, "陈静的意见"),
        (2, 1, "高洁的意见"),
        (3, 1, "周建国的意见"),
    ]
    facts = ClauseRemark(clause="account", text="我的意见")
    assert refused(shop, "李娜", "2026-11-03 11:00", number, "remark", facts) == ("E-NOT-YOURS",)
    elsewhere = ClauseRemark(clause="deposit", text="没有这一条")
    assert refused(shop, "高洁", "2026-11-03 11:00", number, "remark", elsewhere) == ("E-CLAUSE-NONE",)


# ── kinds ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_lease_says_who_uses_the_cars(shop: Shop, desk: Desks) -> None:
    deal, number = small_draft(shop)
    page = desk("李娜").submit(f"/contracts/{number}/choose_kind", {"kind": "lease"})
    assert "租赁购车合同的使用方不是买受方" in page.text
    assert gaps_of(shop, number) == ("E-LESSEE",)
    lessee = FurtherParty(name="昆明春城出行服务有限公司", uscc="91530100MA6N8YRL9W", uses=True)
    take(shop, "李娜", MORNING, number, "add_party", lessee)
    assert gaps_of(shop, number) == ()
    stand(shop, deal, DealState.CONTRACT_REVIEW, "2026-11-03 10:00")
    said = clauses_of(contract_of(shop, number))
    assert "丙方选定车辆和甲方" in said["opening_lease"]
    assert "向丙方交付即为向乙方交付" in said["delivered_to_lessee"]


@pytest.mark.parametrize(
    ("public", "kind", "codes"),
    [
        (False, ContractKind.SALE, ()),
        (False, ContractKind.PROCUREMENT, ()),
        (False, ContractKind.FRAMEWORK, ("E-KIND",)),
        (False, ContractKind.AMENDMENT, ("E-KIND",)),
        (True, ContractKind.SALE, ("E-KIND",)),
        (True, ContractKind.PROCUREMENT, ()),
    ],
)
def test_a_draft_chooses_among_the_texts_of_a_sale(
    shop: Shop, public: bool, kind: ContractKind, codes: tuple[str, ...]
) -> None:
    number = draw_up(shop, accepted_deal(shop, public=public))
    assert answer(shop, "李娜", MORNING, number, "choose_kind", ChosenKind(kind=kind)) == codes


def test_a_company_that_tenders_is_no_public_purchaser(shop: Shop, desk: Desks) -> None:
    """招标投标 is not 政府采购: the text follows the tender and leaves the procurement law out."""
    number = draw_up(shop, accepted_deal(shop, public=False, mode=PurchaseMode.OPEN_TENDER))
    text = desk("李娜").get(f"/contracts/{number}/text").text
    assert "已确定甲方为中标（成交）人" in text
    assert "政府采购法" not in text


def test_an_ended_contract_is_still_read_and_a_stranger_reads_none(shop: Shop, desk: Desks) -> None:
    _, number = small_draft(shop)
    assert desk("王磊").get(f"/contracts/{number}/text").status == 404
    take(shop, "李娜", MORNING, number, "void", Reason(reason="客户要求重拟"))
    page = desk("李娜").get(f"/contracts/{number}/text?lang=en")
    assert page.status == 200
    assert "Party A sells to Party B the following vehicles" in page.text
    assert "change_clause" not in page.html
