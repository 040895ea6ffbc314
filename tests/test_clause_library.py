"""The clause library: a clause is worded anew, the general manager approves it, contracts take it up from its day."""

from collections.abc import Callable
from datetime import date
from html import escape
from typing import Any

import pytest
from sqlalchemy import update

from dealer import workflow
from dealer.contracts import clause_versions
from dealer.contracts.clause_effects import Piece, compared
from dealer.contracts.clause_versions import ClauseText
from dealer.contracts.contract_forms import ReviewNote
from dealer.deals.deals import Comment
from dealer.engine.steps import Ask, Refused
from dealer.people import by_number
from dealer.records.clauses import ClauseState, ClauseVersion
from dealer.records.deals import DealState
from dealer.terms.clauses import library
from tests.cast import Shop
from tests.conftest import at
from tests.contracts import contract_of, gaps_of, press_says, stand, take
from tests.desk import Desk
from tests.test_contract_clauses import clauses_of, small_draft, word

Desks = Callable[[str], Desk]

KEY = "repair_or_replace"
WAS = library()[KEY]
FIRST = "2026-11-05"
HOSTILE = "<b>粗</b><img src=http://example.com/x.png>file:///etc/passwd{{7*7}}"
BETTER = {
    "zh": "车辆与约定不符的，甲方应在接到通知后**5日**内修复或者更换。",
    "en": "Party A repairs or replaces a vehicle that does not conform within **5 days** of the notice.",
    "from_day": FIRST,
    "reason": "法务意见：缩短修复期限",
}


def text(**changed: Any) -> ClauseText:
    return ClauseText.model_validate(BETTER | changed)


def new_version(shop: Shop, key: str = KEY, who: str = "陈静", when: str = "2026-11-03 09:00", **changed: Any) -> int:
    """Somebody drafts and submits a version; its number."""
    with shop.acting(who, at(when), text(**changed)) as ask:
        version = clause_versions.blank(ask, key)
        workflow.begin(version, "draft", ask)
    step(shop, who, version.number, "submit", when)
    return version.number


def step(shop: Shop, who: str, number: int, action: str, when: str, facts: Any = None) -> ClauseVersion:
    with shop.acting(who, at(when), facts) as ask:
        version: ClauseVersion = by_number(ask.db, ClauseVersion, ask.actor, number)
        workflow.take(version, action, ask)
        return version


def codes(shop: Shop, *request: Any) -> tuple[str, ...]:
    with pytest.raises(Refused) as refusal:
        step(shop, *request)
    return refusal.value.codes


def test_a_new_wording_is_written_compared_approved_and_taken_up_from_its_day(shop: Shop, desk: Desks) -> None:
    """Three contracts stand open: a draft, a draft with words of its own, and one in review."""
    deals, drafts = zip(*(small_draft(shop) for _ in range(3)), strict=True)
    word(shop, drafts[1], text="五日内修复。")
    stand(shop, deals[2], DealState.CONTRACT_REVIEW, "2026-11-03 09:30")
    clerk, manager = desk("吴倩"), desk("周建国")
    clerk.turn_clock("2026-11-03 10:00")
    assert f"/clauses/{KEY}" in clerk.get("/clauses?q=10日内修复").html
    assert "没有条款包含这些文字" in clerk.get("/clauses?q=独角兽").text
    blank = clerk.get(f"/clauses/{KEY}/new")
    assert WAS.zh in blank.text
    wrong = clerk.submit(f"/clauses/{KEY}/new", BETTER | {"zh": f"{HOSTILE}{BETTER['zh']}"})
    assert "花括号只用于填入项的名称" in wrong.text
    hostile = HOSTILE.replace("{{7*7}}", "")
    draft = clerk.submit(f"/clauses/{KEY}/new", BETTER | {"zh": f"{hostile}{BETTER['zh']}"})
    assert draft.url == "/clauses/1"
    assert escape(hostile) in draft.html.replace("<ins>", "").replace("</ins>", "").replace("<del>", "")
    assert "<img src=http" not in draft.html
    page = clerk.submit("/clauses/1/edit", BETTER)
    assert "<ins>**5</ins>" in page.html
    clerk.submit("/clauses/1/submit")
    assert "审批条款新版本" in manager.get("/today").text
    seen = manager.get("/clauses/1").text
    for words in ("2026年11月5日", "将采用新文字的草稿 1", "另有约定的草稿：须重新核对 1",
                  "已提交：不受影响 1", "法务意见：缩短修复期限"):  # fmt: skip
        assert words in seen
    assert clerk.ask("/clauses/1/approve").codes == ("E-NOT-YOURS",)
    manager.submit("/clauses/1/approve", form_at="/clauses/1")
    assert "第 2 版，2026年11月5日起" in manager.get("/clauses").text
    # the day before its day nothing is different; from then on the draft says it, and the other two say what they said
    li_na = desk("李娜")
    assert WAS.zh[:12] in li_na.get(f"/contracts/{drafts[0]}/text").text
    assert gaps_of(shop, drafts[1], "2026-11-04 09:00") == ()
    li_na.turn_clock(f"{FIRST} 09:00")
    li_na.sign_in()
    text_page = li_na.get(f"/contracts/{drafts[0]}/text").text
    assert "5日内修复或者更换" in text_page
    assert "**" not in text_page
    assert gaps_of(shop, drafts[1], f"{FIRST} 09:00") == ("E-CLAUSE-STALE",)
    assert clauses_of(contract_of(shop, drafts[2]))[KEY] == WAS.zh.replace("**", "")
    # printed with the version of the day it was submitted on: for ever
    for who, action in (("陈静", "pass_risk"), ("高洁", "pass_finance")):
        take(shop, who, f"{FIRST} 10:00", drafts[2], action, ReviewNote())
    stand(shop, deals[2], DealState.TEST_DRIVE, f"{FIRST} 10:00")
    press_says(shop, drafts[2])
    take(shop, "吴倩", f"{FIRST} 11:00", drafts[2], "issue")
    code = contract_of(shop, drafts[2]).code
    assert code is not None
    manager.sign_in()
    first = manager.get(f"/clauses/{KEY}?printed=1").text
    assert f"以第 1 版打印的文本 {code}" in first
    assert "1 份合同对本条款另作约定" in first
    assert code not in manager.get(f"/clauses/{KEY}").text.partition("打印的文本")[2]
    # a wording changed behind the program's back goes into no contract
    with shop.database.writing(shop.store.id) as db:
        db.execute(update(ClauseVersion).values(zh="甲方概不负责。"))
    assert gaps_of(shop, drafts[0], f"{FIRST} 12:00") == ("E-CLAUSE-FORGED",)


def test_nobody_approves_a_wording_that_they_have_written_on(shop: Shop) -> None:
    """The general manager stands in for the key-account manager and changes a draft that she then submits."""
    number = new_version(shop)
    step(shop, "周建国", number, "return", "2026-11-03 10:00", Comment(comment="请写明期限"))
    shop.send_away("陈静", "周建国", date(2026, 11, 4), date(2026, 11, 4))
    step(shop, "周建国", number, "edit", "2026-11-04 09:00", text())
    step(shop, "陈静", number, "submit", "2026-11-05 09:00")
    assert codes(shop, "周建国", number, "approve", "2026-11-05 10:00") == ("E-SELF-APPROVE",)


def test_two_people_and_one_version_at_a_time(shop: Shop) -> None:
    number = new_version(shop)
    with shop.acting("陈静", at("2026-11-03 10:00"), text()) as ask, pytest.raises(Refused) as twice:
        workflow.begin(clause_versions.blank(ask, KEY), "draft", ask)
    assert twice.value.codes == ("E-CLAUSE-OPEN",)
    shop.send_away("周建国", "陈静", date(2026, 11, 1), date(2026, 11, 30))
    assert codes(shop, "陈静", number, "approve", "2026-11-03 11:00") == ("E-SELF-APPROVE",)
    assert codes(shop, "周建国", number, "approve", "2026-11-06 09:00") == ("E-DAY-PAST",)
    step(shop, "周建国", number, "approve", "2026-11-04 09:00")
    earlier = new_version(shop, key="court", from_day="2026-11-20",
                          zh="向{court}人民法院起诉。", en="Courts at {court}.")  # fmt: skip
    step(shop, "周建国", earlier, "approve", "2026-11-04 09:00")
    with pytest.raises(Refused) as out_of_order:
        new_version(shop, key="court", from_day="2026-11-10", zh="由{court}人民法院管辖。", en="At {court}.")
    assert out_of_order.value.codes == ("E-CLAUSE-ORDER",)
    assert step(shop, "周建国", earlier, "cancel", "2026-11-04 10:00",
                Comment(comment="再议")).state is ClauseState.WITHDRAWN  # fmt: skip
    assert codes(shop, "周建国", number, "cancel", f"{FIRST} 10:00", Comment(comment="晚了")) == ("E-IN-FORCE",)


KNOWN = "总价{total}元，大写{total_capitals}。"


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"zh": "{totl}元"}, "E-CLAUSE-NAME", "zh"),
        ({"en": "{ends}"}, "E-CLAUSE-NAME", "en"),  # a framework knows it, a sale does not
        ({"zh": "{ total }"}, "E-CLAUSE-NAME", "zh"),
        ({"zh": "{{total}}"}, "E-CLAUSE-NAME", "zh"),
        ({"zh": "**半截"}, "E-CLAUSE-BOLD", "zh"),
        ({"zh": "**粗**" * 10}, "E-CLAUSE-BOLD", "zh"),
        ({"zh": KNOWN, "en": "{total} yuan"}, "E-CLAUSE-LANGUAGES", "en"),
        ({"zh": KNOWN, "en": "{total} yuan, {total_capitals}; {Everyone} agree under {article.breach}"},
         "E-CLAUSE-LANGUAGES", "en"),
        ({"zh": KNOWN, "en": "{Everyone}: {total} yuan, {total_capitals}"}, None, ""),
    ],
)  # fmt: skip
def test_what_is_filled_in_is_known_paired_and_the_same_in_both_languages(
    changed: dict[str, str], code: str | None, field: str
) -> None:
    ask = Ask(None, None, at("2026-11-03 09:00"), text(**changed))  # type: ignore[arg-type]
    version = ClauseVersion(key="total")
    rules = (
        clause_versions.filled_in_names_are_known, clause_versions.bold_is_marked_in_pairs,
        clause_versions.both_languages_say_the_same,
    )  # fmt: skip
    found = next((refusal for rule in rules if (refusal := rule(version, ask))), None)
    assert (found.code if found else None, found.field if found else "") == (code, field)


def test_two_wordings_are_held_side_by_side_word_by_word() -> None:
    assert compared("甲方应在10日内修复{payer}。", "甲方应在5日内修复{user}。") == [
        Piece("甲方应在"), Piece("10", "gone"), Piece("5", "new"), Piece("日内修复"), Piece("{payer}", "gone"),
        Piece("{user}", "new"), Piece("。"),
    ]  # fmt: skip
    assert compared("", "new") == [Piece("new", "new")]
