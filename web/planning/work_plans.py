"""The department's work plan of a month on screen: facts as they stand, the manager's words, the paper in the end."""

from typing import Any

from flask import Blueprint, Response, abort, g, render_template, request

from dealer import workflow
from dealer.engine.database import calendar_of
from dealer.engine.history import of_thing
from dealer.engine.steps import Ask
from dealer.papers import printing
from dealer.planning import versions, work_facts, work_plans
from dealer.planning.work_plans import WORDS, WORK_PLANS, NewWorkPlan, WorkPlanWords
from dealer.records.planning import WorkPlan, WorkPlanState
from dealer.terms import WorkPlanTerms
from web import steps, today
from web.asking import Answer, looking, looking_ask, me, need, or_404, write
from web.deals import timeline
from web.forms import Form
from web.frame import names_of
from web.language import language, say, show, told
from web.papers.papers import show_file
from web.planning.plans import tabs
from web.today import Line, Section

pages = Blueprint("work_plans", __name__)
S = WorkPlanState
TONES = {S.DRAFT: "neutral", S.COMPLETED: "wait", S.APPROVED: "ok"}
PRIMARY = ("complete", "approve")


def title_of(plan: WorkPlan) -> str:
    """部门工作计划 2026-12."""
    return say("Work plan {month}", month=f"{plan.month:%Y-%m}")


def _known(plan: WorkPlan, action: str) -> dict[str, Any]:
    return {name: getattr(plan, name) for name in WORDS} if action == "write" else {}


KIND = steps.register(
    steps.Kind(
        "workplans", WorkPlan, WORK_PLANS, title=title_of, sees=lambda plan, who: versions.sees_all(who), known=_known
    )
)  # fmt: skip


@pages.get("/workplans")
def index() -> Answer:
    """Month by month; whoever writes them begins the one that is missing."""
    need("see all plans")
    found = work_plans.newest(looking(), me())
    names = names_of(each.made_by_id for each in found)
    missing = work_plans.month_without_one(looking(), me(), calendar_of(looking()).today(g.now))
    return render_template(
        "plans/workplans.html",
        tabs=tabs("/workplans"),
        missing=missing,
        rows=[
            {"url": KIND.url(each), "cells": [title_of(each), show(each.state), names.get(each.made_by_id, "")]}
            for each in found
        ],
    )


@pages.get("/workplans/new")
def new() -> Answer:
    """Of which month."""
    need("write plans")
    asked = {"month": request.args["month"]} if "month" in request.args else {}
    return _new(Form(NewWorkPlan, asked), ())


@pages.post("/workplans/new")
def begin() -> Answer:
    """The plan of a month, filled from the facts; the words come next."""
    need("write plans")

    def work(ask: Ask) -> str:
        plan = work_plans.blank(ask, ask.facts)
        workflow.begin(plan, "begin", ask)
        return KIND.url(plan)

    return write(Form.received(NewWorkPlan), work, lambda form, trouble: _new(or_404(form), trouble))


def _new(form: Form, trouble: Any) -> str:
    standing = [told(each) for each in trouble or () if each.field is None] if isinstance(trouble, tuple) else []
    return render_template("plans/new_workplan.html", form=form, standing=standing)


@pages.get("/workplans/<int:number>")
def page(number: int) -> Answer:
    """One month: facts and words; approved, as they were then."""
    plan = steps.find(looking(), KIND, number)
    buttons = steps.buttons(KIND, plan, WORK_PLANS.choices(plan, looking_ask()))
    primary = next((each for each in buttons if each["action"] in PRIMARY), None)
    frozen = WorkPlanTerms.model_validate(plan.frozen) if plan.frozen else None
    return render_template(
        "plans/workplan.html",
        plan=plan,
        title=title_of(plan),
        badges=[{"label": show(plan.state), "tone": TONES[plan.state]}],
        primary=primary,
        standing=primary["reasons"] if primary else [],
        buttons=[each for each in buttons if each is not primary],
        words=[(say(WorkPlanWords.model_fields[name].title or ""), getattr(plan, name)) for name in WORDS],
        blocks=_frozen(frozen) if frozen else _live(plan),
        paper=_paper(plan),
        timeline=timeline.entries(of_thing(looking(), plan.store_id, plan.id)[::-1]),
    )


def _live(plan: WorkPlan) -> list[dict[str, Any]]:
    return [
        {
            "title": block.title,
            "heads": _heads(block.heads, [row.cells for row in block.rows]),
            "rows": [{"url": steps.seen_url(row.thing) if row.thing else "", "cells": row.cells} for row in block.rows],
            "more": f"/plans/actual?span=month&day={block.period.first}" if block.period else "",
        }
        for block in work_facts.blocks(looking_ask(), plan.month, language())
    ]


def _frozen(terms: WorkPlanTerms) -> list[dict[str, Any]]:
    """As it was approved: what is read here is what is printed."""
    return [
        {
            "title": block.title,
            "heads": _heads(block.heads, [row.cells for row in block.rows]),
            "rows": [{"cells": row.cells} for row in block.rows],
            "more": "",
        }
        for block in terms.blocks
    ]


def _heads(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[dict[str, Any]]:
    """Columns of figures stand to the right."""
    nums = (bool(rows) and all(row[at].isdecimal() for row in rows) for at in range(len(heads)))
    return [{"label": head, "num": num} for head, num in zip(heads, nums, strict=True)]


def _paper(plan: WorkPlan) -> dict[str, str]:
    """Where the paper is to be had, or how it stands at the press."""
    if plan.state is not S.APPROVED:
        return {}
    rendering = printing.latest(looking(), plan.id)
    trouble = printing.what_stands_against(rendering) if rendering else None
    if plan.pdf_sha256:
        return {"file": f"{KIND.url(plan)}/paper"}
    return {"trouble": told(trouble)} if trouble else {"waits": say("Being printed: reload in a moment.")}


@pages.get("/workplans/<int:number>/paper")
def paper(number: int) -> Response:
    """The PDF as it left the press."""
    plan = steps.find(looking(), KIND, number)
    return show_file(plan.pdf_sha256) if plan.pdf_sha256 else abort(404)


@today.section
def _month_without_a_plan() -> Section | None:
    """The month that begins without a plan, for whoever writes it."""
    month = work_plans.month_without_one(looking(), me(), calendar_of(looking()).today(g.now))
    if month is None:
        return None
    line = Line(say("Work plan {month}", month=f"{month:%Y-%m}"), say("not begun yet"), f"/workplans/new?month={month}")
    return Section(say("Plans"), icon="bullseye", lines=[line], beside=True)
