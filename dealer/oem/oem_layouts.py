"""The life of a layout 厂家表样: how a manufacturer wants a sheet; somebody else approves it before it counts."""

import hashlib
import json
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealer import deadlines, people
from dealer.deals.deals import Comment
from dealer.engine.database import calendar_of
from dealer.engine.fields import Kind, Options, Paragraph
from dealer.engine.steps import SAME, Ask, Facts, Life, Refusal, Step, no, on_facts
from dealer.house.hands import not_their_hand
from dealer.oem import sheet_fields
from dealer.people import Actor, has, not_their_own
from dealer.records.claims import SheetFile, SheetLayout, SheetLayoutState, SheetPurpose
from dealer.records.people import Role
from dealer.records.vehicles import Model
from dealer.sheets.layouts import Layout

S = SheetLayoutState
WRITER = has("write oem policies")
APPROVER = has("approve oem policies")
WRITTEN = ("draft", "edit")
MOST_LISTED = 100


class LayoutText(Facts):
    """How a manufacturer wants a sheet."""

    brand: Annotated[str, Options("brands")] = Field(title="Brand", min_length=1, max_length=60)
    purpose: Annotated[SheetPurpose, Kind("chips")] = Field(title="Which sheet")
    title: str = Field(title="What the manufacturer calls it", min_length=1, max_length=100)
    file: Annotated[SheetFile, Kind("chips")] = Field(SheetFile.XLSX, title="File")
    sheet: str = Field("", title="Name of the sheet", max_length=31, pattern=r"^[^\[\]:*?/\\]*$")
    above: Annotated[str, Paragraph] = Field("", title="Lines above the columns", max_length=2000)
    columns: Annotated[str, Paragraph] = Field(
        title="Columns", description="A line for each: head | what stands in it | form", min_length=1, max_length=8000
    )
    from_day: date = Field(title="In force from")
    reason: Annotated[str, Paragraph] = Field(title="Reason", min_length=1, max_length=2000)


FIELDS = tuple(LayoutText.model_fields)

# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def layout_columns_are_known(version: SheetLayout, ask: Ask) -> Refusal | None:
    """A column that nobody can fill would go out empty."""
    return sheet_fields.what_is_wrong(ask.facts.purpose, ask.facts.columns)


@on_facts
def layout_lines_are_known(version: SheetLayout, ask: Ask) -> Refusal | None:
    """Likewise for what is filled in above them."""
    return sheet_fields.strange_name(ask.facts.above.splitlines())


@on_facts
def layout_is_of_a_brand_sold_here(version: SheetLayout, ask: Ask) -> Refusal | None:
    """Of a manufacturer whose cars the shop sells."""
    if ask.facts.brand not in brands(ask.db, ask.actor):
        return no("Choose one of the offered values.", code="E-REQ-FIELD", field="brand")
    return None


def somebody_else_wrote_the_layout(version: SheetLayout, ask: Ask) -> Refusal | None:
    """Nobody approves a layout that they have written on or submitted."""
    own = not_their_own(version.made_by_id, ask) or not_their_own(version.submitted_by_id, ask)
    return own or not_their_hand(version, WRITTEN, ask)


def layout_is_the_submitted_one(version: SheetLayout, ask: Ask) -> Refusal | None:
    """What is approved is what was submitted."""
    if version.fingerprint != fingerprint_of(version):
        return no(
            "The layout is not the one that was submitted: return it, to be submitted anew.", code="E-LAYOUT-FORGED"
        )
    return None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def write_layout(version: SheetLayout, ask: Ask) -> None:
    """As typed."""
    for name in FIELDS:
        setattr(version, name, getattr(ask.facts, name))


def bind_layout(version: SheetLayout, ask: Ask) -> None:
    """From now on it is this text; whoever approves it has a working day."""
    version.submitted_by_id, version.fingerprint = ask.actor.id, fingerprint_of(version)
    due = calendar_of(ask.db).due_after(ask.today, 1)
    deadlines.plan(ask, "approve_layout", version, due, role=Role.GENERAL)


def free_layout(version: SheetLayout, ask: Ask) -> None:
    """A draft is bound to nothing."""
    version.fingerprint = None
    deadlines.cancel(ask, version)


def put_layout_in_force(version: SheetLayout, ask: Ask) -> None:
    """From its day on sheets are written by it."""
    version.approved_by_id, version.approved_at = ask.hat.id, ask.at
    deadlines.finish(ask, version, "approve_layout")


def close_layout_tasks(version: SheetLayout, ask: Ask) -> None:
    """Nobody owes it anything."""
    deadlines.cancel(ask, version)


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

TYPED = (layout_is_of_a_brand_sold_here, layout_lines_are_known, layout_columns_are_known)
TO_APPROVE = (somebody_else_wrote_the_layout, layout_is_the_submitted_one)

# fmt: off
# ruff: disable[E501]
STEPS = [
    #    action      from                    to           who       asks for    refused unless …                  then …
    Step("draft",    None,                   S.DRAFT,     WRITER,   LayoutText, TYPED,                            ()),
    Step("edit",     S.DRAFT,                SAME,        WRITER,   LayoutText, TYPED,                            (write_layout,)),
    Step("submit",   S.DRAFT,                S.SUBMITTED, WRITER,   None,       (),                               (bind_layout,)),
    Step("return",   S.SUBMITTED,            S.DRAFT,     APPROVER, Comment,    (somebody_else_wrote_the_layout,), (free_layout,)),
    Step("approve",  S.SUBMITTED,            S.APPROVED,  APPROVER, None,       TO_APPROVE,                       (put_layout_in_force,)),
    Step("withdraw", (S.DRAFT, S.SUBMITTED), S.WITHDRAWN, WRITER,   None,       (),                               (close_layout_tasks,)),
]
# ruff: enable[E501]
# fmt: on

LAYOUTS = Life("sheet_layout", SheetLayout, SheetLayoutState, STEPS, path=(S.DRAFT, S.SUBMITTED, S.APPROVED))


def blank(ask: Ask) -> SheetLayout:
    """A version that is not yet born: `begin(blank(ask), "draft", ask)`."""
    facts: LayoutText = ask.facts
    newest = select(func.max(SheetLayout.edition)).where(
        SheetLayout.store_id == ask.actor.store_id,
        SheetLayout.brand == facts.brand,
        SheetLayout.purpose == facts.purpose,
    )
    told = {name: getattr(facts, name) for name in FIELDS}
    return SheetLayout(
        store_id=ask.actor.store_id, made_by_id=ask.hat.id, edition=(ask.db.scalar(newest) or 0) + 1, **told
    )


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def fingerprint_of(version: SheetLayout) -> str:
    """The sha256 of all that a version says."""
    told = json.dumps([str(getattr(version, name)) for name in FIELDS], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


def known_facts(version: SheetLayout) -> dict[str, Any]:
    """A version as its form shows it."""
    return {name: getattr(version, name) for name in FIELDS}


def layout_of(version: SheetLayout) -> Layout:
    """A version as the machine writes by it."""
    columns = sheet_fields.read(version.purpose, version.columns)
    return Layout(columns, version.file.value, version.sheet, version.above.splitlines())


def in_force(db: Session, store_id: UUID, brand: str, purpose: SheetPurpose, day: date) -> SheetLayout | None:
    """The version that counts on a day: the latest approved one."""
    query = select(SheetLayout).where(
        SheetLayout.store_id == store_id,
        SheetLayout.brand == brand,
        SheetLayout.purpose == purpose,
        SheetLayout.state == S.APPROVED,
        SheetLayout.from_day <= day,
    )
    return db.scalars(query.order_by(SheetLayout.from_day.desc(), SheetLayout.edition.desc()).limit(1)).first()


def brands(db: Session, who: Actor) -> list[str]:
    """Whose cars the shop sells."""
    query = people.scoped(select(Model.brand).distinct(), Model, who)
    return sorted(db.scalars(query))


def newest(db: Session, who: Actor) -> list[SheetLayout]:
    """Every version, by brand and sheet, the newest of each first."""
    query = people.scoped(select(SheetLayout), SheetLayout, who)
    query = query.order_by(SheetLayout.brand, SheetLayout.purpose, SheetLayout.edition.desc())
    return list(db.scalars(query.limit(MOST_LISTED)))
