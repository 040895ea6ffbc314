"""The life of a filing 报备: a deal is filed with the manufacturer before its first invoice, and claimed in time.

Read the table first; its rules are in filing_rules.py. What stands on the customer, the deal and the shop's last filing
is filled in from there, so that nobody types it twice.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from dealer import deadlines, people
from dealer.deals import deal_lists
from dealer.deals.deals import Comment
from dealer.engine.database import calendar_of
from dealer.engine.fields import Kind, Options, Paragraph
from dealer.engine.steps import SAME, Ask, Facts, Life, Personal, Step
from dealer.house.policies import policy
from dealer.oem import answers, earnings, oem_papers
from dealer.oem import filing_rules as rules
from dealer.oem.answers import Answer, Objection
from dealer.oem.oem_papers import NewPaper
from dealer.people import SYSTEM, Actor, owner_or
from dealer.records.customers import CustomerClass
from dealer.records.deals import Deal
from dealer.records.oem import FiledLine, Filing, FilingState, Nature, OemPolicy, SaleType
from dealer.records.people import Role

S = FilingState
C = CustomerClass
FILER = owner_or("file with the manufacturer")
OPEN = (S.DRAFT, S.RETURNED, S.SUBMITTED, S.REGION_OK, S.APPROVED)
UNDER_OUR_HANDS = (S.DRAFT, S.RETURNED)
ASKED = (S.SUBMITTED, S.REGION_OK)
OF_THE_SHOP = ("dealer_code", "principal", "principal_phone")
TYPED_AS_IS = (
    *OF_THE_SHOP, "nature", "landline", "fax", "email", "sale_type", "remark", "claim_expected_on", "resources_wanted",
)  # fmt: skip
NATURE_OF_CLASS = {
    C.GOVERNMENT: Nature.PUBLIC, C.POLICE: Nature.PUBLIC, C.INSTITUTION: Nature.PUBLIC, C.MILITARY: Nature.PUBLIC,
    C.STATE_GROUP: Nature.STATE_OWNED, C.INDIVIDUAL: Nature.INDIVIDUAL, C.STAFF_PURCHASE: Nature.INDIVIDUAL,
}  # fmt: skip
"""What a class says of the customer's nature; of the others most are private companies, and whoever files knows."""
SALE_OF_CLASS = {C.STAFF_PURCHASE: SaleType.STAFF, C.INDIVIDUAL: SaleType.INFLUENCER}
LAPSES_AT = "00:05"
REMINDED_AT = "09:00"
NEWEST = 200

# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class FiledCars(Facts):
    """Cars of one model in one colour."""

    model: Annotated[UUID, Options("models")] = Field(title="Model")
    colour: str = Field(title="Colour", min_length=1, max_length=40)
    quantity: int = Field(title="Quantity", ge=1, le=10_000)


class FilingFacts(Facts):
    """The manufacturer's form 集团销售申请表, as far as the shop does not know it already."""

    policy: Annotated[int, Options("policies_to_file")] = Field(title="Policy of the manufacturer")
    lines: tuple[FiledCars, ...] = Field(title="Cars", min_length=1, max_length=100)
    contact: Annotated[UUID, Options("contacts_of_filing")] = Field(title="Contact")
    landline: str = Field("", title="Landline", max_length=40)
    fax: str = Field("", title="Fax", max_length=40)
    email: str = Field("", title="E-mail", max_length=200)
    nature: Nature = Field(title="Nature of the customer")
    sale_type: Annotated[SaleType, Kind("chips")] = Field(SaleType.GROUP, title="Type of sale")
    claim_expected_on: date | None = Field(None, title="Claim expected on")
    resources_wanted: bool = Field(False, title="Cars are asked for with it")
    remark: Annotated[str, Paragraph] = Field("", title="Remark on the project", max_length=2000)
    dealer_code: str = Field(
        title="Dealer code", description="Of this shop with the manufacturer; taken from the last filing.",
        min_length=1, max_length=40,
    )  # fmt: skip
    principal: Annotated[str, Personal()] = Field(title="Principal of the dealer", min_length=1, max_length=100)
    principal_phone: Annotated[str, Personal()] = Field(title="Phone of the principal", min_length=1, max_length=40)


class Submission(Facts):
    """The number that the manufacturer's portal gave."""

    filing_no: str = Field(title="Filing no., 12 characters", pattern=r"^[0-9A-Za-z]{12}$", max_length=12)


class LastDay(Facts):
    """Until when an approved filing holds."""

    claim_until: date = Field(title="Claim the rebate by", description="As the manufacturer's portal shows it.")


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def plan_filing(filing: Filing, ask: Ask) -> None:
    """The owner files when they first call the customer."""
    calendar = calendar_of(ask.db)
    clock = policy(ask.db, filing.store_id, "follow_up_from", ask.today)
    due = calendar.at(calendar.add_working_days(ask.today, 1), clock)
    deadlines.plan(ask, "file_with_manufacturer", filing, due, owner_id=filing.owner_id)


def write_filing(filing: Filing, ask: Ask) -> None:
    """The form as it was typed; the class is the customer's."""
    facts: FilingFacts = ask.facts
    filing.policy = people.by_number(ask.db, OemPolicy, ask.actor, facts.policy)
    filing.contact_id, filing.customer_class = facts.contact, filing.deal.customer.customer_class
    for name in TYPED_AS_IS:
        setattr(filing, name, getattr(facts, name))
    filing.lines = [
        FiledLine(
            store_id=filing.store_id, position=at, model_id=line.model, colour=line.colour, quantity=line.quantity
        )
        for at, line in enumerate(facts.lines, 1)
    ]


def note_submission(filing: Filing, ask: Ask) -> None:
    """It lies with the manufacturer."""
    filing.filing_no, filing.submitted_on = ask.facts.filing_no, ask.today
    for kind in ("file_with_manufacturer", "answer_manufacturer"):
        deadlines.finish(ask, filing, kind)


def plan_answer(filing: Filing, ask: Ask) -> None:
    """What came back is improved within a working day or two, before the manufacturer forgets it."""
    answers.count_return(filing, ask)
    due = calendar_of(ask.db).due_after(ask.today, 2)
    deadlines.plan(ask, "answer_manufacturer", filing, due, owner_id=filing.owner_id)


def count_the_days(filing: Filing, ask: Ask) -> None:
    """From the approval on: so many days to apply for the rebate, two reminders on the way."""
    days: int = policy(ask.db, filing.store_id, "filing_lapse_days", ask.facts.audited_on)
    filing.approved_on = ask.facts.audited_on
    filing.claim_until = filing.approved_on + timedelta(days=days)
    _watch(filing, ask, filing.claim_until)


def note_last_day(filing: Filing, ask: Ask) -> None:
    """As the manufacturer's portal says it; from now on it is watched like any other."""
    filing.claim_until = ask.facts.claim_until
    _watch(filing, ask, ask.facts.claim_until)


def _watch(filing: Filing, ask: Ask, last_day: date) -> None:
    calendar = calendar_of(ask.db)
    for day in rules.warning_days(filing, ask):
        fires = calendar.at(day, REMINDED_AT)
        deadlines.plan(ask, "warn_of_filing", filing, fires, by_system=True, note=day.isoformat())
    over = calendar.at(last_day + timedelta(days=1), LAPSES_AT)
    deadlines.plan(ask, "lapse_filing", filing, over, by_system=True)
    deadlines.plan(ask, "apply_for_rebate", filing, calendar.end_of(last_day), owner_id=filing.owner_id)


def remind(filing: Filing, ask: Ask) -> None:
    """From now on the owner and the key-account manager see by when the rebate has to be applied for."""
    filing.warned += 1
    if filing.claim_until is not None:
        ends = calendar_of(ask.db).end_of(filing.claim_until)
        deadlines.plan(ask, "apply_for_rebate", filing, ends, owner_id=filing.owner_id)
        deadlines.plan(ask, "filing_runs_out", filing, ends, role=Role.KEY_ACCOUNT)
        deadlines.show_already(ask, filing, "apply_for_rebate", "filing_runs_out")


def tell_of_the_lapse(filing: Filing, ask: Ask) -> None:
    """The owner and the key-account manager hear of it; nothing else of it is due."""
    deadlines.cancel(ask, filing)
    due = calendar_of(ask.db).due_after(ask.today, 1)
    deadlines.plan(ask, "filing_lapsed", filing, due, owner_id=filing.owner_id)
    deadlines.plan(ask, "filing_lapsed", filing, due, role=Role.KEY_ACCOUNT)
    deadlines.show_already(ask, filing, "filing_lapsed")


def stop_the_days(filing: Filing, ask: Ask) -> None:
    """A rebate was applied for: it lapses no more."""
    filing.claimed_on = ask.today
    deadlines.finish(ask, filing, "apply_for_rebate")
    deadlines.cancel(ask, filing)


def close_tasks(filing: Filing, ask: Ask) -> None:
    """Nobody owes it anything."""
    deadlines.cancel(ask, filing)


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

TYPED = (rules.filed_policy_is_approved, rules.filed_contact_is_the_customers, rules.filed_models_are_ours)
COMPLETE = (
    rules.filing_is_complete, rules.filed_policy_holds_today, rules.filed_class_is_covered,
    rules.filed_models_are_paid, rules.filed_cars_are_enough, rules.use_fits_the_class,
    rules.filing_papers_are_attached, rules.nothing_is_invoiced_yet, rules.nobody_else_filed_the_customer,
)  # fmt: skip
DATED = (answers.answer_follows_its_question,)
NOTED = (answers.note_answer,)


# fmt: off
# ruff: disable[E501]
STEPS = [
    #    action         from               to            who     asks for     refused unless …                                      then …
    Step("open",        None,              S.DRAFT,      owner_or("open filings"), None, (rules.no_filing_is_open,),                (plan_filing,)),
    Step("edit",        UNDER_OUR_HANDS,   SAME,         FILER,  FilingFacts, TYPED,                                                (write_filing,)),
    Step("attach",      OPEN,              SAME,         FILER,  NewPaper,    (oem_papers.paper_names_its_car,),                    (oem_papers.attach,)),
    Step("submit",      UNDER_OUR_HANDS,   S.SUBMITTED,  FILER,  Submission,  (*COMPLETE, rules.filing_no_is_new),                  (note_submission,)),
    # what the manufacturer answers
    Step("pass_region", S.SUBMITTED,       S.REGION_OK,  FILER,  Answer,      DATED,                                                NOTED),
    Step("approve",     S.REGION_OK,       S.APPROVED,   FILER,  Answer,      DATED,                                                (*NOTED, count_the_days)),
    Step("return",      ASKED,             S.RETURNED,   FILER,  Objection,   DATED,                                                (*NOTED, plan_answer), when=answers.may_be_returned_again),
    Step("return",      ASKED,             S.REFUSED,    FILER,  Objection,   DATED,                                                (*NOTED, close_tasks), when=answers.was_returned_too_often),
    Step("refuse",      ASKED,             S.REFUSED,    FILER,  Objection,   DATED,                                                (*NOTED, close_tasks)),
    Step("withdraw",    (*OPEN, S.REFUSED, S.LAPSED), S.WITHDRAWN, FILER, Comment, (rules.no_rebate_was_applied_for,),              (close_tasks,)),
    Step("tell_last_day", S.APPROVED,      SAME,         FILER,  LastDay,     (rules.last_day_is_asked_for, rules.last_day_follows_the_approval), (note_last_day,)),
    # by itself
    Step("claim",       S.APPROVED,        SAME,         SYSTEM, None,        (rules.a_rebate_was_applied_for,),                    (stop_the_days,)),
    Step("remind",      S.APPROVED,        SAME,         SYSTEM, None,        (rules.a_warning_is_due,),                            (remind,)),
    Step("lapse",       S.APPROVED,        S.LAPSED,     SYSTEM, None,        (rules.its_days_are_over,),                           (tell_of_the_lapse,)),
    Step("end",         OPEN,              S.WITHDRAWN,  SYSTEM, None,        (rules.filed_deal_is_given_up, rules.no_rebate_was_applied_for), (close_tasks,)),
]
# ruff: enable[E501]
# fmt: on

FILINGS = Life("filing", Filing, FilingState, STEPS, path=(S.DRAFT, S.SUBMITTED, S.REGION_OK, S.APPROVED))


# ── a new one ─────────────────────────────────────────────────────────────────────────────────────────────────────


def blank(ask: Ask, deal: Deal, chosen: OemPolicy | None = None) -> Filing:
    """A filing that is not yet born, filled in from deal, customer and the last filing of the shop."""
    customer = deal.customer
    filing = Filing(store_id=deal.store_id, deal_id=deal.id, deal=deal, case_id=deal.id, policy=chosen)
    filing.customer_class, filing.contact_id = customer.customer_class, deal.contact_id
    filing.nature = NATURE_OF_CLASS.get(customer.customer_class, Nature.PRIVATE)
    filing.sale_type = SALE_OF_CLASS.get(customer.customer_class, SaleType.GROUP)
    last = _last_of_the_shop(ask.db, deal.store_id)
    for name in OF_THE_SHOP:
        setattr(filing, name, getattr(last, name) if last is not None else "")
    filing.lines = [
        FiledLine(store_id=deal.store_id, position=at, model_id=each.model_id, colour=each.colour,
                  quantity=each.quantity)
        for at, each in enumerate(earnings.cars_of(ask.db, deal), 1)
    ]  # fmt: skip
    return filing


def _last_of_the_shop(db: Session, store_id: UUID) -> Filing | None:
    query = select(Filing).where(Filing.store_id == store_id, Filing.dealer_code != "")
    return db.scalars(query.order_by(Filing.number.desc()).limit(1)).first()


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def known_facts(db: Session, filing: Filing) -> dict[str, Any]:
    """A filing as its form shows it; its cars are the deal's until somebody has written them down."""
    lines: Iterable[FiledLine | earnings.Cars] = filing.lines or earnings.cars_of(db, filing.deal)
    known = {name: getattr(filing, name) for name in TYPED_AS_IS}
    return known | {
        "policy": filing.policy.number if filing.policy else "",
        "contact": str(filing.contact_id or ""),
        "lines": [{"model": str(line.model_id), "colour": line.colour, "quantity": line.quantity} for line in lines],
    }


def of_deal(db: Session, deal: Deal) -> list[Filing]:
    """Every filing of a deal, oldest first."""
    return list(db.scalars(select(Filing).where(Filing.deal_id == deal.id).order_by(Filing.number)))


def filed(filing: Filing) -> int:
    """How many cars are filed."""
    return sum(line.quantity for line in filing.lines)


def sees(filing: Filing, who: Actor, db: Session) -> bool:
    """Filings are seen by those who see their deal and have to do with the manufacturer."""
    return who.may_or_stands_in("see oem") and deal_lists.sees_deal(filing.deal, who, db)


def seen_by(db: Session, who: Actor, states: Iterable[FilingState]) -> list[Filing]:
    """Filings a person may look at: what runs out next first, then the latest."""
    deals = deal_lists.deals_seen_by(db, who).with_only_columns(Deal.id)
    query = people.scoped(select(Filing).where(Filing.deal_id.in_(deals)), Filing, who)
    query = query.where(Filing.state.in_([state.value for state in states]))
    whose = joinedload(Filing.deal)
    query = query.options(whose.joinedload(Deal.customer), whose.joinedload(Deal.owner), joinedload(Filing.policy))
    query = query.options(selectinload(Filing.lines))
    runs_out = (Filing.claim_until.is_(None) | Filing.claimed_on.is_not(None), Filing.claim_until, Filing.number.desc())
    return list(db.scalars(query.order_by(*runs_out).limit(NEWEST)))
