"""The papers of a statement: its PDF, printed from frozen terms when it is approved, and a sheet for the accounts."""

from io import BytesIO

from sqlalchemy.orm import Session

from dealer import people
from dealer.engine.steps import Ask
from dealer.engine.words import say
from dealer.papers import printing
from dealer.records.contracts import Rendering
from dealer.records.network import Statement
from dealer.stock import catalogue
from dealer.terms import StatementCar, StatementTerms

PAPER = "sub_dealer_statement"
HEADS = ("VIN", "Model", "Delivered on", "Came back since", "Pay, yuan")


def order(statement: Statement, ask: Ask) -> None:
    """Have it printed as it was approved."""
    printing.order_paper(ask, statement, PAPER, terms_of(statement, ask), number=code_of(statement))


def paper_of(db: Session, statement: Statement) -> Rendering | None:
    """What has become of it at the press."""
    return printing.latest(db, statement.id)


def code_of(statement: Statement) -> str:
    """How people name a statement: JS-2026-11-0001."""
    return f"JS-{statement.month:%Y-%m}-{statement.number:04}"


def terms_of(statement: Statement, ask: Ask) -> StatementTerms:
    """What the paper says."""
    customer = statement.sub_dealer.customer
    names = people.names(ask.db, (statement.drawn_by_id, statement.approved_by_id))
    return StatementTerms(
        dealer=people.store_of(ask.db, statement.store_id).name,
        sub_dealer=customer.name,
        uscc=customer.uscc or "",
        bank=customer.bank or "",
        bank_account=customer.bank_account or "",
        month=statement.month,
        cars=tuple(
            StatementCar(
                vin=line.unit.vin, model=catalogue.full_name(line.unit.model), delivered_on=line.delivered_on,
                came_back=line.came_back, pay_fen=line.pay,
            )
            for line in statement.lines
        ),
        total_fen=statement.total,
        drawn_by=names.get(statement.drawn_by_id, ""),
        approved_by=names.get(statement.approved_by_id, "") if statement.approved_by_id else "",
        approved_on=ask.today,
    )  # fmt: skip


def sheet(statement: Statement, language: str) -> bytes:
    """The same cars as an .xlsx; nothing in it is a formula."""
    from xlsxwriter import Workbook

    out = BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page, bold = book.add_worksheet(), book.add_format({"bold": True, "bg_color": "#EAF0FF", "border": 1})
    money, day = book.add_format({"num_format": "#,##0.00"}), book.add_format({"num_format": "yyyy-mm-dd"})
    page.write_string(
        0, 0, f"{code_of(statement)} {statement.sub_dealer.customer.name}", book.add_format({"bold": True})
    )
    for at, head in enumerate(HEADS):
        page.write_string(2, at, say(head, language), bold)
    for row, line in enumerate(statement.lines, 3):
        page.write_string(row, 0, line.unit.vin)
        page.write_string(row, 1, catalogue.full_name(line.unit.model))
        page.write_datetime(row, 2, line.delivered_on, day)
        page.write_string(row, 3, say("yes", language) if line.came_back else "")
        page.write_number(row, 4, line.pay / 100, money)
    last = len(statement.lines) + 3
    page.write_string(last, 3, say("Total", language), bold)
    page.write_number(last, 4, statement.total / 100, money)
    page.set_column(0, 1, 26)
    page.set_column(2, 4, 14)
    book.close()
    return out.getvalue()
