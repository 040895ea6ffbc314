"""Framework agreements: written by the key-account manager, approved by the general manager, in force once signed.

The paper is in framework_papers.py, how it is filed with both signatures in framework_filing.py. What deals call off
from one, and how much is left of it, is in call_offs.py.
"""

from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealer import deadlines, people
from dealer.approvals.approval_rules import hard_floor
from dealer.contracts import clause_library, signatures
from dealer.deals.deals import Comment
from dealer.engine.database import calendar_of
from dealer.engine.fields import Money, Options, Paragraph
from dealer.engine.steps import SAME, Ask, Facts, Life, Refusal, Step, no, on_facts
from dealer.frameworks import framework_filing as filing
from dealer.frameworks import framework_papers as papers
from dealer.house.hands import not_their_hand
from dealer.people import SYSTEM, Actor, has, not_their_own
from dealer.prices import pricing
from dealer.records.customers import Customer
from dealer.records.frameworks import Framework, FrameworkPrice, FrameworkState
from dealer.records.people import Role
from dealer.records.vehicles import Model

S = FrameworkState
WRITTEN = ("draft", "edit", "submit")  # nobody who took one of these decides
KEEPER = has("keep frameworks")
APPROVER = has("approve frameworks")
FILER = has("record signatures")
HEAD = (
    "title", "from_day", "until_day", "ceiling", "signing_place", "lead_days", "payment_days", "damages",
    "damages_cap_percent", "end_after_days", "arbitration", "remark",
)  # fmt: skip
NEWEST = 100

# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class AgreedModel(Facts):
    """What a car of a model costs the customer, with VAT and after gifts."""

    model: Annotated[UUID, Options("models")] = Field(title="Model")
    net_price: Money = Field(title="Net price per car, with VAT", gt=0)


class FrameworkFacts(Facts):
    """What was agreed, for how long, for how many cars."""

    title: str = Field(title="What it is about", min_length=1, max_length=200)
    from_day: date = Field(title="In force from")
    until_day: date = Field(title="In force until")
    ceiling: int | None = Field(None, title="Cars at most", ge=1, le=100_000)
    prices: tuple[AgreedModel, ...] = Field(title="Agreed prices", min_length=1, max_length=200)
    project_approval: str = Field(
        "", title="Manufacturer's project approval no.", max_length=40,
        description="Needed for prices below the general manager's floor.",
    )  # fmt: skip
    signing_place: str = Field("", title="Place of signing", max_length=200)
    lead_days: int = Field(
        30, title="Delivery, days after the order", description="Where an order names no day.", ge=1, le=3650
    )
    payment_days: int = Field(
        10, title="Payment, working days after acceptance", description="Where an order names no time.", ge=0, le=3650
    )
    damages: int = Field(
        5, title="Damages for delay", description="Per ten thousand and day, for both sides.", ge=1, le=100
    )
    damages_cap_percent: int = Field(5, title="At most, in percent", ge=1, le=100)
    end_after_days: int = Field(30, title="Days of delay before an order may be ended", ge=1, le=365)
    arbitration: str = Field(
        "", title="Arbitration commission", max_length=200,
        description="Left empty, disputes go to the court at the seller's domicile.",
    )  # fmt: skip
    remark: Annotated[str, Paragraph] = Field("", title="Remark", max_length=2000)


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def agreement_ends_after_it_begins(framework: Framework, ask: Ask) -> Refusal | None:
    """A period has a first and a last day, in this order."""
    if ask.facts.until_day < ask.facts.from_day:
        return no(
            "The last day is before the first, {day}.", code="E-FRAMEWORK", field="until_day", day=ask.facts.from_day
        )
    return None


@on_facts
def agreed_models_are_named_once(framework: Framework, ask: Ask) -> Refusal | None:
    """Two prices for one model would leave the choice to chance; another shop's models are none of ours."""
    models = [row.model for row in ask.facts.prices]
    ours = select(func.count()).where(Model.store_id == framework.store_id, Model.id.in_(set(models)))
    if len(set(models)) != len(models) or ask.db.scalar(ours) != len(models):
        return no("Name each model of the shop once.", code="E-MODEL-TWICE", field="prices")
    return None


def agreed_prices_keep_the_last_floor(framework: Framework, ask: Ask) -> Refusal | None:
    """Below the general manager's floor the manufacturer's project approval must be named, here as anywhere."""
    if framework.project_approval:
        return None
    models = [price.model_id for price in framework.prices]
    listed = pricing.prices_of(ask.db, framework.store_id, models, ask.today)
    for price in framework.prices:
        known = listed.get(price.model_id)
        if known is not None and price.net_price < known.floor_general:
            return hard_floor(known.floor_general)
    return None


def agreement_is_not_over(framework: Framework, ask: Ask) -> Refusal | None:
    """What has ended before it began is not approved."""
    if framework.until_day < ask.today:
        return no("It would have ended on {day}: agree another period.", code="E-FRAMEWORK", day=framework.until_day)
    return None


def somebody_else_wrote_the_agreement(framework: Framework, ask: Ask) -> Refusal | None:
    """Nobody approves an agreement that they have written on or submitted, in whoever's name."""
    own = not_their_own(framework.made_by_id, ask) or not_their_own(framework.submitted_by_id, ask)
    return own or not_their_hand(framework, WRITTEN, ask)


def its_last_day_is_over(framework: Framework, ask: Ask) -> Refusal | None:
    """From 0:00 of the day after; the sweep looks at 00:05."""
    if ask.today > framework.until_day:
        return None
    return no("Its period has not ended.", code="E-NOT-YET", quiet=True)


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def write_agreement(framework: Framework, ask: Ask) -> None:
    """What was agreed, as it was typed."""
    facts: FrameworkFacts = ask.facts
    for name in HEAD:
        setattr(framework, name, getattr(facts, name))
    framework.project_approval = facts.project_approval or None
    framework.prices = [
        FrameworkPrice(store_id=framework.store_id, position=at, model_id=row.model, net_price=row.net_price)
        for at, row in enumerate(facts.prices, 1)
    ]


def note_submission(framework: Framework, ask: Ask) -> None:
    """The general manager has a working day."""
    framework.submitted_by_id = ask.actor.id
    calendar = calendar_of(ask.db)
    due = calendar.due_after(ask.today, 1)
    deadlines.plan(ask, "approve_framework", framework, due, role=Role.GENERAL)


def note_approval(framework: Framework, ask: Ask) -> None:
    """The text is as it shall be signed."""
    framework.approved_by_id, framework.approved_at = ask.actor.id, ask.at
    deadlines.finish(ask, framework, "approve_framework")


def plan_the_end(framework: Framework, ask: Ask) -> None:
    """It ends by itself after its last day, and who keeps it is told a while before."""
    calendar = calendar_of(ask.db)
    fires = calendar.at(framework.until_day + timedelta(days=1), "00:05")
    deadlines.plan(ask, "end_framework", framework, fires, by_system=True)
    ends = calendar.end_of(framework.until_day)
    deadlines.plan(ask, "framework_ends", framework, ends, owner_id=framework.made_by_id, warn=(20, 5))


def close_tasks(framework: Framework, ask: Ask) -> None:
    """Nobody owes it anything."""
    deadlines.cancel(ask, framework)


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

TYPED = (agreement_ends_after_it_begins, agreed_models_are_named_once)
COMPLETE = (agreed_prices_keep_the_last_floor, agreement_is_not_over)
TO_SUBMIT = (*COMPLETE, clause_library.wordings_are_as_approved, papers.agreement_fits_on_paper)
TO_FILE = (
    filing.signed_paper_is_not_filed_yet, filing.it_has_our_number, papers.numbered_paper_is_stored,
    signatures.signed_text_is_the_issued_one, signatures.signed_after_issue_and_by_today,
)  # fmt: skip
TO_FILE_OTHER = (
    filing.signed_paper_is_not_filed_yet, filing.it_has_no_paper_of_ours, signatures.signed_by_today,
)  # fmt: skip
TO_APPROVE = (somebody_else_wrote_the_agreement, *COMPLETE, papers.agreement_was_printed_on_trial)

# fmt: off
# ruff: disable[E501]
STEPS = [
    #    action      from                     to           who       asks for        refused unless …                               then …
    Step("draft",    None,                    S.DRAFT,     KEEPER,   FrameworkFacts, TYPED,                                         (write_agreement,)),
    Step("edit",     S.DRAFT,                 SAME,        KEEPER,   FrameworkFacts, TYPED,                                         (write_agreement,)),
    Step("submit",   S.DRAFT,                 S.SUBMITTED, KEEPER,   None,           TO_SUBMIT,                                     (note_submission, papers.freeze_agreement)),
    Step("return",   S.SUBMITTED,             S.DRAFT,     APPROVER, Comment,        (somebody_else_wrote_the_agreement,),          (close_tasks, papers.thaw_agreement)),
    Step("approve",  S.SUBMITTED,             S.ISSUED,    APPROVER, None,           TO_APPROVE,                                    (note_approval, plan_the_end, papers.issue_agreement)),
    Step("file_paper", S.ISSUED,              S.IN_FORCE,  FILER,    filing.SignedAgreement, TO_FILE,                               (filing.file_paper,)),
    Step("withdraw", (S.DRAFT, S.SUBMITTED, S.ISSUED), S.WITHDRAWN, KEEPER, None,    (),                                            (close_tasks,)),
    Step("end",      S.IN_FORCE,              S.ENDED,     KEEPER,   Comment,        (),                                            (close_tasks,)),
    # in force since before papers were filed
    Step("file_paper", S.IN_FORCE,            SAME,        FILER,    filing.SignedAgreement, TO_FILE,                               (filing.file_paper,)),
    Step("file_other_paper", S.IN_FORCE,      SAME,        FILER,    filing.OtherPaper, TO_FILE_OTHER,                              (filing.note_other_number, filing.file_paper)),
    # by itself
    Step("expire",   (S.ISSUED, S.IN_FORCE),  S.ENDED,     SYSTEM,   None,           (its_last_day_is_over,),                       (close_tasks,)),
]
# ruff: enable[E501]
# fmt: on

FRAMEWORKS = Life(
    "framework", Framework, FrameworkState, STEPS, path=(S.DRAFT, S.SUBMITTED, S.ISSUED, S.IN_FORCE, S.ENDED)
)


def blank(ask: Ask, customer: Customer) -> Framework:
    """An agreement that is not yet born: `begin(blank(ask, customer), "draft", ask)`."""
    facts: FrameworkFacts = ask.facts
    head: dict[str, Any] = {name: getattr(facts, name) for name in HEAD}
    return Framework(
        store_id=customer.store_id, customer_id=customer.id, customer=customer, made_by_id=ask.hat.id, **head
    )


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def known_facts(framework: Framework) -> dict[str, Any]:
    """An agreement as its form shows it."""
    prices = [{"model": str(each.model_id), "net_price": each.net_price} for each in framework.prices]
    head = {name: getattr(framework, name) for name in HEAD}
    return head | {"prices": prices, "project_approval": framework.project_approval or ""}


def newest(db: Session, who: Actor) -> list[Framework]:
    """The shop's agreements, the latest first."""
    query = people.scoped(select(Framework), Framework, who)
    return list(db.scalars(query.order_by(Framework.number.desc()).limit(NEWEST)))


def with_customer(db: Session, customer: Customer) -> list[Framework]:
    """The agreements with one customer, the latest first."""
    query = select(Framework).where(Framework.customer_id == customer.id)
    return list(db.scalars(query.order_by(Framework.number.desc())))
