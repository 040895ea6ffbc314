"""Scenes of the demo about plans: a sales plan and a budget in force, and a sales plan that waits for approval."""

from datetime import date

from dealer.demo.demo_stage import Stage
from dealer.planning import plans, work_plans
from dealer.planning.plan_forms import BudgetFacts, BudgetRow, NewPlan, PlanFacts, PlanRow
from dealer.planning.spreading import last_of, months_of
from dealer.planning.work_plans import NewWorkPlan, WorkPlanWords
from dealer.records.customers import CustomerClass
from dealer.records.planning import BudgetHeading, Plan, PlanKind, WorkPlan

SHARES = {"李娜": 14, "王磊": 10, "何涛": 4}  # cars a month; the store's target asks for two more
OF_MODELS = {"X5": 16, "E3": 9, "M7": 5}
OF_CLASSES = {CustomerClass.POLICE: 8, CustomerClass.STATE_GROUP: 12, CustomerClass.RENTAL: 10}
MONTHLY = {
    BudgetHeading.REVENUE: 3_900_000_00,
    BudgetHeading.MARKETING: 45_000_00,
    BudgetHeading.TRAVEL: 12_000_00,
    BudgetHeading.HOSPITALITY: 8_000_00,
}


def a_plan_and_a_budget_count(stage: Stage) -> None:
    """Six weeks ago the key-account manager wrote both and the general manager approved them."""
    _approved(stage, PlanKind.SALES, _targets(stage, 44, 30))
    spent = {f"m{month}": 0 for month in range(1, 13)}
    rows = tuple(
        BudgetRow(whose=f"heading:{heading.value}", **spent | dict.fromkeys(_open(stage, 44), amount))
        for heading, amount in MONTHLY.items()
    )
    _approved(stage, PlanKind.BUDGET, BudgetFacts(effective_from=_first(stage, 44), rows=rows))


def a_higher_plan_waits(stage: Stage) -> None:
    """Yesterday a version with more cars was handed in."""
    number = _draft(stage, PlanKind.SALES, 1)
    before = _targets(stage, 44, 30)
    raised = dict.fromkeys(_open(stage, 1), 34)
    store, *others = before.rows
    facts = PlanFacts(
        effective_from=_first(stage, 1),
        rows=(store.model_copy(update=raised), *others),
        remark="年末冲量，全店每月加四台",
    )
    stage.take("陈静", 1, "16:40", Plan, number, "edit", facts)
    stage.take("陈静", 1, "16:45", Plan, number, "submit")


def _first(stage: Stage, days_ago: int) -> date:
    """From when a version of this year may count that was written then."""
    return max(stage.day(days_ago), date(stage.day(0).year, 1, 1))


def _open(stage: Stage, days_ago: int) -> list[str]:
    """The months that were not over then."""
    return [f"m{month.month}" for month in months_of(stage.day(0).year) if last_of(month) >= stage.day(days_ago)]


def _targets(stage: Stage, days_ago: int, store: int) -> PlanFacts:
    of_models = {f"model:{stage.models[code]}": cars for code, cars in OF_MODELS.items()}
    of_people = {f"person:{stage.people[name].id}": cars for name, cars in SHARES.items()}
    group = {f"group:{stage.people['张伟'].id}": SHARES["李娜"] + SHARES["王磊"]}
    of_classes = {f"customer_class:{each.value}": cars for each, cars in OF_CLASSES.items()}
    told = {"store": store} | group | of_people | of_models | of_classes
    rows = tuple(PlanRow(whose=whose, **dict.fromkeys(_open(stage, days_ago), cars)) for whose, cars in told.items())
    return PlanFacts(effective_from=_first(stage, days_ago), rows=rows)


def _draft(stage: Stage, kind: PlanKind, days_ago: int) -> int:
    facts = NewPlan(kind=kind, year=stage.day(0).year)
    return stage.begin("陈静", days_ago, "16:10", "draft", lambda ask: plans.blank(ask, ask.facts), facts)


def _approved(stage: Stage, kind: PlanKind, facts: PlanFacts | BudgetFacts) -> None:
    number = _draft(stage, kind, 44)
    stage.take("陈静", 44, "16:30", Plan, number, "edit", facts)
    stage.take("陈静", 44, "16:35", Plan, number, "submit")
    stage.take("周建国", 43, "09:20", Plan, number, "approve")


def a_month_has_its_work_plan(stage: Stage) -> None:
    """The plan of this month waits for the general manager."""
    month = NewWorkPlan(month=stage.day(0))
    number = stage.begin("陈静", 0, "08:40", "begin", lambda ask: work_plans.blank(ask, ask.facts), month)
    words = WorkPlanWords(
        summary="上月签约未达目标，两项公开招标推迟到本月开标。",
        focus="完成两项招标的投标文件，确保已签合同按期交付。",
        measures="每周一核对在手商机，每周三跟进交付准备。",
        support="请厂家提前排产白色 X5 四台。",
    )
    stage.take("陈静", 0, "08:50", WorkPlan, number, "write", words)
    stage.take("陈静", 0, "08:55", WorkPlan, number, "complete")


PLAN_SCENES = (a_plan_and_a_budget_count, a_higher_plan_waits, a_month_has_its_work_plan)
