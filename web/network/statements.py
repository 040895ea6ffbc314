"""Statements of sub-dealers: one with its cars, its paper and its sheet; a new one."""

from typing import Any

from flask import Blueprint, Response, render_template

from dealer import workflow
from dealer.engine import history
from dealer.engine.calendar import add_months
from dealer.engine.steps import Ask
from dealer.network import statement_papers, statements
from dealer.network.statements import Drawing
from dealer.records.network import Statement, StatementLine, SubDealer
from dealer.stock import catalogue
from web import steps
from web.asking import Answer, looking, looking_ask, need, write
from web.deals import timeline
from web.forms import Form
from web.frame import names_of
from web.language import language, money, say, show
from web.network import months, network
from web.papers.papers import XLSX, show_file

pages = Blueprint("sub_dealer_statements", __name__)


KIND = steps.register(
    steps.Kind(
        "sub-dealer-statements", Statement, statements.STATEMENTS, title=statement_papers.code_of, sees=statements.sees
    )
)


@pages.get("/sub-dealer-statements/<int:number>")
def page(number: int) -> Answer:
    """Every car of it, who approved it, when it was paid."""
    statement: Statement = steps.find(looking(), KIND, number)
    buttons = steps.buttons(KIND, statement, statements.STATEMENTS.choices(statement, looking_ask()))
    paper = statement_papers.paper_of(looking(), statement)
    row = months.statement_row(statement)
    return render_template(
        "network/statement.html",
        statement=statement,
        title=row["title"],
        here=KIND.url(statement),
        badges=[{"label": row["badge"], "tone": row["tone"]}],
        note=statement.sub_dealer.customer.name,
        back=f"{network.KIND.url(statement.sub_dealer)}/months",
        figures=_figures(statement),
        rows=[_line(each) for each in statement.lines],
        total=["", "", "", money(statement.total)],
        primary=next((each for each in buttons if each["forward"]), None),
        buttons=[each for each in buttons if not each["forward"]],
        paper=f"{KIND.url(statement)}/paper" if paper is not None and paper.pdf_sha256 else "",
        timeline=timeline.entries(list(reversed(history.of_thing(looking(), statement.store_id, statement.id)))),
    )


def _figures(statement: Statement) -> list[dict[str, Any]]:
    names = names_of([statement.drawn_by_id, statement.approved_by_id])
    return [
        {"label": say("Total"), "value": f"¥{money(statement.total)}"},
        {"label": say("Drawn up by"), "value": names.get(statement.drawn_by_id, "—")},
        {
            "label": say("Approved by"),
            "value": names.get(statement.approved_by_id, "—") if statement.approved_by_id else "—",
        },
        {"label": say("Paid on"), "value": show(statement.paid_on) or "—", "note": statement.paid_reference},
    ]


def _line(line: StatementLine) -> dict[str, Any]:
    note = say("came back: taken off") if line.came_back else ""
    cells = [
        {"text": line.unit.vin, "note": note, "tone": "bad" if note else ""}, catalogue.full_name(line.unit.model),
        show(line.delivered_on), money(line.pay, sign=line.came_back),
    ]  # fmt: skip
    return {"cells": cells}


@pages.get("/sub-dealer-statements/<int:number>/paper")
def paper(number: int) -> Answer:
    """The statement as it was approved."""
    statement: Statement = steps.find(looking(), KIND, number)
    found = statement_papers.paper_of(looking(), statement)
    return show_file(found.pdf_sha256 if found else None, f"{statement_papers.code_of(statement)}.pdf")


@pages.get("/sub-dealer-statements/<int:number>/sheet")
def sheet(number: int) -> Answer:
    """Its cars for the accounts."""
    statement: Statement = steps.find(looking(), KIND, number)
    answer = Response(statement_papers.sheet(statement, language()), mimetype=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{statement_papers.code_of(statement)}.xlsx"'
    return answer


@pages.get("/network/<int:number>/statement")
def new(number: int) -> Answer:
    """Until the end of which month."""
    need("keep sub-dealers")
    return _new(
        steps.find(looking(), network.KIND, number), Form(Drawing, {"month": add_months(looking_ask().today, -1)})
    )


@pages.post("/network/<int:number>/statement")
def draw_up(number: int) -> Answer:
    """Every car that is due; somebody else approves it."""
    need("keep sub-dealers")

    def work(ask: Ask) -> str:
        statement = statements.as_drawn(ask, steps.find(ask.db, network.KIND, number))
        workflow.begin(statement, "draw_up", ask)
        return KIND.url(statement)

    return write(
        Form.received(Drawing),
        work,
        lambda form, trouble: _new(steps.find(looking(), network.KIND, number), form or Form(Drawing)),
    )


def _new(sub_dealer: SubDealer, form: Form) -> str:
    name, here = sub_dealer.customer.name, network.KIND.url(sub_dealer)
    return render_template("network/draw.html", form=form, name=name, here=here)
