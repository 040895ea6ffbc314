"""Price lists: written by the key-account or sales manager, approved by the general manager, in force from their day.

A list has no effect before both: the approval and its first day. Which list counts is asked of pricing.py.
"""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from dealer import deadlines, people
from dealer.approvals.authority import outgrown_by
from dealer.deals.deals import Comment
from dealer.engine.database import calendar_of
from dealer.engine.fields import Money, Options, Paragraph
from dealer.engine.steps import SAME, Ask, Facts, Life, Refusal, Step, no, on_facts
from dealer.house.hands import not_their_hand
from dealer.people import Actor, has, not_their_own
from dealer.prices import pricing
from dealer.records.people import Role
from dealer.records.prices import PriceList, PriceListLine, PriceListState
from dealer.records.quotations import ExceptionState, PriceException
from dealer.records.vehicles import Model

S = PriceListState
WRITTEN = ("draft", "import", "edit", "submit")  # nobody who took one of these decides
WRITER = has("write price lists")
APPROVER = has("approve price lists")
PAGE = 200
PRICES = ("marked", "floor_consultant", "floor_key_account", "floor_general")

# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class PriceRow(Facts):
    """The prices of one model, per car with VAT."""

    model: Annotated[UUID, Options("models")] = Field(title="Model")
    marked: Money = Field(title="Marked price", gt=0)
    floor_consultant: Money = Field(title="Consultant's floor", gt=0)
    floor_key_account: Money = Field(title="Key-account manager's floor", gt=0)
    floor_general: Money = Field(title="General manager's floor", gt=0)
    cost: Money | None = Field(None, title="Cost of the car")

    @field_validator(*PRICES[1:])
    @classmethod
    def _each_floor_is_lower(cls, price: int, info: ValidationInfo) -> int:
        above = info.data.get(PRICES[PRICES.index(info.field_name or "") - 1])
        if above is not None and price > above:
            raise ValueError("Each price is at most the one before it.")
        return price


class ListHead(Facts):
    """What a list is called and from when it counts."""

    name: str = Field(title="Name of the list", min_length=1, max_length=40)
    effective_from: date = Field(title="In force from")
    remark: Annotated[str, Paragraph] = Field("", title="Remark", max_length=2000)


class ListFacts(ListHead):
    """A list typed by hand."""

    lines: tuple[PriceRow, ...] = Field(title="Prices", min_length=1, max_length=500)


class ImportedList(ListHead):
    """A list from a sheet: the sheet itself is kept, so the history names it instead of repeating each price."""

    sheet: str = Field(title="Sheet")
    sha256: str
    rows: int


def ordered(prices: list[int]) -> bool:
    """Marked price first, then each floor at most the one before."""
    return all(above >= below for above, below in pairwise(prices))


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def list_name_is_new(price_list: PriceList, ask: Ask) -> Refusal | None:
    """People speak of a list by its name."""
    twin = select(PriceList.number).where(
        PriceList.store_id == price_list.store_id,
        PriceList.name == ask.facts.name,
        PriceList.state != S.WITHDRAWN,
        PriceList.id != price_list.id,
    )
    if ask.db.scalar(twin.limit(1)) is not None:
        return no("There is a list of this name already: choose another one.", code="E-NAME-TAKEN", field="name")
    return None


@on_facts
def models_are_named_once(price_list: PriceList, ask: Ask) -> Refusal | None:
    """Two prices for one model would leave the choice to chance; another shop's models are none of ours."""
    models = [line.model for line in ask.facts.lines]
    ours = select(func.count()).where(Model.store_id == price_list.store_id, Model.id.in_(set(models)))
    if len(set(models)) != len(models) or ask.db.scalar(ours) != len(models):
        return no("Name each model of the shop once.", code="E-MODEL-TWICE", field="lines")
    return None


def list_has_prices(price_list: PriceList, ask: Ask) -> Refusal | None:
    """An empty list would take every model off."""
    if not count_lines(ask.db, price_list):
        return no("Add the prices first.", code="E-REQ-FIELD")
    return None


def somebody_else_wrote_the_list(price_list: PriceList, ask: Ask) -> Refusal | None:
    """Nobody approves a list that they have written on or submitted, in whoever's name."""
    own = not_their_own(price_list.made_by_id, ask) or not_their_own(price_list.submitted_by_id, ask)
    return own or not_their_hand(price_list, WRITTEN, ask)


def list_is_not_in_force_yet(price_list: PriceList, ask: Ask) -> Refusal | None:
    """What customers were quoted from stays; a later list replaces it."""
    if price_list.effective_from <= ask.today:
        return no(
            "It is in force since {day}: let a new list take its place.",
            code="E-IN-FORCE",
            day=price_list.effective_from,
        )
    return None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def write_head(price_list: PriceList, ask: Ask) -> None:
    """Name, first day, remark."""
    for name in ListHead.model_fields:
        setattr(price_list, name, getattr(ask.facts, name))


def write_prices(price_list: PriceList, ask: Ask) -> None:
    """The prices as typed."""
    # The old rows go first: a model stands once in a list, also for the moment in between.
    price_list.lines = []
    ask.db.flush()
    price_list.lines = [_line(price_list, at, row) for at, row in enumerate(ask.facts.lines, 1)]


def _line(price_list: PriceList, at: int, row: PriceRow) -> PriceListLine:
    prices = {name: getattr(row, name) for name in PRICES}
    return PriceListLine(
        store_id=price_list.store_id, position=at, model_id=row.model, cost=row.cost, **prices
    )  # fmt: skip


def note_source(price_list: PriceList, ask: Ask) -> None:
    """The sheet it came from; its rows are written by importing.py in the same transaction."""
    price_list.source_sha256 = ask.facts.sha256


def note_submission(price_list: PriceList, ask: Ask) -> None:
    """The general manager has a working day."""
    price_list.submitted_by_id = ask.actor.id
    calendar = calendar_of(ask.db)
    due = calendar.due_after(ask.today, 1)
    deadlines.plan(ask, "approve_price_list", price_list, due, role=Role.GENERAL)


def note_approval(price_list: PriceList, ask: Ask) -> None:
    """Approved. Approvals of prices that its floors overtake are looked at again on its first day."""
    price_list.approved_by_id, price_list.approved_at = ask.actor.id, ask.at
    deadlines.finish(ask, price_list, "approve_price_list")
    first = max(price_list.effective_from, ask.today)
    fires = calendar_of(ask.db).at(first, "00:05")
    for exception in overtaken_by(ask.db, price_list):
        deadlines.plan(ask, "recheck_exception", exception, fires, by_system=True)


def close_tasks(price_list: PriceList, ask: Ask) -> None:
    """Nobody owes it anything."""
    deadlines.cancel(ask, price_list)


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

TYPED = (list_name_is_new, models_are_named_once)

# fmt: off
# ruff: disable[E501]
STEPS = [
    #    action      from                       to           who       asks for      refused unless …                                  then …
    Step("draft",    None,                      S.DRAFT,     WRITER,   ListFacts,    TYPED,                                            (write_prices,)),
    Step("import",   None,                      S.DRAFT,     WRITER,   ImportedList, (list_name_is_new,),                              (note_source,)),
    Step("edit",     S.DRAFT,                   SAME,        WRITER,   ListFacts,    TYPED,                                            (write_head, write_prices)),
    Step("submit",   S.DRAFT,                   S.SUBMITTED, WRITER,   None,         (list_has_prices,),                               (note_submission,)),
    Step("return",   S.SUBMITTED,               S.DRAFT,     APPROVER, Comment,      (somebody_else_wrote_the_list,),                  (close_tasks,)),
    Step("approve",  S.SUBMITTED,               S.APPROVED,  APPROVER, None,         (somebody_else_wrote_the_list, list_has_prices),  (note_approval,)),
    Step("withdraw", (S.DRAFT, S.SUBMITTED),    S.WITHDRAWN, WRITER,   None,         (),                                               (close_tasks,)),
    Step("cancel",   S.APPROVED,                S.WITHDRAWN, APPROVER, Comment,      (list_is_not_in_force_yet,),                      (close_tasks,)),
]
# ruff: enable[E501]
# fmt: on

PRICE_LISTS = Life("price_list", PriceList, PriceListState, STEPS, path=(S.DRAFT, S.SUBMITTED, S.APPROVED))


def blank(ask: Ask, head: ListHead) -> PriceList:
    """A list that is not yet born: `begin(blank(ask, facts), "draft", ask)`."""
    return PriceList(
        store_id=ask.actor.store_id, made_by_id=ask.actor.id, name=head.name, effective_from=head.effective_from,
        remark=head.remark,
    )  # fmt: skip


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def known_facts(price_list: PriceList) -> dict[str, Any]:
    """A list as its form shows it."""
    head = {name: getattr(price_list, name) for name in ListHead.model_fields}
    prices = (*PRICES, "cost")
    lines = [
        {"model": str(line.model_id)} | {name: getattr(line, name) for name in prices} for line in price_list.lines
    ]
    return head | {"lines": lines}


def newest(db: Session, who: Actor) -> list[PriceList]:
    """The shop's lists, the latest first."""
    query = people.scoped(select(PriceList), PriceList, who)
    return list(db.scalars(query.order_by(PriceList.number.desc()).limit(50)))


def waiting_for_approval(db: Session, who: Actor) -> list[PriceList]:
    """Lists the general manager has to decide on, oldest first."""
    query = people.scoped(select(PriceList).where(PriceList.state == S.SUBMITTED), PriceList, who)
    return list(db.scalars(query.order_by(PriceList.since)))


def count_lines(db: Session, price_list: PriceList) -> int:
    """How many models it names."""
    query = select(func.count()).where(PriceListLine.price_list_id == price_list.id)
    return db.scalar(query) or 0


def page_of(db: Session, price_list: PriceList, after: int = -1) -> list[PriceListLine]:
    """Lines in their order, from behind a position on: one page."""
    query = select(PriceListLine).options(joinedload(PriceListLine.model))
    here = query.where(PriceListLine.price_list_id == price_list.id, PriceListLine.position > after)
    return list(db.scalars(here.order_by(PriceListLine.position).limit(PAGE)))


def lines_of_models(db: Session, price_list: PriceList, models: Iterable[UUID]) -> dict[UUID, PriceListLine]:
    """What a list says of some models."""
    query = select(PriceListLine).where(
        PriceListLine.price_list_id == price_list.id, PriceListLine.model_id.in_(set(models))
    )
    return {line.model_id: line for line in db.scalars(query)}


def in_force(db: Session, who: Actor, day: date) -> PriceList | None:
    """The list that counts today."""
    return pricing.list_in_force(db, who.store_id, day)


def overtaken_by(db: Session, price_list: PriceList) -> list[PriceException]:
    """Approved prices below the new floors of those who approved them: the key-account manager is shown them.

    What the customer already holds is honoured; the rest lapses on the list's first day.
    """
    approved = db.scalars(
        select(PriceException).where(
            PriceException.store_id == price_list.store_id, PriceException.state == ExceptionState.APPROVED
        )
    ).all()
    lines = lines_of_models(db, price_list, {UUID(each.asked["model_id"]) for each in approved})
    return [each for each in approved if _is_overtaken(each, lines)]


def _is_overtaken(exception: PriceException, lines: dict[UUID, PriceListLine]) -> bool:
    line = lines.get(UUID(exception.asked["model_id"]))
    return line is not None and outgrown_by(exception, line)
