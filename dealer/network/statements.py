"""Statements of what sub-dealers are paid 佣金结算单: drawn up, approved by somebody else, paid by finance.

A statement holds every car of theirs that was delivered until the end of its month and that no statement before has
paid for, at the rate agreed on its day of delivery; a car that has come back since it was paid for is taken off.
"""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dealer import deadlines, people
from dealer.deals.deals import Comment
from dealer.engine.calendar import add_months
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask, Facts, Life, Personal, Refusal, Step, no, on_facts
from dealer.network import months, statement_papers
from dealer.people import Actor, has, not_their_own
from dealer.records.deals import Deal
from dealer.records.network import Statement, StatementLine, StatementState, SubDealer
from dealer.records.people import Role
from dealer.records.vehicles import Unit, UnitState

S = StatementState

# ── what the steps ask for ────────────────────────────────────────────────────────────────────────────────────────


class Drawing(Facts):
    """Until the end of which month."""

    month: date = Field(title="Month", description="Any day of the month: cars delivered until its end are paid for.")


class Paying(Facts):
    """When it was paid, and how the bank calls it."""

    paid_on: date = Field(title="Paid on")
    reference: Annotated[str, Personal()] = Field(title="Number of the bank transfer", min_length=1, max_length=200)


# ── lines ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def lines_due(db: Session, sub_dealer: SubDealer, month: date) -> list[StatementLine]:
    """What is to be paid or taken off until the end of a month, by the day of delivery."""
    end = calendar_of(db).start_of(add_months(month, 1))
    found = [*_delivered(db, sub_dealer, end), *_came_back(db, sub_dealer)]
    for at, line in enumerate(found, 1):
        line.position = at
    return found


def _delivered(db: Session, sub_dealer: SubDealer, end: datetime) -> list[StatementLine]:
    query = select(Unit).join(Deal, Unit.case_id == Deal.id).where(
        Deal.sub_dealer_id == sub_dealer.id, Unit.state == UnitState.DELIVERED, Unit.delivered_at < end,
    )  # fmt: skip
    paid = _paid_for(db, sub_dealer)
    units = db.scalars(query.order_by(Unit.delivered_at, Unit.number).options(joinedload(Unit.model)))
    return [_line(db, sub_dealer, unit) for unit in units if unit.id not in paid]


def _line(db: Session, sub_dealer: SubDealer, unit: Unit) -> StatementLine:
    day = calendar_of(db).today(unit.delivered_at)  # type: ignore[arg-type]
    agreement = sub_dealer.agreement_on(day)
    terms = agreement.terms if agreement else []
    pay = next((each.pay for each in terms if each.model_id == unit.model_id), 0)
    return StatementLine(
        store_id=sub_dealer.store_id, unit_id=unit.id, unit=unit, delivered_on=day, came_back=False, pay=pay
    )


def _paid_for(db: Session, sub_dealer: SubDealer) -> dict[object, StatementLine]:
    """The cars that a statement pays for and none has taken off since, with that line."""
    query = select(StatementLine).join(StatementLine.statement).where(
        Statement.sub_dealer_id == sub_dealer.id, Statement.state != S.WITHDRAWN
    )  # fmt: skip
    standing: dict[object, StatementLine] = {}
    for line in db.scalars(query.order_by(Statement.number, StatementLine.position)):
        if line.came_back:
            standing.pop(line.unit_id, None)
        else:
            standing[line.unit_id] = line
    return standing


def _came_back(db: Session, sub_dealer: SubDealer) -> list[StatementLine]:
    return [
        StatementLine(
            store_id=line.store_id, unit_id=line.unit_id, unit=line.unit, delivered_on=line.delivered_on,
            came_back=True, pay=-line.pay,
        )
        for line in _paid_for(db, sub_dealer).values()
        if line.unit.state is UnitState.RETURNED
    ]  # fmt: skip


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def statement_month_is_over(statement: Statement, ask: Ask) -> Refusal | None:
    """Cars are paid for month by month."""
    return months.month_is_over(ask.facts.month.replace(day=1), ask)


@on_facts
def something_is_to_be_paid(statement: Statement, ask: Ask) -> Refusal | None:
    """What came back and weighs more than what was delivered waits for the next month's cars."""
    if not statement.lines:
        return no("No car waits to be paid for until the end of that month.", code="E-STATEMENT-EMPTY", field="month")
    if statement.total <= 0:
        return no(
            "Cars that came back weigh as much as those delivered: draw it up with the next month.",
            code="E-STATEMENT-EMPTY", field="month",
        )  # fmt: skip
    return None


@on_facts
def no_other_waits(statement: Statement, ask: Ask) -> Refusal | None:
    """One after the other: what is not approved yet may still change."""
    open_one = select(Statement.number).where(
        Statement.sub_dealer_id == statement.sub_dealer_id, Statement.state == S.DRAWN
    )  # fmt: skip
    number = ask.db.scalar(open_one.limit(1))
    if number is not None:
        return no(
            "Statement {number} waits to be approved: end that one first.", code="E-STATEMENT-OPEN", number=number
        )
    return None


def somebody_else_drew_the_statement(statement: Statement, ask: Ask) -> Refusal | None:
    """Money leaves by two people."""
    return not_their_own(statement.drawn_by_id, ask)


def its_cars_are_still_delivered(statement: Statement, ask: Ask) -> Refusal | None:
    """A car that came back meanwhile is not paid for."""
    back = [line.unit.vin for line in statement.lines if not line.came_back and line.unit.state is UnitState.RETURNED]
    if back:
        return no(
            "{vin} has come back: withdraw the statement and draw it up anew.", code="E-STATEMENT-BACK", vin=back[0]
        )
    return None


@on_facts
def paid_after_it_was_approved(statement: Statement, ask: Ask) -> Refusal | None:
    """Nobody pays tomorrow's money, nor what nobody had approved."""
    first = calendar_of(ask.db).today(statement.approved_at) if statement.approved_at else ask.today
    if not first <= ask.facts.paid_on <= ask.today:
        return no("Choose a day from {first} to today.", code="E-STATEMENT-DAY", field="paid_on", first=first)
    return None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def ask_for_approval(statement: Statement, ask: Ask) -> None:
    """The key-account manager has a working day."""
    due = calendar_of(ask.db).due_after(ask.today, 1)
    deadlines.plan(ask, "approve_statement", statement, due, role=Role.KEY_ACCOUNT)


def note_approval(statement: Statement, ask: Ask) -> None:
    """Finance pays it, and its paper is printed."""
    statement.approved_by_id, statement.approved_at = ask.actor.id, ask.at
    deadlines.finish(ask, statement, "approve_statement")
    due = calendar_of(ask.db).due_after(ask.today, 5)
    deadlines.plan(ask, "pay_statement", statement, due, role=Role.FINANCE)
    statement_papers.order(statement, ask)


def note_payment(statement: Statement, ask: Ask) -> None:
    """When, by whom, and how the bank calls it."""
    facts: Paying = ask.facts
    statement.paid_on, statement.paid_reference, statement.paid_by_id = facts.paid_on, facts.reference, ask.actor.id
    deadlines.finish(ask, statement, "pay_statement")


def forget_it(statement: Statement, ask: Ask) -> None:
    """Its cars are free for the next one."""
    deadlines.cancel(ask, statement)


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

DRAWER = has("keep sub-dealers")
APPROVER = has("approve statements")

# fmt: off
# ruff: disable[E501]
STEPS = [
    #    action      from       to           who                  asks for  refused unless …                                                then …
    Step("draw_up",  None,      S.DRAWN,     DRAWER,              Drawing,  (statement_month_is_over, something_is_to_be_paid, no_other_waits),   (ask_for_approval,)),
    Step("approve",  S.DRAWN,   S.APPROVED,  APPROVER,            None,     (somebody_else_drew_the_statement, its_cars_are_still_delivered),       (note_approval,)),
    Step("return",   S.DRAWN,   S.WITHDRAWN, APPROVER,            Comment,  (somebody_else_drew_the_statement,),                                    (forget_it,)),
    Step("withdraw", S.DRAWN,   S.WITHDRAWN, DRAWER,              Comment,  (),                                                             (forget_it,)),
    Step("pay",      S.APPROVED, S.PAID,     has("record money"), Paying,   (paid_after_it_was_approved,),                                  (note_payment,)),
]
# ruff: enable[E501]
# fmt: on

STATEMENTS = Life("statement", Statement, StatementState, STEPS, path=(S.DRAWN, S.APPROVED, S.PAID))


def as_drawn(ask: Ask, sub_dealer: SubDealer) -> Statement:
    """A statement of what is due, not yet begun: begin it with "draw_up"."""
    month = ask.facts.month.replace(day=1)
    lines = lines_due(ask.db, sub_dealer, month)
    return Statement(
        store_id=sub_dealer.store_id, sub_dealer_id=sub_dealer.id, sub_dealer=sub_dealer, month=month, lines=lines,
        total=sum(line.pay for line in lines), drawn_by_id=ask.hat.id,
    )  # fmt: skip


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def sees(statement: Statement, who: Actor) -> bool:
    """Those whose work the network is, and the people of the sub-dealer."""
    own = not who.outside or who.sub_dealer_id == statement.sub_dealer_id
    return own and statement.store_id == who.store_id and who.may_or_stands_in("see sub-dealers")


def of_sub_dealer(db: Session, who: Actor, sub_dealer: SubDealer) -> list[Statement]:
    """Its statements, the latest first."""
    query = people.scoped(select(Statement), Statement, who).where(Statement.sub_dealer_id == sub_dealer.id)
    return list(db.scalars(query.order_by(Statement.number.desc()).limit(50)))
