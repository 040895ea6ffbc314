"""Appraisals: figures equal what was entered, the manager completes and signs, the person sees it."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from dealer.engine.database import next_number
from dealer.engine.steps import place
from dealer.records.care import CareCall, CareState, Satisfaction
from dealer.records.planning import Plan, PlanKind, PlanLine, PlanScope, PlanState
from dealer.records.staffing import Appraisal, AppraisalState
from dealer.staffing import appraisal_figures
from dealer.staffing.appraisal_figures import Share
from tests import deliveries as scene
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk

Desks = Callable[[str], Desk]
WORDS = {"remark": "跟进及时，登记完整", "suggestion": "建议奖励 500 元"}


@pytest.mark.parametrize(
    "shares, score",
    [
        ((), None),
        ((("follow_ups", 0, 0, 30),), None),
        ((("follow_ups", 3, 4, 30), ("register", 0, 0, 20)), 75),
        ((("follow_ups", 3, 4, 30), ("register", 1, 2, 20)), 65),
        ((("targets", 9, 6, 30), ("register", 1, 2, 30)), 75),
        ((("follow_ups", 1, 2, 0),), None),
    ],
)
def test_the_score_weighs_what_there_was_to_count(
    shares: tuple[tuple[str, int, int, int], ...], score: int | None
) -> None:
    assert appraisal_figures.score([Share(*each) for each in shares]) == score


def _a_month(shop: Shop, wang: Desk) -> None:
    """王磊's November: four contacts promised, of which one came late and one not at all."""
    card = {"name": "段先生", "phone": "13888880001", "source": "passing_by"}
    url = wang.submit("/prospects/new", card, when="2026-11-02 10:00").url
    wang.submit(f"{url}/set_level", {"level": "B"})
    for when, following in (
        ("2026-11-02 10:10", "2026-11-04T10:00"),
        ("2026-11-04 18:00", "2026-11-06T10:00"),  # on its day
        ("2026-11-09 10:00", "2026-11-11T10:00"),  # three days late
        ("2026-11-10 10:00", "2026-11-16T10:00"),  # early, and then nobody called
    ):
        wang.turn_clock(when)
        wang.sign_in()
        said = {"how": "call", "what": "约看车", "next_at": following}
        assert wang.submit(f"{url}/contact", said, form_at=url).status == 200, when


def _plan(shop: Shop, person: str, cars: int) -> None:
    with shop.acting("周建国", at("2026-10-20 09:00")) as ask:
        plan = Plan(
            store_id=shop.store.id, kind=PlanKind.SALES, year=2026, effective_from=date(2026, 11, 1),
            made_by_id=shop.person("陈静").id, approved_at=ask.at, since=ask.at, begun_at=ask.at,
            number=next_number(ask.db, shop.store.id, "plan"),
        )  # fmt: skip
        place(plan, PlanState.APPROVED)
        whose = str(shop.person(person).id)
        plan.lines = [
            PlanLine(store_id=shop.store.id, scope=PlanScope.PERSON, whose=whose, month=date(2026, 11, 1), amount=cars)
        ]
        ask.db.add(plan)


def test_a_sheet_goes_from_the_figures_to_the_signature_and_is_then_seen(shop: Shop, desk: Desks) -> None:
    wang = desk("王磊")
    _a_month(shop, wang)
    _plan(shop, "王磊", 6)
    desk("马超").turn_clock("2026-11-30 17:00")
    ma = desk("马超")
    begin = {"person": str(shop.person("王磊").id), "month": "2026-11-15"}
    assert ma.ask("/appraisals/new", begin).codes == ("E-MONTH-OPEN",)
    ma.turn_clock("2026-12-01 09:00")
    ma, wang, chen = desk("马超"), desk("王磊"), desk("陈静")
    # of their own people only, and nobody of themselves
    assert chen.ask("/appraisals/new", begin).codes == ("E-APPRAISER",)
    own = begin | {"person": str(shop.person("马超").id)}
    assert ma.ask("/appraisals/new", own).codes == ("E-SELF-APPROVE",)
    assert "李娜" not in ma.get("/appraisals/new").text
    page = ma.submit("/appraisals/new", begin)
    assert page.url == "/appraisals/1"
    # four contacts were due in November, one was made late and one never; six cars are the target, none was sold
    assert "按时跟进 2 / 4 50 % 30" in page.text
    assert "销售目标 0 / 6 0 % 30" in page.text
    assert "得分 25" in page.text
    assert ma.ask("/appraisals/new", begin).codes == ("E-APPRAISED",)
    assert wang.get("/appraisals/1").status == 404
    assert ma.ask("/appraisals/1/sign").codes == ("E-STATE",)
    assert ma.submit("/appraisals/1/complete", WORDS).status == 200
    assert ma.submit("/appraisals/1/sign").status == 200
    # what is entered afterwards changes nothing that was signed
    _plan(shop, "王磊", 60)
    assert "销售目标 0 / 6" in ma.get("/appraisals/1").text
    assert "阅知" in wang.get("/today").text
    assert "建议奖励 500 元" in wang.get("/appraisals/1").text
    assert ma.ask("/appraisals/1/see", {"answer": ""}).codes == ("E-NOT-YOURS",)
    assert wang.submit("/appraisals/1/see", {"answer": "同意"}).status == 200
    with shop.looking() as db:
        sheet = db.scalars(select(Appraisal)).one()
    assert (sheet.state, sheet.score, sheet.answer) == (AppraisalState.SEEN, 25, "同意")
    assert "王磊" not in desk("李娜").get("/appraisals").text


def test_satisfaction_counts_the_answers_after_ones_own_handovers(shop: Shop) -> None:
    _, cars = scene.ready(shop, 1)
    scene.delivered(shop, *cars)
    with shop.acting("林芳", at("2026-11-30 10:00")) as ask:
        calls = list(ask.db.scalars(select(CareCall).where(CareCall.handover_id.is_not(None)).order_by(CareCall.id)))
        assert len(calls) >= 2
        for call, grade in zip(calls, (Satisfaction.SATISFIED, Satisfaction.SO_SO), strict=False):
            place(call, CareState.DONE)
            call.grade, call.ended_at = grade, ask.at
    with shop.looking() as db:
        whose = shop.person("李娜").id
        found = appraisal_figures.shares(db, shop.store.id, whose, date(2026, 11, 1), at("2026-12-01 09:00"))
        counted = {each.name: (each.done, each.of) for each in found}
        assert counted["satisfaction"] == (1, 2)
        sold = {each.name: each for each in found}["targets"]
        assert (sold.done, sold.of, sold.percent) == (1, 0, None)
