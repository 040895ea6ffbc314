"""What the steps of a visit ask for and write down: forms and effects. The rules are in reception.py."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from dealer import deadlines
from dealer.customers.customers import Telephone
from dealer.engine.database import calendar_of
from dealer.engine.fields import Kind, Money, Options, Paragraph, ShopTime
from dealer.engine.steps import Ask, Facts, Personal, write_down
from dealer.prospects import card_lists
from dealer.prospects.prospects import PROSPECTS, card_of_visitor
from dealer.records.customers import CustomerClass
from dealer.records.deals import Deal
from dealer.records.prospects import Arrival, PayMode, Purpose, Sex, Source, Visit, VisitKind, VisitState
from dealer.showroom import showroom_days
from dealer.showroom.showroom import recognise

# ── what the steps ask for ────────────────────────────────────────────────────────────────────────────────────────

Consultant = Annotated[UUID, Kind("chips"), Options("consultants")]
Text = Annotated[str, Field(max_length=200)]


class Party(Facts):
    """What reception writes into the register."""

    phone: Annotated[Telephone | None, Personal(), Kind("tel")] = Field(None, title="Phone")
    no_phone: bool = Field(False, title="Left no phone")
    name: Annotated[Text, Personal()] = Field("", title="Name")
    sex: Sex | None = Field(None, title="Sex")
    heads: int = Field(1, title="People", ge=1, le=99)
    purpose: Annotated[Purpose | None, Kind("chips")] = Field(None, title="Purpose")
    source: Annotated[Source | None, Kind("chips")] = Field(None, title="Source")
    company: Text = Field("", title="Company or authority")
    customer_class: CustomerClass | None = Field(None, title="Customer class")
    model: Annotated[UUID | None, Options("models")] = Field(None, title="Model")
    quantity: int | None = Field(None, title="Quantity", ge=1, le=1000)
    consultant: Consultant | None = Field(None, title="Consultant")
    campaign: Annotated[UUID | None, Options("campaigns_known")] = Field(None, title="Campaign")
    arrival: Arrival | None = Field(None, title="Came by")
    area: Text = Field("", title="Area")
    came_at: ShopTime | None = Field(None, title="Time in", description="Left empty: now.")


class Arriving(Party):
    """A new row of the register: a party at the door or a call."""

    kind: VisitKind = Field(VisitKind.VISIT, title="Visit or call")
    another: bool = Field(False, title="Another visit")


class Corrected(Party):
    """The row as it should have been written, and why it was not."""

    phone: Annotated[Telephone | None, Personal(), Kind("tel")] = Field(
        None, title="Phone", description="Left empty: the number stays."
    )
    left_at: ShopTime | None = Field(None, title="Time out")
    reason: Annotated[str, Paragraph] = Field(title="Reason", min_length=1, max_length=2000)


class Assigned(Facts):
    """Who receives them."""

    consultant: Consultant = Field(title="Consultant")


class Completed(Facts):
    """The rest of the row, by the consultant, right after the visit."""

    result: Text = Field(title="Result", min_length=1)
    phone: Annotated[Telephone | None, Personal(), Kind("tel")] = Field(
        None, title="Phone", description="If they left it after all."
    )
    name: Annotated[Text, Personal()] = Field("", title="Name")
    company: Text = Field("", title="Company or authority")
    customer_class: CustomerClass | None = Field(None, title="Customer class")
    model: Annotated[UUID | None, Options("models")] = Field(None, title="Model")
    quantity: int | None = Field(None, title="Quantity", ge=1, le=1000)
    colour: str = Field("", title="Colour", max_length=40)
    competitor: Text = Field("", title="Competitor they compare with")
    budget: Money | None = Field(None, title="Budget")
    pay_mode: PayMode | None = Field(None, title="Way of paying")
    trade_in: bool = Field(False, title="Trades in a car")
    drove: bool = Field(False, title="Drove a car")
    quoted: bool = Field(False, title="Got a quotation")
    questionnaire: bool = Field(False, title="Questionnaire")
    remark: Annotated[str, Paragraph] = Field("", title="Remark", max_length=2000)


class CompletedLate(Completed):
    """The rest of a row that was signed already, and why only now."""

    reason: Annotated[str, Paragraph] = Field(title="Reason", min_length=1, max_length=2000)


class BecameDeal(Facts):
    """The deal that this visit has become."""

    deal: UUID


def write(visit: Visit, facts: Party, ask: Ask) -> None:
    """Put reception's part into the row."""
    visit.came_at = facts.came_at or visit.came_at
    calendar = calendar_of(ask.db)
    visit.day, visit.hour = calendar.today(visit.came_at), calendar.hour(visit.came_at)
    visit.owner_id, visit.model_id, visit.campaign_id = facts.consultant, facts.model, facts.campaign
    for name in WRITTEN:
        setattr(visit, name, getattr(facts, name))


WRITTEN = (
    "phone", "no_phone", "name", "sex", "heads", "purpose", "source", "company", "customer_class", "quantity",
    "arrival", "area",
)  # fmt: skip


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def tell_the_consultant(visit: Visit, ask: Ask) -> None:
    """They see at once that somebody waits; who is forgotten here leaves the board with the day."""
    if visit.owner_id is not None:
        deadlines.plan(ask, "receive_party", visit, ask.at, owner_id=visit.owner_id)
    deadlines.plan(ask, "close_visit", visit, calendar_of(ask.db).end_of(visit.day), by_system=True)


def ask_for_the_rest(visit: Visit, ask: Ask) -> None:
    """The consultant completes the row on the same day."""
    if visit.owner_id is not None and visit.completed_at is None:
        due = calendar_of(ask.db).end_of(ask.today)
        deadlines.plan(ask, "complete_visit", visit, due, owner_id=visit.owner_id)


def assign(visit: Visit, ask: Ask) -> None:
    """Somebody else receives them."""
    deadlines.cancel(ask, visit, "receive_party")
    visit.owner_id = ask.facts.consultant
    if visit.state is VisitState.WAITING:
        deadlines.plan(ask, "receive_party", visit, ask.at, owner_id=visit.owner_id)


def note_reception(visit: Visit, ask: Ask) -> None:
    """Somebody is with them."""
    deadlines.finish(ask, visit, "receive_party")


def note_time_out(visit: Visit, ask: Ask) -> None:
    """They are gone, never before they came: the machine's clock may have been set back meanwhile."""
    visit.left_at = max(ask.at, visit.came_at)
    end_of_visit(visit, ask)


def end_of_visit(visit: Visit, ask: Ask) -> None:
    """Gone, whether or not anybody saw when."""
    deadlines.cancel(ask, visit)
    ask_for_the_rest(visit, ask)


def complete(visit: Visit, ask: Ask) -> None:
    """The rest of the row."""
    facts: Completed = ask.facts
    write_down(ask, "visit", visit, "visit_was", as_completed(visit))
    if facts.phone is not None and visit.prospect is None:
        visit.first = recognise(ask.db, ask.actor, facts.phone) is None
        visit.phone, visit.no_phone = facts.phone, False
    visit.name = facts.name or visit.name
    visit.model_id = facts.model
    for name in COMPLETED:
        setattr(visit, name, getattr(facts, name))
    visit.completed_at = ask.at
    deadlines.finish(ask, visit, "complete_visit")


COMPLETED = (
    "result", "company", "customer_class", "quantity", "colour", "competitor", "budget", "pay_mode", "trade_in",
    "drove", "quoted", "questionnaire", "remark",
)  # fmt: skip


def as_completed(visit: Visit) -> Completed:
    """The consultant's part as it stands, for the history and for the form that completes it."""
    known = {name: getattr(visit, name) for name in COMPLETED}
    return Completed.model_construct(**known, name=visit.name, phone=visit.phone, model=visit.model_id)


def correct(visit: Visit, ask: Ask) -> None:
    """The row as it should have been; the history keeps how it was."""
    facts: Corrected = ask.facts
    write_down(ask, "visit", visit, "visit_was", as_written(visit))
    phone = None if facts.no_phone else facts.phone or visit.phone
    if phone != visit.phone:
        visit.first = phone is None or recognise(ask.db, ask.actor, phone) is None
    write(visit, facts.model_copy(update={"phone": phone}), ask)
    if facts.left_at is not None and visit.state is VisitState.LEFT:
        visit.left_at = facts.left_at


def as_written(visit: Visit) -> Corrected:
    """Reception's part as it stands, for the history and for the form that corrects it."""
    known = {name: getattr(visit, name) for name in WRITTEN} | {"came_at": visit.came_at, "left_at": visit.left_at}
    known |= {"model": visit.model_id, "consultant": visit.owner_id, "campaign": visit.campaign_id}
    return Corrected.model_construct(**known, reason="")


def count_late_change(visit: Visit, ask: Ask) -> None:
    """A row that was signed has changed: its day says so until that is signed too."""
    if showroom_days.covers_row(ask.db, visit):
        visit.late_changes += 1


def give_card(visit: Visit, ask: Ask) -> None:
    """The card of this phone, or a new one: 留电话必须建卡. A birth is no step of the other's life."""
    card = card_lists.with_phone(ask.db, visit.store_id, visit.phone)
    if card is None:
        card = card_of_visitor(visit)
        PROSPECTS.begin("card_visitor", card, ask)
    visit.prospect = card


def join_deal(visit: Visit, ask: Ask) -> None:
    """The visit belongs to the deal's story from now on."""
    visit.deal = ask.db.get_one(Deal, ask.facts.deal)
    visit.case_id = visit.deal.id
