"""Plans on screen: the targets of a year as they count today, every version, and its way to the general manager."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, g, render_template, request

from dealer import people, workflow
from dealer.engine.database import calendar_of
from dealer.engine.history import of_thing
from dealer.engine.steps import Ask
from dealer.planning import plans, versions
from dealer.planning.actuals import SALES
from dealer.planning.plan_forms import Key, NewPlan, name_of
from dealer.planning.plans import PLANS
from dealer.planning.spreading import days_between, last_of, months_of, weeks_of
from dealer.planning.versions import STORE, Targets
from dealer.records.planning import BudgetHeading, Plan, PlanKind, PlanScope, PlanState
from dealer.reports import counting
from dealer.reports.looking import Look
from dealer.reports.periods import Period
from web import steps
from web.asking import Answer, a_number, day_asked, looking, looking_ask, me, need, or_404, write
from web.deals import timeline
from web.forms import Form
from web.frame import names_of
from web.language import money, say, short_day, show, told

pages = Blueprint("plans", __name__)
S = PlanState
TONES = {
    S.DRAFT: "neutral",
    S.SUBMITTED: "wait",
    S.RETURNED: "bad",
    S.APPROVED: "ok",
    S.SUPERSEDED: "neutral",
    S.WITHDRAWN: "neutral",
}
PRIMARY = ("submit", "approve")  # the button of the page, for whoever it is
COMPARED = (PlanScope.PERSON, PlanScope.MODEL, PlanScope.CLASS)  # which should come to the store


def title_of(plan: Plan) -> str:
    """销售计划 2027 · 第 3 版."""
    return say("{kind} {year}, version {number}", kind=plan.kind, year=str(plan.year), number=plan.number)


def _sees(plan: Plan, who: people.Actor) -> bool:
    return versions.sees_all(who)


def _known(plan: Plan, action: str) -> dict[str, Any]:
    if action == "edit":
        return plans.known_facts(looking_ask(), plan)
    return plans.known_weeks(plan, month_asked(plan)) if action == "set_weeks" else {}


def month_asked(plan: Plan) -> date:
    """The month that the address or the form names, else the first that is not over."""
    today = calendar_of(looking()).today(g.now)
    asked = day_asked("month")
    if asked in months_of(plan.year):
        return asked
    return next((month for month in months_of(plan.year) if last_of(month) >= today), months_of(plan.year)[-1])


def _extra(plan: Plan, action: str) -> dict[str, Any]:
    names = called(versions.keys(looking(), plan.store_id, plan.kind, plan))
    labels = {name_of(key): say("Group of {name}", name=name) if key[0] is PlanScope.GROUP else name
              for key, name in names.items()}  # fmt: skip
    today = calendar_of(looking()).today(g.now)
    over = [month.month for month in months_of(plan.year) if last_of(month) < today]
    if action != "set_weeks":
        by_hand = {(name_of((each.scope, each.whose)), each.month.month) for each in plan.lines if each.weeks}
        return {"plan": plan, "labels": labels, "over": over, "by_hand": by_hand}
    month = month_asked(plan)
    amounts = {name_of((each.scope, each.whose)): each.amount for each in plan.lines if each.month == month}
    spans = [f"{first.day}–{last.day}" if first != last else f"{first.day}" for first, last in weeks_of(month)]
    open_months = [each for each in months_of(plan.year) if last_of(each) >= today]
    return {"plan": plan, "labels": labels, "month": month, "amounts": amounts, "weeks": spans, "months": open_months}


KIND = steps.register(
    steps.Kind(
        "plans", Plan, PLANS, title=title_of, sees=_sees, known=_known, extra=_extra,
        templates={"edit": "plans/edit.html", "set_weeks": "plans/weeks.html"},
    )
)  # fmt: skip


def called(keys: Any) -> dict[Key, str]:
    """What each row of a plan is called."""
    return {key: show(name) for key, name in versions.names(looking(), me().store_id, keys).items()}


def tabs(current: str) -> list[dict[str, Any]]:
    """The pages of the menu entry, for those who see them."""
    shown = [("/plans", "Targets"), ("/plans/actual", "Plan against actual")]
    if versions.sees_all(me()):
        shown += [("/plans/budget", "Budget"), ("/workplans", "Work plans")]
    return [{"label": say(label), "url": url, "current": url == current} for url, label in shown]


# ── targets ───────────────────────────────────────────────────────────────────────────────────────────────────────


def year_asked() -> int:
    """The year that the address names, else this one."""
    today = calendar_of(looking()).today(g.now)
    year = request.args.get("year", today.year, type=a_number)
    return year if abs(year - today.year) <= 10 else today.year


@pages.get("/plans")
def page() -> Answer:
    """The targets that count today, month by month; one month day by day."""
    need("see plans")
    year = year_asked()
    kind = PlanKind.ORDERING if request.args.get("kind") == "ordering" and versions.sees_all(me()) else PlanKind.SALES
    plan = _counting(kind, year)
    keys = [key for key in versions.keys(looking(), me().store_id, kind, plan) if _seen(key)] if plan else []
    kinds = (PlanKind.SALES, PlanKind.ORDERING) if versions.sees_all(me()) else (PlanKind.SALES,)
    return render_template(
        "plans/targets.html",
        tabs=tabs("/plans"),
        kinds=[
            {"label": show(each), "url": f"/plans?kind={each.value}&year={year}", "current": each is kind}
            for each in kinds
        ],
        kind=kind,
        around=_around(f"/plans?kind={kind.value}", year),
        year=year,
        in_force=_in_force_words(plan),
        sections=sections(plan, keys, _month_url(kind, year)) if plan else [],
        month=_one_month(plan, keys) if plan else None,
        versions=[_version(each) for each in _versions((kind,), year)],
        may_write=me().may_or_stands_in("write plans"),
    )


@pages.get("/plans/budget")
def budget() -> Answer:
    """What the department may spend and is to bring in."""
    need("see all plans")
    year = year_asked()
    plan = _counting(PlanKind.BUDGET, year)
    keys = versions.keys(looking(), me().store_id, PlanKind.BUDGET, plan)
    return render_template(
        "plans/budget.html",
        tabs=tabs("/plans/budget"),
        around=_around("/plans/budget?", year),
        year=year,
        in_force=_in_force_words(plan),
        sections=[*sections(plan, keys), _signed(plan)] if plan else [],
        versions=[_version(each) for each in _versions((PlanKind.BUDGET,), year)],
        may_write=me().may_or_stands_in("write plans"),
    )


def _signed(plan: Plan) -> dict[str, Any]:
    """What was signed, month by month, beside the revenue that the budget expects."""
    months = months_of(plan.year)
    look = Look(looking(), me(), g.now, Period(months[0], last_of(months[-1])))
    found = counting.counted_by(SALES, look, "month")
    came = [found[month].of["worth"] if month in found else 0 for month in months]
    expected = versions.twelve(plan, (PlanScope.HEADING, BudgetHeading.REVENUE.value))
    title = say(SALES.figures["worth"].title)
    cells = _cells(plan, title, came)
    for at, (month, amount) in enumerate(zip(months, came, strict=True), 2):
        if amount:
            url = f"/plans/actual/rows?from={month}&to={last_of(month)}&figure=worth"
            cells[at] = {"text": cells[at], "url": url}
    apart = [amount - wanted for amount, wanted in zip(came, expected, strict=True)]
    difference = _cells(plan, say("Difference to the budget"), apart, sign=True)
    return {"title": title, "rows": [{"cells": cells}, {"cells": difference}], "totals": None, "differs": None}


def _counting(kind: PlanKind, year: int) -> Plan | None:
    return versions.counting(looking(), me(), kind, year, calendar_of(looking()).today(g.now))


def _seen(key: Key) -> bool:
    """Everything for who sees all; else the own targets and those of the own group."""
    scope, whose = key
    if versions.sees_all(me()):
        return True
    heads = {str(one.id) for one in (me(), *me().stands_in_for)}
    if scope is PlanScope.GROUP:
        return whose in heads
    return scope is PlanScope.PERSON and whose in {str(each) for each in versions.seen_people(looking(), me())}


def _around(address: str, year: int) -> dict[str, str]:
    mark = "" if address.endswith("?") else "&"
    return {"before": f"{address}{mark}year={year - 1}", "after": f"{address}{mark}year={year + 1}"}


def _in_force_words(plan: Plan | None) -> str:
    if plan is None:
        return ""
    today = calendar_of(looking()).today(g.now)
    sentence = (
        say("Version {number} counts since {day}.", number=plan.number, day=plan.effective_from)
        if plan.effective_from <= today
        else say("Version {number} will count from {day} on.", number=plan.number, day=plan.effective_from)
    )
    approved = names_of([plan.approved_by_id]).get(plan.approved_by_id, "") if plan.approved_by_id else ""
    return f"{sentence} {say('Approved by')} {approved}"


def _versions(kinds: tuple[PlanKind, ...], year: int) -> list[Plan]:
    return versions.listed(looking(), me(), kinds, year) if versions.sees_all(me()) else []


def _version(plan: Plan) -> dict[str, Any]:
    return {
        "url": KIND.url(plan),
        "cells": [
            say("Version {number}", number=plan.number),
            show(plan.state),
            show(plan.effective_from),
            {"text": names_of([plan.made_by_id]).get(plan.made_by_id, ""), "note": short_day(plan.begun_at)},
        ],
    }


# ── a year as a table ─────────────────────────────────────────────────────────────────────────────────────────────


def sections(
    plan: Plan, keys: list[Key], url: Callable[[Key, date], str] | None = None, *, every: bool = False
) -> list[dict[str, Any]]:
    """Rows of a plan by what they are about, each section with its sum and what it differs from the store by."""
    names, store = called(keys), versions.twelve(plan, STORE if STORE in keys else None)
    found = []
    for scope in dict.fromkeys(scope for scope, _ in keys):
        months = {key: versions.twelve(plan, key) for key in keys if key[0] is scope}
        rows = [_year_row(plan, key, names[key], months[key], url) for key in months if every or any(months[key])]
        if not rows:
            continue
        together = [sum(column) for column in zip(*months.values(), strict=True)]
        told = {"title": show(scope), "rows": rows, "totals": None, "differs": None}
        if scope in COMPARED and any(store):
            told["totals"] = _cells(plan, say("Together"), together)
            apart = [part - whole for part, whole in zip(together, store, strict=True)]
            told["differs"] = _cells(plan, say("Difference to the store"), apart, sign=True) if any(apart) else None
        found.append(told)
    return found


def _year_row(plan: Plan, key: Key, name: str, months: list[int], url: Any) -> dict[str, Any]:
    cells = _cells(plan, name, months)
    if url is not None:
        for at, month in enumerate(months_of(plan.year), 2):
            if months[month.month - 1]:
                cells[at] = {"text": cells[at], "url": url(key, month)}
    return {"cells": cells}


def _cells(plan: Plan, label: str, months: list[int], *, sign: bool = False) -> list[Any]:
    """A name, the year, then its months."""
    return [label, *(amount_words(plan.kind, each, sign=sign) for each in (sum(months), *months))]


def amount_words(kind: PlanKind, amount: int, *, sign: bool = False) -> str:
    """Cars as a number, money in yuan; nothing at all as a dash."""
    if not amount:
        return "—"
    if kind is PlanKind.BUDGET:
        return money(amount, sign=sign)
    return f"{amount:+,}".replace("-", "−") if sign else f"{amount:,}"


def _month_url(kind: PlanKind, year: int) -> Callable[[Key, date], str]:
    def url(key: Key, month: date) -> str:
        scope, whose = key
        return f"/plans?kind={kind.value}&year={year}&month={month}&of={scope.value}&whose={whose}#month"

    return url


# ── one month, day by day ─────────────────────────────────────────────────────────────────────────────────────────


def _one_month(plan: Plan, keys: list[Key]) -> dict[str, Any] | None:
    """Each week of a month with its days: they sum to the week, and the weeks to the month."""
    month = day_asked("month")
    try:
        key = (PlanScope(request.args.get("of", "")), request.args.get("whose", ""))
    except ValueError:
        return None
    if month not in months_of(plan.year) or key not in keys:
        return None
    calendar = calendar_of(looking())
    by_day = Targets(tuple(plan.lines), calendar).of_days(key, month)
    rows = []
    for first, last in weeks_of(month):
        days: list[Any] = [""] * 7
        for day in days_between(first, last):
            note = "" if calendar.is_working_day(day) else say("day off")
            days[day.weekday()] = {"text": str(by_day[day]) if not note else "—", "note": f"{day:%m-%d} {note}"}
        together = sum(by_day[day] for day in days_between(first, last))
        rows.append({"cells": [f"{short_day(first)} – {short_day(last)}", *days, together]})
    return {
        "title": f"{called([key])[key]} · {month:%Y-%m}",
        "rows": rows,
        "total": sum(by_day.values()),
        "announced": calendar.is_announced(month.year),
    }


# ── versions ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.post("/plans/new")
def draft() -> Answer:
    """A new version, beginning with what counts; its form comes next."""
    need("write plans")

    def work(ask: Ask) -> str:
        plan = plans.blank(ask, ask.facts)
        workflow.begin(plan, "draft", ask)
        return KIND.step_url(plan, "edit")

    return write(Form.received(NewPlan), work, lambda form, trouble: _new(or_404(form), trouble))


@pages.get("/plans/new")
def new() -> Answer:
    """What is to be planned, for which year."""
    need("write plans")
    asked = {name: request.args[name] for name in ("kind", "year") if name in request.args}
    return _new(Form(NewPlan, asked), ())


def _new(form: Form, trouble: Any) -> str:
    standing = [told(each) for each in trouble or () if each.field is None] if isinstance(trouble, tuple) else []
    return render_template("plans/new.html", form=form, standing=standing)


@pages.get("/plans/<int:number>")
def version(number: int) -> Answer:
    """One version: the whole year, what does not come to the store, and what can be done with it."""
    plan = steps.find(looking(), KIND, number)
    buttons = steps.buttons(KIND, plan, PLANS.choices(plan, looking_ask()))
    primary = next((each for each in buttons if each["action"] in PRIMARY), None)
    keys = versions.keys(looking(), plan.store_id, plan.kind, plan)
    return render_template(
        "plans/page.html",
        plan=plan,
        title=title_of(plan),
        back="/plans/budget" if plan.kind is PlanKind.BUDGET else f"/plans?kind={plan.kind.value}",
        badges=[{"label": show(plan.state), "tone": TONES[plan.state]}],
        figures=_figures(plan),
        primary=primary,
        standing=primary["reasons"] if primary else [],
        buttons=[each for each in buttons if each is not primary],
        sections=sections(plan, keys),
        timeline=timeline.entries(of_thing(looking(), plan.store_id, plan.id)[::-1]),
    )


def _figures(plan: Plan) -> list[dict[str, Any]]:
    names = names_of([plan.made_by_id, plan.approved_by_id])
    approved = names.get(plan.approved_by_id, "") if plan.approved_by_id else ""
    first = {"label": say("In force from"), "value": show(plan.effective_from)}
    written = {"label": say("Written by"), "person": names.get(plan.made_by_id, "—")}
    by = {"label": say("Approved by"), "person": approved} if approved else {"label": say("Approved by"), "value": "—"}
    if plan.kind is PlanKind.BUDGET:
        return [first, written, by]
    year = {"label": say("Cars of the year"), "value": f"{sum(versions.twelve(plan, STORE)):,}"}
    return [year, first, written, by]
