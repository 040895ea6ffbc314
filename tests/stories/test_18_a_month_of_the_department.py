"""A month of the department, from the plan of the year to what came of it: told over the screens."""

import re
from collections.abc import Callable

from tests import deliveries
from tests.cast import Shop
from tests.contracts import work
from tests.desk import Desk, Page

DECEMBER = "2026-12-01"


def row_of(page: Page, whose: str) -> int:
    """At which place of the form somebody's row stands."""
    found = re.search(rf'name="rows-(\d+)-whose" value="{whose}"', page.html)
    assert found is not None, whose
    return int(found[1])


def typed(page: Page, **rows: dict[str, int]) -> dict[str, str]:
    """The whole grid as the browser would send it, with some cells typed anew; "of_" stands for a colon."""
    fields = dict(re.findall(r'name="(rows-\d+-\w+)"[^>]* value="([^"]*)"', page.html))
    fields |= {name: value for value, name in re.findall(r'value="([^"]*)" name="(rows-\d+-\w+)"', page.html)}
    for whose, cells in rows.items():
        at = row_of(page, whose.replace("_of_", ":"))
        fields |= {f"rows-{at}-{month}": str(value) for month, value in cells.items()}
    return fields


def person(shop: Shop, name: str) -> str:
    return f"person_of_{shop.person(name).id}"


def test_a_plan_counts_once_another_has_approved_it(shop: Shop, desk: Callable[[str], Desk]) -> None:
    chen, zhou, wang, zhang = (desk(name) for name in ("陈静", "周建国", "王磊", "张伟"))

    # the key-account manager fills in what is left of the year: the store by its sum, the people by months
    form = chen.submit("/plans/new", {"kind": "sales", "year": "2026"}, when="2026-11-10 09:00")
    assert form.url == "/plans/1/edit"
    over = typed(form, store={"m10": 20}) | {"effective_from": "2026-11-11"}
    refused = chen.post(form.url, over, form)
    assert refused.status == 409
    assert "2026-10 已结束，其目标保持为 0。" in refused.text
    both = typed(form, store={"year": 62, "m11": 20, "m12": 40}) | {"effective_from": "2026-11-11"}
    assert "各月合计为 60，与全年 62 不符" in chen.post(form.url, both, form).text
    fields = typed(
        form,
        store={"year": 62},
        **{person(shop, "李娜"): {"m11": 12, "m12": 20}, person(shop, "王磊"): {"m11": 8, "m12": 16}},
    )
    saved = chen.post(form.url, fields | {"effective_from": "2026-11-11"}, form)
    assert saved.url == "/plans/1"
    # 21 working days in November, 23 in December
    assert "29 33" in saved.text
    assert "各行合计与全店目标不符：全年相差 −6。" in saved.text

    # December by weeks: what does not come to the month is refused beside the last week
    weeks = chen.get(f"/plans/1/set_weeks?month={DECEMBER}")
    at = row_of(weeks, "store")
    wrong = {"month": DECEMBER, f"rows-{at}-whose": "store", f"rows-{at}-w1": "10", f"rows-{at}-w2": "10"}
    assert "各周合计为 20，当月为 33" in chen.post("/plans/1/set_weeks", wrong, weeks).text
    right = wrong | {f"rows-{at}-w3": "6", f"rows-{at}-w4": "4", f"rows-{at}-w5": "3"}
    assert chen.post("/plans/1/set_weeks", right, weeks).url == "/plans/1"
    told = chen.get("/plans/1/edit").text  # before somebody changes that month: its weeks would go
    assert "修改这些月份的目标后，各周将重新按工作日分配" in told
    assert told.count(" 手工分周") == 1

    # nobody approves their own; until the general manager has, nothing counts
    assert chen.submit("/plans/1/submit").status == 200
    assert chen.ask("/plans/1/approve").codes == ("E-NOT-YOURS",)
    assert "审批计划" in zhou.get("/today").text
    assert "尚未设定与您有关的目标" in wang.get("/plans").text
    zhou.submit("/plans/1/return", {"comment": "李娜十二月加两台"})
    form = chen.get("/plans/1/edit")
    raised = typed(form, **{person(shop, "李娜"): {"m12": 22}}) | {"effective_from": "2026-11-11"}
    assert chen.post("/plans/1/edit", raised, form).url == "/plans/1"
    chen.submit("/plans/1/submit")
    assert zhou.submit("/plans/1/approve").status == 200
    assert "将自 2026年11月11日起生效" in chen.get("/plans").text

    # from its day on each sees what is theirs: a consultant the own target, a supervisor the group's
    zhou.turn_clock("2026-11-11 09:00")
    for each in (chen, wang, zhang):
        each.sign_in()
    mine = wang.get("/plans").text
    assert "王磊 24" in mine
    assert "李娜" not in mine
    assert "李娜 34" in zhang.get("/plans").text
    days = chen.get(f"/plans?year=2026&month={DECEMBER}&of=store&whose=").text
    assert "各日合计 33" in days
    assert wang.get("/plans/1").status == 404


WORDS = {
    "summary": "签约完成目标的一半，两项招标推迟到本月。",
    "focus": "完成两项公开招标，按期交付十台车。",
    "measures": "每周一核对在手商机。",
    "support": "",
}


def test_the_month_is_summed_up_from_the_facts_and_kept_as_paper(shop: Shop, desk: Callable[[str], Desk]) -> None:
    deliveries.contract(shop, 10, ((6, "2026-12-05"), (4, "2027-01-10")), effective="2026-11-12")
    chen, zhou, wang = (desk(name) for name in ("陈静", "周建国", "王磊"))
    form = chen.submit("/plans/new", {"kind": "sales", "year": "2026"}, when="2026-11-02 09:00")
    targets = typed(form, store={"m11": 20, "m12": 33}, **{person(shop, "李娜"): {"m11": 14, "m12": 20}})
    assert chen.post(form.url, targets | {"effective_from": "2026-11-02"}, form).url == "/plans/1"
    chen.submit("/plans/1/submit")
    zhou.submit("/plans/1/approve")

    # December begins without a plan: its line stands on the manager's page of the day, and leads to the form
    chen.turn_clock("2026-12-01 08:30")
    for each in (chen, zhou, wang):
        each.sign_in()
    told = chen.get("/today").text
    assert "部门工作计划 2026-12" in told
    assert "尚未开始编制" in told
    assert "尚未开始编制" not in zhou.get("/today").text
    late = chen.submit("/workplans/new", {"month": "2026-11-20"})
    assert (late.status, "该月已结束" in late.text) == (409, True)
    page = chen.submit("/workplans/new", {"month": "2026-12-01"}, form_at="/workplans/new?month=2026-12-01")
    assert page.url == "/workplans/1"

    # the facts are there already: November against its plan, December's targets, what is to be delivered
    for fact in ("李娜 14 10 0 4", "合计 20 10 0 10", "李娜 20", "合计 33", f"{deliveries.POLICE} 2026年12月5日 6"):
        assert fact in page.text, fact
    assert "2027年1月10日" not in page.text
    assert chen.ask("/workplans/1/complete").codes == ("E-REQ-FIELD",)
    assert chen.submit("/workplans/1/write", WORDS).status == 200
    assert chen.submit("/workplans/1/complete").status == 200
    assert chen.ask("/workplans/1/approve").codes == ("E-NOT-YOURS",)
    assert "审批部门工作计划" in zhou.get("/today").text
    assert "尚未开始编制" not in chen.get("/today").text
    assert wang.get("/workplans/1").status == 404

    # approved it is frozen: a contract that comes into effect afterwards changes the report, not the document
    approved = zhou.submit("/workplans/1/approve")
    assert approved.status == 200
    assert "正在打印：请稍后刷新。" in approved.text
    deliveries.contract(shop, 5, ((5, "2026-12-15"),), effective="2026-11-30")
    assert "合计 20 10 0 10" in chen.get("/workplans/1").text
    assert "15" in chen.get("/plans/actual?span=month&day=2026-11-01").text
    work(shop, "2026-12-01 09:00")
    paper = zhou.client.get("/workplans/1/paper")
    assert (paper.status_code, paper.mimetype, paper.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert chen.submit("/workplans/new", {"month": "2026-12-09"}).status == 409
