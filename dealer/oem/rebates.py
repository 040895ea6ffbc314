"""The life of a rebate 返利: cars of a filing, their papers, and the money once they are delivered.

Read the table first; its rules are in rebate_rules.py. A VIN is claimed once, and the database decides who was faster.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from dealer import deadlines, people
from dealer.deals import deal_lists
from dealer.engine.calendar import add_months
from dealer.engine.database import calendar_of
from dealer.engine.fields import Kind, Money, Options, Paragraph
from dealer.engine.steps import SAME, Ask, Facts, Life, Step
from dealer.house.policies import policy
from dealer.oem import answers, oem_papers
from dealer.oem import rebate_rules as rules
from dealer.oem.answers import Answer, Grant, Objection
from dealer.oem.oem_papers import NewPaper
from dealer.people import SYSTEM, Actor, has, owner_or
from dealer.records.deals import Deal
from dealer.records.oem import Filing, FilingState, Rebate, RebateCar, RebateState
from dealer.records.people import Role
from dealer.records.vehicles import Unit

S = RebateState
FILER = owner_or("file with the manufacturer")
PAYS = has("record money")
UNDER_OUR_HANDS = (S.COLLECTING, S.RETURNED)
ASKED = (S.SUBMITTED, S.COMPLETE)
LAPSES_AT = "00:05"
WARNED_AHEAD = (10, 3)  # working days before the last day on which its owner sees it
PAID_BACK_WITHIN = 5  # working days after the car came back
NEWEST = 200

# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class ClaimedCars(Facts):
    """For which cars."""

    cars: Annotated[tuple[UUID, ...], Options("cars_to_claim"), Kind("chips")] = Field(
        title="Cars", min_length=1, max_length=1000
    )


class Claim(Facts):
    """Handed in with the manufacturer."""

    claim_no: str = Field("", title="Claim no. of the manufacturer", max_length=40)


class Paid(Facts):
    """What came in."""

    amount: Money = Field(title="Amount", gt=0)
    paid_on: date = Field(title="Day it was paid")
    reference: str = Field("", title="Payment reference", max_length=200)


class TakenBack(Facts):
    """What the manufacturer took back of it, and why."""

    amount: Money = Field(title="Amount", gt=0)
    reason: Annotated[str, Paragraph] = Field(title="Reason", min_length=1, max_length=2000)


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def write_cars(rebate: Rebate, ask: Ask) -> None:
    """Each car with what the policy pays for it; the first invoice among them sets the last day."""
    chosen = {car.id: car for car in rules.claimable(ask.db, rebate)}
    paid = rules.allowances_of(rebate.filing)
    rebate.cars = []
    ask.db.flush()  # a VIN stands once in the table, also for the moment in between
    rebate.cars = [
        RebateCar(store_id=rebate.store_id, unit_id=key, vin=chosen[key].vin, allowance=paid[chosen[key].model_id])
        for key in dict.fromkeys(ask.facts.cars)
    ]
    if rebate.state is S.COLLECTING:
        follow_first_invoice(rebate, ask)


def follow_first_invoice(rebate: Rebate, ask: Ask) -> None:
    """The last day to submit; before the first invoice as long as the time for a claim is."""
    months: int = policy(ask.db, rebate.store_id, "claim_window_months", ask.today)
    cars = [car.unit_id for car in rebate.cars]
    _count_the_days(rebate, ask, rules.window_end(ask.db, rebate.store_id, cars, add_months(ask.today, months)))


def _count_the_days(rebate: Rebate, ask: Ask, last_day: date) -> None:
    rebate.answer_by = last_day
    calendar = calendar_of(ask.db)
    ends, over = calendar.end_of(last_day), calendar.at(last_day + timedelta(days=1), LAPSES_AT)
    deadlines.plan(ask, "submit_rebate", rebate, ends, owner_id=rebate.owner_id, warn=WARNED_AHEAD)
    deadlines.plan(ask, "lapse_rebate", rebate, over, by_system=True)


def note_submission(rebate: Rebate, ask: Ask) -> None:
    """It lies with the manufacturer."""
    rebate.submitted_on = ask.today
    rebate.claim_no = ask.facts.claim_no or rebate.claim_no
    deadlines.finish(ask, rebate, "submit_rebate")
    deadlines.cancel(ask, rebate)


def ask_for_an_answer(rebate: Rebate, ask: Ask) -> None:
    """Back to its owner, who has some days (house rule `rebate_reply_days`), or as long as the window is open."""
    answers.count_return(rebate, ask)
    days: int = policy(ask.db, rebate.store_id, "rebate_reply_days", ask.today)
    _count_the_days(rebate, ask, max(rebate.answer_by, ask.today + timedelta(days=days)))


def note_grant(rebate: Rebate, ask: Ask) -> None:
    """So much was approved: finance watches for the money."""
    rebate.approved_amount = ask.facts.amount


def note_payment(rebate: Rebate, ask: Ask) -> None:
    """The money is there."""
    facts: Paid = ask.facts
    rebate.paid_amount, rebate.paid_on, rebate.paid_reference = facts.amount, facts.paid_on, facts.reference


def note_taken_back(rebate: Rebate, ask: Ask) -> None:
    """Some of it is gone again; once nothing is owed, nobody has to pay it back."""
    rebate.taken_back += ask.facts.amount
    if rules.owed_back(rebate) == 0:
        deadlines.finish(ask, rebate, "pay_rebate_back")


def plan_to_pay_back(rebate: Rebate, ask: Ask) -> None:
    """The key-account manager settles it with the manufacturer; finance records the money."""
    due = calendar_of(ask.db).due_after(ask.today, PAID_BACK_WITHIN)
    deadlines.plan(ask, "pay_rebate_back", rebate, due, role=Role.KEY_ACCOUNT)


def free_cars(rebate: Rebate, ask: Ask) -> None:
    """It came to nothing: another claim may name these cars."""
    for car in rebate.cars:
        car.freed_at = ask.at
    deadlines.cancel(ask, rebate)


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

TYPED = (rules.claimed_cars_may_be_claimed,)
TO_COLLECT = (rules.claimed_filing_is_approved, *TYPED)
COMPLETE = (
    rules.claimed_filing_is_approved, rules.claimed_cars_are_delivered, rules.claimed_cars_are_invoiced,
    rules.claimed_cars_were_filed,
    rules.rebate_papers_are_attached, rules.claim_is_in_time,
)  # fmt: skip
DATED = (answers.answer_follows_its_question,)
NOTED = (answers.note_answer,)

# fmt: off
# ruff: disable[E501]
STEPS = [
    #    action         from               to            who     asks for     refused unless …                                      then …
    Step("collect",     None,              S.COLLECTING, FILER,  ClaimedCars, TO_COLLECT,                                           (write_cars,)),
    Step("choose_cars", UNDER_OUR_HANDS,   SAME,         FILER,  ClaimedCars, TYPED,                                                (write_cars,)),
    Step("attach",      UNDER_OUR_HANDS,   SAME,         FILER,  NewPaper,    (oem_papers.paper_names_its_car,),                    (oem_papers.attach,)),
    Step("submit",      UNDER_OUR_HANDS,   S.SUBMITTED,  FILER,  Claim,       COMPLETE,                                             (note_submission,)),
    # what the manufacturer answers
    Step("complete",    S.SUBMITTED,       S.COMPLETE,   FILER,  Answer,      DATED,                                                NOTED),
    Step("approve",     S.COMPLETE,        S.APPROVED,   FILER,  Grant,       (*DATED, rules.grant_is_within_the_claim),            (*NOTED, note_grant)),
    Step("return",      ASKED,             S.RETURNED,   FILER,  Objection,   DATED,                                                (*NOTED, ask_for_an_answer), when=answers.may_be_returned_again),
    Step("return",      ASKED,             S.REFUSED,    FILER,  Objection,   DATED,                                                (*NOTED, free_cars), when=answers.was_returned_too_often),
    Step("refuse",      ASKED,             S.REFUSED,    FILER,  Objection,   DATED,                                                (*NOTED, free_cars)),
    Step("pay",         S.APPROVED,        S.PAID,       PAYS,   Paid,        (rules.payment_day_is_past, rules.payment_is_within_the_grant, rules.payment_is_within_the_delivered), (note_payment,)),
    Step("take_back",   S.PAID,            SAME,         PAYS,   TakenBack,   (rules.no_more_is_taken_back_than_was_paid,),         (note_taken_back,)),
    # by itself
    Step("follow",      S.COLLECTING,      SAME,         SYSTEM, None,        (rules.first_invoice_says_another_day,),              (follow_first_invoice,)),
    Step("owe_back",    S.PAID,            SAME,         SYSTEM, None,        (rules.a_paid_car_came_back,),                        (plan_to_pay_back,)),
    Step("lapse",       UNDER_OUR_HANDS,   S.LAPSED,     SYSTEM, None,        (rules.last_day_is_over,),                            (free_cars,)),
]
# ruff: enable[E501]
# fmt: on

REBATES = Life("rebate", Rebate, RebateState, STEPS, path=(S.COLLECTING, S.SUBMITTED, S.COMPLETE, S.APPROVED, S.PAID))


def blank(ask: Ask, filing: Filing) -> Rebate:
    """A rebate that is not yet born: `begin(blank(ask, filing), "collect", ask)`."""
    return Rebate(
        store_id=filing.store_id, filing_id=filing.id, filing=filing, case_id=filing.case_id, answer_by=ask.today
    )


def claimable_under(ask: Ask, filing: Filing) -> list[Unit]:
    """The cars for which a rebate may be begun under a filing that is approved."""
    return rules.claimable(ask.db, blank(ask, filing)) if filing.state is FilingState.APPROVED else []


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def claimed(rebate: Rebate) -> int:
    """What the policy pays for its cars together."""
    return sum(car.allowance for car in rebate.cars)


def of_filing(db: Session, filing: Filing) -> list[Rebate]:
    """Every rebate under a filing, oldest first."""
    return list(db.scalars(select(Rebate).where(Rebate.filing_id == filing.id).order_by(Rebate.number)))


def of_deal(db: Session, deal: Deal) -> list[Rebate]:
    """Every rebate of a deal, oldest first."""
    query = select(Rebate).join(Filing, Filing.id == Rebate.filing_id).where(Filing.deal_id == deal.id)
    return list(db.scalars(query.order_by(Rebate.number)))


def seen_by(db: Session, who: Actor, states: Iterable[RebateState]) -> list[Rebate]:
    """Rebates a person may look at, those whose last day comes first on top."""
    deals = deal_lists.deals_seen_by(db, who).with_only_columns(Deal.id)
    query = people.scoped(select(Rebate).join(Filing, Filing.id == Rebate.filing_id), Rebate, who)
    query = query.where(Filing.deal_id.in_(deals), Rebate.state.in_([state.value for state in states]))
    whose = joinedload(Rebate.filing).joinedload(Filing.deal).joinedload(Deal.customer)
    query = query.options(whose, selectinload(Rebate.cars))
    return list(db.scalars(query.order_by(Rebate.answer_by, Rebate.number).limit(NEWEST)))
